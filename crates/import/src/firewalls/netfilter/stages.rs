//! Which chains make which stage, in which order, and whom a stage does not concern.

use std::collections::{BTreeMap, HashMap};

use model::firewall::{Doubt, Firewall, Interface, Problem, Rule, Stage, Step, Then, Verdict};
use model::packets::{
    AddressField, NumberField, PacketBox, PacketSet, PacketState, Span, other_addresses, other_numbers,
};

use super::compile::{STEPS_MAX, Writer, action};
use super::interfaces::Interfaces;
use super::kinds::Nets;
use super::needs::{Place, met, of_family};
use super::ruleset::{Act, Base, Chain, Family, Hook, Kind, NewAddress, Ruleset};

/// Problems that are told of one configuration.
pub(super) const PROBLEMS_MAX: usize = 10_000;

/// Destinations of translations that are told apart; with more, any packet may have been translated.
const TARGETS_MAX: usize = 1024;

/// Where the connection tracking sees a packet first (NF_IP_PRI_CONNTRACK).
const TRACKING: i32 = -200;
/// Where destinations are translated (NF_IP_PRI_NAT_DST), whatever priority the chains give.
const TRANSLATION: i32 = -100;

/// A firewall out of its rules.
pub(in crate::firewalls) fn firewall(mut ruleset: Ruleset) -> Firewall {
    let interfaces = Interfaces::of(&ruleset);
    let mut nets = Nets::of(&ruleset);
    nets.number(&interfaces);
    let mut chains: BTreeMap<(usize, &str), usize> = BTreeMap::new();
    let mut numbers = Vec::new();
    let mut count = 0;
    for (number, chain) in ruleset.chains.iter().enumerate() {
        chains.insert((chain.table, chain.name.as_str()), number);
        numbers.push(count);
        count += chain.rules.len();
    }
    let targets = targets(&ruleset);
    let parts = Parts {
        ruleset: &ruleset,
        chains: &chains,
        numbers: &numbers,
        interfaces: &interfaces,
        nets: &nets,
        targets: &targets,
    };
    let (stages, mut problems) = parts.stages();
    let rules = rules(&ruleset);
    problems.splice(0..0, std::mem::take(&mut ruleset.problems));
    problems.sort();
    problems.dedup();
    problems.truncate(PROBLEMS_MAX);
    Firewall { interfaces: interfaces.list(), rules, stages, problems, ..Firewall::default() }
}

/// The rules as people name them: by their comment where no other has it, else by what stands there.
fn rules(ruleset: &Ruleset) -> Vec<Rule> {
    let mut comments: HashMap<&str, usize> = HashMap::new();
    let all = || ruleset.chains.iter().flat_map(|chain| &chain.rules);
    for comment in all().filter_map(|rule| rule.comment.as_deref()) {
        *comments.entry(comment).or_default() += 1;
    }
    let alone = |comment: &&str| comments.get(comment) == Some(&1);
    let mut rules = Vec::new();
    for chain in &ruleset.chains {
        for rule in &chain.rules {
            rules.push(Rule {
                name: rule.comment.as_deref().filter(alone).unwrap_or(label(rule)).to_string(),
                list: format!("{}/{}", chain.table_name, chain.name),
                line: rule.line,
                text: rule.text.clone(),
                action: action(&rule.acts),
                logs: rule.logs,
                hits: rule.hits,
                ..Rule::default()
            });
        }
    }
    rules
}

/// Every destination to which rules translate; what does not lie there was not translated.
fn targets(ruleset: &Ruleset) -> PacketSet {
    let mut found = PacketSet::none();
    let mut note = |act: &Act| {
        let addresses: &[NewAddress] = match act {
            Act::Translate(addresses) => addresses,
            Act::Divert(_) => {
                // The firewall itself, at whichever of its addresses.
                let mut one = PacketBox::all();
                one.numbers[NumberField::OutInterface as usize] = Span::one(Interface::SELF);
                found.boxes.push(one);
                &[]
            }
            Act::Accept
            | Act::Drop
            | Act::Return
            | Act::Jump(_)
            | Act::Goto(_)
            | Act::Continue
            | Act::Hand(_) => &[],
            Act::Hide | Act::Untrack | Act::Choose(_) => &[],
        };
        for new in addresses {
            if found.boxes.len() >= TARGETS_MAX {
                break;
            }
            let mut one = PacketBox::all();
            one.addresses[AddressField::Destination as usize] = new.address.unwrap_or(Span::EVERYWHERE);
            one.numbers[NumberField::DestinationPort as usize] = new.port.unwrap_or(Span::ANY);
            found.boxes.push(one);
        }
    };
    for act in ruleset.chains.iter().flat_map(|chain| &chain.rules).flat_map(|rule| &rule.acts) {
        match act {
            Act::Choose(cases) => cases.iter().for_each(|case| note(&case.act)),
            act => note(act),
        }
    }
    if found.boxes.len() >= TARGETS_MAX { PacketSet::all() } else { found }
}

