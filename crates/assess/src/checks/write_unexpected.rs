//! Changes to devices from stations that usually do not make them.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use model::{Asset, Family, Gap, Level, Operation, OperationCount, Role, Severity, Timestamp};

use crate::catalogue as c;
use crate::checks::Check;
use crate::commands::Actor;
use crate::found::{Found, Told, lowered};
use crate::german;
use crate::scene::{End, Party, Scene, Talk, is_device, is_office, is_operating};
use crate::words;

pub(super) const CHECK: Check = Check {
    id: "write-unexpected",
    title: "A device is changed by an unusual station",
    severity: Severity::Medium,
    technique: Some("T0855"),
    help: HELP,
    german: german::WRITE_UNEXPECTED,
    find,
};

/// A station that does less than one tenth of what the busiest does with a device only drops by. One of the same
/// kind in the same zone that does more is the partner of the usual one, such as the standby server of a pair.
const SHARE: u64 = 10;

const HELP: &str = "
## What it finds
A station that writes values or settings to a device although it stands in the DMZ or above, works as something
else (an office client, a historian), or is not the station that usually works with this device. A station that came
late, or that asks for what is not there, is told even when nobody else changes the device. One finding tells all
devices that one station changed.
Controllers that exchange values with each other, and a second station of the same kind in the same zone, are not
meant.
## Why it matters on the floor
A set point that changes from an unexpected place changes the product, or moves a machine beside which people work,
and the operator at the usual panel does not know why.
## What to do
Ask the owner of the station what it is for. If it has to write, plan it as a conduit with its name and reason. If
not, take the right away in the device, or close the path in the firewall.
";

/// Who comes later than after one tenth of the time seen, and a minute at least, was not there before: stations in
/// operation are heard of within minutes, if only because they ask for names and time.
const LATE_SHARE: i64 = 10;
/// See [`LATE_SHARE`].
const LATE_NANOSECONDS_MIN: i64 = 60_000_000_000;

/// What one station does with one device.
struct Work<'a> {
    station: End<'a>,
    device: End<'a>,
    changes: Vec<&'a OperationCount>,
    /// Everything the station asked of the device.
    asked: u64,
    /// What of it the device refused.
    refused: u64,
    first: Timestamp,
    places: Vec<usize>,
}

/// Why a change is unusual.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Why {
    Newcomer,
    NotTheUsualStation,
    OtherWork,
    Above,
}

/// Work that somebody should look at.
struct Unusual<'a> {
    severity: Severity,
    why: Why,
    /// The usual station, where that is the reason.
    usual: Option<End<'a>>,
    work: Work<'a>,
}

fn find<'a>(scene: &Scene<'a>, found: &mut Found<'_, 'a>) {
    let mut unusual: BTreeMap<Party, Vec<Unusual<'a>>> = BTreeMap::new();
    for works in by_device(scene) {
        let usual = usual(&works).map(|work| (work.station, work.asked));
        let busiest = works.iter().max_by_key(|work| work.asked).map(|work| (work.station, work.asked));
        for work in works.into_iter().filter(|work| !work.changes.is_empty()) {
            let newcomer = || judge_newcomer(scene, &work, busiest).map(|severity| (severity, Why::Newcomer));
            let Some((severity, why)) = judge(&work, usual).or_else(newcomer) else { continue };
            let usual = match why {
                Why::NotTheUsualStation => usual.map(|(station, _)| station),
                Why::Newcomer => busiest.map(|(station, _)| station),
                Why::OtherWork | Why::Above => None,
            };
            let station = work.station.party();
            unusual.entry(station).or_default().push(Unusual { severity, why, usual, work });
        }
    }
    for (station, mut cases) in unusual {
        cases.sort_by_key(|case| (Reverse(case.severity), Reverse(case.why), case.work.device.party()));
        let severity = cases.first().map_or(Severity::Info, |case| case.severity);
        let places: BTreeSet<usize> =
            cases.iter().flat_map(|case| case.work.places.iter().copied()).collect();
        let places: Vec<usize> = places.into_iter().collect();
        found.tell(severity, &places, || told(scene, station, &cases, &places));
    }
}

