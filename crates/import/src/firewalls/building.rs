//! A firewall while it is read: its problems, rules and steps, with their bounds.

use std::rc::Rc;

use model::firewall::{Doubt, Firewall, Interface, Problem, Rule, RuleAction, Step, Then, Verdict};
use model::packets::{AddressField, NumberField, PacketSet, PacketState, Span};

use super::part::Part;

/// Problems that are listed; a last one says that there are more.
pub const PROBLEMS_MAX: usize = 5_000;
/// Interfaces of one configuration.
pub const INTERFACES_MAX: usize = 4_000;
/// Rules of one configuration.
pub const RULES_MAX: usize = 500_000;
/// Boxes of all tests of one configuration; what would be more is widened, and said.
pub const ALL_BOXES_MAX: usize = 2_000_000;
/// Characters of a configuration that a rule or problem repeats.
pub const QUOTE_CHARACTERS_MAX: usize = 240;

/// One service: a protocol with its ports, or ICMP with its types.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Service {
    /// IANA protocol numbers.
    pub protocols: Vec<Span<u16>>,
    /// Source ports.
    pub source_ports: Vec<Span<u16>>,
    /// Destination ports; of ICMP its type times 256 plus its code.
    pub destination_ports: Vec<Span<u16>>,
    /// TCP flags.
    pub flags: Vec<Span<u16>>,
}

impl Service {
    /// Everything.
    pub fn any() -> Service {
        Service {
            protocols: vec![NumberField::Protocol.all()],
            source_ports: vec![Span::ANY],
            destination_ports: vec![Span::ANY],
            flags: vec![NumberField::TcpFlags.all()],
        }
    }

    /// All of one protocol.
    pub fn of_protocol(number: u8) -> Service {
        Service { protocols: vec![Span::one(u16::from(number))], ..Service::any() }
    }

    /// ICMP of these types with any code; `number` is 1 for IPv4, 58 for IPv6.
    pub fn icmp(number: u8, types: Span<u8>) -> Service {
        let spans = vec![Span::new(u16::from(types.first) * 256, u16::from(types.last) * 256 + 255)];
        Service { destination_ports: spans, ..Service::of_protocol(number) }
    }

    /// ICMP of one type and code.
    pub fn icmp_code(number: u8, kind: u8, code: u8) -> Service {
        let spans = vec![Span::one(u16::from_be_bytes([kind, code]))];
        Service { destination_ports: spans, ..Service::of_protocol(number) }
    }
}

/// The services of a rule: those it names for sure, and those it may name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Services {
    /// For sure.
    pub sure: Vec<Service>,
    /// Perhaps, and on what that depends.
    pub maybe: Option<(Vec<Service>, String)>,
}

impl Services {
    /// These for sure.
    pub fn sure(sure: Vec<Service>) -> Services {
        Services { sure, maybe: None }
    }

    /// Everything.
    pub fn any() -> Services {
        Services::sure(vec![Service::any()])
    }

    /// Perhaps these.
    pub fn maybe(services: Vec<Service>, because: impl Into<String>) -> Services {
        Services { sure: Vec::new(), maybe: Some((services, because.into())) }
    }

    /// These as well.
    pub fn add(&mut self, other: Services) {
        self.sure.extend(other.sure);
        match (&mut self.maybe, other.maybe) {
            (Some((mine, _)), Some((more, _))) => mine.extend(more),
            (None, more) => self.maybe = more,
            (Some(_), None) => {}
        }
    }
}

/// What a rule asks of a packet.
#[derive(Debug, Clone)]
pub struct Test {
    /// Interfaces it comes in by; none for any.
    pub from: Option<Vec<Span<u16>>>,
    /// Interfaces it leaves by; none for any.
    pub to: Option<Vec<Span<u16>>>,
    /// Where it comes from.
    pub sources: Rc<Part<u128>>,
    /// Where it goes.
    pub destinations: Rc<Part<u128>>,
    /// What it carries.
    pub services: Rc<Services>,
    /// On what else it depends.
    pub doubt: Option<Doubt>,
}

impl Test {
    /// Every packet.
    pub fn any() -> Test {
        Test {
            from: None,
            to: None,
            sources: Rc::new(Part::everywhere()),
            destinations: Rc::new(Part::everywhere()),
            services: Rc::new(Services::any()),
            doubt: None,
        }
    }

    /// Every packet that comes in by these interfaces.
    pub fn coming_in(interfaces: Vec<u16>) -> Test {
        Test { from: Some(each(interfaces)), ..Test::any() }
    }

    /// Every packet that leaves by these interfaces.
    pub fn leaving(interfaces: Vec<u16>) -> Test {
        Test { to: Some(each(interfaces)), ..Test::any() }
    }

    /// One more thing it depends on, which a configuration does not tell.
    pub fn doubted(mut self, because: impl Into<String>) -> Test {
        self.doubt = self.doubt.or(Some(Doubt { because: because.into(), alone: None }));
        self
    }

