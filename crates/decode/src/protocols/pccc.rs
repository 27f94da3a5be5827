//! PCCC, the command set of PLC-5, SLC 500 and MicroLogix controllers, carried inside CIP service 0x4B.
//!
//! Commands and functions: Rockwell publication 1770-6.5.16, "DF1 Protocol and Command Set", chapters 7 to 9.

use model::{Attribute, Object, Operation};

use crate::cursor::{Cursor, byte, text};
use crate::protocol::Context;

/// What a request does, and to what. `body` begins with the requester's id.
pub fn request(body: &[u8]) -> (Operation, &'static str, Object<'static>) {
    let Some(command) = command(body) else { return (Operation::Other, "pccc", Object::None) };
    let mut cursor = Cursor::new(command);
    // Command, status, transaction 2, function.
    let (Some([command, _, _, _]), function) = (cursor.array::<4>(), cursor.u8()) else {
        return (Operation::Other, "pccc", Object::None);
    };
    let (operation, name) = meaning(command & 0x0f, function.unwrap_or(0), cursor.rest());
    (operation, name, object(command & 0x0f, function.unwrap_or(0), cursor.rest()))
}

/// True when an answer refuses: its status byte is not zero.
pub fn refused(body: &[u8]) -> bool {
    command(body).and_then(|command| byte(command, 1)).is_some_and(|status| status != 0)
}

/// The answer to diagnostic status of SLC 500 and MicroLogix controllers: mode 1, extender 0xEE, interface 1,
/// processor 1, series and revision 1, catalogue name 11 (1770-6.5.16, chapter 10).
pub fn identity(body: &[u8], context: &mut Context<'_>) {
    const EXTENDED: u8 = 0xee;
    // Command, status and transaction stand before the data.
    let Some(data) = command(body).and_then(|command| command.get(4..)) else { return };
    let Some(name) = data.get(5..16).filter(|_| byte(data, 1) == Some(EXTENDED)) else { return };
    if name.iter().all(|b| b.is_ascii_graphic() || matches!(b, b' ' | 0)) {
        context.identity(Attribute::OrderNumber, &text(name), "PCCC diagnostic status");
    }
}

/// The command behind the requester's id: a length that counts itself, then vendor and serial number.
fn command(body: &[u8]) -> Option<&[u8]> {
    let length = usize::from(byte(body, 0)?);
    if length == 0 { None } else { body.get(length..) }
}

fn meaning(command: u8, function: u8, data: &[u8]) -> (Operation, &'static str) {
    match (command, function) {
        (0x00, _) => (Operation::Write, "pccc protected write"),
        (0x01, _) => (Operation::Read, "pccc unprotected read"),
        (0x02, _) => (Operation::Write, "pccc protected bit write"),
        (0x05, _) => (Operation::Write, "pccc unprotected bit write"),
        (0x08, _) => (Operation::Write, "pccc unprotected write"),
        (0x06, 0x00) => (Operation::Diagnose, "pccc echo"),
        (0x06, 0x03) => (Operation::Identify, "pccc diagnostic status"),
        (0x06, _) => (Operation::Diagnose, "pccc diagnostics"),
        (0x0f, function) => extended(function, data),
        _ => (Operation::Other, "pccc"),
    }
}

