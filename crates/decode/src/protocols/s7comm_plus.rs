//! S7comm-plus: Siemens S7-1200 and S7-1500 controllers and their programming software.
//!
//! Undocumented by its maker; numbers follow the public driver S7CommPlusDriver. Under TLS (from firmware 2.9/4.5 on)
//! only the fact of encryption is visible.

use model::{Attribute, Code, Confidence, Family, Operation, Protection, Subject};

use crate::cursor::{Cursor, be16, byte, text};
use crate::iso_transport::{self, Carried, Carrier};
use crate::protocol::{Anywhere, Context, On, Pending, Protocol, Verdict};

/// The entry of the protocol table.
pub const PROTOCOL: Protocol = Protocol {
    name: "s7comm-plus",
    family: Family::Control,
    on: &[On::Tcp(102)],
    anywhere: Anywhere::Tcp,
    probe: |opening| iso_transport::probe(opening, judge),
    start: || Box::<Carrier<S7commPlus>>::default(),
};

/// First byte of every unit.
const MAGIC: u8 = 0x72;
const REQUEST: u8 = 0x31;
const RESPONSE: u8 = 0x32;
const NOTIFICATION: u8 = 0x33;
const CREATE_OBJECT: u16 = 0x04ca;
const INIT_TLS: u16 = 0x05b3;
const SET_VARIABLE: u16 = 0x04f2;
/// Opcode 1, reserved 2, function 2, reserved 2, sequence 2, session 4, flags 1.
const REQUEST_HEADER_BYTES: usize = 14;
/// The object that runs the program, and the attribute by which it is asked for another run state.
const EXECUTION_UNIT: u32 = 52;
const RUN_STATE_REQUEST: u32 = 2167;
/// The attribute that a password's proof is written to.
const LEGITIMATION: u32 = 1846;
/// Run state asked for: stop.
const STOP: u32 = 1;
/// Most bytes of a number of variable length: five of 7 bits hold 32.
const NUMBER_BYTES_MAX: usize = 5;
/// Begins the order numbers of Siemens automation products.
const ORDER_NUMBER: &[u8] = b"6ES7";

