//! Knowledge from outside: registries and word lists.

pub mod makers;
pub mod oui;
pub mod words;
