//! What became different, until a person decides: into the baseline, or a finding.

use std::collections::BTreeMap;

use model::{Baseline, ChangeKind, ChangeState, Operation, Timestamp};
use sqlx::Row;
use sqlx::any::AnyRow;

use crate::baselines::Moment;
use crate::bulk::Rows;
use crate::settings::{HOUR, Settings};
use crate::{SITE, Store, StoreError, Transaction, findings, settings};

/// Changes that wait for a decision at most; more are counted and not stored.
pub const OPEN_MAX: i64 = 10_000;
/// Longest reason that a person gives, in bytes.
pub const REASON_BYTES_MAX: usize = 4000;

/// A change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Its number.
    pub id: i64,
    /// What kind of change.
    pub kind: ChangeKind,
    /// The asset it happened to.
    pub asset: Option<i64>,
    /// The conversation it happened in.
    pub conversation: Option<i64>,
    /// What was done, where something was.
    pub operation: Option<Operation>,
    /// The protocol's own name of it.
    pub name: String,
    /// What was before; may be empty.
    pub before: String,
    /// What is now; may be empty.
    pub after: String,
    /// The baseline in whose time it happened.
    pub baseline: Baseline,
    /// True when it happened during an incident.
    pub incident: bool,
    /// First time.
    pub first: Timestamp,
    /// Last time.
    pub last: Timestamp,
    /// In how many reports it was told; at most one an hour.
    pub times: i64,
    /// What became of it.
    pub state: ChangeState,
    /// Who decided.
    pub decided_by: Option<String>,
    /// When.
    pub decided_at: Option<Timestamp>,
    /// Why.
    pub reason: Option<String>,
    /// The finding that was made of it.
    pub finding: Option<i64>,
}

/// Columns of a change, as [`read`] takes them.
pub(crate) const COLUMNS: &str = "id, kind, asset_id, conversation_id, operation, name, before_value, after_value, \
     baseline, incident, first_at, last_at, times, state, decided_by, decided_at, reason, finding_id";

/// A change as it is noticed.
#[derive(Debug, Clone)]
pub(crate) struct Raised {
    kind: ChangeKind,
    subject: String,
    at: Timestamp,
    asset: Option<i64>,
    conversation: Option<i64>,
    operation: Option<(Operation, &'static str)>,
    before: String,
    after: String,
}

impl Raised {
    /// A change of this kind; `subject` tells it from others of its kind.
    pub(crate) fn of(kind: ChangeKind, subject: &str, at: Timestamp) -> Raised {
        Raised {
            kind,
            subject: format!("{kind}/{subject}"),
            at,
            asset: None,
            conversation: None,
            operation: None,
            before: String::new(),
            after: String::new(),
        }
    }

    pub(crate) fn asset(self, id: i64) -> Raised {
        self.asset_or_none(Some(id))
    }

    pub(crate) fn asset_or_none(self, asset: Option<i64>) -> Raised {
        Raised { asset, ..self }
    }

    pub(crate) fn conversation(self, id: i64) -> Raised {
        Raised { conversation: Some(id), ..self }
    }

    pub(crate) fn operation(self, operation: Operation, name: &'static str) -> Raised {
        Raised { operation: Some((operation, name)), ..self }
    }

