//! S7comm user data: what engineering stations and panels ask beyond variables and blocks of a controller: system
//! status lists, tests and forced values, alarms, passwords, the clock.
//!
//! Undocumented by its maker; groups and sub-functions follow the value tables of public dissectors.

use model::{Code, Object, Operation, OperationSighting, Protection, Step};

use super::s7comm::{Exchange, Unit};
use super::s7comm_identity::{self as identity, Collected};
use crate::cursor::{be16, byte};
use crate::default_credentials;
use crate::protocol::Context;

const PUSH: u8 = 0;
const REQUEST: u8 = 4;
const RESPONSE: u8 = 8;
const MODE: u8 = 0;
const ALARMS: u8 = 4;
const READ_LIST: (u8, u8) = (4, 1);
const PASSWORD: (u8, u8) = (5, 1);
/// Return code, size and length before the data proper.
const DATA_HEADER_BYTES: usize = 4;
/// Passwords are so long, filled up with blanks.
const PASSWORD_BYTES: usize = 8;
/// What a password is mixed with: no secret, the same for every controller.
const PASSWORD_MASK: u8 = 0x55;

/// System status lists that come in several parts.
#[derive(Default)]
pub struct Lists {
    collected: Collected,
    /// What the last list was asked for: who asks for more of it does not name it again.
    asked: Option<Operation>,
}

/// Head 3, length 1, method 1, type and group 1, sub-function 1, sequence 1, and in answers reference 1,
/// "more follows" 1, error 2.
pub fn read(unit: &Unit<'_>, exchange: &mut Exchange, context: &mut Context<'_>) {
    let head = (byte(unit.parameters, 5), byte(unit.parameters, 6));
    let (Some(kind), Some(sub)) = head else { return context.malformed("user data without function") };
    let (kind, group) = (kind >> 4, kind & 0x0f);
    let code = Code::Pair(u16::from(group), u16::from(sub));
    let payload = unit.data.get(DATA_HEADER_BYTES..).unwrap_or_default();
    match kind {
        REQUEST => request(unit, (group, sub), payload, exchange, context),
        RESPONSE => {
            let failed = be16(unit.parameters, 10).is_some_and(|error| error != 0);
            let asked = exchange.pending.answered(&(unit.reference, context.from.other()));
            if let Some((operation, name, code)) = asked {
                context.answer(operation, name, code, failed);
            }
            if (group, sub) == READ_LIST && !failed {
                let (part, more) =
                    (byte(unit.parameters, 8).unwrap_or(0), byte(unit.parameters, 9) == Some(1));
                identity::list(&mut exchange.lists.collected, part, more, payload, context);
            }
        }
        PUSH => push(group, sub, code, context),
        _ => context.malformed("unknown type of user data"),
    }
}

/// What a controller sends of its own accord: changes of its run state and alarms. All else is what was subscribed and
/// comes again and again: each is an answer to the subscription. The state stands where others have their sub-function.
fn push(group: u8, sub: u8, code: Code, context: &mut Context<'_>) {
    match group {
        MODE => context.request(Operation::Report, mode(sub), Code::Decimal(u32::from(group))),
        ALARMS => context.request(Operation::Report, meaning(group, sub).1, code),
        _ => context.answer(Operation::Report, meaning(group, sub).1, code, false),
    }
}

fn request(
    unit: &Unit<'_>,
    function: (u8, u8),
    payload: &[u8],
    exchange: &mut Exchange,
    context: &mut Context<'_>,
) {
    let (mut operation, name) = meaning(function.0, function.1);
    let (code, mut object) = (Code::Pair(u16::from(function.0), u16::from(function.1)), Object::None);
    if function == READ_LIST {
        (operation, object) = list(be16(payload, 0), exchange.lists.asked);
        exchange.lists.asked = Some(operation);
    }
    context.operation(OperationSighting { operation, name, code, unit: None, object, step: Step::Request });
    if function == PASSWORD {
        let weakness = default_credentials::weakness(None, password(payload).trim_ascii_end());
        context.credential("password", None, Protection::Clear, weakness);
    }
    exchange.pending.asked((unit.reference, context.from), (operation, name, code));
}

/// The upper byte of a list's id says which extract, the lower which list.
fn list(id: Option<u16>, before: Option<Operation>) -> (Operation, Object<'static>) {
    let Some(id) = id else { return (before.unwrap_or(Operation::Diagnose), Object::None) };
    let operation = match id & 0x00ff {
        0x11 | 0x1c => Operation::Identify,
        0x00 => Operation::Discover,
        _ => Operation::Diagnose,
    };
    let number = u64::from(id);
    (operation, Object::Range { space: "system status list", first: number, last: number })
}

