//! What was entered stays, however the program ends; and what the disk says is told so that it helps.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use model::Timestamp;
use store::audit::{self, Verified};
use store::observe::{self, Report};
use store::{Place, Store, StoreError, backup};

use crate::made_up::{MONDAY, SECOND, pair};

const FOLDER: &str = "SLUICE_TEST_CRASH_FOLDER";
/// Times the program is killed.
const KILLS: usize = 5;
/// Entries that it has confirmed before it is killed.
const ENTRIES: usize = 20;

/// In the child: reports and people's entries without end, each confirmed on the standard output.
#[tokio::test]
#[allow(clippy::print_stdout, reason = "the parent listens")]
async fn child() {
    let Some(folder) = std::env::var_os(FOLDER) else { return };
    let store = Store::open(&Place::Folder(folder.into())).await.unwrap();
    for number in 0.. {
        let at = MONDAY + number * SECOND;
        let plant = pair(at);
        let id = format!("{} {number}", std::process::id());
        let mut tx = store.begin().await.unwrap();
        let report =
            Report { id: &id, source: "eth1", received: Timestamp(at), plant: &plant, findings: &[] };
        observe::observe(&mut tx, &report).await.unwrap();
        let entry = audit::append(&mut tx, Timestamp(at), "anna", "test", "asset 1", "").await.unwrap();
        tx.commit().await.unwrap();
        println!("entry {entry}");
    }
}

#[tokio::test]
async fn killed_in_the_middle_it_loses_nothing_that_was_entered() {
    let folder = tempfile::tempdir().unwrap();
    for _ in 0..KILLS {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "crash::child", "--nocapture", "--test-threads=1"])
            .env(FOLDER, folder.path())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
        let entries =
            lines.filter_map(|line| line.rsplit_once("entry ").and_then(|(_, n)| n.parse::<u64>().ok()));
        let last = entries.take(ENTRIES).last().unwrap();
        child.kill().unwrap();
        child.wait().unwrap();
        let store = Store::open(&Place::Folder(folder.path().into())).await.unwrap();
        let Verified::Whole { entries, .. } = audit::verify(&store, 1).await.unwrap() else {
            panic!("broken")
        };
        assert!(entries >= last, "{entries} of {last}");
        store.close().await;
    }
}

#[tokio::test]
async fn a_copy_is_made_while_the_server_runs() {
    let folder = tempfile::tempdir().unwrap();
    let place = Place::Folder(folder.path().join("data"));
    let store = Store::open(&place).await.unwrap();
    let mut tx = store.begin().await.unwrap();
    audit::append(&mut tx, Timestamp(1), "anna", "test", "asset 1", "").await.unwrap();
    tx.commit().await.unwrap();
    let copy = folder.path().join("Sicherung #1.db");
    let checked = backup::backup(&place, &copy).await.unwrap();
    assert_eq!(checked.audit_entries, 1);
    assert_eq!(backup::check(&copy).await.unwrap(), checked);
    assert!(backup::backup(&place, &copy).await.unwrap_err().to_string().contains("exists already"));
    std::fs::write(&copy, b"no database at all, but long enough to be looked at as if it were one").unwrap();
    assert!(backup::check(&copy).await.is_err());
    let server = backup::backup(&Place::Postgres("postgres://h/d".into()), &copy).await;
    assert!(server.unwrap_err().to_string().contains("pg_dump"));
}

#[tokio::test]
async fn a_full_disk_is_told_and_passes() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(&Place::Folder(folder.path().into())).await.unwrap();
    // The database may not grow: the same answer as from a full disk.
    store.limit_pages(1).await.unwrap();
    let mut failed = None;
    for number in 0..2000 {
        let mut tx = store.begin().await.unwrap();
        let long = "x".repeat(10_000);
        match audit::append(&mut tx, Timestamp(number), "anna", "test", "asset 1", &long).await {
            Ok(_) => tx.commit().await.unwrap(),
            Err(error) => {
                failed = Some(error);
                break;
            }
        }
    }
    let error = failed.unwrap();
    assert!(matches!(error, StoreError::DiskFull { .. }) && error.may_pass(), "{error:?}");
    store.limit_pages(1_000_000).await.unwrap();
    let mut tx = store.begin().await.unwrap();
    audit::append(&mut tx, Timestamp(1), "anna", "test", "asset 1", "").await.unwrap();
    tx.commit().await.unwrap();
    assert!(matches!(audit::verify(&store, 1).await.unwrap(), Verified::Whole { .. }));
}
