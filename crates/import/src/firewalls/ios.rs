//! Cisco IOS and IOS-XE: access lists bound to interfaces of a router, which passes what no list forbids and remembers
//! no conversation (Cisco IOS Security Command Reference, `access-list`, `ip access-group`, `ipv6 traffic-filter`).

mod nat;

use std::collections::HashMap;
use std::rc::Rc;

use ipnet::IpNet;
use model::firewall::{Firewall, Interface, RuleAction, Stage, Step, Then, Verdict};
use model::packets::{Span, other_numbers};

use super::addresses::{Family, interface_address};
use super::building::{Building, Service, Services, Test, each, guard, guarded, not_itself, quoted};
use super::cisco::Speaker;
use super::cisco::entry;
use super::cisco::lists::{List, Lists};
use super::cisco::names::is_elsewhere;
use super::cisco::objects::Objects;
use super::cisco::sections::{self, Taken};
use super::cisco::words::{Line, Words, lines};
use super::part::Part;

/// Lines that are looked at to recognise the dialect.
const RECOGNISING_LINES: usize = 20_000;

/// Numbers of standard lists, which judge the source alone.
const STANDARD: [std::ops::RangeInclusive<u32>; 2] = [1..=99, 1300..=1999];
/// Numbers of extended lists.
const EXTENDED: [std::ops::RangeInclusive<u32>; 2] = [100..=199, 2000..=2699];

/// Only IOS writes `ip access-list`, binds lists by `ip access-group`, and numbers them.
pub fn recognises(text: &str) -> bool {
    let mut version = false;
    text.lines().take(RECOGNISING_LINES).any(|line| {
        let mut words = Words::of(line);
        match words.word() {
            Some("no") if words.takes("ip") => words.takes("access-list"),
            Some("ip") => matches!(words.peek(), Some("access-list" | "access-group")),
            Some("ipv6") => matches!(words.peek(), Some("access-list" | "traffic-filter")),
            Some("access-list") => {
                let numbered = words.word().is_some_and(|word| word.parse::<u32>().is_ok());
                numbered && matches!(words.peek(), Some("permit" | "deny" | "remark" | "dynamic"))
            }
            // A router without lists is a router all the same.
            Some("version") => {
                version |= words.peek().is_some_and(|word| word.starts_with(|c: char| c.is_ascii_digit()));
                false
            }
            Some("interface") => version && words.peek().is_some(),
            _ => false,
        }
    })
}

/// Reads a configuration.
pub fn read(text: &str) -> Firewall {
    let mut reading = Reading::default();
    let mut building = Building::new();
    for line in lines(text) {
        reading.line(line, &mut building);
    }
    reading.end_interface(&mut building);
    build(reading, building)
}

#[derive(Debug, Default)]
enum Section {
    #[default]
    None,
    Interface(Being),
    List {
        name: String,
        standard: bool,
        family: Family,
    },
    Object(sections::Open),
    Elsewhere,
}

/// An interface while its lines are read.
#[derive(Debug, Default)]
struct Being {
    name: String,
    description: Option<String>,
    addresses: Vec<IpNet>,
    bindings: Vec<(u32, String, bool, Family)>,
    nat_outside: bool,
    zone: bool,
}

/// A list bound to an interface.
#[derive(Debug)]
struct Binding {
    line: u32,
    list: String,
    inbound: bool,
    family: Family,
    interface: u16,
}

/// A line of a list, read when all objects are known.
#[derive(Debug)]
enum Pending {
    Line { list: String, line: u32, text: String, standard: bool, family: Family },
    Remove(String),
}

#[derive(Debug, Default)]
struct Reading {
    hostname: Option<String>,
    section: Section,
    objects: Objects,
    lists: Lists,
    pending: Vec<Pending>,
    bindings: Vec<Binding>,
    nat: Vec<(u32, String)>,
    nat_outside: Vec<u16>,
    zoned: Vec<u16>,
    access_class: Option<(u32, String)>,
}

