//! The list of assets.

use store::queries::assets;

pub use store::queries::assets::{AssetFilter, AssetRow, AssetSort};
pub use store::queries::{Count, Cursor, PAGE_MAX, Page};

use crate::{ActionError, Desk, Right, Who};

/// One page, and how many there are in all.
pub async fn list(
    desk: &Desk,
    who: &Who,
    filter: &AssetFilter,
    (sort, descending): (AssetSort, bool),
    after: Option<&Cursor>,
    rows: u32,
) -> Result<(Page<AssetRow>, Count), ActionError> {
    who.need(Right::SeePlant)?;
    let page = assets::list(desk.store(), filter, sort, descending, after, rows).await?;
    Ok((page, assets::count(desk.store(), filter).await?))
}

/// Every zone that an asset is in, and how many are; the most first.
pub async fn zones(desk: &Desk, who: &Who) -> Result<Vec<(String, i64)>, ActionError> {
    who.need(Right::SeePlant)?;
    Ok(assets::zones(desk.store()).await?)
}

/// Every maker, and how many assets it made; the most first.
pub async fn vendors(desk: &Desk, who: &Who) -> Result<Vec<(String, i64)>, ActionError> {
    who.need(Right::SeePlant)?;
    Ok(assets::vendors(desk.store()).await?)
}
