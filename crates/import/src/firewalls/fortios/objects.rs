//! Addresses, services and their groups of one virtual domain.

use std::collections::{HashMap, HashSet};
use std::net::{IpAddr, Ipv4Addr};
use std::rc::Rc;

use model::packets::Span;

use super::tree::{Entry, Tree};
use crate::firewalls::addresses::{Family, IPV6, masked, network, range};
use crate::firewalls::building::{Service, Services};
use crate::firewalls::part::Part;
use crate::firewalls::words::protocol;

/// How deep groups may stand in each other.
const DEPTH_MAX: usize = 64;
/// Services that one group may hold before it is widened.
const SERVICES_MAX: usize = 4_000;

/// A predefined service: its name, protocol and destination ports.
type Predefined = (&'static str, u8, &'static [(u16, u16)]);

/// Services that FortiOS brings along, for configurations that do not list them: protocol and destination ports
/// (FortiOS Administration Guide, Services: predefined services).
const PREDEFINED: &[Predefined] = &[
    ("ALL_TCP", 6, &[(1, 65_535)]),
    ("ALL_UDP", 17, &[(1, 65_535)]),
    ("BGP", 6, &[(179, 179)]),
    ("DCE-RPC", 6, &[(135, 135)]),
    ("DCE-RPC", 17, &[(135, 135)]),
    ("DHCP", 17, &[(67, 68)]),
    ("DHCP6", 17, &[(546, 547)]),
    ("DNS", 6, &[(53, 53)]),
    ("DNS", 17, &[(53, 53)]),
    ("FINGER", 6, &[(79, 79)]),
    ("FTP", 6, &[(21, 21)]),
    ("FTP_GET", 6, &[(21, 21)]),
    ("FTP_PUT", 6, &[(21, 21)]),
    ("H323", 6, &[(1503, 1503), (1720, 1720)]),
    ("H323", 17, &[(1719, 1719)]),
    ("HTTP", 6, &[(80, 80)]),
    ("HTTPS", 6, &[(443, 443)]),
    ("IKE", 17, &[(500, 500), (4500, 4500)]),
    ("IMAP", 6, &[(143, 143)]),
    ("IMAPS", 6, &[(993, 993)]),
    ("IRC", 6, &[(6660, 6669)]),
    ("KERBEROS", 6, &[(88, 88), (464, 464)]),
    ("KERBEROS", 17, &[(88, 88), (464, 464)]),
    ("L2TP", 6, &[(1701, 1701)]),
    ("L2TP", 17, &[(1701, 1701)]),
    ("LDAP", 6, &[(389, 389)]),
    ("LDAP_UDP", 17, &[(389, 389)]),
    ("MGCP", 17, &[(2427, 2427), (2727, 2727)]),
    ("MMS", 6, &[(1755, 1755)]),
    ("MMS", 17, &[(1024, 5000)]),
    ("MS-SQL", 6, &[(1433, 1434)]),
    ("MYSQL", 6, &[(3306, 3306)]),
    ("NFS", 6, &[(111, 111), (2049, 2049)]),
    ("NFS", 17, &[(111, 111), (2049, 2049)]),
    ("NNTP", 6, &[(119, 119)]),
    ("NTP", 6, &[(123, 123)]),
    ("NTP", 17, &[(123, 123)]),
    ("ONC-RPC", 6, &[(111, 111)]),
    ("ONC-RPC", 17, &[(111, 111)]),
    ("PC-Anywhere", 6, &[(5631, 5631)]),
    ("PC-Anywhere", 17, &[(5632, 5632)]),
    ("POP3", 6, &[(110, 110)]),
    ("POP3S", 6, &[(995, 995)]),
    ("PPTP", 6, &[(1723, 1723)]),
    ("QUAKE", 17, &[(26_000, 26_000), (27_000, 27_000), (27_910, 27_910), (27_960, 27_960)]),
    ("RADIUS", 17, &[(1812, 1813)]),
    ("RADIUS-OLD", 17, &[(1645, 1646)]),
    ("RDP", 6, &[(3389, 3389)]),
    ("RIP", 17, &[(520, 520)]),
    ("SAMBA", 6, &[(139, 139)]),
    ("SCCP", 6, &[(2000, 2000)]),
    ("SIP", 6, &[(5060, 5060)]),
    ("SIP", 17, &[(5060, 5060)]),
    ("SMB", 6, &[(445, 445)]),
    ("SMTP", 6, &[(25, 25)]),
    ("SMTPS", 6, &[(465, 465)]),
    ("SNMP", 6, &[(161, 162)]),
    ("SNMP", 17, &[(161, 162)]),
    ("SOCKS", 6, &[(1080, 1080)]),
    ("SOCKS", 17, &[(1080, 1080)]),
    ("SQUID", 6, &[(3128, 3128)]),
    ("SSH", 6, &[(22, 22)]),
    ("SYSLOG", 17, &[(514, 514)]),
    ("TALK", 17, &[(517, 518)]),
    ("TELNET", 6, &[(23, 23)]),
    ("TFTP", 17, &[(69, 69)]),
    ("VNC", 6, &[(5900, 5900)]),
    ("WINFRAME", 6, &[(1494, 1494), (2598, 2598)]),
    ("WINS", 6, &[(1512, 1512)]),
    ("WINS", 17, &[(1512, 1512)]),
    ("X-WINDOWS", 6, &[(6000, 6063)]),
];

