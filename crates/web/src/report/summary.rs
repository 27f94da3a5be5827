//! The plant in one minute: how many assets on which level, what is known of them, what they speak, who changes
//! devices, and what to look at first.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use model::{Attribute, Certainty, Level, Operation, Role, Severity};

use super::{Context, Link, Mark};
use crate::places;
use crate::{shown, words};
use model::{Language, Noun, percent};

/// Protocols named in the summary; the rest is counted.
const PROTOCOLS_MAX: usize = 10;
/// Stations named for each kind of change; the rest is counted.
const STATIONS_MAX: usize = 3;
/// The assets that something was done to; the German dative has a form of its own.
const ON_ASSETS: Noun = Noun("asset", "assets", "Gerät", "Geräten");
/// Findings named in the summary.
const TOP_FINDINGS_MAX: usize = 5;

/// The one-minute summary.
pub(super) struct Summary {
    pub empty: bool,
    pub lead: Vec<String>,
    pub levels: Vec<Bar>,
    pub known: Vec<Bar>,
    pub protocols: Vec<Bar>,
    pub protocols_more: Option<String>,
    pub changes: Vec<Change>,
    pub top: Vec<Top>,
}

/// A labelled number with a bar whose width is its share in percent.
pub(super) struct Bar {
    pub mark: String,
    pub label: String,
    pub note: Option<&'static str>,
    pub value: String,
    pub percent: u64,
}

/// One kind of operation that changes devices.
pub(super) struct Change {
    pub what: String,
    pub times: String,
    pub by: Vec<Link>,
    pub by_more: Option<String>,
    pub on: String,
}

/// A group of like findings.
pub(super) struct Top {
    pub mark: Mark,
    pub href: String,
    pub title: String,
    pub more: Option<String>,
}

impl Summary {
    pub(super) fn of(context: &Context<'_>) -> Summary {
        let (protocols, protocols_more) = protocols(context);
        Summary {
            empty: context.plant.assets.is_empty(),
            lead: lead(context),
            levels: levels(context),
            known: known(context),
            protocols,
            protocols_more,
            changes: changes(context),
            top: top(context),
        }
    }
}

/// One to three sentences that say it all.
fn lead(context: &Context<'_>) -> Vec<String> {
    let l = context.language;
    let plant = context.plant;
    let assets = l.count(plant.assets.len(), words::ASSET);
    let zones = l.count(plant.zones.len(), words::ZONE);
    let conversations = l.count(plant.conversations.len(), words::CONVERSATION);
    let mut lead = vec![match (l, plant.zones.is_empty()) {
        (Language::English, false) => format!("{assets} in {zones}, {conversations} between them."),
        (Language::English, true) => format!("{assets}, {conversations} between them."),
        (Language::German, false) => format!("{assets} in {zones}, {conversations} zwischen ihnen."),
        (Language::German, true) => format!("{assets}, {conversations} zwischen ihnen."),
    }];
    let count =
        |severity: Severity| context.findings.iter().filter(|finding| finding.severity == severity).count();
    let (now, soon) = (count(Severity::Critical), count(Severity::High));
    let findings = l.count(context.findings.len(), words::FINDING);
    let of_them = match (l, now, soon) {
        (Language::English, 0, 0) => "none of them urgent".to_string(),
        (Language::German, 0, 0) => "keiner davon dringend".to_string(),
        (Language::English, 0, _) => format!("{} to act on soon", l.number(soon as u64)),
        (Language::German, 0, _) => format!("bei {} bald handeln", l.number(soon as u64)),
        (Language::English, _, 0) => format!("{} to act on now", l.number(now as u64)),
        (Language::German, _, 0) => format!("bei {} sofort handeln", l.number(now as u64)),
        (Language::English, _, _) => {
            format!("{} to act on now, {} soon", l.number(now as u64), l.number(soon as u64))
        }
        (Language::German, _, _) => {
            format!("bei {} sofort handeln, bei {} bald", l.number(now as u64), l.number(soon as u64))
        }
    };
    lead.push(match context.findings.is_empty() {
        true => l.pick("No findings.", "Keine Befunde.").to_string(),
        false => format!("{findings}: {of_them}."),
    });
    lead
}

/// Every level that holds assets, from the outside down to the process.
fn levels(context: &Context<'_>) -> Vec<Bar> {
    let mut counts: BTreeMap<Option<Level>, usize> = BTreeMap::new();
    for asset in &context.plant.assets {
        *counts.entry(asset.level.level).or_default() += 1;
    }
    let most = counts.values().copied().max().unwrap_or(0);
    let bars = counts.iter().rev().map(|(&level, &count)| Bar {
        mark: level.map(words::level_number).unwrap_or_default().to_string(),
        label: match level {
            Some(level) => words::level(level, context.language).to_string(),
            None => context.t.level_unknown.to_string(),
        },
        note: None,
        value: context.language.number(count as u64),
        percent: percent(count, most),
    });
    bars.collect()
}

