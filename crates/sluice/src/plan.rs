//! `sluice plan`: the plan of a plant, begun, proposed from captures, held against them.

mod changed;
mod checked;

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use actions::queries::plan;
use clap::{Args, Subcommand, ValueEnum};
use model::plan::Problem;
use model::printable;

use crate::exit::Done;
use crate::progress::Progress;
use crate::serve::now;
use crate::{analyze, output};

/// Lines of each kind shown; the JSON document has all.
const LINES_SHOWN: usize = 60;

/// What can be done with a plan.
#[derive(Subcommand)]
pub enum Command {
    /// Write a plan to begin with.
    New(New),
    /// Write a plan that permits what captures show, and no more.
    Propose(Propose),
    /// Hold captures against a plan: ends with 1 when something is not in it.
    Check(Check),
    /// Tell what another plan or firewall would do: which observed conversations it cuts, which ways it opens.
    Simulate(Simulate),
}

/// What `sluice plan new` takes.
#[derive(Args)]
pub struct New {
    /// How the plant is cut: flat (one zone), purdue (levels with a DMZ), cells (machine cells).
    #[arg(long, value_enum, default_value = "purdue")]
    template: Template,
    /// Write to this file instead of standard output.
    #[arg(long, short, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Replace the file when it exists.
    #[arg(long, requires = "out")]
    force: bool,
}

/// What `sluice plan propose` takes.
#[derive(Args)]
#[command(after_help = PROPOSE_AFTER)]
pub struct Propose {
    /// Captures, folders of captures, or - for standard input. All are one plant.
    #[arg(required = true, value_name = "CAPTURE")]
    captures: Vec<PathBuf>,
    /// How to cut it: cells (one zone for each network), purdue (one for each level), flat (one for all).
    #[arg(long, value_enum, default_value = "cells")]
    template: Template,
    /// Write to this file instead of standard output.
    #[arg(long, short, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Replace the file when it exists.
    #[arg(long, requires = "out")]
    force: bool,
    #[command(flatten)]
    pace: Pace,
}

/// How captures are read.
#[derive(Args)]
struct Pace {
    /// Threads that decode; 0 takes one per processor core.
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = clap::value_parser!(u16).range(0..=64))]
    threads: u16,
    /// No progress bar.
    #[arg(long, short)]
    quiet: bool,
}

impl Pace {
    fn threads(&self) -> usize {
        analyze::threads(self.threads)
    }

    fn progress(&self) -> Progress {
        Progress::new(self.quiet)
    }
}

const PROPOSE_AFTER: &str =
    "The plan permits what was seen. Inside a zone, several hosts that do the same stand for all of \
them; what changes a device is permitted for the very pairs that were seen. It proposes; a person decides.

Examples:
  sluice plan propose monday.pcapng tuesday.pcapng --out plan.toml
  sluice plan check plan.toml wednesday.pcapng";

/// What `sluice plan check` takes.
#[derive(Args)]
#[command(after_help = CHECK_AFTER)]
pub struct Check {
    /// The plan.
    #[arg(value_name = "PLAN")]
    plan: PathBuf,
    /// Captures, folders of captures, or - for standard input. All are one plant.
    #[arg(required = true, value_name = "CAPTURE")]
    captures: Vec<PathBuf>,
    /// The configuration of a firewall that the plan names. Those that lie where the plan says are read by themselves.
    #[arg(long, value_name = "FILE")]
    firewall: Vec<PathBuf>,
    /// How to show it.
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
    #[command(flatten)]
    pace: Pace,
}

const CHECK_AFTER: &str = "Ends with 0 when every conversation is in the plan, with 1 when one is not, and with 23 when the \
plan itself has mistakes and every conversation is in the rest of it.";

/// What `sluice plan simulate` takes.
#[derive(Args)]
#[command(after_help = SIMULATE_AFTER)]
pub struct Simulate {
    /// The plan as it is.
    #[arg(value_name = "PLAN")]
    plan: PathBuf,
    /// Captures, folders of captures, or - for standard input. All are one plant.
    #[arg(required = true, value_name = "CAPTURE")]
    captures: Vec<PathBuf>,
    /// The plan as it is to be.
    #[arg(long, value_name = "NEWPLAN", conflicts_with = "firewall", required_unless_present = "firewall")]
    to: Option<PathBuf>,
    /// A configuration as it is to be, in place of the one of the same name.
    #[arg(long, value_name = "NEW")]
    firewall: Vec<PathBuf>,
    /// How to show it.
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
    #[command(flatten)]
    pace: Pace,
}

const SIMULATE_AFTER: &str =
    "Nothing is changed anywhere. Ends with 0 when no observed conversation would be cut, with 1 \
when one would. What was not seen in the captures cannot be told.

Examples:
  sluice plan simulate plan.toml --to closed.toml monday.pcapng
  sluice plan simulate plan.toml --firewall new/border.conf monday.pcapng";

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Template {
    Flat,
    Purdue,
    Cells,
}

