//! Cisco Discovery Protocol: what switches, routers and telephones tell their neighbour on the cable.
//!
//! Source: Cisco's "Cisco Discovery Protocol" frame format in its Catalyst LAN switching documentation; SNAP 0x00000c,
//! protocol 0x2000.

use std::net::Ipv4Addr;

use model::{Attribute, Code, Confidence, Family, Operation, Role, Side, Subject};

use crate::cursor::{Cursor, be32, text};
use crate::description;
use crate::protocol::{Anywhere, Context, Dissector, Framing, On, Opening, Protocol, Verdict};
use crate::short_text::ShortText;

/// The entry of the protocol table.
pub const PROTOCOL: Protocol = Protocol {
    name: "cdp",
    family: Family::Discovery,
    on: &[On::Snap(0x00000c, 0x2000)],
    anywhere: Anywhere::No,
    probe,
    start: || Box::new(Cdp),
};

/// Most elements of one frame.
const ELEMENTS_MAX: usize = 128;
/// Most addresses of one element.
const ADDRESSES_MAX: usize = 16;
const SOURCE: &str = "CDP";

struct Cdp;

fn probe(opening: &Opening<'_>) -> Verdict {
    // Version 1, holding time 1, checksum 2.
    match opening.bytes {
        [1 | 2, _, _, _, ..] => Verdict::Yes,
        _ => Verdict::No,
    }
}

impl Dissector for Cdp {
    fn frame(&mut self, bytes: &[u8], _from: Side) -> Framing {
        Framing::Message(bytes.len())
    }

    fn message(&mut self, bytes: &[u8], context: &mut Context<'_>) {
        context.request(Operation::Identify, "advertise", Code::None);
        let mut cursor = Cursor::new(bytes.get(4..).unwrap_or_default());
        for _ in 0..ELEMENTS_MAX {
            // The length counts its own header.
            let (Some(kind), Some(length)) = (cursor.be16(), cursor.be16()) else { return };
            let Some(value) = usize::from(length).checked_sub(4).and_then(|length| cursor.take(length))
            else {
                return context.malformed("element longer than the frame");
            };
            element(kind, value, context);
        }
        context.malformed("too many elements");
    }
}

fn element(kind: u16, value: &[u8], context: &mut Context<'_>) {
    match kind {
        0x0001 => context.identity(Attribute::Name, &text(value), SOURCE),
        0x0002 | 0x0016 => addresses(value, context),
        0x0004 => capabilities(value, context),
        0x0005 => description::tell(&text(value), SOURCE, context),
        0x0006 => context.identity(Attribute::Product, &text(value), SOURCE),
        0x0014 => context.identity(Attribute::Name, &text(value), "CDP system name"),
        _ => {}
    }
}

/// Count 4, then for each: protocol type 1, length 1, protocol, address length 2, address. 0xcc is IP.
fn addresses(value: &[u8], context: &mut Context<'_>) {
    let mut cursor = Cursor::new(value);
    let Some(count) = cursor.be32() else { return context.malformed("addresses cut short") };
    for _ in 0..(count as usize).min(ADDRESSES_MAX) {
        let protocol = (cursor.u8(), cursor.u8().and_then(|length| cursor.take(usize::from(length))));
        let address = cursor.be16().and_then(|length| cursor.take(usize::from(length)));
        let (Some(_), Some(address)) = (protocol.1, address) else {
            return context.malformed("addresses cut short");
        };
        if let (Some([0xcc]), Ok(octets)) = (protocol.1, <[u8; 4]>::try_from(address)) {
            let ip = Ipv4Addr::from(octets);
            if !ip.is_unspecified() {
                let text: ShortText<16> = ShortText::of(ip);
                context.identity(Attribute::Ip, text.as_str(), "CDP address");
            }
        }
    }
}

/// Bits: 0x01 router, 0x02 bridge, 0x08 switch, 0x10 host, 0x80 telephone.
fn capabilities(value: &[u8], context: &mut Context<'_>) {
    let Some(bits) = be32(value, 0) else { return context.malformed("capabilities cut short") };
    let role = match bits {
        _ if bits & 0x80 != 0 => Role::Telephone,
        // A switch that also routes stands as a switch in the plant.
        _ if bits & 0x0a != 0 => Role::Switch,
        _ if bits & 0x01 != 0 => Role::Router,
        _ => return,
    };
    context.identity_of(
        Subject::Sender,
        Attribute::Role,
        role.as_str(),
        "CDP capabilities",
        Confidence::Stated,
    );
}
