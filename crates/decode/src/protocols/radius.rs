//! RADIUS: switches, access points and VPN gateways ask a server whether somebody may come in.
//!
//! Source: RFC 2865 (access), RFC 2866 (accounting).

use model::{Attribute, Code, Family, Object, Operation, Side};

use crate::cursor::{Cursor, be16, byte, text};
use crate::protocol::{Anywhere, Context, Dissector, Framing, On, Opening, Pending, Protocol, Verdict};

/// The entry of the protocol table.
pub const PROTOCOL: Protocol = Protocol {
    name: "radius",
    family: Family::Network,
    on: &[On::Udp(1812), On::Udp(1813), On::Udp(1645), On::Udp(1646)],
    anywhere: Anywhere::No,
    probe: |opening: &Opening<'_>| if fits(opening.bytes) { Verdict::Yes } else { Verdict::No },
    start: || Box::new(Radius::default()),
};

/// Code 1, identifier 1, length 2, authenticator 16.
const HEADER_BYTES: usize = 20;
/// Longest packet (RFC 2865, 3).
const PACKET_BYTES_MAX: usize = 4096;
/// Most attributes of one packet: the smallest has two bytes.
const ATTRIBUTES_MAX: usize = (PACKET_BYTES_MAX - HEADER_BYTES) / 2;

const ACCESS_REQUEST: u8 = 1;
const ACCESS_ACCEPT: u8 = 2;
const ACCESS_REJECT: u8 = 3;
const ACCOUNTING_REQUEST: u8 = 4;
const ACCOUNTING_RESPONSE: u8 = 5;
const ACCESS_CHALLENGE: u8 = 11;
const USER_NAME: u8 = 1;
const STATION_NAME: u8 = 32;

const LOG_IN: (Operation, &str, Code) =
    (Operation::LogIn, "access request", Code::Decimal(ACCESS_REQUEST as u32));
const ACCOUNT: (Operation, &str, Code) =
    (Operation::Other, "accounting request", Code::Decimal(ACCOUNTING_REQUEST as u32));

#[derive(Default)]
struct Radius {
    pending: Pending<u8, (Operation, &'static str, Code)>,
}

/// Attributes: kind 1, length 1 that counts itself, value. None where one does not fit.
fn attributes(packet: &[u8]) -> impl Iterator<Item = Option<(u8, &[u8])>> {
    let mut cursor = Cursor::new(packet.get(HEADER_BYTES..).unwrap_or_default());
    std::iter::from_fn(move || {
        let kind = cursor.u8()?;
        let length = cursor.u8().and_then(|length| usize::from(length).checked_sub(2));
        Some(length.and_then(|length| cursor.take(length)).map(|value| (kind, value)))
    })
    .take(ATTRIBUTES_MAX)
}

/// The packet as far as its length says; none when it is not one.
fn packet(bytes: &[u8]) -> Option<&[u8]> {
    let length = usize::from(be16(bytes, 2)?);
    (HEADER_BYTES..=PACKET_BYTES_MAX).contains(&length).then_some(())?;
    bytes.get(..length)
}

fn fits(bytes: &[u8]) -> bool {
    let known = matches!(byte(bytes, 0), Some(1..=5 | 11..=13 | 40..=45));
    known && packet(bytes).is_some_and(|packet| attributes(packet).all(|attribute| attribute.is_some()))
}

impl Dissector for Radius {
    fn frame(&mut self, bytes: &[u8], _from: Side) -> Framing {
        Framing::Message(bytes.len())
    }

    fn message(&mut self, bytes: &[u8], context: &mut Context<'_>) {
        let (Some(code), Some(identifier)) = (byte(bytes, 0), byte(bytes, 1)) else {
            return context.malformed("packet cut short");
        };
        let Some(packet) = packet(bytes) else { return context.malformed("length outside the packet") };
        match code {
            ACCESS_REQUEST | ACCOUNTING_REQUEST => {
                context.sender_asks();
                let told = if code == ACCESS_REQUEST { LOG_IN } else { ACCOUNT };
                request(packet, told, context);
                self.pending.asked(identifier, told);
            }
            ACCESS_ACCEPT | ACCESS_REJECT | ACCESS_CHALLENGE | ACCOUNTING_RESPONSE => {
                context.sender_answers();
                // A challenge asks on: the log-in is neither taken nor refused.
                if let Some((operation, name, asked)) = self.pending.answered(&identifier) {
                    context.answer(operation, name, asked, code == ACCESS_REJECT);
                }
            }
            _ => {}
        }
    }
}

fn request(packet: &[u8], told: (Operation, &'static str, Code), context: &mut Context<'_>) {
    let mut user = "";
    for attribute in attributes(packet) {
        match attribute {
            Some((USER_NAME, value)) => user = std::str::from_utf8(value).unwrap_or_default(),
            Some((STATION_NAME, value)) => {
                context.identity(Attribute::Name, &text(value), "RADIUS NAS identifier")
            }
            Some(_) => {}
            None => {
                context.malformed("attribute longer than the packet");
                break;
            }
        }
    }
    let object = if user.is_empty() { Object::None } else { Object::Named { space: "user", name: user } };
    context.request_of(told.0, told.1, told.2, None, object);
}
