//! Conversations that skip levels, as if the DMZ and site operations were not there.

use model::{Gap, Level, Severity};

use crate::catalogue as c;
use crate::checks::Check;
use crate::found::{Found, Told, lowered};
use crate::german;
use crate::scene::{Scene, Talk, height, is_operating};
use crate::words;

pub(super) const CHECK: Check = Check {
    id: "level-skip",
    title: "Conversations between levels that are more than one apart",
    severity: Severity::High,
    technique: Some("T0886"),
    help: HELP,
    german: german::LEVEL_SKIP,
    find,
};

const HELP: &str = "
## What it finds
Conversations between two levels that should not meet directly: business or enterprise with levels 0 to 2, the
DMZ with levels 0 and 1, site operations with field devices, or site operations with controllers over something
that is no plant protocol. What stays inside a cell, such as panel to controller, is not meant; nor is the
engineering station or the historian that reads its controllers. One finding tells all pairs between two levels.
## Why it matters on the floor
Each level is a door that has to be opened on purpose. Where a conversation walks past the doors, trouble in the
office (a virus, a wrong click, a scan by the IT department) stands in front of the machine without warning.
## What to do
Let the conversation end in the DMZ, at a server or jump host, and start a second one from there. Then close the
direct path in the firewall. Where the path must stay for now, record who needs it, why and until when.
";

fn find<'a>(scene: &Scene<'a>, found: &mut Found<'_, 'a>) {
    for ((from, to), places) in scene.fold(|talk| skipped(talk)) {
        let severity = severity(scene, from, to, &places);
        found.tell(severity, &places, || {
            let talks = scene.at(&places);
            let pairs = talks.clone().map(|talk| (talk.from.party(), talk.to.party()));
            let pairs = pairs.collect::<std::collections::BTreeSet<_>>().len();
            let (upper, lower) = (("upper", Gap::Level(Some(from))), ("lower", Gap::Level(Some(to))));
            let detail = c::LEVEL_SKIP_DETAIL.with([
                ("callers", words::labels(talks.clone().map(|talk| talk.from))),
                upper.clone(),
                ("called", words::labels(talks.clone().map(|talk| talk.to))),
                lower.clone(),
                ("traffic", words::traffic(talks.clone())),
            ]);
            let detail = detail
                .and(words::unanswered(talks.clone()))
                .and(words::doubt(talks.flat_map(|talk| [talk.from, talk.to])));
            let pairs = words::count(pairs, words::PAIR);
            Told { title: c::LEVEL_SKIP.with([upper, lower, ("pairs", pairs)]), detail }
        });
    }
}

/// The two levels, when the conversation skips some. Site operations with business is `dmz-bypass`, and the
/// Internet has checks of its own.
fn skipped(talk: &Talk<'_>) -> Option<(Level, Level)> {
    let (from, to) = (talk.from.level?, talk.to.level?);
    let (low, high) = if height(from) < height(to) { (from, to) } else { (to, from) };
    let skips = match (low, high) {
        (Level::Process | Level::Control | Level::Supervision, Level::Business | Level::Enterprise) => true,
        (Level::Process | Level::Control, Level::Dmz) => true,
        (Level::Process | Level::Control, Level::Operations) => {
            !talk.conversation.family.is_operational() && !talk.from.has_role(is_operating)
        }
        _ => false,
    };
    (skips && talk.is_payload()).then_some((from, to))
}

/// Worst where business meets the plant; milder where nobody answered or the levels are not sure.
fn severity(scene: &Scene<'_>, from: Level, to: Level, places: &[usize]) -> Severity {
    let severity = match from.max(to) {
        Level::Business | Level::Enterprise => Severity::High,
        Level::Dmz if from == Level::Dmz => Severity::Medium,
        _ => Severity::Low,
    };
    let severity = if scene.at(places).any(Talk::answered) { severity } else { lowered(severity) };
    if scene.at(places).any(Talk::levels_are_sure) { severity } else { lowered(severity) }
}
