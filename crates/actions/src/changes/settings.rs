//! How the program works for everybody.

use model::Timestamp;
use store::{audit, site};

use crate::{ActionError, Desk, Refusal, Right, Who};

/// Longest name of a plant, in characters.
pub const PLANT_NAME_CHARS_MAX: usize = 60;

/// Names the plant; an empty name takes it back.
pub async fn name_plant(desk: &Desk, who: &Who, name: &str, now: Timestamp) -> Result<(), ActionError> {
    who.need(Right::ManageSettings)?;
    let name = model::printable(name.trim()).into_owned();
    if name.chars().count() > PLANT_NAME_CHARS_MAX {
        return Err(Refusal::UnusableText.into());
    }
    let mut tx = desk.store().begin().await?;
    site::set_name(&mut tx, &name).await?;
    audit::append(&mut tx, now, &who.name, "name-plant", "settings", &name).await?;
    Ok(tx.commit().await?)
}
