//! HART commands as HART-IP carries them: alone, bundled, or relayed to an instrument on a gateway's channel.
//!
//! Source: FieldComm Group, HART token-passing data link layer (frames), common practice commands (77 and 78), HART-IP
//! network management (direct messages), command response codes.

use model::{Code, Operation};

use crate::cursor::{Cursor, byte};

/// Most commands in one bundle or direct message.
const COMMANDS_MAX: usize = 32;
/// Relays a command to an instrument: "send command to sub-device".
const RELAY: u16 = 77;
/// Bundles commands to the same device: "read aggregated commands".
const BUNDLE: u16 = 78;

/// One HART command of a request or an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Command<'a> {
    /// Its number.
    pub number: u16,
    /// True when it is an answer that says no.
    pub refused: bool,
    /// What comes with it, in answers after response code and status.
    pub body: &'a [u8],
    /// How it is carried.
    pub way: Way,
}

/// How a command is carried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// By a token-passing unit of its own.
    Alone,
    /// Inside command 77, to the instrument on this card and channel.
    Relayed(u8, u8),
    /// Inside command 78.
    Bundled,
    /// In a direct message.
    Direct,
}

impl Command<'_> {
    /// Its number; a letter before it tells that it is relayed, bundled or direct.
    pub fn code(&self) -> Code {
        let number = u32::from(self.number);
        match self.way {
            Way::Alone => Code::Decimal(number),
            Way::Relayed(..) => Code::Lettered('r', number),
            Way::Bundled => Code::Lettered('b', number),
            Way::Direct => Code::Lettered('d', number),
        }
    }
}

/// The commands of a token-passing unit: the one it names, then those inside that.
pub fn token_passing(unit: &[u8], answer: bool) -> impl Iterator<Item = Command<'_>> {
    let outer = frame(unit, answer);
    let relayed = outer.filter(|outer| outer.number == RELAY).and_then(|outer| relayed(outer.body, answer));
    // An answer begins with the extended status.
    let bundle = outer.filter(|outer| outer.number == BUNDLE).map_or(&[][..], |outer| outer.body);
    let bundle = bundle.get(if answer { 2 } else { 1 }..).unwrap_or_default();
    outer.into_iter().chain(relayed).chain(listed(bundle, answer, Way::Bundled))
}

/// The commands of a direct message: status 1, extended status 1, commands.
pub fn direct(body: &[u8], answer: bool) -> impl Iterator<Item = Command<'_>> {
    listed(body.get(2..).unwrap_or_default(), answer, Way::Direct)
}

/// Delimiter, address of 1 or 5 bytes, expansion, command 1, count 1, data. The start and acknowledge delimiters tell a
/// request from an answer, whose data begin with response code and device status.
fn frame(unit: &[u8], answer: bool) -> Option<Command<'_>> {
    let delimiter = byte(unit, 0)?;
    let address = if delimiter & 0x80 != 0 { 5 } else { 1 };
    let at = 1 + address + usize::from(delimiter >> 5 & 3);
    let (number, count) = (byte(unit, at)?, usize::from(byte(unit, at + 1)?));
    let data = unit.get(at + 2..at + 2 + count).filter(|_| matches!(delimiter & 7, 1 | 2 | 6))?;
    let status_bytes = if answer { 2 } else { 0 };
    Some(Command {
        number: u16::from(number),
        refused: answer && data.first().copied().is_some_and(is_refusal),
        body: data.get(status_bytes..).unwrap_or_default(),
        way: Way::Alone,
    })
}

/// Card 1, channel 1, in requests the number of preambles 1, then a unit as on the instrument's own wire.
fn relayed(body: &[u8], answer: bool) -> Option<Command<'_>> {
    let way = Way::Relayed(byte(body, 0)?, byte(body, 1)?);
    let unit = body.get(if answer { 2 } else { 3 }..)?;
    frame(unit, answer).map(|command| Command { way, ..command })
}

/// Commands in a row: number 2, count 1, data, which in answers begin with the response code.
fn listed(bytes: &[u8], answer: bool, way: Way) -> impl Iterator<Item = Command<'_>> {
    let mut cursor = Cursor::new(bytes);
    std::iter::from_fn(move || {
        let (number, count) = (cursor.be16()?, cursor.u8()?);
        let data = cursor.take(usize::from(count))?;
        let status_bytes = usize::from(answer);
        Some(Command {
            number,
            refused: answer && data.first().copied().is_some_and(is_refusal),
            body: data.get(status_bytes..).unwrap_or_default(),
            way,
        })
    })
    .take(COMMANDS_MAX)
}

/// True for response codes that mean an error; the others are success or warnings, such as 8, "set to the nearest
/// possible value". With the highest bit, the gateway could not reach the instrument.
pub fn is_refusal(code: u8) -> bool {
    !matches!(code, 0 | 8 | 14 | 24..=27 | 30 | 31 | 96..=127)
}

/// What a command does: universal, common practice, and burst mode.
pub fn meaning(number: u16) -> (Operation, &'static str) {
    match number {
        0 | 11 | 21 => (Operation::Identify, "read unique identifier"),
        12 | 13 | 16 | 20 | 57 => (Operation::Identify, "read message or tag"),
        74 | 75 | 84 => (Operation::Discover, "sub-devices"),
        1..=3 | 7..=9 | 14 | 15 | 33 | 50 | 54 | 60..=63 | 70 | 80 | 105 => (Operation::Read, "read"),
        40 | 66 | 79 => (Operation::Write, "force value"),
        6
        | 17..=19
        | 22
        | 34..=39
        | 43..=47
        | 49
        | 51..=53
        | 55
        | 56
        | 58
        | 59
        | 64
        | 65
        | 67..=69
        | 71
        | 82
        | 83
        | 87..=89
        | 103
        | 104
        | 107..=109 => (Operation::Configure, "write setting"),
        42 => (Operation::Reset, "device reset"),
        41 | 48 | 72 | 73 | 76 | 81 | 85 | 86 => (Operation::Diagnose, "diagnose"),
        RELAY => (Operation::Other, "send command to sub-device"),
        BUNDLE => (Operation::Other, "aggregated commands"),
        _ => (Operation::Other, "other command"),
    }
}
