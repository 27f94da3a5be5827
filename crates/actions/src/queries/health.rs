//! Whether the program can work.

use store::site;

use crate::Desk;

/// True when the database answers.
pub async fn is_well(desk: &Desk) -> bool {
    site::name(desk.store()).await.is_ok()
}
