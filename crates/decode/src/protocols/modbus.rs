//! Modbus/TCP, with device identification and Schneider's UMAS.
//!
//! Source: MODBUS Application Protocol Specification V1.1b3, MODBUS Messaging on TCP/IP Implementation Guide V1.0b.

use model::{Attribute, Code, Family, Object, Operation, OperationSighting, Side, Step};

use super::umas;
use crate::cursor::{Cursor, be16, byte, text};
use crate::protocol::{Anywhere, Context, Dissector, Framing, On, Opening, Pending, Protocol, Verdict};

/// The entry of the protocol table.
pub const PROTOCOL: Protocol = Protocol {
    name: "modbus",
    family: Family::Control,
    on: &[On::Tcp(502), On::Udp(502)],
    anywhere: Anywhere::Tcp,
    probe,
    start: || Box::new(Modbus::default()),
};

/// Transaction 2, protocol 2, length 2, unit 1 (Implementation Guide 3.1.3).
const HEADER_BYTES: usize = 7;
/// Longest frame that is read. The specification allows 260 bytes; UMAS negotiates more.
const FRAME_BYTES_MAX: usize = 6 + 2048;
/// Most objects of one device identification.
const OBJECTS_MAX: usize = 64;
const SOURCE: &str = "Modbus 43/14";

#[derive(Default)]
struct Modbus {
    pending: Pending<(u8, u16), Asked>,
}

/// What was asked, so that the answer is understood.
#[derive(Clone, Copy)]
struct Asked {
    operation: Operation,
    name: &'static str,
    function: u8,
    umas: Option<u8>,
}

fn probe(opening: &Opening<'_>) -> Verdict {
    let bytes = opening.bytes;
    let (Some(protocol), Some(length)) = (be16(bytes, 2), be16(bytes, 4)) else { return Verdict::No };
    let whole = 6 + usize::from(length);
    if protocol != 0 || length < 2 || whole > FRAME_BYTES_MAX {
        return Verdict::No;
    }
    let Some(function) = byte(bytes, HEADER_BYTES) else { return Verdict::No };
    let plausible = known(function & 0x7f) && body_fits(function, usize::from(length));
    // Elsewhere than at home the frame must also end with the segment, and not look like a bare acknowledgement.
    match (plausible, opening.at_home) {
        (true, true) => Verdict::Yes,
        // At home an unknown function is Modbus too, when the frame ends with the segment.
        (false, true) if whole == bytes.len() => Verdict::Yes,
        (true, false) if whole == bytes.len() && function & 0x7f < 0x2c => Verdict::Yes,
        _ => Verdict::No,
    }
}

/// Function codes with a meaning, public or in wide use.
fn known(function: u8) -> bool {
    matches!(function, 1..=8 | 11 | 12 | 15..=17 | 20..=24 | 43 | 90 | 91 | 125 | 126)
}

/// Whether a length (unit and function included) can belong to a request or answer of this function.
fn body_fits(function: u8, length: usize) -> bool {
    match function {
        0x80.. => length == 3,
        1..=4 => length == 6 || length >= 4,
        5 | 6 => length == 6,
        15 | 16 => length == 6 || length >= 8,
        7 | 11 | 12 | 17 => length >= 2,
        _ => length >= 3,
    }
}

impl Dissector for Modbus {
    fn frame(&mut self, bytes: &[u8], _from: Side) -> Framing {
        let (Some(protocol), Some(length)) = (be16(bytes, 2), be16(bytes, 4)) else { return Framing::More };
        let whole = 6 + usize::from(length);
        if protocol != 0 || length < 2 || whole > FRAME_BYTES_MAX {
            return Framing::Foreign;
        }
        Framing::Message(whole)
    }

    fn message(&mut self, bytes: &[u8], context: &mut Context<'_>) {
        let (Some(transaction), Some(unit), Some(function)) =
            (be16(bytes, 0), byte(bytes, 6), byte(bytes, 7))
        else {
            return context.malformed("frame without function");
        };
        let body = bytes.get(HEADER_BYTES + 1..).unwrap_or_default();
        let key = (unit, transaction);
        if function >= 0x80 && !context.is_sure() {
            context.sender_answers();
        }
        if context.from_initiator() {
            if function >= 0x80 {
                context.malformed("exception in place of a request");
            }
            let asked = self.request(unit, function & 0x7f, body, context);
            self.pending.asked(key, asked);
        } else {
            let asked = self.pending.answered(&key);
            response(function, body, asked, context);
        }
    }

    fn gap(&mut self, _from: Side) {
        self.pending.clear();
    }
}

impl Modbus {
    fn request(&mut self, unit: u8, function: u8, body: &[u8], context: &mut Context<'_>) -> Asked {
        let umas = (function == umas::FUNCTION).then(|| byte(body, 1)).flatten();
        let (operation, name) = match umas {
            Some(code) => umas::request(code, body, context),
            None => meaning(function, body),
        };
        let object = object(function, body);
        if let Err(reason) = object {
            context.malformed(reason);
        }
        context.operation(OperationSighting {
            operation,
            name,
            code: Code::Decimal(u32::from(function)),
            unit: Some(u32::from(unit)),
            object: object.unwrap_or(Object::None),
            step: Step::Request,
        });
        Asked { operation, name, function, umas }
    }
}

