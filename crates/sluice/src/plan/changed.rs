//! What a change on paper would do, as text and JSON.

use std::io::{self, Write};

use actions::plan::{Change, Cut, Rhythm};
use model::{Conversation, Plant, printable};
use serde::Serialize;

use super::LINES_SHOWN;

/// As text: what stops the machine comes first.
pub(super) fn text(out: &mut dyn Write, plant: &Plant, change: &Change) -> io::Result<()> {
    let process = change.cut.iter().filter(|cut| cut.process).count();
    writeln!(
        out,
        "{} observed conversations would be cut, {process} of them of the running process; {} stay; {} are outside before \
         and after; {} would be let in; of {} it cannot be told.",
        change.cut.len(),
        change.stay,
        change.outside,
        change.let_in,
        change.unknown
    )?;
    let mut cut: Vec<&Cut> = change.cut.iter().collect();
    cut.sort_by_key(|cut| !cut.process);
    for one in cut.iter().take(LINES_SHOWN) {
        let place = plant.conversations.get(one.conversation).map(service).unwrap_or_default();
        let mark = if one.process { "PROCESS" } else { "cut" };
        writeln!(out, "{mark:<8} {place}  {}", printable(&one.words.to_string()))?;
    }
    if cut.len() > LINES_SHOWN {
        writeln!(out, "... and {} more; --format json shows all.", cut.len() - LINES_SHOWN)?;
    }
    for way in change.opened.iter().take(LINES_SHOWN) {
        let operation = way.operation.map_or(String::new(), |operation| format!(" ({operation})"));
        writeln!(
            out,
            "opens    {} -> {}  {}{operation}, for instance {}",
            way.from, way.to, way.service, way.sample
        )?;
    }
    if change.opened.len() > LINES_SHOWN {
        writeln!(out, "... and {} ways more; --format json shows all.", change.opened.len() - LINES_SHOWN)?;
    }
    Ok(())
}

fn service(c: &Conversation) -> String {
    format!("{} -> {} {} {}/{}", c.initiator, c.responder, c.protocol, c.transport, c.port)
}

#[derive(Serialize)]
struct ChangeJson<'a> {
    schema: &'static str,
    cut: Vec<CutJson>,
    stay: usize,
    outside: usize,
    let_in: usize,
    unknown: usize,
    opened: Vec<WayJson<'a>>,
}

#[derive(Serialize)]
struct CutJson {
    conversation: usize,
    service: String,
    process: bool,
    every_seconds: Option<f64>,
    times: Option<u64>,
    last: Option<String>,
    words: String,
}

#[derive(Serialize)]
struct WayJson<'a> {
    from: &'a str,
    to: &'a str,
    service: &'a str,
    operation: Option<&'static str>,
    sample: &'a str,
}

/// As the document `sluice.plan-change/1`.
pub(super) fn json(out: &mut dyn Write, plant: &Plant, change: &Change) -> io::Result<()> {
    let cut = change.cut.iter().map(|cut| {
        let c = plant.conversations.get(cut.conversation);
        let (every_seconds, times) = match cut.rhythm {
            Rhythm::Every(seconds) => (Some(seconds), None),
            Rhythm::Times(times) => (None, Some(times)),
        };
        CutJson {
            conversation: cut.conversation,
            service: c.map(service).unwrap_or_default(),
            process: cut.process,
            every_seconds,
            times,
            last: c.map(|c| c.last.to_string()),
            words: cut.words.to_string(),
        }
    });
    let opened = change.opened.iter().map(|way| WayJson {
        from: &way.from,
        to: &way.to,
        service: &way.service,
        operation: way.operation.map(|operation| operation.as_str()),
        sample: &way.sample,
    });
    let document = ChangeJson {
        schema: "sluice.plan-change/1",
        cut: cut.collect(),
        stay: change.stay,
        outside: change.outside,
        let_in: change.let_in,
        unknown: change.unknown,
        opened: opened.collect(),
    };
    serde_json::to_writer_pretty(&mut *out, &document)?;
    out.write_all(b"\n")
}
