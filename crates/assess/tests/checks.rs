//! Each check against small plants: `checks/<id>/<case>.plant` with what it must tell in `.expect`.
//!
//! `SLUICE_UPDATE=1 cargo test -p assess` rewrites the expectations; read the difference before you keep it.

mod support;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use assess::CHECKS;
use model::Language;

#[test]
fn every_case_tells_what_it_must() {
    let mut wrong = Vec::new();
    for check in CHECKS {
        for case in cases(&folder().join(check.id)) {
            let (plant, findings) = support::findings(&fs::read_to_string(&case).expect("case"));
            let mine: Vec<_> = findings.iter().filter(|finding| check.tells(finding.id)).collect();
            compare(&case.with_extension("expect"), &support::written(&plant, &mine), &mut wrong);
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Whole plants show what a person gets: an ordinary one stays nearly silent.
#[test]
fn every_plant_tells_what_it_must_and_no_more() {
    let mut wrong = Vec::new();
    for case in cases(&folder().with_file_name("plants")) {
        let plant = support::plant(&fs::read_to_string(&case).expect("case"));
        let findings = assess::findings(&plant);
        let all: Vec<_> = findings.iter().collect();
        compare(&case.with_extension("expect"), &support::written(&plant, &all), &mut wrong);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_check_has_its_file_its_help_and_cases_that_tell_and_that_stay_silent() {
    for check in CHECKS {
        let file = format!("{}/src/checks/{}.rs", env!("CARGO_MANIFEST_DIR"), check.id.replace('-', "_"));
        assert!(Path::new(&file).is_file(), "{file} is missing");
        let help = assess::help(check.id).expect("help");
        let headings: Vec<&str> = help.lines().filter_map(|line| line.strip_prefix("## ")).collect();
        assert_eq!(headings, ["What it finds", "Why it matters on the floor", "What to do"], "{}", check.id);
        let expects: Vec<String> = cases(&folder().join(check.id))
            .iter()
            .map(|case| fs::read_to_string(case.with_extension("expect")).expect("expectation"))
            .collect();
        assert!(expects.len() >= 3, "{}: an ordinary case, a silent one and an edge", check.id);
        assert!(expects.iter().any(|e| e == "nothing\n"), "{}: no case that stays silent", check.id);
        assert!(expects.iter().any(|e| e != "nothing\n"), "{}: no case that tells", check.id);
        if let Some(technique) = check.technique {
            let digits = technique.strip_prefix("T0").unwrap_or_default();
            assert!(digits.len() == 3 && digits.bytes().all(|b| b.is_ascii_digit()), "{technique}");
        }
    }
    let files = fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/src/checks")).expect("checks").count();
    assert_eq!(files, CHECKS.len() + 1, "a check's file is not in the table");
    assert!(CHECKS.windows(2).all(|two| two[0].id < two[1].id), "the table is sorted by id");
    assert!(folders().iter().all(|id| CHECKS.iter().any(|check| check.id == id)), "cases without a check");
}

/// The catalogue tells the same in each language, and every gap of what is told is filled.
#[test]
fn every_sentence_is_whole_in_each_language() {
    for sentence in assess::SENTENCES {
        let (english, german) = (sentence.gaps(Language::English), sentence.gaps(Language::German));
        assert_eq!(english, german, "{}", sentence.key);
        assert!(!sentence.english.is_empty() && !sentence.german.is_empty(), "{}", sentence.key);
    }
    let keys: BTreeSet<&str> = assess::SENTENCES.iter().map(|sentence| sentence.key).collect();
    assert_eq!(keys.len(), assess::SENTENCES.len(), "a key stands twice");
    let mut told = BTreeSet::new();
    for case in CHECKS.iter().flat_map(|check| cases(&folder().join(check.id))) {
        let (_, findings) = support::findings(&fs::read_to_string(&case).expect("case"));
        for finding in findings {
            for language in [Language::English, Language::German] {
                let text = format!("{} {}", finding.title.text(language), finding.detail.text(language));
                assert!(!text.contains(['{', '}']), "{}: {text}", case.display());
            }
            assert!(!finding.remedy.german.is_empty() && finding.remedy.german != finding.remedy.english);
            told.insert(finding.title.sentence.key);
        }
    }
    assert!(told.len() > CHECKS.len(), "the cases tell most titles");
}

#[test]
fn every_check_speaks_german() {
    for check in CHECKS {
        let help = assess::help_in(Language::German, check.id).expect("help");
        let headings: Vec<&str> = help.lines().filter_map(|line| line.strip_prefix("## ")).collect();
        let expected = ["Was gefunden wird", "Warum es in der Anlage zählt", "Was zu tun ist"];
        assert_eq!(headings, expected, "{}", check.id);
        assert!(!check.german.title.is_empty() && check.german.title != check.title, "{}", check.id);
    }
}

#[test]
fn the_manual_says_what_the_product_says() {
    let mut wrong = Vec::new();
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/findings.md");
    compare(&page, &assess::manual(), &mut wrong);
    assert!(wrong.is_empty(), "run SLUICE_UPDATE=1 cargo test -p assess\n{}", wrong.join("\n"));
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/checks")
}

fn folders() -> Vec<String> {
    let entries = fs::read_dir(folder()).expect("cases");
    entries.map(|entry| entry.expect("entry").file_name().to_string_lossy().into_owned()).collect()
}

fn cases(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap_or_else(|_| panic!("{} is missing", folder.display()));
    let paths = entries.map(|entry| entry.expect("entry").path());
    let mut cases: Vec<PathBuf> =
        paths.filter(|path| path.extension().is_some_and(|e| e == "plant")).collect();
    cases.sort();
    cases
}

fn compare(path: &Path, got: &str, wrong: &mut Vec<String>) {
    if std::env::var_os("SLUICE_UPDATE").is_some() {
        fs::write(path, got).expect("writable");
    }
    let want = fs::read_to_string(path).unwrap_or_default();
    if want != got {
        wrong.push(format!("{}\n--- wanted\n{want}--- got\n{got}", path.display()));
    }
}
