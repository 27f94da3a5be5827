//! TLS: what stays readable of encrypted conversations: versions, server names, certificates.
//!
//! Source: RFC 8446, RFC 5246, RFC 6066 (server name).

use model::{Attribute, Certainty, Code, Confidence, Family, Operation, Protection, Side, Subject};

use crate::cursor::{Cursor, be16, byte, text};
use crate::protocol::{Anywhere, Context, Dissector, Framing, On, Opening, Protocol, Verdict};
use crate::{certificate, remote_tools};

/// The entry of the protocol table.
pub const PROTOCOL: Protocol = Protocol {
    name: "tls",
    family: Family::Web,
    on: &[
        On::Tcp(443),
        On::Tcp(636),
        On::Tcp(802),
        On::Tcp(993),
        On::Tcp(995),
        On::Tcp(2221),
        On::Tcp(3269),
        On::Tcp(4843),
        On::Tcp(5671),
        On::Tcp(5986),
        On::Tcp(8016),
        On::Tcp(8443),
        On::Tcp(8531),
        On::Tcp(8883),
        On::Tcp(19998),
    ],
    anywhere: Anywhere::Tcp,
    probe,
    start: || Box::new(Tls::default()),
};

/// Content type 1, version 2, length 2.
const RECORD_HEADER_BYTES: usize = 5;
/// Longest record (RFC 5246, 6.2.3).
const RECORD_BYTES_MAX: usize = 16_384 + 2_048;
/// Most handshake bytes of one side that are put together.
const HANDSHAKE_BYTES_MAX: usize = 48 * 1024;
/// Most extensions read of one greeting.
const EXTENSIONS_MAX: usize = 64;

const CHANGE_CIPHER: u8 = 20;
const ALERT: u8 = 21;
const HANDSHAKE: u8 = 22;
const APPLICATION: u8 = 23;
const CLIENT_HELLO: u8 = 1;
const SERVER_HELLO: u8 = 2;
const CERTIFICATE: u8 = 11;
const SERVER_NAME: u16 = 0;
const SUPPORTED_VERSIONS: u16 = 43;

/// What a client asks for when it greets.
const HELLO: (Operation, &str, Code) = (Operation::Other, "client hello", Code::Decimal(CLIENT_HELLO as u32));
/// An alert that ends the connection (RFC 5246, 7.2).
const FATAL: u8 = 2;
/// Cipher suites without encryption (IANA TLS registry, names with NULL; RFC 9150 for TLS 1.3).
const SUITES_WITHOUT_ENCRYPTION: &[u16] = &[
    0x0001, 0x0002, 0x002c, 0x002d, 0x002e, 0x003b, 0x00b0, 0x00b1, 0x00b4, 0x00b5, 0x00b8, 0x00b9, 0xc001,
    0xc006, 0xc00b, 0xc010, 0xc015, 0xc039, 0xc03a, 0xc03b, 0xc0b4, 0xc0b5,
];

/// One connection. Other protocols hand over to it where they switch to TLS.
#[derive(Default)]
pub(super) struct Tls {
    handshakes: [Vec<u8>; 2],
    encrypted: [bool; 2],
    told: bool,
    greeted: bool,
}

fn record(bytes: &[u8]) -> Option<(u8, usize)> {
    let (kind, length) = (byte(bytes, 0)?, usize::from(be16(bytes, 3)?));
    let known = (CHANGE_CIPHER..=24).contains(&kind) && byte(bytes, 1)? == 3 && byte(bytes, 2)? <= 4;
    (known && length <= RECORD_BYTES_MAX).then_some((kind, RECORD_HEADER_BYTES + length))
}

fn probe(opening: &Opening<'_>) -> Verdict {
    // A handshake whose message fits in, or goes on in the next record, and repeats the version.
    let version = be16(opening.bytes, 9).is_some_and(|version| (0x0300..=0x0304).contains(&version));
    match (record(opening.bytes), byte(opening.bytes, 5)) {
        (Some((HANDSHAKE, _)), Some(CLIENT_HELLO | SERVER_HELLO)) if version => Verdict::Yes,
        (Some((HANDSHAKE, _)), _) if opening.bytes.len() < 11 && opening.stream => Verdict::Maybe,
        (Some(_), _) if opening.at_home => Verdict::Yes,
        _ => Verdict::No,
    }
}

impl Dissector for Tls {
    fn frame(&mut self, bytes: &[u8], _from: Side) -> Framing {
        if bytes.len() < RECORD_HEADER_BYTES {
            return Framing::More;
        }
        match record(bytes) {
            Some((APPLICATION, length)) if self.told => Framing::Skip(length),
            Some((APPLICATION, length)) => Framing::Head { deliver: RECORD_HEADER_BYTES, total: length },
            Some((_, length)) => Framing::Message(length),
            None => Framing::Foreign,
        }
    }

    fn message(&mut self, bytes: &[u8], context: &mut Context<'_>) {
        let side = context.from as usize;
        let (Some(handshake), Some(encrypted)) =
            (self.handshakes.get_mut(side), self.encrypted.get_mut(side))
        else {
            return;
        };
        match bytes.first() {
            Some(&CHANGE_CIPHER) => *encrypted = true,
            Some(&HANDSHAKE) if !*encrypted => {
                let content = bytes.get(RECORD_HEADER_BYTES..).unwrap_or_default();
                if handshake.len() + content.len() > HANDSHAKE_BYTES_MAX {
                    handshake.clear();
                    return context.malformed("handshake longer than what is kept");
                }
                handshake.extend_from_slice(content);
                let mut held = std::mem::take(handshake);
                let used = self.messages(&held, context);
                held.drain(..used.min(held.len()));
                if let Some(handshake) = self.handshakes.get_mut(side) {
                    *handshake = held;
                }
            }
            Some(&APPLICATION) if !self.told => {
                self.told = true;
                context.protection(Protection::Encrypted, "", false);
            }
            // Level 1, reason 1: a server that refuses the greeting.
            Some(&ALERT) if !*encrypted && byte(bytes, RECORD_HEADER_BYTES) == Some(FATAL) => {
                if std::mem::take(&mut self.greeted) {
                    context.answer(HELLO.0, HELLO.1, HELLO.2, true);
                }
            }
            Some(_) | None => {}
        }
    }

