//! A server in this process: requests go straight to its router, over a real store, with a clock of their own.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};

use actions::changes::first_start;
use actions::{Desk, Role, Who};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode, header};
use model::Timestamp;
use tempfile::TempDir;
use tower::ServiceExt as _;
use web::server::{App, Peer, router};

/// Longest page that is read.
const PAGE_BYTES_MAX: usize = 4_000_000;
pub const PASSWORD: &str = "three blue valves";
pub const HOUR: i64 = 3_600_000_000_000;

/// A server and its clock.
pub struct Ground {
    pub desk: Desk,
    pub clock: Arc<AtomicI64>,
    pub faults: Arc<Mutex<Vec<String>>>,
    router: Router,
    _folder: TempDir,
}

/// An answer, read whole.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: header::HeaderMap,
    pub text: String,
}

/// A browser: it keeps cookies.
pub struct Browser<'a> {
    ground: &'a Ground,
    pub cookies: BTreeMap<String, String>,
    pub address: &'static str,
}

impl Ground {
    pub async fn new() -> Ground {
        Ground::with(false).await
    }

    pub async fn with(is_secure: bool) -> Ground {
        let folder = tempfile::tempdir().unwrap();
        let desk = Desk::open(folder.path().join("data").to_str().unwrap()).await.unwrap();
        let clock = Arc::new(AtomicI64::new(1_767_225_600_000_000_000));
        let faults: Arc<Mutex<Vec<String>>> = Arc::default();
        let (hand, log) = (Arc::clone(&clock), Arc::clone(&faults));
        let now = Arc::new(move || Timestamp(hand.load(Ordering::SeqCst)));
        let report = Arc::new(move |fault: &str| log.lock().unwrap().push(fault.to_string()));
        let router = router(App::new(desk.clone(), now, report, is_secure));
        Ground { desk, clock, faults, router, _folder: folder }
    }

    pub fn now(&self) -> Timestamp {
        Timestamp(self.clock.load(Ordering::SeqCst))
    }

    pub fn browser(&self) -> Browser<'_> {
        Browser { ground: self, cookies: BTreeMap::new(), address: "10.0.4.9:50000" }
    }

    pub async fn send(&self, request: Request<Body>) -> Answer {
        let answer = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = answer.into_parts();
        let body = to_bytes(body, PAGE_BYTES_MAX).await.unwrap();
        Answer {
            status: parts.status,
            headers: parts.headers,
            text: String::from_utf8(body.to_vec()).unwrap(),
        }
    }

    /// The first administrator's browser, logged in.
    pub async fn administrator(&self) -> Browser<'_> {
        let key = first_start::first_key(&self.desk, self.now()).await.unwrap().unwrap();
        let mut browser = self.browser();
        let path = format!("/first-start/{key}");
        let fields = [("name", "anna"), ("full_name", "Anna Weber"), ("password", PASSWORD)];
        let answer = browser.fill(&path, &path, &fields).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
        browser
    }

    /// Somebody invited, logged in.
    pub async fn person(&self, name: &str, role: Role) -> Browser<'_> {
        let (sluice, now) = (Who::sluice(), self.now());
        let id = actions::changes::people::add(&self.desk, &sluice, name, "", role, now).await.unwrap();
        let key = first_start::invite(&self.desk, &sluice, id, now).await.unwrap();
        let mut browser = self.browser();
        let path = format!("/invitation/{key}");
        let answer = browser.fill(&path, &path, &[("password", PASSWORD)]).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
        browser
    }
}

impl Browser<'_> {
    pub fn request(&self, method: &str, path: &str) -> axum::http::request::Builder {
        let cookies: Vec<String> =
            self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        Request::builder()
            .method(method)
            .uri(path)
            .header("host", "sluice.plant")
            .header("cookie", cookies.join("; "))
            .extension(Peer(self.address.parse().unwrap()))
    }

    pub async fn keep(&mut self, request: Request<Body>) -> Answer {
        let answer = self.ground.send(request).await;
        for cookie in answer.headers.get_all(header::SET_COOKIE) {
            let pair = cookie.to_str().unwrap().split(';').next().unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            self.cookies.insert(name.to_string(), value.to_string());
        }
        answer
    }

    pub async fn get(&mut self, path: &str) -> Answer {
        let request = self.request("GET", path).body(Body::empty()).unwrap();
        self.keep(request).await
    }

    /// Sends a form as it stands.
    pub async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let request = self
            .request("POST", path)
            .header("content-type", "application/x-www-form-urlencoded")
            .header("sec-fetch-site", "same-origin")
            .body(Body::from(encoded(fields)))
            .unwrap();
        self.keep(request).await
    }

    /// Opens a page, and sends a form with the token that stands in it.
    pub async fn fill(&mut self, page: &str, to: &str, fields: &[(&str, &str)]) -> Answer {
        let token = token(&self.get(page).await.text);
        let mut fields = fields.to_vec();
        fields.push(("token", &token));
        self.post(to, &fields).await
    }
}

/// The token of the forms of a page.
pub fn token(page: &str) -> String {
    let at = page.split("name=\"token\" value=\"").nth(1).unwrap_or_else(|| panic!("no form: {page}"));
    at.split('"').next().unwrap().to_string()
}

pub fn encoded(fields: &[(&str, &str)]) -> String {
    let escape = |text: &str| text.bytes().map(|byte| format!("%{byte:02X}")).collect::<String>();
    let pairs: Vec<String> =
        fields.iter().map(|(name, value)| format!("{}={}", escape(name), escape(value))).collect();
    pairs.join("&")
}
