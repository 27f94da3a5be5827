//! Values of a plan with their places, each told in plain words when it is not what it should be.

use std::collections::BTreeSet;
use std::fmt::Display;
use std::str::FromStr;

use model::Timestamp;
use model::plan::Problem;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{ENTRIES_MAX, PROBLEMS_MAX};

/// Letters of a wrong value that a problem shows.
const SHOWN_LETTERS_MAX: usize = 60;
/// How far a key may be from a known one to be taken for a slip of the hand.
const SLIP_LETTERS_MAX: usize = 3;

/// What has been read so far, and what was wrong.
pub(super) struct Reading {
    /// Where each line begins.
    lines: Vec<usize>,
    problems: Vec<Problem>,
    /// How many there were, also beyond the bound.
    told: usize,
}

impl Reading {
    pub(super) fn new(text: &str) -> Reading {
        let breaks = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at + 1);
        Reading { lines: std::iter::once(0).chain(breaks).collect(), problems: Vec::new(), told: 0 }
    }

    /// The line of a place, from 1.
    pub(super) fn line(&self, at: usize) -> u32 {
        u32::try_from(self.lines.partition_point(|start| *start <= at)).unwrap_or(u32::MAX)
    }

    /// Keeps a problem.
    pub(super) fn say(&mut self, at: usize, key: &str, text: String, remedy: &str) {
        self.say_in_line(self.line(at), key, text, remedy);
    }

    /// The same with the line known.
    pub(super) fn say_in_line(&mut self, line: u32, key: &str, text: String, remedy: &str) {
        self.told += 1;
        if self.problems.len() < PROBLEMS_MAX {
            self.problems.push(Problem { line, key: key.to_string(), text, remedy: remedy.to_string() });
        }
    }

    /// How many problems were told so far.
    pub(super) fn told(&self) -> usize {
        self.told
    }

    /// All problems, by line.
    pub(super) fn into_problems(mut self) -> Vec<Problem> {
        self.problems.sort();
        self.problems.dedup();
        self.problems
    }

    /// Tells keys that nothing reads.
    pub(super) fn unknown(&mut self, table: &DeTable<'_>, known: &[&str], place: &str) {
        for key in table.keys().filter(|key| !known.contains(&key.get_ref().as_ref())) {
            let name = key.get_ref().as_ref();
            let near = known.iter().min_by_key(|known| strsim::damerau_levenshtein(known, name));
            let near = near.filter(|near| {
                strsim::damerau_levenshtein(near, name) <= SLIP_LETTERS_MAX.min(name.len() / 2)
            });
            let remedy = match near {
                Some(near) => format!("Did you mean {near}?"),
                None => format!("Known here: {}.", known.join(", ")),
            };
            self.say(key.span().start, &shown(name), format!("{place} has no such key"), &remedy);
        }
    }

    fn wrong_kind(&mut self, value: &Spanned<DeValue<'_>>, key: &str, place: &str, wanted: &str) {
        let kind = value.get_ref().type_str();
        let what = format!("{key} of {place} cannot be this kind of value ({kind})");
        self.say(value.span().start, key, what, &format!("Write {wanted}."));
    }

    /// A text and its place.
    pub(super) fn text(&mut self, table: &DeTable<'_>, key: &str, place: &str) -> Option<(String, usize)> {
        let value = table.get(key)?;
        match value.get_ref().as_str() {
            Some(text) => Some((text.to_string(), value.span().start)),
            None => {
                self.wrong_kind(value, key, place, "a text in quotes");
                None
            }
        }
    }

    /// A text that stands for something.
    pub(super) fn parsed<T: FromStr>(
        &mut self,
        table: &DeTable<'_>,
        key: &str,
        place: &str,
        form: &str,
    ) -> Option<T> {
        let (text, at) = self.text(table, key, place)?;
        self.parse(&text, at, key, place, form)
    }

    /// Reads one text; tells when it is not of this form.
    pub(super) fn parse<T: FromStr>(
        &mut self,
        text: &str,
        at: usize,
        key: &str,
        place: &str,
        form: &str,
    ) -> Option<T> {
        let parsed = text.parse().ok();
        if parsed.is_none() {
            let what = format!("\"{}\" cannot stand in {key} of {place}", shown(text));
            self.say(at, key, what, &format!("Write {form}."));
        }
        parsed
    }

    /// The entries of a list of texts, each read by itself.
    pub(super) fn list<T: FromStr>(
        &mut self,
        table: &DeTable<'_>,
        key: &str,
        place: &str,
        form: &str,
    ) -> Option<Vec<(T, usize)>> {
        let value = table.get(key)?;
        let Some(array) = value.get_ref().as_array() else {
            self.wrong_kind(value, key, place, "a list in [ ]");
            return None;
        };
        self.bounded(array.len(), value.span().start, key, ENTRIES_MAX);
        let mut found = Vec::new();
        for entry in array.iter().take(ENTRIES_MAX) {
            match entry.get_ref().as_str() {
                Some(text) => {
                    let at = entry.span().start;
                    found.extend(self.parse(text, at, key, place, form).map(|parsed| (parsed, at)));
                }
                None => self.wrong_kind(entry, key, place, &format!("{form}, in quotes")),
            }
        }
        Some(found)
    }

    /// The numbers of a list.
    pub(super) fn numbers(
        &mut self,
        table: &DeTable<'_>,
        key: &str,
        place: &str,
        range: std::ops::RangeInclusive<u16>,
    ) -> Option<Vec<u16>> {
        let value = table.get(key)?;
        let form = format!("a number from {} to {}", range.start(), range.end());
        let Some(array) = value.get_ref().as_array() else {
            self.wrong_kind(value, key, place, &format!("a list in [ ], each {form}"));
            return None;
        };
        let mut found = Vec::new();
        for entry in array.iter().take(ENTRIES_MAX) {
            let number = whole(entry.get_ref()).and_then(|number| u16::try_from(number).ok());
            match number.filter(|number| range.contains(number)) {
                Some(number) => found.push(number),
                None => self.wrong_kind_or_range(entry, key, place, &form),
            }
        }
        Some(found)
    }

    fn wrong_kind_or_range(&mut self, value: &Spanned<DeValue<'_>>, key: &str, place: &str, form: &str) {
        match value.get_ref().as_integer() {
            Some(number) => {
                let what = format!("{number} cannot stand in {key} of {place}");
                self.say(value.span().start, key, what, &format!("Write {form}."));
            }
            None => self.wrong_kind(value, key, place, form),
        }
    }

    /// A number of things counted.
    pub(super) fn count(&mut self, table: &DeTable<'_>, key: &str, place: &str) -> Option<u64> {
        let value = table.get(key)?;
        let count = whole(value.get_ref()).and_then(|count| u64::try_from(count).ok());
        if count.is_none() {
            self.wrong_kind_or_range(value, key, place, "a whole number from 0");
        }
        count
    }

    /// Yes or no; no when it is not there.
    pub(super) fn flag(&mut self, table: &DeTable<'_>, key: &str, place: &str) -> bool {
        let Some(value) = table.get(key) else { return false };
        match value.get_ref().as_bool() {
            Some(flag) => flag,
            None => {
                self.wrong_kind(value, key, place, "true or false");
                false
            }
        }
    }

    /// A point in time; a day alone means its end by the clock of the plant.
    pub(super) fn time(
        &mut self,
        table: &DeTable<'_>,
        key: &str,
        place: &str,
        utc_offset_minutes: i16,
    ) -> Option<Timestamp> {
        let value = table.get(key)?;
        let text = match value.get_ref() {
            DeValue::Datetime(time) => time.to_string(),
            DeValue::String(text) => text.to_string(),
            _ => String::new(),
        };
        let time = point(&text, utc_offset_minutes);
        if time.is_none() {
            let what = format!("{key} of {place} is no day and no time");
            self.say(
                value.span().start,
                key,
                what,
                "Write a day, as in 2027-03-31, or 2027-03-31T18:00:00Z.",
            );
        }
        time
    }

    /// The entries of a list of tables, as `[[zone]]` makes one.
    pub(super) fn tables<'t>(
        &mut self,
        table: &'t DeTable<'_>,
        key: &str,
        most: usize,
    ) -> Vec<(&'t DeTable<'t>, usize)> {
        let Some(value) = table.get(key) else { return Vec::new() };
        let Some(array) = value.get_ref().as_array() else {
            self.wrong_kind(value, key, "the plan", "a list of tables");
            return Vec::new();
        };
        self.bounded(array.len(), value.span().start, key, most);
        let mut found = Vec::new();
        for entry in array.iter().take(most) {
            match entry.get_ref().as_table() {
                Some(table) => found.push((table, entry.span().start)),
                None => self.wrong_kind(entry, key, "the plan", "a table"),
            }
        }
        found
    }

    fn bounded(&mut self, count: usize, at: usize, key: &str, most: usize) {
        if count > most {
            let what = format!("{key} holds {count} entries; only the first {most} are read");
            self.say(at, key, what, "Name networks in place of single hosts, or split the plan.");
        }
    }
}

