//! The table of checks: one file each, with its help.

mod address_conflict;
mod address_in_no_zone;
mod anonymous_write;
mod cleartext_over_conduit;
mod credential_clear;
mod credential_default;
mod cross_cell;
mod dmz_bypass;
mod dual_homed;
mod encryption_required;
mod exception_burst;
mod expired_exception;
mod firmware_loaded;
mod forced_values;
mod frame_malformed;
mod internet_contact;
mod internet_egress;
mod it_in_cell;
mod it_to_level_0;
mod it_to_level_1;
mod l2_bridge;
mod level_contradiction;
mod level_skip;
mod never_observed_conduit;
mod observed_but_denied;
mod operation_not_allowed;
mod policy_blocked;
mod policy_not_enforced;
mod program_loaded;
mod program_read;
mod protocol_insecure;
mod protocol_obsolete;
mod remote_access_tool;
mod run_state_changed;
mod scan;
mod sis_reachable;
mod unknown_conduit;
mod write_unexpected;
mod wrong_direction;

use model::{Sentence, Severity, Technique};

use crate::found::Found;
use crate::german::German;
use crate::help::remedy;
use crate::scene::Scene;

/// One check.
pub struct Check {
    /// Stable id, as in `level-skip`; its file has the same name with underscores. A finding that is told for one
    /// level carries it in its own id, as in `internet-egress-from-level-2`.
    pub id: &'static str,
    /// What it looks for, in one line.
    pub title: &'static str,
    /// How bad its findings usually are.
    pub severity: Severity,
    /// Technique of ATT&CK for ICS, where one fits.
    pub technique: Option<Technique>,
    /// Its help: what it finds, why it matters on the floor, what to do.
    pub help: &'static str,
    /// Title and help in German.
    pub german: German,
    /// Looks at the plant and tells what it finds.
    pub find: for<'a> fn(&Scene<'a>, &mut Found<'_, 'a>),
}

impl Check {
    /// What it looks for, in every language.
    pub fn heading(&self) -> Sentence {
        Sentence { key: self.id, english: self.title, german: self.german.title }
    }

    /// What to do, in every language.
    pub fn remedy(&self) -> Sentence {
        Sentence { key: self.id, english: remedy(self.help), german: remedy(self.german.help) }
    }

    /// True for the ids of its findings.
    pub fn tells(&self, id: &str) -> bool {
        id.strip_prefix(self.id).is_some_and(|rest| rest.is_empty() || rest.starts_with("-from-level-"))
    }
}

/// Every check, by id.
pub const CHECKS: &[Check] = &[
    address_conflict::CHECK,
    address_in_no_zone::CHECK,
    anonymous_write::CHECK,
    cleartext_over_conduit::CHECK,
    credential_clear::CHECK,
    credential_default::CHECK,
    cross_cell::CHECK,
    dmz_bypass::CHECK,
    dual_homed::CHECK,
    encryption_required::CHECK,
    exception_burst::CHECK,
    expired_exception::CHECK,
    firmware_loaded::CHECK,
    forced_values::CHECK,
    frame_malformed::CHECK,
    internet_contact::CHECK,
    internet_egress::CHECK,
    it_in_cell::CHECK,
    it_to_level_0::CHECK,
    it_to_level_1::CHECK,
    l2_bridge::CHECK,
    level_contradiction::CHECK,
    level_skip::CHECK,
    never_observed_conduit::CHECK,
    observed_but_denied::CHECK,
    operation_not_allowed::CHECK,
    policy_blocked::CHECK,
    policy_not_enforced::CHECK,
    program_loaded::CHECK,
    program_read::CHECK,
    protocol_insecure::CHECK,
    protocol_obsolete::CHECK,
    remote_access_tool::CHECK,
    run_state_changed::CHECK,
    scan::CHECK,
    sis_reachable::CHECK,
    unknown_conduit::CHECK,
    write_unexpected::CHECK,
    wrong_direction::CHECK,
];
