//! A plan drawn from what was observed: zones as they were proposed, and for each pair of zones that speak a conduit with
//! what was seen in it. A person accepts it, or does not.

use std::collections::{BTreeMap, BTreeSet};

use ipnet::IpNet;
use model::packets::{Span, spans_of};
use model::plan::{Conduit, Member, Peer, Permit, Plan, Service, Template, Zone};
use model::{Asset, Conversation, Host, Level, Operation, Plant, Protection, Transport};

use super::judge::Judge;
use super::places::{Place, Places};

/// Hosts of one zone that must do the same before the whole zone is permitted to. Never for what changes a device.
pub const PEERS_FOR_A_GROUP_MIN: usize = 3;

/// Letters of the id of a zone that the id of a conduit takes over.
const ID_LETTERS_MAX: usize = 40;

/// A plan with what speaks for each part of it, as sentences for a person.
#[derive(Debug, Clone, Default)]
pub struct Proposal {
    /// The plan.
    pub plan: Plan,
    /// What was seen in each zone, in the order of the plan.
    pub zones: Vec<String>,
    /// What was seen in each conduit, and in each of its permits.
    pub conduits: Vec<(String, Vec<String>)>,
}

/// Proposes a plan.
pub fn propose(plant: &Plant, template: Template) -> Proposal {
    let mut plan = Plan { zones: zones(plant, template), ..Plan::default() };
    place_the_rest(&mut plan, plant);
    plan.zones.retain(|zone| !zone.prefixes.is_empty() || !zone.vlans.is_empty() || !zone.hosts.is_empty());
    levels(&mut plan, plant);
    let zones = seen_in_zones(&plan, plant);
    let judge = Judge::new(&plan);
    let mut pairs: BTreeMap<(Place, Place), Vec<&Conversation>> = BTreeMap::new();
    for (c, judged) in plant.conversations.iter().zip(judge.all(plant)) {
        if judged.from != judged.to {
            pairs.entry((judged.from, judged.to)).or_default().push(c);
        }
    }
    let mut conduits = Vec::new();
    let (mut found, mut ids) = (Vec::new(), BTreeSet::new());
    for ((from, to), talks) in pairs {
        let (from_id, to_id) = (judge.places.id(from), judge.places.id(to));
        let short = |id: &str| id.chars().take(ID_LETTERS_MAX).collect::<String>();
        let mut id = format!("{}-to-{}", short(from_id), short(to_id));
        if ids.contains(&id) {
            id = format!("{id}-{}", found.len() + 1);
        }
        ids.insert(id.clone());
        let (permits, notes) = permits(&talks, from == Place::Outside).into_iter().unzip();
        conduits.push((seen(&talks), notes));
        found.push(Conduit {
            id,
            from: from_id.to_string(),
            to: to_id.to_string(),
            permits,
            evidence: Some(talks.len() as u64),
            ..Conduit::default()
        });
    }
    plan.conduits = found;
    Proposal { plan, zones, conduits }
}

/// Zones after the template, without what has no network and no VLAN.
fn zones(plant: &Plant, template: Template) -> Vec<Zone> {
    let inside = plant.zones.iter().filter(|zone| zone.id != model::plan::OUTSIDE);
    let networks =
        |zone: &model::Zone| zone.prefixes.iter().filter_map(|prefix| prefix.parse().ok()).collect();
    match template {
        Template::Cells => inside
            .map(|zone| Zone {
                id: zone.id.clone(),
                name: zone.name.clone(),
                prefixes: networks(zone),
                vlans: zone.vlans.clone(),
                ..Zone::default()
            })
            .collect(),
        Template::Flat => {
            let all: BTreeSet<IpNet> = inside.flat_map(|zone| networks(zone) as Vec<IpNet>).collect();
            let prefixes = all.into_iter().collect();
            vec![Zone { id: "plant".into(), name: "The whole plant".into(), prefixes, ..Zone::default() }]
        }
        Template::Purdue => {
            let levels =
                Level::ALL.iter().filter(|level| **level != Level::Outside).map(|level| Some(*level));
            let zone = |level: Option<Level>| Zone {
                id: level.map_or("level-unknown".into(), |level| format!("level-{level}")),
                name: level.map_or("Level unknown".into(), |level| format!("Level {level}")),
                ..Zone::default()
            };
            levels.chain([None]).map(zone).collect()
        }
    }
}

