//! The start page: what the plant is, and what to do first.

use actions::Right;
use actions::queries::{people, settings};
use askama::Template;
use axum::extract::State;
use axum::response::Response;

use super::{Frame, page};
use crate::page_texts::page_texts;
use crate::server::{App, Failure, Member};

#[derive(Template)]
#[template(path = "start.html")]
struct StartPage {
    frame: Frame,
    steps: Vec<Step>,
}

/// Something to do first.
struct Step {
    is_done: bool,
    href: &'static str,
    text: &'static str,
    why: &'static str,
}

/// The page.
pub(crate) async fn show(State(app): State<App>, member: Member) -> Result<Response, Failure> {
    let t = page_texts(member.visitor.look.language);
    let frame = Frame::with_plant(&app, &member.visitor, t.start_title).await?;
    let own = people::own(&app.desk, &member.who).await?;
    let mut steps = vec![Step {
        is_done: own.person.has_second_factor,
        href: "/account",
        text: t.step_second_factor,
        why: t.step_second_factor_why,
    }];
    if member.who.may(Right::ManageSettings) {
        let is_done = !settings::settings(&app.desk, &member.who).await?.plant_name.is_empty();
        steps.push(Step { is_done, href: "/settings", text: t.step_name, why: t.step_name_why });
    }
    if member.who.may(Right::ManagePeople) {
        let is_done = people::count(&app.desk, &member.who).await? > 1;
        steps.push(Step { is_done, href: "/people", text: t.step_people, why: t.step_people_why });
    }
    page(&StartPage { frame, steps })
}
