//! Parts of rules that are known for sure and parts that are only possible, as a rule's addresses or ports are put
//! together out of objects and groups.

use model::packets::{Span, other_addresses};

/// Spans that one set of addresses or ports may hold before it is widened.
pub const SPANS_MAX: usize = 50_000;

/// A set of numbers: what it holds for sure, and what it may hold beside that.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part<T> {
    /// What it holds for sure.
    pub sure: Vec<Span<T>>,
    /// What it may hold beside that, and on what that depends.
    pub maybe: Option<(Vec<Span<T>>, String)>,
}

impl<T> Default for Part<T> {
    fn default() -> Part<T> {
        Part { sure: Vec::new(), maybe: None }
    }
}

impl<T: Copy + Ord> Part<T> {
    /// Holds this for sure.
    pub fn sure(sure: Vec<Span<T>>) -> Part<T> {
        Part { sure, maybe: None }
    }

    /// Holds one span for sure.
    pub fn one(span: Span<T>) -> Part<T> {
        Part::sure(vec![span])
    }

    /// May hold this.
    pub fn maybe(spans: Vec<Span<T>>, because: impl Into<String>) -> Part<T> {
        Part { sure: Vec::new(), maybe: Some((spans, because.into())) }
    }

    /// True when it can hold nothing.
    pub fn is_empty(&self) -> bool {
        self.sure.is_empty() && self.maybe.is_none()
    }

    /// All that it may hold.
    pub fn upper(&self) -> Vec<Span<T>> {
        let maybe = self.maybe.iter().flat_map(|(spans, _)| spans.iter().copied());
        self.sure.iter().copied().chain(maybe).collect()
    }

    /// Holds what the other holds as well.
    pub fn add(&mut self, other: Part<T>) {
        self.sure.extend(other.sure);
        match (&mut self.maybe, other.maybe) {
            (Some((spans, _)), Some((more, _))) => spans.extend(more),
            (None, more) => self.maybe = more,
            (Some(_), None) => {}
        }
    }

    /// Keeps what lies in one of `within`.
    pub fn keep(&mut self, within: &[Span<T>]) {
        self.sure = common(&self.sure, within);
        if let Some((spans, _)) = &mut self.maybe {
            *spans = common(spans, within);
        }
        self.maybe.take_if(|(spans, _)| spans.is_empty());
    }
}

impl Part<u128> {
    /// Every address.
    pub fn everywhere() -> Part<u128> {
        Part::one(Span::EVERYWHERE)
    }

    /// All addresses of `among` that it does not hold.
    pub fn other_than(&self, among: &[Span<u128>]) -> Part<u128> {
        let without = |spans: &[Span<u128>]| -> Vec<Span<u128>> {
            among.iter().flat_map(|among| other_addresses(spans, *among)).collect()
        };
        let because = self.maybe.as_ref().map(|(_, because)| because.clone());
        match because {
            None => Part::sure(without(&self.sure)),
            Some(because) => {
                let sure = without(&self.upper());
                Part { sure, maybe: Some((without(&self.sure), because)) }
            }
        }
    }

    /// The same with its spans joined; wider, and said so, when there are too many.
    pub fn tidy(mut self) -> Part<u128> {
        self.sure = joined(std::mem::take(&mut self.sure), |n| n.checked_add(1));
        if let Some((spans, _)) = &mut self.maybe {
            *spans = joined(std::mem::take(spans), |n| n.checked_add(1));
        }
        self.bounded()
    }
}

impl Part<u16> {
    /// The same with its spans joined.
    pub fn tidy(mut self) -> Part<u16> {
        self.sure = joined(std::mem::take(&mut self.sure), |n| n.checked_add(1));
        if let Some((spans, _)) = &mut self.maybe {
            *spans = joined(std::mem::take(spans), |n| n.checked_add(1));
        }
        self
    }
}

impl Part<u128> {
    fn bounded(self) -> Part<u128> {
        let held = self.sure.len() + self.maybe.as_ref().map_or(0, |(spans, _)| spans.len());
        if held <= SPANS_MAX {
            return self;
        }
        let upper = self.upper();
        let hull = upper.iter().copied().reduce(|a, b| Span::new(a.first.min(b.first), a.last.max(b.last)));
        Part::maybe(hull.into_iter().collect(), format!("more than {SPANS_MAX} address ranges"))
    }
}

/// What lies in both.
fn common<T: Copy + Ord>(spans: &[Span<T>], within: &[Span<T>]) -> Vec<Span<T>> {
    spans.iter().flat_map(|span| within.iter().filter_map(|other| span.both(*other))).collect()
}

/// The fewest spans that hold the same, rising.
fn joined<T: Copy + Ord>(mut spans: Vec<Span<T>>, after: impl Fn(T) -> Option<T>) -> Vec<Span<T>> {
    spans.sort();
    let mut joined: Vec<Span<T>> = Vec::with_capacity(spans.len());
    for span in spans {
        match joined.last_mut() {
            Some(last) if after(last.last).is_none_or(|next| span.first <= next) => {
                last.last = last.last.max(span.last);
            }
            _ => joined.push(span),
        }
    }
    joined
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_that_touch_are_one() {
        let part =
            Part::sure(vec![Span::new(10, 20), Span::new(21, 30), Span::new(5_u128, 12), Span::one(40)]);
        assert_eq!(part.tidy().sure, [Span::new(5, 30), Span::one(40)]);
        let ports: Part<u16> = Part::sure(vec![Span::ANY, Span::one(7)]);
        assert_eq!(ports.tidy().sure, [Span::ANY]);
    }

    #[test]
    fn the_others_of_a_doubtful_set_are_sure_only_beyond_all_it_may_hold() {
        let mut part = Part::one(Span::new(10_u128, 19));
        part.add(Part::maybe(vec![Span::new(20, 29)], "a name"));
        let others = part.other_than(&[Span::new(0, 99)]);
        assert_eq!(others.sure, [Span::new(0, 9), Span::new(30, 99)]);
        assert_eq!(others.maybe.unwrap().0, [Span::new(0, 9), Span::new(20, 99)]);
    }

    #[test]
    fn too_many_spans_become_one_doubtful_span() {
        let part = Part::sure((0..=SPANS_MAX as u128).map(|n| Span::one(n * 2)).collect()).tidy();
        assert!(part.sure.is_empty());
        assert_eq!(part.maybe.unwrap().0, [Span::new(0, SPANS_MAX as u128 * 2)]);
    }
}
