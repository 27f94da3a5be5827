//! Log-ins with a maker's default password, with an empty one, or with none.

use std::collections::BTreeSet;

use model::{ConversationCredential, Operation, Severity, Weakness};

use crate::checks::Check;
use crate::found::{Found, Told, lowered, raised};
use crate::scene::{End, Party, Scene, Talk};
use crate::words;

pub(super) const CHECK: Check = Check {
    id: "credential-default",
    title: "Default, empty or no credentials",
    severity: Severity::High,
    technique: Some("T0812"),
    help: HELP,
    find,
};

const HELP: &str = "
## What it finds
A log-in with a password or community string from the lists of makers' defaults, with an empty password, or without
any name. Log-ins are told for each service, community strings for each station that sends them. It is milder where
the service refused or did not answer.
## Why it matters on the floor
Default passwords stand in manuals that anyone can download. A device that takes one, or takes none, is open to
everybody who reaches it.
## What to do
Set a password of your own on the device and change it in the stations that log in. Where the device does not allow
that, keep it inside its cell and let only its stations reach it.
";

#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Subject {
    weakness: Weakness,
    /// Who sends a community string, or who takes a log-in.
    party: Party,
    is_community: bool,
    protocol: &'static str,
}

fn find<'a>(scene: &Scene<'a>, found: &mut Found<'_, 'a>) {
    for weakness in [Weakness::Default, Weakness::Empty, Weakness::Anonymous] {
        let folds = scene.fold(|talk| {
            let credential = talk.conversation.credentials.iter().find(|c| c.weakness == weakness)?;
            let is_community = credential.kind.contains("community");
            let (giver, taker) = sides(talk, credential);
            let party = if is_community { giver.party() } else { taker.party() };
            Some(Subject { weakness, party, is_community, protocol: talk.conversation.protocol })
        });
        for (subject, places) in folds {
            let talks = scene.at(&places);
            let severity = talks.clone().map(|talk| severity(talk, &subject)).max().unwrap_or(Severity::Info);
            found.tell(severity, &places, || told(scene, &subject, &places));
        }
    }
}

fn told(scene: &Scene<'_>, subject: &Subject, places: &[usize]) -> Told {
    let talks = scene.at(places);
    let name = scene.label(subject.party);
    let protocol = subject.protocol;
    let shown = talks.clone().flat_map(|talk| {
        talk.conversation
            .credentials
            .iter()
            .filter(|c| c.weakness == subject.weakness)
            .map(move |c| (talk, c))
    });
    let givers = words::labels(shown.clone().map(|(talk, c)| sides(talk, c).0));
    let takers = words::labels(shown.clone().map(|(talk, c)| sides(talk, c).1));
    let users = words::names(shown.clone().filter_map(|(_, c)| c.user.as_deref()));
    let kinds = words::names(shown.map(|(_, c)| c.kind));
    let refused = talks.clone().all(|talk| outcome(talk) != Outcome::Taken);
    let title = match (subject.weakness, subject.is_community) {
        (Weakness::Anonymous, _) => format!("{name} is entered without a name over {protocol}"),
        (Weakness::Empty, _) => format!("{name} is entered with an empty {kinds} over {protocol}"),
        (Weakness::None | Weakness::Default, true) => {
            let asked: BTreeSet<Party> = talks.clone().map(|talk| talk.to.party()).collect();
            let devices = words::count(asked.len(), "device", "devices");
            format!("{name} uses a default community string over {protocol} with {devices}")
        }
        (Weakness::None | Weakness::Default, false) => {
            format!("{name} is entered with a default {kinds} over {protocol}")
        }
    };
    let title = if refused { format!("{title}: not accepted") } else { title };
    let what = match subject.weakness {
        Weakness::Anonymous => "logged in without a name".to_string(),
        Weakness::Empty => format!("presented an empty {kinds}"),
        Weakness::None | Weakness::Default => {
            format!("presented a {kinds} that stands on the lists of defaults")
        }
    };
    let detail = format!(
        "{givers} {what} to {takers}: {}.{}{}",
        words::traffic(talks.clone()),
        if users.is_empty() { users } else { format!(" User names seen: {users}.") },
        if refused { " It was refused, or no answer was seen." } else { "" },
    );
    Told { title, detail }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Taken,
    Refused,
    Unanswered,
}

/// What became of the log-in: counted where it is an operation; an answer at all where the question carries it.
fn outcome(talk: &Talk<'_>) -> Outcome {
    let logins = talk.conversation.operations.iter().filter(|op| op.operation == Operation::LogIn);
    let (done, refused) = logins.fold((0, 0), |(done, no), op| (done + op.answers, no + op.failures));
    match (done, refused) {
        (0, 0) if !talk.answered() => Outcome::Unanswered,
        (0, 1..) => Outcome::Refused,
        _ => Outcome::Taken,
    }
}

/// A default opens more than a door without a lock that everybody knows of; both are worse on a device.
fn severity(talk: &Talk<'_>, subject: &Subject) -> Severity {
    let severity = match subject.weakness {
        Weakness::Anonymous => Severity::Low,
        Weakness::None | Weakness::Default | Weakness::Empty if subject.is_community => Severity::Medium,
        Weakness::None | Weakness::Default | Weakness::Empty => Severity::High,
    };
    let opens_device = talk.to.is_device() || talk.conversation.family.is_operational();
    let severity = match subject.weakness {
        Weakness::Anonymous if opens_device => raised(severity),
        _ if subject.is_community && talk.changes_device() => raised(severity),
        Weakness::None | Weakness::Default | Weakness::Empty | Weakness::Anonymous => severity,
    };
    match outcome(talk) {
        Outcome::Taken => severity,
        Outcome::Refused | Outcome::Unanswered => lowered(lowered(severity)),
    }
}

/// Who presented it, and to whom.
fn sides<'a>(talk: &Talk<'a>, credential: &ConversationCredential) -> (End<'a>, End<'a>) {
    if credential.by_initiator { (talk.from, talk.to) } else { (talk.to, talk.from) }
}
