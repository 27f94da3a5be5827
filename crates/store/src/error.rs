//! What can go wrong with the database: what happened, to what, and what to do about it.

use std::path::PathBuf;

/// Why the store could not do what was asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// Another Sluice works on the same data.
    #[error(
        "{place} is in use by another Sluice. Stop that one first, or give this one a data folder of its own."
    )]
    InUse {
        /// The folder or database.
        place: String,
    },
    /// The data were written by a newer program.
    #[error(
        "{place} was written by a newer Sluice (version {found} of its tables, this program knows up to {known}). \
         Start the newer program, or restore a backup that was made before the upgrade."
    )]
    Newer {
        /// The folder or database.
        place: String,
        /// Number of its last migration.
        found: i64,
        /// Last migration that this program knows.
        known: i64,
    },
    /// A migration failed; nothing of it stays.
    #[error(
        "Migration {number} of {place} failed and was undone: {source}. The data are as they were before."
    )]
    Migration {
        /// The folder or database.
        place: String,
        /// Its number.
        number: i64,
        /// What the database said.
        source: Box<StoreError>,
    },
    /// A folder or file cannot be used.
    #[error("{}: {source}. Check that it exists and that Sluice may write there.", path.display())]
    Folder {
        /// Which one.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The address of the database cannot be read.
    #[error(
        "The database address cannot be used: {reason}. It reads like postgres://user:password@host/database."
    )]
    Address {
        /// Why.
        reason: String,
    },
    /// The database server does not answer, or does not let us in.
    #[error("The database cannot be reached: {source}. Check that it runs, its address, user and password.")]
    Unreachable {
        /// What was tried.
        source: sqlx::Error,
    },
    /// The disk is full.
    #[error(
        "The disk of the database is full; nothing was stored. Free some space or shorten what is kept under \
         settings. Sluice goes on by itself as soon as there is room."
    )]
    DiskFull {
        /// What the database said.
        source: sqlx::Error,
    },
    /// The database can only be read.
    #[error(
        "The database can only be read; nothing was stored. Check the rights of the folder and how its disk is mounted."
    )]
    ReadOnly {
        /// What the database said.
        source: sqlx::Error,
    },
    /// Somebody else holds the database.
    #[error(
        "The database was locked for too long by another program; nothing was stored. It can be tried again."
    )]
    Busy {
        /// What the database said.
        source: sqlx::Error,
    },
    /// The file is no database, or damaged.
    #[error("The database is damaged or is none: {source}. Restore the last backup with `sluice restore`.")]
    Damaged {
        /// What the database said.
        source: sqlx::Error,
    },
    /// What was asked for is not there.
    #[error("There is no {what} {id}.")]
    NotFound {
        /// What kind of thing.
        what: &'static str,
        /// Its number or name.
        id: String,
    },
    /// What was asked for is not possible in this state, or breaks a rule.
    #[error("{0}")]
    Refused(String),
    /// Stored text that this program cannot read.
    #[error("The database holds {what} \"{text}\", which this program cannot read. Was it changed by hand?")]
    Unreadable {
        /// What it should be.
        what: &'static str,
        /// What it is.
        text: String,
    },
    /// Anything else that the database says.
    #[error("The database refused: {source}")]
    Database {
        /// What it said.
        source: sqlx::Error,
    },
}

impl StoreError {
    /// True when the same may work later without anybody doing anything but waiting or freeing space.
    pub fn may_pass(&self) -> bool {
        matches!(
            self,
            StoreError::Busy { .. }
                | StoreError::DiskFull { .. }
                | StoreError::ReadOnly { .. }
                | StoreError::Unreachable { .. }
        )
    }

    /// True when a rule that rows must be unique was broken, as by a name that is taken.
    pub fn is_duplicate(&self) -> bool {
        matches!(self, StoreError::Database { source: sqlx::Error::Database(error) } if error.is_unique_violation())
    }
}

/// The lower eight bits of SQLite's result code are its kind (SQLite, "Result and Error Codes").
const SQLITE_KIND: u32 = 0xff;

impl From<sqlx::Error> for StoreError {
    fn from(source: sqlx::Error) -> StoreError {
        let code = source.as_database_error().and_then(|error| error.code()).unwrap_or_default().into_owned();
        match &source {
            sqlx::Error::PoolTimedOut => StoreError::Busy { source },
            sqlx::Error::Io(_) | sqlx::Error::Tls(_) => StoreError::Unreachable { source },
            sqlx::Error::Configuration(error) => StoreError::Address { reason: error.to_string() },
            sqlx::Error::Database(_) if code.len() == 5 && !code.starts_with("0000") => {
                of_postgres(&code, source)
            }
            sqlx::Error::Database(_) => of_sqlite(code.parse().unwrap_or(0), source),
            _ => StoreError::Database { source },
        }
    }
}

/// By the code of SQLite.
fn of_sqlite(code: u32, source: sqlx::Error) -> StoreError {
    match code & SQLITE_KIND {
        5 | 6 => StoreError::Busy { source },
        8 => StoreError::ReadOnly { source },
        10 | 13 => StoreError::DiskFull { source },
        11 | 26 => StoreError::Damaged { source },
        14 => StoreError::ReadOnly { source },
        _ => StoreError::Database { source },
    }
}

/// By the SQLSTATE of PostgreSQL (its manual, appendix A).
fn of_postgres(code: &str, source: sqlx::Error) -> StoreError {
    match code {
        "53100" => StoreError::DiskFull { source },
        "25006" => StoreError::ReadOnly { source },
        "55P03" | "57014" => StoreError::Busy { source },
        "3D000" | "28P01" | "28000" | "53300" => StoreError::Unreachable { source },
        _ if code.starts_with("08") || code.starts_with("57P") => StoreError::Unreachable { source },
        _ if code.starts_with("XX") => StoreError::Damaged { source },
        _ => StoreError::Database { source },
    }
}
