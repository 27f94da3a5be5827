//! Made-up plants of any size: cells with controllers, panels and drives, a control room, a DMZ, offices and the
//! Internet. The same size gives the same plant, on every machine.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, Ipv4Addr};

use model::{
    Asset, AssetId, Attribute, CaptureSummary, Certainty, Code, Confidence, Conversation, Evidence, Fact,
    Family, Finding, Host, Level, LevelJudgement, Mac, Operation, OperationCount, Plant, Protection, Reason,
    Role, Sentence, Severity, Timestamp, Transport, Zone,
};

/// A plant with everything that a report shows.
pub struct MadeUp {
    pub capture: CaptureSummary,
    pub plant: Plant,
    pub findings: Vec<Finding>,
}

/// 2026-03-02 06:00:00 UTC, a Monday's early shift.
const START: i64 = 1_772_431_200;

/// A plant of this many assets.
pub fn plant(size: usize) -> MadeUp {
    let mut maker = Maker { plant: Plant::default(), findings: Vec::new(), dice: 0x9e37_79b9_7f4a_7c15 };
    maker.assets(size);
    maker.talk();
    maker.plant.conversations.sort_by_key(|it| std::cmp::Reverse(it.packets));
    maker.find();
    let packets = maker.plant.conversations.iter().map(|it| it.packets).sum();
    let bytes = maker.plant.conversations.iter().map(|it| it.bytes).sum();
    let capture = CaptureSummary {
        files: vec!["line-3-monday.pcapng".into(), "office-uplink.pcap.gz".into()],
        packets,
        bytes,
        first: Some(Timestamp::from_seconds(START, 0)),
        last: Some(Timestamp::from_seconds(START + 1_812, 0)),
        truncated: 12,
        malformed: 3,
        gaps: 41,
        duplicates: size as u64 * 7,
        notes: vec![
            "line-3-monday.pcapng ends in the middle of a packet; everything before it was read.".into(),
        ],
        ..CaptureSummary::default()
    };
    MadeUp { capture, plant: maker.plant, findings: maker.findings }
}

struct Maker {
    plant: Plant,
    findings: Vec<Finding>,
    dice: u64,
}

/// What one kind of asset is made of.
struct Kind {
    role: Role,
    level: Level,
    name: &'static str,
    vendor: &'static str,
    product: &'static str,
    order: &'static str,
    firmware: &'static str,
}

const fn kind(
    role: Role,
    level: Level,
    name: &'static str,
    vendor: &'static str,
    product: &'static str,
    order: &'static str,
    firmware: &'static str,
) -> Kind {
    Kind { role, level, name, vendor, product, order, firmware }
}

/// What stands in a production cell, most frequent first as the pattern goes round.
static CELL: [Kind; 12] = [
    kind(
        Role::Controller,
        Level::Control,
        "plc",
        "Siemens",
        "CPU 1515-2 PN",
        "6ES7 515-2AM02-0AB0",
        "V2.9.4",
    ),
    kind(
        Role::Hmi,
        Level::Supervision,
        "panel",
        "Siemens",
        "TP1200 Comfort",
        "6AV2 124-0MC01-0AX0",
        "V17.0.0",
    ),
    kind(Role::IoDevice, Level::Control, "io", "Siemens", "ET 200SP", "6ES7 155-6AU01-0BN0", "V4.2.1"),
    kind(Role::Drive, Level::Control, "drive", "SEW-EURODRIVE", "MOVIDRIVE modular", "MDA90A", "9.2"),
    kind(Role::IoDevice, Level::Control, "io", "WAGO", "750-375", "750-375/025-000", "03.01.02"),
    kind(Role::Switch, Level::Supervision, "switch", "Hirschmann", "RSP35", "", "08.7.03"),
    kind(Role::Drive, Level::Control, "robot", "KUKA", "KR C4", "", "KSS 8.6"),
    kind(Role::Controller, Level::Control, "plc", "Schneider Electric", "Modicon M340", "BMXP342020", "3.40"),
    kind(Role::Instrument, Level::Process, "flow", "Endress+Hauser", "Promass 300", "8E3B50", "01.06.00"),
    kind(Role::Instrument, Level::Process, "level", "VEGA", "VEGAPULS 64", "", ""),
    kind(Role::SafetyController, Level::Control, "safety", "Pilz", "PNOZmulti 2", "772100", "1.5"),
    kind(Role::IoDevice, Level::Control, "valve", "Festo", "CPX-AP-I", "8086610", ""),
];

