//! Findings over time: new, seen, accepted for a while, resolved, and back again.

use std::collections::BTreeSet;

use model::{ChangeKind, Finding, FindingState, Gap, Language, Message, Plant, Severity, Timestamp};
use sqlx::Row;
use sqlx::any::AnyRow;

use crate::bulk::Rows;
use crate::changes::{Change, REASON_BYTES_MAX};
use crate::observe::{Observed, Report};
use crate::{SITE, Store, StoreError, Transaction};

/// Findings of a site at most; new ones beyond are counted and not stored.
pub const FINDINGS_MAX: i64 = 100_000;
/// Assets, and conversations, that one finding leads to at most.
const LINKS_MAX: i64 = 2_000;
/// Steps of a finding that are shown at most: the latest.
const STEPS_SHOWN_MAX: i64 = 200;
/// Longest subject, in bytes.
const SUBJECT_BYTES_MAX: usize = 300;
/// Who acts where nobody does.
pub(crate) const SLUICE: &str = "sluice";

/// A finding as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredFinding {
    /// Its number.
    pub id: i64,
    /// Id of the check, or of the kind of change it was made of.
    pub check: String,
    /// How bad.
    pub severity: Severity,
    /// One line, in English and German.
    pub title: [String; 2],
    /// What was seen, in English and German.
    pub detail: [String; 2],
    /// What to do, in English and German.
    pub remedy: [String; 2],
    /// Technique of ATT&CK for ICS.
    pub technique: Option<String>,
    /// What people made of it.
    pub state: FindingState,
    /// Who put it there; none while it is new.
    pub state_by: Option<String>,
    /// When.
    pub state_at: Option<Timestamp>,
    /// Why.
    pub reason: Option<String>,
    /// Until when it is accepted.
    pub accepted_until: Option<Timestamp>,
    /// First time.
    pub first: Timestamp,
    /// Last time.
    pub last: Timestamp,
    /// In how many reports.
    pub times: i64,
}

/// What a person makes of a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Triage {
    /// It is in hand.
    See,
    /// Live with it, for a reason, until a time.
    Accept {
        /// Why.
        reason: String,
        /// Until when; then it comes back by itself.
        until: Timestamp,
    },
    /// It was dealt with.
    Resolve {
        /// How.
        reason: String,
    },
    /// It is open again.
    Reopen {
        /// Why.
        reason: String,
    },
}

/// Columns of a finding, as [`read`] takes them.
pub(crate) const COLUMNS: &str = "id, check_id, severity, title, title_german, detail, detail_german, remedy, \
     remedy_german, technique, state, state_by, state_at, reason, accepted_until, first_at, last_at, times";

/// A finding on its way into the store.
pub(crate) struct Told {
    pub check: String,
    pub subject: String,
    pub severity: Severity,
    pub title: [String; 2],
    pub detail: [String; 2],
    pub remedy: [String; 2],
    pub technique: Option<&'static str>,
    /// When what led to it was seen last.
    pub at: Timestamp,
    pub assets: Vec<i64>,
    pub conversations: Vec<i64>,
}

/// Stores what the checks say of a report, and where each leads to.
pub(crate) async fn tell(
    tx: &mut Transaction,
    report: &Report<'_>,
    last: Timestamp,
    observed: &mut Observed,
) -> Result<(), StoreError> {
    for finding in report.findings {
        let assets = finding.assets.iter();
        let assets: Vec<i64> =
            assets.filter_map(|id| *observed.assets.get((id.0 as usize).checked_sub(1)?)?).collect();
        let talks = finding.conversations.iter().filter_map(|at| report.plant.conversations.get(*at));
        let conversations = finding.conversations.iter().filter_map(|at| *observed.conversations.get(*at)?);
        let told = Told {
            check: finding.id.to_string(),
            subject: subject(finding, report.plant, &assets),
            severity: finding.severity,
            title: both(&finding.title),
            detail: both(&finding.detail),
            remedy: [finding.remedy.english.to_string(), finding.remedy.german.to_string()],
            technique: finding.technique,
            at: talks.map(|talk| talk.last).max().unwrap_or(last),
            assets,
            conversations: conversations.collect(),
        };
        match store(tx, told).await? {
            Stored::New(id) | Stored::Back(id) => observed.findings.push(id),
            Stored::Known(_) => {}
            Stored::NoRoom => observed.dropped += 1,
        }
    }
    Ok(())
}

/// What storing a finding did.
pub(crate) enum Stored {
    New(i64),
    Back(i64),
    Known(i64),
    NoRoom,
}

