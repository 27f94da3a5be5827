//! One asset: what it is, what people say of it, whom it talks to, what worries and what changed.

use store::findings::StoredFinding;
use store::queries::changes::{ChangeFilter, ChangeRow};
use store::queries::conversations::{ConversationFilter, ConversationRow, ConversationSort};
use store::queries::findings::{FindingFilter, FindingSort};
use store::queries::{assets, changes, conversations, findings};

pub use store::queries::assets::{Address, AssetDetail, Dependency, FactRow};
pub use store::words::Spoken;

use crate::{ActionError, Desk, Right, Who};

/// Rows of each short list.
const SHORT: u32 = 50;

/// One asset with the first rows of the lists it leads to.
#[derive(Debug)]
pub struct AssetView {
    /// Everything of it.
    pub detail: AssetDetail,
    /// Conversations heard last.
    pub conversations: Vec<ConversationRow>,
    /// Open findings, worst first.
    pub findings: Vec<StoredFinding>,
    /// Changes, latest first.
    pub changes: Vec<ChangeRow>,
}

/// The asset with this number.
pub async fn get(desk: &Desk, who: &Who, id: i64) -> Result<AssetView, ActionError> {
    who.need(Right::SeePlant)?;
    let store = desk.store();
    let detail = assets::get(store, id).await.map_err(ActionError::of)?;
    let of = ConversationFilter { asset: Some(id), ..ConversationFilter::default() };
    let talks = conversations::list(store, &of, ConversationSort::Last, true, None, SHORT).await?;
    let of = FindingFilter { asset: Some(id), is_open: Some(true), ..FindingFilter::default() };
    let worries = findings::list(store, &of, FindingSort::Severity, true, None, SHORT).await?;
    let of = ChangeFilter { asset: Some(id), ..ChangeFilter::default() };
    let changes = changes::list(store, &of, None, SHORT).await?;
    Ok(AssetView { detail, conversations: talks.rows, findings: worries.rows, changes: changes.rows })
}
