//! What a change on paper would do to what was observed: which conversations it cuts, which stay, which ways it opens.

use model::packets::{NumberField, PacketBox};
use model::plan::Permit;
use model::{Conversation, Gap, Message, Operation, Plant};

use super::gates::{Enforcer, Gates};
use super::judge::{Judge, Judgement};
use super::places::Place;
use super::table;
use crate::catalogue as c;
use crate::reach::subtract_from;
use crate::words;

/// Requests from which a rhythm is told.
const RHYTHM_REQUESTS_MIN: u64 = 10;
/// A rhythm up to which a conversation belongs to the running process, in seconds.
const CYCLE_SECONDS_MAX: f64 = 60.0;
/// New ways that are told.
pub const NEW_WAYS_MAX: usize = 1_000;

/// What a change would do.
#[derive(Debug, Clone, Default)]
pub struct Change {
    /// Conversations that pass today and would not any more.
    pub cut: Vec<Cut>,
    /// How many would stay.
    pub stay: usize,
    /// How many are outside before and after.
    pub outside: usize,
    /// How many were outside and would be let in.
    pub let_in: usize,
    /// Of how many it cannot be told, because no firewall is known to stand between their zones, or its rules do not say.
    pub unknown: usize,
    /// Ways that were closed and would be open.
    pub opened: Vec<NewWay>,
}

/// One conversation that would be cut.
#[derive(Debug, Clone)]
pub struct Cut {
    /// Its place in the plant.
    pub conversation: usize,
    /// How often it happens.
    pub rhythm: Rhythm,
    /// True when it belongs to the running process: a machine protocol in a rhythm of at most a minute.
    pub process: bool,
    /// What that means, for a production manager.
    pub words: Message,
}

/// How regularly something happens.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Rhythm {
    /// About every so many seconds.
    Every(f64),
    /// So many times, with no rhythm.
    Times(u64),
}

/// A way that would be open and was not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewWay {
    /// The id of the zone that starts.
    pub from: String,
    /// The id of the zone that answers.
    pub to: String,
    /// The service, as in `tcp/502`.
    pub service: String,
    /// What may be done over it that could not before; none for anything.
    pub operation: Option<Operation>,
    /// One pair of hosts.
    pub sample: String,
}

/// What another plan in place of the first would do.
pub fn other_plan(plant: &Plant, before: &Judge<'_>, after: &Judge<'_>) -> Change {
    let mut change = Change::default();
    let judged = before.all(plant).into_iter().zip(after.all(plant));
    for (place, (c, (old, new))) in plant.conversations.iter().zip(judged).enumerate() {
        let passes = |judged: &Judgement| Some(judged.violation().is_none());
        change.add(plant, place, c, passes(&old), passes(&new));
    }
    change.opened = opened(before, after);
    change
}

/// What other firewalls in place of the first would do.
pub fn other_firewalls(plant: &Plant, judge: &Judge<'_>, before: &[Enforcer], after: &[Enforcer]) -> Change {
    let mut change = Change::default();
    let (mut old, mut new) = (Gates::new(judge, before), Gates::new(judge, after));
    let mut passes = std::collections::BTreeMap::new();
    for (place, (c, judged)) in plant.conversations.iter().zip(judge.all(plant)).enumerate() {
        let (from, to) = (judged.from, judged.to);
        if from == to {
            change.stay += 1;
            continue;
        }
        let gates =
            passes.entry((from, to)).or_insert_with(|| (old.between(from, to), new.between(from, to)));
        let was = gates.0.as_ref().and_then(|gate| old.passes(gate, c));
        let will = gates.1.as_ref().and_then(|gate| new.passes(gate, c));
        // What was seen did pass where the old configuration does not tell; where it denies, it went another way.
        change.add(plant, place, c, Some(was != Some(false)), will);
    }
    for (from, to) in new.pairs() {
        let (Some(old), Some(new)) = (old.between(from, to), new.between(from, to)) else { continue };
        let mut rest = new.lower;
        if !old.upper.iter().all(|cut| subtract_from(&mut rest, cut)) {
            continue;
        }
        let ways = rest.iter().map(|one| way(judge, (from, to), one, None));
        change.open(ways);
    }
    change
}

impl Change {
    fn add(&mut self, plant: &Plant, place: usize, c: &Conversation, was: Option<bool>, will: Option<bool>) {
        match (was, will) {
            (_, None) | (None, Some(true)) => self.unknown += 1,
            (Some(true), Some(true)) => self.stay += 1,
            (Some(false), Some(true)) => self.let_in += 1,
            (Some(false), Some(false)) => self.outside += 1,
            (Some(true) | None, Some(false)) => self.cut.push(cut(plant, place, c)),
        }
    }

