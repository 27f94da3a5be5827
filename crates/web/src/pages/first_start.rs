//! Links that open once: the first administrator, an invitation, the demonstration's door.

use actions::ActionError;
use actions::changes::first_start::{self, Opens};
use actions::changes::login::Entered;
use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};

use super::{Frame, page};
use crate::page_texts::{page_texts, refusal};
use crate::server::{App, Door, Failure, Posted, Visitor, remember_session};

#[derive(Template)]
#[template(path = "first_start.html")]
struct FirstStartPage {
    frame: Frame,
    problem: Option<String>,
    /// Whom the invitation is for; none at the first start.
    invited: Option<(String, String)>,
    name: String,
    full_name: String,
}

/// The form behind a link.
pub(crate) async fn show(
    State(app): State<App>,
    visitor: Visitor,
    Path(key): Path<String>,
) -> Result<Response, Failure> {
    let opens = first_start::look(&app.desk, &key, app.now()).await?;
    page(&FirstStartPage::of(&visitor, opens, None, "", "")?)
}

/// Makes the first administrator.
pub(crate) async fn become_administrator(
    State(app): State<App>,
    visitor: Visitor,
    door: Door,
    Path(key): Path<String>,
    posted: Posted,
) -> Result<Response, Failure> {
    let (name, full_name) = (posted.text("name"), posted.text("full_name"));
    let made = first_start::make_administrator(
        &app.desk,
        &key,
        name,
        full_name,
        posted.text("password"),
        &door.place,
        app.now(),
    );
    let made = made.await;
    finish(&app, &visitor, &key, made, name, full_name).await
}

/// Sets an invited person's password.
pub(crate) async fn accept(
    State(app): State<App>,
    visitor: Visitor,
    door: Door,
    Path(key): Path<String>,
    posted: Posted,
) -> Result<Response, Failure> {
    let accepted =
        first_start::accept(&app.desk, &key, posted.text("password"), &door.place, app.now()).await;
    finish(&app, &visitor, &key, accepted, "", "").await
}

/// Straight in, for the demonstration.
pub(crate) async fn enter(
    State(app): State<App>,
    door: Door,
    Path(key): Path<String>,
) -> Result<Response, Failure> {
    let entered = first_start::enter(&app.desk, &key, &door.place, app.now()).await?;
    Ok(remember_session(&app, Redirect::to("/").into_response(), &entered.secret))
}

/// Goes in, or shows the form again with what to mend.
async fn finish(
    app: &App,
    visitor: &Visitor,
    key: &str,
    entered: Result<Entered, ActionError>,
    name: &str,
    full_name: &str,
) -> Result<Response, Failure> {
    match entered {
        Ok(entered) => Ok(remember_session(app, Redirect::to("/").into_response(), &entered.secret)),
        Err(ActionError::Refused(why)) => {
            let opens = first_start::look(&app.desk, key, app.now()).await?;
            let problem = refusal(why, visitor.look.language);
            let form = page(&FirstStartPage::of(visitor, opens, Some(problem), name, full_name)?)?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, form).into_response())
        }
        Err(error) => Err(error.into()),
    }
}

impl FirstStartPage {
    fn of(
        visitor: &Visitor,
        opens: Opens,
        problem: Option<String>,
        name: &str,
        full_name: &str,
    ) -> Result<FirstStartPage, Failure> {
        let t = page_texts(visitor.look.language);
        let (title, invited) = match opens {
            Opens::FirstStart => (t.first_title, None),
            Opens::Invitation { name, full_name } => {
                (t.invited_title, Some((crate::shown::name(&name), crate::shown::name(&full_name))))
            }
            Opens::Entry => return Err(Failure::NotFound),
        };
        Ok(FirstStartPage {
            frame: Frame::of(visitor, title),
            problem,
            invited,
            name: crate::shown::name(name),
            full_name: crate::shown::name(full_name),
        })
    }
}