static CONTROL_ROOM: [Kind; 6] = [
    kind(Role::Hmi, Level::Supervision, "scada", "Dell", "PowerEdge R340", "", ""),
    kind(Role::Historian, Level::Operations, "historian", "Dell", "PowerEdge R740", "", ""),
    kind(Role::EngineeringStation, Level::Supervision, "eng", "Lenovo", "ThinkStation P340", "", ""),
    kind(Role::Server, Level::Operations, "mes", "HPE", "ProLiant DL380", "", ""),
    kind(Role::Switch, Level::Operations, "core-switch", "Cisco", "Catalyst 9300", "C9300-24T", "17.6.3"),
    kind(Role::Router, Level::Operations, "firewall", "Fortinet", "FortiGate 100F", "FG-100F", "7.2.8"),
];

static DMZ: [Kind; 3] = [
    kind(Role::JumpHost, Level::Dmz, "jump", "VMware", "Virtual Platform", "", ""),
    kind(Role::Server, Level::Dmz, "patch", "VMware", "Virtual Platform", "", ""),
    kind(Role::RemoteAccess, Level::Dmz, "vendor-door", "MB connect line", "mbNET.rokey", "", "7.1.2"),
];

static OFFICE: [Kind; 5] = [
    kind(Role::Workstation, Level::Business, "pc", "Dell", "OptiPlex 7090", "", ""),
    kind(Role::Workstation, Level::Business, "nb", "Lenovo", "ThinkPad T14", "", ""),
    kind(Role::Printer, Level::Business, "printer", "Kyocera", "ECOSYS M3145", "", "2VK_S000"),
    kind(Role::DirectoryServer, Level::Business, "dc", "VMware", "Virtual Platform", "", ""),
    kind(Role::Telephone, Level::Business, "phone", "Snom", "D785", "", "10.1.54"),
];

static INTERNET: [Kind; 1] = [kind(Role::InternetHost, Level::Outside, "", "", "", "", "")];

impl Maker {
    /// The next number of a fixed sequence below `limit` (xorshift).
    fn roll(&mut self, limit: usize) -> usize {
        self.dice ^= self.dice << 13;
        self.dice ^= self.dice >> 7;
        self.dice ^= self.dice << 17;
        (self.dice >> 11) as usize % limit.max(1)
    }

    fn assets(&mut self, size: usize) {
        if size <= 5 {
            let pattern = [&CELL[0], &CELL[1], &CELL[2], &OFFICE[0], &INTERNET[0]];
            for (index, kind) in pattern.into_iter().take(size).enumerate() {
                let zone = match index {
                    0..=2 => Some(self.zone("Line 1", 3, Level::Control)),
                    3 => Some(self.zone("Office", 40, Level::Business)),
                    _ => None,
                };
                self.asset(kind, zone, index);
            }
            return;
        }
        let outside = (size / 60).max(1);
        let office = size / 4;
        let dmz = (size / 200).clamp(3, 8);
        let rooms = (size / 20).clamp(6, 60);
        let cells = size - outside - office - dmz - rooms;
        let cell_size = if size > 1000 { 38 } else { 27 };
        for index in 0..cells {
            let cell = index / cell_size;
            let zone = self.zone(&format!("Line {}", cell + 1), 100 + cell, Level::Control);
            let kind = if index % cell_size == 0 { 0 } else { self.roll(CELL.len()) };
            self.asset(&CELL[kind], Some(zone), index);
        }
        for index in 0..rooms {
            let zone =
                self.zone(&format!("Control room {}", index / 30 + 1), 20 + index / 30, Level::Operations);
            self.asset(&CONTROL_ROOM[index % CONTROL_ROOM.len()], Some(zone), index);
        }
        for index in 0..dmz {
            let zone = self.zone("Plant DMZ", 30, Level::Dmz);
            self.asset(&DMZ[index % DMZ.len()], Some(zone), index);
        }
        for index in 0..office {
            let zone = self.zone(&format!("Office {}", index / 150 + 1), 40 + index / 150, Level::Business);
            let kind = if index < 5 { index } else { self.roll(2) };
            self.asset(&OFFICE[kind], Some(zone), index);
        }
        for index in 0..outside {
            self.asset(&INTERNET[0], None, index);
        }
    }

