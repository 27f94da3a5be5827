//! The arrow from decoding to inventory: what is told, flow by flow, while frames go by.

use std::net::IpAddr;

use crate::{Certainty, Evidence, Family, Host, Mac, Sighting, Timestamp, Transport};

/// Number of a flow while it lives: dense, reused after [`Observer::closed`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FlowId(pub u32);

/// One of the two ends of a flow. `A` is the sender of its first frame; that says nothing about who started it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Side {
    /// The sender of the first frame seen.
    A,
    /// The other.
    B,
}

impl Side {
    /// The other end.
    pub fn other(self) -> Side {
        match self {
            Side::A => Side::B,
            Side::B => Side::A,
        }
    }
}

/// One end of a flow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Endpoint {
    /// The host.
    pub host: Host,
    /// Its TCP or UDP port; for other transports the EtherType or IP protocol, the same on both ends.
    pub port: u16,
}

/// The two ends of a flow and what carries it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Ends {
    /// What carries it.
    pub transport: Transport,
    /// The sender of its first frame.
    pub a: Endpoint,
    /// The receiver of its first frame.
    pub b: Endpoint,
}

impl Ends {
    /// The end on one side.
    pub fn at(&self, side: Side) -> Endpoint {
        match side {
            Side::A => self.a,
            Side::B => self.b,
        }
    }
}

/// How frames of one side of a flow came by: told at first and when it changes, never per frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Path {
    /// Source hardware address, where the link has one.
    pub from: Option<Mac>,
    /// Destination hardware address, where the link has one.
    pub to: Option<Mac>,
    /// Outermost VLAN id; none when untagged or only priority-tagged.
    pub vlan: Option<u16>,
    /// IPv4 time to live or IPv6 hop limit; tells whether a router stands between.
    pub hops_left: Option<u8>,
}

/// Who listens to decoding. Methods are called in the order in which frames go by.
pub trait Observer {
    /// A new flow begins.
    fn opened(&mut self, flow: FlowId, ends: &Ends, at: Timestamp);
    /// Who started the flow, and how that was decided. May be told again when better evidence appears.
    fn oriented(&mut self, flow: FlowId, initiator: Side, evidence: Evidence);
    /// One frame of `bytes` length on the wire went by.
    fn carried(&mut self, flow: FlowId, from: Side, at: Timestamp, bytes: u32);
    /// The way that frames of this side take.
    fn path(&mut self, flow: FlowId, from: Side, path: &Path);
    /// The protocol of the flow. May be told again when a port guess is replaced by content.
    fn recognised(&mut self, flow: FlowId, protocol: &'static str, family: Family, certainty: Certainty);
    /// What one frame told us.
    fn sighting(&mut self, flow: FlowId, from: Side, at: Timestamp, sighting: &Sighting<'_>);
    /// The flow is over; its number may be used again.
    fn closed(&mut self, flow: FlowId);
    /// An address was claimed by a hardware address (ARP, neighbour discovery), outside any doubt of routing.
    fn claimed(&mut self, ip: IpAddr, mac: Mac, vlan: Option<u16>, at: Timestamp);
}
