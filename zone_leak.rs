//! Rules that also open zones they do not name.

use std::collections::BTreeMap;

use model::firewall::Interface;
use model::packets::{AddressField, NumberField, PacketBox, Span};
use model::{Gap, Severity};

use super::examined::{Examined, Permit, alone, ends, is_everywhere};
use super::{RuleCheck, RuleFinding};
use crate::catalogue as c;
use crate::german;
use crate::reach::{Question, decide};

pub(super) const CHECK: RuleCheck = RuleCheck {
    id: "zone-leak",
    title: "Rules that also open zones they do not name",
    help: HELP,
    german: german::ZONE_LEAK,
    find,
};

const HELP: &str = "
## What it finds
Permits that name no interface to leave by and whose destination holds networks behind two or more interfaces. In
Cisco ASA and IOS, OPNsense and pfSense nearly all rules are of this kind; a rule 'to any', meant for the Internet,
opens every other zone as well. What earlier rules deny is taken into account, and one packet for each zone is asked
through the whole firewall.
## Why it matters on the floor
A cell that may reach its maker's cloud can then reach the neighbouring cell, operations and the office too.
## What to do
Deny the internal networks before the rule, or write the destination that is meant.
";

/// Parts of a rule that are looked at.
const PARTS_MAX: usize = 256;

fn find(examined: &Examined<'_>, found: &mut Vec<RuleFinding>) {
    let mut opened: BTreeMap<usize, Vec<u16>> = BTreeMap::new();
    for permit in examined.permits() {
        let open = |one: &PacketBox| one.number(NumberField::OutInterface) == Span::ANY;
        // A host or a network behind one interface leads to one zone: only what is wider can leak.
        if permit.decision.upper.iter().any(|one| open(one) && zones(examined, one).len() > 1) {
            opened.entry(permit.place).or_default().extend(leaks(examined, &permit));
        }
    }
    for (place, mut zones) in opened {
        zones.sort_unstable();
        zones.dedup();
        if zones.len() < 2 {
            continue;
        }
        let names = zones.iter().map(|zone| Gap::Text(examined.interface(*zone))).collect();
        let detail = c::RULE_ZONE_LEAK.with([("zones", Gap::List(names, 0))]);
        found.push(alone(CHECK.id, Severity::High, place, detail));
    }
}

/// The interfaces, other than those it comes in by, whose networks the destination of a box holds, with one address.
fn zones(examined: &Examined<'_>, one: &PacketBox) -> BTreeMap<u16, u128> {
    let come = one.number(NumberField::InInterface);
    let single = come.first == come.last;
    let to = ends(one).1;
    let nets = examined.networks.list.iter().filter(|(number, net)| {
        *number > Interface::SELF && !(single && come.holds(*number)) && !ends(one).0.both(*net).is_some_and(|both| {
            // Who comes from a network leaves into another one.
            !is_everywhere(ends(one).0) && both == ends(one).0
        })
    });
    // The first address of a network is its name; the second one is a host.
    nets.filter_map(|(number, net)| Some((*number, net.both(to)?)))
        .map(|(number, both)| (number, both.first.saturating_add(1).min(both.last)))
        .collect()
}

/// The zones that the rule really opens: what earlier rules leave of it, asked through the whole firewall.
fn leaks(examined: &Examined<'_>, permit: &Permit<'_>) -> Vec<u16> {
    let parts = permit.decisions.effect(permit.nth).unwrap_or_default();
    let mut zones_open = Vec::new();
    for part in parts.iter().take(PARTS_MAX) {
        for (zone, address) in zones(examined, part) {
            let mut packet = *part;
            packet.addresses[AddressField::Destination as usize] = Span::one(address);
            packet.numbers[NumberField::OutInterface as usize] = Span::one(zone);
            let source = part.address(AddressField::Source);
            packet.addresses[AddressField::Source as usize] =
                Span::one(source.first.saturating_add(1).min(source.last));
            for field in NumberField::ALL {
                if field != NumberField::OutInterface {
                    packet.numbers[field as usize] = Span::one(packet.number(field).first);
                }
            }
            if decide(examined.firewall, &Question(packet)).verdict == Some(model::firewall::Verdict::Allow) {
                zones_open.push(zone);
            }
        }
    }
    zones_open
}
