//! All traffic between two boxes, bundled into one line.

use std::collections::BTreeMap;

use model::{Operation, Severity};

use super::plan::ZoneBox;
use crate::texts::texts;
use crate::{report, shown, words};
use model::Language;

/// Protocols named in a line's tooltip.
const PROTOCOLS_MAX: usize = 6;

/// All traffic between two boxes.
#[derive(Debug, Clone, Default)]
pub(super) struct Bundle {
    /// The box above, or left.
    pub a: usize,
    /// The box below, or right.
    pub b: usize,
    /// Someone in `a` asks someone in `b`.
    pub down: bool,
    /// Someone in `b` asks someone in `a`.
    pub up: bool,
    pub conversations: usize,
    pub bytes: u64,
    pub worst: Option<Severity>,
    pub title: String,
    protocols: BTreeMap<&'static str, usize>,
    operations: BTreeMap<Operation, (u64, u64)>,
}

/// One line of the map as a row of a table.
#[derive(Debug, Clone)]
pub(crate) struct LinkRow {
    pub from: String,
    pub to: String,
    pub both_ways: bool,
    pub protocols: String,
    pub operations: String,
    pub traffic: String,
    pub severity: Option<(&'static str, &'static str)>,
}

impl Bundle {
    /// One conversation more.
    pub(super) fn add(&mut self, conversation: &model::Conversation, severity: Option<Severity>) {
        self.conversations += 1;
        self.bytes = self.bytes.saturating_add(conversation.bytes);
        self.worst = self.worst.max(severity);
        *self.protocols.entry(conversation.protocol).or_default() += 1;
        for count in &conversation.operations {
            let sum = self.operations.entry(count.operation).or_default();
            sum.0 = sum.0.saturating_add(count.requests);
            sum.1 = sum.1.saturating_add(count.failures);
        }
    }

    fn protocols(&self, language: Language) -> String {
        let mut protocols: Vec<(&str, usize)> =
            self.protocols.iter().map(|(&name, &count)| (name, count)).collect();
        protocols.sort_by_key(|&(_, count)| std::cmp::Reverse(count));
        let more = protocols.len().saturating_sub(PROTOCOLS_MAX);
        let mut names: Vec<String> =
            protocols.iter().take(PROTOCOLS_MAX).map(|&(name, _)| shown::name(name)).collect();
        if more > 0 {
            names.push(format!("{} {}", language.number(more as u64), language.pick("more", "weitere")));
        }
        names.join(", ")
    }

    fn operations(&self, language: Language) -> String {
        let sums = self.operations.iter().map(|(&operation, &(times, failed))| (operation, times, failed));
        report::conversations::told(sums.collect(), language)
    }

    fn traffic(&self, language: Language) -> String {
        format!("{}, {}", language.count(self.conversations, words::CONVERSATION), language.bytes(self.bytes))
    }

    /// The ends, the one that asks first.
    fn ends(&self, boxes: &[ZoneBox]) -> (String, String) {
        let name = |index: usize| boxes.get(index).map(ZoneBox::full_name).unwrap_or_default();
        if self.down { (name(self.a), name(self.b)) } else { (name(self.b), name(self.a)) }
    }

    /// The tooltip: who asks whom with what, how much, how bad.
    pub(super) fn describe(&self, boxes: &[ZoneBox], language: Language) -> String {
        let (from, to) = self.ends(boxes);
        let arrow = if self.down && self.up { "↔" } else { "→" };
        let mut lines = vec![format!("{from} {arrow} {to}"), self.protocols(language)];
        lines.push(self.operations(language));
        lines.push(self.traffic(language));
        if let Some(severity) = self.worst {
            lines.push(format!("{}: {}", texts(language).worst_finding, words::severity(severity, language)));
        }
        lines.retain(|line| !line.is_empty());
        lines.join("\n")
    }

    /// The same as a row of the table.
    pub(super) fn row(&self, boxes: &[ZoneBox], language: Language) -> LinkRow {
        let (from, to) = self.ends(boxes);
        LinkRow {
            from,
            to,
            both_ways: self.down && self.up,
            protocols: self.protocols(language),
            operations: self.operations(language),
            traffic: self.traffic(language),
            severity: self.worst.map(|severity| (severity.as_str(), words::severity(severity, language))),
        }
    }
}
