//! In which zone of the plan an address is.

use ipnet::IpNet;
use model::plan::{OUTSIDE, Plan, UNASSIGNED, Zone};
use model::{Asset, Host, Mac};

use crate::scene::Table;

/// A zone of the plan, or one of the two that are always there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Place {
    /// The zone at this place of the plan.
    Zone(u32),
    /// Public space that no zone claims.
    Outside,
    /// Any other address that no zone claims.
    Unassigned,
    /// A group address that nobody claims: it is wherever the other end is.
    Anywhere,
}

/// Finds the zone of an address. A host wins over a prefix, the longest prefix over the others; VLANs tell zones apart
/// that claim the same address.
pub struct Places<'a> {
    plan: &'a Plan,
    hosts: Table<Host, u32>,
    /// Zones by their networks.
    networks: Table<IpNet, Vec<u32>>,
    /// Lengths of prefixes that occur, longest first, for each family.
    lengths: [Vec<u8>; 2],
    /// Zones by the VLANs that only they have.
    vlans: Table<u16, Option<u32>>,
    /// Zones by their ids.
    ids: Table<&'a str, u32>,
}

impl<'a> Places<'a> {
    /// Looks at a plan.
    pub fn new(plan: &'a Plan) -> Places<'a> {
        let mut places = Places {
            plan,
            hosts: Table::default(),
            networks: Table::default(),
            lengths: [Vec::new(), Vec::new()],
            vlans: Table::default(),
            ids: Table::default(),
        };
        for (number, zone) in (0_u32..).zip(&plan.zones) {
            places.ids.entry(&zone.id).or_insert(number);
            for host in &zone.hosts {
                places.hosts.entry(*host).or_insert(number);
            }
            for prefix in &zone.prefixes {
                places.networks.entry(*prefix).or_default().push(number);
                let lengths = &mut places.lengths[usize::from(prefix.addr().is_ipv6())];
                if !lengths.contains(&prefix.prefix_len()) {
                    lengths.push(prefix.prefix_len());
                }
            }
            for vlan in &zone.vlans {
                let only = places.vlans.entry(*vlan).or_insert(Some(number));
                if *only != Some(number) {
                    *only = None;
                }
            }
        }
        for lengths in &mut places.lengths {
            lengths.sort_unstable_by(|a, b| b.cmp(a));
        }
        places
    }

    /// The place with this id.
    pub fn with_id(&self, id: &str) -> Option<Place> {
        match id {
            OUTSIDE => Some(Place::Outside),
            UNASSIGNED => Some(Place::Unassigned),
            id => self.ids.get(id).map(|number| Place::Zone(*number)),
        }
    }

    /// The id of a place.
    pub fn id(&self, place: Place) -> &'a str {
        match place {
            Place::Zone(_) => self.zone(place).map_or(UNASSIGNED, |zone| zone.id.as_str()),
            Place::Outside => OUTSIDE,
            Place::Unassigned | Place::Anywhere => UNASSIGNED,
        }
    }

    /// The zone of a place.
    pub fn zone(&self, place: Place) -> Option<&'a Zone> {
        match place {
            Place::Zone(number) => self.plan.zones.get(number as usize),
            Place::Outside | Place::Unassigned | Place::Anywhere => None,
        }
    }

    /// Where an end of a conversation is, which may belong to an asset.
    pub fn of(&self, host: Host, asset: Option<&Asset>) -> Place {
        if let Some(zone) = self.claimed(host, asset) {
            return Place::Zone(zone);
        }
        if host.is_public() {
            return Place::Outside;
        }
        let unicast = host.is_unicast();
        if let Some(zone) =
            asset.and_then(|asset| self.of_asset(asset)).filter(|_| unicast || is_nobody(host))
        {
            return Place::Zone(zone);
        }
        if unicast { Place::Unassigned } else { Place::Anywhere }
    }

    /// Where an asset is: where its first address is that a zone claims.
    pub fn of_whole(&self, asset: &Asset) -> Place {
        let hosts =
            || asset.ips.iter().map(|ip| Host::Ip(*ip)).chain(asset.macs.iter().map(|mac| Host::Mac(*mac)));
        let zone = hosts().find_map(|host| self.claimed(host, Some(asset))).or_else(|| self.of_asset(asset));
        match zone {
            Some(zone) => Place::Zone(zone),
            None if !asset.ips.is_empty() && asset.ips.iter().all(|ip| Host::Ip(*ip).is_public()) => {
                Place::Outside
            }
            None => Place::Unassigned,
        }
    }

    /// The zone that claims an address: as a host, by the hardware address of its asset, else by the longest prefix.
    fn claimed(&self, host: Host, asset: Option<&Asset>) -> Option<u32> {
        if let Some(zone) = self.hosts.get(&host) {
            return Some(*zone);
        }
        let Host::Ip(ip) = host else { return None };
        // Groups are claimed by networks of groups alone: "everything" does not mean them.
        let group = !host.is_unicast() && (ip.is_multicast() || ip.is_unspecified() || is_broadcast(host));
        if !group && let Some(zone) = asset.and_then(|asset| self.by_mac(&asset.macs)) {
            return Some(zone);
        }
        let mut first = None;
        for length in &self.lengths[usize::from(ip.is_ipv6())] {
            let Ok(net) = IpNet::new(ip, *length) else { continue };
            let Some(zones) = self.networks.get(&net.trunc()) else { continue };
            if group && !net.trunc().addr().is_multicast() {
                continue;
            }
            first = first.or(zones.first().copied());
            let fits = zones.iter().find(|zone| self.vlans_allow(**zone, asset));
            if let Some(zone) = fits {
                return Some(*zone);
            }
        }
        // The VLANs speak against all of them: then the longest prefix counts.
        first
    }

    fn by_mac(&self, macs: &std::collections::BTreeSet<Mac>) -> Option<u32> {
        macs.iter().find_map(|mac| self.hosts.get(&Host::Mac(*mac)).copied())
    }

    /// False when a host of the link was seen in other VLANs than the zone has.
    fn vlans_allow(&self, zone: u32, asset: Option<&Asset>) -> bool {
        let vlans = self.plan.zones.get(zone as usize).map_or(&[][..], |zone| &zone.vlans);
        // Frames that came over a router show the VLAN of the router.
        let seen = asset.filter(|asset| !asset.routed && !asset.vlans.is_empty());
        vlans.is_empty() || seen.is_none_or(|asset| vlans.iter().any(|vlan| asset.vlans.contains(vlan)))
    }

    /// The zone of an asset when the address at hand tells none: its hardware addresses, its other addresses, its VLAN.
    fn of_asset(&self, asset: &Asset) -> Option<u32> {
        self.by_mac(&asset.macs)
            .or_else(|| asset.ips.iter().find_map(|ip| self.claimed(Host::Ip(*ip), Some(asset))))
            .or_else(|| {
                let local = Some(asset).filter(|asset| !asset.routed)?;
                local.vlans.iter().find_map(|vlan| self.vlans.get(vlan).copied().flatten())
            })
    }
}

/// True for the address of who has none yet.
fn is_nobody(host: Host) -> bool {
    match host {
        Host::Ip(ip) => ip.is_unspecified(),
        Host::Mac(mac) => mac.is_zero(),
    }
}

/// True for the broadcast of the link.
fn is_broadcast(host: Host) -> bool {
    match host {
        Host::Ip(std::net::IpAddr::V4(ip)) => ip.is_broadcast(),
        Host::Ip(std::net::IpAddr::V6(_)) => false,
        Host::Mac(mac) => mac == Mac::BROADCAST,
    }
}
