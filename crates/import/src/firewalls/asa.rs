//! Cisco ASA: access lists bound to interfaces, security levels where none is bound, and address translation, which
//! comes before the lists (Cisco ASA Series Firewall CLI Configuration Guide, Access Rules; Network Address
//! Translation: since 8.3 lists name real addresses).

mod nat;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::net::IpAddr;

use model::firewall::{Firewall, Interface, RuleAction, Stage, Step, Then, Verdict};
use model::packets::{Span, other_numbers};

use super::addresses::{Family, interface_address};
use super::building::{Building, Test, each, guard, guarded, known_conversations, not_itself, quoted};
use super::cisco::Speaker;
use super::cisco::entry;
use super::cisco::lists::Lists;
use super::cisco::names::is_elsewhere;
use super::cisco::objects::Objects;
use super::cisco::sections::{self, Taken};
use super::cisco::words::{Line, Words, lines};
use nat::Translations;

/// Lines that are looked at to recognise the dialect.
const RECOGNISING_LINES: usize = 20_000;

/// Only ASA names interfaces by `nameif`, writes `extended` and `standard` behind the name of a list, and begins with
/// its version.
pub fn recognises(text: &str) -> bool {
    text.lines().take(RECOGNISING_LINES).any(|line| {
        let mut words = Words::of(line);
        match words.word() {
            Some("ASA" | "PIX") => words.takes("Version"),
            Some("nameif" | "security-level") => line.starts_with([' ', '\t']) && words.peek().is_some(),
            Some("access-list") => {
                words.word();
                matches!(words.peek(), Some("extended" | "standard" | "line"))
            }
            Some("access-group") => words.rest().contains(" interface ") || words.rest().ends_with(" global"),
            Some("same-security-traffic") => words.takes("permit"),
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

/// Where an access list is bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Way {
    In,
    Out,
    Global,
    ControlPlane,
}

/// A list bound somewhere.
#[derive(Debug)]
struct Binding {
    line: u32,
    list: String,
    way: Way,
    interface: Option<String>,
}

/// What lines without indentation belong to the section before.
#[derive(Debug, Default)]
enum Section {
    #[default]
    None,
    Interface(Being),
    Object(sections::Open),
    Elsewhere,
}

/// An interface while its lines are read.
#[derive(Debug, Default)]
struct Being {
    device: String,
    name: Option<String>,
    level: Option<u8>,
    addresses: Vec<ipnet::IpNet>,
}

#[derive(Debug, Default)]
struct Reading {
    hostname: Option<String>,
    section: Section,
    objects: Objects,
    lists: Lists,
    /// Entries are read when all objects are known.
    entries: Vec<(u32, String)>,
    bindings: Vec<Binding>,
    translations: Translations,
    inter: bool,
    intra: bool,
}

impl Reading {
    fn line(&mut self, line: Line, building: &mut Building) {
        if line.text.is_empty() || line.text.starts_with('!') {
            return;
        }
        if self.inside(line, building) {
            return;
        }
        self.end_interface(building);
        let mut words = Words::of(line.text);
        match words.word().unwrap_or_default() {
            "hostname" => self.hostname = words.word().map(str::to_string),
            "name" => {
                if let (Some(Ok(ip)), Some(name)) = (words.word().map(str::parse::<IpAddr>), words.word()) {
                    self.objects.names.insert(name.to_string(), ip);
                }
            }
            "interface" => {
                self.section =
                    Section::Interface(Being { device: words.rest().to_string(), ..Being::default() });
            }
            "object" | "object-group" => match sections::open(line, &mut self.objects) {
                Ok(open) => self.section = Section::Object(open),
                Err(what) => {
                    building.problem(line.number, what);
                    self.section = Section::Elsewhere;
                }
            },
            "access-list" => self.entries.push((line.number, line.text.to_string())),
            "clear" if words.takes("configure") && words.takes("access-list") => {
                self.entries.push((line.number, line.text.to_string()));
            }
            "access-group" => self.binding(line, words, building),
            "same-security-traffic" if words.takes("permit") => match words.word() {
                Some("inter-interface") => self.inter = true,
                Some("intra-interface") => self.intra = true,
                _ => building.problem(line.number, format!("{} is not understood", quoted(line.text))),
            },
            "nat" => self.translations.twice.push((line.number, line.text.to_string())),
            word @ ("static" | "global" | "shun" | "established" | "filter" | "conduit" | "zone"
            | "context" | "apply" | "outbound") => building.problem(
                line.number,
                format!(
                    "{word} may change what passes and is not read: answers about what it names may be wrong"
                ),
            ),
            word if is_elsewhere(word) => self.section = Section::Elsewhere,
            _ if line.indented => {}
            _ => building.problem(line.number, format!("not understood, left out: {}", quoted(line.text))),
        }
    }

    /// True when the line belongs to the section that is open.
    fn inside(&mut self, line: Line, building: &mut Building) -> bool {
        match &mut self.section {
            Section::None => false,
            Section::Elsewhere => line.indented,
            Section::Interface(being) => being.line(line) || line.indented,
            Section::Object(open) => {
                // Within an object `nat` has no `source`; outside of it every rule has.
                let nat = line.text.strip_prefix("nat ").filter(|nat| !nat.contains("source "));
                if let Some(nat) = nat.filter(|_| open.is_network()) {
                    self.translations.auto.push((line.number, open.name().to_string(), nat.to_string()));
                    return true;
                }
                match open.line(line, &mut self.objects) {
                    Taken::Yes => true,
                    Taken::No if line.indented => {
                        let what = format!("not understood in {}: {}", open.name(), quoted(line.text));
                        building.problem(line.number, what);
                        open.spoil(&mut self.objects);
                        true
                    }
                    Taken::No => false,
                }
            }
        }
    }

    fn end_interface(&mut self, building: &mut Building) {
        let Section::Interface(being) = std::mem::take(&mut self.section) else { return };
        // Without a name an interface passes nothing.
        let Some(name) = being.name else { return };
        let level = being.level.unwrap_or(if name.eq_ignore_ascii_case("inside") { 100 } else { 0 });
        let addresses = being.addresses.iter().map(|net| net.addr()).collect();
        self.objects.interfaces.insert(name.to_ascii_lowercase(), addresses);
        building.interface(Interface {
            name,
            aliases: vec![being.device],
            addresses: being.addresses,
            security_level: Some(level),
        });
    }

    fn binding(&mut self, line: Line, mut words: Words, building: &mut Building) {
        let list = words.word().unwrap_or_default().to_string();
        let (way, interface) = match words.word() {
            Some("global") => (Way::Global, None),
            Some(direction @ ("in" | "out")) if words.takes("interface") => {
                let interface = words.word().map(str::to_string);
                let way = match (direction, words.rest().contains("control-plane")) {
                    (_, true) => Way::ControlPlane,
                    ("in", false) => Way::In,
                    (_, false) => Way::Out,
                };
                (way, interface)
            }
            _ => return building.problem(line.number, format!("{} is not understood", quoted(line.text))),
        };
        self.bindings.push(Binding { line: line.number, list, way, interface });
    }

    fn read_entries(&mut self, building: &mut Building) {
        for (line, text) in std::mem::take(&mut self.entries) {
            let mut words = Words::of(&text);
            if words.takes("clear") {
                words.takes_all(&["configure", "access-list"]);
                self.lists.remove(words.word().unwrap_or_default());
                continue;
            }
            words.word();
            let name = words.word().unwrap_or_default().to_string();
            let mut sequence = None;
            if words.takes("line") {
                sequence = words.word().and_then(|word| word.parse::<u32>().ok());
            }
            let understood = match words.word() {
                Some("remark") => {
                    self.lists.list(&name, line, Family::Both).remark(line, words.rest());
                    continue;
                }
                Some("extended") => {
                    entry::extended(&mut words, &mut self.objects, Speaker::Asa, Family::Both)
                }
                Some("standard") => entry::standard(&mut words, &mut self.objects, Speaker::Asa),
                Some("permit" | "deny") => {
                    // Before version 7 `extended` was left out.
                    let mut words = Words::of(&text);
                    words.word();
                    words.word();
                    entry::extended(&mut words, &mut self.objects, Speaker::Asa, Family::Both)
                }
                _ => None,
            };
            let Some((entry, trouble)) = understood else {
                building.problem(line, format!("not understood, left out: {}", quoted(&text)));
                continue;
            };
            if let Some(what) = trouble {
                building.problem(line, format!("{what}: {} may meet any packet", quoted(&text)));
            }
            self.lists.list(&name, line, Family::Both).push(sequence, line, &text, entry);
        }
    }
}

impl Being {
    fn line(&mut self, line: Line) -> bool {
        let mut words = Words::of(line.text);
        match words.word() {
            Some("nameif") => self.name = words.word().map(str::to_string),
            Some("security-level") => self.level = words.word().and_then(|word| word.parse::<u8>().ok()),
            Some("ip") if words.takes("address") => {
                if let (Some(address), Some(mask)) = (words.word(), words.word()) {
                    self.addresses.extend(interface_address(address, mask));
                }
            }
            Some("ipv6") if words.takes("address") => {
                self.addresses.extend(words.word().and_then(|word| word.parse::<ipnet::IpNet>().ok()));
            }
            _ => return false,
        }
        true
    }
}

/// The stages of what was read.
fn build(mut reading: Reading, mut building: Building) -> Firewall {
    building.firewall().name = reading.hostname.take();
    reading.read_entries(&mut building);
    reading.lists.make_rules(&mut building);
    let translate = reading.translations.stage(&mut building, &mut reading.objects);
    let bound = bind(&mut reading, &mut building);
    let implicit = implicit_stage(&reading, &bound, &mut building);
    let into = in_stage(&reading, &bound, &mut building);
    let out = out_stage(&reading, &bound, &mut building);
    let unbound = reading.lists.all().filter(|list| !bound.names().any(|name| *name == list.name));
    let unbound: Vec<Stage> = unbound
        .map(|list| {
            let mut steps = Vec::new();
            Lists::steps(list, &mut building, &mut steps);
            let end_name = "implicit-deny".to_string();
            Stage { name: list.name.clone(), steps, end_name, ..Stage::default() }
        })
        .collect();
    let firewall = building.firewall();
    firewall.stages = translate.into_iter().chain([implicit, into]).chain(out).collect();
    firewall.unbound = unbound;
    building.done()
}

/// Lists with the way they are bound and the interfaces; no interface stands for all.
#[derive(Debug, Default)]
struct Bound(Vec<(Way, String, Vec<u16>)>);

impl Bound {
    fn names(&self) -> impl Iterator<Item = &String> {
        self.0.iter().map(|(_, name, _)| name)
    }

    fn of(&self, way: Way) -> impl Iterator<Item = (&String, &Vec<u16>)> {
        self.0
            .iter()
            .filter(move |(theirs, ..)| *theirs == way)
            .map(|(_, name, interfaces)| (name, interfaces))
    }
}

fn bind(reading: &mut Reading, building: &mut Building) -> Bound {
    let mut bound = Bound::default();
    let mut places: HashMap<(Way, String), usize> = HashMap::new();
    // The last list that is bound to an interface and way is the one that holds.
    let mut last: HashMap<(Way, Option<u16>), usize> = HashMap::new();
    let bindings = std::mem::take(&mut reading.bindings);
    let mut numbers = Vec::new();
    for (nth, binding) in bindings.iter().enumerate() {
        let number = match &binding.interface {
            None => None,
            Some(name) => match building.interface_number(name) {
                Some(number) => Some(number),
                None => building.interface(Interface { name: name.clone(), ..Interface::default() }).into(),
            },
        };
        last.insert((binding.way, number), nth);
        numbers.push(number);
    }
    for (nth, (binding, number)) in bindings.into_iter().zip(numbers).enumerate() {
        if last.get(&(binding.way, number)) != Some(&nth) {
            building.problem(
                binding.line,
                format!("{} is bound no longer: a later line binds another", binding.list),
            );
            continue;
        }
        if reading.lists.find(&binding.list).is_none() {
            let what =
                format!("access list {} is bound and holds nothing: what it does is not known", binding.list);
            building.problem(binding.line, what);
        }
        let place = *places.entry((binding.way, binding.list.clone())).or_insert(bound.0.len());
        if place == bound.0.len() {
            bound.0.push((binding.way, binding.list, Vec::new()));
        }
        if let Some((.., interfaces)) = bound.0.get_mut(place) {
            interfaces.extend(number);
        }
    }
    if bound.0.is_empty() && building.interface_numbers().is_empty() {
        // A piece of a configuration: lists without the interfaces that they belong to.
        let first = reading.lists.all().next().map(|list| (list.name.clone(), list.line));
        if let Some((name, line)) = first {
            let what =
                format!("no access-group binds a list here: answers take {name} as bound inbound everywhere");
            building.problem(line, what);
            bound.0.push((Way::In, name, Vec::new()));
        }
    }
    bound
}

/// A rule that says what happens without one.
fn implicit(building: &mut Building, list: &str, name: &str, verdict: Verdict) -> Option<usize> {
    let action = match verdict {
        Verdict::Allow => RuleAction::Allow,
        Verdict::Deny => RuleAction::Deny,
    };
    building.automatic(name, list, action)
}

/// The steps of a bound list; of one that holds nothing it is not known what happens.
fn list_steps(reading: &Reading, name: &str, building: &mut Building, steps: &mut Vec<Step>) {
    match reading.lists.find(name) {
        Some(list) => Lists::steps(list, building, steps),
        None => {
            let rule = implicit(building, name, "implicit-deny", Verdict::Deny);
            let test = Test::any().doubted(format!("access list {name} holds nothing"));
            building.step(steps, &test, &Then::End(Verdict::Deny), rule);
        }
    }
}

/// What holds whatever lists permit: services of the device itself, and interfaces of one level. A stage of its own, so
/// that the lists are held against each other alone.
fn implicit_stage(reading: &Reading, bound: &Bound, building: &mut Building) -> Stage {
    let mut steps = vec![known_conversations(building)];
    to_itself(reading, bound, building, &mut steps);
    same_levels(reading, building, &mut steps);
    let end_name = "no rule of the device".to_string();
    Stage { name: "implicit".to_string(), steps, end: Verdict::Allow, end_name, ..Stage::default() }
}

/// What comes in to pass through: bound lists, then the global list; levels where there is neither.
fn in_stage(reading: &Reading, bound: &Bound, building: &mut Building) -> Stage {
    let mut steps = vec![known_conversations(building)];
    // Decided before, or asked no list.
    let own = building.automatic("from the firewall itself", "implicit", RuleAction::Allow);
    building.step(&mut steps, &Test::coming_in(vec![Interface::SELF]), &Then::End(Verdict::Allow), own);
    building.step(&mut steps, &Test::leaving(vec![Interface::SELF]), &Then::End(Verdict::Allow), None);
    let through = Test { from: Some(not_itself()), to: Some(not_itself()), ..Test::any() };
    let global = bound.of(Way::Global).next().map(|(name, _)| name.clone());
    let mut with_list: Vec<u16> = Vec::new();
    for (name, interfaces) in bound.of(Way::In) {
        with_list.extend(interfaces);
        let from = if interfaces.is_empty() { not_itself() } else { each(interfaces.clone()) };
        let guard = guard(building, &Test { from: Some(from), ..through.clone() });
        guarded(building, &mut steps, guard, |building, steps| {
            list_steps(reading, name, building, steps);
            if global.is_none() {
                building.step(steps, &Test::any(), &Then::End(Verdict::Deny), None);
            }
        });
    }
    match global {
        Some(name) => {
            let guard = guard(building, &through);
            guarded(building, &mut steps, guard, |building, steps| {
                list_steps(reading, &name, building, steps)
            });
        }
        None => levels(&with_list, building, &mut steps),
    }
    Stage {
        name: "inbound".to_string(),
        steps,
        end: Verdict::Deny,
        end_name: "implicit-deny".to_string(),
        ..Stage::default()
    }
}

/// Packets for the device: a list bound with `control-plane`, then the commands that open its services.
fn to_itself(reading: &Reading, bound: &Bound, building: &mut Building, steps: &mut Vec<Step>) {
    for (name, interfaces) in bound.of(Way::ControlPlane) {
        let test = Test { to: Some(each(vec![Interface::SELF])), ..Test::coming_in(interfaces.clone()) };
        let guard = guard(building, &test);
        guarded(building, steps, guard, |building, steps| list_steps(reading, name, building, steps));
    }
    let rule = building.automatic("services of the firewall itself", "implicit", RuleAction::Allow);
    let because = "services of the firewall itself are opened by ssh, http, icmp and other commands";
    let test = Test::leaving(vec![Interface::SELF]).doubted(because);
    building.step(steps, &test, &Then::End(Verdict::Allow), rule);
    let deny = implicit(building, "implicit", "implicit-deny", Verdict::Deny);
    building.step(steps, &Test::leaving(vec![Interface::SELF]), &Then::End(Verdict::Deny), deny);
}

/// Between interfaces of one level nothing passes unless `same-security-traffic` says so; whatever lists permit.
fn same_levels(reading: &Reading, building: &mut Building, steps: &mut Vec<Step>) {
    if reading.inter && reading.intra {
        return;
    }
    let rule = implicit(building, "implicit", "implicit-deny: same security level", Verdict::Deny);
    for same in by_level(building).into_values() {
        if !reading.inter && !reading.intra {
            let test = Test { to: Some(each(same.clone())), ..Test::coming_in(same) };
            building.step(steps, &test, &Then::End(Verdict::Deny), rule);
            continue;
        }
        for number in &same {
            let denied = match reading.inter {
                true => vec![*number],
                false => same.iter().copied().filter(|other| other != number).collect(),
            };
            let test = Test { to: Some(each(denied)), ..Test::coming_in(vec![*number]) };
            building.step(steps, &test, &Then::End(Verdict::Deny), rule);
        }
    }
}

/// Interfaces by their level; those whose level is not known are left out.
fn by_level(building: &Building) -> BTreeMap<u8, Vec<u16>> {
    let mut of_level: BTreeMap<u8, Vec<u16>> = BTreeMap::new();
    for number in building.interface_numbers() {
        if let Some(level) = building.interfaces().get(usize::from(number)).and_then(|one| one.security_level)
        {
            of_level.entry(level).or_default().push(number);
        }
    }
    of_level
}

/// Where no list is bound: from a level to lower ones, and to the same one where that was not denied yet.
fn levels(with_list: &[u16], building: &mut Building, steps: &mut Vec<Step>) {
    let with_list: HashSet<u16> = with_list.iter().copied().collect();
    let allow = implicit(building, "implicit", "implicit-permit: security level", Verdict::Allow);
    let deny = implicit(building, "implicit", "implicit-deny: security level", Verdict::Deny);
    let mut reached: Vec<u16> = Vec::new();
    for members in by_level(building).into_values() {
        reached.extend(&members);
        let from: Vec<u16> = members.into_iter().filter(|number| !with_list.contains(number)).collect();
        if from.is_empty() {
            continue;
        }
        let test = Test { to: Some(each(reached.clone())), ..Test::coming_in(from.clone()) };
        building.step(steps, &test, &Then::End(Verdict::Allow), allow);
        building.step(steps, &Test::coming_in(from), &Then::End(Verdict::Deny), deny);
    }
}

/// What goes out: lists bound outbound; none when there is none.
fn out_stage(reading: &Reading, bound: &Bound, building: &mut Building) -> Option<Stage> {
    bound.of(Way::Out).next()?;
    let mut steps = vec![known_conversations(building)];
    // What the device sends itself is asked no list, nor is what leaves where none is bound.
    building.step(&mut steps, &Test::coming_in(vec![Interface::SELF]), &Then::End(Verdict::Allow), None);
    let with_list: Vec<u16> =
        bound.of(Way::Out).flat_map(|(_, interfaces)| interfaces.iter().copied()).collect();
    let others = other_numbers(&each(with_list), Span::ANY);
    building.step(&mut steps, &Test { to: Some(others), ..Test::any() }, &Then::End(Verdict::Allow), None);
    for (name, interfaces) in bound.of(Way::Out) {
        let guard = guard(building, &Test { from: Some(not_itself()), ..Test::leaving(interfaces.clone()) });
        guarded(building, &mut steps, guard, |building, steps| list_steps(reading, name, building, steps));
    }
    let end_name = "implicit-deny".to_string();
    Some(Stage { name: "outbound".to_string(), steps, end: Verdict::Deny, end_name, ..Stage::default() })
}