/// Predefined services that are a protocol alone.
const PREDEFINED_PROTOCOLS: &[(&str, u8)] =
    &[("GRE", 47), ("AH", 51), ("ESP", 50), ("OSPF", 89), ("ALL_ICMP", 1), ("ALL_ICMP6", 58)];

/// Predefined ICMP services: protocol and type.
const PREDEFINED_ICMP: &[(&str, u8, u8)] = &[
    ("PING", 1, 8),
    ("PING6", 58, 128),
    ("TIMESTAMP", 1, 13),
    ("INFO_REQUEST", 1, 15),
    ("INFO_ADDRESS", 1, 17),
];

/// The objects of one domain, resolved as they are asked for.
pub struct Objects<'a> {
    tree: &'a Tree,
    domain: usize,
    addresses: HashMap<(Family, String), Rc<Part<u128>>>,
    services: HashMap<String, Rc<Services>>,
}

impl<'a> Objects<'a> {
    /// Those of a domain.
    pub fn of(tree: &'a Tree, domain: usize) -> Objects<'a> {
        Objects { tree, domain, addresses: HashMap::new(), services: HashMap::new() }
    }

    /// The addresses of one family under a name.
    pub fn addresses(&mut self, family: Family, name: &str) -> Rc<Part<u128>> {
        self.addresses_within(family, name, &mut HashSet::new())
    }

    fn addresses_within(&mut self, family: Family, name: &str, open: &mut HashSet<String>) -> Rc<Part<u128>> {
        let key = (family, name.to_string());
        if let Some(known) = self.addresses.get(&key) {
            return Rc::clone(known);
        }
        let (table, groups) = match family {
            Family::Six => ("firewall address6", "firewall addrgrp6"),
            Family::Four | Family::Both => ("firewall address", "firewall addrgrp"),
        };
        let part = if let Some(entry) = self.tree.table(self.domain, table).get(name) {
            self.address(family, entry)
        } else if let Some(group) = self.tree.table(self.domain, groups).get(name) {
            if open.len() >= DEPTH_MAX || !open.insert(name.to_string()) {
                return Rc::new(Part::maybe(family.spans(), format!("group {name} holds itself")));
            }
            let mut part = Part::default();
            for member in group.words("member") {
                part.add((*self.addresses_within(family, member, open)).clone());
            }
            if group.enabled("exclude") {
                let mut without = Part::default();
                for member in group.words("exclude-member") {
                    without.add((*self.addresses_within(family, member, open)).clone());
                }
                part = difference(&part, &without);
            }
            open.remove(name);
            part.tidy()
        } else {
            built_in(family, name)
        };
        let part = Rc::new(part);
        self.addresses.insert(key, Rc::clone(&part));
        part
    }

    fn address(&self, family: Family, entry: &Entry) -> Part<u128> {
        let unknown =
            |what: &str| Part::maybe(family.spans(), format!("the addresses of {} ({what})", entry.name));
        match (entry.word("type").unwrap_or_default(), family) {
            ("" | "ipprefix", Family::Six) => match entry.word("ip6") {
                Some(prefix) => network(prefix).map_or_else(|| unknown(prefix), Part::one),
                None => Part::sure(IPV6.to_vec()),
            },
            ("" | "ipmask", _) => subnet(entry.words("subnet")).unwrap_or_else(|| unknown("subnet")),
            ("iprange", _) => {
                let (first, last) = (entry.word("start-ip"), entry.word("end-ip"));
                let zero = if family == Family::Six { "::" } else { "0.0.0.0" };
                let span = range(first.unwrap_or(zero), last.unwrap_or(zero));
                span.map_or_else(|| unknown("range"), Part::one)
            }
            ("wildcard", Family::Four | Family::Both) => match entry.words("wildcard") {
                [] => Part::one(Span::IPV4),
                words => subnet(words).unwrap_or_else(|| unknown("wildcard")),
            },
            ("interface-subnet", _) => {
                let interface = entry.word("interface").unwrap_or_default();
                let words = match entry.words("subnet") {
                    [] => self.tree.find("system interface", interface),
                    words => return subnet(words).unwrap_or_else(|| unknown("subnet")),
                };
                let words = words.map(|one| one.words("ip")).unwrap_or_default();
                subnet(words).filter(|_| !words.is_empty()).unwrap_or_else(|| unknown("interface-subnet"))
            }
            (other, _) => unknown(other),
        }
    }

    /// The services under a name.
    pub fn service(&mut self, name: &str) -> Rc<Services> {
        self.service_within(name, &mut HashSet::new())
    }

    fn service_within(&mut self, name: &str, open: &mut HashSet<String>) -> Rc<Services> {
        if let Some(known) = self.services.get(name) {
            return Rc::clone(known);
        }
        let services = if let Some(entry) = self.tree.table(self.domain, "firewall service custom").get(name)
        {
            custom(entry)
        } else if let Some(group) = self.tree.table(self.domain, "firewall service group").get(name) {
            if open.len() >= DEPTH_MAX || !open.insert(name.to_string()) {
                let because = format!("service group {name} holds itself");
                return Rc::new(Services::maybe(vec![Service::any()], because));
            }
            let mut services = Services::default();
            for member in group.words("member") {
                services.add((*self.service_within(member, open)).clone());
                if services.sure.len() > SERVICES_MAX {
                    let because = format!("service group {name} holds more than {SERVICES_MAX} services");
                    services = Services::maybe(vec![Service::any()], because);
                    break;
                }
            }
            open.remove(name);
            services
        } else {
            predefined(name)
        };
        let services = Rc::new(services);
        self.services.insert(name.to_string(), Rc::clone(&services));
        services
    }
}

/// What the first holds and the second does not.
fn difference(part: &Part<u128>, without: &Part<u128>) -> Part<u128> {
    let rest = without.clone().tidy().other_than(&[Span::EVERYWHERE]);
    let mut sure = part.clone();
    sure.keep(&rest.sure);
    let mut all = Part::sure(part.upper());
    all.keep(&rest.upper());
    let because = part.maybe.as_ref().or(without.maybe.as_ref()).map(|(_, because)| because.clone());
    Part { sure: sure.sure, maybe: because.map(|because| (all.sure, because)) }
}

/// `10.0.0.0 255.0.0.0`, `10.0.0.0/8`; nothing is everything.
fn subnet(words: &[String]) -> Option<Part<u128>> {
    match words {
        [] => Some(Part::one(Span::IPV4)),
        [one] => network(one).map(Part::one),
        [address, mask, ..] => {
            Some(masked(address.parse::<Ipv4Addr>().ok()?, mask.parse::<Ipv4Addr>().ok()?))
        }
    }
}

fn built_in(family: Family, name: &str) -> Part<u128> {
    match name {
        "all" => Part::sure(family.spans()),
        "none" => Part::default(),
        name => Part::maybe(family.spans(), format!("address {name} is not defined")),
    }
}

fn predefined(name: &str) -> Services {
    let ports = PREDEFINED.iter().filter(|(known, ..)| *known == name);
    let mut sure: Vec<Service> = ports
        .map(|(_, protocol, ports)| Service {
            destination_ports: ports.iter().map(|(first, last)| Span::new(*first, *last)).collect(),
            ..Service::of_protocol(*protocol)
        })
        .collect();
    let protocols = PREDEFINED_PROTOCOLS.iter().filter(|(known, _)| *known == name);
    sure.extend(protocols.map(|(_, number)| Service::of_protocol(*number)));
    let messages = PREDEFINED_ICMP.iter().filter(|(known, ..)| *known == name);
    sure.extend(messages.map(|(_, number, kind)| Service::icmp(*number, Span::one(*kind))));
    match (name, sure.is_empty()) {
        ("ALL" | "ANY", _) => Services::any(),
        ("NONE", _) => Services::default(),
        (_, false) => Services::sure(sure),
        (name, true) => Services::maybe(vec![Service::any()], format!("service {name} is not defined")),
    }
}

fn custom(entry: &Entry) -> Services {
    let services = match entry.word("protocol").unwrap_or("TCP/UDP/SCTP") {
        "IP" => match entry.word("protocol-number").map(protocol) {
            None | Some(Some(0)) => Services::any(),
            Some(Some(number)) => Services::sure(vec![Service::of_protocol(number)]),
            Some(None) => not_understood(entry),
        },
        "ICMP" => messages(entry, 1),
        "ICMP6" => messages(entry, 58),
        "TCP/UDP/SCTP" | "TCP/UDP/UDP-Lite/SCTP" => with_ports(entry),
        // Services of proxies (HTTP, FTP, CONNECT, SOCKS) are no packets.
        _ => not_understood(entry),
    };
    let restricts = ["fqdn", "iprange", "app-category", "application"]
        .into_iter()
        .find(|key| entry.words(key).first().is_some_and(|word| *word != "0.0.0.0"));
    match restricts {
        Some(key) => Services::maybe(services.sure, format!("service {} ({key})", entry.name)),
        None => services,
    }
}

fn not_understood(entry: &Entry) -> Services {
    Services::maybe(vec![Service::any()], format!("service {} is not understood", entry.name))
}

fn messages(entry: &Entry, number: u8) -> Services {
    let byte = |key: &str| entry.word(key).map(str::parse::<u8>);
    Services::sure(vec![match (byte("icmptype"), byte("icmpcode")) {
        (None, _) => Service::of_protocol(number),
        (Some(Ok(kind)), None) => Service::icmp(number, Span::one(kind)),
        (Some(Ok(kind)), Some(Ok(code))) => Service::icmp_code(number, kind, code),
        _ => return not_understood(entry),
    }])
}

/// `80 443 1000-2000:1024-65535`: destination ports, and behind the colon source ports.
fn with_ports(entry: &Entry) -> Services {
    let mut services = Services::default();
    let protocols =
        [("tcp-portrange", 6), ("udp-portrange", 17), ("sctp-portrange", 132), ("udplite-portrange", 136)];
    for (key, number) in protocols {
        for word in entry.words(key) {
            let (to, from) = word.split_once(':').unwrap_or((word, "0-65535"));
            let ports = |text: &str| {
                let (first, last) = text.split_once('-').unwrap_or((text, text));
                Some(Span::new(first.trim().parse::<u16>().ok()?, last.trim().parse::<u16>().ok()?))
            };
            match (ports(to), ports(from)) {
                (Some(to), Some(from)) => services.sure.push(Service {
                    destination_ports: vec![to],
                    source_ports: vec![from],
                    ..Service::of_protocol(number)
                }),
                _ => services.add(not_understood(entry)),
            }
        }
    }
    if services == Services::default() { not_understood(entry) } else { services }
}

/// A service without the packets of these: for `service-negate`.
pub fn others(services: &Services) -> Services {
    // Ports of TCP and UDP that are not named, and all protocols that are not.
    let mut left = Vec::new();
    let exact = services.maybe.is_none()
        && services.sure.iter().all(|one| {
            one.source_ports == [Span::ANY]
                && one.flags == Service::any().flags
                && one.protocols.iter().all(|span| span.first == span.last)
        });
    if !exact {
        let because = services.maybe.as_ref().map_or("a negated service", |(_, because)| because);
        return Services::maybe(vec![Service::any()], because);
    }
    let mut by_protocol: HashMap<u16, Vec<Span<u16>>> = HashMap::new();
    for one in &services.sure {
        for protocol in &one.protocols {
            by_protocol.entry(protocol.first).or_default().extend(one.destination_ports.iter().copied());
        }
    }
    let mut named: Vec<u16> = by_protocol.keys().copied().collect();
    named.sort_unstable();
    let spans: Vec<Span<u16>> = named.iter().map(|number| Span::one(*number)).collect();
    let rest = model::packets::other_numbers(&spans, Span { first: 0, last: 255 });
    if !rest.is_empty() {
        left.push(Service { protocols: rest, ..Service::any() });
    }
    for number in named {
        let ports =
            model::packets::other_numbers(by_protocol.get(&number).map_or(&[], Vec::as_slice), Span::ANY);
        if !ports.is_empty() {
            let number = u8::try_from(number).unwrap_or_default();
            left.push(Service { destination_ports: ports, ..Service::of_protocol(number) });
        }
    }
    Services::sure(left)
}

/// The address of an interface and what it is written in.
pub fn interface_net(words: &[String]) -> Option<ipnet::IpNet> {
    match words {
        [one] => one.parse::<ipnet::IpNet>().ok(),
        [address, mask, ..] => {
            ipnet::IpNet::with_netmask(address.parse::<IpAddr>().ok()?, mask.parse::<IpAddr>().ok()?).ok()
        }
        [] => None,
    }
}