fn label(rule: &super::ruleset::Rule) -> &str {
    if rule.label.is_empty() { &rule.text } else { &rule.label }
}

struct Parts<'a> {
    ruleset: &'a Ruleset,
    chains: &'a BTreeMap<(usize, &'a str), usize>,
    numbers: &'a [usize],
    interfaces: &'a Interfaces,
    nets: &'a Nets,
    targets: &'a PacketSet,
}

/// Packets that a rule keeps out of the connection tracking.
struct KeptOut {
    set: PacketSet,
    doubt: Option<Doubt>,
    hook: Hook,
    priority: i32,
}

/// The base chains of one stage.
struct Planned<'a> {
    hook: Hook,
    priority: i32,
    chains: Vec<(usize, &'a Chain, &'a Base)>,
}

impl<'a> Parts<'a> {
    fn stages(&self) -> (Vec<Stage>, Vec<Problem>) {
        let untracked = self.untracked();
        let (mut stages, mut problems) = (Vec::new(), Vec::new());
        if let Some(family) = self.ruleset.untold {
            stages.push(untold(family));
        }
        for planned in self.plan() {
            let (stage, more) = self.stage(&planned, &untracked);
            problems.extend(more);
            let judges = matches!(planned.hook, Hook::Forward | Hook::Input | Hook::Output)
                && planned.chains.iter().all(|(_, _, base)| base.kind == Kind::Filter);
            if judges || decides(&stage) {
                stages.push(stage);
            }
        }
        for (hook, name) in [(Hook::Forward, "forward"), (Hook::Input, "input"), (Hook::Output, "output")] {
            let of_hook = |chain: &Chain| {
                chain.base.as_ref().is_some_and(|base| base.hook == hook && base.kind == Kind::Filter)
            };
            if !self.ruleset.chains.iter().any(of_hook) {
                stages.push(unjudged(hook, name));
            }
        }
        (stages, problems)
    }

