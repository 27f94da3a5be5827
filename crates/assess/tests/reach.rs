//! Sets against points: what the algebra says of all packets must be what the walk says of each.

use assess::reach::{self, Anomaly, Decider, Question};
use model::firewall::{Doubt, Firewall, Interface, Rule, RuleAction, Stage, Step, Then, Verdict};
use model::packets::{NumberField, PacketBox, PacketSet, Span};

/// Numbers that look random and are the same each time (xorshift64, Marsaglia 2003).
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % bound
    }

    fn span(&mut self, top: u64) -> (u64, u64) {
        let (a, b) = (self.below(top), self.below(top));
        if self.below(3) == 0 { (a, a) } else { (a.min(b), a.max(b)) }
    }
}

/// A small world, so that rules meet often: addresses, ports and interfaces below eight.
const TOP: u64 = 8;

fn world() -> PacketSet {
    let mut one = PacketBox::all();
    for span in &mut one.addresses {
        *span = Span::new(0, u128::from(TOP - 1));
    }
    for field in [NumberField::InInterface, NumberField::OutInterface, NumberField::DestinationPort] {
        one.numbers[field as usize] = Span::new(0, TOP as u16 - 1);
    }
    one.numbers[NumberField::State as usize] = Span::one(0);
    PacketSet { boxes: vec![one] }
}

fn set(dice: &mut Dice) -> PacketSet {
    let boxes = (0..=dice.below(2)).map(|_| {
        let mut one = PacketBox::all();
        for span in &mut one.addresses {
            if dice.below(4) > 0 {
                let (first, last) = dice.span(TOP);
                *span = Span::new(u128::from(first), u128::from(last));
            }
        }
        for field in [NumberField::InInterface, NumberField::OutInterface, NumberField::DestinationPort] {
            if dice.below(2) > 0 {
                let (first, last) = dice.span(TOP);
                one.numbers[field as usize] = Span::new(first as u16, last as u16);
            }
        }
        one
    });
    PacketSet { boxes: boxes.collect() }
}

fn verdict(dice: &mut Dice) -> Verdict {
    if dice.below(2) == 0 { Verdict::Allow } else { Verdict::Deny }
}

/// Adds rules, and chains of rules that are jumped into, with returns.
fn rules(dice: &mut Dice, firewall: &mut Firewall, steps: &mut Vec<Step>, depth: u32, doubts: bool) {
    for _ in 0..=dice.below(4) {
        let at = steps.len();
        let doubt =
            (doubts && dice.below(5) == 0).then(|| Doubt { because: format!("limit {at}"), alone: None });
        let test = set(dice);
        if depth < 2 && dice.below(4) == 0 {
            steps.push(Step { test, doubt, then: Then::Go(at + 1), otherwise: at + 1, rule: None });
            rules(dice, firewall, steps, depth + 1, doubts);
            if dice.below(2) == 0 {
                let at = steps.len();
                let test = set(dice);
                steps.push(Step {
                    test,
                    doubt: None,
                    then: Then::Go(usize::MAX),
                    otherwise: at + 1,
                    rule: None,
                });
                rules(dice, firewall, steps, depth + 1, doubts);
            }
            let end = steps.len();
            steps[at].otherwise = end;
            for step in &mut steps[at..] {
                if step.then == Then::Go(usize::MAX) {
                    step.then = Then::Go(end);
                }
            }
        } else {
            let verdict = verdict(dice);
            let action = if verdict == Verdict::Allow { RuleAction::Allow } else { RuleAction::Deny };
            firewall.rules.push(Rule { action, ..Rule::default() });
            let rule = Some(firewall.rules.len() - 1);
            steps.push(Step { test, doubt, then: Then::End(verdict), otherwise: at + 1, rule });
        }
    }
}