/// Stores one finding. What was resolved comes back when it is seen again after that, and what was accepted when its
/// time is over.
pub(crate) async fn store(tx: &mut Transaction, told: Told) -> Result<Stored, StoreError> {
    let known = sqlx::query(
        "SELECT id, state, state_at, accepted_until FROM finding \
         WHERE site_id = $1 AND check_id = $2 AND subject = $3",
    )
    .bind(SITE)
    .bind(told.check.clone())
    .bind(told.subject.clone())
    .fetch_optional(tx.connection())
    .await?;
    let Some(row) = known else { return insert(tx, told).await };
    let (id, state, state_at, until): (i64, String, Option<i64>, Option<i64>) =
        (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?, row.try_get(3)?);
    let is_back = match of(&state)? {
        FindingState::Resolved => state_at.is_none_or(|at| told.at.0 > at),
        FindingState::Accepted => until.is_some_and(|until| told.at.0 > until),
        FindingState::New | FindingState::Seen | FindingState::Reopened => false,
    };
    update(tx, id, &told).await?;
    link(tx, id, &told).await?;
    if is_back {
        step(tx, id, FindingState::Reopened, SLUICE, "", None, told.at).await?;
        return Ok(Stored::Back(id));
    }
    Ok(Stored::Known(id))
}

async fn insert(tx: &mut Transaction, told: Told) -> Result<Stored, StoreError> {
    let count = sqlx::query("SELECT COUNT(*) FROM finding WHERE site_id = $1")
        .bind(SITE)
        .fetch_one(tx.connection())
        .await?;
    if count.try_get::<i64, _>(0)? >= FINDINGS_MAX {
        return Ok(Stored::NoRoom);
    }
    let row = sqlx::query(
        "INSERT INTO finding (site_id, check_id, subject, severity, severity_rank, title, title_german, detail, \
         detail_german, remedy, remedy_german, technique, state, first_at, last_at, times) \
         VALUES ($1, $2, $3, '', 0, '', '', '', '', '', '', $4, 'new', $5, $5, 0) RETURNING id",
    )
    .bind(SITE)
    .bind(told.check.clone())
    .bind(told.subject.clone())
    .bind(told.technique)
    .bind(told.at.0)
    .fetch_one(tx.connection())
    .await?;
    let id = row.try_get(0)?;
    update(tx, id, &told).await?;
    link(tx, id, &told).await?;
    Ok(Stored::New(id))
}

/// The words as they are now, and that it was told once more.
async fn update(tx: &mut Transaction, id: i64, told: &Told) -> Result<(), StoreError> {
    let [[title, title_german], [detail, detail_german], [remedy, remedy_german]] =
        [told.title.clone(), told.detail.clone(), told.remedy.clone()];
    sqlx::query(
        "UPDATE finding SET severity = $1, severity_rank = $2, title = $3, title_german = $4, detail = $5, \
         detail_german = $6, remedy = $7, remedy_german = $8, times = times + 1, \
         last_at = CASE WHEN $9 > last_at THEN $9 ELSE last_at END WHERE id = $10",
    )
    .bind(told.severity.as_str())
    .bind(rank(told.severity))
    .bind(title)
    .bind(title_german)
    .bind(detail)
    .bind(detail_german)
    .bind(remedy)
    .bind(remedy_german)
    .bind(told.at.0)
    .bind(id)
    .execute(tx.connection())
    .await?;
    Ok(())
}

async fn link(tx: &mut Transaction, id: i64, told: &Told) -> Result<(), StoreError> {
    for (table, column, links) in [
        ("finding_asset", "asset_id", &told.assets),
        ("finding_conversation", "conversation_id", &told.conversations),
    ] {
        let mut rows = Rows::new(2);
        links
            .iter()
            .collect::<BTreeSet<_>>()
            .into_iter()
            .for_each(|link| rows.push([id.into(), (*link).into()]));
        let tail = format!(
            ") INSERT INTO {table} (finding_id, {column}) SELECT v.a, v.b FROM v \
             WHERE (SELECT COUNT(*) FROM {table} t WHERE t.finding_id = v.a) < {LINKS_MAX} ON CONFLICT DO NOTHING"
        );
        rows.run(tx.connection(), "WITH v(a, b) AS (", &tail).await?;
    }
    Ok(())
}

/// One step of a finding: a state it was put into.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Which state.
    pub state: FindingState,
    /// Who did it; `sluice` where it came by itself.
    pub actor: String,
    /// When.
    pub at: Timestamp,
    /// Why.
    pub reason: String,
}

