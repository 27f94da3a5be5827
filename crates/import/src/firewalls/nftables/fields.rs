//! What a field of nftables is in a packet of ours, and the values it is compared with.

use model::packets::{AddressField, NumberField, PacketState, Span, TcpFlags, spans_of};

use super::super::netfilter::Need;
use super::super::netfilter::{
    AddressKind, Cond, Family, Side, any, icmp_type, icmpv6_type, number, protocol, service, tcp_flag,
};
use super::tree::{Element, Expression, Field};

/// Protocols with ports where TCP has them.
const WITH_PORTS: [u16; 5] = [6, 17, 33, 132, 136];
const TCP: u16 = 6;
const ICMP: u16 = 1;
const ICMPV6: u16 = 58;

/// A field, as far as a packet of ours has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Asked {
    /// An address.
    Address(AddressField, Family),
    /// A port.
    Port(NumberField),
    /// The protocol.
    Protocol,
    /// The type of an ICMP message.
    IcmpType(Family),
    /// The code of an ICMP message.
    IcmpCode(Family),
    /// An interface.
    Interface(Side),
    /// The state of the conversation.
    State,
    /// The family.
    Family,
    /// TCP flags.
    Flags,
    /// The kind of an address.
    Kind(AddressField),
    /// Nothing that a question tells.
    Untold,
}

/// What a field asks for, and what it implies: nft adds the protocol to which a header belongs.
pub(super) fn asked(field: &Field) -> (Asked, Vec<Need>) {
    let family = |family: Family| any(Cond::Family(family));
    let carries = |number: u16| any(Cond::Number(NumberField::Protocol, vec![Span::one(number)]));
    match field {
        Field::Header(header, name) => match (header.as_str(), name.as_str()) {
            ("ip", "saddr") => (Asked::Address(AddressField::Source, Family::V4), Vec::new()),
            ("ip", "daddr") => (Asked::Address(AddressField::Destination, Family::V4), Vec::new()),
            ("ip6", "saddr") => (Asked::Address(AddressField::Source, Family::V6), Vec::new()),
            ("ip6", "daddr") => (Asked::Address(AddressField::Destination, Family::V6), Vec::new()),
            ("ip", "protocol") => (Asked::Protocol, vec![family(Family::V4)]),
            ("ip6", "nexthdr") => (Asked::Protocol, vec![family(Family::V6)]),
            ("ip", _) => (Asked::Untold, vec![family(Family::V4)]),
            ("ip6", _) => (Asked::Untold, vec![family(Family::V6)]),
            ("tcp", "flags") => (Asked::Flags, vec![carries(TCP)]),
            ("th", name) => match port(name) {
                Some(port) => {
                    let protocols = WITH_PORTS.map(Span::one).to_vec();
                    (port, vec![any(Cond::Number(NumberField::Protocol, protocols))])
                }
                None => (Asked::Untold, Vec::new()),
            },
            ("tcp" | "udp" | "udplite" | "sctp" | "dccp", name) => {
                let implied = protocol(header).map(carries).into_iter().collect();
                (port(name).unwrap_or(Asked::Untold), implied)
            }
            ("icmp", name) => (icmp(name, Family::V4), vec![family(Family::V4), carries(ICMP)]),
            ("icmpv6", name) => (icmp(name, Family::V6), vec![family(Family::V6), carries(ICMPV6)]),
            ("ether", "type") => (Asked::Family, Vec::new()),
            ("igmp" | "ah" | "esp" | "comp" | "gre", _) => {
                (Asked::Untold, protocol(header).map(carries).into_iter().collect())
            }
            _ => (Asked::Untold, Vec::new()),
        },
        Field::Meta(key) => match key.as_str() {
            "iif" | "iifname" => (Asked::Interface(Side::In), Vec::new()),
            "oif" | "oifname" => (Asked::Interface(Side::Out), Vec::new()),
            "l4proto" => (Asked::Protocol, Vec::new()),
            "nfproto" | "protocol" => (Asked::Family, Vec::new()),
            _ => (Asked::Untold, Vec::new()),
        },
        Field::Tracking { key, direction: None } => match key.as_str() {
            "state" => (Asked::State, Vec::new()),
            "l3proto" => (Asked::Family, Vec::new()),
            "protocol" => (Asked::Protocol, Vec::new()),
            _ => (Asked::Untold, Vec::new()),
        },
        Field::Route { flags, result } if result == "type" => match flags.as_slice() {
            [one] if one == "daddr" => (Asked::Kind(AddressField::Destination), Vec::new()),
            [one] if one == "saddr" => (Asked::Kind(AddressField::Source), Vec::new()),
            _ => (Asked::Untold, Vec::new()),
        },
        Field::Tracking { .. } | Field::Route { .. } | Field::Other(_) => (Asked::Untold, Vec::new()),
    }
}

