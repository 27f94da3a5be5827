//! ISO transport on TCP: the carrier of S7comm, S7comm-plus, MMS and RDP.
//!
//! Source: RFC 1006 (TPKT), ITU-T X.224 class 0 (COTP).

use model::Side;

use crate::cursor::{be16, byte};
use crate::protocol::{Context, Dissector, Framing, Opening, Verdict};

/// Version 3, reserved, length 2.
const TPKT_BYTES: usize = 4;
/// Shortest packet: TPKT and a data header of three bytes.
const PACKET_BYTES_MIN: usize = 7;
/// Most bytes of one transport message in several packets.
const MESSAGE_BYTES_MAX: usize = 64 * 1024;
/// Most packets looked at before the first data while probing.
const PROBE_PACKETS_MAX: usize = 4;
/// Bytes of the first data that suffice to tell what they are.
const PROBE_BYTES: usize = 16;
/// Parameter of a connect: the selector that is called (X.224, 13.3.4).
const CALLED: u8 = 0xc2;
/// Most parameters of a connect request.
const PARAMETERS_MAX: usize = 16;

/// A protocol that ISO transport carries, without the carrier.
pub trait Carried: Send {
    /// The sender asks to be connected with the transport selector `called`.
    fn connect(&mut self, called: &[u8], context: &mut Context<'_>) {
        let _ = (called, context);
    }

    /// A whole message has come.
    fn message(&mut self, bytes: &[u8], context: &mut Context<'_>);
}

/// Carries one flow: unpacks the packets, puts the messages of each direction together and hands them on.
#[derive(Debug, Default)]
pub struct Carrier<P> {
    carried: P,
    sides: [Joined; 2],
}

impl<P: Carried> Dissector for Carrier<P> {
    fn frame(&mut self, bytes: &[u8], _from: Side) -> Framing {
        frame(bytes)
    }

    fn message(&mut self, bytes: &[u8], context: &mut Context<'_>) {
        match read(bytes) {
            Some(Packet::Connect { request: true, called }) => {
                context.sender_asks();
                self.carried.connect(called, context);
            }
            Some(Packet::Connect { request: false, .. }) => context.sender_answers(),
            Some(Packet::Data { payload, last }) => {
                let Carrier { carried, sides } = self;
                let Some(side) = sides.get_mut(context.from as usize) else { return };
                if !side.add(payload, last, |whole| carried.message(whole, context)) {
                    context.malformed("message longer than what is kept");
                }
            }
            Some(Packet::Other) => {}
            None => context.malformed("transport header cut short"),
        }
    }

    fn gap(&mut self, from: Side) {
        if let Some(side) = self.sides.get_mut(from as usize) {
            side.bytes.clear();
        }
    }
}

/// A transport packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Packet<'a> {
    /// Connect request or confirm, with the transport selector that is called.
    Connect {
        /// True for the request.
        request: bool,
        /// The selector that is called.
        called: &'a [u8],
    },
    /// Data; the last packet of a message says so.
    Data {
        /// What it carries.
        payload: &'a [u8],
        /// True when the message ends here.
        last: bool,
    },
    /// Disconnect, error and others.
    Other,
}

/// Cuts the next packet; finds the next plausible one after foreign bytes.
pub fn frame(bytes: &[u8]) -> Framing {
    match head(bytes) {
        Head::Packet(length) => Framing::Message(length),
        Head::Short => Framing::More,
        Head::Foreign => {
            let begins = |at: &usize| bytes.get(*at..).is_some_and(|rest| head(rest) != Head::Foreign);
            (1..bytes.len()).find(begins).map_or(Framing::Foreign, Framing::Skip)
        }
    }
}

/// What the first bytes of a packet say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Head {
    /// A packet of so many bytes begins here.
    Packet(usize),
    /// It may begin here.
    Short,
    /// It does not.
    Foreign,
}

