//! Controller programs that were changed over the network.

use model::{Operation, Severity};

use crate::catalogue as c;
use crate::checks::Check;
use crate::commands::{Actor, commands, tell};
use crate::found::Found;
use crate::german;
use crate::scene::Scene;

pub(super) const CHECK: Check = Check {
    id: "program-loaded",
    title: "A program was loaded into a controller",
    severity: Severity::High,
    technique: Some("T0843"),
    help: HELP,
    german: german::PROGRAM_LOADED,
    find,
};

const HELP: &str = "
## What it finds
A station that loads controller logic into a device, whole or in parts, or that changes or deletes parts of it.
One finding tells each pair of station and device. It is worse for safety systems and for stations above the plant.
## Why it matters on the floor
After this the machine does what the new program says. If nobody ordered the change, the plant no longer runs what
was tested, and a restore from backup brings back something else than what runs now.
## What to do
Ask for the work order. Compare the program in the device with the last released one, and save the new one if it
is right. If nobody knows of it, treat it as an incident: isolate the station, keep the device running under watch.
";

fn find<'a>(scene: &Scene<'a>, found: &mut Found<'_, 'a>) {
    let pairs = commands(scene, Actor::Initiator, |_, op| op.operation == Operation::LoadProgram);
    tell(scene, found, &pairs, Severity::High, |command| {
        command.said(if command.is_refused() { c::PROGRAM_LOAD_TRIED } else { c::PROGRAM_LOADED })
    });
}