    fn open(&mut self, ways: impl Iterator<Item = NewWay>) {
        for way in ways {
            if self.opened.len() < NEW_WAYS_MAX && !self.opened.contains(&way) {
                self.opened.push(way);
            }
        }
    }
}

fn cut(plant: &Plant, place: usize, c: &Conversation) -> Cut {
    let most = c.operations.iter().max_by_key(|op| words::how_often(op));
    let (times, first, last) =
        most.map_or((c.flows, c.first, c.last), |op| (words::how_often(op), op.first, op.last));
    let seconds = last.since(first) as f64 / 1e9;
    let rhythm = match times {
        RHYTHM_REQUESTS_MIN.. if seconds > 0.0 => Rhythm::Every(seconds / (times - 1) as f64),
        _ => Rhythm::Times(times.max(1)),
    };
    let cyclic = matches!(rhythm, Rhythm::Every(seconds) if seconds <= CYCLE_SECONDS_MAX);
    let process = cyclic && c.family.is_operational();
    let end = |id: Option<model::AssetId>, host: model::Host| {
        id.and_then(|id| plant.asset(id)).map_or_else(|| host.to_string(), words::label)
    };
    let changes = c.operations.iter().any(|op| op.by_initiator && op.operation.changes_device());
    let sentence = match (process, changes) {
        (true, true) => c::CUT_CONTROLS,
        (true, false) => c::CUT_READS,
        (false, true) => c::CUT_COMMANDS,
        (false, false) => c::CUT_OTHER,
    };
    let often = match rhythm {
        Rhythm::Every(seconds) => c::CUT_EVERY.with([("time", length(seconds).into())]).into(),
        Rhythm::Times(times) => Gap::Times(times),
    };
    let words = sentence.with([
        ("who", end(c.initiator_asset, c.initiator).into()),
        ("whom", end(c.responder_asset, c.responder).into()),
        ("protocol", c.protocol.into()),
        ("often", often),
        ("last", Gap::Span(c.last, c.last)),
    ]);
    Cut { conversation: place, rhythm, process, words }
}

/// A length of time as people say it: `40 ms`, `1.5 s`, `12 min`.
fn length(seconds: f64) -> String {
    match seconds {
        s if s < 1.0 => format!("{:.0} ms", s * 1_000.0),
        s if s < 90.0 => format!("{s:.1} s"),
        s if s < 5_400.0 => format!("{:.0} min", s / 60.0),
        s => format!("{:.1} h", s / 3_600.0),
    }
}

/// Ways of the second plan that the first does not have.
fn opened(before: &Judge<'_>, after: &Judge<'_>) -> Vec<NewWay> {
    let (old, new) = (Gates::new(before, &[]), Gates::new(after, &[]));
    let mut change = Change::default();
    let known: Vec<(&Permit, Vec<PacketBox>)> = before
        .pairs()
        .into_iter()
        .flat_map(|(from, to)| before.permits_of(from, to).map(move |(_, permit)| (from, to, permit)))
        .filter_map(|(from, to, permit)| Some((permit, old.meant(permit, from, to)?)))
        .collect();
    for (from, to) in after.pairs() {
        for (_, permit) in after.permits_of(from, to) {
            let Some(meant) = new.meant(permit, from, to) else { continue };
            for operation in table::operations(permit) {
                let rest = beyond(meant.clone(), &known, permit, operation);
                change.open(rest.iter().map(|one| way(after, (from, to), one, operation)));
            }
        }
    }
    change.opened
}

/// What of these packets no permit before allows for this operation.
fn beyond(
    mut rest: Vec<PacketBox>,
    known: &[(&Permit, Vec<PacketBox>)],
    permit: &Permit,
    operation: Option<Operation>,
) -> Vec<PacketBox> {
    for (old, meant) in known {
        let protocols = old.protocols.is_empty()
            || (!permit.protocols.is_empty()
                && permit.protocols.iter().all(|name| old.protocols.contains(name)));
        let allows = match (&old.operations, operation) {
            (None, _) => true,
            (Some(listed), Some(operation)) => listed.contains(&operation),
            // Anything, or a conversation without operations.
            (Some(_), None) => permit.operations.is_some(),
        };
        if protocols && allows && !meant.iter().all(|cut| subtract_from(&mut rest, cut)) {
            return rest;
        }
    }
    rest
}

fn way(
    judge: &Judge<'_>,
    (from, to): (Place, Place),
    one: &PacketBox,
    operation: Option<Operation>,
) -> NewWay {
    let service = table::service(one.number(NumberField::Protocol), one.number(NumberField::DestinationPort));
    NewWay {
        from: judge.places.id(from).to_string(),
        to: judge.places.id(to).to_string(),
        service: service.map_or_else(|| "any".to_string(), |service| service.to_string()),
        operation,
        sample: table::sample(one),
    }
}
