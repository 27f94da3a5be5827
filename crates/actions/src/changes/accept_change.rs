//! What a person makes of changes: takes them into the baseline, or makes findings of them; and the times she names.

use model::{Baseline, Timestamp, WindowKind};
use store::{audit, baselines, changes};

use crate::{ActionError, Desk, Refusal, Right, Who};

/// Changes that are decided at once at most.
pub const CHANGES_AT_ONCE_MAX: usize = 1_000;

/// Takes changes into the baseline in whose time they happened: all of them, or none when one cannot be.
pub async fn accept(
    desk: &Desk,
    who: &Who,
    ids: &[i64],
    reason: &str,
    now: Timestamp,
) -> Result<(), ActionError> {
    who.need(Right::DecideChanges)?;
    check_count(ids)?;
    let mut tx = desk.store().begin().await?;
    for id in ids {
        let change = changes::accept(&mut tx, *id, &who.name, reason, now).await.map_err(ActionError::of)?;
        let detail = format!("{} into {}: {}", change.kind, change.baseline, reason.trim());
        audit::append(&mut tx, now, &who.name, "accept-change", &format!("change {id}"), &detail).await?;
    }
    Ok(tx.commit().await?)
}

/// Makes a finding of each change. Answers the findings' numbers.
pub async fn make_findings(
    desk: &Desk,
    who: &Who,
    ids: &[i64],
    reason: &str,
    now: Timestamp,
) -> Result<Vec<i64>, ActionError> {
    who.need(Right::DecideChanges)?;
    check_count(ids)?;
    let mut tx = desk.store().begin().await?;
    let mut findings = Vec::new();
    for id in ids {
        let finding =
            changes::make_finding(&mut tx, *id, &who.name, reason, now).await.map_err(ActionError::of)?;
        let detail = format!("finding {finding}: {}", reason.trim());
        audit::append(&mut tx, now, &who.name, "make-finding", &format!("change {id}"), &detail).await?;
        findings.push(finding);
    }
    tx.commit().await?;
    Ok(findings)
}

/// Names a time: a shutdown, work on the machines, or an incident, which may lie in the past.
pub async fn open_window(
    desk: &Desk,
    who: &Who,
    kind: WindowKind,
    (from, until): (Timestamp, Timestamp),
    reason: &str,
    now: Timestamp,
) -> Result<i64, ActionError> {
    who.need(Right::DecideChanges)?;
    if reason.trim().is_empty() || reason.len() > changes::REASON_BYTES_MAX {
        return Err(Refusal::UnusableText.into());
    }
    let mut tx = desk.store().begin().await?;
    let opened = baselines::open_window(&mut tx, kind, from, until, &who.name, reason.trim(), now).await;
    let id = opened.map_err(ActionError::of)?;
    let detail = format!("{kind} from {from} until {until}: {}", reason.trim());
    audit::append(&mut tx, now, &who.name, "open-window", &format!("window {id}"), &detail).await?;
    tx.commit().await?;
    Ok(id)
}

/// Ends a window now.
pub async fn close_window(desk: &Desk, who: &Who, id: i64, now: Timestamp) -> Result<(), ActionError> {
    who.need(Right::DecideChanges)?;
    let mut tx = desk.store().begin().await?;
    baselines::close_window(&mut tx, id, now).await.map_err(ActionError::of)?;
    audit::append(&mut tx, now, &who.name, "close-window", &format!("window {id}"), "").await?;
    Ok(tx.commit().await?)
}

/// Lets a baseline learn until a time; now or before ends its learning.
pub async fn learn_until(
    desk: &Desk,
    who: &Who,
    baseline: Baseline,
    until: Timestamp,
    now: Timestamp,
) -> Result<(), ActionError> {
    who.need(Right::DecideChanges)?;
    let mut tx = desk.store().begin().await?;
    baselines::learn_until(&mut tx, baseline, until).await?;
    let detail = format!("until {until}");
    audit::append(&mut tx, now, &who.name, "learn-until", &format!("baseline {baseline}"), &detail).await?;
    Ok(tx.commit().await?)
}

fn check_count(ids: &[i64]) -> Result<(), ActionError> {
    if ids.len() > CHANGES_AT_ONCE_MAX { Err(Refusal::TooMany.into()) } else { Ok(()) }
}
