//! What people say of assets. A word of a person stands beside what is inferred, is never overwritten by it, and every
//! word before it stays on record with who said it.

use std::collections::BTreeSet;
use std::str::FromStr;

use model::{Criticality, Level, Role, Timestamp, Word};
use sqlx::Row;
use sqlx::any::AnyRow;

use crate::bulk::Rows;
use crate::{SITE, Store, StoreError, Transaction, contradictions};

/// Assets that one word may be said of at once.
pub const ASSETS_AT_ONCE_MAX: usize = 10_000;
/// Longest note or way of recovery, in bytes.
pub const LONG_BYTES_MAX: usize = 8_000;
/// Longest name of a zone or owner, in bytes.
pub const SHORT_BYTES_MAX: usize = 200;
/// Assets that one asset may need.
pub const DEPENDENCIES_MAX: i64 = 200;
/// Words of an asset that are shown at most: the latest.
const WORDS_SHOWN_MAX: i64 = 500;

/// What is said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Said {
    /// This value; the empty one takes a word back.
    Value(String),
    /// What is inferred of each asset is right. Only of level, role and zone; an asset of which nothing is inferred is
    /// left as it is.
    AsInferred,
}

/// One word that a person said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spoken {
    /// About what.
    pub word: Word,
    /// The value; empty where a word was taken back.
    pub value: String,
    /// Who.
    pub actor: String,
    /// When.
    pub at: Timestamp,
}

/// Says a word of assets. Answers those of which it was not said before. Contradictions with what is inferred become
/// findings.
pub async fn say(
    tx: &mut Transaction,
    assets: &[i64],
    word: Word,
    said: &Said,
    actor: &str,
    now: Timestamp,
) -> Result<Vec<i64>, StoreError> {
    let assets: BTreeSet<i64> = assets.iter().copied().collect();
    if assets.len() > ASSETS_AT_ONCE_MAX {
        return Err(StoreError::Refused(format!("At most {ASSETS_AT_ONCE_MAX} assets at once.")));
    }
    if let Said::Value(value) = said {
        check(word, value.trim())?;
    }
    let mut rows = Rows::new(1);
    assets.iter().for_each(|id| rows.push([(*id).into()]));
    let select = format!(
        ") SELECT id, {}, {} FROM v JOIN asset ON id = v.number AND site_id = {SITE}",
        column(word),
        inferred(word).unwrap_or("NULL")
    );
    let found = rows.fetch(tx.connection(), "WITH v(number) AS (", &select).await?;
    let mut known = BTreeSet::new();
    let (mut values, mut history, mut changed) = (Rows::new(2), Rows::new(5), Vec::new());
    for row in found {
        let (id, before): (i64, Option<String>) = (row.try_get(0)?, row.try_get(1)?);
        known.insert(id);
        let value = match said {
            Said::Value(value) => Some(value.trim().to_string()),
            Said::AsInferred => row.try_get::<Option<String>, _>(2)?,
        };
        let Some(value) = value.filter(|value| *value != before.clone().unwrap_or_default()) else {
            continue;
        };
        values.push([id.into(), Some(value.clone()).filter(|value| !value.is_empty()).into()]);
        history.push([id.into(), word.as_str().into(), value.into(), actor.to_string().into(), now.0.into()]);
        changed.push(id);
    }
    if let Some(missing) = assets.difference(&known).next() {
        return Err(StoreError::NotFound { what: "asset", id: missing.to_string() });
    }
    let update = format!(") UPDATE asset SET {} = v.b FROM v WHERE asset.id = v.a", column(word));
    values.run(tx.connection(), "WITH v(a, b) AS (", &update).await?;
    history.run(tx.connection(), "INSERT INTO asset_word (asset_id, word, value, actor, at)", "").await?;
    contradictions::look(tx, &changed, now).await?;
    Ok(changed)
}

