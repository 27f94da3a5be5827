//! Access lists while they are read, and as steps of a stage.

use std::collections::HashMap;

use model::firewall::{Rule, RuleAction, Step, Then, Verdict};

use super::entry::Entry;
use crate::firewalls::addresses::Family;
use crate::firewalls::building::Building;

/// Numbers between the entries of a list that writes none (IOS).
const SEQUENCE_STEP: u32 = 10;
/// Entries of one list that `no` may take away; each goes through the list.
const REMOVALS_MAX: usize = 1_000;

/// One access list.
#[derive(Debug)]
pub struct List {
    /// Its name or number.
    pub name: String,
    /// Its first line.
    pub line: u32,
    /// Which addresses it judges.
    pub family: Family,
    /// Its entries, in the order in which they are asked.
    pub entries: Vec<Listed>,
    /// Remarks that stand before the next entry.
    remarks: Vec<String>,
    /// The last line that was read into it.
    last_line: u32,
    last_sequence: u32,
    removals: usize,
}

/// An entry with where it stands.
#[derive(Debug)]
pub struct Listed {
    /// Its number; entries are asked by rising numbers.
    pub sequence: u32,
    /// True when the number is written.
    pub numbered: bool,
    /// Its line.
    pub line: u32,
    /// What stands there.
    pub text: String,
    /// The first remark right before it.
    pub remark: Option<String>,
    /// What it means.
    pub entry: Entry,
    /// Its rule.
    pub rule: Option<usize>,
}

impl List {
    /// Takes up a remark.
    pub fn remark(&mut self, line: u32, text: &str) {
        self.part(line);
        self.remarks.push(text.trim().to_string());
        self.last_line = line;
    }

    /// Takes up an entry, at its number or behind the last one.
    pub fn push(&mut self, sequence: Option<u32>, line: u32, text: &str, entry: Entry) {
        self.part(line);
        let remark = std::mem::take(&mut self.remarks).into_iter().next();
        self.last_line = line;
        let numbered = sequence.is_some();
        let sequence = sequence.unwrap_or(self.last_sequence.saturating_add(SEQUENCE_STEP));
        self.last_sequence = self.last_sequence.max(sequence);
        self.entries.push(Listed {
            sequence,
            numbered,
            line,
            text: text.to_string(),
            remark,
            entry,
            rule: None,
        });
    }

    /// Takes the entries of a number away; false when that was done too often.
    pub fn remove(&mut self, sequence: Option<u32>) -> bool {
        self.removals += 1;
        if self.removals <= REMOVALS_MAX {
            self.entries.retain(|listed| Some(listed.sequence) != sequence);
        }
        self.removals <= REMOVALS_MAX
    }

    /// Remarks of an earlier paragraph belong to no entry of this one.
    fn part(&mut self, line: u32) {
        if line > self.last_line.saturating_add(1) {
            self.remarks.clear();
        }
    }
}

/// All lists of a configuration.
#[derive(Debug, Default)]
pub struct Lists {
    all: Vec<List>,
    places: HashMap<String, usize>,
}

impl Lists {
    /// The list of this name; a new one when there is none.
    pub fn list(&mut self, name: &str, line: u32, family: Family) -> &mut List {
        let count = self.all.len();
        let place = *self.places.entry(name.to_string()).or_insert(count);
        if place == count {
            self.all.push(List {
                name: name.to_string(),
                line,
                family,
                entries: Vec::new(),
                remarks: Vec::new(),
                last_line: line,
                last_sequence: 0,
                removals: 0,
            });
        }
        // The place was just found or made.
        &mut self.all[place]
    }

    /// Takes a list away, as `no ip access-list` and `clear configure access-list` do.
    pub fn remove(&mut self, name: &str) {
        if let Some(list) = self.places.get(name).and_then(|place| self.all.get_mut(*place)) {
            list.entries.clear();
            list.remarks.clear();
        }
    }

    /// The list of this name that holds entries.
    pub fn find(&self, name: &str) -> Option<&List> {
        let list = self.places.get(name).and_then(|place| self.all.get(*place))?;
        (!list.entries.is_empty()).then_some(list)
    }

    /// The lists that hold entries, as they stand in the file.
    pub fn all(&self) -> impl Iterator<Item = &List> {
        self.all.iter().filter(|list| !list.entries.is_empty())
    }

    /// Makes a rule of every entry.
    pub fn make_rules(&mut self, building: &mut Building) {
        for list in &mut self.all {
            // Entries of one number stay as they stand.
            list.entries.sort_by_key(|listed| listed.sequence);
            for listed in &mut list.entries {
                let action = match listed.entry.verdict {
                    Verdict::Allow => RuleAction::Allow,
                    Verdict::Deny => RuleAction::Deny,
                };
                listed.rule = building.rule(Rule {
                    name: name(listed),
                    list: list.name.clone(),
                    line: listed.line,
                    text: listed.text.clone(),
                    action,
                    disabled: listed.entry.inactive,
                    logs: listed.entry.logs,
                    ..Rule::default()
                });
            }
        }
    }

    /// The steps of a list behind those that are there; a packet that none meets goes on behind them.
    pub fn steps(list: &List, building: &mut Building, steps: &mut Vec<Step>) {
        for listed in list.entries.iter().filter(|listed| !listed.entry.inactive && listed.rule.is_some()) {
            building.step(steps, &listed.entry.test, &Then::End(listed.entry.verdict), listed.rule);
        }
    }
}

/// The remark is what people call an entry by; what stands there tells it apart from its neighbours.
fn name(listed: &Listed) -> String {
    match (&listed.remark, listed.numbered) {
        (Some(remark), true) => format!("{} {remark}: {}", listed.sequence, listed.text),
        (Some(remark), false) => format!("{remark}: {}", listed.text),
        (None, _) => listed.text.clone(),
    }
}
