//! HART-IP: instruments and valves behind a gateway.
//!
//! Source: FieldComm Group, HART-IP (frames); HART universal and common practice commands (names, identity).

use model::{Attribute, Code, Family, Object, Operation, Side};

use super::hart_ip_commands::{self as hart, Command, Way};
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
const DIRECT: u8 = 4;
const AUDIT_LOG: u8 = 5;

/// A command that waits for its answer.
struct Asked {
    operation: Operation,
    name: &'static str,
    code: Code,
    /// How many follow it in the same message.
    more: usize,
}

#[derive(Default)]
struct HartIp {
    pending: Pending<u16, Asked>,
}

fn length(bytes: &[u8]) -> Option<usize> {
    let (version, kind, id) = (byte(bytes, 0)?, byte(bytes, 1)?, byte(bytes, 2)?);
    let length = usize::from(be16(bytes, 6)?);
    let known =
        version <= 2 && version > 0 && matches!(kind, 0..=2 | 15) && matches!(id, 0..=AUDIT_LOG | 128);
    (known && (HEADER_BYTES..=MESSAGE_BYTES_MAX).contains(&length)).then_some(length)
}

fn probe(opening: &Opening<'_>) -> Verdict {
    match length(opening.bytes) {
        Some(length) if opening.at_home || length == opening.bytes.len() && carries(opening.bytes) => {
            Verdict::Yes
        }
        _ => Verdict::No,
    }
}

fn carries(bytes: &[u8]) -> bool {
    let answer = byte(bytes, 1) == Some(RESPONSE);
    byte(bytes, 2) == Some(PASS_THROUGH) && commands(bytes, PASS_THROUGH, answer).next().is_some()
}

/// The HART commands that a message carries.
fn commands(bytes: &[u8], id: u8, answer: bool) -> impl Iterator<Item = Command<'_>> {
    let body = |wanted: u8| bytes.get(HEADER_BYTES..).filter(|_| id == wanted).unwrap_or_default();
    hart::token_passing(body(PASS_THROUGH), answer).chain(hart::direct(body(DIRECT), answer))
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
        match kind {
            REQUEST => {
                context.sender_asks();
                self.request(bytes, id, sequence, context);
            }
            RESPONSE => self.answer(bytes, id, status, sequence, context),
            PUBLISH => context.answer(Operation::Report, "published data", Code::Word("publish"), false),
            _ => {}
        }
    }
}

impl HartIp {
    fn request(&mut self, bytes: &[u8], id: u8, sequence: u16, context: &mut Context<'_>) {
        let count = commands(bytes, id, false).count();
        let session = match (id, count) {
            (PASS_THROUGH, 0) => return context.malformed("pass-through without command"),
            (DIRECT, 0) => return context.malformed("direct message without command"),
            (PASS_THROUGH | DIRECT, _) => None,
            (0, _) => Some((Operation::Other, "session", Code::Word("initiate"))),
            (1, _) => Some((Operation::Other, "session", Code::Word("close"))),
            (2, _) => Some((Operation::Other, "session", Code::Word("keep-alive"))),
            (AUDIT_LOG, _) => Some((Operation::Diagnose, "read audit log", Code::Word("audit-log"))),
            _ => Some((Operation::Other, "other message", Code::Word("other"))),
        };
        if let Some((operation, name, code)) = session {
            context.request(operation, name, code);
            return self.pending.asked(sequence, Asked { operation, name, code, more: 0 });
        }
        for (place, command) in commands(bytes, id, false).enumerate() {
            let (operation, name) = hart::meaning(command.number);
            let code = command.code();
            let channel = match command.way {
                Way::Relayed(card, channel) => Some(ShortText::<8>::of(format_args!("{card}/{channel}"))),
                Way::Alone | Way::Bundled | Way::Direct => None,
            };
            let object = channel
                .as_ref()
                .map_or(Object::None, |channel| Object::Named { space: "channel", name: channel.as_str() });
            context.request_of(operation, name, code, None, object);
            self.pending.asked(sequence, Asked { operation, name, code, more: count - 1 - place });
        }
    }

    /// What a gateway refuses to hand on is refused with all that is inside.
    fn answer(&mut self, bytes: &[u8], id: u8, status: u8, sequence: u16, context: &mut Context<'_>) {
        let mut answers = commands(bytes, id, true);
        let mut all_refused = hart::is_refusal(status);
        let mut first = true;
        while let Some(asked) = self.pending.answered(&sequence) {
            let answer = answers.next();
            let refused = all_refused || answer.is_some_and(|answer| answer.refused);
            if first || refused || answer.is_some() {
                context.answer(asked.operation, asked.name, asked.code, refused);
            }
            all_refused |= first && refused && id == PASS_THROUGH;
            first = false;
            if asked.more == 0 {
                break;
            }
        }
        // A relayed command is answered by the instrument, not by the sender.
        for command in commands(bytes, id, true) {
            if matches!(command.number, 0 | 11 | 21) && !matches!(command.way, Way::Relayed(..)) {
                identity(command.body, context);
            }
        }
    }
}

/// Answer to command 0: 254, device type 2, preambles, HART revision, device
/// revision, software revision, hardware revision, flags, device id 3 ... manufacturer 2.
fn identity(body: &[u8], context: &mut Context<'_>) {
    if body.first() != Some(&254) {
        return;
    }
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
