//! Conversations: the list, and one with its hours and days.

use model::Timestamp;
use store::queries::conversations;
use store::settings::DAY;

pub use store::queries::conversations::{
    Bar, ConversationDetail, ConversationFilter, ConversationRow, ConversationSort, CredentialRow,
    OperationRow,
};

use crate::queries::assets::{Count, Cursor, Page};
use crate::{ActionError, Desk, Right, Who};

/// Days of the chart by hours.
const HOURS_DAYS: i64 = 7;
/// Days of the chart by days.
const DAYS: i64 = 90;

/// One conversation, and how busy it was.
#[derive(Debug)]
pub struct ConversationView {
    /// Everything of it.
    pub detail: ConversationDetail,
    /// The hours of the last week before it was heard last.
    pub hours: Vec<Bar>,
    /// The days of the three months before.
    pub days: Vec<Bar>,
}

/// One page, and how many there are in all.
pub async fn list(
    desk: &Desk,
    who: &Who,
    filter: &ConversationFilter,
    (sort, descending): (ConversationSort, bool),
    after: Option<&Cursor>,
    rows: u32,
) -> Result<(Page<ConversationRow>, Count), ActionError> {
    who.need(Right::SeePlant)?;
    let page = conversations::list(desk.store(), filter, sort, descending, after, rows).await?;
    Ok((page, conversations::count(desk.store(), filter).await?))
}

/// Every protocol that was spoken, by name.
pub async fn protocols(desk: &Desk, who: &Who) -> Result<Vec<String>, ActionError> {
    who.need(Right::SeePlant)?;
    Ok(conversations::protocols(desk.store()).await?)
}

/// The conversation with this number.
pub async fn get(desk: &Desk, who: &Who, id: i64) -> Result<ConversationView, ActionError> {
    who.need(Right::SeePlant)?;
    let store = desk.store();
    let detail = conversations::get(store, id).await.map_err(ActionError::of)?;
    let last = detail.row.last;
    let before = |days: i64| Timestamp(last.0.saturating_sub(days * DAY));
    let until = Timestamp(last.0.saturating_add(1));
    let hours = conversations::hours(store, id, before(HOURS_DAYS), until).await?;
    let days = conversations::days(store, id, before(DAYS), until).await?;
    Ok(ConversationView { detail, hours, days })
}
