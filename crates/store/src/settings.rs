//! What the people of a site decide about learning and keeping.

use model::Timestamp;
use sqlx::{AnyConnection, Row};

use crate::{SITE, Store, StoreError, Transaction};

/// One hour in nanoseconds.
pub const HOUR: i64 = 3_600_000_000_000;
/// One day in nanoseconds.
pub const DAY: i64 = 24 * HOUR;

/// The settings of a site.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settings {
    /// Days that each baseline learns, from its first report on.
    pub learning_days: i64,
    /// Hours after which a device that used to speak counts as silent.
    pub silence_hours: i64,
    /// Local time of the site: minutes east of UTC. Weekends begin by it.
    pub utc_offset_minutes: i64,
    /// Days for which counts per hour are kept; then only those per day.
    pub hours_kept_days: i64,
    /// Days for which counts per day are kept.
    pub days_kept_days: i64,
    /// Days after which a conversation that is no more heard is forgotten.
    pub conversations_kept_days: i64,
    /// Days after which a change that was decided, or a value that is no more stated, is forgotten.
    pub history_kept_days: i64,
    /// Days for which a report is remembered, so that a late second copy is told.
    pub reports_kept_days: i64,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            learning_days: 14,
            silence_hours: 24,
            utc_offset_minutes: 60,
            hours_kept_days: 30,
            days_kept_days: 730,
            conversations_kept_days: 400,
            history_kept_days: 730,
            reports_kept_days: 90,
        }
    }
}

/// Every setting: its name in the database, its place, its least and its greatest value.
type Entry = (&'static str, fn(&mut Settings) -> &mut i64, i64, i64);

const ENTRIES: &[Entry] = &[
    ("learning-days", |s| &mut s.learning_days, 0, 365),
    ("silence-hours", |s| &mut s.silence_hours, 1, 24 * 365),
    ("utc-offset-minutes", |s| &mut s.utc_offset_minutes, -12 * 60, 14 * 60),
    ("hours-kept-days", |s| &mut s.hours_kept_days, 2, 3650),
    ("days-kept-days", |s| &mut s.days_kept_days, 2, 36500),
    ("conversations-kept-days", |s| &mut s.conversations_kept_days, 2, 36500),
    ("history-kept-days", |s| &mut s.history_kept_days, 2, 36500),
    ("reports-kept-days", |s| &mut s.reports_kept_days, 1, 3650),
];

/// The settings as they are.
pub async fn load(store: &Store) -> Result<Settings, StoreError> {
    let mut connection = store.readers().acquire().await?;
    read(&mut connection).await
}

/// Stores settings. What is out of its range is refused, by name.
pub async fn save(tx: &mut Transaction, mut settings: Settings) -> Result<(), StoreError> {
    for (name, place, least, greatest) in ENTRIES {
        let value = *place(&mut settings);
        if value < *least || value > *greatest {
            return Err(StoreError::Refused(format!("{name} must lie between {least} and {greatest}.")));
        }
        write(tx.connection(), name, &value.to_string()).await?;
    }
    Ok(())
}

pub(crate) async fn read(connection: &mut AnyConnection) -> Result<Settings, StoreError> {
    let mut settings = Settings::default();
    let rows = sqlx::query("SELECT name, value FROM setting WHERE site_id = $1")
        .bind(SITE)
        .fetch_all(connection)
        .await?;
    for row in rows {
        let (name, value): (String, String) = (row.try_get(0)?, row.try_get(1)?);
        if let Some((_, place, ..)) = ENTRIES.iter().find(|entry| entry.0 == name) {
            let value =
                value.parse().map_err(|_| StoreError::Unreadable { what: "the setting", text: name })?;
            *place(&mut settings) = value;
        }
    }
    Ok(settings)
}

pub(crate) async fn write(connection: &mut AnyConnection, name: &str, value: &str) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO setting (site_id, name, value) VALUES ($1, $2, $3) \
         ON CONFLICT (site_id, name) DO UPDATE SET value = excluded.value",
    )
    .bind(SITE)
    .bind(name.to_string())
    .bind(value.to_string())
    .execute(connection)
    .await?;
    Ok(())
}

/// One number that the store keeps for itself, beside the settings.
pub(crate) async fn mark(
    connection: &mut AnyConnection,
    name: &'static str,
) -> Result<Option<i64>, StoreError> {
    let row = sqlx::query("SELECT value FROM setting WHERE site_id = $1 AND name = $2")
        .bind(SITE)
        .bind(name)
        .fetch_optional(connection)
        .await?;
    let Some(row) = row else { return Ok(None) };
    let text: String = row.try_get(0)?;
    text.parse().map(Some).map_err(|_| StoreError::Unreadable { what: "the mark", text })
}

/// The whole hour of a time, since 1970.
pub(crate) fn hour(at: Timestamp) -> i64 {
    at.0.div_euclid(HOUR)
}
