//! RDP: a Windows screen from afar.
//!
//! Source: MS-RDPBCGR, 2.2.1.1 (connection request), 2.2.1.2 (confirm), 2.2.1.3.2 (client core data).

use model::{Attribute, Code, Confidence, Family, Object, Operation, Protection, Side, Subject};

use super::tls::Tls;
use crate::cursor::{byte, le16, le32};
use crate::iso_transport;
use crate::protocol::{Anywhere, Context, Dissector, Framing, On, Opening, Protocol, Verdict};
use crate::short_text::ShortText;

/// The entry of the protocol table.
pub const PROTOCOL: Protocol = Protocol {
    name: "rdp",
    family: Family::RemoteAccess,
    on: &[On::Tcp(3389)],
    anywhere: Anywhere::Tcp,
    probe,
    start: || Box::new(Rdp::default()),
};

/// Where the request's cookie or negotiation begins: TPKT 4, X.224 connect 7.
const CONNECT_BYTES: usize = 11;
const CONNECT_REQUEST: u8 = 0xe0;
const CONNECT_CONFIRM: u8 = 0xd0;
/// Negotiation: request, response, failure (2.2.1.1.1, 2.2.1.2.1, 2.2.1.2.2).
const RESPONSE: u8 = 2;
const FAILURE: u8 = 3;
/// "Cookie: mstshash=": the user's name, cut to nine characters.
const COOKIE: &[u8] = b"Cookie: mstshash=";
/// Longest connect unit that is searched for the client's name, in bytes.
const CORE_BYTES_MAX: usize = 2048;
const OPEN: (Operation, &str, Code) = (Operation::LogIn, "open screen", Code::Word("connect"));

/// What goes on after the confirmation.
#[derive(Default)]
enum Security {
    #[default]
    Negotiating,
    /// RDP's own: the next unit still names the client.
    Standard,
    Tls(Box<Tls>),
    /// Nothing readable.
    Closed,
}

#[derive(Default)]
struct Rdp {
    security: Security,
}

fn probe(opening: &Opening<'_>) -> Verdict {
    let bytes = opening.bytes;
    if !bytes.starts_with(&[3, 0]) || byte(bytes, 5) != Some(CONNECT_REQUEST) {
        return Verdict::No;
    }
    let rest = bytes.get(CONNECT_BYTES..).unwrap_or_default();
    let own = rest.starts_with(b"Cookie: ") || matches!(rest, [1, _, 8, 0, ..]);
    if own || opening.at_home { Verdict::Yes } else { Verdict::No }
}

impl Dissector for Rdp {
    fn frame(&mut self, bytes: &[u8], from: Side) -> Framing {
        match &mut self.security {
            Security::Negotiating | Security::Standard => iso_transport::frame(bytes),
            Security::Tls(tls) => tls.frame(bytes, from),
            Security::Closed => Framing::Skip(bytes.len()),
        }
    }

    fn message(&mut self, bytes: &[u8], context: &mut Context<'_>) {
        match (&mut self.security, byte(bytes, 5)) {
            (Security::Tls(tls), _) => tls.message(bytes, context),
            (Security::Negotiating, Some(CONNECT_REQUEST)) => request(bytes, context),
            (Security::Negotiating, Some(CONNECT_CONFIRM)) => self.confirm(bytes, context),
            (Security::Standard, _) => {
                client(bytes, context);
                self.security = Security::Closed;
            }
            (Security::Negotiating | Security::Closed, _) => self.security = Security::Closed,
        }
    }

    fn gap(&mut self, from: Side) {
        if let Security::Tls(tls) = &mut self.security {
            tls.gap(from);
        }
    }
}

fn request(bytes: &[u8], context: &mut Context<'_>) {
    context.sender_asks();
    let rest = bytes.get(CONNECT_BYTES..).unwrap_or_default();
    let user = rest.strip_prefix(COOKIE).and_then(|rest| rest.split(|&byte| byte == b'\r').next());
    let user = user.and_then(|user| std::str::from_utf8(user).ok()).unwrap_or_default();
    let object = if user.is_empty() { Object::None } else { Object::Named { space: "user", name: user } };
    context.request_of(OPEN.0, OPEN.1, OPEN.2, None, object);
}

impl Rdp {
    fn confirm(&mut self, bytes: &[u8], context: &mut Context<'_>) {
        context.sender_answers();
        let rest = bytes.get(CONNECT_BYTES..).unwrap_or_default();
        let failed = rest.first() == Some(&FAILURE);
        context.answer(OPEN.0, OPEN.1, OPEN.2, failed);
        match (rest.first(), le32(rest, 4)) {
            (Some(&FAILURE), _) => self.security = Security::Closed,
            // Protocols 1 TLS, 2 CredSSP, 8 CredSSP with early answer: all of them inside TLS.
            (Some(&RESPONSE), Some(chosen @ 1..)) => {
                let version = if chosen == 1 { "RDP over TLS" } else { "RDP with CredSSP" };
                context.protection(Protection::Encrypted, version, false);
                self.security = Security::Tls(Box::default());
            }
            // Servers that do not negotiate know only their own security: encrypted, but to whom is not proven.
            _ => {
                context.protection(Protection::Encrypted, "RDP standard security", true);
                self.security = Security::Standard;
            }
        }
    }
}

/// Client core data inside the connect unit: kind 0xc001, length 2, version 4, sizes 8, layout 4, build 4, then the
/// client's name in 32 bytes of UTF-16.
fn client(bytes: &[u8], context: &mut Context<'_>) {
    let bytes = bytes.get(..bytes.len().min(CORE_BYTES_MAX)).unwrap_or_default();
    let core = bytes.windows(4).position(|window| {
        window.starts_with(&[0x01, 0xc0])
            && le16(window, 2).is_some_and(|length| (128..=300).contains(&length))
    });
    let Some(name) = core.and_then(|at| bytes.get(at + 24..at + 56)) else { return };
    let name: ShortText<64> = ShortText::utf16le(name);
    let (attribute, source) = (Attribute::Name, "RDP client data");
    context.identity_of(Subject::Sender, attribute, name.as_str(), source, Confidence::Derived);
}
