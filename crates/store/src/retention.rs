//! What is kept, for how long: hours are rolled up into days, and what is old is forgotten.

use model::Timestamp;

use crate::settings::{self, DAY, HOUR};
use crate::{StoreError, Transaction};

/// Hours of a day.
const HOURS: i64 = DAY / HOUR;
/// The first hour of which counts per hour are kept.
const HOURS_FROM: &str = "hours-from";
/// Every day before this one is rolled up.
const ROLLED_UNTIL: &str = "rolled-until-day";
/// Days that one pass rolls up at most; the next goes on.
const DAYS_AT_ONCE: i64 = 400;

/// How much one pass of tidying took away.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tidied {
    /// Days that were rolled up.
    pub days_rolled_up: i64,
    /// Rows that were forgotten.
    pub forgotten: u64,
}

/// The first hour whose counts are kept per hour; older ones go to their day at once.
pub(crate) async fn first_hour_kept(tx: &mut Transaction) -> Result<i64, StoreError> {
    Ok(settings::mark(tx.connection(), HOURS_FROM).await?.unwrap_or(i64::MIN))
}

/// Counts of this hour and later ones were written: days that are rolled up already are rolled up again.
pub(crate) async fn touched(tx: &mut Transaction, hour: i64) -> Result<(), StoreError> {
    let day = hour.div_euclid(HOURS);
    match settings::mark(tx.connection(), ROLLED_UNTIL).await? {
        Some(until) if until <= day => Ok(()),
        _ => settings::write(tx.connection(), ROLLED_UNTIL, &day.to_string()).await,
    }
}

/// Rolls up the days that are over and forgets what is older than the settings keep. To be called now and then.
///
/// People's entries, open changes, findings that are not resolved and the audit log are never forgotten.
pub async fn tidy(tx: &mut Transaction, now: Timestamp) -> Result<Tidied, StoreError> {
    let settings = settings::read(tx.connection()).await?;
    let today = now.0.div_euclid(DAY);
    let mut tidied = Tidied { days_rolled_up: roll_up(tx, today).await?, forgotten: 0 };
    let from = (today - settings.hours_kept_days) * HOURS;
    let rolled = settings::mark(tx.connection(), ROLLED_UNTIL).await?.unwrap_or(today) * HOURS;
    let from = from.min(rolled);
    // A clock that was set back does not move it back.
    if from > first_hour_kept(tx).await? {
        settings::write(tx.connection(), HOURS_FROM, &from.to_string()).await?;
    }
    let before = |days: i64| now.0.saturating_sub(days.saturating_mul(DAY));
    let history = before(settings.history_kept_days);
    let steps = [
        ("DELETE FROM activity_hour WHERE hour < $1", from),
        ("DELETE FROM activity_day WHERE day < $1", today - settings.days_kept_days),
        ("DELETE FROM report WHERE received_at < $1", before(settings.reports_kept_days)),
        ("DELETE FROM change WHERE state IN ('accepted', 'over') AND last_at < $1", history),
        (
            "DELETE FROM asset_fact WHERE last_at < $1 AND EXISTS (SELECT 1 FROM asset_fact f \
             WHERE f.asset_id = asset_fact.asset_id AND f.attribute = asset_fact.attribute \
             AND f.last_at > asset_fact.last_at)",
            history,
        ),
    ];
    for (statement, bound) in steps {
        tidied.forgotten += run(tx, statement, bound).await?;
    }
    tidied.forgotten += forget_findings(tx, history).await?;
    tidied.forgotten += forget_conversations(tx, before(settings.conversations_kept_days)).await?;
    Ok(tidied)
}

/// Makes the days before `today` from their hours, from the first that is not made. Answers how many.
async fn roll_up(tx: &mut Transaction, today: i64) -> Result<i64, StoreError> {
    let Some(from) = settings::mark(tx.connection(), ROLLED_UNTIL).await? else { return Ok(0) };
    let until = today.min(from + DAYS_AT_ONCE);
    if from >= until {
        return Ok(0);
    }
    let statement = format!(
        "INSERT INTO activity_day (day, conversation_id, operation, packets, bytes, requests, failures) \
         SELECT hour / {HOURS}, conversation_id, operation, CAST(SUM(packets) AS BIGINT), CAST(SUM(bytes) AS BIGINT), \
         CAST(SUM(requests) AS BIGINT), CAST(SUM(failures) AS BIGINT) FROM activity_hour \
         WHERE hour >= $1 AND hour < $2 GROUP BY hour / {HOURS}, conversation_id, operation \
         ON CONFLICT (day, conversation_id, operation) DO UPDATE SET packets = excluded.packets, \
         bytes = excluded.bytes, requests = excluded.requests, failures = excluded.failures"
    );
    sqlx::query(sqlx::AssertSqlSafe(statement))
        .bind(from * HOURS)
        .bind(until * HOURS)
        .execute(tx.connection())
        .await?;
    settings::write(tx.connection(), ROLLED_UNTIL, &until.to_string()).await?;
    Ok(until - from)
}

/// Findings that were resolved long ago, with their steps and links.
async fn forget_findings(tx: &mut Transaction, before: i64) -> Result<u64, StoreError> {
    let old = "IN (SELECT id FROM finding WHERE state = 'resolved' AND state_at < $1 AND last_at < $1)";
    let mut forgotten = 0;
    for table in ["finding_asset", "finding_conversation", "finding_step"] {
        forgotten += run_text(tx, format!("DELETE FROM {table} WHERE finding_id {old}"), before).await?;
    }
    Ok(forgotten + run_text(tx, format!("DELETE FROM finding WHERE id {old}"), before).await?)
}

/// Conversations that were not heard for long, and lead from no finding and no open change.
async fn forget_conversations(tx: &mut Transaction, before: i64) -> Result<u64, StoreError> {
    let old = "IN (SELECT c.id FROM conversation c WHERE c.last_at < $1 \
         AND NOT EXISTS (SELECT 1 FROM finding_conversation f WHERE f.conversation_id = c.id) \
         AND NOT EXISTS (SELECT 1 FROM change x WHERE x.conversation_id = c.id))";
    let mut forgotten = 0;
    for table in [
        "conversation_operation",
        "conversation_trait",
        "conversation_credential",
        "activity_hour",
        "activity_day",
    ] {
        forgotten += run_text(tx, format!("DELETE FROM {table} WHERE conversation_id {old}"), before).await?;
    }
    forgotten += run_text(tx, format!("DELETE FROM conversation WHERE id {old}"), before).await?;
    tx.forget_known();
    Ok(forgotten)
}

async fn run(tx: &mut Transaction, statement: &'static str, bound: i64) -> Result<u64, StoreError> {
    Ok(sqlx::query(statement).bind(bound).execute(tx.connection()).await?.rows_affected())
}

async fn run_text(tx: &mut Transaction, statement: String, bound: i64) -> Result<u64, StoreError> {
    let done = sqlx::query(sqlx::AssertSqlSafe(statement)).bind(bound).execute(tx.connection()).await?;
    Ok(done.rows_affected())
}
