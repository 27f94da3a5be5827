//! What the checks of the plan have in common: violations of one kind, told by the zones that they lie between.

use std::collections::{BTreeMap, BTreeSet};

use model::{Gap, Sentence, Severity};

use crate::catalogue as c;
use crate::found::{Found, Told, lowered, raised};
use crate::plan::{Case, Cell, Held, Permitted, Place, Verdict, Violation};
use crate::scene::{Scene, Talk};
use crate::words;

/// Tells the conversations that the plan does not hold for one of these reasons: one finding for each pair of zones and
/// conduit.
pub fn violations<'a>(
    scene: &Scene<'a>,
    found: &mut Found<'_, 'a>,
    wanted: &[Violation],
    usual: Severity,
    title: Sentence,
) {
    let Some(held) = scene.held else { return };
    let folds = scene.fold(|talk| {
        let judged = held.judgements.get(talk.index)?;
        let Verdict::Violation(violation, closest) = judged.verdict else { return None };
        let conduit = closest.map(|closest| closest.conduit);
        wanted.contains(&violation).then_some((judged.from, judged.to, conduit, violation))
    });
    for ((from, to, conduit, violation), places) in folds {
        let talks = scene.at(&places);
        let severity = if talks.clone().any(Talk::changes_device) { raised(usual) } else { usual };
        let severity = if talks.clone().any(Talk::answered) { severity } else { lowered(severity) };
        found.tell(severity, &places, || {
            let count = words::count(places.len(), words::CONVERSATION);
            let conduit = conduit.map(|conduit| Permitted { conduit, permit: 0 });
            let conduit = conduit.and_then(|which| held.judge.conduit(which));
            let named = conduit.map_or_else(String::new, |conduit| words::short(&conduit.id));
            let gaps = [
                ("from", zone(held, from)),
                ("to", zone(held, to)),
                ("count", count),
                ("conduit", named.into()),
            ];
            Told { title: title.with(gaps), detail: detail(held, talks.clone(), violation) }
        });
    }
}

/// Tells the cells of the table of these cases: one finding for each pair of zones. The second sentence is the detail.
pub fn cells<'a>(
    scene: &Scene<'a>,
    found: &mut Found<'_, 'a>,
    wanted: impl Fn(Case) -> bool,
    severity: Severity,
    (title, detail): (Sentence, Sentence),
) {
    let Some(held) = scene.held else { return };
    let mut pairs: BTreeMap<(Place, Place), Vec<&Cell>> = BTreeMap::new();
    for cell in held.table.iter().filter(|cell| wanted(cell.case)) {
        pairs.entry((cell.from, cell.to)).or_default().push(cell);
    }
    for ((from, to), cells) in pairs {
        let places: BTreeSet<usize> =
            cells.iter().flat_map(|cell| cell.conversations.iter().copied()).collect();
        let places: Vec<usize> = places.into_iter().collect();
        found.tell(severity, &places, || {
            let services: Vec<String> = cells.iter().map(|cell| service(cell)).collect();
            let services = ("services", words::names(services.iter().map(String::as_str)));
            let samples = words::names(cells.iter().filter_map(|cell| cell.sample.as_deref()));
            let ends = [("from", zone(held, from)), ("to", zone(held, to))];
            let [from, to] = ends;
            let count = ("count", Gap::Number(places.len() as u64));
            let samples = if samples.is_empty() { c::PLAN_SEEN.into() } else { samples };
            Told {
                title: title.with([from, to, services.clone()]),
                detail: detail.with([services, ("samples", samples), count]),
            }
        });
    }
}

/// A service as a person names it: `modbus tcp/502`.
fn service(cell: &Cell) -> String {
    let service = cell.service.map_or_else(|| "any".to_string(), |service| service.to_string());
    if cell.protocol.is_empty() { service } else { format!("{} {service}", cell.protocol) }
}

/// Tells calls that should not be, unless the plan permits them: one finding for each asset that is called.
pub fn unplanned_calls<'a>(
    scene: &Scene<'a>,
    found: &mut Found<'_, 'a>,
    wanted: impl Fn(&Talk<'a>) -> bool,
    usual: Severity,
    title: Sentence,
) {
    let planned = |talk: &Talk<'a>| scene.held.is_some_and(|held| held.permits(talk.index));
    let folds = scene.fold(|talk| (wanted(talk) && !planned(talk)).then(|| talk.to.party()));
    for (called, places) in folds {
        let talks = scene.at(&places);
        let severity = if talks.clone().any(Talk::changes_device) { raised(usual) } else { usual };
        let severity = if talks.clone().any(Talk::answered) { severity } else { lowered(severity) };
        found.tell(severity, &places, || {
            let callers = words::labels(talks.clone().map(|talk| talk.from));
            let traffic = words::traffic(talks.clone());
            let called = scene.label(called);
            let title = title.with([("called", called.clone().into()), ("callers", callers.clone())]);
            let detail =
                c::PLAN_DETAIL.with([("callers", callers), ("called", called.into()), ("traffic", traffic)]);
            Told { title, detail: detail.and(words::unanswered(talks.clone())) }
        });
    }
}

fn detail<'t, 'a: 't>(
    held: &Held<'_>,
    talks: impl Iterator<Item = &'t Talk<'a>> + Clone,
    violation: Violation,
) -> model::Message {
    let callers = words::labels(talks.clone().map(|talk| talk.from));
    let called = words::labels(talks.clone().map(|talk| talk.to));
    let traffic = words::traffic(talks.clone());
    let said = c::PLAN_DETAIL.with([("callers", callers), ("called", called), ("traffic", traffic)]);
    let faulty = talks.clone().flat_map(|talk| {
        let judged = held.judgements.get(talk.index);
        let own = talk.conversation.operations.iter();
        own.filter(move |op| {
            judged.is_some_and(|judged| {
                held.judge.operation(talk.conversation, op, judged).violation().is_some()
            })
        })
    });
    let deeds = words::some(c::PLAN_DEEDS, "deeds", words::deeds(faulty));
    let when = (violation == Violation::OutsideWindow).then(|| c::PLAN_WINDOW.into());
    said.and(deeds).and(when).and(words::unanswered(talks))
}

/// What people call a place.
pub fn zone(held: &Held<'_>, place: Place) -> Gap {
    match (held.judge.places.zone(place), place) {
        (Some(zone), _) => words::short(&zone.name).into(),
        (None, Place::Outside) => c::PLAN_OUTSIDE.into(),
        (None, Place::Zone(_) | Place::Unassigned | Place::Anywhere) => c::PLAN_UNASSIGNED.into(),
    }
}
