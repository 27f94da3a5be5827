//! Flows: the frames between two ends, from the first to the last.

use std::hash::{Hash, Hasher};
use std::net::IpAddr;

use model::{Endpoint, Ends, Evidence, Host, Path, Side, Timestamp, Transport};

use crate::protocol::Orientation;
use crate::reading::Reading;
use crate::stream::Stream;

/// Most flows alive at once. Beyond, those silent for longest are closed.
pub const FLOWS_MAX: usize = 200_000;
/// From so many flows on, silent ones are closed from time to time.
pub const FLOWS_SWEEP_FROM: usize = 50_000;
/// A flow silent for this long may be closed when there are many, in nanoseconds (two minutes).
pub const FLOW_SILENCE_NANOSECONDS: i64 = 120 * 1_000_000_000;
/// A copy of a frame within this time is a mirror's, in nanoseconds (5 ms): mirrors copy at once, hosts repeat later.
const DUPLICATE_NANOSECONDS: i64 = 5_000_000;
/// So many frames of one side are remembered to recognise copies.
const RECENT_FRAMES: usize = 2;

/// What tells flows apart: both ends in a fixed order, and what carries them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FlowKey {
    low: (u128, u16),
    high: (u128, u16),
    /// Transport, protocol number or EtherType, and the link protocol's number in the table.
    kind: u32,
}

impl Hash for FlowKey {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u128(self.low.0);
        state.write_u128(self.high.0);
        state.write_u64(u64::from(self.low.1) << 48 | u64::from(self.high.1) << 32 | u64::from(self.kind));
    }
}

impl FlowKey {
    /// The key of the flow between these ends. `link` is the number of the protocol on Ethernet, so that several
    /// protocols of one EtherType are several flows.
    pub fn of(ends: &Ends, link: u8) -> FlowKey {
        let a = (number(ends.a.host), ends.a.port);
        let b = (number(ends.b.host), ends.b.port);
        let (low, high) = if a <= b { (a, b) } else { (b, a) };
        let transport: u32 = match ends.transport {
            Transport::Tcp => 1,
            Transport::Udp => 2,
            Transport::Icmp => 3,
            Transport::Ip => 4,
            Transport::Ethernet => 5,
        };
        FlowKey { low, high, kind: transport << 8 | u32::from(link) }
    }
}

/// Hosts as numbers: IPv4 mapped into IPv6 (RFC 4291, 2.5.5.2), hardware addresses as they are. The transport in the
/// key keeps them apart.
fn number(host: Host) -> u128 {
    match host {
        Host::Ip(IpAddr::V4(ip)) => 0xffff_0000_0000 | u128::from(u32::from(ip)),
        Host::Ip(IpAddr::V6(ip)) => u128::from(ip),
        Host::Mac(mac) => mac.0.iter().fold(0, |sum, &byte| sum << 8 | u128::from(byte)),
    }
}

/// One flow while it lives.
pub struct Flow {
    /// Its key in the table.
    pub key: FlowKey,
    /// Its ends.
    pub ends: Ends,
    /// Who started it.
    pub orientation: Orientation,
    /// Last frame.
    pub last: Timestamp,
    /// True after FIN or RST: a new SYN begins a new flow.
    pub ended: bool,
    /// The way the frames of each side take.
    pub paths: [Option<Path>; 2],
    /// Both directions of TCP.
    pub streams: [Stream; 2],
    /// What is said.
    pub reading: Reading,
    recent: [[(u32, i64); RECENT_FRAMES]; 2],
}

impl Flow {
    /// A flow whose first frame goes from `ends.a` to `ends.b`.
    pub fn new(key: FlowKey, ends: Ends, orientation: Orientation, reading: Reading, at: Timestamp) -> Flow {
        Flow {
            key,
            ends,
            orientation,
            last: at,
            ended: false,
            paths: [None; 2],
            streams: Default::default(),
            reading,
            recent: [[(0, i64::MIN); RECENT_FRAMES]; 2],
        }
    }

    /// The side that an endpoint is on.
    #[inline]
    pub fn side(&self, from: &Endpoint) -> Side {
        if self.ends.a == *from { Side::A } else { Side::B }
    }

    /// The responder's port.
    pub fn port(&self) -> u16 {
        self.ends.at(self.orientation.initiator.other()).port
    }

    /// True when the same frame came from this side a moment ago. Remembers it otherwise.
    #[inline]
    pub fn is_duplicate(&mut self, from: Side, fingerprint: u32, at: Timestamp) -> bool {
        let recent = &mut self.recent[from as usize];
        let copy = |&(seen, time): &(u32, i64)| {
            seen == fingerprint && (at.0.saturating_sub(time)).unsigned_abs() <= DUPLICATE_NANOSECONDS as u64
        };
        if recent.iter().any(copy) {
            return true;
        }
        recent.rotate_right(1);
        recent[0] = (fingerprint, at.0);
        false
    }
}

/// Who is taken for the initiator when nobody saw the start: the other end of a well-known port, else of the lower
/// port, else the first sender.
pub fn guess_orientation(ends: &Ends, known: impl Fn(u16) -> bool) -> Orientation {
    let toward = |responder: Side, evidence| Orientation { initiator: responder.other(), evidence };
    let group = |host: Host| !host.is_unicast();
    match ends.transport {
        Transport::Icmp | Transport::Ip | Transport::Ethernet => toward(Side::B, Evidence::FirstSender),
        // Whoever asks everybody is answered by the port asked; a server that speaks to everybody speaks from its port.
        Transport::Tcp | Transport::Udp
            if group(ends.b.host) && !(known(ends.a.port) && !known(ends.b.port)) =>
        {
            toward(Side::B, Evidence::KnownPort)
        }
        Transport::Tcp | Transport::Udp => match (known(ends.a.port), known(ends.b.port)) {
            (false, true) => toward(Side::B, Evidence::KnownPort),
            (true, false) => toward(Side::A, Evidence::KnownPort),
            _ if ends.b.port <= ends.a.port => toward(Side::B, Evidence::LowerPort),
            _ => toward(Side::A, Evidence::LowerPort),
        },
    }
}
