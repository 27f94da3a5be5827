//! Office and enterprise hosts that reach a controller.

use model::{Gap, Level, Message, Severity};

use crate::catalogue as c;
use crate::checks::Check;
use crate::found::{Found, Told, lowered};
use crate::german;
use crate::scene::{Scene, Talk, is_office, is_operating};
use crate::words;

pub(super) const CHECK: Check = Check {
    id: "it-to-level-1",
    title: "A controller is reached from business or enterprise",
    severity: Severity::High,
    technique: Some("T0886"),
    help: HELP,
    german: german::IT_TO_LEVEL_1,
    find,
};

const HELP: &str = "
## What it finds
A controller, drive, relay or other device of level 1 that is asked by a host of level 4 or 5, or by an office
client whose level is not known. It is worse when the host changes something: writes values, loads a program,
starts or stops. One finding tells all hosts that reach one device.
## Why it matters on the floor
An office computer reads mail and opens web pages. Whoever takes it over can do to the controller whatever the
office computer can do, and a controller of this kind asks nobody who he is.
## What to do
Find out what the host needs. Values for reports belong in a historian or a server in the DMZ; programming belongs
on an engineering station that is reached over a jump host. Then close the path in the firewall.
";

fn find<'a>(scene: &Scene<'a>, found: &mut Found<'_, 'a>) {
    reached_from_it(scene, found, Level::Control);
}

/// Tells each device of one level that hosts of business, enterprise or offices reach.
pub(super) fn reached_from_it<'a>(scene: &Scene<'a>, found: &mut Found<'_, 'a>, level: Level) {
    let folds = scene.fold(|talk| {
        let reached = talk.to.level == Some(level) && comes_from_it(talk) && talk.is_payload();
        reached.then(|| talk.to.party())
    });
    for (device, places) in folds {
        let talks = scene.at(&places);
        let changes = talks.clone().any(Talk::changes_device);
        let answered = talks.clone().any(Talk::answered);
        let severity = if changes { Severity::Critical } else { Severity::High };
        let severity = if answered { severity } else { lowered(severity) };
        let severity = if talks.clone().any(Talk::levels_are_sure) { severity } else { lowered(severity) };
        found.tell(severity, &places, || {
            let device = scene.label(device);
            let hosts = words::labels(talks.clone().map(|talk| talk.from));
            let title = match (changes, answered) {
                (true, _) => c::FROM_IT_CHANGED,
                (false, true) => c::FROM_IT_REACHED,
                (false, false) => c::FROM_IT_CALLED,
            };
            let changers =
                words::labels(talks.clone().filter(|talk| talk.changes_device()).map(|talk| talk.from));
            let asked =
                talks.clone().flat_map(|talk| &talk.conversation.operations).filter(|op| op.by_initiator);
            let detail = c::FROM_IT_DETAIL.with([
                ("hosts", hosts.clone()),
                ("device", device.clone().into()),
                ("level", Gap::Level(Some(level))),
                ("traffic", words::traffic(talks.clone())),
            ]);
            let detail = detail
                .and(words::some(c::ASKED_FOR, "deeds", words::deeds(asked)))
                .and(words::some(c::CHANGES_CAME, "changers", changers))
                .and([levels_of_hosts(talks.clone())])
                .and(words::doubt(talks.clone().flat_map(|talk| [talk.from, talk.to])));
            Told { title: title.with([("device", device.into()), ("hosts", hosts)]), detail }
        });
    }
}

/// Business and enterprise, or an office client of which the level is not known.
fn comes_from_it(talk: &Talk<'_>) -> bool {
    match talk.from.level {
        Some(Level::Business | Level::Enterprise) => true,
        Some(
            Level::Process
            | Level::Control
            | Level::Supervision
            | Level::Operations
            | Level::Dmz
            | Level::Outside,
        ) => false,
        None => talk.from.has_role(is_office) && !talk.from.has_role(is_operating),
    }
}

fn levels_of_hosts<'t, 'a: 't>(talks: impl Iterator<Item = &'t Talk<'a>>) -> Message {
    c::ASKING_SIDE.with([("levels", words::list(talks.map(|talk| Gap::Level(talk.from.level))))])
}
