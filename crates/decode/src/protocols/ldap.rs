//! LDAP: stations look up users and computers in a directory, and log in to it.
//!
//! Source: RFC 4511, 4.

use model::Attribute;
use model::{Code, Confidence, Family, Object, Operation, Protection, Role, Side, Subject, Weakness};

use super::tls::Tls;
use crate::ber::{self, Walk};
use crate::cursor::{be32, text};
use crate::protocol::{Anywhere, Context, Dissector, Framing, On, Opening, Pending, Protocol, Verdict};
use crate::{default_credentials, ntlm};

/// The entry of the protocol table.
pub const PROTOCOL: Protocol = Protocol {
    name: "ldap",
    family: Family::Office,
    on: &[On::Tcp(389), On::Tcp(3268), On::Udp(389)],
    anywhere: Anywhere::No,
    probe,
    start: || Box::new(Ldap::default()),
};

/// Bytes of a message worth reading: log-ins and what is asked for.
const MESSAGE_BYTES_READ: usize = 16 * 1024;
/// Longest message or sealed block (servers' usual limit is 10 MiB).
const MESSAGE_BYTES_MAX: usize = 16 * 1024 * 1024;
/// Results that are no refusals: more steps of a log-in, a comparison's answers, referrals (RFC 4511, 4.1.9).
const NOT_REFUSED: [i64; 5] = [0, 5, 6, 10, 14];
/// 1.3.6.1.4.1.1466.20037, StartTLS (RFC 4511, 4.14).
const START_TLS: &[u8] = b"1.3.6.1.4.1.1466.20037";

const BIND_REQUEST: u8 = 0x60;
const BIND_RESPONSE: u8 = 0x61;
const SEARCH_ENTRY: u8 = 0x64;
const EXTENDED_REQUEST: u8 = 0x77;
/// Password in the clear, or another mechanism, in a log-in.
const SIMPLE: u8 = 0x80;
const MECHANISM: u8 = 0xa3;

#[derive(Default)]
struct Ldap {
    pending: Pending<i64, (Operation, &'static str, Code)>,
    /// StartTLS was asked for with this message number.
    starting: Option<i64>,
    tls: Option<Box<Tls>>,
    sealed: bool,
    told: bool,
}

fn probe(opening: &Opening<'_>) -> Verdict {
    let Ok(Some(head)) = ber::head(opening.bytes) else { return Verdict::No };
    let content = opening.bytes.get(head.head..).unwrap_or_default();
    // A message number, then an operation of the application's class.
    let operation = ber::element(content)
        .filter(|(number, _)| number.tag == ber::INTEGER && number.content.len() <= 4)
        .and_then(|(_, rest)| rest.first().copied());
    let known = operation.is_some_and(|tag| tag & 0xc0 == 0x40 && tag & 0x1f <= 25);
    if head.tag == ber::SEQUENCE && known { Verdict::Yes } else { Verdict::No }
}

impl Dissector for Ldap {
    fn frame(&mut self, bytes: &[u8], from: Side) -> Framing {
        if let Some(tls) = &mut self.tls {
            return tls.frame(bytes, from);
        }
        // Signed or sealed blocks of a log-in's own security have a length of four bytes before them (RFC 4422, 3.7).
        if bytes.first() == Some(&0) {
            return match be32(bytes, 0).map(|length| length as usize) {
                Some(length) if length <= MESSAGE_BYTES_MAX => {
                    Framing::Head { deliver: 4, total: 4 + length }
                }
                Some(_) => Framing::Foreign,
                None => Framing::More,
            };
        }
        match ber::head(bytes) {
            Ok(Some(head)) if head.tag == ber::SEQUENCE && head.content <= MESSAGE_BYTES_MAX => {
                let total = head.head + head.content;
                Framing::Head { deliver: total.min(MESSAGE_BYTES_READ), total }
            }
            Ok(None) => Framing::More,
            _ => Framing::Foreign,
        }
    }

    fn message(&mut self, bytes: &[u8], context: &mut Context<'_>) {
        if let Some(tls) = &mut self.tls {
            return tls.message(bytes, context);
        }
        if bytes.first() == Some(&0) {
            if !std::mem::replace(&mut self.sealed, true) {
                context.protection(Protection::Encrypted, "", false);
            }
            return;
        }
        let Ok(Some(head)) = ber::head(bytes) else { return context.malformed("message cut short") };
        let mut walk = Walk::new(bytes.get(head.head..).unwrap_or_default());
        let (Some(number), Some(operation)) = (walk.integer(), ber::head(walk.rest()).ok().flatten()) else {
            return context.malformed("message without operation");
        };
        let content = walk.rest().get(operation.head..).unwrap_or_default();
        if let Some(told) = request(operation.tag) {
            context.sender_asks();
            self.asked(number, operation.tag, told, content, context);
        } else {
            context.sender_answers();
            self.answered(number, operation.tag, content, context);
        }
    }

