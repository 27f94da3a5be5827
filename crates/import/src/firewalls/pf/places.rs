//! Interfaces, groups of interfaces, and the addresses that rules name by them: `lan`, `lanip`, `(self)`.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::net::IpAddr;

use ipnet::IpNet;
use model::firewall::Interface;
use model::packets::{Span, other_addresses};

use super::Product;
use super::xml::Node;
use crate::firewalls::addresses::{Family, IPV6, interface_address};
use crate::firewalls::building::Building;
use crate::firewalls::part::Part;

/// How an interface gets an address that is not written down.
const DYNAMIC: &[&str] =
    &["dhcp", "dhcp6", "track6", "slaac", "6rd", "6to4", "pppoe", "pptp", "l2tp", "ppp", "idassoc6"];

/// Interfaces that tunnels bring along: name, and what the pages call them.
const TUNNELS: &[(&str, &str)] = &[
    ("openvpn", "OpenVPN"),
    ("enc0", "IPsec"),
    ("wireguard", "WireGuard"),
    ("WireGuard", "WireGuard tunnels"),
    ("l2tp", "L2TP VPN"),
    ("pptp", "PPTP VPN"),
    ("pppoe", "PPPoE server"),
];

/// Whose packets a rule is read for. What goes to an address of the firewall leaves by no interface: of an own address
/// that is not written down it is known that packets that pass through do not go there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Going {
    /// Packets that pass through.
    Through,
    /// Packets for the firewall itself.
    ToItself,
    /// Either, as before a translation, where own addresses stand for others.
    Anywhere,
}

/// One interface.
#[derive(Debug, Default)]
pub struct Place {
    /// Its number.
    pub number: u16,
    /// What people call it.
    pub description: String,
    /// Its own addresses with their networks.
    pub addresses: Vec<IpNet>,
    /// True when it has an IPv4 address that is not written down.
    dynamic_four: bool,
    /// The same for IPv6.
    dynamic_six: bool,
    /// Rules that the product adds: block private networks, block bogons.
    pub blocks_private: bool,
    /// Block bogons.
    pub blocks_bogons: bool,
    /// How it gets its IPv4 address: `dhcp` has rules of its own.
    pub dhcp_client: bool,
}

/// All interfaces and groups.
#[derive(Debug, Default)]
pub struct Places {
    /// Interfaces by name, in the order of the file.
    pub all: Vec<(String, Place)>,
    by_name: HashMap<String, usize>,
    /// Members of groups.
    groups: BTreeMap<String, Group>,
}

/// A group of interfaces.
#[derive(Debug, Default)]
struct Group {
    members: Vec<u16>,
    sequence: u32,
}

impl Places {
    /// Reads them.
    pub fn read(root: Node, product: Product, building: &mut Building) -> Places {
        let mut places = Places::default();
        for node in root.child("interfaces").into_iter().flat_map(|node| node.children_all()) {
            if node.child("enable").is_none() || places.by_name.contains_key(node.name()) {
                continue;
            }
            places.add(node, product, building);
        }
        places.virtual_addresses(root, building);
        places.read_groups(root);
        places.tunnels(root, building);
        places
    }

    /// Interfaces that tunnels bring along and that rules may name without being listed.
    fn tunnels(&mut self, root: Node, building: &mut Building) {
        let rules = root.child("filter").into_iter().flat_map(|list| list.children("rule"));
        let named: HashSet<&str> = rules.flat_map(|rule| rule.value("interface").split(',')).collect();
        for (name, shown) in TUNNELS.iter().filter(|(name, _)| named.contains(name)) {
            if self.numbers(name).is_some() {
                continue;
            }
            let number = building.interface(Interface {
                name: (*name).to_string(),
                aliases: vec![(*shown).to_string()],
                ..Interface::default()
            });
            let description = (*shown).to_string();
            let place = Place { number, description, dynamic_four: true, ..Place::default() };
            self.by_name.insert((*name).to_string(), self.all.len());
            self.all.push(((*name).to_string(), place));
        }
    }

    fn add(&mut self, node: Node, product: Product, building: &mut Building) {
        let mut addresses = Vec::new();
        for (address, length) in [("ipaddr", "subnet"), ("ipaddrv6", "subnetv6")] {
            addresses.extend(interface_address(node.value(address), node.value(length)));
        }
        let name = node.name().to_string();
        let device = node.value("if").to_string();
        let described = Some(node.value("descr")).filter(|text| !text.is_empty()).map(str::to_string);
        let aliases =
            described.iter().cloned().chain(Some(device.clone()).filter(|device| !device.is_empty()));
        let number = building.interface(Interface {
            name: name.clone(),
            aliases: aliases.collect(),
            addresses: addresses.clone(),
            security_level: None,
        });
        let is_dynamic = |key: &str| DYNAMIC.contains(&node.value(key));
        // Interfaces of tunnels have no address here when it is set where the tunnel is.
        let tunnel =
            ["ovpn", "wg", "tun", "ipsec", "gif", "gre", "pppoe"].iter().any(|kind| device.starts_with(kind));
        // pfSense asks whether the setting is there, OPNsense whether it says something.
        let blocks = |key: &str| match product {
            Product::PfSense => node.child(key).is_some(),
            Product::OpnSense => !matches!(node.value(key), "" | "0"),
        };
        let place = Place {
            number,
            description: described.unwrap_or_else(|| name.to_ascii_uppercase()),
            dynamic_four: is_dynamic("ipaddr") || tunnel && addresses.is_empty(),
            dynamic_six: is_dynamic("ipaddrv6"),
            addresses,
            blocks_private: blocks("blockpriv"),
            blocks_bogons: blocks("blockbogons"),
            dhcp_client: node.value("ipaddr") == "dhcp",
        };
        // OpenVPN and WireGuard bring a group of all their interfaces.
        let group = match device.as_str() {
            device if device.starts_with("ovpn") => Some("openvpn"),
            device if device.starts_with("wg") || device.starts_with("tun_wg") => Some("wireguard"),
            _ => None,
        };
        if let Some(group) = group.filter(|group| *group != name) {
            self.groups.entry(group.to_string()).or_default().members.push(number);
        }
        self.by_name.insert(name.clone(), self.all.len());
        self.all.push((name, place));
    }

