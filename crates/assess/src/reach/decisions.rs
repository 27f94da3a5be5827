//! A stage as a list of decisions: for each, the packets that reach it if no earlier decision takes them.

use std::collections::HashMap;

use model::firewall::{Stage, Step, Then, Verdict};
use model::packets::{NumberField, PacketBox, PacketSet, Span};

use super::boxes::{BOXES_PER_RULE_MAX, overlap, subtract_from};

/// A step that decides.
#[derive(Debug, Clone)]
pub struct Decision {
    /// Its place in the stage.
    pub step: usize,
    /// Its rule.
    pub rule: Option<usize>,
    /// What it does.
    pub then: Decides,
    /// What it may meet.
    pub upper: Vec<PacketBox>,
    /// What it meets for sure; none when that is the same.
    lower: Option<Vec<PacketBox>>,
}

/// What a decision does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decides {
    /// Ends the stage.
    End(Verdict),
    /// Changes the destination; the stage goes on behind it.
    Translate(Option<Span<u128>>, Option<Span<u16>>),
}

impl Decision {
    /// What it meets for sure.
    pub fn lower(&self) -> &[PacketBox] {
        self.lower.as_deref().unwrap_or(&self.upper)
    }

    /// True when all that it may meet it meets for sure.
    pub fn is_exact(&self) -> bool {
        self.lower.is_none()
    }
}

/// The decisions of a stage, in order, and where each lies.
#[derive(Debug)]
pub struct Decisions {
    /// The decisions.
    pub list: Vec<Decision>,
    index: Index,
}

/// The set of a guard or a detour around later steps.
struct Scope {
    /// The first step beyond it.
    until: usize,
    set: Sets,
    /// A guard keeps what it holds; a detour takes it away.
    guards: bool,
}

#[derive(Clone)]
struct Sets {
    upper: Vec<PacketBox>,
    lower: Option<Vec<PacketBox>>,
}

impl Decisions {
    /// Reads them from the steps, restricted to packets of `within`. None when the steps are not well nested, or a set
    /// grows too large.
    pub fn of(stage: &Stage, within: &PacketSet) -> Option<Decisions> {
        let mut list = Vec::new();
        let mut scopes: Vec<Scope> = Vec::new();
        for (place, step) in stage.steps.iter().enumerate() {
            scopes.retain(|scope| scope.until > place);
            let sets = reaching(step, &scopes, within)?;
            match &step.then {
                Then::End(verdict) => list.push(Decision {
                    step: place,
                    rule: step.rule,
                    then: Decides::End(*verdict),
                    upper: sets.upper,
                    lower: sets.lower,
                }),
                Then::Translate { destination, port, go } => {
                    // What is translated has left the stage: no step behind it sees the packet.
                    if *go < stage.steps.len() {
                        return None;
                    }
                    list.push(Decision {
                        step: place,
                        rule: step.rule,
                        then: Decides::Translate(*destination, *port),
                        upper: sets.upper,
                        lower: sets.lower,
                    });
                }
                Then::Go(to) if *to > place + 1 && step.otherwise <= place + 1 => {
                    // A return or goto: what it meets goes round the steps up to its target.
                    scopes.push(Scope { until: *to, set: sets, guards: false });
                }
                Then::Go(_) => {
                    if step.otherwise > place + 1 {
                        let set = own(step, within)?;
                        // Nobody may come into the middle of what it guards.
                        if scopes.iter().any(|scope| scope.until > place + 1 && scope.until < step.otherwise)
                        {
                            return None;
                        }
                        scopes.push(Scope { until: step.otherwise, set, guards: true });
                    }
                }
            }
            // Decides and leads the others away as well: not a shape that readers make.
            if !matches!(step.then, Then::Go(_)) && step.otherwise > place + 1 {
                return None;
            }
        }
        let index = Index::of(&list);
        Some(Decisions { list, index })
    }

    /// The decisions before `place` that may hold packets of `one`, first to last.
    pub fn before(&self, place: usize, one: &PacketBox) -> Vec<usize> {
        self.index
            .near(one)
            .filter(|other| *other < place)
            .filter(|other| self.touches(*other, one))
            .collect()
    }

    /// The decisions after `place` that may hold packets of `one`, first to last.
    pub fn after(&self, place: usize, one: &PacketBox) -> Vec<usize> {
        self.index
            .near(one)
            .filter(|other| *other > place)
            .filter(|other| self.touches(*other, one))
            .collect()
    }

    fn touches(&self, place: usize, one: &PacketBox) -> bool {
        self.list.get(place).is_some_and(|decision| decision.upper.iter().any(|mine| overlap(mine, one)))
    }

    /// What may reach a decision past all before it and is met by it. None when it grows too large.
    pub fn effect(&self, place: usize) -> Option<Vec<PacketBox>> {
        let decision = self.list.get(place)?;
        self.left_of(place, &decision.upper, Decision::lower)
    }

