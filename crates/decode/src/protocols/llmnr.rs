//! Link-local multicast name resolution: how hosts of the Windows world ask their neighbours for names.
//!
//! Source: RFC 4795.

use model::{Attribute, Code, Confidence, Family, Host, Object, Operation, Side, Subject};

use crate::dns_message::{self, Header, TYPE_ANY};
use crate::protocol::{Anywhere, Context, Dissector, Framing, On, Pending, Protocol};

/// The entry of the protocol table.
pub const PROTOCOL: Protocol = Protocol {
    name: "llmnr",
    family: Family::Discovery,
    on: &[On::Udp(5355)],
    anywhere: Anywhere::No,
    probe: |opening| dns_message::probe(opening, |header| header.operation() == 0 && header.questions == 1),
    start: || Box::new(Llmnr::default()),
};

#[derive(Default)]
struct Llmnr {
    pending: Pending<u16, ()>,
}

impl Dissector for Llmnr {
    fn frame(&mut self, bytes: &[u8], _from: Side) -> Framing {
        Framing::Message(bytes.len())
    }

    fn message(&mut self, bytes: &[u8], context: &mut Context<'_>) {
        let Some((header, question, at)) = dns_message::head(bytes, context) else { return };
        if header.is_response() {
            return self.response(bytes, header, at, context);
        }
        let Some(question) = question else { return context.malformed("no question") };
        let object = Object::Named { space: "name", name: question.name.as_str() };
        context.request_of(Operation::Discover, "query", Code::Decimal(0), None, object);
        self.pending.asked(header.id, ());
        // Only who wants to be sure that its own name is unique asks for everything (RFC 4795, 4.1).
        if question.kind == TYPE_ANY {
            let (attribute, name) = (Attribute::Name, question.name.as_str());
            context.identity_of(Subject::Sender, attribute, name, "LLMNR own name", Confidence::Derived);
        }
    }
}

impl Llmnr {
    fn response(&mut self, bytes: &[u8], header: Header, at: usize, context: &mut Context<'_>) {
        context.sender_answers();
        if self.pending.answered(&header.id).is_some() {
            context.answer(Operation::Discover, "query", Code::Decimal(0), header.result() != 0);
        }
        for record in dns_message::records(bytes, header, at) {
            if let Some(ip) = record.address() {
                let (subject, name) = (Subject::Other(Host::Ip(ip)), record.name.as_str());
                context.identity_of(subject, Attribute::Name, name, "LLMNR answer", Confidence::Stated);
            }
        }
    }
}
