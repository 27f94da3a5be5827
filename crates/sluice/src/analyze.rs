//! `sluice analyze`: captures in, plant out.

use std::io::Write;
use std::path::PathBuf;

use actions::Analysis;
use clap::{Args, ValueEnum};

use crate::exit::Done;
use crate::progress::Progress;
use crate::{json, output, text};

/// What `sluice analyze` takes.
#[derive(Args)]
#[command(after_help = AFTER)]
pub struct Arguments {
    /// Captures (pcap or pcapng, plain, gzip or zstd), folders of captures, or - for standard input. All are one plant.
    #[arg(required = true, value_name = "CAPTURE")]
    captures: Vec<PathBuf>,
    /// How to show it: text to read, json for programs, html to show and print.
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
    /// Write to this file instead of standard output. It is whole or not there at all.
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Replace the output file when it exists.
    #[arg(long, requires = "output")]
    force: bool,
    /// Threads that decode; 0 takes one per processor core.
    #[arg(long, short, value_name = "N", default_value_t = 0, value_parser = clap::value_parser!(u16).range(0..=64))]
    threads: u16,
    /// Language of the HTML page.
    #[arg(long, value_enum, default_value = "en")]
    language: Language,
    /// No progress bar.
    #[arg(long, short)]
    quiet: bool,
}

const AFTER: &str =
    "Nothing is ever sent: Sluice only reads. Where a frame cannot be read it says so and goes on.

What the text shows: a summary to read in one minute, then findings, assets and conversations. A level in
(parentheses) is a guess with little behind it; `--format json` and `html` give the reasons for each level.

Examples:
  sluice analyze mirror.pcap                     one capture
  sluice analyze monday/ tuesday.pcapng.gz       several captures of one plant
  sluice analyze mirror.pcap --format json | jq '.findings[] | .title'
  ssh probe tcpdump -i eth1 -s 0 -w - | sluice analyze -";

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Text,
    Json,
    Html,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Language {
    En,
    De,
}

/// Analyses and prints.
pub fn run(arguments: &Arguments) -> anyhow::Result<Done> {
    let path = arguments.output.as_deref();
    output::check(path, arguments.force)?;
    let threads = threads(arguments.threads);
    let progress = Progress::new(arguments.quiet);
    let analysis = actions::analyze(&arguments.captures, threads, &progress);
    progress.end();
    let analysis = analysis?;
    output::write(path, arguments.force, |out| print(&analysis, arguments, threads, path.is_none(), out))?;
    let done = if analysis.capture.partial { Done::Interrupted } else { Done::Whole };
    // The program ends here: the system takes back a large plant at once, piece by piece it takes a while.
    std::mem::forget(analysis);
    Ok(done)
}

/// How many threads are meant; 0 is one per processor core.
pub fn threads(asked: u16) -> usize {
    match asked {
        0 => std::thread::available_parallelism().map_or(1, usize::from),
        threads => usize::from(threads),
    }
}

fn print(
    analysis: &Analysis,
    arguments: &Arguments,
    threads: usize,
    to_stdout: bool,
    out: &mut dyn Write,
) -> std::io::Result<()> {
    match arguments.format {
        Format::Text => text::write(analysis, text::Style::of(to_stdout), out),
        Format::Json => json::write(analysis, threads, out),
        Format::Html => {
            let language = match arguments.language {
                Language::En => web::Language::English,
                Language::De => web::Language::German,
            };
            let report = web::report::Report {
                capture: &analysis.capture,
                plant: &analysis.plant,
                findings: &analysis.findings,
                language,
                generator: concat!("Sluice ", env!("CARGO_PKG_VERSION")),
            };
            out.write_all(web::report::render(&report).as_bytes())
        }
    }
}
