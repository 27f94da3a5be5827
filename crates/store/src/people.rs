//! Accounts, what they may do, their sessions and tokens, and keys that open once.
//!
//! Rows alone: rules stand in `actions`. Secrets arrive here as hashes. What changes takes a [`Transaction`], so that
//! its audit entry is stored with it.

use model::Timestamp;
use sqlx::Row;
use sqlx::any::AnyRow;

use crate::{SITE, Store, StoreError, Transaction};

/// Accounts, sessions or tokens that one list holds at most.
pub const LIST_MAX: i64 = 1_000;

/// A person's account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Its number; never used again.
    pub id: i64,
    /// The name it is entered with, in small letters.
    pub name: String,
    /// What the person is called.
    pub full_name: String,
    /// The password's hash; empty as long as none was chosen.
    pub password: String,
    /// The shared secret of the second factor (RFC 6238), in base 32.
    pub second_factor: Option<String>,
    /// The last step whose code was taken; older ones are refused.
    pub second_factor_step: i64,
    /// When it was closed.
    pub closed_at: Option<Timestamp>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last entered.
    pub last_login_at: Option<Timestamp>,
    /// The text of its role on this site; empty without one.
    pub role: String,
}

/// A browser that is logged in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Its number.
    pub id: i64,
    /// Whose.
    pub account_id: i64,
    /// When it began.
    pub created_at: Timestamp,
    /// When it was last used.
    pub seen_at: Timestamp,
    /// When it ends in any case.
    pub expires_at: Timestamp,
    /// From where it began.
    pub address: String,
    /// What the browser calls itself.
    pub agent: String,
}

/// A program's way in, for its owner and never with more rights.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// Its number.
    pub id: i64,
    /// Whose.
    pub account_id: i64,
    /// What it is for, in the owner's words.
    pub name: String,
    /// The texts of the rights it has, separated by spaces.
    pub scope: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ends.
    pub expires_at: Timestamp,
    /// When it was last used.
    pub used_at: Option<Timestamp>,
}

/// A link that opens once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// What it opens: `first-start`, `invitation` or `entry`.
    pub kind: String,
    /// For whom.
    pub account_id: Option<i64>,
    /// When it no longer opens.
    pub expires_at: Timestamp,
}

/// A statement over accounts with their role on site `$1`.
macro_rules! account_where {
    ($condition:literal) => {
        concat!(
            "SELECT a.id, a.name, a.full_name, a.password, a.second_factor, a.second_factor_step, a.closed_at, \
             a.created_at, a.last_login_at, COALESCE(r.role, '') FROM account a \
             LEFT JOIN account_role r ON r.account_id = a.id AND r.site_id = $1 ",
            $condition
        )
    };
}

/// All accounts, by name.
pub async fn accounts(store: &Store) -> Result<Vec<Account>, StoreError> {
    let rows = sqlx::query(account_where!("ORDER BY a.name LIMIT $2"))
        .bind(SITE)
        .bind(LIST_MAX)
        .fetch_all(store.readers())
        .await?;
    rows.iter().map(account_of).collect()
}

/// One account by its number.
pub async fn account(store: &Store, id: i64) -> Result<Option<Account>, StoreError> {
    let row = sqlx::query(account_where!("WHERE a.id = $2"))
        .bind(SITE)
        .bind(id)
        .fetch_optional(store.readers())
        .await?;
    row.as_ref().map(account_of).transpose()
}

/// One account by its name.
pub async fn account_named(store: &Store, name: &str) -> Result<Option<Account>, StoreError> {
    let row = sqlx::query(account_where!("WHERE a.name = $2"))
        .bind(SITE)
        .bind(name)
        .fetch_optional(store.readers())
        .await?;
    row.as_ref().map(account_of).transpose()
}

/// How many open accounts have this role on this site, read as part of a change.
pub async fn count_with_role(tx: &mut Transaction, role: &str) -> Result<i64, StoreError> {
    let row = sqlx::query(
        "SELECT COUNT(*) FROM account a JOIN account_role r ON r.account_id = a.id \
         WHERE r.site_id = $1 AND r.role = $2 AND a.closed_at IS NULL AND a.password <> ''",
    )
    .bind(SITE)
    .bind(role)
    .fetch_one(tx.connection())
    .await?;
    Ok(row.try_get(0)?)
}

/// How many accounts there are, closed ones too.
pub async fn count(store: &Store) -> Result<i64, StoreError> {
    let row = sqlx::query("SELECT COUNT(*) FROM account").fetch_one(store.readers()).await?;
    Ok(row.try_get(0)?)
}

