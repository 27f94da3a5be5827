//! The three questions in one table: what was intended, what the firewall lets through, what was observed, for each pair
//! of zones, service and operation.

use std::collections::{BTreeMap, BTreeSet};

use model::packets::{AddressField, NumberField, PacketBox, Span, number_address};
use model::plan::{Permit, Service};
use model::{Operation, Plant, Transport};

use super::gates::{Enforcer, Gates, Passes};
use super::held::Held;
use super::judge::{Permitted, Verdict};
use super::places::Place;
use crate::reach::subtract_from;

/// Days that must have been watched before "unused" may be said of a way.
pub const UNUSED_DAYS_MIN: i64 = 30;
/// Parts of what a firewall lets through beyond the plan that are told of one pair of zones.
pub const SURFACE_ROWS_PER_PAIR_MAX: usize = 20;
/// Conversations that one cell points to.
pub const CONVERSATIONS_PER_CELL_MAX: usize = 1_000;

/// One cell of the table.
#[derive(Debug, Clone)]
pub struct Cell {
    /// The zone that starts.
    pub from: Place,
    /// The zone that answers.
    pub to: Place,
    /// The service; none for any.
    pub service: Option<Service>,
    /// The protocol, where one is known.
    pub protocol: String,
    /// The operation; none for any, or where none was recognised.
    pub operation: Option<Operation>,
    /// True when the plan means it; of what was observed, all of it.
    pub intended: bool,
    /// Whether the firewall lets it through, of what was observed all of it; none when that cannot be told.
    pub configured: Option<bool>,
    /// How many conversations were observed.
    pub observed: u64,
    /// The first of them: places in the plant.
    pub conversations: Vec<usize>,
    /// What follows.
    pub case: Case,
    /// One packet of it, where nothing was observed.
    pub sample: Option<String>,
}

/// What the three bits say together: guide and help name them so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Case {
    /// Intended, configured, observed.
    Fine,
    /// Intended and configured, watched long enough and never seen: keep with a reason, or retire.
    Unused,
    /// Intended and observed, and the firewall denies it: a way beside it, or a device that is not modelled.
    Bypass,
    /// Configured and observed, not intended: adopt into the plan or close.
    Undocumented,
    /// Configured alone: close first.
    AttackSurface,
    /// Observed alone: alarm.
    BypassUndocumented,
    /// Intended alone.
    NotImplemented,
    /// Nothing.
    Closed,
    /// One of the three cannot be told.
    NotEvaluable,
}

impl Case {
    /// The eight cases, and "not evaluable" where a bit is not known or silence proves nothing.
    fn of(intended: bool, configured: Option<bool>, observed: bool, silence_proven: bool) -> Case {
        match (intended, configured, observed) {
            (_, None, _) => Case::NotEvaluable,
            (true, Some(true), true) => Case::Fine,
            (true, Some(true), false) if silence_proven => Case::Unused,
            (true, Some(true), false) => Case::NotEvaluable,
            (true, Some(false), true) => Case::Bypass,
            (false, Some(true), true) => Case::Undocumented,
            (false, Some(true), false) => Case::AttackSurface,
            (false, Some(false), true) => Case::BypassUndocumented,
            (true, Some(false), false) => Case::NotImplemented,
            (false, Some(false), false) => Case::Closed,
        }
    }

    /// As text and JSON name it.
    pub fn as_str(self) -> &'static str {
        match self {
            Case::Fine => "fine",
            Case::Unused => "unused",
            Case::Bypass => "bypass",
            Case::Undocumented => "undocumented",
            Case::AttackSurface => "attack-surface",
            Case::BypassUndocumented => "bypass-undocumented",
            Case::NotImplemented => "not-implemented",
            Case::Closed => "closed",
            Case::NotEvaluable => "not-evaluable",
        }
    }
}

