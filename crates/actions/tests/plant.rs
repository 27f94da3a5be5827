//! Who may say and decide what of the plant, and that each leaves its line in the audit log.

use std::collections::BTreeSet;

use actions::changes::{accept_change, confirm_asset, observe};
use actions::queries::{asset, assets, overview};
use actions::{ActionError, Desk, Report, Right, Role, Said, Who};
use model::{Plant, Timestamp, WindowKind, Word};

const NOW: Timestamp = Timestamp(1_767_225_600_000_000_000);

fn program(rights: &[Right]) -> Who {
    let scope: BTreeSet<Right> = rights.iter().copied().collect();
    Who::program(7, "anna/test".to_string(), Some(Role::Administrator), &scope)
}

#[tokio::test]
async fn without_the_right_nothing_is_told_or_changed() {
    let folder = tempfile::tempdir().unwrap();
    let desk = Desk::open(folder.path().to_str().unwrap()).await.unwrap();
    let (nobody, viewer) = (program(&[]), program(&[Right::SeePlant]));
    let plant = Plant::default();
    let report = Report { id: "r1", source: "a.pcap", received: NOW, plant: &plant, findings: &[] };
    assert!(matches!(observe::observe(&desk, &viewer, &report).await, Err(ActionError::Forbidden)));
    assert!(matches!(overview::overview(&desk, &nobody).await, Err(ActionError::Forbidden)));
    assert!(matches!(assets::zones(&desk, &nobody).await, Err(ActionError::Forbidden)));
    assert!(matches!(asset::get(&desk, &viewer, 1).await, Err(ActionError::NotFound)));
    let said = Said::Value("1".to_string());
    let word = confirm_asset::say(&desk, &viewer, &[1], Word::Level, &said, NOW).await;
    assert!(matches!(word, Err(ActionError::Forbidden)));
    assert!(matches!(
        accept_change::accept(&desk, &viewer, &[1], "x", NOW).await,
        Err(ActionError::Forbidden)
    ));
    assert!(store::audit::latest(desk.store(), None, 10).await.unwrap().is_empty());
}

#[tokio::test]
async fn what_is_decided_is_in_the_log() {
    let folder = tempfile::tempdir().unwrap();
    let desk = Desk::open(folder.path().to_str().unwrap()).await.unwrap();
    let who = program(Right::ALL);
    let plant = Plant::default();
    let report = Report { id: "r1", source: "a.pcap", received: NOW, plant: &plant, findings: &[] };
    observe::observe(&desk, &who, &report).await.unwrap();
    assert!(observe::observe(&desk, &who, &report).await.unwrap().repeated);
    let span = (NOW, Timestamp(NOW.0 + 1));
    accept_change::open_window(&desk, &who, WindowKind::Incident, span, "ransom note", NOW).await.unwrap();
    let log = store::audit::latest(desk.store(), None, 10).await.unwrap();
    let done: Vec<&str> = log.iter().map(|entry| entry.action.as_str()).collect();
    assert_eq!(done, ["open-window", "observe"]);
    assert!(log.iter().all(|entry| entry.actor == "anna/test"));
}
