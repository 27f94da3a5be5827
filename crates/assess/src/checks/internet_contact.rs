//! Calls from the Internet into the plant.

use model::{Family, Gap, Level, Severity};

use crate::catalogue as c;
use crate::checks::Check;
use crate::found::{Found, Told, lowered};
use crate::german;
use crate::scene::{Scene, Talk, is_operating};
use crate::words;

pub(super) const CHECK: Check = Check {
    id: "internet-contact",
    title: "An asset is called from the Internet",
    severity: Severity::Critical,
    technique: Some("T0883"),
    help: HELP,
    german: german::INTERNET_CONTACT,
    find,
};

const HELP: &str = "
## What it finds
A public address that opened a conversation with an asset of the plant, or of the business side. One finding tells
all callers of one asset. It is milder where the asset did not answer, and for servers above the plant, which may
be meant to be public.
## Why it matters on the floor
Every address on the Internet is tried many times a day. A controller or panel that answers there will be found,
and it was not built to defend itself.
## What to do
Close the port forwarding or the public address now; nothing of the plant has to be reachable from outside. Give
vendors and staff a way in over the DMZ, with a person who opens it and an end.
";

fn find<'a>(scene: &Scene<'a>, found: &mut Found<'_, 'a>) {
    let folds = scene.fold(|talk| {
        let inwards = talk.from.is_outside() && !talk.to.is_outside() && talk.to.host.is_unicast();
        let upkeep = talk.conversation.family == Family::Network;
        (inwards && !upkeep && talk.start_is_known()).then(|| talk.to.party())
    });
    for (called, places) in folds {
        let talks = scene.at(&places);
        let Some(severity) = talks.clone().filter_map(severity).max() else { continue };
        found.tell(severity, &places, || {
            let answered = talks.clone().any(Talk::answered);
            let level = talks.clone().find_map(|talk| talk.to.level);
            let called = scene.label(called);
            let detail = c::INTERNET_CONTACT_DETAIL.with([
                ("callers", words::labels(talks.clone().map(|talk| talk.from))),
                ("called", called.clone().into()),
                ("level", Gap::Level(level)),
                ("traffic", words::traffic(talks.clone())),
            ]);
            let (title, end) = match answered {
                true => (c::INTERNET_ANSWERS, c::IT_ANSWERED),
                false => (c::INTERNET_CALLED, c::NO_ANSWER),
            };
            Told { title: title.with([("called", called.into())]), detail: detail.and([end.into()]) }
        });
    }
}

/// None where there is nothing to tell: nobody answers on the business side.
fn severity(talk: &Talk<'_>) -> Option<Severity> {
    let in_plant = talk.to.is_at_or_below(Level::Operations) || talk.to.has_role(is_operating);
    let family = talk.conversation.family;
    let opens = family.is_operational() || matches!(family, Family::RemoteAccess | Family::Management);
    let severity = match (in_plant, opens) {
        (true, _) if talk.to.sure => Severity::Critical,
        (true, _) => Severity::High,
        (false, true) => Severity::High,
        (false, false) => Severity::Low,
    };
    match (talk.answered(), in_plant) {
        (true, _) => Some(severity),
        (false, true) => Some(lowered(lowered(severity))),
        (false, false) => None,
    }
}
