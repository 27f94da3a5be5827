//! The program from outside: what is typed, what comes out, with which exit code.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

fn plant() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../plants/filling-line/capture.pcap")
}

fn sluice(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_sluice")).args(arguments).stdin(Stdio::null()).output().unwrap()
}

/// Exit code and what was said on standard error.
fn said(arguments: &[&str]) -> (i32, String) {
    let output = sluice(arguments);
    (output.status.code().unwrap(), String::from_utf8_lossy(&output.stderr).to_string())
}

fn path(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[test]
fn text_json_and_html_show_the_same_plant() {
    let plant = plant();
    let text = String::from_utf8(sluice(&["analyze", path(&plant)]).stdout).unwrap();
    let json: serde_json::Value =
        serde_json::from_slice(&sluice(&["analyze", path(&plant), "--format", "json"]).stdout).unwrap();
    let html = String::from_utf8(sluice(&["analyze", path(&plant), "--format", "html"]).stdout).unwrap();
    assert_eq!(json["schema"], "sluice.analysis/1");
    let assets = json["assets"].as_array().unwrap();
    assert!(text.contains(&format!("{} assets", assets.len())), "{text}");
    assert!(!text.contains('\u{1b}'), "colours belong on a terminal only");
    assert!(html.starts_with("<!doctype html>") || html.starts_with("<!DOCTYPE html>"));
    assert!(!html.contains("<script"));
    for finding in json["findings"].as_array().unwrap() {
        for index in finding["conversations"].as_array().unwrap() {
            assert!((index.as_u64().unwrap() as usize) < json["conversations"].as_array().unwrap().len());
        }
    }
}

#[test]
fn the_answer_is_the_same_for_any_number_of_threads() {
    let plant = plant();
    let one = sluice(&["analyze", path(&plant), "--format", "json", "--threads", "1"]).stdout;
    for threads in ["2", "3", "7"] {
        let more = sluice(&["analyze", path(&plant), "--format", "json", "--threads", threads]).stdout;
        assert!(one == more, "{threads} threads answer otherwise than one");
    }
}

#[test]
fn wrong_input_is_told_with_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    std::fs::write(at("empty.pcap"), b"").unwrap();
    std::fs::write(at("notes.txt"), b"these are notes\n").unwrap();
    std::fs::create_dir(at("folder")).unwrap();
    for (name, code, word) in [
        ("missing.pcap", 3, "there is no such file"),
        ("empty.pcap", 5, "is empty"),
        ("notes.txt", 5, "not a capture"),
        ("folder", 5, "no capture in this folder"),
    ] {
        let (got, message) = said(&["analyze", path(&at(name))]);
        assert_eq!((got, message.contains(word)), (code, true), "{name}: {got} {message}");
    }
    let (code, message) = said(&["analyze"]);
    assert_eq!(code, 2, "{message}");
}

#[test]
fn an_output_file_is_whole_or_not_there() {
    let folder = tempfile::tempdir().unwrap();
    let (plant, out) = (plant(), folder.path().join("plant.json"));
    let arguments = ["analyze", path(&plant), "--format", "json", "--output", path(&out)];
    assert_eq!(said(&arguments).0, 0);
    let first = std::fs::read(&out).unwrap();
    assert!(serde_json::from_slice::<serde_json::Value>(&first).is_ok());
    let (code, message) = said(&arguments);
    assert_eq!((code, message.contains("--force")), (7, true), "{message}");
    assert_eq!(said(&[&arguments[..], &["--force"]].concat()).0, 0);
    assert!(std::fs::read_dir(folder.path()).unwrap().count() == 1, "nothing half-written is left behind");
    let nowhere = folder.path().join("no/such/folder/plant.json");
    let (code, message) = said(&["analyze", path(&plant), "--output", path(&nowhere)]);
    assert_eq!((code, message.contains("cannot be written")), (1, true), "{message}");
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_told() {
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_sluice"))
        .args(["analyze", path(&plant()), "--format", "json"])
        .stdout(full)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("space on the disk"));
}

/// Ctrl-C shows what is known so far, says that it is partial, and ends with 130.
#[cfg(unix)]
#[test]
fn an_interrupt_shows_what_is_known_so_far() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_sluice"))
        .args(["analyze", "-", "--format", "json", "--threads", "1"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let capture = std::fs::read(plant()).unwrap();
    let (head, frames) = capture.split_at(24);
    let mut input = child.stdin.take().unwrap();
    input.write_all(head).unwrap();
    input.write_all(frames).unwrap();
    let told = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(told.success());
    // The same frames again and again, until the program has heard the interrupt and closes its end.
    let frames = frames.to_vec();
    let writer = std::thread::spawn(move || {
        let patience = Instant::now() + Duration::from_secs(30);
        while input.write_all(&frames).is_ok() && Instant::now() < patience {}
    });
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    let document: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(130));
    assert_eq!(document["capture"]["partial"], true);
    assert!(document["assets"].as_array().unwrap().len() > 5);
}
