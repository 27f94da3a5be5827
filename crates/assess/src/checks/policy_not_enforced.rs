//! What a firewall lets through and the plan does not.

use model::Severity;

use crate::against;
use crate::catalogue as c;
use crate::checks::Check;
use crate::found::Found;
use crate::german;
use crate::plan::Case;
use crate::scene::Scene;

pub(super) const CHECK: Check = Check {
    id: "policy-not-enforced",
    title: "A firewall lets through what the plan does not",
    severity: Severity::Medium,
    technique: Some("T0886"),
    help: HELP,
    german: german::POLICY_NOT_ENFORCED,
    find,
};

const HELP: &str = "
## What it finds
Services between two zones that the firewall between them lets through for sure and that no conduit of the plan
names. One finding for each pair of zones. It needs a plan whose conduits name their firewall.
## Why it matters on the floor
The plan says that nobody can come this way, and people rely on it. Whoever looks for a way finds this one.
## What to do
Close what nobody uses first. What is used and needed belongs into the plan, with owner and reason; then make the
rule as narrow as the permit.
";

fn find<'a>(scene: &Scene<'a>, found: &mut Found<'_, 'a>) {
    against::cells(
        scene,
        found,
        |case| matches!(case, Case::AttackSurface | Case::Undocumented),
        Severity::Medium,
        (c::NOT_ENFORCED, c::NOT_ENFORCED_DETAIL),
    );
}
