//! Operations of a flow or conversation, counted by kind.

use model::{Code, Operation, OperationCount, OperationSighting, Step, Timestamp};

use crate::objects::Objects;

/// Kinds of operations told apart in one conversation. Codes come from outside: a hostile peer may invent many.
pub const OPERATIONS_MAX: usize = 128;
/// The name under which those beyond the bound are counted together.
const FURTHER: &str = "further operations";

/// All operations of a flow or conversation.
#[derive(Debug, Default)]
pub struct Counters {
    list: Vec<Counter>,
    /// The one counted last: the next frame often brings the same.
    latest: usize,
    /// How many operations were not told apart.
    folded: u64,
}

/// One kind of operation. What is compared and counted for every operation stands first and together.
#[derive(Debug)]
#[repr(C)]
struct Counter {
    /// Operation, code and side in one number.
    number: u64,
    name: &'static str,
    /// Which counter came after this one the last time: a cyclic reader goes round.
    after: usize,
    requests: u64,
    answers: u64,
    failures: u64,
    last: Timestamp,
    first: Timestamp,
    objects: Objects,
    code: Code,
    operation: Operation,
    /// True when side A, or the initiator once the flow is folded, did it.
    by_a: bool,
}

impl Counters {
    /// Counts one operation that a frame from side A (or not) told of. An answer belongs to who asked.
    pub fn note(&mut self, from_a: bool, at: Timestamp, sighting: &OperationSighting<'_>) {
        let by_a = match sighting.step {
            Step::Request => from_a,
            Step::Answer | Step::Failure => !from_a,
        };
        let index = self.index(sighting.operation, sighting.code, sighting.name, by_a);
        let Some(counter) = self.list.get_mut(index) else { return };
        match sighting.step {
            Step::Request => counter.requests += 1,
            Step::Answer => counter.answers += 1,
            Step::Failure => counter.failures += 1,
        }
        counter.first = counter.first.min(at);
        counter.last = counter.last.max(at);
        counter.objects.note(&sighting.object);
    }

    /// Adds the operations of another flow of the same conversation, and leaves that empty.
    pub fn absorb(&mut self, other: &mut Counters) {
        self.folded += other.folded;
        other.folded = 0;
        other.latest = 0;
        if self.list.is_empty() {
            // Most conversations never see another kind: no room is kept for more.
            self.list.reserve_exact(other.list.len());
            self.list.append(&mut other.list);
            return;
        }
        for theirs in other.list.drain(..) {
            let index = self.index(theirs.operation, theirs.code, theirs.name, theirs.by_a);
            let Some(ours) = self.list.get_mut(index) else { continue };
            ours.requests += theirs.requests;
            ours.answers += theirs.answers;
            ours.failures += theirs.failures;
            ours.first = ours.first.min(theirs.first);
            ours.last = ours.last.max(theirs.last);
            ours.objects.merge(theirs.objects);
        }
    }

    /// How many answered requests side A (or B) made: what is asked shows who is the client.
    pub fn asked(&self, by_a: bool) -> u64 {
        let answered = |c: &&Counter| c.by_a == by_a && c.answers + c.failures > 0;
        self.list.iter().filter(answered).map(|c| c.requests).sum()
    }

    /// Swaps the sides: what A did, B did.
    pub fn turn(&mut self) {
        for counter in &mut self.list {
            counter.by_a = !counter.by_a;
            counter.number = number(counter.operation, counter.code, counter.by_a);
        }
    }

    /// How many operations were not told apart because there were too many kinds.
    pub fn folded(&self) -> u64 {
        self.folded
    }

    /// As the plant shows them: most frequent first.
    pub fn shown(&self) -> Vec<OperationCount> {
        let mut list: Vec<OperationCount> = self.list.iter().map(Counter::shown).collect();
        list.sort_by(|a, b| {
            (b.requests.max(b.answers + b.failures))
                .cmp(&a.requests.max(a.answers + a.failures))
                .then_with(|| (a.operation, a.name, a.code).cmp(&(b.operation, b.name, b.code)))
                .then(b.by_initiator.cmp(&a.by_initiator))
        });
        list
    }