/// Lists as hosts whom no network and no VLAN places where it belongs.
fn place_the_rest(plan: &mut Plan, plant: &Plant) {
    let mut missing: BTreeMap<String, BTreeSet<Host>> = BTreeMap::new();
    let places = Places::new(plan);
    let home = |asset: Option<&Asset>| -> String {
        let by_level = asset.and_then(|asset| asset.level.level).filter(|level| *level != Level::Outside);
        let by_level = by_level.map_or("level-unknown".to_string(), |level| format!("level-{level}"));
        if plan.zones.iter().any(|zone| zone.id == by_level) {
            return by_level;
        }
        let own = asset.and_then(|asset| asset.zone.clone()).filter(|id| plan.zone(id).is_some());
        own.or_else(|| plan.zones.first().map(|zone| zone.id.clone())).unwrap_or_else(|| "plant".to_string())
    };
    for asset in &plant.assets {
        let unplaced = |host: Host| match places.of(host, Some(asset)) {
            Place::Unassigned => true,
            // A public address that belongs to a card of the plant.
            Place::Outside => !asset.macs.is_empty() && asset.zone.as_deref() != Some(model::plan::OUTSIDE),
            Place::Zone(_) | Place::Anywhere => false,
        };
        let ips: Vec<Host> =
            asset.ips.iter().map(|ip| Host::Ip(*ip)).filter(|host| host.is_unicast()).collect();
        let lost: Vec<Host> = ips.iter().copied().filter(|host| unplaced(*host)).collect();
        if !lost.is_empty() {
            missing.entry(home(Some(asset))).or_default().extend(lost);
        } else if ips.is_empty() {
            let macs = asset.macs.iter().map(|mac| Host::Mac(*mac)).filter(|host| unplaced(*host));
            missing.entry(home(Some(asset))).or_default().extend(macs);
        }
    }
    // Who belongs to no asset: its zone is that of the first.
    for c in &plant.conversations {
        for (host, id) in [(c.initiator, c.initiator_asset), (c.responder, c.responder_asset)] {
            let asset = id.and_then(|id| plant.asset(id));
            let listed = |host: &Host| missing.values().any(|hosts| hosts.contains(host));
            if host.is_unicast() && places.of(host, asset) == Place::Unassigned && !listed(&host) {
                missing.entry(home(asset)).or_default().insert(host);
            }
        }
    }
    for (id, hosts) in missing {
        let hosts: Vec<Host> = hosts.into_iter().collect();
        match plan.zones.iter_mut().find(|zone| zone.id == id) {
            Some(zone) => zone.hosts = hosts,
            None => plan.zones.push(Zone { name: id.clone(), id, hosts, ..Zone::default() }),
        }
    }
}

/// The levels that are sure of the assets in each zone, and whether all of them belong to safety systems.
fn levels(plan: &mut Plan, plant: &Plant) {
    let mut found: BTreeMap<Place, (BTreeSet<Level>, bool)> = BTreeMap::new();
    let places = Places::new(plan);
    for asset in &plant.assets {
        let (levels, safety) = found.entry(places.of_whole(asset)).or_insert((BTreeSet::new(), true));
        let sure = asset.level.level.filter(|level| asset.level.is_high() && *level != Level::Outside);
        levels.extend(sure);
        *safety &= asset.safety;
    }
    for (number, zone) in (0_u32..).zip(&mut plan.zones) {
        if let Some((levels, safety)) = found.remove(&Place::Zone(number)) {
            zone.levels = levels.into_iter().collect();
            zone.safety = safety;
        }
    }
}

fn seen_in_zones(plan: &Plan, plant: &Plant) -> Vec<String> {
    let places = Places::new(plan);
    let mut assets: BTreeMap<Place, Vec<&Asset>> = BTreeMap::new();
    for asset in &plant.assets {
        assets.entry(places.of_whole(asset)).or_default().push(asset);
    }
    let say = |number: u32| {
        let own = assets.get(&Place::Zone(number)).map_or(&[][..], Vec::as_slice);
        let names: Vec<String> = own.iter().take(5).map(|asset| crate::words::label(asset)).collect();
        let more = if own.len() > names.len() { ", ..." } else { "" };
        format!("Seen here: {} assets ({}{more}).", own.len(), names.join(", "))
    };
    (0_u32..).zip(&plan.zones).map(|(number, _)| say(number)).collect()
}

fn seen(talks: &[&Conversation]) -> String {
    let first = talks.iter().map(|c| c.first).min().unwrap_or_default();
    let last = talks.iter().map(|c| c.last).max().unwrap_or_default();
    let packets: u64 = talks.iter().map(|c| c.packets).sum();
    let one = if talks.len() == 1 { "" } else { "s" };
    format!("Seen: {} conversation{one}, {packets} frames, {first} to {last}.", talks.len())
}

