//! Sentences that a production manager understands: names, counts, times, lists.

use std::collections::BTreeMap;

use model::{Asset, Level, OperationCount, Timestamp};

use crate::scene::{End, Table, Talk};

/// Letters of a name that a finding shows; names come from the wire and may be long or hostile.
const LABEL_LETTERS_MAX: usize = 60;

/// Names in one sentence; the rest is counted.
const NAMES_MAX: usize = 5;

/// What a person would call an asset, safe to print and of bounded length.
pub fn label(asset: &Asset) -> String {
    short(&asset.label())
}

/// Text from outside, without control characters and cut to a length that fits a sentence.
pub fn short(text: &str) -> String {
    let text = model::printable(text);
    match text.char_indices().nth(LABEL_LETTERS_MAX) {
        Some((cut, _)) => format!("{}…", text.get(..cut).unwrap_or_default()),
        None => text.into_owned(),
    }
}

/// A number with a comma every three digits.
pub fn number(n: u64) -> String {
    let digits = n.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `once`, `twice`, `17 times`.
pub fn times(n: u64) -> String {
    match n {
        1 => "once".to_string(),
        2 => "twice".to_string(),
        n => format!("{} times", number(n)),
    }
}

/// `1 device`, `3 devices`.
pub fn count(n: usize, one: &str, many: &str) -> String {
    many_of(n as u64, one, many)
}

/// The same for what is counted on the wire.
pub fn many_of(n: u64, one: &str, many: &str) -> String {
    format!("{} {}", number(n), if n == 1 { one } else { many })
}

/// `a password`, `an access key`.
pub fn a(noun: &str) -> String {
    let vowel = noun.starts_with(['a', 'e', 'i', 'o', 'u', 'A', 'E', 'I', 'O']);
    format!("{} {noun}", if vowel { "an" } else { "a" })
}

/// `A`, `A and B`, `A, B, C, D, E and 7 more`. Each name once, in the order given.
pub fn list(names: impl IntoIterator<Item = String>) -> String {
    let mut seen = std::collections::HashSet::new();
    few(names.into_iter().filter(|name| seen.insert(name.clone())), String::clone)
}

/// The same for texts from outside, each made safe to print.
pub fn names<'t>(texts: impl IntoIterator<Item = &'t str>) -> String {
    let mut seen = std::collections::HashSet::new();
    few(texts.into_iter().filter(|text| seen.insert(*text)), |text| short(text))
}

/// The names of these ends, each once.
pub fn labels<'a>(ends: impl IntoIterator<Item = End<'a>>) -> String {
    let mut seen: Table<u32, ()> = Table::default();
    few(ends.into_iter().filter(|end| seen.insert(end.number, ()).is_none()), End::label)
}

/// The protocols of these conversations, by name.
pub fn protocols<'t, 'a: 't>(talks: impl IntoIterator<Item = &'t Talk<'a>>) -> String {
    let mut seen = std::collections::BTreeSet::new();
    let names = talks.into_iter().map(|talk| talk.conversation.protocol).filter(|name| seen.insert(*name));
    few(names, |name| name.to_string())
}

/// Names the first few of things that are all different, and counts the rest without naming them.
fn few<T>(items: impl Iterator<Item = T>, name: impl Fn(&T) -> String) -> String {
    let (mut named, mut more) = (Vec::new(), 0_usize);
    for item in items {
        // One name more takes no more room than saying that there is one more.
        if named.len() <= NAMES_MAX { named.push(item) } else { more += 1 }
    }
    if more > 0 {
        more += 1;
        named.truncate(NAMES_MAX);
    }
    let named: Vec<String> = named.iter().map(name).collect();
    match (more, named.split_last()) {
        (_, None) => String::new(),
        (0, Some((only, []))) => only.clone(),
        (0, Some((last, rest))) => format!("{} and {last}", rest.join(", ")),
        (more, _) => format!("{} and {} more", named.join(", "), number(more as u64)),
    }
}

/// `between 2026-01-01 07:00:00 and 07:30:10 UTC`, or `at 2026-01-01 07:00:00 UTC`.
pub fn span(first: Timestamp, last: Timestamp) -> String {
    let (first, last) = (moment(first), moment(last));
    if first == last {
        return format!("at {first} UTC");
    }
    match (first.split_once(' '), last.split_once(' ')) {
        (Some((day, _)), Some((same, clock))) if day == same => format!("between {first} and {clock} UTC"),
        _ => format!("between {first} and {last} UTC"),
    }
}

