//! Who did what: the audit log, and whether its chain holds.

use model::Timestamp;
use store::audit::{self, Entry, Verified};
use store::audit_search::{self, Search};

use crate::{ActionError, Desk, Right, Who};

/// Entries on one page.
pub const ENTRIES: u32 = 100;

/// One page of the log.
#[derive(Debug)]
pub struct Log {
    /// Newest first.
    pub entries: Vec<Entry>,
    /// Every action that occurs, for choosing.
    pub actions: Vec<String>,
    /// The number before which the next page begins; none at the end.
    pub older: Option<i64>,
}

/// Looks for entries. Looking is written to the log itself.
pub async fn log(desk: &Desk, who: &Who, search: &Search, now: Timestamp) -> Result<Log, ActionError> {
    who.need(Right::SeeAudit)?;
    let mut entries = audit_search::find(desk.store(), search, ENTRIES + 1).await?;
    let more = entries.len() > ENTRIES as usize;
    entries.truncate(ENTRIES as usize);
    let older = entries.last().map(|entry| entry.number).filter(|_| more);
    let actions = audit_search::actions(desk.store()).await?;
    let detail =
        format!("actor \"{}\", action \"{}\", words \"{}\"", search.actor, search.action, search.words);
    note(desk, who, "see-audit", &detail, now).await?;
    Ok(Log { entries, actions, older })
}

/// Checks the whole chain.
pub async fn verify(desk: &Desk, who: &Who, now: Timestamp) -> Result<Verified, ActionError> {
    who.need(Right::SeeAudit)?;
    let verified = audit::verify(desk.store(), 1).await?;
    let detail = match &verified {
        Verified::Whole { entries, .. } => format!("{entries} entries, whole"),
        Verified::Broken { number, why } => format!("broken at {number}: {why}"),
    };
    note(desk, who, "verify-audit", &detail, now).await?;
    Ok(verified)
}

async fn note(desk: &Desk, who: &Who, action: &str, detail: &str, now: Timestamp) -> Result<(), ActionError> {
    let mut tx = desk.store().begin().await?;
    audit::append(&mut tx, now, &who.name, action, "audit log", detail).await?;
    Ok(tx.commit().await?)
}