fn firewall(dice: &mut Dice, doubts: bool) -> Firewall {
    let mut firewall = Firewall { interfaces: Interface::first_two(), ..Firewall::default() };
    if dice.below(3) == 0 {
        let destination = Some(Span::one(u128::from(dice.below(TOP))));
        let port = (dice.below(2) == 0).then(|| Span::one(dice.below(TOP) as u16));
        let then = Then::Translate { destination, port, go: 1 };
        let steps = vec![Step { test: set(dice), doubt: None, then, otherwise: 1, rule: None }];
        firewall.stages.push(Stage { steps, end: Verdict::Allow, ..Stage::default() });
    }
    for _ in 0..=dice.below(2) {
        let mut steps = Vec::new();
        rules(dice, &mut firewall, &mut steps, 0, doubts);
        firewall.stages.push(Stage { steps, end: verdict(dice), ..Stage::default() });
    }
    firewall
}

fn point(dice: &mut Dice) -> PacketBox {
    let mut one = world().boxes[0];
    for span in &mut one.addresses {
        *span = Span::one(u128::from(dice.below(TOP)));
    }
    for field in [NumberField::InInterface, NumberField::OutInterface, NumberField::DestinationPort] {
        one.numbers[field as usize] = Span::one(dice.below(TOP) as u16);
    }
    for field in [NumberField::Protocol, NumberField::SourcePort, NumberField::TcpFlags] {
        one.numbers[field as usize] = Span::one(0);
    }
    one
}

#[test]
fn a_packet_is_in_the_allowed_set_exactly_when_the_walk_lets_it_pass() {
    let mut dice = Dice(0x5EED);
    let (mut open, mut asked) = (0, 0);
    for _ in 0..200 {
        let firewall = firewall(&mut dice, true);
        let allowed = reach::allowed(&firewall, &world()).unwrap();
        for _ in 0..40 {
            let point = point(&mut dice);
            let answer = reach::decide(&firewall, &Question(point));
            let held = |regions: &[reach::Region]| regions.iter().any(|region| region.packets.covers(&point));
            let (may, must) = (held(&allowed.upper), held(&allowed.lower));
            match answer.verdict {
                Some(Verdict::Allow) => assert!(may, "{firewall:?}\n{point:?}"),
                Some(Verdict::Deny) => assert!(!must, "{firewall:?}\n{point:?}"),
                None => open += 1,
            }
            assert!(!must || answer.verdict == Some(Verdict::Allow), "{firewall:?}\n{point:?}");
            assert!(may || answer.verdict == Some(Verdict::Deny), "{firewall:?}\n{point:?}");
            asked += 1;
        }
    }
    assert!(open > 0 && open < asked / 4, "{open} of {asked} open");
}

#[test]
fn every_box_of_the_allowed_set_names_the_rule_that_the_walk_names() {
    let mut dice = Dice(0xFACE);
    for _ in 0..300 {
        let firewall = firewall(&mut dice, false);
        let allowed = reach::allowed(&firewall, &world()).unwrap();
        assert_eq!(allowed.upper.len(), allowed.lower.len());
        for region in &allowed.upper {
            let mut corner = region.packets;
            for span in &mut corner.addresses {
                span.last = span.first;
            }
            for span in &mut corner.numbers {
                span.last = span.first;
            }
            let answer = reach::decide(&firewall, &Question(corner));
            assert_eq!((answer.verdict, answer.decider), (Some(Verdict::Allow), Some(region.decider)));
        }
    }
}

#[test]
fn removing_what_can_go_one_after_the_other_changes_nothing() {
    let mut dice = Dice(0xBEEF);
    let mut removed = 0;
    for _ in 0..300 {
        let whole = firewall(&mut dice, false);
        let mut thinner = whole.clone();
        loop {
            let idle = |anomaly: Anomaly| {
                matches!(
                    anomaly,
                    Anomaly::ShadowedSameAction
                        | Anomaly::ShadowedConflict
                        | Anomaly::RedundantLaterSameAction
                )
            };
            let found = reach::anomalies(&thinner, &world());
            let Some(first) = found.iter().find(|found| idle(found.anomaly)) else { break };
            assert!(!first.witnesses.is_empty());
            assert!(!first.witnesses.contains(&Decider::Rule(first.rule)));
            for step in thinner.stages.iter_mut().flat_map(|stage| &mut stage.steps) {
                if step.rule == Some(first.rule) {
                    step.test = PacketSet::none();
                }
            }
            removed += 1;
            let difference = reach::difference(&whole, &thinner, &world()).unwrap();
            assert!(difference.is_empty(), "{first:?}\n{whole:?}\n{difference:?}");
        }
    }
    assert!(removed > 200, "{removed}");
}

