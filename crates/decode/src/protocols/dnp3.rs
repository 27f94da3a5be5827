//! DNP3: telecontrol of stations over TCP and UDP.
//!
//! Source: IEEE 1815-2012: data link (9), transport function (8), application layer (4), object library (11).

use std::borrow::Cow;

use model::{Attribute, Code, Family, Object, Operation, OperationSighting, Protection, Side, Step};

use crate::cursor::{Cursor, be16, byte, le16, text};
use crate::default_credentials;
use crate::protocol::{Anywhere, Context, Dissector, Framing, On, Opening, Pending, Protocol, Verdict};

/// The entry of the protocol table.
pub const PROTOCOL: Protocol = Protocol {
    name: "dnp3",
    family: Family::Telecontrol,
    on: &[On::Tcp(20000), On::Udp(20000), On::Tcp(19999)],
    anywhere: Anywhere::Both,
    probe,
    start: || Box::new(Dnp3::default()),
};

/// First two octets of every frame.
const START: u16 = 0x0564;
/// Header with its checksum.
const HEADER_BYTES: usize = 10;
/// User data between checksums.
const BLOCK_BYTES: usize = 16;
/// Longest application fragment that is put together; the standard asks for 2,048.
const FRAGMENT_BYTES_MAX: usize = 4096;
/// Most object headers or attributes read of one fragment.
const OBJECTS_MAX: usize = 64;
const SOURCE: &str = "DNP3 device attributes";

/// First frame of a fragment.
const FIRST: u8 = 0x40;
/// Last frame of a fragment.
const FINAL: u8 = 0x80;

#[derive(Default)]
struct Dnp3 {
    sides: [Vec<u8>; 2],
    /// By link addresses of the asker and the asked, and sequence.
    pending: Pending<(u16, u16, u8), (Operation, &'static str, Code)>,
}

fn probe(opening: &Opening<'_>) -> Verdict {
    let bytes = opening.bytes;
    let length = byte(bytes, 2).unwrap_or(0);
    if be16(bytes, 0) != Some(START) || length < 5 {
        return Verdict::No;
    }
    match bytes.get(..HEADER_BYTES) {
        Some(header) if opening.at_home || checksum_fits(header) => Verdict::Yes,
        None if opening.stream => Verdict::Maybe,
        _ => Verdict::No,
    }
}

/// Length on the wire of a frame with this length field: every block carries a checksum.
fn frame_bytes(length: u8) -> usize {
    let data = usize::from(length).saturating_sub(5);
    HEADER_BYTES + data + 2 * data.div_ceil(BLOCK_BYTES)
}

impl Dissector for Dnp3 {
    fn frame(&mut self, bytes: &[u8], _from: Side) -> Framing {
        match bytes {
            [0x05, 0x64, length @ 5..=255, ..] => Framing::Message(frame_bytes(*length)),
            [0x05] | [0x05, 0x64] => Framing::More,
            _ => match bytes.windows(2).skip(1).position(|pair| pair == [0x05, 0x64]) {
                Some(at) => Framing::Skip(at + 1),
                None => Framing::Foreign,
            },
        }
    }

    fn message(&mut self, bytes: &[u8], context: &mut Context<'_>) {
        let (Some(control), Some(to), Some(from)) = (byte(bytes, 3), le16(bytes, 4), le16(bytes, 6)) else {
            return;
        };
        if !checksum_fits(bytes.get(..HEADER_BYTES).unwrap_or_default()) {
            context.malformed("link header checksum wrong");
        }
        // DIR: set by the master, whichever side opened the connection.
        let master = control & 0x80 != 0;
        if master {
            context.sender_asks();
        } else {
            context.sender_answers();
        }
        let mut data = [0_u8; 250];
        let mut used = 0;
        for block in bytes.get(HEADER_BYTES..).unwrap_or_default().chunks(BLOCK_BYTES + 2) {
            let Some((user, _)) = block.split_last_chunk::<2>() else { break };
            if !checksum_fits(block) {
                context.malformed("data checksum wrong");
            }
            if let Some(place) = data.get_mut(used..used + user.len()) {
                place.copy_from_slice(user);
                used += user.len();
            }
        }
        if let Some((&transport, user)) = data.get(..used).and_then(<[u8]>::split_first) {
            self.segment(transport, user, (from, to), context);
        }
    }

    fn gap(&mut self, from: Side) {
        if let Some(side) = self.sides.get_mut(from as usize) {
            side.clear();
        }
    }
}

impl Dnp3 {
    /// Puts transport segments together to an application fragment.
    fn segment(&mut self, transport: u8, user: &[u8], link: (u16, u16), context: &mut Context<'_>) {
        if transport & (FIRST | FINAL) == FIRST | FINAL {
            return self.fragment(user, link, context);
        }
        let Some(side) = self.sides.get_mut(context.from as usize) else { return };
        if transport & FIRST != 0 {
            side.clear();
        } else if side.is_empty() {
            return; // its beginning was not captured
        }
        if side.len() + user.len() > FRAGMENT_BYTES_MAX {
            side.clear();
            return context.malformed("fragment longer than what is kept");
        }
        side.extend_from_slice(user);
        if transport & FINAL != 0 {
            let whole = std::mem::take(side);
            self.fragment(&whole, link, context);
        }
    }

