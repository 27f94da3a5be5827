//! The checks find what they are for: each is shown one fault, and a page without any.

use browser::{Key, Page, Scheme, Trouble, audit, or_skip};

/// A page without a fault, into which tests put theirs.
fn page_with(style: &str, body: &str) -> String {
    format!(
        "<!DOCTYPE html><html lang=\"en\"><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <title>Line 3</title><style>body{{color:#222;background:#fff}}a{{color:#0b5a83}}:focus-visible{{outline:3px solid #0b5a83}}{style}</style>\
         <body><header><h1>Line 3</h1></header><main>{body}</main></body></html>"
    )
}

type Check = fn(&Page<'_>) -> Result<Vec<String>, Trouble>;

#[test]
fn each_check_finds_its_fault_and_only_that() {
    let Some(browser) = or_skip("the checks of pages in a browser") else { return };
    let page = browser.page().unwrap();
    page.viewport(800, 600).unwrap();
    page.scheme(Scheme::Light).unwrap();
    let sideways: Check = |page| audit::sideways(page, 800);
    let drawing = |inside: &str| {
        format!(
            "<svg role=\"img\" aria-label=\"map\" viewBox=\"0 0 400 200\" width=\"400\" height=\"200\">{inside}</svg>"
        )
    };
    let faults: [(&str, Check, &str, String, &str); 16] = [
        ("wide", sideways, "", "<div style=\"width:900px\">wide</div>".into(), "908 wide in a window of 800"),
        (
            "spill",
            audit::spilling,
            "p{width:60px;white-space:nowrap}",
            "<p>a long line of text</p>".into(),
            "spills",
        ),
        ("small", audit::legible, "", "<p style=\"font-size:9px\">small</p>".into(), "9.0 px"),
        (
            "small when scaled",
            audit::legible,
            "svg{width:200px;height:100px}",
            drawing("<text x=\"9\" y=\"50\" font-size=\"16\">half</text>"),
            "8.0 px",
        ),
        ("faint", audit::contrast, "p{color:#999}", "<p>faint</p>".into(), "contrast 2.85"),
        (
            "faint on its own ground",
            audit::contrast,
            "div{background:#0b5a83}p{color:#222}",
            "<div><p>dark on dark</p></div>".into(),
            "contrast 2.1",
        ),
        (
            "faint in a drawing",
            audit::contrast,
            "",
            drawing(
                "<rect width=\"400\" height=\"200\" fill=\"#222\"/><text x=\"9\" y=\"50\">black on dark</text>",
            ),
            "contrast 1.3",
        ),
        (
            "a faint line",
            audit::graphics,
            "",
            drawing("<path d=\"M0 0L90 90\" stroke=\"#ccc\"/>"),
            "contrast 1.6",
        ),
        (
            "text out of its box",
            audit::drawings,
            "",
            drawing(
                "<g><rect width=\"40\" height=\"40\" fill=\"#eee\"/><text x=\"9\" y=\"20\">a long name</text></g>",
            ),
            "leaves its box",
        ),
        (
            "text out of the drawing",
            audit::drawings,
            "svg{overflow:visible}",
            drawing("<text x=\"380\" y=\"20\">a long name</text>"),
            "leaves the drawing",
        ),
        (
            "text on text",
            audit::drawings,
            "",
            drawing("<text x=\"9\" y=\"50\">one</text><text x=\"12\" y=\"52\">two</text>"),
            "stands on",
        ),
        ("a link to nothing", audit::links, "", "<a href=\"#gone\">gone</a>".into(), "leads nowhere"),
        ("two of a name", audit::links, "", "<p id=\"x\">a</p><p id=\"x\">b</p>".into(), "two elements"),
        ("a heading left out", audit::landmarks, "", "<h3>Deep</h3>".into(), "follows a heading of level 1"),
        ("a nameless part", audit::landmarks, "", "<nav><a href=\"#\">x</a></nav>".into(), "nav has no name"),
        ("a script", audit::scripts, "", "<script></script>".into(), "is a script"),
    ];
    for (name, check, style, body, told) in faults {
        page.show(&page_with("", "<p>well</p>")).unwrap();
        assert_eq!(check(&page).unwrap(), Vec::<String>::new(), "{name}: a page without fault");
        page.show(&page_with(style, &body)).unwrap();
        let problems = check(&page).unwrap();
        assert!(problems.iter().any(|problem| problem.contains(told)), "{name}: {problems:?}");
    }
}

#[test]
fn the_keyboard_check_finds_hidden_and_unreachable_controls() {
    let Some(browser) = or_skip("the check of the keyboard in a browser") else { return };
    let page = browser.page().unwrap();
    let links = "<a href=\"#a\">one</a> <details><summary>more</summary><a href=\"#b\">folded</a></details> <a href=\"#c\">two</a>";
    page.show(&page_with("", links)).unwrap();
    assert_eq!(audit::keyboard(&page, 100).unwrap(), (3, vec![]));
    page.show(&page_with("a:focus-visible{outline:none}", links)).unwrap();
    assert_eq!(audit::keyboard(&page, 100).unwrap().1.len(), 2, "two links without a mark");
    page.show(&page_with("", &links.replace("<a href=\"#c\"", "<a tabindex=\"3\" href=\"#c\""))).unwrap();
    assert!(!audit::keyboard(&page, 100).unwrap().1.is_empty(), "an order that jumps");
    page.show(&page_with("a{position:absolute;left:-900px}", "<a href=\"#a\">one</a>")).unwrap();
    assert!(audit::keyboard(&page, 100).unwrap().1[0].contains("out of sight"));
}

#[test]
fn a_person_opens_types_clicks_and_follows() {
    let Some(browser) = or_skip("the hands of a person in a browser") else { return };
    let page = browser.page().unwrap();
    page.viewport(390, 844).unwrap();
    page.scheme(Scheme::Dark).unwrap();
    page.show(&page_with(
        "",
        "<form><label>Zone <input name=\"zone\"></label><button>Save</button></form><img src=\"http://198.51.100.7/x.png\" alt=\"\">",
    ))
    .unwrap();
    assert_eq!(page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches").unwrap(), true);
    assert_eq!(page.evaluate("innerWidth").unwrap(), 390);
    assert!(page.requests().iter().any(|address| address.contains("198.51.100.7")), "{:?}", page.requests());
    page.click("input").unwrap();
    page.type_text("Line 3").unwrap();
    page.load_by(|| page.press(Key::Enter)).unwrap();
    page.wait_until("location.search === '?zone=Line+3'").unwrap();
    page.load_by(|| page.click("button")).unwrap();
    assert_eq!(page.evaluate("location.search").unwrap(), "?zone=");
    let other = browser.page().unwrap();
    other.show(&page_with("", "<p>another</p>")).unwrap();
    assert_eq!(other.evaluate("document.querySelectorAll('form').length").unwrap(), 0);
    assert!(matches!(page.click(".gone"), Err(Trouble::Missing(_))));
    assert!(matches!(page.evaluate("gone()"), Err(Trouble::Script(_))));
    let folder = tempfile::tempdir().unwrap();
    let picture = folder.path().join("page.png");
    page.screenshot(&picture).unwrap();
    assert!(std::fs::read(&picture).unwrap().starts_with(b"\x89PNG"));
}
