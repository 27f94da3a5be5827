//! Syslog: what devices report of themselves.
//!
//! Source: RFC 5424, 6.2; RFC 3164, 4.1.

use model::{Attribute, Code, Confidence, Family, Operation, Side, Subject};

use crate::cursor::text;
use crate::protocol::{Anywhere, Context, Dissector, Framing, On, Opening, Protocol, Verdict};

/// The entry of the protocol table for datagrams.
pub const PROTOCOL: Protocol = Protocol {
    name: "syslog",
    family: Family::Management,
    on: &[On::Udp(514)],
    anywhere: Anywhere::No,
    probe: |opening: &Opening<'_>| if priority(opening.bytes).is_some() { Verdict::Yes } else { Verdict::No },
    start: || Box::new(Syslog::default()),
};

/// The entry for TCP, where messages are counted or end with a line (RFC 6587, 3.4).
pub const OVER_TCP: Protocol = Protocol {
    name: "syslog",
    family: Family::Management,
    on: &[On::Tcp(514), On::Tcp(601)],
    anywhere: Anywhere::No,
    probe: |opening: &Opening<'_>| {
        let (count, _) = counted(opening.bytes);
        let content = opening.bytes.get(count..).unwrap_or_default();
        if priority(content).is_some() { Verdict::Yes } else { Verdict::No }
    },
    start: || Box::new(Syslog { stream: true, ..Syslog::default() }),
};

/// Longest message that is read (RFC 5424, 6.1 asks for 2,048 and lets receivers take more).
const MESSAGE_BYTES_MAX: usize = 16 * 1024;
/// Highest priority: facility 23, severity 7.
const PRIORITY_MAX: u32 = 191;

#[derive(Default)]
struct Syslog {
    stream: bool,
    named: bool,
}

/// "<priority>": its number and what follows.
fn priority(bytes: &[u8]) -> Option<(u32, &[u8])> {
    let rest = bytes.strip_prefix(b"<")?;
    let end = rest.iter().take(4).position(|&byte| byte == b'>')?;
    let number = std::str::from_utf8(rest.get(..end)?).ok()?.parse().ok()?;
    (number <= PRIORITY_MAX).then(|| (number, rest.get(end + 1..).unwrap_or_default()))
}

/// A count in digits and a blank before a message: how long they are, and the count. Zero when there is none.
fn counted(bytes: &[u8]) -> (usize, usize) {
    let digits = bytes.iter().take(6).take_while(|byte| byte.is_ascii_digit()).count();
    let count = bytes.get(..digits).and_then(|digits| std::str::from_utf8(digits).ok()?.parse().ok());
    match (count, bytes.get(digits)) {
        (Some(count), Some(b' ')) => (digits + 1, count),
        _ => (0, 0),
    }
}

impl Dissector for Syslog {
    fn frame(&mut self, bytes: &[u8], _from: Side) -> Framing {
        if !self.stream {
            return Framing::Message(bytes.len());
        }
        match counted(bytes) {
            (0, _) => {}
            (_, length) if length > MESSAGE_BYTES_MAX => return Framing::Foreign,
            (head, length) => return Framing::Message(head + length),
        }
        match bytes.iter().take(MESSAGE_BYTES_MAX).position(|&byte| matches!(byte, b'\n' | 0)) {
            Some(end) => Framing::Message(end + 1),
            None if bytes.len() >= MESSAGE_BYTES_MAX => Framing::Foreign,
            None => Framing::More,
        }
    }

    fn message(&mut self, bytes: &[u8], context: &mut Context<'_>) {
        let head = if self.stream { counted(bytes).0 } else { 0 };
        let Some((number, rest)) = priority(bytes.get(head..).unwrap_or_default()) else {
            return context.malformed("message without priority");
        };
        context.request(Operation::Report, "message", Code::Decimal(number / 8));
        if self.named {
            return;
        }
        self.named = true;
        // RFC 5424: version, time, host. RFC 3164: month, day, time, host.
        let mut words = rest.split(|&byte| byte == b' ').filter(|word| !word.is_empty());
        let host = if rest.starts_with(b"1 ") { words.nth(2) } else { words.nth(3) };
        let is_name =
            |word: &&[u8]| word.first().is_some_and(u8::is_ascii_alphabetic) && !word.ends_with(b":");
        if let Some(host) = host.filter(is_name) {
            context.identity_of(
                Subject::Sender,
                Attribute::Name,
                &text(host),
                "syslog host name",
                Confidence::Derived,
            );
        }
    }
}
