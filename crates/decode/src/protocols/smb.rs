//! SMB: Windows files, log-ins and names, on NetBIOS sessions or directly on TCP.
//!
//! Source: MS-SMB2 2.2 (versions 2 and 3), RFC 1002 4.3 (sessions); version 1 stands in its own file.

use model::{Attribute, Code, Confidence, Family, Object, Operation, Protection, Side, Subject};

use super::smb1;
use crate::cursor::{Cursor, byte, le16, le32};
use crate::dns_message::netbios_name;
use crate::ntlm;
use crate::protocol::{Anywhere, Context, Dissector, Framing, On, Opening, Pending, Protocol, Verdict};
use crate::short_text::ShortText;

/// The entry of the protocol table.
pub const PROTOCOL: Protocol = Protocol {
    name: "smb",
    family: Family::Office,
    on: &[On::Tcp(445), On::Tcp(139)],
    anywhere: Anywhere::Tcp,
    probe,
    start: || Box::new(Smb::default()),
};

/// Session header: kind 1, length 3 (RFC 1002, 4.3.1).
const SESSION_BYTES: usize = 4;
/// Bytes of a message worth reading: headers, log-ins and names; the rest is file content.
const MESSAGE_BYTES_READ: usize = 4096;
/// Most commands that one message carries together (MS-SMB2, 3.2.4.1.4).
const TOGETHER_MAX: usize = 32;
/// Header of versions 2 and 3.
const HEADER_BYTES: usize = 64;
/// Longest name of a share or file that is told.
const NAME_BYTES_MAX: usize = 256;
const SMB1: &[u8] = b"\xffSMB";
const SMB2: &[u8] = b"\xfeSMB";
const SMB3_ENCRYPTED: &[u8] = b"\xfdSMB";
const SMB3_COMPRESSED: &[u8] = b"\xfcSMB";
/// Not failures: more log-in steps, and an answer that comes later (MS-ERREF, 2.3.1).
const MORE_PROCESSING: u32 = 0xc000_0016;
const PENDING: u32 = 0x0000_0103;
const FLAG_ANSWER: u32 = 1;
const FLAG_SIGNED: u32 = 8;

const NEGOTIATE: u16 = 0;
const SESSION_SETUP: u16 = 1;
const TREE_CONNECT: u16 = 3;
const CREATE: u16 = 5;

