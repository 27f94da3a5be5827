//! Who comes: a person with a session, a program with a token, or a stranger at the door; and how she likes her pages.

use actions::changes::{login, session, tokens};
use actions::{ActionError, Who, secrets};
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;

use super::{App, Failure, Peer};
use crate::Language;

/// Cookie of a session; behind TLS its prefix keeps it to this host, this path and TLS (RFC 6265bis, 4.1.3.2).
const SESSION: &str = "sluice";
const SESSION_SECURE: &str = "__Host-sluice";
/// Cookie of a stranger, which ties the form of the door to her browser.
const DOOR: &str = "sluice-door";
/// Cookies of the look.
const LANGUAGE: &str = "sluice-language";
const THEME: &str = "sluice-theme";
/// Longest header that is looked through for cookies, in bytes.
const COOKIES_BYTES_MAX: usize = 8 * 1024;

/// Light, dark, or as the system says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Theme {
    /// As the system says.
    #[default]
    System,
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
}

impl Theme {
    /// Its word in forms and cookies.
    pub const fn as_str(self) -> &'static str {
        match self {
            Theme::System => "system",
            Theme::Light => "light",
            Theme::Dark => "dark",
        }
    }

    fn read(word: &str) -> Theme {
        match word {
            "light" => Theme::Light,
            "dark" => Theme::Dark,
            _ => Theme::System,
        }
    }
}

/// How somebody likes her pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Look {
    /// The language.
    pub language: Language,
    /// The colours.
    pub theme: Theme,
}

/// Who comes.
#[derive(Debug, Clone)]
pub struct Visitor {
    /// Who she is; none for a stranger.
    pub who: Option<Who>,
    /// True for a program with a token: it gets no pages.
    pub is_program: bool,
    /// How she likes her pages.
    pub look: Look,
    /// Where she is.
    pub path: String,
    /// The secret that her forms' tokens are made of: her session's, or the door's.
    secret: String,
    /// A cookie of the door that she does not have yet.
    is_new_at_door: bool,
}

/// Somebody who is logged in. Strangers are sent to the door.
#[derive(Debug, Clone)]
pub struct Member {
    /// Who.
    pub who: Who,
    /// Everything else about her.
    pub visitor: Visitor,
}

/// From where somebody comes, for the log.
#[derive(Debug, Clone, Default)]
pub struct Door {
    /// Address and browser.
    pub place: login::Place,
    /// The secret of the session that the browser holds, whether it is over or not.
    pub before: Option<String>,
}

impl Visitor {
    /// Somebody of whom nothing is known, for answers when the database fails.
    pub(super) fn stranger(headers: &HeaderMap, path: &str) -> Visitor {
        let (look, path) = (look(headers), path.to_string());
        Visitor { who: None, is_program: false, look, path, secret: String::new(), is_new_at_door: false }
    }

    /// The token for her forms.
    pub fn token(&self) -> String {
        secrets::fingerprint(&format!("form {}", self.secret))
    }

    /// Whether a form came from a page that was made for her.
    pub fn is_own_token(&self, token: &str) -> bool {
        !self.secret.is_empty() && secrets::same(token.as_bytes(), self.token().as_bytes())
    }

    /// Gives a new stranger the door's cookie.
    pub(super) fn leave_mark(&self, app: &App, mut answer: Response) -> Response {
        if self.is_new_at_door {
            set_cookie(answer.headers_mut(), DOOR, &self.secret, app.is_secure, "");
        }
        answer
    }
}

/// Sets the cookie of a session: for this site alone, out of the reach of scripts, gone with the browser.
pub(crate) fn remember_session(app: &App, mut answer: Response, secret: &str) -> Response {
    let name = if app.is_secure { SESSION_SECURE } else { SESSION };
    set_cookie(answer.headers_mut(), name, secret, app.is_secure, "");
    answer
}

/// Removes the cookie of a session.
pub(crate) fn forget_session(app: &App, mut answer: Response) -> Response {
    let name = if app.is_secure { SESSION_SECURE } else { SESSION };
    set_cookie(answer.headers_mut(), name, "", app.is_secure, "; Max-Age=0");
    answer
}

