//! Coming in, going out, and who may do what, over a real store.

use std::collections::BTreeSet;

use actions::changes::login::{Entered, Login, Place, log_in};
use actions::changes::{first_start, people, second_factor, session, tokens};
use actions::queries;
use actions::{ActionError, Desk, Refusal, Right, Role, Search, Verified, Who};
use model::Timestamp;
use tempfile::TempDir;

const HOUR: i64 = 3_600_000_000_000;
const START: Timestamp = Timestamp(1_767_225_600_000_000_000);
const PASSWORD: &str = "three blue valves";

fn later(hours: i64) -> Timestamp {
    Timestamp(START.0 + hours * HOUR)
}

fn desk_of(address: &str) -> Place {
    Place { address: address.to_string(), agent: "test".to_string() }
}

async fn open() -> (Desk, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let desk = Desk::open(folder.path().join("data").to_str().unwrap()).await.unwrap();
    (desk, folder)
}

/// An installation with its administrator, logged in.
async fn started() -> (Desk, TempDir, Who) {
    let (desk, folder) = open().await;
    let key = first_start::first_key(&desk, START).await.unwrap().unwrap();
    let place = desk_of("10.0.4.9");
    let entered = first_start::make_administrator(&desk, &key, "anna", "Anna Weber", PASSWORD, &place, START);
    let entered = entered.await.unwrap();
    let who = session::who(&desk, &entered.secret, START).await.unwrap().unwrap();
    (desk, folder, who)
}

async fn try_login(
    desk: &Desk,
    name: &str,
    password: &str,
    code: &str,
    now: Timestamp,
) -> Result<Entered, ActionError> {
    let login = Login { name: name.into(), password: password.into(), code: code.into(), before: None };
    log_in(desk, &login, &desk_of("10.0.4.9"), now).await
}

/// Adds a person who has chosen a password.
async fn person(desk: &Desk, who: &Who, name: &str, role: Role) -> i64 {
    let id = people::add(desk, who, name, "", role, START).await.unwrap();
    let key = first_start::invite(desk, who, id, START).await.unwrap();
    first_start::accept(desk, &key, PASSWORD, &desk_of("10.0.4.9"), START).await.unwrap();
    id
}

