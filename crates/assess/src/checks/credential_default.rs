//! Log-ins with a maker's default password, with an empty one, or with none.

use model::{Message, Operation, Severity, Weakness};

use crate::catalogue as c;
use crate::checks::Check;
use crate::credentials::{Group, Shown, groups, is_community};
use crate::found::{Found, Told, lowered};
use crate::german;
use crate::scene::{Scene, Talk};
use crate::words;

pub(super) const CHECK: Check = Check {
    id: "credential-default",
    title: "Default, empty or no credentials",
    severity: Severity::High,
    technique: Some("T0812"),
    help: HELP,
    german: german::CREDENTIAL_DEFAULT,
    find,
};

const HELP: &str = "
## What it finds
A log-in with a password or community string from the lists of makers' defaults, with an empty password, or without
any name. One finding tells each service, or each station that comes to many. It is milder where the service refused
or did not answer.
## Why it matters on the floor
Default passwords stand in manuals that anyone can download. A device that takes one, or takes none, is open to
everybody who reaches it.
## What to do
Set a password of your own on the device and change it in the stations that log in. Where the device does not allow
that, keep it inside its cell and let only its stations reach it.
";

fn find<'a>(scene: &Scene<'a>, found: &mut Found<'_, 'a>) {
    for weakness in [Weakness::Default, Weakness::Empty, Weakness::Anonymous] {
        for group in groups(scene, |_, credential| credential.weakness == weakness) {
            let severity = group.shown.iter().map(severity).max().unwrap_or(Severity::Info);
            let places = group.places();
            found.tell(severity, &places, || told(scene, weakness, &group, &places));
        }
    }
}

fn told(scene: &Scene<'_>, weakness: Weakness, group: &Group<'_>, places: &[usize]) -> Told {
    let with: Message = match weakness {
        Weakness::Anonymous => c::WITHOUT_NAME.into(),
        Weakness::Empty if group.is_community() => c::WITH_EMPTY.with([("kind", group.kinds())]),
        Weakness::Empty => c::WITHOUT_PASSWORD.into(),
        Weakness::None | Weakness::Default => c::WITH_DEFAULT.with([("kind", group.kinds())]),
    };
    let (subject, protocol) =
        (("subject", group.subject.label().into()), ("protocol", group.protocol.into()));
    let title = if group.sent {
        c::DEFAULT_SENT.with([subject, ("devices", group.devices()), ("with", with.clone().into()), protocol])
    } else {
        c::DEFAULT_TAKEN.with([subject, ("with", with.clone().into()), protocol])
    };
    let accepted = scene.at(places).any(|talk| outcome(talk) == Outcome::Taken);
    let title = if accepted { title } else { c::DEFAULT_NOT_ACCEPTED.with([("title", title.into())]) };
    let listed = match weakness {
        Weakness::None | Weakness::Default => Some(c::DEFAULT_LISTED.into()),
        Weakness::Empty | Weakness::Anonymous => None,
    };
    let detail = c::DEFAULT_DETAIL.with([
        ("givers", group.givers()),
        ("takers", group.takers()),
        ("with", with.into()),
        ("traffic", words::traffic(scene.at(places))),
    ]);
    let detail = detail.and(group.users()).and(listed).and((!accepted).then(|| c::DEFAULT_REFUSED.into()));
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
fn severity(shown: &Shown<'_>) -> Severity {
    let talk = &shown.talk;
    let opens_device = shown.taker().is_device() || talk.conversation.family.is_operational();
    let severity = match shown.credential.weakness {
        Weakness::Anonymous if opens_device => Severity::Medium,
        Weakness::Anonymous => Severity::Low,
        Weakness::None | Weakness::Default | Weakness::Empty => {
            match is_community(shown.credential) && !talk.changes_device() {
                true => Severity::Medium,
                false => Severity::High,
            }
        }
    };
    match outcome(talk) {
        Outcome::Taken => severity,
        Outcome::Refused | Outcome::Unanswered => lowered(lowered(severity)),
    }
}
