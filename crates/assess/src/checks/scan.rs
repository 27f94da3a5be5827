//! Hosts that search the network.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use model::{Certainty, Family, Gap, Level, Message, Operation, OperationCount, Role, Severity, Transport};

use crate::catalogue as c;
use crate::checks::Check;
use crate::found::{Found, Told, lowered, raised};
use crate::german;
use crate::scene::{Party, Scene, Talk};
use crate::words;

pub(super) const CHECK: Check = Check {
    id: "scan",
    title: "A host searches the network",
    severity: Severity::Medium,
    technique: Some("T0846"),
    help: HELP,
    german: german::SCAN,
    find,
};

/// Devices that one host has to call in vain: a station that lost its cell calls a handful, a search calls a subnet.
const SCAN_DEVICES_MIN: usize = 10;

/// Hosts in operation at which one host looks in vain for a plant protocol. A station knows its devices; it may
/// know one or two that have changed since.
const SCAN_STRANGERS_MIN: usize = 3;

/// Services of one device that one host has to call in vain: no station looks for twenty services.
const SCAN_SERVICES_MIN: usize = 20;

/// Units behind one address that have to be asked while most stay silent: a serial line holds 32 without repeaters
/// (EIA-485), a search walks through 247.
const SCAN_UNITS_MIN: usize = 33;

/// Frames of one exchange that was opened and refused: the call, the refusal, and one repetition.
const REFUSED_FRAMES_MAX: u64 = 3;

/// Calls to everybody for addresses from which a search is to be suspected; the sample of addresses then tells.
const SCAN_CALLS_MIN: u64 = 50;

const HELP: &str = "
## What it finds
A host that calls many devices, or many services of one device, without getting an answer; that looks for
controllers at several hosts which are none; that asks for many addresses where nobody is; or that asks for many
units behind one address of which most are not there. One finding tells each such host.
## Why it matters on the floor
Searching comes before an attack. Even a well-meant search, by an IT inventory tool for instance, has stopped
controllers that do not bear calls they do not know.
## What to do
Find the host. If it is an inventory or vulnerability scanner, keep it out of the cells or agree a time and a gentle
profile with production. If nobody knows it, isolate it and look what it found: the devices that answered.
";

/// What one host tried.
#[derive(Default)]
struct Probe {
    silent: BTreeSet<u32>,
    heard: BTreeSet<u32>,
    services: BTreeSet<(u32, u16)>,
    units: Vec<usize>,
    /// Calls to everybody for many addresses where nobody is.
    addresses: Vec<usize>,
    /// Hosts in operation that do not speak the plant protocol they were asked for.
    strangers: BTreeSet<u32>,
    places: Vec<usize>,
}

/// What makes a search of it.
enum Sign {
    /// Many devices called in vain.
    Devices { silent: usize, heard: usize },
    /// Many services of one device tried in vain.
    Services(usize),
    /// Controllers sought at hosts that are none.
    Strangers(usize),
    /// Addresses sought where nobody is.
    Addresses,
    /// Units sought behind one address.
    Units,
}

fn find<'a>(scene: &Scene<'a>, found: &mut Found<'_, 'a>) {
    for (party, probe) in probes(scene) {
        let signs = probe.signs();
        if signs.is_empty() {
            continue;
        }
        let places = probe.shown(&signs);
        let only_strangers = matches!(signs.as_slice(), [Sign::Strangers(_)]);
        let severity = if only_strangers { Severity::Medium } else { severity(scene.at(&places)) };
        found.tell(severity, &places, || told(scene, party, &signs, &places));
    }
}

fn told(scene: &Scene<'_>, party: Party, signs: &[Sign], places: &[usize]) -> Told {
    let host = scene.label(party);
    let talks = scene.at(places);
    let level = talks.clone().find_map(|talk| talk.from.level);
    let devices = words::labels(talks.clone().map(|talk| talk.to).filter(|end| end.host.is_unicast()));
    let detail = c::SCAN_DETAIL.with([
        ("host", host.clone().into()),
        ("level", Gap::Level(level)),
        ("signs", words::list(signs.iter().map(Sign::detail))),
        ("traffic", words::traffic(talks)),
    ]);
    let what = signs.first().map_or_else(|| "".into(), |sign| Gap::Message(sign.title()));
    Told {
        title: c::SCAN.with([("host", host.into()), ("what", what)]),
        detail: detail.and(words::some(c::SCAN_AMONG, "devices", devices)),
    }
}

