//! Chains as steps that only lead forward: what a rule jumps to is written out behind it.

use std::collections::BTreeMap;

use model::firewall::{Doubt, Interface, Problem, RuleAction, Step, Then, Verdict};
use model::packets::{AddressField, NumberField, PacketSet, Span, other_numbers};

use super::needs::{Met, Place, all_of, met, of_family, union};
use super::ruleset::{Act, Case, Chain, Cond, Hook, Need, NewAddress, Rule, Ruleset};

/// Steps of one stage; a stage that would need more is not evaluated.
pub(super) const STEPS_MAX: usize = 200_000;
/// Boxes of all steps of one stage.
const STAGE_BOXES_MAX: usize = 1_000_000;
/// Chains that may be open in each other.
const DEPTH_MAX: usize = 128;
/// Cases of a map from which on its rule is asked first and its cases alone behind it.
const CASES_TOGETHER_MAX: usize = 16;

/// Where a step leads, before the steps have their places.
const NEXT: usize = usize::MAX;

/// A place in the steps that is named before it is known.
type Label = usize;

/// Packets that rules keep out of the connection tracking.
type Untracked = [(PacketSet, Option<Doubt>)];

/// What chains are written with.
pub(super) struct Writer<'a> {
    ruleset: &'a Ruleset,
    chains: &'a BTreeMap<(usize, &'a str), usize>,
    /// Number of the first rule of each chain.
    numbers: &'a [usize],
    place: Place<'a>,
    /// What was kept out before this stage, and in it so far.
    untracked: Vec<(PacketSet, Option<Doubt>)>,
    steps: Vec<Step>,
    labels: Vec<usize>,
    open: Vec<usize>,
    remembered: Vec<String>,
    boxes: usize,
    problems: Vec<Problem>,
    end: Label,
    accept: Option<Label>,
}

/// Where a chain leads back to.
#[derive(Clone, Copy)]
struct Call<'a> {
    chain: &'a Chain,
    back: Label,
}

