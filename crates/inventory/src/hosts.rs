//! What was seen of each host beside its conversations: how its frames came, who claimed it, what it says.

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr};

use hashbrown::HashMap;
use model::{Attribute, Host, IdentitySighting, Mac, Path, Timestamp};

use crate::facts::{Facts, cleaned};

/// Hosts recorded; those beyond are counted as dropped.
pub const HOSTS_MAX: usize = 200_000;
/// Hardware addresses recorded as a next hop.
const HOPS_MAX: usize = HOSTS_MAX;
/// Ways, claims or bindings kept for one host: a hostile sender may invent hardware addresses without end.
pub const BINDINGS_MAX: usize = 16;
/// VLANs kept for one way.
const VLANS_MAX: usize = 16;
/// Prefixes kept for one next hop; a handful tells a router.
const PREFIXES_MAX: usize = 16;
/// Names kept that captures state in their name resolution records.
pub const GIVEN_NAMES_MAX: usize = 65_536;

type Table<K, V> = HashMap<K, V, foldhash::fast::RandomState>;

/// Everything seen of hosts.
#[derive(Debug, Default)]
pub struct Hosts {
    /// By host.
    pub records: Table<Host, Record>,
    /// What frames were handed to each hardware address for.
    pub hops: Table<Mac, Hop>,
    /// Names that the captures themselves give to addresses. They make no host: an address that nobody used stays out.
    given: BTreeSet<(IpAddr, String)>,
    /// Given names that found no room.
    pub given_dropped: u64,
    /// Hosts that found no room.
    pub dropped: u64,
}

/// What was seen of one host.
#[derive(Debug, Default)]
pub struct Record {
    /// The ways its frames came.
    pub ways: Vec<Way>,
    /// Hardware addresses that claimed its IP address, or that identity data name for it.
    pub claims: Vec<Claim>,
    /// Its identity.
    pub facts: Facts,
    /// First and last time it was claimed or named; none when only its frames were seen.
    pub named: Option<(Timestamp, Timestamp)>,
    /// Claims or ways that found no room.
    pub dropped: u64,
}

/// Frames of a host as they came from one hardware address.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Way {
    /// The source hardware address.
    pub from: Mac,
    /// VLANs.
    pub vlans: BTreeSet<u16>,
    /// True when some frame had not passed a router: its hop count stood at a usual start.
    pub fresh: bool,
    /// True when some frame had passed one.
    pub taken: bool,
    /// The highest hop count seen.
    pub hops: u8,
    /// True when some went to an address that is not public.
    pub inwards: bool,
    /// To whom they were handed: of several the lowest, as a sample of who stands beside the sender.
    pub to: Option<Mac>,
    /// How often it was told.
    pub times: u64,
}

/// An IP address claimed by a hardware address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// Who claims.
    pub mac: Mac,
    /// In which VLAN.
    pub vlan: Option<u16>,
    /// By which kind of evidence.
    pub by: By,
    /// How often.
    pub times: u64,
    /// First time.
    pub first: Timestamp,
    /// Last time.
    pub last: Timestamp,
}

/// What says that an address belongs to a hardware address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum By {
    /// ARP or neighbour discovery.
    Arp,
    /// The device states its IP address under its hardware address: DCP, LLDP.
    Device,
    /// Somebody names the hardware address of an IP address: DHCP, name services.
    Others,
}

/// What a hardware address receives frames for.
#[derive(Debug, Default)]
pub struct Hop {
    /// IPv4 networks (/24) of the addresses, the lowest few.
    pub prefixes: BTreeSet<[u8; 3]>,
    /// True when one of them is public.
    pub public: bool,
    /// True when one of them is not.
    pub private: bool,
}

impl Hosts {
    /// The record of a host, made when there is room.
    fn record(&mut self, host: Host) -> Option<&mut Record> {
        if self.records.len() >= HOSTS_MAX && !self.records.contains_key(&host) {
            self.dropped += 1;
            return None;
        }
        Some(self.records.entry(host).or_default())
    }

    /// Learns the way that frames of a host take, and to whom they are handed for which receiver.
    pub fn path(&mut self, host: Host, receiver: Host, path: &Path) {
        if let Some(from) = path.from
            && !from.is_group()
            && !from.is_zero()
        {
            // A host without an address yet (DHCP) is known by its hardware address.
            let host = if host.is_unicast() { host } else { Host::Mac(from) };
            if let Some(record) = self.record(host) {
                record.add_way(Way::of(from, receiver, path));
            }
        }
        if let (Some(to), Host::Ip(IpAddr::V4(ip))) = (path.to, receiver)
            && receiver.is_unicast()
            && !to.is_group()
        {
            if self.hops.len() < HOPS_MAX || self.hops.contains_key(&to) {
                self.hops.entry(to).or_default().add(ip);
            } else {
                self.dropped += 1;
            }
        }
    }