    /// Where this kind is counted; makes room for a new kind while the bound allows.
    fn index(&mut self, operation: Operation, code: Code, name: &'static str, by_a: bool) -> usize {
        let number = number(operation, code, by_a);
        let is = |c: &Counter| c.is(number, code, name);
        let before = self.latest;
        let mut expected = before;
        if let Some(latest) = self.list.get(before) {
            if is(latest) {
                return before;
            }
            expected = latest.after;
        }
        if self.list.get(expected).is_some_and(is) {
            self.latest = expected;
            return expected;
        }
        self.latest = match self.list.iter().position(is) {
            Some(index) => index,
            None if self.list.len() < OPERATIONS_MAX => self.add(operation, code, name, by_a),
            None => {
                self.folded += 1;
                let number = self::number(Operation::Other, Code::None, by_a);
                match self.list.iter().position(|c| c.is(number, Code::None, FURTHER)) {
                    Some(index) => index,
                    None => self.add(Operation::Other, Code::None, FURTHER, by_a),
                }
            }
        };
        if let Some(before) = self.list.get_mut(before) {
            before.after = self.latest;
        }
        self.latest
    }

    fn add(&mut self, operation: Operation, code: Code, name: &'static str, by_a: bool) -> usize {
        self.list.push(Counter {
            number: number(operation, code, by_a),
            name,
            after: 0,
            requests: 0,
            answers: 0,
            failures: 0,
            last: Timestamp(i64::MIN),
            first: Timestamp(i64::MAX),
            objects: Objects::default(),
            code,
            operation,
            by_a,
        });
        self.list.len() - 1
    }
}

/// Operation, code and side in one number; words as codes share theirs.
#[inline(always)]
fn number(operation: Operation, code: Code, by_a: bool) -> u64 {
    (operation as u64) << 57 | code.number() << 1 | u64::from(by_a)
}

impl Counter {
    /// Names are our own words and nearly always the same piece of memory.
    #[inline(always)]
    fn is(&self, number: u64, code: Code, name: &'static str) -> bool {
        self.number == number
            && (std::ptr::eq(self.name, name) || self.name == name)
            && (!matches!(code, Code::Word(_)) || self.code == code)
    }

    fn shown(&self) -> OperationCount {
        let (objects, more_objects) = self.objects.shown();
        OperationCount {
            operation: self.operation,
            name: self.name,
            code: self.code,
            by_initiator: self.by_a,
            requests: self.requests,
            answers: self.answers,
            failures: self.failures,
            first: self.first,
            last: self.last,
            objects,
            more_objects,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::Object;

    fn note(counters: &mut Counters, code: u32, step: Step) {
        let sighting = OperationSighting {
            operation: Operation::Read,
            name: "read",
            code: Code::Decimal(code),
            unit: None,
            object: Object::None,
            step,
        };
        counters.note(step == Step::Request, Timestamp(i64::from(code)), &sighting);
    }

    #[test]
    fn an_answer_belongs_to_who_asked() {
        let mut counters = Counters::default();
        note(&mut counters, 3, Step::Request);
        note(&mut counters, 3, Step::Answer);
        note(&mut counters, 3, Step::Failure);
        let shown = counters.shown();
        assert_eq!(shown.len(), 1);
        assert_eq!((shown[0].requests, shown[0].answers, shown[0].failures), (1, 1, 1));
        assert!(shown[0].by_initiator);
    }

    #[test]
    fn too_many_kinds_are_counted_together() {
        let mut counters = Counters::default();
        for code in 0..1000 {
            note(&mut counters, code, Step::Request);
        }
        assert_eq!(counters.folded(), 1000 - OPERATIONS_MAX as u64);
        assert_eq!(counters.list.len(), OPERATIONS_MAX + 1);
        assert_eq!(counters.shown()[0].name, FURTHER);
    }
}
