//! Closing denials that do not log.

use model::Severity;
use model::firewall::Verdict;

use super::cleanup::{Closing, closing};
use super::examined::Examined;
use super::{RuleCheck, RuleFinding, Subject};
use crate::catalogue as c;
use crate::german;

pub(super) const CHECK: RuleCheck = RuleCheck {
    id: "cleanup-rule-not-logged",
    title: "Closing denials that do not log",
    help: HELP,
    german: german::CLEANUP_RULE_NOT_LOGGED,
    find,
};

const HELP: &str = "
## What it finds
Lists that end with a denial of everything which writes no log, be it a rule or a policy.
## Why it matters on the floor
A blocked attempt is the cheapest warning there is, and a station that was locked out by mistake is found in minutes
instead of hours.
## What to do
Log what the last rule denies, with a limit on the rate where the device is small.
";

fn find(examined: &Examined<'_>, found: &mut Vec<RuleFinding>) {
    for (place, stage, decisions) in &examined.lists {
        let subject = match closing(examined, decisions) {
            Some(Closing::Rule { rule, logs: false }) => Subject::Rule(rule),
            Some(Closing::Nothing)
                if stage.end == Verdict::Deny && stage.end_line.is_some() && !stage.end_logs =>
            {
                Subject::End(*place)
            }
            Some(Closing::Rule { .. } | Closing::Nothing) | None => continue,
        };
        let detail = c::RULE_CLEANUP_NOT_LOGGED.into();
        found.push(RuleFinding { id: CHECK.id, severity: Severity::Low, subject, witnesses: Vec::new(), detail });
    }
}
