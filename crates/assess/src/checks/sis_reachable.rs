//! Safety systems that are reached from elsewhere.

use model::Severity;

use crate::catalogue as c;
use crate::checks::Check;
use crate::found::{Found, Told, lowered, raised};
use crate::german;
use crate::scene::{Scene, Talk};
use crate::words;

pub(super) const CHECK: Check = Check {
    id: "sis-reachable",
    title: "A safety system is reached from another zone",
    severity: Severity::High,
    technique: Some("T0886"),
    help: HELP,
    german: german::SIS_REACHABLE,
    find,
};

const HELP: &str = "
## What it finds
Conversations from another zone to an asset of a safety system, unless the plan permits them. One finding for each
safety asset.
## Why it matters on the floor
The safety system is what is left when everything else fails. Who can reach it over the network can keep it from
acting, as the attack on a Saudi plant in 2017 did with a safety controller.
## What to do
Put the safety system into a zone of its own, with no way in but from its own engineering station, and that
switched off or locked while nobody works on it. Leave the key of the controller in RUN.
";

fn find<'a>(scene: &Scene<'a>, found: &mut Found<'_, 'a>) {
    let planned = |talk: &Talk<'a>| scene.held.is_some_and(|held| held.permits(talk.index));
    let folds = scene.fold(|talk| (reaches(talk) && !planned(talk)).then(|| talk.to.party()));
    for (called, places) in folds {
        let talks = scene.at(&places);
        let severity = Severity::High;
        let severity = if talks.clone().any(Talk::changes_device) { raised(severity) } else { severity };
        let severity = if talks.clone().any(Talk::answered) { severity } else { lowered(severity) };
        found.tell(severity, &places, || {
            let callers = words::labels(talks.clone().map(|talk| talk.from));
            let traffic = words::traffic(talks.clone());
            let called = scene.label(called);
            let title =
                c::SIS_REACHABLE.with([("called", called.clone().into()), ("callers", callers.clone())]);
            let detail =
                c::PLAN_DETAIL.with([("callers", callers), ("called", called.into()), ("traffic", traffic)]);
            Told { title, detail: detail.and(words::unanswered(talks.clone())) }
        });
    }
}

fn reaches(talk: &Talk<'_>) -> bool {
    let zone = |end: &crate::scene::End<'_>| end.asset.and_then(|asset| asset.zone.clone());
    talk.to.is_safety() && !talk.from.is_safety() && zone(&talk.from) != zone(&talk.to) && talk.is_payload()
}