impl Reading {
    fn line(&mut self, line: Line, building: &mut Building) {
        if line.text.is_empty() || line.text.starts_with('!') || self.inside(line, building) {
            return;
        }
        self.end_interface(building);
        let mut words = Words::of(line.text);
        match words.word().unwrap_or_default() {
            "hostname" => self.hostname = words.word().map(str::to_string),
            "interface" => {
                self.section =
                    Section::Interface(Being { name: words.rest().to_string(), ..Being::default() });
            }
            "object-group" => match sections::open(line, &mut self.objects) {
                Ok(open) => self.section = Section::Object(open),
                Err(what) => {
                    building.problem(line.number, what);
                    self.section = Section::Elsewhere;
                }
            },
            "access-list" => self.numbered(line, words, building),
            "ip" if words.takes("access-list") => self.named(line, words, building),
            "ipv6" if words.takes("access-list") => match words.word() {
                Some(name) => {
                    let name = name.to_string();
                    self.lists.list(&name, line.number, Family::Six);
                    self.section = Section::List { name, standard: false, family: Family::Six };
                }
                None => building.problem(line.number, "the name of the list is missing"),
            },
            "no" if words.takes_all(&["ip", "access-list"]) || words.takes_all(&["ipv6", "access-list"]) => {
                let _ = words.takes("extended") || words.takes("standard");
                self.pending.push(Pending::Remove(words.word().unwrap_or_default().to_string()));
            }
            "no" if words.takes("access-list") => {
                self.pending.push(Pending::Remove(words.word().unwrap_or_default().to_string()));
            }
            "ip" if words.takes_all(&["nat"]) => self.nat.push((line.number, line.text.to_string())),
            "zone" | "zone-pair" if words.takes("security") => {
                building.problem(
                    line.number,
                    "the zone-based firewall is not read: what passes between its zones cannot be told",
                );
                self.section = Section::Elsewhere;
            }
            word if is_elsewhere(word) => self.section = Section::Elsewhere,
            _ if line.indented => {}
            _ => building.problem(line.number, format!("not understood, left out: {}", quoted(line.text))),
        }
    }

    /// True when the line belongs to the section that is open.
    fn inside(&mut self, line: Line, building: &mut Building) -> bool {
        match &mut self.section {
            Section::None => false,
            Section::Elsewhere => {
                let mut words = Words::of(line.text);
                if line.indented && words.takes("access-class") {
                    let list = words.word().unwrap_or_default().to_string();
                    if words.takes("in") {
                        self.access_class = Some((line.number, list));
                    }
                }
                line.indented
            }
            Section::Interface(being) => being.line(line, building) || line.indented,
            Section::List { name, standard, family } => {
                let mut words = Words::of(line.text);
                let first = words.word().unwrap_or_default();
                let of_list = line.indented
                    || matches!(first, "permit" | "deny" | "remark" | "sequence" | "evaluate")
                    || first.parse::<u32>().is_ok();
                if of_list {
                    self.pending.push(Pending::Line {
                        list: name.clone(),
                        line: line.number,
                        text: line.text.to_string(),
                        standard: *standard,
                        family: *family,
                    });
                }
                of_list
            }
            Section::Object(open) => match open.line(line, &mut self.objects) {
                Taken::Yes => true,
                Taken::No if line.indented => {
                    let what = format!("not understood in {}: {}", open.name(), quoted(line.text));
                    building.problem(line.number, what);
                    open.spoil(&mut self.objects);
                    true
                }
                Taken::No => false,
            },
        }
    }

