//! What can be changed, one file each. A change checks the right, does its work and writes its line of the audit log,
//! all in one transaction.

pub mod accept_change;
pub mod confirm_asset;
pub mod first_start;
pub mod keep;
pub mod login;
pub mod observe;
pub mod people;
pub mod read_capture;
pub mod second_factor;
pub mod session;
pub mod settings;
pub mod tokens;
pub mod triage_finding;
