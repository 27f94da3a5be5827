//! A real browser for the tests of pages: what a person would see, press and hear of, in Chromium without a window.
//!
//! It speaks the DevTools protocol over a pipe, so it opens no port, needs no driver and reaches no network. Nothing
//! waits for a fixed time: every call ends with the browser's own answer or at [`PATIENCE`]. Only tests import it.
//!
//! ```no_run
//! let Some(browser) = browser::or_skip("pages in a browser") else { return };
//! let page = browser.page().unwrap();
//! page.viewport(390, 844).unwrap();
//! page.scheme(browser::Scheme::Dark).unwrap();
//! page.show("<!DOCTYPE html><title>Plant</title><p>Line 3").unwrap();
//! assert_eq!(page.evaluate("document.title").unwrap(), "Plant");
//! assert_eq!(browser::audit::contrast(&page).unwrap(), Vec::<String>::new());
//! ```

pub mod audit;
mod base64;
mod connection;
mod find;
mod keys;
mod page;

use std::time::Duration;

use serde_json::json;

pub use find::{executable, or_skip};
pub use keys::Key;
pub use page::{Page, Scheme};

/// Longest wait for one answer of the browser. Long, because a test machine may be busy; nothing ever waits it out
/// unless the browser hangs.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// Why the browser did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum Trouble {
    /// It could not be started or talked to.
    #[error("the browser cannot be started or reached")]
    Process(#[from] std::io::Error),
    /// It ended by itself.
    #[error("the browser ended by itself. Its last words: {0}")]
    Ended(String),
    /// It did not answer in time.
    #[error("no answer in time: {0}")]
    Late(String),
    /// It refused a command.
    #[error("{method}: {message}")]
    Refused {
        /// The command of the DevTools protocol.
        method: String,
        /// The browser's word.
        message: String,
    },
    /// A script in the page threw.
    #[error("the script threw: {0}")]
    Script(String),
    /// Nothing on the page fits what was asked for.
    #[error("nothing on the page fits {0}")]
    Missing(String),
}

/// A running Chromium with a profile of its own; both are gone when it is dropped.
#[derive(Debug)]
pub struct Browser {
    connection: connection::Connection,
}

impl Browser {
    /// Starts this executable.
    pub fn start(executable: &std::path::Path) -> Result<Browser, Trouble> {
        let browser = Browser { connection: connection::Connection::start(executable)? };
        browser.connection.call(None, "Browser.getVersion", json!({}))?;
        Ok(browser)
    }

    /// A new empty page. Pages share neither cookies nor storage, as if two people sat at two machines.
    pub fn page(&self) -> Result<Page<'_>, Trouble> {
        Page::new(&self.connection)
    }
}
