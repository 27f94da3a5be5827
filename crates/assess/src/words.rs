//! Sentences that a production manager understands: names, counts, times, lists.

use std::collections::BTreeMap;

use model::{Asset, Gap, Message, Noun, OperationCount, Sentence, Timestamp};

use crate::catalogue as c;
use crate::scene::{End, Table, Talk};

/// Letters of a name that a finding shows; names come from the wire and may be long or hostile.
const LABEL_LETTERS_MAX: usize = 60;

/// Nouns that are counted.
pub const CONVERSATION: Noun = Noun("conversation", "conversations", "Verbindung", "Verbindungen");
/// See [`CONVERSATION`].
pub const DEVICE: Noun = Noun("device", "devices", "Gerät", "Geräte");
/// See [`CONVERSATION`].
pub const ASSET: Noun = Noun("asset", "assets", "Gerät", "Geräte");
/// See [`CONVERSATION`].
pub const PAIR: Noun = Noun("pair", "pairs", "Paar", "Paare");
/// See [`CONVERSATION`].
pub const PERMIT: Noun = Noun("permit", "permits", "Erlaubnis", "Erlaubnisse");
/// See [`CONVERSATION`].
pub const BROKEN: Noun =
    Noun("broken message", "broken messages", "fehlerhafte Nachricht", "fehlerhafte Nachrichten");

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

/// `1 device`, `3 devices`.
pub fn count(n: usize, noun: Noun) -> Gap {
    Gap::Count(n as u64, noun)
}

/// `A`, `A and B`, `A, B, C, D, E and 7 more`. Each once, in the order given.
pub fn list<G: Into<Gap>>(items: impl IntoIterator<Item = G>) -> Gap {
    let mut seen: Vec<Gap> = Vec::new();
    let fresh = items.into_iter().map(Into::into).filter(|item| {
        let fresh = !seen.contains(item);
        if fresh {
            seen.push(item.clone());
        }
        fresh
    });
    let fresh: Vec<Gap> = fresh.collect();
    few(fresh.into_iter(), Gap::clone)
}

/// The same for texts from outside, each made safe to print.
pub fn names<'t>(texts: impl IntoIterator<Item = &'t str>) -> Gap {
    let mut seen = std::collections::HashSet::new();
    few(texts.into_iter().filter(|text| seen.insert(*text)), |text| short(text).into())
}

/// The names of these ends, each once.
pub fn labels<'a>(ends: impl IntoIterator<Item = End<'a>>) -> Gap {
    let mut seen: Table<u32, ()> = Table::default();
    few(ends.into_iter().filter(|end| seen.insert(end.number, ()).is_none()), |end| end.label().into())
}

/// The protocols of these conversations, by name.
pub fn protocols<'t, 'a: 't>(talks: impl IntoIterator<Item = &'t Talk<'a>>) -> Gap {
    let mut seen = std::collections::BTreeSet::new();
    let names = talks.into_iter().map(|talk| talk.conversation.protocol).filter(|name| seen.insert(*name));
    few(names, |name| (*name).into())
}

/// Names the first few of things that are all different, and counts the rest without naming them.
fn few<T>(items: impl Iterator<Item = T>, name: impl Fn(&T) -> Gap) -> Gap {
    let (mut named, mut more) = (Vec::new(), 0_u64);
    for item in items {
        // One name more takes no more room than saying that there is one more.
        if named.len() <= NAMES_MAX { named.push(item) } else { more += 1 }
    }
    if more > 0 {
        more += 1;
        named.truncate(NAMES_MAX);
    }
    Gap::List(named.iter().map(name).collect(), more)
}

/// From the first frame of these conversations to the last.
pub fn span_of<'t, 'a: 't>(talks: impl IntoIterator<Item = &'t Talk<'a>>) -> Gap {
    let mut ends: Option<(Timestamp, Timestamp)> = None;
    for talk in talks {
        let c = talk.conversation;
        let (first, last) = ends.unwrap_or((c.first, c.last));
        ends = Some((first.min(c.first), last.max(c.last)));
    }
    ends.map_or_else(|| "".into(), |(first, last)| Gap::Span(first, last))
}

/// How many conversations with how many frames, over which protocols, and when.
pub fn traffic<'t, 'a: 't>(talks: impl Iterator<Item = &'t Talk<'a>> + Clone) -> Gap {
    let frames = talks.clone().map(|talk| talk.conversation.packets).sum();
    let said = c::TRAFFIC.with([
        ("conversations", count(talks.clone().count(), CONVERSATION)),
        ("protocols", protocols(talks.clone())),
        ("frames", Gap::Number(frames)),
        ("span", span_of(talks)),
    ]);
    said.into()
}

/// Said where nobody answered.
pub fn unanswered<'t, 'a: 't>(mut talks: impl Iterator<Item = &'t Talk<'a>>) -> Option<Message> {
    (!talks.any(Talk::answered)).then(|| c::NO_ANSWER.into())
}

/// What was done: the protocols' own names with how often, most frequent first.
pub fn deeds<'o>(operations: impl IntoIterator<Item = &'o OperationCount>) -> Gap {
    let mut sums: BTreeMap<&str, u64> = BTreeMap::new();
    for op in operations {
        *sums.entry(op.name).or_default() += how_often(op);
    }
    let mut sums: Vec<(&str, u64)> = sums.into_iter().collect();
    sums.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
    few(sums.into_iter(), |(name, n)| {
        c::DEED.with([("name", (*name).into()), ("times", Gap::Times(*n))]).into()
    })
}

/// How often an operation was asked for, also when only the answers were seen.
pub fn how_often(op: &OperationCount) -> u64 {
    op.requests.max(op.answers.saturating_add(op.failures))
}

/// What a person must know of uncertain levels; nothing when all are sure.
pub fn doubt<'a>(ends: impl IntoIterator<Item = End<'a>>) -> Option<Message> {
    let mut seen: Table<u32, ()> = Table::default();
    let unsure = ends.into_iter().filter(|end| !end.sure && seen.insert(end.number, ()).is_none());
    let levels = unsure.filter_map(|end| {
        let confidence = format!("{:.2}", end.asset?.level.confidence);
        let level = Gap::Level(Some(end.level?));
        let gaps = [("level", level), ("asset", end.label().into()), ("confidence", confidence.into())];
        Some(c::DOUBTFUL_LEVEL.with(gaps))
    });
    some(c::DOUBT, "levels", list(levels))
}

/// A sentence with one gap, where there is something to put into it.
pub fn some(sentence: Sentence, name: &'static str, gap: Gap) -> Option<Message> {
    (!gap.is_empty()).then(|| sentence.with([(name, gap)]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_name_a_few_and_count_the_rest() {
        let names = |n: usize| (1..=n).map(|i| format!("P{i}"));
        let list = |names: &mut dyn Iterator<Item = String>| {
            let said = c::DOUBT.with([("levels", list(names))]).to_string();
            said.replace("Not certain: ", "").replace(". Confirm it first.", "")
        };
        assert_eq!(list(&mut names(0)), "");
        assert_eq!(list(&mut names(1)), "P1");
        assert_eq!(list(&mut names(2).chain(names(2))), "P1 and P2");
        assert_eq!(list(&mut names(6)), "P1, P2, P3, P4, P5 and P6");
        assert_eq!(list(&mut names(7)), "P1, P2, P3, P4, P5 and 2 more");
    }

    #[test]
    fn names_stay_readable() {
        assert_eq!(short(&"ä".repeat(70)), format!("{}…", "ä".repeat(60)));
        assert_eq!(short("a\u{202e}b\n"), "a\u{fffd}b\u{fffd}");
    }
}