/// A request as it is told and answered.
pub type Told = (Operation, &'static str, Code);

#[derive(Default)]
struct Smb {
    pending: Pending<u64, Told>,
    /// How the last messages were protected; told when it changes.
    protection: Option<Protection>,
    version_1: smb1::State,
}

fn probe(opening: &Opening<'_>) -> Verdict {
    let bytes = opening.bytes;
    let content = bytes.get(SESSION_BYTES..).unwrap_or_default();
    let known = [SMB1, SMB2, SMB3_ENCRYPTED].iter().any(|magic| content.starts_with(magic));
    let session = opening.at_home && matches!(bytes, [0x81..=0x85, 0 | 1, ..]);
    if byte(bytes, 0) == Some(0) && known || session { Verdict::Yes } else { Verdict::No }
}

impl Dissector for Smb {
    fn frame(&mut self, bytes: &[u8], _from: Side) -> Framing {
        let mut cursor = Cursor::new(bytes);
        let (Some(kind), Some(length)) = (cursor.u8(), cursor.be24()) else { return Framing::More };
        if kind != 0 && !(0x81..=0x85).contains(&kind) {
            return Framing::Foreign;
        }
        // Another magic than these is the middle of something.
        let magic = cursor.rest().get(..4);
        if kind == 0 && magic.is_some_and(|magic| magic.get(1..) != Some(b"SMB")) {
            return Framing::Foreign;
        }
        let total = SESSION_BYTES + length as usize;
        Framing::Head { deliver: total.min(MESSAGE_BYTES_READ), total }
    }

    fn message(&mut self, bytes: &[u8], context: &mut Context<'_>) {
        let content = bytes.get(SESSION_BYTES..).unwrap_or_default();
        match byte(bytes, 0) {
            Some(0) => {}
            Some(kind) => return self.session(kind, content, context),
            None => return,
        }
        if content.starts_with(SMB1) {
            self.version_1.message(content, &mut self.pending, context);
        } else if content.starts_with(SMB2) {
            self.together(content, context);
        } else if content.starts_with(SMB3_ENCRYPTED) {
            self.protected(Protection::Encrypted, context);
        } else if !content.is_empty() && !content.starts_with(SMB3_COMPRESSED) {
            context.malformed("neither SMB 1, 2 nor 3");
        }
    }

    fn gap(&mut self, _from: Side) {
        self.pending.clear();
    }
}

impl Smb {
    /// NetBIOS sessions (RFC 1002, 4.3): the request names who is called and who calls.
    fn session(&mut self, kind: u8, content: &[u8], context: &mut Context<'_>) {
        let told = (Operation::Other, "session request", Code::Hex8(0x81));
        match kind {
            0x81 => {
                context.sender_asks();
                context.request(told.0, told.1, told.2);
                for (at, subject) in [(0, Subject::Receiver), (34, Subject::Sender)] {
                    let name = content.get(at + 1..at + 33).and_then(|name| std::str::from_utf8(name).ok());
                    if let Some((name, _)) =
                        name.and_then(netbios_name).filter(|(name, _)| !name.as_str().starts_with('*'))
                    {
                        let (attribute, source) = (Attribute::Name, "NetBIOS session");
                        context.identity_of(subject, attribute, name.as_str(), source, Confidence::Derived);
                    }
                }
            }
            0x82 | 0x83 => context.answer(told.0, told.1, told.2, kind == 0x83),
            _ => {}
        }
    }

    fn protected(&mut self, protection: Protection, context: &mut Context<'_>) {
        if self.protection.replace(protection) != Some(protection) {
            context.protection(protection, "", false);
        }
    }

    /// Several commands in one message: each says where the next begins.
    fn together(&mut self, bytes: &[u8], context: &mut Context<'_>) {
        let mut rest = bytes;
        for _ in 0..TOGETHER_MAX {
            self.version_2(rest, context);
            match le32(rest, 20).map(|next| next as usize) {
                Some(next) if next >= HEADER_BYTES => match rest.get(next..) {
                    Some(following) if following.starts_with(SMB2) => rest = following,
                    _ => return,
                },
                _ => return,
            }
        }
    }

    /// Magic 4, size 2, credit 2, status 4, command 2, credits 2, flags 4, next 4, message id 8, then at 64 the body.
    fn version_2(&mut self, bytes: &[u8], context: &mut Context<'_>) {
        let head = (le32(bytes, 8), le16(bytes, 12), le32(bytes, 16));
        let id = bytes.get(24..).and_then(|rest| Cursor::new(rest).le64());
        let ((Some(status), Some(command), Some(flags)), Some(id)) = (head, id) else {
            return context.malformed("header cut short");
        };
        let answer = flags & FLAG_ANSWER != 0;
        if answer {
            context.sender_answers()
        } else {
            context.sender_asks()
        }
        let told = meaning(command);
        if !answer {
            let name = name_of(command, bytes);
            let object = match (command, name.is_empty()) {
                (_, true) => Object::None,
                (TREE_CONNECT, false) => Object::Named { space: "share", name: name.as_str() },
                (_, false) => Object::Named { space: "file", name: name.as_str() },
            };
            context.request_of(told.0, told.1, told.2, None, object);
            self.pending.asked(id, told);
        } else if status != PENDING {
            answered(&mut self.pending, id, has_failed(status), context);
        }
        match (command, answer) {
            (NEGOTIATE, true) => dialect(le16(bytes, HEADER_BYTES + 4).unwrap_or(0), context),
            (SESSION_SETUP, _) => ntlm::tell(bytes, context),
            // Log-ins come before keys: only what follows shows whether messages are signed.
            (TREE_CONNECT.., _) => {
                let signed = flags & FLAG_SIGNED != 0;
                self.protected(if signed { Protection::Signed } else { Protection::Clear }, context);
            }
            _ => {}
        }
    }
}

/// Tells the answer to a waiting request.
pub fn answered(pending: &mut Pending<u64, Told>, id: u64, failed: bool, context: &mut Context<'_>) {
    if let Some((operation, name, code)) = pending.answered(&id) {
        context.answer(operation, name, code, failed);
    }
}

/// True for statuses of severity "error" (MS-ERREF, 2.3) that end a request.
pub fn has_failed(status: u32) -> bool {
    status >> 30 == 3 && status != MORE_PROCESSING
}

/// Commands (MS-SMB2, 2.2.1).
fn meaning(command: u16) -> Told {
    let (operation, name) = match command {
        NEGOTIATE => (Operation::Other, "negotiate"),
        SESSION_SETUP => (Operation::LogIn, "session setup"),
        2 => (Operation::Other, "log off"),
        TREE_CONNECT => (Operation::Transfer, "tree connect"),
        4 => (Operation::Other, "tree disconnect"),
        CREATE => (Operation::Transfer, "open"),
        6 => (Operation::Transfer, "close"),
        7 => (Operation::Transfer, "flush"),
        8 => (Operation::Transfer, "read"),
        9 => (Operation::Transfer, "write"),
        10 => (Operation::Transfer, "lock"),
        11 => (Operation::Other, "control"),
        13 => (Operation::Other, "echo"),
        14 => (Operation::Transfer, "list"),
        15 => (Operation::Other, "change notify"),
        16 => (Operation::Transfer, "query information"),
        17 => (Operation::Transfer, "set information"),
        _ => (Operation::Other, "other command"),
    };
    (operation, name, Code::Hex16(command))
}

/// The share or file that a request names: offset from the header and length, at 4 and 6 of the body for a share, at
/// 44 and 46 for a file.
fn name_of(command: u16, bytes: &[u8]) -> ShortText<NAME_BYTES_MAX> {
    let at = HEADER_BYTES
        + match command {
            TREE_CONNECT => 4,
            CREATE => 44,
            _ => return ShortText::default(),
        };
    let (Some(offset), Some(length)) = (le16(bytes, at), le16(bytes, at + 2)) else {
        return ShortText::default();
    };
    let start = usize::from(offset);
    ShortText::utf16le(bytes.get(start..start + usize::from(length)).unwrap_or_default())
}

fn dialect(dialect: u16, context: &mut Context<'_>) {
    let version = match dialect {
        0x0202 => "SMB 2.0",
        0x0210 => "SMB 2.1",
        0x0300 => "SMB 3.0",
        0x0302 => "SMB 3.0.2",
        0x0311 => "SMB 3.1.1",
        // 0x02ff: any of version 2; the next step decides.
        _ => return,
    };
    context.protection(Protection::Unknown, version, false);
}
