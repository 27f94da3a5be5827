//! Telnet: a shell in the clear. The log-in is recognised by its prompts; what is typed is compared, then dropped.
//!
//! Source: RFC 854 (commands), RFC 855 (options).

use model::{Attribute, Code, Confidence, Family, Operation, Protection, Side, Subject};

use crate::cursor::text;
use crate::default_credentials;
use crate::protocol::{Anywhere, Context, Dissector, Framing, On, Opening, Protocol, Verdict};

/// The entry of the protocol table.
pub const PROTOCOL: Protocol = Protocol {
    name: "telnet",
    family: Family::Management,
    on: &[On::Tcp(23)],
    anywhere: Anywhere::No,
    probe,
    start: || Box::new(Telnet::default()),
};

/// "Interpret as command".
const IAC: u8 = 0xff;
/// Longest input that is compared, and tail of the screen that is searched for a prompt.
const TYPED_BYTES_MAX: usize = 128;

#[derive(Default, Clone, Copy, PartialEq, Eq)]
enum Prompt {
    #[default]
    None,
    User,
    Password,
}

#[derive(Default)]
struct Telnet {
    prompt: Prompt,
    screen: Vec<u8>,
    typed: Vec<u8>,
    user: String,
    told: bool,
}

fn probe(opening: &Opening<'_>) -> Verdict {
    match opening.bytes {
        [IAC, 0xf0..=0xfe, ..] => Verdict::Yes,
        [first, ..] if opening.at_home && (first.is_ascii() || *first == IAC) => Verdict::Yes,
        _ => Verdict::No,
    }
}

impl Dissector for Telnet {
    fn frame(&mut self, bytes: &[u8], _from: Side) -> Framing {
        Framing::Message(bytes.len().min(TYPED_BYTES_MAX * 4))
    }

    fn message(&mut self, bytes: &[u8], context: &mut Context<'_>) {
        if !self.told {
            self.told = true;
            context.protection(Protection::Clear, "", false);
        }
        if context.from_initiator() {
            for byte in plain(bytes) {
                self.key(byte, context);
            }
        } else {
            self.show(bytes, context);
        }
    }
}

/// Bytes without commands: IAC with two bytes for options, with one for others.
fn plain(bytes: &[u8]) -> impl Iterator<Item = u8> + '_ {
    let mut skip = 0;
    bytes.iter().filter_map(move |&byte| match (skip, byte) {
        (0, IAC) => {
            skip = 2;
            None
        }
        (0, byte) => Some(byte),
        (2, 0xf0..=0xfa) => {
            skip = 0;
            None
        }
        _ => {
            skip -= 1;
            None
        }
    })
}

impl Telnet {
    /// What the device shows: its last words may be a prompt.
    fn show(&mut self, bytes: &[u8], context: &mut Context<'_>) {
        self.screen.extend(plain(bytes));
        let cut = self.screen.len().saturating_sub(TYPED_BYTES_MAX);
        self.screen.drain(..cut);
        let lower = self.screen.to_ascii_lowercase();
        let tail = lower.trim_ascii_end();
        let ends = |word: &[u8]| tail.ends_with(word);
        if ends(b"password:") || ends(b"passwort:") || ends(b"password :") {
            self.prompt = Prompt::Password;
        } else if ends(b"login:")
            || ends(b"username:")
            || ends(b"user:")
            || ends(b"login :")
            || ends(b"benutzer:")
        {
            self.prompt = Prompt::User;
            let greeting = text(&self.screen).into_owned();
            if let Some(host) = greeting.lines().last().and_then(|line| line.strip_suffix(" login:")) {
                context.identity_of(
                    Subject::Sender,
                    Attribute::Name,
                    host,
                    "Telnet prompt",
                    Confidence::Derived,
                );
            }
        }
    }

    /// What is typed, key by key or line by line.
    fn key(&mut self, byte: u8, context: &mut Context<'_>) {
        match byte {
            b'\r' | b'\n' if self.typed.is_empty() && self.prompt != Prompt::Password => {}
            b'\r' => self.entered(context),
            b'\n' | 0 => {}
            0x08 | 0x7f => {
                self.typed.pop();
            }
            _ if self.typed.len() < TYPED_BYTES_MAX => self.typed.push(byte),
            _ => {}
        }
    }

    fn entered(&mut self, context: &mut Context<'_>) {
        let typed = std::mem::take(&mut self.typed);
        self.screen.clear();
        match std::mem::take(&mut self.prompt) {
            Prompt::User => self.user = text(&typed).into_owned(),
            Prompt::Password => {
                let weakness = default_credentials::weakness(Some(&self.user), &typed);
                context.request(Operation::LogIn, "log in", Code::Word("login"));
                context.credential("password", Some(&self.user), Protection::Clear, weakness);
            }
            Prompt::None => context.request(Operation::Other, "command", Code::Word("command")),
        }
    }
}
