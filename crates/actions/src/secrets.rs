//! Random secrets, their hashes, and passwords.

use argon2::{Algorithm, Argon2, Params, Version};
use sha2::{Digest, Sha256};

use crate::{ActionError, Refusal};

/// Bytes of every random secret: 256 bits cannot be guessed.
const SECRET_BYTES: usize = 32;
/// Cost of a password's hash: 19 MiB and two passes (OWASP Password Storage Cheat Sheet, Argon2id).
const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;
const SALT_BYTES: usize = 16;
const HASH_BYTES: usize = 32;
/// Least characters of a password (NIST SP 800-63B asks for at least 8; a plant is worth more).
pub const PASSWORD_CHARS_MIN: usize = 12;
/// Most bytes of a password that are hashed.
pub const PASSWORD_BYTES_MAX: usize = 256;

/// A new random secret in hexadecimal digits.
pub fn secret() -> Result<String, ActionError> {
    Ok(hex(&random::<SECRET_BYTES>()?))
}

/// Random bytes of the system.
pub fn random<const N: usize>() -> Result<[u8; N], ActionError> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|_| ActionError::System { what: "random numbers" })?;
    Ok(bytes)
}

/// What is stored of a random secret. It needs no salt and no slowness: nobody guesses 256 bits.
pub fn fingerprint(secret: &str) -> String {
    hex(&Sha256::digest(secret.as_bytes()))
}

/// The rules for a new password: long, and not the name.
pub fn check_password(password: &str, name: &str) -> Result<(), Refusal> {
    let small = password.to_lowercase();
    let distinct: std::collections::BTreeSet<char> = small.chars().collect();
    let bad = password.chars().count() < PASSWORD_CHARS_MIN
        || password.len() > PASSWORD_BYTES_MAX
        || distinct.len() < 5
        || (!name.is_empty() && small.replace(name, "").chars().count() < PASSWORD_CHARS_MIN / 2)
        || ["password", "passwort", "123456789", "qwertz", "qwerty"].iter().any(|it| small.contains(it));
    if bad { Err(Refusal::WeakPassword) } else { Ok(()) }
}

/// The hash of a password with everything that is needed to check it later. Slow on purpose: call it off the threads
/// that answer pages.
pub fn hash_password(password: &str) -> Result<String, ActionError> {
    let salt = random::<SALT_BYTES>()?;
    let hash = argon2id(password, &salt, MEMORY_KIB, PASSES)?;
    Ok(format!("argon2id$m={MEMORY_KIB},t={PASSES}${}${}", hex(&salt), hex(&hash)))
}

/// Whether a password has this hash. An unreadable or empty hash costs the same time and fits nothing.
pub fn fits(password: &str, stored: &str) -> Result<bool, ActionError> {
    let read = read(stored);
    let (memory, passes, salt, wanted) =
        read.clone().unwrap_or((MEMORY_KIB, PASSES, vec![0; SALT_BYTES], vec![]));
    let cut = password.len() > PASSWORD_BYTES_MAX;
    let password = if cut { "" } else { password };
    let hash = argon2id(password, &salt, memory, passes)?;
    Ok(read.is_some() && !cut && same(&hash, &wanted))
}

fn argon2id(password: &str, salt: &[u8], memory: u32, passes: u32) -> Result<[u8; HASH_BYTES], ActionError> {
    let failed = |_| ActionError::System { what: "hashing a password" };
    let params = Params::new(memory, passes, 1, Some(HASH_BYTES)).map_err(failed)?;
    let mut hash = [0; HASH_BYTES];
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    argon2.hash_password_into(password.as_bytes(), salt, &mut hash).map_err(failed)?;
    Ok(hash)
}

/// Memory, passes, salt and hash of a stored password.
fn read(stored: &str) -> Option<(u32, u32, Vec<u8>, Vec<u8>)> {
    let mut parts = stored.strip_prefix("argon2id$")?.split('$');
    let (memory, passes) = parts.next()?.strip_prefix("m=")?.split_once(",t=")?;
    let (salt, hash) = (unhex(parts.next()?)?, unhex(parts.next()?)?);
    Some((memory.parse().ok()?, passes.parse().ok()?, salt, hash))
}

/// Compares without telling by its time where two texts differ.
pub fn same(left: &[u8], right: &[u8]) -> bool {
    left.len() == right.len() && left.iter().zip(right).fold(0, |sum, (a, b)| sum | (a ^ b)) == 0
}

/// Bytes in hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    if !text.is_ascii() {
        return None;
    }
    let pairs = text.as_bytes().chunks(2);
    pairs.map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_fits_its_own_hash_alone() {
        let hash = hash_password("three blue valves").unwrap();
        assert!(hash.starts_with("argon2id$m=19456,t=2$"));
        assert!(fits("three blue valves", &hash).unwrap());
        assert!(!fits("three blue valve", &hash).unwrap());
        assert!(!fits("", "").unwrap());
        assert!(!fits(&"a".repeat(10_000), &hash).unwrap());
        assert_ne!(hash, hash_password("three blue valves").unwrap());
    }

    /// The value is of the reference implementation's command line: `echo -n password | argon2 somesalt -id -t 2 -m 16 -l 32`
    /// is published in its test vectors (phc-winner-argon2, src/test.c, Argon2id version 0x13).
    #[test]
    fn hashes_as_the_reference_does() {
        let hash = argon2id("password", b"somesalt", 65_536, 2).unwrap();
        assert_eq!(hex(&hash), "09316115d5cf24ed5a15a31a3ba326e5cf32edc24702987c02b6566f61913cf7");
    }

    #[test]
    fn easy_passwords_are_refused() {
        for weak in ["short", "aaaaaaaaaaaaaaaa", "anna.weber1234", "my-Password-2026", ""] {
            assert!(check_password(weak, "anna.weber").is_err(), "{weak}");
        }
        assert!(check_password(&"ab cd ef ".repeat(40), "anna").is_err());
        assert!(check_password("three blue valves", "anna").is_ok());
        assert!(check_password("drei blaue Schieber für", "").is_ok());
    }
}
