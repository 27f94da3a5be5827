//! Pages: how people see the plant. The only home of HTML and SVG.
//!
//! View structs compute, templates choose and loop. Every text from outside passes [`model::printable`] and the
//! template's escaping. Nothing here holds a clock or a file: a page is a function of what it shows. `server`
//! alone holds sockets; its clock is handed in.

mod page_texts;
mod pages;
mod places;
pub mod purdue_map;
pub mod report;
pub mod server;
mod shown;
mod texts;
mod words;

pub use model::Language;
