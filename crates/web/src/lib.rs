//! Pages: how people see the plant. The only home of HTML and SVG.
//!
//! View structs compute, templates choose and loop. Every text from outside passes [`model::printable`] and the
//! template's escaping. Nothing here holds a clock, a file or a socket: a page is a function of what it shows.

mod places;
pub mod purdue_map;
pub mod report;
mod shown;
mod texts;
mod words;

pub use model::Language;
