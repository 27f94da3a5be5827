//! Interfaces that no list of rules is asked for.

use model::Severity;
use model::firewall::{Dialect, Interface};
use model::packets::{NumberField, Span};

use super::examined::Examined;
use super::{RuleCheck, RuleFinding, Subject};
use crate::catalogue as c;
use crate::german;

pub(super) const CHECK: RuleCheck = RuleCheck {
    id: "no-acl-on-interface",
    title: "Interfaces that no list of rules is asked for",
    help: HELP,
    german: german::NO_ACL_ON_INTERFACE,
    find,
};

const HELP: &str = "
## What it finds
Interfaces of a Cisco IOS router that have an address and no inbound access list.
## Why it matters on the floor
A router without a list forwards everything. If the interface leads outside, the plant lies open.
## What to do
Bind an inbound list to the interface that permits what is needed and denies the rest.
";

fn find(examined: &Examined<'_>, found: &mut Vec<RuleFinding>) {
    // The others deny, or ask the level of the interface, where no list is bound.
    if examined.firewall.dialect != Dialect::CiscoIos {
        return;
    }
    for (number, interface) in (0..=u16::MAX).zip(&examined.firewall.interfaces) {
        if number <= Interface::SELF || interface.addresses.is_empty() || is_asked(examined, number) {
            continue;
        }
        let subject = Subject::Interface(usize::from(number));
        let detail = c::RULE_NO_ACL.into();
        found.push(RuleFinding { id: CHECK.id, severity: Severity::High, subject, witnesses: Vec::new(), detail });
    }
}

/// True when a written rule is asked about what comes in by this interface.
fn is_asked(examined: &Examined<'_>, number: u16) -> bool {
    let decisions = examined.lists.iter().flat_map(|(_, _, decisions)| &decisions.list);
    let mut written = decisions.filter(|one| one.rule.is_some_and(|rule| examined.written(rule).is_some()));
    written.any(|one| {
        let mut come = one.upper.iter().map(|one| one.number(NumberField::InInterface));
        come.any(|come| come != Span::ANY && come.holds(number))
    })
}
