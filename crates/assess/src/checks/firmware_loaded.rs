//! Firmware that was changed over the network.

use model::{Operation, Severity};

use crate::catalogue as c;
use crate::checks::Check;
use crate::commands::{Actor, commands, tell};
use crate::found::Found;
use crate::german;
use crate::scene::Scene;

pub(super) const CHECK: Check = Check {
    id: "firmware-loaded",
    title: "Firmware was loaded into a device",
    severity: Severity::High,
    technique: Some("T0857"),
    help: HELP,
    german: german::FIRMWARE_LOADED,
    find,
};

const HELP: &str = "
## What it finds
A station that changes the firmware of a device. One finding tells each pair of station and device. It is worse for
safety systems and for stations above the plant.
## Why it matters on the floor
Firmware stands below the program: wrong firmware can stop the device for good, or keep a stranger in it through
every restart and every new program. The device does not work while it is changed.
## What to do
Ask for the maintenance order. Check the version in the device against the maker's file and its checksum. If nobody
ordered it, take the device out of service as soon as production allows and load the maker's firmware again.
";

fn find<'a>(scene: &Scene<'a>, found: &mut Found<'_, 'a>) {
    let pairs = commands(scene, Actor::Initiator, |_, op| op.operation == Operation::LoadFirmware);
    tell(scene, found, &pairs, Severity::High, |command| {
        command.said(if command.is_refused() { c::FIRMWARE_TRIED } else { c::FIRMWARE_LOADED })
    });
}
