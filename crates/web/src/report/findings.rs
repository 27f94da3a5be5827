//! Findings, worst first. Like ones share their heading and their advice, so that a plant with four hundred of a kind
//! reads as one thing to do, not four hundred.

use model::{Finding, Severity};

use super::{Context, Link, Mark};
use crate::{shown, words};

/// Findings of one kind that stand open; the rest waits behind a click.
const OPEN_MAX: usize = 3;
/// Assets named in one finding; the rest is counted.
const ASSETS_MAX: usize = 12;
/// Conversations named in one finding; the rest is counted.
const CONVERSATIONS_MAX: usize = 5;

/// All findings by severity.
pub(super) struct Findings<'a> {
    pub total: String,
    pub groups: Vec<Group<'a>>,
}

/// The findings of one severity.
pub(super) struct Group<'a> {
    pub mark: Mark,
    pub call: &'static str,
    pub count: String,
    pub checks: Vec<Check<'a>>,
}

/// The findings of one check.
pub(super) struct Check<'a> {
    pub title: String,
    /// True when the title is from the catalogue and so in the language of the page.
    pub is_ours: bool,
    pub count: Option<String>,
    /// What was seen, where all findings of the check say the same.
    pub detail: Option<String>,
    pub technique: Option<&'a str>,
    pub remedy: Vec<String>,
    pub open: Vec<One>,
    pub folded: Vec<One>,
    pub folded_count: String,
}

/// One finding.
pub(super) struct One {
    pub id: String,
    pub title: Option<String>,
    pub detail: Option<String>,
    pub assets: Vec<Link>,
    pub assets_more: Option<String>,
    pub conversations: Vec<Link>,
    pub conversations_more: Option<String>,
}

/// Where a finding stands on the page.
pub(super) fn anchor(number: usize) -> String {
    format!("#f{}", number + 1)
}

impl<'a> Findings<'a> {
    pub(super) fn of(context: &Context<'a>) -> Findings<'a> {
        let groups = Severity::ALL.iter().rev().filter_map(|&severity| group(context, severity));
        Findings { total: context.language.number(context.findings.len() as u64), groups: groups.collect() }
    }
}

fn group<'a>(context: &Context<'a>, severity: Severity) -> Option<Group<'a>> {
    let mut checks: Vec<(&str, Vec<(usize, &'a Finding)>)> = Vec::new();
    let numbered = context.findings.iter().enumerate().filter(|(_, finding)| finding.severity == severity);
    let mut count = 0;
    for (number, finding) in numbered {
        count += 1;
        match checks.iter_mut().find(|(id, _)| *id == finding.id) {
            Some((_, findings)) => findings.push((number, finding)),
            None => checks.push((finding.id, vec![(number, finding)])),
        }
    }
    (count > 0).then(|| Group {
        mark: Mark::of(severity, context.language),
        call: words::severity_call(severity, context.language),
        count: context.language.count(count, words::FINDING),
        checks: checks.into_iter().filter_map(|(id, findings)| check(context, id, &findings)).collect(),
    })
}

fn check<'a>(context: &Context<'a>, id: &str, findings: &[(usize, &'a Finding)]) -> Option<Check<'a>> {
    let (_, first) = findings.first()?;
    let same_title = findings.iter().all(|(_, finding)| finding.title == first.title);
    let same_detail =
        findings.len() > 1 && findings.iter().all(|(_, finding)| finding.detail == first.detail);
    let same = Same { title: same_title, detail: same_detail };
    let heading = words::check(id, context.language);
    let (title, is_ours) = match (same_title, heading) {
        (true, _) => (shown::sentence(&first.title.text(context.language)), true),
        (false, Some(heading)) => (heading.to_string(), true),
        (false, None) => (words::readable(id), false),
    };
    let ones: Vec<One> =
        findings.iter().map(|&(number, finding)| one(context, number, finding, same)).collect();
    let mut open = ones;
    let folded = open.split_off(open.len().min(OPEN_MAX));
    Some(Check {
        title,
        is_ours,
        count: (findings.len() > 1)
            .then(|| format!("×\u{202f}{}", context.language.number(findings.len() as u64))),
        detail: same_detail.then(|| shown::sentence(&first.detail.text(context.language))),
        technique: first.technique,
        remedy: paragraphs(first.remedy.text(context.language)),
        folded_count: super::and_more(folded.len(), 0, context.language).unwrap_or_default(),
        open,
        folded,
    })
}

/// What the findings of a check have in common, and so is told once.
#[derive(Clone, Copy)]
struct Same {
    title: bool,
    detail: bool,
}

fn one(context: &Context<'_>, number: usize, finding: &Finding, same: Same) -> One {
    let conversations: Vec<Link> = finding
        .conversations
        .iter()
        .take(CONVERSATIONS_MAX)
        .filter_map(|&index| conversation(context, index))
        .collect();
    One {
        id: format!("f{}", number + 1),
        title: (!same.title).then(|| shown::sentence(&finding.title.text(context.language))),
        detail: (!same.detail).then(|| shown::sentence(&finding.detail.text(context.language))),
        assets: finding.assets.iter().take(ASSETS_MAX).map(|&id| context.asset(id)).collect(),
        assets_more: super::and_more(finding.assets.len(), ASSETS_MAX, context.language),
        conversations_more: super::and_more(finding.conversations.len(), CONVERSATIONS_MAX, context.language),
        conversations,
    }
}

/// A link to a conversation's row, with its ends and protocol as text.
fn conversation(context: &Context<'_>, index: usize) -> Option<Link> {
    let conversation = context.plant.conversations.get(index)?;
    let text = format!("{} → {} {}", conversation.initiator, conversation.responder, conversation.protocol);
    let href = match super::conversations::is_listed(context, index) {
        true => super::conversations::anchor(index),
        false => String::new(),
    };
    Some(Link { href, text })
}

/// The advice as paragraphs, its line breaks within them undone.
fn paragraphs(text: &str) -> Vec<String> {
    let paragraphs =
        text.split("\n\n").map(|paragraph| paragraph.split_whitespace().collect::<Vec<_>>().join(" "));
    paragraphs
        .filter(|paragraph| !paragraph.is_empty())
        .map(|paragraph| shown::sentence(&paragraph))
        .collect()
}
