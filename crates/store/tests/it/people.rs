//! Accounts, sessions, tokens and keys: what is stored comes back, and what opens once opens once.

use model::Timestamp;
use store::audit_search::{self, Search};
use store::people::{self, Key, Session, Token};
use store::{audit, site};

use crate::Ground;

const NOW: Timestamp = Timestamp(1_000);

pub async fn accounts_come_back_and_names_are_one(ground: Ground) {
    let store = ground.open().await;
    let mut tx = store.begin().await.unwrap();
    let anna = people::add_account(&mut tx, "anna", "Anna Weber", "hash", NOW).await.unwrap();
    people::set_role(&mut tx, anna, "viewer").await.unwrap();
    people::set_role(&mut tx, anna, "administrator").await.unwrap();
    assert_eq!(people::count_with_role(&mut tx, "administrator").await.unwrap(), 1);
    people::set_password(&mut tx, anna, "other").await.unwrap();
    people::note_login(&mut tx, anna, "10.0.4.9", NOW).await.unwrap();
    people::note_login(&mut tx, anna, "10.0.4.9", Timestamp(2_000)).await.unwrap();
    site::set_name(&mut tx, "Filling line").await.unwrap();
    tx.commit().await.unwrap();
    let found = people::account_named(&store, "anna").await.unwrap().unwrap();
    assert_eq!((found.id, found.role.as_str(), found.password.as_str()), (anna, "administrator", "other"));
    assert_eq!((found.last_login_at, found.closed_at), (Some(Timestamp(2_000)), None));
    assert!(people::is_known_place(&store, anna, "10.0.4.9").await.unwrap());
    assert!(!people::is_known_place(&store, anna, "10.0.4.8").await.unwrap());
    assert_eq!(site::name(&store).await.unwrap(), "Filling line");

    let mut tx = store.begin().await.unwrap();
    let again = people::add_account(&mut tx, "anna", "", "", NOW).await;
    assert!(again.is_err_and(|error| error.is_duplicate()));
    drop(tx);
    let mut tx = store.begin().await.unwrap();
    people::set_closed(&mut tx, anna, Some(NOW)).await.unwrap();
    assert_eq!(people::count_with_role(&mut tx, "administrator").await.unwrap(), 0);
    tx.commit().await.unwrap();
    assert_eq!(people::account(&store, anna).await.unwrap().unwrap().closed_at, Some(NOW));
    assert_eq!((people::count(&store).await.unwrap(), people::accounts(&store).await.unwrap().len()), (1, 1));
}

pub async fn what_opens_once_opens_once(ground: Ground) {
    let store = ground.open().await;
    let mut tx = store.begin().await.unwrap();
    let anna = people::add_account(&mut tx, "anna", "", "", NOW).await.unwrap();
    let codes = ["one".to_string(), "two".to_string()];
    people::set_second_factor(&mut tx, anna, Some("SECRET"), 5, &codes).await.unwrap();
    assert!(!people::use_step(&mut tx, anna, 5).await.unwrap());
    assert!(people::use_step(&mut tx, anna, 6).await.unwrap());
    assert!(people::use_recovery_code(&mut tx, anna, "one").await.unwrap());
    assert!(!people::use_recovery_code(&mut tx, anna, "one").await.unwrap());
    let first = Key { kind: "first-start".into(), account_id: None, expires_at: Timestamp(9_000) };
    people::add_key(&mut tx, "old", &first, NOW).await.unwrap();
    people::add_key(&mut tx, "new", &first, NOW).await.unwrap();
    let invitation = Key { kind: "invitation".into(), account_id: Some(anna), ..first.clone() };
    people::add_key(&mut tx, "hers", &invitation, NOW).await.unwrap();
    assert_eq!(people::use_key(&mut tx, "old").await.unwrap(), None);
    assert_eq!(people::use_key(&mut tx, "new").await.unwrap(), Some(first));
    assert_eq!(people::use_key(&mut tx, "new").await.unwrap(), None);
    tx.commit().await.unwrap();
    assert_eq!(people::recovery_codes(&store, anna).await.unwrap(), 1);
    assert_eq!(people::key(&store, "hers").await.unwrap(), Some(invitation));
    let mut tx = store.begin().await.unwrap();
    people::remove_keys(&mut tx, anna).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(people::key(&store, "hers").await.unwrap(), None);
}

