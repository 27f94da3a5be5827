//! Plants written down in a few lines, as an engineer would note them, and findings written back.
//!
//! ```text
//! # what the case shows
//! zone z-3 "Cell 3" level 1 10.0.3.0/24
//! asset 10.0.3.11 level 1 0.9 role controller name "PLC 1" mac 00:1b:1b:00:00:01 zone z-3 safety routed since 60
//! conversation 10.0.4.20 -> 10.0.3.11 tcp/102 s7comm control
//!   frames 40 sent 20 flows 2 seconds 0 60 evidence start protection clear
//!   write "write var" code 0x05 asked 3 done 2 refused 1 object "DB1 0..3" more by-responder
//!   credential password user "admin" clear default by-responder
//!   version "TLS 1.0" obsolete
//!   application "TeamViewer" remote-access
//!   malformed 3 "length beyond the frame"
//! plan
//! firewall closed
//! conflict 10.0.3.11 00:1b:1b:00:00:01 00:1b:1b:00:00:02
//! ```
//!
//! `{1..40}` in the first line of an entry repeats the entry for each number.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::net::IpAddr;

use model::{
    Asset, AssetId, Attribute, Certainty, Code, Confidence, Conversation, ConversationCredential, Evidence,
    Fact, Family, Finding, Host, Level, LevelJudgement, Mac, Operation, OperationCount, Plant, Protection,
    Role, Timestamp, Transport, Weakness, Zone,
};

/// 2026-01-01 00:00:00 UTC, when all cases begin.
const START_SECONDS: i64 = 1_767_225_600;

/// Reads a plant. A word that is not understood stops the test with its line.
pub fn plant(text: &str) -> Plant {
    let mut plant = Plant::default();
    for entry in entries(text) {
        let first = Words::new(&entry[0]);
        let rest: Vec<Words> = entry[1..].iter().map(|line| Words::new(line)).collect();
        match first.clone().next().as_str() {
            "zone" => plant.zones.push(zone(first)),
            "asset" => asset(&mut plant, first),
            "conversation" => plant.conversations.push(conversation(first, rest)),
            // The plan of `plan.toml` beside this file holds for the case: see `findings`.
            "plan" | "firewall" => {}
            "conflict" => plant.address_conflicts.push(conflict(first)),
            other => panic!("unknown entry {other:?}"),
        }
    }
    connect(&mut plant);
    plant
}

/// A plant and its findings; held against the plan beside this file where the case says `plan`.
#[allow(dead_code, reason = "only the cases compare whole texts")]
pub fn findings(text: &str) -> (Plant, Vec<Finding>) {
    let mut plant = plant(text);
    if !text.lines().any(|line| line == "plan") {
        let findings = assess::findings(&plant);
        return (plant, findings);
    }
    let (plan, problems) = import::plan::read(include_str!("plan.toml"));
    assert!(problems.is_empty(), "{problems:?}");
    let mut held = assess::plan::hold(&plan, &mut plant, at(0));
    let enforcers = text.lines().filter_map(|line| line.strip_prefix("firewall ")).map(firewall);
    let enforcers: Vec<assess::plan::Enforcer> = enforcers.collect();
    if !enforcers.is_empty() {
        held.table = assess::plan::table(&held, &plant, &enforcers);
    }
    let findings = assess::findings_against(&plant, &held);
    (plant, findings)
}

/// The firewall between the zones of `plan.toml`, as it is (`exact`), wider or narrower than the plan.
fn firewall(name: &str) -> assess::plan::Enforcer {
    let (_, rules) = [
        ("exact", include_str!("exact.nft")),
        ("open", include_str!("open.nft")),
        ("closed", include_str!("closed.nft")),
    ]
    .into_iter()
    .find(|(known, _)| *known == name)
    .unwrap_or_else(|| panic!("no firewall {name:?}"));
    let firewall = import::read_firewall(rules).expect("a firewall");
    assert!(firewall.problems.is_empty(), "{:?}", firewall.problems);
    assess::plan::Enforcer { name: "border.nft".into(), firewall }
}

/// Writes findings as the expectations hold them.
#[allow(dead_code, reason = "only the cases compare whole texts")]
pub fn written(plant: &Plant, findings: &[&Finding]) -> String {
    let mut text = String::new();
    for finding in findings {
        let names = finding.assets.iter().map(|id| plant.asset(*id).expect("asset").label());
        let names = names.take(6).collect::<Vec<_>>().join(", ");
        let technique = finding.technique.unwrap_or("no technique");
        let assets = finding.assets.len();
        let conversations = finding.conversations.len();
        text += &format!("{} {}: {}\n", finding.severity, finding.id, finding.title);
        text += &format!("  {technique}; {assets} assets: {names}; {conversations} conversations\n");
        text += &format!("  {}\n", finding.detail);
    }
    if text.is_empty() { "nothing\n".to_string() } else { text }
}