    fn gap(&mut self, from: Side) {
        self.pending.clear();
        if let Some(tls) = &mut self.tls {
            tls.gap(from);
        }
    }
}

impl Ldap {
    fn asked(
        &mut self,
        number: i64,
        tag: u8,
        told: (Operation, &'static str, Code),
        content: &[u8],
        context: &mut Context<'_>,
    ) {
        if !self.told {
            self.told = true;
            context.protection(Protection::Clear, "", false);
        }
        // What is searched, changed or deleted comes first, as its name in the directory.
        let name = match tag {
            0x63 | 0x66 | 0x68 => Walk::new(content).take(ber::OCTET_STRING).unwrap_or_default(),
            _ => &[],
        };
        let name = std::str::from_utf8(name).unwrap_or_default();
        let object = if name.is_empty() { Object::None } else { Object::Named { space: "entry", name } };
        context.request_of(told.0, told.1, told.2, None, object);
        match tag {
            BIND_REQUEST => bind(content, context),
            EXTENDED_REQUEST if Walk::new(content).take(0x80) == Some(START_TLS) => {
                self.starting = Some(number)
            }
            _ => {}
        }
        // A farewell and an abandonment are not answered.
        if !matches!(tag, 0x42 | 0x50) {
            self.pending.asked(number, told);
        }
    }

    /// Result 1, name, message: the same in all last answers (RFC 4511, 4.1.9).
    fn answered(&mut self, number: i64, tag: u8, content: &[u8], context: &mut Context<'_>) {
        if matches!(tag, SEARCH_ENTRY | 0x73 | 0x79) {
            return;
        }
        let result = Walk::new(content).take(ber::ENUMERATED).and_then(ber::integer);
        let Some(result) = result else { return context.malformed("answer without result") };
        let refused = !NOT_REFUSED.contains(&result);
        if tag == BIND_RESPONSE {
            ntlm::tell(content, context);
            let (attribute, role) = (Attribute::Role, Role::DirectoryServer.as_str());
            context.identity_of(Subject::Sender, attribute, role, "LDAP log-in answer", Confidence::Derived);
        }
        if let Some((operation, name, code)) = self.pending.answered(&number) {
            context.answer(operation, name, code, refused);
        }
        if self.starting == Some(number) && !refused {
            context.protection(Protection::Encrypted, "", false);
            self.tls = Some(Box::default());
        }
    }
}

/// Version, name, then a password or a mechanism with its first step.
fn bind(content: &[u8], context: &mut Context<'_>) {
    let mut walk = Walk::new(content);
    let (Some(_), Some(name), Some(proof)) = (walk.integer(), walk.take(ber::OCTET_STRING), walk.any())
    else {
        return context.malformed("log-in cut short");
    };
    let user = text(name);
    match proof.tag {
        // Without name or without password nobody is asked who they are (RFC 4513, 5.1).
        SIMPLE if proof.content.is_empty() => {
            context.credential("session", None, Protection::Clear, Weakness::Anonymous);
        }
        SIMPLE => {
            let weakness = default_credentials::weakness(Some(&user), proof.content);
            context.credential("password", Some(&user), Protection::Clear, weakness);
        }
        MECHANISM => ntlm::tell(proof.content, context),
        _ => {}
    }
}

/// Requests (RFC 4511, 4.2 to 4.14), by tag.
fn request(tag: u8) -> Option<(Operation, &'static str, Code)> {
    let (operation, name) = match tag {
        BIND_REQUEST => (Operation::LogIn, "bind"),
        0x42 => (Operation::Other, "unbind"),
        0x63 => (Operation::Other, "search"),
        0x66 => (Operation::Configure, "modify"),
        0x68 => (Operation::Configure, "add"),
        0x4a => (Operation::Configure, "delete"),
        0x6c => (Operation::Configure, "rename"),
        0x6e => (Operation::Other, "compare"),
        0x50 => (Operation::Other, "abandon"),
        EXTENDED_REQUEST => (Operation::Other, "extended request"),
        _ => return None,
    };
    Some((operation, name, Code::Decimal(u32::from(tag & 0x1f))))
}