    /// One more thing it depends on; a packet alone is not met.
    pub fn missed_alone(mut self, because: impl Into<String>) -> Test {
        self.doubt = self.doubt.or(Some(Doubt { because: because.into(), alone: Some(false) }));
        self
    }
}

/// Numbers as spans.
pub fn each(mut numbers: Vec<u16>) -> Vec<Span<u16>> {
    numbers.sort_unstable();
    model::packets::spans_of(numbers)
}

/// A firewall while it is read.
#[derive(Debug)]
pub struct Building {
    firewall: Firewall,
    boxes: usize,
}

impl Building {
    /// Nothing read yet.
    pub fn new() -> Building {
        let firewall = Firewall { interfaces: Interface::first_two(), ..Firewall::default() };
        Building { firewall, boxes: 0 }
    }

    /// What was read.
    pub fn done(mut self) -> Firewall {
        self.firewall.problems.sort();
        self.firewall
    }

    /// What is being read.
    pub fn firewall(&mut self) -> &mut Firewall {
        &mut self.firewall
    }

    /// The interfaces so far.
    pub fn interfaces(&self) -> &[Interface] {
        &self.firewall.interfaces
    }

    /// Notes what was not understood.
    pub fn problem(&mut self, line: u32, text: impl Into<String>) {
        match self.firewall.problems.len() {
            0..PROBLEMS_MAX => self.firewall.problems.push(Problem { line, text: text.into() }),
            PROBLEMS_MAX => {
                let text = format!("more than {PROBLEMS_MAX} problems; the others are not listed");
                self.firewall.problems.push(Problem { line: 0, text });
            }
            _ => {}
        }
    }

    /// Takes up an interface and tells its number; that of an unknown one when there are too many.
    pub fn interface(&mut self, interface: Interface) -> u16 {
        let place = self.firewall.interfaces.len();
        if place >= INTERFACES_MAX {
            self.problem(0, format!("more than {INTERFACES_MAX} interfaces: {} is left out", interface.name));
            return Interface::OTHER;
        }
        self.firewall.interfaces.push(interface);
        u16::try_from(place).unwrap_or(Interface::OTHER)
    }

    /// The number of an interface by its name or another name of it.
    pub fn interface_number(&self, name: &str) -> Option<u16> {
        let named = |one: &Interface| {
            one.name.eq_ignore_ascii_case(name)
                || one.aliases.iter().any(|alias| alias.eq_ignore_ascii_case(name))
        };
        self.firewall.interfaces.iter().position(named).and_then(|place| u16::try_from(place).ok())
    }

    /// The numbers of all interfaces that the configuration names.
    pub fn interface_numbers(&self) -> std::ops::Range<u16> {
        2..u16::try_from(self.firewall.interfaces.len()).unwrap_or(u16::MAX)
    }

    /// Takes up a rule and tells its place; none when there are too many.
    pub fn rule(&mut self, rule: Rule) -> Option<usize> {
        let place = self.firewall.rules.len();
        if place >= RULES_MAX {
            if place == RULES_MAX {
                self.problem(rule.line, format!("more than {RULES_MAX} rules: the others are left out"));
            }
            return None;
        }
        self.firewall.rules.push(Rule { text: quoted(&rule.text), name: quoted(&rule.name), ..rule });
        Some(place)
    }

    /// Takes up a rule that the product adds and nobody wrote.
    pub fn automatic(&mut self, name: &str, list: &str, action: RuleAction) -> Option<usize> {
        let rule = Rule {
            name: name.to_string(),
            list: list.to_string(),
            action,
            automatic: true,
            ..Rule::default()
        };
        self.rule(rule)
    }

    /// Adds the steps of a test: one for the packets it meets for sure, one for those it may meet.
    pub fn step(&mut self, steps: &mut Vec<Step>, test: &Test, then: &Then, rule: Option<usize>) {
        if test.doubt.is_none() && !test.services.sure.is_empty() {
            let sure = (&test.sources.sure, &test.destinations.sure, test.services.sure.as_slice());
            self.add(steps, test, sure, None, then, rule);
        }
        let Some(doubt) = doubt_of(test) else { return };
        let (sources, destinations) = (test.sources.upper(), test.destinations.upper());
        let mut services = test.services.sure.clone();
        services.extend(test.services.maybe.iter().flat_map(|(services, _)| services.iter().cloned()));
        self.add(steps, test, (&sources, &destinations, &services), Some(doubt), then, rule);
    }

    fn add(
        &mut self,
        steps: &mut Vec<Step>,
        test: &Test,
        parts: (&Vec<Span<u128>>, &Vec<Span<u128>>, &[Service]),
        doubt: Option<Doubt>,
        then: &Then,
        rule: Option<usize>,
    ) {
        let (mut set, whole) = packets(test, parts, ALL_BOXES_MAX.saturating_sub(self.boxes));
        if set.is_none() {
            return;
        }
        let doubt = match (doubt, whole) {
            (None, false) => Some(Doubt { because: "its parts are too many".to_string(), alone: None }),
            (doubt, _) => doubt,
        };
        set.boxes.shrink_to_fit();
        self.boxes += set.boxes.len();
        let otherwise = steps.len() + 1;
        steps.push(Step { test: set, doubt, then: then.clone(), otherwise, rule });
    }
}

