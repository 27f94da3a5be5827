//! IEC 60870-5-104: telecontrol of substations and stations over TCP.
//!
//! Source: IEC 60870-5-104 (frame), IEC 60870-5-101 7.2 (type identifications, causes).

use model::{Code, Family, Object, Operation, Side};

use crate::cursor::{Cursor, byte};
use crate::protocol::{Anywhere, Context, Dissector, Framing, On, Opening, Pending, Protocol, Verdict};

/// The entry of the protocol table.
pub const PROTOCOL: Protocol = Protocol {
    name: "iec104",
    family: Family::Telecontrol,
    on: &[On::Tcp(2404)],
    anywhere: Anywhere::Tcp,
    probe,
    start: || Box::new(Iec104::default()),
};

/// First octet of every frame.
const START: u8 = 0x68;
/// Shortest and longest length field.
const LENGTH_MIN: u8 = 4;
const LENGTH_MAX: u8 = 253;

const ACTIVATION: u8 = 6;
const ACTIVATION_CONFIRMATION: u8 = 7;
const DEACTIVATION: u8 = 8;
const DEACTIVATION_CONFIRMATION: u8 = 9;
const TERMINATION: u8 = 10;

/// How wide the fields of a data unit are. The standard fixes them, yet stations that came from serial lines keep
/// their own (IEC 60870-5-101, 7.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Profile {
    cause: usize,
    station: usize,
    object: usize,
}

/// The widths of IEC 60870-5-104, 7.
const STANDARD: Profile = Profile { cause: 2, station: 2, object: 3 };
/// Widths met on serial lines.
const SHORT: [Profile; 2] =
    [Profile { cause: 1, station: 2, object: 2 }, Profile { cause: 1, station: 1, object: 2 }];

#[derive(Default)]
struct Iec104 {
    /// By type, common address and object address.
    pending: Pending<(u8, u16, u32), ()>,
    /// The short profile was told already.
    short_told: bool,
}

fn probe(opening: &Opening<'_>) -> Verdict {
    let bytes = opening.bytes;
    let Some(length) = header(bytes) else { return Verdict::No };
    let whole = bytes.len() >= length;
    let next = bytes.get(length..).is_none_or(|rest| rest.is_empty() || rest.first() == Some(&START));
    match (opening.at_home, whole, next) {
        (true, _, true) => Verdict::Yes,
        // Elsewhere: whole frames only, and a known type or an unnumbered frame.
        (false, true, true) if plausible(bytes) => Verdict::Yes,
        _ => Verdict::No,
    }
}

/// The frame's length, when its head is one.
fn header(bytes: &[u8]) -> Option<usize> {
    let [START, length @ LENGTH_MIN..=LENGTH_MAX, control, ..] = *bytes else { return None };
    let fixed = control & 1 == 1 && length != LENGTH_MIN;
    let unnumbered = control & 3 == 3 && !matches!(control, 0x07 | 0x0b | 0x13 | 0x23 | 0x43 | 0x83);
    (!fixed && !unnumbered).then_some(2 + usize::from(length))
}

fn plausible(bytes: &[u8]) -> bool {
    match (byte(bytes, 2), byte(bytes, 6)) {
        (Some(control), Some(kind)) if control & 1 == 0 => {
            meaning(kind, 0).0 != Operation::Other && byte(bytes, 7).is_some_and(|count| count & 0x7f > 0)
        }
        (Some(control), _) => control & 3 == 3 && bytes.get(3..6) == Some(&[0, 0, 0]),
        _ => false,
    }
}

impl Dissector for Iec104 {
    fn frame(&mut self, bytes: &[u8], _from: Side) -> Framing {
        match bytes {
            [START] | [START, _] => Framing::More,
            [START, LENGTH_MIN..=LENGTH_MAX, ..] => {
                Framing::Message(2 + usize::from(bytes.get(1).copied().unwrap_or(0)))
            }
            _ => match bytes.iter().position(|&byte| byte == START).filter(|_| bytes.first() != Some(&START))
            {
                Some(next) => Framing::Skip(next),
                None => Framing::Foreign,
            },
        }
    }

    fn message(&mut self, bytes: &[u8], context: &mut Context<'_>) {
        let Some(control) = byte(bytes, 2) else { return };
        if control & 1 == 0 {
            return self.asdu(bytes.get(6..).unwrap_or_default(), context);
        }
        match control {
            // STARTDT and STOPDT are sent by the controlling station (IEC 60870-5-104, 5.3).
            0x07 | 0x13 => context.sender_asks(),
            0x0b | 0x23 => context.sender_answers(),
            _ => {}
        }
    }

    fn gap(&mut self, _from: Side) {
        self.pending.clear();
    }
}

