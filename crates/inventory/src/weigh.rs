//! Evidence on a scale: what speaks for which answer, how much, and in words.

use model::{Gap, Message, Noun, Reason, Sentence};

/// Where evidence comes from. Two pieces of one kind are not independent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// What it answers and offers.
    Serves,
    /// What it asks for.
    Asks,
    /// Cyclic field data.
    Cycles,
    /// What it says it is.
    Stated,
    /// Who made it.
    Maker,
    /// What people call it.
    Name,
    /// Where it stands and with whom.
    Neighbours,
    /// Its address.
    Address,
}

/// One piece of evidence.
#[derive(Debug, Clone)]
struct Piece<T> {
    answer: T,
    weight: f32,
    kind: Kind,
    text: Message,
}

/// All evidence for one question.
#[derive(Debug, Clone)]
pub struct Scale<T> {
    pieces: Vec<Piece<T>>,
}

impl<T> Default for Scale<T> {
    fn default() -> Scale<T> {
        Scale { pieces: Vec::new() }
    }
}

impl<T: Copy + Ord> Scale<T> {
    /// Puts a piece of evidence on the scale. The text completes "it ...".
    pub fn put(&mut self, answer: T, weight: f32, kind: Kind, text: impl Into<Message>) {
        if weight > 0.0 {
            self.pieces.push(Piece { answer, weight, kind, text: text.into() });
        }
    }

    /// What spoke for one answer now speaks for another.
    pub fn replace(&mut self, answer: T, by: T) {
        self.pieces.iter_mut().filter(|piece| piece.answer == answer).for_each(|piece| piece.answer = by);
    }

    /// True when one of these sentences is on the scale.
    pub fn has(&self, sentences: &[Sentence]) -> bool {
        self.pieces.iter().any(|piece| sentences.contains(&piece.text.sentence))
    }

    /// True when all evidence for an answer is of this kind.
    pub fn only(&self, answer: T, kind: Kind) -> bool {
        self.pieces.iter().filter(|piece| piece.answer == answer).all(|piece| piece.kind == kind)
    }

    /// Answers with their weight, heaviest first; of equal weight the lower answer.
    pub fn totals(&self) -> Vec<(T, f32)> {
        let mut answers: Vec<T> = self.pieces.iter().map(|piece| piece.answer).collect();
        answers.sort();
        answers.dedup();
        let mut totals: Vec<(T, f32)> =
            answers.into_iter().map(|answer| (answer, self.weight(answer))).collect();
        totals.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        totals
    }

    /// The weight of one answer.
    pub fn weight(&self, answer: T) -> f32 {
        self.pieces.iter().filter(|piece| piece.answer == answer).map(|piece| piece.weight).sum()
    }

    /// The heaviest answer.
    pub fn best(&self) -> Option<(T, f32)> {
        self.totals().first().copied()
    }

    /// How many independent kinds of evidence speak for an answer.
    pub fn kinds(&self, answer: T) -> usize {
        let mut kinds: Vec<Kind> =
            self.pieces.iter().filter(|piece| piece.answer == answer).map(|piece| piece.kind).collect();
        kinds.sort();
        kinds.dedup();
        kinds.len()
    }

    /// The evidence for one answer in words, heaviest first.
    pub fn reasons(&self, answer: T) -> Vec<Reason> {
        let mut reasons: Vec<Reason> = self
            .pieces
            .iter()
            .filter(|piece| piece.answer == answer)
            .map(|piece| Reason { text: piece.text.clone(), weight: piece.weight })
            .collect();
        reasons.sort_by(|a, b| {
            b.weight.total_cmp(&a.weight).then_with(|| a.text.to_string().cmp(&b.text.to_string()))
        });
        reasons.dedup_by(|a, b| a.text == b.text);
        reasons
    }
}

/// "1 station", "2 stations".
pub fn count(number: usize, noun: Noun) -> Gap {
    Gap::Count(number as u64, noun)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue as c;

    #[test]
    fn the_heavier_side_wins() {
        let mut scale = Scale::default();
        scale.put(1, 2.0, Kind::Maker, c::SAYS_SO);
        scale.put(2, 1.5, Kind::Name, c::PRESENTS_SO);
        scale.put(2, 1.5, Kind::Serves, c::SERVES_CONTROL);
        assert_eq!(scale.totals(), [(2, 3.0), (1, 2.0)]);
        assert_eq!(scale.kinds(2), 2);
        assert_eq!(scale.reasons(2).first().map(|r| r.text.sentence), Some(c::PRESENTS_SO));
    }
}
