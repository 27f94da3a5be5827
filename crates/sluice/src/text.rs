//! The analysis as text: a summary to read in one minute, then tables.

use std::collections::BTreeMap;
use std::io::{self, IsTerminal, Write};

use actions::Analysis;
use comfy_table::{ContentArrangement, Table, presets};
use model::{
    Asset, Attribute, CaptureSummary, Certainty, Confidence, Conversation, Finding, Level, LevelState,
    Operation, Plant, Severity, printable,
};

/// Conversations shown; the JSON document has all.
const CONVERSATIONS_SHOWN: usize = 40;
/// Assets shown.
const ASSETS_SHOWN: usize = 200;
/// Findings shown with their details.
const FINDINGS_SHOWN: usize = 40;
/// Width when the terminal does not tell.
const WIDTH: u16 = 120;

/// Colours on a terminal, plain elsewhere.
#[derive(Clone, Copy)]
pub struct Style {
    colours: bool,
    terminal: bool,
}

impl Style {
    /// Colours only on a terminal, and not when the user has set NO_COLOR (no-color.org).
    pub fn of(to_stdout: bool) -> Style {
        let terminal = to_stdout && io::stdout().is_terminal();
        let unwanted = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        Style { colours: terminal && !unwanted, terminal }
    }

    fn paint(self, code: &str, text: &str) -> String {
        if self.colours { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_string() }
    }

    fn heading(self, text: &str) -> String {
        self.paint("1", text)
    }

    fn severity(self, severity: Severity) -> String {
        let code = match severity {
            Severity::Critical => "1;37;41",
            Severity::High => "1;31",
            Severity::Medium => "33",
            Severity::Low => "36",
            Severity::Info => "2",
        };
        self.paint(code, &format!("{:<8}", severity.as_str().to_uppercase()))
    }
}

/// Writes the analysis.
pub fn write(analysis: &Analysis, style: Style, out: &mut dyn Write) -> io::Result<()> {
    summary(analysis, style, out)?;
    findings(&analysis.findings, style, out)?;
    assets(&analysis.plant, style, out)?;
    conversations(&analysis.plant, style, out)
}

fn summary(analysis: &Analysis, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let (capture, plant) = (&analysis.capture, &analysis.plant);
    if capture.partial {
        writeln!(
            out,
            "{}\n",
            style.paint("1;33", "PARTIAL: reading was interrupted; this is what was known so far.")
        )?;
    }
    let files = match capture.files.as_slice() {
        [one] => printable(one).to_string(),
        many => format!("{} captures", many.len()),
    };
    writeln!(
        out,
        "{}  {} frames, {}",
        style.heading(&files),
        grouped(capture.packets),
        bytes(capture.bytes)
    )?;
    if let (Some(first), Some(last)) = (capture.first, capture.last) {
        writeln!(out, "from {first} to {last} ({})", duration(last.since(first)))?;
    }
    for (text, count) in losses(capture) {
        writeln!(out, "{} {text}", grouped(count))?;
    }
    for note in &capture.notes {
        writeln!(out, "note: {}", printable(note))?;
    }
    for (text, count) in limits(plant) {
        writeln!(out, "limit reached: {} {text}", grouped(count))?;
    }
    writeln!(out)?;
    writeln!(out, "{}", sentence_of_assets(plant))?;
    if let Some(levels) = sentence_of_levels(plant) {
        writeln!(out, "{levels}")?;
    }
    if let Some(protocols) = sentence_of_protocols(plant) {
        writeln!(out, "{protocols}")?;
    }
    if let Some(commands) = sentence_of_commands(plant) {
        writeln!(out, "{commands}")?;
    }
    writeln!(out, "{}\n", sentence_of_findings(&analysis.findings))
}