    /// The base chains in the order in which the kernel calls them; those that translate together, as the first
    /// translation is the only one.
    fn plan(&self) -> Vec<Planned<'a>> {
        let mut plan: Vec<Planned<'a>> = Vec::new();
        for (number, chain) in self.ruleset.chains.iter().enumerate() {
            let Some(base) = &chain.base else { continue };
            let priority = match (base.kind, base.hook) {
                (Kind::Nat, Hook::Prerouting | Hook::Output) => TRANSLATION,
                (Kind::Nat, _) => -TRANSLATION,
                (Kind::Filter, _) => base.priority,
            };
            let together = |planned: &&mut Planned<'a>| {
                base.kind == Kind::Nat
                    && planned.hook == base.hook
                    && planned.chains.iter().all(|(_, _, other)| other.kind == Kind::Nat)
            };
            match plan.iter_mut().find(together) {
                Some(planned) => planned.chains.push((number, chain, base)),
                None => {
                    plan.push(Planned { hook: base.hook, priority, chains: vec![(number, chain, base)] });
                }
            }
        }
        // Of two with the same priority the kernel calls the younger one first (nf_hook_entries_grow).
        plan.reverse();
        plan.sort_by_key(|planned| (planned.hook, planned.priority));
        for planned in &mut plan {
            planned.chains.reverse();
            planned.chains.sort_by_key(|(_, _, base)| base.priority);
        }
        plan
    }

    fn place(&self, hook: Hook, priority: i32) -> Place<'a> {
        let tracked = match (hook, priority.cmp(&TRACKING)) {
            (Hook::Prerouting | Hook::Output, std::cmp::Ordering::Less) | (Hook::Ingress, _) => Some(false),
            (Hook::Prerouting | Hook::Output, std::cmp::Ordering::Equal) => None,
            (Hook::Prerouting | Hook::Output, std::cmp::Ordering::Greater)
            | (Hook::Forward | Hook::Input | Hook::Postrouting | Hook::Egress, _) => Some(true),
        };
        let hides = || {
            let mut acts =
                self.ruleset.chains.iter().flat_map(|chain| &chain.rules).flat_map(|rule| &rule.acts);
            acts.any(|act| matches!(act, Act::Hide))
        };
        let behind = matches!(hook, Hook::Postrouting | Hook::Input) && priority > -TRANSLATION
            || hook == Hook::Egress;
        Place {
            hook,
            tracked,
            interfaces: self.interfaces,
            nets: self.nets,
            hidden: behind && hides(),
            targets: self.targets,
        }
    }

    fn stage(&self, planned: &Planned<'a>, untracked: &[KeptOut]) -> (Stage, Vec<Problem>) {
        let place = self.place(planned.hook, planned.priority);
        // Before the tracking, only what earlier chains of the same hook keep out is known to be.
        let known = |kept: &&KeptOut| {
            place.tracked == Some(true) || kept.hook == planned.hook && kept.priority < planned.priority
        };
        let untracked =
            untracked.iter().filter(known).map(|kept| (kept.set.clone(), kept.doubt.clone())).collect();
        let mut writer = Writer::new(self.ruleset, self.chains, self.numbers, place, untracked);
        let mut stage = Stage { end: Verdict::Allow, ..Stage::default() };
        if let [(number, chain, base)] = planned.chains.as_slice() {
            stage.name = format!("{}/{}", chain.table_name, chain.name);
            (stage.end, stage.end_name) = (base.policy, policy(base.policy).to_string());
            stage.end_line = base.line;
            writer.unconcerned(self.unconcerned(chain, base));
            if base.kind == Kind::Nat {
                writer.without_untracked();
            }
            writer.base(*number);
        } else {
            let names: Vec<String> = planned
                .chains
                .iter()
                .map(|(_, chain, _)| format!("{}/{}", chain.table_name, chain.name))
                .collect();
            (stage.name, stage.end_name) = (names.join(", "), policy(Verdict::Allow).to_string());
            writer.without_untracked();
            for (number, chain, base) in &planned.chains {
                writer.several(self.unconcerned(chain, base), *number, base.policy);
            }
        }
        let (steps, mut problems) = writer.finish();
        match steps {
            Some(steps) => stage.steps = steps,
            None => {
                let because =
                    format!("{}, which is not evaluated: it takes more than {STEPS_MAX} steps", stage.name);
                problems.push(Problem { line: stage.end_line.unwrap_or_default(), text: because.clone() });
                stage.end = Verdict::Allow;
                stage.steps = vec![perhaps(PacketSet::all(), because)];
            }
        }
        (stage, problems)
    }

    /// The packets that a base chain does not see.
    fn unconcerned(&self, chain: &Chain, base: &Base) -> PacketSet {
        let itself = [Span::one(Interface::SELF)];
        let others = other_numbers(&itself, Span::ANY);
        let mut found = PacketSet::none();
        let mut add = |narrowed: &[(NumberField, &[Span<u16>])]| {
            let mut set = PacketSet::all();
            for (field, spans) in narrowed {
                let _fits = set.narrow_number(*field, spans);
            }
            found.boxes.append(&mut set.boxes);
        };
        let (come, leave) = (NumberField::InInterface, NumberField::OutInterface);
        match base.hook {
            Hook::Ingress => add(&[(come, &self.other_devices(base))]),
            Hook::Egress => add(&[(leave, &self.other_devices(base))]),
            Hook::Prerouting if base.kind == Kind::Nat => add(&[(come, &itself)]),
            Hook::Prerouting => add(&[(come, &itself), (leave, &others)]),
            Hook::Output => add(&[(come, &others)]),
            Hook::Forward => {
                add(&[(come, &itself)]);
                add(&[(come, &others), (leave, &itself)]);
            }
            Hook::Input => add(&[(leave, &others)]),
            Hook::Postrouting => add(&[(leave, &itself)]),
        }
        if base.kind == Kind::Nat {
            let first = [PacketState::New, PacketState::Related].map(|state| Span::one(state.number()));
            add(&[(NumberField::State, &other_numbers(&first, NumberField::State.all()))]);
        }
        if chain.family != Family::Both {
            let mut set = PacketSet::all();
            let others = other_addresses(&of_family(chain.family), Span::EVERYWHERE);
            let _fits = set.narrow_address(AddressField::Source, &others);
            found.boxes.append(&mut set.boxes);
        }
        found
    }

    fn other_devices(&self, base: &Base) -> Vec<Span<u16>> {
        let (spans, _) = self.interfaces.spans(&base.devices);
        other_numbers(&spans, Span::ANY)
    }

    /// What rules keep out of the connection tracking. Sure where such a rule stands in a base chain with nothing before
    /// it that decides.
    fn untracked(&self) -> Vec<KeptOut> {
        let mut found = Vec::new();
        for chain in &self.ruleset.chains {
            let mut sure = chain.base.is_some();
            for rule in &chain.rules {
                if !rule.acts.iter().any(|act| matches!(act, Act::Untrack)) {
                    sure &= rule.acts.iter().all(|act| matches!(act, Act::Continue | Act::Hide | Act::Drop));
                    continue;
                }
                let hooks = match &chain.base {
                    Some(base) => vec![base.hook],
                    None => vec![Hook::Prerouting, Hook::Output],
                };
                for hook in hooks {
                    let met = met(rule, self.place(hook, TRACKING - 1), &[]);
                    let plain = sure && met.guards.is_empty() && met.exclusions.is_empty();
                    for (mut set, doubt) in met.variants {
                        let out = [Span::one(Interface::SELF)];
                        let spans =
                            if hook == Hook::Output { out.to_vec() } else { other_numbers(&out, Span::ANY) };
                        let _come = set.narrow_number(NumberField::InInterface, &spans);
                        let _whose = set.narrow_address(AddressField::Source, &of_family(chain.family));
                        let because = format!("whether it is tracked: {}", rule.text);
                        let unsure = (!plain).then_some(Doubt { because, alone: None });
                        let priority = chain.base.as_ref().map_or(i32::MAX, |base| base.priority);
                        found.push(KeptOut { set, doubt: doubt.or(unsure), hook, priority });
                    }
                }
            }
        }
        found
    }
}

