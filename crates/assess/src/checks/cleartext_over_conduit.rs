//! Log-ins and commands that cross zones in clear text.

use model::{Operation, Protection, Severity};

use crate::against;
use crate::catalogue as c;
use crate::checks::Check;
use crate::found::{Found, Told};
use crate::german;
use crate::plan::{Permitted, Verdict};
use crate::scene::Scene;
use crate::words;

pub(super) const CHECK: Check = Check {
    id: "cleartext-over-conduit",
    title: "Log-ins and commands cross zones in clear text",
    severity: Severity::Low,
    technique: Some("T0842"),
    help: HELP,
    german: german::CLEARTEXT_OVER_CONDUIT,
    find,
};

const HELP: &str = "
## What it finds
Conversations that a conduit of the plan permits, that log in or change a device, and that anyone on the way can
read. One finding for each conduit. It needs a plan.
## Why it matters on the floor
Inside a cell clear text is often all that machines can do. Between zones it passes switches, cables and people
that the cell does not know, and who reads a password there can use it.
## What to do
Where both ends can, switch to the protected form and ask for it in the plan (protection). Otherwise lead it
through a tunnel between the zones, or keep the service inside its zone.
";

fn find<'a>(scene: &Scene<'a>, found: &mut Found<'_, 'a>) {
    let Some(held) = scene.held else { return };
    let folds = scene.fold(|talk| {
        let judged = held.judgements.get(talk.index)?;
        let Verdict::Permitted(by) = judged.verdict else { return None };
        let opens =
            talk.changes_device() || talk.has(Operation::LogIn) || !talk.conversation.credentials.is_empty();
        let clear = talk.conversation.protection == Protection::Clear;
        (opens && clear && judged.from != judged.to).then_some((by.conduit, judged.from, judged.to))
    });
    for ((number, from, to), places) in folds {
        let talks = scene.at(&places);
        found.tell(Severity::Low, &places, || {
            let conduit = held.judge.conduit(Permitted { conduit: number, permit: 0 });
            let conduit = conduit.map_or_else(String::new, |conduit| words::short(&conduit.id));
            let callers = words::labels(talks.clone().map(|talk| talk.from));
            let called = words::labels(talks.clone().map(|talk| talk.to));
            let traffic = words::traffic(talks.clone());
            let (from, to) = (("from", against::zone(held, from)), ("to", against::zone(held, to)));
            Told {
                title: c::CLEARTEXT_OVER_CONDUIT.with([from, to, ("conduit", conduit.into())]),
                detail: c::PLAN_DETAIL.with([("callers", callers), ("called", called), ("traffic", traffic)]),
            }
        });
    }
}
