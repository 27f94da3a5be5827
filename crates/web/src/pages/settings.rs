//! Settings: how the program works for everybody.

use actions::changes::settings::name_plant;
use actions::queries::settings::{Settings, settings};
use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};

use super::{Frame, page};
use crate::page_texts::page_texts;
use crate::server::{App, Failure, Member, Posted};

#[derive(Template)]
#[template(path = "settings.html")]
struct SettingsPage {
    frame: Frame,
    settings: Settings,
}

/// The form.
pub(crate) async fn show(State(app): State<App>, member: Member) -> Result<Response, Failure> {
    let settings = settings(&app.desk, &member.who).await?;
    let frame =
        Frame::with_plant(&app, &member.visitor, page_texts(member.visitor.look.language).settings).await?;
    page(&SettingsPage { frame, settings })
}

/// Stores what was entered.
pub(crate) async fn save(
    State(app): State<App>,
    member: Member,
    posted: Posted,
) -> Result<Response, Failure> {
    name_plant(&app.desk, &member.who, posted.text("plant_name"), app.now()).await?;
    Ok(Redirect::to("/settings").into_response())
}
