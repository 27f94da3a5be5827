//! ARP: which hardware address an IP address belongs to, and who asks for whom.
//!
//! Source: RFC 826; probes and announcements RFC 5227.

use std::net::Ipv4Addr;

use model::{Code, Family, Mac, Object, Operation, Side};

use crate::cursor::Cursor;
use crate::protocol::{Anywhere, Context, Dissector, Framing, On, Opening, Protocol, Verdict};
use crate::short_text::ShortText;

/// The entry of the protocol table.
pub const PROTOCOL: Protocol = Protocol {
    name: "arp",
    family: Family::Network,
    on: &[On::EtherType(0x0806)],
    anywhere: Anywhere::No,
    probe,
    start: || Box::new(Arp),
};

const REQUEST: u16 = 1;
const REPLY: u16 = 2;
/// Hardware type 1 (Ethernet), protocol type IPv4, address lengths 6 and 4.
const HEADER: [u8; 6] = [0, 1, 8, 0, 6, 4];

struct Arp;

fn probe(opening: &Opening<'_>) -> Verdict {
    if opening.bytes.starts_with(&HEADER) { Verdict::Yes } else { Verdict::No }
}

impl Dissector for Arp {
    fn frame(&mut self, bytes: &[u8], _from: Side) -> Framing {
        // The rest is padding.
        Framing::Message(bytes.len())
    }

    fn message(&mut self, bytes: &[u8], context: &mut Context<'_>) {
        let mut cursor = Cursor::new(bytes);
        let read = (
            cursor.skip(HEADER.len()),
            cursor.be16(),
            cursor.array(),
            cursor.array(),
            cursor.skip(6),
            cursor.array(),
        );
        let (_, Some(operation), Some(hardware), Some(sender), _, Some(target)) = read else {
            return context.malformed("packet cut short");
        };
        let (hardware, sender, target) =
            (Mac(hardware), Ipv4Addr::from_octets(sender), Ipv4Addr::from_octets(target));
        if !matches!(operation, REQUEST | REPLY) {
            return context.malformed("unknown operation");
        }
        // A probe carries no sender address: it asks whether the target is taken, and claims nothing.
        if !sender.is_unspecified() && !hardware.is_zero() && !hardware.is_group() {
            context.claimed(sender.into(), hardware);
        }
        if operation == REQUEST {
            let address: ShortText<16> = ShortText::of(target);
            let object = Object::Named { space: "address", name: address.as_str() };
            let (operation, name) = match sender == target {
                true => (Operation::Report, "announce"),
                false => (Operation::Discover, "who has"),
            };
            context.request_of(operation, name, Code::Decimal(u32::from(REQUEST)), None, object);
        }
    }
}
