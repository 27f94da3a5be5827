//! The server in a real browser, as the first person at a new installation meets it: the printed link, the form, the
//! start page, and every page from there, in both languages, light and dark, at a desk and on a telephone.
//! `SLUICE_PAGES=folder` leaves pictures there.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use browser::{Page, audit, or_skip};

/// A running server; it ends when it is dropped.
struct Server {
    process: Child,
    link: String,
    base: String,
}

impl Server {
    /// Starts it and reads what it prints up to the link.
    fn start(arguments: &[&str], data: Option<&Path>) -> Server {
        let mut command = Command::new(env!("CARGO_BIN_EXE_sluice"));
        command.args(arguments).args(["--listen", "127.0.0.1:0"]).stdin(Stdio::null()).stdout(Stdio::piped());
        if let Some(data) = data {
            command.arg("--data").arg(data);
        }
        let mut process = command.spawn().unwrap();
        let lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let link = lines
            .map(|line| line.unwrap().trim().to_string())
            .find(|line| line.starts_with("http"))
            .expect("the link is printed");
        let base = link.splitn(4, '/').take(3).collect::<Vec<&str>>().join("/");
        Server { process, link, base }
    }

    fn address(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        _ = self.process.kill();
        _ = self.process.wait();
    }
}

/// Types into the field with this id.
fn fill(page: &Page<'_>, id: &str, text: &str) {
    page.click(&format!("#{id}")).unwrap();
    page.type_text(text).unwrap();
}

fn press_main(page: &Page<'_>) {
    page.load_by(|| page.click("button.main")).unwrap();
}

/// Everything that a person needs to be able to use the page, and that it asks nobody else.
fn look(page: &Page<'_>, server: &Server, name: &str) -> Vec<String> {
    let mut problems = audit::everywhere(page, name).unwrap();
    let foreign = page.requests().into_iter().filter(|address| !address.starts_with(&server.base));
    problems.extend(foreign.map(|address| format!("{name}: asks {address}")));
    problems
}

/// Chooses a language by the form at the foot, as a person does.
fn speak(page: &Page<'_>, language: &str) {
    let choose = format!(
        "(() => {{ const it = document.querySelector('select[name=language]'); it.value = '{language}'; it.dispatchEvent(new Event('change', {{ bubbles: true }})); }})()"
    );
    if page.evaluate("document.documentElement.lang").unwrap() != language {
        page.load_by(|| page.evaluate(&choose).map(drop)).unwrap();
    }
    assert_eq!(page.evaluate("document.documentElement.lang").unwrap(), language);
}

#[test]
fn from_the_first_start_to_every_page() {
    let Some(browser) = or_skip("the server's pages in a browser") else { return };
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(&["serve"], Some(&folder.path().join("data")));
    let page = browser.page().unwrap();
    page.viewport(1280, 800).unwrap();
    let mut problems = Vec::new();
    page.open(&server.link).unwrap();
    for language in ["de", "en"] {
        speak(&page, language);
        problems.extend(look(&page, &server, &format!("first-start-{language}")));
    }
    page.viewport(1280, 800).unwrap();
    fill(&page, "name", "anna");
    fill(&page, "full_name", "Anna Weber");
    fill(&page, "password", "three blue valves");
    press_main(&page);
    assert_eq!(page.evaluate("location.pathname").unwrap(), "/");
    assert_eq!(page.evaluate("document.querySelector('.me a').textContent").unwrap(), "Anna Weber");
    for language in ["en", "de"] {
        speak(&page, language);
        for path in ["/", "/account", "/people", "/audit", "/settings", "/no-such-page"] {
            page.open(&server.address(path)).unwrap();
            let name = format!("server{}-{language}", path.replace('/', "-"));
            // A page that is not there is answered with 404, which the browser notes; that is no fault of the page.
            let found = look(&page, &server, &name);
            problems.extend(found.into_iter().filter(|it| path != "/no-such-page" || !it.contains("404")));
        }
    }
    page.viewport(1280, 800).unwrap();
    for path in ["/account", "/people"] {
        page.open(&server.address(path)).unwrap();
        let (stops, wrong) = audit::keyboard(&page, 200).unwrap();
        assert!(stops > 8, "{path}: {stops} stops");
        problems.extend(wrong.into_iter().map(|it| format!("{path} by keyboard: {it}")));
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn a_second_factor_and_an_invitation_by_page() {
    let Some(browser) = or_skip("second factor and invitation in a browser") else { return };
    let server = Server::start(&["demo"], None);
    let page = browser.page().unwrap();
    page.viewport(1280, 800).unwrap();
    page.open(&server.link).unwrap();
    assert_eq!(page.evaluate("location.pathname").unwrap(), "/");
    page.open(&server.address("/account")).unwrap();
    page.load_by(|| page.click("section[aria-labelledby=factor-title] button")).unwrap();
    let mut problems = look(&page, &server, "second-factor");
    page.open(&server.address("/people")).unwrap();
    fill(&page, "name", "vera");
    press_main(&page);
    let link = page.evaluate("document.querySelector('[data-address]').textContent").unwrap();
    let link = link.as_str().unwrap().to_string();
    assert!(link.starts_with(&format!("{}/invitation/", server.base)), "{link}");
    problems.extend(look(&page, &server, "invited"));
    let other = browser.page().unwrap();
    other.open(&link).unwrap();
    problems.extend(look(&other, &server, "invitation"));
    other.viewport(1280, 800).unwrap();
    fill(&other, "password", "four green pumps");
    press_main(&other);
    assert_eq!(other.evaluate("document.querySelector('h1').textContent").unwrap(), "The plant");
    assert_eq!(
        other.evaluate("document.querySelectorAll('nav a').length").unwrap(),
        1,
        "a viewer has one page"
    );
    let stranger = browser.page().unwrap();
    stranger.open(&server.address("/people")).unwrap();
    assert_eq!(stranger.evaluate("location.pathname + location.search").unwrap(), "/login?back=/people");
    problems.extend(look(&stranger, &server, "login"));
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}
