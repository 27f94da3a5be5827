//! The policies of one virtual domain as steps.

use std::rc::Rc;

use model::firewall::{Rule, RuleAction, Step, Then, Verdict};
use model::packets::Span;

use super::objects::{Objects, others};
use super::tree::{Entry, Tree};
use super::{Places, vips};
use crate::firewalls::addresses::Family;
use crate::firewalls::building::{Building, Services, Test, each, guard, guarded, not_itself};
use crate::firewalls::part::Part;

/// What of a policy a person wants to see when it is named.
const TOLD: &[&str] =
    &["srcintf", "dstintf", "action", "srcaddr", "dstaddr", "srcaddr6", "dstaddr6", "service", "schedule"];

/// Values that make a policy meet fewer packets, and that no packet shows: users, devices, reputation.
const RESTRICTING: &[&str] = &[
    "groups",
    "users",
    "fsso-groups",
    "devices",
    "src-vendor-mac",
    "ztna-ems-tag",
    "ztna-geo-tag",
    "ztna-policy-redirect",
    "reputation-minimum",
    "tos",
    "vlan-filter",
    "network-service-dynamic",
    "network-service-src-dynamic",
    "sgt",
];

/// True when a domain has policies.
pub fn any(tree: &Tree, domain: usize) -> bool {
    ["firewall policy", "firewall policy6", "firewall policy64"]
        .iter()
        .any(|table| tree.table(domain, table).entries().next().is_some())
}

/// The steps of all policies of a domain.
pub fn steps<'a>(
    tree: &'a Tree,
    domain: usize,
    several: bool,
    places: &mut Places,
    objects: &mut Objects<'a>,
    building: &mut Building,
    steps: &mut Vec<Step>,
) {
    let mut reader = Reader { tree, domain, several, places, objects, mapped: None };
    // Policies may name interfaces that no table lists: first they are all known.
    for table in ["firewall policy", "firewall policy6", "firewall policy64"] {
        for policy in tree.table(domain, table).entries() {
            for key in ["srcintf", "dstintf"] {
                for name in policy.words(key).iter().filter(|name| *name != "any") {
                    reader.places.of(domain, name, building);
                }
            }
        }
    }
    if several {
        let own = reader.places.of_domain(domain);
        let guard = guard(building, &Test::coming_in(own));
        guarded(building, steps, guard, |building, steps| {
            reader.all(building, steps);
            building.step(steps, &Test::any(), &Then::End(Verdict::Deny), None);
        });
    } else {
        reader.all(building, steps);
    }
}

struct Reader<'a, 'b> {
    tree: &'a Tree,
    domain: usize,
    several: bool,
    places: &'b mut Places,
    objects: &'b mut Objects<'a>,
    mapped: Option<vips::Mapped>,
}

impl Reader<'_, '_> {
    fn all(&mut self, building: &mut Building, steps: &mut Vec<Step>) {
        self.within_zones(building, steps);
        self.mapped = vips::mapped(self.tree, self.domain, self.places, building);
        for policy in self.tree.table(self.domain, "firewall policy").entries() {
            self.policy(policy, "policy", building, steps);
        }
        for policy in self.tree.table(self.domain, "firewall policy6").entries() {
            self.policy(policy, "policy6", building, steps);
        }
        for policy in self.tree.table(self.domain, "firewall policy64").entries() {
            building.problem(
                policy.line,
                format!("policy64 {} translates IPv6 to IPv4, which is not read", policy.name),
            );
            let rule = self.rule(policy, "policy64", building);
            let six = Rc::new(Part::sure(Family::Six.spans()));
            let test =
                Test { sources: six, ..self.test(policy, building) }.doubted("a translation of IPv6 to IPv4");
            building.step(steps, &test, &Then::End(Verdict::Allow), rule);
        }
    }