impl Template {
    fn noun(self) -> model::plan::Template {
        match self {
            Template::Flat => model::plan::Template::Flat,
            Template::Purdue => model::plan::Template::Purdue,
            Template::Cells => model::plan::Template::Cells,
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Text,
    Json,
}

/// Something is not in the plan.
#[derive(Debug, thiserror::Error)]
#[error("{0} conversations are not in the plan")]
pub struct Violated(usize);

/// The plan has mistakes.
#[derive(Debug, thiserror::Error)]
#[error(
    "the plan has {0} mistakes; what is right in it was held against the captures. Correct the lines named above"
)]
pub struct Mistaken(usize);

/// Runs it.
pub fn run(command: &Command) -> anyhow::Result<Done> {
    match command {
        Command::New(new) => {
            let text = plan::template(new.template.noun());
            output::write(new.out.as_deref(), new.force, |out| out.write_all(text.as_bytes()))?;
            Ok(Done::Whole)
        }
        Command::Propose(propose) => self::propose(propose),
        Command::Check(check) => self::check(check),
        Command::Simulate(simulate) => self::simulate(simulate),
    }
}

fn propose(arguments: &Propose) -> anyhow::Result<Done> {
    let path = arguments.out.as_deref();
    output::check(path, arguments.force)?;
    let progress = arguments.pace.progress();
    let threads = arguments.pace.threads();
    let proposed = plan::propose(&arguments.captures, arguments.template.noun(), threads, &progress);
    progress.end();
    let (capture, text) = proposed?;
    output::write(path, arguments.force, |out| out.write_all(text.as_bytes()))?;
    Ok(if capture.partial { Done::Interrupted } else { Done::Whole })
}

fn check(arguments: &Check) -> anyhow::Result<Done> {
    let (plan, problems) = plan::open(&arguments.plan)?;
    let (enforcers, missing) = plan::enforcers(&plan, folder(&arguments.plan), &arguments.firewall)?;
    let progress = arguments.pace.progress();
    let threads = arguments.pace.threads();
    let checked = plan::check(&plan, &enforcers, &arguments.captures, threads, now(), &progress);
    progress.end();
    let checked = checked?;
    let rows = checked::violations(&checked);
    output::write(None, false, |out| match arguments.format {
        Format::Text => {
            told(out, &arguments.plan, &problems, &missing)?;
            checked::text(out, &plan, &checked, &rows)
        }
        Format::Json => checked::json(out, &plan, (&problems, &missing), &checked, &rows),
    })?;
    if !rows.is_empty() {
        return Err(Violated(rows.len()).into());
    }
    if !problems.is_empty() {
        return Err(Mistaken(problems.len()).into());
    }
    Ok(if checked.capture.partial { Done::Interrupted } else { Done::Whole })
}

fn folder(plan: &Path) -> &Path {
    plan.parent().unwrap_or(Path::new("."))
}

/// Conversations would be cut.
#[derive(Debug, thiserror::Error)]
#[error("{0} observed conversations would be cut")]
pub struct WouldCut(usize);

fn simulate(arguments: &Simulate) -> anyhow::Result<Done> {
    let (plan, problems) = plan::open(&arguments.plan)?;
    let threads = arguments.pace.threads();
    let progress = arguments.pace.progress();
    let (captures, mut told_of) = (&arguments.captures, vec![(&arguments.plan, problems)]);
    let (mut missing, simulated) = match &arguments.to {
        Some(path) => {
            let (other, problems) = plan::open(path)?;
            told_of.push((path, problems));
            (Vec::new(), plan::simulate_plan(&plan, &other, captures, threads, &progress))
        }
        None => {
            let (before, _) = plan::enforcers(&plan, folder(&arguments.plan), &[])?;
            let (after, missing) = plan::enforcers(&plan, folder(&arguments.plan), &arguments.firewall)?;
            (missing, plan::simulate_firewalls(&plan, &before, &after, captures, threads, &progress))
        }
    };
    progress.end();
    let (capture, plant, change) = simulated?;
    output::write(None, false, |out| match arguments.format {
        Format::Text => {
            for (path, problems) in &told_of {
                told(out, path, problems, std::mem::take(&mut missing).as_slice())?;
            }
            changed::text(out, &plant, &change)
        }
        Format::Json => changed::json(out, &plant, &change),
    })?;
    match change.cut.len() {
        0 if capture.partial => Ok(Done::Interrupted),
        0 => Ok(Done::Whole),
        cut => Err(WouldCut(cut).into()),
    }
}

/// What is wrong with a plan, and what of it could not be found.
fn told(out: &mut dyn Write, path: &Path, problems: &[Problem], missing: &[String]) -> io::Result<()> {
    for problem in problems {
        writeln!(out, "{}: {}", path.display(), printable(&problem.to_string()))?;
    }
    for note in missing {
        writeln!(out, "note: {}", printable(note))?;
    }
    Ok(())
}
