//! Draws the plant: devices become assets, conversations learn whose they are.

use std::collections::{BTreeMap, BTreeSet};

use model::{
    Asset, AssetId, Attribute, Certainty, Confidence, Conversation, Fact, Host, LevelJudgement, Limits, Mac,
    Plant, Timestamp, Transport,
};

use crate::behaviour::behaviours;
use crate::conversations::Conversations;
use crate::facts::Facts;
use crate::hosts::{By, HOSTS_MAX, Hosts};
use crate::identify::{Identified, identify};
use crate::network::{self, Network};
use crate::portrait::{Portrait, Traits};
use crate::tables::oui;
use crate::{place, roles, zones};

/// What conversations show of one host.
#[derive(Debug, Clone, Copy, Default)]
struct Presence {
    /// Frames it sent.
    sent: u64,
    /// First and last time it sent.
    times: Option<(Timestamp, Timestamp)>,
    /// True when somebody spoke to it in a way that takes a living partner.
    answered_for: bool,
}

type Presences = BTreeMap<Host, Presence>;

/// The plant that these conversations and hosts show.
pub fn plant(conversations: Conversations, hosts: Hosts) -> Plant {
    let mut limits =
        Limits { hosts_dropped: hosts.dropped, facts_dropped: hosts.given_dropped, ..Limits::default() };
    let mut conversations = conversations.finish(&mut limits);
    let presences = presences(&conversations);
    let present = presences.iter().filter(|(host, p)| exists(**host, p, &hosts)).map(|(host, _)| *host);
    let known = hosts.records.keys().copied().filter(|host| {
        matches!(host, Host::Mac(_)) && hosts.records.get(host).is_some_and(|r| !r.ways.is_empty())
    });
    let pairs = conversations.iter().map(|c| (c.initiator, c.responder));
    let identified = identify(&hosts, present.chain(known), pairs);
    let mut assets = Vec::new();
    for device in &identified.devices {
        let shown: Vec<Host> = device.iter().copied().filter(|h| shows(*h, &presences, &hosts)).collect();
        if shown.is_empty() && !device.iter().any(|h| is_router(*h, &identified)) {
            continue;
        }
        if assets.len() >= HOSTS_MAX {
            limits.hosts_dropped += 1;
            continue;
        }
        let id = AssetId(u32::try_from(assets.len() + 1).unwrap_or(u32::MAX));
        assets.push(asset(id, device, &presences, &hosts, &identified, &mut limits));
    }
    let whose = whose(&assets);
    for conversation in &mut conversations {
        conversation.initiator_asset = whose.get(&conversation.initiator).copied();
        conversation.responder_asset = whose.get(&conversation.responder).copied();
    }
    note_protocols(&mut assets, &conversations);
    let beside = beside(&assets, &identified, &whose);
    let borders = judge(&mut assets, &conversations, &hosts, &identified, &beside);
    let zones = zones::propose(&mut assets, &conversations, &beside, &borders);
    Plant { assets, conversations, zones, address_conflicts: identified.conflicts, limits }
}

/// Routers, each with an asset of the network it stands in.
fn beside(
    assets: &[Asset],
    identified: &Identified,
    whose: &BTreeMap<Host, AssetId>,
) -> BTreeMap<AssetId, AssetId> {
    let near = |mac: &Mac| {
        let router = identified.routers.get(mac)?;
        router.beside.iter().find_map(|mac| whose.get(&Host::Mac(*mac)))
    };
    let of = |asset: &Asset| Some((asset.id, *asset.macs.iter().find_map(near)?));
    assets.iter().filter_map(of).collect()
}

/// Judges roles and levels of all assets, and tells which stand on the border between networks.
fn judge(
    assets: &mut [Asset],
    conversations: &[Conversation],
    hosts: &Hosts,
    identified: &Identified,
    beside: &BTreeMap<AssetId, AssetId>,
) -> BTreeSet<AssetId> {
    let behaviours = behaviours(assets, conversations);
    let near = |asset: &Asset| {
        let neighbour = beside.get(&asset.id)?;
        assets.get((neighbour.0 as usize).checked_sub(1)?).and_then(network::home)
    };
    let traits: Vec<Traits> =
        assets.iter().map(|asset| traits(asset, near(asset), hosts, identified)).collect();
    let portraits: Vec<Portrait<'_>> = assets
        .iter()
        .zip(behaviours.iter().zip(&traits))
        .map(|(asset, (behaviour, traits))| Portrait::of(asset, behaviour, traits))
        .collect();
    let border = portraits.iter().filter(|portrait| portrait.is_border()).map(|portrait| portrait.asset.id);
    let borders: BTreeSet<AssetId> = border.collect();
    let levels = place::levels(&portraits, conversations);
    let roles: Vec<_> = portraits.iter().map(|portrait| (roles::roles(portrait), portrait.safety)).collect();
    for ((asset, level), ((roles, reasons), safety)) in assets.iter_mut().zip(levels).zip(roles) {
        (asset.level, asset.roles, asset.role_reasons, asset.safety) = (level, roles, reasons, safety);
    }
    borders
}

