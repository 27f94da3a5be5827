//! Controller programs that were copied out over the network.

use model::{Operation, Severity};

use crate::catalogue as c;
use crate::checks::Check;
use crate::commands::{Actor, commands, tell};
use crate::found::Found;
use crate::german;
use crate::scene::Scene;

pub(super) const CHECK: Check = Check {
    id: "program-read",
    title: "A program was copied out of a controller",
    severity: Severity::Medium,
    technique: Some("T0845"),
    help: HELP,
    german: german::PROGRAM_READ,
    find,
};

const HELP: &str = "
## What it finds
A station that copies controller logic out of a device. One finding tells each pair of station and device. It is
worse for safety systems and for stations above the plant.
## Why it matters on the floor
The program holds the recipe and the knowledge of the machine builder. Whoever has it can see which change does
harm without being noticed. Backups and fault finding read programs too; then somebody knows of it.
## What to do
Ask whether this was a backup or a service call. If so, note the station as one that may do it. If nobody knows of
it, look what else the station did, and take away its access to the controller.
";

fn find<'a>(scene: &Scene<'a>, found: &mut Found<'_, 'a>) {
    let pairs = commands(scene, Actor::Initiator, |_, op| op.operation == Operation::ReadProgram);
    tell(scene, found, &pairs, Severity::Medium, |command| {
        command.said(if command.is_refused() { c::PROGRAM_READ_TRIED } else { c::PROGRAM_READ })
    });
}
