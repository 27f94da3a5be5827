//! What a person says of assets: confirms or corrects level, role and zone, and everything that no network tells.

use model::{Timestamp, Word};
use store::words::{self, Said};
use store::{Transaction, audit};

use crate::{ActionError, Desk, Right, Who};

/// Says a word of one asset or many. Answers those of which it was not said before.
pub async fn say(
    desk: &Desk,
    who: &Who,
    assets: &[i64],
    word: Word,
    said: &Said,
    now: Timestamp,
) -> Result<Vec<i64>, ActionError> {
    who.need(Right::DescribeAssets)?;
    let mut tx = desk.store().begin().await?;
    let changed = words::say(&mut tx, assets, word, said, &who.name, now).await.map_err(ActionError::of)?;
    let detail = match said {
        Said::Value(value) => format!("{word}: \"{}\"", value.trim()),
        Said::AsInferred => format!("{word}: as inferred"),
    };
    for id in &changed {
        note(&mut tx, who, *id, &detail, now).await?;
    }
    tx.commit().await?;
    Ok(changed)
}

/// Says that one asset needs another to do its work.
pub async fn depend(
    desk: &Desk,
    who: &Who,
    asset: i64,
    needs: i64,
    what_for: &str,
    now: Timestamp,
) -> Result<(), ActionError> {
    who.need(Right::DescribeAssets)?;
    let mut tx = desk.store().begin().await?;
    words::depend(&mut tx, asset, needs, what_for, &who.name, now).await.map_err(ActionError::of)?;
    note(&mut tx, who, asset, &format!("needs asset {needs}: {what_for}"), now).await?;
    Ok(tx.commit().await?)
}

/// Takes that back.
pub async fn depend_no_more(
    desk: &Desk,
    who: &Who,
    asset: i64,
    needs: i64,
    now: Timestamp,
) -> Result<(), ActionError> {
    who.need(Right::DescribeAssets)?;
    let mut tx = desk.store().begin().await?;
    words::depend_no_more(&mut tx, asset, needs).await.map_err(ActionError::of)?;
    note(&mut tx, who, asset, &format!("needs asset {needs} no more"), now).await?;
    Ok(tx.commit().await?)
}

async fn note(
    tx: &mut Transaction,
    who: &Who,
    asset: i64,
    detail: &str,
    now: Timestamp,
) -> Result<(), ActionError> {
    audit::append(tx, now, &who.name, "confirm-asset", &format!("asset {asset}"), detail).await?;
    Ok(())
}
