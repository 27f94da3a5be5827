//! What the product says, kept so that every reader gets it in his language: which sentence, and what fills its gaps.

use std::fmt;

use crate::{Language, Level, Noun, Role, Timestamp};

/// A sentence of the product in every language. Gaps are names in braces, as in `{actor} stopped {target}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sentence {
    /// Its stable name in the catalogue.
    pub key: &'static str,
    /// In English.
    pub english: &'static str,
    /// In German.
    pub german: &'static str,
}

/// Declares the sentences of a catalogue as constants, and `ALL` of them. A missing German text does not compile.
#[macro_export]
macro_rules! sentences {
    ($($key:ident: $english:literal, $german:literal;)+) => {
        $(pub(crate) const $key: $crate::Sentence =
            $crate::Sentence { key: stringify!($key), english: $english, german: $german };)+
        /// Every sentence of this catalogue.
        pub const ALL: &[$crate::Sentence] = &[$($key,)+];
    };
}

/// A sentence with what fills its gaps, and what is said after it.
#[derive(Debug, Clone, PartialEq)]
pub struct Message {
    /// The sentence.
    pub sentence: Sentence,
    /// What fills its gaps, by name.
    pub gaps: Vec<(&'static str, Gap)>,
    /// Further sentences.
    pub then: Vec<Message>,
}

/// What fills a gap of a sentence.
#[derive(Debug, Clone, PartialEq)]
pub enum Gap {
    /// The same in every language: names, addresses, protocols.
    Text(String),
    /// A number.
    Number(u64),
    /// How often: `once`, `twice`, `17 times`.
    Times(u64),
    /// A number of things.
    Count(u64, Noun),
    /// A level of the plant, or the Internet; none where it is not known.
    Level(Option<Level>),
    /// A role.
    Role(Role),
    /// From when to when.
    Span(Timestamp, Timestamp),
    /// Several things, and how many more are not named.
    List(Vec<Gap>, u64),
    /// A sentence, or a part of one.
    Message(Message),
}

/// Text that is the same in every language.
const VERBATIM: Sentence = Sentence { key: "VERBATIM", english: "{text}", german: "{text}" };

impl Sentence {
    /// The sentence in one language, its gaps open.
    pub const fn text(self, language: Language) -> &'static str {
        match language {
            Language::English => self.english,
            Language::German => self.german,
        }
    }

    /// The sentence with its gaps filled.
    pub fn with<const N: usize>(self, gaps: [(&'static str, Gap); N]) -> Message {
        Message { sentence: self, gaps: gaps.into(), then: Vec::new() }
    }

    /// The names of its gaps in one language, sorted, each once.
    pub fn gaps(self, language: Language) -> Vec<&'static str> {
        let text = self.text(language);
        let mut gaps: Vec<&str> =
            text.split('{').skip(1).filter_map(|rest| Some(rest.split_once('}')?.0)).collect();
        gaps.sort_unstable();
        gaps.dedup();
        gaps
    }
}

impl Message {
    /// The same with more said after it; nothing is added by nothing.
    pub fn and(mut self, more: impl IntoIterator<Item = Message>) -> Message {
        self.then.extend(more);
        self
    }

    /// In the words of a language.
    pub fn text(&self, language: Language) -> String {
        let mut out = String::new();
        self.write(language, &mut out);
        out
    }

    fn write(&self, language: Language, out: &mut String) {
        let mut rest = self.sentence.text(language);
        while let Some((before, gap, after)) = next_gap(rest) {
            out.push_str(before);
            match self.gaps.iter().find(|(name, _)| *name == gap) {
                Some((_, filling)) => filling.write(language, out),
                // A gap that nobody filled shows itself; tests look for the brace.
                None => out.extend(["{", gap, "}"]),
            }
            rest = after;
        }
        out.push_str(rest);
        for more in &self.then {
            out.push(' ');
            more.write(language, out);
        }
    }
}

/// What stands before the next gap, its name, and what stands behind.
fn next_gap(text: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = text.split_once('{')?;
    let (gap, after) = rest.split_once('}')?;
    Some((before, gap, after))
}

impl fmt::Display for Message {
    /// In English, the language of text and JSON.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text(Language::English))
    }
}

impl From<String> for Message {
    /// A text that is the same in every language.
    fn from(text: String) -> Message {
        VERBATIM.with([("text", Gap::Text(text))])
    }
}

impl From<Sentence> for Message {
    fn from(sentence: Sentence) -> Message {
        sentence.with([])
    }
}

impl From<String> for Gap {
    fn from(text: String) -> Gap {
        Gap::Text(text)
    }
}

impl From<&str> for Gap {
    fn from(text: &str) -> Gap {
        Gap::Text(text.to_string())
    }
}

impl From<Message> for Gap {
    fn from(message: Message) -> Gap {
        Gap::Message(message)
    }
}

impl From<Sentence> for Gap {
    fn from(sentence: Sentence) -> Gap {
        Gap::Message(sentence.into())
    }
}

