//! S-Bus: Saia-Burgess controllers, mostly in buildings and infrastructure.
//!
//! Source: Saia-Burgess 26-739 (S-Bus manual); numbers of commands after the value table of Wireshark.

use model::{Attribute, Code, Family, Object, Operation, Side};

use crate::crc::ccitt;
use crate::cursor::{be16, be32, byte, text};
use crate::protocol::{Anywhere, Context, Dissector, Framing, On, Opening, Pending, Protocol, Verdict};

/// The entry of the protocol table.
pub const PROTOCOL: Protocol = Protocol {
    name: "sbus",
    family: Family::Control,
    on: &[On::Udp(5050)],
    anywhere: Anywhere::Udp,
    probe,
    start: || Box::new(Sbus::default()),
};

/// Length 4, version 1, type 1, sequence 2, attribute 1.
const HEADER_BYTES: usize = 9;
const CHECK_BYTES: usize = 2;
/// Longest telegram that is believed.
const TELEGRAM_BYTES_MAX: usize = 512;
const REQUEST: u8 = 0;
const RESPONSE: u8 = 1;
const ACKNOWLEDGEMENT: u8 = 2;
const READ_FIRMWARE: u8 = 0x20;

#[derive(Default)]
struct Sbus {
    /// By sequence number.
    pending: Pending<u16, (Operation, &'static str, Code)>,
}

/// The length of the telegram that begins here.
fn length(bytes: &[u8]) -> Option<usize> {
    let length = usize::try_from(be32(bytes, 0)?).ok()?;
    let known = byte(bytes, 4)? <= 1 && byte(bytes, 5)? == 0 && byte(bytes, 8)? <= ACKNOWLEDGEMENT;
    (known && (HEADER_BYTES + CHECK_BYTES..=TELEGRAM_BYTES_MAX).contains(&length)).then_some(length)
}

fn probe(opening: &Opening<'_>) -> Verdict {
    let whole = length(opening.bytes) == Some(opening.bytes.len());
    if whole && (opening.at_home || is_whole(opening.bytes)) { Verdict::Yes } else { Verdict::No }
}

fn is_whole(telegram: &[u8]) -> bool {
    telegram.split_last_chunk().is_some_and(|(summed, check)| ccitt(summed, 0) == u16::from_be_bytes(*check))
}

impl Dissector for Sbus {
    fn frame(&mut self, bytes: &[u8], _from: Side) -> Framing {
        length(bytes).map_or(Framing::Foreign, Framing::Message)
    }

    fn message(&mut self, bytes: &[u8], context: &mut Context<'_>) {
        let (Some(sequence), Some(attribute)) = (be16(bytes, 6), byte(bytes, 8)) else { return };
        if !is_whole(bytes) {
            context.malformed("check sum does not fit");
        }
        let body = bytes.get(HEADER_BYTES..bytes.len() - CHECK_BYTES).unwrap_or_default();
        match attribute {
            REQUEST => {
                context.sender_asks();
                let [station, command, rest @ ..] = body else {
                    return context.malformed("request without command");
                };
                let (operation, name) = meaning(*command);
                let (code, unit) = (Code::Hex8(*command), Some(u32::from(*station)));
                context.request_of(operation, name, code, unit, object(*command, rest));
                self.pending.asked(sequence, (operation, name, code));
            }
            RESPONSE => {
                context.sender_answers();
                let Some((operation, name, code)) = self.pending.answered(&sequence) else { return };
                context.answer(operation, name, code, false);
                if code == Code::Hex8(READ_FIRMWARE) {
                    firmware(body, context);
                }
            }
            _ => {
                context.sender_answers();
                if let Some((operation, name, code)) = self.pending.answered(&sequence) {
                    context.answer(operation, name, code, be16(body, 0) != Some(0));
                }
            }
        }
    }
}

/// The answer to "read firmware version": type of controller 5, version 3, filler.
fn firmware(body: &[u8], context: &mut Context<'_>) {
    let (Some(kind), Some(version)) = (body.get(..5), body.get(5..8)) else {
        return context.malformed("firmware version cut short");
    };
    context.identity(Attribute::Product, &text(kind), "S-Bus firmware version");
    context.identity(Attribute::Firmware, &text(version), "S-Bus firmware version");
}

/// What a request reads or writes: count 1 (reads count from 0), address 2.
fn object(command: u8, rest: &[u8]) -> Object<'static> {
    let space = match command {
        0 | 10 => "counters",
        2 | 11 => "flags",
        3 => "inputs",
        5 | 13 => "outputs",
        6 | 14 => "registers",
        7 | 15 => "timers",
        _ => return Object::None,
    };
    let (Some(count), Some(first)) = (byte(rest, 0), be16(rest, 1)) else { return Object::None };
    let first = u64::from(first);
    // Writes count bytes, and the width depends on what is written: only where they begin is sure.
    let last = if command < 10 { first + u64::from(count) } else { first };
    Object::Range { space, first, last }
}

