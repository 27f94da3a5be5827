//! The state of the plant in a few numbers, what is kept and how much room it takes.

use store::queries::overview;
use store::settings;

pub use store::queries::overview::Overview;
pub use store::settings::Settings;

use crate::{ActionError, Desk, Right, Who};

/// The state of the plant.
pub async fn overview(desk: &Desk, who: &Who) -> Result<Overview, ActionError> {
    who.need(Right::SeePlant)?;
    Ok(overview::overview(desk.store()).await?)
}

/// What is kept, and the bytes it takes on the disk of the database.
pub async fn kept(desk: &Desk, who: &Who) -> Result<(Settings, i64), ActionError> {
    who.need(Right::ManageSettings)?;
    Ok((settings::load(desk.store()).await?, overview::size_bytes(desk.store()).await?))
}
