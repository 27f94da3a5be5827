//! Programs that show a screen or a shell from afar.

use std::collections::BTreeMap;

use model::{Family, Gap, Level, Role, Severity};

use crate::catalogue as c;
use crate::checks::Check;
use crate::found::{Found, Told};
use crate::german;
use crate::scene::{End, Party, Scene, Talk};
use crate::words;

pub(super) const CHECK: Check = Check {
    id: "remote-access-tool",
    title: "A remote access tool is in use",
    severity: Severity::Medium,
    technique: Some("T0822"),
    help: HELP,
    german: german::REMOTE_ACCESS_TOOL,
    find,
};

const HELP: &str = "
## What it finds
Remote screens and remote-maintenance tools in the plant, known by their content or by the server they call. One
finding tells each tool on each asset. It is worse where the other end is on the Internet, or where an office host
controls a station of a cell. Office use, and the way from the office to the jump host in the DMZ, is not meant.
## Why it matters on the floor
Whoever sits at the other end works at the station as if he stood before it. With tools that call out, no firewall
rule shows that the door is open, and nobody on the floor sees who is inside.
## What to do
Find out who uses it, and for which machine. Let vendors and staff in over one way in the DMZ that a person of the
shift opens, that ends by itself and is recorded. Remove every other tool.
";

fn find<'a>(scene: &Scene<'a>, found: &mut Found<'_, 'a>) {
    let mut folds: BTreeMap<(&str, Party), Vec<usize>> = BTreeMap::new();
    for talk in &scene.talks {
        for tool in tools(talk) {
            if severity(talk).is_some() {
                folds.entry((tool, controlled(talk).0.party())).or_default().push(talk.index);
            }
        }
    }
    for ((tool, party), places) in folds {
        let talks = scene.at(&places);
        let Some(severity) = talks.clone().filter_map(severity).max() else { continue };
        found.tell(severity, &places, || {
            let station = scene.label(party);
            let others = talks.clone().map(|talk| controlled(talk).1);
            let level = talks.clone().find_map(|talk| controlled(talk).0.level);
            let detail = c::REMOTE_TOOL_DETAIL.with([
                ("tool", tool.into()),
                ("station", station.clone().into()),
                ("level", Gap::Level(level)),
                ("others", words::labels(others.clone())),
                ("levels", words::list(others.clone().map(|end| Gap::Level(end.level)))),
                ("traffic", words::traffic(talks.clone())),
            ]);
            let doubtful =
                talks.clone().flat_map(|talk| [talk.from, talk.to]).filter(|end| !end.is_outside());
            let detail = detail.and(words::unanswered(talks.clone())).and(words::doubt(doubtful));
            let outside = others.clone().any(|end| end.is_outside());
            let title = if outside { c::REMOTE_TOOL_OUTSIDE } else { c::REMOTE_TOOL };
            Told { title: title.with([("tool", tool.into()), ("station", station.into())]), detail }
        });
    }
}

/// The tools by name: the applications inside, or the protocol itself.
fn tools<'a>(talk: &Talk<'a>) -> Vec<&'a str> {
    let applications = talk.conversation.applications.iter();
    let named: Vec<&str> = applications
        .filter(|(_, family, _)| *family == Family::RemoteAccess)
        .map(|(name, ..)| *name)
        .collect();
    if named.is_empty() && talk.conversation.family == Family::RemoteAccess {
        return vec![talk.conversation.protocol];
    }
    named
}

/// The station whose screen is shown, and the other end: who was asked, or who called a server on the Internet.
fn controlled<'a>(talk: &Talk<'a>) -> (End<'a>, End<'a>) {
    if talk.to.is_outside() { (talk.from, talk.to) } else { (talk.to, talk.from) }
}

/// None for what belongs to the office, or goes to the DMZ on purpose.
fn severity(talk: &Talk<'_>) -> Option<Severity> {
    let (station, other) = controlled(talk);
    let in_cell = station.is_at_or_below(Level::Supervision) || station.is_device();
    let in_plant = in_cell || station.is_at_or_below(Level::Operations);
    let above_plant = station.level.is_some_and(|level| level >= Level::Dmz);
    let gate = other.level == Some(Level::Dmz) || other.has_role(|role| role == Role::JumpHost);
    if !talk.answered() {
        return (in_plant || other.is_outside() && !above_plant).then_some(Severity::Low);
    }
    if other.is_outside() {
        return Some(if above_plant { Severity::Low } else { Severity::High });
    }
    match (in_plant, above_plant) {
        (_, true) => None,
        (true, _) if gate => Some(Severity::Info),
        (true, _) if other.is_above_plant() => Some(Severity::High),
        (true, _) if in_cell => Some(Severity::Medium),
        (true, _) | (false, _) => Some(Severity::Low),
    }
}
