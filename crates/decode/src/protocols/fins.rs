//! FINS: Omron controllers of the CS, CJ, CP and CV series.
//!
//! Source: Omron W342 (communications commands reference manual), W421 (FINS/TCP).

use model::{Attribute, Code, Family, Object, Operation, OperationSighting, Side, Step};

use crate::cursor::{Cursor, be16, be32, byte, text};
use crate::protocol::{Anywhere, Context, Dissector, Framing, On, Opening, Pending, Protocol, Verdict};

/// The entry of the protocol table.
pub const PROTOCOL: Protocol = Protocol {
    name: "fins",
    family: Family::Control,
    on: &[On::Tcp(9600), On::Udp(9600)],
    // On UDP there is no magic: its content is too weak elsewhere.
    anywhere: Anywhere::Tcp,
    probe,
    start: || Box::new(Fins::default()),
};

/// Begins every FINS/TCP message.
const MAGIC: &[u8] = b"FINS";
/// Magic 4, length 4, command 4, error 4.
const TCP_HEADER_BYTES: usize = 16;
/// Length as FINS/TCP counts it: from the command on.
const TCP_COUNTED_MIN: usize = 8;
/// Longest message that is believed: 2012 bytes of a FINS frame and the header.
const TCP_COUNTED_MAX: usize = 4096;
/// Command of FINS/TCP: a frame follows.
const FRAME_SEND: u32 = 2;
/// Control, reserved, gateways, two addresses of 3 bytes, service id.
const FRAME_HEADER_BYTES: usize = 10;
/// Control bit: this is a response.
const RESPONSE: u8 = 0x40;
/// Most gateways that a frame may still cross.
const GATEWAYS_MAX: u8 = 7;
/// Bits of an end code that mean refusal; the others tell of relays and of the state of the CPU.
const END_CODE_MASK: u16 = 0x7f3f;
const SOURCE: &str = "FINS controller data";

/// An address: network, node, unit.
type Address = [u8; 3];

#[derive(Default)]
struct Fins {
    tcp: bool,
    /// By service id and the address of the asker.
    pending: Pending<(u8, Address), (Operation, &'static str, Code)>,
}

fn probe(opening: &Opening<'_>) -> Verdict {
    let bytes = opening.bytes;
    if opening.stream {
        return match tcp_length(bytes) {
            Some(_) => Verdict::Yes,
            None if MAGIC.starts_with(bytes) => Verdict::Maybe,
            None => Verdict::No,
        };
    }
    let head = (byte(bytes, 0), byte(bytes, 1), byte(bytes, 2), be16(bytes, FRAME_HEADER_BYTES));
    match head {
        (Some(control), Some(0), Some(0..=GATEWAYS_MAX), Some(command))
            if opening.at_home && control & 0x3e == 0 && meaning(command).is_some() =>
        {
            Verdict::Yes
        }
        _ => Verdict::No,
    }
}

fn tcp_length(bytes: &[u8]) -> Option<usize> {
    let counted = usize::try_from(be32(bytes, 4)?).ok()?;
    let fits = (TCP_COUNTED_MIN..=TCP_COUNTED_MAX).contains(&counted);
    (bytes.starts_with(MAGIC) && fits).then_some(8 + counted)
}

impl Dissector for Fins {
    fn frame(&mut self, bytes: &[u8], _from: Side) -> Framing {
        if let Some(length) = tcp_length(bytes) {
            self.tcp = true;
            return Framing::Message(length);
        }
        if !self.tcp {
            return Framing::Message(bytes.len());
        }
        if bytes.len() < 8 && (MAGIC.starts_with(bytes) || bytes.starts_with(MAGIC)) {
            return Framing::More;
        }
        let next = bytes.windows(MAGIC.len()).skip(1).position(|window| window == MAGIC);
        next.map_or(Framing::Foreign, |at| Framing::Skip(at + 1))
    }