fn policy(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Allow => "policy accept",
        Verdict::Deny => "policy drop",
    }
}

/// Whether a stage can do anything to a packet.
fn decides(stage: &Stage) -> bool {
    stage.end == Verdict::Deny
        || stage.steps.iter().any(|step| match step.then {
            Then::End(Verdict::Deny) | Then::Translate { .. } => true,
            Then::End(Verdict::Allow) | Then::Go(_) => false,
        })
}

fn perhaps(test: PacketSet, because: String) -> Step {
    let doubt = Some(Doubt { because, alone: None });
    Step { test, doubt, then: Then::End(Verdict::Deny), otherwise: 1, rule: None }
}

/// The stage for packets of which the file tells nothing.
fn untold(family: Family) -> Stage {
    let (name, because) = match family {
        Family::V6 => ("ip6tables", "the rules for IPv6, which this file does not hold (ip6tables-save)"),
        Family::V4 | Family::Both => {
            ("iptables", "the rules for IPv4, which this file does not hold (iptables-save)")
        }
    };
    let mut set = PacketSet::all();
    let _fits = set.narrow_address(AddressField::Source, &of_family(family));
    Stage {
        name: name.to_string(),
        steps: vec![perhaps(set, because.to_string())],
        end: Verdict::Allow,
        end_name: String::new(),
        ..Stage::default()
    }
}

/// The stage of a hook at which no chain judges.
fn unjudged(hook: Hook, name: &str) -> Stage {
    let itself = [Span::one(Interface::SELF)];
    let others = other_numbers(&itself, Span::ANY);
    let mut set = PacketSet::all();
    let mut narrow = |field: NumberField, spans: &[Span<u16>]| {
        let _fits = set.narrow_number(field, spans);
    };
    match hook {
        Hook::Output => narrow(NumberField::InInterface, &others),
        Hook::Input => narrow(NumberField::OutInterface, &others),
        Hook::Forward | Hook::Ingress | Hook::Prerouting | Hook::Postrouting | Hook::Egress => {
            narrow(NumberField::InInterface, &itself);
            let mut for_itself = PacketSet::all();
            let _leaves = for_itself.narrow_number(NumberField::OutInterface, &itself);
            let _comes = for_itself.narrow_number(NumberField::InInterface, &others);
            set.boxes.append(&mut for_itself.boxes);
        }
    }
    let pass = Step { test: set, doubt: None, then: Then::End(Verdict::Allow), otherwise: 1, rule: None };
    Stage {
        name: name.to_string(),
        steps: vec![pass],
        end: Verdict::Allow,
        end_name: format!("no chain at the hook {name}"),
        ..Stage::default()
    }
}
