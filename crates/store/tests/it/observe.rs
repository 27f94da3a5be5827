//! Reports are folded into what is known, once each.

use model::{Attribute, ChangeKind, Finding, FindingState, Plant, Sentence, Severity, Timestamp};
use model::{Operation, WindowKind};
use sqlx::Row;
use store::observe::{Observed, Report};
use store::{Store, baselines, changes, observe};

use crate::Ground;
use crate::made_up::*;
use crate::store::beside;

/// Reports a plant at once.
pub async fn report(store: &Store, id: &str, plant: &Plant, findings: &[Finding]) -> Observed {
    let mut tx = store.begin().await.unwrap();
    let received = Timestamp(MONDAY);
    let report = Report { id, source: "eth1", received, plant, findings };
    let observed = observe::observe(&mut tx, &report).await.unwrap();
    tx.commit().await.unwrap();
    observed
}

/// A store that has learned the pair on Monday, and learns no more.
pub async fn learned(ground: &Ground) -> Store {
    let store = ground.open().await;
    report(&store, "first", &pair(MONDAY), &[]).await;
    let mut tx = store.begin().await.unwrap();
    baselines::learn_until(&mut tx, model::Baseline::Weekday, Timestamp(MONDAY + 1)).await.unwrap();
    tx.commit().await.unwrap();
    store
}

pub async fn numbers(ground: &Ground, statement: &'static str) -> Vec<i64> {
    let row = sqlx::query(statement).fetch_one(&mut beside(ground).await).await.unwrap();
    (0..row.len()).map(|at| row.try_get(at).unwrap()).collect()
}

pub async fn kinds(store: &Store, opened: &[i64]) -> Vec<ChangeKind> {
    let mut kinds = Vec::new();
    for id in opened {
        kinds.push(changes::get(store, *id).await.unwrap().kind);
    }
    kinds.sort();
    kinds
}

pub async fn the_same_report_twice_changes_nothing(ground: Ground) {
    let store = ground.open().await;
    let plant = pair(MONDAY);
    let first = report(&store, "r1", &plant, &[]).await;
    assert_eq!((first.new_assets, first.new_conversations, first.repeated), (2, 1, false));
    let counts = "SELECT packets, bytes, flows, (SELECT SUM(requests) FROM conversation_operation) + 0, \
                  (SELECT CAST(SUM(packets) AS BIGINT) FROM activity_hour), \
                  (SELECT COUNT(*) FROM asset) FROM conversation";
    let counts: &'static str =
        Box::leak(counts.replace("SUM(requests)", "CAST(SUM(requests) AS BIGINT)").into_boxed_str());
    let before = numbers(&ground, counts).await;
    assert_eq!(before, [20, 2000, 1, 5, 20, 2]);
    assert!(report(&store, "r1", &plant, &[]).await.repeated);
    assert_eq!(numbers(&ground, counts).await, before);
    report(&store, "r2", &plant, &[]).await;
    assert_eq!(numbers(&ground, counts).await, [40, 4000, 2, 10, 40, 2]);
}

pub async fn numbers_of_assets_stay_after_a_restart(ground: Ground) {
    let store = ground.open().await;
    let first = report(&store, "r1", &pair(MONDAY), &[]).await;
    store.close().await;
    let store = ground.open().await;
    let later = plant(
        vec![asset(2, MONDAY + SECOND), asset(3, MONDAY), asset(1, MONDAY + SECOND)],
        vec![conversation(1, 2, 102, MONDAY + SECOND)],
    );
    let second = report(&store, "r2", &later, &[]).await;
    assert_eq!((second.assets[0], second.assets[2]), (first.assets[1], first.assets[0]));
    assert_eq!(second.conversations, first.conversations);
    assert_eq!((second.new_assets, second.new_conversations), (1, 0));
}

