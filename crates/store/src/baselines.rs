//! What time of the plant it is: weekday, weekend, shutdown, maintenance; whether it is still learning; and incidents,
//! from which nothing is ever learned.

use model::{Baseline, Timestamp, WindowKind};
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row};

use crate::settings::{DAY, Settings};
use crate::{SITE, Store, StoreError, Transaction};

/// Windows that a site may have open or ahead at once.
pub const WINDOWS_MAX: i64 = 1000;

/// A time that a person named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Window {
    /// Its number.
    pub id: i64,
    /// What kind of time.
    pub kind: WindowKind,
    /// From when.
    pub from: Timestamp,
    /// Until when.
    pub until: Timestamp,
    /// Why.
    pub reason: String,
    /// Who named it.
    pub actor: String,
}

/// How far a baseline has learned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Learning {
    /// Which baseline.
    pub baseline: Baseline,
    /// Its first report.
    pub from: Timestamp,
    /// Until when it learns.
    pub until: Timestamp,
}

/// What time of the plant it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// The baseline that holds.
    pub baseline: Baseline,
    /// True as long as it learns: what is new belongs to it.
    pub learning: bool,
    /// True inside an incident: nothing is learned.
    pub incident: bool,
}

/// The time of the plant between two times. A baseline that is met for the first time begins to learn.
pub(crate) async fn moment(
    connection: &mut AnyConnection,
    settings: &Settings,
    first: Timestamp,
    last: Timestamp,
) -> Result<Moment, StoreError> {
    let rows =
        sqlx::query("SELECT kind FROM time_window WHERE site_id = $1 AND until_at >= $2 AND from_at <= $3")
            .bind(SITE)
            .bind(first.0)
            .bind(last.0)
            .fetch_all(&mut *connection)
            .await?;
    let mut kinds = Vec::new();
    for row in rows {
        kinds.push(window_kind(row.try_get(0)?)?);
    }
    let baseline = if kinds.contains(&WindowKind::Shutdown) {
        Baseline::Shutdown
    } else if kinds.contains(&WindowKind::Maintenance) {
        Baseline::Maintenance
    } else {
        by_calendar(settings, last)
    };
    let incident = kinds.contains(&WindowKind::Incident);
    let learning = !incident && learns(connection, settings, baseline, last).await?;
    Ok(Moment { baseline, learning, incident })
}

/// Names a time. An incident may lie in the past: what was learned in it alone is unlearned, unless a person took it
/// in since.
pub async fn open_window(
    tx: &mut Transaction,
    kind: WindowKind,
    from: Timestamp,
    until: Timestamp,
    actor: &str,
    reason: &str,
    now: Timestamp,
) -> Result<i64, StoreError> {
    if from >= until {
        return Err(StoreError::Refused("The window ends before it begins.".to_string()));
    }
    let row = sqlx::query("SELECT COUNT(*) FROM time_window WHERE site_id = $1 AND until_at >= $2")
        .bind(SITE)
        .bind(now.0)
        .fetch_one(tx.connection())
        .await?;
    if row.try_get::<i64, _>(0)? >= WINDOWS_MAX {
        return Err(StoreError::Refused(format!("There are already {WINDOWS_MAX} windows. End some first.")));
    }
    let row = sqlx::query(
        "INSERT INTO time_window (site_id, kind, from_at, until_at, reason, actor, at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id",
    )
    .bind(SITE)
    .bind(kind.as_str())
    .bind(from.0)
    .bind(until.0)
    .bind(reason.to_string())
    .bind(actor.to_string())
    .bind(now.0)
    .fetch_one(tx.connection())
    .await?;
    if kind == WindowKind::Incident {
        unlearn(tx, from, until).await?;
    }
    Ok(row.try_get(0)?)
}

/// Ends a window early, or takes it back when it has not begun.
pub async fn close_window(tx: &mut Transaction, id: i64, now: Timestamp) -> Result<(), StoreError> {
    let done =
        sqlx::query("UPDATE time_window SET until_at = $1 WHERE id = $2 AND site_id = $3 AND until_at > $1")
            .bind(now.0)
            .bind(id)
            .bind(SITE)
            .execute(tx.connection())
            .await?;
    if done.rows_affected() == 0 {
        return Err(StoreError::NotFound { what: "open window", id: id.to_string() });
    }
    Ok(())
}

/// Windows that end at or after `since`, the next to end first.
pub async fn windows(store: &Store, since: Timestamp) -> Result<Vec<Window>, StoreError> {
    let rows = sqlx::query(
        "SELECT id, kind, from_at, until_at, reason, actor FROM time_window \
         WHERE site_id = $1 AND until_at >= $2 ORDER BY until_at, id LIMIT $3",
    )
    .bind(SITE)
    .bind(since.0)
    .bind(WINDOWS_MAX)
    .fetch_all(store.readers())
    .await?;
    rows.iter().map(window).collect()
}

