//! The stable JSON document `sluice.analysis/1`. Keys never change meaning; new keys may come.
//!
//! Its shapes are its own: refactoring a noun of `model` must not break anybody's integration.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;
use std::io::{self, Write};
use std::net::IpAddr;

use actions::Analysis;
use model::{
    Asset, AssetId, Attribute, CaptureSummary, Code, Conversation, Fact, Finding, Host, Mac, OperationCount,
    Plant, Reason, Timestamp, Zone,
};
use serde::{Serialize, Serializer};

/// Bytes that are gathered before they are written.
const GATHERED_BYTES: usize = 64 * 1024;

/// Conversations that one thread renders at a time.
const CONVERSATIONS_PER_PIECE: usize = 1024;

/// Writes the document, streaming, with `threads` threads.
pub fn write(analysis: &Analysis, threads: usize, out: &mut dyn Write) -> io::Result<()> {
    let plant = &analysis.plant;
    let mut gathered = Gathered { bytes: Vec::with_capacity(GATHERED_BYTES), out };
    let out = &mut gathered;
    out.write_all(br#"{"schema":"sluice.analysis/1","capture":"#)?;
    serde_json::to_writer(&mut *out, &capture(&analysis.capture, plant))?;
    out.write_all(br#","assets":"#)?;
    serde_json::to_writer(&mut *out, &Each(&plant.assets, asset))?;
    out.write_all(br#","conversations":["#)?;
    conversations(&plant.conversations, threads, out)?;
    out.write_all(br#"],"zones":"#)?;
    serde_json::to_writer(&mut *out, &Each(&plant.zones, zone))?;
    out.write_all(br#","findings":"#)?;
    serde_json::to_writer(&mut *out, &Each(&analysis.findings, finding))?;
    out.write_all(b"}\n")?;
    out.flush()
}

/// The conversations without the brackets. They are most of the document: several threads render a piece each, round
/// by round.
fn conversations(all: &[Conversation], threads: usize, out: &mut Gathered<'_>) -> io::Result<()> {
    if threads <= 1 {
        return render(all, out);
    }
    let mut comma: &[u8] = b"";
    for round in all.chunks(CONVERSATIONS_PER_PIECE * threads) {
        let pieces: Vec<_> = std::thread::scope(|scope| {
            let threads = round.chunks(CONVERSATIONS_PER_PIECE).map(|piece| {
                scope.spawn(|| {
                    let mut bytes = Vec::with_capacity(GATHERED_BYTES);
                    render(piece, &mut bytes).map(|()| bytes)
                })
            });
            // Each is started before one is waited for.
            let threads: Vec<_> = threads.collect();
            threads.into_iter().map(|thread| thread.join()).collect()
        });
        for piece in pieces {
            let piece = piece.unwrap_or_else(|panic| std::panic::resume_unwind(panic))?;
            out.write_all(comma)?;
            out.write_all(&piece)?;
            comma = b",";
        }
    }
    Ok(())
}

/// Conversations, separated by commas.
fn render<W: Write>(all: &[Conversation], out: &mut W) -> io::Result<()> {
    for (nth, one) in all.iter().enumerate() {
        if nth > 0 {
            out.write_all(b",")?;
        }
        serde_json::to_writer(&mut *out, &conversation(one))?;
    }
    Ok(())
}

/// Gathers the many small pieces of a document.
struct Gathered<'a> {
    bytes: Vec<u8>,
    out: &'a mut dyn Write,
}

impl Write for Gathered<'_> {
    #[inline]
    fn write(&mut self, piece: &[u8]) -> io::Result<usize> {
        self.write_all(piece).map(|()| piece.len())
    }

    #[inline]
    fn write_all(&mut self, piece: &[u8]) -> io::Result<()> {
        if self.bytes.len() + piece.len() > GATHERED_BYTES {
            self.flush()?;
        }
        self.bytes.extend_from_slice(piece);
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.write_all(&self.bytes)?;
        self.bytes.clear();
        Ok(())
    }
}

/// A list whose elements are shaped one by one, while they are written.
struct Each<'a, T, J>(&'a [T], fn(&'a T) -> J);

impl<T, J: Serialize> Serialize for Each<'_, T, J> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(self.1))
    }
}

/// A value as the text that people read.
struct Text<T>(T);

impl<T: Display> Serialize for Text<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

/// Values as the texts that people read.
struct Texts<I>(I);

impl<I: IntoIterator<Item: Display> + Copy> Serialize for Texts<I> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.into_iter().map(Text))
    }
}

#[derive(Serialize)]
struct CaptureJson<'a> {
    files: &'a [String],
    packets: u64,
    bytes: u64,
    first: Option<Text<Timestamp>>,
    last: Option<Text<Timestamp>>,
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
    id: Text<AssetId>,
    macs: Texts<&'a BTreeSet<Mac>>,
    ips: Texts<&'a BTreeSet<IpAddr>>,
    vlans: &'a BTreeSet<u16>,
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
    role_reasons: Texts<&'a [Reason]>,
    level: Option<&'static str>,
    level_state: &'static str,
    level_confidence: f32,
    level_reasons: Texts<&'a [Reason]>,
    zone: Option<&'a str>,
    safety: bool,
    routed: bool,
    silent: bool,
    protocols: Vec<&'static str>,
    serves: Vec<&'static str>,
    packets_sent: u64,
    first: Text<Timestamp>,
    last: Text<Timestamp>,
    identity: Each<'a, Fact, IdentityJson<'a>>,
}

