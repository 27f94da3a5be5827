//! Neighbour discovery of IPv6: which hardware address an IPv6 address belongs to, and which host is a router.
//!
//! Source: RFC 4861, 4; RFC 4443.

use std::net::Ipv6Addr;

use model::{Attribute, Code, Confidence, Family, Mac, Object, Operation, Role, Side, Subject};

use crate::cursor::{Cursor, byte};
use crate::protocol::{Anywhere, Context, Dissector, Framing, On, Opening, Protocol, Verdict};
use crate::short_text::ShortText;

/// The entry of the protocol table.
pub const PROTOCOL: Protocol = Protocol {
    name: "icmpv6",
    family: Family::Network,
    on: &[On::Ip(58)],
    anywhere: Anywhere::No,
    probe,
    start: || Box::new(Icmpv6),
};

/// Most options of one message.
const OPTIONS_MAX: usize = 32;
const ECHO_REQUEST: u8 = 128;
const ECHO_REPLY: u8 = 129;
const ROUTER_SOLICITATION: u8 = 133;
const ROUTER_ADVERTISEMENT: u8 = 134;
const NEIGHBOUR_SOLICITATION: u8 = 135;
const NEIGHBOUR_ADVERTISEMENT: u8 = 136;
/// Options: hardware address of the sender, of the target.
const SOURCE_ADDRESS: u8 = 1;
const TARGET_ADDRESS: u8 = 2;

struct Icmpv6;

fn probe(opening: &Opening<'_>) -> Verdict {
    match opening.bytes {
        [1..=4 | 128..=161, _, _, _, ..] => Verdict::Yes,
        _ => Verdict::No,
    }
}

impl Dissector for Icmpv6 {
    fn frame(&mut self, bytes: &[u8], _from: Side) -> Framing {
        Framing::Message(bytes.len())
    }

    fn message(&mut self, bytes: &[u8], context: &mut Context<'_>) {
        let kind = byte(bytes, 0).unwrap_or_default();
        let code = Code::Decimal(u32::from(kind));
        let body = |at: usize| bytes.get(at..).unwrap_or_default();
        match kind {
            ECHO_REQUEST => context.request(Operation::Diagnose, "echo", code),
            ECHO_REPLY => context.answer(Operation::Diagnose, "echo", Code::Decimal(128), false),
            ROUTER_SOLICITATION => {
                context.request(Operation::Discover, "router solicitation", code);
                options(body(8), SOURCE_ADDRESS, context);
            }
            ROUTER_ADVERTISEMENT => {
                context.request(Operation::Report, "router advertisement", code);
                let (role, source) = (Role::Router.as_str(), "IPv6 router advertisement");
                context.identity_of(Subject::Sender, Attribute::Role, role, source, Confidence::Derived);
                options(body(16), SOURCE_ADDRESS, context);
            }
            NEIGHBOUR_SOLICITATION | NEIGHBOUR_ADVERTISEMENT => neighbour(kind, bytes, context),
            _ => {}
        }
    }
}

/// Type 1, code 1, checksum 2, flags 4, target 16, options.
fn neighbour(kind: u8, bytes: &[u8], context: &mut Context<'_>) {
    let mut cursor = Cursor::new(bytes);
    let (Some(_), Some(target)) = (cursor.be64(), cursor.array::<16>().map(Ipv6Addr::from)) else {
        return context.malformed("neighbour message cut short");
    };
    if kind == NEIGHBOUR_SOLICITATION {
        let address: ShortText<46> = ShortText::of(target);
        let object = Object::Named { space: "address", name: address.as_str() };
        let code = Code::Decimal(u32::from(kind));
        context.request_of(Operation::Discover, "neighbour solicitation", code, None, object);
        options(cursor.rest(), SOURCE_ADDRESS, context);
    } else if let Some(mac) = options(cursor.rest(), TARGET_ADDRESS, context)
        && !target.is_unspecified()
        && !target.is_multicast()
    {
        context.claimed(target.into(), mac);
    }
}

/// Type 1, length 1 in units of eight bytes, value (RFC 4861, 4.6). The sender's own hardware address is told, that
/// of a target is answered.
fn options(bytes: &[u8], wanted: u8, context: &mut Context<'_>) -> Option<Mac> {
    let mut cursor = Cursor::new(bytes);
    for _ in 0..OPTIONS_MAX {
        let (Some(kind), Some(length)) = (cursor.u8(), cursor.u8()) else { return None };
        let value = (usize::from(length) * 8).checked_sub(2).and_then(|length| cursor.take(length));
        let Some(value) = value else {
            context.malformed("option longer than the message");
            return None;
        };
        let mac = value.first_chunk::<6>().map(|octets| Mac(*octets));
        if let Some(mac) = mac.filter(|mac| kind == wanted && !mac.is_group() && !mac.is_zero()) {
            if kind == SOURCE_ADDRESS {
                let text: ShortText<17> = ShortText::of(mac);
                context.identity(Attribute::Mac, text.as_str(), "IPv6 neighbour discovery");
            }
            return Some(mac);
        }
    }
    None
}
