//! Conversations held against the conduits of the plan.

use std::collections::HashSet;

use model::plan::{Conduit, Initiator, Peer, Permit, Plan};
use model::{AssetId, Conversation, Host, OperationCount, Plant, Protection};

use super::places::{Place, Places};
use crate::scene::Table;

/// What the plan says of a conversation, or of one operation in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// It stays within a zone for whose inside the plan has no conduit.
    Inside,
    /// A permit holds it.
    Permitted(Permitted),
    /// Nothing holds it.
    Violation(Violation, Option<Permitted>),
}

impl Verdict {
    /// Why it is a violation; none when it is not.
    pub fn violation(self) -> Option<Violation> {
        match self {
            Verdict::Violation(violation, _) => Some(violation),
            Verdict::Inside | Verdict::Permitted(_) => None,
        }
    }
}

/// The permit that holds a conversation, or that comes closest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Permitted {
    /// Its conduit: the place in the plan.
    pub conduit: u32,
    /// The permit: the place in the conduit.
    pub permit: u32,
}

/// Why the plan does not hold a conversation. The order is that of weight: the last outweighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Violation {
    /// It is less protected than the permit asks.
    EncryptionRequired,
    /// It happened while the permit's window was closed.
    OutsideWindow,
    /// It happened after the permit had ended.
    Expired,
    /// The conduit is there, but not for this operation.
    OperationNotAllowed,
    /// The conduit is there, but the other end may start alone.
    WrongDirection,
    /// No conduit between these zones names this service and these peers.
    UnknownConduit,
}

impl Violation {
    /// The id of the finding that tells it.
    pub fn finding(self) -> &'static str {
        match self {
            Violation::EncryptionRequired => "encryption-required",
            Violation::OutsideWindow | Violation::OperationNotAllowed => "operation-not-allowed",
            Violation::Expired => "expired-exception",
            Violation::WrongDirection => "wrong-direction",
            Violation::UnknownConduit => "unknown-conduit",
        }
    }
}

/// One conversation as the plan sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Judgement {
    /// The zone of who started.
    pub from: Place,
    /// The zone of who answered.
    pub to: Place,
    /// The verdict; of several operations the gravest.
    pub verdict: Verdict,
}

impl Judgement {
    /// Why it is a violation; none when it is not.
    pub fn violation(&self) -> Option<Violation> {
        self.verdict.violation()
    }
}

/// A plan made ready to judge by.
pub struct Judge<'a> {
    plan: &'a Plan,
    /// Where addresses are.
    pub places: Places<'a>,
    /// Permits by the zones of who starts and who answers.
    permits: Table<(Place, Place), Vec<Ready<'a>>>,
}

/// A permit made ready: its exact peers can be looked up.
struct Ready<'a> {
    which: Permitted,
    permit: &'a Permit,
    exact: HashSet<(Host, Host), foldhash::fast::FixedState>,
    wide: Vec<Peer>,
}

impl<'a> Judge<'a> {
    /// Looks at a plan.
    pub fn new(plan: &'a Plan) -> Judge<'a> {
        let places = Places::new(plan);
        let mut permits: Table<(Place, Place), Vec<Ready<'a>>> = Table::default();
        for (number, conduit) in (0_u32..).zip(&plan.conduits) {
            for pair in directions(&places, conduit) {
                let ready = (0_u32..)
                    .zip(&conduit.permits)
                    .map(|(place, permit)| Ready::new(Permitted { conduit: number, permit: place }, permit));
                permits.entry(pair).or_default().extend(ready);
            }
        }
        Judge { plan, places, permits }
    }

    /// The plan.
    pub fn plan(&self) -> &'a Plan {
        self.plan
    }

    /// Pairs of zones that have permits: who starts, who answers.
    pub fn pairs(&self) -> Vec<(Place, Place)> {
        let mut pairs: Vec<(Place, Place)> = self.permits.keys().copied().collect();
        pairs.sort_unstable();
        pairs
    }

    /// The permits between two zones.
    pub fn permits_of(&self, from: Place, to: Place) -> impl Iterator<Item = (Permitted, &'a Permit)> {
        self.permits.get(&(from, to)).into_iter().flatten().map(|ready| (ready.which, ready.permit))
    }

