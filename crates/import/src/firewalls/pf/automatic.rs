//! Rules that OPNsense and pfSense add before those of people (OPNsense: filter.lib.inc, `filter_core_rules_system`;
//! pfSense documentation, Rule Processing Order and Anti-lockout Rule).
//!
//! Left out are tables that programs fill while they run (`sshlockout`, `virusprot`): they are empty until something
//! happened.

use std::rc::Rc;

use model::firewall::{Interface, RuleAction, Verdict};
use model::packets::Span;

use super::Product;
use super::places::Going;
use super::rules::{Direction, PfRule};
use super::sides::Names;
use super::xml::Node;
use crate::firewalls::addresses::{BOGONS_V4, Family, PRIVATE_V4, PRIVATE_V6, link_local_v6, networks};
use crate::firewalls::building::{Building, Service, Services, Test, each, not_itself};
use crate::firewalls::part::Part;

/// Private networks as pfSense blocks them: without the shared addresses of RFC 6598.
const PRIVATE_V4_PFSENSE: [&str; 4] = ["10.0.0.0/8", "127.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"];

/// Priorities of automatic rules: those of the system, then those of interfaces.
const SYSTEM: u32 = 1;
const OF_INTERFACES: u32 = 5;

/// What a rule of the product is.
struct Added {
    priority: u32,
    name: String,
    verdict: Verdict,
    quick: bool,
    direction: Direction,
    interface: Option<u16>,
    test: Test,
}

/// All of them.
pub fn rules(root: Node, product: Product, names: &mut Names, building: &mut Building) -> Vec<PfRule> {
    let mut rules = Vec::new();
    let mut add = |added: Added, building: &mut Building| {
        let action = match added.verdict {
            Verdict::Allow => RuleAction::Allow,
            Verdict::Deny => RuleAction::Deny,
        };
        let rule = building.automatic(&format!("auto: {}", added.name), "automatic", action);
        rules.push(PfRule {
            priority: added.priority,
            verdict: Some(added.verdict),
            quick: added.quick,
            direction: added.direction,
            interfaces: added.interface.map(|number| each(vec![number])),
            tests: vec![added.test],
            tag: None,
            tagged: None,
            first: added.priority == SYSTEM && added.verdict == Verdict::Deny,
            rule,
        });
    };
    system(root, &mut add, building);
    for (name, place) in &names.places.all {
        let on = |priority, label: &str, verdict, test| Added {
            priority,
            name: label.to_string(),
            verdict,
            quick: true,
            direction: Direction::In,
            interface: Some(place.number),
            test,
        };
        let description = &place.description;
        if place.blocks_bogons {
            let label = format!("block bogon networks from {description}");
            // The list is loaded from the internet: what it holds beside addresses that are no public ones is not known.
            let test =
                from(networks(&BOGONS_V4)).missed_alone("the list of bogons, which is loaded from elsewhere");
            add(on(OF_INTERFACES, &label, Verdict::Deny, test), building);
        }
        if place.blocks_private {
            let label = format!("block private networks from {description}");
            let four: &[&str] = match product {
                Product::OpnSense => &PRIVATE_V4,
                Product::PfSense => &PRIVATE_V4_PFSENSE,
            };
            let spans = networks(four).into_iter().chain(networks(&[PRIVATE_V6])).collect();
            add(on(OF_INTERFACES, &label, Verdict::Deny, from(spans)), building);
        }
        if place.dhcp_client {
            let label = format!("allow DHCP client on {description}");
            let quick = product == Product::PfSense;
            let added = on(OF_INTERFACES, &label, Verdict::Allow, udp(Some(67), Some(68)));
            add(Added { quick, ..added }, building);
        }
        let server = root.at("dhcpd").and_then(|node| node.child(name));
        if server.is_some_and(|server| server.child("enable").is_some()) {
            // Whoever asks for an address asks everybody, or the firewall's own address: both are for itself.
            let test = Test { to: Some(each(vec![Interface::SELF])), ..udp(Some(68), Some(67)) };
            add(on(OF_INTERFACES, "allow access to DHCP server", Verdict::Allow, test), building);
        }
    }
    anti_lockout(root, product, names, &mut add, building);
    rules
}

type Add<'a> = dyn FnMut(Added, &mut Building) + 'a;