    /// What reaches a decision past all before it for sure and is met by it.
    pub fn sure_effect(&self, place: usize) -> Option<Vec<PacketBox>> {
        let decision = self.list.get(place)?;
        self.left_of(place, decision.lower(), |earlier| &earlier.upper)
    }

    fn left_of(
        &self,
        place: usize,
        set: &[PacketBox],
        cuts: impl Fn(&Decision) -> &[PacketBox],
    ) -> Option<Vec<PacketBox>> {
        let mut left = Vec::new();
        for one in set {
            let mut rest = vec![*one];
            for earlier in self.before(place, one) {
                for cut in cuts(self.list.get(earlier)?) {
                    if !subtract_from(&mut rest, cut) {
                        return None;
                    }
                }
                if rest.is_empty() {
                    break;
                }
            }
            left.append(&mut rest);
            if left.len() > BOXES_PER_RULE_MAX {
                return None;
            }
        }
        Some(left)
    }
}

/// What a step's own test holds.
fn own(step: &Step, within: &PacketSet) -> Option<Sets> {
    let mut set = step.test.clone();
    if !set.narrow_to(within) {
        return None;
    }
    let lower = step.doubt.is_some().then(Vec::new);
    Some(Sets { upper: set.boxes, lower })
}

/// What reaches a step and is met by it, by its guards and detours.
fn reaching(step: &Step, scopes: &[Scope], within: &PacketSet) -> Option<Sets> {
    let own = own(step, within)?;
    let exact = own.lower.is_none() && scopes.iter().all(|scope| scope.set.lower.is_none());
    let upper = bounded(own.upper.clone(), scopes, |sets| &sets.upper, Sets::lower)?;
    let lower = match exact {
        true => None,
        false => Some(bounded(own.lower.unwrap_or(own.upper), scopes, Sets::lower, |sets| &sets.upper)?),
    };
    Some(Sets { upper, lower })
}

fn bounded(
    mut set: Vec<PacketBox>,
    scopes: &[Scope],
    kept: impl Fn(&Sets) -> &[PacketBox],
    taken: impl Fn(&Sets) -> &[PacketBox],
) -> Option<Vec<PacketBox>> {
    for scope in scopes {
        if scope.guards {
            let mut both = Vec::new();
            for mine in &set {
                both.extend(kept(&scope.set).iter().filter_map(|theirs| mine.both(theirs)));
                if both.len() > BOXES_PER_RULE_MAX {
                    return None;
                }
            }
            set = both;
        } else {
            for cut in taken(&scope.set) {
                if !subtract_from(&mut set, cut) {
                    return None;
                }
            }
        }
    }
    Some(set)
}

impl Sets {
    fn lower(&self) -> &[PacketBox] {
        self.lower.as_deref().unwrap_or(&self.upper)
    }
}

/// Decisions by the interfaces of their boxes, so that few are compared.
#[derive(Debug, Default)]
struct Index {
    by_pair: HashMap<(Option<u16>, Option<u16>), Vec<usize>>,
    count: usize,
}

impl Index {
    fn of(list: &[Decision]) -> Index {
        let mut index = Index { count: list.len(), ..Index::default() };
        for (place, decision) in list.iter().enumerate() {
            for one in &decision.upper {
                let places = index.by_pair.entry(key(one)).or_default();
                if places.last() != Some(&place) {
                    places.push(place);
                }
            }
        }
        index
    }

    /// Decisions that may overlap, first to last.
    fn near(&self, one: &PacketBox) -> impl Iterator<Item = usize> {
        let (from, to) = key(one);
        let (from, to) = match (from, to) {
            (Some(from), Some(to)) => (from, to),
            _ => return Near::All(0..self.count),
        };
        let keys = [(Some(from), Some(to)), (Some(from), None), (None, Some(to)), (None, None)];
        let mut places: Vec<usize> =
            keys.iter().filter_map(|key| self.by_pair.get(key)).flatten().copied().collect();
        places.sort_unstable();
        places.dedup();
        Near::Some(places.into_iter())
    }
}

enum Near {
    All(std::ops::Range<usize>),
    Some(std::vec::IntoIter<usize>),
}

impl Iterator for Near {
    type Item = usize;

    fn next(&mut self) -> Option<usize> {
        match self {
            Near::All(range) => range.next(),
            Near::Some(places) => places.next(),
        }
    }
}

/// The interfaces of a box, where each is one alone.
fn key(one: &PacketBox) -> (Option<u16>, Option<u16>) {
    let single = |field: NumberField| {
        let span = one.number(field);
        (span.first == span.last).then_some(span.first)
    };
    (single(NumberField::InInterface), single(NumberField::OutInterface))
}
