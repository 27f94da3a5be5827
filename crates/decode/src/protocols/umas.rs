//! UMAS, Schneider Electric's programming protocol inside Modbus function 90.
//!
//! Undocumented by its maker; codes and names follow public reverse engineering (the "Unity (UMAS) protocol"
//! articles). Its "upload" brings a program into the controller, contrary to other makers' words.

use model::{Attribute, Confidence, Operation, Protection, Subject, Weakness};

use crate::cursor::{byte, text};
use crate::protocol::Context;

/// The Modbus function that carries UMAS.
pub const FUNCTION: u8 = 90;
const TAKE_RESERVATION: u8 = 0x10;
const READ_ID: u8 = 0x02;
/// First byte of an answer's data: refused.
const REFUSED: u8 = 0xfd;

/// What a request does. `body` begins with the session key.
pub fn request(code: u8, body: &[u8], context: &mut Context<'_>) -> (Operation, &'static str) {
    if code == TAKE_RESERVATION {
        // Client number 4, name length 1, name of the engineering station.
        let length = byte(body, 6).map_or(0, usize::from);
        if let Some(name) = body.get(7..7 + length) {
            context.identity_of(
                Subject::Sender,
                Attribute::Name,
                &text(name),
                "UMAS reservation",
                Confidence::Derived,
            );
        }
        context.credential("reservation", None, Protection::Clear, Weakness::Anonymous);
    }
    meaning(code)
}

/// Reads an answer; true when it refuses. `body` begins with the session key.
pub fn response(code: u8, body: &[u8], context: &mut Context<'_>) -> bool {
    if byte(body, 1) == Some(REFUSED) {
        return true;
    }
    if code == READ_ID {
        // Versions and ids of fixed length, then the length-prefixed name of the CPU at byte 32 of the frame.
        let length = byte(body, 24).map_or(0, usize::from);
        if let Some(name) = body.get(25..25 + length) {
            context.identity(Attribute::Product, &text(name), "UMAS read id");
        }
    }
    false
}

/// Operation and name of a function.
fn meaning(code: u8) -> (Operation, &'static str) {
    match code {
        0x01 => (Operation::Other, "umas init communication"),
        0x02 => (Operation::Identify, "umas read id"),
        0x03 => (Operation::Identify, "umas read project info"),
        0x04 => (Operation::Identify, "umas read plc info"),
        0x05 => (Operation::Identify, "umas read loader info"),
        0x06 => (Operation::Identify, "umas read memory card info"),
        0x0a => (Operation::Diagnose, "umas repeat"),
        0x10 => (Operation::LogIn, "umas take reservation"),
        0x11 => (Operation::Other, "umas release reservation"),
        0x12 => (Operation::Other, "umas keep alive"),
        0x20 => (Operation::Read, "umas read memory block"),
        0x21 => (Operation::Write, "umas write memory block"),
        0x22 => (Operation::Read, "umas read variables"),
        0x23 => (Operation::Write, "umas write variables"),
        0x24 => (Operation::Read, "umas read coils and registers"),
        0x25 => (Operation::Write, "umas write coils and registers"),
        0x26 => (Operation::Discover, "umas data dictionary"),
        0x27 => (Operation::Discover, "umas data dictionary preload"),
        0x28 => (Operation::Read, "umas read physical address"),
        0x29 => (Operation::Write, "umas write physical address"),
        0x30 => (Operation::LoadProgram, "umas initialize upload"),
        0x31 => (Operation::LoadProgram, "umas upload block"),
        0x32 => (Operation::LoadProgram, "umas end upload"),
        0x33 => (Operation::ReadProgram, "umas initialize download"),
        0x34 => (Operation::ReadProgram, "umas download block"),
        0x35 => (Operation::ReadProgram, "umas end download"),
        0x36 => (Operation::Other, "umas backup"),
        0x37 => (Operation::LoadProgram, "umas preload blocks"),
        0x38 => (Operation::Other, "umas signed request"),
        0x39 => (Operation::Read, "umas read ethernet master data"),
        0x40 => (Operation::Start, "umas start plc"),
        0x41 => (Operation::Stop, "umas stop plc"),
        0x42 => (Operation::Reset, "umas init plc"),
        0x43 => (Operation::LoadProgram, "umas swap"),
        0x50 => (Operation::Read, "umas monitor plc"),
        0x51..=0x53 => (Operation::Diagnose, "umas check plc"),
        0x58 => (Operation::Diagnose, "umas check plc"),
        0x60..=0x66 => (Operation::Diagnose, "umas force or breakpoint"),
        0x6e => (Operation::LogIn, "umas exchange nonce"),
        0x70 => (Operation::Read, "umas read io object"),
        0x71 => (Operation::Write, "umas write io object"),
        0x72 => (Operation::Identify, "umas get rack info"),
        0x73 => (Operation::Diagnose, "umas get status module"),
        0x74 => (Operation::Identify, "umas get device data"),
        _ => (Operation::Other, "umas other"),
    }
}
