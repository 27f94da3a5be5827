//! Packets for the firewall itself: policies for them, what each interface lets people do with it, and services that
//! other settings open (FortiOS Administration Guide, Local-in policies).

use std::rc::Rc;

use model::firewall::{Interface, Rule, RuleAction, Step, Then, Verdict};
use model::packets::Span;

use super::Places;
use super::objects::Objects;
use super::tree::Tree;
use crate::firewalls::addresses::Family;
use crate::firewalls::building::{Building, Service, Services, Test, each};
use crate::firewalls::part::Part;

/// Services of `allowaccess`: protocol and port; ports that `config system global` may move beside.
const ACCESS: &[(&str, u8, u16, Option<&str>)] = &[
    ("http", 6, 80, Some("admin-port")),
    ("https", 6, 443, Some("admin-sport")),
    ("ssh", 6, 22, Some("admin-ssh-port")),
    ("telnet", 6, 23, Some("admin-telnet-port")),
    ("snmp", 17, 161, None),
    ("fgfm", 6, 541, None),
    ("radius-acct", 17, 1813, None),
    ("capwap", 17, 5246, None),
    ("fabric", 6, 8013, None),
];

/// The steps for packets that go to the firewall itself.
pub fn steps(tree: &Tree, places: &mut Places, building: &mut Building, steps: &mut Vec<Step>) {
    local_in(tree, places, building, steps);
    for (_, entry) in tree.everywhere("system interface") {
        let Some(number) = building.interface_number(&entry.name) else { continue };
        let mut services = Vec::new();
        for word in entry.words("allowaccess") {
            if word == "ping" {
                services.push(Service::icmp(1, Span::one(8)));
            }
            for (_, protocol, port, moved) in ACCESS.iter().filter(|(known, ..)| known == word) {
                let global = tree.everywhere("system global").find_map(|(_, global)| global.word((*moved)?));
                let port = global.and_then(|text| text.parse::<u16>().ok()).unwrap_or(*port);
                let destination_ports = vec![Span::one(port)];
                services.push(Service { destination_ports, ..Service::of_protocol(*protocol) });
            }
        }
        if services.is_empty() {
            continue;
        }
        let rule = building.rule(Rule {
            name: format!("allowaccess {}", entry.name),
            list: "system interface".to_string(),
            line: entry.line_of("allowaccess"),
            text: format!("set allowaccess {}", entry.words("allowaccess").join(" ")),
            action: RuleAction::Allow,
            ..Rule::default()
        });
        let test = Test {
            to: Some(each(vec![Interface::SELF])),
            services: Rc::new(Services::sure(services)),
            ..Test::coming_in(vec![number])
        };
        building.step(steps, &test, &Then::End(Verdict::Allow), rule);
    }
    let open = building.automatic("services of the firewall itself", "local-in", RuleAction::Allow);
    let test = Test::leaving(vec![Interface::SELF])
        .doubted("services that other settings open on the firewall itself");
    building.step(steps, &test, &Then::End(Verdict::Allow), open);
    let deny = building.automatic("implicit-deny local-in", "local-in", RuleAction::Deny);
    building.step(steps, &Test::leaving(vec![Interface::SELF]), &Then::End(Verdict::Deny), deny);
}

/// `config firewall local-in-policy`.
fn local_in(tree: &Tree, places: &mut Places, building: &mut Building, steps: &mut Vec<Step>) {
    for (table, family) in
        [("firewall local-in-policy", Family::Four), ("firewall local-in-policy6", Family::Six)]
    {
        for domain in 0..tree.domains.len() {
            let mut objects = Objects::of(tree, domain);
            for policy in tree.table(domain, table).entries() {
                let allows = policy.word("action") == Some("accept");
                let rule = building.rule(Rule {
                    name: format!("local-in-policy {}", policy.name),
                    list: table.to_string(),
                    line: policy.line,
                    text: policy.text(&["intf", "srcaddr", "dstaddr", "service", "action"]),
                    action: if allows { RuleAction::Allow } else { RuleAction::Deny },
                    disabled: policy.word("status") == Some("disable"),
                    ..Rule::default()
                });
                if policy.word("status") == Some("disable") {
                    continue;
                }
                let side = |key: &str, objects: &mut Objects| {
                    let mut part = Part::default();
                    for name in policy.words(key) {
                        part.add((*objects.addresses(family, name)).clone());
                    }
                    let negated = policy.enabled(&format!("{key}-negate"));
                    Rc::new(if negated { part.tidy().other_than(&family.spans()) } else { part.tidy() })
                };
                let mut services = Services::default();
                for name in policy.words("service") {
                    services.add((*objects.service(name)).clone());
                }
                let interfaces = policy.words("intf");
                let from = match interfaces.iter().any(|name| name == "any") {
                    true => None,
                    false => {
                        let numbers = interfaces.iter().flat_map(|name| places.of(domain, name, building));
                        Some(each(numbers.collect()))
                    }
                };
                let mut test = Test {
                    from,
                    to: Some(each(vec![Interface::SELF])),
                    sources: side("srcaddr", &mut objects),
                    destinations: side("dstaddr", &mut objects),
                    services: Rc::new(services),
                    doubt: None,
                };
                if let Some(schedule) = policy.word("schedule").filter(|name| *name != "always") {
                    test = test.doubted(format!("schedule {schedule}"));
                }
                let verdict = if allows { Verdict::Allow } else { Verdict::Deny };
                building.step(steps, &test, &Then::End(verdict), rule);
            }
        }
    }
}
