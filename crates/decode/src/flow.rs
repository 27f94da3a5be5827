//! Flows: the frames between two ends, from the first to the last.

use std::hash::BuildHasher;

use hashbrown::{HashMap, HashTable};
use model::{Ends, Evidence, Side, Timestamp, Transport};

use crate::packet::{Addresses, Hardware};
use crate::protocol::Orientation;
use crate::reading::Reading;
use crate::segment::{Between, Hosts};
use crate::stream::Stream;

/// Most flows alive at once. Beyond, those silent for longest are closed.
pub const FLOWS_MAX: usize = 200_000;
/// From so many flows on, silent ones are closed from time to time.
pub const FLOWS_SWEEP_FROM: usize = 50_000;
/// From so many flows on, silent ones that would begin anew just as they are known now are closed from time to time.
pub const FLOWS_TIDY_FROM: usize = 4_096;
/// A flow silent for this long may be closed when there are many, in nanoseconds (two minutes).
pub const FLOW_SILENCE_NANOSECONDS: i64 = 120 * 1_000_000_000;
/// A copy of a frame within this time is a mirror's, in microseconds (5 ms): mirrors copy at once, hosts repeat later.
const DUPLICATE_MICROSECONDS: u32 = 5_000;
/// So many frames of one side are remembered to recognise copies.
const RECENT_FRAMES: usize = 2;

/// What tells flows apart: both ends in a fixed order, and what carries them. Between IPv4 hosts it fits into one
/// number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FlowKey {
    /// Between IPv4 hosts: both addresses, both ports, transport.
    V4(u128),
    /// Between other hosts.
    Wide(WideKey),
}

/// The key of a flow between IPv6 or link hosts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct WideKey {
    low: (u128, u16),
    high: (u128, u16),
    kind: u16,
}

impl FlowKey {
    /// The key of the flow that a frame belongs to, and whether its sender is the lower of the two ends. `link` is the
    /// number of the protocol on Ethernet, so that several protocols of one EtherType are several flows.
    #[inline(always)]
    pub fn of(between: &Between, link: u8) -> (FlowKey, bool) {
        let transport: u16 = match between.transport {
            Transport::Tcp => 1,
            Transport::Udp => 2,
            Transport::Icmp => 3,
            Transport::Ip => 4,
            Transport::Ethernet => 5,
        };
        let [from, to] = between.ports;
        let (a, b) = match between.hosts {
            Hosts::Ip(Addresses::V4([a, b])) => {
                let end = |address: u32, port: u16| u64::from(address) << 16 | u64::from(port);
                let (a, b) = (end(a, from), end(b, to));
                let (low, high) = (a.min(b), a.max(b));
                let key = u128::from(low) << 64 | u128::from(high) << 8 | u128::from(transport);
                return (FlowKey::V4(key), a <= b);
            }
            Hosts::Ip(Addresses::V6([a, b])) => (a, b),
            Hosts::Link(a, b) => (u128::from(a.number()), u128::from(b.number())),
        };
        let (a, b) = ((a, from), (b, to));
        let (low, high) = if a <= b { (a, b) } else { (b, a) };
        (FlowKey::Wide(WideKey { low, high, kind: transport << 8 | u16::from(link) }), a <= b)
    }
}

/// The flows that live, each under its number. Between IPv4 hosts only numbers stand in the table and keys stand in the
/// flows: the table of a whole plant fits into the cache of a core, and the flow is needed anyway.
#[derive(Default)]
pub struct Flows {
    slots: Vec<Option<Flow>>,
    free: Vec<u32>,
    v4: HashTable<u32>,
    wide: HashMap<WideKey, u32, foldhash::fast::RandomState>,
    hasher: foldhash::fast::RandomState,
}

