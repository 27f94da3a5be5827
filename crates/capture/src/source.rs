//! Which captures are meant: files, folders, standard input.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::CaptureError;
use crate::compressed::{Meter, unpack};

/// How many folders below the given one are entered.
const FOLDER_DEPTH_MAX: usize = 32;

/// How many files of all given folders are looked at.
const FOLDER_FILES_MAX: usize = 100_000;

/// How many files that were passed over are named.
const NAMES_MAX: usize = 10;

/// Where a capture comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// A file.
    File(PathBuf),
    /// Standard input, named `-`.
    Stdin,
}

impl Source {
    /// What messages call it.
    pub fn name(&self) -> String {
        match self {
            Source::File(path) => path.display().to_string(),
            Source::Stdin => "-".to_string(),
        }
    }
}

/// What was found where the user pointed.
#[derive(Debug, Default)]
pub struct Found {
    /// The captures, in the order given; those of a folder by name.
    pub sources: Vec<Source>,
    /// Files in folders that are not captures.
    pub passed_over: Names,
    /// Files and folders in folders that could not be read.
    pub unreadable: Names,
    /// Captures that were named more than once and are read once.
    pub repeated: Names,
    /// True when a folder holds more than is looked at.
    pub incomplete: bool,
}

/// Some paths: all are counted, a few are named.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Names {
    /// How many.
    pub count: u64,
    /// The first few.
    pub first: Vec<PathBuf>,
}

impl Names {
    fn add(&mut self, path: &Path) {
        self.count += 1;
        if self.first.len() < NAMES_MAX {
            self.first.push(path.to_path_buf());
        }
    }
}

/// Finds the captures meant by these paths. A file is taken as it is, so that opening it tells what is wrong
/// with it; of a folder only what begins like a capture is taken. `-` is standard input.
pub fn find(paths: &[PathBuf]) -> Result<Found, CaptureError> {
    let mut search = Search::default();
    for path in paths {
        if path.as_os_str() == "-" {
            if search.found.sources.contains(&Source::Stdin) {
                return Err(CaptureError::StandardInputTwice);
            }
            search.found.sources.push(Source::Stdin);
            continue;
        }
        let metadata = fs::metadata(path).map_err(|cause| CaptureError::opening(path, cause))?;
        if metadata.is_dir() {
            search.folder_given(path)?;
        } else {
            search.take(path);
        }
    }
    Ok(search.found)
}

#[derive(Default)]
struct Search {
    found: Found,
    /// Files taken and folders entered, by their real paths.
    seen: BTreeSet<PathBuf>,
    looked_at: usize,
}

impl Search {
    fn folder_given(&mut self, path: &Path) -> Result<(), CaptureError> {
        let (before, repeated) = (self.found.sources.len(), self.found.repeated.count);
        let passed_over = self.found.passed_over.count;
        let entries = fs::read_dir(path).map_err(|cause| CaptureError::opening(path, cause))?;
        self.seen.insert(real(path));
        self.folder(entries, 0);
        if self.found.sources.len() == before && self.found.repeated.count == repeated {
            let passed_over = self.found.passed_over.count - passed_over;
            return Err(CaptureError::FolderWithoutCaptures {
                name: path.display().to_string(),
                passed_over,
            });
        }
        Ok(())
    }

    fn folder(&mut self, entries: fs::ReadDir, depth: usize) {
        let room = FOLDER_FILES_MAX.saturating_sub(self.looked_at);
        let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).take(room + 1).collect();
        if paths.len() > room {
            paths.truncate(room);
            self.found.incomplete = true;
        }
        self.looked_at += paths.len();
        paths.sort_unstable();
        for path in paths {
            match fs::metadata(&path) {
                Ok(metadata) if metadata.is_dir() => self.enter(&path, depth + 1),
                // Pipes and devices would block.
                Ok(metadata) if metadata.is_file() => self.look(&path),
                Ok(_) => self.found.passed_over.add(&path),
                Err(_) => self.found.unreadable.add(&path),
            }
        }
    }

    fn enter(&mut self, path: &Path, depth: usize) {
        if depth > FOLDER_DEPTH_MAX {
            self.found.incomplete = true;
            return;
        }
        // A link may lead back to a folder above.
        if !self.seen.insert(real(path)) {
            return;
        }
        match fs::read_dir(path) {
            Ok(entries) => self.folder(entries, depth),
            Err(_) => self.found.unreadable.add(path),
        }
    }

    fn look(&mut self, path: &Path) {
        let unpacked = File::open(path).and_then(|file| unpack(file, &Arc::new(Meter::default())));
        match unpacked {
            Ok(unpacked) if unpacked.content.is_capture() => self.take(path),
            Ok(_) => self.found.passed_over.add(path),
            Err(_) => self.found.unreadable.add(path),
        }
    }

    fn take(&mut self, path: &Path) {
        if self.seen.insert(real(path)) {
            self.found.sources.push(Source::File(path.to_path_buf()));
        } else {
            self.found.repeated.add(path);
        }
    }
}

fn real(path: &Path) -> PathBuf {
    fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf())
}
