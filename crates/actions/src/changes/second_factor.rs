//! The second factor: codes that a telephone computes (RFC 6238), and recovery codes for the day it is lost.

use model::Timestamp;
use store::people::{self, Account};
use store::{Transaction, audit};
use totp_rs::{Builder, Secret, Totp};

use crate::changes::login::check_present;
use crate::changes::session::rotate;
use crate::{ActionError, Desk, Refusal, Who, secrets};

/// Bytes of the shared secret: as many as HMAC-SHA-1 uses (RFC 4226, 4, R6).
const SHARED_BYTES: usize = 20;
/// Recovery codes that are made at once.
const RECOVERY_CODES: usize = 8;
/// Bytes of one recovery code: 80 bits, which nobody guesses at the guarded door.
const RECOVERY_BYTES: usize = 10;

/// A new shared secret in base 32, to be shown once and confirmed by a code.
pub fn propose() -> Result<String, ActionError> {
    Ok(Secret::from(secrets::random::<SHARED_BYTES>()?.to_vec()).to_base32())
}

/// The address that authenticator apps read from a picture.
pub fn address(secret: &str, name: &str) -> String {
    format!("otpauth://totp/Sluice:{name}?secret={secret}&issuer=Sluice")
}

/// What switching it on gives: codes to keep, and the session's new secret.
#[derive(Debug)]
pub struct SwitchedOn {
    /// Each opens once.
    pub recovery: Vec<String>,
    /// The session goes on under this secret.
    pub session: String,
}

/// Switches it on once a code of the proposed secret is right.
pub async fn switch_on(
    desk: &Desk,
    who: &Who,
    secret: &str,
    code: &str,
    now: Timestamp,
) -> Result<SwitchedOn, ActionError> {
    let account = people::account(desk.store(), who.account).await?.ok_or(ActionError::NotFound)?;
    if account.second_factor.is_some() {
        return Err(Refusal::WrongCode.into());
    }
    let step = step(secret, code, now).ok_or(Refusal::WrongCode)?;
    let mut recovery = Vec::with_capacity(RECOVERY_CODES);
    for _ in 0..RECOVERY_CODES {
        recovery.push(secrets::hex(&secrets::random::<RECOVERY_BYTES>()?));
    }
    let hashes: Vec<String> = recovery.iter().map(|code| secrets::fingerprint(code)).collect();
    let mut tx = desk.store().begin().await?;
    people::set_second_factor(&mut tx, account.id, Some(secret), step, &hashes).await?;
    let subject = format!("account {}", account.name);
    audit::append(&mut tx, now, &who.name, "switch-on-second-factor", &subject, "").await?;
    let session = rotate(&mut tx, who).await?;
    tx.commit().await?;
    Ok(SwitchedOn { recovery: recovery.iter().map(|code| grouped(code)).collect(), session })
}

/// Switches it off; the password is asked for again. The session goes on under a new secret.
pub async fn switch_off(
    desk: &Desk,
    who: &Who,
    password: &str,
    now: Timestamp,
) -> Result<String, ActionError> {
    let account = people::account(desk.store(), who.account).await?.ok_or(ActionError::NotFound)?;
    check_present(desk, &account, password, now).await?;
    let mut tx = desk.store().begin().await?;
    people::set_second_factor(&mut tx, account.id, None, 0, &[]).await?;
    let subject = format!("account {}", account.name);
    audit::append(&mut tx, now, &who.name, "switch-off-second-factor", &subject, "").await?;
    let session = rotate(&mut tx, who).await?;
    tx.commit().await?;
    Ok(session)
}

/// Whether a code lets this account in; it is used up. Accounts without a second factor need none.
pub(crate) async fn passes(
    tx: &mut Transaction,
    account: &Account,
    code: &str,
    now: Timestamp,
) -> Result<bool, ActionError> {
    let Some(secret) = &account.second_factor else { return Ok(true) };
    let code: String = code.chars().filter(char::is_ascii_alphanumeric).take(64).collect();
    if let Some(step) = step(secret, &code, now) {
        return Ok(people::use_step(tx, account.id, step).await?);
    }
    let hash = secrets::fingerprint(&code.to_lowercase());
    let used = people::use_recovery_code(tx, account.id, &hash).await?;
    if used {
        let subject = format!("account {}", account.name);
        audit::append(tx, now, &account.name, "use-recovery-code", &subject, "").await?;
    }
    Ok(used)
}

/// The step that a code belongs to: the present one, the one before or the one after (RFC 6238, 5.2).
fn step(secret: &str, code: &str, now: Timestamp) -> Option<i64> {
    let code: String = code.chars().filter(char::is_ascii_digit).take(7).collect();
    let seconds = u64::try_from(now.0 / 1_000_000_000).ok()?;
    totp(secret)?.check(&code, seconds)?.try_into().ok()
}

fn totp(secret: &str) -> Option<Totp> {
    Builder::new().with_secret(Secret::try_from_base32(secret).ok()?).build().ok()
}

/// In groups of five, so that it can be copied from paper.
fn grouped(code: &str) -> String {
    let letters: Vec<char> = code.chars().collect();
    let groups: Vec<String> = letters.chunks(5).map(|group| group.iter().collect()).collect();
    groups.join("-")
}

/// The code of a secret at a moment, as a telephone shows it; for tests of pages.
pub fn code_at(secret: &str, now: Timestamp) -> Option<String> {
    let seconds = u64::try_from(now.0 / 1_000_000_000).ok()?;
    Some(totp(secret)?.generate(seconds).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The secret of RFC 6238, appendix B, and the last six digits of its values for SHA-1.
    #[test]
    fn codes_are_those_of_the_standard() {
        let secret = Secret::from(b"12345678901234567890".to_vec()).to_base32();
        for (seconds, code) in [(59, "287082"), (1_111_111_109, "081804"), (2_000_000_000, "279037")] {
            let now = Timestamp::from_seconds(seconds, 0);
            assert_eq!(code_at(&secret, now).as_deref(), Some(code));
            assert_eq!(step(&secret, code, now), Some(seconds / 30));
            assert_eq!(step(&secret, code, Timestamp::from_seconds(seconds + 90, 0)), None);
        }
        assert_eq!(step(&secret, "", Timestamp(0)), None);
        assert_eq!(step("not base 32 !", "287082", Timestamp(0)), None);
    }
}
