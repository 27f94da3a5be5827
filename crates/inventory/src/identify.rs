//! Which addresses are one device, and which hardware addresses stand for a router.
//!
//! A claim (ARP, neighbour discovery) or a device's own statement is strong. That frames of an address come from
//! a hardware address is weaker: a router's stands for all hosts behind it.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, Ipv4Addr};

use model::{Host, Mac, Message};

use crate::catalogue as c;
use crate::hosts::{By, Claim, Hosts, Way, prefix};
use crate::network::Network;
use crate::union::Union;
use crate::weigh::count;

/// How far the hardware addresses of one device's ports lie apart at most; makers number them in a row.
const PORT_SPAN: u64 = 64;

/// What was found out about addresses.
#[derive(Debug, Default)]
pub struct Identified {
    /// Sets of hosts that are one device each.
    pub devices: Vec<Vec<Host>>,
    /// Hardware addresses of routers.
    pub routers: BTreeMap<Mac, Router>,
    /// Addresses whose frames came over a router.
    pub routed: BTreeSet<IpAddr>,
    /// Addresses that more than one hardware address claimed in the same VLAN.
    pub conflicts: Vec<(IpAddr, Vec<Mac>)>,
}

/// What is known of a router by one of its hardware addresses.
#[derive(Debug)]
pub struct Router {
    /// Why it is one, in words.
    pub reason: Message,
    /// VLANs in which it hands on frames.
    pub vlans: BTreeSet<u16>,
    /// Hardware addresses to which it hands them: hosts of the network it stands in.
    pub beside: BTreeSet<Mac>,
    /// Networks that it joins: its own, those of the hosts whose frames it carries, and those it is handed frames for.
    pub joins: BTreeSet<Network>,
    /// True when it carries frames from or to public addresses.
    pub outside: bool,
}

/// What is known of one hardware address.
#[derive(Debug, Default)]
struct Carrier<'a> {
    /// Addresses whose frames come from it.
    data: BTreeMap<IpAddr, &'a Way>,
    /// Addresses that it owns by strong evidence.
    own: BTreeSet<IpAddr>,
}

type Carriers<'a> = BTreeMap<Mac, Carrier<'a>>;
type Owners = BTreeMap<IpAddr, BTreeSet<Mac>>;

/// Joins addresses to devices. `present` are the hosts that must each be in a set, `pairs` those that spoke to each
/// other.
pub fn identify(
    hosts: &Hosts,
    present: impl Iterator<Item = Host>,
    pairs: impl Iterator<Item = (Host, Host)>,
) -> Identified {
    let mut found = Identified::default();
    let mut owners = Owners::new();
    for (host, record) in &hosts.records {
        if let Host::Ip(ip) = host {
            let (macs, conflict) = claimants(&record.claims);
            if !macs.is_empty() {
                owners.insert(*ip, macs);
            }
            if conflict.len() > 1 {
                found.conflicts.push((*ip, conflict.into_iter().collect()));
            }
        }
    }
    found.conflicts.sort();
    let carriers = carriers(hosts, &mut owners);
    let crowds = crowds(hosts, pairs);
    let is_crowd = |mac: &Mac| crowds.contains(mac) && carriers.get(mac).is_some_and(|c| c.own.len() != 1);

    let mut union = Union::default();
    present.for_each(|host| {
        union.add(host);
    });
    for (ip, macs) in &owners {
        let telling = macs.iter().filter(|mac| !is_crowd(mac));
        telling.for_each(|mac| union.join(Host::Ip(*ip), Host::Mac(*mac)));
    }
    for (mac, carrier) in &carriers {
        let routed = routed(*mac, carrier, &owners);
        if let Some(reason) = router_reason(*mac, carrier, &routed, hosts) {
            let ways = carrier.data.values();
            let vlans = ways.clone().flat_map(|way| &way.vlans).copied().collect();
            let beside = ways.filter_map(|way| way.to).collect();
            let (joins, outside) = joined(*mac, carrier, hosts);
            found.routers.insert(*mac, Router { reason, vlans, beside, joins, outside });
            union.add(Host::Mac(*mac));
        }
        for ip in carrier.data.keys() {
            if routed.contains(ip) {
                found.routed.insert(*ip);
            } else if !owners.contains_key(ip) && !crowds.contains(mac) {
                union.join(Host::Ip(*ip), Host::Mac(*mac));
            }
        }
    }
    found.devices = union.sets();
    found
}

/// Hardware addresses behind which hosts speak to each other, though nobody speaks to himself over the wire: a
/// simulator plays many devices, or a capture was rewritten. They tell nothing of who is who.
fn crowds(hosts: &Hosts, pairs: impl Iterator<Item = (Host, Host)>) -> BTreeSet<Mac> {
    let own =
        |host: Host| hosts.records.get(&host).into_iter().flat_map(|r| &r.ways).filter(|w| !w.is_taken());
    let common = |(a, b): (Host, Host)| {
        own(a).filter(move |way| own(b).any(|other| other.from == way.from)).map(|way| way.from)
    };
    pairs.filter(|(a, b)| a != b && a.ip().is_some() && b.ip().is_some()).flat_map(common).collect()
}

