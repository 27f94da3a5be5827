//! SMB version 1, withdrawn by its maker and still spoken by old controllers' panels and Windows stations.
//!
//! Source: MS-CIFS 2.2, MS-SMB 2.2.4.

use model::{Attribute, Code, Confidence, Object, Operation, Protection, Subject, Weakness};

use super::smb::{Told, answered, has_failed};
use crate::cursor::{byte, le16, le32};
use crate::ntlm;
use crate::protocol::{Context, Pending};
use crate::short_text::ShortText;

/// Magic 4, command 1, status 4, flags 1, flags 2, ... multiplex id 2; then the count of words.
const HEADER_BYTES: usize = 32;
const FLAG_ANSWER: u8 = 0x80;
const FLAGS_SIGNED: u16 = 0x0004;
const FLAGS_NT_STATUS: u16 = 0x4000;
const FLAGS_UNICODE: u16 = 0x8000;
/// The server takes none of the dialects that were offered.
const NO_DIALECT: u16 = 0xffff;
/// Length of the answer that NTLM version 1 gives.
const RESPONSE_V1_BYTES: usize = 24;

const NEGOTIATE: u8 = 0x72;
const SESSION_SETUP: u8 = 0x73;
const TREE_CONNECT: u8 = 0x75;
const NT_CREATE: u8 = 0xa2;

/// What is known of a connection of version 1.
#[derive(Default)]
pub struct State {
    told: bool,
}

/// A message taken apart.
struct Message<'a> {
    bytes: &'a [u8],
    command: u8,
    is_answer: bool,
    unicode: bool,
    words: &'a [u8],
    /// Where the data begins, counted from the header: Unicode texts stand at even places.
    data_at: usize,
}

impl State {
    /// Tells what a message says.
    pub fn message(&mut self, bytes: &[u8], pending: &mut Pending<u64, Told>, context: &mut Context<'_>) {
        let head = (byte(bytes, 4), le32(bytes, 5), byte(bytes, 9), le16(bytes, 10), le16(bytes, 30));
        let (Some(command), Some(status), Some(flags), Some(flags_2), Some(id)) = head else {
            return context.malformed("header cut short");
        };
        let count = usize::from(byte(bytes, HEADER_BYTES).unwrap_or(0)) * 2;
        let words = bytes.get(HEADER_BYTES + 1..HEADER_BYTES + 1 + count).unwrap_or_default();
        let message = Message {
            bytes,
            command,
            is_answer: flags & FLAG_ANSWER != 0,
            unicode: flags_2 & FLAGS_UNICODE != 0,
            words,
            data_at: HEADER_BYTES + 3 + count,
        };
        if message.is_answer {
            context.sender_answers()
        } else {
            context.sender_asks()
        }
        self.version(&message, flags_2, context);
        let told = meaning(command);
        if message.is_answer {
            let failed = if flags_2 & FLAGS_NT_STATUS != 0 { has_failed(status) } else { status & 0xff != 0 };
            answered(pending, u64::from(id), failed, context);
        } else {
            let name = message.name();
            let object = match (command, name.is_empty()) {
                (_, true) => Object::None,
                (TREE_CONNECT, false) => Object::Named { space: "share", name: name.as_str() },
                (_, false) => Object::Named { space: "file", name: name.as_str() },
            };
            context.request_of(told.0, told.1, told.2, None, object);
            pending.asked(u64::from(id), told);
        }
        if command == SESSION_SETUP {
            message.session_setup(context);
        }
    }

    /// Every client still offers version 1 to begin with. It is spoken when the server takes it, or when more than
    /// the offer is said in it.
    fn version(&mut self, message: &Message<'_>, flags_2: u16, context: &mut Context<'_>) {
        let taken = match (message.command, message.is_answer) {
            (NEGOTIATE, false) => false,
            (NEGOTIATE, true) => le16(message.words, 0).is_some_and(|dialect| dialect != NO_DIALECT),
            _ => true,
        };
        if taken && !self.told {
            self.told = true;
            let signed = flags_2 & FLAGS_SIGNED != 0 && message.command != NEGOTIATE;
            context.protection(if signed { Protection::Signed } else { Protection::Clear }, "SMB 1", true);
        }
    }
}

