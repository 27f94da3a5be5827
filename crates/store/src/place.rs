//! Where the data are: a folder of this machine, or a PostgreSQL server.

use std::fmt;
use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};

use crate::StoreError;

/// Name of the database in the data folder.
pub const DATABASE: &str = "sluice.db";
/// Name of the file that says a folder is in use.
pub const LOCK: &str = "sluice.lock";

/// Where the data are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// A folder; it is made when it is not there. The database in it is SQLite.
    Folder(PathBuf),
    /// The address of a PostgreSQL database, as in `postgres://user:password@host/database`.
    Postgres(String),
}

impl Place {
    /// Reads a setting: an address that begins with `postgres://` or `postgresql://`, else a folder.
    pub fn read(text: &str) -> Place {
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            Place::Postgres(text.to_string())
        } else {
            Place::Folder(PathBuf::from(text))
        }
    }
}

impl fmt::Display for Place {
    /// Without the password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::Folder(folder) => folder.display().fmt(f),
            Place::Postgres(address) => {
                let address = address.split('?').next().unwrap_or_default();
                match (address.split_once("://"), address.rsplit_once('@')) {
                    (Some((scheme, _)), Some((_, host))) => write!(f, "{scheme}://{host}"),
                    _ => f.write_str(address),
                }
            }
        }
    }
}

/// Makes the folder and takes it: as long as the file is held, no second Sluice opens it. The system lets go of it
/// when the program ends, however it ends.
pub(crate) fn take(folder: &Path) -> Result<File, StoreError> {
    let wrong = |path: &Path| {
        let path = path.to_path_buf();
        |source| StoreError::Folder { path, source }
    };
    std::fs::create_dir_all(folder).map_err(wrong(folder))?;
    let path = folder.join(LOCK);
    let file = File::options()
        .create(true)
        .truncate(false)
        .read(true)
        .write(true)
        .open(&path)
        .map_err(wrong(&path))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(StoreError::InUse { place: folder.display().to_string() }),
        Err(TryLockError::Error(source)) => Err(wrong(&path)(source)),
    }
}

/// The address of a SQLite file, in the form that the driver takes; `mode` is `rwc`, `rw` or `ro`.
pub(crate) fn sqlite_address(file: &Path, mode: &str) -> Result<String, StoreError> {
    let wrong = |source| StoreError::Folder { path: file.to_path_buf(), source };
    let file = std::path::absolute(file).map_err(wrong)?;
    let mut address = String::from("sqlite://");
    for byte in file.as_os_str().as_encoded_bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'-' | b'_' | b'.' => {
                address.push(char::from(*byte))
            }
            _ => address.push_str(&format!("%{byte:02X}")),
        }
    }
    Ok(format!("{address}?mode={mode}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_setting_names_a_folder_or_a_server() {
        assert_eq!(Place::read("/var/lib/sluice"), Place::Folder("/var/lib/sluice".into()));
        let server = Place::read("postgres://sluice:secret@db.plant/sluice?sslmode=require");
        assert_eq!(server.to_string(), "postgres://db.plant/sluice");
    }

    #[test]
    fn odd_letters_in_a_path_are_escaped() {
        let address = sqlite_address(Path::new("/tmp/Werk #1?/x.db"), "ro");
        assert_eq!(address.ok().as_deref(), Some("sqlite:///tmp/Werk%20%231%3F/x.db?mode=ro"));
    }
}
