//! What kind of address one is: the firewall's own, a group, all of a network. The routing table of the machine tells,
//! which no configuration holds; what can be known without it is known exactly, the rest carries a doubt.

use model::firewall::{Doubt, Interface};
use model::packets::{AddressField, NumberField, PacketSet, Span, other_addresses, other_numbers};

use super::ruleset::{Act, AddressKind, Cond, Hook, Need, Rule, Ruleset, Side};

/// Networks whose interface is known; further ones are left out.
const NETS_MAX: usize = 256;

/// Networks of which the rules themselves tell behind which interface they lie: hidden when they leave by any other.
#[derive(Debug, Default)]
pub(super) struct Nets {
    /// Name of an interface with a network.
    known: Vec<(String, Span<u128>)>,
    /// The same with the number of the interface.
    numbered: Vec<(u16, Span<u128>)>,
}

impl Nets {
    /// Those that a set of rules tells of.
    pub(super) fn of(ruleset: &Ruleset) -> Nets {
        let mut known = Vec::new();
        for chain in &ruleset.chains {
            for rule in chain.rules.iter().filter(|rule| rule.acts.iter().any(|act| matches!(act, Act::Hide)))
            {
                if let Some(net) = hidden(rule)
                    && known.len() < NETS_MAX
                {
                    known.push(net);
                }
            }
        }
        Nets { known, numbered: Vec::new() }
    }

    /// Gives the interfaces their numbers.
    pub(super) fn number(&mut self, interfaces: &super::interfaces::Interfaces) {
        self.numbered = self
            .known
            .iter()
            .filter_map(|(name, net)| {
                let (spans, all) = interfaces.spans(std::slice::from_ref(name));
                let one = spans.first().filter(|span| spans.len() == 1 && span.first == span.last);
                one.filter(|_| all).map(|span| (span.first, *net))
            })
            .collect();
    }
}

/// The network that a rule hides unless it leaves by its own interface.
fn hidden(rule: &Rule) -> Option<(String, Span<u128>)> {
    let (mut behind, mut net) = (None, None);
    for need in &rule.needs {
        let Need::Any(lists) = need else { continue };
        let [list] = lists.as_slice() else { continue };
        for cond in list {
            match cond {
                Cond::Interface { side: Side::Out, names, not: true } => behind = names.first().cloned(),
                Cond::Address(AddressField::Source, spans) => net = spans.first().copied(),
                Cond::Interface { .. }
                | Cond::Address(..)
                | Cond::Number(..)
                | Cond::State(_)
                | Cond::Family(_) => {}
            }
        }
    }
    Some((behind?, net.filter(|net| net.first < net.last)?))
}

/// What is known of a region: whether its addresses are of one of the kinds.
enum Truth {
    Yes,
    No,
    Perhaps(Option<bool>),
}

/// The packets whose address is of one of the kinds (of none of them), in regions with the doubt that each carries.
pub(super) fn regions(
    field: AddressField,
    kinds: &[AddressKind],
    not: bool,
    hook: Hook,
    nets: &Nets,
) -> Vec<(PacketSet, Option<Doubt>)> {
    let because = || {
        let whose = match field {
            AddressField::Source => "source",
            AddressField::Destination => "destination",
        };
        let words: Vec<&str> = kinds.iter().map(|kind| word(*kind)).collect();
        format!("whether its {whose} is {}, which the routing table tells", words.join(" or "))
    };
    let mut found = Vec::new();
    for (set, truth) in partition(field, kinds, hook, nets) {
        match (truth, not) {
            (Truth::Yes, false) | (Truth::No, true) => found.push((set, None)),
            (Truth::Yes, true) | (Truth::No, false) => {}
            (Truth::Perhaps(alone), not) => {
                found.push((set, Some(Doubt { because: because(), alone: alone.map(|met| met != not) })));
            }
        }
    }
    found
}

fn word(kind: AddressKind) -> &'static str {
    match kind {
        AddressKind::Local => "one of the firewall's own",
        AddressKind::Unicast => "that of one host",
        AddressKind::Broadcast => "a broadcast address",
        AddressKind::Multicast => "a multicast address",
        AddressKind::Routed => "made special by a route",
    }
}

