//! What the pages show: stored renderings, hostile names, well-formed markup, and how large and fast they stay.
//!
//! `SLUICE_UPDATE=1` writes the stored renderings anew; `SLUICE_PAGES=folder` writes all pages there to look at.

mod made_up_plant;
mod markup;

use std::path::Path;
use std::time::{Duration, Instant};

use model::{CaptureSummary, Plant};
use web::Language;
use web::purdue_map::{Shape, draw};
use web::report::{Report, render};

use made_up_plant::MadeUp;

/// A page of 3,000 assets stays below this.
const PAGE_BYTES_MAX: usize = 4_000_000;
/// And is drawn within this time; without optimisation it may take ten times as long.
const PAGE_TIME_MAX: Duration = Duration::from_millis(if cfg!(debug_assertions) { 2_000 } else { 200 });
/// Characters that hide or turn text.
const HIDING: [char; 5] = ['\u{202e}', '\u{2066}', '\u{200f}', '\u{7}', '\u{1b}'];

fn page(made: &MadeUp, language: Language) -> String {
    let MadeUp { capture, plant, findings } = made;
    render(&Report { capture, plant, findings, generator: "Sluice 0.0.0", language })
}

fn nothing() -> MadeUp {
    MadeUp { capture: CaptureSummary::default(), plant: Plant::default(), findings: Vec::new() }
}

/// One network for everything, as many plants have it.
fn flat(mut made: MadeUp) -> MadeUp {
    for asset in &mut made.plant.assets {
        if asset.zone.is_some() {
            asset.zone = made.plant.zones.first().map(|zone| zone.id.clone());
        }
    }
    made
}

/// Nothing known of levels and zones.
fn unplaced(mut made: MadeUp) -> MadeUp {
    made.plant.zones.clear();
    for asset in &mut made.plant.assets {
        asset.level = model::LevelJudgement::unknown();
        asset.zone = None;
    }
    made
}

/// Compares a page with its stored rendering.
fn check_stored(name: &str, html: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/pages").join(name);
    if std::env::var_os("SLUICE_UPDATE").is_some() {
        std::fs::write(&path, html).expect("the stored rendering can be written");
    }
    let stored = std::fs::read_to_string(&path).unwrap_or_default();
    let line = stored.lines().zip(html.lines()).position(|(old, new)| old != new);
    assert!(stored == html, "{name} differs from line {line:?} on; look at it, then set SLUICE_UPDATE=1");
}

#[test]
fn stored_renderings() {
    check_stored("empty.en.expect", &page(&nothing(), Language::English));
    check_stored("empty.de.expect", &page(&nothing(), Language::German));
    check_stored("five_assets.en.expect", &page(&made_up_plant::plant(5), Language::English));
    check_stored("five_assets.de.expect", &page(&made_up_plant::plant(5), Language::German));
}

#[test]
fn pages_are_well_formed_and_every_link_leads_somewhere() {
    let mut limited = made_up_plant::plant(40);
    limited.capture.partial = true;
    limited.plant.limits.hosts_dropped = 1;
    limited.plant.limits.operations_folded = 20;
    let pages = [
        ("0", nothing()),
        ("5", made_up_plant::plant(5)),
        ("40", limited),
        ("flat", flat(made_up_plant::plant(40))),
        ("unplaced", unplaced(made_up_plant::plant(40))),
        ("300", made_up_plant::plant(300)),
        ("3000", made_up_plant::plant(3_000)),
        ("7000", made_up_plant::plant(7_000)),
    ];
    for (name, made) in &pages {
        // The largest is there for its bound, which does not depend on the language.
        let languages: &[Language] =
            if *name == "7000" { &[Language::English] } else { &[Language::English, Language::German] };
        for &language in languages {
            let html = page(made, language);
            if let Some(folder) = std::env::var_os("SLUICE_PAGES") {
                let file = format!("plant-{name}-{}.html", language.code());
                std::fs::write(Path::new(&folder).join(file), &html).expect("the folder can be written");
            }
            let markup = markup::read(&html).unwrap_or_else(|problem| panic!("{name}: {problem}"));
            for link in &markup.links {
                let target =
                    link.strip_prefix('#').unwrap_or_else(|| panic!("{name}: {link} leads out of the page"));
                assert!(markup.ids.contains(target), "{name}: {link} leads nowhere");
            }
            for element in ["script", "img", "iframe", "object", "embed", "link", "form", "input", "base"] {
                assert!(!markup.elements.contains(element), "{name} holds a {element}");
            }
            assert!(
                !markup.attributes.iter().any(|it| it.starts_with("on") || it == "src"),
                "{name}: {:?}",
                markup.attributes
            );
            assert!(html.contains("default-src 'none'; style-src 'unsafe-inline'; img-src data:"));
            assert!(!html.contains("url(") && !html.contains("@import"));
        }
    }
}

