//! Links that open once: the first administrator, invitations, and the door of the demonstration.

use model::Timestamp;
use store::audit;
use store::people::{self, Key};

use crate::changes::login::{Entered, Place, begin_session};
use crate::changes::people::{check_full_name, check_name};
use crate::{ActionError, Desk, Refusal, Right, Role, Who, secrets};

/// How long the link of the first start opens, in hours.
pub const FIRST_START_HOURS: i64 = 24;
/// How long an invitation opens, in hours.
pub const INVITATION_HOURS: i64 = 72;
/// How long the link of the demonstration opens, in hours.
pub const ENTRY_HOURS: i64 = 24;
const HOUR: i64 = 3_600_000_000_000;

/// What a link opens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Opens {
    /// The first start: the visitor becomes administrator.
    FirstStart,
    /// An account waits for its password.
    Invitation {
        /// Its name.
        name: String,
        /// What the person is called.
        full_name: String,
    },
    /// Straight in, as this account; the demonstration alone makes such links.
    Entry,
}

/// Makes the secret of a link for the first administrator; none once there is an account. Earlier ones no longer open.
pub async fn first_key(desk: &Desk, now: Timestamp) -> Result<Option<String>, ActionError> {
    if people::count(desk.store()).await? > 0 {
        return Ok(None);
    }
    let secret = secrets::secret()?;
    let mut tx = desk.store().begin().await?;
    add_key(&mut tx, &secret, "first-start", None, FIRST_START_HOURS, now).await?;
    let detail = format!("opens for {FIRST_START_HOURS} hours");
    audit::append(&mut tx, now, "sluice", "make-first-start-link", "sluice", &detail).await?;
    tx.commit().await?;
    Ok(Some(secret))
}

/// Makes the secret of a link that sets a new password: an invitation, or the way back for who forgot it. Sessions and
/// the second factor stay until the link is used.
pub async fn invite(desk: &Desk, who: &Who, account: i64, now: Timestamp) -> Result<String, ActionError> {
    who.need(Right::ManagePeople)?;
    let found = people::account(desk.store(), account).await?.ok_or(ActionError::NotFound)?;
    let secret = secrets::secret()?;
    let mut tx = desk.store().begin().await?;
    add_key(&mut tx, &secret, "invitation", Some(account), INVITATION_HOURS, now).await?;
    let subject = format!("account {}", found.name);
    let detail = format!("opens for {INVITATION_HOURS} hours");
    audit::append(&mut tx, now, &who.name, "invite", &subject, &detail).await?;
    tx.commit().await?;
    Ok(secret)
}

/// The way back for who started the program on its own machine: a link that sets the password of an open account, even
/// of the last administrator.
pub async fn rescue(desk: &Desk, name: &str, now: Timestamp) -> Result<String, ActionError> {
    let account = people::account_named(desk.store(), &name.trim().to_lowercase()).await?;
    let account = account.filter(|account| account.closed_at.is_none()).ok_or(ActionError::NotFound)?;
    invite(desk, &Who::sluice(), account.id, now).await
}

/// Makes an administrator without a password and a link that logs her in, for the demonstration.
pub async fn demonstration(
    desk: &Desk,
    name: &str,
    full_name: &str,
    now: Timestamp,
) -> Result<String, ActionError> {
    let secret = secrets::secret()?;
    let mut tx = desk.store().begin().await?;
    let account = people::add_account(&mut tx, name, full_name, "", now).await?;
    people::set_role(&mut tx, account, Role::Administrator.as_str()).await?;
    add_key(&mut tx, &secret, "entry", Some(account), ENTRY_HOURS, now).await?;
    audit::append(&mut tx, now, "sluice", "make-demonstration", &format!("account {name}"), "").await?;
    tx.commit().await?;
    Ok(secret)
}

/// What a link opens, without using it up.
pub async fn look(desk: &Desk, secret: &str, now: Timestamp) -> Result<Opens, ActionError> {
    let key = people::key(desk.store(), &secrets::fingerprint(secret)).await?;
    opens(desk, key.filter(|key| key.expires_at > now)).await
}

