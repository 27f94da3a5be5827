//! Objects and groups of addresses, services, protocols and ICMP types, each of which may hold others.

use std::collections::{HashMap, HashSet};
use std::net::IpAddr;
use std::rc::Rc;

use model::packets::Span;

use crate::firewalls::addresses::Family;
use crate::firewalls::building::{Service, Services};
use crate::firewalls::part::Part;

/// How deep groups may stand in each other. ASA and IOS allow fewer.
pub const DEPTH_MAX: usize = 64;
/// Services that one group may hold before it is widened.
pub const SERVICES_MAX: usize = 4_000;

/// What stands in a group of addresses.
#[derive(Debug, Clone)]
pub enum AddressMember {
    /// Addresses.
    Addresses(Part<u128>),
    /// Another object or group.
    Named(String),
}

/// What stands in a group of services.
#[derive(Debug, Clone)]
pub enum ServiceMember {
    /// Whole services.
    Services(Services),
    /// Ports alone, of the protocol that the group or the rule names.
    Ports(Part<u16>),
    /// Another object or group.
    Named(String),
}

/// A group of services.
#[derive(Debug, Clone, Default)]
pub struct ServiceGroup {
    /// IANA numbers of the protocols that its ports belong to; none when it names none.
    pub protocols: Vec<u8>,
    /// What it holds.
    pub members: Vec<ServiceMember>,
}

/// All objects and groups of a configuration.
#[derive(Debug, Default)]
pub struct Objects {
    /// Names of addresses (`name 10.0.0.5 scada`).
    pub names: HashMap<String, IpAddr>,
    /// Objects and groups of addresses.
    pub addresses: HashMap<String, Vec<AddressMember>>,
    /// Objects and groups of services.
    pub services: HashMap<String, ServiceGroup>,
    /// Groups of protocols.
    pub protocols: HashMap<String, ServiceGroup>,
    /// Groups of ICMP types.
    pub icmp_types: HashMap<String, ServiceGroup>,
    /// Addresses of interfaces by their name.
    pub interfaces: HashMap<String, Vec<IpAddr>>,
    resolved_addresses: HashMap<String, Rc<Part<u128>>>,
    resolved_services: HashMap<String, Rc<Services>>,
    resolved_ports: HashMap<String, Rc<Part<u16>>>,
}

impl Objects {
    /// The addresses of an object or group.
    pub fn addresses_of(&mut self, name: &str) -> Rc<Part<u128>> {
        self.addresses_within(name, &mut HashSet::new())
    }

    fn addresses_within(&mut self, name: &str, open: &mut HashSet<String>) -> Rc<Part<u128>> {
        if let Some(known) = self.resolved_addresses.get(name) {
            return Rc::clone(known);
        }
        let Some(members) = self.addresses.get(name).cloned() else {
            return Rc::new(Part::maybe(Family::Both.spans(), format!("object {name} is not defined")));
        };
        if open.len() >= DEPTH_MAX || !open.insert(name.to_string()) {
            return Rc::new(Part::maybe(Family::Both.spans(), format!("object group {name} holds itself")));
        }
        let mut part: Part<u128> = Part::default();
        for member in members {
            match member {
                AddressMember::Addresses(addresses) => part.add(addresses),
                AddressMember::Named(other) => part.add((*self.addresses_within(&other, open)).clone()),
            }
        }
        open.remove(name);
        let part = Rc::new(part.tidy());
        self.resolved_addresses.insert(name.to_string(), Rc::clone(&part));
        part
    }

    /// The services of an object or group of services.
    pub fn services_of(&mut self, name: &str) -> Rc<Services> {
        self.services_within(name, &mut HashSet::new())
    }