/// Makes an account without a role. Answers its number; a name that is taken is a duplicate.
pub async fn add_account(
    tx: &mut Transaction,
    name: &str,
    full_name: &str,
    password: &str,
    at: Timestamp,
) -> Result<i64, StoreError> {
    let row = sqlx::query(
        "INSERT INTO account (name, full_name, password, second_factor_step, created_at) \
         VALUES ($1, $2, $3, 0, $4) RETURNING id",
    )
    .bind(name)
    .bind(full_name)
    .bind(password)
    .bind(at.0)
    .fetch_one(tx.connection())
    .await?;
    Ok(row.try_get(0)?)
}

/// Gives an account its role on this site.
pub async fn set_role(tx: &mut Transaction, account: i64, role: &str) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO account_role (account_id, site_id, role) VALUES ($1, $2, $3) \
         ON CONFLICT (account_id, site_id) DO UPDATE SET role = EXCLUDED.role",
    )
    .bind(account)
    .bind(SITE)
    .bind(role)
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// Stores a new hash of the password.
pub async fn set_password(tx: &mut Transaction, account: i64, password: &str) -> Result<(), StoreError> {
    sqlx::query("UPDATE account SET password = $2 WHERE id = $1")
        .bind(account)
        .bind(password)
        .execute(tx.connection())
        .await?;
    Ok(())
}

/// Closes an account, or opens it again.
pub async fn set_closed(tx: &mut Transaction, account: i64, at: Option<Timestamp>) -> Result<(), StoreError> {
    sqlx::query("UPDATE account SET closed_at = $2 WHERE id = $1")
        .bind(account)
        .bind(at.map(|at| at.0))
        .execute(tx.connection())
        .await?;
    Ok(())
}

