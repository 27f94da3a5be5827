//! What the firewalls of a plan let through between its zones.

use std::collections::BTreeMap;

use model::firewall::Firewall;
use model::packets::{
    AddressField, NumberField, PacketBox, PacketSet, PacketState, Span, TcpFlags, other_addresses,
};
use model::plan::{Initiator, Member, Peer, Permit, Plan};
use model::{Conversation, GLOBAL_UNICAST, Host, NOT_PUBLIC, Transport};

use super::judge::Judge;
use super::places::Place;
use crate::reach::{self, Allowed, Asked, Carries};

/// Boxes that one zone pair may fall into before it is not evaluated any more.
const BOXES_PER_PAIR_MAX: usize = 20_000;
/// ICMP and ICMPv6 echo request (RFC 792; RFC 4443, 4.1): what is asked for where a type was not kept.
const ECHO: [u8; 2] = [8, 128];

/// A configuration with the name by which the plan calls it.
#[derive(Debug, Clone)]
pub struct Enforcer {
    /// As `enforced_by` names it.
    pub name: String,
    /// What was read of it.
    pub firewall: Firewall,
}

/// What passes between zones: asked by pair, computed once for each pair of interfaces.
pub(super) struct Gates<'a> {
    enforcers: &'a [Enforcer],
    /// The addresses of the zones that conduits join.
    spans: BTreeMap<Place, Vec<Span<u128>>>,
    /// The interface that a place is behind, by firewall; none when any may be.
    behind: BTreeMap<(usize, Place), Option<String>>,
    passes: BTreeMap<(usize, Option<String>, Option<String>), Option<Allowed>>,
}

/// What of a pair of zones passes, all firewalls between them together.
pub(super) struct Passes {
    /// May pass.
    pub upper: Vec<PacketBox>,
    /// Passes for sure.
    pub lower: Vec<PacketBox>,
    ways: Vec<(usize, Option<String>, Option<String>)>,
}