impl<'a> Writer<'a> {
    pub(super) fn new(
        ruleset: &'a Ruleset,
        chains: &'a BTreeMap<(usize, &'a str), usize>,
        numbers: &'a [usize],
        place: Place<'a>,
        untracked: Vec<(PacketSet, Option<Doubt>)>,
    ) -> Writer<'a> {
        Writer {
            ruleset,
            chains,
            numbers,
            place,
            untracked,
            steps: Vec::new(),
            labels: vec![0],
            open: Vec::new(),
            remembered: Vec::new(),
            boxes: 0,
            problems: Vec::new(),
            end: 0,
            accept: None,
        }
    }

    /// Lets pass, without a rule, whom the stage does not concern.
    pub(super) fn unconcerned(&mut self, test: PacketSet) {
        if !test.is_none() {
            self.step(test, None, Then::End(Verdict::Allow), NEXT, None);
        }
    }

    /// Translates nothing of what is kept out of the tracking.
    pub(super) fn without_untracked(&mut self) {
        for (set, doubt) in self.untracked.clone() {
            self.step(set, doubt, Then::Go(self.end), NEXT, None);
        }
    }

    /// Writes a base chain whose policy is the end of the stage.
    pub(super) fn base(&mut self, chain: usize) {
        self.accept = None;
        let end = self.end;
        self.chain(chain, end);
    }

    /// Writes a base chain behind which others follow: what it accepts goes on to them, and so does whom it does not
    /// concern.
    pub(super) fn several(&mut self, unconcerned: PacketSet, chain: usize, policy: Verdict) {
        let (behind, end) = (self.label(), self.label());
        self.step(unconcerned, None, Then::Go(behind), NEXT, None);
        self.accept = Some(behind);
        self.chain(chain, end);
        self.bind(end);
        if policy == Verdict::Deny {
            self.step(PacketSet::all(), None, Then::End(Verdict::Deny), NEXT, None);
        }
        self.bind(behind);
    }

    /// The steps, and what went wrong; no steps when there would be too many.
    pub(super) fn finish(mut self) -> (Option<Vec<Step>>, Vec<Problem>) {
        if self.is_full() {
            return (None, self.problems);
        }
        let end = self.end;
        self.bind(end);
        let labels = self.labels;
        let found = |target: usize, at: usize| match target {
            NEXT => at + 1,
            label => labels.get(label).copied().unwrap_or(at + 1).max(at + 1),
        };
        for (at, step) in self.steps.iter_mut().enumerate() {
            step.otherwise = found(step.otherwise, at);
            match &mut step.then {
                Then::Go(to) | Then::Translate { go: to, .. } => *to = found(*to, at),
                Then::End(_) => {}
            }
        }
        (Some(self.steps), self.problems)
    }

    fn is_full(&self) -> bool {
        self.steps.len() > STEPS_MAX || self.boxes > STAGE_BOXES_MAX
    }

    fn label(&mut self) -> Label {
        self.labels.push(0);
        self.labels.len() - 1
    }

    fn bind(&mut self, label: Label) {
        let here = self.steps.len();
        if let Some(place) = self.labels.get_mut(label) {
            *place = here;
        }
    }

    fn step(
        &mut self,
        test: PacketSet,
        doubt: Option<Doubt>,
        then: Then,
        otherwise: usize,
        rule: Option<usize>,
    ) {
        self.boxes += test.boxes.len();
        self.steps.push(Step { test, doubt, then, otherwise, rule });
    }

    fn chain(&mut self, number: usize, back: Label) {
        let Some(chain) = self.ruleset.chains.get(number) else { return };
        let first = self.numbers.get(number).copied().unwrap_or_default();
        self.open.push(number);
        for (nth, rule) in chain.rules.iter().enumerate() {
            if self.is_full() {
                break;
            }
            self.rule(rule, first + nth, Call { chain, back });
        }
        self.open.pop();
    }

    fn rule(&mut self, rule: &Rule, number: usize, call: Call<'_>) {
        let met = met(rule, self.place, &self.remembered);
        if let Some(list) = &rule.remembers
            && !self.remembered.contains(list)
        {
            self.remembered.push(list.clone());
        }
        self.note_untracked(rule, &met);
        if rule.acts.iter().all(|act| matches!(act, Act::Untrack | Act::Continue)) {
            return;
        }
        let after = self.label();
        let asks_state = rule.needs.iter().any(asks_state);
        let untracked = if asks_state { self.untracked.clone() } else { Vec::new() };
        let mut variants = met.variants;
        if rule.needs.iter().all(takes_untracked) && !untracked.is_empty() {
            variants.extend(self.without_state(rule, &untracked));
        } else {
            for (set, doubt) in untracked {
                self.step(set, doubt, Then::Go(after), NEXT, Some(number));
            }
        }
        for set in met.guards {
            self.step(set, None, Then::Go(NEXT), after, Some(number));
        }
        for (set, doubt) in met.exclusions {
            self.step(set, doubt, Then::Go(after), NEXT, Some(number));
        }
        for (set, doubt) in variants {
            for act in &rule.acts {
                self.act(act, set.clone(), doubt.clone(), number, call);
            }
        }
        self.bind(after);
    }

    /// A rule before the connection tracking keeps packets out of it: later rules of the stage see that.
    fn note_untracked(&mut self, rule: &Rule, met: &Met) {
        let keeps_out = rule.acts.iter().any(|act| matches!(act, Act::Untrack));
        if self.place.tracked == Some(true) || !keeps_out {
            return;
        }
        // A base chain hands every packet that goes on in it to this rule; others may be left before.
        let sure = self.open.len() == 1 && met.guards.is_empty() && met.exclusions.is_empty();
        let because = format!("whether it is tracked: {}", rule.text);
        let unsure = (!sure).then_some(Doubt { because, alone: None });
        for (set, doubt) in &met.variants {
            self.untracked.push((set.clone(), doubt.clone().or(unsure.clone())));
        }
    }

    /// What a rule meets of packets whose state is "untracked", whatever the question says of their state.
    fn without_state(&self, rule: &Rule, untracked: &Untracked) -> Vec<(PacketSet, Option<Doubt>)> {
        let needs = rule.needs.iter().filter(|need| !asks_state(need)).cloned().collect();
        let Met { variants, .. } = met(&Rule { needs, ..Rule::default() }, self.place, &self.remembered);
        let mut found = Vec::new();
        for (set, doubt) in variants {
            for (kept_out, unsure) in untracked {
                let mut both = set.clone();
                let fits = both.narrow_to(kept_out);
                let too_many =
                    (!fits).then(|| Doubt { because: "a set too large to hold".into(), alone: None });
                found.push((both, all_of(doubt.iter().chain(unsure).cloned().chain(too_many).collect())));
            }
        }
        found.retain(|(set, _)| !set.is_none());
        found
    }

    fn act(&mut self, act: &Act, set: PacketSet, doubt: Option<Doubt>, rule: usize, call: Call<'_>) {
        let rule = Some(rule);
        match act {
            Act::Accept => {
                let then = self.accept.map_or(Then::End(Verdict::Allow), Then::Go);
                self.step(set, doubt, then, NEXT, rule);
            }
            Act::Drop => self.step(set, doubt, Then::End(Verdict::Deny), NEXT, rule),
            Act::Return => self.step(set, doubt, Then::Go(call.back), NEXT, rule),
            Act::Hide => self.step(set, doubt, Then::Go(self.end), NEXT, rule),
            Act::Untrack | Act::Continue => {}
            Act::Hand(to) => self.hand(to, set, doubt, rule),
            Act::Jump(name) | Act::Goto(name) => {
                let goes = matches!(act, Act::Goto(_));
                self.call(name, goes, set, doubt, rule, call);
            }
            // Behind the decision on its way, translation changes the source (NETMAP).
            Act::Translate(_) | Act::Divert(_)
                if !matches!(self.place.hook, Hook::Prerouting | Hook::Output | Hook::Ingress) =>
            {
                self.step(set, doubt, Then::Go(self.end), NEXT, rule);
            }
            Act::Translate(addresses) => self.translate(addresses, set, doubt, rule),
            Act::Divert(port) => self.divert(*port, set, doubt, rule, call.chain),
            Act::Choose(cases) => self.choose(cases, set, doubt, rule, call),
        }
    }

    /// Something may let the packet pass, or not, or leave it to the next rule.
    fn hand(&mut self, to: &str, set: PacketSet, doubt: Option<Doubt>, rule: Option<usize>) {
        let own = Doubt { because: to.to_string(), alone: None };
        let doubt = all_of(doubt.into_iter().chain([own]).collect());
        self.step(set.clone(), doubt.clone(), Then::End(Verdict::Deny), NEXT, rule);
        self.step(set, doubt, Then::End(Verdict::Allow), NEXT, rule);
    }

    fn call(
        &mut self,
        name: &str,
        goes: bool,
        set: PacketSet,
        doubt: Option<Doubt>,
        rule: Option<usize>,
        call: Call<'_>,
    ) {
        let Some(to) = self.chains.get(&(call.chain.table, name)).copied() else {
            self.problem(rule, format!("there is no chain {name}: what it meets may pass or not"));
            return self.hand(
                &format!("what the chain {name} does, which is not in this file"),
                set,
                doubt,
                rule,
            );
        };
        if self.open.contains(&to) || self.open.len() >= DEPTH_MAX {
            self.problem(rule, format!("{name} leads back to itself: what it does is not known"));
            return self.hand(
                &format!("what the chain {name} does, which leads back to itself"),
                set,
                doubt,
                rule,
            );
        }
        let behind = self.label();
        self.step(set, doubt, Then::Go(NEXT), behind, rule);
        self.chain(to, if goes { call.back } else { behind });
        if goes {
            self.step(PacketSet::all(), None, Then::Go(call.back), NEXT, rule);
        }
        self.bind(behind);
    }

    fn translate(
        &mut self,
        addresses: &[NewAddress],
        set: PacketSet,
        doubt: Option<Doubt>,
        rule: Option<usize>,
    ) {
        for (nth, new) in addresses.iter().enumerate() {
            let last = nth + 1 == addresses.len();
            let own =
                (!last).then(|| Doubt { because: "which of its addresses it takes".into(), alone: None });
            let doubt = all_of(doubt.iter().cloned().chain(own).collect());
            let then = Then::Translate { destination: new.address, port: new.port, go: self.end };
            self.step(set.clone(), doubt, then, NEXT, rule);
        }
    }

    /// A packet that is turned to the firewall itself does not leave by another interface.
    fn divert(
        &mut self,
        port: Option<Span<u16>>,
        set: PacketSet,
        doubt: Option<Doubt>,
        rule: Option<usize>,
        chain: &Chain,
    ) {
        let mut stays = set.clone();
        let _fits = stays.narrow_number(NumberField::OutInterface, &[Span::one(Interface::SELF)]);
        for family in of_family(chain.family) {
            let then = Then::Translate { destination: Some(family), port, go: self.end };
            let mut part = stays.clone();
            let _fits = part.narrow_address(AddressField::Destination, &[family]);
            self.step(part, doubt.clone(), then, NEXT, rule);
        }
        let mut leaves = set;
        let others = other_numbers(&[Span::one(Interface::SELF)], Span::ANY);
        let _fits = leaves.narrow_number(NumberField::OutInterface, &others);
        self.step(leaves, doubt, Then::End(Verdict::Deny), NEXT, rule);
    }

    fn choose(
        &mut self,
        cases: &[Case],
        set: PacketSet,
        doubt: Option<Doubt>,
        rule: Option<usize>,
        call: Call<'_>,
    ) {
        let after = self.label();
        let (mut set, mut doubt) = (set, doubt);
        if doubt.is_some() || (set.boxes.len() > 1 && cases.len() > CASES_TOGETHER_MAX) {
            let asked = std::mem::replace(&mut set, PacketSet::all());
            self.step(asked, doubt.take(), Then::Go(NEXT), after, rule);
        }
        let has_default = cases.iter().any(|case| case.when.iter().any(Vec::is_empty));
        for case in cases {
            if self.is_full() {
                break;
            }
            let mut doubts: Vec<Doubt> = case.doubt.iter().cloned().collect();
            let mut test = union(&case.when, self.place, &mut doubts);
            if !test.narrow_to(&set) {
                doubts.push(Doubt { because: "a set too large to hold".to_string(), alone: None });
            }
            if test.is_none() {
                continue;
            }
            let doubt = all_of(doubts);
            if has_default && matches!(case.act, Act::Jump(_) | Act::Goto(_) | Act::Hand(_) | Act::Continue) {
                let behind = self.label();
                self.step(test, doubt, Then::Go(NEXT), behind, rule);
                self.act(&case.act, PacketSet::all(), None, rule.unwrap_or_default(), call);
                self.step(PacketSet::all(), None, Then::Go(after), NEXT, rule);
                self.bind(behind);
            } else {
                self.act(&case.act, test, doubt, rule.unwrap_or_default(), call);
            }
        }
        self.bind(after);
    }

    fn problem(&mut self, rule: Option<usize>, text: String) {
        let line = rule.and_then(|number| self.line(number)).unwrap_or_default();
        let problem = Problem { line, text };
        if !self.problems.contains(&problem) && self.problems.len() < super::stages::PROBLEMS_MAX {
            self.problems.push(problem);
        }
    }

    fn line(&self, number: usize) -> Option<u32> {
        let chain = self.numbers.partition_point(|first| *first <= number).checked_sub(1)?;
        let first = *self.numbers.get(chain)?;
        self.ruleset.chains.get(chain)?.rules.get(number.checked_sub(first)?).map(|rule| rule.line)
    }
}