fn probes(scene: &Scene<'_>) -> BTreeMap<Party, Probe> {
    let between_two =
        || scene.talks.iter().filter(|talk| talk.to.host.is_unicast() && talk.from.host.is_unicast());
    // Nearly all hosts call in vain a few times at most; only the others are looked at closely.
    let mut fruitless = vec![0_usize; scene.parties];
    for talk in between_two() {
        if let Some(count) = fruitless.get_mut(talk.from.number as usize) {
            *count += if is_unit_search(talk) { SCAN_STRANGERS_MIN } else { usize::from(is_fruitless(talk)) };
        }
    }
    let suspect = |talk: &Talk<'_>| {
        fruitless.get(talk.from.number as usize).is_some_and(|count| *count >= SCAN_STRANGERS_MIN)
    };
    let mut probes: BTreeMap<Party, Probe> = BTreeMap::new();
    for talk in between_two().filter(|talk| suspect(talk)) {
        let probe = probes.entry(talk.from.party()).or_default();
        if is_unit_search(talk) {
            probe.units.push(talk.index);
        }
        if is_fruitless(talk) {
            probe.silent.insert(talk.to.number);
            probe.services.insert((talk.to.number, talk.conversation.port));
            probe.places.push(talk.index);
            if talk.conversation.family.is_operational() && talk.to.is_in_operation() && !talk.to.is_device()
            {
                probe.strangers.insert(talk.to.number);
            }
        } else {
            probe.heard.insert(talk.to.number);
        }
    }
    for talk in address_searches(scene) {
        probes.entry(talk.from.party()).or_default().addresses.push(talk.index);
    }
    for probe in probes.values_mut() {
        probe.silent.retain(|party| !probe.heard.contains(party));
    }
    probes
}

impl Probe {
    /// What of it is a search, the widest first.
    fn signs(&self) -> Vec<Sign> {
        let mut signs = Vec::new();
        let (silent, heard) = (self.silent.len(), self.heard.len());
        let wide = silent >= SCAN_DEVICES_MIN && silent > heard;
        if wide {
            signs.push(Sign::Devices { silent, heard });
        }
        let services = self.services_max();
        if services >= SCAN_SERVICES_MIN {
            signs.push(Sign::Services(services));
        }
        if self.strangers.len() >= SCAN_STRANGERS_MIN && !wide {
            signs.push(Sign::Strangers(self.strangers.len()));
        }
        if !self.addresses.is_empty() {
            signs.push(Sign::Addresses);
        }
        if !self.units.is_empty() {
            signs.push(Sign::Units);
        }
        signs
    }

    /// The conversations that show these signs.
    fn shown(&self, signs: &[Sign]) -> Vec<usize> {
        let calls = signs.iter().any(|sign| match sign {
            Sign::Devices { .. } | Sign::Services(_) | Sign::Strangers(_) => true,
            Sign::Addresses | Sign::Units => false,
        });
        let calls = if calls { self.places.as_slice() } else { &[] };
        [calls, &self.addresses, &self.units].concat()
    }

    /// The most services of one device that were tried in vain.
    fn services_max(&self) -> usize {
        let (mut most, mut count, mut device) = (0, 0, None);
        for (party, _) in &self.services {
            count = if device == Some(party) { count + 1 } else { 1 };
            device = Some(party);
            most = most.max(count);
        }
        most
    }
}

impl Sign {
    /// What was searched: the end of a title.
    fn title(&self) -> Message {
        match self {
            Sign::Devices { silent, .. } => c::SCAN_DEVICES.with([("silent", Gap::Number(*silent as u64))]),
            Sign::Services(services) => c::SCAN_SERVICES.with([("services", Gap::Number(*services as u64))]),
            Sign::Strangers(_) => c::SCAN_STRANGERS.into(),
            Sign::Addresses => c::SCAN_ADDRESSES.into(),
            Sign::Units => c::SCAN_UNITS.into(),
        }
    }

