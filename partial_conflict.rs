//! Rules that lose a part of their packets to earlier ones.

use model::{Gap, Severity};

use super::examined::Examined;
use super::{RuleCheck, RuleFinding, anomaly};
use crate::catalogue as c;
use crate::german;
use crate::reach::Anomaly;

pub(super) const CHECK: RuleCheck = RuleCheck {
    id: "partial-conflict",
    title: "Rules that lose a part of their packets to earlier ones",
    help: HELP,
    german: german::PARTIAL_CONFLICT,
    find,
};

const HELP: &str = "
## What it finds
Rules of which earlier rules with the other action take a part. The share is counted in packets that can exist, not
in traffic. What the product itself adds does not count.
## Why it matters on the floor
An exception written on purpose is fine. A slip in an address cuts off a few stations, and only they fail.
## What to do
Compare the rules that are named with this one: is the part they take meant as an exception?
";

/// From this share on it is more than an exception.
const SHARE_NOTABLE: f64 = 0.01;

/// From this share on most of the rule is lost.
const SHARE_MOST: f64 = 0.5;

fn find(examined: &Examined<'_>, found: &mut Vec<RuleFinding>) {
    anomaly::tell(examined, found, |one| {
        let Anomaly::PartialConflict { lost } = one else { return None };
        let severity = match lost {
            lost if lost < SHARE_NOTABLE => Severity::Info,
            lost if lost < SHARE_MOST => Severity::Low,
            _ => Severity::Medium,
        };
        let percent = format!("{:.2}", (lost * 100.0).clamp(0.01, 99.99));
        Some((CHECK.id, severity, c::RULE_PARTIAL.with([("percent", Gap::Text(percent))])))
    });
}
