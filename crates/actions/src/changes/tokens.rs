//! Tokens: how a program comes in for its owner, with a scope and an end.

use std::collections::BTreeSet;

use model::Timestamp;
use store::audit;
use store::people::{self, Token};

use crate::{ActionError, Desk, Refusal, Right, Role, Who, secrets};

/// What every token begins with, so that people and scanners know one when they see it.
pub const PREFIX: &str = "sluice_";
/// Tokens that one account may have.
pub const TOKENS_MAX: usize = 20;
/// Longest name, in characters.
const NAME_CHARS_MAX: usize = 60;
/// Longest life, in days.
const DAYS_MAX: i64 = 366;
/// Its last use is noted no more often than this, in nanoseconds.
const NOTED_AFTER: i64 = 60_000_000_000;
const DAY: i64 = 86_400_000_000_000;

/// Makes a token with some of one's own rights. It is shown this once.
pub async fn make(
    desk: &Desk,
    who: &Who,
    name: &str,
    scope: &BTreeSet<Right>,
    days: i64,
    now: Timestamp,
) -> Result<String, ActionError> {
    who.need(Right::MakeTokens)?;
    // A token makes no tokens: what it lost would live on.
    if who.session.is_none() {
        return Err(ActionError::Forbidden);
    }
    let name = model::printable(name.trim()).into_owned();
    if name.is_empty() || name.chars().count() > NAME_CHARS_MAX || scope.is_empty() {
        return Err(Refusal::UnusableText.into());
    }
    if !(1..=DAYS_MAX).contains(&days) {
        return Err(Refusal::UnusableTime.into());
    }
    for right in scope {
        who.need(*right)?;
    }
    if people::tokens(desk.store(), who.account).await?.len() >= TOKENS_MAX {
        return Err(Refusal::TooMany.into());
    }
    let secret = format!("{PREFIX}{}", secrets::secret()?);
    let words: Vec<&str> = scope.iter().map(|right| right.as_str()).collect();
    let token = Token {
        id: 0,
        account_id: who.account,
        name,
        scope: words.join(" "),
        created_at: now,
        expires_at: Timestamp(now.0.saturating_add(days * DAY)),
        used_at: None,
    };
    let mut tx = desk.store().begin().await?;
    let id = people::add_token(&mut tx, &secrets::fingerprint(&secret), &token).await?;
    let detail = format!("{}: {} for {days} days", token.name, token.scope);
    audit::append(&mut tx, now, &who.name, "make-token", &format!("token {id}"), &detail).await?;
    tx.commit().await?;
    Ok(secret)
}

/// Takes one of one's own tokens back.
pub async fn take_back(desk: &Desk, who: &Who, token: i64, now: Timestamp) -> Result<(), ActionError> {
    let mut tx = desk.store().begin().await?;
    let name = people::remove_token(&mut tx, who.account, token).await?.ok_or(ActionError::NotFound)?;
    audit::append(&mut tx, now, &who.name, "take-back-token", &format!("token {token}"), &name).await?;
    Ok(tx.commit().await?)
}

/// The program behind a token; nobody when it is over, taken back, or its owner's account is closed.
pub async fn who(desk: &Desk, secret: &str, now: Timestamp) -> Result<Option<Who>, ActionError> {
    if !secret.starts_with(PREFIX) {
        return Ok(None);
    }
    let token = people::token(desk.store(), &secrets::fingerprint(secret)).await?;
    let Some(token) = token.filter(|token| token.expires_at > now) else { return Ok(None) };
    let account = people::account(desk.store(), token.account_id).await?;
    let Some(account) = account.filter(|account| account.closed_at.is_none()) else { return Ok(None) };
    if token.used_at.is_none_or(|used| now.since(used) > NOTED_AFTER) {
        let mut tx = desk.store().begin().await?;
        people::touch_token(&mut tx, token.id, now).await?;
        tx.commit().await?;
    }
    let scope = token.scope.split(' ').filter_map(|right| right.parse().ok()).collect();
    let role: Option<Role> = account.role.parse().ok();
    Ok(Some(Who::program(account.id, format!("{}/{}", account.name, token.name), role, &scope)))
}
