//! Conduits of the plan in which nothing was seen.

use model::{Gap, Severity};

use crate::against;
use crate::catalogue as c;
use crate::checks::Check;
use crate::found::{Found, Told};
use crate::german;
use crate::plan::Verdict;
use crate::scene::Scene;
use crate::words;

pub(super) const CHECK: Check = Check {
    id: "never-observed-conduit",
    title: "Nothing was seen in a conduit",
    severity: Severity::Info,
    technique: None,
    help: HELP,
    german: german::NEVER_OBSERVED_CONDUIT,
    find,
};

const HELP: &str = "
## What it finds
Conduits of the plan in which no conversation was seen. Whether they are unused cannot be told from that: what
happens once a year is not in a capture of a day, and a capture at another place does not see it. It needs a plan.
## Why it matters on the floor
Every way that is open and not needed is one more for whoever wants in. But a way that is closed and needed once a
year stops the plant on that day.
## What to do
Ask its owner. Is it for something rare, such as the yearly backup or an emergency, say so as its reason. Is it for
nothing, retire it.
";

fn find<'a>(scene: &Scene<'a>, found: &mut Found<'_, 'a>) {
    let Some(held) = scene.held else { return };
    let mut seen = vec![false; held.judge.plan().conduits.len()];
    for judged in &held.judgements {
        // What is faulty in a conduit was seen in it all the same.
        let by = match judged.verdict {
            Verdict::Permitted(by) => Some(by),
            Verdict::Violation(_, closest) => closest,
            Verdict::Inside => None,
        };
        if let Some(seen) = by.and_then(|by| seen.get_mut(by.conduit as usize)) {
            *seen = true;
        }
    }
    let never = held.judge.plan().conduits.iter().zip(seen).filter(|(_, seen)| !seen);
    for (conduit, _) in never {
        found.tell_of(Severity::Info, Vec::new(), &[], CHECK.technique, || {
            let zone = |id: &str| held.judge.places.with_id(id).map(|place| against::zone(held, place));
            let zone = |id: &str| zone(id).unwrap_or_else(|| "".into());
            let (from, to) = (("from", zone(&conduit.from)), ("to", zone(&conduit.to)));
            let span = Gap::Span(scene.span.0, scene.span.1);
            Told {
                title: c::NEVER_OBSERVED.with([("conduit", words::short(&conduit.id).into())]),
                detail: c::NEVER_OBSERVED_DETAIL.with([from, to, ("span", span)]),
            }
        });
    }
}
