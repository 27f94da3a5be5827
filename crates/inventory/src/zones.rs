//! A first proposal of zones: one per broadcast domain or subnet, and one for all that is outside.
//!
//! It proposes; a person decides.

use std::collections::{BTreeMap, BTreeSet};

use model::{Asset, AssetId, Attribute, Conversation, Level, Role, Transport, Zone};

use crate::network::{self, Network};

/// How assets of a zone belong together.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Ground {
    /// The same network.
    Network(Network),
    /// The same VLAN, without addresses.
    Vlan(u16),
    /// Neither is known: only hardware addresses.
    Link,
    /// Between networks: routers and firewalls.
    Border,
    /// Reached over the public Internet.
    Outside,
}

/// Proposes zones, and places every asset in one.
///
/// `beside` names for routers an asset of the network that each stands in; `borders` are the routers and firewalls
/// that stand between networks and so in none.
pub fn propose(
    assets: &mut [Asset],
    conversations: &[Conversation],
    beside: &BTreeMap<AssetId, AssetId>,
    borders: &BTreeSet<AssetId>,
) -> Vec<Zone> {
    let wide = widened(assets, conversations);
    let mut grounds: Vec<Option<Ground>> = assets.iter().map(|asset| ground(asset, &wide)).collect();
    for border in borders {
        if let Some(slot) = grounds.get_mut(index(*border)).filter(|slot| **slot != Some(Ground::Outside)) {
            *slot = Some(Ground::Border);
        }
    }
    for (router, neighbour) in beside {
        let ground = grounds.get(index(*neighbour)).cloned().flatten();
        if let Some(slot) = grounds.get_mut(index(*router)).filter(|slot| slot.is_none()) {
            *slot = ground;
        }
    }
    by_partners(&mut grounds, conversations);
    by_vlan(&mut grounds, assets);
    let only = only(assets, &grounds);
    let mut members: BTreeMap<Ground, Vec<usize>> = BTreeMap::new();
    for (at, (asset, found)) in assets.iter().zip(grounds).enumerate() {
        let alone = || asset.vlans.first().map_or(Ground::Link, |vlan| Ground::Vlan(*vlan));
        let ground = found.or_else(|| only.clone()).unwrap_or_else(alone);
        members.entry(ground).or_default().push(at);
    }
    members.into_iter().map(|(ground, members)| zone(&ground, &members, assets)).collect()
}

/// The one ground there is: of assets whose own frames were seen, else of all inside.
fn only(assets: &[Asset], grounds: &[Option<Ground>]) -> Option<Ground> {
    let inside = || assets.iter().zip(grounds).filter_map(|(a, g)| Some((a, g.as_ref()?)));
    let inside = || inside().filter(|(_, ground)| !matches!(ground, Ground::Outside | Ground::Border));
    let local: BTreeSet<&Ground> = inside().filter(|(a, _)| !a.macs.is_empty()).map(|(_, g)| g).collect();
    let all: BTreeSet<&Ground> = inside().map(|(_, g)| g).collect();
    let chosen = if local.is_empty() { all } else { local };
    chosen.first().filter(|_| chosen.len() == 1).map(|ground| (*ground).clone())
}

/// Networks joined to wider ones, because their hosts speak to each other without a router between.
fn widened(assets: &[Asset], conversations: &[Conversation]) -> BTreeMap<Network, Network> {
    let home = |id: Option<AssetId>| {
        let asset = id.and_then(|id| assets.get((id.0 as usize).checked_sub(1)?))?;
        let one_network =
            asset.ips.iter().filter_map(|ip| Network::of(*ip)).collect::<BTreeSet<_>>().len() == 1;
        network::home(asset).filter(|_| one_network && !asset.macs.is_empty() && !asset.routed)
    };
    let mut wide: BTreeMap<Network, Network> = BTreeMap::new();
    for c in conversations {
        let direct = matches!(c.transport, Transport::Tcp | Transport::Udp)
            && c.packets > c.packets_sent
            && c.packets_sent > 0
            && !c.initiator.is_public()
            && !c.responder.is_public();
        let (Some(a), Some(b)) = (home(c.initiator_asset), home(c.responder_asset)) else { continue };
        if !direct || a == b {
            continue;
        }
        let (a_now, b_now) = (*wide.get(&a).unwrap_or(&a), *wide.get(&b).unwrap_or(&b));
        if let Some(joined) = a_now.spanning(b_now) {
            wide.insert(a, joined);
            wide.insert(b, joined);
        }
    }
    // What lies inside a joined network belongs to it, whoever was joined first.
    let joined: BTreeSet<Network> = wide.values().copied().collect();
    let homes: BTreeSet<Network> = assets.iter().filter_map(network::home).collect();
    for home in homes {
        let holder = joined.iter().filter(|wide| wide.holds(home.0.addr())).min_by_key(|w| w.0.prefix_len());
        if let Some(holder) = holder {
            wide.insert(home, *holder);
        }
    }
    wide
}

fn ground(asset: &Asset, wide: &BTreeMap<Network, Network>) -> Option<Ground> {
    if network::is_outside(asset) {
        return Some(Ground::Outside);
    }
    network::home(asset).map(|home| Ground::Network(*wide.get(&home).unwrap_or(&home)))
}