/// Makes the first administrator, and logs her in.
pub async fn make_administrator(
    desk: &Desk,
    secret: &str,
    name: &str,
    full_name: &str,
    password: &str,
    place: &Place,
    now: Timestamp,
) -> Result<Entered, ActionError> {
    let Opens::FirstStart = look(desk, secret, now).await? else { return Err(Refusal::KeyGone.into()) };
    let name = check_name(name)?;
    let full_name = check_full_name(full_name, &name)?;
    secrets::check_password(password, &name)?;
    let hash = desk.hash_password(password).await?;
    let mut tx = desk.store().begin().await?;
    let key = people::use_key(&mut tx, &secrets::fingerprint(secret)).await?;
    if key.is_none_or(|key| key.kind != "first-start") {
        return Err(Refusal::KeyGone.into());
    }
    let account = people::add_account(&mut tx, &name, &full_name, &hash, now).await?;
    people::set_role(&mut tx, account, Role::Administrator.as_str()).await?;
    let subject = format!("account {name}");
    audit::append(&mut tx, now, &name, "become-administrator", &subject, "with the link of the first start")
        .await?;
    let entered = begin_session(&mut tx, account, &name, place, now).await?;
    tx.commit().await?;
    Ok(entered)
}

/// Sets the password of an invited account, and logs the person in. Her sessions elsewhere end.
pub async fn accept(
    desk: &Desk,
    secret: &str,
    password: &str,
    place: &Place,
    now: Timestamp,
) -> Result<Entered, ActionError> {
    let Opens::Invitation { name, .. } = look(desk, secret, now).await? else {
        return Err(Refusal::KeyGone.into());
    };
    secrets::check_password(password, &name)?;
    let hash = desk.hash_password(password).await?;
    let mut tx = desk.store().begin().await?;
    let key = people::use_key(&mut tx, &secrets::fingerprint(secret)).await?;
    let Some(account) = key.filter(|key| key.kind == "invitation").and_then(|key| key.account_id) else {
        return Err(Refusal::KeyGone.into());
    };
    people::set_password(&mut tx, account, &hash).await?;
    people::set_second_factor(&mut tx, account, None, 0, &[]).await?;
    people::end_sessions(&mut tx, account, 0).await?;
    let subject = format!("account {name}");
    audit::append(&mut tx, now, &name, "accept-invitation", &subject, "password set, second factor off")
        .await?;
    let entered = begin_session(&mut tx, account, &name, place, now).await?;
    tx.commit().await?;
    Ok(entered)
}

/// Logs in with the link of the demonstration. It opens once.
pub async fn enter(desk: &Desk, secret: &str, place: &Place, now: Timestamp) -> Result<Entered, ActionError> {
    let Opens::Entry = look(desk, secret, now).await? else { return Err(Refusal::KeyGone.into()) };
    let mut tx = desk.store().begin().await?;
    let key = people::use_key(&mut tx, &secrets::fingerprint(secret)).await?;
    let Some(id) = key.filter(|key| key.kind == "entry").and_then(|key| key.account_id) else {
        return Err(Refusal::KeyGone.into());
    };
    let account = people::account(desk.store(), id).await?.ok_or(Refusal::KeyGone)?;
    let entered = begin_session(&mut tx, id, &account.name, place, now).await?;
    tx.commit().await?;
    Ok(entered)
}

async fn opens(desk: &Desk, key: Option<Key>) -> Result<Opens, ActionError> {
    let key = key.ok_or(Refusal::KeyGone)?;
    if key.kind == "first-start" {
        return Ok(Opens::FirstStart);
    }
    let account = people::account(desk.store(), key.account_id.unwrap_or(0)).await?;
    let account = account.filter(|account| account.closed_at.is_none()).ok_or(Refusal::KeyGone)?;
    match key.kind.as_str() {
        "invitation" => Ok(Opens::Invitation { name: account.name, full_name: account.full_name }),
        "entry" => Ok(Opens::Entry),
        _ => Err(Refusal::KeyGone.into()),
    }
}

async fn add_key(
    tx: &mut store::Transaction,
    secret: &str,
    kind: &str,
    account_id: Option<i64>,
    hours: i64,
    now: Timestamp,
) -> Result<(), ActionError> {
    let expires_at = Timestamp(now.0.saturating_add(hours * HOUR));
    let key = Key { kind: kind.to_string(), account_id, expires_at };
    Ok(people::add_key(tx, &secrets::fingerprint(secret), &key, now).await?)
}
