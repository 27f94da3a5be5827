//! Syslog: what devices report of themselves.
//!
//! Source: RFC 5424, 6.2; RFC 3164, 4.1.

use model::{Attribute, Code, Confidence, Family, Operation, Side, Subject};

use crate::cursor::text;
use crate::protocol::{Anywhere, Context, Dissector, Framing, On, Opening, Protocol, Verdict};

/// The entry of the protocol table.
pub const PROTOCOL: Protocol = Protocol {
    name: "syslog",
    family: Family::Management,
    on: &[On::Udp(514)],
    anywhere: Anywhere::No,
    probe: |opening: &Opening<'_>| if priority(opening.bytes).is_some() { Verdict::Yes } else { Verdict::No },
    start: || Box::new(Syslog::default()),
};

/// Highest priority: facility 23, severity 7.
const PRIORITY_MAX: u32 = 191;

#[derive(Default)]
struct Syslog {
    named: bool,
}

/// "<priority>": its number and what follows.
fn priority(bytes: &[u8]) -> Option<(u32, &[u8])> {
    let rest = bytes.strip_prefix(b"<")?;
    let end = rest.iter().take(4).position(|&byte| byte == b'>')?;
    let number = std::str::from_utf8(rest.get(..end)?).ok()?.parse().ok()?;
    (number <= PRIORITY_MAX).then(|| (number, rest.get(end + 1..).unwrap_or_default()))
}

impl Dissector for Syslog {
    fn frame(&mut self, bytes: &[u8], _from: Side) -> Framing {
        Framing::Message(bytes.len())
    }

    fn message(&mut self, bytes: &[u8], context: &mut Context<'_>) {
        let Some((number, rest)) = priority(bytes) else {
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
