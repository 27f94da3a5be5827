//! What a plan and captures say together, as text and JSON.

use std::collections::BTreeMap;
use std::io::{self, Write};

use actions::plan::{Case, Cell, Judgement, Verdict};
use actions::queries::plan::Checked;
use model::Conversation;
use model::plan::{Plan, Problem};
use serde::Serialize;

use super::LINES_SHOWN;

/// One conversation that is not in the plan.
#[derive(Serialize)]
pub(super) struct ViolationJson<'a> {
    conversation: usize,
    id: &'static str,
    from: &'a str,
    to: &'a str,
    conduit: Option<&'a str>,
    initiator: String,
    responder: String,
    transport: &'static str,
    port: u16,
    protocol: &'static str,
    operations: Vec<&'static str>,
    first: String,
    last: String,
}

/// The conversations that are not in the plan.
pub(super) fn violations<'a>(checked: &'a Checked<'_>) -> Vec<ViolationJson<'a>> {
    let all = checked.plant.conversations.iter().zip(&checked.held.judgements).enumerate();
    all.filter_map(|(place, (c, judged))| violation(place, c, judged, checked)).collect()
}

fn violation<'a>(
    place: usize,
    c: &Conversation,
    judged: &Judgement,
    checked: &'a Checked<'_>,
) -> Option<ViolationJson<'a>> {
    let judge = &checked.held.judge;
    let Verdict::Violation(violation, closest) = judged.verdict else { return None };
    let faulty =
        c.operations.iter().filter(|op| matches!(judge.operation(c, op, judged), Verdict::Violation(..)));
    let mut operations: Vec<&'static str> = faulty.map(|op| op.operation.as_str()).collect();
    operations.sort_unstable();
    operations.dedup();
    Some(ViolationJson {
        conversation: place,
        id: violation.finding(),
        from: judge.places.id(judged.from),
        to: judge.places.id(judged.to),
        conduit: closest.and_then(|closest| judge.conduit(closest)).map(|conduit| conduit.id.as_str()),
        initiator: c.initiator.to_string(),
        responder: c.responder.to_string(),
        transport: c.transport.as_str(),
        port: c.port,
        protocol: c.protocol,
        operations,
        first: c.first.to_string(),
        last: c.last.to_string(),
    })
}

#[derive(Serialize)]
struct CheckJson<'a> {
    schema: &'static str,
    problems: Vec<ProblemJson<'a>>,
    notes: &'a [String],
    conversations: usize,
    inside: usize,
    permitted: usize,
    violations: &'a [ViolationJson<'a>],
    conduits: Vec<ConduitJson<'a>>,
    table: Vec<CellJson<'a>>,
    findings: Vec<FindingJson>,
}

#[derive(Serialize)]
struct ProblemJson<'a> {
    line: u32,
    key: &'a str,
    problem: &'a str,
    remedy: &'a str,
}

#[derive(Serialize)]
struct ConduitJson<'a> {
    id: &'a str,
    from: &'a str,
    to: &'a str,
    conversations: Vec<usize>,
}

#[derive(Serialize)]
struct FindingJson {
    id: &'static str,
    severity: &'static str,
    title: String,
    detail: String,
}

/// One cell of the table of what was intended, configured and observed.
#[derive(Serialize)]
struct CellJson<'a> {
    from: &'a str,
    to: &'a str,
    service: Option<String>,
    protocol: &'a str,
    operation: Option<&'static str>,
    intended: bool,
    configured: Option<bool>,
    observed: u64,
    verdict: &'static str,
    conversations: &'a [usize],
    sample: Option<&'a str>,
}

fn cell<'a>(cell: &'a Cell, checked: &'a Checked<'_>) -> CellJson<'a> {
    let places = &checked.held.judge.places;
    CellJson {
        from: places.id(cell.from),
        to: places.id(cell.to),
        service: cell.service.map(|service| service.to_string()),
        protocol: &cell.protocol,
        operation: cell.operation.map(|operation| operation.as_str()),
        intended: cell.intended,
        configured: cell.configured,
        observed: cell.observed,
        verdict: cell.case.as_str(),
        conversations: &cell.conversations,
        sample: cell.sample.as_deref(),
    }
}

/// The conversations that each conduit holds.
fn held(plan: &Plan, checked: &Checked<'_>) -> Vec<Vec<usize>> {
    let mut held: Vec<Vec<usize>> = vec![Vec::new(); plan.conduits.len()];
    for (place, judged) in checked.held.judgements.iter().enumerate() {
        if let Verdict::Permitted(by) = judged.verdict
            && let Some(own) = held.get_mut(by.conduit as usize)
        {
            own.push(place);
        }
    }
    held
}