fn traits(asset: &Asset, near: Option<Network>, hosts: &Hosts, identified: &Identified) -> Traits {
    let routers = || asset.macs.iter().filter_map(|mac| identified.routers.get(mac));
    let own = asset.ips.iter().filter(|ip| !Host::Ip(**ip).is_public()).filter_map(|ip| Network::of(*ip));
    let joins = routers().flat_map(|router| &router.joins).copied().chain(own).chain(near);
    let records = asset.ips.iter().filter_map(|ip| hosts.records.get(&Host::Ip(*ip)));
    Traits {
        router: routers().next().map(|router| router.reason.clone()),
        joins: joins.collect(),
        outside: routers().any(|router| router.outside),
        hops: records.flat_map(|record| &record.ways).map(|way| way.hops).max().unwrap_or(0),
    }
}

/// Whose each address is.
fn whose(assets: &[Asset]) -> BTreeMap<Host, AssetId> {
    let of = |asset: &Asset| {
        let id = asset.id;
        let ips = asset.ips.iter().map(|ip| Host::Ip(*ip)).collect::<Vec<_>>();
        let macs = asset.macs.iter().map(|mac| Host::Mac(*mac)).collect::<Vec<_>>();
        ips.into_iter().chain(macs).map(move |host| (host, id))
    };
    assets.iter().flat_map(of).collect()
}

/// What conversations show of hosts that can be one device.
fn presences(conversations: &[Conversation]) -> Presences {
    let mut presences = Presences::new();
    for c in conversations {
        let received = c.packets - c.packets_sent.min(c.packets);
        let mut sender = |host: Host, sent: u64| {
            if sent > 0 && host.is_unicast() {
                let presence = presences.entry(host).or_default();
                presence.sent += sent;
                let (first, last) = presence.times.unwrap_or((c.first, c.last));
                presence.times = Some((first.min(c.first), last.max(c.last)));
            }
        };
        sender(c.initiator, c.packets_sent);
        sender(c.responder, received);
        if c.responder.is_unicast() {
            let presence = presences.entry(c.responder).or_default();
            // A mirror may show one direction only: content on a connection means that somebody took it.
            presence.answered_for |= c.certainty == Certainty::Content && c.transport == Transport::Tcp;
        }
        if c.initiator.is_unicast() {
            presences.entry(c.initiator).or_default();
        }
    }
    presences
}

/// True when a host that conversations name is more than an address somebody tried.
fn exists(host: Host, presence: &Presence, hosts: &Hosts) -> bool {
    let known = || hosts.records.get(&host).is_some_and(|r| !r.facts.is_empty() || !r.claims.is_empty());
    presence.sent > 0 || presence.answered_for || known()
}

/// True when an address of a device was itself seen on the wire or claimed there, not just spoken of.
fn shows(host: Host, presences: &Presences, hosts: &Hosts) -> bool {
    if presences.get(&host).is_some_and(|presence| exists(host, presence, hosts)) {
        return true;
    }
    let record = hosts.records.get(&host);
    match host {
        Host::Ip(_) => record.is_some_and(|r| r.claims.iter().any(|claim| claim.by != By::Others)),
        Host::Mac(_) => record.is_some_and(|r| !r.ways.is_empty()),
    }
}

fn is_router(host: Host, identified: &Identified) -> bool {
    match host {
        Host::Mac(mac) => identified.routers.contains_key(&mac),
        Host::Ip(_) => false,
    }
}

