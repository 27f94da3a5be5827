//! What Sluice remembers: assets, conversations, changes, findings, people's words, and who did what.
//!
//! The only home of SQL. One set of statements serves SQLite and PostgreSQL; only the migrations differ. Time comes
//! with every call; nothing here reads a clock. A change is made in a [`Transaction`], and there is one at a time.

pub mod audit;
pub mod audit_search;
pub mod backup;
pub mod baselines;
mod bulk;
pub mod changes;
pub mod contradictions;
mod error;
pub mod findings;
mod known;
mod migrations;
pub mod observe;
pub mod people;
mod place;
pub mod queries;
pub mod retention;
pub mod settings;
pub mod site;
mod store;
pub mod words;

pub use error::StoreError;
pub use migrations::{MIGRATIONS, Migration};
pub use place::{DATABASE, LOCK, Place};
pub use store::{Engine, Store, Transaction};

/// The site that every row belongs to, as long as there is only one.
pub const SITE: i64 = 1;