/// From the first frame of these conversations to the last.
pub fn span_of<'t, 'a: 't>(talks: impl IntoIterator<Item = &'t Talk<'a>>) -> String {
    let mut ends: Option<(Timestamp, Timestamp)> = None;
    for talk in talks {
        let c = talk.conversation;
        let (first, last) = ends.unwrap_or((c.first, c.last));
        ends = Some((first.min(c.first), last.max(c.last)));
    }
    ends.map_or_else(String::new, |(first, last)| span(first, last))
}

/// How many conversations with how many frames, over which protocols, and when.
pub fn traffic<'t, 'a: 't>(talks: impl Iterator<Item = &'t Talk<'a>> + Clone) -> String {
    let frames = talks.clone().map(|talk| talk.conversation.packets).sum();
    format!(
        "{} over {} with {} frames, {}",
        count(talks.clone().count(), "conversation", "conversations"),
        protocols(talks.clone()),
        number(frames),
        span_of(talks)
    )
}

/// What was done: the protocols' own names with how often, most frequent first.
pub fn deeds<'o>(operations: impl IntoIterator<Item = &'o OperationCount>) -> String {
    let mut sums: BTreeMap<&str, u64> = BTreeMap::new();
    for op in operations {
        *sums.entry(op.name).or_default() += how_often(op);
    }
    let mut sums: Vec<(&str, u64)> = sums.into_iter().collect();
    sums.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
    list(sums.into_iter().map(|(name, n)| format!("\"{name}\" {}", times(n))))
}

/// How often an operation was asked for, also when only the answers were seen.
pub fn how_often(op: &OperationCount) -> u64 {
    op.requests.max(op.answers.saturating_add(op.failures))
}

/// What a person must know of uncertain levels, as a sentence with a leading space; empty when all are sure.
pub fn doubt<'a>(ends: impl IntoIterator<Item = End<'a>>) -> String {
    let mut seen: Table<u32, ()> = Table::default();
    let unsure = ends.into_iter().filter(|end| !end.sure && seen.insert(end.number, ()).is_none());
    let texts = unsure.filter_map(|end| {
        let confidence = end.asset?.level.confidence;
        Some(format!("level {} of {} (confidence {confidence:.2})", end.level?, end.label()))
    });
    let texts = list(texts);
    if texts.is_empty() { texts } else { format!(" Not certain: {texts}. Confirm it first.") }
}

/// `level 3`, `the Internet`, or `an unknown level`.
pub fn level(level: Option<Level>) -> String {
    match level {
        Some(Level::Outside) => "the Internet".to_string(),
        Some(level) => format!("level {level}"),
        None => "an unknown level".to_string(),
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

    #[test]
    fn lists_name_a_few_and_count_the_rest() {
        let names = |n: usize| (1..=n).map(|i| format!("P{i}"));
        assert_eq!(list(names(0)), "");
        assert_eq!(list(names(1)), "P1");
        assert_eq!(list(names(2).chain(names(2))), "P1 and P2");
        assert_eq!(list(names(6)), "P1, P2, P3, P4, P5 and P6");
        assert_eq!(list(names(7)), "P1, P2, P3, P4, P5 and 2 more");
    }

    #[test]
    fn spans_name_the_day_once() {
        let at = |seconds: i64| Timestamp::from_seconds(1_767_225_600 + seconds, 5_000);
        assert_eq!(span(at(0), at(0)), "at 2026-01-01 00:00:00 UTC");
        assert_eq!(span(at(0), at(3_700)), "between 2026-01-01 00:00:00 and 01:01:40 UTC");
        assert_eq!(span(at(0), at(90_000)), "between 2026-01-01 00:00:00 and 2026-01-02 01:00:00 UTC");
    }

    #[test]
    fn numbers_and_names_stay_readable() {
        assert_eq!(number(1_234_567), "1,234,567");
        assert_eq!(number(12), "12");
        assert_eq!(short(&"ä".repeat(70)), format!("{}…", "ä".repeat(60)));
        assert_eq!(short("a\u{202e}b\n"), "a\u{fffd}b\u{fffd}");
    }
}
