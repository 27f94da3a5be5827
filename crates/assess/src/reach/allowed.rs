//! Everything that a firewall lets through, and where two of them differ.

use model::firewall::{Firewall, Stage, Verdict};
use model::packets::{AddressField, NumberField, PacketBox, PacketSet, Span};

use super::boxes::{BOXES_PER_RULE_MAX, overlap, subtract_from};
use super::decide::{Decider, translated};
use super::decisions::{Decides, Decisions};

/// A set would need too many boxes, or a stage is not well nested.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotEvaluated;

/// What a firewall lets through.
#[derive(Debug, Clone, Default)]
pub struct Allowed {
    /// May pass.
    pub upper: Vec<Region>,
    /// Passes for sure.
    pub lower: Vec<Region>,
}

/// Packets that fare alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Region {
    /// The packets, as they come in.
    pub packets: PacketBox,
    /// Who lets them pass last.
    pub decider: Decider,
}

/// Where two firewalls differ: packets that the one lets pass for sure and the other does not even perhaps, and such
/// that they may treat differently.
#[derive(Debug, Clone, Default)]
pub struct Difference {
    /// Pass the first alone.
    pub only_first: Vec<Region>,
    /// Pass the second alone.
    pub only_second: Vec<Region>,
    /// Depends on what the configurations do not tell: they may differ here.
    pub perhaps: Vec<Region>,
}

impl Difference {
    /// True when both let the same packets pass, for sure.
    pub fn is_empty(&self) -> bool {
        self.only_first.is_empty() && self.only_second.is_empty() && self.perhaps.is_empty()
    }
}

/// What of `within` a firewall lets through.
pub fn allowed(firewall: &Firewall, within: &PacketSet) -> Result<Allowed, NotEvaluated> {
    let start: Vec<Region> =
        within.boxes.iter().map(|packets| Region { packets: *packets, decider: Decider::End(0) }).collect();
    let mut whole = Allowed { upper: start.clone(), lower: start };
    let mut stages: Vec<(usize, &Stage)> = firewall.stages.iter().enumerate().collect();
    // From the last to the first: what a stage lets pass must pass all behind it, with the address it then has.
    while let Some((place, stage)) = stages.pop() {
        let passes = of_stage(stage, place, within)?;
        whole = Allowed {
            upper: joined(&passes.upper, &whole.upper, Side::Upper)?,
            lower: joined(&passes.lower, &whole.lower, Side::Lower)?,
        };
    }
    Ok(whole)
}

/// Where two firewalls with the same interface numbers differ, for packets of `within`.
pub fn difference(
    first: &Firewall,
    second: &Firewall,
    within: &PacketSet,
) -> Result<Difference, NotEvaluated> {
    let (one, other) = (allowed(first, within)?, allowed(second, within)?);
    let only_first = less(&one.lower, &other.upper)?;
    let only_second = less(&other.lower, &one.upper)?;
    let mut perhaps = less(&less(&one.upper, &other.lower)?, &only_first)?;
    perhaps.extend(less(&less(&other.upper, &one.lower)?, &only_second)?);
    Ok(Difference { only_first, only_second, perhaps })
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Upper,
    Lower,
}

/// What one stage lets pass, with the change it makes.
#[derive(Default)]
struct Passes {
    upper: Vec<Pass>,
    lower: Vec<Pass>,
}

/// The new destination and port, as far as they are changed.
type Change = (Option<Span<u128>>, Option<Span<u16>>);

#[derive(Clone, Copy)]
struct Pass {
    region: Region,
    change: Option<Change>,
}

