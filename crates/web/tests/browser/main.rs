//! The report in a real browser, with made-up plants of every size: what a person sees at a desk and on a telephone,
//! light and dark, in both languages. `SLUICE_PAGES=folder` leaves pictures there.

#[path = "../pages/made_up_plant.rs"]
mod made_up_plant;

use browser::{Page, audit, or_skip};
use made_up_plant::MadeUp;
use model::{CaptureSummary, Plant};
use web::Language;
use web::report::{Report, render};

/// Windows between and below the two that everything is checked in.
const OTHER_WIDTHS: [u32; 5] = [320, 600, 900, 901, 1024];

fn show(page: &Page<'_>, made: &MadeUp, language: Language) {
    let MadeUp { capture, plant, findings } = made;
    page.show(&render(&Report { capture, plant, findings, generator: "Sluice 0.0.0", language })).unwrap();
}

#[test]
fn reports_of_every_size_are_readable_in_every_window() {
    let Some(browser) = or_skip("reports of made-up plants in a browser") else { return };
    let page = browser.page().unwrap();
    let nothing =
        MadeUp { capture: CaptureSummary::default(), plant: Plant::default(), findings: Vec::new() };
    let plants = [
        ("nothing", nothing),
        ("5", made_up_plant::plant(5)),
        ("40", made_up_plant::plant(40)),
        ("300", made_up_plant::plant(300)),
    ];
    let mut problems = Vec::new();
    for (name, made) in &plants {
        for language in [Language::English, Language::German] {
            show(&page, made, language);
            problems.extend(audit::everywhere(&page, &format!("plant-{name}-{}", language.code())).unwrap());
            for width in OTHER_WIDTHS {
                page.viewport(width, 800).unwrap();
                let found = audit::all(&page, width).unwrap();
                problems.extend(found.into_iter().map(|problem| format!("{name} at {width}: {problem}")));
            }
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn hostile_names_do_not_break_the_page() {
    let Some(browser) = or_skip("reports with hostile names in a browser") else { return };
    let page = browser.page().unwrap();
    let mut made = made_up_plant::plant(40);
    let names =
        ["<script>document.title='taken'</script>", "W", "\u{202e}evil", "a-b.c_d", "很长的名字", "&amp;\"'"];
    for (asset, name) in made.plant.assets.iter_mut().zip(names.iter().cycle()) {
        for fact in &mut asset.facts {
            fact.value = name.repeat(60);
        }
    }
    for (zone, name) in made.plant.zones.iter_mut().zip(names.iter().cycle()) {
        zone.name = name.repeat(60);
    }
    show(&page, &made, Language::English);
    assert_eq!(page.evaluate("document.title.includes('taken')").unwrap(), false);
    let problems = audit::everywhere(&page, "hostile").unwrap();
    assert!(problems.is_empty(), "{}", problems.join("\n"));
    assert_eq!(audit::scripts(&page).unwrap(), Vec::<String>::new());
}
