//! `sluice analyze --format html` over the reference plant, opened in a real browser as the person at the plant would:
//! read at a desk and on a telephone, light and dark, walked through with the keyboard. `SLUICE_PAGES=folder` leaves
//! pictures there.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use browser::{Key, audit, or_skip};
use tempfile::TempDir;

/// Stops of the keyboard that are walked; the whole reference plant has fewer.
const STOPS_MAX: usize = 2_000;

/// The page of the reference plant, as a file that lives as long as the folder.
fn report(language: &str) -> (TempDir, PathBuf) {
    let plant = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../plants/filling-line/capture.pcap");
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("plant.html");
    let done = Command::new(env!("CARGO_BIN_EXE_sluice"))
        .args(["analyze", "--quiet", "--format", "html", "--language", language, "--output"])
        .args([&file, &plant])
        .stdin(Stdio::null())
        .status()
        .unwrap();
    assert!(done.success());
    (folder, file)
}

#[test]
fn the_report_is_readable_in_every_window_and_asks_for_nothing() {
    let Some(browser) = or_skip("the report of the reference plant in a browser") else { return };
    let page = browser.page().unwrap();
    for language in ["en", "de"] {
        let (_folder, file) = report(language);
        page.open_file(&file).unwrap();
        assert_eq!(page.evaluate("document.documentElement.lang").unwrap(), language);
        let mut problems = audit::everywhere(&page, &format!("filling-line-{language}")).unwrap();
        problems.extend(audit::scripts(&page).unwrap());
        // What waits behind a click is read too, and so is what a link has just led to.
        page.evaluate("document.querySelectorAll('details').forEach(it => it.open = true)").unwrap();
        page.evaluate("location.hash = '#f1'").unwrap();
        problems.extend(audit::everywhere(&page, &format!("filling-line-{language}-open")).unwrap());
        assert!(problems.is_empty(), "{}", problems.join("\n"));
        let asked = page.requests();
        assert!(asked.iter().all(|address| address.starts_with("file://")), "{asked:?}");
        assert_eq!(asked.len(), 1, "the page alone is loaded: {asked:?}");
    }
}

#[test]
fn one_purdue_map_is_in_sight_at_each_width() {
    let Some(browser) = or_skip("the Purdue map in a browser") else { return };
    let page = browser.page().unwrap();
    let (_folder, file) = report("en");
    page.open_file(&file).unwrap();
    for (width, height) in audit::WINDOWS {
        page.viewport(width, height).unwrap();
        let map = page
            .evaluate(
                "[...document.querySelectorAll('#map svg')].filter(it => it.checkVisibility()).map(it => { const box = it.getBoundingClientRect(); \
                 return { width: box.width, height: box.height, boxes: it.querySelectorAll('.pm-box').length, names: [...it.querySelectorAll('.pm-name')].map(it => it.textContent).join(' ') }; })",
            )
            .unwrap();
        assert_eq!(map.as_array().map(Vec::len), Some(1), "{width}: {map}");
        assert!(map[0]["width"].as_f64() > Some(0.85 * f64::from(width)), "{width}: {map}");
        assert!(map[0]["height"].as_f64() > Some(300.0), "{width}: {map}");
        assert!(map[0]["boxes"].as_u64() > Some(4), "{width}: {map}");
        for level in ["Process", "Control", "Supervision", "Industrial DMZ", "Business"] {
            let names = map[0]["names"].as_str().unwrap_or_default();
            assert!(level.split(' ').all(|word| names.contains(word)), "{width}: {level} in {map}");
        }
    }
}

#[test]
fn the_keyboard_reaches_everything_in_order() {
    let Some(browser) = or_skip("the report by keyboard in a browser") else { return };
    let page = browser.page().unwrap();
    let (_folder, file) = report("en");
    for (width, height) in audit::WINDOWS {
        page.viewport(width, height).unwrap();
        page.open_file(&file).unwrap();
        let (stops, problems) = audit::keyboard(&page, STOPS_MAX).unwrap();
        assert!(stops > 50 && stops <= STOPS_MAX, "{stops} stops");
        assert!(problems.is_empty(), "{width}: {}", problems.join("\n"));
    }
}

#[test]
fn links_open_what_is_folded_and_enter_opens_details() {
    let Some(browser) = or_skip("links of the report in a browser") else { return };
    let page = browser.page().unwrap();
    let (_folder, file) = report("en");
    page.viewport(1280, 800).unwrap();
    page.open_file(&file).unwrap();
    // The first stop skips to the content.
    page.press(Key::Tab).unwrap();
    assert_eq!(page.evaluate("document.activeElement.className").unwrap(), "skip");
    page.press(Key::Enter).unwrap();
    page.wait_until("location.hash === '#summary' && scrollY > 0").unwrap();
    // A link into a folded part unfolds it and brings it into sight.
    let folded = page
        .evaluate(
            "(() => { document.querySelectorAll('details').forEach(it => it.open = false); \
             const link = [...document.querySelectorAll('main a[href^=\"#\"]')].find(it => it.checkVisibility() && !document.getElementById(it.hash.slice(1)).checkVisibility()); \
             if (!link) return null; link.focus(); return link.hash; })()",
        )
        .unwrap();
    let target = folded.as_str().unwrap_or_else(|| panic!("no link leads into a folded part: {folded}"));
    page.press(Key::Enter).unwrap();
    page.wait_until(&format!(
        "(() => {{ const it = document.querySelector('{target}'); const box = it.getBoundingClientRect(); return it.checkVisibility() && box.top < innerHeight && box.bottom > 0; }})()"
    ))
    .unwrap();
    // Enter opens and closes what is folded.
    page.evaluate("(window.first = document.querySelector('#map summary')).focus()").unwrap();
    page.press(Key::Enter).unwrap();
    page.wait_until("first.parentElement.open").unwrap();
    page.press(Key::Space).unwrap();
    page.wait_until("!first.parentElement.open").unwrap();
}
