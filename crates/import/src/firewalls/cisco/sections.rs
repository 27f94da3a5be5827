//! The sections in which objects and groups are written: `object network`, `object-group service` and the like.

use std::net::IpAddr;

use model::packets::Span;

use super::entry::{port_operator, with_destination_ports, with_source_ports};
use super::objects::{AddressMember, Objects, ServiceGroup, ServiceMember};
use super::words::{Line, Words};
use crate::firewalls::addresses::{Family, masked, network, range};
use crate::firewalls::building::{Service, Services};
use crate::firewalls::part::Part;
use crate::firewalls::words;

/// Members that one object or group may have; the others are left out, and said.
const MEMBERS_MAX: usize = 100_000;

/// What a section holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Network,
    Service,
    Protocol,
    IcmpType,
    /// Users and the like, which lists name and no packet shows.
    Other,
}

/// A section that is open.
#[derive(Debug)]
pub struct Open {
    kind: Kind,
    /// An object, which a line replaces, and no group, which a line adds to.
    single: bool,
    name: String,
}

/// Whether a line belonged to the section.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    /// It did.
    Yes,
    /// It is no line of such a section.
    No,
}

/// Opens the section of an `object` or `object-group` line.
pub fn open(line: Line, objects: &mut Objects) -> Result<Open, String> {
    let mut words = Words::of(line.text);
    let single = words.word() == Some("object");
    let kind = match words.word().unwrap_or_default() {
        "network" | "ip" if !single || words.peek().is_some() => Kind::Network,
        "service" => Kind::Service,
        "protocol" => Kind::Protocol,
        "icmp-type" => Kind::IcmpType,
        "user" | "security" | "network-service" => Kind::Other,
        "v6-network" => Kind::Network,
        other => return Err(format!("object group of kind {other} is not known")),
    };
    if kind == Kind::Network {
        words.takes("address");
    }
    let name = words.word().ok_or("the name of the object is missing")?.to_string();
    let mut protocols = Vec::new();
    match words.word() {
        Some("tcp") => protocols.push(6),
        Some("udp") => protocols.push(17),
        Some("tcp-udp") => protocols.extend([6, 17]),
        _ => {}
    }
    let group = || ServiceGroup { protocols: protocols.clone(), members: Vec::new() };
    match kind {
        // A section that is opened again goes on.
        Kind::Network => {
            objects.addresses.entry(name.clone()).or_default();
        }
        Kind::Service => {
            objects.services.entry(name.clone()).or_insert_with(group);
        }
        Kind::Protocol => {
            objects.protocols.entry(name.clone()).or_insert_with(group);
        }
        Kind::IcmpType => {
            objects.icmp_types.entry(name.clone()).or_insert_with(group);
        }
        Kind::Other => {}
    }
    Ok(Open { kind, single, name })
}

impl Open {
    /// The name of the object or group.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// True when it holds addresses.
    pub fn is_network(&self) -> bool {
        self.kind == Kind::Network
    }

    /// Reads a line of it.
    pub fn line(&self, line: Line, objects: &mut Objects) -> Taken {
        let mut words = Words::of(line.text);
        if matches!(words.peek(), Some("description" | "no")) {
            return Taken::Yes;
        }
        let taken = match self.kind {
            Kind::Network => address_member(&mut words, objects).map(|member| {
                if let Some(members) = objects.addresses.get_mut(&self.name) {
                    self.replace(members);
                    push(members, member, || AddressMember::Addresses(too_many()));
                }
            }),
            Kind::Service => service_member(&mut words).map(|member| {
                if let Some(group) = objects.services.get_mut(&self.name) {
                    self.replace(&mut group.members);
                    push(&mut group.members, member, || ServiceMember::Services(any_service()));
                }
            }),
            Kind::Protocol => protocol_member(&mut words).map(|member| {
                if let Some(group) = objects.protocols.get_mut(&self.name) {
                    push(&mut group.members, member, || ServiceMember::Services(any_service()));
                }
            }),
            Kind::IcmpType => icmp_member(&mut words).map(|member| {
                if let Some(group) = objects.icmp_types.get_mut(&self.name) {
                    push(&mut group.members, member, || ServiceMember::Services(any_service()));
                }
            }),
            Kind::Other => line.indented.then_some(()),
        };
        taken.map_or(Taken::No, |()| Taken::Yes)
    }

    fn replace<T>(&self, members: &mut Vec<T>) {
        if self.single {
            members.clear();
        }
    }

    /// Something in it was not understood: it may hold anything.
    pub fn spoil(&self, objects: &mut Objects) {
        let because = format!("a line of {} is not understood", self.name);
        let any = || Services::maybe(vec![Service::any()], because.clone());
        match self.kind {
            Kind::Network => {
                if let Some(members) = objects.addresses.get_mut(&self.name) {
                    members.push(AddressMember::Addresses(Part::maybe(Family::Both.spans(), because)));
                }
            }
            Kind::Service => {
                if let Some(group) = objects.services.get_mut(&self.name) {
                    group.members.push(ServiceMember::Services(any()));
                }
            }
            Kind::Protocol => {
                if let Some(group) = objects.protocols.get_mut(&self.name) {
                    group.members.push(ServiceMember::Services(any()));
                }
            }
            Kind::IcmpType => {
                if let Some(group) = objects.icmp_types.get_mut(&self.name) {
                    group.members.push(ServiceMember::Services(any()));
                }
            }
            Kind::Other => {}
        }
    }
}

