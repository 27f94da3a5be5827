//! SSH: an encrypted shell; only its greeting is readable.
//!
//! Source: RFC 4253, 4.2.

use model::{Attribute, Code, Confidence, Family, Operation, Protection, Side, Subject};

use crate::cursor::text;
use crate::lines::LINE_BYTES_MAX;
use crate::protocol::{Anywhere, Context, Dissector, Framing, On, Opening, Protocol, Verdict};

/// The entry of the protocol table.
pub const PROTOCOL: Protocol = Protocol {
    name: "ssh",
    family: Family::Management,
    on: &[On::Tcp(22)],
    anywhere: Anywhere::Tcp,
    probe: |opening: &Opening<'_>| {
        if opening.bytes.starts_with(b"SSH-") { Verdict::Yes } else { Verdict::No }
    },
    start: || Box::new(Ssh::default()),
};

#[derive(Default)]
struct Ssh {
    greeted: [bool; 2],
}

impl Dissector for Ssh {
    fn frame(&mut self, bytes: &[u8], from: Side) -> Framing {
        if self.greeted.get(from as usize).copied().unwrap_or(true) || !bytes.starts_with(b"SSH-") {
            return Framing::Skip(bytes.len());
        }
        match bytes.iter().take(LINE_BYTES_MAX).position(|&byte| byte == b'\n') {
            Some(end) => Framing::Message(end + 1),
            None if bytes.len() < LINE_BYTES_MAX => Framing::More,
            None => Framing::Skip(bytes.len()),
        }
    }

    fn message(&mut self, bytes: &[u8], context: &mut Context<'_>) {
        if let Some(greeted) = self.greeted.get_mut(context.from as usize) {
            *greeted = true;
        }
        // Version 1 is withdrawn; 1.99 still speaks it.
        let (version, obsolete) =
            if bytes.starts_with(b"SSH-1") { ("SSH-1", true) } else { ("SSH-2.0", false) };
        context.protection(Protection::Encrypted, version, obsolete);
        // The log-in itself cannot be read.
        let (operation, name, code) = (Operation::Other, "open session", Code::None);
        if context.from_initiator() {
            context.request(operation, name, code);
        } else {
            context.answer(operation, name, code, false);
        }
        context.identity_of(
            Subject::Sender,
            Attribute::Software,
            &text(bytes),
            "SSH banner",
            Confidence::Derived,
        );
    }
}
