//! Opening, sharing, upgrading, and changes that are whole or not at all.

use model::Timestamp;
use sqlx::{AnyConnection, Connection};
use store::{MIGRATIONS, Place, Store, StoreError, audit};

use crate::Ground;

/// A second way into the same data, around the store.
pub async fn beside(ground: &Ground) -> AnyConnection {
    let address = match &ground.place {
        Place::Folder(folder) => format!("sqlite://{}", folder.join(store::DATABASE).display()),
        Place::Postgres(address) => address.clone(),
    };
    AnyConnection::connect(&address).await.unwrap()
}

pub async fn opens_what_it_made(ground: Ground) {
    let store = ground.open().await;
    let mut tx = store.begin().await.unwrap();
    audit::append(&mut tx, Timestamp(1), "anna", "test", "asset 1", "").await.unwrap();
    tx.commit().await.unwrap();
    store.close().await;
    let store = ground.open().await;
    assert_eq!(audit::page(&store, 1, 10).await.unwrap().len(), 1);
}

pub async fn two_servers_cannot_share(ground: Ground) {
    let first = ground.open().await;
    let second = Store::open(&ground.place).await;
    let Err(StoreError::InUse { .. }) = second else { panic!("{second:?}") };
    first.close().await;
    ground.open().await;
}

pub async fn a_newer_folder_is_refused(ground: Ground) {
    ground.open().await.close().await;
    let mut beside = beside(&ground).await;
    sqlx::raw_sql("INSERT INTO migration VALUES (9999, 'tomorrow')").execute(&mut beside).await.unwrap();
    beside.close().await.unwrap();
    let Err(error) = Store::open(&ground.place).await else { panic!("opened") };
    assert!(matches!(error, StoreError::Newer { found: 9999, .. }), "{error}");
    assert!(error.to_string().contains("Start the newer program"), "{error}");
}

pub async fn an_upgrade_from_every_version(ground: Ground) {
    for migration in MIGRATIONS {
        Store::open_at(&ground.place, migration.number).await.unwrap().close().await;
    }
    ground.open().await;
}

pub async fn a_change_not_committed_is_forgotten(ground: Ground) {
    let store = ground.open().await;
    let mut tx = store.begin().await.unwrap();
    audit::append(&mut tx, Timestamp(1), "anna", "test", "asset 1", "").await.unwrap();
    drop(tx);
    assert!(audit::page(&store, 1, 10).await.unwrap().is_empty());
    let mut tx = store.begin().await.unwrap();
    audit::append(&mut tx, Timestamp(1), "anna", "test", "asset 1", "").await.unwrap();
    tx.rollback().await.unwrap();
    assert!(audit::page(&store, 1, 10).await.unwrap().is_empty());
}

pub async fn changes_wait_for_each_other(ground: Ground) {
    let store = ground.open().await;
    let one = |number: i64| {
        let store = store.clone();
        async move {
            let mut tx = store.begin().await.unwrap();
            audit::append(&mut tx, Timestamp(number), "anna", "test", "asset 1", "").await.unwrap();
            tx.commit().await.unwrap();
        }
    };
    let all: Vec<_> = (0..20).map(|number| tokio::spawn(one(number))).collect();
    for task in all {
        task.await.unwrap();
    }
    assert_eq!(audit::page(&store, 1, 100).await.unwrap().len(), 20);
    assert!(matches!(audit::verify(&store, 1).await.unwrap(), audit::Verified::Whole { entries: 20, .. }));
}