fn system(root: Node, add: &mut Add, building: &mut Building) {
    let six = Rc::new(Part::sure(Family::Six.spans()));
    let always = |name: &str, verdict, test| Added {
        priority: SYSTEM,
        name: name.to_string(),
        verdict,
        quick: true,
        direction: Direction::Any,
        interface: None,
        test,
    };
    if root.at("system/ipv6allow").is_none() && root.child("system").is_some() {
        let test = Test { sources: Rc::clone(&six), destinations: Rc::clone(&six), ..Test::any() };
        add(always("block all IPv6", Verdict::Deny, test), building);
    }
    let message = |first: u8, last: u8| Service::icmp(58, Span::new(first, last));
    let needed = Services::sure(vec![message(1, 2), message(135, 136)]);
    let test = Test {
        sources: Rc::clone(&six),
        destinations: Rc::clone(&six),
        services: Rc::new(needed),
        ..Test::any()
    };
    add(always("IPv6 requirements (ICMP)", Verdict::Allow, test), building);
    let (link, multicast) = link_local_v6();
    let near = Services::sure(vec![message(128, 128), message(133, 136)]);
    let test = Test {
        sources: Rc::new(Part::sure(vec![link, multicast])),
        destinations: Rc::new(Part::sure(vec![link, multicast])),
        services: Rc::new(near),
        ..Test::any()
    };
    let added = always("IPv6 requirements (ICMP)", Verdict::Allow, test);
    add(Added { direction: Direction::In, ..added }, building);
    for number in [6, 17] {
        let zero = vec![Span::one(0)];
        let from = Service { source_ports: zero.clone(), ..Service::of_protocol(number) };
        let to = Service { destination_ports: zero, ..Service::of_protocol(number) };
        let test = Test { services: Rc::new(Services::sure(vec![from, to])), ..Test::any() };
        add(always("block all targeting port 0", Verdict::Deny, test), building);
    }
    // The protocol by which two firewalls share an address (and VRRP, which has the same number).
    let test = Test { services: Rc::new(Services::sure(vec![Service::of_protocol(112)])), ..Test::any() };
    add(always("CARP", Verdict::Allow, test), building);
}

fn from(spans: Vec<Span<u128>>) -> Test {
    Test { sources: Rc::new(Part::sure(spans)), ..Test::any() }
}

fn udp(source: Option<u16>, destination: Option<u16>) -> Test {
    let span = |port: Option<u16>| vec![port.map_or(Span::ANY, Span::one)];
    let service = Service {
        source_ports: span(source),
        destination_ports: span(destination),
        ..Service::of_protocol(17)
    };
    Test { services: Rc::new(Services::sure(vec![service])), ..Test::any() }
}

/// The pages and the shell of the firewall stay reachable from the LAN, unless it is switched off.
fn anti_lockout(root: Node, product: Product, names: &Names, add: &mut Add, building: &mut Building) {
    let Some(pages) = root.at("system/webgui") else { return };
    if pages.child("noantilockout").is_some() {
        return;
    }
    let only_wan = names.places.all.len() == 1;
    let Some(name) = ["lan", "wan"]
        .into_iter()
        .find(|name| names.places.get(name).is_some() && (*name == "lan" || only_wan))
    else {
        return;
    };
    let Some(place) = names.places.get(name) else { return };
    let https = pages.value("protocol") != "http";
    let port = |text: &str, otherwise: u16| text.parse::<u16>().unwrap_or(otherwise);
    let mut ports = vec![port(pages.value("port"), if https { 443 } else { 80 })];
    if https && pages.child("disablehttpredirect").is_none() {
        ports.push(80);
    }
    if let Some(shell) = root.at("system/ssh").filter(|shell| shell.child("enabled").is_some()) {
        ports.push(port(shell.value("port"), 22));
    }
    let service = Service { destination_ports: each(ports), ..Service::of_protocol(6) };
    let to = match product {
        Product::OpnSense => "(self)".to_string(),
        Product::PfSense => format!("{name}ip"),
    };
    let services = Rc::new(Services::sure(vec![service]));
    let toward = [(Going::Through, not_itself()), (Going::ToItself, each(vec![Interface::SELF]))];
    for (going, leaving) in toward {
        let destinations = names.places.part(&to, Family::Both, going).unwrap_or_default();
        let test = Test {
            to: Some(leaving),
            destinations: Rc::new(destinations),
            services: Rc::clone(&services),
            ..Test::any()
        };
        let added = Added {
            priority: OF_INTERFACES,
            name: "anti-lockout rule".to_string(),
            verdict: Verdict::Allow,
            quick: true,
            direction: Direction::In,
            interface: Some(place.number),
            test,
        };
        add(added, building);
    }
}
