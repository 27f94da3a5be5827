//! NetBIOS name service: hosts of the older Windows world register and look up names.
//!
//! Source: RFC 1002, 4.2; kinds of names after Microsoft's [MS-NBTE].

use std::net::Ipv4Addr;

use model::{Attribute, Code, Confidence, Family, Host, Mac, Object, Operation, Role, Side, Subject};

use crate::cursor::{Cursor, text};
use crate::dns_message::{self, Header, Record};
use crate::protocol::{Anywhere, Context, Dissector, Framing, On, Opening, Pending, Protocol, Verdict};
use crate::short_text::ShortText;

/// The entry of the protocol table.
pub const PROTOCOL: Protocol = Protocol {
    name: "nbns",
    family: Family::Discovery,
    on: &[On::Udp(137)],
    anywhere: Anywhere::No,
    probe,
    start: || Box::new(Nbns::default()),
};

/// Record type of a name with its addresses.
const TYPE_NB: u16 = 0x20;
/// Record type of a node's status.
const TYPE_STATUS: u16 = 0x21;
/// Most names or addresses of one record.
const NAMES_MAX: usize = 64;
/// Kinds of names, the sixteenth byte: workstation, file server, domain controllers.
const WORKSTATION: u8 = 0x00;
const FILE_SERVER: u8 = 0x20;
const DOMAIN_CONTROLLERS: u8 = 0x1c;
/// Flag of a name that many hosts share.
const GROUP: u16 = 0x8000;
const SOURCE: &str = "NetBIOS name";

type Asked = (Operation, &'static str, Code);

#[derive(Default)]
struct Nbns {
    pending: Pending<u16, Asked>,
}

fn probe(opening: &Opening<'_>) -> Verdict {
    let Some(header) = Header::read(opening.bytes) else { return Verdict::No };
    let named = dns_message::name(opening.bytes, dns_message::HEADER_BYTES)
        .is_some_and(|(name, _)| dns_message::netbios_name(name.as_str()).is_some());
    let known = matches!(header.operation(), 0 | 5 | 6 | 7 | 8 | 9 | 15);
    if known && named && header.questions <= 1 { Verdict::Yes } else { Verdict::No }
}

impl Dissector for Nbns {
    fn frame(&mut self, bytes: &[u8], _from: Side) -> Framing {
        Framing::Message(bytes.len())
    }

    fn message(&mut self, bytes: &[u8], context: &mut Context<'_>) {
        let Some((header, question, at)) = dns_message::head(bytes, context) else { return };
        let code = Code::Decimal(u32::from(header.operation()));
        if header.is_response() {
            if let Some((operation, name, code)) = self.pending.answered(&header.id) {
                context.answer(operation, name, code, header.result() != 0);
            }
        } else {
            let asked = match (header.operation(), question.map(|question| question.kind)) {
                (0, Some(TYPE_STATUS)) => (Operation::Discover, "node status", code),
                (0, _) => (Operation::Discover, "query", code),
                (5, _) => (Operation::Identify, "register name", code),
                (6, _) => (Operation::Identify, "release name", code),
                (8 | 9, _) => (Operation::Identify, "refresh name", code),
                (15, _) => (Operation::Identify, "register shared name", code),
                _ => (Operation::Other, "other request", code),
            };
            let encoded = question.map(|question| question.name).unwrap_or_default();
            let name = dns_message::netbios_name(encoded.as_str()).map(|(name, _)| name).unwrap_or_default();
            let object = match name.is_empty() {
                true => Object::None,
                false => Object::Named { space: "name", name: name.as_str() },
            };
            context.request_of(asked.0, asked.1, asked.2, None, object);
            self.pending.asked(header.id, asked);
            // Who releases a name does not hold it any longer.
            if header.operation() == 6 {
                return;
            }
        }
        for record in dns_message::records(bytes, header, at) {
            match record.kind {
                TYPE_NB if header.result() == 0 => addresses(&record, context),
                TYPE_STATUS => status(record.data, context),
                _ => {}
            }
        }
    }
}

/// Flags 2 and address 4 for each host that holds a name (RFC 1002, 4.2.13).
fn addresses(record: &Record<'_>, context: &mut Context<'_>) {
    let Some((name, kind)) = dns_message::netbios_name(record.name.as_str()) else { return };
    let mut cursor = Cursor::new(record.data);
    for _ in 0..NAMES_MAX {
        let (Some(flags), Some(octets)) = (cursor.be16(), cursor.array::<4>()) else { return };
        let subject = Subject::Other(Host::Ip(Ipv4Addr::from(octets).into()));
        tell(subject, name.as_str(), kind, flags, context);
    }
}

/// Number of names 1, then name 15, kind 1, flags 2 each, then the hardware address (RFC 1002, 4.2.18).
fn status(data: &[u8], context: &mut Context<'_>) {
    let mut cursor = Cursor::new(data);
    let Some(count) = cursor.u8() else { return context.malformed("node status cut short") };
    for _ in 0..usize::from(count).min(NAMES_MAX) {
        let (name, kind, flags) = (cursor.take(15), cursor.u8(), cursor.be16());
        let (Some(name), Some(kind), Some(flags)) = (name, kind, flags) else {
            return context.malformed("node status cut short");
        };
        tell(Subject::Sender, &text(name), kind, flags, context);
    }
    if let Some(mac) = cursor.array().map(Mac).filter(|mac| !mac.is_zero() && !mac.is_group()) {
        let text: ShortText<17> = ShortText::of(mac);
        context.identity(Attribute::Mac, text.as_str(), "NetBIOS node status");
    }
}

fn tell(subject: Subject, name: &str, kind: u8, flags: u16, context: &mut Context<'_>) {
    match (kind, flags & GROUP != 0) {
        (WORKSTATION | FILE_SERVER, false) => {
            context.identity_of(subject, Attribute::Name, name, SOURCE, Confidence::Stated);
        }
        (DOMAIN_CONTROLLERS, true) => {
            let role = Role::DirectoryServer.as_str();
            context.identity_of(
                subject,
                Attribute::Role,
                role,
                "NetBIOS domain controllers",
                Confidence::Derived,
            );
        }
        _ => {}
    }
}
