//! One policy in several dialects: what one answers, the others answer as well.

use std::fs;
use std::path::Path;

use import::read_firewall;
use model::firewall::Firewall;
use model::packets::{NumberField, PacketBox, PacketState, Span, TcpFlags};

use crate::walk;

const PACKETS: usize = 20_000;

fn plant(path: &str) -> Firewall {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/firewalls").join(path);
    read_firewall(&fs::read_to_string(path).unwrap()).unwrap()
}

/// The rules of ASA, IOS and OPNsense are asked where a packet comes in; they name no interface that it leaves by.
#[test]
fn asa_ios_and_opnsense_agree() {
    let plants = [plant("asa/plant-a.cfg"), plant("ios/plant-a.cfg"), plant("opnsense/plant-a.xml")];
    let names = ["ent", "dmz", "ops", "cell1", "cell2"];
    let hosts = [0x0a0a_1400_u32, 0x0a23_0000, 0x0a1e_0000, 0x0a14_0100, 0x0a14_0200];
    let ports = [22, 80, 102, 123, 161, 162, 443, 502, 1433, 2222, 3389, 5450, 8530, 8531, 8532, 44818];
    let mut seed = 0x9e37_79b9_7f4a_7c15_u64;
    let mut random = move |below: usize| {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        (seed >> 16) as usize % below
    };
    let mut allowed = 0;
    for _ in 0..PACKETS {
        let (from, to) = (random(5), random(5));
        if from == to {
            continue;
        }
        let host = |zone: usize, random: &mut dyn FnMut(usize) -> usize| {
            let known = [5, 7, 10, 11, 15, 20, 30, 40, 50, 200, 1 + random(250)];
            Span::one(0xffff_0000_0000_u128 | u128::from(hosts[zone]) | known[random(known.len())] as u128)
        };
        let mut packet = PacketBox::all();
        packet.addresses = [host(from, &mut random), host(to, &mut random)];
        let mut set = |field: NumberField, number: u16| packet.numbers[field as usize] = Span::one(number);
        set(NumberField::Protocol, [6, 6, 17, 1][random(4)]);
        set(NumberField::DestinationPort, if random(8) == 0 { 8 * 256 } else { ports[random(ports.len())] });
        set(NumberField::SourcePort, 50_000);
        set(NumberField::State, PacketState::New.number());
        set(NumberField::TcpFlags, u16::from(TcpFlags::SYN.0));
        let answers: Vec<_> = plants
            .iter()
            .map(|plant| {
                let number = |name: &str| {
                    let place = plant
                        .interfaces
                        .iter()
                        .position(|one| one.name == name || one.aliases.iter().any(|alias| alias == name));
                    Span::one(place.unwrap() as u16)
                };
                let mut packet = packet;
                packet.numbers[NumberField::InInterface as usize] = number(names[from]);
                packet.numbers[NumberField::OutInterface as usize] = number(names[to]);
                walk::ask(plant, &packet).verdict
            })
            .collect();
        assert!(
            answers.iter().all(|answer| *answer == answers[0] && answer.is_some()),
            "{packet:?}: {answers:?}"
        );
        allowed += usize::from(answers[0] == Some(model::firewall::Verdict::Allow));
    }
    assert!(allowed > 50, "{allowed} packets pass");
}