/// What observed conversations of one cell have in common.
type Key = (Place, Place, Transport, u16, &'static str, Option<Operation>);

/// What was seen of one cell.
#[derive(Default)]
struct Seen {
    count: u64,
    outside: u64,
    denied: u64,
    unknown: u64,
    conversations: Vec<usize>,
}

/// Makes the table of a plant that is held against its plan.
pub fn table(held: &Held<'_>, plant: &Plant, enforcers: &[Enforcer]) -> Vec<Cell> {
    let judge = &held.judge;
    let mut gates = Gates::new(judge, enforcers);
    let mut passes: BTreeMap<(Place, Place), Option<Passes>> = BTreeMap::new();
    let mut cells: BTreeMap<Key, Seen> = BTreeMap::new();
    let mut used: BTreeSet<(Permitted, Option<Operation>)> = BTreeSet::new();
    let mut pairs: BTreeSet<(Place, Place)> = BTreeSet::new();
    for (place, (c, judged)) in plant.conversations.iter().zip(&held.judgements).enumerate() {
        if judged.from == judged.to {
            continue;
        }
        let (from, to) = (judged.from, judged.to);
        pairs.insert((from, to));
        let gate = passes.entry((from, to)).or_insert_with(|| gates.between(from, to));
        let through = gate.as_ref().and_then(|gate| gates.passes(gate, c));
        let mut add = |operation: Option<Operation>, verdict: Verdict| {
            if let Verdict::Permitted(by) = verdict {
                used.insert((by, operation));
            }
            let seen = cells.entry((from, to, c.transport, c.port, c.protocol, operation)).or_default();
            if seen.conversations.last() == Some(&place) {
                return;
            }
            seen.count += 1;
            seen.outside += u64::from(matches!(verdict, Verdict::Violation(..)));
            seen.denied += u64::from(through == Some(false));
            seen.unknown += u64::from(through.is_none());
            if seen.conversations.len() < CONVERSATIONS_PER_CELL_MAX {
                seen.conversations.push(place);
            }
        };
        if c.operations.is_empty() {
            add(None, judged.verdict);
        }
        for op in &c.operations {
            add(Some(op.operation), judge.operation(c, op, judged));
        }
    }
    let mut table: Vec<Cell> = cells.into_iter().map(|(key, seen)| observed(key, seen)).collect();
    let long = plant_days(plant) >= UNUSED_DAYS_MIN;
    for (from, to) in judge.pairs() {
        let gate = passes.entry((from, to)).or_insert_with(|| gates.between(from, to));
        // Silence is proven where something of the pair was seen, so that the capture does cover it.
        let proven = long && (pairs.contains(&(from, to)) || pairs.contains(&(to, from)));
        table.extend(unobserved(held, &gates, (from, to), gate.as_ref(), &used, proven));
    }
    for (from, to) in gates.pairs() {
        let gate = passes.entry((from, to)).or_insert_with(|| gates.between(from, to));
        if let Some(gate) = gate {
            table.extend(surface(held, &gates, (from, to), gate));
        }
    }
    table
}

/// How long the plant was watched, in days.
fn plant_days(plant: &Plant) -> i64 {
    let first = plant.conversations.iter().map(|c| c.first).min().unwrap_or_default();
    let last = plant.conversations.iter().map(|c| c.last).max().unwrap_or_default();
    last.since(first) / 86_400_000_000_000
}

fn observed((from, to, transport, port, protocol, operation): Key, seen: Seen) -> Cell {
    let intended = seen.outside == 0;
    let configured = match (seen.denied, seen.unknown) {
        (0, 0) => Some(true),
        (1.., _) => Some(false),
        (0, _) => None,
    };
    Cell {
        from,
        to,
        service: Some(Service { transport, ports: Span::one(port) }),
        protocol: protocol.to_string(),
        operation,
        intended,
        configured,
        observed: seen.count,
        conversations: seen.conversations,
        case: Case::of(intended, configured, true, true),
        sample: None,
    }
}

/// The permits between two zones that have not ended.
fn meant_still<'h>(
    held: &'h Held<'_>,
    from: Place,
    to: Place,
) -> impl Iterator<Item = (Permitted, &'h Permit)> {
    let permits = held.judge.permits_of(from, to);
    permits.filter(|(_, permit)| permit.expires.is_none_or(|end| end >= held.now))
}