/// How far each baseline has learned; those that were never met are missing.
pub async fn learning(store: &Store) -> Result<Vec<Learning>, StoreError> {
    let rows = sqlx::query(
        "SELECT name, learning_from, learning_until FROM baseline WHERE site_id = $1 ORDER BY bit",
    )
    .bind(SITE)
    .fetch_all(store.readers())
    .await?;
    let learning = |row: &AnyRow| {
        let name: String = row.try_get(0)?;
        Ok(Learning {
            baseline: name
                .parse()
                .map_err(|()| StoreError::Unreadable { what: "the baseline", text: name })?,
            from: Timestamp(row.try_get(1)?),
            until: Timestamp(row.try_get(2)?),
        })
    };
    rows.iter().map(learning).collect()
}

/// Ends learning now, or goes on with it until a later time.
pub async fn learn_until(
    tx: &mut Transaction,
    baseline: Baseline,
    until: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO baseline (site_id, name, bit, learning_from, learning_until) VALUES ($1, $2, $3, $4, $4) \
         ON CONFLICT (site_id, name) DO UPDATE SET learning_until = excluded.learning_until",
    )
    .bind(SITE)
    .bind(baseline.as_str())
    .bind(baseline.bit())
    .bind(until.0)
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// Saturday and Sunday by the local time of the site. 1970-01-01 was a Thursday.
fn by_calendar(settings: &Settings, at: Timestamp) -> Baseline {
    let local = at.0.saturating_add(settings.utc_offset_minutes * 60_000_000_000);
    match (local.div_euclid(DAY) + 3).rem_euclid(7) {
        5 | 6 => Baseline::Weekend,
        _ => Baseline::Weekday,
    }
}

async fn learns(
    connection: &mut AnyConnection,
    settings: &Settings,
    baseline: Baseline,
    at: Timestamp,
) -> Result<bool, StoreError> {
    let known = sqlx::query("SELECT learning_until FROM baseline WHERE site_id = $1 AND name = $2")
        .bind(SITE)
        .bind(baseline.as_str())
        .fetch_optional(&mut *connection)
        .await?;
    if let Some(row) = known {
        return Ok(at.0 < row.try_get::<i64, _>(0)?);
    }
    let until = at.0.saturating_add(settings.learning_days * DAY);
    sqlx::query(
        "INSERT INTO baseline (site_id, name, bit, learning_from, learning_until) VALUES ($1, $2, $3, $4, $5)",
    )
    .bind(SITE)
    .bind(baseline.as_str())
    .bind(baseline.bit())
    .bind(at.0)
    .bind(until)
    .execute(connection)
    .await?;
    Ok(at.0 < until)
}

/// What was first seen in the window belongs to no baseline any more, but what a person took in.
async fn unlearn(tx: &mut Transaction, from: Timestamp, until: Timestamp) -> Result<(), StoreError> {
    for statement in [
        "UPDATE conversation SET baselines = 0 WHERE first_at >= $1 AND first_at <= $2 AND NOT EXISTS \
         (SELECT 1 FROM change WHERE change.conversation_id = conversation.id AND change.state = 'accepted')",
        "UPDATE conversation_operation SET baselines = 0 WHERE first_at >= $1 AND first_at <= $2 AND NOT EXISTS \
         (SELECT 1 FROM change WHERE change.conversation_id = conversation_operation.conversation_id \
         AND change.state = 'accepted')",
        "UPDATE asset SET baselines = 0 WHERE first_at >= $1 AND first_at <= $2 AND NOT EXISTS \
         (SELECT 1 FROM change WHERE change.asset_id = asset.id AND change.state = 'accepted')",
    ] {
        sqlx::query(statement).bind(from.0).bind(until.0).execute(tx.connection()).await?;
    }
    tx.forget_known();
    Ok(())
}

fn window(row: &AnyRow) -> Result<Window, StoreError> {
    Ok(Window {
        id: row.try_get(0)?,
        kind: window_kind(row.try_get(1)?)?,
        from: Timestamp(row.try_get(2)?),
        until: Timestamp(row.try_get(3)?),
        reason: row.try_get(4)?,
        actor: row.try_get(5)?,
    })
}

fn window_kind(text: String) -> Result<WindowKind, StoreError> {
    text.parse().map_err(|()| StoreError::Unreadable { what: "the kind of window", text })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weekends_begin_by_local_time() {
        let mut settings = Settings { utc_offset_minutes: 0, ..Settings::default() };
        // 2026-11-27 is a Friday: 20,784 days after 1970-01-01.
        let friday_night = Timestamp(20_784 * DAY + 23 * crate::settings::HOUR + 1);
        assert_eq!(by_calendar(&settings, friday_night), Baseline::Weekday);
        settings.utc_offset_minutes = 60;
        assert_eq!(by_calendar(&settings, friday_night), Baseline::Weekend);
    }
}
