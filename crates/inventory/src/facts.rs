//! What hosts say of themselves, or others of them: several values for one attribute, each with its source.

use std::borrow::Cow;

use model::{Attribute, Confidence, Fact, IdentitySighting, Timestamp};

use crate::tables::{makers, words};

/// Identity values kept for one host; hosts may state as many as they like.
pub const FACTS_MAX: usize = 48;
/// Values kept for one attribute of one host.
pub const FACTS_PER_ATTRIBUTE_MAX: usize = 12;
/// Characters of one value that are kept.
pub const FACT_CHARS_MAX: usize = 256;

/// The identity values of one host or asset.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    list: Vec<Fact>,
    /// The one stated last: devices repeat themselves.
    latest: usize,
    /// Values that found no room.
    dropped: u64,
}

impl Facts {
    /// Notes one statement. What is empty after trimming says nothing.
    pub fn note(&mut self, sighting: &IdentitySighting<'_>, at: Timestamp) {
        let Some(value) = cleaned(sighting.value) else { return };
        let is = |fact: &Fact| {
            fact.attribute == sighting.attribute
                && fact.value == value
                && fact.source == sighting.source
                && fact.confidence == sighting.confidence
        };
        let found = match self.list.get(self.latest) {
            Some(fact) if is(fact) => Some(self.latest),
            _ => self.list.iter().position(is),
        };
        match found.and_then(|index| self.list.get_mut(index).map(|fact| (index, fact))) {
            Some((index, fact)) => {
                fact.first = fact.first.min(at);
                fact.last = fact.last.max(at);
                self.latest = index;
            }
            None => self.add(Fact {
                attribute: sighting.attribute,
                value: value.into_owned(),
                source: sighting.source,
                confidence: sighting.confidence,
                first: at,
                last: at,
            }),
        }
    }

    /// Adds one value; past the bound the least sure and latest give way.
    pub fn add(&mut self, fact: Fact) {
        if let Some(known) = self.list.iter_mut().find(|known| same(known, &fact)) {
            known.first = known.first.min(fact.first);
            known.last = known.last.max(fact.last);
            return;
        }
        let attribute = fact.attribute;
        self.list.push(fact);
        if self.list.iter().filter(|fact| fact.attribute == attribute).count() > FACTS_PER_ATTRIBUTE_MAX {
            self.drop_least(|fact| fact.attribute == attribute);
        } else if self.list.len() > FACTS_MAX {
            self.drop_least(|_| true);
        }
    }

    /// Adds all values of another.
    pub fn merge(&mut self, other: Facts) {
        self.dropped += other.dropped;
        for fact in other.list {
            self.add(fact);
        }
    }

    /// True when nothing is stated.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Values that found no room.
    pub fn dropped(&self) -> u64 {
        self.dropped
    }

    /// Makers under the names people use, so that `Siemens AG` and `Siemens` are one.
    pub fn with_everyday_makers(self) -> Facts {
        let mut named = Facts { dropped: self.dropped, ..Facts::default() };
        for fact in self.list {
            let value = match fact.attribute {
                Attribute::Vendor if makers::trade(&fact.value).is_some() => makers::everyday(&fact.value),
                _ => fact.value,
            };
            named.add(Fact { value, ..fact });
        }
        named
    }

    /// All values, best first for each attribute: what the device states before what was derived or guessed,
    /// the very product before its family, then what was stated latest.
    pub fn ranked(mut self) -> Vec<Fact> {
        self.list.sort_by(|a, b| {
            (a.attribute, weight(a), b.last)
                .cmp(&(b.attribute, weight(b), a.last))
                .then_with(|| (b.value.len(), &a.value, a.source).cmp(&(a.value.len(), &b.value, b.source)))
        });
        self.list
    }

    fn drop_least(&mut self, among: impl Fn(&Fact) -> bool) {
        let rank =
            |fact: &Fact| (fact.confidence, fact.first, fact.attribute, fact.value.clone(), fact.source);
        let least = (0..self.list.len())
            .filter(|&i| self.list.get(i).is_some_and(&among))
            .max_by_key(|&i| self.list.get(i).map(rank));
        if let Some(least) = least {
            self.list.swap_remove(least);
            self.latest = 0;
            self.dropped += 1;
        }
    }
}

/// How little a value says; least first. A family's name comes after a product that was only derived: a device states
/// the family where a protocol leaves room for no more.
fn weight(fact: &Fact) -> (Confidence, bool) {
    if fact.attribute == Attribute::Product && words::is_family(&fact.value) {
        (fact.confidence.max(Confidence::Derived), true)
    } else {
        (fact.confidence, false)
    }
}

fn same(a: &Fact, b: &Fact) -> bool {
    a.attribute == b.attribute && a.confidence == b.confidence && a.source == b.source && a.value == b.value
}

/// A value from outside as it may be kept: without blanks and NULs around, printable, bounded; none when empty.
pub fn cleaned(value: &str) -> Option<Cow<'_, str>> {
    let value = value.trim_matches(|c: char| c.is_whitespace() || c == '\0');
    let value = match value.char_indices().nth(FACT_CHARS_MAX) {
        Some((end, _)) => value.get(..end).unwrap_or("").trim_end(),
        None => value,
    };
    if value.is_empty() { None } else { Some(model::printable(value)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::{Confidence, Subject};

    fn stated(value: &str, at: i64, confidence: Confidence, facts: &mut Facts) {
        let sighting = IdentitySighting {
            subject: Subject::Sender,
            attribute: Attribute::Name,
            value,
            source: "test",
            confidence,
        };
        facts.note(&sighting, Timestamp(at));
    }

    #[test]
    fn values_are_cleaned() {
        assert_eq!(cleaned("  PLC\0\0 ").as_deref(), Some("PLC"));
        assert_eq!(cleaned("\0 \0"), None);
        assert_eq!(cleaned(&"ä".repeat(1000)).map(|v| v.chars().count()), Some(FACT_CHARS_MAX));
    }

    #[test]
    fn stated_comes_before_guessed_and_later_before_earlier() {
        let mut facts = Facts::default();
        stated("guess", 9, Confidence::Guessed, &mut facts);
        stated("old", 1, Confidence::Stated, &mut facts);
        stated("new", 2, Confidence::Stated, &mut facts);
        let values: Vec<String> = facts.ranked().into_iter().map(|fact| fact.value).collect();
        assert_eq!(values, ["new", "old", "guess"]);
    }

    #[test]
    fn a_host_that_states_too_much_is_bounded() {
        let mut facts = Facts::default();
        for n in 0..1000 {
            stated(&format!("name {n}"), n, Confidence::Stated, &mut facts);
        }
        assert_eq!(facts.list.len(), FACTS_PER_ATTRIBUTE_MAX);
        assert_eq!(facts.dropped(), 1000 - FACTS_PER_ATTRIBUTE_MAX as u64);
        assert!(facts.list.iter().any(|fact| fact.value == "name 0"));
    }
}