    fn zone(&mut self, name: &str, net: usize, level: Level) -> usize {
        if let Some(index) = self.plant.zones.iter().position(|zone| zone.name == name) {
            return index;
        }
        self.plant.zones.push(Zone {
            id: format!("z-10-0-{net}-0-24"),
            name: name.to_string(),
            level: Some(level),
            prefixes: vec![format!("10.0.{net}.0/24")],
            vlans: vec![net as u16],
            assets: Vec::new(),
        });
        self.plant.zones.len() - 1
    }

    fn asset(&mut self, kind: &Kind, zone: Option<usize>, number: usize) {
        let id = AssetId(self.plant.assets.len() as u32 + 1);
        let ip = match zone {
            Some(zone) => {
                let zone = &mut self.plant.zones[zone];
                zone.assets.push(id);
                Ipv4Addr::new(10, 0, zone.vlans[0] as u8, 9 + zone.assets.len() as u8)
            }
            None => Ipv4Addr::new(93, 184, (number / 200) as u8, 10 + (number % 200) as u8),
        };
        let known = self.roll(10);
        let mac = Mac([0x00, 0x1b, 0x1b, (id.0 >> 16) as u8, (id.0 >> 8) as u8, id.0 as u8]);
        let told = [
            (
                Attribute::Name,
                if kind.name.is_empty() || known == 0 {
                    String::new()
                } else {
                    format!("{}-{:03}", kind.name, number + 1)
                },
                "LLDP system name",
                Confidence::Stated,
            ),
            (
                Attribute::Vendor,
                kind.vendor.to_string(),
                "IEEE registry of hardware addresses",
                Confidence::Guessed,
            ),
            (
                Attribute::Product,
                if known < 8 { kind.product.to_string() } else { String::new() },
                "S7 SZL 0x0011",
                Confidence::Stated,
            ),
            (
                Attribute::OrderNumber,
                if known < 7 { kind.order.to_string() } else { String::new() },
                "S7 SZL 0x0011",
                Confidence::Stated,
            ),
            (
                Attribute::Firmware,
                if known < 6 { kind.firmware.to_string() } else { String::new() },
                "S7 SZL 0x0011",
                Confidence::Stated,
            ),
            (
                Attribute::Serial,
                if known < 4 && !kind.order.is_empty() {
                    format!("S C-{:08}", id.0 * 7919)
                } else {
                    String::new()
                },
                "S7 SZL 0x001c",
                Confidence::Stated,
            ),
        ];
        let at = Timestamp::from_seconds(START, 0);
        let facts = told.into_iter().filter(|(_, value, _, _)| !value.is_empty());
        let facts = facts.map(|(attribute, value, source, confidence)| Fact {
            attribute,
            value,
            source,
            confidence,
            first: at,
            last: at,
        });
        let level = match known {
            9 if zone.is_some() => LevelJudgement::unknown(),
            _ => LevelJudgement::inferred(
                kind.level,
                0.35 + known as f32 * 0.07,
                vec![
                    Reason { text: reason_for(kind.level).to_string().into(), weight: 5.0 },
                    Reason {
                        text: format!("maker {} builds mostly for this level", kind.vendor).into(),
                        weight: 2.0,
                    },
                ],
            ),
        };
        self.plant.assets.push(Asset {
            id,
            macs: if zone.is_some() { BTreeSet::from([mac]) } else { BTreeSet::new() },
            ips: BTreeSet::from([IpAddr::V4(ip)]),
            vlans: zone.map(|zone| self.plant.zones[zone].vlans[0]).into_iter().collect(),
            facts: facts.collect(),
            roles: if known == 9 { Vec::new() } else { vec![kind.role] },
            role_reasons: vec![Reason { text: reason_for(kind.level).to_string().into(), weight: 4.0 }],
            level,
            zone: zone.map(|zone| self.plant.zones[zone].id.clone()),
            safety: kind.role == Role::SafetyController,
            protocols: BTreeMap::new(),
            packets_sent: 1_000 + id.0 as u64,
            first: at,
            last: Timestamp::from_seconds(START + 1_800, 0),
            silent: false,
            routed: zone.is_none(),
        });
    }

