//! `sluice firewall`: asks the configuration of a firewall.

use std::io::{self, Write};
use std::path::PathBuf;

use actions::queries::firewall::{self, Line, Told};
use actions::reach::{Anomaly, Answer, AskError, Decider, Region, RuleAnomaly};
use clap::{Args, Subcommand, ValueEnum};
use comfy_table::{ContentArrangement, Table, presets};
use model::firewall::{Firewall, Verdict};
use model::packets::{AddressField, NumberField, PacketBox, Span, number_address};
use serde::Serialize;

use crate::exit::Done;
use crate::output;

/// What can be asked.
#[derive(Subcommand)]
pub enum Command {
    /// Which rule decides this packet, and why.
    Query(Query),
    /// Which rules never act, can go, or act on less than they say.
    Check(Check),
    /// Where two configurations differ, with one packet of each difference.
    Diff(Diff),
}

/// What `sluice firewall query` takes.
#[derive(Args)]
#[command(after_help = QUERY_AFTER)]
pub struct Query {
    /// The configuration: nftables (text or JSON), iptables-save, OPNsense, pfSense, FortiOS, Cisco ASA or IOS.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The interface the packet comes in by; any when not given.
    #[arg(long = "in", value_name = "IF")]
    in_interface: Option<String>,
    /// The interface it leaves by, LOCAL for the firewall itself; any when not given.
    #[arg(long = "out", value_name = "IF")]
    out_interface: Option<String>,
    /// Where it comes from.
    #[arg(long, value_name = "IP", required_unless_present = "queries")]
    src: Option<String>,
    /// Where it goes.
    #[arg(long, value_name = "IP", required_unless_present = "queries")]
    dst: Option<String>,
    /// tcp, udp, icmp:TYPE or a protocol number.
    #[arg(long, value_name = "PROTOCOL", default_value = "tcp")]
    proto: String,
    /// Destination port; any when not given.
    #[arg(long, value_name = "PORT")]
    dport: Option<String>,
    /// Source port; any high one when not given.
    #[arg(long, value_name = "PORT")]
    sport: Option<String>,
    /// TCP flags, letters of SARFPUEC; a packet that opens when not given.
    #[arg(long, value_name = "FLAGS")]
    flags: Option<String>,
    /// A whole table of questions: tab-separated id, in_if, out_if, src, sport, dst, dport, proto, flags.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["src", "dst", "dport", "sport", "flags"])]
    queries: Option<PathBuf>,
    /// How to show it.
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
}

const QUERY_AFTER: &str = "The packet is asked for as the first of a conversation that comes alone: what hangs on a rate \
or a counter is answered for that, and said. `unknown` means that the answer depends on something the configuration does \
not tell, or that Sluice did not understand; the reason is told.

Examples:
  sluice firewall query fw.conf --in port1 --out port2 --src 10.0.1.5 --dst 10.0.2.5 --dport 502
  sluice firewall query ruleset.nft --src 10.0.1.5 --dst 10.0.2.5 --proto icmp:8
  sluice firewall query config.xml --queries questions.tsv --format tsv";

/// What `sluice firewall check` takes.
#[derive(Args)]
pub struct Check {
    /// The configuration.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// How to show it.
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
}

/// What `sluice firewall diff` takes.
#[derive(Args)]
#[command(after_help = DIFF_AFTER)]
pub struct Diff {
    /// The one configuration, as it is.
    #[arg(value_name = "OLD")]
    old: PathBuf,
    /// The other one, as it is to be; it may be of another make.
    #[arg(value_name = "NEW")]
    new: PathBuf,
    /// How to show it.
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
}

const DIFF_AFTER: &str = "Compared are the first packets of conversations. Interfaces are the same when they have the \
same name. Ends with 0 when both let the same pass, with 21 when they differ.";

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Text,
    Tsv,
    Json,
}

/// The two configurations do not let the same pass.
#[derive(Debug, thiserror::Error)]
#[error("{0} differences")]
pub struct Differs(usize);

/// Runs it.
pub fn run(command: &Command) -> anyhow::Result<Done> {
    match command {
        Command::Query(query) => ask(query),
        Command::Check(check) => look(check),
        Command::Diff(diff) => compare(diff),
    }
}

