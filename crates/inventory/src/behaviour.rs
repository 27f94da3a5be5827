//! What an asset does, drawn from its conversations: the ground on which roles and levels are judged.
//!
//! Nothing here knows a protocol: only trades, operations, and who asks whom.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use model::{
    Asset, AssetId, Certainty, Conversation, Evidence, Family, Host, Mac, Operation, OperationCount,
    Transport,
};

use crate::network::{self, Network};
use crate::operated::{Operated, compare_rates};

/// Requests from which on reading counts as cyclic.
const CYCLE_REQUESTS_MIN: u64 = 8;
/// The share of the capture that cyclic reading must cover, and its least length in nanoseconds (20 s).
const CYCLE_SHARE_MIN: f64 = 0.25;
const CYCLE_NANOSECONDS_MIN: i64 = 20_000_000_000;
/// Unanswered hosts from which on somebody is searching.
const SEARCHED_MIN: usize = 8;
/// Unanswered hosts of a plant's own trades from which on somebody is searching for devices.
const SEARCHED_DEVICES_MIN: usize = 3;
/// Bridges speak among themselves under this group address (IEEE 802.1Q, 8.6.3).
const BRIDGES: Mac = Mac([0x01, 0x80, 0xc2, 0, 0, 0]);

/// What one asset does.
#[derive(Debug, Clone, Default)]
pub struct Behaviour {
    /// Trades it serves, with what is known of the clients.
    pub serves: BTreeMap<Family, Served>,
    /// Who operates it: stations whose control operations it answers, decoded.
    pub operators: BTreeSet<AssetId>,
    /// Who only asked it who it is, and was told.
    pub identifiers: BTreeSet<AssetId>,
    /// Who takes process values from it in the language of supervision; controllers and SCADA alike give them so.
    pub supervisors: BTreeSet<AssetId>,
    /// True when some of them read it in cycles.
    pub read_cyclically: bool,
    /// Devices whose operations it asks for, decoded.
    pub operates: BTreeMap<AssetId, Operated>,
    /// Devices with which it exchanges cyclic field data that it opened.
    pub field_devices: BTreeSet<AssetId>,
    /// True when some of them stand in its own network: cyclic data is not meant to pass a router.
    pub field_at_home: bool,
    /// Those that opened an exchange of cyclic field data with it.
    pub field_masters: BTreeSet<AssetId>,
    /// Those with which it exchanges cyclic field data without it being clear who opened the exchange.
    pub field_peers: BTreeSet<AssetId>,
    /// True when it sends field data to a group.
    pub publishes: bool,
    /// Trades it uses as a client, with the servers.
    pub uses: BTreeMap<Family, BTreeSet<Host>>,
    /// Who opens its screen or shell from afar.
    pub watched_by: BTreeSet<AssetId>,
    /// Whose screen or shell it opens.
    pub watches: BTreeSet<AssetId>,
    /// Public addresses it opened conversations to, answered.
    pub public_servers: usize,
    /// Hosts that never answered it.
    pub unanswered: BTreeSet<Host>,
    /// Those of them that it asked for services of controllers and the like.
    pub unanswered_devices: BTreeSet<Host>,
    /// Hosts that answered it.
    pub answered: BTreeSet<Host>,
    /// True when it speaks as bridges do.
    pub bridges: bool,
    /// True when it speaks as routers do.
    pub routes: bool,
    /// Devices addressed behind it.
    pub units: usize,
    /// True when it asks who is there, to everybody.
    pub searches: bool,
}

/// A trade as an asset serves it.
#[derive(Debug, Clone, Default)]
pub struct Served {
    /// Hosts that used it.
    pub clients: BTreeSet<Host>,
    /// True when content, not only the port, shows it.
    pub content: bool,
}

