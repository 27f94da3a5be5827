//! LLDP: what network devices tell their neighbour on the cable about themselves.
//!
//! Source: IEEE 802.1AB-2016, clauses 8 and 9; inventory of ANSI/TIA-1057 (LLDP-MED, 10.2.6); identification of
//! PROFINET (IEC 61158-6-10, chassis id of devices with several names).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use model::{Attribute, Code, Confidence, Family, Mac, Operation, Role, Side, Subject};

use crate::cursor::{Cursor, be16, text};
use crate::description;
use crate::protocol::{Anywhere, Context, Dissector, Framing, On, Opening, Protocol, Verdict};
use crate::short_text::ShortText;

/// The entry of the protocol table.
pub const PROTOCOL: Protocol = Protocol {
    name: "lldp",
    family: Family::Discovery,
    on: &[On::EtherType(0x88cc)],
    anywhere: Anywhere::No,
    probe,
    start: || Box::new(Lldp),
};

/// Most elements of one frame.
const ELEMENTS_MAX: usize = 128;
const SOURCE: &str = "LLDP";
/// Organisation code of PROFINET (PI).
const PROFINET: [u8; 3] = [0x00, 0x0e, 0xcf];
/// Organisation code of LLDP-MED (TIA).
const MED: [u8; 3] = [0x00, 0x12, 0xbb];

struct Lldp;

/// What must be known of the whole frame before it is told.
#[derive(Default)]
struct Seen<'a> {
    name: &'a [u8],
    chassis_name: &'a [u8],
    enabled: u16,
    is_profinet: bool,
}

fn probe(opening: &Opening<'_>) -> Verdict {
    if opening.bytes.len() >= 2 { Verdict::Yes } else { Verdict::No }
}

impl Dissector for Lldp {
    fn frame(&mut self, bytes: &[u8], _from: Side) -> Framing {
        Framing::Message(bytes.len())
    }

    fn message(&mut self, bytes: &[u8], context: &mut Context<'_>) {
        context.request(Operation::Identify, "advertise", Code::None);
        let (mut cursor, mut seen, mut ended) = (Cursor::new(bytes), Seen::default(), false);
        for place in 0..ELEMENTS_MAX {
            let Some(header) = cursor.be16() else { break };
            let (kind, length) = (header >> 9, usize::from(header & 0x1ff));
            let Some(value) = cursor.take(length) else {
                context.malformed("element longer than the frame");
                ended = true;
                break;
            };
            if place == 0 && kind != 1 {
                context.malformed("does not begin with a chassis id");
            }
            if kind == 0 {
                ended = true;
                break;
            }
            element(kind, value, &mut seen, context);
        }
        if !ended && cursor.left() >= 2 {
            context.malformed("too many elements");
        }
        conclude(&seen, context);
    }
}

fn element<'a>(kind: u16, value: &'a [u8], seen: &mut Seen<'a>, context: &mut Context<'_>) {
    match kind {
        1 => chassis(value, seen, context),
        5 => seen.name = value,
        6 => description::tell(&text(value), SOURCE, context),
        7 => match be16(value, 2) {
            Some(enabled) => seen.enabled = enabled,
            None => context.malformed("capabilities cut short"),
        },
        8 => match management_address(value) {
            Some(ip) => tell_address(ip, SOURCE, context),
            None if value.is_empty() => context.malformed("management address cut short"),
            None => {}
        },
        127 => organisation(value, seen, context),
        _ => {}
    }
}

/// IEEE 802.1AB, 8.5.2: subtype 1, then the id.
fn chassis<'a>(value: &'a [u8], seen: &mut Seen<'a>, context: &mut Context<'_>) {
    let Some((subtype, id)) = value.split_first() else { return context.malformed("chassis id cut short") };
    match (subtype, id) {
        (4, id) => match id.first_chunk::<6>() {
            Some(octets) if !Mac(*octets).is_zero() && !Mac(*octets).is_group() => {
                let mac: ShortText<17> = ShortText::of(Mac(*octets));
                context.identity(Attribute::Mac, mac.as_str(), "LLDP chassis id");
            }
            Some(_) => {}
            None => context.malformed("chassis id cut short"),
        },
        (5, [family, address @ ..]) => {
            if let Some(ip) = address_of(*family, address) {
                tell_address(ip, "LLDP chassis id", context);
            }
        }
        (7, id) if id.len() >= SYSTEM_ID_BYTES => system_identification(id, context),
        (7, id) => seen.chassis_name = id,
        _ => {}
    }
}

/// Device type 25, blank, order number 20, blank, serial number 16, blank, then the revisions.
const SYSTEM_ID_BYTES: usize = 70;