/// What a rule does with what it meets, in the words of the model.
pub(super) fn action(acts: &[Act]) -> RuleAction {
    let one = |act: &Act| match act {
        Act::Accept => RuleAction::Allow,
        Act::Drop => RuleAction::Deny,
        Act::Translate(_) | Act::Divert(_) | Act::Hide => RuleAction::Translate,
        Act::Return
        | Act::Jump(_)
        | Act::Goto(_)
        | Act::Continue
        | Act::Hand(_)
        | Act::Untrack
        | Act::Choose(_) => RuleAction::Other,
    };
    match acts {
        [Act::Choose(cases)] => {
            let mut actions = cases.iter().map(|case| one(&case.act));
            let first = actions.next().unwrap_or_default();
            if actions.all(|action| action == first) { first } else { RuleAction::Other }
        }
        acts => acts.iter().map(one).find(|action| *action != RuleAction::Other).unwrap_or_default(),
    }
}

fn asks_state(need: &Need) -> bool {
    match need {
        Need::Any(lists) | Need::None(lists) => {
            lists.iter().flatten().any(|cond| matches!(cond, Cond::State(_)))
        }
        Need::Doubt(_)
        | Need::Address { .. }
        | Need::Changing { .. }
        | Need::Translated { .. }
        | Need::Remembered { .. } => false,
    }
}

/// Whether a need that asks for the state is content with "untracked".
fn takes_untracked(need: &Need) -> bool {
    use model::packets::PacketState;
    match need {
        Need::Any(lists) if asks_state(need) => lists.iter().flatten().any(|cond| match cond {
            Cond::State(states) => states.contains(&PacketState::Untracked),
            Cond::Address(..) | Cond::Number(..) | Cond::Interface { .. } | Cond::Family(_) => false,
        }),
        Need::Any(_)
        | Need::None(_)
        | Need::Doubt(_)
        | Need::Address { .. }
        | Need::Changing { .. }
        | Need::Translated { .. }
        | Need::Remembered { .. } => true,
    }
}
