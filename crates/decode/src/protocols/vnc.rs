//! VNC (RFB): a screen from afar.
//!
//! Source: RFC 6143: versions (7.1.1), security types (7.1.2).

use model::{Attribute, Code, Confidence, Family, Operation, Protection, Side, Subject, Weakness};

use crate::cursor::{be32, byte};
use crate::protocol::{Anywhere, Context, Dissector, Framing, On, Opening, Protocol, Verdict};

/// The entry of the protocol table.
pub const PROTOCOL: Protocol = Protocol {
    name: "vnc",
    family: Family::RemoteAccess,
    on: &[On::Tcp(5900), On::Tcp(5901), On::Tcp(5902), On::Tcp(5903)],
    anywhere: Anywhere::Tcp,
    probe: |opening: &Opening<'_>| if is_version(opening.bytes) { Verdict::Yes } else { Verdict::No },
    start: || Box::new(Vnc::default()),
};

/// "RFB 003.008\n"
const VERSION_BYTES: usize = 12;
/// No log-in at all.
const SECURITY_NONE: u8 = 1;
/// Challenge and response with eight characters of password.
const SECURITY_VNC: u8 = 2;

#[derive(Default)]
struct Vnc {
    greeted: [bool; 2],
    old: bool,
    secured: bool,
}

fn is_version(bytes: &[u8]) -> bool {
    bytes.starts_with(b"RFB 00") && byte(bytes, 11) == Some(b'\n')
}

impl Dissector for Vnc {
    fn frame(&mut self, bytes: &[u8], from: Side) -> Framing {
        match self.greeted.get(from as usize) {
            Some(false) if bytes.len() < VERSION_BYTES => Framing::More,
            Some(false) if is_version(bytes) => Framing::Message(VERSION_BYTES),
            Some(true) if !self.secured => Framing::Message(bytes.len().min(64)),
            _ => Framing::Skip(bytes.len()),
        }
    }

    fn message(&mut self, bytes: &[u8], context: &mut Context<'_>) {
        let Some(greeted) = self.greeted.get_mut(context.from as usize) else { return };
        if !*greeted {
            *greeted = true;
            let old = bytes.get(8..11) == Some(b"003");
            self.old |= old;
            if context.from_initiator() {
                context.request(Operation::LogIn, "open screen", Code::Word("connect"));
            } else {
                let version =
                    String::from_utf8_lossy(bytes.get(..VERSION_BYTES - 1).unwrap_or_default()).into_owned();
                context.identity_of(
                    Subject::Sender,
                    Attribute::Software,
                    &version,
                    "VNC version",
                    Confidence::Derived,
                );
            }
            return context.protection(Protection::Unknown, if old { "RFB 3.3" } else { "RFB 3.8" }, old);
        }
        if self.secured || self.old && context.from_initiator() {
            return;
        }
        // 3.3: the server decides with four bytes. Later: the server offers, the client chooses with one byte.
        let chosen = match (self.old, context.from_initiator()) {
            (true, _) => be32(bytes, 0).and_then(|kind| u8::try_from(kind).ok()),
            (false, true) => byte(bytes, 0),
            (false, false) => return,
        };
        self.secured = true;
        match chosen {
            Some(SECURITY_NONE) => {
                context.protection(Protection::Clear, "", false);
                context.credential("session", None, Protection::Clear, Weakness::Anonymous);
            }
            Some(SECURITY_VNC) => context.protection(Protection::Clear, "", false),
            Some(16..=19) => context.protection(Protection::Encrypted, "", false),
            _ => {}
        }
    }
}