/// What could not be read, or not as it was sent.
fn losses(capture: &CaptureSummary) -> impl Iterator<Item = (&'static str, u64)> {
    [
        ("frames are of a link type that Sluice does not read.", capture.undecoded_links),
        ("frames or messages were malformed; reading went on behind them.", capture.malformed),
        (
            "frames were cut short by the capture. Capture with a larger snap length (tcpdump -s 0) to see more.",
            capture.truncated,
        ),
        (
            "frames came twice within milliseconds, as when a mirror shows both directions of a port. Each operation \
             was counted once.",
            capture.duplicates,
        ),
        (
            "places in TCP connections are missing from the capture. Check whether the mirror port drops frames.",
            capture.gaps,
        ),
        ("times the clock of the capture went back by more than a second.", capture.clock_jumps),
    ]
    .into_iter()
    .filter(|(_, count)| *count > 0)
}

fn limits(plant: &Plant) -> impl Iterator<Item = (&'static str, u64)> {
    let limits = plant.limits;
    [
        ("hosts were not recorded.", limits.hosts_dropped),
        ("conversations were not recorded.", limits.conversations_dropped),
        ("identity values were not recorded.", limits.facts_dropped),
        ("operations were counted together.", limits.operations_folded),
    ]
    .into_iter()
    .filter(|(_, count)| *count > 0)
}

fn sentence_of_assets(plant: &Plant) -> String {
    if plant.assets.is_empty() {
        return "No asset was seen. Check that the mirror port shows traffic of more than broadcasts."
            .to_string();
    }
    let mut roles: BTreeMap<&str, usize> = BTreeMap::new();
    for role in plant.assets.iter().filter_map(|asset| asset.roles.first()) {
        *roles.entry(role.as_str()).or_default() += 1;
    }
    let mut roles: Vec<(&str, usize)> = roles.into_iter().collect();
    roles.sort_by_key(|(name, count)| (std::cmp::Reverse(*count), *name));
    let named: Vec<String> =
        roles.iter().take(8).map(|(name, count)| format!("{count} {}", name.replace('-', " "))).collect();
    let count = plant.assets.len();
    let zones = plant.zones.len();
    let what = if named.is_empty() { String::new() } else { format!(": {}", named.join(", ")) };
    format!(
        "{} {} in {zones} proposed {}{what}.",
        grouped(count as u64),
        plural(count, "asset"),
        plural(zones, "zone")
    )
}

fn sentence_of_levels(plant: &Plant) -> Option<String> {
    let count = |level: Option<Level>| plant.assets.iter().filter(|asset| asset.level.level == level).count();
    let mut parts: Vec<String> = Level::ALL
        .iter()
        .filter_map(|level| match (count(Some(*level)), level) {
            (0, _) => None,
            (n, Level::Outside) => Some(format!("{n} outside")),
            (n, level) => Some(format!("{n} on {level}")),
        })
        .collect();
    let unknown = count(None);
    if unknown > 0 {
        parts.push(format!("{unknown} unknown"));
    }
    (!plant.assets.is_empty()).then(|| format!("Purdue levels: {}.", parts.join(", ")))
}

fn sentence_of_protocols(plant: &Plant) -> Option<String> {
    let mut packets: BTreeMap<&str, u64> = BTreeMap::new();
    for conversation in plant.conversations.iter().filter(|c| c.certainty == Certainty::Content) {
        *packets.entry(conversation.protocol).or_default() += conversation.packets;
    }
    let mut packets: Vec<(&str, u64)> = packets.into_iter().collect();
    packets.sort_by_key(|(name, count)| (std::cmp::Reverse(*count), *name));
    let names: Vec<&str> = packets.iter().take(12).map(|(name, _)| *name).collect();
    let more = packets.len().saturating_sub(12);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    (!names.is_empty()).then(|| format!("Protocols by content: {}{more}.", names.join(", ")))
}

