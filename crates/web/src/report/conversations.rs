//! Who talks to whom, and what they do: the conversations that matter most, in a table.

use model::{Certainty, Conversation, Operation, OperationCount, Plant, Severity, Transport};

use super::{Context, Link, Mark};
use crate::{shown, words};
use model::Language;

/// Rows of the table; the JSON document holds every conversation.
pub(super) const ROWS_MAX: usize = 500;
/// Rows that stand open; the rest waits behind a click.
const OPEN_MAX: usize = 40;
/// The protocol's own operations told of one conversation; the rest is counted.
const DETAILS_MAX: usize = 10;
/// Objects told of one operation.
const OBJECTS_MAX: usize = 4;
/// Named applications told of one conversation.
const APPLICATIONS_MAX: usize = 4;

/// The table.
pub(super) struct Conversations {
    pub total: String,
    pub open: Vec<Row>,
    pub folded: Vec<Row>,
    pub folded_count: String,
    pub more: Option<String>,
}

/// One conversation.
pub(super) struct Row {
    pub id: String,
    pub from: Link,
    pub to: Link,
    pub to_all: bool,
    pub protocol: String,
    pub by_port: bool,
    pub service: String,
    pub operations: String,
    pub details: Vec<String>,
    pub protection: &'static str,
    pub traffic: String,
    pub bytes: String,
    pub finding: Option<(Mark, String)>,
}

/// Where a conversation stands on the page.
pub(super) fn anchor(index: usize) -> String {
    format!("#c{index}")
}

/// The conversations of the table, those that matter most first: what led to findings, then what changes devices, then
/// the protocols of the plant, then the busiest.
pub(super) fn ranked(plant: &Plant, worst: &[Option<(Severity, usize)>]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..plant.conversations.len()).collect();
    order.sort_by_cached_key(|&index| {
        let severity = worst.get(index).copied().flatten().map(|(severity, _)| severity);
        let conversation = plant.conversations.get(index);
        let changes = conversation.is_some_and(|it| {
            it.operations.iter().any(|count| count.operation.changes_device() && count.requests > 0)
        });
        let operational = conversation.is_some_and(|it| it.family.is_operational());
        let packets = conversation.map_or(0, |it| it.packets);
        std::cmp::Reverse((severity, changes, operational, packets, std::cmp::Reverse(index)))
    });
    order.truncate(ROWS_MAX);
    order
}

impl Conversations {
    pub(super) fn of(context: &Context<'_>) -> Conversations {
        let all = &context.plant.conversations;
        let mut open: Vec<Row> =
            context.ranked.iter().filter_map(|&index| Some(row(context, index, all.get(index)?))).collect();
        let l = context.language;
        let more = all.len().checked_sub(ROWS_MAX).filter(|&more| more > 0).map(|more| match l {
            Language::English => format!(
                "{} more are not listed here. These are the {} that matter most; `sluice analyze --format json` tells all of them.",
                l.count(more, words::CONVERSATION),
                ROWS_MAX
            ),
            Language::German => format!(
                "{} sind hier nicht aufgeführt. Dies sind die {} wichtigsten; `sluice analyze --format json` nennt alle.",
                l.count(more, model::Noun("", "", "weitere Verbindung", "weitere Verbindungen")),
                ROWS_MAX
            ),
        });
        let folded = open.split_off(open.len().min(OPEN_MAX));
        let folded_count = super::and_more(folded.len(), 0, l).unwrap_or_default();
        Conversations { total: l.number(all.len() as u64), open, folded, folded_count, more }
    }
}

fn row(context: &Context<'_>, index: usize, conversation: &Conversation) -> Row {
    let l = context.language;
    let packets = usize::try_from(conversation.packets).unwrap_or(usize::MAX);
    let end = |asset: Option<model::AssetId>, host: model::Host| match asset {
        Some(id) => context.asset(id),
        None => Link { href: String::new(), text: host.to_string() },
    };
    let finding = context.worst.get(index).copied().flatten();
    Row {
        id: format!("c{index}"),
        from: end(conversation.initiator_asset, conversation.initiator),
        to: end(conversation.responder_asset, conversation.responder),
        to_all: !conversation.responder.is_unicast(),
        protocol: protocol(conversation),
        by_port: conversation.certainty != Certainty::Content,
        service: service(conversation),
        operations: operations(&conversation.operations, l),
        details: details(conversation, l),
        protection: words::protection(conversation.protection, l),
        traffic: l.count(packets, words::PACKET),
        bytes: l.bytes(conversation.bytes),
        finding: finding.map(|(severity, number)| (Mark::of(severity, l), super::findings::anchor(number))),
    }
}