    /// The conduit of a permit.
    pub fn conduit(&self, which: Permitted) -> Option<&'a Conduit> {
        self.plan.conduits.get(which.conduit as usize)
    }

    /// The permit itself.
    pub fn permit(&self, which: Permitted) -> Option<&'a Permit> {
        self.conduit(which)?.permits.get(which.permit as usize)
    }

    /// Judges all conversations of a plant, in its order.
    pub fn all(&self, plant: &Plant) -> Vec<Judgement> {
        let mut known: Table<(Host, Option<AssetId>), Place> = Table::default();
        let mut place = |host: Host, id: Option<AssetId>| {
            let find = || self.places.of(host, id.and_then(|id| plant.asset(id)));
            *known.entry((host, id)).or_insert_with(find)
        };
        let judged = |c: &Conversation| {
            let (from, to) = (place(c.initiator, c.initiator_asset), place(c.responder, c.responder_asset));
            self.between(c, from, to)
        };
        plant.conversations.iter().map(judged).collect()
    }

    /// Judges one conversation between two zones.
    pub fn between(&self, c: &Conversation, from: Place, to: Place) -> Judgement {
        let (from, to) = settled(from, to);
        Judgement { from, to, verdict: self.verdict(c, from, to) }
    }

    fn verdict(&self, c: &Conversation, from: Place, to: Place) -> Verdict {
        let Some(permits) = self.permits.get(&(from, to)) else {
            return if from == to { Verdict::Inside } else { self.without(c, from, to) };
        };
        let holding: Vec<&Ready<'_>> = permits.iter().filter(|ready| ready.holds(c)).collect();
        if holding.is_empty() {
            return self.without(c, from, to);
        }
        if c.operations.is_empty() {
            return self.best(holding.iter().map(|ready| (*ready, (c.first, c.last))), c);
        }
        let each = c.operations.iter().map(|op| self.of_operation(&holding, op, c));
        // A violation of one operation is one of the conversation.
        each.reduce(gravest).unwrap_or(Verdict::Inside)
    }

    /// Judges one operation of a conversation that was judged.
    pub fn operation(&self, c: &Conversation, op: &OperationCount, judged: &Judgement) -> Verdict {
        let Some(permits) = self.permits.get(&(judged.from, judged.to)) else { return judged.verdict };
        let holding: Vec<&Ready<'_>> = permits.iter().filter(|ready| ready.holds(c)).collect();
        if holding.is_empty() { judged.verdict } else { self.of_operation(&holding, op, c) }
    }

    fn of_operation(&self, holding: &[&Ready<'_>], op: &OperationCount, c: &Conversation) -> Verdict {
        let allowing =
            holding.iter().filter(|ready| ready.allows(op)).map(|ready| (*ready, (op.first, op.last)));
        if allowing.clone().next().is_none() {
            let closest = holding.first().map(|ready| ready.which);
            return Verdict::Violation(Violation::OperationNotAllowed, closest);
        }
        self.best(allowing, c)
    }

    /// The first permit without a fault, else the one with the smallest.
    fn best<'r>(
        &self,
        permits: impl Iterator<Item = (&'r Ready<'a>, (model::Timestamp, model::Timestamp))>,
        c: &Conversation,
    ) -> Verdict
    where
        'a: 'r,
    {
        let mut least: Option<(Violation, Permitted)> = None;
        for (ready, span) in permits {
            match ready.fault(c, span, self.plan.utc_offset_minutes) {
                None => return Verdict::Permitted(ready.which),
                Some(fault) if least.is_none_or(|(known, _)| fault < known) => {
                    least = Some((fault, ready.which));
                }
                Some(_) => {}
            }
        }
        match least {
            Some((fault, which)) => Verdict::Violation(fault, Some(which)),
            None => Verdict::Violation(Violation::UnknownConduit, None),
        }
    }

    /// No permit holds it as it went: perhaps one does the other way round.
    fn without(&self, c: &Conversation, from: Place, to: Place) -> Verdict {
        let back = self.permits.get(&(to, from)).filter(|_| from != to);
        let turned = back.and_then(|permits| permits.iter().find(|ready| ready.holds_turned(c)));
        match turned {
            Some(ready) => Verdict::Violation(Violation::WrongDirection, Some(ready.which)),
            None => Verdict::Violation(Violation::UnknownConduit, None),
        }
    }
}