/// For how many assets inside the plant each property is known.
fn known(context: &Context<'_>) -> Vec<Bar> {
    let inside: Vec<_> =
        context.plant.assets.iter().filter(|asset| asset.level.level != Some(Level::Outside)).collect();
    if inside.is_empty() {
        return Vec::new();
    }
    let bar = |label: &str, count: usize| Bar {
        mark: String::new(),
        label: label.to_string(),
        note: None,
        value: context.language.percent(count, inside.len()),
        percent: percent(count, inside.len()),
    };
    let with = |attribute: Attribute| inside.iter().filter(|asset| asset.fact(attribute).is_some()).count();
    let l = context.language;
    let roles = inside.iter().filter(|asset| !asset.roles.is_empty()).count();
    let clear = inside.iter().filter(|asset| asset.level.is_high()).count();
    let mut bars =
        vec![bar(l.pick("Role", "Rolle"), roles), bar(l.pick("Level, clearly", "Ebene, deutlich"), clear)];
    for attribute in [
        Attribute::Vendor,
        Attribute::Product,
        Attribute::Firmware,
        Attribute::Serial,
        Attribute::Name,
        Attribute::Os,
    ] {
        bars.push(bar(words::attribute(attribute, l), with(attribute)));
    }
    bars
}

/// The protocols with the most conversations.
fn protocols(context: &Context<'_>) -> (Vec<Bar>, Option<String>) {
    let mut counts: BTreeMap<(&str, bool), usize> = BTreeMap::new();
    for conversation in &context.plant.conversations {
        let by_port = conversation.certainty != Certainty::Content;
        *counts.entry((conversation.protocol, by_port)).or_default() += 1;
    }
    let mut counts: Vec<_> = counts.into_iter().collect();
    counts.sort_by_key(|&((_, by_port), count)| (by_port, std::cmp::Reverse(count)));
    let most = counts.iter().map(|&(_, count)| count).max().unwrap_or(0);
    let bars = counts.iter().take(PROTOCOLS_MAX).map(|&((protocol, by_port), count)| Bar {
        mark: String::new(),
        label: shown::name(protocol),
        note: by_port.then_some(context.t.protocols_by_port),
        value: context.language.number(count as u64),
        percent: percent(count, most),
    });
    let bars = bars.collect();
    let l = context.language;
    const FURTHER: Noun =
        Noun("further protocol", "further protocols", "weiteres Protokoll", "weitere Protokolle");
    let more = counts.len().saturating_sub(PROTOCOLS_MAX);
    (bars, (more > 0).then(|| l.count(more, FURTHER)))
}

/// Who did what to how many, for the operations that change devices.
fn changes(context: &Context<'_>) -> Vec<Change> {
    #[derive(Default)]
    struct Total {
        times: u64,
        failures: u64,
        by: HashMap<usize, u64>,
        on: BTreeSet<usize>,
    }
    let mut totals: BTreeMap<Operation, Total> = BTreeMap::new();
    for conversation in &context.plant.conversations {
        let ends = places::ends(context.plant, conversation);
        for count in conversation.operations.iter().filter(|count| count.operation.changes_device()) {
            let total = totals.entry(count.operation).or_default();
            total.times = total.times.saturating_add(count.requests);
            total.failures = total.failures.saturating_add(count.failures);
            if let Some((initiator, responder)) = ends {
                let (by, on) =
                    if count.by_initiator { (initiator, responder) } else { (responder, initiator) };
                *total.by.entry(by).or_default() += count.requests;
                total.on.insert(on);
            }
        }
    }
    let l = context.language;
    let line = |(operation, total): (Operation, Total)| {
        let mut stations: Vec<(usize, u64)> = total.by.into_iter().collect();
        stations.sort_by_key(|&(asset, times)| (std::cmp::Reverse(times), asset));
        let by = stations.iter().filter_map(|&(asset, _)| context.plant.assets.get(asset));
        Change {
            what: words::operation(operation, l).to_string(),
            times: super::conversations::times_failed(total.times, total.failures, l),
            by: by.take(STATIONS_MAX).map(|asset| context.asset(asset.id)).collect(),
            by_more: super::and_more(stations.len(), STATIONS_MAX, l),
            on: l.count(total.on.len(), ON_ASSETS),
        }
    };
    totals.into_iter().map(line).collect()
}

/// The worst findings, like ones told once.
fn top(context: &Context<'_>) -> Vec<Top> {
    let mut groups: Vec<(Severity, &str, usize, usize)> = Vec::new();
    for (number, finding) in context.findings.iter().enumerate() {
        match groups.iter_mut().find(|group| (group.0, group.1) == (finding.severity, finding.id)) {
            Some(group) => group.3 += 1,
            None => groups.push((finding.severity, finding.id, number, 1)),
        }
    }
    groups.sort_by_key(|&(severity, ..)| std::cmp::Reverse(severity));
    let tops = groups.into_iter().take(TOP_FINDINGS_MAX).filter_map(|(severity, _, number, count)| {
        Some(Top {
            mark: Mark::of(severity, context.language),
            href: super::findings::anchor(number),
            title: shown::sentence(&context.findings.get(number)?.title.text(context.language)),
            more: like_it(count - 1, context.language),
        })
    });
    tops.collect()
}

fn like_it(more: usize, language: Language) -> Option<String> {
    let number = language.number(more as u64);
    match (language, more) {
        (_, 0) => None,
        (Language::English, _) => Some(format!("and {number} more of this kind")),
        (Language::German, 1) => Some("und 1 weiterer dieser Art".to_string()),
        (Language::German, _) => Some(format!("und {number} weitere dieser Art")),
    }
}

/// What an asset is called by its surest role.
pub(super) fn role_word(role: Role, language: Language) -> &'static str {
    language.noun(1, role.noun())
}