/// Notes that an account was entered, and from where.
pub async fn note_login(
    tx: &mut Transaction,
    account: i64,
    address: &str,
    at: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query("UPDATE account SET last_login_at = $2 WHERE id = $1")
        .bind(account)
        .bind(at.0)
        .execute(tx.connection())
        .await?;
    sqlx::query(
        "INSERT INTO known_place (account_id, address, last_at) VALUES ($1, $2, $3) \
         ON CONFLICT (account_id, address) DO UPDATE SET last_at = EXCLUDED.last_at",
    )
    .bind(account)
    .bind(address)
    .bind(at.0)
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// True when the account was entered from this address before.
pub async fn is_known_place(store: &Store, account: i64, address: &str) -> Result<bool, StoreError> {
    let row = sqlx::query("SELECT account_id FROM known_place WHERE account_id = $1 AND address = $2")
        .bind(account)
        .bind(address)
        .fetch_optional(store.readers())
        .await?;
    Ok(row.is_some())
}

/// Sets or removes the secret of the second factor, with its recovery codes (as hashes).
pub async fn set_second_factor(
    tx: &mut Transaction,
    account: i64,
    secret: Option<&str>,
    step: i64,
    recovery: &[String],
) -> Result<(), StoreError> {
    sqlx::query("UPDATE account SET second_factor = $2, second_factor_step = $3 WHERE id = $1")
        .bind(account)
        .bind(secret.map(str::to_string))
        .bind(step)
        .execute(tx.connection())
        .await?;
    sqlx::query("DELETE FROM recovery_code WHERE account_id = $1")
        .bind(account)
        .execute(tx.connection())
        .await?;
    for hash in recovery {
        sqlx::query("INSERT INTO recovery_code (account_id, hash) VALUES ($1, $2)")
            .bind(account)
            .bind(hash.as_str())
            .execute(tx.connection())
            .await?;
    }
    Ok(())
}

/// Uses up a step of the second factor. False when it, or a later one, was used before.
pub async fn use_step(tx: &mut Transaction, account: i64, step: i64) -> Result<bool, StoreError> {
    let done =
        sqlx::query("UPDATE account SET second_factor_step = $2 WHERE id = $1 AND second_factor_step < $2")
            .bind(account)
            .bind(step)
            .execute(tx.connection())
            .await?;
    Ok(done.rows_affected() == 1)
}

/// Uses up a recovery code. False when there is none with this hash.
pub async fn use_recovery_code(tx: &mut Transaction, account: i64, hash: &str) -> Result<bool, StoreError> {
    let done = sqlx::query("DELETE FROM recovery_code WHERE account_id = $1 AND hash = $2")
        .bind(account)
        .bind(hash)
        .execute(tx.connection())
        .await?;
    Ok(done.rows_affected() == 1)
}

/// How many recovery codes are left.
pub async fn recovery_codes(store: &Store, account: i64) -> Result<i64, StoreError> {
    let row = sqlx::query("SELECT COUNT(*) FROM recovery_code WHERE account_id = $1")
        .bind(account)
        .fetch_one(store.readers())
        .await?;
    Ok(row.try_get(0)?)
}

/// Begins a session; its number is made here. Sessions that are over are cleared away.
pub async fn add_session(tx: &mut Transaction, hash: &str, session: &Session) -> Result<i64, StoreError> {
    sqlx::query("DELETE FROM session WHERE expires_at < $1")
        .bind(session.created_at.0)
        .execute(tx.connection())
        .await?;
    let row = sqlx::query(
        "INSERT INTO session (account_id, hash, created_at, seen_at, expires_at, address, agent) \
         VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id",
    )
    .bind(session.account_id)
    .bind(hash)
    .bind(session.created_at.0)
    .bind(session.seen_at.0)
    .bind(session.expires_at.0)
    .bind(session.address.as_str())
    .bind(session.agent.as_str())
    .fetch_one(tx.connection())
    .await?;
    Ok(row.try_get(0)?)
}

/// The session with this hash.
pub async fn session(store: &Store, hash: &str) -> Result<Option<Session>, StoreError> {
    let row = sqlx::query(
        "SELECT id, account_id, created_at, seen_at, expires_at, address, agent FROM session WHERE hash = $1",
    )
    .bind(hash)
    .fetch_optional(store.readers())
    .await?;
    row.as_ref().map(session_of).transpose()
}

/// The sessions of an account, latest first.
pub async fn sessions(store: &Store, account: i64) -> Result<Vec<Session>, StoreError> {
    let rows = sqlx::query(
        "SELECT id, account_id, created_at, seen_at, expires_at, address, agent FROM session \
         WHERE account_id = $1 ORDER BY id DESC LIMIT $2",
    )
    .bind(account)
    .bind(LIST_MAX)
    .fetch_all(store.readers())
    .await?;
    rows.iter().map(session_of).collect()
}

/// Notes that a session was used.
pub async fn touch_session(tx: &mut Transaction, id: i64, at: Timestamp) -> Result<(), StoreError> {
    sqlx::query("UPDATE session SET seen_at = $2 WHERE id = $1 AND seen_at < $2")
        .bind(id)
        .bind(at.0)
        .execute(tx.connection())
        .await?;
    Ok(())
}

/// Gives a session another id.
pub async fn rotate_session(tx: &mut Transaction, id: i64, hash: &str) -> Result<(), StoreError> {
    sqlx::query("UPDATE session SET hash = $2 WHERE id = $1")
        .bind(id)
        .bind(hash)
        .execute(tx.connection())
        .await?;
    Ok(())
}

/// Ends one session of an account. False when it has none with this number.
pub async fn end_session(tx: &mut Transaction, account: i64, id: i64) -> Result<bool, StoreError> {
    let done = sqlx::query("DELETE FROM session WHERE account_id = $1 AND id = $2")
        .bind(account)
        .bind(id)
        .execute(tx.connection())
        .await?;
    Ok(done.rows_affected() == 1)
}

/// Ends every session of an account but one (none: but 0). Answers how many.
pub async fn end_sessions(tx: &mut Transaction, account: i64, but: i64) -> Result<u64, StoreError> {
    let done = sqlx::query("DELETE FROM session WHERE account_id = $1 AND id <> $2")
        .bind(account)
        .bind(but)
        .execute(tx.connection())
        .await?;
    Ok(done.rows_affected())
}

/// Makes a token; its number is made here.
pub async fn add_token(tx: &mut Transaction, hash: &str, token: &Token) -> Result<i64, StoreError> {
    let row = sqlx::query(
        "INSERT INTO token (account_id, name, hash, scope, created_at, expires_at) \
         VALUES ($1, $2, $3, $4, $5, $6) RETURNING id",
    )
    .bind(token.account_id)
    .bind(token.name.as_str())
    .bind(hash)
    .bind(token.scope.as_str())
    .bind(token.created_at.0)
    .bind(token.expires_at.0)
    .fetch_one(tx.connection())
    .await?;
    Ok(row.try_get(0)?)
}

/// The token with this hash.
pub async fn token(store: &Store, hash: &str) -> Result<Option<Token>, StoreError> {
    let row = sqlx::query(
        "SELECT id, account_id, name, scope, created_at, expires_at, used_at FROM token WHERE hash = $1",
    )
    .bind(hash)
    .fetch_optional(store.readers())
    .await?;
    row.as_ref().map(token_of).transpose()
}

/// The tokens of an account, latest first.
pub async fn tokens(store: &Store, account: i64) -> Result<Vec<Token>, StoreError> {
    let rows = sqlx::query(
        "SELECT id, account_id, name, scope, created_at, expires_at, used_at FROM token \
         WHERE account_id = $1 ORDER BY id DESC LIMIT $2",
    )
    .bind(account)
    .bind(LIST_MAX)
    .fetch_all(store.readers())
    .await?;
    rows.iter().map(token_of).collect()
}

/// Notes that a token was used.
pub async fn touch_token(tx: &mut Transaction, id: i64, at: Timestamp) -> Result<(), StoreError> {
    sqlx::query("UPDATE token SET used_at = $2 WHERE id = $1")
        .bind(id)
        .bind(at.0)
        .execute(tx.connection())
        .await?;
    Ok(())
}

/// Removes a token of an account; its name comes back. None when it has none with this number.
pub async fn remove_token(tx: &mut Transaction, account: i64, id: i64) -> Result<Option<String>, StoreError> {
    let row = sqlx::query("DELETE FROM token WHERE account_id = $1 AND id = $2 RETURNING name")
        .bind(account)
        .bind(id)
        .fetch_optional(tx.connection())
        .await?;
    Ok(row.map(|row| row.try_get(0)).transpose()?)
}

/// Removes every token of an account.
pub async fn remove_tokens(tx: &mut Transaction, account: i64) -> Result<u64, StoreError> {
    let done =
        sqlx::query("DELETE FROM token WHERE account_id = $1").bind(account).execute(tx.connection()).await?;
    Ok(done.rows_affected())
}

/// Stores a key that opens once; earlier keys of the same kind for the same account no longer open, nor do old ones.
pub async fn add_key(tx: &mut Transaction, hash: &str, key: &Key, at: Timestamp) -> Result<(), StoreError> {
    sqlx::query(
        "DELETE FROM one_time_key WHERE expires_at < $1 OR (kind = $2 AND COALESCE(account_id, 0) = $3)",
    )
    .bind(at.0)
    .bind(key.kind.as_str())
    .bind(key.account_id.unwrap_or(0))
    .execute(tx.connection())
    .await?;
    sqlx::query(
        "INSERT INTO one_time_key (hash, kind, account_id, created_at, expires_at) VALUES ($1, $2, $3, $4, $5)",
    )
    .bind(hash)
    .bind(key.kind.as_str())
    .bind(key.account_id)
    .bind(at.0)
    .bind(key.expires_at.0)
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// The key with this hash, if it is still there.
pub async fn key(store: &Store, hash: &str) -> Result<Option<Key>, StoreError> {
    let row = sqlx::query("SELECT kind, account_id, expires_at FROM one_time_key WHERE hash = $1")
        .bind(hash)
        .fetch_optional(store.readers())
        .await?;
    row.as_ref().map(key_of).transpose()
}

/// Uses up the key with this hash.
pub async fn use_key(tx: &mut Transaction, hash: &str) -> Result<Option<Key>, StoreError> {
    let row = sqlx::query("DELETE FROM one_time_key WHERE hash = $1 RETURNING kind, account_id, expires_at")
        .bind(hash)
        .fetch_optional(tx.connection())
        .await?;
    row.as_ref().map(key_of).transpose()
}

/// Removes every key that was meant for an account.
pub async fn remove_keys(tx: &mut Transaction, account: i64) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM one_time_key WHERE account_id = $1")
        .bind(account)
        .execute(tx.connection())
        .await?;
    Ok(())
}

fn time(row: &AnyRow, column: usize) -> Result<Option<Timestamp>, StoreError> {
    Ok(row.try_get::<Option<i64>, _>(column)?.map(Timestamp))
}

fn account_of(row: &AnyRow) -> Result<Account, StoreError> {
    Ok(Account {
        id: row.try_get(0)?,
        name: row.try_get(1)?,
        full_name: row.try_get(2)?,
        password: row.try_get(3)?,
        second_factor: row.try_get(4)?,
        second_factor_step: row.try_get(5)?,
        closed_at: time(row, 6)?,
        created_at: Timestamp(row.try_get(7)?),
        last_login_at: time(row, 8)?,
        role: row.try_get(9)?,
    })
}

fn session_of(row: &AnyRow) -> Result<Session, StoreError> {
    Ok(Session {
        id: row.try_get(0)?,
        account_id: row.try_get(1)?,
        created_at: Timestamp(row.try_get(2)?),
        seen_at: Timestamp(row.try_get(3)?),
        expires_at: Timestamp(row.try_get(4)?),
        address: row.try_get(5)?,
        agent: row.try_get(6)?,
    })
}

fn token_of(row: &AnyRow) -> Result<Token, StoreError> {
    Ok(Token {
        id: row.try_get(0)?,
        account_id: row.try_get(1)?,
        name: row.try_get(2)?,
        scope: row.try_get(3)?,
        created_at: Timestamp(row.try_get(4)?),
        expires_at: Timestamp(row.try_get(5)?),
        used_at: time(row, 6)?,
    })
}

fn key_of(row: &AnyRow) -> Result<Key, StoreError> {
    Ok(Key { kind: row.try_get(0)?, account_id: row.try_get(1)?, expires_at: Timestamp(row.try_get(2)?) })
}
