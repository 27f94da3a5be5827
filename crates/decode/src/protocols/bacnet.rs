//! BACnet/IP: building automation.
//!
//! Source: ANSI/ASHRAE 135: BACnet virtual link layer (annex J), network layer (6), application layer (20), property
//! and service numbers (21).

use model::{Attribute, Code, Confidence, Family, Object, Operation, OperationSighting, Side, Step, Subject};

use super::bacnet_identity;
use crate::cursor::{Cursor, byte};
use crate::default_credentials;
use crate::protocol::{Anywhere, Context, Dissector, Framing, On, Opening, Pending, Protocol, Verdict};

/// The entry of the protocol table.
pub const PROTOCOL: Protocol = Protocol {
    name: "bacnet",
    family: Family::Building,
    on: &[On::Llc(0x82), On::Udp(47808), On::Udp(47809), On::Udp(47810), On::Udp(47811), On::Udp(47812)],
    anywhere: Anywhere::Udp,
    probe,
    start: || Box::new(Bacnet::default()),
};

/// Most answers in segments at once, and bytes of one.
const SEGMENTED_MAX: usize = 8;
const SEGMENTED_BYTES_MAX: usize = 64 * 1024;

#[derive(Default)]
struct Bacnet {
    /// By invoke id and the asking side.
    pending: Pending<(u8, Side), (Operation, &'static str, Code)>,
    segmented: Vec<(u8, Side, Vec<u8>)>,
}

/// The network layer, as far as it matters.
struct Network<'a> {
    /// The device behind a router that speaks.
    speaks: Option<u32>,
    /// The device behind a router that is spoken to.
    spoken_to: Option<u32>,
    apdu: &'a [u8],
}

fn probe(opening: &Opening<'_>) -> Verdict {
    let bytes = opening.bytes;
    // Directly on Ethernet there is no virtual link layer (annex A): the network layer comes first.
    if !opening.stream && opening.at_home && matches!(bytes, [1, ..]) {
        return if plausible(bytes) { Verdict::Yes } else { Verdict::No };
    }
    let [0x81, function @ 0..=0x0c, high, low, ..] = *bytes else { return Verdict::No };
    let fits = usize::from(u16::from_be_bytes([high, low])) == bytes.len();
    let version = matches!(function, 0x09..=0x0b) && byte(bytes, 4) == Some(1)
        || function == 4 && byte(bytes, 10) == Some(1);
    if fits && opening.at_home || version && (fits || opening.at_home) { Verdict::Yes } else { Verdict::No }
}

/// Whether a network layer makes sense: reserved bits are zero and what follows is a message of a known kind.
fn plausible(bytes: &[u8]) -> bool {
    let Some(network) = network(Cursor::new(bytes)) else { return false };
    let control = byte(bytes, 1).unwrap_or(0);
    control & 0x50 == 0 && (control & 0x80 != 0 || network.apdu.first().is_some_and(|first| first >> 4 <= 7))
}

impl Dissector for Bacnet {
    fn frame(&mut self, bytes: &[u8], _from: Side) -> Framing {
        Framing::Message(bytes.len())
    }

    fn message(&mut self, bytes: &[u8], context: &mut Context<'_>) {
        let mut cursor = Cursor::new(bytes);
        if bytes.first() == Some(&1) {
            return match network(cursor) {
                Some(network) => self.application(&network, context),
                None => context.malformed("network layer cut short"),
            };
        }
        let (Some(0x81), Some(function), Some(length)) = (cursor.u8(), cursor.u8(), cursor.be16()) else {
            return context.malformed("not a BACnet link frame");
        };
        if usize::from(length) > bytes.len() {
            context.malformed("link length longer than the datagram");
        }
        let code = Code::Hex8(function);
        match function {
            0x01 => return context.request(Operation::Configure, "write broadcast distribution table", code),
            // Forwarded: the address of the original sender comes first.
            0x04 => {
                let _ = cursor.skip(6);
            }
            0x08 => return context.request(Operation::Configure, "delete foreign device table entry", code),
            0x0c => return context.protection(model::Protection::Encrypted, "", false),
            0x09..=0x0b => {}
            // Tables of broadcast distribution and foreign devices: upkeep between routers.
            _ => return,
        }
        match network(cursor) {
            Some(network) => self.application(&network, context),
            None => context.malformed("network layer cut short"),
        }
    }
}