    /// Learns that a hardware address claims an IP address.
    pub fn claim(&mut self, ip: IpAddr, claim: Claim) {
        let host = Host::Ip(ip);
        if !host.is_unicast() || claim.mac.is_group() || claim.mac.is_zero() {
            return;
        }
        if let Some(record) = self.record(host) {
            record.name(claim.first, claim.last);
            record.add_claim(claim);
        }
    }

    /// Learns what somebody says about a host.
    pub fn identity(&mut self, host: Host, sighting: &IdentitySighting<'_>, at: Timestamp) {
        if !host.is_unicast() {
            return;
        }
        let claim = |mac, by| Claim { mac, vlan: None, by, times: 1, first: at, last: at };
        match (sighting.attribute, host) {
            (Attribute::Ip, Host::Mac(mac)) => {
                if let Ok(ip) = sighting.value.trim().parse::<IpAddr>() {
                    self.claim(ip, claim(mac, By::Device));
                }
            }
            (Attribute::Mac, Host::Ip(ip)) => {
                if let Some(mac) = parse_mac(sighting.value) {
                    self.claim(ip, claim(mac, By::Others));
                }
            }
            // Two addresses of one kind: nothing is known to state that, and it would join what may be apart.
            (Attribute::Ip, Host::Ip(_)) | (Attribute::Mac, Host::Mac(_)) => {}
            _ => {
                if let Some(record) = self.record(host) {
                    record.facts.note(sighting, at);
                    record.name(at, at);
                }
            }
        }
    }

    /// Learns the name that a capture itself gives to an address.
    pub fn give_name(&mut self, ip: IpAddr, name: &str) {
        if let Some(name) = cleaned(name).filter(|_| Host::Ip(ip).is_unicast()) {
            self.keep_given((ip, name.into_owned()));
        }
    }

    /// The names that the captures themselves give to an address.
    pub fn given_names(&self, ip: IpAddr) -> impl Iterator<Item = &str> {
        let from = self.given.range((ip, String::new())..);
        from.take_while(move |(of, _)| *of == ip).map(|(_, name)| name.as_str())
    }

    /// Of too many the highest give way, so that what is kept does not depend on who heard it first.
    fn keep_given(&mut self, given: (IpAddr, String)) {
        self.given.insert(given);
        if self.given.len() > GIVEN_NAMES_MAX {
            self.given.pop_last();
            self.given_dropped += 1;
        }
    }

    /// Adds what was seen in another part of the capture.
    pub fn merge(&mut self, other: Hosts) {
        self.dropped += other.dropped;
        self.given_dropped += other.given_dropped;
        other.given.into_iter().for_each(|given| self.keep_given(given));
        for (host, theirs) in other.records {
            let Some(ours) = self.record(host) else { continue };
            ours.dropped += theirs.dropped;
            ours.facts.merge(theirs.facts);
            theirs.ways.into_iter().for_each(|way| ours.add_way(way));
            theirs.claims.into_iter().for_each(|claim| ours.add_claim(claim));
            if let Some((first, last)) = theirs.named {
                ours.name(first, last);
            }
        }
        for (mac, theirs) in other.hops {
            if self.hops.len() < HOPS_MAX || self.hops.contains_key(&mac) {
                self.hops.entry(mac).or_default().merge(theirs);
            }
        }
    }
}

impl Way {
    fn of(from: Mac, receiver: Host, path: &Path) -> Way {
        // The hop count of frames to groups is chosen freely; those that no router passes on show a neighbour.
        let (fresh, taken) = match path.hops_left {
            _ if stays_on_link(receiver) => (true, false),
            Some(hops) if receiver.is_unicast() => (is_start(hops), !is_start(hops)),
            Some(_) | None => (false, false),
        };
        let hops = if receiver.is_unicast() { path.hops_left.unwrap_or(0) } else { 0 };
        let to = path.to.filter(|to| !to.is_group() && !to.is_zero());
        let inwards = receiver.is_unicast() && receiver.ip().is_some() && !receiver.is_public();
        Way { from, vlans: path.vlan.into_iter().collect(), fresh, taken, hops, inwards, to, times: 1 }
    }

