//! Devices that are managed over protocols without protection.

use model::{Family, Level, Operation, Protection, Role, Severity};

use crate::catalogue as c;
use crate::checks::Check;
use crate::found::{Found, Told, raised};
use crate::german;
use crate::scene::{Scene, Talk};
use crate::words;

pub(super) const CHECK: Check = Check {
    id: "protocol-insecure",
    title: "Devices are managed over an unprotected protocol",
    severity: Severity::Medium,
    technique: Some("T0886"),
    help: HELP,
    german: german::PROTOCOL_INSECURE,
    find,
};

const HELP: &str = "
## What it finds
Management and remote screens without encryption: Telnet, TFTP, SNMP version 1 or 2c, VNC, file transfer with a
password in clear text, web pages of devices without TLS. One finding tells all users of one protocol. Mere
reports, such as log lines, are not meant.
## Why it matters on the floor
Whoever sits on the path reads everything and can change it on the way: settings of a switch, the picture of a
panel, a configuration file.
## What to do
Switch to the protected form: SSH, SFTP, HTTPS, SNMPv3. Switch the old service off in the device. Where it cannot be
switched off, let only the management station reach it.
";

fn find<'a>(scene: &Scene<'a>, found: &mut Found<'_, 'a>) {
    let folds = scene.fold(|talk| is_unprotected(talk).then_some(talk.conversation.protocol));
    for (protocol, places) in folds {
        let talks = scene.at(&places);
        let severity = talks.clone().map(severity).max().unwrap_or(Severity::Low);
        found.tell(severity, &places, || {
            let mut devices: Vec<_> = talks.clone().map(|talk| talk.to.party()).collect();
            devices.sort();
            devices.dedup();
            let count = words::count(devices.len(), words::DEVICE);
            let detail = c::INSECURE_DETAIL.with([
                ("users", words::labels(talks.clone().map(|talk| talk.from))),
                ("protocol", protocol.into()),
                ("devices", words::labels(talks.clone().map(|talk| talk.to))),
                ("traffic", words::traffic(talks.clone())),
            ]);
            Told { title: c::INSECURE.with([("count", count), ("protocol", protocol.into())]), detail }
        });
    }
}

fn is_unprotected(talk: &Talk<'_>) -> bool {
    let c = talk.conversation;
    let only_reports =
        !c.operations.is_empty() && c.operations.iter().all(|op| op.operation == Operation::Report);
    let offices = talk.from.is_above_plant() && talk.to.is_above_plant();
    let manages = match c.family {
        Family::Management | Family::RemoteAccess => true,
        // Files and web pages count where they open something: a password in clear, or a device's own page.
        Family::Office | Family::Database => logs_in_clear(talk),
        Family::Web => logs_in_clear(talk) || is_managed(talk),
        Family::Control
        | Family::Fieldbus
        | Family::Telecontrol
        | Family::Building
        | Family::Supervision
        | Family::Discovery
        | Family::Network
        | Family::Tunnel
        | Family::Unknown => false,
    };
    manages && c.protection == Protection::Clear && talk.answered() && !only_reports && !offices
}

fn logs_in_clear(talk: &Talk<'_>) -> bool {
    talk.conversation.credentials.iter().any(|credential| credential.protection == Protection::Clear)
}

/// A device whose web page is there to set it up.
fn is_managed(talk: &Talk<'_>) -> bool {
    let network = |role| matches!(role, Role::Switch | Role::Router | Role::AccessPoint | Role::Gateway);
    talk.to.is_device() || talk.to.has_role(network)
}

fn severity(talk: &Talk<'_>) -> Severity {
    let opens_cell = is_managed(talk) || talk.to.is_at_or_below(Level::Supervision);
    let severity = match talk.conversation.family {
        Family::RemoteAccess => Severity::Medium,
        _ if opens_cell => Severity::Medium,
        _ => Severity::Low,
    };
    let crosses = talk.from.is_outside() != talk.to.is_outside();
    if crosses { raised(severity) } else { severity }
}
