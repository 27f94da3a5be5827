//! One's own account: password, second factor, sessions, tokens.

use std::collections::BTreeSet;

use actions::changes::{people, second_factor, session, tokens};
use actions::queries::people::own;
use actions::{Right, Who};
use askama::Template;
use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use qrcodegen::{QrCode, QrCodeEcc};

use super::{Frame, page};
use crate::page_texts::{self, moment, page_texts};
use crate::server::{App, Failure, Member, Posted, remember_session};
use crate::shown;

/// Life of a token that the form proposes, in days.
const TOKEN_DAYS: i64 = 90;

#[derive(Template)]
#[template(path = "account.html")]
struct AccountPage {
    frame: Frame,
    name: String,
    full_name: String,
    role: &'static str,
    has_second_factor: bool,
    recovery_left: i64,
    sessions: Vec<SessionRow>,
    tokens: Vec<TokenRow>,
    /// Rights that a token may be given; empty for who may make none.
    scope: Vec<(&'static str, &'static str)>,
    days: i64,
    shown: Shown,
}

/// What is shown just once.
#[derive(Default)]
struct Shown {
    recovery: Vec<String>,
    token: Option<String>,
    setup: Option<Setup>,
}

/// A second factor on offer.
struct Setup {
    key: String,
    side: i32,
    path: String,
}

struct SessionRow {
    id: i64,
    since: String,
    seen: String,
    address: String,
    agent: String,
    is_this: bool,
}

struct TokenRow {
    id: i64,
    name: String,
    rights: String,
    ends: String,
    used: Option<String>,
}

/// The page.
pub(crate) async fn show(State(app): State<App>, member: Member) -> Result<Response, Failure> {
    view(&app, &member, Shown::default()).await
}

/// Changes the password; the session goes on under a new secret.
pub(crate) async fn change_password(
    State(app): State<App>,
    member: Member,
    posted: Posted,
) -> Result<Response, Failure> {
    let (present, new) = (posted.text("present"), posted.text("password"));
    let secret = people::change_password(&app.desk, &member.who, present, new, app.now()).await?;
    Ok(remember_session(&app, Redirect::to("/account").into_response(), &secret))
}

/// Proposes a second factor, switches it on, or off.
pub(crate) async fn second_factor(
    State(app): State<App>,
    member: Member,
    posted: Posted,
) -> Result<Response, Failure> {
    let (desk, who, now) = (&app.desk, &member.who, app.now());
    match posted.text("do") {
        "propose" => {
            let setup = setup(second_factor::propose()?, &who.name);
            view(&app, &member, Shown { setup: Some(setup), ..Shown::default() }).await
        }
        "on" => {
            let (key, code) = (posted.text("key"), posted.text("code"));
            let on = second_factor::switch_on(desk, who, key, code, now).await?;
            let answer = view(&app, &member, Shown { recovery: on.recovery, ..Shown::default() }).await?;
            Ok(remember_session(&app, answer, &on.session))
        }
        "off" => {
            let secret = second_factor::switch_off(desk, who, posted.text("present"), now).await?;
            Ok(remember_session(&app, Redirect::to("/account").into_response(), &secret))
        }
        _ => Err(Failure::Unreadable),
    }
}

/// Ends one session, or all but this one.
pub(crate) async fn end_sessions(
    State(app): State<App>,
    member: Member,
    posted: Posted,
) -> Result<Response, Failure> {
    match posted.number("session") {
        Some(id) => session::end(&app.desk, &member.who, id, app.now()).await?,
        None => session::end_others(&app.desk, &member.who, app.now()).await?,
    }
    Ok(Redirect::to("/account").into_response())
}

/// Makes a token, or takes one back.
pub(crate) async fn tokens(
    State(app): State<App>,
    member: Member,
    posted: Posted,
) -> Result<Response, Failure> {
    if let Some(id) = posted.number("take_back") {
        tokens::take_back(&app.desk, &member.who, id, app.now()).await?;
        return Ok(Redirect::to("/account").into_response());
    }
    let scope: BTreeSet<Right> = posted.all("scope").filter_map(|right| right.parse().ok()).collect();
    let days = posted.number("days").unwrap_or(0);
    let token = tokens::make(&app.desk, &member.who, posted.text("name"), &scope, days, app.now()).await?;
    view(&app, &member, Shown { token: Some(token), ..Shown::default() }).await
}

/// For programs: who the token is, and what it may do.
pub(crate) async fn whoami(member: Member) -> Json<serde_json::Value> {
    let rights = rights(&member.who);
    let words: Vec<&str> = rights.iter().map(|right| right.as_str()).collect();
    Json(serde_json::json!({ "name": member.who.name, "rights": words }))
}

fn rights(who: &Who) -> Vec<Right> {
    Right::ALL.iter().copied().filter(|right| who.may(*right)).collect()
}

async fn view(app: &App, member: &Member, shown: Shown) -> Result<Response, Failure> {
    let own = own(&app.desk, &member.who).await?;
    let language = member.visitor.look.language;
    let frame = Frame::with_plant(app, &member.visitor, page_texts(language).account_title).await?;
    let name_of = |word: &str| word.parse().map_or("", |right| page_texts::right(right, language));
    let may_make = member.who.may(Right::MakeTokens);
    let scope = rights(&member.who).into_iter().filter(|_| may_make);
    page(&AccountPage {
        name: shown::name(&own.person.name),
        full_name: shown::name(&own.person.full_name),
        role: own.person.role.map_or("", |role| page_texts::role(role, language)),
        has_second_factor: own.person.has_second_factor,
        recovery_left: own.recovery_codes,
        sessions: own
            .sessions
            .iter()
            .map(|session| SessionRow {
                id: session.id,
                since: moment(session.created_at),
                seen: moment(session.seen_at),
                address: shown::name(&session.address),
                agent: shown::name(&session.agent),
                is_this: Some(session.id) == member.who.session,
            })
            .collect(),
        tokens: own
            .tokens
            .iter()
            .map(|token| TokenRow {
                id: token.id,
                name: shown::name(&token.name),
                rights: token.scope.split(' ').map(name_of).collect::<Vec<&str>>().join(", "),
                ends: moment(token.expires_at),
                used: token.used_at.map(moment),
            })
            .collect(),
        scope: scope.map(|right| (right.as_str(), page_texts::right(right, language))).collect(),
        days: TOKEN_DAYS,
        shown,
        frame,
    })
}

/// The picture of a proposed secret, as squares of one path.
fn setup(key: String, name: &str) -> Setup {
    let address = second_factor::address(&key, name);
    let (mut side, mut path) = (0, String::new());
    if let Ok(code) = QrCode::encode_text(&address, QrCodeEcc::Medium) {
        side = code.size();
        let dark =
            (0..side).flat_map(|y| (0..side).map(move |x| (x, y))).filter(|&(x, y)| code.get_module(x, y));
        path = dark.map(|(x, y)| format!("M{x} {y}h1v1h-1z")).collect();
    }
    Setup { key, side, path }
}