fn port(name: &str) -> Option<Asked> {
    match name {
        "sport" => Some(Asked::Port(NumberField::SourcePort)),
        "dport" => Some(Asked::Port(NumberField::DestinationPort)),
        _ => None,
    }
}

fn icmp(name: &str, family: Family) -> Asked {
    match name {
        "type" => Asked::IcmpType(family),
        "code" => Asked::IcmpCode(family),
        _ => Asked::Untold,
    }
}

/// How a field is written.
pub(super) fn written(field: &Field) -> String {
    match field {
        Field::Header(header, name) => format!("{header} {name}"),
        Field::Meta(key) => format!("meta {key}"),
        Field::Tracking { key, direction } => match direction {
            Some(direction) => format!("ct {direction} {key}"),
            None => format!("ct {key}"),
        },
        Field::Route { flags, result } => format!("fib {} {result}", flags.join(" . ")),
        Field::Other(text) => text.clone(),
    }
}

/// The condition that a field is one of some values; none when they are not understood. `set` finds named sets.
pub(super) fn condition<'a>(
    asked: &Asked,
    values: &'a Expression,
    set: &dyn Fn(&str) -> Option<&'a [Element]>,
) -> Option<Cond> {
    if matches!(values, Expression::Any) {
        return Some(Cond::Number(NumberField::Protocol, vec![NumberField::Protocol.all()]));
    }
    let mut all = Vec::new();
    each(values, set, &mut all, 0)?;
    match asked {
        Asked::Address(field, family) => {
            let mut spans = Vec::with_capacity(all.len());
            for value in all {
                spans.push(address(value, *family)?);
            }
            Some(Cond::Address(*field, joined(spans)))
        }
        Asked::Port(field) => numbers(*field, &all, &|word| service(word)),
        Asked::Protocol => numbers(NumberField::Protocol, &all, &|word| protocol(word)),
        Asked::IcmpType(family) => {
            let kind = |word: &str| of_family(*family, word).map(|(kind, _)| u16::from(kind));
            let spans = ranges(&all, &kind)?;
            let spans =
                spans.iter().map(|kinds| Span::new(kinds.first << 8, (kinds.last << 8) | 0xff)).collect();
            Some(Cond::Number(NumberField::DestinationPort, spans))
        }
        Asked::IcmpCode(family) => {
            let spans = ranges(&all, &|word| code(*family, word))?;
            let of_kind = |kind: u16| spans.iter().map(move |codes| (kind, codes));
            let spans = (0..=255_u16)
                .flat_map(of_kind)
                .map(|(kind, codes)| {
                    Span::new((kind << 8) | codes.first.min(255), (kind << 8) | codes.last.min(255))
                })
                .collect();
            Some(Cond::Number(NumberField::DestinationPort, spans))
        }
        Asked::Interface(side) => {
            let names = all.iter().map(|value| interface(value)).collect::<Option<Vec<String>>>()?;
            Some(Cond::Interface { side: *side, names, not: false })
        }
        Asked::State => {
            let states =
                all.iter().map(|value| word(value).and_then(state)).collect::<Option<Vec<PacketState>>>()?;
            Some(Cond::State(states))
        }
        Asked::Family => {
            let families =
                all.iter().map(|value| word(value).and_then(of_packets)).collect::<Option<Vec<_>>>()?;
            let (four, six) = (families.contains(&Some(Family::V4)), families.contains(&Some(Family::V6)));
            Some(match (four, six) {
                (true, true) => Cond::Family(Family::Both),
                (true, false) => Cond::Family(Family::V4),
                (false, true) => Cond::Family(Family::V6),
                (false, false) => Cond::Number(NumberField::Protocol, Vec::new()),
            })
        }
        Asked::Flags => {
            let wanted = all.iter().map(|value| flags(value)).collect::<Option<Vec<TcpFlags>>>()?;
            let numbers =
                (0..=255_u16).filter(|number| wanted.iter().any(|flags| u16::from(flags.0) == *number));
            Some(Cond::Number(NumberField::TcpFlags, spans_of(numbers)))
        }
        Asked::Kind(_) | Asked::Untold => None,
    }
}

