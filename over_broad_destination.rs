//! Rules whose destination is wider than the networks they lead to.

use model::packets::{NumberField, PacketBox};
use model::{Gap, Severity};

use super::examined::{Examined, addresses, alone, ends, is_everywhere, is_local, once};
use super::{RuleCheck, RuleFinding};
use crate::catalogue as c;
use crate::german;

pub(super) const CHECK: RuleCheck = RuleCheck {
    id: "over-broad-destination",
    title: "Rules whose destination is wider than the networks they lead to",
    help: HELP,
    german: german::OVER_BROAD_DESTINATION,
    find,
};

const HELP: &str = "
## What it finds
Rules whose destination holds a network behind the firewall and at least as much again that lies nowhere behind it:
a /16 where a /24 was meant. Where the configuration states no addresses of interfaces, the networks are those that
the rules name.
## Why it matters on the floor
The next cell that gets an address out of the rest is reachable on its first day, without anybody having decided so.
## What to do
Write the network that is meant. If several cells are meant, name each of them.
";

/// How many times wider than the networks in it a destination is, at least, to be told.
const TIMES_MIN: f64 = 2.0;

fn find(examined: &Examined<'_>, found: &mut Vec<RuleFinding>) {
    for permit in examined.permits() {
        let boxes = permit.decision.upper.iter().filter(|one| !is_local(examined.firewall, one));
        let Some(times) = boxes.filter_map(|one| times(examined, one)).max_by(f64::total_cmp) else { continue };
        let gap = Gap::Number(times.min(f64::from(u32::MAX)) as u64);
        let detail = c::RULE_OVER_BROAD_DESTINATION.with([("times", gap)]);
        once(found, alone(CHECK.id, Severity::Medium, permit.place, detail));
    }
}

/// How many times the smallest network that it leads to fits into the destination, if it is wider than all of these.
fn times(examined: &Examined<'_>, one: &PacketBox) -> Option<f64> {
    let to = ends(one).1;
    if is_everywhere(to) {
        return None;
    }
    let out = one.number(NumberField::OutInterface);
    let behind = examined.networks.list.iter().filter(|(number, net)| out.holds(*number) && to.covers(*net));
    let (sum, least) = behind.fold((0.0, f64::INFINITY), |(sum, least), (_, net)| {
        (sum + addresses(*net), addresses(*net).min(least))
    });
    (sum > 0.0 && addresses(to) >= sum * TIMES_MIN).then_some(addresses(to) / least)
}
