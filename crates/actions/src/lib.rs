//! What a person or a schedule can make Sluice do or tell: changes and queries, one file each, and the pipeline.
//!
//! The one way in: whoever asks comes to the [`Desk`] as somebody ([`Who`]), and each action names the [`Right`] it
//! needs. Time comes with every call.

pub mod changes;
mod desk;
mod error;
mod guard;
pub mod pipeline;
pub mod queries;
pub mod rights;
pub mod secrets;

pub use assess::{plan, reach};
pub use capture::ErrorKind;
pub use desk::Desk;
pub use error::{ActionError, Refusal};
pub use pipeline::Watcher;
pub use queries::analyze::{Analysis, AnalyzeError, analyze};
pub use rights::{Right, Role, Who};
pub use store::audit::{Entry, Verified};
pub use store::audit_search::Search;
pub use store::observe::{Observed, Report};
pub use store::people::{Session, Token};
pub use store::words::Said;
pub use store::{DATABASE, LOCK, StoreError};
