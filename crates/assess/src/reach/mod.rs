//! What a firewall lets through: which step decides a packet, which rules never act, where two firewalls differ.
//!
//! The answers are exact, or they say that they are not: a rule that depends on more than its configuration tells has
//! an upper set (may be met) and a lower set (is met for sure). Upper sets are tested, lower sets are subtracted. Where
//! a set would need more than [`BOXES_PER_RULE_MAX`] boxes, the answer is "not evaluated".

mod allowed;
mod boxes;
mod decide;
mod decisions;
mod interfaces;
mod question;
mod rules;

pub use allowed::{Allowed, Difference, NotEvaluated, Region, allowed, difference};
pub use boxes::BOXES_PER_RULE_MAX;
pub(crate) use boxes::subtract_from;
pub use decide::{Answer, Decider, Question, decide};
pub use decisions::{Decides, Decision, Decisions};
pub use interfaces::with_interfaces_of;
pub use question::{AskError, Asked, Carries, question, unnamed};
pub use rules::{Anomaly, RuleAnomaly, anomalies};
