//! The stable JSON document `sluice.analysis/1`. Keys never change meaning; new keys may come.
//!
//! Its shapes are its own: refactoring a noun of `model` must not break anybody's integration.

use std::collections::BTreeMap;
use std::io::{self, Write};

use actions::Analysis;
use model::{Asset, Attribute, CaptureSummary, Conversation, Finding, OperationCount, Plant, Reason};
use serde::Serialize;

/// Writes the document, streaming.
pub fn write(analysis: &Analysis, out: &mut dyn Write) -> io::Result<()> {
    let plant = &analysis.plant;
    let document = Document {
        schema: "sluice.analysis/1",
        capture: capture(&analysis.capture, plant),
        assets: plant.assets.iter().map(asset).collect(),
        conversations: plant.conversations.iter().map(conversation).collect(),
        zones: plant.zones.iter().map(zone).collect(),
        findings: analysis.findings.iter().map(finding).collect(),
    };
    serde_json::to_writer(&mut *out, &document)?;
    out.write_all(b"\n")
}

#[derive(Serialize)]
struct Document<'a> {
    schema: &'static str,
    capture: CaptureJson<'a>,
    assets: Vec<AssetJson<'a>>,
    conversations: Vec<ConversationJson<'a>>,
    zones: Vec<ZoneJson<'a>>,
    findings: Vec<FindingJson<'a>>,
}

#[derive(Serialize)]
struct CaptureJson<'a> {
    files: &'a [String],
    packets: u64,
    bytes: u64,
    first: Option<String>,
    last: Option<String>,
    truncated: u64,
    malformed: u64,
    undecoded_links: u64,
    duplicates: u64,
    clock_jumps: u64,
    gaps: u64,
    partial: bool,
    notes: &'a [String],
    limits: BTreeMap<&'static str, u64>,
}

#[derive(Serialize)]
struct AssetJson<'a> {
    id: String,
    macs: Vec<String>,
    ips: Vec<String>,
    vlans: Vec<u16>,
    label: String,
    vendor: Option<&'a str>,
    product: Option<&'a str>,
    order_number: Option<&'a str>,
    hardware: Option<&'a str>,
    firmware: Option<&'a str>,
    serial: Option<&'a str>,
    name: Option<&'a str>,
    os: Option<&'a str>,
    roles: Vec<&'static str>,
    role_reasons: Vec<String>,
    level: Option<&'static str>,
    level_state: &'static str,
    level_confidence: f32,
    level_reasons: Vec<String>,
    zone: Option<&'a str>,
    safety: bool,
    routed: bool,
    silent: bool,
    protocols: Vec<&'static str>,
    serves: Vec<&'static str>,
    packets_sent: u64,
    first: String,
    last: String,
    identity: Vec<IdentityJson<'a>>,
}

#[derive(Serialize)]
struct IdentityJson<'a> {
    attribute: &'static str,
    value: &'a str,
    source: &'static str,
    confidence: &'static str,
    first: String,
    last: String,
}

#[derive(Serialize)]
struct ConversationJson<'a> {
    initiator: String,
    responder: String,
    initiator_asset: Option<String>,
    responder_asset: Option<String>,
    initiator_evidence: &'static str,
    transport: &'static str,
    port: u16,
    protocol: &'static str,
    protocol_certainty: &'static str,
    family: &'static str,
    applications: Vec<&'static str>,
    packets: u64,
    packets_sent: u64,
    bytes: u64,
    flows: u64,
    first: String,
    last: String,
    protection: &'static str,
    versions: Vec<&'static str>,
    units: Vec<u32>,
    credentials: Vec<CredentialJson<'a>>,
    malformed: u64,
    operations: Vec<OperationJson<'a>>,
}

#[derive(Serialize)]
struct CredentialJson<'a> {
    kind: &'static str,
    user: Option<&'a str>,
    protection: &'static str,
    weakness: &'static str,
}

#[derive(Serialize)]
struct OperationJson<'a> {
    operation: &'static str,
    name: &'static str,
    code: String,
    by: &'static str,
    requests: u64,
    answers: u64,
    failures: u64,
    first: String,
    last: String,
    objects: &'a [String],
    more_objects: bool,
}

#[derive(Serialize)]
struct ZoneJson<'a> {
    id: &'a str,
    name: &'a str,
    level: Option<&'static str>,
    prefixes: &'a [String],
    vlans: &'a [u16],
    assets: Vec<String>,
}

#[derive(Serialize)]
struct FindingJson<'a> {
    id: &'static str,
    severity: &'static str,
    title: &'a str,
    assets: Vec<String>,
    conversations: &'a [usize],
    detail: &'a str,
    remedy: &'static str,
    technique: Option<&'static str>,
}

