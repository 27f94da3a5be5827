//! `sluice demo`: the reference plant and the pages, in a folder that is gone afterwards.

use std::net::SocketAddr;
use std::ops::ControlFlow;

use actions::changes::read_capture::{ReadError, read_capture};
use actions::changes::{first_start, settings};
use actions::{Desk, Watcher, Who};
use clap::Args;

use crate::exit::Done;
use crate::serve::{EndWords, ServeError, base, listen, now, runtime, say, serve};

/// The capture of the reference plant: the installed program brings it along.
const PLANT: &[u8] = include_bytes!("../../../plants/filling-line/capture.pcap");
/// What the reference plant is called.
const PLANT_NAME: &str = "Filling line (demonstration)";

/// What `sluice demo` takes.
#[derive(Args)]
pub struct Arguments {
    /// Where to answer, on this machine alone; port 0 takes a free one.
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:0", value_parser = loopback)]
    listen: SocketAddr,
}

/// Serves the demonstration until Ctrl-C.
pub fn run(arguments: &Arguments) -> anyhow::Result<Done> {
    let folder = tempfile::Builder::new().prefix("sluice-demo-").tempdir()?;
    runtime()?.block_on(async {
        let end = EndWords::listen()?;
        let capture = folder.path().join("filling-line.pcap");
        std::fs::write(&capture, PLANT)?;
        let data = folder.path().join("data");
        let desk = Desk::open(&data.display().to_string()).await.map_err(ServeError::from)?;
        settings::name_plant(&desk, &Who::sluice(), PLANT_NAME, now()).await.map_err(ServeError::from)?;
        read_capture(&desk, &Who::sluice(), capture, "filling-line", Quiet, now()).await.map_err(fault)?;
        let key = first_start::demonstration(&desk, "demo", "Demo", now()).await.map_err(ServeError::from)?;
        let (listener, address) = listen(arguments.listen).await?;
        let base = base(address, false);
        say("The reference plant, in a temporary folder. Open this link; it works once:");
        say(&format!("  {base}/enter/{key}"));
        serve(desk, listener, None, end).await?;
        Ok(Done::Whole)
    })
}

/// The demonstration is read in a moment.
struct Quiet;

impl Watcher for Quiet {
    fn progress(&self, _: u64, _: Option<u64>, _: u64) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }
}

fn fault(error: ReadError) -> anyhow::Error {
    match error {
        ReadError::Capture(error) => error.into(),
        ReadError::Action(error) => ServeError::from(error).into(),
    }
}

/// The door of the demonstration has no lock, so it opens to this machine alone.
fn loopback(text: &str) -> Result<SocketAddr, String> {
    let address: SocketAddr = text.parse().map_err(|_| "an address reads like 127.0.0.1:8470".to_string())?;
    if address.ip().is_loopback() {
        Ok(address)
    } else {
        Err("the demonstration answers on loopback alone; use `sluice serve` for others".to_string())
    }
}
