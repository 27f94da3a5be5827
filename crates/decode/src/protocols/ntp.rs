//! NTP: the time of day.
//!
//! Source: RFC 5905, 7.3; control messages by RFC 9327.

use model::{Attribute, Code, Confidence, Family, Operation, Side, Subject};

use crate::cursor::{be16, byte, text};
use crate::protocol::{Anywhere, Context, Dissector, Framing, On, Opening, Protocol, Verdict};

/// The entry of the protocol table.
pub const PROTOCOL: Protocol = Protocol {
    name: "ntp",
    family: Family::Network,
    on: &[On::Udp(123)],
    anywhere: Anywhere::No,
    probe,
    start: || Box::new(Ntp),
};

/// A packet without extensions.
const PACKET_BYTES: usize = 48;
/// Header of a control message (RFC 9327, 2).
const CONTROL_BYTES: usize = 12;
/// Most variables of a control answer that are looked at.
const VARIABLES_MAX: usize = 64;

struct Ntp;

fn probe(opening: &Opening<'_>) -> Verdict {
    let Some(first) = byte(opening.bytes, 0) else { return Verdict::No };
    let (version, mode) = (first >> 3 & 7, first & 7);
    let fits = opening.bytes.len() >= PACKET_BYTES || mode >= 6;
    if (1..=4).contains(&version) && mode != 0 && fits { Verdict::Yes } else { Verdict::No }
}

impl Dissector for Ntp {
    fn frame(&mut self, bytes: &[u8], _from: Side) -> Framing {
        Framing::Message(bytes.len())
    }

    fn message(&mut self, bytes: &[u8], context: &mut Context<'_>) {
        let mode = byte(bytes, 0).map_or(0, |first| first & 7);
        let client = (Operation::Other, "ask for the time", Code::Decimal(3));
        match mode {
            3 => context.request(client.0, client.1, client.2),
            4 => context.answer(client.0, client.1, client.2, false),
            1 | 2 => context.request(Operation::Report, "symmetric", Code::Decimal(u32::from(mode))),
            5 => context.request(Operation::Report, "broadcast time", Code::Decimal(5)),
            6 => control(bytes, context),
            7 => private(bytes, context),
            _ => context.malformed("reserved mode"),
        }
    }
}

/// Flags 1, answer, error, more and operation 1, sequence 2, status 2, association 2, offset 2, count 2, data.
fn control(bytes: &[u8], context: &mut Context<'_>) {
    let Some(kind) = byte(bytes, 1) else { return context.malformed("control message cut short") };
    let (operation, name) = match kind & 0x1f {
        1 => (Operation::Diagnose, "read status"),
        2 => (Operation::Diagnose, "read variables"),
        3 => (Operation::Configure, "write variables"),
        8 => (Operation::Configure, "configure"),
        _ => (Operation::Diagnose, "control"),
    };
    let code = Code::Decimal(6);
    if kind & 0x80 == 0 {
        context.sender_asks();
        return context.request(operation, name, code);
    }
    context.sender_answers();
    context.answer(operation, name, code, kind & 0x40 != 0);
    let count = be16(bytes, 10).map_or(0, usize::from);
    let Some(data) = bytes.get(CONTROL_BYTES..).and_then(|data| data.get(..count)) else {
        return context.malformed("control data cut short");
    };
    // Text as in: version="ntpd 4.2.8p15", system="Linux/5.10".
    for variable in text(data).split(',').take(VARIABLES_MAX) {
        let Some((key, value)) = variable.split_once('=') else { continue };
        let attribute = match key.trim() {
            "version" => Attribute::Software,
            "system" => Attribute::Os,
            "processor" => Attribute::Hardware,
            _ => continue,
        };
        let value = value.trim().trim_matches('"');
        context.identity_of(Subject::Sender, attribute, value, "NTP variables", Confidence::Derived);
    }
}

/// Requests of the reference implementation's own: answer bit 0x80 and version, sequence, implementation, request.
fn private(bytes: &[u8], context: &mut Context<'_>) {
    let answer = byte(bytes, 0).is_some_and(|first| first & 0x80 != 0);
    let (operation, name, code) = (Operation::Diagnose, "private request", Code::Decimal(7));
    if answer {
        context.sender_answers();
        context.answer(operation, name, code, false);
    } else {
        context.sender_asks();
        context.request(operation, name, code);
    }
}
