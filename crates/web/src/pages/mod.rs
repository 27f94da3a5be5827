//! The pages: each one handler file, one view struct, one template of the same name, one line here.

mod account;
mod appearance;
mod audit;
mod first_start;
pub(crate) mod login;
mod people;
mod settings;
mod start;

use actions::{ActionError, Right};
use askama::Template;
use axum::Router;
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{get, post};

use crate::page_texts::{PageTexts, page_texts};
use crate::server::{App, Failure, Visitor};

/// Every page's route.
pub(crate) fn routes() -> Router<App> {
    Router::new()
        .route("/", get(start::show))
        .route("/login", get(login::show).post(login::enter))
        .route("/logout", post(login::leave))
        .route("/first-start/{key}", get(first_start::show).post(first_start::become_administrator))
        .route("/invitation/{key}", get(first_start::show).post(first_start::accept))
        .route("/enter/{key}", get(first_start::enter))
        .route("/account", get(account::show))
        .route("/account/password", post(account::change_password))
        .route("/account/second-factor", post(account::second_factor))
        .route("/account/sessions", post(account::end_sessions))
        .route("/account/tokens", post(account::tokens))
        .route("/appearance", post(appearance::choose))
        .route("/people", get(people::show).post(people::change))
        .route("/audit", get(audit::show).post(audit::verify))
        .route("/settings", get(settings::show).post(settings::save))
        .route("/api/whoami", get(account::whoami))
}

/// A page of the navigation: its address, the right it takes, its name.
type Destination = (&'static str, Right, fn(&PageTexts) -> &'static str);

/// The pages that the navigation leads to.
const NAVIGATION: &[Destination] = &[
    ("/", Right::SeePlant, |t| t.start),
    ("/people", Right::SeePeople, |t| t.people),
    ("/audit", Right::SeeAudit, |t| t.audit),
    ("/settings", Right::ManageSettings, |t| t.settings),
];

/// One link of the navigation.
#[derive(Debug, Clone)]
pub(crate) struct NavigationLink {
    pub href: &'static str,
    pub text: &'static str,
    pub is_here: bool,
}

/// What every page shows around its content.
#[derive(Debug, Clone)]
pub(crate) struct Frame {
    pub t: &'static PageTexts,
    pub code: &'static str,
    pub theme: &'static str,
    pub title: String,
    pub plant: String,
    pub person: String,
    pub token: String,
    pub path: String,
    pub navigation: Vec<NavigationLink>,
    pub css: &'static str,
    pub script: &'static str,
    pub icon: &'static str,
}

impl Frame {
    /// The frame of a page for this visitor.
    pub(crate) fn of(visitor: &Visitor, title: &str) -> Frame {
        let t = page_texts(visitor.look.language);
        let who = visitor.who.as_ref();
        let may = |right| who.is_some_and(|who| who.may(right));
        let open = NAVIGATION.iter().filter(|(_, right, _)| may(*right));
        let navigation = open.map(|&(href, _, text)| {
            let is_here = visitor.path == href;
            NavigationLink { href, text: text(t), is_here }
        });
        Frame {
            t,
            code: visitor.look.language.code(),
            theme: visitor.look.theme.as_str(),
            title: title.to_string(),
            plant: String::new(),
            person: who.map(|who| crate::shown::name(&who.full_name)).unwrap_or_default(),
            token: visitor.token(),
            path: visitor.path.clone(),
            navigation: navigation.collect(),
            css: crate::server::pages_css(),
            script: crate::server::pages_script(),
            icon: crate::server::icon(),
        }
    }

    /// The same with the plant's name, for who may see the plant.
    pub(crate) async fn with_plant(app: &App, visitor: &Visitor, title: &str) -> Result<Frame, Failure> {
        let mut frame = Frame::of(visitor, title);
        if let Some(who) = &visitor.who {
            frame.plant = match actions::queries::settings::plant_name(&app.desk, who).await {
                Ok(name) => crate::shown::name(&name),
                Err(ActionError::Forbidden) => String::new(),
                Err(error) => return Err(error.into()),
            };
        }
        Ok(frame)
    }
}

/// Renders a page.
pub(crate) fn page(view: &impl Template) -> Result<Response, Failure> {
    let html = view.render().map_err(|error| Failure::Broken(format!("a template failed: {error}")))?;
    Ok(Html(html).into_response())
}
