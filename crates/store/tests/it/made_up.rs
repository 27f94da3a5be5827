//! A made-up plant, as a report would bring it.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, Ipv4Addr};

use model::{
    Asset, AssetId, Attribute, Certainty, Code, Confidence, Conversation, Evidence, Fact, Family, Host,
    Level, LevelJudgement, Mac, Operation, OperationCount, Plant, Protection, Role, Timestamp, Transport,
};

pub const SECOND: i64 = 1_000_000_000;
pub const DAY: i64 = 86_400 * SECOND;
/// Monday, 2026-11-23, 12:00 UTC.
pub const MONDAY: i64 = 20_780 * DAY + DAY / 2;

pub fn mac(number: u32) -> Mac {
    let [a, b, c, d] = number.to_be_bytes();
    Mac([0x00, 0x1b, a, b, c, d])
}

pub fn ip(number: u32) -> IpAddr {
    IpAddr::V4(Ipv4Addr::from_bits(0x0a00_0000 + number))
}

pub fn fact(attribute: Attribute, value: &str, at: i64) -> Fact {
    let (first, last) = (Timestamp(at), Timestamp(at));
    Fact {
        attribute,
        value: value.to_string(),
        source: "S7 SZL 0x001C",
        confidence: Confidence::Stated,
        first,
        last,
    }
}

/// Asset number `number`, seen at `at`.
pub fn asset(number: u32, at: i64) -> Asset {
    Asset {
        id: AssetId(number),
        macs: BTreeSet::from([mac(number)]),
        ips: BTreeSet::from([ip(number)]),
        vlans: BTreeSet::from([10]),
        facts: vec![fact(Attribute::Vendor, "Siemens", at), fact(Attribute::Firmware, "V3.2.6", at)],
        roles: vec![Role::Controller],
        role_reasons: Vec::new(),
        level: LevelJudgement::inferred(Level::Control, 0.8, Vec::new()),
        zone: Some("z-10-0-0-0-24".to_string()),
        safety: false,
        protocols: BTreeMap::from([("s7comm", true)]),
        packets_sent: 10,
        first: Timestamp(at),
        last: Timestamp(at),
        silent: false,
        routed: false,
    }
}

pub fn operation(operation: Operation, name: &'static str, requests: u64, at: i64) -> OperationCount {
    OperationCount {
        operation,
        name,
        code: Code::Hex8(4),
        by_initiator: true,
        requests,
        answers: requests,
        failures: 0,
        first: Timestamp(at),
        last: Timestamp(at),
        objects: vec!["DB1 0..3".to_string()],
        more_objects: false,
    }
}

/// Assets by number, which one calls another on a port.
pub fn conversation(from: u32, to: u32, port: u16, at: i64) -> Conversation {
    Conversation {
        initiator: Host::Ip(ip(from)),
        responder: Host::Ip(ip(to)),
        evidence: Evidence::Start,
        initiator_asset: None,
        responder_asset: None,
        transport: Transport::Tcp,
        port,
        protocol: "s7comm",
        family: Family::Control,
        certainty: Certainty::Content,
        applications: BTreeSet::new(),
        packets: 20,
        bytes: 2000,
        packets_sent: 10,
        flows: 1,
        first: Timestamp(at),
        last: Timestamp(at),
        protection: Protection::Clear,
        versions: BTreeSet::new(),
        operations: vec![operation(Operation::Read, "read var", 5, at)],
        units: BTreeSet::new(),
        credentials: Vec::new(),
        malformed: 0,
        malformed_reason: None,
    }
}

/// A plant of these assets and conversations; the ends of conversations are found by address.
pub fn plant(assets: Vec<Asset>, mut conversations: Vec<Conversation>) -> Plant {
    let assets: Vec<Asset> =
        (1..).zip(assets).map(|(number, asset)| Asset { id: AssetId(number), ..asset }).collect();
    let by_address: BTreeMap<IpAddr, AssetId> =
        assets.iter().flat_map(|asset| asset.ips.iter().map(|ip| (*ip, asset.id))).collect();
    for talk in &mut conversations {
        let by = |host: Host| by_address.get(&host.ip().unwrap()).copied();
        (talk.initiator_asset, talk.responder_asset) = (by(talk.initiator), by(talk.responder));
    }
    Plant { assets, conversations, ..Plant::default() }
}

/// Two that talk, as they are heard at `at`.
pub fn pair(at: i64) -> Plant {
    plant(vec![asset(1, at), asset(2, at)], vec![conversation(1, 2, 102, at)])
}
