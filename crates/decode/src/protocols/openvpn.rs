//! OpenVPN: a tunnel, often that of a remote-maintenance router.
//!
//! Source: OpenVPN's "Network protocol" documentation: kinds of packets, control channel, stream framing.

use model::{Code, Family, Operation, Protection, Side};

use crate::cursor::{be16, be32, byte};
use crate::protocol::{Anywhere, Context, Dissector, Framing, On, Opening, Protocol, Verdict};

/// The entry of the protocol table for datagrams.
pub const PROTOCOL: Protocol = Protocol {
    name: "openvpn",
    family: Family::Tunnel,
    on: &[On::Udp(1194)],
    anywhere: Anywhere::Udp,
    probe: |opening: &Opening<'_>| verdict(opening.bytes, opening.at_home),
    start: || Box::new(OpenVpn::default()),
};

/// The entry for TCP, where a length comes before each packet.
pub const OVER_TCP: Protocol = Protocol {
    name: "openvpn",
    family: Family::Tunnel,
    on: &[On::Tcp(1194)],
    anywhere: Anywhere::Tcp,
    probe: |opening: &Opening<'_>| {
        let length = be16(opening.bytes, 0).map(usize::from);
        match length.and_then(|length| opening.bytes.get(2..2 + length)) {
            Some(packet) => verdict(packet, opening.at_home),
            None => Verdict::No,
        }
    },
    start: || Box::new(OpenVpn { prefixed: true, ..OpenVpn::default() }),
};

/// Kinds of packets: the upper five bits of the first byte; the lower three number the key.
const CLIENT_RESETS: [u8; 3] = [1, 7, 10];
const SERVER_RESETS: [u8; 2] = [2, 8];
const HIGHEST_KIND: u8 = 11;
/// Kind 1, session 8, count of acknowledgements 1, packet number 4: a first packet without further protection.
const PLAIN_RESET_BYTES: usize = 14;
/// Besides, a check sum of 16 to 64 bytes, a number 4 and a time 4.
const RESET_BYTES_MAX: usize = PLAIN_RESET_BYTES + 64 + 8;

#[derive(Default)]
struct OpenVpn {
    prefixed: bool,
    told: bool,
}

fn kind(packet: &[u8]) -> u8 {
    byte(packet, 0).unwrap_or(0) >> 3
}

/// Elsewhere than at home only a first packet in its plainest form is taken: nothing acknowledged, number 0.
fn verdict(packet: &[u8], at_home: bool) -> Verdict {
    let kind = kind(packet);
    let reset = CLIENT_RESETS.contains(&kind) || SERVER_RESETS.contains(&kind);
    let first_key = byte(packet, 0).is_some_and(|first| first & 7 == 0);
    let session = packet.get(1..9).is_some_and(|session| session != [0; 8]);
    let plain = packet.len() == PLAIN_RESET_BYTES && packet.get(9..) == Some(&[0; 5]);
    let guarded = (PLAIN_RESET_BYTES..=RESET_BYTES_MAX).contains(&packet.len());
    match (at_home, reset) {
        (true, true) if first_key && session && guarded => Verdict::Yes,
        (true, false) if (3..=HIGHEST_KIND).contains(&kind) && session => Verdict::Yes,
        (false, true) if CLIENT_RESETS.contains(&kind) && first_key && session && plain => Verdict::Yes,
        _ => Verdict::No,
    }
}

impl Dissector for OpenVpn {
    fn frame(&mut self, bytes: &[u8], _from: Side) -> Framing {
        match (self.prefixed, be16(bytes, 0)) {
            (false, _) => Framing::Message(bytes.len()),
            (true, None) => Framing::More,
            (true, Some(0)) => Framing::Foreign,
            (true, Some(length)) => {
                let total = 2 + usize::from(length);
                Framing::Head { deliver: total.min(2 + PLAIN_RESET_BYTES), total }
            }
        }
    }

    fn message(&mut self, bytes: &[u8], context: &mut Context<'_>) {
        let packet = bytes.get(if self.prefixed { 2 } else { 0 }..).unwrap_or_default();
        if !self.told {
            self.told = true;
            context.protection(Protection::Encrypted, "", false);
        }
        let kind = kind(packet);
        let (operation, name) = (Operation::Other, "open tunnel");
        if CLIENT_RESETS.contains(&kind) {
            context.sender_asks();
            context.request(operation, name, Code::Decimal(u32::from(kind)));
        } else if SERVER_RESETS.contains(&kind) {
            context.sender_answers();
            let asked = if kind == 2 { 1 } else { 7 };
            context.answer(operation, name, Code::Decimal(asked), false);
        } else if kind == 0 || kind > HIGHEST_KIND || be32(packet, 0).is_none() {
            context.malformed("unknown kind of packet");
        }
    }
}
