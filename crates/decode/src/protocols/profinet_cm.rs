//! PROFINET IO context management: sets up the relation between controller and device, reads and writes records.
//!
//! Source: IEC 61158-6-10 (connect, release, read, write, control); the carrier is connectionless DCE/RPC
//! (C706, chapter 12). Integers of the carrier are little- or big-endian as its data representation says; PROFINET's
//! own blocks are always big-endian.

use model::{Attribute, Code, Confidence, Family, Object, Operation, Side, Subject};

use super::profinet_dcp;
use crate::cursor::{Cursor, be16, byte, le16, text};
use crate::protocol::{Anywhere, Context, Dissector, Framing, On, Opening, Pending, Protocol, Verdict};

/// The entry of the protocol table.
pub const PROTOCOL: Protocol = Protocol {
    name: "profinet-cm",
    family: Family::Control,
    on: &[On::Udp(34964)],
    anywhere: Anywhere::Udp,
    probe,
    start: || Box::new(ContextManagement::default()),
};

/// Header of connectionless DCE/RPC.
const HEADER_BYTES: usize = 80;
/// Lengths and status before the blocks.
const ARGUMENTS_BYTES: usize = 20;
/// Most blocks read of one message.
const BLOCKS_MAX: usize = 64;
/// Tail of PROFINET's interface identifiers: 6C97-11D1-8271-00A02442DF7D.
const INTERFACE_TAIL: [u8; 8] = [0x82, 0x71, 0x00, 0xa0, 0x24, 0x42, 0xdf, 0x7d];
const IM_SOURCE: &str = "PROFINET I&M0";

const REQUEST: u8 = 0;
const RESPONSE: u8 = 2;
const FAULT: u8 = 3;
const REJECT: u8 = 6;

#[derive(Default)]
struct ContextManagement {
    /// By activity identifier and sequence number.
    pending: Pending<([u8; 16], u32), (Operation, &'static str, Code)>,
}

/// What the carrier's header says.
struct Header {
    kind: u8,
    fragment: u16,
    operation: u16,
    activity: [u8; 16],
    sequence: u32,
}

fn probe(opening: &Opening<'_>) -> Verdict {
    match header(opening.bytes) {
        Some(_) => Verdict::Yes,
        None => Verdict::No,
    }
}

fn header(bytes: &[u8]) -> Option<Header> {
    let little = byte(bytes, 4)? & 0xf0 == 0x10;
    let kind = byte(bytes, 1)?;
    let interface = bytes.get(24..40)?;
    let number = |at| if little { le16(bytes, at) } else { be16(bytes, at) };
    let prefix = if little { le16(interface, 2) } else { be16(interface, 0) };
    if byte(bytes, 0)? != 4 || kind > 10 || prefix? != 0xdea0 || interface.get(8..)? != INTERFACE_TAIL {
        return None;
    }
    let activity = *bytes.get(40..)?.first_chunk::<16>()?;
    let sequence = u32::from(number(64)?) << 16 | u32::from(number(66)?);
    Some(Header { kind, fragment: number(76)?, operation: number(68)?, activity, sequence })
        .filter(|_| bytes.len() >= HEADER_BYTES)
}

impl Dissector for ContextManagement {
    fn frame(&mut self, bytes: &[u8], _from: Side) -> Framing {
        Framing::Message(bytes.len())
    }