/// The finding with this number.
pub async fn get(store: &Store, id: i64) -> Result<StoredFinding, StoreError> {
    let statement = format!("SELECT {COLUMNS} FROM finding WHERE id = $1 AND site_id = $2");
    let row = sqlx::query(sqlx::AssertSqlSafe(statement))
        .bind(id)
        .bind(SITE)
        .fetch_optional(store.readers())
        .await?;
    match row {
        Some(row) => read(&row, 0),
        None => Err(StoreError::NotFound { what: "finding", id: id.to_string() }),
    }
}

/// Its last steps, oldest first.
pub async fn steps(store: &Store, id: i64) -> Result<Vec<Step>, StoreError> {
    let rows = sqlx::query(
        "SELECT state, actor, at, reason FROM finding_step WHERE finding_id = $1 ORDER BY id DESC LIMIT $2",
    )
    .bind(id)
    .bind(STEPS_SHOWN_MAX)
    .fetch_all(store.readers())
    .await?;
    let step = |row: &AnyRow| {
        Ok(Step {
            state: of(&row.try_get::<String, _>(0)?)?,
            actor: row.try_get(1)?,
            at: Timestamp(row.try_get(2)?),
            reason: row.try_get(3)?,
        })
    };
    rows.iter().rev().map(step).collect()
}

/// What a person makes of a finding. What makes no sense in its state is refused.
pub async fn triage(
    tx: &mut Transaction,
    id: i64,
    triage: &Triage,
    actor: &str,
    now: Timestamp,
) -> Result<FindingState, StoreError> {
    let row = sqlx::query("SELECT state FROM finding WHERE id = $1 AND site_id = $2")
        .bind(id)
        .bind(SITE)
        .fetch_optional(tx.connection())
        .await?;
    let Some(row) = row else { return Err(StoreError::NotFound { what: "finding", id: id.to_string() }) };
    let before = of(&row.try_get::<String, _>(0)?)?;
    let (state, reason, until) = match triage {
        Triage::See => (FindingState::Seen, "", None),
        Triage::Accept { reason, until } => (FindingState::Accepted, reason.trim(), Some(*until)),
        Triage::Resolve { reason } => (FindingState::Resolved, reason.trim(), None),
        Triage::Reopen { reason } => (FindingState::Reopened, reason.trim(), None),
    };
    let refuse = |text: &str| Err(StoreError::Refused(text.to_string()));
    match (triage, before) {
        (Triage::See, FindingState::Accepted | FindingState::Resolved) => {
            return refuse("This finding was decided already. Reopen it first.");
        }
        (Triage::Reopen { .. }, FindingState::New | FindingState::Seen | FindingState::Reopened) => {
            return refuse("This finding is open already.");
        }
        (Triage::Accept { until, .. }, _) if *until <= now => {
            return refuse("The time until which a finding is accepted lies in the past.");
        }
        (Triage::See | Triage::Accept { .. } | Triage::Resolve { .. } | Triage::Reopen { .. }, _) => {}
    }
    if reason.len() > REASON_BYTES_MAX || (reason.is_empty() && *triage != Triage::See) {
        return Err(StoreError::Refused(format!("Say why, in 1 to {REASON_BYTES_MAX} bytes.")));
    }
    step(tx, id, state, actor, reason, until, now).await?;
    Ok(state)
}

/// Reopens what was accepted until a time that is over. Answers the numbers.
pub async fn expire(tx: &mut Transaction, now: Timestamp) -> Result<Vec<i64>, StoreError> {
    let rows = sqlx::query(
        "SELECT id FROM finding WHERE site_id = $1 AND state = 'accepted' AND accepted_until <= $2",
    )
    .bind(SITE)
    .bind(now.0)
    .fetch_all(tx.connection())
    .await?;
    let mut expired = Vec::new();
    for row in rows {
        let id = row.try_get(0)?;
        step(tx, id, FindingState::Reopened, SLUICE, "", None, now).await?;
        expired.push(id);
    }
    Ok(expired)
}

