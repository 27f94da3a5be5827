//! Half files, broken bytes, nonsense without end, names that hold each other: every text is read, none ends the reader.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use import::read_firewall;
use model::firewall::{Firewall, Then};

/// Bytes between two prefixes of a file that are tried.
const PREFIX_STEP: usize = 53;
/// One configuration of 100,000 lines is read in this time, in a debug build on a busy machine.
const LINES_TIME: Duration = Duration::from_secs(60);

fn configurations(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(configurations(&path));
        } else if !path.to_string_lossy().ends_with(".queries.tsv")
            && path.extension() != Some("problems".as_ref())
        {
            found.push(path);
        }
    }
    found.sort();
    found
}

fn own() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/firewalls");
    configurations(&folder).iter().map(|path| fs::read_to_string(path).unwrap()).collect()
}

/// Reads a text and looks whether what came of it holds together.
fn read(text: &str) {
    if let Some(firewall) = read_firewall(text) {
        holds_together(&firewall);
    }
}

fn holds_together(firewall: &Firewall) {
    for stage in firewall.stages.iter().chain(&firewall.unbound) {
        for (at, step) in stage.steps.iter().enumerate() {
            assert!(step.otherwise > at && step.otherwise <= stage.steps.len(), "{}: step {at}", stage.name);
            let go = match &step.then {
                Then::Go(to) | Then::Translate { go: to, .. } => *to,
                Then::End(_) => stage.steps.len(),
            };
            assert!(go > at && go <= stage.steps.len(), "{}: step {at} leads to {go}", stage.name);
            assert!(step.rule.is_none_or(|rule| rule < firewall.rules.len()));
        }
    }
}

#[test]
fn every_prefix_is_read() {
    for text in own() {
        for end in (0..text.len()).step_by(PREFIX_STEP).filter(|end| text.is_char_boundary(*end)) {
            read(&text[..end]);
        }
        read(&text);
    }
}

#[test]
fn broken_bytes_are_read() {
    let mut seed = 0x2545_f491_4f6c_dd1d_u64;
    let mut random = move || {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        seed as usize
    };
    for text in own() {
        for _ in 0..40 {
            let mut bytes = text.clone().into_bytes();
            for _ in 0..6 {
                let at = random() % bytes.len();
                match random() % 3 {
                    0 => bytes[at] = b" \n\"<>/-:,!09az(){}\\"[random() % 19],
                    1 => drop(bytes.drain(at..(at + random() % 40).min(bytes.len()))),
                    _ => {
                        let from = random() % bytes.len();
                        let piece = bytes[from..(from + random() % 60).min(bytes.len())].to_vec();
                        bytes.splice(at..at, piece);
                    }
                }
            }
            read(&String::from_utf8_lossy(&bytes));
        }
    }
}

/// The first lines of every kind, behind which anything may stand.
const STARTS: &[&str] = &[
    "ASA Version 9.1\naccess-list a extended permit ip any any\n",
    "version 15.2\nip access-list extended a\n",
    "config firewall policy\n",
    "<opnsense><filter>\n",
    "<pfsense><filter>\n",
    "*filter\n:FORWARD DROP [0:0]\n",
    "table inet filter {\nchain forward {\ntype filter hook forward priority 0; policy drop;\n",
    "{\"nftables\": [\n",
];

#[test]
fn nonsense_without_end_is_read_in_time() {
    let words = [
        "permit",
        "config",
        "edit",
        "set",
        "<rule>",
        "</rule>",
        "\"",
        "object-group",
        "10.0.0.0",
        "end",
        "7",
        "-A FORWARD",
        "-j",
        "jump a",
        "{",
        "}",
        ",",
    ];
    for start in STARTS {
        let mut text = start.to_string();
        for n in 0..100_000_usize {
            text += words[n * 7 % words.len()];
            text += " ";
            text += words[n * n % words.len()];
            text += " x\n";
        }
        let before = Instant::now();
        read(&text);
        assert!(before.elapsed() < LINES_TIME, "{start}: {:?}", before.elapsed());
    }
}

#[test]
fn entries_written_backwards_stand_in_their_order() {
    let mut text = String::from("version 15.2\nip access-list extended a\n");
    for n in (1..100_000).rev() {
        text += &format!(
            " {n} permit tcp any host 10.{}.{}.{} eq {}\n",
            n >> 16,
            n >> 8 & 255,
            n & 255,
            n % 60_000
        );
    }
    let before = Instant::now();
    let firewall = read_firewall(&text).unwrap();
    assert!(before.elapsed() < LINES_TIME, "{:?}", before.elapsed());
    let lines: Vec<u32> =
        firewall.rules.iter().filter(|rule| !rule.automatic).map(|rule| rule.line).collect();
    assert!(lines.len() == 99_999 && lines.is_sorted_by(|a, b| a > b));
}