/// On what a test depends, if anything.
fn doubt_of(test: &Test) -> Option<Doubt> {
    let parts = [&test.sources.maybe, &test.destinations.maybe];
    let because = parts
        .into_iter()
        .filter_map(|maybe| maybe.as_ref().map(|(_, because)| because))
        .chain(test.services.maybe.as_ref().map(|(_, because)| because))
        .next();
    let part = because.map(|because| Doubt { because: because.clone(), alone: None });
    match (&test.doubt, part) {
        // Two things it depends on: nothing is known of a packet alone, unless one of them alone rules it out.
        (Some(doubt), Some(_)) if doubt.alone != Some(false) => Some(Doubt { alone: None, ..doubt.clone() }),
        (Some(doubt), _) => Some(doubt.clone()),
        (None, part) => part,
    }
}

/// The packets of a test, and whether these are exactly those.
fn packets(
    test: &Test,
    (sources, destinations, services): (&Vec<Span<u128>>, &Vec<Span<u128>>, &[Service]),
    boxes_left: usize,
) -> (PacketSet, bool) {
    let mut boxes = Vec::new();
    let mut whole = true;
    for service in services {
        let left = boxes_left.saturating_sub(boxes.len());
        if left == 0 {
            return (PacketSet::all(), false);
        }
        let mut set = PacketSet::all();
        let fits = |set: &PacketSet, spans: usize| set.boxes.len().saturating_mul(spans) <= left;
        let mut numbers = vec![
            (NumberField::Protocol, &service.protocols),
            (NumberField::DestinationPort, &service.destination_ports),
            (NumberField::SourcePort, &service.source_ports),
            (NumberField::TcpFlags, &service.flags),
        ];
        numbers.extend(test.from.iter().map(|spans| (NumberField::InInterface, spans)));
        numbers.extend(test.to.iter().map(|spans| (NumberField::OutInterface, spans)));
        for (field, spans) in numbers {
            whole &= fits(&set, spans.len()) && set.narrow_number(field, spans);
        }
        for (field, spans) in [(AddressField::Source, sources), (AddressField::Destination, destinations)] {
            whole &= fits(&set, spans.len()) && set.narrow_address(field, spans);
        }
        // Of two families in one rule only the pairs of one family are packets.
        set.boxes.retain(|one| {
            let [source, destination] = one.addresses;
            let four = |span: Span<u128>| Span::IPV4.covers(span);
            let six = |span: Span<u128>| span.both(Span::IPV4).is_none();
            !(four(source) && six(destination) || six(source) && four(destination))
        });
        boxes.append(&mut set.boxes);
    }
    (PacketSet { boxes }, whole)
}

/// Steps that only packets of `guard` come to: `inside` adds them.
pub fn guarded(
    building: &mut Building,
    steps: &mut Vec<Step>,
    guard: PacketSet,
    inside: impl FnOnce(&mut Building, &mut Vec<Step>),
) {
    let at = steps.len();
    steps.push(Step { test: guard, doubt: None, then: Then::Go(at + 1), otherwise: at + 1, rule: None });
    inside(building, steps);
    let beyond = steps.len();
    if let Some(step) = steps.get_mut(at) {
        step.otherwise = beyond;
    }
}

/// The packets of a test as they are, for a guard.
pub fn guard(building: &mut Building, test: &Test) -> PacketSet {
    let mut one = Vec::new();
    building.step(&mut one, test, &Then::Go(0), None);
    one.into_iter().next().map(|step| step.test).unwrap_or_default()
}

/// The first step of a stage that remembers conversations: what belongs to one that was let through is asked no rule.
pub fn known_conversations(building: &mut Building) -> Step {
    let rule = building.automatic("known conversation", "automatic", RuleAction::Allow);
    let mut test = PacketSet::all();
    let known = Span::new(PacketState::Established.number(), PacketState::Related.number());
    // One span narrows one box to one box.
    let _ = test.narrow_number(NumberField::State, &[known]);
    Step { test, doubt: None, then: Then::End(Verdict::Allow), otherwise: 1, rule }
}

/// Interfaces that packets pass through: all but the firewall itself.
pub fn not_itself() -> Vec<Span<u16>> {
    vec![Span::one(Interface::OTHER), Span::new(Interface::SELF + 1, u16::MAX)]
}

/// So much of a text as a rule or problem repeats.
pub fn quoted(text: &str) -> String {
    let text = text.trim();
    match text.char_indices().nth(QUOTE_CHARACTERS_MAX) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_string(),
    }
}