    fn end_interface(&mut self, building: &mut Building) {
        let Section::Interface(being) = std::mem::take(&mut self.section) else { return };
        let number = match building.interface_number(&being.name) {
            Some(number) => number,
            None => {
                let aliases = short_name(&being.name).into_iter().chain(being.description).collect();
                let (name, addresses) = (being.name, being.addresses);
                building.interface(Interface { name, aliases, addresses, security_level: None })
            }
        };
        self.nat_outside.extend(being.nat_outside.then_some(number));
        self.zoned.extend(being.zone.then_some(number));
        for (line, list, inbound, family) in being.bindings {
            self.bindings.push(Binding { line, list, inbound, family, interface: number });
        }
    }

    fn named(&mut self, line: Line, mut words: Words, building: &mut Building) {
        let standard = match words.word() {
            Some("extended") => false,
            Some("standard") => true,
            Some(
                "resequence" | "logging" | "log-update" | "match-local-traffic" | "persistent" | "role-based",
            ) => {
                self.section = Section::Elsewhere;
                return;
            }
            _ => {
                self.section = Section::Elsewhere;
                return building
                    .problem(line.number, format!("not understood, left out: {}", quoted(line.text)));
            }
        };
        let name = words.word().unwrap_or_default().to_string();
        self.lists.list(&name, line.number, Family::Four);
        self.section = Section::List { name, standard, family: Family::Four };
    }

    fn numbered(&mut self, line: Line, mut words: Words, building: &mut Building) {
        self.section = Section::None;
        let name = words.word().unwrap_or_default();
        let number = name.parse::<u32>().unwrap_or(0);
        let within =
            |ranges: &[std::ops::RangeInclusive<u32>]| ranges.iter().any(|range| range.contains(&number));
        let standard = within(&STANDARD);
        if !standard && !within(&EXTENDED) {
            let what = format!("access list {name} is about other than IP, or its number is none: left out");
            return building.problem(line.number, what);
        }
        self.pending.push(Pending::Line {
            list: name.to_string(),
            line: line.number,
            text: line.text.to_string(),
            standard,
            family: Family::Four,
        });
    }

    fn read_entries(&mut self, building: &mut Building) {
        for pending in std::mem::take(&mut self.pending) {
            match pending {
                Pending::Remove(list) => self.lists.remove(&list),
                Pending::Line { list, line, text, standard, family } => {
                    self.entry((line, &text), &list, standard, family, building);
                }
            }
        }
    }

    fn entry(
        &mut self,
        (line, text): (u32, &str),
        list: &str,
        standard: bool,
        family: Family,
        building: &mut Building,
    ) {
        let mut words = Words::of(text);
        if words.takes("access-list") {
            words.word();
        }
        if words.takes("no") {
            let number = words.word().and_then(|word| word.parse::<u32>().ok());
            if !self.lists.list(list, line, family).remove(number) {
                building.problem(
                    line,
                    format!("too many entries are taken away: {} is not followed", quoted(text)),
                );
            }
            return;
        }
        words.takes("sequence");
        let sequence = words.peek().and_then(|word| word.parse::<u32>().ok());
        if sequence.is_some() {
            words.word();
        }
        if words.takes("remark") {
            return self.lists.list(list, line, family).remark(line, words.rest());
        }
        let dynamic = words.takes("dynamic");
        if dynamic {
            words.word();
            if words.takes("timeout") {
                words.word();
            }
        }
        // Packets of a conversation that a `reflect` entry remembered: none that comes alone is.
        let reflected = words.peek() == Some("evaluate");
        let understood = match (reflected, standard) {
            (true, _) => {
                let mut words = Words::of(match family {
                    Family::Six => "permit ipv6 any any",
                    Family::Four | Family::Both => "permit ip any any",
                });
                entry::extended(&mut words, &mut self.objects, Speaker::Ios, family).map(
                    |(mut entry, trouble)| {
                        entry.test = entry.test.missed_alone("conversations that a reflect entry remembers");
                        (entry, trouble)
                    },
                )
            }
            (false, true) => entry::standard(&mut words, &mut self.objects, Speaker::Ios),
            (false, false) => entry::extended(&mut words, &mut self.objects, Speaker::Ios, family),
        };
        let Some((mut entry, trouble)) = understood else {
            return building.problem(line, format!("not understood, left out: {}", quoted(text)));
        };
        if dynamic {
            entry.test = entry.test.missed_alone("users who have logged in (dynamic)");
        }
        if let Some(what) = trouble {
            building.problem(line, format!("{what}: {} may meet any packet", quoted(text)));
        }
        self.lists.list(list, line, family).push(sequence, line, text, entry);
    }
}