/// Makes a finding of a change that a person does not accept.
pub(crate) async fn of_change(
    tx: &mut Transaction,
    change: &Change,
    actor: &str,
    reason: &str,
    now: Timestamp,
) -> Result<i64, StoreError> {
    let text = |message: Message| both(&message);
    let (title, remedy) = (words::title(change.kind), words::CHANGE_REMEDY);
    let label = match change.asset {
        Some(asset) => label(tx, asset).await?,
        None => String::new(),
    };
    let detail = words::CHANGE_DETAIL.with([
        ("before", Gap::Text(change.before.clone())),
        ("after", Gap::Text(format!("{} {}", change.name, change.after).trim().to_string())),
        ("reason", Gap::Text(reason.to_string())),
    ]);
    let told = Told {
        check: change.kind.to_string(),
        subject: format!("change/{}", change.id),
        severity: severity(change),
        title: text(title.with([("asset", Gap::Text(label))])),
        detail: text(detail),
        remedy: [remedy.english.to_string(), remedy.german.to_string()],
        technique: None,
        at: change.last,
        assets: change.asset.into_iter().collect(),
        conversations: change.conversation.into_iter().collect(),
    };
    match store(tx, told).await? {
        Stored::New(id) | Stored::Back(id) | Stored::Known(id) => {
            step(tx, id, FindingState::Seen, actor, reason, None, now).await?;
            Ok(id)
        }
        Stored::NoRoom => Err(StoreError::Refused(format!(
            "There are already {FINDINGS_MAX} findings. Shorten how long resolved ones are kept."
        ))),
    }
}

/// What an asset is called.
pub(crate) async fn label(tx: &mut Transaction, asset: i64) -> Result<String, StoreError> {
    let row =
        sqlx::query("SELECT label FROM asset WHERE id = $1").bind(asset).fetch_one(tx.connection()).await?;
    Ok(row.try_get(0)?)
}

fn severity(change: &Change) -> Severity {
    match change.kind {
        ChangeKind::ProgramLoad | ChangeKind::ChangedFirmware => Severity::High,
        ChangeKind::NewOperation if change.operation.is_some_and(|operation| operation.changes_device()) => {
            Severity::High
        }
        ChangeKind::NewAsset
        | ChangeKind::NewConversation
        | ChangeKind::NewOperation
        | ChangeKind::ChangedAddress
        | ChangeKind::SilentAsset => Severity::Medium,
    }
}

/// Moves a finding to a state, and keeps who did it and why.
pub(crate) async fn step(
    tx: &mut Transaction,
    id: i64,
    state: FindingState,
    actor: &str,
    reason: &str,
    until: Option<Timestamp>,
    at: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE finding SET state = $1, state_by = $2, state_at = $3, reason = $4, accepted_until = $5 WHERE id = $6",
    )
    .bind(state.as_str())
    .bind(actor.to_string())
    .bind(at.0)
    .bind(reason.to_string())
    .bind(until.map(|until| until.0))
    .bind(id)
    .execute(tx.connection())
    .await?;
    sqlx::query(
        "INSERT INTO finding_step (finding_id, state, actor, at, reason) VALUES ($1, $2, $3, $4, $5)",
    )
    .bind(id)
    .bind(state.as_str())
    .bind(actor.to_string())
    .bind(at.0)
    .bind(reason.to_string())
    .execute(tx.connection())
    .await?;
    Ok(())
}

pub(crate) fn both(message: &Message) -> [String; 2] {
    [Language::English, Language::German].map(|language| message.text(language))
}

/// What tells this finding from others of its check, in every report the same: the sentence it is told with, the words
/// and levels in it, and assets by their number. Counts, lists and times do not belong to it.
fn subject(finding: &Finding, plant: &Plant, assets: &[i64]) -> String {
    let named = |text: &str| {
        let by_label = finding.assets.iter().zip(assets).find(|(id, _)| {
            plant.asset(**id).is_some_and(|asset| text == asset.label() || text.contains(&asset.address()))
        });
        by_label.map_or_else(|| text.to_string(), |(_, number)| format!("asset {number}"))
    };
    let mut subject = finding.title.sentence.key.to_string();
    gather(&finding.title, &named, &mut subject);
    if subject.len() == finding.title.sentence.key.len() && assets.len() <= 3 {
        assets
            .iter()
            .collect::<BTreeSet<_>>()
            .iter()
            .for_each(|id| subject.push_str(&format!("/asset {id}")));
    }
    subject.truncate(subject.floor_char_boundary(SUBJECT_BYTES_MAX));
    subject
}

fn gather(message: &Message, named: &dyn Fn(&str) -> String, subject: &mut String) {
    for (_, gap) in &message.gaps {
        match gap {
            Gap::Text(text) => subject.push_str(&format!("/{}", named(text))),
            Gap::Level(level) => subject.push_str(&format!("/{}", level.map_or("", |level| level.as_str()))),
            Gap::Role(role) => subject.push_str(&format!("/{role}")),
            Gap::Message(message) => {
                subject.push_str(&format!("/{}", message.sentence.key));
                gather(message, named, subject);
            }
            Gap::Number(_) | Gap::Times(_) | Gap::Count(..) | Gap::Span(..) | Gap::List(..) => {}
        }
    }
}

/// Worst first when descending.
fn rank(severity: Severity) -> i64 {
    Severity::ALL.iter().position(|other| *other == severity).map_or(0, |rank| rank as i64)
}

