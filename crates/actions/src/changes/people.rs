//! Accounts: made, given a role, closed; one's own password.

use model::Timestamp;
use store::people::{self, Account};
use store::{Transaction, audit};

use crate::changes::login::check_present;
use crate::changes::session::rotate;
use crate::{ActionError, Desk, Refusal, Right, Role, Who, secrets};

/// Accounts that one installation holds.
pub const ACCOUNTS_MAX: i64 = 1_000;
/// Longest name of a person, in characters.
const FULL_NAME_CHARS_MAX: usize = 80;

/// Makes an account without a password. An invitation lets the person choose one.
pub async fn add(
    desk: &Desk,
    who: &Who,
    name: &str,
    full_name: &str,
    role: Role,
    now: Timestamp,
) -> Result<i64, ActionError> {
    who.need(Right::ManagePeople)?;
    let name = check_name(name)?;
    let full_name = check_full_name(full_name, &name)?;
    if people::count(desk.store()).await? >= ACCOUNTS_MAX {
        return Err(Refusal::TooMany.into());
    }
    let mut tx = desk.store().begin().await?;
    let added = people::add_account(&mut tx, &name, &full_name, "", now).await;
    let id = match added {
        Err(error) if error.is_duplicate() => return Err(Refusal::NameTaken.into()),
        added => added?,
    };
    people::set_role(&mut tx, id, role.as_str()).await?;
    audit::append(&mut tx, now, &who.name, "add-account", &format!("account {name}"), role.as_str()).await?;
    tx.commit().await?;
    Ok(id)
}

/// Gives an account another role. Its sessions end, so that what was open with the old rights is closed.
pub async fn give_role(
    desk: &Desk,
    who: &Who,
    account: i64,
    role: Role,
    now: Timestamp,
) -> Result<(), ActionError> {
    let account = other(desk, who, account).await?;
    if account.role == role.as_str() {
        return Ok(());
    }
    let mut tx = desk.store().begin().await?;
    keep_an_administrator(&mut tx, &account).await?;
    people::set_role(&mut tx, account.id, role.as_str()).await?;
    people::end_sessions(&mut tx, account.id, 0).await?;
    let detail = format!("from {} to {role}", account.role);
    audit::append(&mut tx, now, &who.name, "give-role", &format!("account {}", account.name), &detail)
        .await?;
    Ok(tx.commit().await?)
}

/// Closes an account: its sessions, tokens and links end. What it did stays in the log.
pub async fn close(desk: &Desk, who: &Who, account: i64, now: Timestamp) -> Result<(), ActionError> {
    let account = other(desk, who, account).await?;
    let mut tx = desk.store().begin().await?;
    keep_an_administrator(&mut tx, &account).await?;
    people::set_closed(&mut tx, account.id, Some(now)).await?;
    people::end_sessions(&mut tx, account.id, 0).await?;
    people::remove_tokens(&mut tx, account.id).await?;
    people::remove_keys(&mut tx, account.id).await?;
    audit::append(&mut tx, now, &who.name, "close-account", &format!("account {}", account.name), "").await?;
    Ok(tx.commit().await?)
}

/// Opens a closed account again.
pub async fn reopen(desk: &Desk, who: &Who, account: i64, now: Timestamp) -> Result<(), ActionError> {
    let account = other(desk, who, account).await?;
    let mut tx = desk.store().begin().await?;
    people::set_closed(&mut tx, account.id, None).await?;
    audit::append(&mut tx, now, &who.name, "reopen-account", &format!("account {}", account.name), "")
        .await?;
    Ok(tx.commit().await?)
}

/// Changes one's own password. Other sessions end; this one goes on under a new secret, which is answered.
pub async fn change_password(
    desk: &Desk,
    who: &Who,
    present: &str,
    new: &str,
    now: Timestamp,
) -> Result<String, ActionError> {
    let session = who.session.ok_or(ActionError::Forbidden)?;
    let account = people::account(desk.store(), who.account).await?.ok_or(ActionError::NotFound)?;
    check_present(desk, &account, present, now).await?;
    secrets::check_password(new, &account.name)?;
    let hash = desk.hash_password(new).await?;
    let mut tx = desk.store().begin().await?;
    people::set_password(&mut tx, account.id, &hash).await?;
    people::end_sessions(&mut tx, account.id, session).await?;
    let secret = rotate(&mut tx, who).await?;
    audit::append(&mut tx, now, &who.name, "change-password", &format!("account {}", account.name), "")
        .await?;
    tx.commit().await?;
    Ok(secret)
}

/// The account's name in small letters, when it can be one.
pub(crate) fn check_name(name: &str) -> Result<String, Refusal> {
    let name = name.trim().to_lowercase();
    let fits =
        |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || ".-_".contains(letter);
    // One name is Sluice's own in the log.
    let usable = (2..=64).contains(&name.len()) && name.chars().all(fits) && name != "sluice";
    if usable { Ok(name) } else { Err(Refusal::UnusableName) }
}

/// What the person is called; the account's name where nothing is given.
pub(crate) fn check_full_name(full_name: &str, name: &str) -> Result<String, Refusal> {
    let full_name = model::printable(full_name.trim()).into_owned();
    match full_name.chars().count() {
        0 => Ok(name.to_string()),
        1..=FULL_NAME_CHARS_MAX => Ok(full_name),
        _ => Err(Refusal::UnusableText),
    }
}

/// Somebody else's account.
async fn other(desk: &Desk, who: &Who, account: i64) -> Result<Account, ActionError> {
    who.need(Right::ManagePeople)?;
    if account == who.account {
        return Err(Refusal::OwnAccount.into());
    }
    people::account(desk.store(), account).await?.ok_or(ActionError::NotFound)
}

/// Refuses to take the last administrator away.
async fn keep_an_administrator(tx: &mut Transaction, account: &Account) -> Result<(), ActionError> {
    let administrator = Role::Administrator.as_str();
    let counts = account.role == administrator && account.closed_at.is_none() && !account.password.is_empty();
    if counts && people::count_with_role(tx, administrator).await? <= 1 {
        return Err(Refusal::LastAdministrator.into());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_plain() {
        assert_eq!(check_name(" Anna.Weber "), Ok("anna.weber".to_string()));
        for bad in ["a", "anna weber", "anna/..", "änne", "sluice", "<b>", ""] {
            assert_eq!(check_name(bad), Err(Refusal::UnusableName), "{bad}");
        }
    }
}