impl Being {
    fn line(&mut self, line: Line, building: &mut Building) -> bool {
        let mut words = Words::of(line.text);
        match words.word() {
            Some("description") => self.description = Some(words.rest().to_string()),
            Some("ip") if words.takes("address") => {
                if let (Some(address), Some(mask)) = (words.word(), words.word()) {
                    self.addresses.extend(interface_address(address, mask));
                }
            }
            Some("ipv6") if words.takes("address") => {
                self.addresses.extend(words.word().and_then(|word| word.parse::<IpNet>().ok()));
            }
            Some("ip") if words.takes("access-group") => self.bind(line, words, Family::Four, building),
            Some("ipv6") if words.takes("traffic-filter") => self.bind(line, words, Family::Six, building),
            Some("ip") if words.takes_all(&["nat", "outside"]) => self.nat_outside = true,
            Some("zone-member") => self.zone = true,
            Some("ip") if matches!(words.peek(), Some("inspect" | "policy" | "verify")) => {
                let what = format!("{} may change what passes and is not read", quoted(line.text));
                building.problem(line.number, what);
            }
            _ => return false,
        }
        true
    }

    fn bind(&mut self, line: Line, mut words: Words, family: Family, building: &mut Building) {
        words.takes("name");
        let list = words.word().unwrap_or_default().to_string();
        match words.word() {
            Some(direction @ ("in" | "out")) => {
                self.bindings.push((line.number, list, direction == "in", family));
            }
            // Without a direction older versions mean outbound.
            None => self.bindings.push((line.number, list, false, family)),
            Some(_) => building.problem(line.number, format!("{} is not understood", quoted(line.text))),
        }
    }
}

/// `Gi0/1` for `GigabitEthernet0/1`, as people type it.
fn short_name(name: &str) -> Option<String> {
    let digits = name.find(|c: char| c.is_ascii_digit())?;
    let (kind, number) = name.split_at_checked(digits)?;
    Some(format!("{}{number}", kind.get(..2)?))
}

/// The stages of what was read.
fn build(mut reading: Reading, mut building: Building) -> Firewall {
    building.firewall().name = reading.hostname.take();
    reading.read_entries(&mut building);
    reading.lists.make_rules(&mut building);
    let bound = bind(&mut reading, &mut building);
    let into = stage(&reading, &bound, true, &mut building);
    let translate = nat::stage(&reading.nat, &reading.nat_outside, &mut building);
    let out = stage(&reading, &bound, false, &mut building);
    let shells = access_class(&reading, &mut building);
    let zones = zones(&reading, &mut building);
    let unbound = reading.lists.all().filter(|list| !bound.iter().any(|one| one.list == list.name));
    let unbound = unbound
        .map(|list| {
            let mut steps = Vec::new();
            Lists::steps(list, &mut building, &mut steps);
            Stage {
                name: list.name.clone(),
                steps,
                end_name: "implicit-deny".to_string(),
                ..Stage::default()
            }
        })
        .collect();
    let firewall = building.firewall();
    let out = Some(out).filter(|out| !out.steps.is_empty());
    firewall.stages = [into].into_iter().chain(translate).chain(out).chain(shells).chain(zones).collect();
    firewall.unbound = unbound;
    building.done()
}

/// A list with the interfaces it is bound to one way; no interface stands for all.
#[derive(Debug)]
struct Bound {
    list: String,
    inbound: bool,
    interfaces: Vec<u16>,
}

