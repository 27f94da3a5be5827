//! Rules that never act, or act on less than they say.

use std::collections::{BTreeMap, BTreeSet};

use model::firewall::{Firewall, Stage, Verdict};
use model::packets::{PacketBox, PacketSet, Span};

use super::boxes::{overlap, subtract_from, volume};
use super::decide::Decider;
use super::decisions::{Decides, Decision, Decisions};

/// What is wrong with a rule.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Anomaly {
    /// Earlier rules with the same action take all its packets.
    ShadowedSameAction,
    /// Earlier rules take all its packets, some or all with the other action.
    ShadowedConflict,
    /// Later rules would decide all its packets the same way: it can go.
    RedundantLaterSameAction,
    /// Earlier rules with the other action take this share of its packets, above 0 and below 1.
    PartialConflict {
        /// The share.
        lost: f64,
    },
    /// Its sets are too large, so nothing is said about it.
    NotEvaluated,
}

/// A rule with what is wrong and who shows it.
#[derive(Debug, Clone, PartialEq)]
pub struct RuleAnomaly {
    /// Its place in [`Firewall::rules`].
    pub rule: usize,
    /// What is wrong.
    pub anomaly: Anomaly,
    /// Those that take or decide its packets: the proof.
    pub witnesses: Vec<Decider>,
}

/// What is wrong with the rules of a firewall, in the order of its rules.
///
/// `within` restricts the packets that count: mostly the first packets of conversations, as the others are decided by
/// the state.
pub fn anomalies(firewall: &Firewall, within: &PacketSet) -> Vec<RuleAnomaly> {
    let mut verdicts: BTreeMap<usize, Vec<Found>> = BTreeMap::new();
    let bound = firewall.stages.iter().enumerate();
    for (place, stage) in bound.chain(firewall.unbound.iter().map(|stage| (usize::MAX, stage))) {
        let Some(decisions) = Decisions::of(stage, within) else {
            for rule in stage.steps.iter().filter_map(|step| step.rule) {
                verdicts.entry(rule).or_default().push(Found::NotEvaluated);
            }
            continue;
        };
        for (nth, decision) in decisions.list.iter().enumerate() {
            let (Some(rule), Decides::End(verdict)) = (decision.rule, decision.then) else { continue };
            let found = match look(&decisions, nth, decision, verdict, (place, stage)) {
                Found::Redundant { witnesses } if is_last_word(decision, &witnesses) => Found::Idle,
                found => found,
            };
            verdicts.entry(rule).or_default().push(found);
        }
    }
    verdicts
        .into_iter()
        .filter(|(rule, _)| firewall.rules.get(*rule).is_some_and(|rule| !rule.automatic))
        .filter_map(|(rule, found)| together(rule, &found))
        .collect()
}

/// True for the rule that says at the end, for everybody to read, what would hold without it.
fn is_last_word(decision: &Decision, witnesses: &BTreeSet<Decider>) -> bool {
    let everywhere = |one: &PacketBox| one.addresses.iter().all(|span| span.covers(Span::IPV4));
    witnesses.iter().all(|witness| matches!(witness, Decider::End(_)))
        && decision.upper.iter().any(everywhere)
}

/// What was found about one decision of a rule.
enum Found {
    /// Nothing reaches it.
    Shadowed {
        same: bool,
        witnesses: BTreeSet<Decider>,
    },
    /// What reaches it would fare the same without it.
    Redundant {
        witnesses: BTreeSet<Decider>,
    },
    /// It acts; so much of it is taken by the other action.
    Acts {
        whole: f64,
        lost: f64,
        witnesses: BTreeSet<Decider>,
    },
    /// It can meet no packet that counts.
    Idle,
    NotEvaluated,
}

fn look(
    decisions: &Decisions,
    nth: usize,
    decision: &Decision,
    verdict: Verdict,
    at: (usize, &Stage),
) -> Found {
    if decision.upper.is_empty() {
        return Found::Idle;
    }
    let Some(Effect { concerned, left: effect, taken }) = effect(decisions, nth, decision) else {
        return Found::NotEvaluated;
    };
    if concerned.is_empty() {
        return Found::Idle;
    }
    let conflicts =
        |other: &usize| decisions.list.get(*other).is_some_and(|d| d.then != Decides::End(verdict));
    let decider = |other: &usize| {
        decisions.list.get(*other).and_then(|d| d.rule).map_or(Decider::End(at.0), Decider::Rule)
    };
    if effect.is_empty() {
        let same = !taken.iter().any(conflicts);
        return Found::Shadowed { same, witnesses: taken.iter().map(decider).collect() };
    }
    if decision.is_exact()
        && let Some(witnesses) = fares_the_same(decisions, nth, &effect, verdict, at)
    {
        return Found::Redundant { witnesses };
    }
    let whole: f64 = concerned.iter().map(volume).sum();
    let mut lost = 0.0;
    let mut witnesses = BTreeSet::new();
    for other in taken.iter().filter(|other| conflicts(other)) {
        witnesses.insert(decider(other));
    }
    if !witnesses.is_empty() {
        lost = (whole - effect.iter().map(volume).sum::<f64>()).max(0.0);
    }
    Found::Acts { whole, lost, witnesses }
}