fn told(scene: &Scene<'_>, station: Party, cases: &[Unusual<'_>], places: &[usize]) -> Told {
    let name = scene.label(station);
    let devices = words::labels(cases.iter().map(|case| case.work.device));
    let changes = || cases.iter().flat_map(|case| case.work.changes.iter().copied());
    let first = changes().map(|op| op.first).min().unwrap_or_default();
    let last = changes().map(|op| op.last).max().unwrap_or_default();
    let level = cases.first().and_then(|case| case.work.station.level);
    let reasons: BTreeSet<Why> = cases.iter().map(|case| case.why).collect();
    let usual = || words::labels(cases.iter().filter_map(|case| case.usual));
    let reasons = reasons.into_iter().rev().map(|why| match why {
        Why::Above => c::WHY_ABOVE.with([("level", Gap::Level(level))]),
        Why::OtherWork => c::WHY_OTHER_WORK.with([("roles", works_as(cases))]),
        Why::Newcomer => c::WHY_NEWCOMER.with([("usual", usual())]),
        Why::NotTheUsualStation => c::WHY_NOT_USUAL.with([("usual", usual())]),
    });
    let by_level = cases.iter().filter(|case| case.why == Why::Above);
    let detail = c::UNEXPECTED_DETAIL.with([
        ("name", name.clone().into()),
        ("level", Gap::Level(level)),
        ("devices", devices.clone()),
        ("protocols", words::protocols(scene.at(places))),
        ("deeds", words::deeds(changes())),
        ("span", Gap::Span(first, last)),
        ("reasons", words::list(reasons)),
    ]);
    Told {
        title: c::UNEXPECTED.with([("name", name.into()), ("devices", devices)]),
        detail: detail.and(words::doubt(by_level.map(|case| case.work.station))),
    }
}

fn works_as(cases: &[Unusual<'_>]) -> Gap {
    let roles = cases.iter().filter_map(|case| case.work.station.asset).flat_map(|asset| &asset.roles);
    words::list(roles.map(|role| Gap::Role(*role)))
}

/// For each device that somebody changes: what each station does with it.
fn by_device<'a>(scene: &Scene<'a>) -> Vec<Vec<Work<'a>>> {
    let talks = || scene.talks.iter().filter(|talk| commands_devices(talk.conversation.family));
    let mut changed = vec![false; scene.parties];
    for talk in talks() {
        for op in talk.conversation.operations.iter().filter(|op| is_change(talk, op)) {
            let (_, device) = Actor::Asker.sides(talk, op);
            if let Some(changed) = changed.get_mut(device.number as usize) {
                *changed = true;
            }
        }
    }
    // Sorted by device and station, so that the work of one pair stands together.
    let mut deeds: Vec<((u32, u32), &Talk<'a>, &'a OperationCount)> = Vec::new();
    for talk in talks() {
        for op in &talk.conversation.operations {
            let (station, device) = Actor::Asker.sides(talk, op);
            let changed = changed.get(device.number as usize).copied().unwrap_or_default();
            let own = station.number == device.number || station.is_outside() && device.is_outside();
            if changed && device.host.is_unicast() && !own {
                deeds.push(((device.number, station.number), talk, op));
            }
        }
    }
    deeds.sort_by_key(|(pair, ..)| *pair);
    let devices = deeds.chunk_by(|((one, _), ..), ((other, _), ..)| one == other);
    devices
        .map(|deeds| deeds.chunk_by(|(one, ..), (other, ..)| one == other).filter_map(work).collect())
        .collect()
}

/// Sums what one station does with one device.
fn work<'a>(deeds: &[((u32, u32), &Talk<'a>, &'a OperationCount)]) -> Option<Work<'a>> {
    let (_, talk, op) = deeds.first()?;
    let (station, device) = Actor::Asker.sides(talk, op);
    let first = talk.conversation.first;
    let mut work =
        Work { station, device, changes: Vec::new(), asked: 0, refused: 0, first, places: Vec::new() };
    for (_, talk, op) in deeds {
        work.add(talk, op);
    }
    Some(work)
}

impl<'a> Work<'a> {
    fn add(&mut self, talk: &Talk<'a>, op: &'a OperationCount) {
        self.first = self.first.min(talk.conversation.first);
        self.asked = self.asked.saturating_add(words::how_often(op));
        self.refused = self.refused.saturating_add(op.failures);
        if is_change(talk, op) {
            self.changes.push(op);
            if self.places.last() != Some(&talk.index) {
                self.places.push(talk.index);
            }
        }
    }
}

/// Programs and run states have their own checks. What a station sends cyclically to a device are its outputs.
/// That is only believed where it is known who began, for the device answers in the same way.
fn is_change(talk: &Talk<'_>, op: &OperationCount) -> bool {
    let refused = op.failures > 0 && op.answers == 0 && op.failures >= op.requests;
    match op.operation {
        Operation::Write | Operation::Configure => !refused,
        Operation::Report => {
            talk.conversation.family == Family::Fieldbus && op.by_initiator && talk.start_is_known()
        }
        Operation::Discover
        | Operation::Identify
        | Operation::Read
        | Operation::Start
        | Operation::Stop
        | Operation::Reset
        | Operation::ReadProgram
        | Operation::LoadProgram
        | Operation::LoadFirmware
        | Operation::Diagnose
        | Operation::LogIn
        | Operation::Transfer
        | Operation::Other => false,
    }
}

