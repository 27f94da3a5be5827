//! Conversations: the list, everything of one, and how busy it was hour by hour and day by day.

use model::{Operation, Protection, Timestamp, Transport};
use sqlx::Row;
use sqlx::any::AnyRow;

use super::assets::named;
use super::paging::{Filter, Sort, bound};
use super::{Count, Cursor, Page};
use crate::bulk::Rows;
use crate::settings::{self, DAY, HOUR};
use crate::{Store, StoreError};

/// Assets that words may stand for; more say too little.
const NAMED_MAX: i64 = 50;
/// Up to so many conversations that did an operation, these are looked through; beyond, the list is.
const RARE_MAX: i64 = 5_000;
/// Hours or days of one chart at most.
pub const BARS_MAX: i64 = 800;
/// Rows of a detail list at most.
const SHOWN_MAX: i64 = 1_000;

/// Which conversations. Everything that is named must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ConversationFilter {
    /// Words of one of its assets.
    pub words: String,
    /// With this asset at either end.
    pub asset: Option<i64>,
    /// Of this protocol.
    pub protocol: Option<String>,
    /// To this port.
    pub port: Option<u16>,
    /// In which this was done.
    pub operation: Option<Operation>,
    /// Protected like this.
    pub protection: Option<Protection>,
    /// Heard since, to the hour.
    pub last_since: Option<Timestamp>,
    /// Heard for the first time since.
    pub first_since: Option<Timestamp>,
}

/// By what conversations are sorted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ConversationSort {
    /// When it was heard last, to the hour.
    #[default]
    Last,
    /// When it was heard first.
    First,
    /// How much it carried, as of its last hour.
    Bytes,
}

/// A conversation in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConversationRow {
    /// Its number; never used again.
    pub id: i64,
    /// Who started it: an address.
    pub initiator: String,
    /// Who was asked: an address.
    pub responder: String,
    /// The initiator's asset and what it is called.
    pub initiator_asset: Option<(i64, String)>,
    /// The responder's asset and what it is called.
    pub responder_asset: Option<(i64, String)>,
    /// What carries it.
    pub transport: Transport,
    /// The responder's port.
    pub port: u16,
    /// The protocol.
    pub protocol: String,
    /// How sure its name is: the text of a `Certainty`.
    pub certainty: String,
    /// The weakest protection.
    pub protection: Protection,
    /// Frames.
    pub packets: i64,
    /// Bytes on the wire.
    pub bytes: i64,
    /// First time.
    pub first: Timestamp,
    /// Last time.
    pub last: Timestamp,
    /// Bits of the baselines it belongs to.
    pub baselines: i64,
}

/// Everything of one conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConversationDetail {
    /// As in the list.
    pub row: ConversationRow,
    /// The protocol's trade: the text of a `Family`.
    pub family: String,
    /// How the start was decided: the text of an `Evidence`.
    pub evidence: String,
    /// Frames from the initiator.
    pub packets_sent: i64,
    /// Single connections.
    pub flows: i64,
    /// Malformed messages.
    pub malformed: i64,
    /// The first reason.
    pub malformed_reason: Option<String>,
    /// What was done, most frequent first.
    pub operations: Vec<OperationRow>,
    /// Applications, versions and units: kind, value, detail.
    pub traits: Vec<(String, String, String)>,
    /// Credentials that were presented; never the secret.
    pub credentials: Vec<CredentialRow>,
}

/// An operation of a conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OperationRow {
    /// Its number.
    pub id: i64,
    /// The common word.
    pub operation: Operation,
    /// The protocol's own name.
    pub name: String,
    /// The protocol's own code.
    pub code: String,
    /// True when the initiator did it.
    pub by_initiator: bool,
    /// How often it was asked for.
    pub requests: i64,
    /// How often it was done.
    pub answers: i64,
    /// How often it was refused.
    pub failures: i64,
    /// First time.
    pub first: Timestamp,
    /// Last time.
    pub last: Timestamp,
    /// What it was done to; a sample.
    pub objects: Vec<String>,
    /// True when there were more.
    pub more_objects: bool,
    /// Bits of the baselines it belongs to.
    pub baselines: i64,
}