/// Entries with their indented lines, comments dropped and `{a..b}` repeated.
fn entries(text: &str) -> Vec<Vec<String>> {
    let mut entries: Vec<Vec<String>> = Vec::new();
    for line in text.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#')) {
        match entries.last_mut() {
            Some(entry) if line.starts_with(' ') => entry.push(line.trim().to_string()),
            _ => entries.push(vec![line.to_string()]),
        }
    }
    entries.into_iter().flat_map(repeated).collect()
}

fn repeated(entry: Vec<String>) -> Vec<Vec<String>> {
    let Some((before, rest)) = entry[0].split_once('{') else { return vec![entry] };
    let (range, after) = rest.split_once('}').expect("closing brace");
    let (first, last) = range.split_once("..").expect("a range");
    let numbers = first.parse::<u32>().expect("number")..=last.parse::<u32>().expect("number");
    let lines = &entry[1..];
    numbers
        .flat_map(|n| {
            let mut copy = vec![format!("{before}{n}{after}")];
            copy.extend(lines.iter().cloned());
            repeated(copy)
        })
        .collect()
}

fn zone(mut words: Words) -> Zone {
    words.next();
    let mut zone = Zone {
        id: words.next(),
        name: words.next(),
        level: None,
        prefixes: Vec::new(),
        vlans: Vec::new(),
        assets: Vec::new(),
    };
    while let Some(word) = words.maybe() {
        match word.as_str() {
            "level" => zone.level = Some(words.code::<Level>()),
            prefix => zone.prefixes.push(prefix.to_string()),
        }
    }
    zone
}

fn asset(plant: &mut Plant, mut words: Words) {
    words.next();
    let id = AssetId(plant.assets.len() as u32 + 1);
    let mut asset = Asset {
        id,
        macs: BTreeSet::new(),
        ips: BTreeSet::new(),
        vlans: BTreeSet::new(),
        facts: Vec::new(),
        roles: Vec::new(),
        role_reasons: Vec::new(),
        level: LevelJudgement::unknown(),
        zone: None,
        safety: false,
        protocols: BTreeMap::new(),
        packets_sent: 1,
        first: at(0),
        last: at(0),
        silent: false,
        routed: false,
    };
    while let Some(word) = words.maybe() {
        match word.as_str() {
            "level" => asset.level = level(&mut words),
            "role" => asset.roles.push(words.code::<Role>()),
            "mac" => _ = asset.macs.insert(mac(&words.next())),
            "zone" => asset.zone = Some(words.next()),
            "safety" => asset.safety = true,
            "routed" => asset.routed = true,
            "since" => asset.first = at(words.number() as i64),
            "name" => asset.facts.push(Fact {
                attribute: Attribute::Name,
                value: words.next(),
                source: "test",
                confidence: Confidence::Stated,
                first: at(0),
                last: at(0),
            }),
            ip => _ = asset.ips.insert(ip.parse::<IpAddr>().unwrap_or_else(|_| panic!("asset word {ip:?}"))),
        }
    }
    plant.assets.push(asset);
}

fn level(words: &mut Words) -> LevelJudgement {
    let level = words.code::<Level>();
    match words.next().as_str() {
        "confirmed" => LevelJudgement::confirmed(level),
        confidence => LevelJudgement::inferred(level, confidence.parse().expect("confidence"), Vec::new()),
    }
}

fn conversation(mut words: Words, lines: Vec<Words>) -> Conversation {
    words.next();
    let initiator = host(&words.next());
    assert_eq!(words.next(), "->");
    let responder = host(&words.next());
    let service = words.next();
    let (transport, port) = service.split_once('/').unwrap_or((&service, "0"));
    let mut c = Conversation {
        initiator,
        responder,
        evidence: Evidence::Start,
        initiator_asset: None,
        responder_asset: None,
        transport: transport.parse::<Transport>().expect("transport"),
        port: port.parse().expect("port"),
        protocol: fixed(words.next()),
        family: words.code::<Family>(),
        certainty: Certainty::Content,
        applications: BTreeSet::new(),
        packets: 20,
        bytes: 2_000,
        packets_sent: 10,
        flows: 1,
        first: at(0),
        last: at(60),
        protection: Protection::Clear,
        versions: BTreeSet::new(),
        operations: Vec::new(),
        units: BTreeSet::new(),
        credentials: Vec::new(),
        malformed: 0,
        malformed_reason: None,
    };
    for line in lines {
        property(&mut c, line);
    }
    c
}

fn property(c: &mut Conversation, mut words: Words) {
    let first = words.next();
    match first.as_str() {
        "credential" => c.credentials.push(credential(words)),
        "version" => _ = c.versions.insert((fixed(words.next()), words.maybe().is_some())),
        "application" => {
            _ = c.applications.insert((fixed(words.next()), words.code::<Family>(), Certainty::Content));
        }
        "malformed" => {
            c.malformed = words.number();
            c.malformed_reason = Some(fixed(words.next()));
        }
        "units" => c.units = (1..=words.number() as u32).collect(),
        word => match word.parse::<Operation>() {
            Ok(operation) => c.operations.push(operation_count(operation, c, words)),
            Err(()) => numbers(c, first, words),
        },
    }
}

