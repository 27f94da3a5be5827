//! The inbox of changes, and those that were decided.

use model::{ChangeKind, ChangeState, Timestamp};
use sqlx::Row;
use sqlx::any::AnyRow;

use super::paging::{Filter, Sort};
use super::{Count, Cursor, Page};
use crate::changes::{COLUMNS, Change, read};
use crate::{Store, StoreError};

/// Which changes. Everything that is named must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ChangeFilter {
    /// In this state.
    pub state: Option<ChangeState>,
    /// Of this kind.
    pub kind: Option<ChangeKind>,
    /// Of this asset.
    pub asset: Option<i64>,
    /// In this conversation.
    pub conversation: Option<i64>,
    /// Happened during an incident, or not.
    pub incident: Option<bool>,
    /// Seen last since.
    pub since: Option<Timestamp>,
}

/// A change in a list, with what its asset is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeRow {
    /// The change.
    pub change: Change,
    /// What its asset is called; empty without one.
    pub label: String,
}

/// One page, latest first.
pub async fn list(
    store: &Store,
    filter: &ChangeFilter,
    after: Option<&Cursor>,
    rows: u32,
) -> Result<Page<ChangeRow>, StoreError> {
    let select = format!(
        "SELECT id, last_at, {COLUMNS}, \
         COALESCE((SELECT label FROM asset a WHERE a.id = change.asset_id), '') FROM change"
    );
    let sort = Sort { column: "last_at", id: "id", is_number: true, descending: true };
    condition(filter).page(store, &select, sort, after, rows, row).await
}

/// How many there are.
pub async fn count(store: &Store, filter: &ChangeFilter) -> Result<Count, StoreError> {
    condition(filter).count(store, "change").await
}

/// How many open changes there are of each kind.
pub async fn open_by_kind(store: &Store) -> Result<Vec<(ChangeKind, i64)>, StoreError> {
    let rows = sqlx::query(
        "SELECT kind, COUNT(*) FROM change WHERE site_id = 1 AND state = 'open' GROUP BY kind ORDER BY kind",
    )
    .fetch_all(store.readers())
    .await?;
    let of = |row: &AnyRow| {
        let kind: String = row.try_get(0)?;
        let kind =
            kind.parse().map_err(|()| StoreError::Unreadable { what: "the kind of change", text: kind })?;
        Ok((kind, row.try_get(1)?))
    };
    rows.iter().map(of).collect()
}

fn condition(filter: &ChangeFilter) -> Filter {
    let mut all = Filter::new("site_id = 1");
    if let Some(state) = filter.state {
        all.and("state = ?", [state.as_str().into()]);
    }
    if let Some(kind) = filter.kind {
        all.and("kind = ?", [kind.as_str().into()]);
    }
    if let Some(asset) = filter.asset {
        all.and("asset_id = ?", [asset.into()]);
    }
    if let Some(conversation) = filter.conversation {
        all.and("conversation_id = ?", [conversation.into()]);
    }
    if let Some(incident) = filter.incident {
        all.and("incident = ?", [incident.into()]);
    }
    if let Some(since) = filter.since {
        all.and("last_at >= ?", [since.0.into()]);
    }
    all
}

fn row(row: &AnyRow) -> Result<ChangeRow, StoreError> {
    Ok(ChangeRow { change: read(row, 2)?, label: row.try_get(20)? })
}
