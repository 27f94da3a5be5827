//! Reads captures and tells the plant they show.

use std::path::PathBuf;

use capture::{CaptureError, ErrorKind, Found, Names};
use model::{CaptureSummary, Finding, Plant};

use crate::pipeline::{self, Watcher};

/// A plant as its captures show it.
#[derive(Debug)]
pub struct Analysis {
    /// What was read, and what could not be.
    pub capture: CaptureSummary,
    /// Assets, conversations, zones.
    pub plant: Plant,
    /// What should worry someone.
    pub findings: Vec<Finding>,
}

/// Why no analysis came about.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct AnalyzeError(#[from] CaptureError);

impl AnalyzeError {
    /// What kind of trouble it is.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind()
    }
}

/// Analyses the captures at `paths` (files, folders, "-") as one plant, on `threads` threads.
///
/// Errors: a path that cannot be found, opened or is no capture, before anything is read. What goes wrong later is
/// a note in the summary.
pub fn analyze(paths: &[PathBuf], threads: usize, watcher: &dyn Watcher) -> Result<Analysis, AnalyzeError> {
    let (capture, plant) = read(paths, threads, watcher)?;
    let findings = assess::findings(&plant);
    Ok(Analysis { capture, plant, findings })
}

/// Reads the captures without judging what they show.
pub(super) fn read(
    paths: &[PathBuf],
    threads: usize,
    watcher: &dyn Watcher,
) -> Result<(CaptureSummary, Plant), AnalyzeError> {
    let found = capture::find(paths)?;
    let (mut capture, plant) = pipeline::read(&found.sources, threads, watcher)?;
    say_what_was_left_out(&found, &mut capture.notes);
    Ok((capture, plant))
}

/// Files of the folders that were not read, as notes.
fn say_what_was_left_out(found: &Found, notes: &mut Vec<String>) {
    let mut say = |names: &Names, what: &str| {
        let shown: Vec<String> = names.first.iter().map(|path| path.display().to_string()).collect();
        if names.count > 0 {
            let more = if names.count > shown.len() as u64 { ", ..." } else { "" };
            notes.push(format!("{} {what}: {}{more}.", names.count, shown.join(", ")));
        }
    };
    say(&found.passed_over, "files are no captures and were passed over");
    say(&found.unreadable, "files could not be opened");
    say(&found.repeated, "files were named twice and read once");
    if found.incomplete {
        notes.push("The folders hold more files than are looked at; not all captures were read.".to_string());
    }
}
