//! NetBIOS datagrams: Windows computers announce themselves to their neighbours.
//!
//! Source: RFC 1002, 4.4; MS-BRWS, 2.2 (announcements).

use model::{Attribute, Code, Confidence, Family, Operation, Side, Subject};

use crate::cursor::{byte, text};
use crate::dns_message::netbios_name;
use crate::protocol::{Anywhere, Context, Dissector, Framing, On, Opening, Protocol, Verdict};
use crate::short_text::ShortText;

/// The entry of the protocol table.
pub const PROTOCOL: Protocol = Protocol {
    name: "nbdgm",
    family: Family::Discovery,
    on: &[On::Udp(138)],
    anywhere: Anywhere::No,
    probe: |opening: &Opening<'_>| match opening.bytes {
        [0x10..=0x16, ..] => Verdict::Yes,
        _ => Verdict::No,
    },
    start: || Box::new(Datagrams),
};

/// Where the encoded name of the sender begins: its length, then 32 characters.
const NAME_AT: usize = 14;
const BROWSE: &[u8] = b"\\MAILSLOT\\BROWSE\0";
const SOURCE: &str = "SMB browser";

struct Datagrams;

impl Dissector for Datagrams {
    fn frame(&mut self, bytes: &[u8], _from: Side) -> Framing {
        Framing::Message(bytes.len())
    }

    fn message(&mut self, bytes: &[u8], context: &mut Context<'_>) {
        context.request(Operation::Report, "datagram", Code::Hex8(byte(bytes, 0).unwrap_or(0)));
        let encoded = bytes.get(NAME_AT + 1..NAME_AT + 33).and_then(|name| std::str::from_utf8(name).ok());
        if let Some((name, _)) = encoded.and_then(netbios_name) {
            context.identity_of(
                Subject::Sender,
                Attribute::Name,
                name.as_str(),
                "NetBIOS datagram",
                Confidence::Derived,
            );
        }
        let at = bytes.windows(BROWSE.len()).position(|window| window == BROWSE);
        if let Some(announcement) = at.and_then(|at| bytes.get(at + BROWSE.len()..)) {
            browser(announcement, context);
        }
    }
}

/// Kind 1, count 1, period 4, name 16, version 2: host (1), domain (12) and local master (15) announcements.
fn browser(bytes: &[u8], context: &mut Context<'_>) {
    let (Some(kind @ (1 | 12 | 15)), Some(name)) = (byte(bytes, 0), bytes.get(6..22)) else { return };
    let name = text(name);
    if kind == 12 {
        // The name of the workgroup, not of the computer.
        return context.identity_of(
            Subject::Sender,
            Attribute::Description,
            &name,
            SOURCE,
            Confidence::Derived,
        );
    }
    context.identity_of(Subject::Sender, Attribute::Name, &name, SOURCE, Confidence::Stated);
    if let (Some(major), Some(minor)) = (byte(bytes, 22), byte(bytes, 23)) {
        let os = ShortText::<24>::of(format_args!("Windows {major}.{minor}"));
        context.identity_of(Subject::Sender, Attribute::Os, os.as_str(), SOURCE, Confidence::Derived);
    }
}
