//! Rules that are switched off.

use model::Severity;

use super::examined::{Examined, alone};
use super::{RuleCheck, RuleFinding};
use crate::catalogue as c;
use crate::german;

pub(super) const CHECK: RuleCheck = RuleCheck {
    id: "disabled-rule",
    title: "Rules that are switched off",
    help: HELP,
    german: german::DISABLED_RULE,
    find,
};

const HELP: &str = "
## What it finds
Rules that stand in the configuration and are switched off.
## Why it matters on the floor
One click opens the path again, in the middle of a fault at night, and nobody has looked at the rule since.
## What to do
Remove the rule, or write into its comment who may switch it on, for what, and when it was last needed.
";

fn find(examined: &Examined<'_>, found: &mut Vec<RuleFinding>) {
    for (place, rule) in examined.firewall.rules.iter().enumerate() {
        if rule.disabled && !rule.automatic {
            found.push(alone(CHECK.id, Severity::Info, place, c::RULE_DISABLED.into()));
        }
    }
}