/// What was commanded: the operations that change a device, by who does them.
fn sentence_of_commands(plant: &Plant) -> Option<String> {
    let mut counts: BTreeMap<Operation, u64> = BTreeMap::new();
    let operational = plant.conversations.iter().filter(|c| c.family.is_operational());
    for operation in operational.flat_map(|conversation| &conversation.operations) {
        if operation.operation.changes_device() || operation.operation == Operation::ReadProgram {
            *counts.entry(operation.operation).or_default() += operation.requests;
        }
    }
    let parts: Vec<String> =
        counts.iter().map(|(operation, count)| format!("{operation} {} times", grouped(*count))).collect();
    (!parts.is_empty()).then(|| format!("Commanded on controllers and devices: {}.", parts.join(", ")))
}

fn sentence_of_findings(findings: &[Finding]) -> String {
    if findings.is_empty() {
        return "Nothing that should worry someone was found in this capture.".to_string();
    }
    let parts: Vec<String> = Severity::ALL
        .iter()
        .rev()
        .filter_map(|severity| {
            let count = findings.iter().filter(|finding| finding.severity == *severity).count();
            (count > 0).then(|| format!("{count} {severity}"))
        })
        .collect();
    format!("{} {}: {}.", findings.len(), plural(findings.len(), "finding"), parts.join(", "))
}

fn findings(findings: &[Finding], style: Style, out: &mut dyn Write) -> io::Result<()> {
    if findings.is_empty() {
        return Ok(());
    }
    writeln!(out, "{}", style.heading("FINDINGS"))?;
    for finding in findings.iter().take(FINDINGS_SHOWN) {
        let technique = finding.technique.map_or(String::new(), |technique| format!("  [{technique}]"));
        writeln!(
            out,
            "{} {}  ({}{technique})",
            style.severity(finding.severity),
            printable(&finding.title.to_string()),
            finding.id
        )?;
        writeln!(out, "         {}", printable(&finding.detail.to_string()))?;
    }
    if findings.len() > FINDINGS_SHOWN {
        writeln!(out, "... and {} more; --format html or json shows all.", findings.len() - FINDINGS_SHOWN)?;
    }
    writeln!(out)
}

fn table(style: Style, header: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Dynamic);
    if !style.terminal {
        table.set_width(WIDTH);
    }
    table.set_header(header.iter().map(|text| style.paint("4", text)).collect::<Vec<String>>());
    table
}

fn assets(plant: &Plant, style: Style, out: &mut dyn Write) -> io::Result<()> {
    if plant.assets.is_empty() {
        return Ok(());
    }
    writeln!(out, "{}", style.heading("ASSETS"))?;
    let mut table =
        table(style, &["id", "address", "name", "role", "level", "vendor, product", "firmware", "protocols"]);
    for asset in plant.assets.iter().take(ASSETS_SHOWN) {
        table.add_row(asset_row(asset));
    }
    writeln!(out, "{table}")?;
    if plant.assets.len() > ASSETS_SHOWN {
        writeln!(
            out,
            "... and {} more; --format html or json shows all.",
            plant.assets.len() - ASSETS_SHOWN
        )?;
    }
    writeln!(out)
}

fn asset_row(asset: &Asset) -> Vec<String> {
    let level = match (asset.level.level, asset.level.state) {
        (None, _) => "?".to_string(),
        (Some(level), LevelState::Inferred) if !asset.level.is_high() => format!("({level})"),
        (Some(level), _) => level.to_string(),
    };
    let addresses: Vec<String> = match asset.ips.len() {
        0 => asset.macs.iter().take(2).map(ToString::to_string).collect(),
        _ => asset.ips.iter().take(2).map(ToString::to_string).collect(),
    };
    let more = asset.ips.len().max(asset.macs.len().min(2)).saturating_sub(2);
    let more = if more > 0 { format!(" +{more}") } else { String::new() };
    let vendor = asset.facts.iter().find(|fact| fact.attribute == Attribute::Vendor).map(|fact| {
        match fact.confidence {
            Confidence::Guessed => format!("({})", fact.value),
            Confidence::Stated | Confidence::Derived => fact.value.clone(),
        }
    });
    let maker = vendor
        .into_iter()
        .chain(asset.fact(Attribute::Product).or(asset.fact(Attribute::OrderNumber)).map(str::to_string));
    let safety = if asset.safety { "SAFETY " } else { "" };
    let roles: Vec<String> = asset.roles.iter().take(2).map(|role| role.as_str().replace('-', " ")).collect();
    vec![
        asset.id.to_string(),
        addresses.join(" ") + &more,
        printable(asset.fact(Attribute::Name).unwrap_or_default()).to_string(),
        safety.to_string() + &roles.join(", "),
        level,
        printable(&maker.collect::<Vec<String>>().join(", ")).to_string(),
        printable(asset.fact(Attribute::Firmware).unwrap_or_default()).to_string(),
        asset.protocols.keys().copied().take(6).collect::<Vec<&str>>().join(" "),
    ]
}