#[test]
fn drawings_stand_alone() {
    for size in [0, 5, 300, 3_000] {
        let made = if size == 0 { nothing() } else { made_up_plant::plant(size) };
        for shape in [Shape::Wide, Shape::Narrow] {
            let svg = draw(&made.plant, &made.findings, Language::German, shape);
            assert!(svg.starts_with("<svg ") && svg.ends_with("</svg>"), "{size} {shape:?}");
            markup::read(&svg).unwrap_or_else(|problem| panic!("{size} {shape:?}: {problem}"));
            assert!(!svg.contains("NaN") && !svg.contains("inf "), "{size} {shape:?}: a place is no number");
            let boxes = svg.matches("class=\"pm-box\"").count();
            let lines = svg.matches("class=\"pm-hit\" d=").count();
            assert!(boxes <= 24 && lines <= 80, "{size} {shape:?}: {boxes} boxes, {lines} lines");
        }
    }
}

#[test]
fn no_line_crosses_a_box() {
    for size in [5, 40, 120, 300, 1_000, 3_000] {
        let made = made_up_plant::plant(size);
        let svg = draw(&made.plant, &made.findings, Language::English, Shape::Wide);
        let boxes: Vec<[f32; 4]> = after_each(&svg, "</title><rect x=\"")
            .map(|rest| {
                let numbers: Vec<f32> =
                    rest.split('"').step_by(2).take(4).map(|it| it.parse().expect("a number")).collect();
                [
                    numbers[0] + 1.0,
                    numbers[1] + 1.0,
                    numbers[0] + numbers[2] - 1.0,
                    numbers[1] + numbers[3] - 1.0,
                ]
            })
            .collect();
        assert!(boxes.len() > 3, "{size}: {boxes:?}");
        for way in after_each(&svg, "class=\"pm-hit\" d=\"") {
            let way = way.split('"').next().unwrap_or_default();
            let numbers: Vec<f32> = way
                .split(['M', 'L', 'Q', ' '])
                .filter(|it| !it.is_empty())
                .map(|it| it.parse().expect("a number"))
                .collect();
            let points: Vec<(f32, f32)> = numbers.chunks(2).map(|pair| (pair[0], pair[1])).collect();
            for pair in points.windows(2) {
                let ((x1, y1), (x2, y2)) = (pair[0], pair[1]);
                let crossed = boxes.iter().find(|it| {
                    x1.max(x2) > it[0] && x1.min(x2) < it[2] && y1.max(y2) > it[1] && y1.min(y2) < it[3]
                });
                assert!(crossed.is_none(), "{size}: {way} crosses the box at {crossed:?}");
            }
        }
    }
}

/// What follows each occurrence of a text.
fn after_each<'a>(text: &'a str, mark: &'a str) -> impl Iterator<Item = &'a str> {
    text.match_indices(mark).map(move |(at, _)| &text[at + mark.len()..])
}

