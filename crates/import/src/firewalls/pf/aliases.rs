//! Aliases: names for hosts, networks and ports, which may hold each other.

use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use model::packets::Span;

use super::places::{Going, Places};
use super::xml::Node;
use crate::firewalls::addresses::{Family, network_or_range};
use crate::firewalls::part::Part;
use crate::firewalls::words::port_range;

/// How deep aliases may stand in each other.
const DEPTH_MAX: usize = 64;
/// Members of one alias.
const MEMBERS_MAX: usize = 200_000;

/// One alias.
#[derive(Debug, Default)]
struct Alias {
    kind: String,
    members: Vec<String>,
}

/// All aliases that are switched on.
#[derive(Debug, Default)]
pub struct Aliases {
    by_name: HashMap<String, Alias>,
    addresses: HashMap<(String, Family), Rc<Part<u128>>>,
    ports: HashMap<String, Rc<Part<u16>>>,
}

impl Aliases {
    /// Reads the aliases of OPNsense (`OPNsense/Firewall/Alias`) and those of pfSense (`aliases`).
    pub fn read(root: Node) -> Aliases {
        let mut aliases = Aliases::default();
        let new = root.at("OPNsense/Firewall/Alias/aliases");
        for node in new.into_iter().flat_map(|node| node.children("alias")) {
            // One that is switched off does not exist for rules.
            if node.value("enabled") == "0" {
                continue;
            }
            aliases.add(node, node.value("content").split(['\n', ' ']));
        }
        for node in root.child("aliases").into_iter().flat_map(|node| node.children("alias")) {
            let holds =
                if node.value("address").is_empty() { node.value("content") } else { node.value("address") };
            aliases.add(node, holds.split([' ', '\n', '|']));
        }
        aliases
    }

    fn add<'a>(&mut self, node: Node<'a>, members: impl Iterator<Item = &'a str>) {
        let members = members.map(str::trim).filter(|member| !member.is_empty()).map(str::to_string);
        let mut members: Vec<String> = members.take(MEMBERS_MAX + 1).collect();
        let mut kind = node.value("type").to_string();
        if members.len() > MEMBERS_MAX {
            members.clear();
            kind = format!("more than {MEMBERS_MAX} members");
        }
        self.by_name.insert(node.value("name").to_string(), Alias { kind, members });
    }

    /// True when there is an alias of this name.
    pub fn has(&self, name: &str) -> bool {
        self.by_name.contains_key(name)
    }

    /// The addresses of an alias within one family; none when there is no such alias.
    pub fn addresses(&mut self, name: &str, family: Family, places: &Places) -> Option<Rc<Part<u128>>> {
        self.has(name).then(|| self.addresses_within(name, family, places, &mut HashSet::new()))
    }

    fn addresses_within(
        &mut self,
        name: &str,
        family: Family,
        places: &Places,
        open: &mut HashSet<String>,
    ) -> Rc<Part<u128>> {
        let key = (name.to_string(), family);
        if let Some(known) = self.addresses.get(&key) {
            return Rc::clone(known);
        }
        let doubtful = |because: String| Rc::new(Part::maybe(family.spans(), because));
        let Some(alias) = self.by_name.get(name) else { return Rc::new(Part::default()) };
        if open.len() >= DEPTH_MAX || !open.insert(name.to_string()) {
            return doubtful(format!("alias {name} holds itself"));
        }
        let part = match alias.kind.as_str() {
            "host" | "network" | "networkgroup" | "internal" | "" => {
                let members = alias.members.clone();
                self.members(name, &members, family, places, open)
            }
            // Lists that are loaded from elsewhere, or that other programs fill.
            kind => Part::maybe(family.spans(), format!("alias {name} ({kind})")),
        };
        open.remove(name);
        let part = Rc::new(part.tidy());
        self.addresses.insert(key, Rc::clone(&part));
        part
    }

    fn members(
        &mut self,
        name: &str,
        members: &[String],
        family: Family,
        places: &Places,
        open: &mut HashSet<String>,
    ) -> Part<u128> {
        let mut part = Part::default();
        let mut without = Part::default();
        for member in members {
            let (excluded, text) = match member.strip_prefix('!') {
                Some(text) => (true, text),
                None => (false, member.as_str()),
            };
            let one = if let Some(span) = network_or_range(text) {
                Part::one(span)
            } else if self.has(text) {
                (*self.addresses_within(text, family, places, open)).clone()
            } else if let Some(part) = text.strip_prefix("__").and_then(|text| internal(text, family, places))
            {
                part
            } else if text.contains('.') || text.contains(':') {
                Part::maybe(family.spans(), format!("the addresses of {text} in alias {name}"))
            } else {
                // An alias that does not exist, or is switched off, holds nothing.
                continue;
            };
            if excluded { without.add(one) } else { part.add(one) }
        }
        part.keep(&family.spans());
        if !without.is_empty() {
            let rest = without.tidy().other_than(&[Span::EVERYWHERE]);
            let mut sure = part.clone();
            sure.keep(&rest.sure);
            let mut all = Part::sure(part.upper());
            all.keep(&rest.upper());
            let because = part.maybe.as_ref().or(rest.maybe.as_ref()).map(|(_, because)| because.clone());
            part = Part { sure: sure.sure, maybe: because.map(|because| (all.sure, because)) };
        }
        part
    }

    /// The ports of an alias; none when there is no such alias.
    pub fn ports(&mut self, name: &str) -> Option<Rc<Part<u16>>> {
        self.has(name).then(|| self.ports_within(name, &mut HashSet::new()))
    }

    fn ports_within(&mut self, name: &str, open: &mut HashSet<String>) -> Rc<Part<u16>> {
        if let Some(known) = self.ports.get(name) {
            return Rc::clone(known);
        }
        let doubtful = |because: String| Rc::new(Part::maybe(vec![Span::ANY], because));
        let Some(alias) = self.by_name.get(name) else { return Rc::new(Part::default()) };
        if open.len() >= DEPTH_MAX || !open.insert(name.to_string()) {
            return doubtful(format!("alias {name} holds itself"));
        }
        if alias.kind != "port" {
            return doubtful(format!("alias {name} ({})", alias.kind));
        }
        let mut part: Part<u16> = Part::default();
        for member in alias.members.clone() {
            if let Some(span) = port_range(&member) {
                part.add(Part::one(span));
            } else {
                part.add((*self.ports_within(&member, open)).clone());
            }
        }
        open.remove(name);
        let part = Rc::new(part.tidy());
        self.ports.insert(name.to_string(), Rc::clone(&part));
        part
    }
}

/// `__lan_network`: the alias that OPNsense makes of every interface.
fn internal(text: &str, family: Family, places: &Places) -> Option<Part<u128>> {
    places.part(text.strip_suffix("_network")?, family, Going::Anywhere)
}
