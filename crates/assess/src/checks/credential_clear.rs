//! Names and passwords that anyone on the path can read.

use std::collections::BTreeSet;

use model::{ConversationCredential, Family, Level, Protection, Severity, Weakness};

use crate::checks::Check;
use crate::found::{Found, Told, raised};
use crate::scene::{End, Party, Scene, Talk};
use crate::words;

pub(super) const CHECK: Check = Check {
    id: "credential-clear",
    title: "Credentials cross the network in clear text",
    severity: Severity::Medium,
    technique: Some("T0859"),
    help: HELP,
    find,
};

const HELP: &str = "
## What it finds
A log-in whose password, token or community string can be read on the wire. Sluice keeps the user name, never the
secret. Log-ins are told for each service that takes them; community strings for each station that sends them.
## Why it matters on the floor
Whoever can listen at one port of the network, such as a visitor's laptop or an infected panel, can log in as that
person afterwards, and the log book will show the wrong name.
## What to do
Switch the service to its encrypted form: HTTPS, SSH or SFTP, SNMPv3, OPC UA with a security policy. Change every
password that was seen. Where the device cannot do better, keep the service inside one cell and close it elsewhere.
";

/// Community strings are sent with each question to each device: one station, one finding.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Subject {
    Service(Party, &'static str),
    Station(Party, &'static str),
}

fn find<'a>(scene: &Scene<'a>, found: &mut Found<'_, 'a>) {
    let logins = scene.fold(|talk| {
        let credential = readable(talk).find(|credential| !is_community(credential))?;
        let (_, taker) = sides(talk, credential);
        Some(Subject::Service(taker.party(), talk.conversation.protocol))
    });
    let communities = scene.fold(|talk| {
        let credential = readable(talk).find(|credential| is_community(credential))?;
        let (giver, _) = sides(talk, credential);
        Some(Subject::Station(giver.party(), talk.conversation.protocol))
    });
    for (subject, places) in logins.into_iter().chain(communities) {
        match subject {
            Subject::Service(party, protocol) => tell_service(scene, found, party, protocol, &places),
            Subject::Station(party, protocol) => tell_station(scene, found, party, protocol, &places),
        }
    }
}

fn tell_service<'a>(
    scene: &Scene<'a>,
    found: &mut Found<'_, 'a>,
    party: Party,
    protocol: &str,
    places: &[usize],
) {
    let talks = scene.at(places);
    let severity = talks.clone().map(severity_of_login).max().unwrap_or(Severity::Medium);
    found.tell(severity, places, || {
        let service = scene.label(party);
        let shown = talks.clone().flat_map(|talk| {
            readable(talk).filter(|credential| !is_community(credential)).map(move |c| (talk, c))
        });
        let kinds = words::names(shown.clone().map(|(_, credential)| credential.kind));
        let givers = words::labels(shown.clone().map(|(talk, credential)| sides(talk, credential).0));
        let users = words::names(shown.filter_map(|(_, c)| c.user.as_deref()));
        let users = match users.is_empty() {
            true => String::new(),
            false => format!(" User names seen: {users}."),
        };
        let detail = format!(
            "{givers} presented a {kinds} to {service} in clear text: {}.{users} The secret itself is not kept.",
            words::traffic(talks.clone()),
        );
        Told { title: format!("{service} takes a {kinds} in clear text over {protocol}"), detail }
    });
}

fn tell_station<'a>(
    scene: &Scene<'a>,
    found: &mut Found<'_, 'a>,
    party: Party,
    protocol: &str,
    places: &[usize],
) {
    let talks = scene.at(places);
    // The community is a password for questions, so its loss shows how the plant is built; only where it also
    // serves to change settings can it do harm by itself.
    let severity = if talks.clone().any(Talk::changes_device) { Severity::Medium } else { Severity::Low };
    found.tell(severity, places, || {
        let station = scene.label(party);
        let asked: BTreeSet<Party> = talks.clone().map(|talk| talk.to.party()).collect();
        let devices = words::count(asked.len(), "device", "devices");
        let detail = format!(
            "{station} sent its community string readable for everyone to {}: {}. Who knows it can read from these \
             devices what the station reads, and change what it may change. The string itself is not kept.",
            words::labels(talks.clone().map(|talk| talk.to)),
            words::traffic(talks.clone()),
        );
        Told { title: format!("{station} sends its community string in clear text over {protocol} to {devices}"), detail }
    });
}

/// What can be read and is a secret; access without a name has nothing to lose and is `credential-default`.
fn readable<'t, 'a: 't>(
    talk: &'t Talk<'a>,
) -> impl Iterator<Item = &'a ConversationCredential> + Clone + use<'a> {
    talk.conversation.credentials.iter().filter(|credential| {
        let open = matches!(credential.protection, Protection::Clear | Protection::Signed);
        open && credential.weakness != Weakness::Anonymous
    })
}

fn is_community(credential: &ConversationCredential) -> bool {
    credential.kind.contains("community")
}

/// Who presented it, and to whom.
fn sides<'a>(talk: &Talk<'a>, credential: &ConversationCredential) -> (End<'a>, End<'a>) {
    if credential.by_initiator { (talk.from, talk.to) } else { (talk.to, talk.from) }
}

/// Worse where the log-in opens a device or leaves the plant.
fn severity_of_login(talk: &Talk<'_>) -> Severity {
    let c = talk.conversation;
    let opens_device =
        c.family.is_operational() || talk.to.is_device() || talk.to.is_at_or_below(Level::Supervision);
    let leaves = talk.from.is_outside() != talk.to.is_outside();
    let severity = match c.family {
        Family::Management | Family::RemoteAccess => Severity::Medium,
        _ if opens_device || leaves => Severity::Medium,
        _ => Severity::Low,
    };
    if opens_device || leaves { raised(severity) } else { severity }
}