/// What permits name and nobody was seen to use.
fn unobserved(
    held: &Held<'_>,
    gates: &Gates<'_>,
    (from, to): (Place, Place),
    gate: Option<&Passes>,
    used: &BTreeSet<(Permitted, Option<Operation>)>,
    silence_proven: bool,
) -> Vec<Cell> {
    let mut cells = Vec::new();
    for (which, permit) in meant_still(held, from, to) {
        let any_used = used.range((which, None)..).next().is_some_and(|(by, _)| *by == which);
        let unused = operations(permit).into_iter().filter(|operation| match operation {
            // "Anything" was used when anything was.
            None => !any_used,
            some => !used.contains(&(which, *some)),
        });
        let meant = gate.and_then(|gate| Some((gate, gates.meant(permit, from, to)?)));
        // Enough when some of what is meant passes: who is meant by "everybody" is not told exactly by rules.
        let configured = meant.and_then(|(gate, meant)| {
            let meets = |boxes: &[PacketBox]| {
                boxes.iter().any(|one| meant.iter().any(|meant| one.both(meant).is_some()))
            };
            if meets(&gate.lower) {
                Some(true)
            } else {
                (!meets(&gate.upper) && !meant.is_empty()).then_some(false)
            }
        });
        for operation in unused {
            let services: Vec<Option<Service>> = match permit.services.as_slice() {
                [] => vec![None],
                some => some.iter().copied().map(Some).collect(),
            };
            cells.extend(services.into_iter().map(|service| Cell {
                from,
                to,
                service,
                protocol: permit.protocols.join(", "),
                operation,
                intended: true,
                configured,
                observed: 0,
                conversations: Vec::new(),
                case: Case::of(true, configured, false, silence_proven),
                sample: None,
            }));
        }
    }
    cells
}

/// What passes for sure and no permit means.
fn surface(held: &Held<'_>, gates: &Gates<'_>, (from, to): (Place, Place), gate: &Passes) -> Vec<Cell> {
    let mut rest = gate.lower.clone();
    for (_, permit) in meant_still(held, from, to) {
        let Some(meant) = gates.meant(permit, from, to) else { return Vec::new() };
        for cut in &meant {
            if !subtract_from(&mut rest, cut) {
                return Vec::new();
            }
        }
    }
    let mut services: BTreeMap<(Span<u16>, Span<u16>), PacketBox> = BTreeMap::new();
    for one in rest {
        let key = (one.number(NumberField::Protocol), one.number(NumberField::DestinationPort));
        services.entry(key).or_insert(one);
    }
    let cell = |((protocol, ports), one): ((Span<u16>, Span<u16>), PacketBox)| Cell {
        from,
        to,
        service: service(protocol, ports),
        protocol: String::new(),
        operation: None,
        intended: false,
        configured: Some(true),
        observed: 0,
        conversations: Vec::new(),
        case: Case::AttackSurface,
        sample: Some(sample(&one)),
    };
    services.into_iter().take(SURFACE_ROWS_PER_PAIR_MAX).map(cell).collect()
}

/// The service of packets with these protocols and ports; none for any.
pub(super) fn service(protocol: Span<u16>, ports: Span<u16>) -> Option<Service> {
    let (transport, ports) = match (protocol.first, protocol.last) {
        (6, 6) => (Transport::Tcp, ports),
        (17, 17) => (Transport::Udp, ports),
        (1, 1) | (58, 58) => (Transport::Icmp, Span::ANY),
        (0, 255) => return None,
        _ => (Transport::Ip, protocol),
    };
    Some(Service { transport, ports })
}

/// The operations that a permit lists, each a cell of its own; none for anything, and for a conversation without any.
pub(super) fn operations(permit: &Permit) -> Vec<Option<Operation>> {
    match &permit.operations {
        Some(listed) if !listed.is_empty() => listed.iter().copied().map(Some).collect(),
        Some(_) | None => vec![None],
    }
}

/// The two hosts of one packet of a box.
pub(super) fn sample(one: &PacketBox) -> String {
    let [source, destination] = [AddressField::Source, AddressField::Destination]
        .map(|field| number_address(one.address(field).first));
    format!("{source} -> {destination}")
}
