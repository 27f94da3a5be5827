//! What a person makes of findings: sees, accepts for a time, resolves or reopens them, one or many at once.

use model::Timestamp;
use store::audit;
use store::findings::{self, Triage};

use crate::{ActionError, Desk, Refusal, Right, Who};

/// Findings that are judged at once at most.
pub const FINDINGS_AT_ONCE_MAX: usize = 1_000;

/// Judges findings: all of them, or none when one cannot be.
pub async fn triage(
    desk: &Desk,
    who: &Who,
    findings: &[i64],
    triage: &Triage,
    now: Timestamp,
) -> Result<(), ActionError> {
    who.need(Right::JudgeFindings)?;
    if findings.len() > FINDINGS_AT_ONCE_MAX {
        return Err(Refusal::TooMany.into());
    }
    let mut tx = desk.store().begin().await?;
    for id in findings {
        let state = findings::triage(&mut tx, *id, triage, &who.name, now).await.map_err(ActionError::of)?;
        let detail = match triage {
            Triage::See => state.to_string(),
            Triage::Accept { reason, until } => format!("{state} until {until}: {}", reason.trim()),
            Triage::Resolve { reason } | Triage::Reopen { reason } => format!("{state}: {}", reason.trim()),
        };
        audit::append(&mut tx, now, &who.name, "triage-finding", &format!("finding {id}"), &detail).await?;
    }
    Ok(tx.commit().await?)
}