    pub(crate) fn from(self, before: String, after: String) -> Raised {
        Raised { before, after, ..self }
    }
}

/// Opens changes; those that are open or a finding already are told again. Answers the numbers of the open ones that
/// are new, and how many found no room.
pub(crate) async fn raise(
    tx: &mut Transaction,
    moment: &Moment,
    raised: Vec<Raised>,
) -> Result<(Vec<i64>, u64), StoreError> {
    if raised.is_empty() {
        return Ok((Vec::new(), 0));
    }
    let open = sqlx::query("SELECT COUNT(*) FROM change WHERE site_id = $1 AND state = 'open'")
        .bind(SITE)
        .fetch_one(tx.connection())
        .await?;
    let is_full = open.try_get::<i64, _>(0)? >= OPEN_MAX;
    let mut folded: BTreeMap<String, Raised> = BTreeMap::new();
    raised.into_iter().for_each(|change| drop(folded.insert(change.subject.clone(), change)));
    let mut rows = Rows::new(12);
    let mut dropped = folded.len() as u64;
    for (subject, change) in folded {
        let (operation, name) =
            change.operation.map_or(("", ""), |(operation, name)| (operation.as_str(), name));
        rows.push([
            SITE.into(),
            change.kind.as_str().into(),
            subject.into(),
            change.asset.into(),
            change.conversation.into(),
            operation.into(),
            name.into(),
            change.before.into(),
            change.after.into(),
            moment.baseline.as_str().into(),
            moment.incident.into(),
            change.at.0.into(),
        ]);
    }
    let room = if is_full {
        "WHERE EXISTS (SELECT 1 FROM change c WHERE c.site_id = v.a AND c.subject = v.c \
         AND c.state IN ('open', 'finding'))"
    } else {
        "WHERE v.a = v.a"
    };
    let tail = format!(
        ") INSERT INTO change (site_id, kind, subject, asset_id, conversation_id, operation, name, before_value, \
         after_value, baseline, incident, first_at, last_at, times, state) \
         SELECT v.a, v.b, v.c, v.d, v.e, v.f, v.g, v.h, v.i, v.j, v.k, v.l, v.l, 1, 'open' FROM v {room} \
         ON CONFLICT (site_id, subject) WHERE state IN ('open', 'finding') DO UPDATE SET times = change.times + 1, \
         last_at = CASE WHEN excluded.last_at > change.last_at THEN excluded.last_at ELSE change.last_at END \
         RETURNING id, times"
    );
    let told = rows.fetch(tx.connection(), "WITH v(a, b, c, d, e, f, g, h, i, j, k, l) AS (", &tail).await?;
    let mut opened = Vec::new();
    for row in told {
        dropped = dropped.saturating_sub(1);
        if row.try_get::<i64, _>(1)? == 1 {
            opened.push(row.try_get(0)?);
        }
    }
    Ok((opened, dropped))
}

/// The change with this number.
pub async fn get(store: &Store, id: i64) -> Result<Change, StoreError> {
    let statement = format!("SELECT {COLUMNS} FROM change WHERE id = $1 AND site_id = $2");
    let row = sqlx::query(sqlx::AssertSqlSafe(statement))
        .bind(id)
        .bind(SITE)
        .fetch_optional(store.readers())
        .await?;
    match row {
        Some(row) => read(&row, 0),
        None => Err(StoreError::NotFound { what: "change", id: id.to_string() }),
    }
}

/// Takes a change into the baseline in whose time it happened: what it tells of is usual from now on.
pub async fn accept(
    tx: &mut Transaction,
    id: i64,
    actor: &str,
    reason: &str,
    now: Timestamp,
) -> Result<Change, StoreError> {
    let change = decide(tx, id, ChangeState::Accepted, actor, reason, now).await?;
    let bit = change.baseline.bit();
    match (change.kind, change.asset, change.conversation) {
        (ChangeKind::NewAsset, Some(asset), _) => mark(tx, "asset", "id", asset, bit).await?,
        (ChangeKind::NewConversation, _, Some(conversation)) => {
            mark(tx, "conversation", "id", conversation, bit).await?;
            mark(tx, "conversation_operation", "conversation_id", conversation, bit).await?;
        }
        (ChangeKind::NewOperation, _, Some(conversation)) => {
            let number = sqlx::query("SELECT subject FROM change WHERE id = $1")
                .bind(id)
                .fetch_one(tx.connection())
                .await?
                .try_get::<String, _>(0)?;
            let operation = number.rsplit('/').next().and_then(|text| text.parse().ok());
            let operation = operation.ok_or(StoreError::Unreadable { what: "the subject", text: number })?;
            mark(tx, "conversation", "id", conversation, bit).await?;
            mark(tx, "conversation_operation", "id", operation, bit).await?;
        }
        // What is told each time belongs to no baseline; to know it is enough.
        (
            ChangeKind::NewAsset
            | ChangeKind::NewConversation
            | ChangeKind::NewOperation
            | ChangeKind::ProgramLoad
            | ChangeKind::ChangedFirmware
            | ChangeKind::ChangedAddress
            | ChangeKind::SilentAsset,
            ..,
        ) => {}
    }
    tx.forget_known();
    Ok(change)
}

/// Makes a finding of a change. Answers the finding's number.
pub async fn make_finding(
    tx: &mut Transaction,
    id: i64,
    actor: &str,
    reason: &str,
    now: Timestamp,
) -> Result<i64, StoreError> {
    let change = decide(tx, id, ChangeState::Finding, actor, reason, now).await?;
    let finding = findings::of_change(tx, &change, actor, reason, now).await?;
    sqlx::query("UPDATE change SET finding_id = $1 WHERE id = $2")
        .bind(finding)
        .bind(id)
        .execute(tx.connection())
        .await?;
    Ok(finding)
}

/// Notes assets that were not heard for as long as the setting says. Silence is measured up to the last report, so
/// that a sensor that is cut off does not make a silent plant. Answers the changes that were opened.
pub async fn notice_silence(tx: &mut Transaction) -> Result<Vec<i64>, StoreError> {
    let settings = settings::read(tx.connection()).await?;
    let row = sqlx::query("SELECT COALESCE(MAX(last_at), 0) FROM report WHERE site_id = $1")
        .bind(SITE)
        .fetch_one(tx.connection())
        .await?;
    let last = Timestamp(row.try_get(0)?);
    let since = last.0.saturating_sub(settings.silence_hours.saturating_mul(HOUR));
    let quiet = sqlx::query(
        "UPDATE asset SET quiet_at = $1 WHERE site_id = $2 AND last_at < $3 AND quiet_at IS NULL AND silent = 0 \
         AND baselines <> 0 RETURNING id, last_at, label",
    )
    .bind(last.0)
    .bind(SITE)
    .bind(since)
    .fetch_all(tx.connection())
    .await?;
    let moment = moment_of(tx, &settings, last).await?;
    let mut raised = Vec::new();
    for row in quiet {
        let (id, heard, label): (i64, i64, String) = (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
        let change = Raised::of(ChangeKind::SilentAsset, &id.to_string(), Timestamp(heard)).asset(id);
        raised.push(change.from(label, String::new()));
    }
    Ok(raise(tx, &moment, raised).await?.0)
}

/// Ends the open silence of assets that were heard again.
pub(crate) async fn speaks_again(
    tx: &mut Transaction,
    assets: &[i64],
    at: Timestamp,
) -> Result<(), StoreError> {
    let mut rows = Rows::new(2);
    assets.iter().for_each(|id| rows.push([(*id).into(), at.0.into()]));
    rows.run(
        tx.connection(),
        "WITH v(a, b) AS (",
        ") UPDATE change SET state = 'over', decided_at = v.b FROM v \
         WHERE asset_id = v.a AND kind = 'silent-asset' AND state = 'open'",
    )
    .await
}

async fn moment_of(tx: &mut Transaction, settings: &Settings, at: Timestamp) -> Result<Moment, StoreError> {
    crate::baselines::moment(tx.connection(), settings, at, at).await
}

/// Moves an open change to its end.
async fn decide(
    tx: &mut Transaction,
    id: i64,
    state: ChangeState,
    actor: &str,
    reason: &str,
    now: Timestamp,
) -> Result<Change, StoreError> {
    let reason = reason.trim();
    if reason.is_empty() || reason.len() > REASON_BYTES_MAX {
        return Err(StoreError::Refused(format!("Say why, in 1 to {REASON_BYTES_MAX} bytes.")));
    }
    let statement = format!(
        "UPDATE change SET state = $1, decided_by = $2, decided_at = $3, reason = $4 \
         WHERE id = $5 AND site_id = $6 AND state = 'open' RETURNING {COLUMNS}"
    );
    let row = sqlx::query(sqlx::AssertSqlSafe(statement))
        .bind(state.as_str())
        .bind(actor.to_string())
        .bind(now.0)
        .bind(reason.to_string())
        .bind(id)
        .bind(SITE)
        .fetch_optional(tx.connection())
        .await?;
    match row {
        Some(row) => read(&row, 0),
        None => Err(StoreError::NotFound { what: "open change", id: id.to_string() }),
    }
}

async fn mark(
    tx: &mut Transaction,
    table: &'static str,
    column: &'static str,
    id: i64,
    bit: i64,
) -> Result<(), StoreError> {
    let statement = format!("UPDATE {table} SET baselines = baselines | $1 WHERE {column} = $2");
    sqlx::query(sqlx::AssertSqlSafe(statement)).bind(bit).bind(id).execute(tx.connection()).await?;
    Ok(())
}

/// Reads the columns of [`COLUMNS`] from place `from` on.
pub(crate) fn read(row: &AnyRow, from: usize) -> Result<Change, StoreError> {
    let unreadable = |what, text: &str| StoreError::Unreadable { what, text: text.to_string() };
    let (kind, operation, baseline, state): (String, String, String, String) =
        (row.try_get(from + 1)?, row.try_get(from + 4)?, row.try_get(from + 8)?, row.try_get(from + 13)?);
    Ok(Change {
        id: row.try_get(from)?,
        kind: kind.parse().map_err(|()| unreadable("the kind of change", &kind))?,
        asset: row.try_get(from + 2)?,
        conversation: row.try_get(from + 3)?,
        operation: operation.parse().ok(),
        name: row.try_get(from + 5)?,
        before: row.try_get(from + 6)?,
        after: row.try_get(from + 7)?,
        baseline: baseline.parse().map_err(|()| unreadable("the baseline", &baseline))?,
        incident: row.try_get::<i64, _>(from + 9)? == 1,
        first: Timestamp(row.try_get(from + 10)?),
        last: Timestamp(row.try_get(from + 11)?),
        times: row.try_get(from + 12)?,
        state: state.parse().map_err(|()| unreadable("the state", &state))?,
        decided_by: row.try_get(from + 14)?,
        decided_at: row.try_get::<Option<i64>, _>(from + 15)?.map(Timestamp),
        reason: row.try_get(from + 16)?,
        finding: row.try_get(from + 17)?,
    })
}
