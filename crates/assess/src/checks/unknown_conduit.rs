//! Conversations between zones that the plan knows nothing of.

use model::Severity;

use crate::against;
use crate::catalogue as c;
use crate::checks::Check;
use crate::found::Found;
use crate::german;
use crate::plan::Violation;
use crate::scene::Scene;

pub(super) const CHECK: Check = Check {
    id: "unknown-conduit",
    title: "Zones speak without a conduit of the plan",
    severity: Severity::Medium,
    technique: Some("T0886"),
    help: HELP,
    german: german::UNKNOWN_CONDUIT,
    find,
};

const HELP: &str = "
## What it finds
Conversations between two zones of the plan for which no conduit names the service and the two hosts. One finding
for each pair of zones. It needs a plan.
## Why it matters on the floor
Whoever planned the zones did not mean this way to be there. Either something was forgotten and stops when the
firewall is closed, or somebody uses a way that nobody watches.
## What to do
Ask the owner of the zone that is called. If the conversation is needed, put it into the plan with owner and
reason; if not, close the way in the firewall.
";

fn find<'a>(scene: &Scene<'a>, found: &mut Found<'_, 'a>) {
    against::violations(scene, found, &[Violation::UnknownConduit], Severity::Medium, c::UNKNOWN_CONDUIT);
}
