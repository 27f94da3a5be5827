//! Conversations that are less protected than the plan asks.

use model::Severity;

use crate::against;
use crate::catalogue as c;
use crate::checks::Check;
use crate::found::Found;
use crate::german;
use crate::plan::Violation;
use crate::scene::Scene;

pub(super) const CHECK: Check = Check {
    id: "encryption-required",
    title: "A conversation is less protected than the plan asks",
    severity: Severity::Medium,
    technique: Some("T0842"),
    help: HELP,
    german: german::ENCRYPTION_REQUIRED,
    find,
};

const HELP: &str = "
## What it finds
Conversations in a conduit whose permit asks for signed or encrypted traffic and that were seen with less. What was
not seen enough to tell is not meant. One finding for each conduit. It needs a plan.
## Why it matters on the floor
Whoever wrote the plan relied on nobody being able to read or change what passes here. That is not so.
## What to do
Switch the service to its protected form on both ends, or carry it through a tunnel. If the device cannot do
better, say so in the plan and watch the way in another manner.
";

fn find<'a>(scene: &Scene<'a>, found: &mut Found<'_, 'a>) {
    against::violations(
        scene,
        found,
        &[Violation::EncryptionRequired],
        Severity::Medium,
        c::ENCRYPTION_REQUIRED,
    );
}