/// What reaches a decision, and which earlier ones took something of it.
struct Effect {
    /// What the stage concerns at all of what the decision may meet.
    concerned: Vec<PacketBox>,
    /// What of it is left by the earlier decisions.
    left: Vec<PacketBox>,
    /// Those that took something.
    taken: Vec<usize>,
}

fn effect(decisions: &Decisions, nth: usize, decision: &Decision) -> Option<Effect> {
    let (mut concerned, mut left) = (Vec::new(), Vec::new());
    let mut taken = BTreeSet::new();
    for one in &decision.upper {
        let earlier = decisions.before(nth, one);
        // Whom a stage lets pass without a rule it does not concern: nobody takes these packets from a rule.
        let (passing, earlier): (Vec<usize>, Vec<usize>) = earlier
            .into_iter()
            .partition(|other| decisions.list.get(*other).is_some_and(|d| d.rule.is_none()));
        let mut rest = vec![*one];
        for cut in passing.iter().filter_map(|other| decisions.list.get(*other)).flat_map(Decision::lower) {
            if !subtract_from(&mut rest, cut) {
                return None;
            }
        }
        concerned.extend_from_slice(&rest);
        // Mostly one earlier rule alone covers what is covered; the first one acts first.
        let covering = earlier.iter().find(|other| {
            decisions.list.get(**other).is_some_and(|d| d.lower().iter().any(|cut| cut.covers(one)))
        });
        for other in &earlier {
            let Some(cuts) = decisions.list.get(*other).map(Decision::lower) else { continue };
            for cut in cuts {
                if rest.iter().any(|part| overlap(part, cut)) {
                    taken.insert(*other);
                    if !subtract_from(&mut rest, cut) {
                        return None;
                    }
                }
            }
            if rest.is_empty() || covering == Some(other) {
                break;
            }
        }
        left.append(&mut rest);
    }
    Some(Effect { concerned, left, taken: taken.into_iter().collect() })
}

/// Who would decide `effect` behind decision `nth`, if that were all the same way.
fn fares_the_same(
    decisions: &Decisions,
    nth: usize,
    effect: &[PacketBox],
    verdict: Verdict,
    at: (usize, &Stage),
) -> Option<BTreeSet<Decider>> {
    let mut witnesses = BTreeSet::new();
    for one in effect {
        let mut rest = vec![*one];
        for other in decisions.after(nth, one) {
            let later = decisions.list.get(other)?;
            if !later.upper.iter().any(|cut| rest.iter().any(|part| overlap(part, cut))) {
                continue;
            }
            if later.then != Decides::End(verdict) {
                return None;
            }
            witnesses.insert(later.rule.map_or(Decider::End(at.0), Decider::Rule));
            for cut in later.lower() {
                if !subtract_from(&mut rest, cut) {
                    return None;
                }
            }
            if rest.is_empty() {
                break;
            }
        }
        if !rest.is_empty() {
            if at.1.end != verdict {
                return None;
            }
            witnesses.insert(Decider::End(at.0));
        }
    }
    Some(witnesses)
}

/// One verdict about a rule that stands in several places: it is shadowed only where it is shadowed everywhere.
fn together(rule: usize, found: &[Found]) -> Option<RuleAnomaly> {
    let mut all = BTreeSet::new();
    let (mut same, mut acts, mut redundant, mut shadowed, mut not_evaluated) =
        (true, false, false, false, false);
    let (mut whole_sum, mut lost_sum) = (0.0, 0.0);
    let mut conflicting = BTreeSet::new();
    for one in found {
        match one {
            Found::Shadowed { same: this, witnesses } => {
                shadowed = true;
                same &= this;
                all.extend(witnesses.iter().copied());
            }
            Found::Redundant { witnesses } => {
                redundant = true;
                all.extend(witnesses.iter().copied());
            }
            Found::Acts { whole, lost, witnesses } => {
                acts = true;
                whole_sum += whole;
                lost_sum += lost;
                conflicting.extend(witnesses.iter().copied());
            }
            Found::Idle => {}
            Found::NotEvaluated => not_evaluated = true,
        }
    }
    let (anomaly, witnesses) = match (not_evaluated, acts, redundant, shadowed) {
        (true, ..) => (Anomaly::NotEvaluated, BTreeSet::new()),
        (_, true, ..) if lost_sum > 0.0 => {
            (Anomaly::PartialConflict { lost: lost_sum / whole_sum }, conflicting)
        }
        (_, true, ..) => return None,
        (_, _, true, _) => (Anomaly::RedundantLaterSameAction, all),
        (.., true) if same => (Anomaly::ShadowedSameAction, all),
        (.., true) => (Anomaly::ShadowedConflict, all),
        (false, false, false, false) => return None,
    };
    Some(RuleAnomaly { rule, anomaly, witnesses: witnesses.into_iter().collect() })
}
