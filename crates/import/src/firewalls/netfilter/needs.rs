//! What a rule needs, as sets of packets.

use model::firewall::{Doubt, Interface};
use model::packets::{
    AddressField, NumberField, PacketSet, PacketState, Span, other_addresses, other_numbers,
};

use super::interfaces::{Interfaces, fit_nothing};
use super::kinds::{Nets, regions};
use super::ruleset::{Cond, Family, Hook, Need, Rule, Side};

/// Boxes up to which conditions are multiplied out into one set; beyond, they are asked one after the other.
const PRODUCT_MAX: usize = 1024;

/// Ways in which one rule may meet a packet, for doubts of different kinds.
const VARIANTS_MAX: usize = 64;

/// Where a rule is asked.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    pub(super) hook: Hook,
    /// Whether the connection tracking has seen the packet; none when that is not sure.
    pub(super) tracked: Option<bool>,
    pub(super) interfaces: &'a Interfaces,
    pub(super) nets: &'a Nets,
    /// Rules may have changed the source already.
    pub(super) hidden: bool,
    /// Every destination to which rules translate.
    pub(super) targets: &'a PacketSet,
}

/// What a rule meets.
#[derive(Debug, Default)]
pub(super) struct Met {
    /// It must lie in all of these,
    pub(super) guards: Vec<PacketSet>,
    /// and in none of these,
    pub(super) exclusions: Vec<(PacketSet, Option<Doubt>)>,
    /// and in one of these.
    pub(super) variants: Vec<(PacketSet, Option<Doubt>)>,
}

/// What of all packets a rule meets at this place. `remembered` are the lists of `recent` that the same packet may have
/// come into before.
pub(super) fn met(rule: &Rule, place: Place<'_>, remembered: &[String]) -> Met {
    let mut found = Met::default();
    let mut set = PacketSet::all();
    let mut doubts: Vec<Doubt> = Vec::new();
    let mut kinds: Vec<Vec<(PacketSet, Option<Doubt>)>> = Vec::new();
    for need in &rule.needs {
        match need {
            Need::Any(lists) => {
                let whole = union(lists, place, &mut doubts);
                if set.boxes.len() > 1 && whole.boxes.len().saturating_mul(set.boxes.len()) > PRODUCT_MAX {
                    found.guards.push(std::mem::replace(&mut set, whole));
                } else if !set.narrow_to(&whole) {
                    found.guards.push(whole);
                }
            }
            Need::None(lists) => {
                let mut open = Vec::new();
                let whole = union(lists, place, &mut open);
                // What may be meant is excluded perhaps, what is meant for sure is excluded.
                found.exclusions.push((whole, all_of(open)));
            }
            Need::Doubt(doubt) => doubts.push(doubt.clone()),
            Need::Changing { now, because, alone } => {
                let mut open = vec![Doubt { because: because.clone(), alone: *alone }];
                let members = union(now, place, &mut open);
                let others = Doubt { because: because.clone(), alone: alone.map(|met| !met) };
                kinds.push(vec![(members, all_of(open)), (PacketSet::all(), Some(others))]);
            }
            Need::Translated { states, because } => {
                let mut open = Vec::new();
                let of_state = union(&[vec![Cond::State(states.clone())]], place, &mut open);
                let unsure = Doubt { because: because.clone(), alone: None };
                kinds.push(vec![(of_state, all_of(open)), (place.targets.clone(), Some(unsure))]);
            }
            Need::Remembered { list, because, not } => {
                let alone = if remembered.contains(list) { None } else { Some(*not) };
                doubts.push(Doubt { because: because.clone(), alone });
            }
            Need::Address { field, kinds: wanted, not } => {
                kinds.push(regions(*field, wanted, *not, place.hook, place.nets));
            }
        }
    }
    let mut variants = vec![(set, all_of(doubts))];
    for regions in kinds {
        variants = product(&variants, &regions, &mut found.guards);
    }
    variants.retain(|(set, _)| !set.is_none());
    found.variants = variants;
    found
}

/// One doubt out of several that must all turn out well.
pub(super) fn all_of(doubts: Vec<Doubt>) -> Option<Doubt> {
    let alone = if doubts.iter().any(|doubt| doubt.alone == Some(false)) {
        Some(false)
    } else if doubts.iter().all(|doubt| doubt.alone == Some(true)) {
        Some(true)
    } else {
        None
    };
    let because: Vec<String> = doubts.into_iter().map(|doubt| doubt.because).collect();
    (!because.is_empty()).then(|| Doubt { because: because.join(", "), alone })
}

