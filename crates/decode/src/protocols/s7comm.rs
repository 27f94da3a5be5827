//! S7comm: Siemens S7-300 and S7-400 controllers, and newer ones in compatibility mode.
//!
//! Undocumented by its maker; layout and numbers follow the value tables of public dissectors.

use model::{
    Attribute, Code, Confidence, Family, Object, Operation, OperationSighting, Protection, Side, Step,
    Subject,
};

use super::s7comm_identity as identity;
use super::s7comm_user_data::{self as user_data, Lists};
use crate::cursor::{Cursor, be16, byte};
use crate::iso_transport::{self, Carried, Carrier};
use crate::protocol::{Anywhere, Context, On, Pending, Protocol, Verdict};

/// The entry of the protocol table.
pub const PROTOCOL: Protocol = Protocol {
    name: "s7comm",
    family: Family::Control,
    on: &[On::Tcp(102)],
    anywhere: Anywhere::Tcp,
    probe: |opening| iso_transport::probe(opening, judge),
    start: || Box::<Carrier<Exchange>>::default(),
};

/// First byte of every unit.
const MAGIC: u8 = 0x32;
const JOB: u8 = 1;
const ACKNOWLEDGEMENT: u8 = 2;
const ANSWER: u8 = 3;
const USER_DATA: u8 = 7;
/// Return code of an item: done.
const DONE: u8 = 0xff;

/// Requests by unit reference and asking side: controllers ask too.
pub type Asked = Pending<(u16, Side), (Operation, &'static str, Code)>;

/// What of the units of both directions belongs together.
#[derive(Default)]
pub struct Exchange {
    /// Requests that wait for their answers.
    pub pending: Asked,
    /// System status lists in several parts.
    pub lists: Lists,
    told_clear: bool,
}

/// A unit: header, parameters, data.
pub struct Unit<'a> {
    kind: u8,
    /// Number that an answer repeats.
    pub reference: u16,
    refused: bool,
    /// What is to be done.
    pub parameters: &'a [u8],
    /// What it is to be done with.
    pub data: &'a [u8],
    cut: bool,
}

/// Magic, kind, reserved bytes, and lengths that reach at least as far as what is there.
fn judge(payload: &[u8]) -> Verdict {
    let [MAGIC, kind @ (JOB..=ANSWER | USER_DATA), 0, 0, _, _, a, b, c, d, ..] = *payload else {
        return Verdict::No;
    };
    let header = if matches!(kind, ACKNOWLEDGEMENT | ANSWER) { 12 } else { 10 };
    let lengths = usize::from(u16::from_be_bytes([a, b])) + usize::from(u16::from_be_bytes([c, d]));
    if header + lengths >= payload.len() { Verdict::Yes } else { Verdict::No }
}

/// Magic 1, kind 1, reserved 2, reference 2, length of parameters 2, length of data 2, in answers error 2.
fn unit(bytes: &[u8]) -> Option<Unit<'_>> {
    let mut cursor = Cursor::new(bytes);
    let (_, kind, _, reference) = (cursor.u8()?, cursor.u8()?, cursor.be16()?, cursor.be16()?);
    let (parameters, data) = (usize::from(cursor.be16()?), usize::from(cursor.be16()?));
    let refused = matches!(kind, ACKNOWLEDGEMENT | ANSWER) && cursor.be16()? != 0;
    let cut = parameters + data > cursor.left();
    let parameters = cursor.take(parameters.min(cursor.left()))?;
    let data = cursor.take(data.min(cursor.left()))?;
    Some(Unit { kind, reference, refused, parameters, data, cut })
}

impl Carried for Exchange {
    /// A connect names what is called, and with it what calls.
    fn connect(&mut self, called: &[u8], context: &mut Context<'_>) {
        if let Some(role) = identity::caller(called) {
            let (subject, attribute) = (Subject::Sender, Attribute::Role);
            context.identity_of(subject, attribute, role.as_str(), "S7 connection type", Confidence::Derived);
        }
    }

    fn message(&mut self, bytes: &[u8], context: &mut Context<'_>) {
        if bytes.first() != Some(&MAGIC) {
            return;
        }
        let Some(unit) = unit(bytes) else { return context.malformed("unit cut short") };
        if unit.cut {
            context.malformed("unit shorter than its lengths");
        }
        if !self.told_clear {
            self.told_clear = true;
            context.protection(Protection::Clear, "", false);
        }
        match unit.kind {
            JOB => request(&unit, self, context),
            ACKNOWLEDGEMENT | ANSWER => {
                let asked = self.pending.answered(&(unit.reference, context.from.other()));
                if let Some((operation, name, code)) = asked {
                    context.answer(operation, name, code, unit.refused || is_item_refused(&unit));
                }
            }
            USER_DATA => user_data::read(&unit, self, context),
            _ => context.malformed("unknown kind of unit"),
        }
    }
}

fn request(unit: &Unit<'_>, exchange: &mut Exchange, context: &mut Context<'_>) {
    let Some(&function) = unit.parameters.first() else {
        return context.malformed("job without function");
    };
    let (operation, name) = job(function, unit.parameters, context.from_initiator());
    let (code, object) = (Code::Hex8(function), object(function, unit.parameters));
    context.operation(OperationSighting { operation, name, code, unit: None, object, step: Step::Request });
    exchange.pending.asked((unit.reference, context.from), (operation, name, code));
}

