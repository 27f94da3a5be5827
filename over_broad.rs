//! Rules that let whole networks speak to whole networks.

use model::{Gap, Severity};

use super::examined::{Examined, addresses, alone, ends, is_local, once};
use super::{RuleCheck, RuleFinding};
use crate::catalogue as c;
use crate::german;

pub(super) const CHECK: RuleCheck = RuleCheck {
    id: "over-broad",
    title: "Rules that let whole networks speak to whole networks",
    help: HELP,
    german: german::OVER_BROAD,
    find,
};

const HELP: &str = "
## What it finds
Rules that let at least 65,536 pairs of addresses speak, with at least 64 addresses on the smaller side.
## Why it matters on the floor
Most of these pairs never speak. One infected station has all the others in reach.
## What to do
See which hosts really use the rule and name them. Where a whole group is needed, name the group.
";

/// Pairs of addresses from which on a rule is too wide: two networks of the size /24.
const PAIRS_MIN: f64 = 65_536.0;

/// The smaller side has at least so many addresses; a server for everybody is not meant.
const SIDE_MIN: f64 = 64.0;

fn find(examined: &Examined<'_>, found: &mut Vec<RuleFinding>) {
    for permit in examined.permits() {
        let boxes = permit.decision.upper.iter().filter(|one| !is_local(examined.firewall, one));
        let sizes = boxes.map(ends).map(|(from, to)| (addresses(from), addresses(to)));
        let wide = sizes.filter(|(from, to)| from.min(*to) >= SIDE_MIN && from * to >= PAIRS_MIN);
        let Some((from, to)) = wide.max_by(|a, b| (a.0 * a.1).total_cmp(&(b.0 * b.1))) else { continue };
        // A count beyond all IPv4 addresses says no more than "all".
        let count = |size: f64| Gap::Number(size.min(f64::from(u32::MAX)) as u64);
        let detail = c::RULE_OVER_BROAD.with([("from", count(from)), ("to", count(to))]);
        once(found, alone(CHECK.id, Severity::Medium, permit.place, detail));
    }
}