fn conversations(plant: &Plant, style: Style, out: &mut dyn Write) -> io::Result<()> {
    if plant.conversations.is_empty() {
        return Ok(());
    }
    let shown = plant.conversations.len().min(CONVERSATIONS_SHOWN);
    let heading =
        format!("CONVERSATIONS (the {shown} busiest of {})", grouped(plant.conversations.len() as u64));
    writeln!(out, "{}", style.heading(&heading))?;
    let mut table =
        table(style, &["initiator", "responder", "port", "protocol", "frames", "protection", "operations"]);
    for conversation in plant.conversations.iter().take(CONVERSATIONS_SHOWN) {
        table.add_row(conversation_row(conversation));
    }
    writeln!(out, "{table}")
}

fn conversation_row(conversation: &Conversation) -> Vec<String> {
    let protocol = match conversation.certainty {
        Certainty::Content => conversation.protocol.to_string(),
        Certainty::Port => format!("{}?", conversation.protocol),
        Certainty::None => conversation.protocol.to_string(),
    };
    vec![
        conversation.initiator.to_string(),
        conversation.responder.to_string(),
        format!("{}/{}", conversation.transport, conversation.port),
        protocol,
        grouped(conversation.packets),
        conversation.protection.to_string(),
        operations(conversation),
    ]
}

/// Operations in one line: word, count, and how often the device said no.
fn operations(conversation: &Conversation) -> String {
    let mut counts: BTreeMap<Operation, (u64, u64)> = BTreeMap::new();
    for operation in &conversation.operations {
        let (requests, failures) = counts.entry(operation.operation).or_default();
        *requests += operation.requests;
        *failures += operation.failures;
    }
    let text = |(operation, (requests, failures)): (&Operation, &(u64, u64))| match failures {
        0 => format!("{operation} {}", grouped(*requests)),
        failures => format!("{operation} {} ({} refused)", grouped(*requests), grouped(*failures)),
    };
    counts.iter().map(text).collect::<Vec<String>>().join(", ")
}

fn plural(count: usize, noun: &str) -> String {
    if count == 1 { noun.to_string() } else { format!("{noun}s") }
}

/// A number with its thousands apart.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

fn bytes(count: u64) -> String {
    match count {
        0..1_000 => format!("{count} bytes"),
        1_000..1_000_000 => format!("{:.1} kB", count as f64 / 1e3),
        1_000_000..1_000_000_000 => format!("{:.1} MB", count as f64 / 1e6),
        _ => format!("{:.1} GB", count as f64 / 1e9),
    }
}

/// A length of time as a person says it.
fn duration(nanoseconds: i64) -> String {
    let seconds = nanoseconds / 1_000_000_000;
    match seconds {
        ..1 => format!("{} ms", nanoseconds / 1_000_000),
        1..120 => format!("{seconds} s"),
        120..7_200 => format!("{} min", seconds / 60),
        7_200..172_800 => format!("{} h", seconds / 3600),
        _ => format!("{} days", seconds / 86_400),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_well() {
        assert_eq!(grouped(0), "0");
        assert_eq!(grouped(999), "999");
        assert_eq!(grouped(1_234_567), "1,234,567");
        assert_eq!(bytes(1_500_000), "1.5 MB");
        assert_eq!(duration(1_800_000_000_000), "30 min");
    }
}