/// The hardware addresses that own an address by claims, and those that claim it against each other.
fn claimants(claims: &[Claim]) -> (BTreeSet<Mac>, BTreeSet<Mac>) {
    let real = |claim: &&Claim| claim.by == By::Arp && !claim.mac.is_virtual_router();
    let mut by_vlan: BTreeMap<Option<u16>, BTreeSet<Mac>> = BTreeMap::new();
    for claim in claims.iter().filter(real) {
        by_vlan.entry(claim.vlan).or_default().insert(claim.mac);
    }
    let conflict: BTreeSet<Mac> = by_vlan.values().filter(|macs| macs.len() > 1).flatten().copied().collect();
    // Of rivals in one VLAN the one that claimed most often owns it; the others keep what else they have.
    let mut owners: BTreeSet<Mac> = BTreeSet::new();
    for (vlan, macs) in &by_vlan {
        let rank = |mac: &&Mac| {
            let mine = claims.iter().filter(|c| real(c) && c.vlan == *vlan && c.mac == **mac);
            let times: u64 = mine.clone().map(|c| c.times).sum();
            (times, Reverse(mine.map(|c| c.first).min()))
        };
        owners.extend(macs.iter().max_by_key(rank));
    }
    let arp_known = !owners.is_empty();
    owners.extend(ports(claims.iter().filter(|claim| claim.by == By::Device), &owners));
    if !owners.is_empty() {
        return (owners, conflict);
    }
    let virtual_router = claims.iter().find(|claim| claim.by == By::Arp).map(|claim| claim.mac);
    let others = claims.iter().filter(|claim| claim.by == By::Others && !claim.mac.is_virtual_router());
    let latest = others.max_by_key(|claim| (claim.last, claim.mac)).map(|claim| claim.mac);
    owners.extend(virtual_router.or(latest).filter(|_| !arp_known));
    (owners, conflict)
}

/// Of the hardware addresses that state the same IP address, those of one device: ports numbered in a row, or
/// network cards of different makers. Several devices of one make with the address they left the factory with
/// are not one device.
fn ports<'a>(claims: impl Iterator<Item = &'a Claim>, owners: &BTreeSet<Mac>) -> BTreeSet<Mac> {
    let mut macs: Vec<&Claim> = claims.collect();
    macs.sort_by_key(|claim| (u64::MAX - claim.times, claim.first, claim.mac));
    let mut kept: BTreeSet<Mac> = owners.clone();
    for claim in macs {
        let rival = |mac: &Mac| {
            maker(*mac) == maker(claim.mac) && number(*mac).abs_diff(number(claim.mac)) > PORT_SPAN
        };
        if !claim.mac.is_virtual_router() && !kept.iter().any(rival) {
            kept.insert(claim.mac);
        }
    }
    kept
}

/// Hardware addresses with the addresses behind them; settles by the way what plainly has one owner.
fn carriers<'a>(hosts: &'a Hosts, owners: &mut Owners) -> Carriers<'a> {
    let mut carriers = Carriers::new();
    for (host, record) in &hosts.records {
        if let Host::Ip(ip) = host {
            for way in &record.ways {
                carriers.entry(way.from).or_default().data.insert(*ip, way);
            }
        }
    }
    // Frames seen before and behind a router: the host's own address carries it alone, or without a hop taken.
    for (host, record) in &hosts.records {
        let Host::Ip(ip) = host else { continue };
        let ways: Vec<&Way> = record.ways.iter().filter(|way| !way.from.is_virtual_router()).collect();
        if owners.contains_key(ip) || ways.len() < 2 {
            continue;
        }
        let alone =
            |way: &&&Way| carriers.get(&way.from).is_some_and(|c| c.data.len() == 1 && !way.is_taken());
        let mut best: BTreeSet<Mac> = ways.iter().filter(alone).map(|way| way.from).collect();
        if best.is_empty() && ways.iter().any(|way| way.is_taken()) {
            best = ways.iter().filter(|way| !way.is_taken()).map(|way| way.from).collect();
        }
        if !best.is_empty() && best.len() < record.ways.len() {
            owners.insert(*ip, best);
        }
    }
    for (ip, macs) in owners.iter() {
        for mac in macs {
            carriers.entry(*mac).or_default().own.insert(*ip);
        }
    }
    carriers
}

