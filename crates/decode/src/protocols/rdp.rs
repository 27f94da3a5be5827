//! RDP: a Windows screen from afar.
//!
//! Source: MS-RDPBCGR, 2.2.1.1 (connection request) and 2.2.1.2 (confirm).

use model::{Code, Family, Operation, Protection, Side};

use crate::cursor::{byte, le32};
use crate::iso_transport;
use crate::protocol::{Anywhere, Context, Dissector, Framing, On, Opening, Protocol, Verdict};

/// The entry of the protocol table.
pub const PROTOCOL: Protocol = Protocol {
    name: "rdp",
    family: Family::RemoteAccess,
    on: &[On::Tcp(3389)],
    anywhere: Anywhere::Tcp,
    probe,
    start: || Box::new(Rdp::default()),
};

/// Where the request's cookie or negotiation begins: TPKT 4, X.224 connect 7.
const CONNECT_BYTES: usize = 11;
const CONNECT_REQUEST: u8 = 0xe0;
const CONNECT_CONFIRM: u8 = 0xd0;

#[derive(Default)]
struct Rdp {
    decided: bool,
}

fn probe(opening: &Opening<'_>) -> Verdict {
    let bytes = opening.bytes;
    if !bytes.starts_with(&[3, 0]) || byte(bytes, 5) != Some(CONNECT_REQUEST) {
        return Verdict::No;
    }
    let rest = bytes.get(CONNECT_BYTES..).unwrap_or_default();
    let own = rest.starts_with(b"Cookie: ") || matches!(rest, [1, _, 8, 0, ..]);
    if own || opening.at_home { Verdict::Yes } else { Verdict::No }
}

impl Dissector for Rdp {
    fn frame(&mut self, bytes: &[u8], _from: Side) -> Framing {
        // After the confirmation TLS or encrypted units follow: nothing readable.
        if self.decided { Framing::Skip(bytes.len()) } else { iso_transport::frame(bytes) }
    }

    fn message(&mut self, bytes: &[u8], context: &mut Context<'_>) {
        match byte(bytes, 5) {
            Some(CONNECT_REQUEST) => {
                context.sender_asks();
                context.request(Operation::LogIn, "open screen", Code::Word("connect"));
            }
            Some(CONNECT_CONFIRM) => {
                self.decided = true;
                context.sender_answers();
                let rest = bytes.get(CONNECT_BYTES..).unwrap_or_default();
                match (rest.first(), le32(rest, 4)) {
                    (Some(3), _) => {
                        context.answer(Operation::LogIn, "open screen", Code::Word("connect"), true)
                    }
                    (Some(2), Some(1..)) => {
                        context.answer(Operation::LogIn, "open screen", Code::Word("connect"), false);
                        context.protection(Protection::Encrypted, "RDP over TLS", false);
                    }
                    _ => {
                        context.answer(Operation::LogIn, "open screen", Code::Word("connect"), false);
                        context.protection(Protection::Encrypted, "RDP standard security", true);
                    }
                }
            }
            _ => self.decided = true,
        }
    }
}
