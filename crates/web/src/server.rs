//! The server: who comes in from where, what every answer carries, and how it ends.
//!
//! Handlers live in `pages`, one file each; this is what is around all of them. The clock is handed in. No answer is
//! compressed, so that the length of an answer tells nothing of the secrets in it.

mod assets;
mod failure;
mod headers;
mod listen;
mod posted;
pub mod tls;
mod visitor;

use std::sync::Arc;
use std::time::Duration;

use actions::Desk;
use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use model::Timestamp;

pub(crate) use assets::{icon, pages_css, pages_script};
pub use failure::Failure;
pub use headers::CONTENT_POLICY;
pub use listen::{Peer, run};
pub use posted::Posted;
pub use visitor::{Door, Look, Member, Theme, Visitor};
pub(crate) use visitor::{chosen_look, forget_session, remember_look, remember_session};

/// Longest form, in bytes; routes that take captures set their own.
pub const FORM_BYTES_MAX: usize = 64 * 1024;
/// Longest time for one answer; streams set their own pace afterwards.
const ANSWER_TIME_MAX: Duration = Duration::from_secs(30);

/// Tells the time; `sluice` hands in the real clock.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;
/// Where faults are told that no visitor may see.
pub type Report = Arc<dyn Fn(&str) + Send + Sync>;

/// What every handler has at hand.
#[derive(Clone)]
pub struct App {
    /// The one way in.
    pub desk: Desk,
    /// True behind TLS: cookies then never travel without it.
    pub is_secure: bool,
    clock: Clock,
    report: Report,
}

impl App {
    /// What the pages need.
    pub fn new(desk: Desk, clock: Clock, report: Report, is_secure: bool) -> App {
        App { desk, is_secure, clock, report }
    }

    /// This moment.
    pub fn now(&self) -> Timestamp {
        (self.clock)()
    }
}

/// All pages, with everything around them.
pub fn router(app: App) -> Router {
    crate::pages::routes()
        .route("/assets/{name}", axum::routing::get(assets::serve))
        .route("/health", axum::routing::get(health))
        .fallback(missing)
        .method_not_allowed_fallback(missing)
        .layer(DefaultBodyLimit::max(FORM_BYTES_MAX))
        .layer(middleware::from_fn_with_state(app.clone(), around))
        .with_state(app)
}

/// Whether the program is there and its database answers; nothing more is told to whom nobody knows.
async fn health(State(app): State<App>) -> Response {
    match actions::queries::health::is_well(&app.desk).await {
        true => (StatusCode::OK, "ok\n").into_response(),
        false => (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer\n").into_response(),
    }
}

/// Nothing is there. Who is not logged in is sent to the door, so that nobody learns what there is.
async fn missing(visitor: Visitor) -> Failure {
    if visitor.who.is_some() || visitor.is_program { Failure::NotFound } else { Failure::LogIn }
}

/// What is around every handler: who comes, from which site, how long it may take, and what every answer carries.
async fn around(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let path = request.uri().path().to_string();
    let is_asset = path.starts_with("/assets/");
    let is_bare = is_asset || path == "/health";
    let answer = if is_bare {
        next.run(request).await
    } else {
        let headers = request.headers().clone();
        match visitor::identify(&app, &headers, &path).await {
            Err(error) => {
                let visitor = Visitor::stranger(&headers, &path);
                failure::show(&app, &visitor, Failure::from(error))
            }
            Ok(visitor) => {
                request.extensions_mut().insert(visitor.clone());
                let foreign = !request.method().is_safe() && !is_same_site(&headers);
                let answer = match foreign {
                    true => Failure::Foreign.into_response(),
                    false => tokio::time::timeout(ANSWER_TIME_MAX, next.run(request))
                        .await
                        .unwrap_or_else(|_| Failure::Busy.into_response()),
                };
                visitor.leave_mark(&app, failure::dress(&app, &visitor, answer))
            }
        }
    };
    headers::add(answer, is_asset)
}

/// Whether a form comes from our own pages: the browser's word for it, else the address it names as its origin. A
/// program that names neither holds no cookie of a browser, and needs the form's token anyway.
fn is_same_site(headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or("unreadable"));
    if let Some(site) = text("sec-fetch-site") {
        return site == "same-origin" || site == "none";
    }
    match (text("origin"), text("host")) {
        (None, _) => true,
        (Some(origin), Some(host)) => origin.split_once("://").is_some_and(|(_, from)| from == host),
        (Some(_), None) => false,
    }
}