/// A credential of a conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CredentialRow {
    /// What was presented.
    pub kind: String,
    /// The user; empty where none was seen.
    pub user: String,
    /// How it was protected.
    pub protection: String,
    /// What is wrong with it.
    pub weakness: String,
    /// True when the initiator presented it.
    pub by_initiator: bool,
    /// First time.
    pub first: Timestamp,
    /// Last time.
    pub last: Timestamp,
}

/// How busy a conversation was in one hour or day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bar {
    /// When the hour or day begins.
    pub from: Timestamp,
    /// An operation that changes a device; none for frames and all requests together.
    pub operation: Option<Operation>,
    /// Frames.
    pub packets: i64,
    /// Bytes.
    pub bytes: i64,
    /// Requests.
    pub requests: i64,
    /// Refusals.
    pub failures: i64,
}

const SELECT: &str = "c.initiator, c.responder, c.initiator_asset, a.label, c.responder_asset, b.label, \
     c.transport, c.port, c.protocol, c.certainty, c.protection, c.packets, c.bytes, c.first_at, c.last_at, c.baselines";
const FROM: &str = "FROM conversation c LEFT JOIN asset a ON a.id = c.initiator_asset \
     LEFT JOIN asset b ON b.id = c.responder_asset";

/// One page of the list.
pub async fn list(
    store: &Store,
    filter: &ConversationFilter,
    sort: ConversationSort,
    descending: bool,
    after: Option<&Cursor>,
    rows: u32,
) -> Result<Page<ConversationRow>, StoreError> {
    let column = match sort {
        ConversationSort::Last => "c.hour_last",
        ConversationSort::First => "c.first_at",
        ConversationSort::Bytes => "c.hour_bytes",
    };
    let select = format!("SELECT c.id, {column}, {SELECT} {FROM}");
    let sort = Sort { column, id: "c.id", is_number: true, descending };
    condition(store, filter).await?.page(store, &select, sort, after, rows, row).await
}

/// How many there are.
pub async fn count(store: &Store, filter: &ConversationFilter) -> Result<Count, StoreError> {
    condition(store, filter).await?.count(store, "conversation c").await
}

/// Everything of one conversation.
pub async fn get(store: &Store, id: i64) -> Result<ConversationDetail, StoreError> {
    let statement = format!(
        "SELECT c.id, c.id, {SELECT}, c.family, c.evidence, c.packets_sent, c.flows, c.malformed, c.malformed_reason \
         {FROM} WHERE c.site_id = 1 AND c.id = $1"
    );
    let found = bound(statement, &[id.into()]).fetch_optional(store.readers()).await?;
    let Some(found) = found else {
        return Err(StoreError::NotFound { what: "conversation", id: id.to_string() });
    };
    Ok(ConversationDetail {
        row: row(&found)?,
        family: found.try_get(18)?,
        evidence: found.try_get(19)?,
        packets_sent: found.try_get(20)?,
        flows: found.try_get(21)?,
        malformed: found.try_get(22)?,
        malformed_reason: found.try_get(23)?,
        operations: operations(store, id).await?,
        traits: traits(store, id).await?,
        credentials: credentials(store, id).await?,
    })
}

/// How busy it was, hour by hour; hours in which nothing was heard are missing.
pub async fn hours(
    store: &Store,
    id: i64,
    from: Timestamp,
    until: Timestamp,
) -> Result<Vec<Bar>, StoreError> {
    bars(store, id, "activity_hour", "hour", HOUR, from, until).await
}

/// How busy it was, day by day. Days that are not over are made from their hours.
pub async fn days(store: &Store, id: i64, from: Timestamp, until: Timestamp) -> Result<Vec<Bar>, StoreError> {
    let mut connection = store.readers().acquire().await?;
    let rolled = settings::mark(&mut connection, "rolled-until-day").await?.unwrap_or(i64::MIN);
    drop(connection);
    let split = Timestamp(rolled.saturating_mul(DAY).clamp(from.0, until.0));
    let mut days = bars(store, id, "activity_day", "day", DAY, from, split).await?;
    for hour in hours(store, id, split, until).await? {
        let day = Timestamp(hour.from.0.div_euclid(DAY) * DAY);
        match days.iter_mut().find(|bar| bar.from == day && bar.operation == hour.operation) {
            Some(bar) => {
                bar.packets += hour.packets;
                bar.bytes += hour.bytes;
                bar.requests += hour.requests;
                bar.failures += hour.failures;
            }
            None => days.push(Bar { from: day, ..hour }),
        }
    }
    Ok(days)
}

