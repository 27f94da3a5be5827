//! What is asked of the store, page by page: filtered, sorted, and continued where the last page ended.

pub mod assets;
pub mod changes;
pub mod conversations;
pub mod findings;
pub mod overview;
mod paging;

pub use paging::{COUNT_MAX, Count, Cursor, PAGE_MAX, Page};
