//! Address translation of ASA, as far as it changes where a packet goes: static rules, which a packet to the mapped
//! address follows backwards to the real one before it comes to the access lists. Dynamic rules change the source
//! alone and open nothing (Cisco ASA Series Firewall CLI Configuration Guide, Network Address Translation).

use model::firewall::{Interface, Rule, RuleAction, Stage, Step, Then, Verdict};
use model::packets::Span;

use super::quoted;
use crate::firewalls::building::{Building, Service, Services, Test, each};
use crate::firewalls::cisco::objects::Objects;
use crate::firewalls::cisco::words::Words;
use crate::firewalls::part::Part;
use crate::firewalls::words;

/// Addresses of one static rule that are translated one by one; of more, only the range is known.
const EACH_MAX: u128 = 256;
/// Steps of all translations of a configuration.
const STEPS_MAX: usize = 50_000;

/// The lines about translation.
#[derive(Debug, Default)]
pub struct Translations {
    /// `nat (...) source ...`: line and text.
    pub twice: Vec<(u32, String)>,
    /// `nat` within an object: line, object and what stands behind `nat`.
    pub auto: Vec<(u32, String, String)>,
}

/// One translation of destinations.
#[derive(Debug)]
struct Translation {
    line: u32,
    text: String,
    /// Interfaces that the packet comes in by; none for any.
    from: Option<Vec<u16>>,
    /// Where it comes from.
    sources: Part<u128>,
    /// Where it goes to.
    mapped: Part<u128>,
    /// Where it goes instead.
    real: Part<u128>,
    /// Protocol, mapped port, real port, for a rule about one port.
    ports: Option<(u8, u16, u16)>,
}

impl Translations {
    /// The stage of all translations; none when there are none. The order is that of ASA: rules of one's own, those of
    /// objects, those that say `after-auto`.
    pub fn stage(&self, building: &mut Building, objects: &mut Objects) -> Option<Stage> {
        let (mut first, mut last) = (Vec::new(), Vec::new());
        for (line, text) in &self.twice {
            let after = text.split_whitespace().any(|word| word == "after-auto");
            let into = if after { &mut last } else { &mut first };
            twice(*line, text, building, objects, into);
        }
        let mut auto = Vec::new();
        for (line, object, text) in &self.auto {
            automatic(*line, object, text, building, objects, &mut auto);
        }
        // Among those of objects the ones about fewer addresses come first.
        auto.sort_by_key(|one: &Translation| addresses(&one.mapped));
        let mut steps = Vec::new();
        for one in first.iter().chain(&auto).chain(&last) {
            one.steps(building, &mut steps);
        }
        let count = steps.len();
        for step in &mut steps {
            // The first rule that fits is the one that translates.
            if let Then::Translate { go, .. } = &mut step.then {
                *go = count;
            }
        }
        let end_name = "not translated".to_string();
        (!steps.is_empty()).then(|| Stage {
            name: "nat".to_string(),
            steps,
            end: Verdict::Allow,
            end_name,
            ..Stage::default()
        })
    }
}

fn addresses(part: &Part<u128>) -> u128 {
    part.upper().iter().fold(0, |sum, span| sum.saturating_add(span.last - span.first).saturating_add(1))
}

impl Translation {
    fn steps(&self, building: &mut Building, steps: &mut Vec<Step>) {
        let rule = building.rule(Rule {
            name: quoted(&self.text),
            list: "nat".to_string(),
            line: self.line,
            text: self.text.clone(),
            action: RuleAction::Translate,
            ..Rule::default()
        });
        let (Some(mapped), Some(real)) = (self.mapped.sure.first(), self.real.sure.first()) else {
            // What is mapped is not known: any packet may become one to the real address.
            let doubtful = self.mapped.maybe.is_some() || self.real.maybe.is_some();
            if doubtful {
                let span = self.real.upper().first().copied();
                let mapped = self.mapped.clone();
                let test = self.test(mapped).doubted(format!("the addresses of {}", quoted(&self.text)));
                self.step(building, steps, &test, span.unwrap_or(Span::EVERYWHERE), rule);
            }
            return;
        };
        if mapped == real && self.ports.is_none() {
            // Identity: an exception from later rules.
            let test = self.test(self.mapped.clone());
            self.step(building, steps, &test, *real, rule);
            return;
        }
        let one_each = self.mapped.sure.len() == 1 && self.real.sure.len() == 1;
        let count = mapped.last - mapped.first;
        if one_each && count == real.last - real.first && count < EACH_MAX && steps.len() < STEPS_MAX {
            for offset in 0..=count {
                let test = self.test(Part::one(Span::one(mapped.first + offset)));
                self.step(building, steps, &test, Span::one(real.first + offset), rule);
            }
            return;
        }
        let hull =
            self.real.sure.iter().copied().reduce(|a, b| Span::new(a.first.min(b.first), a.last.max(b.last)));
        let test = self.test(self.mapped.clone());
        self.step(building, steps, &test, hull.unwrap_or(*real), rule);
    }

    fn test(&self, mapped: Part<u128>) -> Test {
        let services = match self.ports {
            Some((protocol, mapped_port, _)) => Services::sure(vec![Service {
                destination_ports: vec![Span::one(mapped_port)],
                ..Service::of_protocol(protocol)
            }]),
            None => Services::any(),
        };
        Test {
            from: self.from.clone().map(each),
            sources: self.sources.clone().into(),
            destinations: mapped.into(),
            services: services.into(),
            ..Test::any()
        }
    }

    fn step(
        &self,
        building: &mut Building,
        steps: &mut Vec<Step>,
        test: &Test,
        real: Span<u128>,
        rule: Option<usize>,
    ) {
        let port = self.ports.map(|(.., real)| Span::one(real));
        let then = Then::Translate { destination: Some(real), port, go: 0 };
        building.step(steps, test, &then, rule);
    }
}

