//! The inbox of changes, and the times and baselines they are judged by.

use model::Timestamp;
use store::baselines;
use store::queries::changes;

pub use store::baselines::{Learning, Window};
pub use store::changes::Change;
pub use store::queries::changes::{ChangeFilter, ChangeRow};

use crate::queries::assets::{Count, Cursor, Page};
use crate::{ActionError, Desk, Right, Who};

/// One page, latest first, and how many there are in all.
pub async fn list(
    desk: &Desk,
    who: &Who,
    filter: &ChangeFilter,
    after: Option<&Cursor>,
    rows: u32,
) -> Result<(Page<ChangeRow>, Count), ActionError> {
    who.need(Right::SeePlant)?;
    let page = changes::list(desk.store(), filter, after, rows).await?;
    Ok((page, changes::count(desk.store(), filter).await?))
}

/// The change with this number.
pub async fn get(desk: &Desk, who: &Who, id: i64) -> Result<Change, ActionError> {
    who.need(Right::SeePlant)?;
    store::changes::get(desk.store(), id).await.map_err(ActionError::of)
}

/// Windows that are open or ahead, and how far each baseline has learned.
pub async fn times(
    desk: &Desk,
    who: &Who,
    now: Timestamp,
) -> Result<(Vec<Window>, Vec<Learning>), ActionError> {
    who.need(Right::SeePlant)?;
    Ok((baselines::windows(desk.store(), now).await?, baselines::learning(desk.store()).await?))
}
