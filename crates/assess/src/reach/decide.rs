//! Which rule decides one packet.

use model::firewall::{Firewall, Stage, Step, Then, Verdict};
use model::packets::{AddressField, NumberField, PacketBox, Span};

/// Ways that a packet may take in one stage before "cannot tell" is the answer.
const WAYS_MAX: usize = 64;

/// One packet: a box that holds exactly one of each field that is asked about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Question(pub PacketBox);

/// What becomes of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The verdict; none when it cannot be told.
    pub verdict: Option<Verdict>,
    /// Who decides. With no verdict, one of those that might.
    pub decider: Option<Decider>,
    /// Why it cannot be told, or on what the verdict rests beside the configuration.
    pub because: Vec<String>,
}

/// Who decides a packet in a stage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Decider {
    /// A rule: its place in [`Firewall::rules`].
    Rule(usize),
    /// What holds where no rule decides: the place of the stage in [`Firewall::stages`].
    End(usize),
}

/// One way through a stage.
#[derive(Debug, Clone)]
struct Way {
    verdict: Verdict,
    decider: Decider,
    packet: PacketBox,
    because: Vec<String>,
    /// True when it hangs on a doubt that a packet alone does not settle.
    open: bool,
}

/// Asks a firewall about one packet that comes alone, with nothing counted yet.
pub fn decide(firewall: &Firewall, question: &Question) -> Answer {
    let start = Way {
        verdict: Verdict::Allow,
        decider: Decider::End(0),
        packet: question.0,
        because: Vec::new(),
        open: false,
    };
    let mut ways = vec![start];
    let mut ended: Vec<Way> = Vec::new();
    for (place, stage) in firewall.stages.iter().enumerate() {
        let mut after = Vec::new();
        for way in ways {
            let Some(found) = through(stage, place, &way) else { return too_many() };
            for mut found in found {
                match found.verdict {
                    Verdict::Deny => ended.push(found),
                    Verdict::Allow => {
                        // A stage that lets pass by its end alone does not decide where an earlier rule did.
                        if let (Decider::End(_), Decider::Rule(_)) = (found.decider, way.decider) {
                            found.decider = way.decider;
                        }
                        after.push(found);
                    }
                }
            }
        }
        if after.len() + ended.len() > WAYS_MAX {
            return too_many();
        }
        ways = after;
    }
    ended.append(&mut ways);
    answer(ended)
}

fn answer(ways: Vec<Way>) -> Answer {
    let agreed = ways.windows(2).all(|pair| match pair {
        [one, other] => one.verdict == other.verdict,
        _ => true,
    });
    let mut because: Vec<String> = ways.iter().flat_map(|way| way.because.iter().cloned()).collect();
    because.sort();
    because.dedup();
    // Where all agree, the way without doubt is the one to name.
    let first = ways.iter().find(|way| !way.open).or(ways.first());
    Answer {
        verdict: first.filter(|_| agreed).map(|way| way.verdict),
        decider: first.map(|way| way.decider),
        because,
    }
}

fn too_many() -> Answer {
    let because = "too many rules depend on what the configuration does not tell".to_string();
    Answer { verdict: None, decider: None, because: vec![because] }
}

/// All ways of a packet through one stage; none when there are too many.
fn through(stage: &Stage, place: usize, start: &Way) -> Option<Vec<Way>> {
    let mut found: Vec<Way> = Vec::new();
    let mut open: Vec<(usize, Way)> = vec![(0, start.clone())];
    while let Some((at, way)) = open.pop() {
        let Some(step) = stage.steps.get(at) else {
            found.push(Way { verdict: stage.end, decider: Decider::End(place), ..way });
            if found.len() + open.len() > WAYS_MAX {
                return None;
            }
            continue;
        };
        // Steps lead forward only; one that does not would never end.
        let onward = |to: usize| to.max(at + 1);
        let (met, missed) = meets(step, &way.packet);
        let mut doubtful = way.clone();
        if met && (step.doubt.is_some() || missed) {
            let because = step.doubt.as_ref().map_or("the question leaves it open", |doubt| &doubt.because);
            doubtful.because.push(because.to_string());
            doubtful.open |= met && missed;
        }
        if missed {
            let way = if met { doubtful.clone() } else { way };
            open.push((onward(step.otherwise), way));
        }
        if met {
            match &step.then {
                Then::End(verdict) => {
                    // Whom a stage lets pass without a rule it does not concern: who decided before still does.
                    let decider = match (step.rule, verdict) {
                        (Some(rule), _) => Decider::Rule(rule),
                        (None, Verdict::Allow) => doubtful.decider,
                        (None, Verdict::Deny) => Decider::End(place),
                    };
                    found.push(Way { verdict: *verdict, decider, ..doubtful });
                }
                Then::Go(to) => open.push((onward(*to), doubtful)),
                Then::Translate { destination, port, go } => {
                    let packet = translated(&doubtful.packet, *destination, *port);
                    open.push((onward(*go), Way { packet, ..doubtful }));
                }
            }
        }
        if found.len() + open.len() > WAYS_MAX {
            return None;
        }
    }
    Some(found)
}

/// Whether a step may meet the packet, and whether it may miss it.
fn meets(step: &Step, packet: &PacketBox) -> (bool, bool) {
    let met = step.test.boxes.iter().any(|one| one.both(packet).is_some());
    let whole = step.test.boxes.iter().any(|one| one.covers(packet));
    match step.doubt.as_ref().map(|doubt| doubt.alone) {
        Some(None) => (met, true),
        Some(Some(false)) => (false, true),
        Some(Some(true)) | None => (met, !whole),
    }
}

/// The packet with its new destination.
pub(super) fn translated(
    packet: &PacketBox,
    destination: Option<Span<u128>>,
    port: Option<Span<u16>>,
) -> PacketBox {
    let mut new = *packet;
    if let Some(destination) = destination {
        new.addresses[AddressField::Destination as usize] = destination;
    }
    if let Some(port) = port {
        new.numbers[NumberField::DestinationPort as usize] = port;
    }
    new
}
