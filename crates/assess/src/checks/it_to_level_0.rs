//! Office and enterprise hosts that reach a field device.

use model::{Level, Severity};

use crate::checks::Check;
use crate::checks::it_to_level_1::reached_from_it;
use crate::found::Found;
use crate::german;
use crate::scene::Scene;

pub(super) const CHECK: Check = Check {
    id: "it-to-level-0",
    title: "A field device is reached from business or enterprise",
    severity: Severity::High,
    technique: Some("T0886"),
    help: HELP,
    german: german::IT_TO_LEVEL_0,
    find,
};

const HELP: &str = "
## What it finds
A sensor, actuator, instrument or other device of level 0 that is asked by a host of level 4 or 5, or by an office
client whose level is not known. It is worse when the host changes something. One finding tells all hosts that
reach one device.
## Why it matters on the floor
A field device believes every order and has no program that would refuse a wrong one. A changed range or a forced
output moves something at once, and the controller above it may not even notice.
## What to do
Close the path in the firewall: nothing above the cell has to speak to a field device. Where asset management
reads instruments, let it ask a gateway or server in the plant, and fetch the data from there over the DMZ.
";

fn find<'a>(scene: &Scene<'a>, found: &mut Found<'_, 'a>) {
    reached_from_it(scene, found, Level::Process);
}
