//! What can be asked, one file each. A query checks the right; reading what is sensitive is written to the audit log.

pub mod analyze;
pub mod asset;
pub mod assets;
pub mod audit;
pub mod changes;
pub mod conversations;
pub mod findings;
pub mod firewall;
pub mod health;
pub mod overview;
pub mod people;
pub mod plan;
pub mod settings;