fn response(function: u8, body: &[u8], asked: Option<Asked>, context: &mut Context<'_>) {
    let plain = function & 0x7f;
    // Some stacks refuse every function they do not know as function 0: the transaction tells what was asked.
    let asked = asked.filter(|asked| asked.function == plain || function == 0x80);
    let plain = asked.map_or(plain, |asked| asked.function);
    let (operation, name) = asked.map_or_else(|| meaning(plain, body), |asked| (asked.operation, asked.name));
    let mut failed = function >= 0x80;
    if let Some(code) = asked.and_then(|asked| asked.umas).filter(|_| !failed) {
        failed = umas::response(code, body, context);
    }
    context.answer(operation, name, Code::Decimal(u32::from(plain)), failed);
    match plain {
        43 if !failed => identification(body, context),
        17 if !failed => server_id(body, context),
        _ => {}
    }
}

/// What a function does (Application Protocol, 6).
fn meaning(function: u8, body: &[u8]) -> (Operation, &'static str) {
    match function {
        1 => (Operation::Read, "read coils"),
        2 => (Operation::Read, "read discrete inputs"),
        3 => (Operation::Read, "read holding registers"),
        4 => (Operation::Read, "read input registers"),
        5 => (Operation::Write, "write single coil"),
        6 => (Operation::Write, "write single register"),
        7 => (Operation::Diagnose, "read exception status"),
        8 => (Operation::Diagnose, diagnostic(be16(body, 0))),
        11 => (Operation::Diagnose, "get comm event counter"),
        12 => (Operation::Diagnose, "get comm event log"),
        15 => (Operation::Write, "write multiple coils"),
        16 => (Operation::Write, "write multiple registers"),
        17 => (Operation::Identify, "report server id"),
        20 => (Operation::Read, "read file record"),
        21 => (Operation::Write, "write file record"),
        22 => (Operation::Write, "mask write register"),
        23 => (Operation::Write, "read and write multiple registers"),
        24 => (Operation::Read, "read fifo queue"),
        43 => match byte(body, 0) {
            Some(14) => (Operation::Identify, "read device identification"),
            Some(13) => (Operation::Other, "canopen general reference"),
            _ => (Operation::Other, "encapsulated interface transport"),
        },
        90 => (Operation::Other, "umas"),
        _ => (Operation::Other, "reserved function"),
    }
}

/// Sub-functions of Diagnostics (Application Protocol, 6.8).
fn diagnostic(sub_function: Option<u16>) -> &'static str {
    match sub_function {
        Some(0) => "return query data",
        Some(1) => "restart communications",
        Some(2) => "return diagnostic register",
        Some(3) => "change ascii input delimiter",
        Some(4) => "force listen only mode",
        Some(10) => "clear counters",
        Some(11..=18) => "return counter",
        Some(20) => "clear overrun counter",
        _ => "diagnostics",
    }
}

/// What a request is about. Addresses count from 0, as on the wire.
fn object(function: u8, body: &[u8]) -> Result<Object<'static>, &'static str> {
    let (space, most) = match function {
        1 | 15 => ("coils", 2000),
        2 => ("discrete inputs", 2000),
        3 | 16 | 22 | 23 => ("holding registers", 125),
        4 => ("input registers", 125),
        5 => ("coil", 1),
        6 => ("holding register", 1),
        24 => ("fifo", 1),
        _ => return Ok(Object::None),
    };
    let Some(first) = be16(body, 0) else { return Err("request without address") };
    let count = match function {
        5 | 6 | 22 | 24 => 1,
        // 23 reads and writes: what it writes matters.
        23 => match (be16(body, 4), be16(body, 6)) {
            (Some(first), Some(count)) => return range(space, first, count, most),
            _ => return Err("request without quantity"),
        },
        _ => be16(body, 2).ok_or("request without quantity")?,
    };
    range(space, first, count, most)
}

fn range(space: &'static str, first: u16, count: u16, most: u16) -> Result<Object<'static>, &'static str> {
    if count == 0 || count > most.max(1) {
        return Err("quantity outside the allowed range");
    }
    Ok(Object::Range { space, first: u64::from(first), last: u64::from(first) + u64::from(count) - 1 })
}

/// Read Device Identification (Application Protocol, 6.21): MEI 1, code 1, conformity 1, more 1, next 1, count 1,
/// then objects of id 1, length 1, value.
fn identification(body: &[u8], context: &mut Context<'_>) {
    let mut cursor = Cursor::new(body);
    let Some([14, _, _, _, _, count]) = cursor.array::<6>() else { return };
    for _ in 0..usize::from(count).min(OBJECTS_MAX) {
        let object = (cursor.u8(), cursor.u8());
        let (Some(id), Some(length)) = object else { return context.malformed("object list cut short") };
        let Some(value) = cursor.take(usize::from(length)) else {
            return context.malformed("object longer than the message");
        };
        let attribute = match id {
            0 => Attribute::Vendor,
            1 => Attribute::OrderNumber,
            2 => Attribute::Firmware,
            4 | 5 => Attribute::Product,
            6 => Attribute::Name,
            _ => continue,
        };
        context.identity(attribute, &text(value), SOURCE);
    }
}

/// Report Server ID (Application Protocol, 6.13): byte count 1, then device-specific, by custom text with a run
/// indicator of 0x00 or 0xff.
fn server_id(body: &[u8], context: &mut Context<'_>) {
    let value = body.get(1..).unwrap_or_default();
    let printable: String =
        value.iter().filter(|b| (0x20..0x7f).contains(*b)).map(|&b| char::from(b)).collect();
    if printable.len() >= 4 {
        context.identity(Attribute::Description, printable.trim(), "Modbus report server id");
    }
}
