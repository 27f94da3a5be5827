//! Plant assets that call the Internet.

use model::{Family, Gap, Level, Severity};

use crate::catalogue as c;
use crate::checks::Check;
use crate::found::{Found, Told, lowered};
use crate::german;
use crate::scene::{End, Scene, Talk, is_operating};
use crate::words;

pub(super) const CHECK: Check = Check {
    id: "internet-egress",
    title: "A plant asset calls the Internet",
    severity: Severity::Medium,
    technique: Some("T0869"),
    help: HELP,
    german: german::INTERNET_EGRESS,
    find,
};

const HELP: &str = "
## What it finds
An asset of levels 0 to 3, or one that works as controller, panel or engineering station, that calls public
addresses. One finding tells all destinations of one asset; its id names the level, as in
`internet-egress-from-level-2`, where the level is known. Calls that nobody answered are told as well: something in
the asset wants to go there. Mere time and name lookups are milder.
## Why it matters on the floor
What can call out can be reached back on the same line: a maker's cloud, an update that nobody ordered, or a
stranger's program that fetches its orders.
## What to do
Find out which program calls. Give it what it needs from inside: time, names, updates and vendor access from the
DMZ. Then forbid the way out in the firewall, and allow by name what must remain.
";

fn find<'a>(scene: &Scene<'a>, found: &mut Found<'_, 'a>) {
    // Where it is only guessed who began, the plant side is taken: the call inwards is the graver statement and
    // has its own check.
    let folds = scene.fold(|talk| inner(talk).map(|inner| (inner.level, inner.party())));
    for ((level, party), places) in folds {
        let talks = scene.at(&places);
        let severity = severity(level, talks.clone());
        found.tell_as(id(level), severity, &places, || {
            let asset = scene.label(party);
            let outer = talks.clone().map(|talk| if talk.to.is_outside() { talk.to } else { talk.from });
            let applications = talks.clone().flat_map(|talk| &talk.conversation.applications);
            let applications = words::list(applications.map(|(name, ..)| *name));
            let unsure = talks.clone().filter_map(inner);
            let detail = c::EGRESS_DETAIL.with([
                ("asset", asset.clone().into()),
                ("outer", words::labels(outer)),
                ("traffic", words::traffic(talks.clone())),
            ]);
            let detail = detail
                .and(words::some(c::RECOGNISED, "applications", applications))
                .and(words::unanswered(talks.clone()))
                .and(words::doubt(unsure.filter(|end| end.level.is_some())));
            let title = match level {
                Some(_) => c::EGRESS_ON.with([("asset", asset.into()), ("level", Gap::Level(level))]),
                None => c::EGRESS.with([("asset", asset.into())]),
            };
            Told { title, detail }
        });
    }
}

/// The id of a finding names the level, as firewall audits do; without one it is the check's own.
fn id(level: Option<Level>) -> &'static str {
    match level {
        Some(Level::Process) => "internet-egress-from-level-0",
        Some(Level::Control) => "internet-egress-from-level-1",
        Some(Level::Supervision) => "internet-egress-from-level-2",
        Some(Level::Operations) => "internet-egress-from-level-3",
        // Hosts above the plant are not meant, see `inner`.
        Some(Level::Dmz | Level::Business | Level::Enterprise | Level::Outside) | None => CHECK.id,
    }
}

/// The plant's end of a call to the Internet.
fn inner<'a>(talk: &Talk<'a>) -> Option<End<'a>> {
    let inner = match (talk.from.is_outside(), talk.to.is_outside()) {
        (false, true) => talk.from,
        (true, false) if !talk.start_is_known() => talk.to,
        _ => return None,
    };
    let in_plant = match inner.level {
        Some(level) => level <= Level::Operations,
        None => inner.has_role(is_operating),
    };
    in_plant.then_some(inner)
}

fn severity<'t, 'a: 't>(level: Option<Level>, talks: impl Iterator<Item = &'t Talk<'a>> + Clone) -> Severity {
    let only_upkeep = talks.clone().all(|talk| talk.conversation.family == Family::Network);
    let severity = match level {
        _ if only_upkeep => Severity::Low,
        Some(Level::Process | Level::Control | Level::Supervision) => Severity::High,
        _ => Severity::Medium,
    };
    let severity = if talks.clone().any(Talk::answered) { severity } else { lowered(severity) };
    let sure = talks.clone().filter_map(inner).all(|end| end.sure || end.level.is_none());
    if sure { severity } else { lowered(severity) }
}
