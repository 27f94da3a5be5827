//! Permits of the plan that have ended.

use model::{Gap, Severity, Timestamp};

use crate::against;
use crate::catalogue as c;
use crate::checks::Check;
use crate::found::{Found, Told};
use crate::german;
use crate::plan::Violation;
use crate::scene::Scene;
use crate::words;

pub(super) const CHECK: Check = Check {
    id: "expired-exception",
    title: "An exception has ended",
    severity: Severity::Medium,
    technique: None,
    help: HELP,
    german: german::EXPIRED_EXCEPTION,
    find,
};

const HELP: &str = "
## What it finds
Conversations after the day on which their permit in the plan ended, and permits that ended and are still in the
plan. It needs a plan.
## Why it matters on the floor
Exceptions are granted for a repair, a start-up, a supplier. What stays open afterwards is a door that nobody
answers for.
## What to do
Ask the owner of the conduit. Is it still needed, give it a new end and say why; is it not, take it out of the plan
and close it in the firewall.
";

fn find<'a>(scene: &Scene<'a>, found: &mut Found<'_, 'a>) {
    against::violations(scene, found, &[Violation::Expired], Severity::Medium, c::EXPIRED_EXCEPTION);
    let Some(held) = scene.held else { return };
    for conduit in &held.judge.plan().conduits {
        let ended = conduit.permits.iter().filter_map(|permit| permit.expires).filter(|end| *end < held.now);
        let ended: Vec<Timestamp> = ended.collect();
        let Some(first) = ended.iter().min() else { continue };
        found.tell_of(Severity::Low, Vec::new(), &[], CHECK.technique, || {
            let conduit = words::short(&conduit.id);
            let count = words::count(ended.len(), words::PERMIT);
            Told {
                title: c::EXPIRED_PERMIT.with([("conduit", conduit.clone().into()), ("count", count)]),
                detail: c::EXPIRED_PERMIT_DETAIL
                    .with([("conduit", conduit.into()), ("span", Gap::Span(*first, *first))]),
            }
        });
    }
}
