//! Zones that are joined below the firewall.

use model::{Role, Severity, Transport};

use crate::against;
use crate::catalogue as c;
use crate::checks::Check;
use crate::found::Found;
use crate::german;
use crate::scene::{Scene, Talk};

pub(super) const CHECK: Check = Check {
    id: "l2-bridge",
    title: "Two zones are joined below the firewall",
    severity: Severity::Medium,
    technique: Some("T0886"),
    help: HELP,
    german: german::L2_BRIDGE,
    find,
};

const HELP: &str = "
## What it finds
Machine protocols directly on Ethernet between assets that stand in different zones. Such frames pass no router and
no firewall, so the two zones are one network. Unless the plan permits it; one finding for each asset that is
called.
## Why it matters on the floor
No rule of any firewall acts between the two: whoever stands in one zone stands in the other. Often it is one cable
between two switches, or one VLAN too many on a port.
## What to do
Look for the link between the switches of the two zones: a cable, a trunk that carries both VLANs, an access point.
Remove it, or make the two one zone in the plan.
";

fn find<'a>(scene: &Scene<'a>, found: &mut Found<'_, 'a>) {
    against::unplanned_calls(scene, found, bridges, Severity::Medium, c::L2_BRIDGE);
}

fn bridges(talk: &Talk<'_>) -> bool {
    let (Some(from), Some(to)) = (talk.from.zone(), talk.to.zone()) else { return false };
    let passes_on = |role: Role| matches!(role, Role::Router | Role::Switch);
    let between = talk.from.has_role(passes_on) || talk.to.has_role(passes_on);
    talk.conversation.transport == Transport::Ethernet && from != to && !between && talk.is_payload()
}
