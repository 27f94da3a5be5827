//! Every page as the empty plant, the administrator and a reader without rights see it, and what attackers of pages try.

mod ground;
#[path = "../pages/markup.rs"]
mod markup;

use std::sync::atomic::Ordering;

use actions::{Role, Search, Who};
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use ground::{Ground, HOUR, PASSWORD, encoded, token};

/// The pages that everybody with an account has, and those that take a right.
const OPEN: [&str; 2] = ["/", "/account"];
const CLOSED: [&str; 3] = ["/people", "/audit", "/settings"];

#[tokio::test]
async fn a_stranger_gets_neither_page_nor_hint() {
    let ground = Ground::new().await;
    for path in OPEN.iter().chain(&CLOSED).chain(&["/no-such-page", "/people/1", "/audit/../people"]) {
        let answer = ground.browser().get(path).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{path}");
        assert!(answer.headers["location"].to_str().unwrap().starts_with("/login"), "{path}");
        assert_eq!(answer.text, "", "{path}");
    }
    let login = ground.browser().get("/login").await;
    assert_eq!(login.status, StatusCode::OK);
    assert!(!login.text.contains("/people"));
    assert_eq!(ground.browser().get("/api/whoami").await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(ground.browser().get("/health").await.text, "ok\n");
}

#[tokio::test]
async fn the_administrator_sees_every_page_in_both_languages() {
    let ground = Ground::new().await;
    let mut browser = ground.administrator().await;
    for language in ["en", "de"] {
        browser.fill("/", "/appearance", &[("language", language), ("theme", "dark"), ("back", "/")]).await;
        for path in OPEN.iter().chain(&CLOSED) {
            let answer = browser.get(path).await;
            assert_eq!(answer.status, StatusCode::OK, "{path}");
            let start = format!("<html lang=\"{language}\" data-theme=\"dark\">");
            assert!(answer.text.contains(&start), "{path} in {language}");
            let markup = markup::read(&answer.text).unwrap_or_else(|problem| panic!("{path}: {problem}"));
            assert!(!markup.attributes.iter().any(|it| it.starts_with("on") || it == "style"), "{path}");
            assert!(!answer.text.contains("<style") && !answer.text.contains("<script>"), "{path}");
            for own in CLOSED {
                assert!(answer.text.contains(&format!("href=\"{own}\"")), "{path} leads to {own}");
            }
        }
    }
    assert!(ground.faults.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_reader_without_rights_is_told_nothing() {
    let ground = Ground::new().await;
    ground.administrator().await;
    let mut reader = ground.person("vera", Role::Viewer).await;
    let missing = reader.get("/no-such-page").await;
    assert_eq!(missing.status, StatusCode::NOT_FOUND);
    for path in CLOSED {
        let answer = reader.get(path).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
        let same = answer.text.replace(path, "") == missing.text.replace("/no-such-page", "");
        assert!(same, "{path} looks other than a page that is not there");
    }
    for path in OPEN {
        let answer = reader.get(path).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}");
        assert!(CLOSED.iter().all(|closed| !answer.text.contains(closed)), "{path}");
        assert!(!answer.text.contains("anna"), "{path}");
    }
    let tries: [(&str, &[(&str, &str)]); 4] = [
        ("/people", &[("do", "add"), ("name", "mallory"), ("role", "administrator")]),
        ("/people", &[("do", "close"), ("account", "1")]),
        ("/settings", &[("plant_name", "taken")]),
        ("/account/tokens", &[("name", "t"), ("days", "9"), ("scope", "see-plant")]),
    ];
    for (path, fields) in tries {
        assert_eq!(reader.fill("/", path, fields).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    assert_eq!(reader.fill("/", "/audit", &[]).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn every_answer_carries_its_headers() {
    let ground = Ground::new().await;
    let mut browser = ground.administrator().await;
    for path in ["/", "/account", "/no-such-page", "/health", "/login", "/assets/none.css"] {
        let headers = browser.get(path).await.headers;
        assert_eq!(headers["content-security-policy"], web::server::CONTENT_POLICY, "{path}");
        assert_eq!(headers["x-frame-options"], "DENY", "{path}");
        assert_eq!(headers["x-content-type-options"], "nosniff", "{path}");
        assert_eq!(headers["cache-control"], "no-store", "{path}");
        assert!(!headers.contains_key(header::CONTENT_ENCODING), "{path}");
    }
    let policy = web::server::CONTENT_POLICY;
    assert!(!policy.contains("unsafe") && policy.contains("frame-ancestors 'none'"));
    let page = browser.get("/").await.text;
    for asset in page.split('"').filter(|it| it.starts_with("/assets/")) {
        let answer = browser.get(asset).await;
        assert_eq!(answer.status, StatusCode::OK, "{asset}");
        assert!(answer.headers["cache-control"].to_str().unwrap().contains("immutable"), "{asset}");
    }
}

#[tokio::test]
async fn a_session_cannot_be_fixed_and_ends() {
    let ground = Ground::with(true).await;
    ground.administrator().await;
    let mut browser = ground.browser();
    let planted = "a".repeat(64);
    browser.cookies.insert("__Host-sluice".into(), planted.clone());
    let answer = browser.fill("/login", "/login", &[("name", "anna"), ("password", PASSWORD)]).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    let cookie = answer.headers[header::SET_COOKIE].to_str().unwrap();
    for part in ["__Host-sluice=", "HttpOnly", "Secure", "SameSite=Lax", "Path=/"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    let first = browser.cookies["__Host-sluice"].clone();
    assert_ne!(first, planted);
    // Another login in the same browser: a new secret, and the old one is worth nothing.
    browser.cookies.remove("sluice-door");
    let mut again = ground.browser();
    again.fill("/login", "/login", &[("name", "anna"), ("password", PASSWORD)]).await;
    assert_ne!(again.cookies["__Host-sluice"], first);
    // A change of the password gives this session a new secret and ends the others.
    let fields = [("present", PASSWORD), ("password", "four green pumps")];
    assert_eq!(browser.fill("/account", "/account/password", &fields).await.status, StatusCode::SEE_OTHER);
    assert_ne!(browser.cookies["__Host-sluice"], first);
    assert_eq!(again.get("/account").await.status, StatusCode::SEE_OTHER);
    assert_eq!(browser.get("/account").await.status, StatusCode::OK);
    ground.clock.fetch_add(HOUR + 1, Ordering::SeqCst);
    assert_eq!(browser.get("/account").await.status, StatusCode::SEE_OTHER, "idle for an hour");
}

#[tokio::test]
async fn forms_from_elsewhere_change_nothing() {
    let ground = Ground::new().await;
    let mut browser = ground.administrator().await;
    let own = token(&browser.get("/settings").await.text);
    let mut other = ground.person("vera", Role::Administrator).await;
    let theirs = token(&other.get("/settings").await.text);
    for wrong in ["", "guess", theirs.as_str()] {
        let answer = browser.post("/settings", &[("plant_name", "taken"), ("token", wrong)]).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN);
    }
    let from = [
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
        ("origin", "https://evil.example"),
        ("origin", "null"),
    ];
    for (name, value) in from {
        let request = browser
            .request("POST", "/settings")
            .header("content-type", "application/x-www-form-urlencoded")
            .header(name, value)
            .body(Body::from(encoded(&[("plant_name", "taken"), ("token", &own)])))
            .unwrap();
        assert_eq!(browser.keep(request).await.status, StatusCode::FORBIDDEN, "{name}: {value}");
    }
    assert!(!browser.get("/settings").await.text.contains("taken"));
    let answer = browser.post("/settings", &[("plant_name", "Filling line 3"), ("token", &own)]).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    assert!(browser.get("/").await.text.contains("Filling line 3"));
    // The door is guarded as well: nobody logs another person into an account of her own.
    let answer = ground.browser().post("/login", &[("name", "anna"), ("password", PASSWORD)]).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn ten_thousand_tries_at_the_door_are_slowed() {
    let ground = Ground::new().await;
    let mut anna = ground.administrator().await;
    let mut guesser = ground.browser();
    guesser.address = "10.6.6.6:50000";
    let door = token(&guesser.get("/login").await.text);
    let mut answers = [0, 0];
    for _ in 0..10_000 {
        let fields = [("name", "anna"), ("password", "guess"), ("token", door.as_str())];
        let answer = guesser.post("/login", &fields).await;
        match answer.status {
            StatusCode::UNPROCESSABLE_ENTITY => answers[0] += 1,
            StatusCode::TOO_MANY_REQUESTS => answers[1] += 1,
            other => panic!("{other}"),
        }
    }
    assert_eq!(answers, [8, 9_992]);
    assert_eq!(anna.get("/").await.status, StatusCode::OK);
    let mut herself = ground.browser();
    let answer = herself.fill("/login", "/login", &[("name", "anna"), ("password", PASSWORD)]).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "she comes in from her own place at once");
    let search = Search { action: "slow-logins".into(), ..Search::default() };
    let log =
        actions::queries::audit::log(&ground.desk, &Who::sluice(), &search, ground.now()).await.unwrap();
    assert_eq!(log.entries.len(), 1);
}

#[tokio::test]
async fn hostile_requests_are_refused() {
    let ground = Ground::new().await;
    let mut browser = ground.administrator().await;
    let paths = [
        "/assets/..%2f..%2fCargo.toml",
        "/assets/%2e%2e/%2e%2e/etc/passwd",
        "/assets/",
        "//evil.example/",
        "/invitation/%00",
        "/enter/x",
        "/first-start/../settings",
        "/audit?before=x",
    ];
    for path in paths {
        let status = browser.get(path).await.status;
        assert!(status.is_client_error(), "{path}: {status}");
    }
    let own = token(&browser.get("/settings").await.text);
    let large = "x".repeat(100_000);
    let answer = browser.post("/settings", &[("plant_name", &large), ("token", &own)]).await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
    let many: Vec<(&str, &str)> =
        std::iter::repeat_n(("a", ""), 5_000).chain([("token", own.as_str())]).collect();
    assert!(browser.post("/settings", &many).await.status.is_client_error());
    let request = browser.request("POST", "/settings").header("content-type", "text/plain");
    let answer = browser.keep(request.body(Body::from("plant_name=x")).unwrap()).await;
    assert!(answer.status.is_client_error(), "{}", answer.status);
    let request = browser.request("DELETE", "/settings").body(Body::empty()).unwrap();
    assert!(browser.keep(request).await.status.is_client_error());
    let hostile = "<script>alert(1)</script>\u{202e}\"'";
    browser.post("/settings", &[("plant_name", hostile), ("token", &own)]).await;
    let page = browser.get("/").await.text;
    assert!(!page.contains("<script>alert") && !page.contains('\u{202e}'));
    assert!(ground.faults.lock().unwrap().is_empty(), "{:?}", ground.faults);
}

#[tokio::test]
async fn a_token_lets_a_program_in_as_far_as_it_reaches() {
    let ground = Ground::new().await;
    let mut browser = ground.administrator().await;
    let fields = [("name", "export"), ("days", "30"), ("scope", "see-plant"), ("scope", "export")];
    let page = browser.fill("/account", "/account/tokens", &fields).await.text;
    let secret = page.split("sluice_").nth(1).unwrap().split('<').next().unwrap();
    let secret = format!("sluice_{secret}");
    assert!(!browser.get("/account").await.text.contains(&secret), "it is shown once");
    let ask = |path: &str, secret: &str| {
        let request = Request::builder().uri(path).header("authorization", format!("Bearer {secret}"));
        request.body(Body::empty()).unwrap()
    };
    let answer = ground.send(ask("/api/whoami", &secret)).await;
    assert_eq!(answer.text, "{\"name\":\"anna/export\",\"rights\":[\"see-plant\",\"export\"]}");
    assert_eq!(ground.send(ask("/people", &secret)).await.status, StatusCode::NOT_FOUND);
    for wrong in ["sluice_0", "", "x", &browser.cookies["sluice"]] {
        assert_eq!(ground.send(ask("/api/whoami", wrong)).await.status, StatusCode::UNAUTHORIZED);
    }
    ground.clock.fetch_add(31 * 24 * HOUR, Ordering::SeqCst);
    assert_eq!(ground.send(ask("/api/whoami", &secret)).await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_second_factor_is_set_up_by_page() {
    let ground = Ground::new().await;
    let mut browser = ground.administrator().await;
    let page = browser.fill("/account", "/account/second-factor", &[("do", "propose")]).await.text;
    assert!(page.contains("<svg class=\"qr\""));
    let key = page.split("name=\"key\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_string();
    let code = actions::changes::second_factor::code_at(&key, ground.now()).unwrap();
    let before = browser.cookies["sluice"].clone();
    let fields = [("do", "on"), ("key", key.as_str()), ("code", code.as_str())];
    let page = browser.fill("/account", "/account/second-factor", &fields).await;
    assert_eq!(page.status, StatusCode::OK);
    assert_eq!(page.text.matches("<li><code>").count(), 8, "recovery codes are shown");
    assert_ne!(browser.cookies["sluice"], before);
    assert_eq!(browser.get("/account").await.status, StatusCode::OK);
    let mut other = ground.browser();
    let answer = other.fill("/login", "/login", &[("name", "anna"), ("password", PASSWORD)]).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "a password alone is not enough");
}

#[tokio::test]
async fn the_audit_page_filters_and_checks() {
    let ground = Ground::new().await;
    let mut browser = ground.administrator().await;
    ground.person("vera", Role::Viewer).await;
    let page = browser.get("/audit?actor=vera&action=&words=").await.text;
    assert!(page.contains("accept-invitation") && !page.contains("<td>become-administrator</td>"));
    let page = browser.fill("/audit", "/audit", &[]).await.text;
    assert!(page.contains("The chain is whole"), "{page}");
}

/// Compares a page with its stored rendering; secrets, paths and hashes of files differ each time and are left out.
fn check_stored(name: &str, html: &str) {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/server").join(name);
    let html = without_secrets(html);
    if std::env::var_os("SLUICE_UPDATE").is_some() {
        std::fs::write(&path, &html).unwrap();
    }
    let stored = std::fs::read_to_string(&path).unwrap_or_default();
    let line = stored.lines().zip(html.lines()).position(|(old, new)| old != new);
    assert!(stored == html, "{name} differs from line {line:?} on; look at it, then set SLUICE_UPDATE=1");
}

/// Long hexadecimal numbers become dots, and so does the data folder.
fn without_secrets(html: &str) -> String {
    let mut plain = String::with_capacity(html.len());
    let mut digits = String::new();
    for letter in html.chars().chain(std::iter::once('\n')) {
        if letter.is_ascii_hexdigit() {
            digits.push(letter);
            continue;
        }
        plain.push_str(if digits.len() >= 12 { "..." } else { &digits });
        digits.clear();
        plain.push(letter);
    }
    match plain.split_once("<dd><code>") {
        Some((before, after)) => {
            let after = after.split_once("</code>").map(|(_, after)| after).unwrap_or_default();
            format!("{before}<dd><code>(folder)</code>{after}")
        }
        None => plain,
    }
}

#[tokio::test]
async fn stored_renderings() {
    let ground = Ground::new().await;
    let mut anna = ground.administrator().await;
    let mut vera = ground.person("vera", Role::Viewer).await;
    for language in ["en", "de"] {
        for browser in [&mut anna, &mut vera] {
            browser.fill("/", "/appearance", &[("language", language), ("back", "/")]).await;
        }
        for path in OPEN.iter().chain(&CLOSED) {
            let name = path.trim_start_matches('/');
            let name = if name.is_empty() { "start" } else { name };
            check_stored(&format!("{name}.{language}.expect"), &anna.get(path).await.text);
        }
        check_stored(&format!("start.reader.{language}.expect"), &vera.get("/").await.text);
        check_stored(&format!("people.reader.{language}.expect"), &vera.get("/people").await.text);
        let mut stranger = ground.browser();
        stranger.cookies.insert("sluice-language".into(), language.into());
        check_stored(&format!("login.{language}.expect"), &stranger.get("/login").await.text);
    }
}