    /// Interfaces of one zone reach each other without a policy where the zone allows it.
    fn within_zones(&mut self, building: &mut Building, steps: &mut Vec<Step>) {
        let mut open: Vec<(String, Vec<u16>)> = Vec::new();
        for ((domain, name), zone) in &self.places.zones {
            if *domain == self.domain && zone.open_within && !zone.members.is_empty() {
                open.push((name.clone(), zone.members.clone()));
            }
        }
        open.sort();
        for (name, members) in open {
            let rule = building.automatic(&format!("intrazone allow {name}"), "zone", RuleAction::Allow);
            let test = Test { to: Some(each(members.clone())), ..Test::coming_in(members) };
            building.step(steps, &test, &Then::End(Verdict::Allow), rule);
        }
    }

    fn policy(&mut self, policy: &Entry, list: &str, building: &mut Building, steps: &mut Vec<Step>) {
        let rule = self.rule(policy, list, building);
        let verdict = match policy.word("action") {
            Some("accept" | "ipsec" | "ssl-vpn") => Verdict::Allow,
            Some("deny" | "redirect" | "isolate") | None => Verdict::Deny,
            Some(other) => {
                let what = format!("{list} {}: action {other} is not known", policy.name);
                building.problem(policy.line_of("action"), what);
                Verdict::Deny
            }
        };
        if policy.word("status") == Some("disable") || policy.word("schedule") == Some("none") {
            return;
        }
        let mut test = self.test(policy, building);
        if matches!(policy.word("action"), Some("ipsec" | "ssl-vpn")) {
            test = test.doubted("a tunnel");
        }
        for key in RESTRICTING {
            if let [first, ..] = policy.words(key)
                && first != "disable"
                && first != "0"
                && !first.is_empty()
            {
                test = test.doubted(format!("{key} {first}"));
            }
        }
        if let Some(because) = self.schedule(policy) {
            test = test.doubted(because);
        }
        let families: &[(Family, &str, &str)] = match list {
            "policy6" => &[(Family::Six, "srcaddr", "dstaddr")],
            _ => &[(Family::Four, "srcaddr", "dstaddr"), (Family::Six, "srcaddr6", "dstaddr6")],
        };
        for (family, from, to) in families {
            let services_of_the_internet = *family == Family::Four || list == "policy6";
            let sources =
                self.side(policy, *family, from, "internet-service-src", services_of_the_internet, building);
            let destinations =
                self.side(policy, *family, to, "internet-service", services_of_the_internet, building);
            let (Some(sources), Some(destinations)) = (sources, destinations) else { continue };
            let test =
                Test { sources: Rc::new(sources), destinations: Rc::new(destinations), ..test.clone() };
            self.split_by_translation(policy, test, verdict, rule, building, steps);
        }
    }

    /// A policy that names plain addresses does not meet what a virtual IP translated, unless `match-vip` says so.
    fn split_by_translation(
        &self,
        policy: &Entry,
        test: Test,
        verdict: Verdict,
        rule: Option<usize>,
        building: &mut Building,
        steps: &mut Vec<Step>,
    ) {
        let names_vip = vips::named_by(self.tree, self.domain, policy);
        let plain = Some(()).filter(|()| !names_vip && !policy.enabled("match-vip"));
        let Some(mapped) = plain.and(self.mapped.as_ref()) else {
            return building.step(steps, &test, &Then::End(verdict), rule);
        };
        let from = test.from.clone().unwrap_or_else(|| vec![Span::ANY]);
        let common = |others: &[Span<u16>]| -> Vec<Span<u16>> {
            from.iter().flat_map(|span| others.iter().filter_map(|other| span.both(*other))).collect()
        };
        let outside = common(&mapped.interfaces);
        let inside = common(&model::packets::other_numbers(&mapped.interfaces, Span::ANY));
        let mut translated = (*test.destinations).clone();
        translated.keep(&mapped.addresses);
        if outside.is_empty() || translated.is_empty() {
            return building.step(steps, &test, &Then::End(verdict), rule);
        }
        building.step(steps, &Test { from: Some(inside), ..test.clone() }, &Then::End(verdict), rule);
        let mut plain = (*test.destinations).clone();
        plain.keep(&Part::sure(mapped.addresses.clone()).other_than(&[Span::EVERYWHERE]).sure);
        let because = "whether match-vip holds for what a virtual IP translated".to_string();
        plain.add(Part::maybe(translated.upper(), because));
        let test = Test { from: Some(outside), destinations: Rc::new(plain), ..test };
        building.step(steps, &test, &Then::End(verdict), rule);
    }

