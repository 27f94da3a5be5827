//! Where Chromium is, and what happens on a machine without one.

use std::ffi::OsStr;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use crate::Browser;

/// Names under which systems install it.
const NAMES: [&str; 5] =
    ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome-headless-shell"];

/// The browser to test with: `SLUICE_CHROMIUM`, else the first known name on the `PATH`.
pub fn executable() -> Option<PathBuf> {
    if let Some(given) = std::env::var_os("SLUICE_CHROMIUM").filter(|given| !given.is_empty()) {
        return Some(PathBuf::from(given));
    }
    let path = std::env::var_os("PATH")?;
    on_path(&path)
}

/// Starts the browser, or says that this suite did not run. With `CI=true` a missing browser is a failure: there the
/// suites must run.
///
/// # Panics
/// When the browser is there but does not start, and when it is missing with `CI=true`.
pub fn or_skip(suite: &str) -> Option<Browser> {
    let Some(executable) = executable() else {
        let told = format!(
            "NOT RUN: {suite}. There is no Chromium on this machine. Install it (apt-get install chromium), or name it in SLUICE_CHROMIUM."
        );
        assert!(!is_required(std::env::var_os("CI").as_deref()), "{told}");
        // Not eprintln: the test harness would swallow it, and nobody would know.
        _ = writeln!(std::io::stderr(), "\n{told}");
        return None;
    };
    match Browser::start(&executable) {
        Ok(browser) => Some(browser),
        Err(trouble) => panic!("{}: {trouble:?}", executable.display()),
    }
}

fn on_path(path: &OsStr) -> Option<PathBuf> {
    let folders: Vec<PathBuf> = std::env::split_paths(path).collect();
    let places = NAMES.iter().flat_map(|name| folders.iter().map(move |folder| folder.join(name)));
    places.into_iter().find(|place| is_program(place))
}

#[cfg(unix)]
fn is_program(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    path.metadata().is_ok_and(|about| about.is_file() && about.permissions().mode() & 0o111 != 0)
}

/// The pipe to the browser is laid by a Unix shell.
#[cfg(not(unix))]
fn is_program(_path: &Path) -> bool {
    false
}

fn is_required(ci: Option<&OsStr>) -> bool {
    ci.is_some_and(|value| value == "true" || value == "1")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_browser_fails_only_where_suites_must_run() {
        assert!(is_required(Some(OsStr::new("true"))));
        assert!(!is_required(Some(OsStr::new("false"))));
        assert!(!is_required(None));
        assert_eq!(on_path(OsStr::new("/nowhere:/nowhere/either")), None);
    }
}
