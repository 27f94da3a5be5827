//! The audit log: who did what, filtered, and whether its chain holds.

use actions::queries::audit;
use actions::{Search, Verified};
use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;

use super::{Frame, page};
use crate::page_texts::{moment, page_texts};
use crate::server::{App, Failure, Member, Posted};
use crate::shown;

#[derive(Template)]
#[template(path = "audit.html")]
struct AuditPage {
    frame: Frame,
    verified: Option<Result<(String, String), (String, String)>>,
    filter: Filter,
    actions: Vec<(String, bool)>,
    rows: Vec<Row>,
    older: Option<String>,
}

/// What is looked for, as the address says it.
#[derive(Debug, Clone, Default, serde::Deserialize)]
#[serde(default)]
pub(crate) struct Filter {
    actor: String,
    action: String,
    words: String,
    before: Option<i64>,
}

struct Row {
    number: i64,
    at: String,
    actor: String,
    action: String,
    subject: String,
    detail: String,
    hash: String,
}

/// The entries that fit.
pub(crate) async fn show(
    State(app): State<App>,
    member: Member,
    Query(filter): Query<Filter>,
) -> Result<Response, Failure> {
    view(&app, &member, filter, None).await
}

/// The same with the chain checked.
pub(crate) async fn verify(State(app): State<App>, member: Member, _: Posted) -> Result<Response, Failure> {
    let verified = audit::verify(&app.desk, &member.who, app.now()).await?;
    view(&app, &member, Filter::default(), Some(verified)).await
}

async fn view(
    app: &App,
    member: &Member,
    filter: Filter,
    verified: Option<Verified>,
) -> Result<Response, Failure> {
    let search = Search {
        actor: filter.actor.trim().to_string(),
        action: filter.action.clone(),
        words: filter.words.trim().to_string(),
        before: filter.before,
    };
    let log = audit::log(&app.desk, &member.who, &search, app.now()).await?;
    let language = member.visitor.look.language;
    let frame = Frame::with_plant(app, &member.visitor, page_texts(language).audit).await?;
    let rows = log.entries.iter().map(|entry| Row {
        number: entry.number,
        at: moment(entry.at),
        actor: shown::name(&entry.actor),
        action: shown::name(&entry.action),
        subject: shown::sentence(&entry.subject),
        detail: shown::sentence(&entry.detail),
        hash: entry.hash.get(..12).unwrap_or_default().to_string(),
    });
    let older = log.older.map(|before| {
        let query = [("actor", &search.actor), ("action", &search.action), ("words", &search.words)];
        let pairs: Vec<String> =
            query.iter().map(|(name, value)| format!("{name}={}", encoded(value))).collect();
        format!("/audit?{}&before={before}", pairs.join("&"))
    });
    page(&AuditPage {
        frame,
        verified: verified.map(|verified| match verified {
            Verified::Whole { entries, head } => Ok((language.number(entries), head)),
            Verified::Broken { number, why } => Err((number.to_string(), why)),
        }),
        actions: log.actions.into_iter().map(|action| (action.clone(), action == filter.action)).collect(),
        filter,
        rows: rows.collect(),
        older,
    })
}

/// Text in a query (RFC 3986, 2.1).
fn encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                encoded.push(char::from(byte))
            }
            _ => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    encoded
}
