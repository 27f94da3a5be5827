//! VNC (RFB): a screen from afar.
//!
//! Source: RFC 6143: versions (7.1.1), security types (7.1.2, 7.2), results (7.1.3), server's name (7.3.2).

use model::{Attribute, Code, Confidence, Family, Operation, Protection, Side, Subject, Weakness};

use crate::cursor::{be32, byte, text};
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
/// Challenge and response of the password's security type.
const CHALLENGE_BYTES: usize = 16;
/// Width 2, height 2, pixel format 16, length of the name 4.
const SERVER_BYTES: usize = 24;
/// Longest name of a screen that is read.
const NAME_BYTES_MAX: usize = 256;
/// Security types: refused, none, password.
const INVALID: u8 = 0;
const NONE: u8 = 1;
const PASSWORD: u8 = 2;
const OPEN: (Operation, &str, Code) = (Operation::LogIn, "open screen", Code::Word("connect"));

/// What comes next from the server. The client's side is short and read as it comes.
#[derive(Default, Clone, Copy, PartialEq, Eq)]
enum Step {
    #[default]
    Version,
    /// Security types (3.7 and later), or the one that the server decides on (3.3).
    Types,
    /// The server waits for the client's choice.
    Choice,
    Challenge,
    Result,
    Name,
    /// Screens, keys and whatever else.
    Open,
}

#[derive(Default)]
struct Vnc {
    step: Step,
    client_greeted: bool,
    /// 3.3 of the client counts: it decides how the rest goes on.
    old: bool,
    server: Option<Side>,
}

fn is_version(bytes: &[u8]) -> bool {
    bytes.starts_with(b"RFB 00") && byte(bytes, 11) == Some(b'\n')
}

impl Dissector for Vnc {
    fn frame(&mut self, bytes: &[u8], from: Side) -> Framing {
        let need =
            |length: usize| if bytes.len() < length { Framing::More } else { Framing::Message(length) };
        if self.step == Step::Open {
            return Framing::Skip(bytes.len());
        }
        if self.server.is_none_or(|server| server == from) {
            return match self.step {
                Step::Version if is_version(bytes) || bytes.len() < VERSION_BYTES => need(VERSION_BYTES),
                Step::Types if self.old => need(4),
                Step::Types => need(1 + byte(bytes, 0).map_or(0, usize::from)),
                Step::Challenge => need(CHALLENGE_BYTES),
                Step::Result => need(4),
                Step::Name => match be32(bytes, SERVER_BYTES - 4) {
                    Some(length) => need(SERVER_BYTES + (length as usize).min(NAME_BYTES_MAX)),
                    None => Framing::More,
                },
                Step::Version | Step::Choice | Step::Open => Framing::Skip(bytes.len()),
            };
        }
        match (self.client_greeted, self.step) {
            (false, _) if is_version(bytes) || bytes.len() < VERSION_BYTES => need(VERSION_BYTES),
            (true, Step::Choice) => Framing::Message(1),
            _ => Framing::Skip(bytes.len()),
        }
    }

    fn message(&mut self, bytes: &[u8], context: &mut Context<'_>) {
        // The server speaks first, where nobody saw the connection being opened.
        let asks = context.is_sure() && context.from_initiator();
        let server = *self.server.get_or_insert(if asks { context.from.other() } else { context.from });
        if server == context.from {
            self.of_server(bytes, context);
        } else if !self.client_greeted {
            self.client_greeted = true;
            self.old = bytes.get(8..11) == Some(b"003");
            context.request(OPEN.0, OPEN.1, OPEN.2);
            self.version(bytes, context);
        } else if let Some(&kind) = bytes.first() {
            self.chosen(kind, context);
        }
    }

    fn gap(&mut self, _from: Side) {
        // The steps have no marks of their own: whoever missed one cannot find back.
        self.step = Step::Open;
    }
}

impl Vnc {
    fn of_server(&mut self, bytes: &[u8], context: &mut Context<'_>) {
        match self.step {
            Step::Version => {
                context.sender_answers();
                self.step = Step::Types;
                let version = text(bytes);
                let (attribute, source) = (Attribute::Software, "VNC version");
                context.identity_of(Subject::Sender, attribute, &version, source, Confidence::Derived);
                // Used as long as the client has not said what it takes.
                self.old = bytes.get(8..11) == Some(b"003");
            }
            Step::Types if self.old => {
                let kind = be32(bytes, 0).and_then(|kind| u8::try_from(kind).ok()).unwrap_or(INVALID);
                self.chosen(kind, context);
            }
            Step::Types if bytes.first() == Some(&INVALID) => {
                context.answer(OPEN.0, OPEN.1, OPEN.2, true);
                self.step = Step::Open;
            }
            Step::Types => self.step = Step::Choice,
            Step::Challenge => self.step = Step::Result,
            Step::Result => {
                let failed = be32(bytes, 0) != Some(0);
                context.answer(OPEN.0, OPEN.1, OPEN.2, failed);
                self.step = if failed { Step::Open } else { Step::Name };
            }
            Step::Name => {
                let name = text(bytes.get(SERVER_BYTES..).unwrap_or_default());
                let (attribute, source) = (Attribute::Name, "VNC screen name");
                context.identity_of(Subject::Sender, attribute, &name, source, Confidence::Derived);
                self.step = Step::Open;
            }
            Step::Choice | Step::Open => {}
        }
    }

    fn version(&mut self, bytes: &[u8], context: &mut Context<'_>) {
        let (version, obsolete) = match bytes.get(8..11) {
            Some(b"003") => ("RFB 3.3", true),
            Some(b"007") => ("RFB 3.7", false),
            Some(b"008") => ("RFB 3.8", false),
            // Others, as Apple's 3.889, speak 3.8 with types of their own.
            _ => ("RFB 3.x", false),
        };
        context.protection(Protection::Unknown, version, obsolete);
    }

    /// The security type that was agreed on.
    fn chosen(&mut self, kind: u8, context: &mut Context<'_>) {
        let (protection, next) = match kind {
            INVALID => {
                context.answer(OPEN.0, OPEN.1, OPEN.2, true);
                self.step = Step::Open;
                return;
            }
            NONE => {
                context.credential("session", None, Protection::Clear, Weakness::Anonymous);
                // Only 3.8 tells the result when nothing was asked for; 3.3 and 3.7 go on at once.
                (Protection::Clear, if self.old { Step::Name } else { Step::Result })
            }
            PASSWORD => {
                // The password itself does not cross the wire; what is seen after it does.
                context.credential("challenge response", None, Protection::Signed, Weakness::None);
                (Protection::Clear, Step::Challenge)
            }
            // RealVNC's AES (5, 6, 129, 130), TLS (18), VeNCrypt (19).
            5 | 6 | 18 | 19 | 129 | 130 => (Protection::Encrypted, Step::Open),
            _ => (Protection::Unknown, Step::Open),
        };
        context.protection(protection, "", false);
        self.step = next;
    }
}
