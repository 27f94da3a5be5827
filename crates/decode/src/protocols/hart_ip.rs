//! HART-IP: instruments and valves behind a gateway.
//!
//! Source: FieldComm Group, HART-IP (frames); HART universal and common practice commands (names, identity).

use model::{Attribute, Code, Family, Object, Operation, OperationSighting, Side, Step};

use crate::cursor::{be16, byte};
use crate::protocol::{Anywhere, Context, Dissector, Framing, On, Opening, Pending, Protocol, Verdict};
use crate::short_text::ShortText;

/// The entry of the protocol table.
pub const PROTOCOL: Protocol = Protocol {
    name: "hart-ip",
    family: Family::Control,
    on: &[On::Tcp(5094), On::Udp(5094)],
    anywhere: Anywhere::Both,
    probe,
    start: || Box::new(HartIp::default()),
};

/// Version 1, type 1, id 1, status 1, sequence 2, length 2.
const HEADER_BYTES: usize = 8;
/// Longest message that is believed.
const MESSAGE_BYTES_MAX: usize = 4096;
const SOURCE: &str = "HART command 0";
const REQUEST: u8 = 0;
const RESPONSE: u8 = 1;
const PUBLISH: u8 = 2;
const PASS_THROUGH: u8 = 3;

#[derive(Default)]
struct HartIp {
    pending: Pending<u16, (Operation, &'static str, Code)>,
}

fn length(bytes: &[u8]) -> Option<usize> {
    let (version, kind, id) = (byte(bytes, 0)?, byte(bytes, 1)?, byte(bytes, 2)?);
    let length = usize::from(be16(bytes, 6)?);
    let known = version <= 2 && version > 0 && matches!(kind, 0..=2 | 15) && matches!(id, 0..=4 | 128);
    (known && (HEADER_BYTES..=MESSAGE_BYTES_MAX).contains(&length)).then_some(length)
}

fn probe(opening: &Opening<'_>) -> Verdict {
    match length(opening.bytes) {
        Some(length)
            if opening.at_home || length == opening.bytes.len() && command(opening.bytes).is_some() =>
        {
            Verdict::Yes
        }
        _ => Verdict::No,
    }
}

/// The HART command inside a message and what follows it: delimiter, address of 1 or 5 bytes, command 1, count 1.
/// The gateway's start and acknowledge delimiters tell a request from an answer.
fn command(bytes: &[u8]) -> Option<(u8, &[u8])> {
    if byte(bytes, 2)? != PASS_THROUGH {
        return None;
    }
    let delimiter = byte(bytes, HEADER_BYTES)?;
    let address = if delimiter & 0x80 != 0 { 5 } else { 1 };
    let expansion = usize::from(delimiter >> 5 & 3);
    let at = HEADER_BYTES + 1 + address + expansion;
    let (number, count) = (byte(bytes, at)?, usize::from(byte(bytes, at + 1)?));
    matches!(delimiter & 7, 1 | 2 | 6).then_some((number, bytes.get(at + 2..at + 2 + count)?))
}

impl Dissector for HartIp {
    fn frame(&mut self, bytes: &[u8], _from: Side) -> Framing {
        if bytes.len() < HEADER_BYTES {
            return Framing::More;
        }
        length(bytes).map_or(Framing::Foreign, Framing::Message)
    }

    fn message(&mut self, bytes: &[u8], context: &mut Context<'_>) {
        let (Some(kind), Some(id), Some(status), Some(sequence)) =
            (byte(bytes, 1), byte(bytes, 2), byte(bytes, 3), be16(bytes, 4))
        else {
            return;
        };
        let inner = command(bytes);
        match kind {
            REQUEST => {
                context.sender_asks();
                let (operation, name, code) = match (id, inner) {
                    (PASS_THROUGH, Some((number, _))) => {
                        let (operation, name) = meaning(number);
                        (operation, name, Code::Decimal(u32::from(number)))
                    }
                    (PASS_THROUGH, None) => return context.malformed("pass-through without command"),
                    (0, _) => (Operation::Other, "session", Code::Word("initiate")),
                    (1, _) => (Operation::Other, "session", Code::Word("close")),
                    (2, _) => (Operation::Other, "session", Code::Word("keep-alive")),
                    _ => (Operation::Other, "other message", Code::Word("other")),
                };
                context.operation(OperationSighting {
                    operation,
                    name,
                    code,
                    unit: None,
                    object: Object::None,
                    step: Step::Request,
                });
                self.pending.asked(sequence, (operation, name, code));
            }
            RESPONSE => {
                // The first byte of the answer's data: highest bit a communication error, else the response code.
                let refused = inner.and_then(|(_, data)| data.first()).is_some_and(|code| *code != 0);
                if let Some((operation, name, code)) = self.pending.answered(&sequence) {
                    context.answer(operation, name, code, refused || status != 0);
                }
                if let Some((0 | 11 | 21, data)) = inner {
                    identity(data, context);
                }
            }
            PUBLISH => context.answer(Operation::Report, "published data", Code::Word("publish"), false),
            _ => {}
        }
    }
}

/// Answer to command 0: response code, device status, then 254, device type 2, preambles, HART revision, device
/// revision, software revision, hardware revision, flags, device id 3 ... manufacturer 2.
fn identity(data: &[u8], context: &mut Context<'_>) {
    let Some(body) = data.get(2..).filter(|body| body.first() == Some(&254)) else { return };
    let fields = (byte(body, 6), byte(body, 7), body.get(9..12));
    let (Some(software), Some(hardware), Some([a, b, c])) = fields else { return };
    context.identity(Attribute::Firmware, ShortText::<8>::of(software).as_str(), SOURCE);
    context.identity(Attribute::Hardware, ShortText::<8>::of(hardware >> 3).as_str(), SOURCE);
    context.identity(
        Attribute::Serial,
        ShortText::<8>::of(format_args!("{a:02x}{b:02x}{c:02x}")).as_str(),
        SOURCE,
    );
}

fn meaning(number: u8) -> (Operation, &'static str) {
    match number {
        0 | 11 | 21 => (Operation::Identify, "read unique identifier"),
        12 | 13 | 16 | 20 | 57 => (Operation::Identify, "read message or tag"),
        74 | 75 | 84 => (Operation::Discover, "sub-devices"),
        1..=3 | 7..=9 | 14 | 15 | 33 | 50 | 54 | 60..=63 | 70 | 80 => (Operation::Read, "read"),
        40 | 66 | 79 => (Operation::Write, "force value"),
        6
        | 17..=19
        | 22
        | 34..=39
        | 43..=47
        | 49
        | 51..=53
        | 55
        | 56
        | 58
        | 59
        | 64
        | 65
        | 67..=69
        | 71
        | 82
        | 83
        | 87..=89 => (Operation::Configure, "write setting"),
        42 => (Operation::Reset, "device reset"),
        41 | 48 | 72 | 73 | 76 | 81 | 85 | 86 => (Operation::Diagnose, "diagnose"),
        _ => (Operation::Other, "other command"),
    }
}
