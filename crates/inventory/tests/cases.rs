//! Plants told in a few lines, and what must be drawn from them.
//!
//! A case is `cases/<folder>/<name>.plant`, what decoding tells, and `<name>.expect`, what an engineer would note
//! down. Every case is also split at random among several inventories and merged: nothing may change.

#[path = "support/script.rs"]
mod script;
#[path = "support/shown.rs"]
mod shown;

use std::fs;
use std::path::{Path, PathBuf};

use inventory::Inventory;
use model::Language;

#[test]
fn every_case_gives_what_is_expected() {
    let mut wrong = Vec::new();
    for case in cases() {
        let text = fs::read_to_string(&case).expect("case is readable");
        let expected = fs::read_to_string(case.with_extension("expect")).unwrap_or_default();
        let mut inventory = [Inventory::new()];
        script::tell(&text, &mut inventory, 0);
        let [inventory] = inventory;
        let got = shown::plant(&inventory.finish());
        if got.trim() != expected.trim() {
            wrong.push(format!("{}\n{got}", case.display()));
        }
    }
    assert!(wrong.is_empty(), "other than expected:\n{}", wrong.join("\n"));
}

#[test]
fn the_split_of_the_flows_does_not_matter() {
    for case in cases() {
        let text = fs::read_to_string(&case).expect("case is readable");
        let mut whole = [Inventory::new()];
        script::tell(&text, &mut whole, 0);
        let [whole] = whole;
        let whole = format!("{:?}", whole.finish());
        for seed in 1..20 {
            let mut parts = [Inventory::new(), Inventory::new(), Inventory::new()];
            script::tell(&text, &mut parts, seed);
            let [mut first, second, third] = parts;
            if seed % 2 == 0 {
                first.merge(second);
                first.merge(third);
            } else {
                let mut last = third;
                last.merge(second);
                first.merge(last);
            }
            assert_eq!(format!("{:?}", first.finish()), whole, "{} with seed {seed}", case.display());
        }
    }
}

/// The catalogue tells the same in each language.
#[test]
fn every_sentence_is_whole_in_each_language() {
    for sentence in inventory::SENTENCES {
        let (english, german) = (sentence.gaps(Language::English), sentence.gaps(Language::German));
        assert_eq!(english, german, "{}", sentence.key);
        assert!(!sentence.english.is_empty() && !sentence.german.is_empty(), "{}", sentence.key);
    }
}

/// Every gap of what the cases tell is filled, in each language.
#[test]
fn every_reason_is_told_in_each_language() {
    for case in cases() {
        let text = fs::read_to_string(&case).expect("case is readable");
        let mut inventory = [Inventory::new()];
        script::tell(&text, &mut inventory, 0);
        let [inventory] = inventory;
        for asset in inventory.finish().assets {
            for reason in asset.level.reasons.iter().chain(&asset.role_reasons) {
                let (english, german) =
                    (reason.text.text(Language::English), reason.text.text(Language::German));
                assert!(!english.contains(['{', '}']) && !german.contains(['{', '}']), "{german}");
                assert_ne!(english, german, "a reason is not translated");
            }
        }
    }
}

fn cases() -> Vec<PathBuf> {
    let mut cases = Vec::new();
    let folders = fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases")).expect("cases");
    for folder in folders.flatten() {
        for file in fs::read_dir(folder.path()).expect("folder").flatten() {
            if file.path().extension().is_some_and(|e| e == "plant") {
                cases.push(file.path());
            }
        }
    }
    cases.sort();
    assert!(!cases.is_empty());
    cases
}