/// All values of a set, or the one.
fn each<'a>(
    values: &'a Expression,
    set: &dyn Fn(&str) -> Option<&'a [Element]>,
    all: &mut Vec<&'a Expression>,
    depth: usize,
) -> Option<()> {
    let elements = match values {
        Expression::Set(elements) => elements.as_slice(),
        Expression::Named(name) => set(name)?,
        one => {
            all.push(one);
            return Some(());
        }
    };
    for element in elements {
        match &element.key {
            inner @ (Expression::Set(_) | Expression::Named(_)) if depth < 4 => {
                each(inner, set, all, depth + 1)?
            }
            key => all.push(key),
        }
    }
    Some(())
}

/// Overlapping and touching spans as one.
fn joined(mut spans: Vec<Span<u128>>) -> Vec<Span<u128>> {
    spans.sort();
    let mut all: Vec<Span<u128>> = Vec::with_capacity(spans.len());
    for span in spans {
        match all.last_mut() {
            Some(last) if span.first <= last.last.saturating_add(1) => last.last = last.last.max(span.last),
            _ => all.push(span),
        }
    }
    all
}

fn numbers(field: NumberField, all: &[&Expression], parse: &dyn Fn(&str) -> Option<u16>) -> Option<Cond> {
    Some(Cond::Number(field, ranges(all, parse)?))
}

fn ranges(all: &[&Expression], parse: &dyn Fn(&str) -> Option<u16>) -> Option<Vec<Span<u16>>> {
    let mut spans = Vec::with_capacity(all.len());
    for value in all {
        spans.push(match value {
            Expression::Range(first, last) => {
                let (first, last) = (word(first).and_then(parse)?, word(last).and_then(parse)?);
                (first <= last).then_some(Span { first, last })?
            }
            Expression::Any => Span::ANY,
            value => Span::one(word(value).and_then(parse)?),
        });
    }
    Some(spans)
}

/// The addresses of a value.
pub(super) fn address(value: &Expression, family: Family) -> Option<Span<u128>> {
    let one = |value: &Expression| {
        let address: std::net::IpAddr = word(value)?.parse().ok()?;
        (family == Family::Both || address.is_ipv4() == (family == Family::V4))
            .then_some(Span::of_ip(address))
    };
    match value {
        Expression::Range(first, last) => {
            let (first, last) = (one(first)?.first, one(last)?.first);
            (first <= last).then_some(Span { first, last })
        }
        Expression::Prefix(address, length) => {
            one(address)?;
            let address: std::net::IpAddr = word(address)?.parse().ok()?;
            let net = ipnet::IpNet::new(address, u8::try_from(*length).ok()?).ok()?;
            Some(Span::of_net(&net))
        }
        Expression::Any => Some(match family {
            Family::V4 => Span::IPV4,
            Family::V6 | Family::Both => Span::EVERYWHERE,
        }),
        value => one(value),
    }
}

/// The word of a value.
pub(super) fn word(value: &Expression) -> Option<&str> {
    match value {
        Expression::Word(word) | Expression::Quoted(word) => Some(word),
        Expression::Field(_)
        | Expression::Prefix(..)
        | Expression::Range(..)
        | Expression::Set(_)
        | Expression::List(_)
        | Expression::Named(_)
        | Expression::Concat(_)
        | Expression::Masked(..)
        | Expression::Or(_)
        | Expression::Map(..)
        | Expression::Any
        | Expression::Other(_) => None,
    }
}