/// The protocol with the applications recognised inside it.
fn protocol(conversation: &Conversation) -> String {
    let names = conversation.applications.iter().take(APPLICATIONS_MAX).map(|(name, _, _)| shown::name(name));
    let names: Vec<String> = names.collect();
    match names.is_empty() {
        true => shown::name(conversation.protocol),
        false => format!("{} ({})", shown::name(conversation.protocol), names.join(", ")),
    }
}

/// What carries it, with the number that means something there.
fn service(conversation: &Conversation) -> String {
    match conversation.transport {
        Transport::Tcp | Transport::Udp | Transport::Ip => {
            format!("{} {}", conversation.transport, conversation.port)
        }
        Transport::Icmp => conversation.transport.to_string(),
        Transport::Ethernet => format!("{} 0x{:04x}", conversation.transport, conversation.port),
    }
}

/// All operations in one line: `read ×1,204, write ×3 (1 failed)`. What changes devices comes first.
fn operations(counts: &[OperationCount], language: Language) -> String {
    let mut sums: Vec<(Operation, u64, u64)> = Vec::new();
    for count in counts {
        match sums.iter_mut().find(|(operation, ..)| *operation == count.operation) {
            Some((_, times, failures)) => {
                *times = times.saturating_add(count.requests);
                *failures = failures.saturating_add(count.failures);
            }
            None => sums.push((count.operation, count.requests, count.failures)),
        }
    }
    told(sums, language)
}

/// The same from sums: each operation with how often it was asked for and how often it failed.
pub(crate) fn told(mut sums: Vec<(Operation, u64, u64)>, language: Language) -> String {
    sums.sort_by_key(|&(operation, times, _)| (!operation.changes_device(), std::cmp::Reverse(times)));
    let told = sums.into_iter().map(|(operation, times, failures)| {
        format!("{} {}", words::operation(operation, language), times_failed(times, failures, language))
    });
    told.collect::<Vec<_>>().join(", ")
}

/// `×3 (1 failed)`
pub(super) fn times_failed(times: u64, failures: u64, language: Language) -> String {
    let times = language.number(times);
    match (failures, language) {
        (0, _) => format!("×{times}"),
        (n, Language::English) => format!("×{times} ({} failed)", language.number(n)),
        (n, Language::German) => format!("×{times} ({} fehlgeschlagen)", language.number(n)),
    }
}

/// Each operation in the protocol's own words, with what it was done to.
fn details(conversation: &Conversation, language: Language) -> Vec<String> {
    let told = conversation.operations.iter().take(DETAILS_MAX).map(|count| {
        let code = count.code.to_string();
        let code = if code.is_empty() { code } else { format!(" [{code}]") };
        let mut objects: Vec<String> =
            count.objects.iter().take(OBJECTS_MAX).map(|object| shown::name(object)).collect();
        if count.more_objects || count.objects.len() > OBJECTS_MAX {
            objects.push("…".to_string());
        }
        let on = if objects.is_empty() { String::new() } else { format!(": {}", objects.join(", ")) };
        format!("{}{code} {}{on}", count.name, times_failed(count.requests, count.failures, language))
    });
    let mut lines: Vec<String> = told.collect();
    lines.extend(super::and_more(conversation.operations.len(), DETAILS_MAX, language));
    let versions: Vec<&str> = conversation.versions.iter().map(|&(version, _)| version).collect();
    if !versions.is_empty() {
        lines.push(versions.join(", "));
    }
    lines
}

/// True when a conversation has a row in the table.
pub(super) fn is_listed(context: &Context<'_>, index: usize) -> bool {
    context.listed.get(index).copied().unwrap_or(false)
}
