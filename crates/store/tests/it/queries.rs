//! Lists are filtered, sorted and continued; details are whole; counts follow.

use model::{Level, Operation, Timestamp, Word};
use store::Store;
use store::queries::assets::{AssetFilter, AssetSort};
use store::queries::conversations::{ConversationFilter, ConversationSort};
use store::queries::{Count, assets, changes, conversations, findings, overview};
use store::retention;

use crate::Ground;
use crate::made_up::*;
use crate::observe::{finding, report};

/// Thirty assets; each of the first twenty calls the next on another port.
async fn thirty(ground: &Ground) -> Store {
    let store = ground.open().await;
    let all: Vec<_> = (1..=30).map(|number| asset(number, MONDAY + i64::from(number))).collect();
    let talks =
        (1..=20).map(|n| conversation(n, n + 1, 100 + n as u16, MONDAY + i64::from(n) * 3600 * SECOND));
    let plant = plant(all, talks.collect());
    report(&store, "r1", &plant, &[finding(&plant, 1)]).await;
    store
}

pub async fn assets_page_by_page_in_every_order(ground: Ground) {
    let store = thirty(&ground).await;
    for sort in [
        AssetSort::Label,
        AssetSort::Address,
        AssetSort::Vendor,
        AssetSort::Level,
        AssetSort::Role,
        AssetSort::Zone,
        AssetSort::First,
        AssetSort::Last,
    ] {
        for descending in [false, true] {
            let (mut seen, mut after) = (Vec::new(), None);
            loop {
                let filter = AssetFilter::default();
                let page = assets::list(&store, &filter, sort, descending, after.as_ref(), 7).await.unwrap();
                seen.extend(page.rows.iter().map(|row| row.id));
                // As it comes back from an address.
                after = page.next.map(|next| next.to_string().parse().unwrap());
                if after.is_none() {
                    break;
                }
            }
            let mut sorted = seen.clone();
            sorted.sort_unstable();
            sorted.dedup();
            assert_eq!((seen.len(), sorted.len()), (30, 30), "{sort:?} {descending}");
            if sort == AssetSort::Address {
                let mut ascending = seen.clone();
                ascending.sort_unstable();
                if descending {
                    ascending.reverse();
                }
                assert_eq!(seen, ascending);
            }
        }
    }
}

pub async fn assets_are_found_by_words_and_marks(ground: Ground) {
    let store = thirty(&ground).await;
    let count = |filter: AssetFilter| {
        let store = store.clone();
        async move { assets::count(&store, &filter).await.unwrap() }
    };
    let words = |words: &str| AssetFilter { words: words.to_string(), ..Default::default() };
    assert_eq!(count(words("10.0.0.3")).await, Count::Exactly(2), "10.0.0.3 and 10.0.0.30");
    assert_eq!(count(words("SIEMENS")).await, Count::Exactly(30));
    assert_eq!(count(words("100%_")).await, Count::Exactly(0));
    assert_eq!(
        count(AssetFilter { level: Some(Level::Control), ..Default::default() }).await,
        Count::Exactly(30)
    );
    assert_eq!(count(AssetFilter { level: Some(Level::Dmz), ..Default::default() }).await, Count::Exactly(0));
    assert_eq!(
        count(AssetFilter { vendor: Some("Siemens".into()), ..Default::default() }).await,
        Count::Exactly(30)
    );
    let since = Some(Timestamp(MONDAY + 21));
    assert_eq!(count(AssetFilter { first_since: since, ..Default::default() }).await, Count::Exactly(10));
    assert_eq!(count(AssetFilter { is_quiet: Some(false), ..Default::default() }).await, Count::Exactly(30));
    let detail = assets::get(&store, 5).await.unwrap();
    assert_eq!((detail.addresses.len(), detail.facts.len()), (2, 2));
    assert_eq!(detail.protocols, "s7comm:serves");
    assert!(detail.said(Word::Level).is_none());
    assert!(assets::get(&store, 999).await.is_err());
    assert_eq!(assets::zones(&store).await.unwrap(), [("z-10-0-0-0-24".to_string(), 30)]);
}

pub async fn conversations_are_filtered_and_sorted(ground: Ground) {
    let store = thirty(&ground).await;
    let list = |filter: ConversationFilter, sort: ConversationSort| {
        let store = store.clone();
        async move {
            let page = conversations::list(&store, &filter, sort, true, None, 100).await.unwrap();
            let count = conversations::count(&store, &filter).await.unwrap();
            assert_eq!(count, Count::Exactly(page.rows.len() as i64));
            page.rows
        }
    };
    let all = list(ConversationFilter::default(), ConversationSort::Last).await;
    assert_eq!((all.len(), all[0].port), (20, 120));
    assert_eq!(all[0].responder_asset, Some((21, "10.0.0.21".to_string())));
    assert_eq!(
        list(ConversationFilter { asset: Some(5), ..Default::default() }, ConversationSort::Bytes)
            .await
            .len(),
        2
    );
    assert_eq!(
        list(ConversationFilter { port: Some(103), ..Default::default() }, ConversationSort::First)
            .await
            .len(),
        1
    );
    let of = |operation| ConversationFilter { operation: Some(operation), ..Default::default() };
    assert_eq!(list(of(Operation::Read), ConversationSort::Last).await.len(), 20);
    assert_eq!(list(of(Operation::Write), ConversationSort::Last).await.len(), 0);
    let words = ConversationFilter { words: "10.0.0.21".into(), ..Default::default() };
    assert_eq!(list(words, ConversationSort::Last).await.len(), 1);
    let words = ConversationFilter { words: "nobody".into(), ..Default::default() };
    assert_eq!(list(words, ConversationSort::Last).await.len(), 0);
    let detail = conversations::get(&store, all[0].id).await.unwrap();
    assert_eq!(detail.operations[0].objects, ["DB1 0..3"]);
    assert_eq!((detail.operations[0].requests, detail.flows), (5, 1));
    assert_eq!(conversations::protocols(&store).await.unwrap(), ["s7comm"]);
}

