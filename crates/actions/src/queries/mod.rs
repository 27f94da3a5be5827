//! What can be asked.

pub mod analyze;
