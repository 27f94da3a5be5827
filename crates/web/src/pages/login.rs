//! The door: log in and log out.

use actions::ActionError;
use actions::changes::login::{Login, log_in};
use actions::changes::session;
use askama::Template;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};

use super::{Frame, page};
use crate::page_texts::{page_texts, refusal};
use crate::server::{App, Door, Failure, Member, Posted, Visitor, forget_session, remember_session};

/// Longest address to go back to, in bytes.
const BACK_BYTES_MAX: usize = 1_000;

#[derive(Template)]
#[template(path = "login.html")]
struct LoginPage {
    frame: Frame,
    problem: Option<String>,
    name: String,
    back: String,
}

/// Where to go after the login.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub(crate) struct Back {
    back: String,
}

/// The form; who is logged in is sent on.
pub(crate) async fn show(visitor: Visitor, Query(Back { back }): Query<Back>) -> Result<Response, Failure> {
    if visitor.who.is_some() {
        return Ok(Redirect::to(inside(&back)).into_response());
    }
    page(&LoginPage::of(&visitor, None, "", &back))
}

/// Name, password and code.
pub(crate) async fn enter(
    State(app): State<App>,
    visitor: Visitor,
    door: Door,
    posted: Posted,
) -> Result<Response, Failure> {
    let login = Login {
        name: posted.text("name").to_string(),
        password: posted.text("password").to_string(),
        code: posted.text("code").to_string(),
        before: door.before,
    };
    let back = posted.text("back");
    match log_in(&app.desk, &login, &door.place, app.now()).await {
        Ok(entered) => {
            let answer = Redirect::to(inside(back)).into_response();
            Ok(remember_session(&app, answer, &entered.secret))
        }
        Err(ActionError::Refused(why)) => {
            let status = match why {
                actions::Refusal::Slowed { .. } => StatusCode::TOO_MANY_REQUESTS,
                _ => StatusCode::UNPROCESSABLE_ENTITY,
            };
            let problem = refusal(why, visitor.look.language);
            let form = page(&LoginPage::of(&visitor, Some(problem), &login.name, back))?;
            Ok((status, form).into_response())
        }
        Err(error) => Err(error.into()),
    }
}

/// Ends the session.
pub(crate) async fn leave(State(app): State<App>, member: Member, _: Posted) -> Result<Response, Failure> {
    session::log_out(&app.desk, &member.who, app.now()).await?;
    Ok(forget_session(&app, Redirect::to("/login").into_response()))
}

/// An address of our own, from what a form says; the start page where it is none.
pub(crate) fn local(back: &str) -> &str {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/-_.~?=&%+,:".contains(&byte);
    let is_local = back.starts_with('/')
        && !back.starts_with("//")
        && back.len() <= BACK_BYTES_MAX
        && back.bytes().all(plain);
    if is_local { back } else { "/" }
}

/// Where to go once logged in: not to a door again.
fn inside(back: &str) -> &str {
    let doors = ["/login", "/logout", "/enter", "/first-start", "/invitation"];
    if doors.iter().any(|door| back.starts_with(door)) { "/" } else { local(back) }
}

/// The query that brings somebody back to where she wanted to go.
pub(crate) fn back_to(path: &str) -> String {
    match inside(path) {
        "/" => String::new(),
        path => format!("?back={path}"),
    }
}

impl LoginPage {
    fn of(visitor: &Visitor, problem: Option<String>, name: &str, back: &str) -> LoginPage {
        let frame = Frame::of(visitor, page_texts(visitor.look.language).login_title);
        LoginPage { frame, problem, name: crate::shown::name(name), back: inside(back).to_string() }
    }
}

#[cfg(test)]
mod tests {
    use super::{inside, local};

    #[test]
    fn nobody_is_sent_to_another_site() {
        assert_eq!(local("/people?page=2"), "/people?page=2");
        let elsewhere =
            ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "", "/a b"];
        for back in elsewhere {
            assert_eq!(local(back), "/", "{back}");
        }
        assert_eq!(inside("/logout"), "/");
    }
}
