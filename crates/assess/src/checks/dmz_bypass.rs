//! Business and site operations that speak to each other past the DMZ.

use model::{Family, Gap, Level, Severity};

use crate::catalogue as c;
use crate::checks::Check;
use crate::found::{Found, Told, lowered, raised};
use crate::german;
use crate::scene::{Scene, Talk};
use crate::words;

pub(super) const CHECK: Check = Check {
    id: "dmz-bypass",
    title: "Business and site operations meet without the DMZ",
    severity: Severity::Medium,
    technique: Some("T0886"),
    help: HELP,
    german: german::DMZ_BYPASS,
    find,
};

const HELP: &str = "
## What it finds
Conversations between level 3 and levels 4 or 5, in either direction, that do not end in the DMZ. One finding tells
everybody who calls one asset. Time, names and what else keeps a network running are not meant.
## Why it matters on the floor
Level 3 holds the servers that all lines need. A path from the office to them is the usual way by which ransomware
comes into a plant.
## What to do
Put a copy or a relay of the service into the DMZ: a replica of the historian, a file drop, an update server, a
jump host. Let both sides speak only to that, then close the direct path.
";

fn find<'a>(scene: &Scene<'a>, found: &mut Found<'_, 'a>) {
    let folds = scene.fold(|talk| bypasses(talk).then(|| talk.to.party()));
    for (called, places) in folds {
        let talks = scene.at(&places);
        let severe = talks.clone().any(is_severe);
        let severity = if severe { raised(Severity::Medium) } else { Severity::Medium };
        let severity = if talks.clone().any(Talk::answered) { severity } else { lowered(severity) };
        let severity = if talks.clone().any(Talk::levels_are_sure) { severity } else { lowered(severity) };
        found.tell(severity, &places, || {
            let called = scene.label(called);
            let callers = words::labels(talks.clone().map(|talk| talk.from));
            let from = words::list(talks.clone().map(|talk| Gap::Level(talk.from.level)));
            let to = words::list(talks.clone().map(|talk| Gap::Level(talk.to.level)));
            let who = [("called", called.into()), ("to", to), ("from", from), ("callers", callers)];
            let [called, to, from, callers] = who.clone();
            let traffic = ("traffic", words::traffic(talks.clone()));
            let detail = c::DMZ_BYPASS_DETAIL.with([callers, from, called, to, traffic]);
            let detail = detail
                .and(words::unanswered(talks.clone()))
                .and(words::doubt(talks.clone().flat_map(|talk| [talk.from, talk.to])));
            Told { title: c::DMZ_BYPASS.with(who), detail }
        });
    }
}

fn bypasses(talk: &Talk<'_>) -> bool {
    let (Some(from), Some(to)) = (talk.from.level, talk.to.level) else { return false };
    let pair = (from.min(to), from.max(to));
    matches!(pair, (Level::Operations, Level::Business | Level::Enterprise)) && talk.is_payload()
}

/// A plant protocol, a screen from afar or a tunnel opens more than a web page does.
fn is_severe(talk: &Talk<'_>) -> bool {
    let family = talk.conversation.family;
    talk.changes_device()
        || family.is_operational()
        || matches!(family, Family::RemoteAccess | Family::Tunnel)
}