    /// What was done, for the detail.
    fn detail(&self) -> Message {
        match self {
            Sign::Devices { silent, heard } => c::SCAN_DEVICES_DETAIL
                .with([("silent", Gap::Number(*silent as u64)), ("heard", Gap::Number(*heard as u64))]),
            Sign::Services(services) => {
                c::SCAN_SERVICES_DETAIL.with([("services", Gap::Number(*services as u64))])
            }
            Sign::Strangers(hosts) => c::SCAN_STRANGERS_DETAIL.with([("hosts", Gap::Number(*hosts as u64))]),
            Sign::Addresses => c::SCAN_ADDRESSES_DETAIL.into(),
            Sign::Units => c::SCAN_UNITS_DETAIL.into(),
        }
    }
}

/// Calls to everybody for many addresses, of which three in four of the sample belong to nobody in operation.
/// Routers call for whomever somebody behind them looks for.
fn address_searches<'s, 'a>(scene: &'s Scene<'a>) -> Vec<&'s Talk<'a>> {
    let many = |op: &OperationCount| {
        op.operation == Operation::Discover
            && op.by_initiator
            && op.requests >= SCAN_CALLS_MIN
            && op.more_objects
    };
    let candidates = scene.talks.iter().filter(|talk| {
        let to_everybody = !talk.to.host.is_unicast() && !talk.from.has_role(|role| role == Role::Router);
        to_everybody && talk.conversation.operations.iter().any(many)
    });
    let candidates: Vec<&Talk<'a>> = candidates.collect();
    if candidates.is_empty() {
        return candidates;
    }
    let present = scene.plant.assets.iter().filter(|asset| !asset.silent && asset.packets_sent > 0);
    let present: BTreeSet<IpAddr> = present.flat_map(|asset| asset.ips.iter().copied()).collect();
    let in_vain = |op: &OperationCount| {
        let asked: Vec<IpAddr> = op.objects.iter().filter_map(|object| address(object)).collect();
        let absent = asked.iter().filter(|ip| !present.contains(ip)).count();
        !asked.is_empty() && absent * 4 >= asked.len() * 3
    };
    let searches = candidates
        .into_iter()
        .filter(|talk| talk.conversation.operations.iter().any(|op| many(op) && in_vain(op)));
    searches.collect()
}

/// The address that an object names, as in `address "10.0.3.1"`.
fn address(object: &str) -> Option<IpAddr> {
    object.rsplit(' ').next()?.trim_matches('"').parse().ok()
}

/// A call that nobody answered, or that was refused at the door. Reports that want no answer are no calls.
fn is_fruitless(talk: &Talk<'_>) -> bool {
    let c = talk.conversation;
    let only_reports =
        !c.operations.is_empty() && c.operations.iter().all(|op| op.operation == Operation::Report);
    let called = match c.transport {
        Transport::Tcp | Transport::Icmp => true,
        Transport::Udp => !only_reports && c.family != Family::Fieldbus,
        Transport::Ip | Transport::Ethernet => false,
    };
    let refused = c.transport == Transport::Tcp
        && c.certainty != Certainty::Content
        && c.packets <= c.flows.max(1).saturating_mul(REFUSED_FRAMES_MAX);
    called && (talk.in_vain() || refused)
}

/// Many units asked, most of the questions not answered with success.
fn is_unit_search(talk: &Talk<'_>) -> bool {
    let c = talk.conversation;
    let asked: u64 = c.operations.iter().filter(|op| op.by_initiator).map(words::how_often).sum();
    let answered: u64 = c.operations.iter().filter(|op| op.by_initiator).map(|op| op.answers).sum();
    c.units.len() >= SCAN_UNITS_MIN && answered < asked / 2
}

/// Worse where devices of a cell are searched, milder among offices only.
fn severity<'t, 'a: 't>(talks: impl Iterator<Item = &'t Talk<'a>> + Clone) -> Severity {
    let cell = |talk: &Talk<'_>| {
        talk.to.is_at_or_below(Level::Supervision)
            || talk.to.is_device()
            || talk.conversation.family.is_operational()
    };
    if talks.clone().any(cell) {
        raised(Severity::Medium)
    } else if talks.clone().all(|talk| talk.from.is_above_plant() && talk.to.is_above_plant()) {
        lowered(Severity::Medium)
    } else {
        Severity::Medium
    }
}