/// Groups of groups: each holds the one before it twice, and the first holds the last.
#[test]
fn names_that_hold_each_other_end() {
    let count = 3_000;
    let mut asa = String::from("ASA Version 9.1\n");
    let mut forti = String::from("config firewall addrgrp\n");
    let mut sense = String::from("<opnsense><interfaces><lan><enable>1</enable></lan></interfaces><aliases>");
    for n in 0..count {
        let next = (n + 1) % count;
        asa += &format!("object-group network g{n}\n group-object g{next}\n group-object g{next}\n");
        forti += &format!("edit g{n}\nset member g{next} g{next}\nnext\n");
        sense +=
            &format!("<alias><name>g{n}</name><type>host</type><address>g{next} g{next}</address></alias>");
    }
    asa += "access-list a extended permit ip object-group g0 any\n";
    forti += "end\nconfig firewall policy\nedit 1\nset srcintf any\nset dstintf any\nset action accept\n\
              set srcaddr g0\nset dstaddr g0\nset service ALL\nnext\nend\n";
    sense += "</aliases><filter><rule><interface>lan</interface><source><address>g0</address></source></rule>\
              </filter></opnsense>";
    for text in [asa, forti, sense] {
        let firewall = read_firewall(&text).unwrap();
        let doubts =
            firewall.stages.iter().flat_map(|stage| &stage.steps).filter(|step| step.doubt.is_some());
        assert!(doubts.count() > 0, "a name that holds itself is not known for sure");
    }
}

/// Chains that jump to the next one twice would be written out two to the power of their number; a circle has no end.
#[test]
fn chains_that_grow_without_bound_are_not_evaluated() {
    let mut table =
        String::from("table inet t {\n chain f {\n type filter hook forward priority 0\n jump c0\n }\n");
    let mut filter = String::from("*filter\n:FORWARD ACCEPT [0:0]\n");
    let mut circle = filter.clone();
    for n in 0..60 {
        let next = n + 1;
        table += &format!(" chain c{n} {{\n tcp dport 1 jump c{next}\n udp dport 2 jump c{next}\n }}\n");
        filter += &format!("-A c{n} -p tcp -j c{next}\n-A c{n} -p udp -j c{next}\n");
        circle += &format!("-A c{n} -p tcp -j c{}\n", (n + 1) % 60);
    }
    table += " chain c60 {\n drop\n }\n}\n";
    filter += "-A c60 -j DROP\n-A FORWARD -j c0\nCOMMIT\n";
    circle += "-A FORWARD -j c0\nCOMMIT\n";
    for text in [table, filter, circle] {
        let firewall = read_firewall(&text).unwrap();
        holds_together(&firewall);
        assert!(!firewall.problems.is_empty(), "{text}");
        let steps: usize = firewall.stages.iter().map(|stage| stage.steps.len()).sum();
        assert!(steps <= 300_000, "{steps}");
        assert!(firewall.stages.iter().flat_map(|stage| &stage.steps).any(|step| step.doubt.is_some()));
    }
}

#[test]
fn many_rules_with_large_groups_stay_within_the_bounds() {
    let mut text = String::from("ASA Version 9.1\n");
    for group in ["from", "to"] {
        text += &format!("object-group network {group}\n");
        for n in 0..3_000 {
            text += &format!(" network-object host 10.{}.{}.{}\n", n / 100, n % 100, n % 2 * 2 + 1);
        }
    }
    for n in 0..3_000 {
        text += &format!("access-list a extended permit tcp object-group from object-group to eq {n}\n");
    }
    let firewall = read_firewall(&text).unwrap();
    let boxes: usize =
        firewall.stages.iter().flat_map(|stage| &stage.steps).map(|step| step.test.boxes.len()).sum();
    assert!(boxes < 3_000_000, "{boxes}");
    assert_eq!(firewall.rules.iter().filter(|rule| !rule.automatic).count(), 3_000);
}

/// For developers: every prefix of every file of a folder.
#[test]
fn prefixes_over_a_folder() {
    let Ok(folder) = std::env::var("SLUICE_FIREWALLS") else { return };
    for path in configurations(Path::new(&folder)) {
        let text = String::from_utf8_lossy(&fs::read(&path).unwrap()).into_owned();
        let step = (text.len() / 400).max(1);
        for end in (0..text.len()).step_by(step).filter(|end| text.is_char_boundary(*end)) {
            read(&text[..end]);
        }
    }
}
