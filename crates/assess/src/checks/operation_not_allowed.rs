//! Operations that the plan does not permit in a conduit.

use model::Severity;

use crate::against;
use crate::catalogue as c;
use crate::checks::Check;
use crate::found::Found;
use crate::german;
use crate::plan::Violation;
use crate::scene::Scene;

pub(super) const CHECK: Check = Check {
    id: "operation-not-allowed",
    title: "An operation is not permitted in its conduit",
    severity: Severity::Medium,
    technique: Some("T0855"),
    help: HELP,
    german: german::OPERATION_NOT_ALLOWED,
    find,
};

const HELP: &str = "
## What it finds
Operations in a conduit of the plan that none of its permits names, such as a write where only reading is meant, or
that come while the window of the permit is closed. One finding for each conduit. It needs a plan.
## Why it matters on the floor
The way is open because somebody has to read. Whoever writes, stops or loads over it changes a machine that others
believe to be only watched.
## What to do
Find out who does it and for what. If it has to be, name the two hosts and the operation in the plan; if not, take
the right away in the device, or let the firewall look into the protocol.
";

fn find<'a>(scene: &Scene<'a>, found: &mut Found<'_, 'a>) {
    against::violations(
        scene,
        found,
        &[Violation::OperationNotAllowed, Violation::OutsideWindow],
        Severity::Medium,
        c::OPERATION_NOT_ALLOWED,
    );
}