impl<'a> Message<'a> {
    fn data(&self) -> &'a [u8] {
        self.bytes.get(self.data_at..).unwrap_or_default()
    }

    /// Texts that stand one after the other from a place in the data on, each ended by NUL.
    fn texts<const N: usize>(&self, from: usize) -> [ShortText<256>; N] {
        // A pad byte brings Unicode to an even place.
        let from = if self.unicode { from + (self.data_at + from) % 2 } else { from };
        let mut rest = self.data().get(from..).unwrap_or_default();
        std::array::from_fn(|_| {
            let mut text = ShortText::default();
            let end = if self.unicode {
                text = ShortText::utf16le(rest);
                rest.as_chunks::<2>().0.iter().position(|unit| *unit == [0, 0]).map(|at| at * 2 + 2)
            } else {
                let end = rest.iter().position(|&byte| byte == 0);
                text.push_latin1(end.and_then(|end| rest.get(..end)).unwrap_or_default());
                end.map(|end| end + 1)
            };
            rest = end.and_then(|end| rest.get(end..)).unwrap_or_default();
            text
        })
    }

    /// The share or file that a request names.
    fn name(&self) -> ShortText<256> {
        let [name] = match self.command {
            // AndX 4, flags 2, length of the share's password 2.
            TREE_CONNECT => self.texts(le16(self.words, 6).map_or(0, usize::from)),
            NT_CREATE => self.texts(0),
            _ => return ShortText::default(),
        };
        name
    }

    /// Requests have 13 words with passwords, 12 with a log-in of its own protocol; answers 3 and 4.
    fn session_setup(&self, context: &mut Context<'_>) {
        let word = |at| le16(self.words, at).map_or(0, usize::from);
        let names_at = match (self.is_answer, self.words.len()) {
            (false, 26) => return self.passwords(word(14), word(16), context),
            (false, 24) => word(14),
            (true, 8) => word(6),
            (true, 6) => 0,
            _ => return,
        };
        ntlm::tell(self.data(), context);
        let [system, software] = self.texts(names_at);
        native(&system, &software, context);
    }

    /// Passwords as answers to a challenge, then user, domain, native operating system, native LAN manager.
    fn passwords(&self, ansi: usize, unicode: usize, context: &mut Context<'_>) {
        let [user, _domain, system, software] = self.texts(ansi + unicode);
        native(&system, &software, context);
        if user.is_empty() {
            return context.credential("session", None, Protection::Unknown, Weakness::Anonymous);
        }
        context.credential("challenge response", Some(user.as_str()), Protection::Signed, Weakness::None);
        if ansi == RESPONSE_V1_BYTES && unicode <= RESPONSE_V1_BYTES {
            context.protection(Protection::Unknown, "NTLMv1", true);
        }
    }
}

fn native(system: &ShortText<256>, software: &ShortText<256>, context: &mut Context<'_>) {
    let mut tell = |attribute, value: &str, source| {
        context.identity_of(Subject::Sender, attribute, value, source, Confidence::Derived);
    };
    // Unix hosts name themselves so, or take the name of a Windows; their LAN manager is what they are.
    if !software.as_str().starts_with("Samba") {
        tell(Attribute::Os, system.as_str(), "SMB native operating system");
    }
    tell(Attribute::Software, software.as_str(), "SMB native LAN manager");
}

/// Commands (MS-CIFS, 2.2.2.1).
fn meaning(command: u8) -> Told {
    let (operation, name) = match command {
        NEGOTIATE => (Operation::Other, "negotiate"),
        SESSION_SETUP => (Operation::LogIn, "session setup"),
        0x74 => (Operation::Other, "log off"),
        TREE_CONNECT | 0x70 => (Operation::Transfer, "tree connect"),
        0x71 => (Operation::Other, "tree disconnect"),
        0x02 | 0x2d | NT_CREATE => (Operation::Transfer, "open"),
        0x04 => (Operation::Transfer, "close"),
        0x0a | 0x2e => (Operation::Transfer, "read"),
        0x0b | 0x2f => (Operation::Transfer, "write"),
        0x06 => (Operation::Transfer, "delete"),
        0x07 => (Operation::Transfer, "rename"),
        0x25 => (Operation::Other, "transaction"),
        0x32 => (Operation::Transfer, "file system transaction"),
        0x2b => (Operation::Other, "echo"),
        _ => (Operation::Other, "other command"),
    };
    (operation, name, Code::Hex8(command))
}