    fn message(&mut self, bytes: &[u8], context: &mut Context<'_>) {
        if !bytes.starts_with(MAGIC) {
            return self.read(bytes, context);
        }
        // The exchange of node addresses and refusals of the connection carry no frame.
        if be32(bytes, 8) == Some(FRAME_SEND) {
            self.read(bytes.get(TCP_HEADER_BYTES..).unwrap_or_default(), context);
        }
    }
}

impl Fins {
    fn read(&mut self, bytes: &[u8], context: &mut Context<'_>) {
        let mut cursor = Cursor::new(bytes);
        let head = (cursor.u8(), cursor.skip(2), cursor.array::<3>(), cursor.array::<3>(), cursor.u8());
        let (Some(control), Some(()), Some(to), Some(from), Some(service)) = head else {
            return context.malformed("frame cut short");
        };
        let Some(command) = cursor.be16() else { return context.malformed("frame without command") };
        let (operation, name) = meaning(command).unwrap_or((Operation::Other, "unknown command"));
        let code = Code::Hex16(command);
        if control & RESPONSE == 0 {
            context.operation(OperationSighting {
                operation,
                name,
                code,
                unit: unit(to),
                object: object(command, cursor.rest()),
                step: Step::Request,
            });
            self.pending.asked((service, from), (operation, name, code));
            return;
        }
        if !context.is_sure() {
            context.sender_answers();
        }
        let Some(end) = cursor.be16() else { return context.malformed("response without end code") };
        let failed = end & END_CODE_MASK != 0;
        let asked = self.pending.answered(&(service, to)).filter(|(_, _, asked)| *asked == code);
        let (operation, name, code) = asked.unwrap_or((operation, name, code));
        context.answer(operation, name, code, failed);
        if command == 0x0501 && !failed {
            controller(&mut cursor, context);
        }
    }
}

/// The node behind the address, when the frame goes on into another network.
fn unit(to: Address) -> Option<u32> {
    let [network, node, _] = to;
    (network != 0).then(|| u32::from(network) << 8 | u32::from(node))
}

/// Controller data: model 20, version 20 (W342, 5-3-17).
fn controller(cursor: &mut Cursor<'_>, context: &mut Context<'_>) {
    let (Some(model), Some(version)) = (cursor.take(20), cursor.take(20)) else {
        return context.malformed("controller data cut short");
    };
    context.identity(Attribute::Product, &text(model), SOURCE);
    context.identity(Attribute::Firmware, &text(version), SOURCE);
}

/// Where memory is read or written: area 1, address 2, bit 1, count 2.
fn object(command: u16, body: &[u8]) -> Object<'static> {
    let place = (byte(body, 0), be16(body, 1), be16(body, 4));
    let (0x0101..=0x0103, (Some(area), Some(first), Some(count))) = (command, place) else {
        return Object::None;
    };
    let space = match area {
        0x30 | 0xb0 => "CIO",
        0x31 | 0xb1 => "W",
        0x32 | 0xb2 => "H",
        0x33 | 0xb3 => "A",
        0x02 | 0x82 => "D",
        0x09 | 0x89 => "T",
        0x20..=0x2f | 0x50..=0x5f | 0x90..=0xaf => "E",
        _ => return Object::None,
    };
    let first = u64::from(first);
    Object::Range { space, first, last: first + u64::from(count).max(1) - 1 }
}

/// Commands (W342, section 5).
fn meaning(command: u16) -> Option<(Operation, &'static str)> {
    Some(match command {
        0x0101 => (Operation::Read, "memory area read"),
        0x0102 => (Operation::Write, "memory area write"),
        0x0103 => (Operation::Write, "memory area fill"),
        0x0104 => (Operation::Read, "multiple memory area read"),
        0x0105 => (Operation::Write, "memory area transfer"),
        0x0201 => (Operation::Read, "parameter area read"),
        0x0202 => (Operation::Configure, "parameter area write"),
        0x0203 => (Operation::Configure, "parameter area clear"),
        0x0220 => (Operation::Read, "data link table read"),
        0x0221 => (Operation::Configure, "data link table write"),
        0x0304 => (Operation::Configure, "program area protect"),
        0x0305 => (Operation::Configure, "program area protect clear"),
        0x0306 => (Operation::ReadProgram, "program area read"),
        0x0307 => (Operation::LoadProgram, "program area write"),
        0x0308 => (Operation::LoadProgram, "program area clear"),
        0x0401 => (Operation::Start, "run"),
        0x0402 => (Operation::Stop, "stop"),
        0x0403 => (Operation::Reset, "reset"),
        0x0501 => (Operation::Identify, "controller data read"),
        0x0502 => (Operation::Identify, "connection data read"),
        0x0601 => (Operation::Diagnose, "controller status read"),
        0x0602 => (Operation::Diagnose, "network status read"),
        0x0603 => (Operation::Diagnose, "data link status read"),
        0x0620 => (Operation::Diagnose, "cycle time read"),
        0x0701 => (Operation::Read, "clock read"),
        0x0702 => (Operation::Configure, "clock write"),
        0x0801 => (Operation::Diagnose, "loop-back test"),
        0x0802 => (Operation::Diagnose, "broadcast test results read"),
        0x0803 => (Operation::Diagnose, "broadcast test data send"),
        0x0920 => (Operation::Diagnose, "message read or clear"),
        0x0c01 => (Operation::Other, "access right acquire"),
        0x0c02 => (Operation::Other, "access right forced acquire"),
        0x0c03 => (Operation::Other, "access right release"),
        0x2101 => (Operation::Configure, "error clear"),
        0x2102 => (Operation::Diagnose, "error log read"),
        0x2103 => (Operation::Configure, "error log clear"),
        0x2201 => (Operation::Transfer, "file name read"),
        0x2202 => (Operation::Transfer, "single file read"),
        0x2203 => (Operation::Transfer, "single file write"),
        0x2204 => (Operation::Transfer, "memory card format"),
        0x2205 => (Operation::Transfer, "file delete"),
        0x2206 => (Operation::Transfer, "volume label"),
        0x2207 => (Operation::Transfer, "file copy"),
        0x2208 => (Operation::Transfer, "file name change"),
        0x2209 => (Operation::Transfer, "file data check"),
        0x220a => (Operation::Transfer, "memory area file transfer"),
        0x220b => (Operation::Transfer, "parameter area file transfer"),
        0x220c => (Operation::LoadProgram, "program area file transfer"),
        0x220f => (Operation::Transfer, "file memory index read"),
        0x2210 => (Operation::Transfer, "file memory read"),
        0x2211 => (Operation::Transfer, "file memory write"),
        0x2215 => (Operation::Transfer, "create or delete directory"),
        0x2301 => (Operation::Diagnose, "force set or reset"),
        0x2302 => (Operation::Diagnose, "cancel forces"),
        0x230a => (Operation::Diagnose, "multiple status of forces read"),
        0x2601 => (Operation::Configure, "name set"),
        0x2602 => (Operation::Configure, "name delete"),
        0x2603 => (Operation::Identify, "name read"),
        _ => return None,
    })
}
