//! Virtual IPs: addresses of the firewall that stand for hosts behind it. A packet to one goes to the real address
//! before the policies are asked (FortiOS Administration Guide, Destination NAT).

use std::collections::HashSet;

use model::firewall::{Rule, RuleAction, Stage, Step, Then, Verdict};
use model::packets::Span;

use super::Places;
use super::tree::{Entry, Tree};
use crate::firewalls::addresses::{Family, network_or_range};
use crate::firewalls::building::{Building, Service, Services, Test, each};
use crate::firewalls::part::Part;
use crate::firewalls::words::protocol;

/// Addresses or ports of one virtual IP that are translated one by one; of more, only the range is known.
const EACH_MAX: u128 = 256;

/// Where virtual IPs lead.
pub struct Mapped {
    /// Interfaces they are reached by.
    pub interfaces: Vec<Span<u16>>,
    /// Real addresses behind them.
    pub addresses: Vec<Span<u128>>,
}

const TABLES: [(&str, &str, Family); 2] =
    [("firewall vip", "firewall vipgrp", Family::Four), ("firewall vip6", "firewall vipgrp6", Family::Six)];

/// The virtual IPs that policies of a domain name; all where translation stands in a table of its own.
fn in_use(tree: &Tree, domain: usize) -> Vec<&Entry> {
    let central = tree.table(domain, "system settings").entries().any(|entry| entry.enabled("central-nat"));
    let mut named: HashSet<&str> = HashSet::new();
    for table in ["firewall policy", "firewall policy6"] {
        for policy in
            tree.table(domain, table).entries().filter(|policy| policy.word("status") != Some("disable"))
        {
            named.extend(policy.words("dstaddr").iter().map(String::as_str));
            named.extend(policy.words("dstaddr6").iter().map(String::as_str));
        }
    }
    for (_, groups, _) in TABLES {
        for group in tree.table(domain, groups).entries() {
            if named.contains(group.name.as_str()) {
                named.extend(group.words("member").iter().map(String::as_str));
            }
        }
    }
    let all = TABLES.into_iter().flat_map(|(table, ..)| tree.table(domain, table).entries());
    all.filter(|vip| central || named.contains(vip.name.as_str()))
        .filter(|vip| vip.word("status") != Some("disable"))
        .collect()
}

/// True when a policy names a virtual IP as its destination.
pub fn named_by(tree: &Tree, domain: usize, policy: &Entry) -> bool {
    let names = policy.words("dstaddr").iter().chain(policy.words("dstaddr6"));
    let mut tables = TABLES.iter().flat_map(|(table, groups, _)| [*table, *groups]);
    let known = |name: &String| tables.any(|table| tree.table(domain, table).get(name).is_some());
    names.into_iter().any(known)
}

/// Where virtual IPs of a domain lead; none when they are none, or when policies are asked with real addresses.
pub fn mapped(tree: &Tree, domain: usize, places: &mut Places, building: &mut Building) -> Option<Mapped> {
    if tree.table(domain, "system settings").entries().any(|entry| entry.enabled("central-nat")) {
        return None;
    }
    let used = in_use(tree, domain);
    let mut interfaces = Vec::new();
    let mut addresses = Vec::new();
    for vip in &used {
        interfaces.push(coming_in(vip, domain, places, building));
        addresses.extend(real_of(vip).map(|part| part.upper()).unwrap_or_default());
    }
    let any = interfaces.iter().any(Option::is_none);
    let spans = match any {
        true => vec![Span::ANY],
        false => each(interfaces.into_iter().flatten().flatten().collect()),
    };
    (!used.is_empty()).then_some(Mapped { interfaces: spans, addresses })
}

/// Interfaces that packets to a virtual IP come in by; none for any.
fn coming_in(vip: &Entry, domain: usize, places: &mut Places, building: &mut Building) -> Option<Vec<u16>> {
    let name = vip.word("extintf").filter(|name| *name != "any")?;
    Some(places.of(domain, name, building))
}

/// The real addresses behind a name, when it is a virtual IP or a group of them.
pub fn real(
    tree: &Tree,
    domain: usize,
    family: Family,
    name: &str,
    building: &mut Building,
) -> Option<Part<u128>> {
    let (table, groups, _) = TABLES.into_iter().find(|(.., theirs)| *theirs == family)?;
    if let Some(vip) = tree.table(domain, table).get(name) {
        return Some(real_or_any(vip, family, building));
    }
    let group = tree.table(domain, groups).get(name)?;
    let mut part = Part::default();
    for member in group.words("member") {
        match tree.table(domain, table).get(member) {
            Some(vip) => part.add(real_or_any(vip, family, building)),
            None => part.add(Part::maybe(family.spans(), format!("virtual IP {member} is not defined"))),
        }
    }
    Some(part)
}

fn real_or_any(vip: &Entry, family: Family, building: &mut Building) -> Part<u128> {
    real_of(vip).unwrap_or_else(|| {
        building.problem(vip.line, format!("virtual IP {} leads where it is not understood", vip.name));
        Part::maybe(family.spans(), format!("virtual IP {}", vip.name))
    })
}

