//! What should worry someone, with what led to it.

use crate::code::codes;
use crate::{AssetId, Message, Sentence};

codes! {
    /// How bad a finding is. The order is ascending.
    Severity {
        /// Worth knowing.
        Info = "info",
        /// Put it on the list.
        Low = "low",
        /// Plan a change.
        Medium = "medium",
        /// Act soon.
        High = "high",
        /// Act now.
        Critical = "critical",
    }
}

codes! {
    /// What people made of a finding.
    FindingState {
        /// Nobody has looked at it.
        New = "new",
        /// Somebody has it in hand.
        Seen = "seen",
        /// A person lives with it, with a reason and until a date.
        Accepted = "accepted",
        /// It was dealt with.
        Resolved = "resolved",
        /// It came back, or its acceptance ran out.
        Reopened = "reopened",
    }
}

/// A technique of MITRE ATT&CK for ICS, by its id such as `T0886`.
pub type Technique = &'static str;

/// What should worry someone. It always names the conversations or assets that led to it.
#[derive(Debug, Clone)]
pub struct Finding {
    /// Stable id of the check, as in `level-skip`.
    pub id: &'static str,
    /// How bad.
    pub severity: Severity,
    /// One line.
    pub title: Message,
    /// Assets concerned.
    pub assets: Vec<AssetId>,
    /// Conversations that led to it: indices into the plant's list.
    pub conversations: Vec<usize>,
    /// What was seen, in a few sentences.
    pub detail: Message,
    /// What to do, from the check's help.
    pub remedy: Sentence,
    /// Technique of ATT&CK for ICS, where one fits.
    pub technique: Option<Technique>,
}
