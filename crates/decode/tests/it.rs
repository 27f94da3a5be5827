//! Folders of captures with what an engineer would note down: `tests/protocols/<name>/<case>.pcap` and `.expect`.
//!
//! `SLUICE_UPDATE=1 cargo test -p decode` rewrites the expectations; comment lines (`#`, where the source of the
//! expected values stands) are kept. Read the difference before committing it.

#![allow(clippy::disallowed_methods, reason = "tests read their cases from files")]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::net::IpAddr;
use std::path::{Path as FilePath, PathBuf};

use decode::Decoder;
use decode::protocol::{Anywhere, On};
use decode::protocols::PROTOCOLS;
use model::{
    Certainty, Ends, Evidence, Family, FlowId, Frame, LinkType, Mac, Observer, Path, Side, Sighting, Step,
    Subject, Timestamp,
};

/// Writes down what is told, each different line once, in the order of first appearance.
#[derive(Default)]
struct Notebook {
    flows: BTreeMap<FlowId, (Ends, &'static str)>,
    lines: Vec<(String, usize)>,
}

impl Notebook {
    fn note(&mut self, line: String) {
        match self.lines.iter_mut().find(|(known, _)| *known == line) {
            Some((_, count)) => *count += 1,
            None => self.lines.push((line, 1)),
        }
    }

    fn text(&self) -> String {
        self.lines.iter().fold(String::new(), |mut text, (line, count)| {
            let _ = if *count == 1 { writeln!(text, "{line}") } else { writeln!(text, "{line}  x{count}") };
            text
        })
    }
}

impl Observer for Notebook {
    fn opened(&mut self, flow: FlowId, ends: &Ends, _at: Timestamp) {
        self.flows.insert(flow, (*ends, "?"));
    }
    fn oriented(&mut self, _flow: FlowId, _initiator: Side, _evidence: Evidence) {}
    fn carried(&mut self, _flow: FlowId, _from: Side, _at: Timestamp, _bytes: u32) {}
    fn path(&mut self, _flow: FlowId, _from: Side, _path: &Path) {}
    fn recognised(&mut self, flow: FlowId, protocol: &'static str, _family: Family, certainty: Certainty) {
        if let Some(entry) = self.flows.get_mut(&flow).filter(|_| certainty == Certainty::Content) {
            entry.1 = protocol;
        }
    }
    fn sighting(&mut self, flow: FlowId, from: Side, _at: Timestamp, sighting: &Sighting<'_>) {
        let (ends, protocol) = self.flows[&flow];
        let way = format!("{} -> {}  {protocol}", ends.at(from).host, ends.at(from.other()).host);
        let line = match sighting {
            Sighting::Operation(o) if o.step == Step::Answer && o.operation != model::Operation::Report => {
                return;
            }
            Sighting::Operation(o) => {
                let step = match o.step {
                    Step::Failure => "refused ",
                    Step::Answer => "pushed ",
                    Step::Request => "",
                };
                let unit = o.unit.map_or(String::new(), |unit| format!("  unit {unit}"));
                format!("{way}  {step}{}  {} ({}){unit}  {}", o.operation, o.name, o.code, o.object)
            }
            Sighting::Identity(i) => {
                let of = match i.subject {
                    Subject::Sender => String::new(),
                    Subject::Receiver => " of receiver".to_string(),
                    Subject::Other(host) => format!(" of {host}"),
                };
                format!(
                    "{way}  identity{of}  {} \"{}\"  by {} ({})",
                    i.attribute,
                    model::printable(i.value),
                    i.source,
                    i.confidence
                )
            }
            Sighting::Credential(c) => {
                format!(
                    "{way}  credential  {} user {:?} {} {}",
                    c.kind,
                    c.user.unwrap_or(""),
                    c.protection,
                    c.weakness
                )
            }
            Sighting::Protection(p) => {
                format!(
                    "{way}  protection  {} {}{}",
                    p.protection,
                    p.version,
                    if p.obsolete { " obsolete" } else { "" }
                )
            }
            Sighting::Application { name, family, certainty } => {
                format!("{way}  application  {name} {family} {certainty}")
            }
            Sighting::Malformed(reason) => format!("{way}  malformed  {reason}"),
        };
        self.note(line.trim_end().to_string());
    }
    fn closed(&mut self, flow: FlowId) {
        self.flows.remove(&flow);
    }
    fn claimed(&mut self, ip: IpAddr, mac: Mac, vlan: Option<u16>, _at: Timestamp) {
        self.note(format!(
            "{mac} claims {ip}{}",
            vlan.map_or(String::new(), |vlan| format!(" in vlan {vlan}"))
        ));
    }
}

/// Frames of a little-endian microsecond pcap file, which is what `tcpdump -w` writes on the recording machines.
fn frames(bytes: &[u8]) -> Vec<(Timestamp, LinkType, &[u8], u32)> {
    let word = |at: usize| u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap());
    assert_eq!(word(0), 0xa1b2_c3d4, "a little-endian microsecond pcap file");
    let (link, mut at, mut frames) = (LinkType(word(20) as u16), 24, Vec::new());
    while at + 16 <= bytes.len() {
        let (seconds, micros, captured, length) =
            (word(at), word(at + 4), word(at + 8) as usize, word(at + 12));
        let Some(frame) = bytes.get(at + 16..at + 16 + captured) else { break };
        frames.push((Timestamp::from_seconds(i64::from(seconds), micros * 1000), link, frame, length));
        at += 16 + captured;
    }
    frames
}

