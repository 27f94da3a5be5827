//! How fast a big store is: 10,000 assets and 1,000,000 conversations, made once and kept below `target`.

#[path = "../tests/it/made_up.rs"]
#[allow(dead_code, reason = "the tests use the rest")]
mod made_up;

use std::path::PathBuf;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use divan::Bencher;
use divan::counter::ItemsCount;
use made_up::{MONDAY, SECOND, asset, conversation, plant};
use model::{Plant, Timestamp};
use store::observe::{self, Report};
use store::{Place, Store};
use tokio::runtime::Runtime;

const ASSETS: u32 = 10_000;
const CONVERSATIONS: u32 = 1_000_000;
/// Conversations of one report: what a busy sensor hands in at once.
const REPORT: u32 = 10_000;

fn main() {
    divan::main();
}

/// The conversations of one report among the assets; every asset has a hundred.
fn reported(number: u32, at: i64) -> Plant {
    let first = number % (CONVERSATIONS / REPORT) * REPORT;
    let of = |place: u32| (place % ASSETS + 1, (place + place / ASSETS * 37 + 1) % ASSETS + 1);
    let talks = (first..first + REPORT).map(|place| {
        let (from, to) = of(place);
        conversation(from, to, 102 + (place / ASSETS) as u16, at)
    });
    plant((1..=ASSETS).map(|number| asset(number, at)).collect(), talks.collect())
}

async fn report(store: &Store, id: &str, plant: &Plant, at: i64) {
    let mut tx = store.begin().await.unwrap();
    let report = Report { id, source: "bench", received: Timestamp(at), plant, findings: &[] };
    observe::observe(&mut tx, &report).await.unwrap();
    tx.commit().await.unwrap();
}

struct Big {
    runtime: Runtime,
    store: Store,
}

fn big() -> &'static Big {
    static BIG: OnceLock<Big> = OnceLock::new();
    BIG.get_or_init(|| {
        let runtime = Runtime::new().unwrap();
        let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../target/bench-store");
        let store = runtime.block_on(async {
            let store = Store::open(&Place::Folder(folder)).await.unwrap();
            for number in 0..CONVERSATIONS / REPORT {
                let id = format!("made {number}");
                if !observe::is_known(&store, &id).await.unwrap() {
                    report(&store, &id, &reported(number, MONDAY + i64::from(number) * SECOND), MONDAY).await;
                }
            }
            store
        });
        Big { runtime, store }
    })
}

/// Reports of 10,000 known conversations each, spread over the whole store.
#[divan::bench(sample_count = 30, sample_size = 1)]
fn ingest(bencher: Bencher) {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let big = big();
    let run = std::process::id();
    bencher
        .counter(ItemsCount::new(REPORT))
        .with_inputs(|| {
            let number = NUMBER.fetch_add(1, Ordering::Relaxed);
            let at = MONDAY + i64::from(1000 + number) * SECOND;
            // A sensor hears the same conversations again and again.
            let mut plant = reported(number % 10, at);
            plant.assets.truncate(ASSETS as usize);
            (format!("run {run} {number}"), plant, at)
        })
        .bench_local_values(|(id, plant, at)| big.runtime.block_on(report(&big.store, &id, &plant, at)));
}

/// The same with conversations that were never heard before.
#[divan::bench(sample_count = 5, sample_size = 1)]
fn ingest_new(bencher: Bencher) {
    let runtime = Runtime::new().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let store = runtime.block_on(Store::open(&Place::Folder(folder.path().into()))).unwrap();
    let number = AtomicU32::new(0);
    bencher
        .counter(ItemsCount::new(REPORT))
        .with_inputs(|| {
            let number = number.fetch_add(1, Ordering::Relaxed);
            (format!("{number}"), reported(number, MONDAY))
        })
        .bench_local_values(|(id, plant)| runtime.block_on(report(&store, &id, &plant, MONDAY)));
}

/// What pages ask; each stays under 50 ms.
mod pages {
    use std::hint::black_box;

    use divan::Bencher;
    use model::Timestamp;
    use store::queries::assets::{AssetFilter, AssetSort};
    use store::queries::conversations::{ConversationFilter, ConversationSort};
    use store::queries::{assets, conversations, overview};

    use crate::big;
    use crate::made_up::{DAY, MONDAY};

    /// Runs one question many times; the slowest of a hundred stands for the 95th percentile and more.
    macro_rules! asks {
        ($($name:ident: |$store:ident| $question:expr;)+) => {$(
            #[divan::bench(sample_count = 100, sample_size = 1)]
            fn $name(bencher: Bencher) {
                let big = big();
                bencher.bench_local(|| {
                    let $store = &big.store;
                    black_box(big.runtime.block_on($question).unwrap());
                });
            }
        )+};
    }

    fn named(words: &str) -> ConversationFilter {
        ConversationFilter { words: words.to_string(), ..Default::default() }
    }

    asks! {
        asset_list: |store| assets::list(store, &AssetFilter::default(), AssetSort::Label, false, None, 100);
        asset_list_by_last: |store| assets::list(store, &AssetFilter::default(), AssetSort::Last, true, None, 100);
        asset_search: |store| async {
            let filter = AssetFilter { words: "10.0.12.3".to_string(), ..Default::default() };
            assets::count(store, &filter).await?;
            assets::list(store, &filter, AssetSort::Address, false, None, 100).await
        };
        asset_count: |store| assets::count(store, &AssetFilter::default());
        asset_detail: |store| assets::get(store, 5000);
        conversation_list: |store| async {
            conversations::list(store, &named(""), ConversationSort::Last, true, None, 100).await
        };
        conversation_list_by_bytes: |store| async {
            conversations::list(store, &named(""), ConversationSort::Bytes, true, None, 100).await
        };
        conversation_count: |store| conversations::count(store, &ConversationFilter::default());
        conversations_of_asset: |store| async {
            let filter = ConversationFilter { asset: Some(4711), ..Default::default() };
            conversations::list(store, &filter, ConversationSort::Last, true, None, 100).await
        };
        conversations_of_words: |store| async {
            conversations::list(store, &named("10.0.12"), ConversationSort::Last, true, None, 100).await
        };
        conversations_of_protocol: |store| async {
            let filter = ConversationFilter { protocol: Some("s7comm".to_string()), ..Default::default() };
            conversations::list(store, &filter, ConversationSort::Last, true, None, 100).await
        };
        conversations_that_read: |store| async {
            let filter = ConversationFilter { operation: Some(model::Operation::Read), ..Default::default() };
            conversations::list(store, &filter, ConversationSort::Last, true, None, 100).await
        };
        conversation_detail: |store| conversations::get(store, 500_000);
        conversation_hours: |store| {
            conversations::hours(store, 500_000, Timestamp(MONDAY - 30 * DAY), Timestamp(MONDAY + DAY))
        };
        protocols: |store| conversations::protocols(store);
        overview: |store| overview::overview(store);
    }
}