/// Adds a member; the one beyond the bound stands for all that follow.
fn push<T>(members: &mut Vec<T>, member: T, instead: impl FnOnce() -> T) {
    match members.len() {
        0..MEMBERS_MAX => members.push(member),
        MEMBERS_MAX => members.push(instead()),
        _ => {}
    }
}

fn too_many() -> Part<u128> {
    Part::maybe(Family::Both.spans(), format!("a group of more than {MEMBERS_MAX} members"))
}

fn any_service() -> Services {
    Services::maybe(vec![Service::any()], format!("a group of more than {MEMBERS_MAX} members"))
}

fn address_member(words: &mut Words, objects: &Objects) -> Option<AddressMember> {
    if words.takes("group-object") {
        return Some(AddressMember::Named(words.word()?.to_string()));
    }
    // ASA writes `network-object` before a member of a group, and `subnet` before that of an object; IOS neither.
    let of_group = words.takes("network-object");
    let _ = words.takes("subnet");
    if of_group && words.takes("object") {
        return Some(AddressMember::Named(words.word()?.to_string()));
    }
    let ip = |word: &str| word.parse::<IpAddr>().ok().or_else(|| objects.names.get(word).copied());
    let part = match words.word()? {
        "host" => Part::one(Span::of_ip(ip(words.word()?)?)),
        "any" => Part::sure(Family::Both.spans()),
        "any4" => Part::sure(Family::Four.spans()),
        "any6" => Part::sure(Family::Six.spans()),
        "range" => {
            let (first, last) = (ip(words.word()?)?, ip(words.word()?)?);
            Part::one(range(&first.to_string(), &last.to_string())?)
        }
        "fqdn" => {
            let family = match words.peek() {
                Some("v4") => Family::Four,
                Some("v6") => Family::Six,
                _ => Family::Both,
            };
            Part::maybe(family.spans(), format!("the addresses of {}", words.rest()))
        }
        word if word.contains('/') => Part::one(network(word)?),
        word => match (ip(word)?, words.word()) {
            (IpAddr::V4(address), Some(mask)) => masked(address, mask.parse().ok()?),
            (address, None) => Part::one(Span::of_ip(address)),
            (IpAddr::V6(_), Some(_)) => return None,
        },
    };
    Some(AddressMember::Addresses(part))
}

fn service_member(words: &mut Words) -> Option<ServiceMember> {
    if words.takes("group-object") {
        return Some(ServiceMember::Named(words.word()?.to_string()));
    }
    if words.takes("port-object") {
        return Some(ServiceMember::Ports(Part::sure(port_operator(words).ok()??)));
    }
    let of_group = words.takes("service-object");
    let _ = words.takes("service");
    if of_group && words.takes("object") {
        return Some(ServiceMember::Named(words.word()?.to_string()));
    }
    service(words).map(ServiceMember::Services)
}

/// `tcp source range 1 5 destination eq 80`, `udp eq 53`, `icmp echo`, `ip`.
fn service(words: &mut Words) -> Option<Services> {
    let word = words.word()?;
    let icmp_number = match word {
        "icmp" => Some(1),
        "icmp6" => Some(58),
        _ => None,
    };
    if let (Some(number), Some(message)) = (icmp_number, words.peek()) {
        let (kind, code) = if number == 58 { words::icmp6(message) } else { words::icmp(message) }?;
        words.word();
        let code = words.peek().and_then(|word| word.parse::<u8>().ok()).or(code);
        return Some(Services::sure(vec![match code {
            Some(code) => Service::icmp_code(number, kind, code),
            None => Service::icmp(number, Span::one(kind)),
        }]));
    }
    let mut services = match word {
        "ip" => Services::any(),
        "tcp-udp" => Services::sure(vec![Service::of_protocol(6), Service::of_protocol(17)]),
        word => Services::sure(vec![Service::of_protocol(words::protocol(word)?)]),
    };
    if words.takes("source") {
        services = with_source_ports(&services, &Part::sure(port_operator(words).ok()??));
    }
    words.takes("destination");
    match port_operator(words).ok()? {
        Some(ports) => services = with_destination_ports(&services, &Part::sure(ports)),
        // What is left may be a comment; anything else is not understood.
        None if words.peek().is_none_or(|word| word.starts_with('!')) => {}
        None => return None,
    }
    Some(services)
}

fn protocol_member(words: &mut Words) -> Option<ServiceMember> {
    if words.takes("group-object") {
        return Some(ServiceMember::Named(words.word()?.to_string()));
    }
    words.takes("protocol-object").then_some(())?;
    let services = match words.word()? {
        "ip" => Services::any(),
        word => Services::sure(vec![Service::of_protocol(words::protocol(word)?)]),
    };
    Some(ServiceMember::Services(services))
}

fn icmp_member(words: &mut Words) -> Option<ServiceMember> {
    if words.takes("group-object") {
        return Some(ServiceMember::Named(words.word()?.to_string()));
    }
    words.takes("icmp-object").then_some(())?;
    let (kind, code) = words::icmp(words.word()?)?;
    let service = match code {
        Some(code) => Service::icmp_code(1, kind, code),
        None => Service::icmp(1, Span::one(kind)),
    };
    Some(ServiceMember::Services(Services::sure(vec![service])))
}