fn decode(bytes: &[u8]) -> String {
    let (mut decoder, mut notebook) = (Decoder::new(), Notebook::default());
    for (at, link, bytes, length) in frames(bytes) {
        decoder.frame(&Frame { at, link, bytes, length }, &mut notebook);
    }
    decoder.finish(&mut notebook);
    notebook.text()
}

fn files(folder: &FilePath, extension: &str) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|e| e == extension))
        .collect();
    files.sort();
    files
}

fn home() -> PathBuf {
    FilePath::new(env!("CARGO_MANIFEST_DIR")).join("tests/protocols")
}

#[test]
fn captures_say_what_is_expected() {
    let update = std::env::var_os("SLUICE_UPDATE").is_some();
    let mut wrong = String::new();
    for folder in std::fs::read_dir(home()).unwrap().map(|entry| entry.unwrap().path()) {
        for capture in files(&folder, "pcap") {
            let got = decode(&std::fs::read(&capture).unwrap());
            let expect = capture.with_extension("expect");
            let stored = std::fs::read_to_string(&expect).unwrap_or_default();
            let (comments, want): (Vec<&str>, Vec<&str>) =
                stored.lines().partition(|line| line.starts_with('#'));
            if want.iter().copied().eq(got.lines()) && expect.exists() {
                continue;
            }
            if update {
                let head = comments.iter().fold(String::new(), |head, line| head + line + "\n");
                std::fs::write(&expect, head + &got).unwrap();
            } else {
                let _ = writeln!(wrong, "--- {}\n{}", capture.display(), difference(&want, &got));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}\nSLUICE_UPDATE=1 rewrites the expectations.");
}

fn difference(want: &[&str], got: &str) -> String {
    let got: Vec<&str> = got.lines().collect();
    let missing = want.iter().filter(|line| !got.contains(line)).map(|line| format!("- {line}\n"));
    let extra = got.iter().filter(|line| !want.contains(line)).map(|line| format!("+ {line}\n"));
    let lines: String = missing.chain(extra).collect();
    if lines.is_empty() { "(same lines in another order)".to_string() } else { lines }
}

/// Every recorded capture, cut short at every tenth byte of every frame and with bytes changed, is survived.
#[test]
fn broken_frames_are_survived() {
    let mut random = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = move || {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        random
    };
    for folder in std::fs::read_dir(home()).unwrap().map(|entry| entry.unwrap().path()) {
        for capture in files(&folder, "pcap") {
            let bytes = std::fs::read(&capture).unwrap();
            for round in 0..6 {
                let (mut decoder, mut notebook) = (Decoder::new(), Notebook::default());
                for (at, link, frame, length) in frames(&bytes) {
                    let mut frame = frame.to_vec();
                    if next() % 3 == 0 && !frame.is_empty() {
                        let keep = if round % 2 == 0 {
                            (next() % (frame.len() as u64 + 1)) as usize
                        } else {
                            frame.len()
                        };
                        frame.truncate(keep);
                        for _ in 0..next() % 4 {
                            let place = (next() % frame.len().max(1) as u64) as usize;
                            if let Some(byte) = frame.get_mut(place) {
                                *byte = next() as u8;
                            }
                        }
                    }
                    decoder.frame(&Frame { at, link, bytes: &frame, length }, &mut notebook);
                }
                decoder.finish(&mut notebook);
            }
        }
    }
}

/// Every protocol has its folder with an ordinary case, one cut short and one hostile.
#[test]
fn every_protocol_has_its_folder() {
    let missing: Vec<String> = PROTOCOLS
        .iter()
        .filter_map(|protocol| {
            let folder = home().join(protocol.name);
            let names: Vec<String> = files(&folder, "pcap")
                .iter()
                .map(|file| file.file_stem().unwrap().to_string_lossy().to_string())
                .collect();
            let has = |name: &str| names.iter().any(|n| n == name);
            let whole = has("cut_short")
                && has("hostile")
                && names.iter().any(|n| n != "cut_short" && n != "hostile");
            (!whole).then(|| format!("{}: {names:?}", protocol.name))
        })
        .collect();
    assert!(missing.is_empty(), "ordinary, cut_short and hostile captures are missing: {missing:#?}");
}

/// The manual lists what the product decodes. `SLUICE_UPDATE=1` rewrites it.
#[test]
fn the_manual_lists_every_protocol() {
    let file = FilePath::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/protocols.md");
    let text = protocols_page();
    if std::env::var_os("SLUICE_UPDATE").is_some() {
        std::fs::write(&file, &text).unwrap();
    }
    let stored = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(stored == text, "docs/protocols.md is not what the table says; SLUICE_UPDATE=1 rewrites it");
}

fn protocols_page() -> String {
    let mut text = String::from(
        "# Protocols\n\nDecoded to operations and identities, both directions, requests paired with their answers. \
         Written from the table that the product uses.\n\n\
         | Protocol | Trade | At home on | Recognised elsewhere by content |\n|---|---|---|---|\n",
    );
    let mut protocols: Vec<_> = PROTOCOLS.iter().collect();
    protocols.sort_by_key(|protocol| protocol.name);
    for protocol in protocols {
        let homes: Vec<String> = protocol.on.iter().map(home_of).collect();
        let anywhere = match protocol.anywhere {
            Anywhere::No => "",
            Anywhere::Tcp => "on TCP",
            Anywhere::Udp => "on UDP",
            Anywhere::Both => "on TCP and UDP",
        };
        let _ =
            writeln!(text, "| {} | {} | {} | {anywhere} |", protocol.name, protocol.family, homes.join(", "));
    }
    text.push_str(
        "\nOther conversations are named by their port, marked as a guess (`modbus?`), or by their EtherType or IP \
         protocol.\n",
    );
    text
}

fn home_of(on: &On) -> String {
    match on {
        On::Tcp(port) => format!("TCP {port}"),
        On::Udp(port) => format!("UDP {port}"),
        On::EtherType(kind) => format!("EtherType 0x{kind:04x}"),
        On::Snap(organisation, kind) => format!("SNAP {organisation:06x}/{kind:04x}"),
        On::Llc(point) => format!("LLC 0x{point:02x}"),
        On::Ip(number) => format!("IP {number}"),
    }
}