/// IPv4 groups (RFC 5771) and IPv6 groups (RFC 4291, 2.7).
const GROUPS: [Span<u128>; 2] =
    [Span { first: 0xffff_e000_0000, last: 0xffff_efff_ffff }, Span { first: 0xff << 120, last: u128::MAX }];

/// What the kernel calls broadcast without asking a route (inet_addr_type): 0.0.0.0/8 and 255.255.255.255.
const BROADCASTS: [Span<u128>; 2] = [
    Span { first: 0xffff_0000_0000, last: 0xffff_00ff_ffff },
    Span { first: 0xffff_ffff_ffff, last: 0xffff_ffff_ffff },
];

fn partition(field: AddressField, kinds: &[AddressKind], hook: Hook, nets: &Nets) -> Vec<(PacketSet, Truth)> {
    let holds = |kind: AddressKind| kinds.contains(&kind);
    let known = |kind: AddressKind| if holds(kind) { Truth::Yes } else { Truth::No };
    let at = |spans: &[Span<u128>]| {
        let mut set = PacketSet::all();
        let _fits = set.narrow_address(field, spans);
        set
    };
    let rest = at(&other_addresses(&[GROUPS, BROADCASTS].concat(), Span::EVERYWHERE));
    let by = |interface: NumberField, spans: &[Span<u16>]| {
        let mut set = rest.clone();
        let _fits = set.narrow_number(interface, spans);
        set
    };
    let mut parts =
        vec![(at(&GROUPS), known(AddressKind::Multicast)), (at(&BROADCASTS), known(AddressKind::Broadcast))];
    let itself = [Span::one(Interface::SELF)];
    let others = other_numbers(&itself, Span::ANY);
    // Apart from groups, an address is the firewall's own, that of a host, or the broadcast address of a network.
    let own = likely(AddressKind::Local, kinds);
    let of_host = likely(AddressKind::Unicast, kinds);
    match (field, hook) {
        // The kernel lets nobody else use the firewall's own addresses as a source (fib_validate_source).
        (AddressField::Source, _) => {
            parts.push((by(NumberField::InInterface, &itself), own));
            parts.push((by(NumberField::InInterface, &others), of_host));
        }
        (AddressField::Destination, Hook::Prerouting | Hook::Ingress) => {
            parts.push((by(NumberField::OutInterface, &itself), own));
            parts.extend(before_routing(kinds, &rest, nets));
        }
        (
            AddressField::Destination,
            Hook::Output | Hook::Forward | Hook::Input | Hook::Postrouting | Hook::Egress,
        ) => {
            parts.push((by(NumberField::OutInterface, &itself), own));
            parts.push((by(NumberField::OutInterface, &others), of_host));
        }
    }
    parts
}

/// The address is of this kind unless it is the broadcast address of a network, or a route makes it special.
fn likely(kind: AddressKind, kinds: &[AddressKind]) -> Truth {
    let holds = |kind: AddressKind| kinds.contains(&kind);
    let rare = match kind {
        AddressKind::Local => holds(AddressKind::Broadcast),
        _ => holds(AddressKind::Broadcast) || holds(AddressKind::Routed),
    };
    let never = match kind {
        AddressKind::Local => !holds(AddressKind::Broadcast),
        _ => !holds(AddressKind::Broadcast) && !holds(AddressKind::Routed),
    };
    match (holds(kind), rare, never) {
        (true, true, _) => Truth::Yes,
        (true, false, _) => Truth::Perhaps(Some(true)),
        (false, _, true) => Truth::No,
        (false, ..) => Truth::Perhaps(Some(false)),
    }
}

