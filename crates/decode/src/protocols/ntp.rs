//! NTP: the time of day.
//!
//! Source: RFC 5905, 7.3; control messages by RFC 9327.

use model::{Code, Family, Operation, Side};

use crate::cursor::byte;
use crate::protocol::{Anywhere, Context, Dissector, Framing, On, Opening, Protocol, Verdict};

/// The entry of the protocol table.
pub const PROTOCOL: Protocol = Protocol {
    name: "ntp",
    family: Family::Network,
    on: &[On::Udp(123)],
    anywhere: Anywhere::No,
    probe,
    start: || Box::new(Ntp),
};

/// A packet without extensions.
const PACKET_BYTES: usize = 48;

struct Ntp;

fn probe(opening: &Opening<'_>) -> Verdict {
    let Some(first) = byte(opening.bytes, 0) else { return Verdict::No };
    let (version, mode) = (first >> 3 & 7, first & 7);
    let fits = opening.bytes.len() >= PACKET_BYTES || mode >= 6;
    if (1..=4).contains(&version) && mode != 0 && fits { Verdict::Yes } else { Verdict::No }
}

impl Dissector for Ntp {
    fn frame(&mut self, bytes: &[u8], _from: Side) -> Framing {
        Framing::Message(bytes.len())
    }

    fn message(&mut self, bytes: &[u8], context: &mut Context<'_>) {
        let mode = byte(bytes, 0).map_or(0, |first| first & 7);
        let client = (Operation::Read, "ask for the time", Code::Decimal(3));
        match mode {
            3 => context.request(client.0, client.1, client.2),
            4 => context.answer(client.0, client.1, client.2, false),
            1 | 2 => context.request(Operation::Report, "symmetric", Code::Decimal(u32::from(mode))),
            5 => context.request(Operation::Report, "broadcast time", Code::Decimal(5)),
            6 | 7 => context.request(Operation::Diagnose, "control", Code::Decimal(u32::from(mode))),
            _ => context.malformed("reserved mode"),
        }
    }
}