/// A PROFINET device that names its ports by interface puts its identification into the chassis id: columns of fixed
/// width, hardware revision 5, blank, software prefix 1 and three numbers of 3.
fn system_identification(id: &[u8], context: &mut Context<'_>) {
    let column = |from: usize, to: usize| text(id.get(from..to).unwrap_or_default());
    let source = "LLDP system identification";
    context.identity(Attribute::Product, &column(0, 25), source);
    context.identity(Attribute::OrderNumber, &column(26, 46), source);
    context.identity(Attribute::Serial, &column(47, 63), source);
    context.identity(Attribute::Hardware, &column(64, 69), source);
    let release = column(70, id.len());
    let mut firmware = ShortText::<24>::default();
    for (place, word) in release.split_whitespace().enumerate().take(4) {
        if place > 1 {
            firmware.push('.');
        }
        firmware.push_latin1(word.as_bytes());
    }
    context.identity(Attribute::Firmware, firmware.as_str(), source);
}

/// IEEE 802.1AB, 8.5.9: length 1, address family 1, address; the length counts the family.
fn management_address(value: &[u8]) -> Option<IpAddr> {
    let (length, rest) = value.split_first()?;
    let (family, address) = rest.get(..usize::from(*length))?.split_first()?;
    address_of(*family, address)
}

/// Address families of the IANA registry: 1 is IPv4, 2 is IPv6.
fn address_of(family: u8, address: &[u8]) -> Option<IpAddr> {
    match family {
        1 => address.first_chunk::<4>().map(|octets| Ipv4Addr::from(*octets).into()),
        2 => address.first_chunk::<16>().map(|octets| Ipv6Addr::from(*octets).into()),
        _ => None,
    }
}

fn tell_address(ip: IpAddr, source: &'static str, context: &mut Context<'_>) {
    // Addresses of 0.0.0.0/8 name nobody (RFC 6890, 2.2.2).
    let this_network = matches!(ip, IpAddr::V4(ip) if matches!(ip.octets(), [0, ..]));
    if !this_network && !ip.is_unspecified() && !ip.is_loopback() && !ip.is_multicast() {
        let address: ShortText<46> = ShortText::of(ip);
        context.identity(Attribute::Ip, address.as_str(), source);
    }
}

/// Elements of other organisations: code 3, subtype 1, value.
fn organisation(value: &[u8], seen: &mut Seen<'_>, context: &mut Context<'_>) {
    let mut cursor = Cursor::new(value);
    let (Some(organisation), Some(subtype)) = (cursor.array::<3>(), cursor.u8()) else {
        return context.malformed("organisation's element cut short");
    };
    seen.is_profinet |= organisation == PROFINET;
    if organisation == PROFINET && subtype == 5 {
        if let Some(octets) = cursor.array().filter(|octets| !Mac(*octets).is_zero()) {
            let mac: ShortText<17> = ShortText::of(Mac(octets));
            context.identity(Attribute::Mac, mac.as_str(), "LLDP PROFINET chassis");
        }
        return;
    }
    if organisation != MED {
        return;
    }
    let attribute = match subtype {
        5 => Attribute::Hardware,
        6 | 7 => Attribute::Firmware,
        8 => Attribute::Serial,
        9 => Attribute::Vendor,
        10 => Attribute::Product,
        _ => return,
    };
    context.identity(attribute, &text(cursor.rest()), "LLDP-MED");
}

fn conclude(seen: &Seen<'_>, context: &mut Context<'_>) {
    context.identity(Attribute::Name, &text(seen.name), SOURCE);
    let chassis = text(seen.chassis_name);
    if seen.name.is_empty() && !chassis.contains(' ') {
        // A PROFINET device puts its name of station here.
        context.identity_of(
            Subject::Sender,
            Attribute::Name,
            &chassis,
            "LLDP chassis id",
            Confidence::Derived,
        );
    }
    // IEEE 802.1AB, table 8-4: bit 2 bridge, 3 access point, 4 router, 5 telephone, 7 station only.
    let has = |bit: u16| seen.enabled >> bit & 1 == 1;
    let role = match (has(5), has(3), has(4), has(2) && !has(7)) {
        (true, ..) => Role::Telephone,
        (_, true, ..) => Role::AccessPoint,
        (_, _, true, _) => Role::Router,
        (_, _, _, true) => Role::Switch,
        _ => return,
    };
    // A field device with two ports is a bridge too, but not for that.
    let confidence = if seen.is_profinet { Confidence::Guessed } else { Confidence::Stated };
    context.identity_of(Subject::Sender, Attribute::Role, role.as_str(), "LLDP capabilities", confidence);
}