impl<'a> Gates<'a> {
    pub fn new(judge: &Judge<'_>, enforcers: &'a [Enforcer]) -> Gates<'a> {
        let mut behind = BTreeMap::new();
        let mut spans = BTreeMap::new();
        let plan: &Plan = judge.plan();
        for conduit in &plan.conduits {
            let ends = [&conduit.from, &conduit.to].map(|id| judge.places.with_id(id));
            let [Some(from), Some(to)] = ends else { continue };
            for place in [from, to] {
                spans.entry(place).or_insert_with(|| addresses(judge, place));
            }
            let (starts, answers) = match conduit.initiator {
                Initiator::From | Initiator::Either => (from, to),
                Initiator::To => (to, from),
            };
            for by in &conduit.enforced_by {
                let number = enforcers.iter().position(|enforcer| enforcer.name == by.firewall);
                let Some(number) = number else { continue };
                for (place, interface) in [(starts, &by.in_interface), (answers, &by.out_interface)] {
                    let known = behind.entry((number, place)).or_insert_with(|| interface.clone());
                    if known.is_none() {
                        known.clone_from(interface);
                    }
                }
            }
        }
        Gates { enforcers, spans, behind, passes: BTreeMap::new() }
    }

    /// Pairs of zones that a firewall stands between.
    pub fn pairs(&self) -> Vec<(Place, Place)> {
        let places: std::collections::BTreeSet<Place> = self.behind.keys().map(|(_, place)| *place).collect();
        let pairs = places.iter().flat_map(|from| places.iter().map(|to| (*from, *to)));
        pairs.filter(|(from, to)| from != to && !self.ways(*from, *to).is_empty()).collect()
    }

    fn ways(&self, from: Place, to: Place) -> Vec<(usize, Option<String>, Option<String>)> {
        let way = |number: usize| {
            let [one, other] = [from, to].map(|place| self.behind.get(&(number, place)));
            let (one, other) = (one?.clone(), other?.clone());
            // What is behind one interface does not pass the firewall.
            (one.is_none() || one != other).then_some((number, one, other))
        };
        (0..self.enforcers.len()).filter_map(way).collect()
    }

    /// What passes from one zone to another; none when no firewall of the plan is known to stand between them, or
    /// its rules fall into too many parts.
    pub fn between(&mut self, from: Place, to: Place) -> Option<Passes> {
        let ways = self.ways(from, to);
        let mut whole: Option<Passes> = None;
        let (sources, destinations) = (self.spans(from).to_vec(), self.spans(to).to_vec());
        for way in &ways {
            let enforcers = self.enforcers;
            let allowed =
                self.passes.entry(way.clone()).or_insert_with(|| through(enforcers, way)).as_ref()?;
            let part = |regions: &[reach::Region]| {
                let packets = regions.iter().map(|region| with_any_interface(&region.packets));
                narrowed(packets, &sources, &destinations)
            };
            let (upper, lower) = (part(&allowed.upper)?, part(&allowed.lower)?);
            whole = Some(match whole {
                None => Passes { upper, lower, ways: ways.clone() },
                Some(before) => Passes {
                    upper: both(&before.upper, &upper)?,
                    lower: both(&before.lower, &lower)?,
                    ways: before.ways,
                },
            });
        }
        whole
    }

    fn spans(&self, place: Place) -> &[Span<u128>] {
        self.spans.get(&place).map_or(&[], Vec::as_slice)
    }

    /// Whether a conversation passes; none when that cannot be told.
    pub fn passes(&self, passes: &Passes, c: &Conversation) -> Option<bool> {
        let (Host::Ip(source), Host::Ip(destination)) = (c.initiator, c.responder) else { return None };
        let carries = match c.transport {
            Transport::Tcp => {
                Carries::Tcp { source_port: None, destination_port: Some(c.port), flags: TcpFlags::SYN }
            }
            Transport::Udp => Carries::Udp { source_port: None, destination_port: Some(c.port) },
            Transport::Icmp => Carries::Icmp { kind: ECHO[usize::from(source.is_ipv6())], code: 0 },
            Transport::Ip => Carries::Other(u8::try_from(c.port).ok()?),
            Transport::Ethernet => return None,
        };
        let (number, ..) = passes.ways.first()?;
        let asked = Asked { in_interface: None, out_interface: None, source, destination, carries };
        let packet = reach::question(&self.enforcers.get(*number)?.firewall, &asked).ok()?.0;
        // Interfaces were settled when the sets were made.
        let packet = with_any_interface(&packet);
        if passes.lower.iter().any(|one| one.covers(&packet)) {
            return Some(true);
        }
        let may = passes.upper.iter().any(|one| one.both(&packet).is_some());
        (!may).then_some(false)
    }

    /// The packets that a permit means between two zones; none when they are too many to tell.
    pub fn meant(&self, permit: &Permit, from: Place, to: Place) -> Option<Vec<PacketBox>> {
        let (sources, destinations) = (self.spans(from), self.spans(to));
        let member = |member: Member, all: &[Span<u128>]| match member {
            Member::Any => all.to_vec(),
            Member::Host(host) => host.ip().map(Span::of_ip).into_iter().collect(),
            Member::Net(net) => all.iter().filter_map(|span| span.both(Span::of_net(&net))).collect(),
        };
        let everybody = [Peer { from: Member::Any, to: Member::Any }];
        let peers = if permit.peers.is_empty() { &everybody[..] } else { &permit.peers };
        let pairs: Vec<_> =
            peers.iter().map(|peer| (member(peer.from, sources), member(peer.to, destinations))).collect();
        let mut boxes = Vec::new();
        for service in services(permit) {
            for (sources, destinations) in &pairs {
                boxes.extend(narrowed([service], sources, destinations)?);
                if boxes.len() > BOXES_PER_PAIR_MAX {
                    return None;
                }
            }
        }
        Some(boxes)
    }
}

/// The addresses of a place, without those that others claim more closely.
fn addresses(judge: &Judge<'_>, place: Place) -> Vec<Span<u128>> {
    let zones = &judge.plan().zones;
    let claimed = |own: Option<u32>, longer_than: Option<(u8, bool)>| -> Vec<Span<u128>> {
        let others = (0_u32..).zip(zones).filter(|(number, _)| Some(*number) != own).map(|(_, zone)| zone);
        let mut spans = Vec::new();
        for zone in others {
            let closer = zone.prefixes.iter().filter(|prefix| {
                longer_than
                    .is_none_or(|(length, v6)| prefix.prefix_len() > length && prefix.addr().is_ipv6() == v6)
            });
            spans.extend(closer.map(Span::of_net));
            spans.extend(zone.hosts.iter().filter_map(|host| host.ip()).map(Span::of_ip));
        }
        spans
    };
    match place {
        Place::Zone(number) => {
            let Some(zone) = judge.places.zone(place) else { return Vec::new() };
            let mut spans: Vec<Span<u128>> =
                zone.hosts.iter().filter_map(|host| host.ip()).map(Span::of_ip).collect();
            for prefix in &zone.prefixes {
                let closer = claimed(Some(number), Some((prefix.prefix_len(), prefix.addr().is_ipv6())));
                spans.extend(other_addresses(&closer, Span::of_net(prefix)));
            }
            spans
        }
        Place::Outside => {
            let mut inner = claimed(None, None);
            inner.extend(NOT_PUBLIC.iter().map(Span::of_net));
            let mut spans = other_addresses(&inner, Span::IPV4);
            spans.extend(other_addresses(&inner, Span::of_net(&GLOBAL_UNICAST)));
            spans
        }
        Place::Unassigned | Place::Anywhere => Vec::new(),
    }
}