/// The name of an interface; one given by its number is not known.
fn interface(value: &Expression) -> Option<String> {
    match value {
        Expression::Word(word) if number(word).is_some() => None,
        Expression::Any => Some("*".to_string()),
        value => word(value).map(str::to_string),
    }
}

fn state(word: &str) -> Option<PacketState> {
    match word {
        "new" | "8" | "0x8" => Some(PacketState::New),
        "established" | "2" | "0x2" => Some(PacketState::Established),
        "related" | "4" | "0x4" => Some(PacketState::Related),
        "invalid" | "1" | "0x1" => Some(PacketState::Invalid),
        "untracked" | "64" | "0x40" => Some(PacketState::Untracked),
        _ => None,
    }
}

/// The family of a protocol of frames; none of what is no IP.
fn of_packets(word: &str) -> Option<Option<Family>> {
    match word {
        "ipv4" | "ip" | "2" | "0x0800" | "0x800" => Some(Some(Family::V4)),
        "ipv6" | "ip6" | "10" | "0x86dd" => Some(Some(Family::V6)),
        "arp" | "0x0806" | "8021q" | "8021ad" | "vlan" => Some(None),
        _ => None,
    }
}

fn of_family(family: Family, word: &str) -> Option<(u8, Option<u8>)> {
    if family == Family::V6 { icmpv6_type(word) } else { icmp_type(word) }
}

/// Codes of ICMP (`nft describe icmp code`) and ICMPv6.
fn code(family: Family, word: &str) -> Option<u16> {
    if let Some(number) = number(word) {
        return u8::try_from(number).ok().map(u16::from);
    }
    let four: &[(&str, u16)] = &[
        ("net-unreachable", 0),
        ("host-unreachable", 1),
        ("prot-unreachable", 2),
        ("port-unreachable", 3),
        ("frag-needed", 4),
        ("net-prohibited", 9),
        ("host-prohibited", 10),
        ("admin-prohibited", 13),
    ];
    let six: &[(&str, u16)] = &[
        ("no-route", 0),
        ("admin-prohibited", 1),
        ("addr-unreachable", 3),
        ("port-unreachable", 4),
        ("policy-fail", 5),
        ("reject-route", 6),
    ];
    let list = if family == Family::V6 { six } else { four };
    list.iter().find(|(name, _)| *name == word).map(|(_, code)| *code)
}

/// TCP flags together, by name or as the number of the header.
pub(super) fn flags(value: &Expression) -> Option<TcpFlags> {
    match value {
        Expression::List(all) | Expression::Or(all) => {
            all.iter().try_fold(TcpFlags(0), |sum, one| Some(sum.and(flags(one)?)))
        }
        Expression::Set(elements) => {
            elements.iter().try_fold(TcpFlags(0), |sum, element| Some(sum.and(flags(&element.key)?)))
        }
        value => {
            let word = word(value)?;
            let Some(bits) = number(word) else { return tcp_flag(word) };
            // RFC 9293, 3.1: from the lowest bit on.
            let order = ["fin", "syn", "rst", "psh", "ack", "urg", "ece", "cwr"];
            let set = order.iter().enumerate().filter(|(bit, _)| bits >> bit & 1 == 1);
            set.map(|(_, name)| *name).try_fold(TcpFlags(0), |sum, name| Some(sum.and(tcp_flag(name)?)))
        }
    }
}

/// The kinds of addresses that `fib` names.
pub(super) fn address_kinds<'a>(
    values: &'a Expression,
    set: &dyn Fn(&str) -> Option<&'a [Element]>,
) -> Option<Vec<AddressKind>> {
    let mut all = Vec::new();
    each(values, set, &mut all, 0)?;
    all.iter()
        .map(|value| match word(value)? {
            "local" => Some(AddressKind::Local),
            "unicast" => Some(AddressKind::Unicast),
            "broadcast" => Some(AddressKind::Broadcast),
            "multicast" => Some(AddressKind::Multicast),
            "anycast" | "blackhole" | "unreachable" | "prohibit" | "throw" | "nat" | "xresolve"
            | "unspec" => Some(AddressKind::Routed),
            _ => None,
        })
        .collect()
}