    fn fragment(&mut self, bytes: &[u8], (from, to): (u16, u16), context: &mut Context<'_>) {
        let (Some(control), Some(function)) = (byte(bytes, 0), byte(bytes, 1)) else {
            return context.malformed("fragment without function");
        };
        let (sequence, unsolicited) = (control & 0x1f, control & 0x10 != 0);
        let code = Code::Decimal(u32::from(function));
        if function < 129 {
            let objects = bytes.get(2..).unwrap_or_default();
            let (group, object) = first_object(objects);
            let (operation, name) = meaning(function, group);
            if function == 29 {
                file_log_in(objects, context);
            }
            let name_of_file = if group == 70 { file_name(objects) } else { None };
            let object = match &name_of_file {
                Some(name) => Object::Named { space: "file", name },
                None => object,
            };
            context.operation(OperationSighting {
                operation,
                name,
                code,
                unit: Some(u32::from(to)),
                object,
                step: Step::Request,
            });
            if function != 0 {
                self.pending.asked((from, to, sequence), (operation, name, code));
            }
            return;
        }
        let objects = bytes.get(4..).unwrap_or_default();
        if unsolicited || function == 130 {
            context.request_of(
                Operation::Report,
                "unsolicited response",
                code,
                Some(u32::from(from)),
                Object::None,
            );
        }
        // Second octet of the internal indications: function, object or parameter not understood.
        let refused = byte(bytes, 3).is_some_and(|indications| indications & 0x07 != 0);
        if let Some((operation, name, code)) = self.pending.answered(&(to, from, sequence)) {
            context.answer(operation, name, code, refused || control_refused(objects));
        }
        attributes(objects, context);
    }
}

/// What a function does (IEEE 1815, table 4-3). `group` is the first object's.
fn meaning(function: u8, group: u8) -> (Operation, &'static str) {
    match function {
        0 => (Operation::Other, "confirm"),
        1 if group == 0 => (Operation::Identify, "read device attributes"),
        1 => (Operation::Read, "read"),
        2 if matches!(group, 50 | 80) => (Operation::Configure, "write time or indications"),
        2 => (Operation::Write, "write"),
        3 => (Operation::Write, "select"),
        4 => (Operation::Write, "operate"),
        5 => (Operation::Write, "direct operate"),
        6 => (Operation::Write, "direct operate without acknowledgement"),
        7..=12 => (Operation::Write, "freeze"),
        13 => (Operation::Reset, "cold restart"),
        14 => (Operation::Reset, "warm restart"),
        15 => (Operation::Reset, "initialise data"),
        16 => (Operation::Other, "initialise application"),
        17 => (Operation::Start, "start application"),
        18 => (Operation::Stop, "stop application"),
        19 => (Operation::Configure, "save configuration"),
        20 => (Operation::Configure, "enable unsolicited messages"),
        21 => (Operation::Configure, "disable unsolicited messages"),
        22 => (Operation::Configure, "assign class"),
        23 => (Operation::Diagnose, "delay measurement"),
        24 => (Operation::Configure, "record current time"),
        25 => (Operation::Transfer, "open file"),
        26 => (Operation::Transfer, "close file"),
        27 => (Operation::Transfer, "delete file"),
        28 => (Operation::Transfer, "get file information"),
        29 => (Operation::LogIn, "authenticate for file"),
        30 => (Operation::Transfer, "abort file"),
        31 => (Operation::Configure, "activate configuration"),
        32 | 33 => (Operation::LogIn, "authenticate"),
        _ => (Operation::Other, "reserved function"),
    }
}

/// Group and point range of the first object header (IEEE 1815, 4.2.2.7).
fn first_object(objects: &[u8]) -> (u8, Object<'static>) {
    let mut cursor = Cursor::new(objects);
    let (Some(group), Some(variation), Some(qualifier)) = (cursor.u8(), cursor.u8(), cursor.u8()) else {
        return (u8::MAX, Object::None);
    };
    let space = match group {
        0 => "device attribute",
        1..=2 => "binary input",
        12 => match variation {
            1 => "binary output command g12v1",
            2 => "binary output command g12v2",
            _ => "binary output command g12v3",
        },
        10 | 11 | 13 => "binary output",
        20..=23 => "counter",
        30..=34 => "analog input",
        41 => match variation {
            1 => "analog output command g41v1",
            2 => "analog output command g41v2",
            3 => "analog output command g41v3",
            _ => "analog output command g41v4",
        },
        40 | 42 | 43 => "analog output",
        50..=52 => "time",
        60 => "class",
        70 => "file",
        80 => "internal indication",
        120 => "authentication",
        _ => "object",
    };
    let range = match qualifier {
        0x00 => cursor.u8().zip(cursor.u8()).map(|(first, last)| (u64::from(first), u64::from(last))),
        0x01 => cursor.le16().zip(cursor.le16()).map(|(first, last)| (u64::from(first), u64::from(last))),
        0x17 => cursor.u8().zip(cursor.u8()).map(|(_, index)| (u64::from(index), u64::from(index))),
        0x28 => cursor.le16().zip(cursor.le16()).map(|(_, index)| (u64::from(index), u64::from(index))),
        0x06 if group == 60 => {
            Some((u64::from(variation.saturating_sub(1)), u64::from(variation.saturating_sub(1))))
        }
        _ => None,
    };
    let object =
        range.map_or(Object::None, |(first, last)| Object::Range { space, first, last: last.max(first) });
    (group, object)
}

/// A file object in free format (IEEE 1815, 11.9): group, variation, qualifier 0x5b, count 1, size 2.
fn file_object(objects: &[u8], variation: u8) -> Option<&[u8]> {
    match objects {
        [70, found, 0x5b, 1, _, _, object @ ..] if *found == variation => Some(object),
        _ => None,
    }
}

/// The name in a file command (variation 3): offset and size of the name come first.
fn file_name(objects: &[u8]) -> Option<Cow<'_, str>> {
    let object = file_object(objects, 3)?;
    let (offset, size) = (usize::from(le16(object, 0)?), usize::from(le16(object, 2)?));
    object.get(offset..offset + size).filter(|name| !name.is_empty()).map(text)
}

