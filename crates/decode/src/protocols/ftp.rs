//! FTP: files and passwords in the clear.
//!
//! Source: RFC 959.

use model::{Attribute, Code, Confidence, Family, Object, Operation, Protection, Side, Subject, Weakness};

use crate::cursor::text;
use crate::protocol::{Anywhere, Context, Dissector, Framing, On, Opening, Pending, Protocol, Verdict};
use crate::{default_credentials, lines};

/// The entry of the protocol table.
pub const PROTOCOL: Protocol = Protocol {
    name: "ftp",
    family: Family::Office,
    on: &[On::Tcp(21)],
    anywhere: Anywhere::Tcp,
    probe,
    start: || Box::new(Ftp::default()),
};

/// Longest user name that is kept.
const USER_BYTES_MAX: usize = 64;

#[derive(Default)]
struct Ftp {
    user: String,
    encrypted: bool,
    pending: Pending<(), (Operation, &'static str, Code)>,
}

fn probe(opening: &Opening<'_>) -> Verdict {
    let bytes = opening.bytes;
    let greeting = bytes.starts_with(b"220 ") || bytes.starts_with(b"220-");
    let command = [b"USER ".as_slice(), b"AUTH TLS", b"AUTH SSL"].iter().any(|word| bytes.starts_with(word));
    match opening.at_home {
        true if greeting || command || command_of(lines::split(bytes).0).is_some() => Verdict::Yes,
        // A greeting of 220 is SMTP's too: elsewhere it must name FTP.
        false if greeting && bytes.windows(3).any(|word| word.eq_ignore_ascii_case(b"ftp")) => Verdict::Yes,
        _ => Verdict::No,
    }
}

fn command_of(word: &[u8]) -> Option<(Operation, &'static str, &'static str)> {
    const COMMANDS: &[(&str, Operation, &str)] = &[
        ("USER", Operation::LogIn, "user"),
        ("PASS", Operation::LogIn, "password"),
        ("RETR", Operation::Transfer, "retrieve"),
        ("STOR", Operation::Transfer, "store"),
        ("APPE", Operation::Transfer, "append"),
        ("DELE", Operation::Transfer, "delete"),
        ("LIST", Operation::Transfer, "list"),
        ("NLST", Operation::Transfer, "list"),
        ("MLSD", Operation::Transfer, "list"),
        ("RNFR", Operation::Transfer, "rename"),
        ("MKD", Operation::Transfer, "make folder"),
        ("RMD", Operation::Transfer, "remove folder"),
        ("SYST", Operation::Identify, "system"),
        ("SITE", Operation::Configure, "site"),
        ("AUTH", Operation::Other, "authentication"),
        ("QUIT", Operation::Other, "quit"),
        ("TYPE", Operation::Other, "type"),
        ("PORT", Operation::Other, "port"),
        ("PASV", Operation::Other, "passive"),
        ("EPSV", Operation::Other, "passive"),
        ("EPRT", Operation::Other, "port"),
        ("CWD", Operation::Other, "change folder"),
        ("PWD", Operation::Other, "print folder"),
        ("FEAT", Operation::Other, "features"),
        ("OPTS", Operation::Other, "options"),
        ("SIZE", Operation::Other, "size"),
        ("NOOP", Operation::Other, "no operation"),
    ];
    let found = COMMANDS.iter().find(|(command, ..)| command.as_bytes().eq_ignore_ascii_case(word))?;
    Some((found.1, found.2, found.0))
}

impl Dissector for Ftp {
    fn frame(&mut self, bytes: &[u8], _from: Side) -> Framing {
        if self.encrypted {
            return Framing::Skip(bytes.len());
        }
        lines::frame(bytes)
    }

    fn message(&mut self, bytes: &[u8], context: &mut Context<'_>) {
        let (word, rest) = lines::split(bytes);
        match word {
            [b'1'..=b'5', b'0'..=b'9', b'0'..=b'9', more @ ..]
                if !context.from_initiator() || word.len() == 3 =>
            {
                // A hyphen says that more lines follow.
                if more.is_empty() {
                    self.reply(word, rest, context);
                }
            }
            _ => self.command(word, rest, context),
        }
    }
}

impl Ftp {
    fn command(&mut self, word: &[u8], rest: &[u8], context: &mut Context<'_>) {
        let Some((operation, name, code)) = command_of(word) else { return };
        context.sender_asks();
        let file = std::str::from_utf8(rest).unwrap_or_default();
        let object = match operation {
            Operation::Transfer if !file.is_empty() => Object::Named { space: "file", name: file },
            _ => Object::None,
        };
        context.request_of(operation, name, Code::Word(code), None, object);
        self.pending.asked((), (operation, name, Code::Word(code)));
        match code {
            "USER" => {
                self.user = text(rest.get(..rest.len().min(USER_BYTES_MAX)).unwrap_or_default()).into_owned()
            }
            "PASS" => {
                context.protection(Protection::Clear, "", false);
                let anonymous =
                    self.user.eq_ignore_ascii_case("anonymous") || self.user.eq_ignore_ascii_case("ftp");
                let weakness = if anonymous {
                    Weakness::Anonymous
                } else {
                    default_credentials::weakness(Some(&self.user), rest)
                };
                context.credential("password", Some(&self.user), Protection::Clear, weakness);
            }
            _ => {}
        }
    }

    fn reply(&mut self, code: &[u8], rest: &[u8], context: &mut Context<'_>) {
        let first = code.first().copied().unwrap_or(0);
        match code {
            b"220" => context.identity_of(
                Subject::Sender,
                Attribute::Software,
                &text(rest),
                "FTP greeting",
                Confidence::Derived,
            ),
            b"215" => context.identity_of(
                Subject::Sender,
                Attribute::Os,
                &text(rest),
                "FTP system",
                Confidence::Derived,
            ),
            b"234" => {
                self.encrypted = true;
                context.protection(Protection::Encrypted, "", false);
            }
            _ => {}
        }
        // 1xx announces that the final reply is still to come.
        if first == b'1' || code == b"220" {
            return;
        }
        if let Some((operation, name, code)) = self.pending.answered(&()) {
            context.answer(operation, name, code, first >= b'4');
        }
    }
}
