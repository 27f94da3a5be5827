//! The two forms of nftables say the same.

use std::fs;

use import::read_firewall;
use model::firewall::Firewall;

use crate::questions;

/// For developers: where a folder holds a configuration as text and as JSON, both answer alike.
#[test]
fn text_and_json_of_a_folder_answer_alike() {
    let Ok(folder) = std::env::var("SLUICE_FIREWALLS") else { return };
    for (configuration, table) in questions::tables(std::path::Path::new(&folder)) {
        let json = configuration.with_extension("nft.json");
        if configuration.extension().is_some_and(|extension| extension == "nft") && json.exists() {
            let read = |path: &std::path::Path| -> Firewall {
                read_firewall(&fs::read_to_string(path).unwrap()).unwrap_or_default()
            };
            let (text, json) = (read(&configuration), read(&json));
            let table = fs::read_to_string(&table).unwrap();
            let (text, json) = (questions::score(&text, &table), questions::score(&json, &table));
            eprintln!(
                "{}: JSON {}/{} verdicts {} rules",
                configuration.display(),
                json.verdicts,
                json.questions,
                json.rules
            );
            assert_eq!((text.verdicts, text.rules), (json.verdicts, json.rules), "{}", json.wrong.join("\n"));
        }
    }
}
