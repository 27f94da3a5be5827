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
const SUBNEGOTIATION: u8 = 0xfa;
const SUBNEGOTIATION_END: u8 = 0xf0;
/// Longest input that is compared, and tail of the screen that is searched for a prompt.
const TYPED_BYTES_MAX: usize = 128;
/// So many characters after a password are an answer, whatever they say.
const ANSWER_BYTES_MIN: usize = 12;

#[derive(Default, Clone, Copy, PartialEq, Eq)]
enum Prompt {
    #[default]
    None,
    User,
    Password,
}

/// Where a log-in stands.
#[derive(Default, Clone, Copy, PartialEq, Eq)]
enum Judged {
    #[default]
    Done,
    Waiting,
}

/// What devices say to a wrong password.
const REFUSALS: &[&[u8]] =
    &[b"incorrect", b"denied", b"failed", b"invalid", b"refused", b"bad password", b"falsch", b"ung\xfcltig"];

#[derive(Default)]
struct Telnet {
    commands: [Command; 2],
    prompt: Prompt,
    screen: Vec<u8>,
    typed: Vec<u8>,
    user: String,
    told: bool,
    /// A password was sent and the device has not said yet what it thinks of it.
    judged: Judged,
    /// The key before was a carriage return: a line feed after it ends no second line.
    returned: bool,
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
            for &byte in bytes {
                if self.is_plain(byte, context.from) {
                    self.key(byte, context);
                }
            }
        } else {
            self.show(bytes, context);
        }
    }

    fn gap(&mut self, from: Side) {
        // What was typed in between is not known: half a password must not be taken for a name.
        if let Some(command) = self.commands.get_mut(from as usize) {
            *command = Command::None;
        }
        self.prompt = Prompt::None;
        self.typed.clear();
        self.screen.clear();
    }
}

/// Where the reading of one side's commands stands; they may be cut anywhere.
#[derive(Default, Clone, Copy, PartialEq, Eq)]
enum Command {
    /// Ordinary characters.
    #[default]
    None,
    /// Behind IAC.
    Begun,
    /// The option of WILL, WONT, DO or DONT comes next.
    Option,
    /// Inside a subnegotiation (RFC 855): all up to IAC SE.
    Sub,
    /// Behind IAC inside a subnegotiation.
    SubBegun,
}

impl Command {
    /// Takes one byte; true when it is an ordinary character.
    fn is_plain(&mut self, byte: u8) -> bool {
        let (next, plain) = match (*self, byte) {
            (Command::None, IAC) => (Command::Begun, false),
            (Command::None, _) => (Command::None, true),
            // Twice IAC is the character 255.
            (Command::Begun, IAC) => (Command::None, true),
            (Command::Begun, SUBNEGOTIATION) => (Command::Sub, false),
            (Command::Begun, 0xfb..=0xfe) => (Command::Option, false),
            (Command::Begun | Command::Option, _) => (Command::None, false),
            (Command::Sub, IAC) => (Command::SubBegun, false),
            (Command::Sub, _) => (Command::Sub, false),
            (Command::SubBegun, SUBNEGOTIATION_END) => (Command::None, false),
            (Command::SubBegun, _) => (Command::Sub, false),
        };
        *self = next;
        plain
    }
}

impl Telnet {
    fn is_plain(&mut self, byte: u8, from: Side) -> bool {
        self.commands.get_mut(from as usize).is_some_and(|command| command.is_plain(byte))
    }

    /// What the device shows: its last words may be a prompt.
    fn show(&mut self, bytes: &[u8], context: &mut Context<'_>) {
        for &byte in bytes {
            if self.is_plain(byte, context.from) {
                self.screen.push(byte);
            }
        }
        let cut = self.screen.len().saturating_sub(TYPED_BYTES_MAX);
        self.screen.drain(..cut);
        let lower = self.screen.to_ascii_lowercase();
        let tail = lower.trim_ascii_end();
        let ends = |word: &[u8]| tail.ends_with(word);
        if self.judged == Judged::Waiting && !tail.is_empty() {
            let refused = REFUSALS.iter().any(|word| tail.windows(word.len()).any(|window| window == *word));
            let asked_again = ends(b"login:") || ends(b"username:") || ends(b"password:");
            // A few characters are an echo; a line or a prompt is an answer.
            if refused
                || asked_again
                || tail.len() > ANSWER_BYTES_MIN
                || ends(b"$")
                || ends(b"#")
                || ends(b">")
            {
                self.judged = Judged::Done;
                let failed = refused || asked_again;
                context.answer(Operation::LogIn, "log in", Code::Word("login"), failed);
            }
        }
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
            b'\n' | 0 if self.returned => {}
            b'\r' | b'\n' if self.typed.is_empty() && self.prompt != Prompt::Password => {}
            b'\r' | b'\n' => self.entered(context),
            0 => {}
            0x08 | 0x7f => {
                self.typed.pop();
            }
            _ if self.typed.len() < TYPED_BYTES_MAX => self.typed.push(byte),
            _ => {}
        }
        self.returned = byte == b'\r';
    }

    fn entered(&mut self, context: &mut Context<'_>) {
        let typed = std::mem::take(&mut self.typed);
        self.screen.clear();
        match std::mem::take(&mut self.prompt) {
            Prompt::User => self.user = text(&typed).into_owned(),
            Prompt::Password => {
                let weakness = default_credentials::weakness(Some(&self.user), &typed);
                context.request(Operation::LogIn, "log in", Code::Word("login"));
                self.judged = Judged::Waiting;
                context.credential("password", Some(&self.user), Protection::Clear, weakness);
            }
            Prompt::None => context.request(Operation::Other, "command", Code::Word("command")),
        }
    }
}
