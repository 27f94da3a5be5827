//! Findings: the list, and one with everything it leads to.

use store::findings;
use store::queries::findings as lists;

pub use store::findings::{Step, StoredFinding, Triage};
pub use store::queries::findings::{FindingFilter, FindingSort};

use crate::queries::assets::{Count, Cursor, Page};
use crate::{ActionError, Desk, Right, Who};

/// One finding, and where it leads.
#[derive(Debug)]
pub struct FindingView {
    /// The finding.
    pub finding: StoredFinding,
    /// Every state it was in, oldest first.
    pub steps: Vec<Step>,
    /// The assets it is about: number, and what it is called.
    pub assets: Vec<(i64, String)>,
    /// Numbers of the conversations that led to it.
    pub conversations: Vec<i64>,
}

/// One page, and how many there are in all.
pub async fn list(
    desk: &Desk,
    who: &Who,
    filter: &FindingFilter,
    (sort, descending): (FindingSort, bool),
    after: Option<&Cursor>,
    rows: u32,
) -> Result<(Page<StoredFinding>, Count), ActionError> {
    who.need(Right::SeePlant)?;
    let page = lists::list(desk.store(), filter, sort, descending, after, rows).await?;
    Ok((page, lists::count(desk.store(), filter).await?))
}

/// The finding with this number.
pub async fn get(desk: &Desk, who: &Who, id: i64) -> Result<FindingView, ActionError> {
    who.need(Right::SeePlant)?;
    let store = desk.store();
    Ok(FindingView {
        finding: findings::get(store, id).await.map_err(ActionError::of)?,
        steps: findings::steps(store, id).await?,
        assets: lists::assets(store, id).await?,
        conversations: lists::conversations(store, id).await?,
    })
}
