//! Whole plants: every folder of `plants/` is read as a user would read it, and held against what its engineer knows.
//!
//! `answers.tsv` tells role, level and safety of each asset, `findings.tsv` what must be found and which asset it must
//! name. All differences of a plant are told at once.

use std::fmt::Write;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use actions::{Analysis, Watcher, analyze};
use model::Asset;

/// Two, so that the plant is also put together from parts.
const THREADS: usize = 2;

struct Patient;

impl Watcher for Patient {
    fn progress(&self, _bytes: u64, _total: Option<u64>, _frames: u64) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }
}

#[test]
fn every_plant_is_seen_as_its_engineer_knows_it() {
    let mut report = String::new();
    let plants = plants();
    assert!(!plants.is_empty(), "no plant found");
    for plant in &plants {
        let name = plant.file_name().unwrap_or_default().to_string_lossy();
        let analysis = analyze(&[plant.join("capture.pcap")], THREADS, &Patient)
            .unwrap_or_else(|error| panic!("{name}: {error}"));
        let differences = [differing_assets(plant, &analysis), missing_findings(plant, &analysis)].concat();
        for difference in differences {
            let _ = writeln!(report, "{name}: {difference}");
        }
    }
    assert!(report.is_empty(), "\n{report}");
}

/// The folders of `plants/` that hold a capture.
fn plants() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../plants");
    let entries = std::fs::read_dir(&folder).expect("the folder of the plants can be read");
    let mut plants: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    plants.retain(|path| path.join("capture.pcap").is_file());
    plants.sort();
    plants
}

/// Assets whose first role, level or safety is not what the answers say, and assets that the answers do not know.
fn differing_assets(plant: &Path, analysis: &Analysis) -> Vec<String> {
    let answers = rows(&plant.join("answers.tsv"));
    let mut differences = Vec::new();
    for row in &answers {
        let [address, name, role, level, safety] = row.each_ref().map(String::as_str);
        let Some(asset) = asset(analysis, address) else {
            differences.push(format!("{address} {name} was not found"));
            continue;
        };
        let mut say = |what: &str, told: &str, expected: &str, why: String| {
            if told != expected {
                differences.push(format!("{address} {name}: {what} {told}, expected {expected}{why}"));
            }
        };
        let reasons = || words(asset.role_reasons.iter().map(ToString::to_string));
        say("role", asset.roles.first().map_or("-", |role| role.as_str()), role, reasons());
        let reasons = || words(asset.level.reasons.iter().map(ToString::to_string));
        say("level", asset.level.level.map_or("-", |level| level.as_str()), level, reasons());
        say("safety", if asset.safety { "yes" } else { "no" }, safety, String::new());
    }
    for asset in &analysis.plant.assets {
        if !answers.iter().any(|[address, ..]| has_address(asset, address)) {
            differences.push(format!("{} is an asset that nobody knows", asset.label()));
        }
    }
    differences
}

/// Rows of the findings that nothing told.
fn missing_findings(plant: &Path, analysis: &Analysis) -> Vec<String> {
    let rows: Vec<[String; 2]> = rows(&plant.join("findings.tsv"));
    let mut differences = Vec::new();
    for [id, address] in &rows {
        let named = asset(analysis, address).map(|asset| asset.id);
        let told = |finding: &&model::Finding| finding.id == id;
        let names = |finding: &model::Finding| named.is_some_and(|named| finding.assets.contains(&named));
        if !analysis.findings.iter().filter(told).any(names) {
            let titles =
                words(analysis.findings.iter().filter(told).map(|finding| finding.title.to_string()));
            differences.push(format!("no finding {id} names {address}{titles}"));
        }
    }
    differences
}

/// The rows of a table after its heading: `N` fields, with a tab between them.
fn rows<const N: usize>(path: &Path) -> Vec<[String; N]> {
    let text = std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let row = |line: &str| {
        let fields: Vec<String> = line.split('\t').map(str::to_string).collect();
        fields.try_into().unwrap_or_else(|_| panic!("{}: not {N} fields: {line}", path.display()))
    };
    text.lines().skip(1).map(row).collect()
}

fn asset<'a>(analysis: &'a Analysis, address: &str) -> Option<&'a Asset> {
    analysis.plant.assets.iter().find(|asset| has_address(asset, address))
}

fn has_address(asset: &Asset, address: &str) -> bool {
    asset.ips.iter().any(|ip| ip.to_string() == address)
        || asset.macs.iter().any(|mac| mac.to_string() == address)
}

/// Reasons in brackets, or nothing.
fn words(texts: impl Iterator<Item = String>) -> String {
    let texts = texts.collect::<Vec<_>>().join("; ");
    if texts.is_empty() { texts } else { format!(" ({texts})") }
}
