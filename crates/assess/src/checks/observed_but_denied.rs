//! Traffic that the firewall would not let through.

use model::Severity;

use crate::against;
use crate::catalogue as c;
use crate::checks::Check;
use crate::found::Found;
use crate::german;
use crate::plan::Case;
use crate::scene::Scene;

pub(super) const CHECK: Check = Check {
    id: "observed-but-denied",
    title: "Traffic was seen that the firewall would deny",
    severity: Severity::High,
    technique: Some("T0886"),
    help: HELP,
    german: german::OBSERVED_BUT_DENIED,
    find,
};

const HELP: &str = "
## What it finds
Conversations between two zones that the firewall between them would not let through. Either they take another way,
or the configuration that was read is not the one that runs. One finding for each pair of zones. It needs a plan
whose conduits name their firewall.
## Why it matters on the floor
A way beside the firewall makes all its rules worthless: a second card in a server, a cable between two switches, a
modem in a cabinet.
## What to do
Follow the conversation from switch to switch until the way is found. Compare the date of the configuration with
that of the capture. Then cut the way, or lead it through the firewall.
";

fn find<'a>(scene: &Scene<'a>, found: &mut Found<'_, 'a>) {
    against::cells(
        scene,
        found,
        |case| matches!(case, Case::Bypass | Case::BypassUndocumented),
        Severity::High,
        (c::DENIED, c::DENIED_DETAIL),
    );
}
