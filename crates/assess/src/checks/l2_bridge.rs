//! Zones that are joined below the firewall.

use model::{Role, Severity, Transport};

use crate::catalogue as c;
use crate::checks::Check;
use crate::found::{Found, Told, lowered, raised};
use crate::german;
use crate::scene::{Scene, Talk};
use crate::words;

pub(super) const CHECK: Check = Check {
    id: "l2-bridge",
    title: "Two zones are joined below the firewall",
    severity: Severity::Medium,
    technique: Some("T0886"),
    help: HELP,
    german: german::L2_BRIDGE,
    find,
};

const HELP: &str = "
## What it finds
Machine protocols directly on Ethernet between assets that stand in different zones. Such frames pass no router and
no firewall, so the two zones are one network. Unless the plan permits it; one finding for each asset that is
called.
## Why it matters on the floor
No rule of any firewall acts between the two: whoever stands in one zone stands in the other. Often it is one cable
between two switches, or one VLAN too many on a port.
## What to do
Look for the link between the switches of the two zones: a cable, a trunk that carries both VLANs, an access point.
Remove it, or make the two one zone in the plan.
";

fn find<'a>(scene: &Scene<'a>, found: &mut Found<'_, 'a>) {
    let planned = |talk: &Talk<'a>| scene.held.is_some_and(|held| held.permits(talk.index));
    let folds = scene.fold(|talk| (bridges(talk) && !planned(talk)).then(|| talk.to.party()));
    for (called, places) in folds {
        let talks = scene.at(&places);
        let severity = Severity::Medium;
        let severity = if talks.clone().any(Talk::changes_device) { raised(severity) } else { severity };
        let severity = if talks.clone().any(Talk::answered) { severity } else { lowered(severity) };
        found.tell(severity, &places, || {
            let callers = words::labels(talks.clone().map(|talk| talk.from));
            let traffic = words::traffic(talks.clone());
            let called = scene.label(called);
            let title = c::L2_BRIDGE.with([("called", called.clone().into()), ("callers", callers.clone())]);
            let detail =
                c::PLAN_DETAIL.with([("callers", callers), ("called", called.into()), ("traffic", traffic)]);
            Told { title, detail: detail.and(words::unanswered(talks.clone())) }
        });
    }
}

fn bridges(talk: &Talk<'_>) -> bool {
    let zone = |end: &crate::scene::End<'_>| end.asset.and_then(|asset| asset.zone.clone());
    let (Some(from), Some(to)) = (zone(&talk.from), zone(&talk.to)) else { return false };
    let passes_on = |role: Role| matches!(role, Role::Router | Role::Switch);
    let between = talk.from.has_role(passes_on) || talk.to.has_role(passes_on);
    talk.conversation.transport == Transport::Ethernet && from != to && !between && talk.is_payload()
}
