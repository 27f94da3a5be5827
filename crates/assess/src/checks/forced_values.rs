//! Inputs and outputs that were forced past the program.

use model::{Operation, Severity};

use crate::catalogue as c;
use crate::checks::Check;
use crate::commands::{Actor, commands, tell};
use crate::found::Found;
use crate::german;
use crate::scene::Scene;

pub(super) const CHECK: Check = Check {
    id: "forced-values",
    title: "Values were forced in a controller",
    severity: Severity::High,
    technique: Some("T0835"),
    help: HELP,
    german: german::FORCED_VALUES,
    find,
};

const HELP: &str = "
## What it finds
Diagnostic commands whose name says that they force values: inputs or outputs are held at a value, whatever the
sensor says or the program wants, or give them back. One finding tells each pair of station and device.
## Why it matters on the floor
A forced input hides a full tank or an open guard from the program; a forced output moves without it. Forces stay
until somebody takes them back, often long after the person who set them has left.
## What to do
Ask who set the forces and look in the controller which are still active. Take them back before the machine runs
without supervision. Allow these commands only from the engineering station.
";

fn find<'a>(scene: &Scene<'a>, found: &mut Found<'_, 'a>) {
    let pairs =
        commands(scene, Actor::Asker, |_, op| op.operation == Operation::Diagnose && names_a_force(op.name));
    tell(scene, found, &pairs, Severity::High, |command| {
        command.said(if command.is_refused() { c::FORCE_TRIED } else { c::FORCED })
    });
}

/// The word as a whole. A device can also be forced to be silent; that moves nothing.
fn names_a_force(name: &str) -> bool {
    let word = name
        .split(|c: char| !c.is_ascii_alphabetic())
        .any(|word| matches!(word, "force" | "forces" | "forced"));
    word && !name.contains("listen only")
}
