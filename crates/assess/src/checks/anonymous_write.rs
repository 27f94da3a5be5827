//! Devices that let themselves be changed by somebody who gave no name.

use model::{Severity, Weakness};

use crate::catalogue as c;
use crate::checks::Check;
use crate::commands::{Actor, commands};
use crate::found::{Found, Told};
use crate::german;
use crate::scene::Scene;

pub(super) const CHECK: Check = Check {
    id: "anonymous-write",
    title: "Somebody without a name changed a device",
    severity: Severity::High,
    technique: Some("T0855"),
    help: HELP,
    german: german::ANONYMOUS_WRITE,
    find,
};

const HELP: &str = "
## What it finds
A session that was opened without a name or password, on a protocol that could have asked for one, and in which
values or settings were then changed. One finding tells each pair of station and device.
## Why it matters on the floor
Anyone who reaches the device can do the same, and afterwards nobody can say who it was.
## What to do
Switch off anonymous access in the device or server, give each station its own user, and let that user write only
what it has to.
";

fn find<'a>(scene: &Scene<'a>, found: &mut Found<'_, 'a>) {
    let pairs = commands(scene, Actor::Asker, |talk, op| {
        let anonymous = talk.conversation.credentials.iter().any(|c| c.weakness == Weakness::Anonymous);
        anonymous && op.by_initiator && op.operation.changes_device()
    });
    for command in pairs.pairs(scene).filter(|command| !command.is_refused()) {
        found.tell(command.severity(Severity::High), &command.conversations(), || Told {
            title: command.said(c::ANONYMOUS_WRITE),
            detail: command.detail(scene).and([c::ANONYMOUS_WRITE_DETAIL.into()]),
        });
    }
}