pub async fn a_rolled_back_report_leaves_no_memory(ground: Ground) {
    let store = ground.open().await;
    let mut tx = store.begin().await.unwrap();
    let plant = pair(MONDAY);
    let report_of =
        Report { id: "r1", source: "eth1", received: Timestamp(MONDAY), plant: &plant, findings: &[] };
    observe::observe(&mut tx, &report_of).await.unwrap();
    tx.rollback().await.unwrap();
    let again = report(&store, "r1", &plant, &[]).await;
    assert_eq!((again.new_assets, again.new_conversations), (2, 1));
    assert_eq!(numbers(&ground, "SELECT packets FROM conversation").await, [20]);
}

pub async fn while_it_learns_nothing_is_a_change(ground: Ground) {
    let store = ground.open().await;
    assert!(report(&store, "r1", &pair(MONDAY), &[]).await.changes.is_empty());
    let mut more = pair(MONDAY + DAY);
    more.assets.push(asset(3, MONDAY + DAY));
    assert!(report(&store, "r2", &more, &[]).await.changes.is_empty());
}

pub async fn after_learning_what_is_new_is_a_change(ground: Ground) {
    let store = learned(&ground).await;
    let at = MONDAY + 3600 * SECOND;
    assert!(report(&store, "same", &pair(at), &[]).await.changes.is_empty());
    let mut more = plant(
        vec![asset(1, at), asset(2, at), asset(3, at)],
        vec![conversation(1, 2, 102, at), conversation(3, 2, 102, at)],
    );
    more.conversations[0].operations.push(operation(Operation::Write, "write var", 1, at));
    let observed = report(&store, "more", &more, &[]).await;
    let expected = [ChangeKind::NewAsset, ChangeKind::NewConversation, ChangeKind::NewOperation];
    assert_eq!(kinds(&store, &observed.changes).await, expected);
    // They are open: the next report tells them again and opens nothing.
    assert!(report(&store, "again", &more, &[]).await.changes.is_empty());
}

pub async fn accepted_changes_belong_to_the_baseline(ground: Ground) {
    let store = learned(&ground).await;
    let at = MONDAY + 3600 * SECOND;
    let mut more = plant(
        vec![asset(1, at), asset(2, at), asset(3, at)],
        vec![conversation(1, 2, 102, at), conversation(3, 2, 102, at)],
    );
    more.conversations[0].operations.push(operation(Operation::Write, "write var", 1, at));
    let observed = report(&store, "more", &more, &[]).await;
    for id in observed.changes {
        let mut tx = store.begin().await.unwrap();
        let refused = changes::accept(&mut tx, id, "anna", " ", Timestamp(at)).await;
        assert!(refused.unwrap_err().to_string().contains("Say why"));
        let change = changes::accept(&mut tx, id, "anna", "New panel", Timestamp(at)).await.unwrap();
        assert_eq!(
            (change.decided_by.as_deref(), change.reason.as_deref()),
            (Some("anna"), Some("New panel"))
        );
        assert!(changes::accept(&mut tx, id, "anna", "again", Timestamp(at)).await.is_err());
        tx.commit().await.unwrap();
    }
    let later = at + DAY;
    let mut again = more.clone();
    again.conversations.iter_mut().for_each(|talk| talk.last = Timestamp(later));
    assert!(report(&store, "later", &again, &[]).await.changes.is_empty());
}

pub async fn a_program_load_is_a_change_each_time(ground: Ground) {
    let store = learned(&ground).await;
    let load = |at: i64| {
        let mut plant = pair(at);
        plant.conversations[0].operations = vec![operation(Operation::LoadProgram, "download block", 1, at)];
        plant
    };
    for (id, at) in [("a", MONDAY + DAY), ("b", MONDAY + 2 * DAY)] {
        let observed = report(&store, id, &load(at), &[]).await;
        let kinds = kinds(&store, &observed.changes).await;
        assert!(kinds.contains(&ChangeKind::ProgramLoad), "{id}: {kinds:?}");
        for id in observed.changes {
            let mut tx = store.begin().await.unwrap();
            changes::accept(&mut tx, id, "anna", "planned", Timestamp(at)).await.unwrap();
            tx.commit().await.unwrap();
        }
    }
}