/// Functions of command 0x0F.
fn extended(function: u8, data: &[u8]) -> (Operation, &'static str) {
    match function {
        0x00 => (Operation::Write, "pccc word range write"),
        0x01 => (Operation::Read, "pccc word range read"),
        0x02 | 0x26 => (Operation::Write, "pccc read-modify-write"),
        0x03 | 0x08 | 0x18 => (Operation::Write, "pccc write"),
        0x04 | 0x09 | 0x17 => (Operation::Read, "pccc read"),
        0x05 => (Operation::LoadProgram, "pccc download request"),
        0x06 => (Operation::ReadProgram, "pccc upload request"),
        0x07 => (Operation::Stop, "pccc shut down"),
        0x0a => (Operation::Reset, "pccc restart"),
        0x11 => (Operation::Configure, "pccc get edit resource"),
        0x12 => (Operation::Configure, "pccc return edit resource"),
        0x29 => (Operation::Read, "pccc read section size"),
        0x3a | 0x80 => mode(data),
        0x41 => (Operation::Diagnose, "pccc disable forces"),
        0x50 => (Operation::LoadProgram, "pccc download all request"),
        0x52 => (Operation::LoadProgram, "pccc download completed"),
        0x53 => (Operation::ReadProgram, "pccc upload all request"),
        0x55 => (Operation::ReadProgram, "pccc upload completed"),
        0x57 => (Operation::Reset, "pccc initialize memory"),
        0x67 => (Operation::Write, "pccc typed write"),
        0x68 => (Operation::Read, "pccc typed read"),
        0x8f => (Operation::Configure, "pccc apply port configuration"),
        0xa1 | 0xa2 | 0xa7 => (Operation::Read, "pccc protected typed logical read"),
        0xa9..=0xab | 0xaf => (Operation::Write, "pccc protected typed logical write"),
        _ => (Operation::Other, "pccc"),
    }
}

/// Change mode: the wanted mode is the first byte of the data.
fn mode(data: &[u8]) -> (Operation, &'static str) {
    match byte(data, 0) {
        Some(1) => (Operation::Stop, "pccc change mode to program"),
        Some(6) => (Operation::Start, "pccc change mode to run"),
        Some(7..=9) => (Operation::Start, "pccc change mode to test"),
        _ => (Operation::Configure, "pccc change mode"),
    }
}

/// Protected typed logical read and write with three address fields: size, file number, file type, element.
fn object(command: u8, function: u8, data: &[u8]) -> Object<'static> {
    let addressed = command == 0x0f && matches!(function, 0xa1 | 0xa2 | 0xa9 | 0xaa | 0xab);
    let mut cursor = Cursor::new(data);
    let Some((_size, file)) = cursor.u8().zip(field(&mut cursor)).filter(|_| addressed) else {
        return Object::None;
    };
    let (Some(kind), Some(element)) = (cursor.u8(), field(&mut cursor)) else { return Object::None };
    let element = u64::from(element);
    Object::Block { space: file_letter(kind), block: u32::from(file), first: element, last: element }
}

/// One byte, or 0xFF and two bytes.
fn field(cursor: &mut Cursor<'_>) -> Option<u16> {
    match cursor.u8()? {
        0xff => cursor.le16(),
        short => Some(u16::from(short)),
    }
}

/// Data file types as engineers write them: N7, B3, F8.
fn file_letter(kind: u8) -> &'static str {
    match kind {
        0x82 | 0x8b => "O",
        0x83 | 0x8c => "I",
        0x84 => "S",
        0x85 => "B",
        0x86 => "T",
        0x87 => "C",
        0x88 => "R",
        0x89 => "N",
        0x8a => "F",
        0x8d => "ST",
        0x8e => "A",
        0x91 => "L",
        _ => "file ",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_typed_read_names_its_file() {
        // Requester 7 bytes; CMD 0F, STS 0, TNS 1; FNC A2; 2 bytes of N7:5.0.
        let body = [7, 0x4d, 0, 1, 2, 3, 4, 0x0f, 0, 1, 0, 0xa2, 2, 7, 0x89, 5, 0];
        let (operation, _, object) = request(&body);
        assert_eq!((operation, object.to_string()), (Operation::Read, "N7 5".to_string()));
    }

    #[test]
    fn changing_the_mode_starts_or_stops() {
        let of = |mode: u8| request(&[7, 0, 0, 0, 0, 0, 0, 0x0f, 0, 1, 0, 0x80, mode]).0;
        assert_eq!((of(1), of(6)), (Operation::Stop, Operation::Start));
        assert_eq!(request(&[]).0, Operation::Other);
    }
}
