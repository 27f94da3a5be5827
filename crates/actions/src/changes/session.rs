//! Sessions: who is behind a secret, and how sessions end.

use model::Timestamp;
use store::people;
use store::{Transaction, audit};

use crate::{ActionError, Desk, Role, Who, secrets};

/// A session ends after this time in any case, in hours: a long shift.
pub const SESSION_HOURS_MAX: i64 = 12;
/// And when it was not used for this long, in minutes.
pub const SESSION_IDLE_MINUTES_MAX: i64 = 60;
/// Its last use is noted no more often than this, in seconds.
const NOTED_AFTER_SECONDS: i64 = 60;
const SECOND: i64 = 1_000_000_000;

/// Who is behind the secret of a session; nobody when it is over or the account is closed.
pub async fn who(desk: &Desk, secret: &str, now: Timestamp) -> Result<Option<Who>, ActionError> {
    let Some(session) = people::session(desk.store(), &secrets::fingerprint(secret)).await? else {
        return Ok(None);
    };
    let idle = now.since(session.seen_at);
    if now >= session.expires_at || idle > SESSION_IDLE_MINUTES_MAX * 60 * SECOND {
        return Ok(None);
    }
    let account = people::account(desk.store(), session.account_id).await?;
    let Some(account) = account.filter(|account| account.closed_at.is_none()) else { return Ok(None) };
    if idle > NOTED_AFTER_SECONDS * SECOND {
        let mut tx = desk.store().begin().await?;
        people::touch_session(&mut tx, session.id, now).await?;
        tx.commit().await?;
    }
    let role: Option<Role> = account.role.parse().ok();
    Ok(Some(Who::person(account.id, &account.name, &account.full_name, role, session.id)))
}

/// Ends the session that asks.
pub async fn log_out(desk: &Desk, who: &Who, now: Timestamp) -> Result<(), ActionError> {
    match who.session {
        Some(session) => end(desk, who, session, now).await,
        None => Ok(()),
    }
}

/// Ends one of one's own sessions.
pub async fn end(desk: &Desk, who: &Who, session: i64, now: Timestamp) -> Result<(), ActionError> {
    let mut tx = desk.store().begin().await?;
    if !people::end_session(&mut tx, who.account, session).await? {
        return Err(ActionError::NotFound);
    }
    audit::append(&mut tx, now, &who.name, "end-session", &format!("session {session}"), "").await?;
    Ok(tx.commit().await?)
}

/// Ends all of one's own sessions but the one that asks.
pub async fn end_others(desk: &Desk, who: &Who, now: Timestamp) -> Result<(), ActionError> {
    let mut tx = desk.store().begin().await?;
    let ended = people::end_sessions(&mut tx, who.account, who.session.unwrap_or(0)).await?;
    let detail = format!("{ended} sessions");
    audit::append(&mut tx, now, &who.name, "end-other-sessions", &format!("account {}", who.name), &detail)
        .await?;
    Ok(tx.commit().await?)
}

/// Gives the session that asks a new secret, as part of a change.
pub(crate) async fn rotate(tx: &mut Transaction, who: &Who) -> Result<String, ActionError> {
    let secret = secrets::secret()?;
    if let Some(session) = who.session {
        people::rotate_session(tx, session, &secrets::fingerprint(&secret)).await?;
    }
    Ok(secret)
}