fn through(enforcers: &[Enforcer], way: &(usize, Option<String>, Option<String>)) -> Option<Allowed> {
    let (number, in_interface, out_interface) = way;
    let firewall = &enforcers.get(*number)?.firewall;
    let any = std::net::IpAddr::V4(std::net::Ipv4Addr::UNSPECIFIED);
    let asked = Asked {
        in_interface: in_interface.clone(),
        out_interface: out_interface.clone(),
        source: any,
        destination: any,
        carries: Carries::Other(0),
    };
    let interfaces = reach::question(firewall, &asked).ok()?.0;
    let mut within = PacketBox::all();
    for field in [NumberField::InInterface, NumberField::OutInterface] {
        within.numbers[field as usize] = interfaces.number(field);
    }
    within.numbers[NumberField::State as usize] = Span::one(PacketState::New.number());
    // Of TCP only what opens: what continues is decided by what was opened.
    let mut tcp = within;
    tcp.numbers[NumberField::Protocol as usize] = Span::one(6);
    tcp.numbers[NumberField::TcpFlags as usize] = Span::one(u16::from(TcpFlags::SYN.0));
    let beside = [Span::new(0, 5), Span::new(7, 255)].map(|protocols| {
        let mut other = within;
        other.numbers[NumberField::Protocol as usize] = protocols;
        other
    });
    let boxes = std::iter::once(tcp).chain(beside).collect();
    reach::allowed(firewall, &PacketSet { boxes }).ok()
}

/// These packets between these addresses; none when they fall into too many parts.
fn narrowed(
    packets: impl IntoIterator<Item = PacketBox>,
    sources: &[Span<u128>],
    destinations: &[Span<u128>],
) -> Option<Vec<PacketBox>> {
    let mut boxes = Vec::new();
    for one in packets {
        let mut set = PacketSet { boxes: vec![one] };
        let fits = set.narrow_address(AddressField::Source, sources)
            && set.narrow_address(AddressField::Destination, destinations);
        boxes.append(&mut set.boxes);
        if !fits || boxes.len() > BOXES_PER_PAIR_MAX {
            return None;
        }
    }
    Some(boxes)
}

fn with_any_interface(one: &PacketBox) -> PacketBox {
    let mut any = *one;
    for field in [NumberField::InInterface, NumberField::OutInterface] {
        any.numbers[field as usize] = field.all();
    }
    any
}

fn both(one: &[PacketBox], other: &[PacketBox]) -> Option<Vec<PacketBox>> {
    let mut boxes = Vec::new();
    for mine in one {
        boxes.extend(other.iter().filter_map(|theirs| mine.both(theirs)));
        if boxes.len() > BOXES_PER_PAIR_MAX {
            return None;
        }
    }
    Some(boxes)
}

/// The services of a permit as packets from anywhere to anywhere.
fn services(permit: &Permit) -> Vec<PacketBox> {
    let start = {
        let mut one = PacketBox::all();
        one.numbers[NumberField::State as usize] = Span::one(PacketState::New.number());
        one
    };
    if permit.services.is_empty() {
        return vec![start];
    }
    let mut boxes = Vec::new();
    for service in &permit.services {
        let mut with = |protocol: Span<u16>, ports: Span<u16>| {
            let mut one = start;
            one.numbers[NumberField::Protocol as usize] = protocol;
            one.numbers[NumberField::DestinationPort as usize] = ports;
            boxes.push(one);
        };
        match service.transport {
            Transport::Tcp => with(Span::one(6), service.ports),
            Transport::Udp => with(Span::one(17), service.ports),
            Transport::Icmp => [1, 58].into_iter().for_each(|protocol| with(Span::one(protocol), Span::ANY)),
            Transport::Ip => with(service.ports.both(Span::new(0, 255)).unwrap_or(Span::one(255)), Span::ANY),
            Transport::Ethernet => {}
        }
    }
    boxes
}