fn ask(query: &Query) -> anyhow::Result<Done> {
    let firewall = firewall::open(&query.file)?;
    let lines = match &query.queries {
        Some(table) => firewall::questions(table)?,
        None => {
            let part = |name: &str| match name {
                "in_if" => query.in_interface.as_deref(),
                "out_if" => query.out_interface.as_deref(),
                "src" => query.src.as_deref(),
                "dst" => query.dst.as_deref(),
                "sport" => query.sport.as_deref(),
                "dport" => query.dport.as_deref(),
                "proto" => Some(query.proto.as_str()),
                "flags" => query.flags.as_deref(),
                _ => None,
            };
            let asked = firewall::asked(&part).map_err(WrongQuestion)?;
            vec![Line { id: "1".to_string(), asked: Ok(asked) }]
        }
    };
    if query.queries.is_none()
        && let [Line { asked: Ok(asked), .. }] = lines.as_slice()
    {
        // One question that cannot be asked is a mistake of the one who asks, not an answer.
        firewall::ask(&firewall, asked).map_err(|error: AskError| WrongQuestion(error.to_string()))?;
    }
    let answers: Vec<AnswerRow> = lines.iter().map(|line| row(&firewall, line)).collect();
    output::write(None, false, |out| match query.format {
        Format::Tsv => table(out, &["id", "verdict", "rule", "line", "list", "because"], &answers),
        Format::Json => json(out, &AnswersJson { schema: "sluice.firewall-answers/1", answers: &answers }),
        Format::Text => said(out, &firewall, &answers),
    })?;
    Ok(Done::Whole)
}

/// A question that is none.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct WrongQuestion(String);

#[derive(Serialize)]
struct AnswersJson<'a> {
    schema: &'static str,
    answers: &'a [AnswerRow],
}

#[derive(Serialize)]
struct AnswerRow {
    id: String,
    verdict: &'static str,
    rule: String,
    line: Option<u32>,
    list: String,
    because: String,
}

impl Cells for AnswerRow {
    fn cells(&self) -> Vec<String> {
        let line = self.line.map(|line| line.to_string()).unwrap_or_default();
        let verdict = self.verdict.to_string();
        vec![self.id.clone(), verdict, self.rule.clone(), line, self.list.clone(), self.because.clone()]
    }
}

fn row(firewall: &Firewall, line: &Line) -> AnswerRow {
    let told = match &line.asked {
        Ok(asked) => firewall::ask(firewall, asked).map_err(|error| error.to_string()),
        Err(error) => Err(error.clone()),
    };
    let told = told.unwrap_or_else(|because| Told {
        answer: Answer { verdict: None, decider: None, because: vec![because] },
        rule: String::new(),
        list: String::new(),
        line: None,
    });
    AnswerRow {
        id: line.id.clone(),
        verdict: verdict(told.answer.verdict),
        rule: told.rule,
        line: told.line,
        list: told.list,
        because: told.answer.because.join("; "),
    }
}

fn verdict(verdict: Option<Verdict>) -> &'static str {
    match verdict {
        Some(Verdict::Allow) => "allow",
        Some(Verdict::Deny) => "deny",
        None => "unknown",
    }
}

fn said(out: &mut dyn Write, firewall: &Firewall, answers: &[AnswerRow]) -> io::Result<()> {
    if let [answer] = answers {
        let verdict = match answer.verdict {
            "unknown" => "cannot tell",
            verdict => verdict,
        };
        writeln!(out, "{verdict}")?;
        if !answer.rule.is_empty() {
            let line = answer.line.map(|line| format!(", line {line}")).unwrap_or_default();
            writeln!(out, "  by {} ({}{line})", answer.rule, answer.list)?;
        }
        if !answer.because.is_empty() {
            writeln!(out, "  because it depends on: {}", answer.because)?;
        }
    } else {
        columns(out, &["id", "verdict", "rule", "line", "list", "because"], answers)?;
    }
    problems(out, firewall)
}

/// What was not understood, at most this many lines of it.
const PROBLEMS_SHOWN: usize = 20;

fn problems(out: &mut dyn Write, firewall: &Firewall) -> io::Result<()> {
    if firewall.problems.is_empty() {
        return Ok(());
    }
    writeln!(out, "\nNot understood, and taken as wider than it may be ({}):", firewall.problems.len())?;
    for problem in firewall.problems.iter().take(PROBLEMS_SHOWN) {
        match problem.line {
            0 => writeln!(out, "  {}", problem.text)?,
            line => writeln!(out, "  line {line}: {}", problem.text)?,
        }
    }
    if firewall.problems.len() > PROBLEMS_SHOWN {
        writeln!(out, "  ... and more; --format json has all")?;
    }
    Ok(())
}

