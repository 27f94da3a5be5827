//! Controllers of one cell that are reached from another cell.

use model::Severity;

use crate::catalogue as c;
use crate::checks::Check;
use crate::found::{Found, Told, lowered, raised};
use crate::german;
use crate::scene::{Scene, Talk};
use crate::words;

pub(super) const CHECK: Check = Check {
    id: "cross-cell",
    title: "Devices of one cell speak to those of another",
    severity: Severity::Medium,
    technique: Some("T0886"),
    help: HELP,
    german: german::CROSS_CELL,
    find,
};

const HELP: &str = "
## What it finds
Conversations between controllers or field devices that stand in different zones, unless the plan permits them. One
finding for each device that is called. Stations that serve several cells are not meant.
## Why it matters on the floor
Cells are separate so that a fault or an intruder in one machine stays there. A direct way between two machines
carries both along.
## What to do
Find out what the two exchange: often an interlock that somebody wired over the network. Name it in the plan for
these two devices and this service alone, or lead it through the control room.
";

fn find<'a>(scene: &Scene<'a>, found: &mut Found<'_, 'a>) {
    let planned = |talk: &Talk<'a>| scene.held.is_some_and(|held| held.permits(talk.index));
    let folds = scene.fold(|talk| (crosses(talk) && !planned(talk)).then(|| talk.to.party()));
    for (called, places) in folds {
        let talks = scene.at(&places);
        let severity = Severity::Medium;
        let severity = if talks.clone().any(Talk::changes_device) { raised(severity) } else { severity };
        let severity = if talks.clone().any(Talk::answered) { severity } else { lowered(severity) };
        found.tell(severity, &places, || {
            let callers = words::labels(talks.clone().map(|talk| talk.from));
            let traffic = words::traffic(talks.clone());
            let called = scene.label(called);
            let title = c::CROSS_CELL.with([("called", called.clone().into()), ("callers", callers.clone())]);
            let detail =
                c::PLAN_DETAIL.with([("callers", callers), ("called", called.into()), ("traffic", traffic)]);
            Told { title, detail: detail.and(words::unanswered(talks.clone())) }
        });
    }
}

fn crosses(talk: &Talk<'_>) -> bool {
    let zone = |end: &crate::scene::End<'_>| end.asset.and_then(|asset| asset.zone.clone());
    let (Some(from), Some(to)) = (zone(&talk.from), zone(&talk.to)) else { return false };
    from != to && talk.from.is_device() && talk.to.is_device() && talk.is_payload()
}