/// Assets without a network join the one that most of their partners on the link are in.
fn by_partners(grounds: &mut [Option<Ground>], conversations: &[Conversation]) {
    let mut votes: BTreeMap<usize, BTreeMap<Ground, u64>> = BTreeMap::new();
    for c in conversations {
        let ends = (c.initiator_asset, c.responder_asset);
        let (Some(a), Some(b)) = (ends.0.map(index), ends.1.map(index)) else { continue };
        for (lost, partner) in [(a, b), (b, a)] {
            let known = grounds.get(partner).cloned().flatten();
            if let (Some(None), Some(Ground::Network(network))) = (grounds.get(lost), known) {
                *votes.entry(lost).or_default().entry(Ground::Network(network)).or_default() += c.packets;
            }
        }
    }
    for (at, votes) in votes {
        let most = votes.into_iter().max_by(|a, b| a.1.cmp(&b.1).then(b.0.cmp(&a.0)));
        if let (Some(slot), Some((ground, _))) = (grounds.get_mut(at), most) {
            *slot = Some(ground);
        }
    }
}

/// The rest joins the network of its VLAN, when that VLAN carries one only.
fn by_vlan(grounds: &mut [Option<Ground>], assets: &[Asset]) {
    let mut networks: BTreeMap<u16, BTreeSet<Ground>> = BTreeMap::new();
    for (asset, ground) in assets.iter().zip(grounds.iter()) {
        if let Some(ground @ Ground::Network(_)) = ground {
            for vlan in &asset.vlans {
                networks.entry(*vlan).or_default().insert(ground.clone());
            }
        }
    }
    for (asset, slot) in assets.iter().zip(grounds) {
        if slot.is_none() {
            let of_vlan = asset.vlans.iter().filter_map(|vlan| networks.get(vlan)).find(|set| set.len() == 1);
            *slot = of_vlan.and_then(|set| set.first().cloned());
        }
    }
}

fn zone(ground: &Ground, members: &[usize], assets: &mut [Asset]) -> Zone {
    let id = match ground {
        Ground::Network(network) => format!("z-{}", network.slug()),
        Ground::Vlan(vlan) => format!("z-vlan-{vlan}"),
        Ground::Link => "z-link".to_string(),
        Ground::Border => "z-border".to_string(),
        Ground::Outside => "outside".to_string(),
    };
    let mut vlans = BTreeSet::new();
    let mut levels: BTreeMap<Level, usize> = BTreeMap::new();
    let mut makers: BTreeMap<String, usize> = BTreeMap::new();
    let mut ids = Vec::with_capacity(members.len());
    for at in members {
        let Some(asset) = assets.get_mut(*at) else { continue };
        asset.zone = Some(id.clone());
        ids.push(asset.id);
        if !asset.roles.contains(&Role::Router) {
            vlans.extend(&asset.vlans);
        }
        if let Some(level) = asset.level.level {
            *levels.entry(level).or_default() += 1;
        }
        if let Some(maker) = asset.fact(Attribute::Vendor) {
            *makers.entry(maker.to_string()).or_default() += 1;
        }
    }
    let level = levels.into_iter().max_by(|a, b| a.1.cmp(&b.1).then(b.0.cmp(&a.0))).map(|(level, _)| level);
    let maker = makers.into_iter().max_by(|a, b| a.1.cmp(&b.1).then(b.0.cmp(&a.0)));
    let maker = maker.filter(|(_, n)| *n > 1 && 2 * *n > ids.len()).map(|(maker, _)| maker);
    Zone {
        name: name(ground, level, maker.as_deref()),
        level,
        prefixes: match ground {
            Ground::Network(network) => vec![network.to_string()],
            Ground::Vlan(_) | Ground::Link | Ground::Border | Ground::Outside => Vec::new(),
        },
        vlans: vlans.into_iter().collect(),
        assets: ids,
        id,
    }
}

/// What a person reads, as in `Control, Siemens (10.0.3.0/24)`.
fn name(ground: &Ground, level: Option<Level>, maker: Option<&str>) -> String {
    let place = match ground {
        Ground::Border => return "Routers and firewalls between zones".to_string(),
        Ground::Outside => return "Outside".to_string(),
        Ground::Network(network) => network.to_string(),
        Ground::Vlan(vlan) => format!("VLAN {vlan}"),
        Ground::Link => "no addresses".to_string(),
    };
    let level = match level {
        Some(Level::Process) => "Field",
        Some(Level::Control) => "Control",
        Some(Level::Supervision) => "Supervision",
        Some(Level::Operations) => "Site operations",
        Some(Level::Dmz) => "Industrial DMZ",
        Some(Level::Business) => "Business",
        Some(Level::Enterprise) => "Enterprise",
        Some(Level::Outside) => "Outside",
        None => "Network",
    };
    match maker {
        Some(maker) => format!("{level}, {maker} ({place})"),
        None => format!("{level} ({place})"),
    }
}

fn index(id: AssetId) -> usize {
    (id.0 as usize).saturating_sub(1)
}
