//! SMB: Windows files, log-ins and names, on NetBIOS sessions or directly on TCP.
//!
//! Source: MS-CIFS (SMB 1), MS-SMB2, RFC 1002 4.3 (sessions).

use model::{Attribute, Code, Confidence, Family, Operation, Protection, Side, Subject};

use crate::cursor::{Cursor, byte, le16, le32};
use crate::ntlm;
use crate::protocol::{Anywhere, Context, Dissector, Framing, On, Opening, Pending, Protocol, Verdict};

/// The entry of the protocol table.
pub const PROTOCOL: Protocol = Protocol {
    name: "smb",
    family: Family::Office,
    on: &[On::Tcp(445), On::Tcp(139)],
    anywhere: Anywhere::Tcp,
    probe,
    start: || Box::new(Smb::default()),
};

/// Session header: kind 1, length 3.
const SESSION_BYTES: usize = 4;
/// Bytes of a message worth reading: headers and log-ins; the rest is file content.
const MESSAGE_BYTES_READ: usize = 4096;
const SMB1: &[u8] = b"\xffSMB";
const SMB2: &[u8] = b"\xfeSMB";
const SMB3_ENCRYPTED: &[u8] = b"\xfdSMB";
/// Not failures: more log-in steps, and an answer that comes later (MS-ERREF).
const MORE_PROCESSING: u32 = 0xc000_0016;
const PENDING: u32 = 0x0000_0103;

#[derive(Default)]
struct Smb {
    pending: Pending<u64, (Operation, &'static str, Code)>,
    told: bool,
    encrypted: bool,
}

fn magic(bytes: &[u8]) -> bool {
    [SMB1, SMB2, SMB3_ENCRYPTED].iter().any(|magic| bytes.starts_with(magic))
}

fn probe(opening: &Opening<'_>) -> Verdict {
    let bytes = opening.bytes;
    let content = bytes.get(SESSION_BYTES..).unwrap_or_default();
    let session = opening.at_home && matches!(bytes, [0x81..=0x85, 0 | 1, ..]);
    if byte(bytes, 0) == Some(0) && magic(content) || session { Verdict::Yes } else { Verdict::No }
}

impl Dissector for Smb {
    fn frame(&mut self, bytes: &[u8], _from: Side) -> Framing {
        let mut cursor = Cursor::new(bytes);
        let (Some(kind), Some(length)) = (cursor.u8(), cursor.be24()) else { return Framing::More };
        if kind != 0 && !(0x81..=0x85).contains(&kind) {
            return Framing::Foreign;
        }
        let total = SESSION_BYTES + length as usize;
        Framing::Head { deliver: total.min(MESSAGE_BYTES_READ), total }
    }

    fn message(&mut self, bytes: &[u8], context: &mut Context<'_>) {
        let content = bytes.get(SESSION_BYTES..).unwrap_or_default();
        if content.starts_with(SMB1) {
            self.version_1(content, context);
        } else if content.starts_with(SMB2) {
            self.version_2(content, context);
        } else if content.starts_with(SMB3_ENCRYPTED) && !self.encrypted {
            self.encrypted = true;
            context.protection(Protection::Encrypted, "", false);
        }
    }
}

impl Smb {
    /// Magic 4, command 1, status 4, flags 1 (0x80 is an answer), flags 2, ... multiplex id at 30.
    fn version_1(&mut self, bytes: &[u8], context: &mut Context<'_>) {
        let (Some(command), Some(status), Some(flags), Some(id)) =
            (byte(bytes, 4), le32(bytes, 5), byte(bytes, 9), le16(bytes, 30))
        else {
            return context.malformed("header cut short");
        };
        if !self.told {
            self.told = true;
            context.protection(Protection::Clear, "SMB 1", true);
        }
        let (operation, name) = match command {
            0x72 => (Operation::Other, "negotiate"),
            0x73 => (Operation::LogIn, "session setup"),
            0x75 => (Operation::Transfer, "tree connect"),
            0x2d | 0xa2 => (Operation::Transfer, "open"),
            0x2e | 0x0a => (Operation::Transfer, "read"),
            0x2f | 0x0b => (Operation::Transfer, "write"),
            0x06 => (Operation::Transfer, "delete"),
            0x25 | 0x32 => (Operation::Other, "transaction"),
            _ => (Operation::Other, "other"),
        };
        self.tell(flags & 0x80 != 0, u64::from(id), (operation, name, Code::Hex8(command)), status, context);
        if command == 0x73 {
            ntlm::tell(bytes, context);
            if flags & 0x80 != 0 {
                native_names(bytes, context);
            }
        }
    }

    /// Magic 4, size 2, credit 2, status 4, command 2, credits 2, flags 4 (1 is an answer), next 4, message id 8.
    fn version_2(&mut self, bytes: &[u8], context: &mut Context<'_>) {
        let (Some(status), Some(command), Some(flags)) = (le32(bytes, 8), le16(bytes, 12), le32(bytes, 16))
        else {
            return context.malformed("header cut short");
        };
        let id = bytes.get(24..).and_then(|rest| Cursor::new(rest).le64()).unwrap_or(0);
        let answer = flags & 1 != 0;
        let (operation, name) = match command {
            0 => (Operation::Other, "negotiate"),
            1 => (Operation::LogIn, "session setup"),
            3 => (Operation::Transfer, "tree connect"),
            5 => (Operation::Transfer, "open"),
            8 => (Operation::Transfer, "read"),
            9 => (Operation::Transfer, "write"),
            14 => (Operation::Transfer, "list"),
            _ => (Operation::Other, "other"),
        };
        self.tell(answer, id, (operation, name, Code::Hex16(command)), status, context);
        match (command, answer) {
            (0, true) => self.dialect(le16(bytes, 68).unwrap_or(0), context),
            (1, _) => ntlm::tell(bytes, context),
            _ => {}
        }
    }

    fn dialect(&mut self, dialect: u16, context: &mut Context<'_>) {
        let version = match dialect {
            0x0202 => "SMB 2.0",
            0x0210 => "SMB 2.1",
            0x0300 => "SMB 3.0",
            0x0302 => "SMB 3.0.2",
            0x0311 => "SMB 3.1.1",
            _ => return,
        };
        context.protection(Protection::Unknown, version, false);
    }

    fn tell(
        &mut self,
        answer: bool,
        id: u64,
        told: (Operation, &'static str, Code),
        status: u32,
        context: &mut Context<'_>,
    ) {
        let (operation, name, code) = told;
        if !answer {
            context.request(operation, name, code);
            self.pending.asked(id, told);
        } else if status != PENDING
            && let Some((operation, name, code)) = self.pending.answered(&id)
        {
            context.answer(operation, name, code, status >> 30 == 3 && status != MORE_PROCESSING);
        }
    }
}

/// Native operating system and LAN manager behind a session setup's answer: UTF-16 texts at the end of the message.
fn native_names(bytes: &[u8], context: &mut Context<'_>) {
    const WINDOWS: &[u8] = b"W\0i\0n\0d\0o\0w\0s\0";
    const UNIX: &[u8] = b"U\0n\0i\0x\0";
    let at =
        [WINDOWS, UNIX].iter().find_map(|word| bytes.windows(word.len()).position(|window| window == *word));
    if let Some(rest) = at.and_then(|at| bytes.get(at..)) {
        let name = crate::short_text::ShortText::<64>::utf16le(rest);
        context.identity_of(
            Subject::Sender,
            Attribute::Os,
            name.as_str(),
            "SMB native operating system",
            Confidence::Derived,
        );
    }
}
