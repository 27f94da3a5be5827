//! Takes in what was seen: a report of a sensor, an interface or a capture; and what is to be done now and then.

use model::Timestamp;
use store::observe::{self, Observed, Report};
use store::{audit, changes, findings, retention};

use crate::{ActionError, Desk, Right, Who};

/// What housekeeping did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Kept {
    /// Silences that were opened as changes.
    pub silent: Vec<i64>,
    /// Findings whose acceptance ran out.
    pub expired: Vec<i64>,
    /// Days rolled up, and rows forgotten.
    pub tidied: retention::Tidied,
}

/// Folds a report into what is known. The same report a second time changes nothing.
///
/// What a person hands in is written to the audit log. What Sluice hears by itself is not: it would bury the rest, and
/// each report is on record by its id.
pub async fn observe(desk: &Desk, who: &Who, report: &Report<'_>) -> Result<Observed, ActionError> {
    who.need(Right::AddCaptures)?;
    let mut tx = desk.store().begin().await?;
    let observed = observe::observe(&mut tx, report).await?;
    if who.account != 0 && !observed.repeated {
        let detail = format!(
            "{} assets, {} conversations",
            report.plant.assets.len(),
            report.plant.conversations.len()
        );
        let subject = format!("report {} of {}", report.id, report.source);
        audit::append(&mut tx, report.received, &who.name, "observe", &subject, &detail).await?;
    }
    tx.commit().await?;
    Ok(observed)
}

/// Notes silence, reopens what was accepted until now, rolls up and forgets. To be called every few minutes.
pub async fn keep_house(desk: &Desk, now: Timestamp) -> Result<Kept, ActionError> {
    let who = Who::sluice();
    let mut tx = desk.store().begin().await?;
    let silent = changes::notice_silence(&mut tx).await?;
    let expired = findings::expire(&mut tx, now).await?;
    for id in &expired {
        let detail = "the time until which it was accepted is over";
        audit::append(&mut tx, now, &who.name, "triage-finding", &format!("finding {id}"), detail).await?;
    }
    let tidied = retention::tidy(&mut tx, now).await?;
    if tidied.forgotten > 0 {
        let detail = format!("{} rows older than the settings keep", tidied.forgotten);
        audit::append(&mut tx, now, &who.name, "forget", "observations", &detail).await?;
    }
    tx.commit().await?;
    Ok(Kept { silent, expired, tidied })
}