/// What was typed, short and safe to print.
pub(super) fn shown(text: &str) -> String {
    model::printable(text).chars().take(SHOWN_LETTERS_MAX).collect()
}

/// Each once, in the order given.
pub(super) fn once<T: Ord + Clone>(entries: Vec<T>) -> Vec<T> {
    let mut seen = BTreeSet::new();
    entries.into_iter().filter(|entry| seen.insert(entry.clone())).collect()
}

/// The words of a table of codes, as a form to write.
pub(super) fn one_of<T: Display>(words: &[T]) -> String {
    let words: Vec<String> = words.iter().map(|word| format!("\"{word}\"")).collect();
    format!("one of {}", words.join(", "))
}

/// How far the clock of the plant is ahead of UTC.
pub(super) fn utc_offset(reading: &mut Reading, table: &DeTable<'_>) -> Option<i16> {
    let (text, at) = reading.text(table, "utc_offset", "the plan")?;
    let offset = minutes(&text);
    if offset.is_none() {
        let what = format!("\"{}\" is no distance from UTC", shown(&text));
        reading.say(at, "utc_offset", what, "Write it as in \"+01:00\".");
    }
    offset
}

/// `+01:00` in minutes; no place on earth is further off than 14 hours.
fn minutes(text: &str) -> Option<i16> {
    let (sign, rest) = match (text.strip_prefix('+'), text.strip_prefix('-')) {
        (Some(rest), _) => (1, rest),
        (None, Some(rest)) => (-1, rest),
        (None, None) => return None,
    };
    let (hours, minutes) = rest.split_once(':')?;
    let (hours, minutes): (i16, i16) = (hours.parse().ok()?, minutes.parse().ok()?);
    ((0..=14).contains(&hours) && (0..60).contains(&minutes)).then_some(sign * (hours * 60 + minutes))
}

/// A whole number, in decimal or as TOML writes it in other bases.
fn whole(value: &DeValue<'_>) -> Option<i64> {
    let number = value.as_integer()?;
    i64::from_str_radix(number.as_str(), number.radix()).ok()
}

fn point(text: &str, utc_offset_minutes: i16) -> Option<Timestamp> {
    if let Ok(time) = text.parse() {
        return Some(time);
    }
    let local = match text.len() {
        10 => format!("{text}T23:59:59Z"),
        _ => format!("{text}Z"),
    };
    let local: Timestamp = local.parse().ok()?;
    Some(Timestamp(local.0.saturating_sub(i64::from(utc_offset_minutes) * 60_000_000_000)))
}