fn capture<'a>(capture: &'a CaptureSummary, plant: &Plant) -> CaptureJson<'a> {
    let limits = [
        ("hosts_dropped", plant.limits.hosts_dropped),
        ("conversations_dropped", plant.limits.conversations_dropped),
        ("facts_dropped", plant.limits.facts_dropped),
        ("operations_folded", plant.limits.operations_folded),
    ];
    CaptureJson {
        files: &capture.files,
        packets: capture.packets,
        bytes: capture.bytes,
        first: capture.first.map(|at| at.to_string()),
        last: capture.last.map(|at| at.to_string()),
        truncated: capture.truncated,
        malformed: capture.malformed,
        undecoded_links: capture.undecoded_links,
        duplicates: capture.duplicates,
        clock_jumps: capture.clock_jumps,
        gaps: capture.gaps,
        partial: capture.partial,
        notes: &capture.notes,
        limits: limits.into_iter().collect(),
    }
}

fn asset(asset: &Asset) -> AssetJson<'_> {
    let fact = |attribute| asset.fact(attribute);
    let identity = asset.facts.iter().map(|fact| IdentityJson {
        attribute: fact.attribute.as_str(),
        value: &fact.value,
        source: fact.source,
        confidence: fact.confidence.as_str(),
        first: fact.first.to_string(),
        last: fact.last.to_string(),
    });
    AssetJson {
        id: asset.id.to_string(),
        macs: texts(&asset.macs),
        ips: texts(&asset.ips),
        vlans: asset.vlans.iter().copied().collect(),
        label: asset.label(),
        vendor: fact(Attribute::Vendor),
        product: fact(Attribute::Product),
        order_number: fact(Attribute::OrderNumber),
        hardware: fact(Attribute::Hardware),
        firmware: fact(Attribute::Firmware),
        serial: fact(Attribute::Serial),
        name: fact(Attribute::Name),
        os: fact(Attribute::Os),
        roles: asset.roles.iter().map(|role| role.as_str()).collect(),
        role_reasons: reasons(&asset.role_reasons),
        level: asset.level.level.map(|level| level.as_str()),
        level_state: asset.level.state.as_str(),
        level_confidence: (asset.level.confidence * 100.0).round() / 100.0,
        level_reasons: reasons(&asset.level.reasons),
        zone: asset.zone.as_deref(),
        safety: asset.safety,
        routed: asset.routed,
        silent: asset.silent,
        protocols: asset.protocols.keys().copied().collect(),
        serves: asset.protocols.iter().filter(|(_, serves)| **serves).map(|(name, _)| *name).collect(),
        packets_sent: asset.packets_sent,
        first: asset.first.to_string(),
        last: asset.last.to_string(),
        identity: identity.collect(),
    }
}

fn texts<T: ToString>(values: impl IntoIterator<Item = T>) -> Vec<String> {
    values.into_iter().map(|value| value.to_string()).collect()
}

fn reasons(reasons: &[Reason]) -> Vec<String> {
    texts(reasons)
}

fn conversation(conversation: &Conversation) -> ConversationJson<'_> {
    let credentials = conversation.credentials.iter().map(|credential| CredentialJson {
        kind: credential.kind,
        user: credential.user.as_deref(),
        protection: credential.protection.as_str(),
        weakness: credential.weakness.as_str(),
    });
    ConversationJson {
        initiator: conversation.initiator.to_string(),
        responder: conversation.responder.to_string(),
        initiator_asset: conversation.initiator_asset.map(|id| id.to_string()),
        responder_asset: conversation.responder_asset.map(|id| id.to_string()),
        initiator_evidence: conversation.evidence.as_str(),
        transport: conversation.transport.as_str(),
        port: conversation.port,
        protocol: conversation.protocol,
        protocol_certainty: conversation.certainty.as_str(),
        family: conversation.family.as_str(),
        applications: conversation.applications.iter().map(|(name, ..)| *name).collect(),
        packets: conversation.packets,
        packets_sent: conversation.packets_sent,
        bytes: conversation.bytes,
        flows: conversation.flows,
        first: conversation.first.to_string(),
        last: conversation.last.to_string(),
        protection: conversation.protection.as_str(),
        versions: conversation.versions.iter().map(|(version, _)| *version).collect(),
        units: conversation.units.iter().copied().collect(),
        credentials: credentials.collect(),
        malformed: conversation.malformed,
        operations: conversation.operations.iter().map(operation).collect(),
    }
}

fn operation(count: &OperationCount) -> OperationJson<'_> {
    OperationJson {
        operation: count.operation.as_str(),
        name: count.name,
        code: count.code.to_string(),
        by: if count.by_initiator { "initiator" } else { "responder" },
        requests: count.requests,
        answers: count.answers,
        failures: count.failures,
        first: count.first.to_string(),
        last: count.last.to_string(),
        objects: &count.objects,
        more_objects: count.more_objects,
    }
}

fn zone(zone: &model::Zone) -> ZoneJson<'_> {
    ZoneJson {
        id: &zone.id,
        name: &zone.name,
        level: zone.level.map(|level| level.as_str()),
        prefixes: &zone.prefixes,
        vlans: &zone.vlans,
        assets: texts(&zone.assets),
    }
}

fn finding(finding: &Finding) -> FindingJson<'_> {
    FindingJson {
        id: finding.id,
        severity: finding.severity.as_str(),
        title: &finding.title,
        assets: texts(&finding.assets),
        conversations: &finding.conversations,
        detail: &finding.detail,
        remedy: finding.remedy,
        technique: finding.technique,
    }
}
