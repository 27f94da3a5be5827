//! Pages for what did not work. What is not there and what one may not see look the same; what went wrong inside is told
//! to the log alone.

use actions::{ActionError, Refusal};
use askama::Template;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};

use super::{App, Visitor};
use crate::pages::Frame;

/// Why a page cannot be shown.
#[derive(Debug, Clone)]
pub enum Failure {
    /// It is not there, or not for this person.
    NotFound,
    /// Whoever it is must log in first.
    LogIn,
    /// The form did not come from one of our pages, or from one that is too old.
    Foreign,
    /// The form cannot be read.
    Unreadable,
    /// The form is too large.
    TooLarge,
    /// A rule says no.
    Refused(Refusal),
    /// It took too long, or the database cannot be used for now.
    Busy,
    /// Something is broken; the text is for the log.
    Broken(String),
}

impl Failure {
    /// From the status that reading a form ended with.
    pub(super) fn of_status(status: StatusCode) -> Failure {
        if status == StatusCode::PAYLOAD_TOO_LARGE { Failure::TooLarge } else { Failure::Unreadable }
    }

    fn status(&self) -> StatusCode {
        match self {
            Failure::NotFound => StatusCode::NOT_FOUND,
            Failure::LogIn => StatusCode::UNAUTHORIZED,
            Failure::Foreign => StatusCode::FORBIDDEN,
            Failure::Unreadable => StatusCode::BAD_REQUEST,
            Failure::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Failure::Refused(Refusal::Slowed { .. }) => StatusCode::TOO_MANY_REQUESTS,
            Failure::Refused(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Failure::Busy => StatusCode::SERVICE_UNAVAILABLE,
            Failure::Broken(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }
}

impl From<ActionError> for Failure {
    fn from(error: ActionError) -> Failure {
        match error {
            ActionError::Forbidden | ActionError::NotFound => Failure::NotFound,
            ActionError::Refused(refusal) => Failure::Refused(refusal),
            ActionError::Store(error) if error.may_pass() => Failure::Busy,
            error @ (ActionError::Store(_) | ActionError::System { .. }) => {
                Failure::Broken(error.to_string())
            }
        }
    }
}

impl IntoResponse for Failure {
    /// The status alone; what is around all handlers knows the visitor and makes the page.
    fn into_response(self) -> Response {
        let mut answer = self.status().into_response();
        answer.extensions_mut().insert(self);
        answer
    }
}

/// Makes a page of an answer that failed; others stay as they are.
pub(super) fn dress(app: &App, visitor: &Visitor, mut answer: Response) -> Response {
    match answer.extensions_mut().remove::<Failure>() {
        Some(failure) => show(app, visitor, failure),
        None if answer.status() == StatusCode::PAYLOAD_TOO_LARGE => show(app, visitor, Failure::TooLarge),
        None if answer.status() == StatusCode::BAD_REQUEST => show(app, visitor, Failure::Unreadable),
        None => answer,
    }
}

/// The page of a failure.
pub(super) fn show(app: &App, visitor: &Visitor, failure: Failure) -> Response {
    if let Failure::Broken(why) = &failure {
        (app.report)(&format!("{}: {why}", visitor.path));
    }
    let status = failure.status();
    if visitor.is_program || visitor.path.starts_with("/api/") {
        let reason = status.canonical_reason().unwrap_or("failed").to_lowercase();
        return (status, axum::Json(serde_json::json!({ "error": reason }))).into_response();
    }
    if matches!(failure, Failure::LogIn) {
        return Redirect::to(&format!("/login{}", crate::pages::login::back_to(&visitor.path)))
            .into_response();
    }
    let page = FailurePage::of(visitor, &failure);
    let Ok(html) = page.render() else { return status.into_response() };
    let mut answer = (status, axum::response::Html(html)).into_response();
    if let Failure::Refused(Refusal::Slowed { seconds }) = failure {
        answer.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    answer
}

#[derive(Template)]
#[template(path = "failure.html")]
struct FailurePage {
    frame: Frame,
    text: String,
}

impl FailurePage {
    fn of(visitor: &Visitor, failure: &Failure) -> FailurePage {
        let language = visitor.look.language;
        let t = crate::page_texts::page_texts(language);
        let (title, text) = match failure {
            Failure::NotFound | Failure::LogIn => (t.not_found_title, t.not_found.to_string()),
            Failure::Foreign => (t.foreign_title, t.foreign.to_string()),
            Failure::Unreadable => (t.unreadable_title, t.unreadable.to_string()),
            Failure::TooLarge => (t.too_large_title, t.too_large.to_string()),
            Failure::Refused(refusal) => (t.refused_title, crate::page_texts::refusal(*refusal, language)),
            Failure::Busy => (t.busy_title, t.busy.to_string()),
            Failure::Broken(_) => (t.broken_title, t.broken.to_string()),
        };
        FailurePage { frame: Frame::of(visitor, title), text }
    }
}
