//! Controllers that were started, stopped or reset over the network.

use model::{Gap, Operation, Severity};

use crate::catalogue as c;
use crate::checks::Check;
use crate::commands::{Actor, Command, commands, tell};
use crate::found::Found;
use crate::german;
use crate::scene::Scene;
use crate::words;

pub(super) const CHECK: Check = Check {
    id: "run-state-changed",
    title: "A device was started, stopped or reset",
    severity: Severity::High,
    technique: Some("T0858"),
    help: HELP,
    german: german::RUN_STATE_CHANGED,
    find,
};

const HELP: &str = "
## What it finds
A station that starts, stops or resets a controller or another device, or that clears its memory. One finding
tells each pair of station and device. It is worse for safety systems and for stations above the plant.
## Why it matters on the floor
A stopped controller is a stopped machine; a restart at the wrong moment moves axes and opens valves while people
stand beside them. A stop is also the step before a new program is loaded.
## What to do
Ask who did it and why; compare with the shift book. Where the device has a key switch, leave it in RUN and take
the key out. Allow these commands only from the engineering station.
";

fn find<'a>(scene: &Scene<'a>, found: &mut Found<'_, 'a>) {
    let pairs = commands(scene, Actor::Asker, |_, op| {
        matches!(op.operation, Operation::Start | Operation::Stop | Operation::Reset)
    });
    tell(scene, found, &pairs, Severity::High, |command| {
        if command.is_refused() {
            return command.said(c::RUN_STATE_TRIED);
        }
        let (actor, target) = (command.actor.label(), command.target.label());
        c::RUN_STATE.with([("actor", actor.into()), ("verbs", verbs(command)), ("target", target.into())])
    });
}

/// `stopped and started`: what was done, in a fixed order.
fn verbs(command: &Command<'_, '_>) -> Gap {
    let done = |operation| command.operations().any(|op| op.operation == operation);
    let verbs = [(Operation::Stop, c::STOPPED), (Operation::Reset, c::RESET), (Operation::Start, c::STARTED)];
    words::list(verbs.into_iter().filter(|(operation, _)| done(*operation)).map(|(_, verb)| verb))
}
