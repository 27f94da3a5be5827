//! Safety systems that are reached from elsewhere.

use model::Severity;

use crate::against;
use crate::catalogue as c;
use crate::checks::Check;
use crate::found::Found;
use crate::german;
use crate::scene::{Scene, Talk};

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
    against::unplanned_calls(scene, found, reaches, Severity::High, c::SIS_REACHABLE);
}

fn reaches(talk: &Talk<'_>) -> bool {
    talk.to.is_safety() && !talk.from.is_safety() && talk.from.zone() != talk.to.zone() && talk.is_payload()
}
