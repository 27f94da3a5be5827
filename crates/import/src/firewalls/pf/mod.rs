//! OPNsense and pfSense: rules of pf in a `config.xml`. A packet that passes through is asked twice: where it comes in
//! and where it leaves. A rule that is quick ends the search; of the others the last one that meets decides (pf.conf(5)).

mod aliases;
mod automatic;
mod nat;
mod places;
mod rules;
mod sides;
mod xml;

use std::collections::HashSet;

use model::firewall::{Firewall, Interface, RuleAction, Stage, Step, Then, Verdict};
use model::packets::Span;

use super::building::{Building, Test, known_conversations, not_itself};
use aliases::Aliases;
use places::Places;
use rules::{Direction, PfRule};
use sides::Names;
use xml::Document;

/// Bytes that are looked at to recognise the document's own element.
const RECOGNISING_BYTES: usize = 16 * 1024;

/// Which of the two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Product {
    /// OPNsense.
    OpnSense,
    /// pfSense.
    PfSense,
}

/// True for a `config.xml` of OPNsense.
pub fn recognises_opnsense(text: &str) -> bool {
    begins_with(text, "<opnsense")
}

/// True for a `config.xml` of pfSense.
pub fn recognises_pfsense(text: &str) -> bool {
    begins_with(text, "<pfsense")
}

fn begins_with(text: &str, element: &str) -> bool {
    let mut end = text.len().min(RECOGNISING_BYTES);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).is_some_and(|start| start.contains(element))
}

/// Reads the configuration of an OPNsense.
pub fn read_opnsense(text: &str) -> Firewall {
    read(text, Product::OpnSense)
}

/// Reads the configuration of a pfSense.
pub fn read_pfsense(text: &str) -> Firewall {
    read(text, Product::PfSense)
}

fn read(text: &str, product: Product) -> Firewall {
    let mut document = Document::read(text);
    let mut building = Building::new();
    for (line, text) in std::mem::take(&mut document.problems) {
        building.problem(line, text);
    }
    let root = document.root();
    let hostname = root.at("system/hostname").map(|node| node.text().to_string());
    building.firewall().name = hostname.filter(|name| !name.is_empty());
    let places = Places::read(root, product, &mut building);
    let mut names = Names { places, aliases: Aliases::read(root) };
    if root.at("system/disablefilter").is_some() {
        building
            .problem(0, "the filter is switched off (system/disablefilter): answers are those of its rules");
    }
    let (translate, of_translations) = nat::read(root, &mut names, &mut building);
    let mut all = automatic::rules(root, product, &mut names, &mut building);
    all.extend(rules::read(root, product, &mut names, &mut building));
    all.extend(of_translations);
    // Equal ones stay as they stand.
    all.sort_by_key(|rule| rule.priority);
    let (first, all): (Vec<PfRule>, Vec<PfRule>) = all.into_iter().partition(|rule| rule.first);
    let first = first_stage(&first, &mut building);
    let into = stage(&all, Direction::In, &mut building);
    let out = stage(&all, Direction::Out, &mut building);
    building.firewall().stages = translate.into_iter().chain([first, into, out]).collect();
    building.done()
}

/// One way through the rules. What the firewall sends itself comes in by no interface, what is for it leaves by none.
fn stage(rules: &[PfRule], way: Direction, building: &mut Building) -> Stage {
    let mut steps = vec![known_conversations(building)];
    let marks = Marks::of(rules);
    if way == Direction::In {
        let own = building.automatic("from the firewall itself", "automatic", RuleAction::Allow);
        building.step(&mut steps, &Test::coming_in(vec![Interface::SELF]), &Then::End(Verdict::Allow), own);
    }
    let here = || {
        let of_way = rules.iter().filter(|rule| rule.direction == way || rule.direction == Direction::Any);
        of_way.filter(|rule| rule.verdict.is_some())
    };
    for rule in here().filter(|rule| rule.quick) {
        add(rule, way, &marks, building, &mut steps);
    }
    for rule in here().rev().filter(|rule| !rule.quick) {
        add(rule, way, &marks, building, &mut steps);
    }
    let (name, end, end_name) = match way {
        Direction::In => ("in", Verdict::Deny, "default-deny"),
        Direction::Out | Direction::Any => {
            ("out", Verdict::Allow, "let out anything from firewall host itself")
        }
    };
    Stage {
        name: name.to_string(),
        steps,
        end,
        end_name: end_name.to_string(),
        end_logs: end == Verdict::Deny,
        ..Stage::default()
    }
}

/// What the product blocks before anything else. A stage of its own, so that the rules of people are held against each
/// other alone.
fn first_stage(rules: &[PfRule], building: &mut Building) -> Stage {
    let mut steps = vec![known_conversations(building)];
    for rule in rules {
        for test in &rule.tests {
            building.step(&mut steps, test, &Then::End(Verdict::Deny), rule.rule);
        }
    }
    let end_name = "not blocked at first".to_string();
    Stage { name: "first".to_string(), steps, end: Verdict::Allow, end_name, ..Stage::default() }
}

/// Marks that rules put on packets.
struct Marks {
    /// By any rule: known when the packet leaves.
    any: HashSet<String>,
    /// By rules that do not end the search: known while it comes in.
    before_the_end: HashSet<String>,
}

impl Marks {
    fn of(rules: &[PfRule]) -> Marks {
        let tagging = |all: bool| {
            let of = rules.iter().filter(|rule| all || !rule.quick || rule.verdict.is_none());
            of.filter_map(|rule| rule.tag.clone()).collect()
        };
        Marks { any: tagging(true), before_the_end: tagging(false) }
    }
}

fn add(rule: &PfRule, way: Direction, marks: &Marks, building: &mut Building, steps: &mut Vec<Step>) {
    let Some(verdict) = rule.verdict else { return };
    let mut doubt = None;
    if let Some(mark) = &rule.tagged {
        let known = if way == Direction::In { &marks.before_the_end } else { &marks.any };
        if !known.contains(mark) {
            // Nobody puts this mark on a packet here.
            return;
        }
        doubt = Some(format!("tagged {mark}"));
    }
    for test in &rule.tests {
        let interfaces = both(&rule.interfaces, &Some(not_itself()));
        let mut test = match way {
            Direction::In => Test { from: interfaces, ..test.clone() },
            Direction::Out | Direction::Any => Test { to: both(&test.to, &interfaces), ..test.clone() },
        };
        if let Some(because) = &doubt {
            test = test.doubted(because.clone());
        }
        building.step(steps, &test, &Then::End(verdict), rule.rule);
    }
}

/// The interfaces that lie in both; none stands for all.
fn both(one: &Option<Vec<Span<u16>>>, other: &Option<Vec<Span<u16>>>) -> Option<Vec<Span<u16>>> {
    match (one, other) {
        (Some(one), Some(other)) => {
            Some(one.iter().flat_map(|span| other.iter().filter_map(|other| span.both(*other))).collect())
        }
        (one, other) => one.clone().or_else(|| other.clone()),
    }
}