    fn rule(&self, policy: &Entry, list: &str, building: &mut Building) -> Option<usize> {
        let action = match policy.word("action") {
            Some("accept" | "ipsec" | "ssl-vpn") => RuleAction::Allow,
            _ => RuleAction::Deny,
        };
        // A policy without an action denies; nobody wrote so, and no name shows it.
        let name = match (policy.word("name"), policy.word("action")) {
            (Some(name), Some(_)) => format!("{list} {} {name}", policy.name),
            _ => format!("{list} {}", policy.name),
        };
        let domain = self.tree.domains.get(self.domain).filter(|name| self.several && !name.is_empty());
        building.rule(Rule {
            name,
            list: domain
                .map_or_else(|| format!("firewall {list}"), |domain| format!("{domain}: firewall {list}")),
            line: policy.line,
            text: policy.text(TOLD),
            action,
            disabled: policy.word("status") == Some("disable"),
            logs: matches!(policy.word("logtraffic"), Some("all" | "enable")),
            ..Rule::default()
        })
    }

    /// Interfaces and services of a policy.
    fn test(&mut self, policy: &Entry, building: &mut Building) -> Test {
        let mut services = Services::default();
        for name in policy.words("service") {
            services.add((*self.objects.service(name)).clone());
        }
        if policy.enabled("service-negate") {
            services = others(&services);
        }
        if policy.enabled("internet-service") || policy.enabled("internet-service6") {
            // The service stands in the entry of the database.
            services = Services::any();
        }
        Test {
            from: self.interfaces(policy, "srcintf", building),
            to: self.interfaces(policy, "dstintf", building),
            services: Rc::new(services),
            ..Test::any()
        }
    }

    fn interfaces(&mut self, policy: &Entry, key: &str, building: &mut Building) -> Option<Vec<Span<u16>>> {
        let names = policy.words(key);
        if names.iter().any(|name| name == "any") {
            // What comes from or goes to the firewall itself is asked no policy.
            return Some(match self.several {
                true => each(self.places.of_domain(self.domain)),
                false => not_itself(),
            });
        }
        let numbers = names.iter().flat_map(|name| self.places.of(self.domain, name, building)).collect();
        Some(each(numbers))
    }

    /// Addresses of one side; none when the policy says nothing about this family.
    fn side(
        &mut self,
        policy: &Entry,
        family: Family,
        key: &str,
        service: &str,
        internet: bool,
        building: &mut Building,
    ) -> Option<Part<u128>> {
        if internet && policy.enabled(service) {
            let names = policy.words(&format!("{service}-name")).join(" ");
            return Some(Part::maybe(family.spans(), format!("{service} {names}")));
        }
        let names = policy.words(key);
        if names.is_empty() {
            return None;
        }
        let mut part = Part::default();
        for name in names {
            match vips::real(self.tree, self.domain, family, name, building) {
                Some(real) => part.add(real),
                None => part.add((*self.objects.addresses(family, name)).clone()),
            }
        }
        let part = part.tidy();
        Some(match policy.enabled(&format!("{key}-negate")) {
            true => part.other_than(&family.spans()),
            false => part,
        })
    }

    /// On what time a policy depends; none when it always holds.
    fn schedule(&self, policy: &Entry) -> Option<String> {
        let name = policy.word("schedule").filter(|name| *name != "always")?;
        let recurring = self.tree.table(self.domain, "firewall schedule recurring").get(name);
        let whole_day = |entry: &Entry| {
            let at = |key: &str| entry.word(key).unwrap_or("00:00").to_string();
            at("start") == "00:00" && matches!(at("end").as_str(), "00:00" | "24:00")
        };
        let every_day = |entry: &Entry| entry.words("day").len() >= 7;
        match recurring {
            Some(entry) if whole_day(entry) && every_day(entry) => None,
            _ => Some(format!("schedule {name}")),
        }
    }
}