fn commands_devices(family: Family) -> bool {
    family.is_operational() || matches!(family, Family::Discovery | Family::Management)
}

/// The station that works with the device as a rule: one that changes it, of the plant, with the most to ask.
fn usual<'w, 'a>(works: &'w [Work<'a>]) -> Option<&'w Work<'a>> {
    let changers = works.iter().filter(|work| !work.changes.is_empty());
    changers.max_by_key(|work| {
        let of_plant = work.station.level.is_none_or(|level| level <= Level::Operations);
        (of_plant, !has_other_work(work.station), work.asked, Reverse(work.first))
    })
}

fn judge(work: &Work<'_>, usual: Option<(End<'_>, u64)>) -> Option<(Severity, Why)> {
    let station = work.station;
    if !is_target(work.device) {
        return None;
    }
    if let Some(severity) = severity_from_above(station.level) {
        let severity = if work.device.is_safety() { Severity::Critical } else { severity };
        return Some((if station.sure { severity } else { lowered(severity) }, Why::Above));
    }
    if has_other_work(station) {
        return Some((Severity::Medium, Why::OtherWork));
    }
    let (usual, most) = usual.filter(|(usual, _)| usual.number != station.number)?;
    let partner = same_kind(station, usual) && work.asked >= most / SHARE;
    if partner || exchanges(station) {
        return None;
    }
    // What a station is for is drawn from what it does; only where much shows it, the role excuses a change.
    let known = station.has_role(is_operating) && station.sure && same_zone(station, usual);
    Some((if known { Severity::Low } else { Severity::Medium }, Why::NotTheUsualStation))
}

/// The only station that changes a device, but one that hardly ever speaks with it, came late or asks for what is
/// not there, and of which nothing else shows what it is for.
fn judge_newcomer(scene: &Scene<'_>, work: &Work<'_>, busiest: Option<(End<'_>, u64)>) -> Option<Severity> {
    let station = work.station;
    let (busiest, most) = busiest.filter(|(busiest, _)| busiest.number != station.number)?;
    let rare = work.asked < most / SHARE && !exchanges(station) && !exchanges(busiest);
    let strange = is_late(scene, station) || work.refused > 0;
    (is_target(work.device) && rare && strange && !station.sure).then_some(Severity::Medium)
}

/// Controllers among each other, where much shows that it is one.
fn exchanges(station: End<'_>) -> bool {
    station.is_device() && station.sure && station.is_at_or_below(Level::Control)
}

/// A device, or something of which nothing else is known.
fn is_target(device: End<'_>) -> bool {
    device.is_device() || !device.has_role(|role| !is_device(role))
}

fn is_late(scene: &Scene<'_>, station: End<'_>) -> bool {
    let (first, last) = scene.span;
    let late = (last.since(first) / LATE_SHARE).max(LATE_NANOSECONDS_MIN);
    station.asset.is_some_and(|asset| asset.first.since(first) >= late)
}

fn severity_from_above(level: Option<Level>) -> Option<Severity> {
    match level? {
        Level::Process | Level::Control | Level::Supervision | Level::Operations => None,
        Level::Dmz => Some(Severity::Medium),
        Level::Business | Level::Enterprise => Some(Severity::High),
        Level::Outside => Some(Severity::Critical),
    }
}

/// What reads, prints or sits in an office, and is not at the same time a station of the plant.
fn has_other_work(station: End<'_>) -> bool {
    let other = |role| is_office(role) || matches!(role, Role::Historian | Role::Scanner | Role::AccessPoint);
    station.has_role(other) && !station.has_role(is_operating)
}

/// The same first role in the same zone.
fn same_kind(one: End<'_>, other: End<'_>) -> bool {
    let first = |end: End<'_>| end.asset.and_then(|asset: &Asset| asset.roles.first().copied());
    let kinds: (Option<Role>, Option<Role>) = (first(one), first(other));
    kinds.0.is_some() && kinds.0 == kinds.1 && same_zone(one, other)
}

fn same_zone(one: End<'_>, other: End<'_>) -> bool {
    one.asset.map(|asset| asset.zone.as_deref()) == other.asset.map(|asset| asset.zone.as_deref())
}
