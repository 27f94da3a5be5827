//! Where the answer goes: standard output, or a file that is whole or not there at all.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Why the answer could not be written.
#[derive(Debug, thiserror::Error)]
pub enum OutputError {
    /// The file is there already.
    #[error("{}: exists already. Give another name, or --force to replace it.", .path.display())]
    Exists {
        /// The file.
        path: PathBuf,
    },
    /// It could not be written; nothing half-written was left behind.
    #[error("{}: cannot be written. Check the folder, your rights and the space on the disk; nothing was left behind.", .path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// The system's word.
        #[source]
        cause: io::Error,
    },
    /// Standard output failed.
    #[error("standard output cannot be written. Check the space on the disk behind it.")]
    Stdout(#[source] io::Error),
    /// The reader of the pipe has gone.
    #[error("the reader of the output has gone")]
    PipeClosed,
}

/// Fails early, before an hour of reading, when the output file is there already or its folder is not.
pub fn check(path: Option<&Path>, force: bool) -> Result<(), OutputError> {
    let Some(path) = path else { return Ok(()) };
    if path.exists() && !force {
        return Err(OutputError::Exists { path: path.to_path_buf() });
    }
    tempfile::Builder::new()
        .tempfile_in(folder(path))
        .map(drop)
        .map_err(|cause| OutputError::File { path: path.to_path_buf(), cause })
}

/// Writes the answer. A file is first written beside its place and then moved there.
pub fn write(
    path: Option<&Path>,
    force: bool,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<(), OutputError> {
    let Some(path) = path else {
        let mut out = io::BufWriter::with_capacity(256 * 1024, io::stdout().lock());
        return write(&mut out).and_then(|()| out.flush()).map_err(|cause| match cause.kind() {
            io::ErrorKind::BrokenPipe => OutputError::PipeClosed,
            _ => OutputError::Stdout(cause),
        });
    };
    let fail = |cause| OutputError::File { path: path.to_path_buf(), cause };
    let mut file = tempfile::Builder::new().prefix(".sluice-").tempfile_in(folder(path)).map_err(fail)?;
    let mut out = io::BufWriter::with_capacity(256 * 1024, file.as_file_mut());
    write(&mut out).and_then(|()| out.flush()).map_err(fail)?;
    drop(out);
    file.as_file().sync_all().map_err(fail)?;
    readable(file.path()).map_err(fail)?;
    let kept = if force { file.persist(path) } else { file.persist_noclobber(path) };
    kept.map(drop).map_err(|error| match error.error.kind() {
        io::ErrorKind::AlreadyExists => OutputError::Exists { path: path.to_path_buf() },
        _ => fail(error.error),
    })
}

/// Temporary files are for their owner alone; an answer gets the ordinary rights of a new file.
#[cfg(unix)]
fn readable(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o644))
}

#[cfg(not(unix))]
fn readable(_path: &Path) -> io::Result<()> {
    Ok(())
}

fn folder(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}
