//! What a sensor, an interface or a capture reports: folded into what is already known, once.
//!
//! A report is what was seen since the last one: its counts are added. It should span a few seconds of live traffic;
//! what spans more than an hour, as an uploaded capture can, is counted in the hour of its last frame.

mod assets;
mod conversations;
mod facts;
mod matching;

use model::{Finding, Plant, Timestamp};
use sqlx::Row;

use crate::bulk::count;
use crate::{SITE, Store, StoreError, Transaction, baselines, changes, contradictions, findings, settings};

/// Assets of a site at most; new ones beyond are counted and not stored.
pub const ASSETS_MAX: i64 = 200_000;
/// Conversations of a site at most; new ones beyond are counted and not stored.
pub const CONVERSATIONS_MAX: i64 = 5_000_000;
/// Longest id of a report, in bytes.
pub const REPORT_ID_BYTES_MAX: usize = 200;

/// What was seen since the last report of the same source.
#[derive(Debug, Clone, Copy)]
pub struct Report<'a> {
    /// Its id: the same report a second time changes nothing.
    pub id: &'a str,
    /// The sensor, interface or capture.
    pub source: &'a str,
    /// When it arrived.
    pub received: Timestamp,
    /// What was seen.
    pub plant: &'a Plant,
    /// What the checks say of it.
    pub findings: &'a [Finding],
}

/// What became of a report.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Observed {
    /// True when it was known already: then nothing else is told.
    pub repeated: bool,
    /// The stored number of each asset of the plant, in the order of the plant; none where the bound was reached.
    pub assets: Vec<Option<i64>>,
    /// The stored number of each conversation, in the order of the plant.
    pub conversations: Vec<Option<i64>>,
    /// Assets seen for the first time.
    pub new_assets: u64,
    /// Conversations seen for the first time.
    pub new_conversations: u64,
    /// Changes that were opened, by number.
    pub changes: Vec<i64>,
    /// Findings that are new or came back, by number.
    pub findings: Vec<i64>,
    /// What was not stored because a bound was reached: assets, conversations, operations, changes, findings.
    pub dropped: u64,
}

/// What one report shares among its steps.
pub(crate) struct Context {
    pub moment: baselines::Moment,
    pub first: Timestamp,
    pub last: Timestamp,
    pub raised: Vec<changes::Raised>,
    /// Assets of which something is inferred otherwise than before.
    pub redrawn: Vec<i64>,
    pub observed: Observed,
}

/// Folds a report into what is known, as part of a change.
pub async fn observe(tx: &mut Transaction, report: &Report<'_>) -> Result<Observed, StoreError> {
    if report.id.is_empty() || report.id.len() > REPORT_ID_BYTES_MAX {
        return Err(StoreError::Refused(format!("The id of a report has 1 to {REPORT_ID_BYTES_MAX} bytes.")));
    }
    let (first, last) = span(report);
    if !note(tx, report, first, last).await? {
        return Ok(Observed { repeated: true, ..Observed::default() });
    }
    let settings = settings::read(tx.connection()).await?;
    let moment = baselines::moment(tx.connection(), &settings, first, last).await?;
    let mut context = Context {
        moment,
        first,
        last,
        raised: Vec::new(),
        redrawn: Vec::new(),
        observed: Observed::default(),
    };
    assets::store(tx, report.plant, &mut context).await?;
    conversations::store(tx, report.plant, &mut context).await?;
    let raised = std::mem::take(&mut context.raised);
    let (opened, dropped) = changes::raise(tx, &context.moment, raised).await?;
    let mut observed = context.observed;
    observed.changes = opened;
    observed.dropped += dropped;
    findings::tell(tx, report, last, &mut observed).await?;
    observed.findings.extend(contradictions::look(tx, &context.redrawn, last).await?);
    Ok(observed)
}

/// True when this report was already stored.
pub async fn is_known(store: &Store, id: &str) -> Result<bool, StoreError> {
    let row = sqlx::query("SELECT COUNT(*) FROM report WHERE site_id = $1 AND id = $2")
        .bind(SITE)
        .bind(id.to_string())
        .fetch_one(store.readers())
        .await?;
    Ok(row.try_get::<i64, _>(0)? > 0)
}

/// From the first to the last thing seen; when it arrived, where nothing was.
fn span(report: &Report<'_>) -> (Timestamp, Timestamp) {
    let plant = report.plant;
    let talks = plant.conversations.iter().map(|talk| (talk.first, talk.last));
    let spans = talks.chain(plant.assets.iter().map(|asset| (asset.first, asset.last)));
    spans
        .reduce(|one, other| (one.0.min(other.0), one.1.max(other.1)))
        .unwrap_or((report.received, report.received))
}

/// Notes the report; false when it was noted before.
async fn note(
    tx: &mut Transaction,
    report: &Report<'_>,
    first: Timestamp,
    last: Timestamp,
) -> Result<bool, StoreError> {
    let done = sqlx::query(
        "INSERT INTO report (site_id, id, source, received_at, first_at, last_at, assets, conversations) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING",
    )
    .bind(SITE)
    .bind(report.id.to_string())
    .bind(report.source.to_string())
    .bind(report.received.0)
    .bind(first.0)
    .bind(last.0)
    .bind(count(report.plant.assets.len() as u64))
    .bind(count(report.plant.conversations.len() as u64))
    .execute(tx.connection())
    .await?;
    Ok(done.rows_affected() == 1)
}
