//! Listens to decoding. Nearly every frame comes by here: counting it is a few additions.

use std::net::IpAddr;

use model::{
    Certainty, Ends, Evidence, Family, FlowId, Host, IdentitySighting, Mac, Observer, Path, Plant, Side,
    Sighting, Subject, Timestamp,
};

use crate::assets;
use crate::conversations::Conversations;
use crate::flows::Flows;
use crate::hosts::{By, Claim, Hosts};

/// Everything heard so far of one capture, or of a part of its flows.
#[derive(Debug, Default)]
pub struct Inventory {
    flows: Flows,
    conversations: Conversations,
    hosts: Hosts,
}

impl Inventory {
    /// Nothing heard yet.
    pub fn new() -> Inventory {
        Inventory::default()
    }

    /// Adds what another inventory heard of other flows of the same plant.
    pub fn merge(&mut self, mut other: Inventory) {
        other.flows.close_all(&mut other.conversations);
        self.conversations.merge(other.conversations);
        self.hosts.merge(other.hosts);
    }

    /// Learns the name that a capture itself gives to an address, in a name resolution record. It names a host that
    /// was seen otherwise, and gives way to whatever the host says of itself.
    pub fn named(&mut self, ip: IpAddr, name: &str) {
        self.hosts.give_name(ip, name);
    }

    /// Ends all flows and draws the plant from what was heard.
    pub fn finish(mut self) -> Plant {
        self.flows.close_all(&mut self.conversations);
        assets::plant(self.conversations, self.hosts)
    }

    fn identity(&mut self, flow: FlowId, from: Side, at: Timestamp, sighting: &IdentitySighting<'_>) {
        let Some(flow) = self.flows.get(flow) else { return };
        let subject = match sighting.subject {
            Subject::Sender => flow.host(from),
            Subject::Receiver => flow.host(from.other()),
            Subject::Other(host) => Some(host),
        };
        if let Some(host) = subject {
            self.hosts.identity(host, sighting, at);
        }
    }
}

impl Observer for Inventory {
    fn opened(&mut self, flow: FlowId, ends: &Ends, _at: Timestamp) {
        self.flows.close(flow, &mut self.conversations);
        self.flows.open(flow, ends);
    }

    fn oriented(&mut self, flow: FlowId, initiator: Side, evidence: Evidence) {
        if let Some(flow) = self.flows.get(flow) {
            flow.oriented(initiator, evidence);
        }
    }

    fn carried(&mut self, flow: FlowId, from: Side, at: Timestamp, bytes: u32) {
        if let Some(flow) = self.flows.get(flow) {
            flow.carried(from, at, bytes);
        }
    }

    fn path(&mut self, flow: FlowId, from: Side, path: &Path) {
        let ends = self.flows.get(flow).and_then(|flow| flow.ends);
        if let Some(ends) = ends {
            self.hosts.path(ends.at(from).host, ends.at(from.other()).host, path);
        }
    }

    fn recognised(&mut self, flow: FlowId, protocol: &'static str, family: Family, certainty: Certainty) {
        if let Some(flow) = self.flows.get(flow) {
            flow.recognised(protocol, family, certainty);
        }
    }

    fn sighting(&mut self, flow: FlowId, from: Side, at: Timestamp, sighting: &Sighting<'_>) {
        match sighting {
            Sighting::Identity(identity) => self.identity(flow, from, at, identity),
            Sighting::Operation(operation) => {
                if let Some(flow) = self.flows.get(flow) {
                    flow.tally.operation(from == Side::A, at, operation);
                }
            }
            Sighting::Credential(_)
            | Sighting::Protection(_)
            | Sighting::Application { .. }
            | Sighting::Malformed(_) => {
                if let Some(flow) = self.flows.get(flow) {
                    flow.tally.other(from == Side::A, at, sighting);
                }
            }
        }
    }

    fn closed(&mut self, flow: FlowId) {
        self.flows.close(flow, &mut self.conversations);
    }

    fn claimed(&mut self, ip: IpAddr, mac: Mac, vlan: Option<u16>, at: Timestamp) {
        if Host::Ip(ip).is_unicast() {
            self.hosts.claim(ip, Claim { mac, vlan, by: By::Arp, times: 1, first: at, last: at });
        }
    }
}
