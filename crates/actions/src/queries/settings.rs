//! How the program works for everybody.

use store::site;

use crate::{ActionError, Desk, Right, Who};

/// What can be set, and where the data are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// What the plant is called.
    pub plant_name: String,
    /// The data folder, or the server without its password.
    pub place: String,
}

/// What the plant is called; every page says it.
pub async fn plant_name(desk: &Desk, who: &Who) -> Result<String, ActionError> {
    who.need(Right::SeePlant)?;
    Ok(site::name(desk.store()).await?)
}

/// All settings.
pub async fn settings(desk: &Desk, who: &Who) -> Result<Settings, ActionError> {
    who.need(Right::ManageSettings)?;
    Ok(Settings { plant_name: site::name(desk.store()).await?, place: desk.store().place().to_string() })
}