fn look(check: &Check) -> anyhow::Result<Done> {
    let firewall = firewall::open(&check.file)?;
    let found: Vec<FindingRow> =
        firewall::check(&firewall).iter().map(|anomaly| finding(&firewall, anomaly)).collect();
    output::write(None, false, |out| match check.format {
        Format::Tsv => table(out, &FINDING_COLUMNS, &found),
        Format::Json => {
            let problems = firewall.problems.iter();
            let problems = problems.map(|one| ProblemJson { line: one.line, text: &one.text }).collect();
            let dialect = firewall.dialect.name();
            let rules = firewall.rules.len();
            json(
                out,
                &CheckJson { schema: "sluice.firewall-check/1", dialect, rules, findings: &found, problems },
            )
        }
        Format::Text => {
            writeln!(out, "{}, {} rules", firewall.dialect.name(), firewall.rules.len())?;
            if found.is_empty() {
                writeln!(out, "Every rule acts, and none can go.")?;
            } else {
                columns(out, &FINDING_COLUMNS, &found)?;
            }
            problems(out, &firewall)
        }
    })?;
    Ok(Done::Whole)
}

#[derive(Serialize)]
struct CheckJson<'a> {
    schema: &'static str,
    dialect: &'static str,
    rules: usize,
    findings: &'a [FindingRow],
    problems: Vec<ProblemJson<'a>>,
}

#[derive(Serialize)]
struct ProblemJson<'a> {
    line: u32,
    text: &'a str,
}

const FINDING_COLUMNS: [&str; 5] = ["line", "list", "rule", "finding", "because"];

#[derive(Serialize)]
struct FindingRow {
    line: Option<u32>,
    list: String,
    rule: String,
    finding: &'static str,
    because: String,
}

impl Cells for FindingRow {
    fn cells(&self) -> Vec<String> {
        let line = self.line.map(|line| line.to_string()).unwrap_or_default();
        vec![line, self.list.clone(), self.rule.clone(), self.finding.to_string(), self.because.clone()]
    }
}

fn finding(firewall: &Firewall, anomaly: &RuleAnomaly) -> FindingRow {
    let (rule, list, line) = firewall::named(firewall, Decider::Rule(anomaly.rule));
    let witnesses: Vec<String> = anomaly
        .witnesses
        .iter()
        .map(|witness| match firewall::named(firewall, *witness) {
            (name, _, Some(line)) => format!("{name} (line {line})"),
            (name, _, None) => name,
        })
        .collect();
    let by = witnesses.join("; ");
    let (finding, because) = match anomaly.anomaly {
        Anomaly::ShadowedSameAction => {
            ("shadowed-same-action", format!("never acts: all is taken before by {by}"))
        }
        Anomaly::ShadowedConflict => {
            ("shadowed-conflict", format!("never acts: all is taken before, some the other way, by {by}"))
        }
        Anomaly::RedundantLaterSameAction => {
            ("redundant-later-same-action", format!("can go: the same follows from {by}"))
        }
        Anomaly::PartialConflict { lost } => {
            let percent = (lost * 100.0).clamp(0.01, 99.99);
            ("partial-conflict", format!("{percent:.2} % of it is taken before, the other way, by {by}"))
        }
        Anomaly::NotEvaluated => ("not-evaluated", "its sets fall into too many parts".to_string()),
    };
    FindingRow { line, list, rule, finding, because }
}

fn compare(diff: &Diff) -> anyhow::Result<Done> {
    let (old, new) = (firewall::open(&diff.old)?, firewall::open(&diff.new)?);
    let difference = firewall::difference(&old, &new)?;
    let mut rows: Vec<DifferenceRow> = Vec::new();
    let mut add = |what: &'static str, regions: &[Region], firewall: &Firewall| {
        rows.extend(regions.iter().map(|region| difference_row(what, region, firewall)));
    };
    add("only-old", &difference.only_first, &old);
    add("only-new", &difference.only_second, &new);
    add("perhaps", &difference.perhaps, &new);
    output::write(None, false, |out| match diff.format {
        Format::Tsv => table(out, &DIFFERENCE_COLUMNS, &rows),
        Format::Json => json(out, &DifferencesJson { schema: "sluice.firewall-diff/1", differences: &rows }),
        Format::Text if rows.is_empty() => writeln!(out, "Both let the same pass."),
        Format::Text => columns(out, &DIFFERENCE_COLUMNS, &rows),
    })?;
    match rows.len() {
        0 => Ok(Done::Whole),
        count => Err(Differs(count).into()),
    }
}

#[derive(Serialize)]
struct DifferencesJson<'a> {
    schema: &'static str,
    differences: &'a [DifferenceRow],
}

const DIFFERENCE_COLUMNS: [&str; 10] =
    ["allowed", "in_if", "out_if", "src", "dst", "proto", "dport", "sport", "rule", "sample"];