impl Bound {
    /// Its interfaces for a test; none for all.
    fn interfaces(&self) -> Option<Vec<Span<u16>>> {
        Some(each(self.interfaces.clone())).filter(|spans| !spans.is_empty())
    }
}

fn bind(reading: &mut Reading, building: &mut Building) -> Vec<Bound> {
    let mut bound: Vec<Bound> = Vec::new();
    let mut places: HashMap<(String, bool), usize> = HashMap::new();
    // A later line of an interface replaces an earlier one of the same way and family.
    let mut last: HashMap<(u16, bool, bool), usize> = HashMap::new();
    let bindings = std::mem::take(&mut reading.bindings);
    for (nth, binding) in bindings.iter().enumerate() {
        last.insert((binding.interface, binding.inbound, binding.family == Family::Six), nth);
    }
    for (nth, binding) in bindings.into_iter().enumerate() {
        if last.get(&(binding.interface, binding.inbound, binding.family == Family::Six)) != Some(&nth) {
            continue;
        }
        if reading.lists.find(&binding.list).is_none() {
            let what =
                format!("access list {} is bound and holds nothing: it passes everything", binding.list);
            building.problem(binding.line, what);
            continue;
        }
        let place = *places.entry((binding.list.clone(), binding.inbound)).or_insert(bound.len());
        if place == bound.len() {
            bound.push(Bound { list: binding.list, inbound: binding.inbound, interfaces: Vec::new() });
        }
        if let Some(one) = bound.get_mut(place) {
            one.interfaces.push(binding.interface);
        }
    }
    if bound.is_empty() && building.interface_numbers().is_empty() {
        // A piece of a configuration: lists without the interfaces that they belong to.
        let first = reading.lists.all().next().map(|list| (list.name.clone(), list.line));
        if let Some((list, line)) = first {
            let what =
                format!("no interface binds a list here: answers take {list} as bound inbound everywhere");
            building.problem(line, what);
            bound.push(Bound { list, inbound: true, interfaces: Vec::new() });
        }
    }
    bound
}

/// All lists of one way, each for its interfaces. Where none is bound the router passes everything.
fn stage(reading: &Reading, bound: &[Bound], inbound: bool, building: &mut Building) -> Stage {
    let here: Vec<(&Bound, &List)> = bound
        .iter()
        .filter(|one| one.inbound == inbound)
        .filter_map(|one| reading.lists.find(&one.list).map(|list| (one, list)))
        .collect();
    let mut steps = Vec::new();
    if inbound || !here.is_empty() {
        without_list(&here, inbound, building, &mut steps);
    }
    for (one, list) in here {
        let interfaces = one.interfaces();
        let test = match inbound {
            true => Test { from: interfaces, ..Test::any() },
            // What the router sends itself is asked no list.
            false => Test { from: Some(not_itself()), to: interfaces, ..Test::any() },
        };
        let whole = Rc::new(Part::sure(list.family.spans()));
        let guard = guard(building, &Test { sources: Rc::clone(&whole), destinations: whole, ..test });
        guarded(building, &mut steps, guard, |building, steps| {
            Lists::steps(list, building, steps);
            neighbours(list, building, steps);
        });
    }
    Stage {
        name: if inbound { "access-group in" } else { "access-group out" }.to_string(),
        steps,
        end: Verdict::Deny,
        end_name: "implicit-deny".to_string(),
        ..Stage::default()
    }
}

