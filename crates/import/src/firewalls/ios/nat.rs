//! Address translation of IOS, as far as it changes where a packet goes: `ip nat inside source static`, which a packet
//! follows backwards that comes in by an interface with `ip nat outside`. It happens between the inbound and the
//! outbound list (Cisco, NAT Order of Operation).

use model::firewall::{Rule, RuleAction, Stage, Then, Verdict};
use model::packets::Span;

use crate::firewalls::addresses::network;
use crate::firewalls::building::{Building, Service, Services, Test, quoted};
use crate::firewalls::cisco::words::Words;
use crate::firewalls::part::Part;
use crate::firewalls::words;

/// One static translation.
struct Static {
    /// Protocol, global port, local port.
    ports: Option<(u8, u16, u16)>,
    local: Span<u128>,
    global: Part<u128>,
}

/// The stage of all static translations.
pub fn stage(lines: &[(u32, String)], outside: &[u16], building: &mut Building) -> Option<Stage> {
    let mut steps = Vec::new();
    for (line, text) in lines {
        let mut words = Words::of(text);
        words.takes_all(&["ip", "nat"]);
        if !words.takes_all(&["inside", "source"]) {
            if matches!(words.peek(), Some("outside")) {
                building.problem(*line, format!("not read, answers about it may be wrong: {}", quoted(text)));
            }
            continue;
        }
        if !words.takes("static") {
            // Dynamic rules change the source alone.
            continue;
        }
        let Some(one) = read(&mut words, building) else {
            building.problem(*line, format!("not understood, left out: {}", quoted(text)));
            continue;
        };
        let rule = building.rule(Rule {
            name: text.clone(),
            list: "nat".to_string(),
            line: *line,
            text: text.clone(),
            action: RuleAction::Translate,
            ..Rule::default()
        });
        let services = match one.ports {
            Some((protocol, global, _)) => Services::sure(vec![Service {
                destination_ports: vec![Span::one(global)],
                ..Service::of_protocol(protocol)
            }]),
            None => Services::any(),
        };
        let test = Test {
            destinations: one.global.into(),
            services: services.into(),
            ..Test::coming_in(outside.to_vec())
        };
        let port = one.ports.map(|(.., local)| Span::one(local));
        building.step(
            &mut steps,
            &test,
            &Then::Translate { destination: Some(one.local), port, go: 0 },
            rule,
        );
    }
    let count = steps.len();
    for step in &mut steps {
        if let Then::Translate { go, .. } = &mut step.then {
            *go = count;
        }
    }
    let end_name = "not translated".to_string();
    (count > 0).then(|| Stage {
        name: "nat".to_string(),
        steps,
        end: Verdict::Allow,
        end_name,
        ..Stage::default()
    })
}

/// `tcp 10.0.0.5 80 interface Gi0/1 8080`, `10.0.0.5 192.0.2.5`, `network 10.0.0.0 192.0.2.0 /24`.
fn read(words: &mut Words, building: &Building) -> Option<Static> {
    let protocol = match words.peek()? {
        word @ ("tcp" | "udp") => {
            words.word();
            words::protocol(word)
        }
        _ => None,
    };
    if words.takes("network") {
        let (local, global, length) = (words.word()?, words.word()?, words.word()?.trim_start_matches('/'));
        let span = |address: &str| network(&format!("{address}/{length}"));
        return Some(Static { ports: None, local: span(local)?, global: Part::one(span(global)?) });
    }
    let local = network(words.word()?)?;
    let local_port = match protocol {
        Some(_) => Some(words::port(words.word()?)?),
        None => None,
    };
    let global = match words.takes("interface") {
        false => Part::one(network(words.word()?)?),
        true => {
            let name = words.word()?;
            let number = building.interface_number(name)?;
            let interface = building.interfaces().get(usize::from(number))?;
            let own: Vec<Span<u128>> =
                interface.addresses.iter().map(|net| Span::of_ip(net.addr())).collect();
            match own.is_empty() {
                false => Part::sure(own),
                true => Part::maybe(vec![Span::IPV4], format!("the address of {name}")),
            }
        }
    };
    let ports = match (protocol, local_port) {
        (Some(protocol), Some(local)) => Some((protocol, words::port(words.word()?)?, local)),
        _ => None,
    };
    Some(Static { ports, local, global })
}
