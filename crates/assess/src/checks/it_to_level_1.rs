//! Office and enterprise hosts that reach a controller.

use model::{Level, Severity};

use crate::checks::Check;
use crate::found::{Found, Told, lowered};
use crate::scene::{Scene, Talk, is_office, is_operating};
use crate::words;

pub(super) const CHECK: Check = Check {
    id: "it-to-level-1",
    title: "A controller is reached from business or enterprise",
    severity: Severity::High,
    technique: Some("T0886"),
    help: HELP,
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
            let verb = match (changes, answered) {
                (true, _) => "changed",
                (false, true) => "reached",
                (false, false) => "called without an answer",
            };
            let changers =
                words::labels(talks.clone().filter(|talk| talk.changes_device()).map(|talk| talk.from));
            let asked =
                talks.clone().flat_map(|talk| &talk.conversation.operations).filter(|op| op.by_initiator);
            let deeds = words::deeds(asked);
            let detail = format!(
                "{hosts} called {device} on {}: {}.{}{} {}{}",
                words::level(Some(level)),
                words::traffic(talks.clone()),
                if deeds.is_empty() { String::new() } else { format!(" Asked for: {deeds}.") },
                if changers.is_empty() { changers } else { format!(" Changes came from {changers}.") },
                levels_of_hosts(talks.clone()),
                words::doubt(talks.clone().flat_map(|talk| [talk.from, talk.to])),
            );
            Told { title: format!("{device} is {verb} from IT by {hosts}"), detail }
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

fn levels_of_hosts<'t, 'a: 't>(talks: impl Iterator<Item = &'t Talk<'a>>) -> String {
    let levels = words::list(talks.map(|talk| words::level(talk.from.level)));
    format!("The asking side stands on {levels}.")
}