/// Keeps the look for a year.
pub(crate) fn remember_look(app: &App, mut answer: Response, look: Look) -> Response {
    for (name, value) in [(LANGUAGE, look.language.code()), (THEME, look.theme.as_str())] {
        set_cookie(answer.headers_mut(), name, value, app.is_secure, "; Max-Age=31536000");
    }
    answer
}

/// The look that a form asks for; words it does not know change nothing.
pub(crate) fn chosen_look(now: Look, language: &str, theme: &str) -> Look {
    let language = match language {
        "en" => Language::English,
        "de" => Language::German,
        _ => now.language,
    };
    Look { language, theme: if theme.is_empty() { now.theme } else { Theme::read(theme) } }
}

/// Finds out who comes.
pub(super) async fn identify(app: &App, headers: &HeaderMap, path: &str) -> Result<Visitor, ActionError> {
    let mut visitor = Visitor::stranger(headers, path);
    let bearer = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    if let Some(token) = bearer.and_then(|value| value.strip_prefix("Bearer ")) {
        visitor.is_program = true;
        visitor.who = tokens::who(&app.desk, token.trim(), app.now()).await?;
        return Ok(visitor);
    }
    if let Some(secret) = session_secret(app, headers) {
        visitor.who = session::who(&app.desk, &secret, app.now()).await?;
        if visitor.who.is_some() {
            visitor.secret = secret;
            return Ok(visitor);
        }
    }
    match cookie(headers, DOOR).filter(|secret| secret.len() == 64) {
        Some(secret) => visitor.secret = secret.to_string(),
        None => {
            visitor.secret = secrets::secret()?;
            visitor.is_new_at_door = true;
        }
    }
    Ok(visitor)
}

fn session_secret(app: &App, headers: &HeaderMap) -> Option<String> {
    let name = if app.is_secure { SESSION_SECURE } else { SESSION };
    cookie(headers, name).filter(|secret| secret.len() == 64).map(str::to_string)
}

fn look(headers: &HeaderMap) -> Look {
    let wanted =
        headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let language = match cookie(headers, LANGUAGE) {
        Some("de") => Language::German,
        Some("en") => Language::English,
        _ if wanted.get(..2).is_some_and(|code| code.eq_ignore_ascii_case("de")) => Language::German,
        _ => Language::English,
    };
    Look { language, theme: Theme::read(cookie(headers, THEME).unwrap_or_default()) }
}

fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let lines = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = lines.filter(|line| line.len() <= COOKIES_BYTES_MAX).flat_map(|line| line.split(';'));
    pairs.find_map(|pair| pair.trim().split_once('=').filter(|(key, _)| *key == name).map(|(_, value)| value))
}

fn set_cookie(headers: &mut HeaderMap, name: &str, value: &str, is_secure: bool, more: &str) {
    let secure = if is_secure { "; Secure" } else { "" };
    let text = format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax{secure}{more}");
    if let Ok(value) = HeaderValue::from_str(&text) {
        headers.append(header::SET_COOKIE, value);
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Visitor {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Visitor, Failure> {
        parts.extensions.get::<Visitor>().cloned().ok_or(Failure::NotFound)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Member {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Member, Failure> {
        let visitor = Visitor::from_request_parts(parts, state).await?;
        match visitor.who.clone() {
            Some(who) => Ok(Member { who, visitor }),
            None => Err(Failure::LogIn),
        }
    }
}

impl FromRequestParts<App> for Door {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Door, Failure> {
        let address = parts.extensions.get::<Peer>().map(|peer| peer.0.ip().to_canonical().to_string());
        let agent = parts.headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok());
        let place = login::Place {
            address: address.unwrap_or_else(|| "unknown".to_string()),
            agent: agent.unwrap_or_default().to_string(),
        };
        Ok(Door { place, before: session_secret(app, &parts.headers) })
    }
}
