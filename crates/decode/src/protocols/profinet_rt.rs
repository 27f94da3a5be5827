//! PROFINET RT: cyclic process data and alarms between a controller and its devices.
//!
//! Source: IEC 61158-6-10; EtherType 0x8892, frame ids below 0xfefc and PTCP's.

use model::{Code, Family, Operation, Side};

use crate::cursor::be16;
use crate::protocol::{Anywhere, Context, Dissector, Framing, On, Opening, Protocol, Verdict};

/// The entry of the protocol table.
pub const PROTOCOL: Protocol = Protocol {
    name: "profinet-rt",
    family: Family::Fieldbus,
    on: &[On::EtherType(0x8892)],
    anywhere: Anywhere::No,
    probe,
    start: || Box::new(Rt),
};

/// Frame id 2, at least one byte of data, cycle counter 2, data status 1, transfer status 1.
const CYCLIC_BYTES_MIN: usize = 7;
/// Data status: the provider runs.
const PROVIDER_RUNS: u8 = 0x10;
/// Data status: the data is valid.
const DATA_VALID: u8 = 0x04;

struct Rt;

fn probe(opening: &Opening<'_>) -> Verdict {
    match be16(opening.bytes, 0) {
        Some(0xfefc..=0xfeff) | None => Verdict::No,
        Some(_) => Verdict::Yes,
    }
}

impl Dissector for Rt {
    fn frame(&mut self, bytes: &[u8], _from: Side) -> Framing {
        Framing::Message(bytes.len())
    }

    fn message(&mut self, bytes: &[u8], context: &mut Context<'_>) {
        let Some(id) = be16(bytes, 0) else { return context.malformed("frame without id") };
        let name = match id {
            0x0000..=0x00ff | 0xff00..=0xffff => "clock synchronisation",
            0xfc01 | 0xfe01 => "alarm",
            0xfe02..=0xfefb => "acyclic data",
            0x0100..=0xfbff if bytes.len() < CYCLIC_BYTES_MIN => {
                return context.malformed("cyclic frame cut short");
            }
            0x0100..=0xfbff => match bytes {
                [.., status, _] if status & PROVIDER_RUNS == 0 => "cyclic data, provider stopped",
                [.., status, _] if status & DATA_VALID == 0 => "cyclic data, not valid",
                _ => "cyclic data",
            },
            _ => "reserved frame id",
        };
        context.request(Operation::Report, name, Code::Hex16(id));
    }
}
