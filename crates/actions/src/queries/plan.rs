//! The plan of a plant against captures: proposed from what was observed, and checked against it.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use assess::plan::{Change, Enforcer, Held, Judge, Proposal};
use import::plan::Notes;
use model::plan::{Plan, Problem, Template};
use model::{CaptureSummary, Finding, Plant, Timestamp};

use super::analyze::{self, AnalyzeError};
use super::firewall::FirewallError;
use crate::pipeline::Watcher;

/// The largest plan that is read, in bytes.
pub const PLAN_BYTES_MAX: u64 = 64 * 1024 * 1024;

/// Why a plan cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum PlanError {
    /// It cannot be read.
    #[error("{} cannot be read", .path.display())]
    Unreadable {
        /// Its path.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// It is too large or no text.
    #[error("{} is no plan: it is no text, or larger than {PLAN_BYTES_MAX} bytes. `sluice plan new` writes one", .path.display())]
    NotAPlan {
        /// Its path.
        path: PathBuf,
    },
}

/// Reads a plan, with what is wrong in it.
pub fn open(path: &Path) -> Result<(Plan, Vec<Problem>), PlanError> {
    Ok(read(&text(path)?))
}

/// Reads the text of a plan, with what is wrong in it.
pub fn read(text: &str) -> (Plan, Vec<Problem>) {
    import::plan::read(text)
}

fn text(path: &Path) -> Result<String, PlanError> {
    let unreadable = |source| PlanError::Unreadable { path: path.to_path_buf(), source };
    let not_a_plan = || PlanError::NotAPlan { path: path.to_path_buf() };
    if std::fs::metadata(path).map_err(unreadable)?.len() > PLAN_BYTES_MAX {
        return Err(not_a_plan());
    }
    String::from_utf8(std::fs::read(path).map_err(unreadable)?).map_err(|_| not_a_plan())
}

/// A plan to begin with, as text.
pub fn template(template: Template) -> &'static str {
    import::plan::template(template)
}

/// Proposes a plan from captures, as commented text.
pub fn propose(
    captures: &[PathBuf],
    template: Template,
    threads: usize,
    watcher: &dyn Watcher,
) -> Result<(CaptureSummary, String), AnalyzeError> {
    let (capture, plant) = analyze::read(captures, threads, watcher)?;
    let proposal = assess::plan::propose(&plant, template);
    let text = import::plan::write(&proposal.plan, &notes(&proposal, &capture));
    Ok((capture, text))
}

/// What a person should know of each part.
fn notes(proposal: &Proposal, capture: &CaptureSummary) -> Notes {
    let span = match (capture.first, capture.last) {
        (Some(first), Some(last)) => format!("\nSeen from {first} to {last}, {} frames.", capture.packets),
        _ => String::new(),
    };
    let head = format!(
        "The plan of a plant, proposed from what was observed.{span}\n\nIt permits what was seen and no more. Within a \
         zone, {} hosts that do the same stand for all;\nwhat changes a device is permitted for the very pairs that were \
         seen.\nRead it, give each zone its name, level and owner, each conduit its owner and reason, and remove\nwhat \
         should not be. What is rare and was not seen is missing: the yearly backup, the emergency.",
        assess::plan::PEERS_FOR_A_GROUP_MIN
    );
    let plan = &proposal.plan;
    let mut notes = Notes { head, ..Notes::default() };
    notes
        .zones
        .extend(plan.zones.iter().zip(&proposal.zones).map(|(zone, note)| (zone.id.clone(), note.clone())));
    for (conduit, (note, permits)) in plan.conduits.iter().zip(&proposal.conduits) {
        notes.conduits.insert(conduit.id.clone(), note.clone());
        let placed = permits.iter().enumerate();
        notes.permits.extend(placed.map(|(place, note)| ((conduit.id.clone(), place), note.clone())));
    }
    notes
}

/// A plant with its plan and what the two say together.
pub struct Checked<'a> {
    /// What was read.
    pub capture: CaptureSummary,
    /// The plant, in the zones of the plan.
    pub plant: Plant,
    /// Every conversation judged.
    pub held: Held<'a>,
    /// What should worry someone.
    pub findings: Vec<Finding>,
}

/// Holds captures against a plan and its firewalls.
pub fn check<'a>(
    plan: &'a Plan,
    enforcers: &[Enforcer],
    captures: &[PathBuf],
    threads: usize,
    now: Timestamp,
    watcher: &dyn Watcher,
) -> Result<Checked<'a>, AnalyzeError> {
    let (capture, mut plant) = analyze::read(captures, threads, watcher)?;
    let mut held = assess::plan::hold(plan, &mut plant, now);
    held.table = assess::plan::table(&held, &plant, enforcers);
    let findings = assess::findings_against(&plant, &held);
    Ok(Checked { capture, plant, held, findings })
}

/// The firewalls that the conduits of a plan name: those given, and beside them those that lie where the plan says. A file
/// that is given stands for the one of the same name; for the only one when there is no other.
///
/// The second value tells what could not be found, each a sentence.
pub fn enforcers(
    plan: &Plan,
    folder: &Path,
    given: &[PathBuf],
) -> Result<(Vec<Enforcer>, Vec<String>), FirewallError> {
    let named: BTreeSet<&str> =
        plan.conduits.iter().flat_map(|c| &c.enforced_by).map(|by| by.firewall.as_str()).collect();
    let (mut found, mut missing): (Vec<Enforcer>, Vec<String>) = (Vec::new(), Vec::new());
    for path in given {
        let same = |name: &&&str| Path::new(name).file_name() == path.file_name();
        let name = named.iter().find(same).or(named.first().filter(|_| named.len() == 1 && given.len() == 1));
        match name {
            Some(name) => {
                found.push(Enforcer { name: name.to_string(), firewall: super::firewall::open(path)? });
            }
            None => missing.push(format!(
                "{} enforces no conduit: the plan names it in no enforced_by. Nothing of it was held against the plan.",
                path.display()
            )),
        }
    }
    for name in named {
        if found.iter().any(|enforcer| enforcer.name == name) {
            continue;
        }
        match super::firewall::open(&folder.join(name)) {
            Ok(firewall) => found.push(Enforcer { name: name.to_string(), firewall }),
            Err(_) => missing.push(format!(
                "The firewall {name} that the plan names could not be read beside it. Give it with --firewall."
            )),
        }
    }
    Ok((found, missing))
}

/// What another plan would do to what captures show.
pub fn simulate_plan(
    plan: &Plan,
    other: &Plan,
    captures: &[PathBuf],
    threads: usize,
    watcher: &dyn Watcher,
) -> Result<(CaptureSummary, Plant, Change), AnalyzeError> {
    let (capture, plant) = analyze::read(captures, threads, watcher)?;
    let change = assess::plan::other_plan(&plant, &Judge::new(plan), &Judge::new(other));
    Ok((capture, plant, change))
}

/// What other firewalls would do to what captures show.
pub fn simulate_firewalls(
    plan: &Plan,
    before: &[Enforcer],
    after: &[Enforcer],
    captures: &[PathBuf],
    threads: usize,
    watcher: &dyn Watcher,
) -> Result<(CaptureSummary, Plant, Change), AnalyzeError> {
    let (capture, plant) = analyze::read(captures, threads, watcher)?;
    let change = assess::plan::other_firewalls(&plant, &Judge::new(plan), before, after);
    Ok((capture, plant, change))
}