#[derive(Default)]
struct S7commPlus {
    pending: Pending<u16, (Operation, &'static str, Code)>,
    encrypted: bool,
}

fn judge(payload: &[u8]) -> Verdict {
    match payload {
        [MAGIC, 1..=3 | 0xfe, ..] => Verdict::Yes,
        _ => Verdict::No,
    }
}

impl Carried for S7commPlus {
    /// A unit: magic 1, version 1, length 2, from version 3 on a digest with its length; then opcode 1, reserved 2,
    /// function 2, reserved 2, sequence 2.
    fn message(&mut self, bytes: &[u8], context: &mut Context<'_>) {
        // After InitSsl, TLS records take the place of units.
        if let [0x14..=0x17, 3, 0..=4, ..] = bytes {
            if !self.encrypted {
                self.encrypted = true;
                context.protection(Protection::Encrypted, "", false);
            }
            return;
        }
        let (Some(&MAGIC), Some(version)) = (bytes.first(), byte(bytes, 1)) else { return };
        let start = match (version, byte(bytes, 4)) {
            (3, Some(digest)) => 5 + usize::from(digest),
            (1 | 2, _) => 4,
            _ => return,
        };
        let unit = bytes.get(start..).unwrap_or_default();
        let (Some(opcode), Some(function), Some(sequence)) = (byte(unit, 0), be16(unit, 3), be16(unit, 7))
        else {
            return;
        };
        let code = Code::Hex16(function);
        match opcode {
            REQUEST => {
                let (operation, name) = match function {
                    SET_VARIABLE => variable(unit).unwrap_or(meaning(function)),
                    _ => meaning(function),
                };
                context.request(operation, name, code);
                self.pending.asked(sequence, (operation, name, code));
            }
            RESPONSE => {
                if let Some((operation, name, code)) = self.pending.answered(&sequence) {
                    context.answer(operation, name, code, false);
                }
                if function == CREATE_OBJECT {
                    session_version(unit, context);
                }
            }
            // Notifications answer a subscription.
            NOTIFICATION => context.answer(Operation::Report, "notification", Code::Hex16(0), false),
            _ => {}
        }
    }
}

/// What a written variable does: object 4, number of variables, address, then a value of flags 1, type 1, content.
fn variable(unit: &[u8]) -> Option<(Operation, &'static str)> {
    let mut cursor = Cursor::new(unit.get(REQUEST_HEADER_BYTES..)?);
    let (object, _, address) = (cursor.be32()?, number(&mut cursor)?, number(&mut cursor)?);
    match address {
        RUN_STATE_REQUEST if object == EXECUTION_UNIT => {
            cursor.skip(2)?;
            Some(match number(&mut cursor)? {
                STOP => (Operation::Stop, "set operating state, stop"),
                _ => (Operation::Start, "set operating state, run"),
            })
        }
        LEGITIMATION => Some((Operation::LogIn, "legitimation")),
        _ => None,
    }
}

/// A number of variable length: 7 bits a byte, the highest first, the upper bit says that more follow.
fn number(cursor: &mut Cursor<'_>) -> Option<u32> {
    let mut value = 0_u32;
    for _ in 0..NUMBER_BYTES_MAX {
        let byte = cursor.u8()?;
        value = value << 7 | u32::from(byte & 0x7f);
        if byte & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}

fn meaning(function: u16) -> (Operation, &'static str) {
    match function {
        0x04bb => (Operation::Discover, "explore"),
        0x04d4 => (Operation::Other, "delete object"),
        SET_VARIABLE => (Operation::Write, "set variable"),
        0x04fc => (Operation::Read, "get variable"),
        0x0524 => (Operation::Other, "add link"),
        0x0542 => (Operation::Write, "set multiple variables"),
        0x054c => (Operation::Read, "get multiple variables"),
        0x0556 => (Operation::Other, "begin sequence"),
        0x0560 => (Operation::Other, "end sequence"),
        0x056b => (Operation::Other, "invoke"),
        0x057c => (Operation::LoadProgram, "write stream"),
        0x0586 => (Operation::ReadProgram, "read stream"),
        CREATE_OBJECT => (Operation::Other, "create object"),
        INIT_TLS => (Operation::Other, "initialise tls"),
        _ => (Operation::Other, "unknown function"),
    }
}

/// The session's version text, as in "1;6ES7 214-1HE30-0XB0 ;V2.2": order number and firmware.
fn session_version(unit: &[u8], context: &mut Context<'_>) {
    let Some(at) = unit.windows(ORDER_NUMBER.len()).position(|window| window == ORDER_NUMBER) else { return };
    let rest = unit.get(at..).unwrap_or_default();
    let printable = rest.iter().take(48).take_while(|byte| byte.is_ascii_graphic() || **byte == b' ').count();
    let value = text(rest.get(..printable).unwrap_or_default());
    let mut parts = value.split(';');
    let mut tell = |attribute, value: &str| {
        context.identity_of(
            Subject::Sender,
            attribute,
            value.trim(),
            "S7comm-plus session",
            Confidence::Stated,
        );
    };
    if let Some(order) = parts.next() {
        tell(Attribute::OrderNumber, order);
    }
    // What follows the text may look like letters.
    if let Some(firmware) =
        parts.next().and_then(|part| part.split_whitespace().next()).filter(|v| v.starts_with('V'))
    {
        tell(Attribute::Firmware, firmware);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(object: u32, rest: &[u8]) -> Vec<u8> {
        let mut unit = vec![REQUEST, 0, 0, 0x04, 0xf2, 0, 0, 0, 7, 0, 0, 3, 0x84, 0x34];
        unit.extend_from_slice(&object.to_be_bytes());
        unit.extend_from_slice(rest);
        unit
    }

    /// Layout of the public S7CommPlusDriver: object 52, one variable, address 2167, a signed number.
    #[test]
    fn run_state_and_legitimation_are_told() {
        let stop = request(52, &[1, 0x90, 0x77, 0, 8, 1]);
        assert_eq!(variable(&stop), Some((Operation::Stop, "set operating state, stop")));
        let run = request(52, &[1, 0x90, 0x77, 0, 8, 3]);
        assert_eq!(variable(&run), Some((Operation::Start, "set operating state, run")));
        assert_eq!(variable(&request(900, &[1, 0x8e, 0x36])), Some((Operation::LogIn, "legitimation")));
        assert_eq!(variable(&request(52, &[1, 0xff, 0xff, 0xff, 0xff, 0xff])), None);
        assert_eq!(variable(&[]), None);
    }
}