/// Steps over the network layer (6.2). Network messages carry no application data.
fn network(mut cursor: Cursor<'_>) -> Option<Network<'_>> {
    let (_version, control) = (cursor.u8()?, cursor.u8()?);
    let spoken_to = if control & 0x20 != 0 { address(&mut cursor)? } else { None };
    let speaks = if control & 0x08 != 0 { address(&mut cursor)? } else { None };
    if control & 0x20 != 0 {
        cursor.skip(1)?;
    }
    let apdu = if control & 0x80 != 0 { &[] } else { cursor.rest() };
    Some(Network { speaks, spoken_to, apdu })
}

/// A network number and an address on it, as one number; nobody when all are meant. Field buses have addresses of one
/// octet, which tell devices of one network apart.
fn address(cursor: &mut Cursor<'_>) -> Option<Option<u32>> {
    let network = cursor.be16()?;
    let length = cursor.u8()?;
    let address = cursor.take(usize::from(length))?;
    Some(match (network, address) {
        (0xffff, _) => None,
        (network, [address]) => Some(u32::from(network) << 8 | u32::from(*address)),
        (network, _) => Some(u32::from(network)),
    })
}

impl Bacnet {
    fn application(&mut self, network: &Network<'_>, context: &mut Context<'_>) {
        let apdu = network.apdu;
        let Some(&first) = apdu.first() else { return };
        let confidence = if network.speaks.is_some() { Confidence::Derived } else { Confidence::Stated };
        let rest = |skip: usize| apdu.get(skip..).unwrap_or_default();
        let segmented = first & 0x08 != 0;
        match first >> 4 {
            0 => {
                let head = if segmented { 5 } else { 3 };
                let (Some(invoke), Some(service)) = (byte(apdu, 2), byte(apdu, head)) else {
                    return context.malformed("confirmed request cut short");
                };
                // Later segments of one request continue what the first one told.
                if !segmented || byte(apdu, 3) == Some(0) {
                    self.confirmed(invoke, service, rest(head + 1), network.spoken_to, context);
                }
            }
            1 => match byte(apdu, 1) {
                Some(service) => unconfirmed(service, rest(2), network.speaks, confidence, context),
                None => context.malformed("unconfirmed request cut short"),
            },
            2 => self.answered(byte(apdu, 1), false, context),
            3 => self.complex(apdu, segmented, confidence, context),
            5..=7 => self.answered(byte(apdu, 1), true, context),
            _ => {}
        }
    }

    fn confirmed(
        &mut self,
        invoke: u8,
        service: u8,
        body: &[u8],
        unit: Option<u32>,
        context: &mut Context<'_>,
    ) {
        let (operation, name) = confirmed_meaning(service, body);
        let code = Code::Lettered('c', u32::from(service));
        let object = bacnet_identity::object(body);
        context.operation(OperationSighting { operation, name, code, unit, object, step: Step::Request });
        if let Some(secret) =
            Some(service).filter(|s| matches!(s, 17 | 20)).and_then(|s| bacnet_identity::password(s, body))
        {
            let weakness = default_credentials::weakness(None, secret.as_bytes());
            context.credential("password", None, model::Protection::Clear, weakness);
        }
        // Notifications come from the device; all else is asked of it.
        if !matches!(service, 1 | 2 | 31) && !context.is_sure() {
            context.sender_asks();
        }
        self.pending.asked((invoke, context.from), (operation, name, code));
    }

    fn answered(&mut self, invoke: Option<u8>, failed: bool, context: &mut Context<'_>) {
        let key = invoke.map(|invoke| (invoke, context.from.other()));
        if let Some((operation, name, code)) = key.and_then(|key| self.pending.answered(&key)) {
            context.answer(operation, name, code, failed);
        }
    }

    /// A complex acknowledgement, perhaps in segments: sequence and window stand before the service then.
    fn complex(&mut self, apdu: &[u8], segmented: bool, confidence: Confidence, context: &mut Context<'_>) {
        let head = if segmented { 4 } else { 2 };
        let (Some(invoke), Some(service)) = (byte(apdu, 1), byte(apdu, head)) else {
            return context.malformed("complex acknowledgement cut short");
        };
        let body = apdu.get(head + 1..).unwrap_or_default();
        if !segmented {
            self.answered(Some(invoke), false, context);
            return bacnet_identity::answer(service, body, confidence, context);
        }
        let (sequence, more) =
            (byte(apdu, 2).unwrap_or(0), apdu.first().is_some_and(|first| first & 0x04 != 0));
        let from = context.from;
        if sequence == 0 {
            self.segmented.retain(|(known, side, _)| (*known, *side) != (invoke, from));
            if self.segmented.len() == SEGMENTED_MAX {
                self.segmented.remove(0);
            }
            self.segmented.push((invoke, from, Vec::new()));
        }
        let Some(at) = self.segmented.iter().position(|(known, side, _)| (*known, *side) == (invoke, from))
        else {
            return;
        };
        if let Some((_, _, joined)) = self
            .segmented
            .get_mut(at)
            .filter(|(_, _, joined)| joined.len() + body.len() <= SEGMENTED_BYTES_MAX)
        {
            joined.extend_from_slice(body);
        }
        if !more {
            let (_, _, joined) = self.segmented.remove(at);
            self.answered(Some(invoke), false, context);
            bacnet_identity::answer(service, &joined, confidence, context);
        }
    }
}

fn unconfirmed(
    service: u8,
    body: &[u8],
    unit: Option<u32>,
    confidence: Confidence,
    context: &mut Context<'_>,
) {
    let (operation, name) = match service {
        0 => (Operation::Identify, "i-am"),
        1 => (Operation::Identify, "i-have"),
        2 => (Operation::Report, "unconfirmed cov notification"),
        3 => (Operation::Report, "unconfirmed event notification"),
        4 => (Operation::Other, "unconfirmed private transfer"),
        5 => (Operation::Other, "unconfirmed text message"),
        6 => (Operation::Configure, "time synchronization"),
        7 => (Operation::Discover, "who-has"),
        8 => (Operation::Discover, "who-is"),
        9 => (Operation::Configure, "utc time synchronization"),
        10 => (Operation::Write, "write group"),
        11 => (Operation::Report, "unconfirmed cov notification multiple"),
        13 => (Operation::Discover, "who-am-i"),
        14 => (Operation::Configure, "you-are"),
        _ => (Operation::Other, "reserved service"),
    };
    let object = if service == 0 { bacnet_identity::device(body) } else { Object::None };
    context.request_of(operation, name, Code::Lettered('u', u32::from(service)), unit, object);
    if service == 0
        && let Some(vendor) = bacnet_identity::vendor(body)
    {
        context.identity_of(Subject::Sender, Attribute::Vendor, vendor, "BACnet I-Am", confidence);
    }
}

fn confirmed_meaning(service: u8, body: &[u8]) -> (Operation, &'static str) {
    match service {
        0 => (Operation::Write, "acknowledge alarm"),
        1 => (Operation::Report, "confirmed cov notification"),
        2 => (Operation::Report, "confirmed event notification"),
        3 => (Operation::Read, "get alarm summary"),
        4 => (Operation::Read, "get enrollment summary"),
        5 => (Operation::Read, "subscribe cov"),
        6 => (Operation::Transfer, "atomic read file"),
        7 => (Operation::Transfer, "atomic write file"),
        8 => (Operation::Configure, "add list element"),
        9 => (Operation::Configure, "remove list element"),
        10 => (Operation::Configure, "create object"),
        11 => (Operation::Configure, "delete object"),
        12 if bacnet_identity::asks_identity(body) => (Operation::Identify, "read property of device"),
        12 => (Operation::Read, "read property"),
        14 => (Operation::Read, "read property multiple"),
        15 => (Operation::Write, "write property"),
        16 => (Operation::Write, "write property multiple"),
        17 => (Operation::Configure, "device communication control"),
        18 => (Operation::Other, "confirmed private transfer"),
        19 => (Operation::Other, "confirmed text message"),
        20 => bacnet_identity::reinitialize(body),
        24 | 25 => (Operation::LogIn, "authenticate"),
        26 => (Operation::Read, "read range"),
        27 => (Operation::Write, "life safety operation"),
        28 => (Operation::Read, "subscribe cov property"),
        29 => (Operation::Read, "get event information"),
        30 => (Operation::Read, "subscribe cov property multiple"),
        31 => (Operation::Report, "confirmed cov notification multiple"),
        _ => (Operation::Other, "reserved service"),
    }
}