/// Takes the mask off: every byte is mixed with it and with the mixed byte two places before.
fn password(mixed: &[u8]) -> [u8; PASSWORD_BYTES] {
    let mut plain = [0; PASSWORD_BYTES];
    for (at, out) in plain.iter_mut().enumerate() {
        let before = at.checked_sub(2).and_then(|at| byte(mixed, at)).unwrap_or(0);
        *out = byte(mixed, at).unwrap_or(b' ' ^ PASSWORD_MASK ^ before) ^ PASSWORD_MASK ^ before;
    }
    plain
}

/// The run state that a controller says it entered.
fn mode(state: u8) -> &'static str {
    match state {
        0 => "went to stop",
        1 => "restarts, warm",
        2 => "went to run",
        3 => "restarts, hot",
        4 => "halted",
        6 => "restarts, cold",
        9 => "runs redundant",
        11 => "links up with its reserve",
        12 => "updates its reserve",
        _ => "mode transition",
    }
}

fn meaning(group: u8, sub: u8) -> (Operation, &'static str) {
    match (group, sub) {
        (1, _) => programmer(sub),
        (2, 1 | 5 | 7) => (Operation::Report, "cyclic data"),
        (2, 4) => (Operation::Report, "end of cyclic data"),
        (2, _) => (Operation::Report, "cyclic services"),
        (3, 1) => (Operation::Discover, "list blocks"),
        (3, 2) => (Operation::Discover, "list blocks of a type"),
        (3, 3) => (Operation::Discover, "block info"),
        (3, _) => (Operation::Discover, "block functions"),
        (4, 1) => (Operation::Diagnose, "read system status list"),
        (4, 2) => (Operation::Report, "subscribe messages"),
        (4, 3) => (Operation::Report, "diagnostic message"),
        (4, 7 | 13) => (Operation::Configure, "lock alarm"),
        (4, 8 | 14) => (Operation::Configure, "unlock alarm"),
        (4, 11 | 12) => (Operation::Report, "acknowledge alarm"),
        (4, 19) => (Operation::Report, "query alarms"),
        (4, _) => (Operation::Report, "alarm"),
        (5, 1) => (Operation::LogIn, "password"),
        (5, 2) => (Operation::Other, "clear password"),
        (5, _) => (Operation::Other, "security"),
        (6, _) => (Operation::Report, "block send"),
        (7, 1 | 3) => (Operation::Read, "read clock"),
        (7, _) => (Operation::Configure, "set clock"),
        (15, 1..=4) => (Operation::LoadProgram, "load nc program"),
        (15, 6..=8) => (Operation::ReadProgram, "read nc program"),
        _ => (Operation::Other, "user data"),
    }
}

/// Test and start-up functions of an engineering station.
fn programmer(sub: u8) -> (Operation, &'static str) {
    match sub {
        1 | 0x13 => (Operation::Diagnose, "block status"),
        2 => (Operation::Diagnose, "variable status"),
        3..=5 => (Operation::Diagnose, "read stack"),
        7 => (Operation::Diagnose, "select force"),
        8 => (Operation::Write, "modify variable"),
        9 => (Operation::Diagnose, "force"),
        10 => (Operation::Diagnose, "breakpoint"),
        12 => (Operation::Reset, "erase memory"),
        13 => (Operation::Diagnose, "disable job"),
        14 => (Operation::Diagnose, "enable job"),
        15 => (Operation::Diagnose, "delete job"),
        16 => (Operation::Diagnose, "read job list"),
        17 => (Operation::Diagnose, "read job"),
        18 => (Operation::Diagnose, "replace job"),
        0x16 => (Operation::Diagnose, "flash lamp"),
        _ => (Operation::Diagnose, "programmer command"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The mixing is that of the snap7 library's client: "siemens " becomes what is taken apart here.
    #[test]
    fn password_is_unmixed() {
        let mut mixed = *b"siemens ";
        for at in 0..mixed.len() {
            mixed[at] ^= PASSWORD_MASK ^ if at < 2 { 0 } else { mixed[at - 2] };
        }
        assert_eq!(&password(&mixed), b"siemens ");
        assert_eq!(password(&[]).trim_ascii_end(), b"");
    }
}