fn of_stage(stage: &Stage, place: usize, within: &PacketSet) -> Result<Passes, NotEvaluated> {
    let decisions = Decisions::of(stage, within).ok_or(NotEvaluated)?;
    let mut passes = Passes::default();
    for (nth, decision) in decisions.list.iter().enumerate() {
        let change = match decision.then {
            Decides::End(Verdict::Deny) => continue,
            Decides::End(Verdict::Allow) => None,
            Decides::Translate(destination, port) => Some((destination, port)),
        };
        // Whom a stage lets pass without a rule it does not concern: any other end decides sooner.
        let decider = decision.rule.map_or(Decider::End(0), Decider::Rule);
        let pass = |packets| Pass { region: Region { packets, decider }, change };
        passes.upper.extend(decisions.effect(nth).ok_or(NotEvaluated)?.into_iter().map(pass));
        passes.lower.extend(decisions.sure_effect(nth).ok_or(NotEvaluated)?.into_iter().map(pass));
    }
    if stage.end == Verdict::Allow {
        let end = |cuts: fn(&super::decisions::Decision) -> &[PacketBox]| {
            let mut rest = within.boxes.clone();
            for decision in &decisions.list {
                for cut in cuts(decision) {
                    if !subtract_from(&mut rest, cut) {
                        return Err(NotEvaluated);
                    }
                }
            }
            let pass =
                |packets| Pass { region: Region { packets, decider: Decider::End(place) }, change: None };
            Ok(rest.into_iter().map(pass).collect::<Vec<Pass>>())
        };
        passes.upper.extend(end(|decision| decision.lower())?);
        passes.lower.extend(end(|decision| &decision.upper)?);
    }
    Ok(passes)
}

/// What passes a stage and, as it then is, all behind it.
fn joined(passes: &[Pass], behind: &[Region], side: Side) -> Result<Vec<Region>, NotEvaluated> {
    let mut whole = Vec::new();
    for pass in passes {
        for region in behind {
            let mine = &pass.region.packets;
            let both = match pass.change {
                None => mine.both(&region.packets),
                Some((destination, port)) => before_change(mine, &region.packets, destination, port, side),
            };
            let Some(packets) = both else { continue };
            // As in the answer to one packet: an end decides only where no rule did.
            let decider = match (region.decider, pass.region.decider) {
                (Decider::Rule(rule), _) | (Decider::End(_), Decider::Rule(rule)) => Decider::Rule(rule),
                (Decider::End(behind), Decider::End(place)) => Decider::End(behind.max(place)),
            };
            whole.push(Region { packets, decider });
            if whole.len() > BOXES_PER_RULE_MAX {
                return Err(NotEvaluated);
            }
        }
    }
    Ok(whole)
}

/// The packets of `mine` that lie in `behind` once their destination is changed.
fn before_change(
    mine: &PacketBox,
    behind: &PacketBox,
    destination: Option<Span<u128>>,
    port: Option<Span<u16>>,
    side: Side,
) -> Option<PacketBox> {
    let (to, dport) = (AddressField::Destination as usize, NumberField::DestinationPort as usize);
    let changed = translated(mine, destination, port);
    let both = changed.both(behind)?;
    let sure = (destination.is_none() || both.addresses[to] == changed.addresses[to])
        && (port.is_none() || both.numbers[dport] == changed.numbers[dport]);
    if side == Side::Lower && !sure {
        return None;
    }
    let mut before = both;
    if destination.is_some() {
        before.addresses[to] = mine.addresses[to];
    }
    if port.is_some() {
        before.numbers[dport] = mine.numbers[dport];
    }
    Some(before)
}

/// What of the first is not in the second.
fn less(from: &[Region], cuts: &[Region]) -> Result<Vec<Region>, NotEvaluated> {
    let mut left = Vec::new();
    for region in from {
        let mut rest = vec![region.packets];
        for cut in cuts.iter().filter(|cut| overlap(&cut.packets, &region.packets)) {
            if !subtract_from(&mut rest, &cut.packets) {
                return Err(NotEvaluated);
            }
            if rest.is_empty() {
                break;
            }
        }
        left.extend(rest.into_iter().map(|packets| Region { packets, decider: region.decider }));
        if left.len() > BOXES_PER_RULE_MAX {
            return Err(NotEvaluated);
        }
    }
    Ok(left)
}
