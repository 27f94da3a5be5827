//! What operations were done to: a bounded sample, the same whatever the order in which it was seen.

use std::cmp::Ordering;

use model::Object;

/// Objects that one operation keeps while counting. When there are more, those with the lowest numbers stay:
/// a rule that does not depend on the order of frames, nor on who counted them.
pub const OBJECTS_KEPT_MAX: usize = 24;
/// Objects that one operation shows at the end, after ranges that touch were joined.
pub const OBJECTS_MAX: usize = 8;
/// Characters of an object's name that are kept.
pub const OBJECT_CHARS_MAX: usize = 128;

/// The sample of one operation.
#[derive(Debug, Clone, Default)]
pub struct Objects {
    /// Sorted, without repetition.
    kept: Vec<Kept>,
    /// Where the latest was found: a cyclic reader asks for the same again,
    latest: u8,
    /// or goes round: which came after each the last time.
    after: [u8; OBJECTS_KEPT_MAX],
    /// True when one had to be left out.
    more: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Kept {
    Range { space: &'static str, block: Option<u32>, first: u64, last: u64 },
    Named { space: &'static str, name: Box<str> },
}

impl Objects {
    /// Notes one object. A repeated object costs one comparison.
    pub fn note(&mut self, object: &Object<'_>) {
        if let Object::None = object {
            return;
        }
        let before = usize::from(self.latest);
        if self.kept.get(before).is_some_and(|kept| kept.is(object)) {
            return;
        }
        let expected = self.after.get(before).copied().unwrap_or_default();
        if self.kept.get(usize::from(expected)).is_some_and(|kept| kept.is(object)) {
            self.latest = expected;
            return;
        }
        match self.kept.binary_search_by(|kept| kept.order(object)) {
            Ok(at) => self.latest = at as u8,
            Err(at) => {
                if let Some(kept) = Kept::of(object) {
                    self.insert(at, kept);
                }
            }
        }
        if let Some(after) = self.after.get_mut(before) {
            *after = self.latest;
        }
    }

    /// Adds what another sample of the same operation holds.
    pub fn merge(&mut self, other: Objects) {
        self.more |= other.more;
        for kept in other.kept {
            if let Err(at) = self.kept.binary_search(&kept) {
                self.insert(at, kept);
            }
        }
    }

    /// The sample as text, ranges that touch or overlap joined; and whether there were more.
    pub fn shown(&self) -> (Vec<String>, bool) {
        let mut joined: Vec<Kept> = Vec::with_capacity(self.kept.len());
        for kept in &self.kept {
            if !joined.last_mut().is_some_and(|before| before.join(kept)) {
                joined.push(kept.clone());
            }
        }
        let more = self.more || joined.len() > OBJECTS_MAX;
        joined.truncate(OBJECTS_MAX);
        (joined.iter().map(Kept::text).collect(), more)
    }

    fn insert(&mut self, at: usize, kept: Kept) {
        if self.kept.len() >= OBJECTS_KEPT_MAX {
            self.more = true;
            if at >= OBJECTS_KEPT_MAX {
                return;
            }
            self.kept.pop();
        }
        if self.kept.is_empty() {
            self.kept.reserve_exact(1);
        }
        self.kept.insert(at, kept);
        self.latest = at as u8;
    }
}

impl Kept {
    fn of(object: &Object<'_>) -> Option<Kept> {
        match *object {
            Object::None => None,
            Object::Range { space, first, last } => Some(Kept::Range { space, block: None, first, last }),
            Object::Block { space, block, first, last } => {
                Some(Kept::Range { space, block: Some(block), first, last })
            }
            Object::Named { space, name } => Some(Kept::Named { space, name: bounded(name).into() }),
        }
    }

    /// Whether it is this object: cheaper than the order.
    #[inline(always)]
    fn is(&self, object: &Object<'_>) -> bool {
        match (self, *object) {
            (
                Kept::Range { space: s, block: None, first: f, last: l },
                Object::Range { space, first, last },
            ) => *f == first && *l == last && same(s, space),
            (
                Kept::Range { space: s, block: Some(b), first: f, last: l },
                Object::Block { space, block, first, last },
            ) => *f == first && *l == last && *b == block && same(s, space),
            (Kept::Named { space: s, name: n }, Object::Named { space, name }) => {
                let whole = n.len() == name.len() && **n == *name;
                let begun = name.len() > OBJECT_CHARS_MAX && **n == *bounded(name);
                (whole || begun) && same(s, space)
            }
            _ => false,
        }
    }

    /// The derived order, against an object that is still borrowed from the frame.
    fn order(&self, object: &Object<'_>) -> Ordering {
        let range = |space: &'static str, block: Option<u32>, first: u64, last: u64| match self {
            Kept::Range { space: s, block: b, first: f, last: l } => {
                words(s, space).then((*b, *f, *l).cmp(&(block, first, last)))
            }
            Kept::Named { .. } => Ordering::Greater,
        };
        match *object {
            Object::None => Ordering::Less,
            Object::Range { space, first, last } => range(space, None, first, last),
            Object::Block { space, block, first, last } => range(space, Some(block), first, last),
            Object::Named { space, name } => match self {
                Kept::Range { .. } => Ordering::Less,
                Kept::Named { space: s, name: n } => words(s, space).then_with(|| (**n).cmp(bounded(name))),
            },
        }
    }

    /// Takes in a range that begins inside or right behind this one.
    fn join(&mut self, next: &Kept) -> bool {
        match (self, next) {
            (
                Kept::Range { space, block, last, .. },
                Kept::Range { space: next_space, block: next_block, first: next_first, last: next_last },
            ) if space == next_space && block == next_block && *next_first <= last.saturating_add(1) => {
                *last = (*last).max(*next_last);
                true
            }
            _ => false,
        }
    }

    fn text(&self) -> String {
        match self {
            Kept::Range { space, block: None, first, last } => {
                Object::Range { space, first: *first, last: *last }.to_string()
            }
            Kept::Range { space, block: Some(block), first, last } => {
                Object::Block { space, block: *block, first: *first, last: *last }.to_string()
            }
            Kept::Named { space, name } => Object::Named { space, name }.to_string(),
        }
    }
}

/// Compares two of our own words; nearly always they are the same word at the same place.
#[inline(always)]
fn same(a: &'static str, b: &'static str) -> bool {
    std::ptr::eq(a, b) || a == b
}

fn words(a: &'static str, b: &'static str) -> Ordering {
    if std::ptr::eq(a, b) { Ordering::Equal } else { a.cmp(b) }
}

/// The beginning of a name from outside.
fn bounded(name: &str) -> &str {
    match name.char_indices().nth(OBJECT_CHARS_MAX) {
        Some((end, _)) => name.get(..end).unwrap_or(name),
        None => name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(ranges: impl Iterator<Item = (u64, u64)>) -> Objects {
        let mut objects = Objects::default();
        for (first, last) in ranges {
            objects.note(&Object::Range { space: "coils", first, last });
        }
        objects
    }

    #[test]
    fn joins_ranges_that_touch() {
        let objects = sample([(0, 9), (20, 29), (10, 19), (40, 40)].into_iter());
        assert_eq!(objects.shown(), (vec!["coils 0..29".to_string(), "coils 40".to_string()], false));
    }

    #[test]
    fn is_the_same_in_any_order_when_there_are_too_many() {
        let far = |n: u64| (n * 10, n * 10);
        let all = sample((0..100).map(far));
        let backwards = sample((0..100).rev().map(far));
        let mut halves = sample((50..100).map(far));
        halves.merge(sample((0..50).map(far)));
        assert_eq!(all.shown(), backwards.shown());
        assert_eq!(all.shown(), halves.shown());
        assert_eq!(all.shown().0.len(), OBJECTS_MAX);
        assert!(all.shown().1);
    }

    #[test]
    fn names_are_bounded_and_printable() {
        let mut objects = Objects::default();
        objects.note(&Object::Named { space: "tag", name: &"x".repeat(1000) });
        objects.note(&Object::Named { space: "tag", name: "a\u{7}b" });
        let (shown, more) = objects.shown();
        assert_eq!(
            shown,
            ["tag \"a\u{fffd}b\"".to_string(), format!("tag \"{}\"", "x".repeat(OBJECT_CHARS_MAX))]
        );
        assert!(!more);
    }
}