    /// Assets of one role, of one zone or of the whole plant.
    fn with(&self, role: Role, zone: Option<&str>) -> Vec<usize> {
        let fits = |asset: &Asset| {
            asset.roles.first() == Some(&role) && (zone.is_none() || asset.zone.as_deref() == zone)
        };
        (0..self.plant.assets.len()).filter(|&index| fits(&self.plant.assets[index])).collect()
    }

    fn talk(&mut self) {
        let zones: Vec<String> = self.plant.zones.iter().map(|zone| zone.id.clone()).collect();
        for zone in &zones {
            let controllers = self.with(Role::Controller, Some(zone));
            for (number, &plc) in controllers.iter().enumerate() {
                for hmi in self.with(Role::Hmi, Some(zone)) {
                    self.say(
                        hmi,
                        plc,
                        S7,
                        &[
                            (Operation::Read, "read var", Code::Hex8(4), 18_400, 0),
                            (Operation::Write, "write var", Code::Hex8(5), 41, 0),
                        ],
                    );
                }
                for role in [Role::IoDevice, Role::Drive, Role::Instrument] {
                    let devices = self.with(role, Some(zone));
                    for &device in devices.iter().skip(number).step_by(controllers.len()) {
                        self.say(
                            plc,
                            device,
                            if role == Role::Instrument { MODBUS } else { PROFINET },
                            &[(Operation::Report, "cyclic data", Code::None, 90_000, 0)],
                        );
                    }
                }
            }
        }
        let controllers = self.with(Role::Controller, None);
        let workstations = self.with(Role::Workstation, None);
        for (number, station) in self.with(Role::EngineeringStation, None).into_iter().enumerate() {
            for &plc in controllers.iter().skip(number).step_by(9) {
                self.say(
                    station,
                    plc,
                    S7,
                    &[
                        (Operation::ReadProgram, "upload block", Code::Hex8(0x1e), 12, 0),
                        (Operation::LoadProgram, "download block", Code::Hex8(0x1b), 3, 1),
                        (Operation::Stop, "plc stop", Code::Hex8(0x29), 1, 0),
                    ],
                );
            }
        }
        for historian in self.with(Role::Historian, None) {
            for &plc in controllers.iter().step_by(2) {
                self.say(historian, plc, OPC_UA, &[(Operation::Read, "read", Code::Decimal(631), 1_812, 4)]);
            }
        }
        for (number, scada) in self.with(Role::Hmi, None).into_iter().rev().take(3).enumerate() {
            for &plc in controllers.iter().skip(number).step_by(3) {
                self.say(
                    scada,
                    plc,
                    S7,
                    &[
                        (Operation::Read, "read var", Code::Hex8(4), 9_000, 0),
                        (Operation::Write, "write var", Code::Hex8(5), 12, 0),
                    ],
                );
            }
        }
        for (number, &pc) in workstations.iter().enumerate() {
            for server in self.with(Role::DirectoryServer, None).into_iter().take(1) {
                self.say(
                    pc,
                    server,
                    SMB,
                    &[
                        (Operation::LogIn, "session setup", Code::Hex16(1), 4, 1),
                        (Operation::Transfer, "read file", Code::Hex16(8), 220, 0),
                    ],
                );
            }
            if number % 7 == 0 {
                for host in self.with(Role::InternetHost, None).into_iter().skip(number % 5).step_by(5) {
                    self.say(pc, host, TLS, &[]);
                }
            }
            if number % 40 == 0
                && let Some(&plc) = controllers.get(number % controllers.len().max(1))
            {
                self.say(
                    pc,
                    plc,
                    MODBUS,
                    &[
                        (Operation::Read, "read holding registers", Code::Decimal(3), 640, 0),
                        (Operation::Write, "write multiple registers", Code::Decimal(16), 3, 1),
                    ],
                );
            }
            if number % 25 == 0 {
                for jump in self.with(Role::JumpHost, None) {
                    self.say(pc, jump, RDP, &[(Operation::LogIn, "log in", Code::None, 1, 0)]);
                }
            }
        }
        for jump in self.with(Role::JumpHost, None) {
            for station in self.with(Role::EngineeringStation, None) {
                self.say(jump, station, RDP, &[(Operation::LogIn, "log in", Code::None, 1, 0)]);
            }
        }
        for mes in self.with(Role::Server, None) {
            for historian in self.with(Role::Historian, None) {
                self.say(mes, historian, SQL, &[]);
            }
        }
        if let (Some(&plc), Some(&host)) = (controllers.first(), self.with(Role::InternetHost, None).first())
        {
            self.say(plc, host, TLS, &[]);
        }
        for door in self.with(Role::RemoteAccess, None) {
            for host in self.with(Role::InternetHost, None).into_iter().take(1) {
                self.say(door, host, VPN, &[]);
            }
            for &plc in controllers.iter().take(2) {
                self.say(door, plc, VNC, &[(Operation::LogIn, "security none", Code::Decimal(1), 2, 0)]);
            }
        }
    }