impl Flows {
    /// The number of the flow with this key.
    #[inline(always)]
    pub fn find(&self, key: &FlowKey) -> Option<u32> {
        match key {
            FlowKey::V4(key) => {
                let is = |id: &u32| matches!(self.get(*id), Some(flow) if flow.key == *key);
                self.v4.find(self.hasher.hash_one(key), is).copied()
            }
            FlowKey::Wide(key) => self.wide.get(key).copied(),
        }
    }

    /// The flow with this number.
    #[inline(always)]
    pub fn get(&self, id: u32) -> Option<&Flow> {
        self.slots.get(id as usize)?.as_ref()
    }

    /// The flow with this number.
    #[inline(always)]
    pub fn get_mut(&mut self, id: u32) -> Option<&mut Flow> {
        self.slots.get_mut(id as usize)?.as_mut()
    }

    /// Takes a flow in and gives it a number.
    pub fn insert(&mut self, key: FlowKey, flow: Flow) -> u32 {
        let id = self.free.pop().unwrap_or_else(|| {
            self.slots.push(None);
            (self.slots.len() - 1) as u32
        });
        match key {
            FlowKey::V4(key) => {
                let (slots, hasher) = (&self.slots, &self.hasher);
                let again = |id: &u32| {
                    let key = slots.get(*id as usize).and_then(Option::as_ref).map_or(0, |flow| flow.key);
                    hasher.hash_one(key)
                };
                self.v4.insert_unique(hasher.hash_one(key), id, again);
            }
            FlowKey::Wide(key) => {
                self.wide.insert(key, id);
            }
        }
        if let Some(slot) = self.slots.get_mut(id as usize) {
            *slot = Some(flow);
        }
        id
    }

    /// Lets a flow go; its number may be given again.
    pub fn remove(&mut self, id: u32) -> Option<Flow> {
        let flow = self.slots.get_mut(id as usize)?.take()?;
        match FlowKey::of(&Between::of(&flow.ends), flow.link).0 {
            FlowKey::V4(key) => {
                if let Ok(entry) = self.v4.find_entry(self.hasher.hash_one(key), |known| *known == id) {
                    entry.remove();
                }
            }
            FlowKey::Wide(key) => {
                self.wide.remove(&key);
            }
        }
        self.free.push(id);
        Some(flow)
    }

    /// One more than the highest number in use.
    pub fn end(&self) -> u32 {
        self.slots.len() as u32
    }

    /// When each flow that is `wanted` had its last frame, with its number.
    pub fn ages(&self, wanted: impl Fn(&Flow) -> bool) -> Vec<(Timestamp, u32)> {
        let age = |(slot, id): (&Option<Flow>, u32)| {
            slot.as_ref().filter(|flow| wanted(flow)).map(|flow| (flow.last, id))
        };
        self.slots.iter().zip(0..).filter_map(age).collect()
    }

    /// How many flows there are.
    pub fn len(&self) -> usize {
        self.v4.len() + self.wide.len()
    }
}

/// The way a frame came, as one number that is compared for every frame. 0 stands for "none seen yet".
#[inline(always)]
pub fn path_number(hardware: Hardware, vlan: Option<u16>, hops_left: Option<u8>) -> u128 {
    // VLAN ids have 12 bits, and none is 0.
    let vlan = u128::from(vlan.unwrap_or(0) & 0x0fff);
    let hops = hops_left.map_or(0, |hops| 0x100 | u128::from(hops));
    1 << 127 | vlan << (Hardware::BITS + 9) | hops << Hardware::BITS | hardware.number()
}

/// One flow while it lives. What every frame touches stands first and together.
#[repr(C)]
pub struct Flow {
    /// What tells it apart from others between IPv4 hosts; 0 for a wide key.
    key: u128,
    /// The way the frames of each side take, by [`path_number`].
    pub paths: [u128; 2],
    recent: [[(u32, u32); RECENT_FRAMES]; 2],
    /// Last frame.
    pub last: Timestamp,
    /// True when `ends.a` is the lower end in its key.
    pub a_is_low: bool,
    /// True after FIN or RST: a new SYN begins a new flow.
    pub ended: bool,
    /// The number of its protocol on Ethernet; part of its key.
    pub link: u8,
    /// Who started it.
    pub orientation: Orientation,
    /// Both directions of TCP.
    pub streams: [Stream; 2],
    /// What is said.
    pub reading: Reading,
    /// Its ends.
    pub ends: Ends,
}

