//! Walks one packet through the steps of a firewall: the plainest reading of what they mean, for tests alone.

use std::net::IpAddr;

use model::firewall::{Firewall, Interface, Step, Then, Verdict};
use model::packets::{AddressField, NumberField, PacketBox, PacketState, Span, TcpFlags};

/// What becomes of a packet: none when it cannot be told, and who decides.
pub struct Answer {
    pub verdict: Option<Verdict>,
    pub rule: String,
    pub line: u32,
}

#[derive(Clone)]
struct Way {
    packet: PacketBox,
    rule: Option<usize>,
    end: String,
    open: bool,
}

/// Asks for the packet.
pub fn ask(firewall: &Firewall, packet: &PacketBox) -> Answer {
    let mut ways = vec![Way { packet: *packet, rule: None, end: String::new(), open: false }];
    let mut denied: Vec<Way> = Vec::new();
    for stage in &firewall.stages {
        let mut after = Vec::new();
        for way in ways {
            let mut open = vec![(0_usize, way)];
            while let Some((at, way)) = open.pop() {
                assert!(open.len() + after.len() < 4096, "too many ways");
                let Some(step) = stage.steps.get(at) else {
                    let ended = Way { end: stage.end_name.clone(), ..way };
                    match stage.end {
                        Verdict::Allow => after.push(ended),
                        Verdict::Deny => denied.push(Way { rule: None, ..ended }),
                    }
                    continue;
                };
                let (met, missed) = meets(step, &way.packet);
                let both = met && missed;
                if missed {
                    open.push((forward(step.otherwise, at), Way { open: way.open || both, ..way.clone() }));
                }
                if met {
                    let way = Way { open: way.open || both, ..way };
                    match &step.then {
                        Then::Go(to) => open.push((forward(*to, at), way)),
                        Then::Translate { destination, port, go } => {
                            let mut packet = way.packet;
                            if let Some(destination) = destination {
                                packet.addresses[AddressField::Destination as usize] = *destination;
                            }
                            if let Some(port) = port {
                                packet.numbers[NumberField::DestinationPort as usize] = *port;
                            }
                            open.push((forward(*go, at), Way { packet, ..way }));
                        }
                        Then::End(verdict) => {
                            // Whom a stage lets pass without a rule it does not concern.
                            let end = match (step.rule, verdict) {
                                (None, Verdict::Allow) => way.end.clone(),
                                (Some(_), _) | (None, Verdict::Deny) => stage.end_name.clone(),
                            };
                            let ended = Way { rule: step.rule.or(way.rule), end, ..way };
                            match verdict {
                                Verdict::Allow => after.push(ended),
                                // A denial without a rule is the stage's own.
                                Verdict::Deny => denied.push(Way { rule: step.rule, ..ended }),
                            }
                        }
                    }
                }
            }
        }
        ways = after;
    }
    let all: Vec<(Verdict, &Way)> = denied
        .iter()
        .map(|way| (Verdict::Deny, way))
        .chain(ways.iter().map(|way| (Verdict::Allow, way)))
        .collect();
    let agreed = all.iter().all(|(verdict, _)| *verdict == all[0].0);
    let (verdict, way) = all.iter().find(|(_, way)| !way.open).unwrap_or(&all[0]);
    let rule = way.rule.and_then(|rule| firewall.rules.get(rule));
    Answer {
        verdict: agreed.then_some(*verdict),
        rule: rule.map_or(way.end.clone(), |rule| rule.name.clone()),
        line: rule.map_or(0, |rule| rule.line),
    }
}

/// Steps lead forward alone.
fn forward(to: usize, at: usize) -> usize {
    assert!(to > at, "step {at} leads back to {to}");
    to
}

fn meets(step: &Step, packet: &PacketBox) -> (bool, bool) {
    let met = step.test.boxes.iter().any(|one| one.both(packet).is_some());
    let whole = step.test.boxes.iter().any(|one| one.covers(packet));
    match step.doubt.as_ref().map(|doubt| doubt.alone) {
        Some(None) => (met, true),
        Some(Some(false)) => (false, true),
        Some(Some(true)) | None => (met, !whole),
    }
}

/// The number of an interface; `eth*` stands for all that no rule names in full.
pub fn interface_number(firewall: &Firewall, name: &str) -> u16 {
    let places = || firewall.interfaces.iter().zip(0_u16..);
    let exact = places().find(|(one, _)| {
        one.name.eq_ignore_ascii_case(name)
            || one.aliases.iter().any(|alias| alias.eq_ignore_ascii_case(name))
    });
    let begins = |one: &Interface| one.name.strip_suffix('*').is_some_and(|start| name.starts_with(start));
    let pattern = places().filter(|(one, _)| begins(one)).max_by_key(|(one, _)| one.name.len());
    exact.or(pattern).map_or(Interface::OTHER, |(_, number)| number)
}

/// The packet of one line of a table of questions.
pub fn packet(firewall: &Firewall, cell: &dyn Fn(&str) -> String) -> PacketBox {
    let mut packet = PacketBox::all();
    let address = |name: &str| Span::of_ip(cell(name).parse::<IpAddr>().expect("an address"));
    packet.addresses = [address("src"), address("dst")];
    let interface = |name: &str| {
        let name = cell(name);
        if name.is_empty() {
            return Span::ANY;
        }
        Span::one(interface_number(firewall, &name))
    };
    let port = |name: &str, open: Span<u16>| cell(name).parse::<u16>().map_or(open, Span::one);
    let mut set = |field: NumberField, span: Span<u16>| packet.numbers[field as usize] = span;
    set(NumberField::InInterface, interface("in_if"));
    set(NumberField::OutInterface, interface("out_if"));
    set(NumberField::State, Span::one(PacketState::New.number()));
    let protocol = cell("proto");
    let (name, kind) = protocol.split_once(':').unwrap_or((&protocol, "0"));
    let number = match (
        name,
        packet.addresses[0].first > Span::IPV4.last || packet.addresses[0].last < Span::IPV4.first,
    ) {
        ("tcp", _) => 6,
        ("udp", _) => 17,
        ("icmp", false) => 1,
        ("icmp", true) => 58,
        (other, _) => other.parse::<u16>().expect("a protocol number"),
    };
    let mut set = |field: NumberField, span: Span<u16>| packet.numbers[field as usize] = span;
    set(NumberField::Protocol, Span::one(number));
    if matches!(number, 6 | 17) {
        set(NumberField::SourcePort, port("sport", Span::new(49_152, 65_535)));
        set(NumberField::DestinationPort, port("dport", Span::ANY));
    }
    if matches!(number, 1 | 58) {
        let (kind, code) = kind.split_once('/').unwrap_or((kind, "0"));
        let number = kind.parse::<u16>().expect("a type") * 256 + code.parse::<u16>().expect("a code");
        set(NumberField::DestinationPort, Span::one(number));
    }
    if number == 6 {
        set(NumberField::TcpFlags, Span::one(u16::from(flags(&cell("flags")))));
    }
    packet
}

fn flags(text: &str) -> u8 {
    match text {
        "NEW" | "" => TcpFlags::SYN.0,
        text => text.chars().fold(0, |sum, letter| {
            sum | match letter {
                'S' => TcpFlags::SYN.0,
                'A' => TcpFlags::ACK.0,
                'R' => TcpFlags::RST.0,
                'F' => TcpFlags::FIN.0,
                'P' => TcpFlags::PSH.0,
                'U' => TcpFlags::URG.0,
                other => panic!("{other} is no TCP flag"),
            }
        }),
    }
}