/// Packets that no list is asked about, by family. An outbound list leaves the name to what decided before it.
fn without_list(here: &[(&Bound, &List)], inbound: bool, building: &mut Building, steps: &mut Vec<Step>) {
    let rule = match inbound {
        true => building.automatic("no-acl-on-path", "implicit", RuleAction::Allow),
        false => {
            building.step(steps, &Test::coming_in(vec![Interface::SELF]), &Then::End(Verdict::Allow), None);
            None
        }
    };
    for family in [Family::Four, Family::Six] {
        let of_family = here.iter().filter(|(_, list)| list.family == family);
        let mut everywhere = false;
        let mut with_list = Vec::new();
        for (one, _) in of_family {
            everywhere |= one.interfaces.is_empty();
            with_list.extend(one.interfaces.iter().copied());
        }
        let others = Some(other_numbers(&each(with_list), Span::ANY)).filter(|_| !everywhere);
        let Some(others) = others else { continue };
        let whole = Rc::new(Part::sure(family.spans()));
        let test = Test { sources: Rc::clone(&whole), destinations: whole, ..Test::any() };
        let test = match inbound {
            true => Test { from: Some(others), ..test },
            false => Test { to: Some(others), ..test },
        };
        building.step(steps, &test, &Then::End(Verdict::Allow), rule);
    }
}

/// Before its implicit deny an IPv6 list lets neighbours find each other.
fn neighbours(list: &List, building: &mut Building, steps: &mut Vec<Step>) {
    if list.family == Family::Six {
        let rule = building.automatic("implicit-permit: neighbour discovery", &list.name, RuleAction::Allow);
        let discovery = Services::sure(vec![Service::icmp(58, Span::new(135, 136))]);
        let test = Test { services: Rc::new(discovery), ..Test::any() };
        building.step(steps, &test, &Then::End(Verdict::Allow), rule);
    }
    building.step(steps, &Test::any(), &Then::End(Verdict::Deny), None);
}

/// A list on the lines restricts who may log in to the router.
fn access_class(reading: &Reading, building: &mut Building) -> Option<Stage> {
    let (line, name) = reading.access_class.as_ref()?;
    let Some(list) = reading.lists.find(name) else {
        building.problem(*line, format!("access list {name} holds nothing: it passes everything"));
        return None;
    };
    let shells = |ports: Vec<Span<u16>>| Service { destination_ports: ports, ..Service::of_protocol(6) };
    let login = Services::sure(vec![shells(vec![Span::new(22, 23)])]);
    let mut others = Services::sure(vec![shells(vec![Span::new(0, 21), Span::new(24, u16::MAX)])]);
    let rest = vec![Span::new(0, 5), Span::new(7, 255)];
    others.sure.push(Service { protocols: rest, ..Service::any() });
    let mut steps = Vec::new();
    let itself = Test::leaving(vec![Interface::SELF]);
    building.step(
        &mut steps,
        &Test { to: Some(not_itself()), ..Test::any() },
        &Then::End(Verdict::Allow),
        None,
    );
    let test = Test { services: Rc::new(others), ..itself.clone() };
    building.step(&mut steps, &test, &Then::End(Verdict::Allow), None);
    let guard = guard(building, &Test { services: Rc::new(login), ..itself });
    guarded(building, &mut steps, guard, |building, steps| Lists::steps(list, building, steps));
    let end_name = "implicit-deny".to_string();
    Some(Stage { name: "access-class".to_string(), steps, end: Verdict::Deny, end_name, ..Stage::default() })
}

/// Interfaces of the zone-based firewall: what passes them is not known.
fn zones(reading: &Reading, building: &mut Building) -> Option<Stage> {
    if reading.zoned.is_empty() {
        return None;
    }
    let rule = building.automatic("zone-based firewall", "zones", RuleAction::Deny);
    let mut steps = Vec::new();
    for test in [Test::coming_in(reading.zoned.clone()), Test::leaving(reading.zoned.clone())] {
        let test = test.doubted("the zone-based firewall, which is not read");
        building.step(&mut steps, &test, &Then::End(Verdict::Deny), rule);
    }
    let end_name = "no zone".to_string();
    Some(Stage { name: "zones".to_string(), steps, end: Verdict::Allow, end_name, ..Stage::default() })
}