pub async fn hours_become_days(ground: Ground) {
    let store = ground.open().await;
    let mut id = 0;
    for hour in 0..60 {
        let at = MONDAY + hour * 3600 * SECOND;
        let mut plant = pair(at);
        plant.conversations[0].operations.push(operation(Operation::Write, "write var", 1, at));
        id = report(&store, &format!("r{hour}"), &plant, &[]).await.conversations[0].unwrap();
    }
    let (from, until) = (Timestamp(MONDAY - DAY), Timestamp(MONDAY + 5 * DAY));
    let hours = conversations::hours(&store, id, from, until).await.unwrap();
    assert_eq!(hours.iter().filter(|bar| bar.operation.is_none()).count(), 60);
    assert_eq!(hours.iter().filter(|bar| bar.operation == Some(Operation::Write)).count(), 60);
    let sums = |bars: &[conversations::Bar]| {
        let frames = bars.iter().filter(|bar| bar.operation.is_none());
        (bars.len(), frames.map(|bar| bar.packets).sum::<i64>())
    };
    let before = conversations::days(&store, id, from, until).await.unwrap();
    // Monday noon to Wednesday midnight: three days, with and without writes.
    assert_eq!(sums(&before), (6, 1200));
    let tidy = |now: i64| {
        let store = store.clone();
        async move {
            let mut tx = store.begin().await.unwrap();
            let tidied = retention::tidy(&mut tx, Timestamp(now)).await.unwrap();
            tx.commit().await.unwrap();
            tidied
        }
    };
    assert_eq!(tidy(MONDAY + 2 * DAY).await.days_rolled_up, 2);
    assert_eq!(conversations::days(&store, id, from, until).await.unwrap(), before);
    // What comes late is counted where it belongs.
    report(&store, "late", &pair(MONDAY), &[]).await;
    assert_eq!(sums(&conversations::days(&store, id, from, until).await.unwrap()), (6, 1220));
    let tidied = tidy(MONDAY + 100 * DAY).await;
    assert!(tidied.forgotten >= 120, "{tidied:?}");
    assert!(conversations::hours(&store, id, from, until).await.unwrap().is_empty());
    let days = conversations::days(&store, id, from, until).await.unwrap();
    assert_eq!(sums(&days), (6, 1220));
    report(&store, "very late", &pair(MONDAY), &[]).await;
    assert_eq!(sums(&conversations::days(&store, id, from, until).await.unwrap()), (6, 1240));
    // A conversation that nobody hears is forgotten, but what leads from a finding is not.
    tidy(MONDAY + 1000 * DAY).await;
    assert!(conversations::get(&store, id).await.is_err());
    let again = report(&store, "again", &pair(MONDAY + 1000 * DAY), &[]).await;
    assert_eq!(again.new_conversations, 1);
}

pub async fn every_number_of_the_overview_is_there(ground: Ground) {
    let store = thirty(&ground).await;
    let overview = overview::overview(&store).await.unwrap();
    assert_eq!(overview.levels, [(Some(Level::Control), 30)]);
    assert_eq!((overview.unconfirmed, overview.quiet, overview.conversations), (30, 0, 20));
    assert_eq!(overview.findings, [(model::Severity::High, 1)]);
    assert_eq!(overview.learning.len(), 1);
    assert_eq!(overview.last_report.unwrap().0, Timestamp(MONDAY));
    assert!(overview::size_bytes(&store).await.unwrap() > 100_000);
    let filter = findings::FindingFilter { asset: Some(2), words: "writes".into(), ..Default::default() };
    let page = findings::list(&store, &filter, findings::FindingSort::Last, true, None, 5).await.unwrap();
    let id = page.rows[0].id;
    assert_eq!(findings::assets(&store, id).await.unwrap(), [(2, "10.0.0.2".to_string())]);
    assert_eq!(findings::conversations(&store, id).await.unwrap().len(), 1);
    assert_eq!(findings::count(&store, &filter).await.unwrap(), Count::Exactly(1));
}

pub async fn the_inbox_is_a_list(ground: Ground) {
    let store = crate::observe::learned(&ground).await;
    let at = MONDAY + DAY;
    let mut more = pair(at);
    more.assets.extend((3..=12).map(|number| asset(number, at)));
    report(&store, "more", &more, &[]).await;
    let filter = changes::ChangeFilter { state: Some(model::ChangeState::Open), ..Default::default() };
    assert_eq!(changes::count(&store, &filter).await.unwrap(), Count::Exactly(10));
    let first = changes::list(&store, &filter, None, 6).await.unwrap();
    let second = changes::list(&store, &filter, first.next.as_ref(), 6).await.unwrap();
    assert_eq!((first.rows.len(), second.rows.len(), second.next), (6, 4, None));
    assert!(first.rows[0].label.starts_with("10.0.0."));
    assert_eq!(changes::open_by_kind(&store).await.unwrap(), [(model::ChangeKind::NewAsset, 10)]);
}