/// `frames 40 sent 20 flows 2 seconds 0 60 evidence start protection clear certainty port`
fn numbers(c: &mut Conversation, first: String, mut words: Words) {
    let mut word = Some(first);
    while let Some(name) = word {
        match name.as_str() {
            "frames" => c.packets = words.number(),
            "sent" => c.packets_sent = words.number(),
            "flows" => c.flows = words.number(),
            "seconds" => (c.first, c.last) = (at(words.number() as i64), at(words.number() as i64)),
            "evidence" => c.evidence = words.code::<Evidence>(),
            "protection" => c.protection = words.code::<Protection>(),
            "certainty" => c.certainty = words.code::<Certainty>(),
            other => panic!("conversation word {other:?}"),
        }
        word = words.maybe();
    }
}

fn operation_count(operation: Operation, c: &Conversation, mut words: Words) -> OperationCount {
    let mut op = OperationCount {
        operation,
        name: fixed(words.next()),
        code: Code::None,
        by_initiator: true,
        requests: 1,
        answers: 1,
        failures: 0,
        first: c.first,
        last: c.last,
        objects: Vec::new(),
        more_objects: false,
    };
    while let Some(word) = words.maybe() {
        match word.as_str() {
            "code" => op.code = Code::Word(fixed(words.next())),
            "asked" => (op.requests, op.answers) = (words.number(), 0),
            "done" => op.answers = words.number(),
            "refused" => op.failures = words.number(),
            "object" => op.objects.push(words.next()),
            "by-responder" => op.by_initiator = false,
            "more" => op.more_objects = true,
            other => panic!("operation word {other:?}"),
        }
    }
    op
}

fn credential(mut words: Words) -> ConversationCredential {
    let mut credential = ConversationCredential {
        kind: fixed(words.next()),
        user: None,
        protection: Protection::Clear,
        weakness: Weakness::None,
        by_initiator: true,
    };
    while let Some(word) = words.maybe() {
        match word.as_str() {
            "user" => credential.user = Some(words.next()),
            "by-responder" => credential.by_initiator = false,
            code => match (code.parse::<Protection>(), code.parse::<Weakness>()) {
                (Ok(protection), _) => credential.protection = protection,
                (_, Ok(weakness)) => credential.weakness = weakness,
                _ => panic!("credential word {code:?}"),
            },
        }
    }
    credential
}

fn conflict(mut words: Words) -> (IpAddr, Vec<Mac>) {
    words.next();
    let ip = words.next().parse().expect("address");
    (ip, std::iter::from_fn(|| words.maybe()).map(|word| mac(&word)).collect())
}

/// Says which asset each end is.
fn connect(plant: &mut Plant) {
    let mut owners: HashMap<Host, AssetId> = HashMap::new();
    for asset in plant.assets.iter().rev() {
        owners.extend(asset.ips.iter().map(|ip| (Host::Ip(*ip), asset.id)));
        owners.extend(asset.macs.iter().map(|mac| (Host::Mac(*mac), asset.id)));
    }
    for c in &mut plant.conversations {
        c.initiator_asset = owners.get(&c.initiator).copied();
        c.responder_asset = owners.get(&c.responder).copied();
    }
}

fn host(text: &str) -> Host {
    text.parse::<IpAddr>().map_or_else(|_| Host::Mac(mac(text)), Host::Ip)
}

fn mac(text: &str) -> Mac {
    let octets: Vec<u8> = text.split(':').map(|o| u8::from_str_radix(o, 16).expect("octet")).collect();
    Mac(octets.try_into().expect("six octets"))
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_seconds(START_SECONDS + seconds, 0)
}

/// Names in the model live as long as the program; in a test they may.
fn fixed(text: String) -> &'static str {
    Box::leak(text.into_boxed_str())
}

/// The words of one line; quotes hold several together.
#[derive(Clone)]
struct Words {
    words: std::vec::IntoIter<String>,
    line: String,
}

impl Words {
    fn new(line: &str) -> Words {
        let mut words = Vec::new();
        for (place, part) in line.split('"').enumerate() {
            if place % 2 == 1 {
                words.push(part.to_string());
            } else {
                words.extend(part.split_whitespace().map(str::to_string));
            }
        }
        Words { words: words.into_iter(), line: line.to_string() }
    }

    fn maybe(&mut self) -> Option<String> {
        self.words.next()
    }

    fn next(&mut self) -> String {
        self.words.next().unwrap_or_else(|| panic!("a word is missing in {:?}", self.line))
    }

    fn number(&mut self) -> u64 {
        let word = self.next();
        word.parse().unwrap_or_else(|_| panic!("{word:?} is no number in {:?}", self.line))
    }

    fn code<T: std::str::FromStr>(&mut self) -> T {
        let word = self.next();
        word.parse().unwrap_or_else(|_| panic!("{word:?} is not known in {:?}", self.line))
    }
}
