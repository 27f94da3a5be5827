//! Messages that break the rules of their protocol.

use model::{Certainty, Gap, Severity};

use crate::catalogue as c;
use crate::checks::Check;
use crate::found::{Found, Told};
use crate::german;
use crate::scene::Scene;
use crate::words;

pub(super) const CHECK: Check = Check {
    id: "frame-malformed",
    title: "Messages break the rules of their protocol",
    severity: Severity::Info,
    technique: Some("T0814"),
    help: HELP,
    german: german::FRAME_MALFORMED,
    find,
};

/// Share of broken messages, in percent of the frames, from which a device or a sender rather than a single
/// disturbance is to be suspected.
const BROKEN_PERCENT_MIN: u64 = 1;

/// Below this number a share says nothing.
const BROKEN_MIN: u64 = 10;

const HELP: &str = "
## What it finds
Messages whose lengths, fields or order are not as the protocol wants them, in conversations whose protocol was
recognised by its content. One finding tells each protocol, with the conversation that holds most of them.
## Why it matters on the floor
Most often it is an old or home-made driver, and nothing happens. But controllers have stopped on a single broken
message, and tools that search for such weaknesses send many of them.
## What to do
Look at the sender that is named first. If it is a known driver, note it. If it is a host that has no business
there, treat it as an attack.
";

fn find<'a>(scene: &Scene<'a>, found: &mut Found<'_, 'a>) {
    let folds = scene.fold(|talk| {
        let c = talk.conversation;
        (c.malformed > 0 && c.certainty == Certainty::Content).then_some(c.protocol)
    });
    for (protocol, mut places) in folds {
        places.sort_by_key(|&place| {
            std::cmp::Reverse(scene.talks.get(place).map(|t| t.conversation.malformed))
        });
        let talks = scene.at(&places);
        let broken: u64 = talks.clone().map(|talk| talk.conversation.malformed).sum();
        let many = talks.clone().any(|talk| {
            let c = talk.conversation;
            c.malformed >= BROKEN_MIN && c.malformed.saturating_mul(100) >= c.packets * BROKEN_PERCENT_MIN
        });
        let severity = if many { Severity::Low } else { Severity::Info };
        found.tell(severity, &places, || {
            let worst = talks.clone().next().map(|talk| {
                let reason = talk.conversation.malformed_reason.unwrap_or_default();
                let worst = c::MALFORMED_WORST.with([
                    ("from", talk.from.label().into()),
                    ("to", talk.to.label().into()),
                    ("count", Gap::Number(talk.conversation.malformed)),
                ]);
                worst.and(words::some(c::MALFORMED_REASON, "reason", reason.into()))
            });
            let broken = Gap::Count(broken, words::BROKEN);
            let detail = c::MALFORMED_DETAIL.with([
                ("broken", broken.clone()),
                ("conversations", words::count(places.len(), words::CONVERSATION)),
                ("span", words::span_of(talks.clone())),
            ]);
            Told {
                title: c::MALFORMED.with([("protocol", protocol.into()), ("broken", broken)]),
                detail: detail.and(worst),
            }
        });
    }
}