/// Who starts and who answers in a conduit, as zones.
fn directions(places: &Places<'_>, conduit: &Conduit) -> Vec<(Place, Place)> {
    let (Some(from), Some(to)) = (places.with_id(&conduit.from), places.with_id(&conduit.to)) else {
        return Vec::new();
    };
    match conduit.initiator {
        Initiator::From => vec![(from, to)],
        Initiator::To => vec![(to, from)],
        Initiator::Either if from == to => vec![(from, to)],
        Initiator::Either => vec![(from, to), (to, from)],
    }
}

/// A group is where the other end is.
fn settled(from: Place, to: Place) -> (Place, Place) {
    match (from, to) {
        (Place::Anywhere, Place::Anywhere) => (Place::Unassigned, Place::Unassigned),
        (Place::Anywhere, to) => (to, to),
        (from, Place::Anywhere) => (from, from),
        both => both,
    }
}

fn gravest(one: Verdict, other: Verdict) -> Verdict {
    if other.violation() > one.violation() { other } else { one }
}

impl<'a> Ready<'a> {
    fn new(which: Permitted, permit: &'a Permit) -> Ready<'a> {
        let mut ready = Ready { which, permit, exact: HashSet::default(), wide: Vec::new() };
        for peer in &permit.peers {
            match (peer.from, peer.to) {
                (model::plan::Member::Host(from), model::plan::Member::Host(to)) => {
                    ready.exact.insert((from, to));
                }
                _ => ready.wide.push(*peer),
            }
        }
        ready
    }

    /// True when it names the service and the peers of this conversation.
    fn holds(&self, c: &Conversation) -> bool {
        self.serves(c) && self.joins(c.initiator, c.responder)
    }

    fn holds_turned(&self, c: &Conversation) -> bool {
        self.serves(c) && self.joins(c.responder, c.initiator)
    }

    fn serves(&self, c: &Conversation) -> bool {
        let (protocols, services) = (&self.permit.protocols, &self.permit.services);
        (services.is_empty() || services.iter().any(|service| service.holds(c.transport, c.port)))
            && (protocols.is_empty() || protocols.iter().any(|name| name == c.protocol))
    }

    fn joins(&self, from: Host, to: Host) -> bool {
        self.permit.peers.is_empty()
            || self.exact.contains(&(from, to))
            || self.wide.iter().any(|peer| peer.from.holds(from) && peer.to.holds(to))
    }

    fn allows(&self, op: &OperationCount) -> bool {
        let listed =
            if op.by_initiator { &self.permit.operations } else { &self.permit.responder_operations };
        match listed {
            Some(listed) => listed.contains(&op.operation),
            None => op.by_initiator || !op.operation.changes_device(),
        }
    }

    /// What speaks against it beside what it names: its end, its window, its protection.
    fn fault(
        &self,
        c: &Conversation,
        (first, last): (model::Timestamp, model::Timestamp),
        utc_offset_minutes: i16,
    ) -> Option<Violation> {
        if self.permit.expires.is_some_and(|end| last > end) {
            return Some(Violation::Expired);
        }
        let closed = |window: &model::plan::Window| {
            !window.is_open(first, utc_offset_minutes) || !window.is_open(last, utc_offset_minutes)
        };
        if self.permit.window.as_ref().is_some_and(closed) {
            return Some(Violation::OutsideWindow);
        }
        let asked = self.permit.protection?;
        let enough = match (asked, c.protection) {
            // What was not seen enough to tell is not held against it.
            (_, Protection::Encrypted | Protection::Unknown) => true,
            (Protection::Encrypted, Protection::Signed | Protection::Clear) => false,
            (Protection::Signed, seen) => seen != Protection::Clear,
            (Protection::Clear | Protection::Unknown, _) => true,
        };
        (!enough).then_some(Violation::EncryptionRequired)
    }
}
