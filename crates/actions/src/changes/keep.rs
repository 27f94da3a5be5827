//! What is kept, how long, and how the program learns.

use model::Timestamp;
use store::audit;
use store::settings::{self, Settings};

use crate::{ActionError, Desk, Right, Who};

/// Stores the settings.
pub async fn keep(desk: &Desk, who: &Who, new: Settings, now: Timestamp) -> Result<(), ActionError> {
    who.need(Right::ManageSettings)?;
    let before = settings::load(desk.store()).await?;
    let mut tx = desk.store().begin().await?;
    settings::save(&mut tx, new).await.map_err(ActionError::of)?;
    let detail = format!("from {before:?} to {new:?}");
    audit::append(&mut tx, now, &who.name, "change-settings", "settings", &detail).await?;
    Ok(tx.commit().await?)
}
