//! What a rule says about one side of a packet and about what it carries.

use std::rc::Rc;

use model::packets::{Span, TcpFlags};

use super::aliases::Aliases;
use super::places::{Going, Places};
use super::xml::Node;
use crate::firewalls::addresses::{Family, network_or_range};
use crate::firewalls::building::{Service, Services};
use crate::firewalls::cisco::entry::{with_destination_ports, with_source_ports};
use crate::firewalls::part::Part;
use crate::firewalls::words::{icmp, icmp6, port_range, protocol};

/// What rules are read with.
pub struct Names {
    /// Interfaces.
    pub places: Places,
    /// Aliases.
    pub aliases: Aliases,
}

/// Why a rule is not loaded by the firewall.
pub type NotLoaded = String;

impl Names {
    /// The addresses of `source` or `destination` of a legacy rule.
    pub fn side(
        &mut self,
        node: Option<Node>,
        family: Family,
        going: Going,
    ) -> Result<Part<u128>, NotLoaded> {
        let Some(node) = node.filter(|node| node.child("any").is_none()) else {
            return Ok(Part::sure(family.spans()));
        };
        let named =
            ["network", "address"].into_iter().map(|key| node.value(key)).find(|text| !text.is_empty());
        let Some(text) = named else { return Ok(Part::sure(family.spans())) };
        let part = self.addresses(text, family, going)?;
        Ok(if node.has("not") { part.other_than(&family.spans()) } else { part })
    }

    /// Addresses by one or several words: `lan`, `wanip`, `(self)`, an alias, a network.
    pub fn addresses(&mut self, text: &str, family: Family, going: Going) -> Result<Part<u128>, NotLoaded> {
        let mut part = Part::default();
        for word in text.split(',').map(str::trim).filter(|word| !word.is_empty()) {
            if word == "any" {
                return Ok(Part::sure(family.spans()));
            }
            if let Some(known) = self.places.part(word, family, going) {
                part.add(known);
            } else if let Some(span) = network_or_range(word) {
                part.add(Part::one(span));
            } else if let Some(known) = self.aliases.addresses(word, family, &self.places) {
                part.add((*known).clone());
            } else if matches!(word, "pppoe" | "l2tp" | "pptp") {
                part.add(Part::maybe(family.spans(), format!("the clients of {word}")));
            } else {
                return Err(format!("{word} is no interface, alias or network that is switched on"));
            }
        }
        part.keep(&family.spans());
        Ok(part.tidy())
    }

    /// Ports by a number, a range, a name or an alias; none for any.
    pub fn ports(&mut self, text: &str) -> Result<Option<Part<u16>>, NotLoaded> {
        if text.is_empty() || text == "any" {
            return Ok(None);
        }
        let mut part: Part<u16> = Part::default();
        for word in text.split(',').map(str::trim).filter(|word| !word.is_empty()) {
            // An alias may be named like a service.
            if let Some(known) = self.aliases.ports(word) {
                part.add((*known).clone());
            } else if let Some(span) = port_range(word) {
                part.add(Part::one(span));
            } else {
                return Err(format!("{word} is no port and no alias of ports that is switched on"));
            }
        }
        Ok(Some(part))
    }

    /// What a rule lets through beside addresses.
    pub fn services(
        &mut self,
        protocol: &str,
        family: Family,
        icmp_types: (&str, &str),
        ports: (&str, &str),
    ) -> Result<Services, NotLoaded> {
        let name = protocol.to_ascii_lowercase();
        let mut services = match name.as_str() {
            "" | "any" => return Ok(Services::any()),
            "tcp" | "udp" | "tcp/udp" => {
                let tcp = (name != "udp").then(|| Service::of_protocol(6));
                let udp = (name != "tcp").then(|| Service::of_protocol(17));
                Services::sure(tcp.into_iter().chain(udp).collect())
            }
            "icmp" | "icmp6" | "icmpv6" | "ipv6-icmp" => return Ok(messages(&name, family, icmp_types)),
            other => match protocol_number(other) {
                Some(number) => return Ok(Services::sure(vec![Service::of_protocol(number)])),
                None => return Ok(Services::maybe(vec![Service::any()], format!("protocol {other}"))),
            },
        };
        if let Some(part) = self.ports(ports.0)? {
            services = with_source_ports(&services, &part);
        }
        if let Some(part) = self.ports(ports.1)? {
            services = with_destination_ports(&services, &part);
        }
        Ok(services)
    }
}

fn protocol_number(name: &str) -> Option<u8> {
    protocol(name)
}

/// ICMP for IPv4, IPv6 or both, of some types.
fn messages(name: &str, family: Family, (types, types6): (&str, &str)) -> Services {
    let mut services = Services::default();
    let mut add = |number: u8, types: &str| {
        let words = || types.split(',').map(str::trim).filter(|word| !word.is_empty() && *word != "any");
        if words().next().is_none() {
            services.sure.push(Service::of_protocol(number));
        }
        for word in words() {
            let known = if number == 58 { icmp6(word) } else { icmp(word) };
            match known {
                Some((kind, Some(code))) => services.sure.push(Service::icmp_code(number, kind, code)),
                Some((kind, None)) => services.sure.push(Service::icmp(number, Span::one(kind))),
                None => {
                    let all = vec![Service::of_protocol(number)];
                    services.add(Services::maybe(all, format!("ICMP type {word}")));
                }
            }
        }
    };
    if name == "icmp" && family != Family::Six {
        add(1, types);
    }
    if name != "icmp" || family != Family::Four {
        add(58, if types6.is_empty() { types } else { types6 });
    }
    services
}

/// The services of a rule about TCP with these flags of those, as in `S/SA`.
pub fn with_flags(services: Services, set: &str, of: &str) -> Services {
    let flags = |text: &str| {
        text.split(',').map(str::trim).fold(TcpFlags(0), |sum, word| {
            sum.and(match word.to_ascii_lowercase().as_str() {
                "syn" => TcpFlags::SYN,
                "ack" => TcpFlags::ACK,
                "rst" => TcpFlags::RST,
                "fin" => TcpFlags::FIN,
                "psh" => TcpFlags::PSH,
                "urg" => TcpFlags::URG,
                "ece" => TcpFlags::ECE,
                "cwr" => TcpFlags::CWR,
                _ => TcpFlags(0),
            })
        })
    };
    let spans = TcpFlags::spans(flags(of), flags(set));
    let changed = services.sure.into_iter().map(|service| Service { flags: spans.clone(), ..service });
    Services { sure: changed.collect(), maybe: services.maybe }
}

/// The two sides of a rule, for one family.
pub struct Sides {
    /// Where it comes from.
    pub sources: Rc<Part<u128>>,
    /// Where it goes.
    pub destinations: Rc<Part<u128>>,
}
