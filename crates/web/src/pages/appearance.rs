//! Language and colours, chosen at the foot of every page.

use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};

use super::login::local;
use crate::server::{App, Posted, Visitor, chosen_look, remember_look};

/// Remembers the choice and goes back to where it was made.
pub(crate) async fn choose(State(app): State<App>, visitor: Visitor, posted: Posted) -> Response {
    let look = chosen_look(visitor.look, posted.text("language"), posted.text("theme"));
    remember_look(&app, Redirect::to(local(posted.text("back"))).into_response(), look)
}
