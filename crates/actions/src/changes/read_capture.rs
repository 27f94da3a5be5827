//! A capture handed in: read whole, and folded into what is known, once.

use std::path::PathBuf;

use model::Timestamp;
use store::audit;
use store::observe::{self, Observed, Report};

use crate::{ActionError, AnalyzeError, Desk, Right, Watcher, Who, analyze};

/// What became of a capture.
#[derive(Debug)]
pub struct Read {
    /// Frames in it.
    pub packets: u64,
    /// What it brought.
    pub observed: Observed,
}

/// Why a capture was not taken in.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// It cannot be read.
    #[error(transparent)]
    Capture(#[from] AnalyzeError),
    /// What it shows cannot be stored.
    #[error(transparent)]
    Action(#[from] ActionError),
}

/// Reads a capture on a thread of its own and folds what it shows into the store. `id` names its content: the same id a
/// second time changes nothing.
pub async fn read_capture(
    desk: &Desk,
    who: &Who,
    path: PathBuf,
    id: &str,
    watcher: impl Watcher + Send + 'static,
    now: Timestamp,
) -> Result<Read, ReadError> {
    who.need(Right::AddCaptures)?;
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let name = model::printable(&name).into_owned();
    let reading = tokio::task::spawn_blocking(move || analyze(&[path], 1, &watcher)).await;
    let analysis = reading.map_err(|_| ActionError::System { what: "reading a capture" })??;
    let report =
        Report { id, source: &name, received: now, plant: &analysis.plant, findings: &analysis.findings };
    let store = async {
        let mut tx = desk.store().begin().await?;
        let observed = observe::observe(&mut tx, &report).await?;
        let detail = format!("{} frames, {} new assets", analysis.capture.packets, observed.new_assets);
        audit::append(&mut tx, now, &who.name, "read-capture", &format!("capture {name}"), &detail).await?;
        tx.commit().await?;
        Ok(observed)
    };
    let observed = store.await.map_err(ActionError::Store)?;
    Ok(Read { packets: analysis.capture.packets, observed })
}