impl Gap {
    /// True when there is nothing to say.
    pub fn is_empty(&self) -> bool {
        match self {
            Gap::Text(text) => text.is_empty(),
            Gap::List(items, _) => items.is_empty(),
            Gap::Number(_)
            | Gap::Times(_)
            | Gap::Count(..)
            | Gap::Level(_)
            | Gap::Role(_)
            | Gap::Span(..)
            | Gap::Message(_) => false,
        }
    }

    fn write(&self, language: Language, out: &mut String) {
        match self {
            Gap::Text(text) => out.push_str(text),
            Gap::Number(n) => out.push_str(&language.number(*n)),
            Gap::Times(n) => out.push_str(&times(*n, language)),
            Gap::Count(n, noun) => {
                let noun = language.noun(usize::try_from(*n).unwrap_or(usize::MAX), *noun);
                out.extend([&language.number(*n), " ", noun]);
            }
            Gap::Level(level) => out.push_str(&level_text(*level, language)),
            Gap::Role(role) => out.push_str(role.text(language)),
            Gap::Span(first, last) => out.push_str(&span(*first, *last, language)),
            Gap::List(items, more) => list(items, *more, language, out),
            Gap::Message(message) => message.write(language, out),
        }
    }
}

/// `A`, `A and B`, `A, B and 7 more`.
fn list(items: &[Gap], more: u64, language: Language, out: &mut String) {
    let and = language.pick(" and ", " und ");
    for (place, item) in items.iter().enumerate() {
        if place > 0 {
            out.push_str(if more == 0 && place + 1 == items.len() { and } else { ", " });
        }
        item.write(language, out);
    }
    if more > 0 {
        let rest = language.pick(" more", " weitere");
        out.extend([and, &language.number(more), rest]);
    }
}

fn times(n: u64, language: Language) -> String {
    match (language, n) {
        (Language::English, 1) => "once".to_string(),
        (Language::English, 2) => "twice".to_string(),
        (Language::English, n) => format!("{} times", language.number(n)),
        (Language::German, 1) => "einmal".to_string(),
        (Language::German, 2) => "zweimal".to_string(),
        (Language::German, n) => format!("{}-mal", language.number(n)),
    }
}

fn level_text(level: Option<Level>, language: Language) -> String {
    match (level, language) {
        (Some(Level::Outside), _) => language.pick("the Internet", "Internet").to_string(),
        (Some(level), Language::English) => format!("level {level}"),
        (Some(level), Language::German) => format!("Ebene {level}"),
        (None, _) => language.pick("an unknown level", "Ebene unbekannt").to_string(),
    }
}

/// `between 2026-01-01 07:00:00 and 07:30:10 UTC`, or `at 2026-01-01 07:00:00 UTC`.
fn span(first: Timestamp, last: Timestamp, language: Language) -> String {
    let (first, last) = (moment(first), moment(last));
    if first == last {
        return format!("{} {first} UTC", language.pick("at", "am"));
    }
    let last = match (first.split_once(' '), last.split_once(' ')) {
        (Some((day, _)), Some((same, clock))) if day == same => clock,
        _ => &last,
    };
    match language {
        Language::English => format!("between {first} and {last} UTC"),
        Language::German => format!("zwischen {first} und {last} UTC"),
    }
}

/// To the second, which is what a shift book holds.
fn moment(at: Timestamp) -> String {
    let text = at.to_string();
    text.split_once('.').map_or(text.as_str(), |(seconds, _)| seconds).replacen('T', " ", 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SAID: Sentence = Sentence {
        key: "SAID",
        english: "{who} asked {device} {times}.",
        german: "{device} wurde {times} gefragt: {who}.",
    };

    #[test]
    fn gaps_are_filled_in_each_language() {
        let names = Gap::List(vec!["A".into(), "B {x}".into()], 0);
        let said = SAID.with([("who", names), ("device", "PLC".into()), ("times", Gap::Times(2))]);
        let said = said.and([SAID.into()]);
        assert_eq!(said.to_string(), "A and B {x} asked PLC twice. {who} asked {device} {times}.");
        let german = said.text(Language::German);
        assert!(german.starts_with("PLC wurde zweimal gefragt: A und B {x}."), "{german}");
        assert_eq!(SAID.gaps(Language::German), ["device", "times", "who"]);
    }

    #[test]
    fn spans_name_the_day_once() {
        let at = |seconds: i64| Timestamp::from_seconds(1_767_225_600 + seconds, 5_000);
        let said = |a, b| span(at(a), at(b), Language::English);
        assert_eq!(said(0, 0), "at 2026-01-01 00:00:00 UTC");
        assert_eq!(said(0, 3_700), "between 2026-01-01 00:00:00 and 01:01:40 UTC");
        assert_eq!(said(0, 90_000), "between 2026-01-01 00:00:00 and 2026-01-02 01:00:00 UTC");
        let german = span(at(0), at(3_700), Language::German);
        assert_eq!(german, "zwischen 2026-01-01 00:00:00 und 01:01:40 UTC");
    }
}
