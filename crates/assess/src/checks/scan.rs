//! Hosts that search the network.

use std::collections::{BTreeMap, BTreeSet};

use model::{Certainty, Family, Level, Operation, Severity, Transport};

use crate::checks::Check;
use crate::found::{Found, Told, lowered, raised};
use crate::scene::{Party, Scene, Talk};
use crate::words;

pub(super) const CHECK: Check = Check {
    id: "scan",
    title: "A host searches the network",
    severity: Severity::Medium,
    technique: Some("T0846"),
    help: HELP,
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

const HELP: &str = "
## What it finds
A host that calls many devices, or many services of one device, without getting an answer; that looks for
controllers at several hosts which are none; or that asks for many units behind one address of which most are not
there. One finding tells each such host.
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
    /// Hosts in operation that do not speak the plant protocol they were asked for.
    strangers: BTreeSet<u32>,
    places: Vec<usize>,
}

fn find<'a>(scene: &Scene<'a>, found: &mut Found<'_, 'a>) {
    for (party, probe) in probes(scene) {
        let wide = probe.silent.len() >= SCAN_DEVICES_MIN && probe.silent.len() > probe.heard.len();
        let deep = Some(probe.services_max()).filter(|deep| *deep >= SCAN_SERVICES_MIN).unwrap_or_default();
        let strangers = Some(probe.strangers.len()).filter(|strangers| *strangers >= SCAN_STRANGERS_MIN);
        let strangers = strangers.filter(|_| !wide).unwrap_or_default();
        if !wide && deep == 0 && strangers == 0 && probe.units.is_empty() {
            continue;
        }
        let mut places = if wide || deep > 0 || strangers > 0 { probe.places } else { Vec::new() };
        places.extend(&probe.units);
        let talks = scene.at(&places);
        let only_strangers = !wide && deep == 0 && probe.units.is_empty();
        let severity = if only_strangers { Severity::Medium } else { severity(talks.clone()) };
        found.tell(severity, &places, || {
            let host = scene.label(party);
            let mut what = Vec::new();
            if wide {
                let (silent, heard) = (probe.silent.len(), probe.heard.len());
                what.push(format!("called {silent} devices in vain, {heard} others answered"));
            }
            if deep > 0 {
                what.push(format!("tried {deep} services of one device in vain"));
            }
            if strangers > 0 {
                what.push(format!("looked for controllers at {strangers} hosts that are none"));
            }
            if !probe.units.is_empty() {
                what.push("asked for many units behind one address of which most stayed silent".to_string());
            }
            let level = talks.clone().find_map(|talk| talk.from.level);
            let detail = format!(
                "{host} ({}) {}: {}. Among them: {}.",
                words::level(level),
                words::list(what),
                words::traffic(talks.clone()),
                words::labels(talks.clone().map(|talk| talk.to)),
            );
            let title = match (wide, deep) {
                (true, _) => format!("{host} searched the network: {} devices", probe.silent.len()),
                (false, 1..) => format!("{host} searched a device: {deep} services"),
                (false, 0) if strangers > 0 => format!("{host} searched the network for controllers"),
                (false, 0) => format!("{host} searched for units behind an address"),
            };
            Told { title, detail }
        });
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
    for probe in probes.values_mut() {
        probe.silent.retain(|party| !probe.heard.contains(party));
    }
    probes
}

impl Probe {
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