/// What a job does. In a download it is the controller that fetches the blocks: the whole transfer is the deed of
/// the station that asked for it, so the controller's own jobs are told as what they are.
fn job(function: u8, parameters: &[u8], by_initiator: bool) -> (Operation, &'static str) {
    match function {
        0x00 => (Operation::Other, "cpu services"),
        0x04 => (Operation::Read, "read var"),
        0x05 => (Operation::Write, "write var"),
        0x1a => (Operation::LoadProgram, "request download"),
        0x1b if by_initiator => (Operation::LoadProgram, "download block"),
        0x1b => (Operation::Other, "download block, fetched by the controller"),
        0x1c if by_initiator => (Operation::LoadProgram, "download ended"),
        0x1c => (Operation::Other, "download ended, told by the controller"),
        0x1d => (Operation::ReadProgram, "start upload"),
        0x1e => (Operation::ReadProgram, "upload"),
        0x1f => (Operation::ReadProgram, "end upload"),
        0x28 => match invocation(parameters) {
            (b"C ", b"P_PROGRAM") => (Operation::Start, "plc cold start"),
            (_, b"P_PROGRAM") => (Operation::Start, "plc start"),
            (_, b"_INSE") => (Operation::LoadProgram, "activate block"),
            (_, b"_DELE") => (Operation::LoadProgram, "delete block"),
            (_, b"_MODU") => (Operation::LoadProgram, "copy ram to rom"),
            (_, b"_GARB") => (Operation::Configure, "compress memory"),
            _ => (Operation::Other, "program invocation"),
        },
        0x29 => (Operation::Stop, "plc stop"),
        0xf0 => (Operation::Other, "setup communication"),
        _ => (Operation::Other, "unknown job"),
    }
}

/// Program invocation: function 1, unknown 7, argument with its length 2, then the service's name with its length 1.
fn invocation(parameters: &[u8]) -> (&[u8], &[u8]) {
    let part = |at: usize, length: usize| parameters.get(at..at + length).unwrap_or_default();
    let argument = be16(parameters, 8).map_or(0, usize::from);
    let name = byte(parameters, 10 + argument).map_or(0, usize::from);
    (part(10, argument), part(11 + argument, name))
}

/// True when the device refused one of the items that were read or written.
fn is_item_refused(unit: &Unit<'_>) -> bool {
    let [function @ (0x04 | 0x05), items, ..] = *unit.parameters else { return false };
    let mut cursor = Cursor::new(unit.data);
    for _ in 0..items {
        let Some(code) = cursor.u8() else { return false };
        if code != DONE {
            return true;
        }
        if function != 0x04 {
            continue;
        }
        // Size 1, length 2, value. Sizes 3 to 5 count bits; values are filled up to even length.
        let (Some(size), Some(length)) = (cursor.u8(), cursor.be16()) else { return false };
        let length = usize::from(length);
        let bytes = if matches!(size, 3..=5) { length.div_ceil(8) } else { length };
        if cursor.skip((bytes + bytes % 2).min(cursor.left())).is_none() {
            return false;
        }
    }
    false
}

/// What a job is about: the first item of a read or write, or the block that is moved.
fn object(function: u8, parameters: &[u8]) -> Object<'_> {
    match function {
        0x04 | 0x05 => item(parameters.get(2..).unwrap_or_default()),
        // Status 1, unknown 2, id 4, then a file name: "_", type 2, number 5, destination 1.
        0x1a | 0x1d => block(parameters.get(10..17).unwrap_or_default()),
        // Number of blocks 1, filler 1, then type 2, number 5, destination 1 of each.
        0x28 => block(invocation(parameters).0.get(2..9).unwrap_or_default()),
        _ => None,
    }
    .unwrap_or(Object::None)
}

/// A block's type and number, in characters.
fn block(name: &[u8]) -> Option<Object<'static>> {
    let (kind, number) = name.split_first_chunk::<2>()?;
    let space = match kind {
        b"08" => "OB",
        b"0A" => "DB",
        b"0B" => "SDB",
        b"0C" => "FC",
        b"0D" => "SFC",
        b"0E" => "FB",
        b"0F" => "SFB",
        _ => return None,
    };
    let number = std::str::from_utf8(number).ok()?.parse().ok()?;
    Some(Object::Range { space, first: number, last: number })
}

/// An item of a read or write; syntax 0x10 names area, block, first bit and count.
fn item(bytes: &[u8]) -> Option<Object<'static>> {
    let mut cursor = Cursor::new(bytes);
    if cursor.array::<3>()? != [0x12, 0x0a, 0x10] {
        return None;
    }
    let (size, count, block, area) = (cursor.u8()?, cursor.be16()?, cursor.be16()?, cursor.u8()?);
    let (address, count) = (u64::from(cursor.be24()?), u64::from(count).max(1));
    let bits = match size {
        1 => 1,
        4 | 5 => 16,
        6..=8 => 32,
        _ => 8,
    };
    let (first, last) = match area {
        // Timers and counters are numbered themselves.
        0x1c | 0x1d => (address, address + count - 1),
        _ => (address / 8, (address + count * bits - 1) / 8),
    };
    Some(match area {
        0x84 => Object::Block { space: "DB", block: u32::from(block), first, last },
        0x85 => Object::Block { space: "DI", block: u32::from(block), first, last },
        0x81 => Object::Range { space: "inputs", first, last },
        0x82 => Object::Range { space: "outputs", first, last },
        0x83 => Object::Range { space: "flags", first, last },
        0x1c => Object::Range { space: "counters", first, last },
        0x1d => Object::Range { space: "timers", first, last },
        0x80 => Object::Range { space: "peripherals", first, last },
        _ => return None,
    })
}