/// Authentication for files (variation 2): offset and size of user and password, key 4, then both in clear text.
fn file_log_in(objects: &[u8], context: &mut Context<'_>) {
    let Some(object) = file_object(objects, 2) else { return };
    let part = |at: usize| {
        let (offset, size) = (usize::from(le16(object, at)?), usize::from(le16(object, at + 2)?));
        object.get(offset..offset + size)
    };
    let (Some(user), Some(secret)) = (part(0), part(4)) else {
        return context.malformed("file authentication cut short");
    };
    let user = text(user);
    let weakness = default_credentials::weakness(Some(&user), secret);
    context.credential("password", Some(&user), Protection::Clear, weakness);
}

/// True when an echoed control carries a status other than success (IEEE 1815, 11.3 and 11.6).
fn control_refused(objects: &[u8]) -> bool {
    let mut cursor = Cursor::new(objects);
    let (Some(group), Some(variation), Some(qualifier)) = (cursor.u8(), cursor.u8(), cursor.u8()) else {
        return false;
    };
    let size = match (group, variation) {
        (12, 1) => 11,
        (41, 1 | 3) => 5,
        (41, 2) => 3,
        (41, 4) => 9,
        _ => return false,
    };
    let (count, index) = match qualifier {
        0x17 => (cursor.u8().map_or(0, usize::from), 1),
        0x28 => (cursor.le16().map_or(0, usize::from), 2),
        _ => return false,
    };
    (0..count.min(OBJECTS_MAX)).any(|_| {
        let item = cursor.skip(index).and_then(|()| cursor.take(size));
        item.and_then(<[u8]>::last).is_some_and(|status| status & 0x7f != 0)
    })
}

/// Device attributes, group 0: data type 1, length 1, value (IEEE 1815, 11.1).
fn attributes(objects: &[u8], context: &mut Context<'_>) {
    let mut cursor = Cursor::new(objects);
    for _ in 0..OBJECTS_MAX {
        let head = (cursor.u8(), cursor.u8(), cursor.u8());
        let (Some(0), Some(variation), Some(qualifier)) = head else { return };
        let range = match qualifier {
            0x00 => cursor.skip(2),
            0x01 => cursor.skip(4),
            0x17 => cursor.skip(2),
            _ => return,
        };
        let (Some(()), Some(_), Some(length)) = (range, cursor.u8(), cursor.u8()) else { return };
        let Some(value) = cursor.take(usize::from(length)) else {
            return context.malformed("device attribute longer than the fragment");
        };
        let attribute = match variation {
            252 => Attribute::Vendor,
            250 => Attribute::Product,
            242 => Attribute::Firmware,
            243 => Attribute::Hardware,
            248 => Attribute::Serial,
            245 => Attribute::Location,
            247 | 208 => Attribute::Name,
            _ => continue,
        };
        context.identity(attribute, &text(value), SOURCE);
    }
}

/// CRC-16 of the data link layer (IEEE 1815, annex E): polynomial 0x3d65 reflected, result inverted.
const CHECKSUMS: [u16; 256] = {
    let mut table = [0_u16; 256];
    let mut index = 0;
    while index < 256 {
        let mut value = index as u16;
        let mut bit = 0;
        while bit < 8 {
            value = if value & 1 == 1 { value >> 1 ^ 0xa6bc } else { value >> 1 };
            bit += 1;
        }
        table[index] = value;
        index += 1;
    }
    table
};

/// Whether the last two bytes are the checksum of those before.
fn checksum_fits(block: &[u8]) -> bool {
    let Some((data, checksum)) = block.split_last_chunk::<2>() else { return false };
    let step =
        |sum: u16, byte: &u8| sum >> 8 ^ CHECKSUMS.get(usize::from(sum as u8 ^ byte)).copied().unwrap_or(0);
    !data.iter().fold(0, step) == u16::from_le_bytes(*checksum)
}
