//! Findings: the list, and where one leads.

use model::{FindingState, Severity, Timestamp};
use sqlx::Row;
use sqlx::any::AnyRow;

use super::paging::{Filter, Sort, bound, pattern};
use super::{Count, Cursor, Page};
use crate::findings::{COLUMNS, StoredFinding, read};
use crate::{Store, StoreError};

/// Assets or conversations of one finding that are told at most.
const LINKS_SHOWN_MAX: i64 = 2_000;

/// Which findings. Everything that is named must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FindingFilter {
    /// Words of its title, in either language.
    pub words: String,
    /// In this state.
    pub state: Option<FindingState>,
    /// Not resolved and not accepted, or the contrary.
    pub is_open: Option<bool>,
    /// This bad.
    pub severity: Option<Severity>,
    /// By this check.
    pub check: Option<String>,
    /// About this asset.
    pub asset: Option<i64>,
    /// Leading to this conversation.
    pub conversation: Option<i64>,
    /// Seen last since.
    pub since: Option<Timestamp>,
}

/// By what findings are sorted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum FindingSort {
    /// How bad.
    #[default]
    Severity,
    /// When it was seen last.
    Last,
}

/// One page.
pub async fn list(
    store: &Store,
    filter: &FindingFilter,
    sort: FindingSort,
    descending: bool,
    after: Option<&Cursor>,
    rows: u32,
) -> Result<Page<StoredFinding>, StoreError> {
    let column = match sort {
        FindingSort::Severity => "severity_rank",
        FindingSort::Last => "last_at",
    };
    let select = format!("SELECT id, {column}, {COLUMNS} FROM finding");
    let sort = Sort { column, id: "id", is_number: true, descending };
    condition(filter).page(store, &select, sort, after, rows, |row| read(row, 2)).await
}

/// How many there are.
pub async fn count(store: &Store, filter: &FindingFilter) -> Result<Count, StoreError> {
    condition(filter).count(store, "finding").await
}

/// How many open findings there are of each severity, worst first.
pub async fn open_by_severity(store: &Store) -> Result<Vec<(Severity, i64)>, StoreError> {
    let rows = sqlx::query(
        "SELECT severity, COUNT(*) FROM finding WHERE site_id = 1 AND state IN ('new', 'seen', 'reopened') \
         GROUP BY severity, severity_rank ORDER BY severity_rank DESC",
    )
    .fetch_all(store.readers())
    .await?;
    let of = |row: &AnyRow| {
        let text: String = row.try_get(0)?;
        let severity = text.parse().map_err(|()| StoreError::Unreadable { what: "the severity", text })?;
        Ok((severity, row.try_get(1)?))
    };
    rows.iter().map(of).collect()
}

/// The assets a finding is about, with what they are called.
pub async fn assets(store: &Store, id: i64) -> Result<Vec<(i64, String)>, StoreError> {
    let rows = sqlx::query(
        "SELECT a.id, a.label FROM finding_asset f JOIN asset a ON a.id = f.asset_id WHERE f.finding_id = $1 \
         ORDER BY a.id LIMIT $2",
    )
    .bind(id)
    .bind(LINKS_SHOWN_MAX)
    .fetch_all(store.readers())
    .await?;
    rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?))).collect()
}

/// The conversations that led to a finding.
pub async fn conversations(store: &Store, id: i64) -> Result<Vec<i64>, StoreError> {
    let statement = format!(
        "SELECT conversation_id FROM finding_conversation WHERE finding_id = $1 ORDER BY 1 LIMIT {LINKS_SHOWN_MAX}"
    );
    let rows = bound(statement, &[id.into()]).fetch_all(store.readers()).await?;
    rows.iter().map(|row| Ok(row.try_get(0)?)).collect()
}

fn condition(filter: &FindingFilter) -> Filter {
    let mut all = Filter::new("site_id = 1");
    if !filter.words.trim().is_empty() {
        let words = pattern(&filter.words);
        all.and(
            "(LOWER(title) LIKE ? ESCAPE '\\' OR LOWER(title_german) LIKE ? ESCAPE '\\')",
            [words.clone().into(), words.into()],
        );
    }
    if let Some(state) = filter.state {
        all.and("state = ?", [state.as_str().into()]);
    }
    if let Some(is_open) = filter.is_open {
        let open = if is_open {
            "state IN ('new', 'seen', 'reopened')"
        } else {
            "state IN ('accepted', 'resolved')"
        };
        all.and(open, []);
    }
    if let Some(severity) = filter.severity {
        all.and("severity = ?", [severity.as_str().into()]);
    }
    if let Some(check) = &filter.check {
        all.and("check_id = ?", [check.replace('\0', "").into()]);
    }
    if let Some(asset) = filter.asset {
        all.and("id IN (SELECT f.finding_id FROM finding_asset f WHERE f.asset_id = ?)", [asset.into()]);
    }
    if let Some(conversation) = filter.conversation {
        let leads = "id IN (SELECT f.finding_id FROM finding_conversation f WHERE f.conversation_id = ?)";
        all.and(leads, [conversation.into()]);
    }
    if let Some(since) = filter.since {
        all.and("last_at >= ?", [since.0.into()]);
    }
    all
}
