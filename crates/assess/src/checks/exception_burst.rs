//! Devices that say no again and again.

use std::collections::HashSet;

use model::{Family, Gap, Operation, OperationCount, Severity, Technique};

use crate::catalogue as c;
use crate::checks::Check;
use crate::commands::{Actor, Command, commands};
use crate::found::{Found, Told, raised};
use crate::german;
use crate::scene::{Scene, is_operating};
use crate::words;

pub(super) const CHECK: Check = Check {
    id: "exception-burst",
    title: "A device refuses again and again",
    severity: Severity::Low,
    technique: Some("T0806"),
    help: HELP,
    german: german::EXCEPTION_BURST,
    find,
};

/// Refusals from which a pattern is to be seen; single ones happen when stations start.
const REFUSALS_MIN: u64 = 20;

/// Share of refusals in percent: a station with one wrong address among its hundreds stays below.
const REFUSALS_PERCENT_MIN: u64 = 30;

const HELP: &str = "
## What it finds
A station whose requests a device refuses at least twenty times, and at least three times in ten: unknown addresses,
forbidden values, failed log-ins. One finding tells each pair. Offices and web pages are not meant.
## Why it matters on the floor
Most often a project was changed on one side only, and a value on a panel is frozen. But trying out addresses and
passwords looks the same, and every refusal costs the controller time.
## What to do
Look in the station's project which address the device does not know, and correct it. If the station has no project
for this device, find out what it searches for.
";

fn find<'a>(scene: &Scene<'a>, found: &mut Found<'_, 'a>) {
    // Few are ever refused, so the many that are not are gathered for these pairs alone.
    let refusals =
        commands(scene, Actor::Asker, |talk, op| op.failures > 0 && counts(talk.conversation.family, op));
    let often = refusals.pairs(scene).filter(|command| command.refused() >= REFUSALS_MIN);
    let often: HashSet<(u32, u32)> =
        often.map(|command| (command.actor.number, command.target.number)).collect();
    if often.is_empty() {
        return;
    }
    let pairs = commands(scene, Actor::Asker, |talk, op| {
        let (from, to) = Actor::Asker.sides(talk, op);
        often.contains(&(from.number, to.number)) && counts(talk.conversation.family, op)
    });
    for command in pairs.pairs(scene) {
        let (asked, refused) = (command.asked(), command.refused());
        if refused.saturating_mul(100) < asked.saturating_mul(REFUSALS_PERCENT_MIN) {
            continue;
        }
        let known = command.actor.has_role(is_operating);
        let severity = if known && !changes(&command) { Severity::Low } else { raised(Severity::Low) };
        let conversations = command.conversations();
        let assets = scene.assets(&conversations);
        found.tell_of(severity, assets, &conversations, technique(&command), || {
            let refused_ones = command.operations().filter(|op| op.failures > 0);
            let names = words::names(refused_ones.map(|op| op.name));
            Told {
                title: c::EXCEPTION_BURST.with([
                    ("target", command.target.label().into()),
                    ("actor", command.actor.label().into()),
                    ("refused", Gap::Number(refused)),
                    ("asked", Gap::Number(asked)),
                ]),
                detail: command.detail(scene).and([c::EXCEPTION_BURST_DETAIL.with([("names", names)])]),
            }
        });
    }
}

/// Refusals mean something where devices are commanded, and of log-ins everywhere.
fn counts(family: Family, op: &OperationCount) -> bool {
    match family {
        Family::Control | Family::Telecontrol | Family::Building | Family::Supervision | Family::Fieldbus => {
            true
        }
        Family::Management | Family::RemoteAccess | Family::Office | Family::Web | Family::Database => {
            op.operation == Operation::LogIn
        }
        Family::Discovery | Family::Network | Family::Tunnel | Family::Unknown => false,
    }
}

fn changes(command: &Command<'_, '_>) -> bool {
    command.operations().any(|op| op.failures > 0 && op.operation.changes_device())
}

/// Refused changes are tried values, refused questions are tried addresses, refused log-ins tried names.
fn technique(command: &Command<'_, '_>) -> Option<Technique> {
    let log_ins = command.operations().any(|op| op.failures > 0 && op.operation == Operation::LogIn);
    match (changes(command), log_ins) {
        (true, _) => CHECK.technique,
        (false, true) => Some("T0859"),
        (false, false) => Some("T0861"),
    }
}
