//! DNS: which names hosts ask for, and which names stand for which address.
//!
//! Source: RFC 1035, updates RFC 2136.

use model::{Attribute, Certainty, Code, Confidence, Family, Host, Object, Operation, Side, Subject};

use crate::cursor::be16;
use crate::dns_message::{self, HEADER_BYTES, Header, Name, TYPE_PTR};
use crate::protocol::{Anywhere, Context, Dissector, Framing, On, Opening, Pending, Protocol, Verdict};
use crate::remote_tools;

/// The entry of the protocol table for datagrams.
pub const PROTOCOL: Protocol = Protocol {
    name: "dns",
    family: Family::Network,
    on: &[On::Udp(53)],
    anywhere: Anywhere::No,
    probe,
    start: || Box::new(Dns::default()),
};

/// The entry for TCP, where a length comes before each message (RFC 1035, 4.2.2).
pub const OVER_TCP: Protocol = Protocol {
    name: "dns",
    family: Family::Network,
    on: &[On::Tcp(53)],
    anywhere: Anywhere::No,
    probe: probe_tcp,
    start: || Box::new(Dns { prefixed: true, ..Dns::default() }),
};

#[derive(Default)]
struct Dns {
    prefixed: bool,
    pending: Pending<u16, ()>,
}

fn probe(opening: &Opening<'_>) -> Verdict {
    if plausible(opening.bytes) { Verdict::Yes } else { Verdict::No }
}

fn probe_tcp(opening: &Opening<'_>) -> Verdict {
    match be16(opening.bytes, 0) {
        Some(length) if usize::from(length) < HEADER_BYTES => Verdict::No,
        Some(length) => match opening.bytes.get(2..2 + usize::from(length)) {
            Some(message) if plausible(message) => Verdict::Yes,
            Some(_) => Verdict::No,
            None => Verdict::Maybe,
        },
        None => Verdict::Maybe,
    }
}

/// A header whose fields have a meaning, and a question that can be read.
fn plausible(message: &[u8]) -> bool {
    let Some(header) = Header::read(message) else { return false };
    let counts = header.records.iter().all(|&count| usize::from(count) <= dns_message::RECORDS_MAX);
    header.operation() <= 6
        && header.flags & 0x0040 == 0
        && header.questions <= 8
        && counts
        && dns_message::questions(message, header).is_some()
}

impl Dissector for Dns {
    fn frame(&mut self, bytes: &[u8], _from: Side) -> Framing {
        if !self.prefixed {
            return Framing::Message(bytes.len());
        }
        match be16(bytes, 0) {
            Some(length) if usize::from(length) < HEADER_BYTES => Framing::Foreign,
            Some(length) => Framing::Message(2 + usize::from(length)),
            None => Framing::More,
        }
    }

    fn message(&mut self, bytes: &[u8], context: &mut Context<'_>) {
        let message = bytes.get(if self.prefixed { 2 } else { 0 }..).unwrap_or_default();
        let Some((header, question, at)) = dns_message::head(message, context) else { return };
        let (operation, name) = match header.operation() {
            0 => (Operation::Other, "query"),
            4 => (Operation::Other, "notify"),
            5 => (Operation::Configure, "update"),
            _ => (Operation::Other, "other request"),
        };
        let code = Code::Decimal(u32::from(header.operation()));
        if header.is_response() {
            context.sender_answers();
            if self.pending.answered(&header.id).is_some() {
                // That a name does not exist (3) is an answer, not a refusal.
                context.answer(operation, name, code, !matches!(header.result(), 0 | 3));
            }
            answers(message, header, at, context);
        } else {
            context.sender_asks();
            let asked = question.map(|question| question.name).unwrap_or_default();
            let object = match asked.is_empty() {
                true => Object::None,
                false => Object::Named { space: "name", name: asked.as_str() },
            };
            context.request_of(operation, name, code, None, object);
            remote_tools::tell(asked.as_str(), Certainty::Port, context);
            self.pending.asked(header.id, ());
        }
    }

    fn gap(&mut self, _from: Side) {
        self.pending.clear();
    }
}

/// Names of addresses, forward and backward.
fn answers(message: &[u8], header: Header, at: usize, context: &mut Context<'_>) {
    let mut read = 0;
    for record in dns_message::records(message, header, at) {
        read += 1;
        let (ip, name) = match record.kind {
            TYPE_PTR => match dns_message::name(message, record.data_at) {
                Some((target, _)) => (dns_message::reverse_address(record.name.as_str()), target),
                None => return context.malformed("name cut short"),
            },
            _ => (record.address(), record.name),
        };
        if let Some(ip) = ip.filter(|ip| !ip.is_unspecified() && !ip.is_loopback()) {
            tell_name(Host::Ip(ip), &name, context);
        }
    }
    let stated: usize = header.records.iter().map(|&count| usize::from(count)).sum();
    if read < stated.min(dns_message::RECORDS_MAX) && header.flags & 0x0200 == 0 {
        context.malformed("record cut short");
    }
}

fn tell_name(host: Host, name: &Name, context: &mut Context<'_>) {
    let subject = Subject::Other(host);
    context.identity_of(subject, Attribute::Name, name.as_str(), "DNS answer", Confidence::Derived);
}
