//! Rules that let everything pass.

use model::Severity;
use model::packets::{NumberField, Span};

use super::examined::{Examined, alone, ends, is_everywhere, is_local, once};
use super::{RuleCheck, RuleFinding};
use crate::catalogue as c;
use crate::german;

pub(super) const CHECK: RuleCheck = RuleCheck {
    id: "any-any",
    title: "Rules that let everything pass",
    help: HELP,
    german: german::ANY_ANY,
    find,
};

const HELP: &str = "
## What it finds
Rules that let every protocol pass from every address to every address. Loopback and the firewall's own packets are
not meant.
## Why it matters on the floor
Such a rule is no firewall. It often stays from commissioning, when something had to run before the evening.
## What to do
See which conversations really use it, write a rule for each, and then remove it.
";

fn find(examined: &Examined<'_>, found: &mut Vec<RuleFinding>) {
    for permit in examined.permits() {
        let open = permit.decision.upper.iter().find(|one| {
            let (from, to) = ends(one);
            is_everywhere(from)
                && is_everywhere(to)
                && one.number(NumberField::Protocol) == NumberField::Protocol.all()
                && one.number(NumberField::DestinationPort) == Span::ANY
                && !is_local(examined.firewall, one)
        });
        let Some(open) = open else { continue };
        // Between two named interfaces it is no more than a wire that was meant, perhaps.
        let named = [NumberField::InInterface, NumberField::OutInterface].map(|field| open.number(field) != Span::ANY);
        let severity = if named == [true, true] { Severity::Medium } else { Severity::High };
        once(found, alone(CHECK.id, severity, permit.place, c::RULE_ANY_ANY.into()));
    }
}
