//! FortiOS: policies from an interface or zone to another, asked in the order of the file, with a deny at the end
//! (FortiOS Administration Guide, Policies; FortiOS CLI Reference, `config firewall policy`).

mod local;
mod objects;
mod policies;
mod tree;
mod vips;

use std::collections::HashMap;

use model::firewall::{Firewall, Interface, RuleAction, Stage, Then, Verdict};

use super::building::{Building, Test, known_conversations, quoted};
use objects::Objects;
use tree::Tree;

/// Lines that are looked at to recognise the dialect.
const RECOGNISING_LINES: usize = 20_000;

/// Only FortiOS writes `config firewall` and `config system`.
pub fn recognises(text: &str) -> bool {
    text.lines().take(RECOGNISING_LINES).any(|line| {
        let line = line.trim_start();
        line.starts_with("#config-version=F")
            || ["config firewall ", "config system ", "config vdom"]
                .iter()
                .any(|start| line.starts_with(start))
    })
}

/// Reads a configuration.
pub fn read(text: &str) -> Firewall {
    let mut tree = Tree::read(text);
    let mut building = Building::new();
    for (line, text) in std::mem::take(&mut tree.problems) {
        building.problem(line, text);
    }
    let global = tree.everywhere("system global").find_map(|(_, entry)| entry.word("hostname"));
    building.firewall().name = global.map(str::to_string);
    not_read(&tree, &mut building);
    let mut places = interfaces(&tree, &mut building);
    let stages = stages(&tree, &mut places, &mut building);
    building.firewall().stages = stages;
    building.done()
}

/// Tables that change what passes and are not read.
fn not_read(tree: &Tree, building: &mut Building) {
    let tables = [
        "firewall acl",
        "firewall acl6",
        "firewall policy46",
        "firewall security-policy",
        "firewall vip46",
        "firewall vip64",
    ];
    for table in tables {
        if let Some((_, entry)) = tree.everywhere(table).next() {
            let what = format!("config {table} is not read: answers about what it names may be wrong");
            building.problem(entry.line, what);
        }
    }
    for (_, settings) in tree.everywhere("system settings") {
        if settings.word("ngfw-mode") == Some("policy-based") {
            let what = "ngfw-mode policy-based: the policies that decide are not read".to_string();
            building.problem(settings.line_of("ngfw-mode"), what);
        }
    }
}

/// Interfaces and zones by name, of each domain.
#[derive(Debug, Default)]
pub struct Places {
    /// The domain of each interface, by its number.
    domains: HashMap<u16, usize>,
    /// Members of zones, by domain and name.
    zones: HashMap<(usize, String), Zone>,
    /// Interfaces that policies name and no table lists.
    made: HashMap<String, u16>,
}

/// A zone.
#[derive(Debug, Default, Clone)]
struct Zone {
    members: Vec<u16>,
    /// True when its members may talk to each other without a policy.
    open_within: bool,
}

impl Places {
    /// The interfaces of a name within a domain: a zone, an interface, or one that is not listed.
    fn of(&mut self, domain: usize, name: &str, building: &mut Building) -> Vec<u16> {
        if let Some(zone) = self.zones.get(&(domain, name.to_string())) {
            return zone.members.clone();
        }
        if let Some(number) = building.interface_number(name) {
            return vec![number];
        }
        let made = self.made.entry(name.to_string()).or_insert_with(|| {
            building.interface(Interface { name: name.to_string(), ..Interface::default() })
        });
        self.domains.entry(*made).or_insert(domain);
        vec![*made]
    }

    /// The interfaces of a domain.
    fn of_domain(&self, domain: usize) -> Vec<u16> {
        let mut all: Vec<u16> =
            self.domains.iter().filter(|(_, theirs)| **theirs == domain).map(|(number, _)| *number).collect();
        all.sort_unstable();
        all
    }
}

fn interfaces(tree: &Tree, building: &mut Building) -> Places {
    let mut places = Places::default();
    let domain_of = |name: &str| tree.domains.iter().position(|domain| domain == name).unwrap_or(0);
    for (_, entry) in tree.everywhere("system interface") {
        if building.interface_number(&entry.name).is_some() {
            continue;
        }
        let mut aliases: Vec<String> = Vec::new();
        for key in ["alias", "description"] {
            aliases.extend(entry.word(key).map(str::to_string));
        }
        let mut addresses: Vec<ipnet::IpNet> =
            objects::interface_net(entry.words("ip")).into_iter().collect();
        let six = tree.find("system interface/ipv6", &entry.name);
        addresses.extend(
            six.and_then(|six| six.word("ip6-address")).and_then(|net| net.parse::<ipnet::IpNet>().ok()),
        );
        addresses.retain(|net: &ipnet::IpNet| !net.addr().is_unspecified());
        let name = entry.name.clone();
        let number = building.interface(Interface { name, aliases, addresses, security_level: None });
        places.domains.insert(number, domain_of(entry.word("vdom").unwrap_or_default()));
    }
    for (domain, zone) in tree.everywhere("system zone") {
        let members =
            zone.words("interface").iter().flat_map(|name| places.of(domain, name, building)).collect();
        let open_within = zone.word("intrazone") == Some("allow");
        places.zones.insert((domain, zone.name.clone()), Zone { members, open_within });
    }
    for table in ["system sdwan/members", "system virtual-wan-link/members"] {
        for (domain, member) in tree.everywhere(table) {
            let Some(interface) = member.word("interface") else { continue };
            let zone = member.word("zone").unwrap_or("virtual-wan-link").to_string();
            let members = places.of(domain, interface, building);
            places.zones.entry((domain, zone)).or_default().members.extend(members);
        }
    }
    places
}

/// Address translation, then the policies of each domain.
fn stages(tree: &Tree, places: &mut Places, building: &mut Building) -> Vec<Stage> {
    let translate = vips::stage(tree, places, building);
    let mut steps = vec![known_conversations(building)];
    let own = building.automatic("from the firewall itself", "implicit", RuleAction::Allow);
    building.step(&mut steps, &Test::coming_in(vec![Interface::SELF]), &Then::End(Verdict::Allow), own);
    local::steps(tree, places, building, &mut steps);
    let domains: Vec<usize> = (0..tree.domains.len()).filter(|domain| policies::any(tree, *domain)).collect();
    let several = domains.len() > 1;
    for domain in domains {
        let mut objects = Objects::of(tree, domain);
        policies::steps(tree, domain, several, places, &mut objects, building, &mut steps);
    }
    let end_name = "implicit-deny policy 0".to_string();
    let policies = Stage {
        name: "firewall policy".to_string(),
        steps,
        end: Verdict::Deny,
        end_name,
        ..Stage::default()
    };
    translate.into_iter().chain([policies]).collect()
}