pub(crate) fn of(state: &str) -> Result<FindingState, StoreError> {
    state.parse().map_err(|()| StoreError::Unreadable { what: "the state", text: state.to_string() })
}

/// Reads the columns of [`COLUMNS`] from place `from` on.
pub(crate) fn read(row: &AnyRow, from: usize) -> Result<StoredFinding, StoreError> {
    let severity: String = row.try_get(from + 2)?;
    Ok(StoredFinding {
        id: row.try_get(from)?,
        check: row.try_get(from + 1)?,
        severity: severity
            .parse()
            .map_err(|()| StoreError::Unreadable { what: "the severity", text: severity })?,
        title: [row.try_get(from + 3)?, row.try_get(from + 4)?],
        detail: [row.try_get(from + 5)?, row.try_get(from + 6)?],
        remedy: [row.try_get(from + 7)?, row.try_get(from + 8)?],
        technique: row.try_get(from + 9)?,
        state: of(&row.try_get::<String, _>(from + 10)?)?,
        state_by: row.try_get(from + 11)?,
        state_at: row.try_get::<Option<i64>, _>(from + 12)?.map(Timestamp),
        reason: row.try_get(from + 13)?,
        accepted_until: row.try_get::<Option<i64>, _>(from + 14)?.map(Timestamp),
        first: Timestamp(row.try_get(from + 15)?),
        last: Timestamp(row.try_get(from + 16)?),
        times: row.try_get(from + 17)?,
    })
}

/// What is said of findings that the store itself makes.
pub(crate) mod words {
    use model::{ChangeKind, Sentence};

    model::sentences! {
        NEW_ASSET: "New in the plant: {asset}", "Neu in der Anlage: {asset}";
        NEW_CONVERSATION: "New conversation with {asset}", "Neue Verbindung mit {asset}";
        NEW_OPERATION: "New operation on {asset}", "Neuer Vorgang an {asset}";
        PROGRAM_LOAD: "A program was loaded into {asset}", "In {asset} wurde ein Programm geladen";
        CHANGED_FIRMWARE: "Other firmware in {asset}", "Andere Firmware in {asset}";
        CHANGED_ADDRESS: "Other address of {asset}", "Andere Adresse von {asset}";
        SILENT_ASSET: "Silent: {asset}", "Verstummt: {asset}";
        CHANGE_DETAIL: "Before: {before}. Now: {after}. Why it is a finding: {reason}",
            "Vorher: {before}. Jetzt: {after}. Warum es ein Befund ist: {reason}";
        CHANGE_REMEDY: "Find out who did this and whether it was planned; undo it where it was not.",
            "Klären, wer das getan hat und ob es geplant war; andernfalls rückgängig machen.";
        LEVEL_CONTRADICTED: "What {asset} does contradicts its confirmed level {confirmed}",
            "Was {asset} tut, widerspricht der bestätigten Ebene {confirmed}";
        LEVEL_CONTRADICTED_DETAIL: "A person confirmed level {confirmed}. What was observed speaks for level {inferred}: {reasons}.",
            "Bestätigt wurde Ebene {confirmed}. Das Beobachtete spricht für Ebene {inferred}: {reasons}.";
        ROLE_CONTRADICTED: "What {asset} does contradicts its confirmed role {confirmed}",
            "Was {asset} tut, widerspricht der bestätigten Rolle {confirmed}";
        ROLE_CONTRADICTED_DETAIL: "A person confirmed the role {confirmed}. What was observed speaks for {inferred}: {reasons}.",
            "Bestätigt wurde die Rolle {confirmed}. Das Beobachtete spricht für {inferred}: {reasons}.";
        CONTRADICTED_REMEDY: "Look at the device. If it is what was confirmed, find out what makes it act otherwise; if not, correct what was confirmed.",
            "Das Gerät ansehen. Ist es, was bestätigt wurde, klären, warum es sich anders verhält; sonst die Bestätigung berichtigen.";
    }

    /// The title of a finding that was made of a change.
    pub(crate) fn title(kind: ChangeKind) -> Sentence {
        match kind {
            ChangeKind::NewAsset => NEW_ASSET,
            ChangeKind::NewConversation => NEW_CONVERSATION,
            ChangeKind::NewOperation => NEW_OPERATION,
            ChangeKind::ProgramLoad => PROGRAM_LOAD,
            ChangeKind::ChangedFirmware => CHANGED_FIRMWARE,
            ChangeKind::ChangedAddress => CHANGED_ADDRESS,
            ChangeKind::SilentAsset => SILENT_ASSET,
        }
    }
}