fn refusal<T: std::fmt::Debug>(result: Result<T, ActionError>) -> Refusal {
    match result {
        Err(ActionError::Refused(refusal)) => refusal,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn the_link_of_the_first_start_opens_once() {
    let (desk, _folder) = open().await;
    let old = first_start::first_key(&desk, START).await.unwrap().unwrap();
    let key = first_start::first_key(&desk, START).await.unwrap().unwrap();
    let place = desk_of("10.0.4.9");
    let make = |key: String, now| {
        let (desk, place) = (desk.clone(), place.clone());
        async move { first_start::make_administrator(&desk, &key, "anna", "", PASSWORD, &place, now).await }
    };
    assert_eq!(refusal(make(old, START).await), Refusal::KeyGone);
    assert_eq!(refusal(make(key.clone(), later(25)).await), Refusal::KeyGone);
    assert_eq!(refusal(make("guessed".into(), START).await), Refusal::KeyGone);
    make(key.clone(), START).await.unwrap();
    assert_eq!(refusal(make(key, START).await), Refusal::KeyGone);
    assert_eq!(first_start::first_key(&desk, START).await.unwrap(), None);
}

#[tokio::test]
async fn sessions_end_by_themselves_and_by_hand() {
    let (desk, _folder, _) = started().await;
    let entered = try_login(&desk, "Anna", PASSWORD, "", START).await.unwrap();
    let who = |now| session::who(&desk, &entered.secret, now);
    assert!(who(START).await.unwrap().is_some());
    assert!(who(Timestamp(START.0 + HOUR + 1)).await.unwrap().is_none(), "idle for an hour");
    for half in 1..24 {
        assert!(who(Timestamp(START.0 + half * HOUR / 2)).await.unwrap().is_some(), "used each half hour");
    }
    assert!(who(later(12)).await.unwrap().is_none(), "twelve hours at most");
    assert!(session::who(&desk, "", START).await.unwrap().is_none());

    let (one, two) = (try_login(&desk, "anna", PASSWORD, "", START).await.unwrap(), &entered.secret);
    let one = session::who(&desk, &one.secret, START).await.unwrap().unwrap();
    session::end_others(&desk, &one, START).await.unwrap();
    assert!(session::who(&desk, two, START).await.unwrap().is_none());
    assert_eq!(queries::people::own(&desk, &one).await.unwrap().sessions.len(), 1);
    session::log_out(&desk, &one, START).await.unwrap();
    assert!(queries::people::own(&desk, &one).await.unwrap().sessions.is_empty());
}

#[tokio::test]
async fn a_login_ends_the_session_that_the_browser_had() {
    let (desk, _folder, _) = started().await;
    let first = try_login(&desk, "anna", PASSWORD, "", START).await.unwrap();
    let login = Login {
        name: "anna".into(),
        password: PASSWORD.into(),
        code: String::new(),
        before: Some(first.secret.clone()),
    };
    let second = log_in(&desk, &login, &desk_of("10.0.4.9"), START).await.unwrap();
    assert_ne!(first.secret, second.secret);
    assert!(session::who(&desk, &first.secret, START).await.unwrap().is_none());
}

#[tokio::test]
async fn a_code_opens_once_and_recovery_codes_too() {
    let (desk, _folder, who) = started().await;
    let secret = second_factor::propose().unwrap();
    assert_eq!(
        refusal(second_factor::switch_on(&desk, &who, &secret, "000000", START).await),
        Refusal::WrongCode
    );
    let code = second_factor::code_at(&secret, START).unwrap();
    let on = second_factor::switch_on(&desk, &who, &secret, &code, START).await.unwrap();
    assert_eq!(on.recovery.len(), 8);
    // The code that switched it on was used.
    assert_eq!(refusal(try_login(&desk, "anna", PASSWORD, &code, START).await), Refusal::WrongLogin);
    assert_eq!(refusal(try_login(&desk, "anna", PASSWORD, "", START).await), Refusal::WrongLogin);
    let next = later(1);
    let code = second_factor::code_at(&secret, next).unwrap();
    try_login(&desk, "anna", PASSWORD, &code, next).await.unwrap();
    assert_eq!(refusal(try_login(&desk, "anna", PASSWORD, &code, next).await), Refusal::WrongLogin);
    try_login(&desk, "anna", PASSWORD, &on.recovery[0], next).await.unwrap();
    assert_eq!(refusal(try_login(&desk, "anna", PASSWORD, &on.recovery[0], next).await), Refusal::WrongLogin);
    let who = session::who(&desk, &on.session, START).await.unwrap().unwrap();
    assert_eq!(refusal(second_factor::switch_off(&desk, &who, "wrong", next).await), Refusal::WrongPassword);
    second_factor::switch_off(&desk, &who, PASSWORD, next).await.unwrap();
    try_login(&desk, "anna", PASSWORD, "", next).await.unwrap();
}

#[tokio::test]
async fn ten_thousand_tries_are_refused_told_and_logged() {
    let (desk, _folder, _) = started().await;
    let mut slowed = 0;
    for _ in 0..10_000 {
        let login = Login { name: "anna".into(), password: "guess".into(), ..Login::default() };
        match log_in(&desk, &login, &desk_of("10.6.6.6"), START).await {
            Err(ActionError::Refused(Refusal::Slowed { seconds })) => {
                assert!(seconds <= 30);
                slowed += 1;
            }
            Err(ActionError::Refused(Refusal::WrongLogin)) => {}
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(slowed, 10_000 - 8);
    // She herself comes in, at once, where she was before.
    try_login(&desk, "anna", PASSWORD, "", START).await.unwrap();
    let sluice = Who::sluice();
    let search = |action: &str| Search { action: action.into(), ..Search::default() };
    let failed = queries::audit::log(&desk, &sluice, &search("fail-login"), START).await.unwrap();
    let told = queries::audit::log(&desk, &sluice, &search("slow-logins"), START).await.unwrap();
    assert_eq!((failed.entries.len(), told.entries.len()), (8, 1));
    assert!(told.entries[0].detail.contains("10.6.6.6"), "{:?}", told.entries[0]);
}

#[tokio::test]
async fn the_last_administrator_stays() {
    let (desk, _folder, anna) = started().await;
    assert_eq!(refusal(people::close(&desk, &anna, anna.account, START).await), Refusal::OwnAccount);
    let bert = person(&desk, &anna, "bert", Role::Administrator).await;
    people::give_role(&desk, &anna, bert, Role::Viewer, START).await.unwrap();
    people::give_role(&desk, &anna, bert, Role::Administrator, START).await.unwrap();
    let entered = try_login(&desk, "bert", PASSWORD, "", START).await.unwrap();
    let bert = session::who(&desk, &entered.secret, START).await.unwrap().unwrap();
    people::close(&desk, &bert, anna.account, START).await.unwrap();
    // Sluice itself is nobody's account, and still leaves one.
    let sluice = Who::sluice();
    assert_eq!(refusal(people::close(&desk, &sluice, bert.account, START).await), Refusal::LastAdministrator);
    assert_eq!(refusal(try_login(&desk, "anna", PASSWORD, "", START).await), Refusal::WrongLogin);
}

#[tokio::test]
async fn a_change_of_role_ends_sessions_and_tokens_shrink_with_it() {
    let (desk, _folder, anna) = started().await;
    let id = person(&desk, &anna, "bert", Role::Engineer).await;
    let entered = try_login(&desk, "bert", PASSWORD, "", START).await.unwrap();
    let bert = session::who(&desk, &entered.secret, START).await.unwrap().unwrap();
    let scope = BTreeSet::from([Right::SeePlant, Right::EditPlan]);
    let token = tokens::make(&desk, &bert, "plan export", &scope, 30, START).await.unwrap();
    let program = tokens::who(&desk, &token, START).await.unwrap().unwrap();
    assert!(program.may(Right::EditPlan) && !program.may(Right::Export));
    assert_eq!(program.name, "bert/plan export");
    assert!(
        tokens::make(&desk, &program, "another", &scope, 30, START).await.is_err(),
        "a token makes no tokens"
    );
    let too_much = BTreeSet::from([Right::ManagePeople]);
    assert!(tokens::make(&desk, &bert, "too much", &too_much, 30, START).await.is_err());
    assert!(tokens::who(&desk, &token, later(24 * 31)).await.unwrap().is_none(), "over after 30 days");

    people::give_role(&desk, &anna, id, Role::Viewer, START).await.unwrap();
    assert!(session::who(&desk, &entered.secret, START).await.unwrap().is_none());
    let program = tokens::who(&desk, &token, START).await.unwrap().unwrap();
    assert!(program.may(Right::SeePlant) && !program.may(Right::EditPlan));
    people::close(&desk, &anna, id, START).await.unwrap();
    assert!(tokens::who(&desk, &token, START).await.unwrap().is_none());
}

#[tokio::test]
async fn who_lacks_the_right_changes_nothing() {
    let (desk, _folder, anna) = started().await;
    for role in [Role::Viewer, Role::Operator, Role::Engineer, Role::Security, Role::Auditor] {
        let id = person(&desk, &anna, role.as_str(), role).await;
        let who = Who::person(id, role.as_str(), "", Some(role), 99);
        let forbidden = [
            people::add(&desk, &who, "new", "", Role::Administrator, START).await.map(drop),
            people::give_role(&desk, &who, anna.account, Role::Viewer, START).await,
            people::close(&desk, &who, anna.account, START).await,
            first_start::invite(&desk, &who, anna.account, START).await.map(drop),
        ];
        assert!(
            forbidden.iter().all(|it| matches!(it, Err(ActionError::Forbidden))),
            "{role}: {forbidden:?}"
        );
        let sees = queries::audit::log(&desk, &who, &Search::default(), START).await.is_ok();
        assert_eq!(sees, matches!(role, Role::Security | Role::Auditor), "{role}");
    }
    // Nobody ends somebody else's session or takes her token.
    let entered = try_login(&desk, "viewer", PASSWORD, "", START).await.unwrap();
    let viewer = session::who(&desk, &entered.secret, START).await.unwrap().unwrap();
    let theirs = anna.session.unwrap();
    assert!(matches!(session::end(&desk, &viewer, theirs, START).await, Err(ActionError::NotFound)));
}

#[tokio::test]
async fn everything_is_in_the_chain_and_the_chain_holds() {
    let (desk, _folder, anna) = started().await;
    let bert = person(&desk, &anna, "bert", Role::Viewer).await;
    queries::people::everybody(&desk, &anna, START).await.unwrap();
    people::close(&desk, &anna, bert, START).await.unwrap();
    people::change_password(&desk, &anna, PASSWORD, "four green pumps", START).await.unwrap();
    let log = queries::audit::log(&desk, &anna, &Search::default(), START).await.unwrap();
    let told: Vec<&str> = log.entries.iter().rev().map(|entry| entry.action.as_str()).collect();
    assert_eq!(
        told,
        [
            "make-first-start-link",
            "become-administrator",
            "log-in",
            "add-account",
            "invite",
            "accept-invitation",
            "log-in",
            "see-people",
            "close-account",
            "change-password"
        ]
    );
    assert!(log.entries.iter().all(|entry| !entry.detail.contains(PASSWORD)));
    let verified = queries::audit::verify(&desk, &anna, START).await.unwrap();
    assert!(matches!(verified, Verified::Whole { entries: 11, .. }), "{verified:?}");
    let mine = Search { actor: "bert".into(), words: "SESSION".into(), ..Search::default() };
    assert_eq!(queries::audit::log(&desk, &anna, &mine, START).await.unwrap().entries.len(), 1);
}

#[tokio::test]
async fn the_machine_itself_is_the_way_back() {
    let (desk, _folder, _) = started().await;
    let key = first_start::rescue(&desk, "Anna", START).await.unwrap();
    first_start::accept(&desk, &key, "four green pumps", &desk_of("10.0.4.9"), START).await.unwrap();
    try_login(&desk, "anna", "four green pumps", "", START).await.unwrap();
    assert_eq!(refusal(try_login(&desk, "anna", PASSWORD, "", START).await), Refusal::WrongLogin);
    assert!(matches!(first_start::rescue(&desk, "bert", START).await, Err(ActionError::NotFound)));
}
