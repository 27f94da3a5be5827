//! S7comm: Siemens S7-300 and S7-400 controllers, and newer ones in compatibility mode.
//!
//! Undocumented by its maker; layout and numbers follow the value tables of public dissectors.

use model::{
    Attribute, Code, Confidence, Family, Object, Operation, OperationSighting, Protection, Role, Side, Step,
    Subject, Weakness,
};

use super::s7comm_identity::{self as identity, Collected};
use crate::cursor::{Cursor, be16, byte};
use crate::iso_transport::{self, Joined, Packet};
use crate::protocol::{Anywhere, Context, Dissector, Framing, On, Pending, Protocol, Verdict};

/// The entry of the protocol table.
pub const PROTOCOL: Protocol = Protocol {
    name: "s7comm",
    family: Family::Control,
    on: &[On::Tcp(102)],
    anywhere: Anywhere::Tcp,
    probe: |opening| iso_transport::probe(opening, judge),
    start: || Box::new(S7comm::default()),
};

/// First byte of every unit.
const MAGIC: u8 = 0x32;
const JOB: u8 = 1;
const ACKNOWLEDGEMENT: u8 = 2;
const ANSWER: u8 = 3;
const USER_DATA: u8 = 7;
/// Return code of an item: done.
const DONE: u8 = 0xff;

#[derive(Default)]
struct S7comm {
    sides: [Joined; 2],
    /// By unit reference and the asking side: controllers ask too.
    pending: Pending<(u16, Side), (Operation, &'static str, Code)>,
    collected: Collected,
}

fn judge(payload: &[u8]) -> Verdict {
    match payload {
        [MAGIC, JOB..=ANSWER | USER_DATA, 0, 0, ..] => Verdict::Yes,
        _ => Verdict::No,
    }
}

/// A unit: header, parameters, data.
struct Unit<'a> {
    kind: u8,
    reference: u16,
    refused: bool,
    parameters: &'a [u8],
    data: &'a [u8],
}

fn unit(bytes: &[u8]) -> Option<Unit<'_>> {
    let mut cursor = Cursor::new(bytes);
    let (_, kind, _, reference) = (cursor.u8()?, cursor.u8()?, cursor.be16()?, cursor.be16()?);
    let (parameters, data) = (cursor.be16()?, cursor.be16()?);
    let refused = matches!(kind, ACKNOWLEDGEMENT | ANSWER) && cursor.be16()? != 0;
    Some(Unit {
        kind,
        reference,
        refused,
        parameters: cursor.take(usize::from(parameters))?,
        data: cursor.take(usize::from(data))?,
    })
}

impl Dissector for S7comm {
    fn frame(&mut self, bytes: &[u8], _from: Side) -> Framing {
        iso_transport::frame(bytes)
    }

    fn message(&mut self, bytes: &[u8], context: &mut Context<'_>) {
        match iso_transport::read(bytes) {
            Some(Packet::Connect { request, called, .. }) => connect(request, called, context),
            Some(Packet::Data { payload, last }) => {
                let from = context.from;
                let S7comm { sides, pending, collected } = self;
                let Some(side) = sides.get_mut(from as usize) else { return };
                let mut whole = |bytes: &[u8]| read(bytes, pending, collected, context);
                if !side.add(payload, last, &mut whole) {
                    context.malformed("message longer than what is kept");
                }
            }
            Some(Packet::Other) => {}
            None => context.malformed("transport header cut short"),
        }
    }

    fn gap(&mut self, from: Side) {
        if let Some(side) = self.sides.get_mut(from as usize) {
            side.clear();
        }
    }
}

/// The called selector's first byte says what the caller is: 1 programming device, 2 operator panel, 3 other.
fn connect(request: bool, called: &[u8], context: &mut Context<'_>) {
    if !request {
        return context.sender_answers();
    }
    context.sender_asks();
    if let [2, _] = called {
        context.identity_of(
            Subject::Sender,
            Attribute::Role,
            Role::Hmi.as_str(),
            "S7 connection type",
            Confidence::Derived,
        );
    }
}

type Asked = Pending<(u16, Side), (Operation, &'static str, Code)>;

fn read(bytes: &[u8], pending: &mut Asked, collected: &mut Collected, context: &mut Context<'_>) {
    if bytes.first() != Some(&MAGIC) {
        return;
    }
    let Some(unit) = unit(bytes) else { return context.malformed("unit cut short") };
    match unit.kind {
        JOB => {
            let Some(&function) = unit.parameters.first() else {
                return context.malformed("job without function");
            };
            let (operation, name) = job(function, unit.parameters, context.from_initiator());
            let code = Code::Hex8(function);
            let object = object(function, unit.parameters);
            context.operation(OperationSighting {
                operation,
                name,
                code,
                unit: None,
                object,
                step: Step::Request,
            });
            pending.asked((unit.reference, context.from), (operation, name, code));
        }
        ACKNOWLEDGEMENT | ANSWER => {
            let item = match unit.parameters.first() {
                Some(0x04 | 0x05) => unit.data.first().is_some_and(|code| *code != DONE),
                _ => false,
            };
            if let Some((operation, name, code)) = pending.answered(&(unit.reference, context.from.other())) {
                context.answer(operation, name, code, unit.refused || item);
            }
        }
        USER_DATA => user_data(&unit, pending, collected, context),
        _ => context.malformed("unknown kind of unit"),
    }
}

/// What a job does. In a download it is the controller that fetches the blocks from the programming device.
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
        0x28 => service(parameters),
        0x29 => (Operation::Stop, "plc stop"),
        0xf0 => (Operation::Other, "setup communication"),
        _ => (Operation::Other, "unknown job"),
    }
}