/// Where one virtual IP leads; none when that is not addresses.
fn real_of(vip: &Entry) -> Option<Part<u128>> {
    if !matches!(vip.word("type"), None | Some("static-nat")) {
        return None;
    }
    let spans: Option<Vec<Span<u128>>> =
        vip.words("mappedip").iter().map(|text| network_or_range(text)).collect();
    spans.filter(|spans| !spans.is_empty()).map(Part::sure)
}

/// The stage of all virtual IPs that are in use.
pub fn stage(tree: &Tree, places: &mut Places, building: &mut Building) -> Option<Stage> {
    let mut steps = Vec::new();
    for domain in 0..tree.domains.len() {
        for vip in in_use(tree, domain) {
            translate(vip, domain, places, building, &mut steps);
        }
    }
    let count = steps.len();
    for step in &mut steps {
        if let Then::Translate { go, .. } = &mut step.then {
            *go = count;
        }
    }
    let end_name = "not translated".to_string();
    (count > 0).then(|| Stage {
        name: "vip".to_string(),
        steps,
        end: Verdict::Allow,
        end_name,
        ..Stage::default()
    })
}

fn translate(
    vip: &Entry,
    domain: usize,
    places: &mut Places,
    building: &mut Building,
    steps: &mut Vec<Step>,
) {
    let rule = building.rule(Rule {
        name: format!("vip {}", vip.name),
        list: "firewall vip".to_string(),
        line: vip.line,
        text: vip.text(&["extintf", "extip", "mappedip", "extport", "mappedport"]),
        action: RuleAction::Translate,
        ..Rule::default()
    });
    let from = coming_in(vip, domain, places, building).map(each);
    let outer = vip.word("extip").and_then(network_or_range);
    let (Some(outer), Some(real)) = (outer, real_of(vip)) else {
        building.problem(
            vip.line,
            format!("virtual IP {} is not understood: who reaches it cannot be told", vip.name),
        );
        return;
    };
    let mut test = Test { from, ..Test::any() };
    let mut ports: Option<(Span<u16>, Span<u16>)> = None;
    if vip.enabled("portforward") {
        let number = match vip.word("protocol").unwrap_or("tcp") {
            "icmp" => Some(1),
            word => protocol(word),
        };
        let outer = vip.word("extport").and_then(crate::firewalls::words::port_range);
        let inner = vip.word("mappedport").and_then(crate::firewalls::words::port_range).or(outer);
        let (Some(number), Some(outer), Some(inner)) = (number, outer, inner) else {
            return building
                .problem(vip.line, format!("the ports of virtual IP {} are not understood", vip.name));
        };
        ports = Some((outer, inner));
        let service = Service { destination_ports: vec![outer], ..Service::of_protocol(number) };
        test.services = Services::sure(vec![service]).into();
    }
    if !vip.words("src-filter").is_empty() {
        let spans: Vec<Span<u128>> =
            vip.words("src-filter").iter().filter_map(|text| network_or_range(text)).collect();
        test.sources = Part::sure(spans).into();
    }
    if !vip.words("service").is_empty() {
        test = test.doubted(format!("the services of virtual IP {}", vip.name));
    }
    let Some(inner) = real.sure.first().copied() else { return };
    let count = outer.last - outer.first;
    let one_by_one = real.sure.len() == 1 && count == inner.last - inner.first && count < EACH_MAX;
    let pairs: Vec<(Span<u128>, Span<u128>)> = match one_by_one {
        true => (0..=count).map(|n| (Span::one(outer.first + n), Span::one(inner.first + n))).collect(),
        false => vec![(outer, inner)],
    };
    for (outer, inner) in pairs {
        let test = Test { destinations: Part::one(outer).into(), ..test.clone() };
        with_ports(&test, inner, ports, rule, building, steps);
    }
}

/// Ports are translated one by one where they are few and as many on both sides.
fn with_ports(
    test: &Test,
    real: Span<u128>,
    ports: Option<(Span<u16>, Span<u16>)>,
    rule: Option<usize>,
    building: &mut Building,
    steps: &mut Vec<Step>,
) {
    let Some((outer, inner)) = ports else {
        let then = Then::Translate { destination: Some(real), port: None, go: 0 };
        return building.step(steps, test, &then, rule);
    };
    if outer == inner {
        let then = Then::Translate { destination: Some(real), port: None, go: 0 };
        return building.step(steps, test, &then, rule);
    }
    let count = outer.last - outer.first;
    if count != inner.last - inner.first || u128::from(count) >= EACH_MAX {
        let then = Then::Translate { destination: Some(real), port: Some(inner), go: 0 };
        return building.step(steps, test, &then, rule);
    }
    for n in 0..=count {
        let services = test.services.sure.iter().map(|service| Service {
            destination_ports: vec![Span::one(outer.first + n)],
            ..service.clone()
        });
        let test = Test { services: Services::sure(services.collect()).into(), ..test.clone() };
        let then = Then::Translate { destination: Some(real), port: Some(Span::one(inner.first + n)), go: 0 };
        building.step(steps, &test, &then, rule);
    }
}
