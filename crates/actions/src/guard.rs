//! Slows guessing down, without ever locking anybody out.
//!
//! A bucket of tries per address, and one per account. Where an account was entered from before, it has a bucket of
//! its own: who guesses from elsewhere cannot take the tries of the person at her desk. An empty bucket fills again by
//! itself, so the longest wait is short.

use std::collections::HashMap;
use std::net::IpAddr;

use model::Timestamp;

/// Addresses and accounts that are watched at once; the fullest buckets are forgotten first.
const BUCKETS_MAX: usize = 10_000;
/// Longest name that is watched, in bytes; no account has a longer one.
const NAME_BYTES_MAX: usize = 64;
/// Tries of one address at once, and seconds until one more.
const ADDRESS: Rate = Rate { tries: 20.0, seconds: 10.0 };
/// Tries at one account from places it was never entered from.
const ACCOUNT: Rate = Rate { tries: 8.0, seconds: 30.0 };
/// Tries at one account from a place it was entered from before.
const KNOWN_PLACE: Rate = Rate { tries: 8.0, seconds: 10.0 };

#[derive(Debug, Clone, Copy)]
struct Rate {
    tries: f64,
    seconds: f64,
}

/// What may be tried, and by whom it was tried.
#[derive(Debug, Default)]
pub struct Guard {
    buckets: HashMap<String, Bucket>,
}

#[derive(Debug, Clone, Copy)]
struct Bucket {
    tries: f64,
    at: Timestamp,
    told: bool,
}

/// Whether a try is let through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// Try.
    Go,
    /// Wait.
    Wait {
        /// Until a try is let through.
        seconds: u64,
        /// True once for each time that a bucket runs empty: that is worth a line in the log.
        first: bool,
    },
}

impl Guard {
    /// Takes one try from each bucket, or none when one of them is empty.
    pub fn ask(&mut self, name: &str, address: &str, is_known_place: bool, now: Timestamp) -> Answer {
        let buckets = Self::names(name, address, is_known_place);
        let mut wait: Option<(f64, bool)> = None;
        for (key, rate) in &buckets {
            let bucket = self.bucket(key, *rate, now);
            if bucket.tries < 1.0 {
                let seconds = (1.0 - bucket.tries) * rate.seconds;
                let first = !std::mem::replace(&mut bucket.told, true);
                wait = Some(wait.map_or((seconds, first), |(most, any)| (most.max(seconds), any || first)));
            }
        }
        if let Some((seconds, first)) = wait {
            return Answer::Wait { seconds: seconds.ceil().max(1.0) as u64, first };
        }
        for (key, rate) in &buckets {
            self.bucket(key, *rate, now).tries -= 1.0;
        }
        Answer::Go
    }

    /// Gives the try back: it was the person herself.
    pub fn forgive(&mut self, name: &str, address: &str, is_known_place: bool, now: Timestamp) {
        for (key, rate) in Self::names(name, address, is_known_place) {
            let bucket = self.bucket(&key, rate, now);
            bucket.tries = (bucket.tries + 1.0).min(rate.tries);
        }
    }

    fn names(name: &str, address: &str, is_known_place: bool) -> [(String, Rate); 2] {
        let name = name.get(..name.floor_char_boundary(NAME_BYTES_MAX)).unwrap_or_default();
        let account = if is_known_place {
            (format!("known {name} {address}"), KNOWN_PLACE)
        } else {
            (format!("account {name}"), ACCOUNT)
        };
        [(format!("address {}", network(address)), ADDRESS), account]
    }

    fn bucket(&mut self, key: &str, rate: Rate, now: Timestamp) -> &mut Bucket {
        if !self.buckets.contains_key(key) && self.buckets.len() >= BUCKETS_MAX {
            self.forget(now);
        }
        let bucket =
            self.buckets.entry(key.to_string()).or_insert(Bucket { tries: rate.tries, at: now, told: false });
        let seconds = now.since(bucket.at).max(0) as f64 / 1e9;
        bucket.tries = (bucket.tries + seconds / rate.seconds).min(rate.tries);
        bucket.at = bucket.at.max(now);
        if bucket.tries >= rate.tries {
            bucket.told = false;
        }
        bucket
    }

    /// Forgets half of the buckets: those with the most tries left, which matter least.
    fn forget(&mut self, now: Timestamp) {
        let left =
            |bucket: &Bucket| bucket.tries + now.since(bucket.at).max(0) as f64 / 1e9 / ACCOUNT.seconds;
        let mut all: Vec<(String, f64)> =
            self.buckets.iter().map(|(key, it)| (key.clone(), left(it))).collect();
        all.sort_by(|one, other| other.1.total_cmp(&one.1));
        for (key, _) in all.iter().take(BUCKETS_MAX / 2) {
            self.buckets.remove(key);
        }
    }
}

/// The address, or the /64 of an IPv6 address: one host has all of it.
fn network(address: &str) -> String {
    match address.parse() {
        Ok(IpAddr::V6(ip)) => {
            let [a, b, c, d, ..] = ip.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
        _ => address.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: i64 = 1_000_000_000;

    #[test]
    fn ten_thousand_tries_are_slowed_and_told_once() {
        let mut guard = Guard::default();
        let answers: Vec<Answer> =
            (0..10_000).map(|at| guard.ask("anna", "10.0.4.9", false, Timestamp(at * 1_000_000))).collect();
        let gone = answers.iter().filter(|answer| **answer == Answer::Go).count();
        assert_eq!(gone, 8);
        let told = answers.iter().filter(|answer| matches!(answer, Answer::Wait { first: true, .. }));
        assert_eq!(told.count(), 1);
        assert!(answers.iter().all(|it| !matches!(it, Answer::Wait { seconds, .. } if *seconds > 30)));
    }

    #[test]
    fn guessing_from_elsewhere_does_not_slow_the_person_at_her_desk() {
        let mut guard = Guard::default();
        for host in 0..200 {
            guard.ask("anna", &format!("10.9.9.{host}"), false, Timestamp(0));
        }
        assert_eq!(guard.ask("anna", "10.0.4.9", true, Timestamp(SECOND)), Answer::Go);
    }

    #[test]
    fn an_empty_bucket_fills_again() {
        let mut guard = Guard::default();
        while guard.ask("anna", "10.0.4.9", false, Timestamp(0)) == Answer::Go {}
        assert_eq!(guard.ask("anna", "10.0.4.10", false, Timestamp(31 * SECOND)), Answer::Go);
    }

    #[test]
    fn a_flood_of_names_and_hosts_stays_bounded() {
        let mut guard = Guard::default();
        while guard.ask("anna", "10.0.4.9", false, Timestamp(0)) == Answer::Go {}
        for host in 0..40_000 {
            guard.ask(&format!("name{host}"), &format!("2001:db8:0:{host:x}::1"), false, Timestamp(1));
        }
        assert!(guard.buckets.len() <= BUCKETS_MAX);
        assert!(
            guard.ask("anna", "10.0.4.10", false, Timestamp(2)) != Answer::Go,
            "the slowed one is remembered"
        );
    }
}
