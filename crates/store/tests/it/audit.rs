//! The chain tells every change of what was written.

use model::Timestamp;
use store::Store;
use store::audit::{self, Verified};

use crate::Ground;
use crate::store::beside;

async fn five(ground: &Ground) -> Store {
    let store = ground.open().await;
    for number in 1..=5 {
        let mut tx = store.begin().await.unwrap();
        let subject = format!("asset {number}");
        let written =
            audit::append(&mut tx, Timestamp(number), "anna", "confirm-asset", &subject, "level 1").await;
        assert_eq!(written.unwrap(), number);
        tx.commit().await.unwrap();
    }
    store
}

pub async fn the_chain_holds(ground: Ground) {
    let store = five(&ground).await;
    let Verified::Whole { entries, head } = audit::verify(&store, 1).await.unwrap() else { panic!() };
    assert_eq!(entries, 5);
    let last = audit::latest(&store, None, 2).await.unwrap();
    assert_eq!(last.iter().map(|entry| entry.number).collect::<Vec<_>>(), [5, 4]);
    assert_eq!(last[0].hash, head);
    assert_eq!(audit::verify(&store, 4).await.unwrap(), Verified::Whole { entries: 2, head: head.clone() });
    assert_eq!(audit::verify(&store, 6).await.unwrap(), Verified::Whole { entries: 0, head });
    // By hand: printf '64:%s\n1:1\n1:1\n4:anna\n13:confirm-asset\n7:asset 1\n7:level 1\n' $(printf '0%.0s' {1..64}) | sha256sum
    let first = audit::page(&store, 1, 1).await.unwrap();
    assert_eq!(first[0].hash, "bd085f5771fcb57288f173f55636158b3a6088100666efc488da6e60d1a0ee30");
}

pub async fn a_changed_entry_is_told(ground: Ground) {
    let store = five(&ground).await;
    let mut beside = beside(&ground).await;
    let change = "UPDATE audit_entry SET actor = 'bert' WHERE number = 3";
    sqlx::raw_sql(change).execute(&mut beside).await.unwrap();
    assert!(matches!(audit::verify(&store, 1).await.unwrap(), Verified::Broken { number: 3, .. }));
    assert!(matches!(audit::verify(&store, 4).await.unwrap(), Verified::Whole { .. }));
}

pub async fn a_removed_entry_is_told(ground: Ground) {
    let store = five(&ground).await;
    let mut beside = beside(&ground).await;
    sqlx::raw_sql("DELETE FROM audit_entry WHERE number = 2").execute(&mut beside).await.unwrap();
    assert!(matches!(audit::verify(&store, 1).await.unwrap(), Verified::Broken { number: 2, .. }));
    sqlx::raw_sql("UPDATE audit_entry SET number = number - 1 WHERE number > 2")
        .execute(&mut beside)
        .await
        .unwrap();
    assert!(matches!(audit::verify(&store, 1).await.unwrap(), Verified::Broken { number: 2, .. }));
}

pub async fn long_and_odd_words_stay(ground: Ground) {
    let store = ground.open().await;
    let mut tx = store.begin().await.unwrap();
    let long = "ü".repeat(audit::DETAIL_BYTES_MAX);
    audit::append(&mut tx, Timestamp(-1), "Jürgen\0", "a'; --", "\n", &long).await.unwrap();
    tx.commit().await.unwrap();
    let entry = audit::page(&store, 1, 1).await.unwrap().remove(0);
    assert!(entry.detail.ends_with("... (32768 bytes in all)"));
    assert_eq!((entry.actor.as_str(), entry.action.as_str()), ("Jürgen\u{fffd}", "a'; --"));
    assert!(matches!(audit::verify(&store, 1).await.unwrap(), Verified::Whole { entries: 1, .. }));
}
