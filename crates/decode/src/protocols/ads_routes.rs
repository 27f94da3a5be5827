//! How Beckhoff controllers are found, and how stations enter themselves in their route tables, on UDP.
//!
//! Undocumented by its maker; the layout follows its open client and what controllers answer.

use model::{
    Attribute, Code, Confidence, Family, Object, Operation, OperationSighting, Protection, Side, Step,
    Subject,
};

use crate::cursor::{Cursor, le32, text};
use crate::default_credentials;
use crate::protocol::{Anywhere, Context, Dissector, Framing, On, Opening, Pending, Protocol, Verdict};
use crate::short_text::ShortText;

/// The entry of the protocol table.
pub const PROTOCOL: Protocol = Protocol {
    name: "ads",
    family: Family::Control,
    on: &[On::Udp(48899)],
    anywhere: Anywhere::Udp,
    probe,
    start: || Box::new(Routes::default()),
};

/// Begins every message.
const MAGIC: [u8; 4] = [0x03, 0x66, 0x14, 0x71];
/// Magic 4, invoke id 4, service 4, address 6, port 2, number of tags 4.
const HEADER_BYTES: usize = 24;
/// Most tags read of one message.
const TAGS_MAX: u32 = 16;
/// Bit of the service: this is an answer.
const ANSWER: u32 = 0x8000_0000;
const SEARCH: u32 = 1;
const ADD_ROUTE: u32 = 6;

const STATUS: u16 = 1;
const PASSWORD: u16 = 2;
const TWINCAT: u16 = 3;
const SYSTEM: u16 = 4;
const HOST: u16 = 5;
const ROUTE: u16 = 12;
const USER: u16 = 13;
const SOURCE: &str = "ADS search";

#[derive(Default)]
struct Routes {
    /// By invoke id and service.
    pending: Pending<(u32, u32), (Operation, &'static str, Code)>,
}

fn probe(opening: &Opening<'_>) -> Verdict {
    let fits = opening.bytes.starts_with(&MAGIC) && opening.bytes.len() >= HEADER_BYTES;
    if fits && !opening.stream { Verdict::Yes } else { Verdict::No }
}

impl Dissector for Routes {
    fn frame(&mut self, bytes: &[u8], _from: Side) -> Framing {
        if bytes.starts_with(&MAGIC) { Framing::Message(bytes.len()) } else { Framing::Foreign }
    }

    fn message(&mut self, bytes: &[u8], context: &mut Context<'_>) {
        let head = (le32(bytes, 4), le32(bytes, 8), le32(bytes, 20));
        let (Some(id), Some(service), Some(count)) = head else {
            return context.malformed("header cut short");
        };
        let tags = Tags {
            cursor: Cursor::new(bytes.get(HEADER_BYTES..).unwrap_or_default()),
            left: count.min(TAGS_MAX),
        };
        let kind = service & !ANSWER;
        if service & ANSWER == 0 {
            context.sender_asks();
            self.request(id, kind, tags, context);
            return;
        }
        context.sender_answers();
        let refused = tags.find(STATUS).and_then(|status| le32(status, 0)).is_some_and(|status| status != 0);
        if let Some((operation, name, code)) = self.pending.answered(&(id, kind)) {
            context.answer(operation, name, code, refused);
        }
        if kind == SEARCH {
            identity(tags, context);
        }
    }
}

impl Routes {
    fn request(&mut self, id: u32, kind: u32, tags: Tags<'_>, context: &mut Context<'_>) {
        let (operation, name, code) = match kind {
            SEARCH => (Operation::Discover, "search", Code::Word("search")),
            ADD_ROUTE => (Operation::Configure, "add route", Code::Word("add-route")),
            _ => (Operation::Other, "other service", Code::Word("other")),
        };
        let route = tags.find(ROUTE).map(text);
        let object = route.as_ref().map_or(Object::None, |name| Object::Named { space: "route", name });
        context.operation(OperationSighting {
            operation,
            name,
            code,
            unit: None,
            object,
            step: Step::Request,
        });
        self.pending.asked((id, kind), (operation, name, code));
        if let (ADD_ROUTE, Some(user)) = (kind, tags.find(USER)) {
            let user = text(user);
            let secret = tags.find(PASSWORD).unwrap_or_default();
            let secret = secret.split(|&byte| byte == 0).next().unwrap_or_default();
            let weakness = default_credentials::weakness(Some(&user), secret);
            context.credential("password", Some(&user), Protection::Clear, weakness);
        }
    }
}

fn identity(tags: Tags<'_>, context: &mut Context<'_>) {
    if let Some(host) = tags.find(HOST) {
        context.identity(Attribute::Name, &text(host), SOURCE);
    }
    // Version 1, revision 1, build 2.
    if let Some(&[version, revision, a, b]) = tags.find(TWINCAT) {
        let build = u16::from_le_bytes([a, b]);
        let software = ShortText::<32>::of(format_args!("TwinCAT {version}.{revision}.{build}"));
        context.identity(Attribute::Software, software.as_str(), SOURCE);
    }
    // Size 4, major 4, minor 4, build 4, platform 4 (2 Windows, 3 Windows CE).
    let system = tags.find(SYSTEM).unwrap_or_default();
    if let (Some(major), Some(minor), Some(platform)) = (le32(system, 4), le32(system, 8), le32(system, 16)) {
        let family = match platform {
            2 => "Windows NT",
            3 => "Windows CE",
            _ => return,
        };
        let name = ShortText::<32>::of(format_args!("{family} {major}.{minor}"));
        context.identity_of(Subject::Sender, Attribute::Os, name.as_str(), SOURCE, Confidence::Stated);
    }
}

/// Tags: number 2, length 2, content.
#[derive(Clone, Copy)]
struct Tags<'a> {
    cursor: Cursor<'a>,
    left: u32,
}

impl<'a> Tags<'a> {
    fn find(self, wanted: u16) -> Option<&'a [u8]> {
        let mut cursor = self.cursor;
        for _ in 0..self.left {
            let (tag, length) = (cursor.le16()?, cursor.le16()?);
            let content = cursor.take(usize::from(length))?;
            if tag == wanted {
                return Some(content);
            }
        }
        None
    }
}
