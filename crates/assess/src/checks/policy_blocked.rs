//! What the plan wants and the firewall denies.

use model::Severity;

use crate::against;
use crate::catalogue as c;
use crate::checks::Check;
use crate::found::Found;
use crate::german;
use crate::plan::Case;
use crate::scene::Scene;

pub(super) const CHECK: Check = Check {
    id: "policy-blocked",
    title: "A firewall denies what the plan wants",
    severity: Severity::Low,
    technique: None,
    help: HELP,
    german: german::POLICY_BLOCKED,
    find,
};

const HELP: &str = "
## What it finds
Services that a conduit of the plan permits, that were not seen, and that the firewall denies altogether. One
finding for each pair of zones. It needs a plan whose conduits name their firewall.
## Why it matters on the floor
What is rare is found out on the day when it is needed: the restore from the backup, the supplier who has to come
in at night.
## What to do
Ask the owner of the conduit. Is it needed, add the rule and try it; is it not, take it out of the plan.
";

fn find<'a>(scene: &Scene<'a>, found: &mut Found<'_, 'a>) {
    against::cells(
        scene,
        found,
        |case| matches!(case, Case::NotImplemented),
        Severity::Low,
        (c::BLOCKED, c::BLOCKED_DETAIL),
    );
}