/// Before its destination is translated, a packet that leaves by an interface may be addressed to the firewall itself:
/// then a rule translates it. It is, when the network behind that interface is known and does not hold the address.
fn before_routing(kinds: &[AddressKind], rest: &PacketSet, nets: &Nets) -> Vec<(PacketSet, Truth)> {
    let judged = |local: Option<bool>| match (
        kinds.contains(&AddressKind::Local),
        kinds.contains(&AddressKind::Unicast),
    ) {
        (true, true) => Truth::Perhaps(Some(true)),
        (true, false) => Truth::Perhaps(local),
        (false, true) => Truth::Perhaps(local.map(|local| !local)),
        (false, false) => Truth::Perhaps(Some(false)),
    };
    let part = |out: &[Span<u16>], spans: &[Span<u128>]| {
        let mut set = rest.clone();
        let _out = set.narrow_number(NumberField::OutInterface, out);
        let _to = set.narrow_address(AddressField::Destination, spans);
        set
    };
    let mut numbers: Vec<u16> = nets.numbered.iter().map(|(number, _)| *number).collect();
    numbers.sort_unstable();
    numbers.dedup();
    let mut parts = Vec::new();
    let mut named = vec![Span::one(Interface::SELF)];
    for number in numbers {
        let out = [Span::one(number)];
        let behind: Vec<Span<u128>> =
            nets.numbered.iter().filter(|(one, _)| *one == number).map(|(_, net)| *net).collect();
        // The firewall's own address in that network is its first one as a rule.
        let first: Vec<Span<u128>> =
            behind.iter().map(|net| Span::one(net.first.saturating_add(1))).collect();
        let beyond = other_addresses(&behind, Span::EVERYWHERE);
        let hosts = other_addresses(&[beyond.clone(), first.clone()].concat(), Span::EVERYWHERE);
        parts.push((part(&out, &beyond), judged(Some(true))));
        parts.push((part(&out, &hosts), judged(Some(false))));
        parts.push((part(&out, &first), judged(None)));
        named.extend(out);
    }
    // What rules translate goes to networks whose interface is known; it would not leave by another.
    let other = if parts.is_empty() { None } else { Some(false) };
    parts.push((part(&other_numbers(&named, Span::ANY), &[Span::EVERYWHERE]), judged(other)));
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn alone(
        kinds: &[AddressKind],
        hook: Hook,
        to: &str,
        out: u16,
        nets: &Nets,
    ) -> Vec<Option<Option<bool>>> {
        let to = Span::of_ip(to.parse().unwrap());
        let mut one = PacketSet::all();
        assert!(one.narrow_address(AddressField::Destination, &[to]));
        assert!(one.narrow_number(NumberField::OutInterface, &[Span::one(out)]));
        regions(AddressField::Destination, kinds, false, hook, nets)
            .into_iter()
            .filter(|(set, _)| {
                let mut both = one.clone();
                both.narrow_to(set) && !both.is_none()
            })
            .map(|(_, doubt)| doubt.map(|doubt| doubt.alone))
            .collect()
    }

    #[test]
    fn a_group_is_known_and_the_broadcast_address_of_a_network_is_not() {
        let none = Nets::default();
        assert_eq!(alone(&[AddressKind::Multicast], Hook::Forward, "224.0.0.5", 2, &none), [None]);
        assert!(alone(&[AddressKind::Multicast], Hook::Forward, "10.0.0.5", 2, &none).is_empty());
        assert_eq!(alone(&[AddressKind::Broadcast], Hook::Input, "255.255.255.255", 1, &none), [None]);
        let may = [Some(Some(false))];
        assert_eq!(alone(&[AddressKind::Broadcast], Hook::Forward, "10.0.0.255", 2, &none), may);
    }

    #[test]
    fn what_leaves_for_a_network_that_does_not_hold_it_was_addressed_to_the_firewall() {
        let net = Span::of_net(&"192.0.2.0/24".parse().unwrap());
        let nets = Nets { known: Vec::new(), numbered: vec![(3, net)] };
        let local = |to, out| alone(&[AddressKind::Local], Hook::Prerouting, to, out, &nets);
        assert_eq!(local("10.20.1.1", 3), [Some(Some(true))]);
        assert_eq!(local("192.0.2.3", 3), [Some(Some(false))]);
        assert_eq!(local("192.0.2.1", 3), [Some(None)]);
        assert_eq!(local("203.0.113.9", 4), [Some(Some(false))]);
        assert_eq!(local("10.20.1.1", 1), [Some(Some(true))]);
    }
}