    fn say(
        &mut self,
        from: usize,
        to: usize,
        service: Service,
        operations: &[(Operation, &'static str, Code, u64, u64)],
    ) {
        let packets = 40 + self.roll(30_000) as u64 + operations.iter().map(|it| it.3 * 2).sum::<u64>();
        let (first, last) =
            (Timestamp::from_seconds(START + 3, 0), Timestamp::from_seconds(START + 1_800, 0));
        let host = |index: usize| {
            Host::Ip(*self.plant.assets[index].ips.first().expect("every made-up asset has an address"))
        };
        let (initiator, responder) = (host(from), host(to));
        self.plant.assets[from].protocols.entry(service.protocol).or_insert(false);
        self.plant.assets[to].protocols.insert(service.protocol, true);
        self.plant.conversations.push(Conversation {
            initiator,
            responder,
            evidence: Evidence::Start,
            initiator_asset: Some(self.plant.assets[from].id),
            responder_asset: Some(self.plant.assets[to].id),
            transport: service.transport,
            port: service.port,
            protocol: service.protocol,
            family: service.family,
            certainty: if service.protocol == "mssql" { Certainty::Port } else { Certainty::Content },
            applications: BTreeSet::new(),
            packets,
            bytes: packets * 97,
            packets_sent: packets / 2,
            flows: 1,
            first,
            last,
            protection: service.protection,
            versions: BTreeSet::new(),
            operations: operations
                .iter()
                .map(|&(operation, name, code, requests, failures)| OperationCount {
                    operation,
                    name,
                    code,
                    by_initiator: true,
                    requests,
                    answers: requests - failures,
                    failures,
                    first,
                    last,
                    objects: if operation == Operation::Write {
                        vec!["holding registers 100..109".into(), "DB1 0..3".into()]
                    } else {
                        Vec::new()
                    },
                    more_objects: false,
                })
                .collect(),
            units: BTreeSet::new(),
            credentials: Vec::new(),
            malformed: 0,
            malformed_reason: None,
        });
    }

    fn find(&mut self) {
        for index in 0..self.plant.conversations.len() {
            let talk = &self.plant.conversations[index];
            let (Some(from), Some(to)) = (talk.initiator_asset, talk.responder_asset) else { continue };
            let (from, to) = (self.plant.asset(from), self.plant.asset(to));
            let (Some(from), Some(to)) = (from, to) else { continue };
            let does = |operation: Operation| talk.operations.iter().any(|it| it.operation == operation);
            let (role, peer) = (from.roles.first().copied(), to.roles.first().copied());
            let told: Option<Told> = match (role, peer) {
                (Some(Role::Workstation), Some(Role::Controller)) => Some((
                    "it-to-level-1",
                    Severity::Critical,
                    "commands",
                    "An office computer reads and writes registers of a controller. Three writes went through while the machine may have been running.",
                    "Move the function to a jump host in the DMZ, or record why it stays and who answers for it.\n\nUntil then, let the firewall pass reads alone.",
                    Some("T0855"),
                )),
                (Some(Role::Controller), Some(Role::InternetHost)) => Some((
                    "internet-egress-from-level-1",
                    Severity::High,
                    "reaches the Internet:",
                    "A controller opened an encrypted connection to a public address.",
                    "Find out what the controller looks for outside, and close the way if nobody needs it.",
                    Some("T0886"),
                )),
                (Some(Role::RemoteAccess), Some(Role::Controller)) => Some((
                    "credential-default",
                    Severity::High,
                    "shows its screen without a password to",
                    "VNC was opened without a password.",
                    "Set a password, and let remote maintenance in only through the door that records it.",
                    Some("T0812"),
                )),
                _ if does(Operation::LoadProgram) => Some((
                    "program-loaded",
                    Severity::Medium,
                    "loaded a program into",
                    "Program blocks were loaded, and the controller was stopped once.",
                    "Compare with the work order of the day. If there is none, treat the program as changed by an unknown hand.",
                    Some("T0843"),
                )),
                _ if talk.protocol == "vnc" || talk.protocol == "smb" && index % 11 == 0 => Some((
                    "protocol-obsolete",
                    Severity::Low,
                    "speaks an obsolete version with",
                    "The version is withdrawn.",
                    "Switch it off where both ends speak a newer one.",
                    None,
                )),
                _ if talk.protocol == "opc-ua" && index % 5 == 0 => Some((
                    "opc-ua-in-clear",
                    Severity::Info,
                    "reads in clear from",
                    "OPC UA runs without signing.",
                    "Choose a security policy at the next service.",
                    None,
                )),
                _ => None,
            };
            let Some((id, severity, verb, detail, remedy, technique)) = told else { continue };
            self.findings.push(Finding {
                id,
                severity,
                title: format!("{} {verb} {}", from.label(), to.label()).into(),
                assets: vec![from.id, to.id],
                conversations: vec![index],
                detail: detail.to_string().into(),
                remedy: Sentence { key: id, english: remedy, german: remedy },
                technique,
            });
        }
    }
}

type Told = (&'static str, Severity, &'static str, &'static str, &'static str, Option<&'static str>);

/// A protocol with what carries it.
#[derive(Clone, Copy)]
struct Service {
    protocol: &'static str,
    family: Family,
    transport: Transport,
    port: u16,
    protection: Protection,
}

const fn service(
    protocol: &'static str,
    family: Family,
    transport: Transport,
    port: u16,
    protection: Protection,
) -> Service {
    Service { protocol, family, transport, port, protection }
}

const S7: Service = service("s7comm", Family::Control, Transport::Tcp, 102, Protection::Clear);
const MODBUS: Service = service("modbus", Family::Control, Transport::Tcp, 502, Protection::Clear);
const PROFINET: Service =
    service("profinet-rt", Family::Fieldbus, Transport::Ethernet, 0x8892, Protection::Clear);
const OPC_UA: Service = service("opc-ua", Family::Supervision, Transport::Tcp, 4840, Protection::Clear);
const SMB: Service = service("smb", Family::Office, Transport::Tcp, 445, Protection::Signed);
const TLS: Service = service("tls", Family::Web, Transport::Tcp, 443, Protection::Encrypted);
const RDP: Service = service("rdp", Family::RemoteAccess, Transport::Tcp, 3389, Protection::Encrypted);
const VNC: Service = service("vnc", Family::RemoteAccess, Transport::Tcp, 5900, Protection::Clear);
const VPN: Service = service("openvpn", Family::Tunnel, Transport::Udp, 1194, Protection::Encrypted);
const SQL: Service = service("mssql", Family::Database, Transport::Tcp, 1433, Protection::Unknown);

fn reason_for(level: Level) -> &'static str {
    match level {
        Level::Process => "reports values and is asked by controllers only",
        Level::Control => "answers S7comm on port 102 with decoded content",
        Level::Supervision => "reads three or more controllers in a cycle",
        Level::Operations => "serves a database and reads from several cells",
        Level::Dmz => "ends conversations from above and from below",
        Level::Business => "logs in to a directory server and shares files",
        Level::Enterprise | Level::Outside => "has a public address",
    }
}