impl Flow {
    /// A flow whose first frame goes from `ends.a` to `ends.b`.
    pub fn new(
        (key, a_is_low): (FlowKey, bool),
        link: u8,
        ends: Ends,
        orientation: Orientation,
        reading: Reading,
        at: Timestamp,
    ) -> Flow {
        let key = match key {
            FlowKey::V4(key) => key,
            FlowKey::Wide(_) => 0,
        };
        Flow {
            key,
            paths: [0; 2],
            recent: [[(0, 0); RECENT_FRAMES]; 2],
            last: at,
            ends,
            orientation,
            ended: false,
            streams: Default::default(),
            reading,
            link,
            a_is_low,
        }
    }

    /// The side whose end is the lower one, or the other.
    #[inline(always)]
    pub fn side(&self, low: bool) -> Side {
        if self.a_is_low == low { Side::A } else { Side::B }
    }

    /// True when nothing is lost by closing it while it is silent: the connection is over, or a next datagram tells again
    /// who asks whom.
    pub fn is_renewable(&self) -> bool {
        match self.ends.transport {
            Transport::Tcp => self.ended,
            Transport::Udp | Transport::Icmp | Transport::Ip | Transport::Ethernet => {
                self.orientation.evidence >= Evidence::KnownPort
            }
        }
    }

    /// The responder's port.
    pub fn port(&self) -> u16 {
        self.ends.at(self.orientation.initiator.other()).port
    }

    /// The responder's port, then the initiator's.
    pub fn ports(&self) -> [u16; 2] {
        [self.port(), self.ends.at(self.orientation.initiator).port]
    }

    /// True when the same frame came from this side a moment ago. Remembers it otherwise.
    #[inline]
    pub fn is_duplicate(&mut self, from: Side, fingerprint: u32, at: Timestamp) -> bool {
        let recent = &mut self.recent[from as usize];
        // Microseconds that wrap around after an hour are enough to tell milliseconds. 0 marks an empty place.
        let (fingerprint, now) = (fingerprint.max(1), (at.0 / 1000) as u32);
        let copy = |&(seen, time): &(u32, u32)| {
            seen == fingerprint && (now.wrapping_sub(time) as i32).unsigned_abs() <= DUPLICATE_MICROSECONDS
        };
        if recent.iter().any(copy) {
            return true;
        }
        recent.rotate_right(1);
        recent[0] = (fingerprint, now);
        false
    }
}

/// Who is taken for the initiator when nobody saw the start: the other end of a well-known port, else of the lower
/// port, else the first sender.
pub fn guess_orientation(ends: &Ends, known: impl Fn(u16) -> bool) -> Orientation {
    let toward = |responder: Side, evidence| Orientation { initiator: responder.other(), evidence };
    match ends.transport {
        Transport::Icmp | Transport::Ip | Transport::Ethernet => toward(Side::B, Evidence::FirstSender),
        Transport::Tcp | Transport::Udp => match (known(ends.a.port), known(ends.b.port)) {
            (false, true) => toward(Side::B, Evidence::KnownPort),
            (true, false) => toward(Side::A, Evidence::KnownPort),
            // Whoever speaks to everybody on an unknown port is the one who asks.
            (false, false) if !ends.b.host.is_unicast() => toward(Side::B, Evidence::FirstSender),
            _ if ends.b.port <= ends.a.port => toward(Side::B, Evidence::LowerPort),
            _ => toward(Side::A, Evidence::LowerPort),
        },
    }
}