fn asset(
    id: AssetId,
    device: &[Host],
    presences: &Presences,
    hosts: &Hosts,
    identified: &Identified,
    limits: &mut Limits,
) -> Asset {
    let mut asset = empty(id);
    let mut facts = Facts::default();
    let mut times: Option<(Timestamp, Timestamp)> = None;
    let mut seen = |(first, last): (Timestamp, Timestamp)| {
        let (a, b) = times.unwrap_or((first, last));
        times = Some((a.min(first), b.max(last)));
    };
    for host in device {
        let shown = shows(*host, presences, hosts);
        match host {
            Host::Ip(ip) if shown => {
                asset.ips.insert(*ip);
            }
            Host::Ip(_) => {}
            Host::Mac(mac) => {
                asset.macs.insert(*mac);
            }
        }
        if let Some(presence) = presences.get(host) {
            asset.packets_sent += presence.sent;
            presence.times.into_iter().for_each(&mut seen);
        }
        if let Some(record) = hosts.records.get(host) {
            facts.merge(record.facts.clone());
            limits.facts_dropped += record.dropped;
            record.named.into_iter().for_each(&mut seen);
        }
    }
    note_vlans(&mut asset, device, hosts);
    asset.vlans = asset
        .macs
        .iter()
        .filter_map(|mac| identified.routers.get(mac))
        .fold(std::mem::take(&mut asset.vlans), |vlans, router| {
            vlans.union(&router.vlans).copied().collect()
        });
    (asset.first, asset.last) = times.unwrap_or_default();
    asset.silent = asset.packets_sent == 0;
    asset.routed = asset.macs.is_empty() && asset.ips.iter().any(|ip| identified.routed.contains(ip));
    for name in asset.ips.iter().flat_map(|ip| hosts.given_names(*ip)) {
        facts.add(given_name(name, asset.first, asset.last));
    }
    for mac in asset.macs.iter().filter(|mac| !mac.is_virtual_router()) {
        facts_of_maker(*mac, asset.first, asset.last).into_iter().for_each(|fact| facts.add(fact));
    }
    limits.facts_dropped += facts.dropped();
    asset.facts = facts.with_everyday_makers().ranked();
    asset
}

/// Those VLANs in which its own frames and claims were seen; a routed host's are another network's.
fn note_vlans(asset: &mut Asset, device: &[Host], hosts: &Hosts) {
    for record in device.iter().filter_map(|host| hosts.records.get(host)) {
        for way in record.ways.iter().filter(|way| asset.macs.contains(&way.from)) {
            asset.vlans.extend(&way.vlans);
        }
        for claim in record.claims.iter().filter(|claim| asset.macs.contains(&claim.mac)) {
            asset.vlans.extend(claim.vlan);
        }
    }
}

/// A name that the capture gives: it was true where the capture was taken, and nobody on the wire said it.
fn given_name(name: &str, first: Timestamp, last: Timestamp) -> Fact {
    let (value, source) = (name.to_string(), "name resolution record of the capture");
    Fact { attribute: Attribute::Name, value, source, confidence: Confidence::Guessed, first, last }
}

/// The maker behind a hardware address.
fn facts_of_maker(mac: Mac, first: Timestamp, last: Timestamp) -> Option<Fact> {
    let value = oui::vendor(mac)?.to_string();
    let source = "IEEE registry";
    Some(Fact { attribute: Attribute::Vendor, value, source, confidence: Confidence::Guessed, first, last })
}

/// The protocols that each asset speaks by content, and whether it serves them.
fn note_protocols(assets: &mut [Asset], conversations: &[Conversation]) {
    let mut note = |id: Option<AssetId>, protocol: &'static str, serves: bool| {
        let at = id.and_then(|id| (id.0 as usize).checked_sub(1));
        if let Some(asset) = at.and_then(|at| assets.get_mut(at)) {
            *asset.protocols.entry(protocol).or_insert(false) |= serves;
        }
    };
    for c in conversations.iter().filter(|c| c.certainty == Certainty::Content) {
        note(c.initiator_asset, c.protocol, false);
        if c.packets > c.packets_sent {
            note(c.responder_asset, c.protocol, true);
        }
    }
}

fn empty(id: AssetId) -> Asset {
    Asset {
        id,
        macs: Default::default(),
        ips: Default::default(),
        vlans: Default::default(),
        facts: Vec::new(),
        roles: Vec::new(),
        role_reasons: Vec::new(),
        level: LevelJudgement::unknown(),
        zone: None,
        safety: false,
        protocols: Default::default(),
        packets_sent: 0,
        first: Timestamp::default(),
        last: Timestamp::default(),
        silent: false,
        routed: false,
    }
}