/// Version, reserved, a length, and a transport header that fits into it: length indicator and known type.
fn head(bytes: &[u8]) -> Head {
    let begin = bytes.get(..bytes.len().min(2)).unwrap_or_default();
    if !b"\x03\x00".starts_with(begin) {
        return Head::Foreign;
    }
    let (Some(length), Some(indicator), Some(kind)) = (be16(bytes, 2), byte(bytes, 4), byte(bytes, 5)) else {
        return Head::Short;
    };
    let (length, indicator) = (usize::from(length), usize::from(indicator));
    let fits = TPKT_BYTES + 1 + indicator <= length && length >= PACKET_BYTES_MIN;
    let known = match kind & 0xf0 {
        0xf0 => indicator == 2,
        0xe0 | 0xd0 | 0x80 => indicator >= 6,
        0x70 | 0xc0 => indicator >= 4,
        _ => false,
    };
    if fits && known { Head::Packet(length) } else { Head::Foreign }
}

/// Reads a whole packet.
fn read(bytes: &[u8]) -> Option<Packet<'_>> {
    let indicator = usize::from(byte(bytes, TPKT_BYTES)?);
    let end = TPKT_BYTES + 1 + indicator;
    Some(match byte(bytes, 5)? & 0xf0 {
        kind @ (0xe0 | 0xd0) => {
            let mut called: &[u8] = &[];
            let mut rest = bytes.get(11..end.min(bytes.len())).unwrap_or_default();
            for _ in 0..PARAMETERS_MAX {
                let [code, length, more @ ..] = rest else { break };
                let Some((value, more)) = more.split_at_checked(usize::from(*length)) else { break };
                if *code == CALLED {
                    called = value;
                }
                rest = more;
            }
            Packet::Connect { request: kind == 0xe0, called }
        }
        0xf0 => Packet::Data { payload: bytes.get(end..)?, last: byte(bytes, 6)? & 0x80 != 0 },
        _ => Packet::Other,
    })
}

/// Judges the beginning of a stream: connects may lead anywhere, the first data decides.
pub fn probe(opening: &Opening<'_>, judge: impl Fn(&[u8]) -> Verdict) -> Verdict {
    let mut rest = opening.bytes;
    if !opening.stream {
        return Verdict::No;
    }
    for _ in 0..PROBE_PACKETS_MAX {
        if rest.is_empty() {
            return Verdict::Maybe;
        }
        let length = match head(rest) {
            Head::Packet(length) => length,
            Head::Short => return Verdict::Maybe,
            Head::Foreign => return Verdict::No,
        };
        let packet = rest.get(..length.min(rest.len())).unwrap_or(rest);
        match read(packet) {
            Some(Packet::Connect { .. }) => {}
            Some(Packet::Data { payload: [], .. }) => {}
            // The rest of the first data has not come yet.
            Some(Packet::Data { payload, .. }) if packet.len() < length && payload.len() < PROBE_BYTES => {
                return Verdict::Maybe;
            }
            Some(Packet::Data { payload, .. }) => return judge(payload),
            None if packet.len() < length => return Verdict::Maybe,
            _ => return Verdict::No,
        }
        rest = rest.get(packet.len()..).unwrap_or_default();
    }
    Verdict::No
}

/// Puts the packets of one direction together to messages.
#[derive(Debug, Default)]
struct Joined {
    bytes: Vec<u8>,
}

impl Joined {
    /// Takes a data packet; hands the whole message to `each` when it ends here. Answers false when a message grew
    /// too long and was dropped.
    fn add(&mut self, payload: &[u8], last: bool, each: impl FnOnce(&[u8])) -> bool {
        if self.bytes.is_empty() && last {
            each(payload);
            return true;
        }
        if self.bytes.len() + payload.len() > MESSAGE_BYTES_MAX {
            self.bytes.clear();
            return false;
        }
        self.bytes.extend_from_slice(payload);
        if last {
            let whole = std::mem::take(&mut self.bytes);
            each(&whole);
        }
        true
    }
}
