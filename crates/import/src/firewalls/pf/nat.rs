//! Port forwards and one-to-one translations: where a packet goes before the rules are asked (OPNsense and pfSense
//! manuals, Port Forwarding, 1:1 NAT). Outbound translation changes the source behind the rules and opens nothing.

use std::rc::Rc;

use model::firewall::{Rule, RuleAction, Stage, Step, Then, Verdict};
use model::packets::{Span, other_numbers};

use super::places::Going;
use super::rules::{Direction, PfRule, TRANSLATION};
use super::sides::Names;
use super::xml::Node;
use crate::firewalls::addresses::{Family, network};
use crate::firewalls::building::{Building, Service, Services, Test, each};
use crate::firewalls::part::Part;

/// Addresses or ports of one translation that are followed one by one; of more, only the range is known.
const EACH_MAX: u128 = 256;

/// The stage of all translations, and the rules that they bring along.
pub fn read(root: Node, names: &mut Names, building: &mut Building) -> (Option<Stage>, Vec<PfRule>) {
    let mut reader = Reader { names, building, steps: Vec::new(), rules: Vec::new() };
    let reflects = root.child("system").is_some_and(|system| {
        system.child("enablenatreflectionpurenat").is_some()
            || matches!(system.value("enablenatreflection"), "purenat" | "yes" | "proxy")
    });
    let nat = root.child("nat");
    // Port forwards come before one-to-one translations.
    for rule in nat.into_iter().flat_map(|nat| nat.children("rule")) {
        reader.forward(rule, reflects);
    }
    for rule in nat.into_iter().flat_map(|nat| nat.children("onetoone")) {
        reader.one_to_one(rule, rule.value("external"), rule.child("source"));
    }
    let newer = root.at("OPNsense/Firewall/Filter/onetoone");
    for rule in newer.into_iter().flat_map(|list| list.children("rule")) {
        if rule.value("enabled") != "0" {
            reader.newer_one_to_one(rule);
        }
    }
    let Reader { mut steps, rules, .. } = reader;
    let count = steps.len();
    for step in &mut steps {
        if let Then::Translate { go, .. } | Then::Go(go) = &mut step.then {
            *go = count;
        }
    }
    let end_name = "not translated".to_string();
    let stage = Stage { name: "nat".to_string(), steps, end: Verdict::Allow, end_name, ..Stage::default() };
    (Some(stage).filter(|stage| !stage.steps.is_empty()), rules)
}

struct Reader<'a> {
    names: &'a mut Names,
    building: &'a mut Building,
    steps: Vec<Step>,
    rules: Vec<PfRule>,
}

