//! Versions of protocols that are withdrawn or known to be broken.

use model::{Level, Severity};

use crate::catalogue as c;
use crate::checks::Check;
use crate::found::{Found, Told, raised};
use crate::german;
use crate::scene::{Scene, Talk};
use crate::words;

pub(super) const CHECK: Check = Check {
    id: "protocol-obsolete",
    title: "An obsolete protocol version is spoken",
    severity: Severity::Low,
    technique: Some("T0866"),
    help: HELP,
    german: german::PROTOCOL_OBSOLETE,
    find,
};

const HELP: &str = "
## What it finds
Conversations that agreed on a version which is withdrawn or known to be broken, such as SMB 1, TLS 1.0 or SSH 1.
One finding tells everybody who speaks one version.
## Why it matters on the floor
Old versions have holes for which ready-made attacks exist; the worm that stopped many plants in 2017 came in over
the oldest file sharing. Encryption of this kind protects against mistakes, not against people.
## What to do
Update the server or switch the old version off in it. Look first which stations depend on it. Where a machine
cannot do better, put it into its own cell and let only its partners reach it.
";

fn find<'a>(scene: &Scene<'a>, found: &mut Found<'_, 'a>) {
    let mut folds: std::collections::BTreeMap<&str, Vec<usize>> = std::collections::BTreeMap::new();
    for talk in scene.talks.iter().filter(|talk| talk.answered()) {
        let obsolete = talk.conversation.versions.iter().filter(|(_, obsolete)| *obsolete);
        for (version, _) in obsolete {
            folds.entry(version).or_default().push(talk.index);
        }
    }
    for (version, places) in folds {
        let talks = scene.at(&places);
        let severity = if talks.clone().any(reaches_cell) { raised(Severity::Low) } else { Severity::Low };
        found.tell(severity, &places, || {
            let mut servers: Vec<_> = talks.clone().map(|talk| talk.to.party()).collect();
            servers.sort();
            servers.dedup();
            let count = words::count(servers.len(), words::ASSET);
            let detail = c::OBSOLETE_DETAIL.with([
                ("servers", words::labels(talks.clone().map(|talk| talk.to))),
                ("version", version.into()),
                ("clients", words::labels(talks.clone().map(|talk| talk.from))),
                ("traffic", words::traffic(talks.clone())),
            ]);
            Told { title: c::OBSOLETE.with([("version", version.into()), ("count", count)]), detail }
        });
    }
}

/// Worse where a server of a cell, or one on the Internet, speaks it with the plant.
fn reaches_cell(talk: &Talk<'_>) -> bool {
    talk.to.is_at_or_below(Level::Supervision)
        || (talk.to.is_outside() && talk.from.is_at_or_below(Level::Operations))
}