/// What conversations must have in common to be one permit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Kind {
    protocol: &'static str,
    transport: Transport,
    protection: Protection,
}

/// What was seen of one kind.
#[derive(Default)]
struct Group<'a> {
    talks: Vec<&'a Conversation>,
    ports: BTreeSet<u16>,
    operations: BTreeSet<Operation>,
    pairs: BTreeSet<(Host, Host)>,
}

/// The permits that hold these conversations, each with what was seen.
fn permits(talks: &[&Conversation], from_outside: bool) -> Vec<(Permit, String)> {
    let mut mild: BTreeMap<Kind, Group<'_>> = BTreeMap::new();
    // What changes a device is permitted exactly as it was seen: these two, this port, these operations.
    let mut grave: BTreeMap<(Kind, u16, BTreeSet<Operation>, BTreeSet<Operation>), Group<'_>> =
        BTreeMap::new();
    for c in talks {
        let kind = Kind { protocol: c.protocol, transport: c.transport, protection: c.protection };
        let of = |by_initiator: bool, changes: bool| -> BTreeSet<Operation> {
            let ops = c.operations.iter().filter(|op| op.by_initiator == by_initiator);
            ops.map(|op| op.operation).filter(|operation| operation.changes_device() == changes).collect()
        };
        let (changes, answers) = (of(true, true), of(false, true));
        let rest = of(true, false);
        if changes.is_empty() && answers.is_empty() || !rest.is_empty() || !of(false, false).is_empty() {
            mild.entry(kind).or_default().add(c, rest);
        }
        if !changes.is_empty() || !answers.is_empty() {
            grave.entry((kind, c.port, changes.clone(), answers)).or_default().add(c, changes);
        }
    }
    let mut permits = Vec::new();
    for (kind, group) in mild {
        let peers = group.peers(from_outside);
        permits.push((group.permit(kind, peers), seen(&group.talks)));
    }
    for ((kind, _, _, answers), group) in grave {
        let mut permit = group.permit(kind, group.exact_peers());
        permit.responder_operations = (!answers.is_empty()).then_some(answers);
        let note =
            format!("Changes devices, so it is permitted for these pairs alone. {}", seen(&group.talks));
        permits.push((permit, note));
    }
    permits
}

impl<'a> Group<'a> {
    fn add(&mut self, c: &'a Conversation, operations: BTreeSet<Operation>) {
        self.talks.push(c);
        self.ports.insert(c.port);
        self.operations.extend(operations);
        self.pairs.insert((c.initiator, c.responder));
    }

    fn permit(&self, kind: Kind, peers: Vec<Peer>) -> Permit {
        let service = |ports: Span<u16>| Service { transport: kind.transport, ports };
        let services = match kind.transport {
            Transport::Icmp => vec![service(Span::ANY)],
            Transport::Tcp | Transport::Udp | Transport::Ip | Transport::Ethernet => {
                spans_of(self.ports.iter().copied()).into_iter().map(service).collect()
            }
        };
        Permit {
            protocols: vec![kind.protocol.to_string()],
            services,
            operations: Some(self.operations.clone()),
            peers,
            protection: match kind.protection {
                asked @ (Protection::Signed | Protection::Encrypted) => Some(asked),
                Protection::Clear | Protection::Unknown => None,
            },
            ..Permit::default()
        }
    }

    fn exact_peers(&self) -> Vec<Peer> {
        let exact = |(from, to): &(Host, Host)| Peer { from: Member::Host(*from), to: Member::Host(*to) };
        self.pairs.iter().map(exact).collect()
    }

    /// A side where enough hosts do the same stands for its whole zone. Callers from outside are always named.
    fn peers(&self, from_outside: bool) -> Vec<Peer> {
        let count =
            |side: fn(&(Host, Host)) -> Host| self.pairs.iter().map(side).collect::<BTreeSet<Host>>().len();
        let all_from = count(|pair| pair.0) >= PEERS_FOR_A_GROUP_MIN && !from_outside;
        let all_to = count(|pair| pair.1) >= PEERS_FOR_A_GROUP_MIN;
        if all_from && all_to {
            return Vec::new();
        }
        let wide = |any: bool, member: Member| if any { Member::Any } else { member };
        let mut peers: Vec<Peer> = self.exact_peers();
        for peer in &mut peers {
            *peer = Peer { from: wide(all_from, peer.from), to: wide(all_to, peer.to) };
        }
        peers.sort_unstable();
        peers.dedup();
        peers
    }
}