#[derive(Serialize)]
struct DifferenceRow {
    allowed: &'static str,
    in_interface: String,
    out_interface: String,
    source: String,
    destination: String,
    protocol: String,
    destination_port: String,
    source_port: String,
    rule: String,
    sample: String,
}

impl Cells for DifferenceRow {
    fn cells(&self) -> Vec<String> {
        [
            self.allowed,
            &self.in_interface,
            &self.out_interface,
            &self.source,
            &self.destination,
            &self.protocol,
            &self.destination_port,
            &self.source_port,
            &self.rule,
            &self.sample,
        ]
        .map(str::to_string)
        .to_vec()
    }
}

fn difference_row(allowed: &'static str, region: &Region, firewall: &Firewall) -> DifferenceRow {
    let one = &region.packets;
    let number = |field: NumberField| span(one.number(field), field.all());
    let interface = |field: NumberField| interfaces(one.number(field), firewall);
    let (rule, _, line) = firewall::named(firewall, region.decider);
    DifferenceRow {
        allowed,
        in_interface: interface(NumberField::InInterface),
        out_interface: interface(NumberField::OutInterface),
        source: addresses(one.address(AddressField::Source)),
        destination: addresses(one.address(AddressField::Destination)),
        protocol: protocol(one.number(NumberField::Protocol)),
        destination_port: number(NumberField::DestinationPort),
        source_port: number(NumberField::SourcePort),
        rule: line.map_or(rule.clone(), |line| format!("{rule} (line {line})")),
        sample: sample(one),
    }
}

fn addresses(span: Span<u128>) -> String {
    let (first, last) = (number_address(span.first), number_address(span.last));
    match span {
        Span::EVERYWHERE | Span::IPV4 => "any".to_string(),
        _ if first == last => first.to_string(),
        _ => format!("{first}-{last}"),
    }
}

fn span(span: Span<u16>, all: Span<u16>) -> String {
    match span {
        _ if span == all => "any".to_string(),
        _ if span.first == span.last => span.first.to_string(),
        _ => format!("{}-{}", span.first, span.last),
    }
}

fn protocol(numbers: Span<u16>) -> String {
    match (numbers.first, numbers.last) {
        (1, 1) => "icmp".to_string(),
        (6, 6) => "tcp".to_string(),
        (17, 17) => "udp".to_string(),
        (58, 58) => "icmpv6".to_string(),
        _ => span(numbers, NumberField::Protocol.all()),
    }
}

fn interfaces(span: Span<u16>, firewall: &Firewall) -> String {
    if span == Span::ANY {
        return "any".to_string();
    }
    let named = firewall.interfaces.iter().enumerate();
    let names: Vec<&str> = named
        .filter(|(place, _)| u16::try_from(*place).is_ok_and(|place| span.holds(place)))
        .map(|(_, interface)| interface.name.as_str())
        .collect();
    if names.is_empty() { "(other)".to_string() } else { names.join(", ") }
}

/// One packet of a box, as words.
fn sample(one: &PacketBox) -> String {
    let (source, destination) = (one.address(AddressField::Source), one.address(AddressField::Destination));
    // Where both families are held, one of IPv4 is easier to read.
    let corner = |span: Span<u128>| number_address(span.both(Span::IPV4).unwrap_or(span).first);
    let protocol = one.number(NumberField::Protocol);
    let name = if protocol.holds(6) { "tcp".to_string() } else { self::protocol(Span::one(protocol.first)) };
    let port = one.number(NumberField::DestinationPort);
    let port = if port.holds(443) && port == Span::ANY { 443 } else { port.first };
    format!("{} > {} {name} {port}", corner(source), corner(destination))
}

/// A row of a table.
trait Cells {
    fn cells(&self) -> Vec<String>;
}

/// Tab-separated; what would break the table becomes a blank.
fn table<R: Cells>(out: &mut dyn Write, header: &[&str], rows: &[R]) -> io::Result<()> {
    writeln!(out, "{}", header.join("\t"))?;
    for row in rows {
        let cells: Vec<String> =
            row.cells().iter().map(|cell| cell.replace(['\t', '\n', '\r'], " ")).collect();
        writeln!(out, "{}", cells.join("\t"))?;
    }
    Ok(())
}

fn columns<R: Cells>(out: &mut dyn Write, header: &[&str], rows: &[R]) -> io::Result<()> {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Dynamic);
    table.set_header(header.to_vec());
    for row in rows {
        table.add_row(row.cells());
    }
    writeln!(out, "{table}")
}

fn json<T: Serialize>(out: &mut dyn Write, document: &T) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, document)?;
    out.write_all(b"\n")
}
