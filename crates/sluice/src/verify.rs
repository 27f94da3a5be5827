//! `sluice verify`: does the chain of the audit log hold?

use std::path::PathBuf;

use actions::queries::audit;
use actions::{DATABASE, Desk, Verified, Who};
use clap::Args;

use crate::exit::Done;
use crate::serve::{ServeError, now, runtime, say};

/// What `sluice verify` takes.
#[derive(Args)]
pub struct Arguments {
    /// The data folder. While a server works on it, check the chain on the page of the audit log instead.
    #[arg(long, value_name = "FOLDER", env = "SLUICE_DATA", default_value = "sluice-data")]
    data: PathBuf,
    /// A PostgreSQL database instead.
    #[arg(long, value_name = "URL", env = "SLUICE_DATABASE", hide_env_values = true)]
    database: Option<String>,
}

/// The chain does not hold.
#[derive(Debug, thiserror::Error)]
#[error(
    "The audit log is broken at entry {number}: {why} Somebody changed the database around Sluice, or the disk did. \
     Keep the database as it is and compare it with your last backup."
)]
pub struct Broken {
    number: i64,
    why: String,
}

/// Checks, and says what was found.
pub fn run(arguments: &Arguments) -> anyhow::Result<Done> {
    let place = match &arguments.database {
        Some(database) => database.clone(),
        None => {
            // Nothing is made by looking.
            let file = arguments.data.join(DATABASE);
            let there = std::fs::metadata(&file).map(drop);
            there.map_err(|source| ServeError::File { path: file, source })?;
            arguments.data.display().to_string()
        }
    };
    runtime()?.block_on(async {
        let desk = Desk::open(&place).await.map_err(ServeError::from)?;
        let verified = audit::verify(&desk, &Who::sluice(), now()).await.map_err(ServeError::from)?;
        desk.close().await;
        match verified {
            Verified::Whole { entries, head } => {
                say(&format!(
                    "The audit log is whole: {entries} entries. Its head, to note elsewhere: {head}"
                ));
                Ok(Done::Whole)
            }
            Verified::Broken { number, why } => Err(Broken { number, why }.into()),
        }
    })
}
