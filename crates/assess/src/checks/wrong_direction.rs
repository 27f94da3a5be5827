//! Conversations that the wrong end of a conduit starts.

use model::Severity;

use crate::against;
use crate::catalogue as c;
use crate::checks::Check;
use crate::found::Found;
use crate::german;
use crate::plan::Violation;
use crate::scene::Scene;

pub(super) const CHECK: Check = Check {
    id: "wrong-direction",
    title: "The wrong end of a conduit starts",
    severity: Severity::Medium,
    technique: Some("T0886"),
    help: HELP,
    german: german::WRONG_DIRECTION,
    find,
};

const HELP: &str = "
## What it finds
Conversations in a service that a conduit of the plan permits, but that the other end started. One finding for each
conduit. It needs a plan.
## Why it matters on the floor
A conduit that opens from the plant outwards protects because nobody can call in. A call the other way round is
what that direction is meant to prevent.
## What to do
See who calls, and whether the device answers. Close this direction in the firewall, or change the conduit if both
ends have to start.
";

fn find<'a>(scene: &Scene<'a>, found: &mut Found<'_, 'a>) {
    against::violations(scene, found, &[Violation::WrongDirection], Severity::Medium, c::WRONG_DIRECTION);
}