#[test]
fn hostile_names_stay_text() {
    let evil = [
        "<script>alert(1)</script>",
        "\"><img src=x onerror=alert(1)>",
        "' onmouseover='alert(1)",
        "</title></svg></style><b>out</b>",
        "PLC\u{202e}exe.gnp\u{2066}\u{200f}\u{7}\u{1b}[31m",
        "&lt;b&gt; {{ 7 * 7 }} {% raw %} <!--",
    ];
    let mut made = made_up_plant::plant(40);
    let word = |index: usize| evil[index % evil.len()].to_string();
    for (index, asset) in made.plant.assets.iter_mut().enumerate() {
        for (number, fact) in asset.facts.iter_mut().enumerate() {
            fact.value = word(index + number);
        }
        for reason in asset.level.reasons.iter_mut().chain(&mut asset.role_reasons) {
            reason.text = word(index).into();
        }
        asset.zone = asset.zone.take().map(|zone| format!("{zone}{}", word(0)));
    }
    for (index, zone) in made.plant.zones.iter_mut().enumerate() {
        zone.id.push_str(&word(0));
        zone.name = word(index);
        zone.prefixes = vec![word(index + 1)];
    }
    for (index, finding) in made.findings.iter_mut().enumerate() {
        finding.title = word(index).into();
        finding.detail = word(index + 1).into();
    }
    for (index, conversation) in made.plant.conversations.iter_mut().enumerate() {
        for count in &mut conversation.operations {
            count.objects = vec![word(index), word(index + 1)];
        }
    }
    made.capture.files = (0..evil.len()).map(word).collect();
    made.capture.notes = (0..evil.len()).map(word).collect();
    let plain = markup::read(&page(&made_up_plant::plant(40), Language::English))
        .expect("an ordinary page is well-formed");
    for language in [Language::English, Language::German] {
        let html = page(&made, language);
        let markup = markup::read(&html).expect("a hostile name leaves the page well-formed");
        assert!(markup.elements.is_subset(&plain.elements), "{:?}", markup.elements);
        let mut attributes = plain.attributes.clone();
        attributes.insert("lang".into());
        assert!(markup.attributes.is_subset(&attributes), "{:?}", markup.attributes);
        assert!(!html.contains(HIDING), "a character that hides text came through");
        assert!(html.contains("&#60;script&#62;") && !html.contains("<script"));
    }
}

#[test]
fn an_endless_name_is_cut() {
    let mut made = made_up_plant::plant(5);
    let before = page(&made, Language::English).len();
    for fact in made.plant.assets.iter_mut().flat_map(|asset| &mut asset.facts) {
        fact.value = "W".repeat(1_000_000);
    }
    for finding in &mut made.findings {
        finding.detail = "W".repeat(1_000_000).into();
    }
    let after = page(&made, Language::English).len();
    assert!(after < before + 20_000, "{before} bytes grew to {after}");
}

#[test]
fn references_to_nothing_are_survived() {
    let mut made = made_up_plant::plant(5);
    let far = model::AssetId(4_000_000_000);
    made.plant.conversations[0].initiator_asset = Some(far);
    made.plant.conversations[1].responder_asset = Some(model::AssetId(0));
    made.plant.assets[0].zone = Some("a zone that is not there".into());
    made.plant.zones[0].assets.push(far);
    made.findings[0].assets.push(far);
    made.findings[0].conversations.push(usize::MAX);
    let html = page(&made, Language::English);
    let markup = markup::read(&html).expect("the page is well-formed");
    assert!(!markup.links.contains("#a4000000000"));
}

#[test]
fn a_page_of_three_thousand_assets_stays_small_and_quick() {
    let made = made_up_plant::plant(3_000);
    assert_eq!(made.plant.assets.len(), 3_000);
    // The quickest of three: the machine that tests may be busy with other things.
    let mut quickest = Duration::MAX;
    let mut bytes = 0;
    for _ in 0..3 {
        let start = Instant::now();
        bytes = page(&made, Language::German).len();
        quickest = quickest.min(start.elapsed());
    }
    assert!(bytes < PAGE_BYTES_MAX, "{bytes} bytes");
    assert!(quickest < PAGE_TIME_MAX, "{quickest:?}");
    if let Some(folder) = std::env::var_os("SLUICE_PAGES") {
        let told = format!("3000 assets: {bytes} bytes, {quickest:?}\n");
        std::fs::write(Path::new(&folder).join("measured.txt"), told).expect("the folder can be written");
    }
}
