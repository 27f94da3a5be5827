//! What was read: files, period, packets, and what could not be read of them.

use model::{CaptureSummary, Timestamp};

use crate::texts::texts;
use crate::{shown, words};
use model::{Language, Noun};

const NOTE: Noun = Noun("note", "notes", "Hinweis", "Hinweise");
/// Files named in the header; the rest is counted.
const FILES_MAX: usize = 12;
/// Notes that stand open; more wait behind a click.
const NOTES_OPEN_MAX: usize = 2;
/// Notes shown in the header; the rest is counted.
const NOTES_MAX: usize = 50;

/// The capture facts.
pub(super) struct Header {
    /// The name of the page as a window shows it: it starts with the first file.
    pub page_title: String,
    pub files: Vec<String>,
    pub files_more: Option<String>,
    pub period: Option<String>,
    pub packets: String,
    /// True when there was anything to read.
    pub any: bool,
    pub unreadable: Vec<String>,
    pub notes: Vec<String>,
    /// What the notes are folded under, when there are many.
    pub notes_folded: Option<String>,
    pub notes_more: Option<String>,
    pub partial: bool,
}

impl Header {
    pub(super) fn of(capture: &CaptureSummary, language: Language) -> Header {
        let packets = usize::try_from(capture.packets).unwrap_or(usize::MAX);
        let title = texts(language).page_title;
        Header {
            page_title: match capture.files.first() {
                Some(file) => format!("{}: {title}", shown::name(last_part(file))),
                None => title.to_string(),
            },
            files: capture.files.iter().take(FILES_MAX).map(|file| shown::name(file)).collect(),
            files_more: super::and_more(capture.files.len(), FILES_MAX, language),
            period: capture.first.zip(capture.last).map(|(first, last)| period(first, last, language)),
            packets: format!("{}, {}", language.count(packets, words::PACKET), language.bytes(capture.bytes)),
            any: capture.packets > 0,
            unreadable: unreadable(capture, language),
            notes: capture.notes.iter().take(NOTES_MAX).map(|note| shown::sentence(note)).collect(),
            notes_folded: (capture.notes.len() > NOTES_OPEN_MAX)
                .then(|| language.count(capture.notes.len(), NOTE)),
            notes_more: super::and_more(capture.notes.len(), NOTES_MAX, language),
            partial: capture.partial,
        }
    }
}

/// The last part of a path, on any system.
fn last_part(path: &str) -> &str {
    path.rsplit(['/', '\\']).next().unwrap_or(path)
}

/// A point in time to the second, in UTC.
pub(super) fn time(at: Timestamp) -> String {
    let text = at.to_string();
    match text.split_once('T') {
        Some((day, rest)) => {
            format!("{day} {}", rest.split('.').next().unwrap_or(rest).trim_end_matches('Z'))
        }
        None => text,
    }
}

fn period(first: Timestamp, last: Timestamp, language: Language) -> String {
    let to = language.pick("to", "bis");
    format!("{} {to} {} UTC ({})", time(first), time(last), language.span(last.since(first)))
}

fn unreadable(capture: &CaptureSummary, language: Language) -> Vec<String> {
    let told = [
        (
            capture.truncated,
            Noun(
                "packet was cut short; capture with a larger snap length",
                "packets were cut short; capture with a larger snap length",
                "Paket war gekürzt; mit größerer snap length aufzeichnen",
                "Pakete waren gekürzt; mit größerer snap length aufzeichnen",
            ),
        ),
        (
            capture.malformed,
            Noun(
                "packet or message broke its protocol's rules",
                "packets or messages broke their protocol's rules",
                "Paket oder Nachricht verletzte die Regeln des Protokolls",
                "Pakete oder Nachrichten verletzten die Regeln ihres Protokolls",
            ),
        ),
        (
            capture.undecoded_links,
            Noun(
                "packet came over a link type that Sluice does not read",
                "packets came over a link type that Sluice does not read",
                "Paket kam über eine Verbindungsart, die Sluice nicht liest",
                "Pakete kamen über eine Verbindungsart, die Sluice nicht liest",
            ),
        ),
        (
            capture.duplicates,
            Noun(
                "packet was shown twice by the mirror and counted once",
                "packets were shown twice by the mirror and counted once",
                "Paket zeigte der Spiegelport doppelt; es zählt einmal",
                "Pakete zeigte der Spiegelport doppelt; jedes zählt einmal",
            ),
        ),
        (
            capture.gaps,
            Noun(
                "place where TCP bytes are missing; check whether the mirror port drops frames",
                "places where TCP bytes are missing; check whether the mirror port drops frames",
                "Stelle, an der TCP-Daten fehlen; prüfen, ob der Spiegelport Pakete verwirft",
                "Stellen, an denen TCP-Daten fehlen; prüfen, ob der Spiegelport Pakete verwirft",
            ),
        ),
        (
            capture.clock_jumps,
            Noun(
                "time the clock went back by more than a second",
                "times the clock went back by more than a second",
                "Mal ging die Uhr um mehr als eine Sekunde zurück",
                "Mal ging die Uhr um mehr als eine Sekunde zurück",
            ),
        ),
    ];
    let counted = told.into_iter().filter(|&(count, _)| count > 0);
    counted.map(|(count, noun)| language.count(usize::try_from(count).unwrap_or(usize::MAX), noun)).collect()
}
