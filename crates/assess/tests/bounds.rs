//! However much is wrong, what one check tells stays a list that a person can read, the worst first.

mod support;

use std::fmt::Write;

use assess::{ASSETS_PER_FINDING_MAX, FINDINGS_PER_CHECK_MAX};
use model::Severity;

#[test]
fn the_worst_are_kept_and_the_rest_is_counted() {
    let mut text = String::new();
    for n in 1..=240 {
        let safety = if n == 240 { "safety" } else { "" };
        let _ = writeln!(text, "asset 10.0.1.{n} level 1 0.9 role controller name \"PLC {n}\" {safety}");
        let _ = writeln!(text, "conversation 10.0.0.5 -> 10.0.1.{n} tcp/102 s7comm control");
        let _ = writeln!(text, "  load-program \"download block\" asked 1 done 1");
    }
    let plant = support::plant(&text);
    let findings = assess::findings(&plant);
    let loaded: Vec<_> = findings.iter().filter(|finding| finding.id == "program-loaded").collect();
    assert_eq!(loaded.len(), FINDINGS_PER_CHECK_MAX + 1);
    assert_eq!(loaded[0].severity, Severity::Critical, "the last one told is the worst, and is kept");
    assert!(loaded[0].title.to_string().contains("PLC 240"));
    let rest = loaded
        .iter()
        .find(|finding| finding.title.to_string().starts_with("140 more: "))
        .expect("the rest is counted");
    assert_eq!(rest.assets.len(), 140);
    assert_eq!(rest.conversations.len(), 140);
}

#[test]
fn one_finding_names_a_bounded_number_of_assets() {
    let mut text = String::from("asset 10.9.9.9 level 3 0.9 role server name \"NMS\"\n");
    for n in 0..2_000 {
        let ip = format!("10.0.{}.{}", n / 200, 1 + n % 200);
        let _ = writeln!(text, "asset {ip} level 2 0.9 role switch");
        let _ = writeln!(text, "conversation 10.9.9.9 -> {ip} udp/161 snmp management");
    }
    let findings = assess::findings(&support::plant(&text));
    let told = findings.iter().find(|finding| finding.id == "protocol-insecure").expect("told");
    assert!(told.title.to_string().starts_with("2,000 devices"), "{}", told.title);
    assert_eq!(told.assets.len(), ASSETS_PER_FINDING_MAX);
}

#[test]
fn an_empty_plant_has_nothing_to_tell() {
    assert!(assess::findings(&model::Plant::default()).is_empty());
}

#[test]
fn findings_come_worst_first() {
    let text = "asset 10.0.1.11 level 1 0.9 role controller name \"PLC 1\"\n\
                conversation 8.8.4.4 -> 10.0.1.11 tcp/102 s7comm control\n  \
                write \"write var\" asked 1 done 1\n  malformed 1 \"length\"\n  \
                read-program \"upload\" asked 1 done 1\n";
    let findings = assess::findings(&support::plant(text));
    assert!(findings.len() > 3);
    assert!(findings.windows(2).all(|two| two[0].severity >= two[1].severity));
}
