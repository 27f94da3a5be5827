//! Names and passwords that anyone on the path can read.

use model::{Family, Level, Protection, Severity, Weakness};

use crate::catalogue as c;
use crate::checks::Check;
use crate::credentials::{Group, Shown, groups, is_community};
use crate::found::{Found, Told, raised};
use crate::german;
use crate::scene::Scene;
use crate::words;

pub(super) const CHECK: Check = Check {
    id: "credential-clear",
    title: "Credentials cross the network in clear text",
    severity: Severity::Medium,
    technique: Some("T0859"),
    help: HELP,
    german: german::CREDENTIAL_CLEAR,
    find,
};

const HELP: &str = "
## What it finds
A log-in whose password, token or community string can be read on the wire. Sluice keeps the user name, never the
secret. One finding tells each service that takes such log-ins, or each station that logs in at many.
## Why it matters on the floor
Whoever can listen at one port of the network, such as a visitor's laptop or an infected panel, can log in as that
person afterwards, and the log book will show the wrong name.
## What to do
Switch the service to its encrypted form: HTTPS, SSH or SFTP, SNMPv3, OPC UA with a security policy. Change every
password that was seen. Where the device cannot do better, keep the service inside one cell and close it elsewhere.
";

fn find<'a>(scene: &Scene<'a>, found: &mut Found<'_, 'a>) {
    // An empty secret and access without a name have nothing to lose on the way; they are `credential-default`.
    let groups = groups(scene, |_, credential| {
        let secret = matches!(credential.weakness, Weakness::None | Weakness::Default);
        secret && credential.protection == Protection::Clear
    });
    for group in groups {
        let severity = group.shown.iter().map(severity).max().unwrap_or(Severity::Medium);
        let places = group.places();
        found.tell(severity, &places, || told(scene, &group, &places));
    }
}

fn told(scene: &Scene<'_>, group: &Group<'_>, places: &[usize]) -> Told {
    let gaps = [
        ("subject", group.subject.label().into()),
        ("a_kind", group.a_kind()),
        ("protocol", group.protocol.into()),
    ];
    let title = if group.sent {
        let [subject, a_kind, protocol] = gaps;
        c::CLEAR_SENT.with([subject, a_kind, protocol, ("devices", group.devices())])
    } else {
        c::CLEAR_TAKEN.with(gaps)
    };
    let detail = c::CLEAR_DETAIL.with([
        ("givers", group.givers()),
        ("a_kind", group.a_kind()),
        ("takers", group.takers()),
        ("traffic", words::traffic(scene.at(places))),
    ]);
    let detail = detail
        .and(group.users())
        .and(group.is_community().then(|| c::CLEAR_COMMUNITY.into()))
        .and([c::CLEAR_NOT_KEPT.into()]);
    Told { title, detail }
}

/// Worse where the log-in opens a device or leaves the plant. A community string shows how the plant is built; only
/// where it also serves to change settings can it do harm by itself.
fn severity(shown: &Shown<'_>) -> Severity {
    let (talk, taker) = (shown.talk, shown.taker());
    let family = talk.conversation.family;
    if is_community(shown.credential) {
        return if talk.changes_device() { Severity::Medium } else { Severity::Low };
    }
    let opens_device =
        family.is_operational() || taker.is_device() || taker.is_at_or_below(Level::Supervision);
    let leaves = talk.from.is_outside() != talk.to.is_outside();
    let severity = match family {
        Family::Management | Family::RemoteAccess => Severity::Medium,
        _ if opens_device || leaves => Severity::Medium,
        _ => Severity::Low,
    };
    if opens_device || leaves { raised(severity) } else { severity }
}