    fn gap(&mut self, from: Side) {
        if let Some(handshake) = self.handshakes.get_mut(from as usize) {
            handshake.clear();
        }
    }
}

impl Tls {
    /// Reads whole handshake messages: kind 1, length 3, content. Answers how many bytes are done with.
    fn messages(&mut self, bytes: &[u8], context: &mut Context<'_>) -> usize {
        let mut cursor = Cursor::new(bytes);
        loop {
            let used = bytes.len() - cursor.left();
            let (Some(kind), Some(length)) = (cursor.u8(), cursor.be24()) else { return used };
            let Some(content) = cursor.take(length as usize) else { return used };
            match kind {
                CLIENT_HELLO => {
                    context.sender_asks();
                    // After a retry the client greets again: that is the same request.
                    if !std::mem::replace(&mut self.greeted, true) {
                        context.request(HELLO.0, HELLO.1, HELLO.2);
                    }
                    if hello(content, true, context).is_none() {
                        context.malformed("client hello cut short");
                    }
                }
                SERVER_HELLO => {
                    context.sender_answers();
                    self.told = true;
                    let Some((version, suite)) = hello(content, false, context) else {
                        return self.broken(bytes.len(), context);
                    };
                    let (version, obsolete) = named(version);
                    let protection = match SUITES_WITHOUT_ENCRYPTION.contains(&suite) {
                        true => Protection::Signed,
                        false => Protection::Encrypted,
                    };
                    context.protection(protection, version, obsolete);
                    if std::mem::take(&mut self.greeted) {
                        context.answer(HELLO.0, HELLO.1, HELLO.2, false);
                    }
                }
                CERTIFICATE => certificates(content, context),
                _ => {}
            }
        }
    }

    fn broken(&mut self, used: usize, context: &mut Context<'_>) -> usize {
        context.malformed("server hello cut short");
        used
    }
}

fn named(version: u16) -> (&'static str, bool) {
    match version {
        0x0300 => ("SSL 3.0", true),
        0x0301 => ("TLS 1.0", true),
        0x0302 => ("TLS 1.1", true),
        0x0303 => ("TLS 1.2", false),
        0x0304 => ("TLS 1.3", false),
        _ => ("", false),
    }
}

/// A greeting: version 2, random 32, session, ciphers, compression, extensions. Answers version and cipher suite, for
/// a server those it chose.
fn hello(content: &[u8], client: bool, context: &mut Context<'_>) -> Option<(u16, u16)> {
    let mut cursor = Cursor::new(content);
    let mut version = cursor.be16()?;
    cursor.skip(32)?;
    let mut suite = 0;
    let session = cursor.u8()?;
    cursor.skip(usize::from(session))?;
    if client {
        let ciphers = cursor.be16()?;
        cursor.skip(usize::from(ciphers))?;
        let compressions = cursor.u8()?;
        cursor.skip(usize::from(compressions))?;
    } else {
        suite = cursor.be16()?;
        cursor.skip(1)?;
    }
    // Greetings of SSL 3.0 end here.
    if cursor.be16().is_none() {
        return Some((version, suite));
    }
    for _ in 0..EXTENSIONS_MAX {
        let (Some(kind), Some(length)) = (cursor.be16(), cursor.be16()) else { break };
        let content = cursor.take(usize::from(length))?;
        match (kind, client) {
            (SERVER_NAME, true) => server_name(content, context),
            (SUPPORTED_VERSIONS, false) => version = be16(content, 0)?,
            _ => {}
        }
    }
    Some((version, suite))
}

/// List length 2, kind 1 (0 is a host name), length 2, name.
fn server_name(content: &[u8], context: &mut Context<'_>) {
    let length = be16(content, 3).map_or(0, usize::from);
    let Some(name) = content.get(5..5 + length).filter(|_| byte(content, 2) == Some(0)) else { return };
    let name = text(name);
    // An address is no name, though some clients send it (RFC 6066, 3 forbids it).
    if name.parse::<std::net::IpAddr>().is_ok() {
        return;
    }
    context.identity_of(Subject::Receiver, Attribute::Name, &name, "TLS server name", Confidence::Derived);
    remote_tools::tell(&name, Certainty::Content, context);
}

/// The first certificate of a chain: its subject's common name and what else it holds for.
fn certificates(content: &[u8], context: &mut Context<'_>) {
    let mut cursor = Cursor::new(content);
    let (Some(_), Some(length)) = (cursor.be24(), cursor.be24()) else { return };
    let Some(der) = cursor.take(length as usize) else { return };
    let mut tell = |name: &str| {
        let (attribute, source) = (Attribute::Certificate, "TLS certificate");
        context.identity_of(Subject::Sender, attribute, name, source, Confidence::Stated);
        if let Some(product) = remote_tools::by_certificate(name) {
            context.application(product, Family::RemoteAccess, Certainty::Content);
        }
    };
    let common = certificate::common_name(der).unwrap_or_default();
    tell(&common);
    certificate::alternative_names(der).filter(|name| *name != common).for_each(|name| tell(&name));
}