pub async fn other_firmware_and_addresses_are_changes(ground: Ground) {
    let store = learned(&ground).await;
    let at = MONDAY + DAY;
    let mut other = pair(at);
    other.assets[1].facts = vec![fact(Attribute::Firmware, "V3.3.0", at)];
    other.assets[0].ips = [ip(77)].into();
    other.conversations.clear();
    let observed = report(&store, "other", &other, &[]).await;
    assert_eq!(
        kinds(&store, &observed.changes).await,
        [ChangeKind::ChangedFirmware, ChangeKind::ChangedAddress]
    );
    let mut told = Vec::new();
    for id in observed.changes {
        let change = changes::get(&store, id).await.unwrap();
        told.push((change.before, change.after));
    }
    told.sort();
    assert_eq!(told, [("10.0.0.1".into(), "10.0.0.77".into()), ("V3.2.6".to_string(), "V3.3.0".to_string())]);
    assert_eq!(numbers(&ground, "SELECT COUNT(*) FROM asset_fact WHERE attribute = 'firmware'").await, [3]);
}

pub async fn a_silent_asset_is_told_and_speaks_again(ground: Ground) {
    let store = learned(&ground).await;
    let at = MONDAY + 2 * DAY;
    let alone = plant(vec![asset(1, at)], Vec::new());
    report(&store, "alone", &alone, &[]).await;
    let mut tx = store.begin().await.unwrap();
    let silent = changes::notice_silence(&mut tx).await.unwrap();
    assert!(changes::notice_silence(&mut tx).await.unwrap().is_empty());
    tx.commit().await.unwrap();
    assert_eq!(kinds(&store, &silent).await, [ChangeKind::SilentAsset]);
    report(&store, "back", &pair(at + SECOND), &[]).await;
    let change = changes::get(&store, silent[0]).await.unwrap();
    assert_eq!(change.state, model::ChangeState::Over);
}

pub async fn nothing_is_learned_from_an_incident(ground: Ground) {
    let store = ground.open().await;
    let mut tx = store.begin().await.unwrap();
    let (from, until) = (Timestamp(MONDAY), Timestamp(MONDAY + 7200 * SECOND));
    baselines::open_window(&mut tx, WindowKind::Incident, from, until, "anna", "ransom note", from)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let observed = report(&store, "r1", &pair(MONDAY + SECOND), &[]).await;
    let expected = [ChangeKind::NewAsset, ChangeKind::NewAsset, ChangeKind::NewConversation];
    assert_eq!(kinds(&store, &observed.changes).await, expected);
    assert!(changes::get(&store, observed.changes[0]).await.unwrap().incident);
}

pub async fn what_was_learned_in_an_incident_is_unlearned(ground: Ground) {
    let store = learned(&ground).await;
    let mut tx = store.begin().await.unwrap();
    let (from, until) = (Timestamp(MONDAY - SECOND), Timestamp(MONDAY + SECOND));
    let now = Timestamp(MONDAY + DAY);
    baselines::open_window(&mut tx, WindowKind::Incident, from, until, "anna", "found later", now)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let observed = report(&store, "r2", &pair(MONDAY + DAY), &[]).await;
    let expected = [ChangeKind::NewAsset, ChangeKind::NewAsset, ChangeKind::NewConversation];
    assert_eq!(kinds(&store, &observed.changes).await, expected);
}

pub async fn each_baseline_learns_for_itself(ground: Ground) {
    let store = learned(&ground).await;
    // Saturday: the weekend begins to learn.
    let saturday = MONDAY + 5 * DAY;
    let mut plant = pair(saturday);
    plant.conversations.push(conversation(2, 1, 80, saturday));
    assert!(report(&store, "sat", &plant, &[]).await.changes.is_empty());
    // On Monday the same is no habit of weekdays.
    let mut plant = pair(MONDAY + 7 * DAY);
    plant.conversations.push(conversation(2, 1, 80, MONDAY + 7 * DAY));
    let observed = report(&store, "mon", &plant, &[]).await;
    assert_eq!(kinds(&store, &observed.changes).await, [ChangeKind::NewConversation]);
}

const TITLE: Sentence = Sentence {
    key: "TEST",
    english: "{count} writes to {asset}",
    german: "{count} Schreibvorgänge auf {asset}",
};