fn counts(checked: &Checked<'_>) -> (usize, usize) {
    let count = |wanted: fn(&Verdict) -> bool| {
        checked.held.judgements.iter().filter(|judged| wanted(&judged.verdict)).count()
    };
    (count(|v| *v == Verdict::Inside), count(|v| matches!(v, Verdict::Permitted(_))))
}

/// As the document `sluice.plan-check/1`.
pub(super) fn json(
    out: &mut dyn Write,
    plan: &Plan,
    (problems, missing): (&[Problem], &[String]),
    checked: &Checked<'_>,
    rows: &[ViolationJson<'_>],
) -> io::Result<()> {
    let (inside, permitted) = counts(checked);
    let conduits = plan.conduits.iter().zip(held(plan, checked));
    let document = CheckJson {
        schema: "sluice.plan-check/1",
        problems: problems
            .iter()
            .map(|p| ProblemJson { line: p.line, key: &p.key, problem: &p.text, remedy: &p.remedy })
            .collect(),
        notes: missing,
        conversations: checked.held.judgements.len(),
        inside,
        permitted,
        violations: rows,
        conduits: conduits
            .map(|(c, conversations)| ConduitJson { id: &c.id, from: &c.from, to: &c.to, conversations })
            .collect(),
        table: checked.held.table.iter().map(|one| cell(one, checked)).collect(),
        findings: checked
            .findings
            .iter()
            .map(|finding| FindingJson {
                id: finding.id,
                severity: finding.severity.as_str(),
                title: finding.title.to_string(),
                detail: finding.detail.to_string(),
            })
            .collect(),
    };
    serde_json::to_writer_pretty(&mut *out, &document)?;
    out.write_all(b"\n")
}

/// As text.
pub(super) fn text(
    out: &mut dyn Write,
    plan: &Plan,
    checked: &Checked<'_>,
    rows: &[ViolationJson<'_>],
) -> io::Result<()> {
    let (inside, permitted) = counts(checked);
    writeln!(
        out,
        "{} conversations: {inside} inside zones, {permitted} in conduits of the plan, {} not in the plan.",
        checked.held.judgements.len(),
        rows.len()
    )?;
    // What differs in the peers alone is one line.
    let mut lines: BTreeMap<_, (usize, &ViolationJson<'_>)> = BTreeMap::new();
    for row in rows {
        let deeds = row.operations.join(", ");
        let key = (row.id, row.from, row.to, row.transport, row.port, row.protocol, deeds);
        lines.entry(key).or_insert((0, row)).0 += 1;
    }
    for ((id, from, to, transport, port, protocol, deeds), (count, row)) in lines.iter().take(LINES_SHOWN) {
        let deeds = if deeds.is_empty() { String::new() } else { format!(" ({deeds})") };
        writeln!(
            out,
            "{id:<22} {from} -> {to}  {protocol} {transport}/{port}{deeds}  {count} conversations, as {} -> {}",
            row.initiator, row.responder
        )?;
    }
    if lines.len() > LINES_SHOWN {
        writeln!(out, "... and {} more; --format json shows all.", lines.len() - LINES_SHOWN)?;
    }
    let never = plan.conduits.iter().zip(held(plan, checked)).filter(|(_, own)| own.is_empty());
    for (conduit, _) in never {
        writeln!(
            out,
            "{:<22} {} ({} -> {})",
            "never-observed-conduit", conduit.id, conduit.from, conduit.to
        )?;
    }
    let known = checked.held.table.iter().filter(|cell| cell.configured.is_some());
    let worth: Vec<&Cell> = known.filter(|cell| cell.case != Case::Fine).collect();
    for cell in worth.iter().take(LINES_SHOWN) {
        let cell = self::cell(cell, checked);
        let deed = cell.operation.map_or(String::new(), |operation| format!(" ({operation})"));
        let service = cell.service.as_deref().unwrap_or("any");
        let (from, to, protocol, observed) = (cell.from, cell.to, cell.protocol, cell.observed);
        writeln!(out, "{:<22} {from} -> {to}  {protocol} {service}{deed}  {observed} seen", cell.verdict)?;
    }
    if worth.len() > LINES_SHOWN {
        writeln!(out, "... and {} cells more; --format json shows all.", worth.len() - LINES_SHOWN)?;
    }
    Ok(())
}