fn product(
    variants: &[(PacketSet, Option<Doubt>)],
    regions: &[(PacketSet, Option<Doubt>)],
    guards: &mut Vec<PacketSet>,
) -> Vec<(PacketSet, Option<Doubt>)> {
    let mut all = Vec::new();
    for (set, doubt) in variants {
        for (region, other) in regions {
            let mut both = set.clone();
            if !both.narrow_to(region) {
                guards.push(set.clone());
                both = region.clone();
            }
            let doubts = doubt.iter().chain(other).cloned().collect();
            all.push((both, all_of(doubts)));
        }
    }
    if all.len() > VARIANTS_MAX {
        let because = "what kind of addresses these are".to_string();
        return vec![(PacketSet::all(), Some(Doubt { because, alone: None }))];
    }
    all
}

/// All packets that one of the lists describes, or more; then with a doubt.
pub(super) fn union(lists: &[Vec<Cond>], place: Place<'_>, doubts: &mut Vec<Doubt>) -> PacketSet {
    let mut whole = PacketSet::none();
    for list in lists {
        let mut set = PacketSet::all();
        for cond in list {
            if let Some(because) = narrow(&mut set, cond, place) {
                doubts.push(Doubt { because, alone: None });
            }
        }
        whole.boxes.append(&mut set.boxes);
        if whole.boxes.len() > model::packets::BOXES_MAX {
            doubts.push(Doubt { because: "a set too large to hold".to_string(), alone: None });
            return PacketSet::all();
        }
    }
    whole
}

/// Keeps what fulfils a condition. Says why when it kept more.
fn narrow(set: &mut PacketSet, cond: &Cond, place: Place<'_>) -> Option<String> {
    let too_large = || Some("a set too large to hold".to_string());
    match cond {
        Cond::Address(AddressField::Source, _) | Cond::Number(NumberField::SourcePort, _) if place.hidden => {
            Some("which source it has once it is translated".to_string())
        }
        Cond::Address(field, spans) => (!set.narrow_address(*field, spans)).then(too_large).flatten(),
        Cond::Number(field, spans) => (!set.narrow_number(*field, spans)).then(too_large).flatten(),
        Cond::Family(family) => {
            let _fits = set.narrow_address(AddressField::Source, &of_family(*family));
            None
        }
        Cond::State(states) => narrow_state(set, states, place),
        Cond::Interface { side, names, not } => narrow_interface(set, *side, names, *not, place),
    }
}

/// The addresses of a family.
pub(super) fn of_family(family: Family) -> Vec<Span<u128>> {
    match family {
        Family::Both => vec![Span::EVERYWHERE],
        Family::V4 => vec![Span::IPV4],
        Family::V6 => other_addresses(&[Span::IPV4], Span::EVERYWHERE),
    }
}

/// Before the connection tracking has seen a packet, the kernel calls it invalid (nft_ct.c, xt_conntrack.c).
fn narrow_state(set: &mut PacketSet, states: &[PacketState], place: Place<'_>) -> Option<String> {
    match place.tracked {
        Some(true) => {
            let numbers = states.iter().map(|state| Span::one(state.number())).collect::<Vec<_>>();
            let _fits = set.narrow_number(NumberField::State, &numbers);
            None
        }
        Some(false) => {
            if !states.contains(&PacketState::Invalid) {
                set.boxes.clear();
            }
            None
        }
        None => Some("whether the connection is tracked here already".to_string()),
    }
}

/// Where a hook has no such interface, its name is empty there (nft_meta.c).
fn narrow_interface(
    set: &mut PacketSet,
    side: Side,
    names: &[String],
    not: bool,
    place: Place<'_>,
) -> Option<String> {
    let has = match (side, place.hook) {
        (Side::In, Hook::Output) | (Side::Out, Hook::Ingress | Hook::Prerouting | Hook::Input) => false,
        (Side::In, Hook::Ingress | Hook::Prerouting | Hook::Forward | Hook::Input)
        | (Side::In, Hook::Postrouting | Hook::Egress)
        | (Side::Out, Hook::Output | Hook::Forward | Hook::Postrouting | Hook::Egress) => true,
    };
    if !has {
        if fit_nothing(names) == not {
            set.boxes.clear();
        }
        return None;
    }
    let (mut spans, all) = place.interfaces.spans(names);
    let made_here = side == Side::In && matches!(place.hook, Hook::Postrouting | Hook::Egress);
    if made_here && !fit_nothing(names) {
        let itself = [Span::one(Interface::SELF)];
        spans = other_numbers(&[other_numbers(&spans, Span::ANY), itself.to_vec()].concat(), Span::ANY);
    }
    if not {
        spans = other_numbers(&spans, Span::ANY);
        if !all {
            spans.push(Span::one(Interface::OTHER));
        }
    }
    let field = match side {
        Side::In => NumberField::InInterface,
        Side::Out => NumberField::OutInterface,
    };
    let fits = set.narrow_number(field, &spans);
    (!fits || !all).then(|| "more interfaces than are told apart".to_string())
}
