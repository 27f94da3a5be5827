//! People: who has an account, with which role; adding, inviting, closing.

use actions::changes::{first_start, people};
use actions::queries::people::{Person, everybody};
use actions::{Refusal, Right, Role};
use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};

use super::{Frame, page};
use crate::Language;
use crate::page_texts::{self, moment, page_texts};
use crate::server::{App, Failure, Member, Posted};
use crate::shown;

#[derive(Template)]
#[template(path = "people.html")]
struct PeoplePage {
    frame: Frame,
    may_manage: bool,
    /// A link that was just made, and for whom.
    link: Option<(String, String)>,
    rows: Vec<Row>,
    roles: Vec<(&'static str, &'static str)>,
    rights: Vec<(&'static str, Vec<bool>)>,
}

struct Row {
    account: i64,
    name: String,
    full_name: String,
    role: &'static str,
    choices: Vec<(&'static str, &'static str, bool)>,
    has_second_factor: bool,
    last_login: Option<String>,
    state: &'static str,
    is_closed: bool,
    is_other: bool,
}

/// The list.
pub(crate) async fn show(State(app): State<App>, member: Member) -> Result<Response, Failure> {
    view(&app, &member, None).await
}

/// One change, by the button that was pressed.
pub(crate) async fn change(
    State(app): State<App>,
    member: Member,
    posted: Posted,
) -> Result<Response, Failure> {
    let (desk, who, now) = (&app.desk, &member.who, app.now());
    // Without the right, the form is answered as if it were not there, whatever is in it.
    who.need(Right::ManagePeople)?;
    let role = || posted.text("role").parse::<Role>().map_err(|()| Failure::Unreadable);
    if posted.text("do") == "add" {
        let name = posted.text("name");
        let account = people::add(desk, who, name, posted.text("full_name"), role()?, now).await?;
        let key = first_start::invite(desk, who, account, now).await?;
        return view(&app, &member, Some((account, key))).await;
    }
    let account = posted.number("account").ok_or(Failure::Unreadable)?;
    match posted.text("do") {
        "role" => people::give_role(desk, who, account, role()?, now).await?,
        "close" => people::close(desk, who, account, now).await?,
        "reopen" => people::reopen(desk, who, account, now).await?,
        "link" if account == who.account => return Err(Failure::Refused(Refusal::OwnAccount)),
        "link" => {
            let key = first_start::invite(desk, who, account, now).await?;
            return view(&app, &member, Some((account, key))).await;
        }
        _ => return Err(Failure::Unreadable),
    }
    Ok(Redirect::to("/people").into_response())
}

async fn view(app: &App, member: &Member, link: Option<(i64, String)>) -> Result<Response, Failure> {
    let people = everybody(&app.desk, &member.who, app.now()).await?;
    let language = member.visitor.look.language;
    let frame = Frame::with_plant(app, &member.visitor, page_texts(language).people).await?;
    let link = link.and_then(|(account, key)| {
        let person = people.iter().find(|person| person.account == account)?;
        Some((shown::name(&person.full_name), format!("/invitation/{key}")))
    });
    let rights = Right::ALL.iter().map(|right| {
        let held = Role::ALL.iter().map(|role| role.rights().contains(right)).collect();
        (page_texts::right(*right, language), held)
    });
    page(&PeoplePage {
        may_manage: member.who.may(Right::ManagePeople),
        link,
        rows: people.iter().map(|person| row(person, member.who.account, language)).collect(),
        roles: Role::ALL.iter().map(|role| (role.as_str(), page_texts::role(*role, language))).collect(),
        rights: rights.collect(),
        frame,
    })
}

fn row(person: &Person, own: i64, language: Language) -> Row {
    let t = page_texts(language);
    let state = match (person.closed_at, person.has_password) {
        (Some(_), _) => t.state_closed,
        (None, true) => t.state_open,
        (None, false) => t.state_invited,
    };
    let choice = |role: &Role| (role.as_str(), page_texts::role(*role, language), person.role == Some(*role));
    Row {
        account: person.account,
        name: shown::name(&person.name),
        full_name: shown::name(&person.full_name),
        role: person.role.map_or("", |role| page_texts::role(role, language)),
        choices: Role::ALL.iter().map(choice).collect(),
        has_second_factor: person.has_second_factor,
        last_login: person.last_login_at.map(moment),
        state,
        is_closed: person.closed_at.is_some(),
        is_other: person.account != own,
    }
}
