//! The site itself: what its plant is called.

use sqlx::Row;

use crate::{SITE, Store, StoreError, Transaction};

/// What the plant is called; empty as long as nobody named it.
pub async fn name(store: &Store) -> Result<String, StoreError> {
    let row =
        sqlx::query("SELECT name FROM site WHERE id = $1").bind(SITE).fetch_one(store.readers()).await?;
    Ok(row.try_get(0)?)
}

/// Names the plant.
pub async fn set_name(tx: &mut Transaction, name: &str) -> Result<(), StoreError> {
    sqlx::query("UPDATE site SET name = $2 WHERE id = $1")
        .bind(SITE)
        .bind(name)
        .execute(tx.connection())
        .await?;
    Ok(())
}
