//! Who did what: one line for each change, each chained to the one before it by its hash.
//!
//! An entry holds the SHA-256 over the hash before it and its own words, so that nobody can change, remove or insert
//! one without breaking every hash after it. That the last entries were cut off can only be told by somebody who noted
//! the head; [`Verified::head`] is what to note.

use model::Timestamp;
use sha2::{Digest, Sha256};
use sqlx::Row;
use sqlx::any::AnyRow;

use crate::{SITE, Store, StoreError, Transaction};

/// The hash before the first entry.
pub const BEGINNING: &str = "0000000000000000000000000000000000000000000000000000000000000000";
/// Most bytes of one entry's detail; what is longer is cut, and says so.
pub const DETAIL_BYTES_MAX: usize = 16 * 1024;
/// Entries that one page of the log holds at most.
pub const PAGE_MAX: u32 = 1000;

/// One line of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its number, from 1 without gaps.
    pub number: i64,
    /// When.
    pub at: Timestamp,
    /// Who: the account's name, a token's name, or `sluice` itself.
    pub actor: String,
    /// What was done: the stable name of the action, as in `confirm-asset`.
    pub action: String,
    /// To what, as in `asset 17`.
    pub subject: String,
    /// How, in words.
    pub detail: String,
    /// The hash of the entry before it, 64 hexadecimal digits.
    pub previous: String,
    /// Its own hash.
    pub hash: String,
}

/// What checking the chain found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verified {
    /// Every entry fits.
    Whole {
        /// How many were checked.
        entries: u64,
        /// The last hash: note it somewhere else, and later loss of entries can be told.
        head: String,
    },
    /// The chain is broken here.
    Broken {
        /// Number of the first entry that does not fit.
        number: i64,
        /// What does not fit.
        why: String,
    },
}

/// Adds an entry as part of the change that it tells of. Answers its number.
pub async fn append(
    tx: &mut Transaction,
    at: Timestamp,
    actor: &str,
    action: &str,
    subject: &str,
    detail: &str,
) -> Result<i64, StoreError> {
    let last =
        sqlx::query("SELECT number, hash FROM audit_entry WHERE site_id = $1 ORDER BY number DESC LIMIT 1")
            .bind(SITE)
            .fetch_optional(tx.connection())
            .await?;
    let (number, previous) = match last {
        Some(row) => (row.try_get::<i64, _>(0)? + 1, row.try_get::<String, _>(1)?),
        None => (1, BEGINNING.to_string()),
    };
    let clean = |text: &str| text.replace('\0', "\u{fffd}");
    let mut entry = Entry {
        number,
        at,
        actor: clean(actor),
        action: clean(action),
        subject: clean(subject),
        detail: bounded(&clean(detail)),
        previous,
        hash: String::new(),
    };
    entry.hash = hash(&entry);
    sqlx::query(
        "INSERT INTO audit_entry (site_id, number, at, actor, action, subject, detail, previous, hash) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(SITE)
    .bind(number)
    .bind(at.0)
    .bind(entry.actor)
    .bind(entry.action)
    .bind(entry.subject)
    .bind(entry.detail)
    .bind(entry.previous)
    .bind(entry.hash)
    .execute(tx.connection())
    .await?;
    Ok(number)
}

/// Checks the chain from entry `from` on; 1 checks all of it.
pub async fn verify(store: &Store, from: i64) -> Result<Verified, StoreError> {
    let mut number = from.max(1);
    let mut before = match number {
        1 => BEGINNING.to_string(),
        _ => match page(store, number - 1, 1).await?.pop() {
            Some(entry) if entry.number == number - 1 => entry.hash,
            _ => return Ok(broken(number - 1, "It is not there.")),
        },
    };
    let mut entries = 0;
    loop {
        let read = page(store, number, PAGE_MAX).await?;
        if read.is_empty() {
            return Ok(Verified::Whole { entries, head: before });
        }
        for entry in read {
            if entry.number != number {
                return Ok(broken(number, "It is not there."));
            }
            if entry.previous != before {
                return Ok(broken(number, "It does not follow the entry before it."));
            }
            if entry.hash != hash(&entry) {
                return Ok(broken(number, "Its words are not those that were written."));
            }
            before = entry.hash;
            number += 1;
            entries += 1;
        }
    }
}

/// Entries from number `from` on, oldest first.
pub async fn page(store: &Store, from: i64, count: u32) -> Result<Vec<Entry>, StoreError> {
    let rows = sqlx::query(
        "SELECT number, at, actor, action, subject, detail, previous, hash FROM audit_entry \
         WHERE site_id = $1 AND number >= $2 ORDER BY number LIMIT $3",
    )
    .bind(SITE)
    .bind(from)
    .bind(i64::from(count.min(PAGE_MAX)))
    .fetch_all(store.readers())
    .await?;
    rows.iter().map(entry).collect()
}

/// Entries before number `before` (none: the latest), newest first.
pub async fn latest(store: &Store, before: Option<i64>, count: u32) -> Result<Vec<Entry>, StoreError> {
    let rows = sqlx::query(
        "SELECT number, at, actor, action, subject, detail, previous, hash FROM audit_entry \
         WHERE site_id = $1 AND number < $2 ORDER BY number DESC LIMIT $3",
    )
    .bind(SITE)
    .bind(before.unwrap_or(i64::MAX))
    .bind(i64::from(count.min(PAGE_MAX)))
    .fetch_all(store.readers())
    .await?;
    rows.iter().map(entry).collect()
}

fn broken(number: i64, why: &str) -> Verified {
    Verified::Broken { number, why: why.to_string() }
}

fn entry(row: &AnyRow) -> Result<Entry, StoreError> {
    Ok(Entry {
        number: row.try_get(0)?,
        at: Timestamp(row.try_get(1)?),
        actor: row.try_get(2)?,
        action: row.try_get(3)?,
        subject: row.try_get(4)?,
        detail: row.try_get(5)?,
        previous: row.try_get(6)?,
        hash: row.try_get(7)?,
    })
}

/// The entry as one text: each field with its length before it, so that no two entries read alike.
fn canonical(entry: &Entry) -> String {
    let fields = [
        entry.previous.as_str(),
        &entry.number.to_string(),
        &entry.at.0.to_string(),
        &entry.actor,
        &entry.action,
        &entry.subject,
        &entry.detail,
    ];
    fields.iter().map(|field| format!("{}:{field}\n", field.len())).collect()
}

fn hash(entry: &Entry) -> String {
    Sha256::digest(canonical(entry).as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn bounded(detail: &str) -> String {
    if detail.len() <= DETAIL_BYTES_MAX {
        return detail.to_string();
    }
    let end = detail.floor_char_boundary(DETAIL_BYTES_MAX);
    format!("{}... ({} bytes in all)", detail.get(..end).unwrap_or_default(), detail.len())
}
