//! SSDP, the search of UPnP: routers, cameras, panels and media devices announce themselves.
//!
//! Source: UPnP Device Architecture 2.0, 1 (discovery).

use model::{Attribute, Code, Confidence, Family, Object, Operation, Side, Subject};

use crate::cursor::text;
use crate::protocol::{Anywhere, Context, Dissector, Framing, On, Opening, Protocol, Verdict};

/// The entry of the protocol table.
pub const PROTOCOL: Protocol = Protocol {
    name: "ssdp",
    family: Family::Discovery,
    on: &[On::Udp(1900)],
    anywhere: Anywhere::Udp,
    probe: |opening: &Opening<'_>| if kind(opening.bytes).is_some() { Verdict::Yes } else { Verdict::No },
    start: || Box::new(Ssdp),
};

/// Most fields of one message.
const FIELDS_MAX: usize = 64;
const SEARCH: &[u8] = b"M-SEARCH * HTTP/1.1";
const NOTIFY: &[u8] = b"NOTIFY * HTTP/1.1";
const ANSWER: &[u8] = b"HTTP/1.1 200 OK";

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Search,
    Notify,
    Answer,
}

struct Ssdp;

fn kind(bytes: &[u8]) -> Option<Kind> {
    let is = |line: &[u8]| bytes.get(..line.len()).is_some_and(|start| start.eq_ignore_ascii_case(line));
    [(SEARCH, Kind::Search), (NOTIFY, Kind::Notify), (ANSWER, Kind::Answer)]
        .into_iter()
        .find_map(|(line, kind)| is(line).then_some(kind))
}

impl Dissector for Ssdp {
    fn frame(&mut self, bytes: &[u8], _from: Side) -> Framing {
        Framing::Message(bytes.len())
    }

    fn message(&mut self, bytes: &[u8], context: &mut Context<'_>) {
        let Some(kind) = kind(bytes) else { return context.malformed("neither search nor announcement") };
        let wanted: &[u8] = if kind == Kind::Notify { b"nt" } else { b"st" };
        let target =
            field(bytes, wanted).and_then(|value| std::str::from_utf8(value).ok()).unwrap_or_default();
        let object =
            if target.is_empty() { Object::None } else { Object::Named { space: "target", name: target } };
        match kind {
            Kind::Search => {
                context.request_of(Operation::Discover, "search", Code::Word("M-SEARCH"), None, object)
            }
            Kind::Notify => {
                context.request_of(Operation::Identify, "notify", Code::Word("NOTIFY"), None, object)
            }
            // The search went to everybody, the answer comes from one: it belongs to another conversation.
            Kind::Answer => context.sender_answers(),
        }
        let software = match kind {
            Kind::Search => field(bytes, b"user-agent"),
            Kind::Notify | Kind::Answer => field(bytes, b"server"),
        };
        if let Some(software) = software {
            let software = text(software);
            let derived = |attribute, value: &str, context: &mut Context<'_>| {
                context.identity_of(Subject::Sender, attribute, value, "SSDP", Confidence::Derived);
            };
            derived(Attribute::Software, &software, context);
            // Operating system and version, UPnP and version, product and version (1.2.2); many leave parts out.
            if let Some(system) = software.split_whitespace().next().filter(|word| !word.starts_with("UPnP"))
            {
                derived(Attribute::Os, system.trim_end_matches(','), context);
            }
        }
    }
}

/// The value of a field.
fn field<'a>(bytes: &'a [u8], wanted: &[u8]) -> Option<&'a [u8]> {
    bytes.split(|&byte| byte == b'\n').skip(1).take(FIELDS_MAX).find_map(|line| {
        let colon = line.iter().position(|&byte| byte == b':')?;
        let name = line.get(..colon)?.trim_ascii();
        name.eq_ignore_ascii_case(wanted).then(|| line.get(colon + 1..).map(<[u8]>::trim_ascii))?
    })
}
