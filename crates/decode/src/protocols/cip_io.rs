//! CIP I/O, on UDP port 2222: the cyclic data of EtherNet/IP between a controller and its drives, valves and remote
//! I/O (CIP Volume 2, 3-2). Only connection ids are in it; who produces what was agreed on port 44818.

use model::{Code, Family, Operation, Side};

use crate::cursor::{be32, le16};
use crate::protocol::{Anywhere, Context, Dissector, Framing, On, Opening, Protocol, Verdict};

/// The entry of the protocol table.
pub const PROTOCOL: Protocol = Protocol {
    name: "cip-io",
    family: Family::Fieldbus,
    on: &[On::Udp(2222)],
    anywhere: Anywhere::Udp,
    probe: |opening| probe(opening),
    start: || Box::new(CipIo),
};

/// Two items; the first is a sequenced address of eight bytes: connection id 4, sequence number 4.
const OPENING: u32 = 0x0200_0280;
/// Item count 2, address item 4 + 8, head of the data item 4.
const HEADER_BYTES: usize = 18;
const ADDRESS_BYTES: u16 = 8;
const CONNECTED_DATA: u16 = 0x00b1;

struct CipIo;

/// Length of the message that begins here.
fn whole(bytes: &[u8]) -> Option<usize> {
    let length = usize::from(le16(bytes, 16)?);
    let fits = be32(bytes, 0) == Some(OPENING)
        && le16(bytes, 4) == Some(ADDRESS_BYTES)
        && le16(bytes, 14) == Some(CONNECTED_DATA);
    fits.then_some(HEADER_BYTES + length)
}

fn probe(opening: &Opening<'_>) -> Verdict {
    match whole(opening.bytes) {
        Some(whole) if whole == opening.bytes.len() && !opening.stream => Verdict::Yes,
        _ => Verdict::No,
    }
}

impl Dissector for CipIo {
    fn frame(&mut self, bytes: &[u8], _from: Side) -> Framing {
        whole(bytes).map_or(Framing::Foreign, Framing::Message)
    }

    fn message(&mut self, _bytes: &[u8], context: &mut Context<'_>) {
        context.request(Operation::Report, "cyclic data", Code::None);
    }
}