/// The addresses that come by way of this hardware address without being its own.
fn routed(mac: Mac, carrier: &Carrier<'_>, owners: &Owners) -> BTreeSet<IpAddr> {
    let foreign = |ip: &&IpAddr| owners.get(ip).is_some_and(|macs| !macs.contains(&mac));
    let mut routed: BTreeSet<IpAddr> = carrier.data.keys().filter(foreign).copied().collect();
    let loose: Vec<(IpAddr, &Way)> = carrier
        .data
        .iter()
        .filter(|(ip, _)| !owners.contains_key(*ip) && !is_link_local(**ip))
        .map(|(ip, way)| (*ip, *way))
        .collect();
    let all: BTreeSet<IpAddr> =
        carrier.own.iter().chain(carrier.data.keys()).copied().filter(|ip| !is_link_local(*ip)).collect();
    let has_private = all.iter().any(|ip| ip.is_ipv4() && !is_public(*ip));
    for (ip, way) in &loose {
        let alone = all.len() == 1;
        let over_router = way.is_taken() && (!alone || is_public(*ip) || one_router_away(way.hops));
        // A private address is never a neighbour of a public one.
        let from_outside = ip.is_ipv4() && is_public(*ip) && (has_private || way.inwards);
        if mac.is_virtual_router() || over_router || from_outside {
            routed.insert(*ip);
        }
    }
    // Hop counts may tell nothing: then several networks do, or systems that start with different counts.
    let fresh: Vec<(IpAddr, &Way)> = loose.into_iter().filter(|(ip, _)| !routed.contains(ip)).collect();
    let networks =
        |ips: &mut dyn Iterator<Item = IpAddr>| -> BTreeSet<[u8; 3]> { ips.filter_map(network).collect() };
    let own = networks(&mut carrier.own.iter().copied());
    let seen = networks(&mut fresh.iter().map(|(ip, _)| *ip));
    let starts: BTreeSet<u8> =
        fresh.iter().filter(|(ip, way)| ip.is_ipv4() && way.hops > 1).map(|(_, way)| way.hops).collect();
    if seen.union(&own).count() > 2 || (seen.union(&own).count() > 1 && starts.len() > 1) {
        let elsewhere = |ip: IpAddr| network(ip).is_some_and(|n| !own.contains(&n));
        routed.extend(fresh.iter().map(|(ip, _)| *ip).filter(|ip| elsewhere(*ip)));
    }
    routed
}

/// Why a hardware address is a router's; none when it is not.
fn router_reason(
    mac: Mac,
    carrier: &Carrier<'_>,
    routed: &BTreeSet<IpAddr>,
    hosts: &Hosts,
) -> Option<Message> {
    if mac.is_virtual_router() {
        return Some(c::VIRTUAL_ROUTER.into());
    }
    if !routed.is_empty() {
        let sentence = if routed.len() == 1 { c::CARRIES_ANOTHER } else { c::CARRIES_OTHERS };
        return Some(sentence.with([("addresses", count(routed.len(), c::ADDRESS))]));
    }
    let hop = hosts.hops.get(&mac)?;
    let own: BTreeSet<[u8; 3]> =
        carrier.own.iter().chain(carrier.data.keys()).copied().filter_map(network).collect();
    let own_public = carrier.own.iter().chain(carrier.data.keys()).any(|ip| ip.is_ipv4() && is_public(*ip));
    let elsewhere = hop.prefixes.difference(&own).count();
    if elsewhere > 2 || (hop.public && !own_public && (hop.private || !own.is_empty())) {
        return Some(c::HANDED_OTHERS.into());
    }
    None
}

/// The networks that a router joins, and whether the Internet is one of them.
fn joined(mac: Mac, carrier: &Carrier<'_>, hosts: &Hosts) -> (BTreeSet<Network>, bool) {
    let handed = hosts.hops.get(&mac).into_iter().flat_map(|hop| &hop.prefixes);
    let handed = handed.map(|[a, b, c]| IpAddr::V4(Ipv4Addr::new(*a, *b, *c, 1)));
    let all: Vec<IpAddr> = carrier.own.iter().chain(carrier.data.keys()).copied().chain(handed).collect();
    let inside = all.iter().filter(|ip| !is_public(**ip));
    (inside.filter_map(|ip| Network::of(*ip)).collect(), all.iter().any(|ip| is_public(*ip)))
}

fn is_public(ip: IpAddr) -> bool {
    Host::Ip(ip).is_public()
}

fn is_link_local(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(_) => false,
        IpAddr::V6(ip) => ip.is_unicast_link_local(),
    }
}

fn network(ip: IpAddr) -> Option<[u8; 3]> {
    match ip {
        IpAddr::V4(ip) => Some(prefix(ip)),
        IpAddr::V6(_) => None,
    }
}

/// True for hop counts a few below those that systems start with.
fn one_router_away(hops: u8) -> bool {
    matches!(hops, 61..=63 | 125..=127 | 252..=254)
}

/// The first half of a hardware address: its maker's block.
fn maker(mac: Mac) -> [u8; 3] {
    let [a, b, c, ..] = mac.0;
    [a, b, c]
}

/// A hardware address as a number.
fn number(mac: Mac) -> u64 {
    mac.0.iter().fold(0, |n, octet| n << 8 | u64::from(*octet))
}
