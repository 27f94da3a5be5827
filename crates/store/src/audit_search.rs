//! Looking for entries of the audit log: by who, what and to what.

use model::Timestamp;
use sqlx::Row;

use crate::audit::{Entry, PAGE_MAX};
use crate::{SITE, Store, StoreError};

/// What is looked for; an empty text stands for everything.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Search {
    /// Who, whole.
    pub actor: String,
    /// The name of the action, whole.
    pub action: String,
    /// A part of what it was done to, or of its detail; capital letters do not matter.
    pub words: String,
    /// Only entries before this number; none stands for the latest.
    pub before: Option<i64>,
}

/// The entries that fit, newest first.
pub async fn find(store: &Store, search: &Search, count: u32) -> Result<Vec<Entry>, StoreError> {
    let rows = sqlx::query(
        "SELECT number, at, actor, action, subject, detail, previous, hash FROM audit_entry \
         WHERE site_id = $1 AND number < $2 AND ($3 = '' OR actor = $3) AND ($4 = '' OR action = $4) \
         AND ($5 = '' OR LOWER(subject) LIKE $5 ESCAPE '!' OR LOWER(detail) LIKE $5 ESCAPE '!') \
         ORDER BY number DESC LIMIT $6",
    )
    .bind(SITE)
    .bind(search.before.unwrap_or(i64::MAX))
    .bind(search.actor.as_str())
    .bind(search.action.as_str())
    .bind(pattern(&search.words))
    .bind(i64::from(count.min(PAGE_MAX)))
    .fetch_all(store.readers())
    .await?;
    rows.iter()
        .map(|row| {
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
        })
        .collect()
}

/// Every action that the log tells of, in order.
pub async fn actions(store: &Store) -> Result<Vec<String>, StoreError> {
    let rows =
        sqlx::query("SELECT DISTINCT action FROM audit_entry WHERE site_id = $1 ORDER BY action LIMIT 200")
            .bind(SITE)
            .fetch_all(store.readers())
            .await?;
    rows.iter().map(|row| Ok(row.try_get(0)?)).collect()
}

/// A pattern for `LIKE` that takes every letter as itself.
fn pattern(words: &str) -> String {
    if words.is_empty() {
        return String::new();
    }
    let mut pattern = String::from("%");
    for letter in words.to_lowercase().replace('\0', "").chars() {
        if matches!(letter, '%' | '_' | '!') {
            pattern.push('!');
        }
        pattern.push(letter);
    }
    pattern.push('%');
    pattern
}

#[cfg(test)]
mod tests {
    use super::pattern;

    #[test]
    fn signs_of_patterns_are_letters() {
        assert_eq!(pattern("50%_a!"), "%50!%!_a!!%");
        assert_eq!(pattern(""), "");
    }
}