fn meaning(command: u8) -> (Operation, &'static str) {
    match command {
        0 => (Operation::Read, "read counters"),
        1 => (Operation::Read, "read display register"),
        2 => (Operation::Read, "read flags"),
        3 => (Operation::Read, "read inputs"),
        4 => (Operation::Read, "read real time clock"),
        5 => (Operation::Read, "read outputs"),
        6 => (Operation::Read, "read registers"),
        7 => (Operation::Read, "read timers"),
        10 => (Operation::Write, "write counters"),
        11 => (Operation::Write, "write flags"),
        12 => (Operation::Configure, "write real time clock"),
        13 => (Operation::Write, "write outputs"),
        14 => (Operation::Write, "write registers"),
        15 => (Operation::Write, "write timers"),
        20..=27 => (Operation::Diagnose, "read status"),
        29 => (Operation::Identify, "read station number"),
        30 => (Operation::ReadProgram, "read user memory"),
        31 => (Operation::ReadProgram, "read program line"),
        READ_FIRMWARE => (Operation::Identify, "read firmware version"),
        33 => (Operation::Read, "read text"),
        34 => (Operation::Diagnose, "read active transition"),
        35 => (Operation::LoadProgram, "write user memory"),
        36 => (Operation::LoadProgram, "write program line"),
        37 => (Operation::Write, "write text"),
        40..=48 => (Operation::Start, "run"),
        50..=57 => (Operation::Reset, "restart cold"),
        60..=68 => (Operation::Stop, "stop"),
        71 => (Operation::Read, "read byte"),
        70 | 72..=75 => (Operation::Diagnose, "read processor state"),
        80 | 82 | 83 => (Operation::Write, "write processor state"),
        81 => (Operation::Write, "write byte"),
        90..=94 => (Operation::Write, "clear"),
        100..=107 => (Operation::Reset, "restart warm"),
        110 | 172 => (Operation::LoadProgram, "change block"),
        112 | 114 => (Operation::LoadProgram, "change program line"),
        111 => (Operation::Configure, "clear history"),
        113 | 115 | 116 | 118 | 119 => (Operation::Diagnose, "step"),
        117 => (Operation::Write, "make text"),
        130..=132 => (Operation::Other, "interrupt"),
        145 => (Operation::Diagnose, "read hang-up time"),
        150 | 159 => (Operation::Read, "read data block"),
        151..=154 => (Operation::Write, "write data block"),
        155..=158 => (Operation::Diagnose, "read block places"),
        161 => (Operation::Read, "read permanent register"),
        163 => (Operation::Configure, "write permanent register"),
        165 => (Operation::LoadProgram, "erase flash"),
        166 => (Operation::Reset, "restart cold flag"),
        167 => (Operation::Configure, "write system buffer"),
        168 => (Operation::Read, "read system buffer"),
        170 => (Operation::Diagnose, "get diagnostic"),
        171 => (Operation::Identify, "read system information"),
        173 => (Operation::Transfer, "memory card"),
        _ => (Operation::Other, "other command"),
    }
}
