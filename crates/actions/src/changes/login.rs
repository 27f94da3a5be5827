//! Coming in with name, password and, where it is set up, a code.

use model::Timestamp;
use store::people::{self, Account, Session};
use store::{Transaction, audit};

use crate::changes::second_factor;
use crate::changes::session::SESSION_HOURS_MAX;
use crate::guard::Answer;
use crate::{ActionError, Desk, Refusal, secrets};

/// Most bytes of a name, address or browser's own description that are kept.
const WORDS_BYTES_MAX: usize = 200;

/// From where somebody comes.
#[derive(Debug, Clone, Default)]
pub struct Place {
    /// The network address.
    pub address: String,
    /// What the browser calls itself.
    pub agent: String,
}

/// What somebody presents at the door.
#[derive(Debug, Clone, Default)]
pub struct Login {
    /// The account's name.
    pub name: String,
    /// Its password.
    pub password: String,
    /// A code of the second factor, or a recovery code; empty where none is set up.
    pub code: String,
    /// The secret of a session that this browser had before; it ends.
    pub before: Option<String>,
}

/// A new session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entered {
    /// Its secret: for the cookie alone, and never stored.
    pub secret: String,
    /// The account's name.
    pub name: String,
}

/// Checks who it is and begins a session with a new secret.
///
/// Wrong names, passwords and codes are told apart nowhere but in the audit log, and take the same time.
pub async fn log_in(
    desk: &Desk,
    login: &Login,
    place: &Place,
    now: Timestamp,
) -> Result<Entered, ActionError> {
    let name = login.name.trim().to_lowercase();
    let account = match name.len() <= WORDS_BYTES_MAX {
        true => people::account_named(desk.store(), &name).await?,
        false => None,
    };
    let known = match &account {
        Some(account) => people::is_known_place(desk.store(), account.id, &place.address).await?,
        None => false,
    };
    let answer = desk.guard().ask(&name, &place.address, known, now);
    if let Answer::Wait { seconds, first } = answer {
        if first {
            note(desk, &name, "slow-logins", place, "too many tries; further ones wait", now).await?;
        }
        return Err(Refusal::Slowed { seconds }.into());
    }
    let stored = account.as_ref().map_or("", |account| account.password.as_str());
    let fits = desk.password_fits(&login.password, stored).await?;
    let Some(account) = account.filter(|account| fits && account.closed_at.is_none()) else {
        note(desk, &name, "fail-login", place, "name or password", now).await?;
        return Err(Refusal::WrongLogin.into());
    };
    let mut tx = desk.store().begin().await?;
    if !second_factor::passes(&mut tx, &account, &login.code, now).await? {
        drop(tx);
        note(desk, &name, "fail-login", place, "code", now).await?;
        return Err(Refusal::WrongLogin.into());
    }
    if let Some(before) = &login.before {
        end_before(desk, &mut tx, before).await?;
    }
    let entered = begin_session(&mut tx, account.id, &account.name, place, now).await?;
    tx.commit().await?;
    desk.guard().forgive(&name, &place.address, known, now);
    Ok(entered)
}

/// Whether the present password of an account is this one; tries are counted as at the door.
pub(crate) async fn check_present(
    desk: &Desk,
    account: &Account,
    password: &str,
    now: Timestamp,
) -> Result<(), ActionError> {
    if let Answer::Wait { seconds, .. } = desk.guard().ask(&account.name, "inside", true, now) {
        return Err(Refusal::Slowed { seconds }.into());
    }
    if !desk.password_fits(password, &account.password).await? {
        return Err(Refusal::WrongPassword.into());
    }
    desk.guard().forgive(&account.name, "inside", true, now);
    Ok(())
}

/// Begins a session as part of a change.
pub(crate) async fn begin_session(
    tx: &mut Transaction,
    account: i64,
    name: &str,
    place: &Place,
    now: Timestamp,
) -> Result<Entered, ActionError> {
    let secret = secrets::secret()?;
    let session = Session {
        id: 0,
        account_id: account,
        created_at: now,
        seen_at: now,
        expires_at: Timestamp(now.0.saturating_add(SESSION_HOURS_MAX * 3_600_000_000_000)),
        address: bounded(&place.address),
        agent: bounded(&place.agent),
    };
    let id = people::add_session(tx, &secrets::fingerprint(&secret), &session).await?;
    people::note_login(tx, account, &session.address, now).await?;
    let detail = format!("from {}", session.address);
    audit::append(tx, now, name, "log-in", &format!("session {id}"), &detail).await?;
    Ok(Entered { secret, name: name.to_string() })
}

async fn end_before(desk: &Desk, tx: &mut Transaction, secret: &str) -> Result<(), ActionError> {
    if let Some(session) = people::session(desk.store(), &secrets::fingerprint(secret)).await? {
        people::end_session(tx, session.account_id, session.id).await?;
    }
    Ok(())
}

/// A line of the log about a name that may be anybody's.
async fn note(
    desk: &Desk,
    name: &str,
    action: &str,
    place: &Place,
    why: &str,
    now: Timestamp,
) -> Result<(), ActionError> {
    let mut tx = desk.store().begin().await?;
    let subject = format!("account {}", bounded(name));
    let detail = format!("from {}: {why}", bounded(&place.address));
    audit::append(&mut tx, now, "sluice", action, &subject, &detail).await?;
    Ok(tx.commit().await?)
}

fn bounded(text: &str) -> String {
    let end = text.floor_char_boundary(WORDS_BYTES_MAX);
    model::printable(text.get(..end).unwrap_or_default()).into_owned()
}
