//! Whatever is told, in whatever order and number: a plant comes out, within the bounds.

use std::net::{IpAddr, Ipv4Addr};

use inventory::{
    BINDINGS_MAX, FACT_CHARS_MAX, FACTS_MAX, GIVEN_NAMES_MAX, Inventory, OPERATIONS_MAX, UNITS_MAX,
};
use model::{
    Attribute, Certainty, Code, Confidence, CredentialSighting, Endpoint, Ends, Evidence, Family, FlowId,
    Host, IdentitySighting, Mac, Object, Observer, Operation, OperationSighting, Path, Protection, Side,
    Sighting, Step, Subject, Timestamp, Transport, Weakness,
};

/// A linear congruential generator, so that a failure can be repeated.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }

    fn pick<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.roll(all.len() as u64) as usize]
    }

    fn mac(&mut self) -> Mac {
        let last = self.roll(40) as u8;
        self.pick(&[
            Mac([0, 0x1b, 0x1b, 0, 0, last]),
            Mac([0, 0, 0x5e, 0, 1, last]),
            Mac([0xff; 6]),
            Mac([0; 6]),
        ])
    }

    fn ip(&mut self) -> IpAddr {
        let octet = |dice: &mut Dice| dice.pick(&[0, 1, 8, 10, 93, 172, 192, 224, 255]);
        let (a, b) = (octet(self), octet(self));
        IpAddr::V4(Ipv4Addr::new(a, b, self.roll(3) as u8, self.roll(256) as u8))
    }

    fn host(&mut self) -> Host {
        if self.roll(4) == 0 { Host::Mac(self.mac()) } else { Host::Ip(self.ip()) }
    }

    fn at(&mut self) -> Timestamp {
        let wild = [i64::MIN, i64::MAX, 0, -1];
        if self.roll(50) == 0 { Timestamp(self.pick(&wild)) } else { Timestamp(self.roll(1 << 40) as i64) }
    }

    fn text(&mut self) -> String {
        let parts = [
            "PLC",
            "\0",
            "6ES7 315-2FJ14",
            "10.0.0.1",
            "00:1b:1b:00:00:01",
            "ä\u{202e}",
            " ",
            "router",
            "Siemens",
        ];
        let many = if self.roll(20) == 0 { 500 } else { 1 };
        format!("{}{}", self.pick(&parts), self.roll(500)).repeat(many)
    }
}

#[test]
fn any_order_of_events_gives_a_plant() {
    for seed in 0..30 {
        let mut dice = Dice(seed);
        let mut inventory = Inventory::new();
        for _ in 0..4000 {
            event(&mut dice, &mut inventory);
        }
        let mut other = Inventory::new();
        (0..500).for_each(|_| event(&mut dice, &mut other));
        inventory.merge(other);
        let plant = inventory.finish();
        for asset in &plant.assets {
            assert_eq!(plant.asset(asset.id).map(|a| a.id), Some(asset.id));
            assert!(asset.facts.len() <= FACTS_MAX * (asset.ips.len() + asset.macs.len() + BINDINGS_MAX));
            assert!(asset.facts.iter().all(|f| f.value.chars().count() <= FACT_CHARS_MAX.max(40)));
            assert!((0.0..=1.0).contains(&asset.level.confidence));
            assert!(asset.zone.is_some());
            assert!(asset.ips.iter().all(|ip| Host::Ip(*ip).is_unicast()));
        }
        for c in &plant.conversations {
            assert!(c.packets >= c.packets_sent && c.packets > 0);
            assert!(c.operations.len() <= OPERATIONS_MAX + 2 && c.units.len() <= UNITS_MAX);
            for id in [c.initiator_asset, c.responder_asset].into_iter().flatten() {
                assert!(plant.asset(id).is_some());
            }
        }
    }
}

fn event(dice: &mut Dice, inventory: &mut Inventory) {
    let flow = FlowId(if dice.roll(500) == 0 { u32::MAX } else { dice.roll(60) as u32 });
    let (side, at) = (dice.pick(&[Side::A, Side::B]), dice.at());
    match dice.roll(12) {
        0 => {
            let port = dice.pick(&[502, 102, 80, 50_000, 40_000]);
            let (a, b) = (dice.host(), dice.host());
            let transport = dice.pick(Transport::ALL);
            let ends =
                Ends { transport, a: Endpoint { host: a, port: 50_001 }, b: Endpoint { host: b, port } };
            inventory.opened(flow, &ends, at);
        }
        1 => inventory.oriented(flow, side, dice.pick(Evidence::ALL)),
        2..=4 => inventory.carried(flow, side, at, dice.roll(1500) as u32),
        5 => {
            let path = Path {
                from: Some(dice.mac()),
                to: Some(dice.mac()),
                vlan: Some(dice.roll(4096) as u16),
                hops_left: Some(dice.roll(256) as u8),
            };
            inventory.path(flow, side, &path);
        }
        6 => inventory.recognised(flow, "x", dice.pick(Family::ALL), dice.pick(Certainty::ALL)),
        7 => inventory.closed(flow),
        8 => inventory.claimed(dice.ip(), dice.mac(), None, at),
        9 => {
            let (text, host) = (dice.text(), dice.host());
            let identity = IdentitySighting {
                subject: dice.pick(&[Subject::Sender, Subject::Receiver, Subject::Other(host)]),
                attribute: dice.pick(Attribute::ALL),
                value: &text,
                source: "test",
                confidence: dice.pick(Confidence::ALL),
            };
            inventory.sighting(flow, side, at, &Sighting::Identity(identity));
        }
        10 => {
            let text = dice.text();
            let credential = CredentialSighting {
                kind: "password",
                user: Some(&text),
                protection: dice.pick(Protection::ALL),
                weakness: dice.pick(Weakness::ALL),
            };
            inventory.sighting(flow, side, at, &Sighting::Credential(credential));
        }
        _ => {
            let first = dice.roll(1 << 31);
            let operation = OperationSighting {
                operation: dice.pick(Operation::ALL),
                name: "op",
                code: Code::Decimal(dice.roll(100_000) as u32),
                unit: Some(dice.roll(100_000) as u32),
                object: Object::Range { space: "r", first, last: dice.pick(&[0, first, u64::MAX]) },
                step: dice.pick(Step::ALL),
            };
            inventory.sighting(flow, side, at, &Sighting::Operation(operation));
        }
    }
}

#[test]
fn names_that_captures_give_without_end_are_bounded() {
    let beyond = 1_000_u32;
    let mut parts = [Inventory::new(), Inventory::new()];
    for n in 0..GIVEN_NAMES_MAX as u32 + beyond {
        let ip = IpAddr::V4(Ipv4Addr::from(0x0a00_0001 + n));
        if Host::Ip(ip).is_unicast() {
            parts[n as usize % 2].named(ip, "host");
        }
    }
    let [mut whole, other] = parts;
    whole.merge(other);
    let plant = whole.finish();
    assert!(plant.assets.is_empty(), "names make no assets");
    // A last octet of 255 is taken as a broadcast address, so one address of 256 is not named.
    let named = (0..GIVEN_NAMES_MAX as u32 + beyond).filter(|n| (n + 1) % 256 != 255).count();
    assert_eq!(plant.limits.facts_dropped as usize, named.saturating_sub(GIVEN_NAMES_MAX));
}