/// Says that one asset needs another to do its work.
pub async fn depend(
    tx: &mut Transaction,
    asset: i64,
    needs: i64,
    note: &str,
    actor: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    if asset == needs {
        return Err(StoreError::Refused("An asset always needs itself; name another.".to_string()));
    }
    if note.len() > SHORT_BYTES_MAX {
        return Err(too_long(SHORT_BYTES_MAX));
    }
    for id in [asset, needs] {
        exists(tx, id).await?;
    }
    let count = sqlx::query("SELECT COUNT(*) FROM asset_dependency WHERE asset_id = $1")
        .bind(asset)
        .fetch_one(tx.connection())
        .await?;
    if count.try_get::<i64, _>(0)? >= DEPENDENCIES_MAX {
        return Err(StoreError::Refused(format!("An asset may need at most {DEPENDENCIES_MAX} others.")));
    }
    sqlx::query(
        "INSERT INTO asset_dependency (asset_id, needs_asset_id, note, actor, at) VALUES ($1, $2, $3, $4, $5) \
         ON CONFLICT (asset_id, needs_asset_id) DO UPDATE SET note = excluded.note, actor = excluded.actor, \
         at = excluded.at",
    )
    .bind(asset)
    .bind(needs)
    .bind(note.to_string())
    .bind(actor.to_string())
    .bind(now.0)
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// Takes back that one asset needs another.
pub async fn depend_no_more(tx: &mut Transaction, asset: i64, needs: i64) -> Result<(), StoreError> {
    let done = sqlx::query("DELETE FROM asset_dependency WHERE asset_id = $1 AND needs_asset_id = $2")
        .bind(asset)
        .bind(needs)
        .execute(tx.connection())
        .await?;
    match done.rows_affected() {
        0 => {
            Err(StoreError::NotFound { what: "dependency", id: format!("of asset {asset} on asset {needs}") })
        }
        _ => Ok(()),
    }
}

/// What people said of an asset, newest first.
pub async fn spoken(store: &Store, asset: i64) -> Result<Vec<Spoken>, StoreError> {
    let rows = sqlx::query(
        "SELECT word, value, actor, at FROM asset_word WHERE asset_id = $1 ORDER BY id DESC LIMIT $2",
    )
    .bind(asset)
    .bind(WORDS_SHOWN_MAX)
    .fetch_all(store.readers())
    .await?;
    let spoken = |row: &AnyRow| {
        let word: String = row.try_get(0)?;
        Ok(Spoken {
            word: word.parse().map_err(|()| StoreError::Unreadable { what: "the word", text: word })?,
            value: row.try_get(1)?,
            actor: row.try_get(2)?,
            at: Timestamp(row.try_get(3)?),
        })
    };
    rows.iter().map(spoken).collect()
}

async fn exists(tx: &mut Transaction, asset: i64) -> Result<(), StoreError> {
    let row = sqlx::query("SELECT COUNT(*) FROM asset WHERE id = $1 AND site_id = $2")
        .bind(asset)
        .bind(SITE)
        .fetch_one(tx.connection())
        .await?;
    match row.try_get::<i64, _>(0)? {
        0 => Err(StoreError::NotFound { what: "asset", id: asset.to_string() }),
        _ => Ok(()),
    }
}

/// The column that holds the word.
fn column(word: Word) -> &'static str {
    match word {
        Word::Level => "level_confirmed",
        Word::Role => "role_confirmed",
        Word::Zone => "zone_confirmed",
        Word::Criticality => "criticality",
        Word::Owner => "owner",
        Word::Note => "note",
        Word::Recovery => "recovery",
    }
}

/// The column of what is inferred.
fn inferred(word: Word) -> Option<&'static str> {
    match word {
        Word::Level => Some("level_inferred"),
        Word::Role => Some("role_inferred"),
        Word::Zone => Some("zone_inferred"),
        Word::Criticality | Word::Owner | Word::Note | Word::Recovery => None,
    }
}

fn check(word: Word, value: &str) -> Result<(), StoreError> {
    let is_known = match word {
        Word::Level => Level::from_str(value).is_ok(),
        Word::Role => Role::from_str(value).is_ok(),
        Word::Criticality => Criticality::from_str(value).is_ok(),
        Word::Zone | Word::Owner | Word::Note | Word::Recovery => true,
    };
    let longest = match word {
        Word::Note | Word::Recovery => LONG_BYTES_MAX,
        Word::Level | Word::Role | Word::Zone | Word::Criticality | Word::Owner => SHORT_BYTES_MAX,
    };
    if value.len() > longest {
        return Err(too_long(longest));
    }
    if value.contains('\0') || !(is_known || value.is_empty()) {
        return Err(StoreError::Refused(format!("\"{}\" is no {word}.", model::printable(value))));
    }
    Ok(())
}

fn too_long(longest: usize) -> StoreError {
    StoreError::Refused(format!("The text is too long; at most {longest} bytes."))
}