/// The pair in brackets: real and mapped interface, none for `any`.
fn interfaces(words: &mut Words, building: &Building) -> Result<[Option<Vec<u16>>; 2], String> {
    let Some(pair) = words.peek().filter(|word| word.starts_with('(')) else { return Ok([None, None]) };
    words.word();
    let inner = pair.trim_start_matches('(').trim_end_matches(')');
    let (real, mapped) = inner.split_once(',').ok_or(format!("{pair} is no pair of interfaces"))?;
    let number = |name: &str| match name {
        "any" => Ok(None),
        name => {
            let number = building.interface_number(name);
            number.map(|number| Some(vec![number])).ok_or(format!("interface {name} is not defined"))
        }
    };
    Ok([number(real)?, number(mapped)?])
}

/// The addresses behind a word of a rule: an object, an interface, or an address.
fn part(word: &str, interface: &Option<Vec<u16>>, building: &Building, objects: &mut Objects) -> Part<u128> {
    if word == "any" {
        return Part::everywhere();
    }
    if word == "interface" {
        let numbers = interface.clone().unwrap_or_default();
        let known = numbers.iter().filter_map(|number| building.interfaces().get(usize::from(*number)));
        let spans: Vec<Span<u128>> =
            known.flat_map(|one: &Interface| &one.addresses).map(|net| Span::of_ip(net.addr())).collect();
        return match spans.is_empty() {
            true => Part::maybe(vec![Span::EVERYWHERE], "the address of an interface"),
            false => Part::sure(spans),
        };
    }
    match crate::firewalls::addresses::network(word) {
        Some(span) => Part::one(span),
        None => (*objects.addresses_of(word)).clone(),
    }
}

fn automatic(
    line: u32,
    object: &str,
    text: &str,
    building: &mut Building,
    objects: &mut Objects,
    into: &mut Vec<Translation>,
) {
    let mut words = Words::of(text);
    let pair = match interfaces(&mut words, building) {
        Ok(pair) => pair,
        Err(what) => return building.problem(line, what),
    };
    match words.word() {
        Some("static") => {}
        Some("dynamic") => return,
        _ => return building.problem(line, format!("not understood, left out: nat {}", quoted(text))),
    }
    let [_, mapped_side] = pair;
    let Some(word) = words.word() else {
        return building.problem(line, "the mapped address is missing".to_string());
    };
    let mapped = part(word, &mapped_side, building, objects);
    let real = (*objects.addresses_of(object)).clone();
    let mut ports = None;
    if words.takes("service") {
        let protocol = words.word().and_then(words::protocol);
        let real_port = words.word().and_then(words::port);
        let mapped_port = words.word().and_then(words::port);
        ports = protocol
            .zip(mapped_port)
            .zip(real_port)
            .map(|((protocol, mapped), real)| (protocol, mapped, real));
        if ports.is_none() {
            return building.problem(line, format!("the ports of nat {} are not understood", quoted(text)));
        }
    }
    let text = format!("object network {object}: nat {text}");
    let sources = Part::everywhere();
    into.push(Translation { line, text, from: mapped_side, sources, mapped, real, ports });
}

fn twice(line: u32, text: &str, building: &mut Building, objects: &mut Objects, into: &mut Vec<Translation>) {
    let mut words = Words::of(text);
    words.word();
    let pair = match interfaces(&mut words, building) {
        Ok(pair) => pair,
        Err(what) => return building.problem(line, what),
    };
    let [real_side, mapped_side] = pair;
    while let Some(word) = words.peek() {
        if word == "source" {
            break;
        }
        words.word();
    }
    let all: Vec<&str> = text.split_whitespace().collect();
    let has = |word: &str| all.contains(&word);
    if has("inactive") {
        let rule = Rule {
            name: quoted(text),
            list: "nat".to_string(),
            line,
            text: text.to_string(),
            action: RuleAction::Translate,
            disabled: true,
            ..Rule::default()
        };
        building.rule(rule);
        return;
    }
    if !words.takes("source") {
        return building.problem(line, format!("not understood, left out: {}", quoted(text)));
    }
    if has("service") {
        let what = format!(
            "{} translates ports by objects, which is not read: answers about them may be wrong",
            quoted(text)
        );
        return building.problem(line, what);
    }
    let is_static = words.takes("static");
    if !is_static {
        words.takes("dynamic");
    }
    let (Some(real), Some(mapped)) = (words.word(), words.word()) else {
        return building.problem(line, format!("not understood, left out: {}", quoted(text)));
    };
    let real = part(real, &real_side, building, objects);
    let mapped = part(mapped, &mapped_side, building, objects);
    let mut sources = Part::everywhere();
    // A packet from the real side that goes to the mapped destination goes to its real one.
    while let Some(word) = words.peek() {
        if word == "destination" {
            break;
        }
        words.word();
    }
    if words.takes_all(&["destination", "static"]) {
        let (Some(to), Some(instead)) = (words.word(), words.word()) else {
            return building.problem(line, format!("not understood, left out: {}", quoted(text)));
        };
        let to = part(to, &real_side, building, objects);
        let instead = part(instead, &mapped_side, building, objects);
        // Backwards: the peer at its real address speaks to the mapped source.
        sources = instead.clone();
        into.push(Translation {
            line,
            text: text.to_string(),
            from: real_side,
            sources: real.clone(),
            mapped: to,
            real: instead,
            ports: None,
        });
    }
    if is_static && !has("unidirectional") {
        let text = text.to_string();
        into.push(Translation { line, text, from: mapped_side, sources, mapped, real, ports: None });
    }
}