/// Program invocation: function 1, unknown 7, argument length 2, argument, then the service's name with its length.
fn service(parameters: &[u8]) -> (Operation, &'static str) {
    let argument = be16(parameters, 8).map_or(0, usize::from);
    let length = byte(parameters, 10 + argument).map_or(0, usize::from);
    match parameters.get(11 + argument..11 + argument + length) {
        Some(b"P_PROGRAM") => (Operation::Start, "plc start"),
        Some(b"_INSE") => (Operation::LoadProgram, "activate block"),
        Some(b"_DELE") => (Operation::LoadProgram, "delete block"),
        Some(b"_MODU") => (Operation::LoadProgram, "copy ram to rom"),
        Some(b"_GARB") => (Operation::Configure, "compress memory"),
        _ => (Operation::Other, "program invocation"),
    }
}

/// What the first item of a read or write is about: syntax 0x10 names area, block, first bit and count.
fn object(function: u8, parameters: &[u8]) -> Object<'_> {
    match function {
        0x04 | 0x05 => item(parameters.get(2..).unwrap_or_default()).unwrap_or(Object::None),
        // File name: "_", type 2, number 5, destination 1.
        0x1a | 0x1d => {
            let length = byte(parameters, 8).map_or(0, usize::from);
            let name = parameters.get(9..9 + length).and_then(|name| std::str::from_utf8(name).ok());
            name.map_or(Object::None, |name| Object::Named { space: "block", name })
        }
        _ => Object::None,
    }
}

fn item(bytes: &[u8]) -> Option<Object<'static>> {
    let mut cursor = Cursor::new(bytes);
    if cursor.array::<3>()? != [0x12, 0x0a, 0x10] {
        return None;
    }
    let (size, count, block, area) = (cursor.u8()?, cursor.be16()?, cursor.be16()?, cursor.u8()?);
    let address = u64::from(cursor.be24()?);
    let width = match size {
        4 | 5 => 2,
        6..=8 => 4,
        _ => 1,
    };
    let first = if matches!(area, 0x1c | 0x1d) { address } else { address / 8 };
    let last = first + (u64::from(count) * width).max(1) - 1;
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

/// User data: head 3, length 1, method 1, type and group 1, sub-function 1, sequence 1, and in answers reference 1,
/// "more follows" 1, error 2.
fn user_data(unit: &Unit<'_>, pending: &mut Asked, collected: &mut Collected, context: &mut Context<'_>) {
    let head = (byte(unit.parameters, 5), byte(unit.parameters, 6));
    let (Some(kind), Some(sub)) = head else { return context.malformed("user data without function") };
    let (kind, group) = (kind >> 4, kind & 0x0f);
    let code = Code::Pair(u16::from(group), u16::from(sub));
    let payload = unit.data.get(4..).unwrap_or_default();
    match kind {
        4 => {
            let (operation, name) = user_request(group, sub, payload);
            let object = if (group, sub) == (4, 1) {
                be16(payload, 0).map_or(Object::None, |list| Object::Range {
                    space: "system status list",
                    first: u64::from(list),
                    last: u64::from(list),
                })
            } else {
                Object::None
            };
            context.operation(OperationSighting {
                operation,
                name,
                code,
                unit: None,
                object,
                step: Step::Request,
            });
            if (group, sub) == (5, 1) {
                context.credential("password", None, Protection::Clear, Weakness::None);
            }
            pending.asked((unit.reference, context.from), (operation, name, code));
        }
        8 => {
            let failed = be16(unit.parameters, 10).is_some_and(|error| error != 0);
            let asked = pending.answered(&(unit.reference, context.from.other()));
            if let Some((operation, name, code)) = asked {
                context.answer(operation, name, code, failed);
            }
            if (group, sub) == (4, 1) && !failed {
                let (reference, more) =
                    (byte(unit.parameters, 8).unwrap_or(0), byte(unit.parameters, 9) == Some(1));
                identity::list(collected, reference, more, payload, context);
            }
        }
        // Pushed by the controller: the answers to what was subscribed.
        _ => {
            let (operation, name) = if group == 0 {
                (Operation::Report, "mode transition")
            } else {
                (Operation::Report, "pushed data")
            };
            context.answer(operation, name, code, false);
        }
    }
}

fn user_request(group: u8, sub: u8, payload: &[u8]) -> (Operation, &'static str) {
    match (group, sub) {
        (1, 8) => (Operation::Write, "modify variable"),
        (1, 9) => (Operation::Diagnose, "force"),
        (1, 12) => (Operation::Reset, "erase memory"),
        (1, _) => (Operation::Diagnose, "programmer command"),
        (2, _) => (Operation::Report, "cyclic data"),
        (3, _) => (Operation::Discover, "block functions"),
        (4, 1) => match be16(payload, 0).map(|list| list & 0x00ff) {
            Some(0x11 | 0x1c) => (Operation::Identify, "read system status list"),
            Some(0x00) => (Operation::Discover, "read system status list"),
            _ => (Operation::Diagnose, "read system status list"),
        },
        (4, _) => (Operation::Report, "alarms and messages"),
        (5, 1) => (Operation::LogIn, "password"),
        (5, _) => (Operation::Other, "security"),
        (6, _) => (Operation::Report, "block send"),
        (7, 1 | 3) => (Operation::Read, "read clock"),
        (7, _) => (Operation::Configure, "set clock"),
        _ => (Operation::Other, "user data"),
    }
}