async fn condition(store: &Store, filter: &ConversationFilter) -> Result<Filter, StoreError> {
    let mut all = Filter::new("c.site_id = 1");
    if !filter.words.trim().is_empty() {
        let ids = named(store, &filter.words, NAMED_MAX).await?;
        all.and_one_of(&["c.initiator_asset", "c.responder_asset"], &ids);
    }
    if let Some(asset) = filter.asset {
        all.and_one_of(&["c.initiator_asset", "c.responder_asset"], &[asset]);
    }
    if let Some(protocol) = &filter.protocol {
        all.and("c.protocol = ?", [protocol.replace('\0', "").into()]);
    }
    if let Some(port) = filter.port {
        all.and("c.port = ?", [i64::from(port).into()]);
    }
    if let Some(protection) = filter.protection {
        all.and("c.protection = ?", [protection.as_str().into()]);
    }
    if let Some(operation) = filter.operation {
        let done = if is_rare(store, operation).await? {
            "c.id IN (SELECT o.conversation_id FROM conversation_operation o WHERE o.operation = ?)"
        } else {
            "EXISTS (SELECT 1 FROM conversation_operation o WHERE o.conversation_id = c.id AND o.operation = ?)"
        };
        all.and(done, [operation.as_str().into()]);
    }
    if let Some(since) = filter.last_since {
        all.and("c.hour_last >= ?", [settings::hour(since).into()]);
    }
    if let Some(since) = filter.first_since {
        all.and("c.first_at >= ?", [since.0.into()]);
    }
    Ok(all)
}

async fn is_rare(store: &Store, operation: Operation) -> Result<bool, StoreError> {
    let row = sqlx::query(
        "SELECT COUNT(*) FROM (SELECT 1 FROM conversation_operation WHERE operation = $1 LIMIT $2) t",
    )
    .bind(operation.as_str())
    .bind(RARE_MAX + 1)
    .fetch_one(store.readers())
    .await?;
    Ok(row.try_get::<i64, _>(0)? <= RARE_MAX)
}

fn row(row: &AnyRow) -> Result<ConversationRow, StoreError> {
    let end = |id: usize| -> Result<Option<(i64, String)>, StoreError> {
        let (number, label) = (row.try_get::<Option<i64>, _>(id)?, row.try_get::<Option<String>, _>(id + 1)?);
        Ok(number.map(|number| (number, label.unwrap_or_default())))
    };
    let (transport, protection): (String, String) = (row.try_get(8)?, row.try_get(12)?);
    Ok(ConversationRow {
        id: row.try_get(0)?,
        initiator: row.try_get(2)?,
        responder: row.try_get(3)?,
        initiator_asset: end(4)?,
        responder_asset: end(6)?,
        transport: transport
            .parse()
            .map_err(|()| StoreError::Unreadable { what: "the transport", text: transport })?,
        port: u16::try_from(row.try_get::<i64, _>(9)?).unwrap_or_default(),
        protocol: row.try_get(10)?,
        certainty: row.try_get(11)?,
        protection: protection
            .parse()
            .map_err(|()| StoreError::Unreadable { what: "the protection", text: protection })?,
        packets: row.try_get(13)?,
        bytes: row.try_get(14)?,
        first: Timestamp(row.try_get(15)?),
        last: Timestamp(row.try_get(16)?),
        baselines: row.try_get(17)?,
    })
}

async fn operations(store: &Store, id: i64) -> Result<Vec<OperationRow>, StoreError> {
    let rows = sqlx::query(
        "SELECT id, operation, name, code, by_initiator, requests, answers, failures, first_at, last_at, objects, \
         more_objects, baselines FROM conversation_operation WHERE conversation_id = $1 \
         ORDER BY requests DESC, id LIMIT $2",
    )
    .bind(id)
    .bind(SHOWN_MAX)
    .fetch_all(store.readers())
    .await?;
    let operation = |row: &AnyRow| {
        let (operation, objects): (String, String) = (row.try_get(1)?, row.try_get(10)?);
        Ok(OperationRow {
            id: row.try_get(0)?,
            operation: operation
                .parse()
                .map_err(|()| StoreError::Unreadable { what: "the operation", text: operation })?,
            name: row.try_get(2)?,
            code: row.try_get(3)?,
            by_initiator: row.try_get::<i64, _>(4)? == 1,
            requests: row.try_get(5)?,
            answers: row.try_get(6)?,
            failures: row.try_get(7)?,
            first: Timestamp(row.try_get(8)?),
            last: Timestamp(row.try_get(9)?),
            objects: objects.lines().map(ToString::to_string).collect(),
            more_objects: row.try_get::<i64, _>(11)? == 1,
            baselines: row.try_get(12)?,
        })
    };
    rows.iter().map(operation).collect()
}

