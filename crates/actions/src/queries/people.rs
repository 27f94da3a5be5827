//! Who has an account, and one's own sessions and tokens.

use model::Timestamp;
use store::audit;
use store::people;

use crate::{ActionError, Desk, Right, Role, Who};

/// A person, as others may see her.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// Number of the account.
    pub account: i64,
    /// Its name.
    pub name: String,
    /// What the person is called.
    pub full_name: String,
    /// What she is here for.
    pub role: Option<Role>,
    /// Whether codes are asked for.
    pub has_second_factor: bool,
    /// Whether she chose a password yet.
    pub has_password: bool,
    /// When the account was closed.
    pub closed_at: Option<Timestamp>,
    /// When it was last entered.
    pub last_login_at: Option<Timestamp>,
}

/// One's own account.
#[derive(Debug, Clone)]
pub struct OwnAccount {
    /// As others see it.
    pub person: Person,
    /// Browsers that are logged in.
    pub sessions: Vec<people::Session>,
    /// Programs that may come in.
    pub tokens: Vec<people::Token>,
    /// Recovery codes that are left.
    pub recovery_codes: i64,
}

/// Everybody with an account, by name. Looking is written to the log.
pub async fn everybody(desk: &Desk, who: &Who, now: Timestamp) -> Result<Vec<Person>, ActionError> {
    who.need(Right::SeePeople)?;
    let accounts = people::accounts(desk.store()).await?;
    let mut tx = desk.store().begin().await?;
    audit::append(&mut tx, now, &who.name, "see-people", "people", &format!("{} accounts", accounts.len()))
        .await?;
    tx.commit().await?;
    Ok(accounts.into_iter().map(person).collect())
}

/// How many accounts there are, closed ones too.
pub async fn count(desk: &Desk, who: &Who) -> Result<i64, ActionError> {
    who.need(Right::ManagePeople)?;
    Ok(people::count(desk.store()).await?)
}

/// One's own account with its sessions and tokens.
pub async fn own(desk: &Desk, who: &Who) -> Result<OwnAccount, ActionError> {
    let account = people::account(desk.store(), who.account).await?.ok_or(ActionError::NotFound)?;
    Ok(OwnAccount {
        sessions: people::sessions(desk.store(), account.id).await?,
        tokens: people::tokens(desk.store(), account.id).await?,
        recovery_codes: people::recovery_codes(desk.store(), account.id).await?,
        person: person(account),
    })
}

fn person(account: people::Account) -> Person {
    Person {
        account: account.id,
        role: account.role.parse().ok(),
        has_second_factor: account.second_factor.is_some(),
        has_password: !account.password.is_empty(),
        name: account.name,
        full_name: account.full_name,
        closed_at: account.closed_at,
        last_login_at: account.last_login_at,
    }
}
