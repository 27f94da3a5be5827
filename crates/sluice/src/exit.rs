//! How the program ends: a message that says what to do, and a code for scripts.

use std::process::ExitCode;

use actions::AnalyzeError;
use actions::queries::firewall::FirewallError;
use actions::queries::plan::PlanError;

use crate::firewall::{Differs, WrongQuestion};
use crate::output::OutputError;
use crate::plan::{Mistaken, Violated, WouldCut};
use crate::serve::ServeError;
use crate::verify::Broken;

/// What went well.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Done {
    /// Everything.
    Whole,
    /// Interrupted by the user: what was known so far was printed.
    Interrupted,
}

/// The exit code, after telling the user what went wrong.
#[allow(clippy::print_stderr, reason = "this is where the program speaks to its user")]
pub fn code(result: anyhow::Result<Done>) -> ExitCode {
    let error = match result {
        Ok(Done::Whole) => return ExitCode::SUCCESS,
        Ok(Done::Interrupted) => return ExitCode::from(130),
        Err(error) => error,
    };
    // The reader of a pipe has gone (`sluice ... | head`): nobody is there to be told.
    if matches!(error.downcast_ref(), Some(OutputError::PipeClosed)) {
        return ExitCode::SUCCESS;
    }
    let told = error.to_string();
    eprintln!("sluice: {told}");
    for cause in error.chain().skip(1).filter(|cause| !told.contains(&cause.to_string())) {
        eprintln!("  because: {cause}");
    }
    ExitCode::from(number(&error))
}

fn number(error: &anyhow::Error) -> u8 {
    if let Some(error) = error.downcast_ref::<AnalyzeError>() {
        return match error.kind() {
            actions::ErrorKind::Usage => 2,
            actions::ErrorKind::NotFound => 3,
            actions::ErrorKind::Unreadable => 4,
            actions::ErrorKind::NotACapture => 5,
            actions::ErrorKind::Io => 6,
        };
    }
    if let Some(error) = error.downcast_ref::<ServeError>() {
        return error.code();
    }
    if let Some(error) = error.downcast_ref::<FirewallError>() {
        return match error {
            FirewallError::Unreadable { source, .. } if source.kind() == std::io::ErrorKind::NotFound => 3,
            FirewallError::Unreadable { .. } => 4,
            FirewallError::TooLarge { .. } | FirewallError::NotAFirewall { .. } => 5,
            FirewallError::Questions { .. } => 2,
            FirewallError::NotEvaluated(_) => 22,
        };
    }
    if error.is::<WrongQuestion>() {
        return 2;
    }
    if error.is::<Differs>() {
        return 21;
    }
    if let Some(error) = error.downcast_ref::<PlanError>() {
        return match error {
            PlanError::Unreadable { source, .. } if source.kind() == std::io::ErrorKind::NotFound => 3,
            PlanError::Unreadable { .. } => 4,
            PlanError::NotAPlan { .. } => 5,
        };
    }
    if error.is::<Violated>() || error.is::<WouldCut>() {
        return 1;
    }
    if error.is::<Mistaken>() {
        return 23;
    }
    if error.is::<Broken>() {
        return 20;
    }
    match error.downcast_ref::<OutputError>() {
        Some(OutputError::Exists { .. }) => 7,
        _ => 1,
    }
}