#[test]
fn what_is_not_called_idle_acts_on_some_packet() {
    let mut dice = Dice(0xD1CE);
    let mut seen = 0;
    for _ in 0..300 {
        let whole = firewall(&mut dice, false);
        let found = reach::anomalies(&whole, &world());
        for rule in 0..whole.rules.len() {
            let named = found.iter().find(|found| found.rule == rule).map(|found| found.anomaly);
            if matches!(named, None | Some(Anomaly::PartialConflict { .. })) {
                let mut without = whole.clone();
                for step in without.stages.iter_mut().flat_map(|stage| &mut stage.steps) {
                    if step.rule == Some(rule) {
                        step.test = PacketSet::none();
                    }
                }
                // It acts within its stage; another stage may hide that from the outside.
                if whole.stages.iter().filter(|stage| !stage.steps.is_empty()).count() == 1 {
                    seen += usize::from(!reach::difference(&whole, &without, &world()).unwrap().is_empty());
                }
            }
        }
    }
    assert!(seen > 100, "{seen}");
}

/// A stage of Linux lets pass without a rule what its hook does not concern: no rule loses packets to that, and none is
/// shadowed by it.
#[test]
fn whom_a_stage_lets_pass_without_a_rule_takes_nothing_from_its_rules() {
    let step = |test: PacketSet, verdict: Verdict, at: usize, rule: Option<usize>| Step {
        test,
        doubt: None,
        then: Then::End(verdict),
        otherwise: at + 1,
        rule,
    };
    let narrowed = |field: NumberField, span: Span<u16>| {
        let mut set = PacketSet::all();
        assert!(set.narrow_number(field, &[span]));
        set
    };
    let passing = narrowed(NumberField::InInterface, Span::one(Interface::SELF));
    let rule = |name: &str| Rule { name: name.to_string(), ..Rule::default() };
    let firewall = Firewall {
        rules: vec![rule("port 5"), rule("ports 4 to 6"), rule("the firewall's own")],
        stages: vec![Stage {
            steps: vec![
                step(passing.clone(), Verdict::Allow, 0, None),
                step(narrowed(NumberField::DestinationPort, Span::one(5)), Verdict::Deny, 1, Some(0)),
                step(narrowed(NumberField::DestinationPort, Span::new(4, 6)), Verdict::Allow, 2, Some(1)),
                step(passing, Verdict::Deny, 3, Some(2)),
            ],
            end: Verdict::Deny,
            ..Stage::default()
        }],
        ..Firewall::default()
    };
    let found = reach::anomalies(&firewall, &PacketSet::all());
    let of = |rule: usize| found.iter().find(|one| one.rule == rule).map(|one| one.anomaly);
    assert_eq!((of(0), of(2)), (None, None));
    let Some(Anomaly::PartialConflict { lost }) = of(1) else { panic!("{found:?}") };
    assert!((lost - 1.0 / 3.0).abs() < 1e-9, "{lost}");
}

#[test]
fn the_sample_packet_of_a_difference_is_treated_differently() {
    let mut dice = Dice(0xACE);
    for _ in 0..300 {
        let (one, other) = (firewall(&mut dice, false), firewall(&mut dice, false));
        let difference = reach::difference(&one, &other, &world()).unwrap();
        assert!(difference.perhaps.is_empty());
        for (regions, first) in
            [(&difference.only_first, Verdict::Allow), (&difference.only_second, Verdict::Deny)]
        {
            for region in regions {
                let mut corner = region.packets;
                corner.addresses.iter_mut().for_each(|span| span.first = span.last);
                corner.numbers.iter_mut().for_each(|span| span.first = span.last);
                assert_eq!(reach::decide(&one, &Question(corner)).verdict, Some(first));
                assert_ne!(reach::decide(&other, &Question(corner)).verdict, Some(first));
            }
        }
    }
}
