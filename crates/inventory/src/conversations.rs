//! Flows folded into conversations, and weakly oriented ones turned when a stronger one shows who serves.

use hashbrown::{HashMap, HashSet};
use model::{Certainty, Conversation, Evidence, Family, Host, Limits, Transport};

use crate::tally::{Named, Rare, Tally};

/// Conversations kept at once; those beyond are counted as dropped.
pub const CONVERSATIONS_MAX: usize = 1_000_000;
/// Flows with both ports kept because who started them is in doubt. Beyond it, the doubt is settled at once.
pub const UNSETTLED_MAX: usize = 65_536;
/// The lowest port that a client may have been given by its system; below, a known port is beyond doubt.
const CLIENT_PORT_MIN: u16 = 1024;

type Table<K, V> = HashMap<K, V, foldhash::fast::RandomState>;
type Set<K> = HashSet<K, foldhash::fast::RandomState>;

/// Who asks whom, over what.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Key {
    /// Who started it.
    pub initiator: Host,
    /// Who was asked.
    pub responder: Host,
    /// What carries it.
    pub transport: Transport,
    /// The responder's port.
    pub port: u16,
}

/// All conversations so far.
#[derive(Debug, Default)]
pub struct Conversations {
    settled: Table<Key, Tally>,
    /// Those whose start is in doubt, with the initiator's port.
    unsettled: Table<(Key, u16), Tally>,
    /// Services that somebody was seen to open or to use: host, transport, port.
    services: Set<(Host, Transport, u16)>,
    dropped: u64,
}

impl Conversations {
    /// Folds one flow, and leaves its tally empty for reuse. `client_port` is the initiator's.
    pub fn fold(&mut self, key: Key, client_port: u16, tally: &mut Tally) {
        let service = (key.responder, key.transport, key.port);
        if tally.evidence >= Evidence::Content {
            if self.services.len() < CONVERSATIONS_MAX {
                self.services.insert(service);
            }
        } else if doubtful(&key, tally.evidence) && !self.services.contains(&service) {
            if let Some(known) = self.unsettled.get_mut(&(key, client_port)) {
                return known.absorb(tally);
            }
            if self.unsettled.len() < UNSETTLED_MAX {
                return self.unsettled.entry((key, client_port)).or_insert_with(Tally::new).absorb(tally);
            }
        }
        self.settle(key, tally);
    }

    /// Adds the conversations of another part of the capture.
    pub fn merge(&mut self, other: Conversations) {
        self.dropped += other.dropped;
        self.services.extend(other.services);
        for (key, mut tally) in other.settled {
            self.settle(key, &mut tally);
        }
        for ((key, client_port), mut tally) in other.unsettled {
            self.fold(key, client_port, &mut tally);
        }
    }

    /// All conversations, busiest first. Operations are told apart, assets not yet known.
    pub fn finish(mut self, limits: &mut Limits) -> Vec<Conversation> {
        self.decide();
        self.join_mirrored();
        limits.conversations_dropped += self.dropped;
        let mut list: Vec<Conversation> = Vec::with_capacity(self.settled.len());
        for (key, tally) in self.settled {
            limits.operations_folded += tally.counters.folded();
            list.push(conversation(key, tally));
        }
        list.sort_by(|a, b| {
            b.packets.cmp(&a.packets).then_with(|| {
                (a.initiator, a.responder, a.transport, a.port).cmp(&(
                    b.initiator,
                    b.responder,
                    b.transport,
                    b.port,
                ))
            })
        });
        list
    }

    fn settle(&mut self, key: Key, tally: &mut Tally) {
        if let Some(known) = self.settled.get_mut(&key) {
            return known.absorb(tally);
        }
        if self.settled.len() >= CONVERSATIONS_MAX {
            self.dropped += 1;
            Tally::new().absorb(tally);
            return;
        }
        self.settled.entry(key).or_insert_with(Tally::new).absorb(tally);
    }

    /// Turns what is in doubt towards the service that others were seen to open.
    fn decide(&mut self) {
        for ((key, client_port), mut tally) in std::mem::take(&mut self.unsettled) {
            let known = |host: Host, port: u16| self.services.contains(&(host, key.transport, port));
            if !known(key.responder, key.port) && known(key.initiator, client_port) {
                tally.turn();
                tally.evidence = Evidence::KnownService;
                let turned =
                    Key { initiator: key.responder, responder: key.initiator, port: client_port, ..key };
                self.settle(turned, &mut tally);
            } else {
                self.settle(key, &mut tally);
            }
        }
        for (key, tally) in &mut self.settled {
            if tally.evidence < Evidence::KnownService
                && self.services.contains(&(key.responder, key.transport, key.port))
            {
                tally.evidence = Evidence::KnownService;
            }
        }
    }

    /// Where there are no ports, both directions are one conversation unless the content shows two.
    fn join_mirrored(&mut self) {
        let turned: Vec<Key> = self
            .settled
            .iter()
            .filter(|(key, tally)| {
                let mirror =
                    self.settled.get(&Key { initiator: key.responder, responder: key.initiator, ..**key });
                !has_ports(key.transport)
                    && tally.evidence == Evidence::FirstSender
                    && mirror.is_some_and(|m| m.evidence != tally.evidence || weight(m, tally, key))
            })
            .map(|(key, _)| *key)
            .collect();
        for key in turned {
            if let Some(mut tally) = self.settled.remove(&key) {
                tally.turn();
                let mirror = Key { initiator: key.responder, responder: key.initiator, ..key };
                self.settle(mirror, &mut tally);
            }
        }
    }
}

/// True when the mirrored conversation is the one that stays: it began earlier.
fn weight(mirror: &Tally, tally: &Tally, key: &Key) -> bool {
    (mirror.first, key.responder) < (tally.first, key.initiator)
}

fn has_ports(transport: Transport) -> bool {
    match transport {
        Transport::Tcp | Transport::Udp => true,
        Transport::Icmp | Transport::Ip | Transport::Ethernet => false,
    }
}

/// True when a known service at the other end would turn it.
fn doubtful(key: &Key, evidence: Evidence) -> bool {
    let weak = match evidence {
        Evidence::FirstSender | Evidence::LowerPort => true,
        Evidence::KnownPort => key.port >= CLIENT_PORT_MIN,
        Evidence::KnownService | Evidence::Content | Evidence::Start => false,
    };
    weak && has_ports(key.transport) && key.initiator.is_unicast() && key.responder.is_unicast()
}

fn conversation(key: Key, tally: Tally) -> Conversation {
    let named = tally.best_name().unwrap_or(Named {
        protocol: key.transport.as_str(),
        family: Family::Unknown,
        certainty: Certainty::None,
        packets: 0,
    });
    let rare = tally.rare.map(|rare| *rare).unwrap_or_default();
    let Rare { applications, versions, units, credentials, malformed, malformed_first } = rare;
    let [sent, received] = tally.packets;
    Conversation {
        initiator: key.initiator,
        responder: key.responder,
        evidence: tally.evidence,
        initiator_asset: None,
        responder_asset: None,
        transport: key.transport,
        port: key.port,
        protocol: named.protocol,
        family: named.family,
        certainty: named.certainty,
        applications,
        packets: sent + received,
        bytes: tally.bytes,
        packets_sent: sent,
        flows: tally.flows,
        first: tally.first,
        last: tally.last,
        protection: tally.protection,
        versions,
        operations: tally.counters.shown(),
        units,
        credentials: credentials.into_iter().collect(),
        malformed,
        malformed_reason: malformed_first.map(|(_, reason)| reason),
    }
}