impl Iec104 {
    fn asdu(&mut self, bytes: &[u8], context: &mut Context<'_>) {
        let mut cursor = Cursor::new(bytes);
        let (Some(kind), Some(structure)) = (cursor.u8(), cursor.u8()) else {
            return context.malformed("data unit cut short");
        };
        let profile = profile(kind, structure, bytes.len());
        if profile != STANDARD && !self.short_told {
            self.short_told = true;
            context.malformed("field widths of serial lines");
        }
        let fields = (cursor.u8(), cursor.skip(profile.cause - 1), number(&mut cursor, profile.station));
        let (Some(cause), Some(()), Some(station)) = fields else {
            return context.malformed("data unit cut short");
        };
        let Some(first) = number(&mut cursor, profile.object) else {
            return context.malformed("data unit without object");
        };
        let station = station as u16;
        let count = u64::from(structure & 0x7f).max(1);
        let last = if structure & 0x80 != 0 { u64::from(first) + count - 1 } else { u64::from(first) };
        let qualifier = match kind {
            45..=47 | 58..=60 => cursor.u8().unwrap_or(0),
            _ => 0,
        };
        let (operation, name) = meaning(kind, qualifier);
        let code = Code::Decimal(u32::from(kind));
        let unit = Some(u32::from(station));
        let object = Object::Range { space: "object", first: u64::from(first), last };
        let (negative, cause) = (cause & 0x40 != 0, cause & 0x3f);
        let key = (kind, station, first);
        let command = matches!(kind, 45..70 | 100..);
        match cause {
            ACTIVATION | DEACTIVATION if command => {
                context.sender_asks();
                context.request_of(operation, name, code, unit, object);
                self.pending.asked(key, ());
            }
            // What the station sends back is a report of its own, and the answer to the command.
            ACTIVATION_CONFIRMATION | DEACTIVATION_CONFIRMATION | 44..=47 if command => {
                context.sender_answers();
                context.request_of(Operation::Report, "confirmation", code, unit, object);
                self.pending.answered(&key);
                context.answer(operation, name, code, negative || cause >= 44);
            }
            TERMINATION if command => {
                context.request_of(Operation::Report, "termination", code, unit, object)
            }
            _ => context.request_of(operation, name, code, unit, object),
        }
    }
}

/// The profile that fits the length; the standard one when none does, or the type's size is not known.
fn profile(kind: u8, structure: u8, length: usize) -> Profile {
    let Some(size) = element_bytes(kind) else { return STANDARD };
    let (count, sequence) = (usize::from(structure & 0x7f), structure & 0x80 != 0);
    let fits = |profile: &Profile| {
        let head = 2 + profile.cause + profile.station;
        let objects = if sequence { profile.object + count * size } else { count * (profile.object + size) };
        head + objects == length
    };
    if fits(&STANDARD) {
        return STANDARD;
    }
    SHORT.into_iter().find(fits).unwrap_or(STANDARD)
}

/// Little-endian number of one to three bytes.
fn number(cursor: &mut Cursor<'_>, bytes: usize) -> Option<u32> {
    match bytes {
        1 => cursor.u8().map(u32::from),
        2 => cursor.le16().map(u32::from),
        _ => cursor.le24(),
    }
}

/// Bytes of one information element without its address (IEC 60870-5-101, 7.3, and 60870-5-104, 8).
fn element_bytes(kind: u8) -> Option<usize> {
    Some(match kind {
        102 => 0,
        1 | 3 | 45..=47 | 70 | 100 | 101 | 105 | 113 => 1,
        5 | 21 | 104 | 106 => 2,
        9 | 11 | 48 | 49 | 110 | 111 => 3,
        2 | 4 | 51 => 4,
        6 | 7 | 13 | 15 | 20 | 50 | 112 => 5,
        10 | 12 | 17 => 6,
        18 | 19 | 103 => 7,
        8 | 14 | 16 | 30 | 31 | 58..=60 => 8,
        32 | 107 => 9,
        34 | 35 | 38 | 61 | 62 => 10,
        39 | 40 | 64 => 11,
        33 | 36 | 37 | 63 => 12,
        _ => return None,
    })
}

/// What a type identification means (IEC 60870-5-101, table 8 and following). For commands the qualifier's highest
/// bit says "select before operate".
fn meaning(kind: u8, qualifier: u8) -> (Operation, &'static str) {
    let select = qualifier & 0x80 != 0;
    match kind {
        1..=14 | 20 | 21 | 30..=40 => (Operation::Report, "process information"),
        15..=19 => (Operation::Report, "integrated totals"),
        70 => (Operation::Report, "end of initialisation"),
        45 | 58 if select => (Operation::Write, "select single command"),
        45 | 58 => (Operation::Write, "single command"),
        46 | 59 if select => (Operation::Write, "select double command"),
        46 | 59 => (Operation::Write, "double command"),
        47 | 60 if select => (Operation::Write, "select regulating step command"),
        47 | 60 => (Operation::Write, "regulating step command"),
        48 | 61 => (Operation::Write, "set point, normalised"),
        49 | 62 => (Operation::Write, "set point, scaled"),
        50 | 63 => (Operation::Write, "set point, floating point"),
        51 | 64 => (Operation::Write, "bit string"),
        100 => (Operation::Read, "interrogation"),
        101 => (Operation::Read, "counter interrogation"),
        102 => (Operation::Read, "read"),
        103 => (Operation::Configure, "clock synchronisation"),
        104 | 107 => (Operation::Diagnose, "test"),
        105 => (Operation::Reset, "reset process"),
        106 => (Operation::Configure, "delay acquisition"),
        110..=112 => (Operation::Configure, "parameter"),
        113 => (Operation::Configure, "parameter activation"),
        120..=127 => (Operation::Transfer, "file transfer"),
        81..=95 => (Operation::LogIn, "authentication"),
        _ => (Operation::Other, "reserved type"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_profile_follows_from_the_length() {
        // One single command: type, structure, cause 2, station 2, object 3, command 1.
        assert_eq!(profile(45, 1, 10), STANDARD);
        assert_eq!(profile(45, 1, 8), SHORT[0]);
        assert_eq!(profile(45, 1, 7), SHORT[1]);
        // Four measured values in sequence, and a length that no profile explains.
        assert_eq!(profile(13, 0x84, 9 + 20), STANDARD);
        assert_eq!(profile(45, 1, 60), STANDARD);
        assert_eq!(profile(200, 1, 8), STANDARD);
    }
}