    fn services_within(&mut self, name: &str, open: &mut HashSet<String>) -> Rc<Services> {
        if let Some(known) = self.resolved_services.get(name) {
            return Rc::clone(known);
        }
        let doubtful = |because: String| Rc::new(Services::maybe(vec![Service::any()], because));
        let Some(group) = self.services.get(name).cloned() else {
            return match built_in(name) {
                Some(services) => Rc::new(services),
                None => doubtful(format!("service {name} is not defined")),
            };
        };
        if open.len() >= DEPTH_MAX || !open.insert(name.to_string()) {
            return doubtful(format!("service group {name} holds itself"));
        }
        let mut services = Services::default();
        for member in &group.members {
            match member {
                ServiceMember::Services(more) => services.add(more.clone()),
                ServiceMember::Ports(ports) => services.add(to_ports(&group.protocols, ports)),
                ServiceMember::Named(other) => services.add((*self.services_within(other, open)).clone()),
            }
            if services.sure.len() > SERVICES_MAX {
                let because = format!("service group {name} holds more than {SERVICES_MAX} services");
                services = Services::maybe(vec![Service::any()], because);
                break;
            }
        }
        open.remove(name);
        let services = Rc::new(services);
        self.resolved_services.insert(name.to_string(), Rc::clone(&services));
        services
    }

    /// The ports of a group of ports.
    pub fn ports_of(&mut self, name: &str) -> Rc<Part<u16>> {
        self.ports_within(name, &mut HashSet::new())
    }

    fn ports_within(&mut self, name: &str, open: &mut HashSet<String>) -> Rc<Part<u16>> {
        if let Some(known) = self.resolved_ports.get(name) {
            return Rc::clone(known);
        }
        let doubtful = |because: String| Rc::new(Part::maybe(vec![Span::ANY], because));
        let Some(group) = self.services.get(name).cloned() else {
            return doubtful(format!("service {name} is not defined"));
        };
        if open.len() >= DEPTH_MAX || !open.insert(name.to_string()) {
            return doubtful(format!("service group {name} holds itself"));
        }
        let mut part: Part<u16> = Part::default();
        for member in group.members {
            match member {
                ServiceMember::Ports(ports) => part.add(ports),
                ServiceMember::Named(other) => part.add((*self.ports_within(&other, open)).clone()),
                ServiceMember::Services(services) => {
                    let spans = services.sure.iter().flat_map(|one| one.destination_ports.iter().copied());
                    part.add(Part::sure(spans.collect()));
                    if let Some((_, because)) = services.maybe {
                        part.add(Part::maybe(vec![Span::ANY], because));
                    }
                }
            }
        }
        open.remove(name);
        let part = Rc::new(part.tidy());
        self.resolved_ports.insert(name.to_string(), Rc::clone(&part));
        part
    }

    /// The services of a group of protocols or of ICMP types.
    pub fn plain_group(groups: &HashMap<String, ServiceGroup>, name: &str) -> Services {
        let mut all = Services::default();
        let mut open = vec![name.to_string()];
        let mut seen: HashSet<String> = HashSet::new();
        while let Some(next) = open.pop() {
            if !seen.insert(next.clone()) {
                continue;
            }
            let Some(group) = groups.get(&next) else {
                all.add(Services::maybe(vec![Service::any()], format!("object-group {next} is not defined")));
                continue;
            };
            for member in &group.members {
                match member {
                    ServiceMember::Services(services) => all.add(services.clone()),
                    ServiceMember::Named(other) => open.push(other.clone()),
                    ServiceMember::Ports(_) => {}
                }
            }
            if all.sure.len() > SERVICES_MAX {
                return Services::maybe(vec![Service::any()], format!("object-group {name} is too large"));
            }
        }
        all
    }
}

/// Services that ASA defines itself: the protocols by name.
fn built_in(name: &str) -> Option<Services> {
    match name {
        "ip" => Some(Services::any()),
        name => crate::firewalls::words::protocol(name)
            .map(|number| Services::sure(vec![Service::of_protocol(number)])),
    }
}

/// Destination ports of these protocols; of TCP and UDP when none is named.
fn to_ports(protocols: &[u8], ports: &Part<u16>) -> Services {
    let protocols = if protocols.is_empty() { &[6, 17] } else { protocols };
    let service = |spans: &[Span<u16>]| -> Vec<Service> {
        let one =
            |number: &u8| Service { destination_ports: spans.to_vec(), ..Service::of_protocol(*number) };
        protocols.iter().map(one).collect()
    };
    let sure = if ports.sure.is_empty() { Vec::new() } else { service(&ports.sure) };
    Services { sure, maybe: ports.maybe.as_ref().map(|(spans, because)| (service(spans), because.clone())) }
}
