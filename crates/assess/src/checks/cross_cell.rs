//! Controllers of one cell that are reached from another cell.

use model::Severity;

use crate::against;
use crate::catalogue as c;
use crate::checks::Check;
use crate::found::Found;
use crate::german;
use crate::scene::{Scene, Talk};

pub(super) const CHECK: Check = Check {
    id: "cross-cell",
    title: "Devices of one cell speak to those of another",
    severity: Severity::Medium,
    technique: Some("T0886"),
    help: HELP,
    german: german::CROSS_CELL,
    find,
};

const HELP: &str = "
## What it finds
Conversations between controllers or field devices that stand in different zones, unless the plan permits them. One
finding for each device that is called. Stations that serve several cells are not meant.
## Why it matters on the floor
Cells are separate so that a fault or an intruder in one machine stays there. A direct way between two machines
carries both along.
## What to do
Find out what the two exchange: often an interlock that somebody wired over the network. Name it in the plan for
these two devices and this service alone, or lead it through the control room.
";

fn find<'a>(scene: &Scene<'a>, found: &mut Found<'_, 'a>) {
    against::unplanned_calls(scene, found, crosses, Severity::Medium, c::CROSS_CELL);
}

fn crosses(talk: &Talk<'_>) -> bool {
    let (Some(from), Some(to)) = (talk.from.zone(), talk.to.zone()) else { return false };
    from != to && talk.from.is_device() && talk.to.is_device() && talk.is_payload()
}