impl Reader<'_> {
    fn rule(&mut self, node: Node, text: String) -> Option<usize> {
        let name = match node.value("descr") {
            "" => text.clone(),
            description => format!("nat {description}"),
        };
        self.building.rule(Rule {
            name,
            list: "nat".to_string(),
            line: node.line(),
            text,
            action: RuleAction::Translate,
            disabled: node.has("disabled"),
            ..Rule::default()
        })
    }

    fn forward(&mut self, node: Node, reflects: bool) {
        let port = |side: &str| node.child(side).map_or("", |side| side.value("port"));
        let text = format!(
            "port forward on {} {} port {} to {} port {}",
            node.value("interface"),
            node.value("protocol"),
            port("destination"),
            node.value("target"),
            node.value("local-port")
        );
        let rule = self.rule(node, text.clone());
        if node.has("disabled") {
            return;
        }
        if let Err(why) = self.forward_steps(node, &text, rule, reflects) {
            self.building.problem(node.line(), format!("{text} is not loaded: {why}"));
        }
    }

    fn forward_steps(
        &mut self,
        node: Node,
        text: &str,
        rule: Option<usize>,
        reflects: bool,
    ) -> Result<(), String> {
        let family = match node.value("ipprotocol") {
            "inet6" => Family::Six,
            "inet46" => Family::Both,
            _ => Family::Four,
        };
        let port = |side: &str| node.child(side).map_or("", |side| side.value("port"));
        let sources = self.names.side(node.child("source"), family, Going::Anywhere)?;
        let destinations = self.names.side(node.child("destination"), family, Going::Anywhere)?;
        let ports = (port("source"), port("destination"));
        let services = self.names.services(node.value("protocol"), family, ("", ""), ports)?;
        let from = self.interfaces(node)?;
        let test = Test {
            from: from.clone(),
            sources: Rc::new(sources),
            destinations: Rc::new(destinations),
            services: Rc::new(services),
            ..Test::any()
        };
        if node.has("nordr") {
            // Such packets are kept from the translations that follow.
            self.building.step(&mut self.steps, &test, &Then::Go(0), rule);
            return Ok(());
        }
        let target = self.names.addresses(node.value("target"), family, Going::Anywhere)?;
        let Some(real) = hull(&target) else { return Err(format!("{text} leads nowhere")) };
        let inner = self.names.ports(node.value("local-port"))?;
        let inner = inner.map(|part| part.upper()).and_then(|spans| spans.first().copied());
        let test = if target.maybe.is_some() {
            test.doubted(format!("the addresses of {}", node.value("target")))
        } else {
            test
        };
        self.translate(&test, real, inner, rule);
        // Reflection: the same for those who ask from other interfaces.
        let own = node.value("natreflection");
        if (own.is_empty() && reflects || matches!(own, "purenat" | "enable"))
            && let Some(from) = from
        {
            let others = other_numbers(&from, Span::ANY);
            let test = Test { from: Some(others), ..test.clone() }.doubted("NAT reflection");
            self.translate(&test, real, inner, rule);
        }
        self.brings(node, &test, &target, inner);
        Ok(())
    }

    fn interfaces(&self, node: Node) -> Result<Option<Vec<Span<u16>>>, String> {
        let mut numbers = Vec::new();
        for name in node.value("interface").split([',', ' ']).filter(|name| !name.is_empty()) {
            let known = self.names.places.numbers(name);
            numbers.extend(known.ok_or(format!("interface {name} is not there or not switched on"))?);
        }
        Ok(Some(each(numbers)).filter(|spans| !spans.is_empty()))
    }

    /// `pass` lets what is translated through without rules; `rule` in the newer list adds a rule behind all others.
    fn brings(&mut self, node: Node, test: &Test, target: &Part<u128>, inner: Option<Span<u16>>) {
        let (priority, name) = match (node.value("associated-rule-id"), node.value("pass")) {
            ("pass", _) | (_, "pass") => (0, "pass of a port forward"),
            (_, "rule") => (TRANSLATION, "rule of a port forward"),
            _ => return,
        };
        let rule = self.building.rule(Rule {
            name: format!("{name}: {}", node.value("descr")),
            list: "nat".to_string(),
            line: node.line(),
            text: name.to_string(),
            action: RuleAction::Allow,
            automatic: true,
            ..Rule::default()
        });
        let services = test.services.sure.iter().map(|service| Service {
            destination_ports: inner.map_or(service.destination_ports.clone(), |inner| {
                let ports = service.destination_ports.first();
                let count = ports.map_or(0, |span| span.last - span.first);
                vec![Span::new(inner.first, inner.first.saturating_add(count).max(inner.last))]
            }),
            ..service.clone()
        });
        let translated = Test {
            from: None,
            destinations: Rc::new(target.clone()),
            services: Rc::new(Services::sure(services.collect())),
            ..test.clone()
        };
        self.rules.push(PfRule {
            priority,
            verdict: Some(Verdict::Allow),
            quick: true,
            direction: Direction::In,
            interfaces: test.from.clone(),
            tests: vec![translated],
            tag: None,
            tagged: None,
            first: false,
            rule,
        });
    }

    /// The steps of one translation: port by port where both ends are known.
    fn translate(&mut self, test: &Test, real: Span<u128>, inner: Option<Span<u16>>, rule: Option<usize>) {
        let Some(inner) = inner else {
            let then = Then::Translate { destination: Some(real), port: None, go: 0 };
            return self.building.step(&mut self.steps, test, &then, rule);
        };
        for service in &test.services.sure {
            for outer in &service.destination_ports {
                let count = outer.last - outer.first;
                let with = |span: Span<u16>| Test {
                    services: Rc::new(Services::sure(vec![Service {
                        destination_ports: vec![span],
                        ..service.clone()
                    }])),
                    ..test.clone()
                };
                let last = inner.first.saturating_add(count);
                if *outer == Span::new(inner.first, last) {
                    let then = Then::Translate { destination: Some(real), port: None, go: 0 };
                    self.building.step(&mut self.steps, &with(*outer), &then, rule);
                } else if u128::from(count) < EACH_MAX {
                    for n in 0..=count {
                        let port = Some(Span::one(inner.first.saturating_add(n)));
                        let then = Then::Translate { destination: Some(real), port, go: 0 };
                        self.building.step(&mut self.steps, &with(Span::one(outer.first + n)), &then, rule);
                    }
                } else {
                    let port = Some(Span::new(inner.first, last));
                    let then = Then::Translate { destination: Some(real), port, go: 0 };
                    self.building.step(&mut self.steps, &with(*outer), &then, rule);
                }
            }
        }
        if let Some((services, because)) = &test.services.maybe {
            let test = Test { services: Rc::new(Services::maybe(services.clone(), because)), ..test.clone() };
            let then = Then::Translate { destination: Some(real), port: Some(inner), go: 0 };
            self.building.step(&mut self.steps, &test, &then, rule);
        }
    }

    fn one_to_one(&mut self, node: Node, external: &str, source: Option<Node>) {
        let rule = self.rule(node, format!("one to one: {external}"));
        if node.has("disabled") {
            return;
        }
        let inner = self.names.side(source, Family::Both, Going::Anywhere);
        self.mapped(node, external, inner, rule);
    }

    fn newer_one_to_one(&mut self, node: Node) {
        let external = node.value("external");
        let rule = self.rule(node, format!("one to one: {external}"));
        let inner = self.names.addresses(node.value("source_net"), Family::Both, Going::Anywhere);
        self.mapped(node, external, inner, rule);
    }

    /// A network of outer addresses, each of which stands for the inner one at its place.
    fn mapped(&mut self, node: Node, external: &str, inner: Result<Part<u128>, String>, rule: Option<usize>) {
        let place = self.names.places.numbers(node.value("interface"));
        let base = network(external.split('/').next().unwrap_or_default());
        let (Some(from), Some(base), Ok(inner)) = (place, base, inner) else {
            return self
                .building
                .problem(node.line(), format!("one to one {external} is not understood: left out"));
        };
        let Some(real) = hull(&inner).filter(|_| inner.maybe.is_none()) else {
            return self
                .building
                .problem(node.line(), format!("one to one {external} is not understood: left out"));
        };
        let count = real.last - real.first;
        let to = |first: u128, last: u128| Test {
            destinations: Rc::new(Part::one(Span::new(first, last))),
            ..Test::coming_in(from.clone())
        };
        if count < EACH_MAX {
            for n in 0..=count {
                let then =
                    Then::Translate { destination: Some(Span::one(real.first + n)), port: None, go: 0 };
                let outer = base.first.saturating_add(n);
                self.building.step(&mut self.steps, &to(outer, outer), &then, rule);
            }
            return;
        }
        let then = Then::Translate { destination: Some(real), port: None, go: 0 };
        self.building.step(&mut self.steps, &to(base.first, base.first.saturating_add(count)), &then, rule);
    }
}

/// From the lowest to the highest address.
fn hull(part: &Part<u128>) -> Option<Span<u128>> {
    part.upper().into_iter().reduce(|a, b| Span::new(a.first.min(b.first), a.last.max(b.last)))
}