    fn message(&mut self, bytes: &[u8], context: &mut Context<'_>) {
        let Some(header) = header(bytes) else { return };
        // Later fragments continue what the first one told.
        if header.fragment != 0 {
            return;
        }
        let body = bytes.get(HEADER_BYTES..).unwrap_or_default();
        let key = (header.activity, header.sequence);
        match header.kind {
            // Both ends ask: the device calls back when it is ready. Who set the relation up is not told by one request.
            REQUEST => {
                let told = request(header.operation, body, context);
                self.pending.asked(key, told);
            }
            RESPONSE | FAULT | REJECT => {
                let asked = self.pending.answered(&key);
                let (operation, name, code) = asked.unwrap_or_else(|| meaning(header.operation, None));
                // The status is four zero bytes when all went well.
                let failed = header.kind != RESPONSE
                    || body.first_chunk::<4>().is_some_and(|status| *status != [0; 4]);
                context.answer(operation, name, code, failed);
                if !failed {
                    response(body, context);
                }
            }
            _ => {}
        }
    }
}

fn meaning(number: u16, index: Option<u16>) -> (Operation, &'static str, Code) {
    let (operation, name, word) = match number {
        0 => (Operation::Other, "connect", "connect"),
        1 => (Operation::Other, "release", "release"),
        2 => (read(index), "read record", "read"),
        3 => (Operation::Configure, "write record", "write"),
        4 => (Operation::Other, "control", "control"),
        5 => (read(index), "read record without relation", "read_implicit"),
        _ => return (Operation::Other, "unknown operation", Code::Decimal(u32::from(number))),
    };
    (operation, name, Code::Word(word))
}

/// What reading a record means, by its index: identification, diagnosis, or values.
fn read(index: Option<u16>) -> Operation {
    match index {
        Some(0xaff0..=0xafff | 0xf840) => Operation::Identify,
        Some(0x800a..=0x800c | 0xc00a..=0xc00c | 0xe00a..=0xe00c | 0xf00a..=0xf00c | 0xf80c) => {
            Operation::Diagnose
        }
        Some(_) | None => Operation::Read,
    }
}

fn request(number: u16, body: &[u8], context: &mut Context<'_>) -> (Operation, &'static str, Code) {
    let mut index = None;
    blocks(body, |kind, block, _| match kind {
        // Relation type 2, its identifier 16, key 2, hardware address 6, object 16, properties 4, time-out 2, port 2,
        // then the length-prefixed name of the station that connects.
        0x0101 => {
            let length = be16(block, 50).map_or(0, usize::from);
            if let Some(name) = block.get(52..52 + length) {
                context.identity(Attribute::Name, &text(name), "PROFINET CM Connect");
            }
        }
        0x0008 | 0x0009 => index = index.or(record(block).map(|(_, index)| index)),
        _ => {}
    });
    let (operation, name, code) = meaning(number, index);
    let object = index.map_or(Object::None, |index| Object::Range {
        space: "record",
        first: u64::from(index),
        last: u64::from(index),
    });
    context.request_of(operation, name, code, None, object);
    (operation, name, code)
}

/// Slot and index of a read or write header: sequence 2, relation 16, interface 4, slot 2, subslot 2, padding 2, index 2.
fn record(block: &[u8]) -> Option<(u16, u16)> {
    Some((be16(block, 22)?, be16(block, 28)?))
}

fn response(body: &[u8], context: &mut Context<'_>) {
    let mut slot = 0;
    blocks(body, |kind, block, _| match kind {
        0x8009 => slot = record(block).map_or(0, |(slot, _)| slot),
        0x0020 => identification(block, slot, context),
        // I&M1: function 32, location 22. I&M3: descriptor 54. Of the device itself only.
        0x0021 if slot == 0 => tell(block.get(32..54), Attribute::Location, "PROFINET I&M1", context),
        0x0023 if slot == 0 => tell(block.get(..54), Attribute::Description, "PROFINET I&M3", context),
        // The device names itself: length 2, name of station.
        0x8106 => {
            let length = be16(block, 0).map_or(0, usize::from);
            tell(block.get(2..2 + length), Attribute::Name, "PROFINET CM Connect", context);
        }
        _ => {}
    });
}

fn tell(value: Option<&[u8]>, attribute: Attribute, source: &'static str, context: &mut Context<'_>) {
    if let Some(value) = value {
        context.identity(attribute, &text(value), source);
    }
}

/// I&M0 (PROFIBUS profile guidelines part 1): vendor 2, order number 20, serial number 16, hardware revision 2,
/// software revision as a letter and three numbers. Slot 0 is the device; other slots are its modules.
fn identification(block: &[u8], slot: u16, context: &mut Context<'_>) {
    let mut cursor = Cursor::new(block);
    let fields = (cursor.be16(), cursor.take(20), cursor.take(16), cursor.be16(), cursor.array::<4>());
    let (Some(vendor), Some(order), Some(serial), Some(hardware), Some([prefix, major, minor, patch])) =
        fields
    else {
        return context.malformed("identification cut short");
    };
    let confidence = if slot == 0 { Confidence::Stated } else { Confidence::Derived };
    let mut tell = |attribute, value: &str| {
        context.identity_of(Subject::Sender, attribute, value, IM_SOURCE, confidence)
    };
    tell(Attribute::Vendor, profinet_dcp::vendor(vendor).unwrap_or_default());
    tell(Attribute::OrderNumber, &text(order));
    tell(Attribute::Serial, &text(serial));
    tell(Attribute::Hardware, &hardware.to_string());
    if prefix.is_ascii_graphic() {
        tell(Attribute::Firmware, &format!("{}{major}.{minor}.{patch}", char::from(prefix)));
    }
}

/// Steps from block to block: type 2, length 2 (what follows), version 2, content. Bounded.
fn blocks<'a>(body: &'a [u8], mut each: impl FnMut(u16, &'a [u8], usize)) {
    let mut cursor = Cursor::new(body.get(ARGUMENTS_BYTES..).unwrap_or_default());
    for number in 0..BLOCKS_MAX {
        // Record data is padded to four bytes.
        while cursor.rest().first() == Some(&0) && cursor.rest().get(1) == Some(&0) {
            let _ = cursor.skip(2);
        }
        let (Some(kind), Some(length)) = (cursor.be16(), cursor.be16()) else { return };
        let Some(block) = cursor.take(usize::from(length)) else { return };
        each(kind, block.get(2..).unwrap_or_default(), number);
    }
}
