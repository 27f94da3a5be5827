//! A person's word stands beside what is inferred, and is never overwritten.

use model::{Level, LevelJudgement, Role, Timestamp, Word};
use store::queries::assets;
use store::words::{self, Said};
use store::{Store, StoreError};

use crate::Ground;
use crate::made_up::*;
use crate::observe::report;

async fn say(store: &Store, ids: &[i64], word: Word, value: &str, at: i64) -> Result<Vec<i64>, StoreError> {
    let said = Said::Value(value.to_string());
    said_of(store, ids, word, &said, at).await
}

async fn said_of(
    store: &Store,
    ids: &[i64],
    word: Word,
    said: &Said,
    at: i64,
) -> Result<Vec<i64>, StoreError> {
    let mut tx = store.begin().await?;
    let changed = words::say(&mut tx, ids, word, said, "anna", Timestamp(at)).await?;
    tx.commit().await?;
    Ok(changed)
}

pub async fn a_word_is_never_overwritten(ground: Ground) {
    let store = ground.open().await;
    let id = report(&store, "r1", &pair(MONDAY), &[]).await.assets[0].unwrap();
    assert_eq!(say(&store, &[id], Word::Level, "2", MONDAY).await.unwrap(), [id]);
    assert!(say(&store, &[id], Word::Level, "2", MONDAY).await.unwrap().is_empty());
    say(&store, &[id], Word::Role, "hmi", MONDAY).await.unwrap();
    say(&store, &[id], Word::Zone, "Line 4", MONDAY).await.unwrap();
    say(&store, &[id], Word::Note, "Behind the door", MONDAY).await.unwrap();
    report(&store, "r2", &pair(MONDAY + SECOND), &[]).await;
    let asset = assets::get(&store, id).await.unwrap();
    let row = &asset.row;
    assert_eq!((row.level_confirmed, row.level_inferred), (Some(Level::Supervision), Some(Level::Control)));
    assert_eq!(
        (row.level(), row.role(), row.zone()),
        (Some(Level::Supervision), Some(Role::Hmi), Some("Line 4"))
    );
    assert_eq!(asset.note.as_deref(), Some("Behind the door"));
    assert_eq!(asset.said(Word::Level).unwrap().actor, "anna");
    say(&store, &[id], Word::Level, "", MONDAY).await.unwrap();
    let asset = assets::get(&store, id).await.unwrap();
    assert_eq!(asset.row.level(), Some(Level::Control));
    assert!(asset.said(Word::Level).is_none());
    assert_eq!(asset.words.iter().filter(|spoken| spoken.word == Word::Level).count(), 2);
}

pub async fn many_are_confirmed_at_once(ground: Ground) {
    let store = ground.open().await;
    let all: Vec<_> = (1..=300).map(|number| asset(number, MONDAY)).collect();
    let observed = report(&store, "r1", &plant(all, Vec::new()), &[]).await;
    let ids: Vec<i64> = observed.assets.into_iter().flatten().collect();
    assert_eq!(said_of(&store, &ids, Word::Level, &Said::AsInferred, MONDAY).await.unwrap(), ids);
    let filter = assets::AssetFilter { is_confirmed: Some(true), ..Default::default() };
    assert_eq!(assets::count(&store, &filter).await.unwrap(), store::queries::Count::Exactly(300));
    let missing = say(&store, &[ids[0], 99_999], Word::Owner, "Line 4", MONDAY).await;
    assert!(matches!(missing, Err(StoreError::NotFound { .. })));
    assert_eq!(assets::get(&store, ids[0]).await.unwrap().row.owner, None);
}

pub async fn nonsense_is_refused(ground: Ground) {
    let store = ground.open().await;
    let id = report(&store, "r1", &pair(MONDAY), &[]).await.assets[0].unwrap();
    for (word, value) in
        [(Word::Level, "9"), (Word::Role, "boss"), (Word::Criticality, "very"), (Word::Note, "a\0")]
    {
        assert!(
            matches!(say(&store, &[id], word, value, MONDAY).await, Err(StoreError::Refused(_))),
            "{word}"
        );
    }
    let long = "x".repeat(words::SHORT_BYTES_MAX + 1);
    assert!(say(&store, &[id], Word::Owner, &long, MONDAY).await.is_err());
}

pub async fn a_contradiction_is_a_finding(ground: Ground) {
    use store::findings;
    let store = ground.open().await;
    let id = report(&store, "r1", &pair(MONDAY), &[]).await.assets[0].unwrap();
    say(&store, &[id], Word::Level, "4", MONDAY).await.unwrap();
    let filter = store::queries::findings::FindingFilter { is_open: Some(true), ..Default::default() };
    let sort = store::queries::findings::FindingSort::Severity;
    let open = store::queries::findings::list(&store, &filter, sort, true, None, 10).await.unwrap().rows;
    assert_eq!(open.len(), 1);
    assert_eq!(open[0].check, "level-contradicted");
    assert!(open[0].detail[0].contains("speaks for level 1"), "{}", open[0].detail[0]);
    // Correcting the word resolves it.
    say(&store, &[id], Word::Level, "1", MONDAY + 1).await.unwrap();
    assert_eq!(findings::get(&store, open[0].id).await.unwrap().state, model::FindingState::Resolved);
    // Other evidence brings it back.
    let mut other = pair(MONDAY + SECOND);
    other.assets[0].level = LevelJudgement::inferred(Level::Business, 0.9, Vec::new());
    assert_eq!(report(&store, "r2", &other, &[]).await.findings, [open[0].id]);
}

pub async fn assets_need_each_other(ground: Ground) {
    let store = ground.open().await;
    let ids = report(&store, "r1", &pair(MONDAY), &[]).await.assets;
    let (one, two) = (ids[0].unwrap(), ids[1].unwrap());
    let mut tx = store.begin().await.unwrap();
    words::depend(&mut tx, one, two, "recipes", "anna", Timestamp(MONDAY)).await.unwrap();
    assert!(words::depend(&mut tx, one, one, "", "anna", Timestamp(MONDAY)).await.is_err());
    tx.commit().await.unwrap();
    assert_eq!(assets::get(&store, one).await.unwrap().needs[0].asset, two);
    assert_eq!(assets::get(&store, two).await.unwrap().needed_by[0].note, "recipes");
    let mut tx = store.begin().await.unwrap();
    words::depend_no_more(&mut tx, one, two).await.unwrap();
    assert!(words::depend_no_more(&mut tx, one, two).await.is_err());
    tx.commit().await.unwrap();
}