#[derive(Serialize)]
struct IdentityJson<'a> {
    attribute: &'static str,
    value: &'a str,
    source: &'static str,
    confidence: &'static str,
    first: Text<Timestamp>,
    last: Text<Timestamp>,
}

#[derive(Serialize)]
struct ConversationJson<'a> {
    initiator: Text<Host>,
    responder: Text<Host>,
    initiator_asset: Option<Text<AssetId>>,
    responder_asset: Option<Text<AssetId>>,
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
    first: Text<Timestamp>,
    last: Text<Timestamp>,
    protection: &'static str,
    versions: Vec<&'static str>,
    units: &'a BTreeSet<u32>,
    credentials: Vec<CredentialJson<'a>>,
    malformed: u64,
    operations: Each<'a, OperationCount, OperationJson<'a>>,
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
    code: Text<Code>,
    by: &'static str,
    requests: u64,
    answers: u64,
    failures: u64,
    first: Text<Timestamp>,
    last: Text<Timestamp>,
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
    assets: Texts<&'a [AssetId]>,
}

#[derive(Serialize)]
struct FindingJson<'a> {
    id: &'static str,
    severity: &'static str,
    title: String,
    assets: Texts<&'a [AssetId]>,
    conversations: &'a [usize],
    detail: String,
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
        first: capture.first.map(Text),
        last: capture.last.map(Text),
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
    AssetJson {
        id: Text(asset.id),
        macs: Texts(&asset.macs),
        ips: Texts(&asset.ips),
        vlans: &asset.vlans,
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
        role_reasons: Texts(&asset.role_reasons),
        level: asset.level.level.map(|level| level.as_str()),
        level_state: asset.level.state.as_str(),
        level_confidence: (asset.level.confidence * 100.0).round() / 100.0,
        level_reasons: Texts(&asset.level.reasons),
        zone: asset.zone.as_deref(),
        safety: asset.safety,
        routed: asset.routed,
        silent: asset.silent,
        protocols: asset.protocols.keys().copied().collect(),
        serves: asset.protocols.iter().filter(|(_, serves)| **serves).map(|(name, _)| *name).collect(),
        packets_sent: asset.packets_sent,
        first: Text(asset.first),
        last: Text(asset.last),
        identity: Each(&asset.facts, identity),
    }
}

fn identity(fact: &Fact) -> IdentityJson<'_> {
    IdentityJson {
        attribute: fact.attribute.as_str(),
        value: &fact.value,
        source: fact.source,
        confidence: fact.confidence.as_str(),
        first: Text(fact.first),
        last: Text(fact.last),
    }
}

fn conversation(conversation: &Conversation) -> ConversationJson<'_> {
    let credentials = conversation.credentials.iter().map(|credential| CredentialJson {
        kind: credential.kind,
        user: credential.user.as_deref(),
        protection: credential.protection.as_str(),
        weakness: credential.weakness.as_str(),
    });
    ConversationJson {
        initiator: Text(conversation.initiator),
        responder: Text(conversation.responder),
        initiator_asset: conversation.initiator_asset.map(Text),
        responder_asset: conversation.responder_asset.map(Text),
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
        first: Text(conversation.first),
        last: Text(conversation.last),
        protection: conversation.protection.as_str(),
        versions: conversation.versions.iter().map(|(version, _)| *version).collect(),
        units: &conversation.units,
        credentials: credentials.collect(),
        malformed: conversation.malformed,
        operations: Each(&conversation.operations, operation),
    }
}

fn operation(count: &OperationCount) -> OperationJson<'_> {
    OperationJson {
        operation: count.operation.as_str(),
        name: count.name,
        code: Text(count.code),
        by: if count.by_initiator { "initiator" } else { "responder" },
        requests: count.requests,
        answers: count.answers,
        failures: count.failures,
        first: Text(count.first),
        last: Text(count.last),
        objects: &count.objects,
        more_objects: count.more_objects,
    }
}

fn zone(zone: &Zone) -> ZoneJson<'_> {
    ZoneJson {
        id: &zone.id,
        name: &zone.name,
        level: zone.level.map(|level| level.as_str()),
        prefixes: &zone.prefixes,
        vlans: &zone.vlans,
        assets: Texts(&zone.assets),
    }
}

fn finding(finding: &Finding) -> FindingJson<'_> {
    FindingJson {
        id: finding.id,
        severity: finding.severity.as_str(),
        title: finding.title.to_string(),
        assets: Texts(&finding.assets),
        conversations: &finding.conversations,
        detail: finding.detail.to_string(),
        remedy: finding.remedy.english,
        technique: finding.technique,
    }
}
