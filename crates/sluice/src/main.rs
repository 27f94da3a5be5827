//! The program: what is typed, what is answered, with which exit code.

mod analyze;
mod demo;
mod exit;
mod firewall;
mod json;
mod output;
mod plan;
mod progress;
mod serve;
mod text;
mod verify;

use clap::{Parser, Subcommand};

/// Sees what is in a plant, passively: assets, Purdue levels, protocols, operations, and what should worry someone.
#[derive(Parser)]
#[command(name = "sluice", version, about, long_about = LONG, after_help = AFTER, max_term_width = 100)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

const LONG: &str = "Sluice watches plant networks without ever sending a frame into them. From captures of a mirror \
port it tells what is in the plant, on which Purdue level, what it runs, who commands whom, and what should worry \
someone.";

const AFTER: &str = "First steps:
  sluice analyze plants/filling-line                     the reference plant, as text
  sluice analyze mirror.pcapng --format html -o plant.html
  sluice demo                                            the pages, with the reference plant
  tcpdump -i eth1 -w - | sluice analyze -                read from a pipe; Ctrl-C shows what is known so far

Exit codes: 0 done, 1 trouble while writing, 2 wrong use, 3 no such file or folder, 4 not readable, 5 not a capture,
6 reading failed, 7 the output exists already, 130 interrupted (what was known so far was printed). `serve` has some of
its own: see `sluice serve --help`. `verify` ends with 20 when the audit log was changed, `firewall diff` with 21
when the two differ and with 22 when they are too large to compare, `plan check` with 1 when something is not in the plan and
with 23 when the plan has mistakes.";

#[derive(Subcommand)]
enum Command {
    /// Read captures and show the plant: assets, levels, conversations, findings.
    Analyze(analyze::Arguments),
    /// Ask a firewall's configuration: who decides a packet, which rules never act, where two of them differ.
    #[command(subcommand)]
    Firewall(firewall::Command),
    /// The plan of the plant: begin one, propose one from captures, hold captures against it.
    #[command(subcommand)]
    Plan(plan::Command),
    /// Serve the pages: people log in with a browser.
    Serve(serve::Arguments),
    /// Show the pages with the reference plant, in a folder that is gone afterwards.
    Demo(demo::Arguments),
    /// Check that nobody changed the audit log.
    Verify(verify::Arguments),
}

/// Most of what is remembered of a plant is small and many: this allocator needs a twentieth less time for it than that
/// of the C library (measured on six million frames).
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    let arguments = Arguments::parse();
    let result = match arguments.command {
        Command::Analyze(arguments) => analyze::run(&arguments),
        Command::Firewall(command) => firewall::run(&command),
        Command::Plan(command) => plan::run(&command),
        Command::Serve(arguments) => serve::run(&arguments),
        Command::Demo(arguments) => demo::run(&arguments),
        Command::Verify(arguments) => verify::run(&arguments),
    };
    exit::code(result)
}
