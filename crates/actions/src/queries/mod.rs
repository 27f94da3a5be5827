//! What can be asked, one file each. A query checks the right; reading what is sensitive is written to the audit log.

pub mod analyze;
pub mod audit;
pub mod health;
pub mod people;
pub mod settings;
