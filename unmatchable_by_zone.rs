//! Rules whose addresses lie behind other interfaces.

use model::Severity;
use model::packets::{NumberField, PacketBox, Span};

use super::examined::{Examined, alone, ends, once};
use super::{RuleCheck, RuleFinding};
use crate::catalogue as c;
use crate::german;

pub(super) const CHECK: RuleCheck = RuleCheck {
    id: "unmatchable-by-zone",
    title: "Rules whose addresses lie behind other interfaces",
    help: HELP,
    german: german::UNMATCHABLE_BY_ZONE,
    find,
};

const HELP: &str = "
## What it finds
Permits whose source or destination is a network directly behind another interface than the one the rule asks for.
Only a forged packet, or one that takes a way round, can meet it.
## Why it matters on the floor
The rule was meant for another zone. What it was meant for does not work there, or works by another, wider rule.
## What to do
Move the rule to the interface that the addresses are behind, or remove it.
";

fn find(examined: &Examined<'_>, found: &mut Vec<RuleFinding>) {
    // What rules alone say about networks is no proof against a rule.
    if !examined.networks.stated {
        return;
    }
    for permit in examined.permits() {
        let all = &permit.decision.upper;
        if !all.is_empty() && all.iter().all(|one| elsewhere(examined, one)) {
            once(found, alone(CHECK.id, Severity::Low, permit.place, c::RULE_UNMATCHABLE.into()));
        }
    }
}

/// True when an end of the box lies in a network behind an interface by which the box does not come or leave.
fn elsewhere(examined: &Examined<'_>, one: &PacketBox) -> bool {
    let (from, to) = ends(one);
    let wrong = |interfaces: Span<u16>, address: Span<u128>| {
        let mut holding = examined.networks.list.iter().filter(|(_, net)| net.both(address).is_some()).peekable();
        let inside = holding.clone().any(|(_, net)| net.covers(address));
        holding.peek().is_some() && inside && holding.all(|(number, _)| !interfaces.holds(*number))
    };
    wrong(one.number(NumberField::InInterface), from) || wrong(one.number(NumberField::OutInterface), to)
}
