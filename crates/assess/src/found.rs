//! What one check has found so far, bounded, the worst kept.

use std::collections::BTreeSet;

use model::{AssetId, Finding, Gap, Message, Severity, Technique};

use crate::catalogue as c;
use crate::checks::Check;
use crate::scene::Scene;

/// Findings that one check may tell. More of one kind would bury the rest; a last one says how many there were.
pub const FINDINGS_PER_CHECK_MAX: usize = 100;

/// Assets that one finding may name; a page shows fewer, an export needs no more.
pub const ASSETS_PER_FINDING_MAX: usize = 1_000;

/// Conversations that one finding may point to.
pub const CONVERSATIONS_PER_FINDING_MAX: usize = 1_000;

/// Collects the findings of one check.
pub struct Found<'s, 'a> {
    scene: &'s Scene<'a>,
    check: &'static Check,
    findings: Vec<Finding>,
    dropped: Dropped,
}

/// What a check says of one subject.
pub struct Told {
    /// One line.
    pub title: Message,
    /// What was seen, in a few sentences.
    pub detail: Message,
}

/// What did not fit.
struct Dropped {
    count: u64,
    worst: Severity,
    assets: BTreeSet<AssetId>,
    conversations: Vec<usize>,
}

impl<'s, 'a> Found<'s, 'a> {
    /// Nothing found yet.
    pub fn new(scene: &'s Scene<'a>, check: &'static Check) -> Found<'s, 'a> {
        let dropped =
            Dropped { count: 0, worst: Severity::Info, assets: BTreeSet::new(), conversations: Vec::new() };
        Found { scene, check, findings: Vec::new(), dropped }
    }

    /// Tells a finding about these conversations. The words are only made when it is kept.
    pub fn tell(&mut self, severity: Severity, conversations: &[usize], words: impl FnOnce() -> Told) {
        self.tell_as(self.check.id, severity, conversations, words);
    }

    /// The same under an id that says more than the check's: see [`Check::tells`].
    pub fn tell_as(
        &mut self,
        id: &'static str,
        severity: Severity,
        conversations: &[usize],
        words: impl FnOnce() -> Told,
    ) {
        if self.has_room_for(severity) {
            let assets = self.scene.assets(conversations);
            self.keep(id, severity, assets, conversations, self.check.technique, words());
        } else if self.dropped.wants_assets() {
            self.dropped.add(severity, &self.scene.assets(conversations), conversations);
        } else {
            self.dropped.add(severity, &[], conversations);
        }
    }

    /// The same with the assets and the technique chosen by the check.
    pub fn tell_of(
        &mut self,
        severity: Severity,
        assets: Vec<AssetId>,
        conversations: &[usize],
        technique: Option<Technique>,
        words: impl FnOnce() -> Told,
    ) {
        if self.has_room_for(severity) {
            self.keep(self.check.id, severity, assets, conversations, technique, words());
        } else {
            self.dropped.add(severity, &assets, conversations);
        }
    }

    fn keep(
        &mut self,
        id: &'static str,
        severity: Severity,
        mut assets: Vec<AssetId>,
        conversations: &[usize],
        technique: Option<Technique>,
        Told { title, detail }: Told,
    ) {
        assets.truncate(ASSETS_PER_FINDING_MAX);
        let conversations = conversations.iter().copied().take(CONVERSATIONS_PER_FINDING_MAX).collect();
        let remedy = self.check.remedy();
        self.findings.push(Finding { id, severity, title, assets, conversations, detail, remedy, technique });
    }

    /// The findings, with a last one for those that did not fit.
    pub fn into_findings(mut self) -> Vec<Finding> {
        if self.dropped.count > 0 {
            let Dropped { count, worst, assets, conversations } = self.dropped;
            self.findings.push(Finding {
                id: self.check.id,
                severity: worst,
                title: c::MORE_FINDINGS
                    .with([("count", Gap::Number(count)), ("title", self.check.heading().into())]),
                assets: assets.into_iter().collect(),
                conversations,
                detail: c::MORE_FINDINGS_DETAIL.with([("count", Gap::Number(FINDINGS_PER_CHECK_MAX as u64))]),
                remedy: self.check.remedy(),
                technique: self.check.technique,
            });
        }
        self.findings
    }

    /// Makes room by giving up a less severe finding when the list is full.
    fn has_room_for(&mut self, severity: Severity) -> bool {
        if self.findings.len() < FINDINGS_PER_CHECK_MAX {
            return true;
        }
        let mildest =
            self.findings.iter().enumerate().min_by_key(|(place, f)| (f.severity, std::cmp::Reverse(*place)));
        let Some((place, mild)) = mildest.filter(|(_, mild)| mild.severity < severity) else { return false };
        self.dropped.add(mild.severity, &mild.assets, &mild.conversations);
        self.findings.remove(place);
        true
    }
}

impl Dropped {
    fn wants_assets(&self) -> bool {
        self.assets.len() < ASSETS_PER_FINDING_MAX
    }

    fn add(&mut self, severity: Severity, assets: &[AssetId], conversations: &[usize]) {
        self.count += 1;
        self.worst = self.worst.max(severity);
        for asset in assets {
            if self.wants_assets() {
                self.assets.insert(*asset);
            }
        }
        let room = CONVERSATIONS_PER_FINDING_MAX.saturating_sub(self.conversations.len());
        self.conversations.extend(conversations.iter().copied().take(room));
    }
}

/// One step worse.
pub fn raised(severity: Severity) -> Severity {
    match severity {
        Severity::Info => Severity::Low,
        Severity::Low => Severity::Medium,
        Severity::Medium => Severity::High,
        Severity::High | Severity::Critical => Severity::Critical,
    }
}

/// One step milder.
pub fn lowered(severity: Severity) -> Severity {
    match severity {
        Severity::Info | Severity::Low => Severity::Info,
        Severity::Medium => Severity::Low,
        Severity::High => Severity::Medium,
        Severity::Critical => Severity::High,
    }
}
