//! The table of checks: one file each, with its help.

mod credential_clear;
mod it_to_level_0;
mod it_to_level_1;
mod level_skip;
mod program_loaded;
mod run_state_changed;

use model::{Severity, Technique};

use crate::found::Found;
use crate::scene::Scene;

/// One check.
pub struct Check {
    /// Stable id, as in `level-skip`; its file has the same name with underscores.
    pub id: &'static str,
    /// What it looks for, in one line.
    pub title: &'static str,
    /// How bad its findings usually are.
    pub severity: Severity,
    /// Technique of ATT&CK for ICS, where one fits.
    pub technique: Option<Technique>,
    /// Its help: what it finds, why it matters on the floor, what to do.
    pub help: &'static str,
    /// Looks at the plant and tells what it finds.
    pub find: for<'a> fn(&Scene<'a>, &mut Found<'_, 'a>),
}

/// Every check, by id.
pub const CHECKS: &[Check] = &[
    credential_clear::CHECK,
    it_to_level_0::CHECK,
    it_to_level_1::CHECK,
    level_skip::CHECK,
    program_loaded::CHECK,
    run_state_changed::CHECK,
];
