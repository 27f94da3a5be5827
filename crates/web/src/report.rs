//! The page of `sluice analyze --format html`: one file that holds everything and asks for nothing.
//!
//! It says first what was read, then in one minute what is there and what should worry someone, then shows the map,
//! and last the tables that every number is made of.

pub(crate) mod conversations;
mod findings;
mod header;
pub(crate) mod inventory;
mod summary;

use askama::Template;
use model::{AssetId, CaptureSummary, Finding, Plant, Severity};

use crate::places::{self, Places};
use crate::texts::{Texts, texts};
use crate::{purdue_map, shown, words};
use model::{Language, Noun};

/// What the page shows.
#[derive(Debug, Clone, Copy)]
pub struct Report<'a> {
    /// What was read.
    pub capture: &'a CaptureSummary,
    /// The plant that was seen.
    pub plant: &'a Plant,
    /// What should worry someone.
    pub findings: &'a [Finding],
    /// Which program made the page, as in `Sluice 1.2.0`.
    pub generator: &'a str,
    /// The language of the page.
    pub language: Language,
}

/// Draws the page. The same report gives the same text, byte for byte.
pub fn render(view: &Report<'_>) -> String {
    let context = Context::of(view);
    let page = Page {
        t: context.t,
        code: view.language.code(),
        english: view.language.pick("", " lang=\"en\""),
        generator: shown::name(view.generator),
        header: header::Header::of(view.capture, view.language),
        summary: summary::Summary::of(&context),
        map: purdue_map::figure(view.plant, view.findings, &context.places, view.language),
        findings: findings::Findings::of(&context),
        inventory: inventory::Inventory::of(&context),
        conversations: conversations::Conversations::of(&context),
        limits: limits(&view.plant.limits, view.language),
    };
    page.render().expect("writing to a string cannot fail, and no value of the view refuses to print")
}

#[derive(Template)]
#[template(path = "report.html")]
struct Page<'a> {
    t: &'static Texts,
    code: &'static str,
    /// The attribute for texts that checks and stages write in English only; empty where the page is English too.
    english: &'static str,
    generator: String,
    header: header::Header,
    summary: summary::Summary,
    map: Option<purdue_map::Figure>,
    findings: findings::Findings<'a>,
    inventory: inventory::Inventory,
    conversations: conversations::Conversations,
    limits: Vec<String>,
}

/// What every part of the page looks things up in.
struct Context<'a> {
    language: Language,
    t: &'static Texts,
    plant: &'a Plant,
    findings: &'a [Finding],
    places: Places,
    /// For each conversation its worst finding and that finding's index.
    worst: Vec<Option<(Severity, usize)>>,
    /// The conversations of the table, in its order.
    ranked: Vec<usize>,
    /// For each conversation, whether the table holds it.
    listed: Vec<bool>,
}

impl<'a> Context<'a> {
    fn of(view: &Report<'a>) -> Context<'a> {
        let worst = places::worst_findings(view.plant, view.findings);
        let ranked = conversations::ranked(view.plant, &worst);
        let mut listed = vec![false; view.plant.conversations.len()];
        for &index in &ranked {
            if let Some(slot) = listed.get_mut(index) {
                *slot = true;
            }
        }
        Context {
            language: view.language,
            t: texts(view.language),
            plant: view.plant,
            findings: view.findings,
            places: Places::of(view.plant, view.language),
            worst,
            ranked,
            listed,
        }
    }

    /// A link to an asset's row of the inventory; plain text where it has none.
    fn asset(&self, id: AssetId) -> Link {
        let listed = (id.0 as usize).checked_sub(1).is_some_and(|index| self.places.is_listed(index));
        match self.plant.asset(id) {
            Some(asset) if !listed => Link { href: String::new(), text: shown::name(&asset.label()) },
            Some(asset) => Link { href: format!("#{id}"), text: shown::name(&asset.label()) },
            None => Link { href: String::new(), text: id.to_string() },
        }
    }
}

/// A text that leads somewhere on the page, or nowhere when `href` is empty.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Link {
    href: String,
    text: String,
}

/// How bad something is, as the page marks it: by class, by sign and by word.
#[derive(Debug, Clone, Copy)]
struct Mark {
    class: &'static str,
    sign: &'static str,
    word: &'static str,
}

impl Mark {
    fn of(severity: Severity, language: Language) -> Mark {
        let sign = match severity {
            Severity::Info => "○",
            Severity::Low => "●",
            Severity::Medium => "■",
            Severity::High => "▲",
            Severity::Critical => "◆",
        };
        Mark { class: severity.as_str(), sign, word: words::severity(severity, language) }
    }
}

/// `and 17 more`, or nothing.
fn and_more(total: usize, shown: usize, language: Language) -> Option<String> {
    let more = total.checked_sub(shown).filter(|&more| more > 0)?;
    let number = language.number(more as u64);
    Some(match language {
        Language::English => format!("and {number} more"),
        Language::German => format!("und {number} weitere"),
    })
}

/// The bounds that were reached, each as a sentence.
fn limits(limits: &model::Limits, language: Language) -> Vec<String> {
    let model::Limits { hosts_dropped, conversations_dropped, facts_dropped, operations_folded } = *limits;
    let told = [
        (
            hosts_dropped,
            Noun(
                "host was not recorded",
                "hosts were not recorded",
                "Host wurde nicht erfasst",
                "Hosts wurden nicht erfasst",
            ),
            language.pick(
                "the table of hosts was full. Read the capture in smaller parts.",
                "die Tabelle der Hosts war voll. Lesen Sie die Aufzeichnung in kleineren Teilen.",
            ),
        ),
        (
            conversations_dropped,
            Noun(
                "conversation was not recorded",
                "conversations were not recorded",
                "Verbindung wurde nicht erfasst",
                "Verbindungen wurden nicht erfasst",
            ),
            language.pick(
                "the table of conversations was full. Read the capture in smaller parts.",
                "die Tabelle der Verbindungen war voll. Lesen Sie die Aufzeichnung in kleineren Teilen.",
            ),
        ),
        (
            facts_dropped,
            Noun(
                "identity value was not recorded",
                "identity values were not recorded",
                "Identitätswert wurde nicht erfasst",
                "Identitätswerte wurden nicht erfasst",
            ),
            language.pick("one host stated too many.", "ein Host gab zu viele an."),
        ),
        (
            operations_folded,
            Noun(
                "operation was not told apart",
                "operations were not told apart",
                "Operation wurde nicht unterschieden",
                "Operationen wurden nicht unterschieden",
            ),
            language.pick("a conversation held too many kinds.", "eine Verbindung enthielt zu viele Arten."),
        ),
    ];
    let reached = told.into_iter().filter(|&(count, _, _)| count > 0);
    reached
        .map(|(count, noun, why)| {
            let count = usize::try_from(count).unwrap_or(usize::MAX);
            format!("{}: {why}", language.count(count, noun))
        })
        .collect()
}
