//! Passwords and community strings that makers ship and anyone can look up.
//!
//! From makers' own manuals and their advisories on default credentials. The list is short on purpose: what stands in
//! it must be beyond doubt.

use std::hash::{BuildHasher, Hasher};

use model::Weakness;

/// Community strings of SNMP as shipped (RFC 1157 examples, makers' manuals).
const COMMUNITIES: &[&str] = &[
    "public",
    "private",
    "admin",
    "manager",
    "monitor",
    "read",
    "write",
    "community",
    "snmp",
    "cisco",
    "ILMI",
];

/// User and password as shipped. An empty user stands for any.
const PASSWORDS: &[(&str, &str)] = &[
    ("", "admin"),
    ("", "password"),
    ("", "default"),
    ("", "1234"),
    ("", "12345"),
    ("", "123456"),
    ("", "public"),
    ("", "private"),
    ("admin", "1111"),
    ("admin", "0000"),
    ("admin", "administrator"),
    ("admin", "switch"),
    ("admin", "moxa"),
    ("admin", "wago"),
    ("admin", "superuser"),
    ("admin", "instar"),
    ("administrator", "administrator"),
    ("administrator", "1"),
    // Operator panels of the SIMATIC HMI family as delivered.
    ("administrator", "100"),
    ("root", "root"),
    ("root", "wago"),
    ("root", "dbps"),
    ("root", "vizxv"),
    ("root", "calvin"),
    ("su", "ko2003wa"),
    ("user", "user"),
    ("user", "user00"),
    ("guest", "guest"),
    ("operator", "operator"),
    ("supervisor", "supervisor"),
    ("service", "service"),
    ("manager", "friend"),
    ("manager", "manager"),
    ("cisco", "cisco"),
    ("ubnt", "ubnt"),
    ("pi", "raspberry"),
    ("target", "target"),
    ("webvisu", "webvisu"),
    ("ftpuser", "ftpuser"),
    ("sysdiag", "factorycast@schneider"),
    ("qbf77101", "hexakisoctahedron"),
    ("loader", "fwdownload"),
    ("ntpupdate", "ntpupdate"),
    ("test", "test"),
    ("user", "public"),
    ("wince", "wince"),
    ("tridium", "niagara"),
    ("sa", "sa"),
];

/// What is wrong with a password or, without a user, a community string. Compares and forgets.
pub fn weakness(user: Option<&str>, secret: &[u8]) -> Weakness {
    if secret.is_empty() {
        return Weakness::Empty;
    }
    let known = match user {
        None => COMMUNITIES.iter().any(|text| text.as_bytes() == secret) || is_password("", secret),
        Some(user) => is_password(user, secret),
    };
    if known { Weakness::Default } else { Weakness::None }
}

/// A number that tells one secret from another, so that what is presented again and again is told once. The secret
/// cannot be had back from it; it is never told. Never 0.
pub fn number(secret: &[u8]) -> u64 {
    let mut hasher = foldhash::fast::FixedState::default().build_hasher();
    hasher.write(secret);
    hasher.finish() | 1
}

fn is_password(user: &str, secret: &[u8]) -> bool {
    PASSWORDS.iter().any(|(whose, password)| {
        (whose.is_empty() || whose.eq_ignore_ascii_case(user)) && password.as_bytes() == secret
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_what_makers_ship() {
        assert_eq!(weakness(None, b"public"), Weakness::Default);
        assert_eq!(weakness(Some("Admin"), b"moxa"), Weakness::Default);
        assert_eq!(weakness(Some("other"), b"moxa"), Weakness::None);
        assert_eq!(weakness(Some("admin"), b""), Weakness::Empty);
        assert_eq!(weakness(Some("admin"), b"8hG!x"), Weakness::None);
    }
}
