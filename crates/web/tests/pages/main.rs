//! What the pages show: stored renderings, hostile names, well-formed drawings, and how large and fast they stay.

mod made_up_plant;

use std::path::Path;
use std::time::Instant;

use model::{CaptureSummary, Plant};
use web::Language;
use web::report::{Report, render};

fn page(made: &made_up_plant::MadeUp, language: Language) -> String {
    render(&Report {
        capture: &made.capture,
        plant: &made.plant,
        findings: &made.findings,
        generator: "Sluice 0.0.0",
        language,
    })
}

/// Pages to look at: set `SLUICE_PAGES` to a folder.
#[test]
fn a_page_of_three_thousand_assets_stays_small_and_quick() {
    for size in [5, 300, 3_000] {
        let made = made_up_plant::plant(size);
        assert_eq!(made.plant.assets.len(), size);
        for language in [Language::English, Language::German] {
            let start = Instant::now();
            let html = page(&made, language);
            println!("{size}: {} bytes, {:?}", html.len(), start.elapsed());
            if let Some(folder) = std::env::var_os("SLUICE_PAGES") {
                let name = format!("plant-{size}-{}.html", language.code());
                std::fs::write(Path::new(&folder).join(name), html).expect("the folder can be written");
            }
        }
    }
    let empty = Report {
        capture: &CaptureSummary::default(),
        plant: &Plant::default(),
        findings: &[],
        generator: "Sluice 0.0.0",
        language: Language::English,
    };
    if let Some(folder) = std::env::var_os("SLUICE_PAGES") {
        std::fs::write(Path::new(&folder).join("plant-0-en.html"), render(&empty))
            .expect("the folder can be written");
    }
}