pub async fn sessions_and_tokens_end(ground: Ground) {
    let store = ground.open().await;
    let mut tx = store.begin().await.unwrap();
    let anna = people::add_account(&mut tx, "anna", "", "", NOW).await.unwrap();
    let mut session = Session {
        id: 0,
        account_id: anna,
        created_at: NOW,
        seen_at: NOW,
        expires_at: Timestamp(5_000),
        address: "10.0.4.9".into(),
        agent: "browser".into(),
    };
    session.id = people::add_session(&mut tx, "a", &session).await.unwrap();
    let other = people::add_session(&mut tx, "b", &session).await.unwrap();
    people::touch_session(&mut tx, session.id, Timestamp(2_000)).await.unwrap();
    people::touch_session(&mut tx, session.id, Timestamp(1_500)).await.unwrap();
    people::rotate_session(&mut tx, session.id, "c").await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(people::session(&store, "a").await.unwrap(), None);
    session.seen_at = Timestamp(2_000);
    assert_eq!(people::session(&store, "c").await.unwrap().as_ref(), Some(&session));
    assert_eq!(people::sessions(&store, anna).await.unwrap().len(), 2);

    let mut tx = store.begin().await.unwrap();
    assert!(!people::end_session(&mut tx, anna + 1, other).await.unwrap());
    assert_eq!(people::end_sessions(&mut tx, anna, session.id).await.unwrap(), 1);
    let token = Token {
        id: 0,
        account_id: anna,
        name: "export".into(),
        scope: "see-plant".into(),
        created_at: NOW,
        expires_at: Timestamp(9_000),
        used_at: None,
    };
    let id = people::add_token(&mut tx, "t", &token).await.unwrap();
    people::touch_token(&mut tx, id, Timestamp(3_000)).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(people::token(&store, "t").await.unwrap().unwrap().used_at, Some(Timestamp(3_000)));
    let mut tx = store.begin().await.unwrap();
    assert_eq!(people::remove_token(&mut tx, anna + 1, id).await.unwrap(), None);
    assert_eq!(people::remove_token(&mut tx, anna, id).await.unwrap().as_deref(), Some("export"));
    assert_eq!(people::remove_tokens(&mut tx, anna).await.unwrap(), 0);
    tx.commit().await.unwrap();
    assert!(people::tokens(&store, anna).await.unwrap().is_empty());
}

pub async fn the_log_is_searched(ground: Ground) {
    let store = ground.open().await;
    let mut tx = store.begin().await.unwrap();
    for (actor, action, subject, detail) in [
        ("anna", "add-account", "account bert", "viewer"),
        ("bert", "log-in", "session 2", "from 10.0.4.9"),
        ("anna", "log-in", "session 3", "50% of it"),
    ] {
        audit::append(&mut tx, NOW, actor, action, subject, detail).await.unwrap();
    }
    tx.commit().await.unwrap();
    let found = async |actor: &str, action: &str, words: &str| {
        let search = Search { actor: actor.into(), action: action.into(), words: words.into(), before: None };
        let entries = audit_search::find(&store, &search, 10).await.unwrap();
        entries.iter().map(|entry| entry.number).collect::<Vec<i64>>()
    };
    assert_eq!(found("", "", "").await, [3, 2, 1]);
    assert_eq!(found("anna", "", "").await, [3, 1]);
    assert_eq!(found("anna", "log-in", "").await, [3]);
    assert_eq!(found("", "", "BERT").await, [1]);
    assert_eq!(found("", "", "50%").await, [3]);
    assert_eq!(found("", "", "_").await, [0; 0]);
    assert_eq!(audit_search::actions(&store).await.unwrap(), ["add-account", "log-in"]);
}
