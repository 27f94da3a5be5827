//! What a person or a schedule can make Sluice do or tell: changes and queries, one file each, and the pipeline.

pub mod pipeline;
mod queries;

pub use capture::ErrorKind;
pub use pipeline::Watcher;
pub use queries::analyze::{Analysis, AnalyzeError, analyze};
