//! Translations that let the Internet in.

use model::firewall::Verdict;
use model::packets::{AddressField, NumberField, PacketBox, Span};
use model::{Severity, packets};

use super::examined::{Examined, alone, once};
use super::{RuleCheck, RuleFinding};
use crate::catalogue as c;
use crate::german;
use crate::reach::{Decides, Question, decide};

pub(super) const CHECK: RuleCheck = RuleCheck {
    id: "nat-exposes",
    title: "Translations that let the Internet in",
    help: HELP,
    german: german::NAT_EXPOSES,
    find,
};

const HELP: &str = "
## What it finds
Translations of the destination (port forwards, virtual addresses) that bring a packet from a public address to an
inner host, and that the rules behind them let through.
## Why it matters on the floor
The inner host answers to the whole Internet, though no rule of the filter names it by its public address.
## What to do
Restrict the translation to the sources that need it, or let them come through a jump host in the DMZ.
";

/// Parts of a translation that are asked about.
const PARTS_MAX: usize = 64;

/// Interfaces that are tried for a translation that names none.
const INTERFACES_TRIED_MAX: usize = 64;

/// A public address to ask with: 198.51.100.7, of the networks for documentation (RFC 5737).
const SOMEBODY: u128 = packets::Span::<u128>::IPV4.first + 0xc633_6407;

fn find(examined: &Examined<'_>, found: &mut Vec<RuleFinding>) {
    for (_, _, decisions) in &examined.lists {
        for decision in &decisions.list {
            let Decides::Translate(destination, _) = decision.then else { continue };
            let Some(place) = decision.rule.filter(|_| destination.is_some()) else { continue };
            if decision.upper.iter().take(PARTS_MAX).any(|one| lets_in(examined, one)) {
                once(found, alone(CHECK.id, Severity::Medium, place, c::RULE_NAT_EXPOSES.into()));
            }
        }
    }
}

/// True when a packet of the box from a public address is let through in the end.
fn lets_in(examined: &Examined<'_>, one: &PacketBox) -> bool {
    if !one.address(AddressField::Source).holds(SOMEBODY) {
        return false;
    }
    let mut packet = *one;
    packet.addresses[AddressField::Source as usize] = Span::one(SOMEBODY);
    let to = one.address(AddressField::Destination);
    packet.addresses[AddressField::Destination as usize] = Span::one(to.first);
    let come = one.number(NumberField::InInterface);
    for field in NumberField::ALL {
        if field != NumberField::OutInterface {
            packet.numbers[field as usize] = Span::one(one.number(field).first);
        }
    }
    let known = (0..=u16::MAX).zip(&examined.firewall.interfaces).map(|(number, _)| number).skip(2);
    let tried = known.filter(|number| come.holds(*number)).take(INTERFACES_TRIED_MAX);
    tried.into_iter().any(|number| {
        packet.numbers[NumberField::InInterface as usize] = Span::one(number);
        decide(examined.firewall, &Question(packet)).verdict == Some(Verdict::Allow)
    })
}
