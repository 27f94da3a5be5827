//! WireGuard: a tunnel between two keys.
//!
//! Source: J. Donenfeld, "WireGuard: Next Generation Kernel Network Tunnel", 5.4 (messages).

use model::{Code, Family, Operation, Protection, Side};

use crate::cursor::le32;
use crate::protocol::{Anywhere, Context, Dissector, Framing, On, Opening, Pending, Protocol, Verdict};

/// The entry of the protocol table.
pub const PROTOCOL: Protocol = Protocol {
    name: "wireguard",
    family: Family::Tunnel,
    on: &[On::Udp(51820)],
    anywhere: Anywhere::Udp,
    probe,
    start: || Box::new(WireGuard::default()),
};

/// Kinds of messages, with three reserved bytes of zero, and their lengths.
const INITIATION: u32 = 1;
const INITIATION_BYTES: usize = 148;
const RESPONSE: u32 = 2;
const RESPONSE_BYTES: usize = 92;
const COOKIE: u32 = 3;
const COOKIE_BYTES: usize = 64;
const DATA: u32 = 4;
/// Kind 4, receiver 4, counter 8, check sum 16. The content between is padded to 16, but never beyond what the link
/// carries: full packets end where they end.
const DATA_BYTES_MIN: usize = 32;

#[derive(Default)]
struct WireGuard {
    pending: Pending<u32, ()>,
    told: bool,
}

fn kind(bytes: &[u8]) -> Option<u32> {
    match (le32(bytes, 0)?, bytes.len()) {
        (INITIATION, INITIATION_BYTES) => Some(INITIATION),
        (RESPONSE, RESPONSE_BYTES) => Some(RESPONSE),
        (COOKIE, COOKIE_BYTES) => Some(COOKIE),
        (DATA, DATA_BYTES_MIN..) => Some(DATA),
        _ => None,
    }
}

fn probe(opening: &Opening<'_>) -> Verdict {
    match (kind(opening.bytes), opening.at_home) {
        (Some(INITIATION | RESPONSE), _) | (Some(_), true) => Verdict::Yes,
        _ => Verdict::No,
    }
}

impl Dissector for WireGuard {
    fn frame(&mut self, bytes: &[u8], _from: Side) -> Framing {
        Framing::Message(bytes.len())
    }

    fn message(&mut self, bytes: &[u8], context: &mut Context<'_>) {
        if !self.told {
            self.told = true;
            context.protection(Protection::Encrypted, "", false);
        }
        let (operation, name, code) = (Operation::Other, "handshake", Code::Decimal(INITIATION));
        match kind(bytes) {
            Some(INITIATION) => {
                // Either side may renew the keys: only the first handshake shows who opened the tunnel.
                context.sender_asks();
                context.request(operation, name, code);
                self.pending.asked(le32(bytes, 4).unwrap_or(0), ());
            }
            Some(RESPONSE) => {
                context.sender_answers();
                if self.pending.answered(&le32(bytes, 8).unwrap_or(0)).is_some() {
                    context.answer(operation, name, code, false);
                }
            }
            Some(_) => {}
            None => context.malformed("unknown kind of message or wrong length"),
        }
    }
}
