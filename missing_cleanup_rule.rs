//! Lists of rules without a closing denial.

use model::Severity;
use model::firewall::Verdict;

use super::examined::Examined;
use super::cleanup::{Closing, closing};
use super::{RuleCheck, RuleFinding, Subject};
use crate::catalogue as c;
use crate::german;

pub(super) const CHECK: RuleCheck = RuleCheck {
    id: "missing-cleanup-rule",
    title: "Lists of rules without a closing denial",
    help: HELP,
    german: german::MISSING_CLEANUP_RULE,
    find,
};

const HELP: &str = "
## What it finds
Lists with permits whose last word is not a written denial of everything. Severe where the rest is let through; mild
where the product denies it silently.
## Why it matters on the floor
What nobody thought of passes, or vanishes without a trace, and the fault is looked for in the machine.
## What to do
Close the list with a rule that denies everything and logs it.
";

fn find(examined: &Examined<'_>, found: &mut Vec<RuleFinding>) {
    for (place, stage, decisions) in &examined.lists {
        let (severity, detail) = match (closing(examined, decisions), stage.end) {
            (Some(Closing::Nothing), Verdict::Allow) => (Severity::High, c::RULE_NO_CLEANUP_OPEN),
            (Some(Closing::Nothing), Verdict::Deny) if stage.end_line.is_none() && !stage.end_logs => {
                (Severity::Low, c::RULE_NO_CLEANUP)
            }
            (Some(Closing::Nothing), Verdict::Deny) | (Some(Closing::Rule { .. }), _) | (None, _) => continue,
        };
        let subject = Subject::End(*place);
        found.push(RuleFinding { id: CHECK.id, severity, subject, witnesses: Vec::new(), detail: detail.into() });
    }
}