    /// True when every frame on this way had passed a router.
    pub fn is_taken(&self) -> bool {
        self.taken && !self.fresh
    }
}

impl Record {
    fn name(&mut self, first: Timestamp, last: Timestamp) {
        let (a, b) = self.named.unwrap_or((first, last));
        self.named = Some((a.min(first), b.max(last)));
    }

    fn add_way(&mut self, way: Way) {
        if let Some(known) = self.ways.iter_mut().find(|known| known.from == way.from) {
            known.vlans.extend(way.vlans);
            while known.vlans.len() > VLANS_MAX {
                known.vlans.pop_last();
            }
            known.fresh |= way.fresh;
            known.taken |= way.taken;
            known.hops = known.hops.max(way.hops);
            known.inwards |= way.inwards;
            known.to = known.to.into_iter().chain(way.to).min();
            known.times += way.times;
        } else if self.ways.len() < BINDINGS_MAX {
            self.ways.reserve_exact(1);
            self.ways.push(way);
        } else {
            self.dropped += 1;
        }
    }

    fn add_claim(&mut self, claim: Claim) {
        let same = |c: &&mut Claim| (c.mac, c.vlan, c.by) == (claim.mac, claim.vlan, claim.by);
        if let Some(known) = self.claims.iter_mut().find(same) {
            known.times += claim.times;
            known.first = known.first.min(claim.first);
            known.last = known.last.max(claim.last);
        } else if self.claims.len() < BINDINGS_MAX {
            self.claims.push(claim);
        } else {
            self.dropped += 1;
        }
    }
}

impl Hop {
    fn add(&mut self, ip: Ipv4Addr) {
        if Host::Ip(ip.into()).is_public() {
            self.public = true;
        } else {
            self.private = true;
        }
        self.prefix(prefix(ip));
    }

    fn merge(&mut self, other: Hop) {
        self.public |= other.public;
        self.private |= other.private;
        other.prefixes.into_iter().for_each(|p| self.prefix(p));
    }

    fn prefix(&mut self, prefix: [u8; 3]) {
        self.prefixes.insert(prefix);
        while self.prefixes.len() > PREFIXES_MAX {
            self.prefixes.pop_last();
        }
    }
}

/// The network an IPv4 address is guessed to be in: its /24.
pub fn prefix(ip: Ipv4Addr) -> [u8; 3] {
    let [a, b, c, _] = ip.octets();
    [a, b, c]
}

/// True for groups that no router passes on: everybody on the link, and the link-local groups.
fn stays_on_link(receiver: Host) -> bool {
    match receiver {
        Host::Ip(IpAddr::V4(ip)) => ip.is_broadcast() || matches!(ip.octets(), [224, 0, 0, _]),
        Host::Ip(IpAddr::V6(ip)) => ip.segments().first() == Some(&0xff02),
        Host::Mac(_) => false,
    }
}

/// Hop counts that systems start with, and 1 of what must not leave the link.
fn is_start(hops: u8) -> bool {
    matches!(hops, 1 | 30 | 32 | 60 | 64 | 100 | 128 | 200 | 255)
}

/// Reads a hardware address of six octets in hexadecimal, with `:` or `-` or nothing between.
fn parse_mac(text: &str) -> Option<Mac> {
    let digits: Vec<u8> = text
        .trim()
        .chars()
        .filter(|c| !matches!(c, ':' | '-' | '.'))
        .map(|c| c.to_digit(16).and_then(|d| u8::try_from(d).ok()))
        .take(13)
        .collect::<Option<_>>()?;
    let mut octets = [0; 6];
    if digits.len() != 12 {
        return None;
    }
    for (octet, pair) in octets.iter_mut().zip(digits.chunks_exact(2)) {
        *octet = pair.iter().fold(0, |n, d| n << 4 | d);
    }
    Some(Mac(octets))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_hardware_addresses() {
        let mac = Some(Mac([0, 0x1b, 0x1b, 0, 0, 0x0f]));
        assert_eq!(parse_mac("00:1b:1b:00:00:0f"), mac);
        assert_eq!(parse_mac("00-1B-1B-00-00-0F"), mac);
        assert_eq!(parse_mac("001b1b00000f"), mac);
        assert_eq!(parse_mac("00:1b:1b:00:00"), None);
        assert_eq!(parse_mac("plc"), None);
    }
}
