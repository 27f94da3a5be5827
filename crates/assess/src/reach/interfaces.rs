//! One firewall in the interface numbers of another, so that they can be compared.

use model::firewall::{Firewall, Interface, Stage, Step};
use model::packets::{NumberField, PacketSet, Span, spans_of};

/// `firewall` with its interfaces numbered as those of `like` that have the same name or alias; those that `like` does
/// not have follow behind.
pub fn with_interfaces_of(firewall: &Firewall, like: &Firewall) -> Firewall {
    let mut interfaces = like.interfaces.clone();
    let same = |a: &Interface, b: &Interface| {
        let names = |one: &Interface| -> Vec<String> {
            one.aliases.iter().chain([&one.name]).map(|name| name.to_lowercase()).collect()
        };
        let theirs = names(b);
        names(a).iter().any(|name| theirs.contains(name))
    };
    let mut numbers: Vec<u16> = Vec::new();
    for one in &firewall.interfaces {
        let place = match interfaces.iter().position(|known| same(known, one)) {
            Some(place) => place,
            None => {
                interfaces.push(one.clone());
                interfaces.len() - 1
            }
        };
        numbers.push(u16::try_from(place).unwrap_or(Interface::OTHER));
    }
    let renumbered = |stage: &Stage| Stage {
        steps: stage.steps.iter().map(|step| renumbered(step, &numbers, interfaces.len())).collect(),
        ..stage.clone()
    };
    let stages = firewall.stages.iter().map(renumbered).collect();
    let unbound = firewall.unbound.iter().map(renumbered).collect();
    Firewall { stages, unbound, interfaces: interfaces.clone(), ..firewall.clone() }
}

fn renumbered(step: &Step, numbers: &[u16], count: usize) -> Step {
    let mut test = PacketSet::none();
    for one in &step.test.boxes {
        let mut boxes = vec![*one];
        for field in [NumberField::InInterface, NumberField::OutInterface] {
            let spans = spans(one.number(field), numbers, count);
            boxes = boxes
                .iter()
                .flat_map(|one| {
                    spans.iter().map(|span| {
                        let mut with = *one;
                        with.numbers[field as usize] = *span;
                        with
                    })
                })
                .collect();
        }
        test.boxes.append(&mut boxes);
    }
    Step { test, ..step.clone() }
}

/// A span of interface numbers in other numbers. One that holds "other" holds all that are not named here as well.
fn spans(span: Span<u16>, numbers: &[u16], count: usize) -> Vec<Span<u16>> {
    if span == Span::ANY {
        return vec![span];
    }
    let held = |old: usize| u16::try_from(old).is_ok_and(|old| span.holds(old));
    let mut new: Vec<u16> =
        numbers.iter().enumerate().filter(|(old, _)| held(*old)).map(|(_, new)| *new).collect();
    if span.holds(Interface::OTHER) {
        new.extend((0..count).filter_map(|n| u16::try_from(n).ok()).filter(|n| !numbers.contains(n)));
    }
    let beyond = usize::from(span.last) >= numbers.len();
    if beyond {
        new.extend(u16::try_from(count).ok());
    }
    new.sort_unstable();
    let mut spans = spans_of(new);
    if beyond && let Some(last) = spans.last_mut() {
        last.last = u16::MAX;
    }
    spans
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn interfaces_are_the_same_by_name_and_others_follow() {
        let named = |names: &[&str]| {
            let mut interfaces = Interface::first_two();
            interfaces.extend(
                names.iter().map(|name| Interface { name: name.to_string(), ..Interface::default() }),
            );
            interfaces
        };
        let like = Firewall { interfaces: named(&["lan", "dmz"]), ..Firewall::default() };
        let other = Firewall { interfaces: named(&["dmz", "cell"]), ..Firewall::default() };
        let numbers: Vec<String> =
            with_interfaces_of(&other, &like).interfaces.into_iter().map(|one| one.name).collect();
        assert_eq!(numbers, ["(other)", "LOCAL", "lan", "dmz", "cell"]);
        // dmz was 2 and is 3; "any but dmz" is 0, 1, 2 (not known there, so other), 4 and what is beyond.
        assert_eq!(spans(Span::one(2), &[0, 1, 3, 4], 5), [Span::one(3)]);
        assert_eq!(spans(Span::new(0, 1), &[0, 1, 3, 4], 5), [Span::new(0, 2)]);
        assert_eq!(spans(Span::new(3, u16::MAX), &[0, 1, 3, 4], 5), [Span::new(4, u16::MAX)]);
    }
}
