//! Ether-S-I/O: cyclic data between Saia-Burgess controllers and their remote I/O.
//!
//! Undocumented by its maker; the layout follows the field list of Wireshark. Big-endian.

use model::{Code, Family, Object, Operation, Side};

use crate::cursor::{be16, be32, byte};
use crate::protocol::{Anywhere, Context, Dissector, Framing, On, Opening, Protocol, Verdict};

/// The entry of the protocol table.
pub const PROTOCOL: Protocol = Protocol {
    name: "ethernet-s-io",
    family: Family::Fieldbus,
    on: &[On::Udp(6060)],
    anywhere: Anywhere::Udp,
    probe,
    start: || Box::new(EthernetSIo),
};

/// Begins every telegram.
const MAGIC: &[u8] = b"ESIO";
/// Magic 4, type 2, version 2, length 2, transaction 2.
const HEADER_BYTES: usize = 12;
const DATA: u16 = 1;
const STATUS: u16 = 2;

struct EthernetSIo;

fn length(bytes: &[u8]) -> Option<usize> {
    let length = usize::from(be16(bytes, 8)?);
    (bytes.starts_with(MAGIC) && length >= HEADER_BYTES).then_some(length)
}

fn probe(opening: &Opening<'_>) -> Verdict {
    match length(opening.bytes) {
        Some(length) if length == opening.bytes.len() => Verdict::Yes,
        _ => Verdict::No,
    }
}

impl Dissector for EthernetSIo {
    fn frame(&mut self, bytes: &[u8], _from: Side) -> Framing {
        length(bytes).map_or(Framing::Foreign, Framing::Message)
    }

    fn message(&mut self, bytes: &[u8], context: &mut Context<'_>) {
        let Some(kind) = be16(bytes, 4) else { return };
        let (name, station) = match kind {
            // Telegram id 4, source station 4, number of transfers 1, flags 1, then each: id 4, destination 4, length 2.
            DATA => ("data transfer", be32(bytes, 16)),
            // Status type 2, length 2, source station 4.
            STATUS => ("status", be32(bytes, 16)),
            _ => ("other telegram", None),
        };
        let destination = match (kind, byte(bytes, 20)) {
            (DATA, Some(1..)) => be32(bytes, 26).map(u64::from),
            _ => None,
        };
        if station.is_none() && matches!(kind, DATA | STATUS) {
            context.malformed("telegram without source station");
        }
        let object = destination.map_or(Object::None, |station| Object::Range {
            space: "station",
            first: station,
            last: station,
        });
        context.request_of(Operation::Report, name, Code::Hex16(kind), station, object);
    }
}