/// What every asset does, in the order of the assets.
pub fn behaviours(assets: &[Asset], conversations: &[Conversation]) -> Vec<Behaviour> {
    let mut all = vec![Behaviour::default(); assets.len()];
    let first = conversations.iter().map(|c| c.first).min().unwrap_or_default();
    let last = conversations.iter().map(|c| c.last).max().unwrap_or_default();
    let span = last.since(first);
    let homes: Vec<Option<Network>> = assets.iter().map(network::home).collect();
    for c in conversations {
        if let Some(initiator) = c.initiator_asset.and_then(|id| of(&mut all, id)) {
            initiator.asks(c);
        }
        if let Some(responder) = c.responder_asset.and_then(|id| of(&mut all, id)) {
            responder.answers(c);
        }
        let (Some(asker), Some(device)) = (c.initiator_asset, c.responder_asset) else { continue };
        if asker == device {
            continue;
        }
        if c.family == Family::RemoteAccess && c.packets > c.packets_sent {
            watch(&mut all, asker, device);
        }
        if c.family.is_operational() && c.certainty == Certainty::Content {
            let elsewhere = homes.get(index(asker)) != homes.get(index(device));
            operate(&mut all, asker, device, c, span, elsewhere);
        }
    }
    compare_rates(&mut all);
    all
}

impl Behaviour {
    /// True when it looks for hosts.
    pub fn is_searching(&self) -> bool {
        self.unanswered.len() >= SEARCHED_MIN && self.unanswered.len() > self.answered.len()
    }

    /// True when it looks for devices: it tries hosts that are none, and reads nobody in cycles. A station whose
    /// controllers are switched off would read the others.
    pub fn is_searching_devices(&self) -> bool {
        self.unanswered_devices.len() >= SEARCHED_DEVICES_MIN && self.read_in_cycles().next().is_none()
    }

    /// Sums up requests to all devices.
    pub fn sum(&self, of: impl Fn(&Operated) -> u64) -> u64 {
        self.operates.values().map(of).sum()
    }

    /// Devices that it reads in cycles.
    pub fn read_in_cycles(&self) -> impl Iterator<Item = &Operated> {
        self.operates.values().filter(|o| o.rate > 0.0)
    }

    /// True when it only reads, and what others read too it reads much more seldom: a collector.
    pub fn is_collecting(&self) -> bool {
        self.sum(Operated::changes) == 0
            && self.read_in_cycles().any(|o| o.slower)
            && self.read_in_cycles().all(|o| o.slower || !o.shared)
    }

    /// True when it reads several devices of another network, seldom but over a long while, and nothing else.
    pub fn is_gathering(&self) -> bool {
        self.operates.len() > 1 && self.operates.values().all(|o| o.seldom && o.elsewhere)
    }

    /// How many hosts use what it serves of these trades.
    pub fn clients(&self, families: &[Family]) -> usize {
        let served = self.serves.iter().filter(|(family, _)| families.contains(family));
        served.flat_map(|(_, served)| &served.clients).collect::<BTreeSet<_>>().len()
    }

    /// Notes a conversation that this asset started.
    fn asks(&mut self, c: &Conversation) {
        if c.responder == Host::Mac(BRIDGES) {
            self.bridges = true;
        }
        self.routes |= is_router_group(c.responder);
        let content = c.certainty == Certainty::Content;
        if !c.responder.is_unicast() {
            self.publishes |= c.family == Family::Fieldbus && content && c.packets > 4;
            let search = |o: &OperationCount| o.operation == Operation::Discover && o.by_initiator;
            self.searches |= c.family.is_operational() && c.operations.iter().any(search);
            return;
        }
        if !has_ports(c.transport) {
            return;
        }
        if c.packets > c.packets_sent {
            self.answered.insert(c.responder);
            self.uses.entry(c.family).or_default().insert(c.responder);
            self.public_servers += usize::from(c.responder.is_public());
        } else if c.transport == Transport::Tcp && c.packets_sent <= 8 * c.flows {
            self.unanswered.insert(c.responder);
            if c.family.is_operational() {
                self.unanswered_devices.insert(c.responder);
            }
        }
    }

    /// Notes a conversation that somebody started with this asset.
    fn answers(&mut self, c: &Conversation) {
        let received = c.packets - c.packets_sent.min(c.packets);
        if !has_ports(c.transport) || received == 0 || c.family == Family::Unknown {
            return;
        }
        // A guess by the port is worth something only when more than a handshake went over it.
        let talked = c.transport != Transport::Tcp || received > 3 * c.flows.min(4);
        if c.certainty == Certainty::Content || talked {
            let served = self.serves.entry(c.family).or_default();
            served.clients.insert(c.initiator);
            served.content |= c.certainty == Certainty::Content;
            self.units = self.units.max(c.units.len());
        }
    }
}

