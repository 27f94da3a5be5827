//! The state of the plant in a few numbers, each of which leads to a list.

use model::{ChangeKind, Level, Severity, Timestamp};
use sqlx::Row;

use super::{assets, changes, findings};
use crate::baselines::{self, Learning};
use crate::{Engine, Store, StoreError};

/// The state of the plant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Overview {
    /// Assets on each level; none for those without one.
    pub levels: Vec<(Option<Level>, i64)>,
    /// Assets whose level nobody confirmed.
    pub unconfirmed: i64,
    /// Assets that are silent for longer than the setting.
    pub quiet: i64,
    /// Conversations.
    pub conversations: i64,
    /// Open changes of each kind.
    pub changes: Vec<(ChangeKind, i64)>,
    /// Open findings of each severity, worst first.
    pub findings: Vec<(Severity, i64)>,
    /// How far each baseline has learned.
    pub learning: Vec<Learning>,
    /// When something was reported last, and up to when it tells.
    pub last_report: Option<(Timestamp, Timestamp)>,
}

/// The state of the plant.
pub async fn overview(store: &Store) -> Result<Overview, StoreError> {
    let levels = assets::groups(store, "level").await?;
    let mut levels: Vec<(Option<Level>, i64)> =
        levels.into_iter().map(|(level, count)| (level.parse().ok(), count)).collect();
    levels.sort();
    let numbers = sqlx::query(
        "SELECT (SELECT COUNT(*) FROM asset WHERE site_id = 1 AND level_confirmed IS NULL), \
         (SELECT COUNT(*) FROM asset WHERE site_id = 1 AND quiet_at IS NOT NULL), \
         (SELECT COUNT(*) FROM conversation WHERE site_id = 1)",
    )
    .fetch_one(store.readers())
    .await?;
    let last = sqlx::query(
        "SELECT received_at, last_at FROM report WHERE site_id = 1 ORDER BY received_at DESC, id DESC LIMIT 1",
    )
    .fetch_optional(store.readers())
    .await?;
    let last_report = match last {
        Some(row) => Some((Timestamp(row.try_get(0)?), Timestamp(row.try_get(1)?))),
        None => None,
    };
    Ok(Overview {
        levels,
        unconfirmed: numbers.try_get(0)?,
        quiet: numbers.try_get(1)?,
        conversations: numbers.try_get(2)?,
        changes: changes::open_by_kind(store).await?,
        findings: findings::open_by_severity(store).await?,
        learning: baselines::learning(store).await?,
        last_report,
    })
}

/// Bytes that the database takes on its disk.
pub async fn size_bytes(store: &Store) -> Result<i64, StoreError> {
    let statement = match store.engine() {
        Engine::Sqlite => "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()",
        Engine::Postgres => "SELECT pg_database_size(current_database())",
    };
    let row = sqlx::query(statement).fetch_one(store.readers()).await?;
    Ok(row.try_get(0)?)
}
