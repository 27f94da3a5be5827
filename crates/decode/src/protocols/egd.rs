//! Ethernet Global Data: cyclic data between GE controllers, drives and panels.
//!
//! Source: GE Fanuc GFK-2224 (TCP/IP Ethernet communications, chapter on Ethernet Global Data). Little-endian.

use model::{Code, Family, Object, Operation, Side};

use crate::cursor::{byte, le16, le32};
use crate::protocol::{Anywhere, Context, Dissector, Framing, On, Opening, Protocol, Verdict};

/// The entry of the protocol table.
pub const PROTOCOL: Protocol = Protocol {
    name: "egd",
    family: Family::Fieldbus,
    on: &[On::Udp(18246)],
    anywhere: Anywhere::No,
    probe,
    start: || Box::new(Egd),
};

/// Type 1, version 1, request 2, producer 4, exchange 4, time 8, status 4, signature 4, reserved 4.
const HEADER_BYTES: usize = 32;
/// Most bytes of an exchange behind the header.
const DATA_BYTES_MAX: usize = 1400;
/// Type of a data production message.
const DATA: u8 = 13;
const VERSION: u8 = 1;

struct Egd;

fn probe(opening: &Opening<'_>) -> Verdict {
    let bytes = opening.bytes;
    let fits = (HEADER_BYTES..=HEADER_BYTES + DATA_BYTES_MAX).contains(&bytes.len());
    let head = byte(bytes, 0) == Some(DATA) && byte(bytes, 1) == Some(VERSION) && le32(bytes, 28) == Some(0);
    if fits && head { Verdict::Yes } else { Verdict::No }
}

impl Dissector for Egd {
    fn frame(&mut self, bytes: &[u8], _from: Side) -> Framing {
        Framing::Message(bytes.len())
    }

    fn message(&mut self, bytes: &[u8], context: &mut Context<'_>) {
        let (Some(kind), Some(_), Some(exchange)) = (byte(bytes, 0), le16(bytes, 2), le32(bytes, 8)) else {
            return context.malformed("header cut short");
        };
        if bytes.len() < HEADER_BYTES {
            context.malformed("header cut short");
        }
        let exchange = u64::from(exchange);
        let object = Object::Range { space: "exchange", first: exchange, last: exchange };
        let name = if kind == DATA { "data production" } else { "other message" };
        context.request_of(Operation::Report, name, Code::Decimal(u32::from(kind)), None, object);
    }
}