async fn traits(store: &Store, id: i64) -> Result<Vec<(String, String, String)>, StoreError> {
    let rows = sqlx::query(
        "SELECT kind, value, detail FROM conversation_trait WHERE conversation_id = $1 ORDER BY kind, value LIMIT $2",
    )
    .bind(id)
    .bind(SHOWN_MAX)
    .fetch_all(store.readers())
    .await?;
    rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?, row.try_get(2)?))).collect()
}

async fn credentials(store: &Store, id: i64) -> Result<Vec<CredentialRow>, StoreError> {
    let rows = sqlx::query(
        "SELECT kind, user_name, protection, weakness, by_initiator, first_at, last_at FROM conversation_credential \
         WHERE conversation_id = $1 ORDER BY kind, user_name LIMIT $2",
    )
    .bind(id)
    .bind(SHOWN_MAX)
    .fetch_all(store.readers())
    .await?;
    let credential = |row: &AnyRow| {
        Ok(CredentialRow {
            kind: row.try_get(0)?,
            user: row.try_get(1)?,
            protection: row.try_get(2)?,
            weakness: row.try_get(3)?,
            by_initiator: row.try_get::<i64, _>(4)? == 1,
            first: Timestamp(row.try_get(5)?),
            last: Timestamp(row.try_get(6)?),
        })
    };
    rows.iter().map(credential).collect()
}

/// One look-up for each hour or day: counts lie together by time, not by conversation.
async fn bars(
    store: &Store,
    id: i64,
    table: &str,
    column: &str,
    unit: i64,
    from: Timestamp,
    until: Timestamp,
) -> Result<Vec<Bar>, StoreError> {
    let (first, end) = (from.0.div_euclid(unit), until.0.saturating_add(unit - 1).div_euclid(unit));
    let mut rows = Rows::new(2);
    (first.max(end.saturating_sub(BARS_MAX))..end).for_each(|at| rows.push([at.into(), id.into()]));
    let mut connection = store.readers().acquire().await?;
    let tail = format!(
        ") SELECT t.{column}, t.operation, t.packets, t.bytes, t.requests, t.failures FROM v \
         JOIN {table} t ON t.{column} = v.a AND t.conversation_id = v.b"
    );
    let found = rows.fetch(&mut connection, "WITH v(a, b) AS (", &tail).await?;
    let bar = |row: &AnyRow| {
        Ok(Bar {
            from: Timestamp(row.try_get::<i64, _>(0)?.saturating_mul(unit)),
            operation: row.try_get::<String, _>(1)?.parse().ok(),
            packets: row.try_get(2)?,
            bytes: row.try_get(3)?,
            requests: row.try_get(4)?,
            failures: row.try_get(5)?,
        })
    };
    let mut bars = found.iter().map(bar).collect::<Result<Vec<Bar>, StoreError>>()?;
    bars.sort_by_key(|bar| (bar.from, bar.operation));
    Ok(bars)
}

/// Every protocol that was spoken, by name.
pub async fn protocols(store: &Store) -> Result<Vec<String>, StoreError> {
    // One step from name to name over the index, however many conversations speak each.
    let rows = sqlx::query(
        "WITH RECURSIVE p(name) AS ( \
         SELECT MIN(protocol) FROM conversation WHERE site_id = 1 \
         UNION ALL SELECT (SELECT MIN(protocol) FROM conversation WHERE site_id = 1 AND protocol > p.name) \
         FROM p WHERE p.name IS NOT NULL) SELECT name FROM p WHERE name IS NOT NULL LIMIT $1",
    )
    .bind(SHOWN_MAX)
    .fetch_all(store.readers())
    .await?;
    rows.iter().map(|row| Ok(row.try_get(0)?)).collect()
}