pub fn finding(plant: &Plant, count: u64) -> Finding {
    let asset = &plant.assets[1];
    Finding {
        id: "write-unexpected",
        severity: Severity::High,
        title: TITLE.with([("count", model::Gap::Number(count)), ("asset", model::Gap::Text(asset.label()))]),
        assets: vec![asset.id],
        conversations: vec![0],
        detail: "details".to_string().into(),
        remedy: TITLE,
        technique: Some("T0836"),
    }
}

pub async fn findings_live_through_their_states(ground: Ground) {
    use store::findings::{self, Triage};
    let store = ground.open().await;
    let plant = pair(MONDAY);
    let first = report(&store, "r1", &plant, &[finding(&plant, 1)]).await.findings;
    assert_eq!(first.len(), 1);
    assert!(report(&store, "r2", &plant, &[finding(&plant, 2)]).await.findings.is_empty());
    let id = first[0];
    let state = |id| {
        let store = store.clone();
        async move { findings::get(&store, id).await.unwrap() }
    };
    assert_eq!(state(id).await.title[1], "2 Schreibvorgänge auf 10.0.0.2");
    let triage = |triage: Triage, at: i64| {
        let store = store.clone();
        async move {
            let mut tx = store.begin().await.unwrap();
            let done = findings::triage(&mut tx, id, &triage, "anna", Timestamp(at)).await;
            tx.commit().await.unwrap();
            done
        }
    };
    triage(Triage::See, MONDAY).await.unwrap();
    let until = Timestamp(MONDAY + DAY);
    assert!(triage(Triage::Accept { reason: "".into(), until }, MONDAY).await.is_err());
    assert!(triage(Triage::Accept { reason: "x".into(), until }, MONDAY + 2 * DAY).await.is_err());
    triage(Triage::Accept { reason: "Replaced in May".into(), until }, MONDAY).await.unwrap();
    let mut tx = store.begin().await.unwrap();
    assert!(findings::expire(&mut tx, Timestamp(MONDAY + 1)).await.unwrap().is_empty());
    assert_eq!(findings::expire(&mut tx, Timestamp(MONDAY + DAY)).await.unwrap(), [id]);
    tx.commit().await.unwrap();
    assert_eq!(state(id).await.state, FindingState::Reopened);
    triage(Triage::Resolve { reason: "Closed the port".into() }, MONDAY + 2 * DAY).await.unwrap();
    assert!(triage(Triage::See, MONDAY + 2 * DAY).await.is_err());
    // What was seen before it was resolved does not bring it back; what is seen later does.
    assert!(report(&store, "r3", &plant, &[finding(&plant, 3)]).await.findings.is_empty());
    let plant = pair(MONDAY + 3 * DAY);
    assert_eq!(report(&store, "r4", &plant, &[finding(&plant, 4)]).await.findings, [id]);
    assert_eq!(state(id).await.times, 4);
    let steps = findings::steps(&store, id).await.unwrap();
    let states: Vec<&str> = steps.iter().map(|step| step.state.as_str()).collect();
    assert_eq!(states, ["seen", "accepted", "reopened", "resolved", "reopened"]);
}

pub async fn a_change_can_become_a_finding(ground: Ground) {
    let store = learned(&ground).await;
    let at = MONDAY + DAY;
    let mut more = pair(at);
    more.assets.push(asset(3, at));
    let observed = report(&store, "more", &more, &[]).await;
    let mut tx = store.begin().await.unwrap();
    let finding =
        changes::make_finding(&mut tx, observed.changes[0], "anna", "Unknown laptop", Timestamp(at));
    let finding = finding.await.unwrap();
    tx.commit().await.unwrap();
    let stored = store::findings::get(&store, finding).await.unwrap();
    assert_eq!((stored.check.as_str(), stored.state), ("new-asset", FindingState::Seen));
    assert_eq!(stored.title[0], "New in the plant: 10.0.0.3");
    assert_eq!(changes::get(&store, observed.changes[0]).await.unwrap().finding, Some(finding));
    // It is known now: no second change of the same.
    assert!(report(&store, "later", &more, &[]).await.changes.is_empty());
}
