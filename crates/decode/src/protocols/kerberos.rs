//! Kerberos: log-ins of the Windows world at their directory server.
//!
//! Source: RFC 4120, 5.4 (requests), 5.9 (errors), 7.2.2 (TCP).

use model::{Attribute, Code, Confidence, Family, Object, Operation, Role, Side, Subject};

use crate::ber::{self, Walk};
use crate::cursor::{be32, byte};
use crate::protocol::{Anywhere, Context, Dissector, Framing, On, Opening, Pending, Protocol, Verdict};

/// The entry of the protocol table for datagrams.
pub const PROTOCOL: Protocol = Protocol {
    name: "kerberos",
    family: Family::Office,
    on: &[On::Udp(88)],
    anywhere: Anywhere::No,
    probe: |opening: &Opening<'_>| verdict(opening.bytes),
    start: || Box::new(Kerberos::default()),
};

/// The entry for TCP, where a length comes before each message.
pub const OVER_TCP: Protocol = Protocol {
    name: "kerberos",
    family: Family::Office,
    on: &[On::Tcp(88)],
    anywhere: Anywhere::No,
    probe: |opening: &Opening<'_>| verdict(opening.bytes.get(4..).unwrap_or_default()),
    start: || Box::new(Kerberos { prefixed: true, ..Kerberos::default() }),
};

/// Longest message over TCP that is stepped over; tickets of large groups grow to some ten kilobytes.
const MESSAGE_BYTES_MAX: usize = 1024 * 1024;
/// Bytes of a message worth reading.
const MESSAGE_BYTES_READ: usize = 8 * 1024;
/// Fields of a message that are looked at.
const FIELDS_MAX: usize = 24;

/// Messages: application class, constructed.
const AS_REQUEST: u8 = 0x6a;
const AS_ANSWER: u8 = 0x6b;
const TICKET_REQUEST: u8 = 0x6c;
const TICKET_ANSWER: u8 = 0x6d;
const ERROR: u8 = 0x7e;
/// Only asks to prove who one is before a ticket is given (7.5.9).
const PROOF_REQUIRED: i64 = 25;

const LOG_IN: (Operation, &str, Code) = (Operation::LogIn, "log in", Code::Decimal(10));
const TICKET: (Operation, &str, Code) = (Operation::Other, "ask for a ticket", Code::Decimal(12));

#[derive(Default)]
struct Kerberos {
    prefixed: bool,
    pending: Pending<(), (Operation, &'static str, Code)>,
}

fn verdict(message: &[u8]) -> Verdict {
    let known = matches!(byte(message, 0), Some(AS_REQUEST..=TICKET_ANSWER | ERROR));
    let wrapped = ber::head(message).ok().flatten().and_then(|head| byte(message, head.head));
    if known && wrapped == Some(ber::SEQUENCE) { Verdict::Yes } else { Verdict::No }
}

impl Dissector for Kerberos {
    fn frame(&mut self, bytes: &[u8], _from: Side) -> Framing {
        if !self.prefixed {
            return Framing::Message(bytes.len());
        }
        match be32(bytes, 0).map(|length| length as usize) {
            Some(length @ 1..=MESSAGE_BYTES_MAX) => {
                Framing::Head { deliver: 4 + length.min(MESSAGE_BYTES_READ), total: 4 + length }
            }
            Some(_) => Framing::Foreign,
            None => Framing::More,
        }
    }

    fn message(&mut self, bytes: &[u8], context: &mut Context<'_>) {
        let message = bytes.get(if self.prefixed { 4 } else { 0 }..).unwrap_or_default();
        let Some((kind, fields)) = fields(message) else { return context.malformed("message cut short") };
        match kind {
            AS_REQUEST | TICKET_REQUEST => {
                context.sender_asks();
                let told = if kind == AS_REQUEST { LOG_IN } else { TICKET };
                request(kind, fields, told, context);
                self.pending.asked((), told);
            }
            AS_ANSWER | TICKET_ANSWER => {
                context.sender_answers();
                if kind == AS_ANSWER {
                    let (attribute, role) = (Attribute::Role, Role::DirectoryServer.as_str());
                    context.identity_of(
                        Subject::Sender,
                        attribute,
                        role,
                        "Kerberos answer",
                        Confidence::Derived,
                    );
                }
                self.answer(false, context);
            }
            ERROR => {
                context.sender_answers();
                let code = field(fields, 6).and_then(|field| Walk::new(field).integer());
                self.answer(code != Some(PROOF_REQUIRED), context);
            }
            _ => {}
        }
    }

    fn gap(&mut self, _from: Side) {
        self.pending.clear();
    }
}

impl Kerberos {
    fn answer(&mut self, failed: bool, context: &mut Context<'_>) {
        if let Some((operation, name, code)) = self.pending.answered(&()) {
            context.answer(operation, name, code, failed);
        }
    }
}

/// Tag of the message and the content of its sequence, as far as it has come.
fn fields(message: &[u8]) -> Option<(u8, &[u8])> {
    let outer = ber::head(message).ok()??;
    let inner = message.get(outer.head..)?;
    let sequence = ber::head(inner).ok()??;
    (sequence.tag == ber::SEQUENCE).then(|| inner.get(sequence.head..).map(|fields| (outer.tag, fields)))?
}

/// The content of a numbered field.
fn field(fields: &[u8], number: u32) -> Option<&[u8]> {
    ber::elements(fields)
        .take(FIELDS_MAX)
        .find(|field| field.tag & 0xe0 == 0xa0 && field.number == number)
        .map(|field| field.content)
}

/// Body [4]: options [0], client [1], realm [2], service [3]. A computer's own name ends with a dollar sign.
fn request(kind: u8, fields: &[u8], told: (Operation, &'static str, Code), context: &mut Context<'_>) {
    let body = field(fields, 4).and_then(|body| Walk::new(body).take(ber::SEQUENCE));
    let Some(body) = body else {
        context.request(told.0, told.1, told.2);
        return context.malformed("request without body");
    };
    let (space, number) = if kind == AS_REQUEST { ("user", 1) } else { ("service", 3) };
    let name = field(body, number).and_then(principal).unwrap_or_default();
    let object = if name.is_empty() { Object::None } else { Object::Named { space, name } };
    context.request_of(told.0, told.1, told.2, None, object);
    if let Some(computer) = name.strip_suffix('$').filter(|_| kind == AS_REQUEST) {
        let (attribute, source) = (Attribute::Name, "Kerberos log-in");
        context.identity_of(Subject::Sender, attribute, computer, source, Confidence::Derived);
    }
}

/// A name: kind [0], parts [1]; the first part says who or what.
fn principal(content: &[u8]) -> Option<&str> {
    let name = Walk::new(content).take(ber::SEQUENCE)?;
    let parts = Walk::new(field(name, 1)?).take(ber::SEQUENCE)?;
    let first = Walk::new(parts).any()?;
    std::str::from_utf8(first.content).ok()
}