    /// Addresses beside the interface's own: aliases and those that two firewalls share.
    fn virtual_addresses(&mut self, root: Node, building: &mut Building) {
        for vip in root.child("virtualip").into_iter().flat_map(|node| node.children("vip")) {
            if !matches!(vip.value("mode"), "ipalias" | "carp" | "") {
                continue;
            }
            let Some(net) = interface_address(vip.value("subnet"), vip.value("subnet_bits")) else {
                continue;
            };
            let Some(at) = self.by_name.get(vip.value("interface")).copied() else { continue };
            if let Some((_, place)) = self.all.get_mut(at) {
                place.addresses.push(net);
                let number = usize::from(place.number);
                if let Some(interface) = building.firewall().interfaces.get_mut(number) {
                    interface.addresses.push(net);
                }
            }
        }
    }

    fn read_groups(&mut self, root: Node) {
        for entry in root.child("ifgroups").into_iter().flat_map(|node| node.children("ifgroupentry")) {
            let name = entry.value("ifname").to_string();
            let members = entry.value("members").split([' ', ',', '\n']).filter(|name| !name.is_empty());
            let members: Vec<u16> =
                members.filter_map(|name| self.get(name)).map(|place| place.number).collect();
            let group = self.groups.entry(name).or_default();
            group.members.extend(members);
            group.sequence = entry.value("sequence").parse().unwrap_or(0);
        }
    }

    /// An interface by its name.
    pub fn get(&self, name: &str) -> Option<&Place> {
        self.by_name.get(name).and_then(|at| self.all.get(*at)).map(|(_, place)| place)
    }

    /// The sequence of a group of interfaces; none when it is none.
    pub fn group_sequence(&self, name: &str) -> Option<u32> {
        self.groups.get(name).map(|group| group.sequence)
    }

    /// The interfaces that a name stands for; none when it is not known.
    pub fn numbers(&self, name: &str) -> Option<Vec<u16>> {
        let own = self.get(name).map(|place| place.number);
        let group = self.groups.get(name).map(|group| group.members.as_slice());
        match (own, group) {
            (None, None) => None,
            (own, group) => Some(own.into_iter().chain(group.unwrap_or_default().iter().copied()).collect()),
        }
    }

    /// What a macro stands for within one family: `lan`, `lanip`, `(self)`; none when it is no macro.
    pub fn part(&self, name: &str, family: Family, going: Going) -> Option<Part<u128>> {
        if name == "(self)" || name == "self" {
            let mut part = Part::default();
            for (_, place) in &self.all {
                part.add(self.own(place, family, going));
            }
            let loopback = [IpAddr::from([127, 0, 0, 1]), IpAddr::from([0, 0, 0, 0, 0, 0, 0, 1])];
            part.add(Part::sure(loopback.into_iter().map(Span::of_ip).collect()));
            part.keep(&family.spans());
            return Some(part.tidy());
        }
        if let Some(place) = self.get(name) {
            return Some(self.networks(place, family));
        }
        if let Some(place) = name.strip_suffix("ip").and_then(|name| self.get(name)) {
            return Some(self.own(place, family, going));
        }
        let group = self.groups.get(name)?;
        let mut part = Part::default();
        for (_, place) in self.all.iter().filter(|(_, place)| group.members.contains(&place.number)) {
            part.add(self.networks(place, family));
        }
        Some(part.tidy())
    }

    /// The addresses of an interface itself.
    fn own(&self, place: &Place, family: Family, going: Going) -> Part<u128> {
        let known = place.addresses.iter().map(|net| Span::of_ip(net.addr())).collect();
        if going == Going::Through {
            let mut part = Part::sure(known);
            part.keep(&family.spans());
            return part;
        }
        self.with_unknown(place, family, known, "the address of")
    }

    /// The networks behind an interface.
    fn networks(&self, place: &Place, family: Family) -> Part<u128> {
        let known = place.addresses.iter().map(Span::of_net).collect();
        self.with_unknown(place, family, known, "the network of")
    }

    fn with_unknown(&self, place: &Place, family: Family, known: Vec<Span<u128>>, what: &str) -> Part<u128> {
        let mut part = Part::sure(known);
        part.keep(&family.spans());
        let mut unknown = Vec::new();
        if place.dynamic_four && family != Family::Six {
            unknown.extend(self.elsewhere(place, Span::IPV4));
        }
        if place.dynamic_six && family != Family::Four {
            unknown.extend(IPV6.iter().flat_map(|half| self.elsewhere(place, *half)));
        }
        if !unknown.is_empty() {
            part.add(Part::maybe(
                unknown,
                format!("{what} {}, which is not written down", place.description),
            ));
        }
        part
    }

    /// Where an address that is not written down may lie: not in a network of another interface.
    fn elsewhere(&self, place: &Place, among: Span<u128>) -> Vec<Span<u128>> {
        let others = self.all.iter().filter(|(_, other)| other.number != place.number);
        let taken: Vec<Span<u128>> =
            others.flat_map(|(_, other)| other.addresses.iter().map(Span::of_net)).collect();
        other_addresses(&taken, among)
    }
}
