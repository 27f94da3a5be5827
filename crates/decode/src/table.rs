//! Which protocols are asked for which flow: looked up once per flow, never per frame.

use std::collections::HashMap;

use model::Family;

use crate::packet::LinkProtocol;
use crate::protocol::{Anywhere, On, Opening, Protocol, Verdict};
use crate::protocols::PROTOCOLS;
use crate::services::SERVICES;

/// The responder's port, then the initiator's.
pub type Ports = [u16; 2];

/// What carries a flow, as far as the table cares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transport {
    /// TCP.
    Tcp,
    /// UDP.
    Udp,
    /// Directly on IP.
    Ip,
}

/// The protocols by where they are at home.
pub struct Table {
    tcp: HashMap<u16, Vec<&'static Protocol>>,
    udp: HashMap<u16, Vec<&'static Protocol>>,
    ip: HashMap<u16, Vec<&'static Protocol>>,
    link: Vec<(LinkProtocol, &'static Protocol)>,
    anywhere_tcp: Vec<&'static Protocol>,
    anywhere_udp: Vec<&'static Protocol>,
    services: HashMap<(bool, u16), (&'static str, Family)>,
}

impl Default for Table {
    fn default() -> Table {
        Table::new(PROTOCOLS)
    }
}

impl Table {
    /// A table of these protocols.
    pub fn new(protocols: &[&'static Protocol]) -> Table {
        let mut table = Table {
            tcp: HashMap::new(),
            udp: HashMap::new(),
            ip: HashMap::new(),
            link: Vec::new(),
            anywhere_tcp: Vec::new(),
            anywhere_udp: Vec::new(),
            services: HashMap::new(),
        };
        for &protocol in protocols {
            for on in protocol.on {
                table.add(protocol, *on);
            }
            if matches!(protocol.anywhere, Anywhere::Tcp | Anywhere::Both) {
                table.anywhere_tcp.push(protocol);
            }
            if matches!(protocol.anywhere, Anywhere::Udp | Anywhere::Both) {
                table.anywhere_udp.push(protocol);
            }
        }
        for &(tcp, udp, port, name, family) in SERVICES {
            for (wanted, is_tcp) in [(tcp, true), (udp, false)] {
                if wanted {
                    table.services.entry((is_tcp, port)).or_insert((name, family));
                }
            }
        }
        table
    }

    fn add(&mut self, protocol: &'static Protocol, on: On) {
        let name = (protocol.name, protocol.family);
        match on {
            On::Tcp(port) => {
                self.tcp.entry(port).or_default().push(protocol);
                self.services.entry((true, port)).or_insert(name);
            }
            On::Udp(port) => {
                self.udp.entry(port).or_default().push(protocol);
                self.services.entry((false, port)).or_insert(name);
            }
            On::Ip(number) => self.ip.entry(u16::from(number)).or_default().push(protocol),
            On::EtherType(kind) => self.link.push((LinkProtocol::EtherType(kind), protocol)),
            On::Snap(organisation, kind) => {
                self.link.push((LinkProtocol::Snap(organisation, kind), protocol))
            }
            On::Llc(point) => self.link.push((LinkProtocol::Llc(point), protocol)),
        }
    }

    /// Protocols at home on the responder's port; when there are none, on the initiator's: clients are known to use
    /// the service's port on their side too.
    pub fn home(&self, transport: Transport, ports: Ports) -> &[&'static Protocol] {
        let homes = match transport {
            Transport::Tcp => &self.tcp,
            Transport::Udp => &self.udp,
            Transport::Ip => &self.ip,
        };
        ports.iter().find_map(|port| homes.get(port)).map_or(&[], Vec::as_slice)
    }

    /// True when a protocol is at home on one of the ports.
    pub fn is_home(&self, transport: Transport, ports: Ports) -> bool {
        !self.home(transport, ports).is_empty()
    }

    /// Protocols that are recognised on any port.
    pub fn anywhere(&self, transport: Transport) -> &[&'static Protocol] {
        match transport {
            Transport::Tcp => &self.anywhere_tcp,
            Transport::Udp => &self.anywhere_udp,
            Transport::Ip => &[],
        }
    }

    /// The protocol directly on a link that takes this payload, with its number in the table (from 1).
    pub fn on_link(&self, kind: LinkProtocol, payload: &[u8]) -> Option<(u8, &'static Protocol)> {
        let opening = Opening { bytes: payload, at_home: true, from_initiator: true, stream: false };
        let matching = self.link.iter().enumerate().filter(|(_, (on, _))| *on == kind);
        for (number, (_, protocol)) in matching {
            if (protocol.probe)(&opening) == Verdict::Yes {
                return Some((u8::try_from(number + 1).unwrap_or(u8::MAX), protocol));
            }
        }
        None
    }

    /// The service that a port is registered for: its name and trade.
    pub fn service(&self, tcp: bool, port: u16) -> Option<(&'static str, Family)> {
        self.services.get(&(tcp, port)).copied()
    }
}