/// Notes that one asset opens another's screen or shell.
fn watch(all: &mut [Behaviour], asker: AssetId, device: AssetId) {
    if let Some(behaviour) = of(all, asker) {
        behaviour.watches.insert(device);
    }
    if let Some(behaviour) = of(all, device) {
        behaviour.watched_by.insert(asker);
    }
}

/// Notes operations between two assets, on both.
fn operate(
    all: &mut [Behaviour],
    asker: AssetId,
    device: AssetId,
    c: &Conversation,
    span: i64,
    elsewhere: bool,
) {
    let heard = c.packets > c.packets_sent;
    if c.family == Family::Fieldbus {
        let sure = c.evidence > Evidence::FirstSender;
        if heard && let Some(behaviour) = of(all, asker) {
            behaviour.field_at_home |= !elsewhere;
            if sure { &mut behaviour.field_devices } else { &mut behaviour.field_peers }.insert(device);
        }
        if heard && let Some(behaviour) = of(all, device) {
            if sure { &mut behaviour.field_masters } else { &mut behaviour.field_peers }.insert(asker);
        }
        return;
    }
    let duration = c.last.since(c.first);
    let long = duration >= CYCLE_NANOSECONDS_MIN && duration as f64 >= CYCLE_SHARE_MIN * span as f64;
    // A mirror may show one direction only; content on a connection means that somebody takes it.
    let one_way = !heard && c.transport == Transport::Tcp;
    let forth = Operated { elsewhere, ..Operated::of(c, true) };
    let back = Operated { elsewhere, ..Operated::of(c, false) };
    // Where both ends use one port, the start tells little: who asks is who sends more requests. On a connection
    // its opener asks; what a controller asks back while it is loaded makes no device of the station.
    let turned = c.transport != Transport::Tcp && back.requests() > forth.requests();
    let (asker, device, mut asked) = if turned { (device, asker, back) } else { (asker, device, forth) };
    let answered = asked.answered || (one_way && !turned);
    if asked.requests() == 0 {
        return;
    }
    if asked.reads >= CYCLE_REQUESTS_MIN && long {
        asked.rate = asked.reads as f64 / (duration as f64 / 1e9);
    }
    asked.seldom = asked.rate == 0.0 && asked.reads > 1 && long && asked.changes() == 0;
    asks(all, asker, device, &asked);
    if answered {
        gives(all, device, asker, c.family, &asked);
    }
}

fn asks(all: &mut [Behaviour], asker: AssetId, device: AssetId, asked: &Operated) {
    if let Some(behaviour) = of(all, asker) {
        behaviour.operates.entry(device).or_default().add(asked);
    }
}

fn gives(all: &mut [Behaviour], device: AssetId, asker: AssetId, family: Family, asked: &Operated) {
    if let Some(behaviour) = of(all, device) {
        let partners = match family {
            _ if asked.only_identifies() => &mut behaviour.identifiers,
            Family::Supervision => &mut behaviour.supervisors,
            _ => &mut behaviour.operators,
        };
        partners.insert(asker);
        behaviour.read_cyclically |= asked.rate > 0.0;
    }
}

/// Groups in which only routers speak (IANA multicast registries): OSPF, RIP, EIGRP, PIM, VRRP, HSRP.
fn is_router_group(host: Host) -> bool {
    match host {
        Host::Ip(IpAddr::V4(ip)) => matches!(ip.octets(), [224, 0, 0, 5 | 6 | 9 | 10 | 13 | 18 | 102]),
        Host::Ip(IpAddr::V6(ip)) => {
            matches!(ip.segments(), [0xff02, 0, 0, 0, 0, 0, 0, 5 | 6 | 9 | 0xa | 0xd | 0x12])
        }
        Host::Mac(_) => false,
    }
}

fn has_ports(transport: Transport) -> bool {
    match transport {
        Transport::Tcp | Transport::Udp => true,
        Transport::Icmp | Transport::Ip | Transport::Ethernet => false,
    }
}

fn index(id: AssetId) -> usize {
    (id.0 as usize).saturating_sub(1)
}

fn of(all: &mut [Behaviour], id: AssetId) -> Option<&mut Behaviour> {
    all.get_mut((id.0 as usize).checked_sub(1)?)
}
