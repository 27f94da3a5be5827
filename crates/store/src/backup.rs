//! A copy of the data while the server runs, and whether a copy is whole.

use std::path::Path;

use sqlx::{AnyConnection, Connection, Row};

use crate::migrations::{MIGRATIONS, version};
use crate::place::{self, DATABASE};
use crate::{Place, StoreError};

/// What a good copy holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Checked {
    /// Number of its last migration.
    pub version: i64,
    /// Entries of its audit log.
    pub audit_entries: i64,
}

/// Copies the data of a folder into a new file, as they are at one moment; a server may be running. The copy is
/// checked before it is called good.
pub async fn backup(place: &Place, file: &Path) -> Result<Checked, StoreError> {
    let Place::Folder(folder) = place else {
        return Err(StoreError::Refused(
            "The data are on a PostgreSQL server. Back them up with its own tool, as in `pg_dump --format=custom`."
                .to_string(),
        ));
    };
    if file.exists() {
        return Err(StoreError::Refused(format!("{} exists already. Name another file.", file.display())));
    }
    let Some(target) = file.to_str() else {
        return Err(StoreError::Refused(format!("{} is not written in UTF-8.", file.display())));
    };
    let mut connection = open(&folder.join(DATABASE), "rw").await?;
    sqlx::query("VACUUM INTO $1").bind(target.to_string()).execute(&mut connection).await?;
    connection.close().await?;
    check(file).await
}

/// Whether a file is a copy that can be restored by this program.
pub async fn check(file: &Path) -> Result<Checked, StoreError> {
    let mut connection = open(file, "ro").await?;
    let row = sqlx::query("PRAGMA integrity_check(1)").fetch_one(&mut connection).await?;
    let said: String = row.try_get(0)?;
    if said != "ok" {
        return Err(StoreError::Refused(format!(
            "{} is damaged: {said}. Take another copy.",
            file.display()
        )));
    }
    let found = version(&mut connection).await?;
    let known = MIGRATIONS.last().map_or(0, |migration| migration.number);
    if found > known {
        return Err(StoreError::Newer { place: file.display().to_string(), found, known });
    }
    let row = sqlx::query("SELECT COUNT(*) FROM audit_entry").fetch_one(&mut connection).await?;
    Ok(Checked { version: found, audit_entries: row.try_get(0)? })
}

async fn open(file: &Path, mode: &str) -> Result<AnyConnection, StoreError> {
    sqlx::any::install_default_drivers();
    Ok(AnyConnection::connect(&place::sqlite_address(file, mode)?).await?)
}
