//! Names that a capture states itself: the name resolution block of pcapng (draft-ietf-opsawg-pcapng, 4.5).

use std::ops::ControlFlow;
use std::path::PathBuf;

use actions::{Analysis, Watcher, analyze};
use model::{Attribute, Confidence};

/// The controller that answers in the capture, its station, and an address that nobody uses.
const CONTROLLER: [u8; 4] = [10, 0, 3, 11];
const STATION: [u8; 4] = [10, 0, 3, 20];
const NOBODY: [u8; 4] = [10, 0, 3, 99];

struct Patient;

impl Watcher for Patient {
    fn progress(&self, _bytes: u64, _total: Option<u64>, _frames: u64) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }
}

#[test]
fn a_capture_names_hosts_that_are_in_it() {
    let records = [
        record(CONTROLLER, &["filler", "filler-plc.cell1", "\u{202e}odd"]),
        record(NOBODY, &["spare-plc"]),
        record([10, 0, 3, 255], &["everybody"]),
    ];
    let path = capture("names.pcapng", Some(&records.concat()));
    let mut told = Vec::new();
    for threads in [1, 2, 5] {
        let analysis = analyze(std::slice::from_ref(&path), threads, &Patient).unwrap();
        let controller = asset(&analysis, "10.0.3.11").expect("the controller is seen");
        let names: Vec<_> =
            controller.facts.iter().filter(|fact| fact.attribute == Attribute::Name).collect();
        let values: Vec<&str> = names.iter().map(|fact| fact.value.as_str()).collect();
        assert_eq!(values, ["filler-plc.cell1", "filler", "\u{fffd}odd"]);
        for name in &names {
            assert_eq!(name.source, "name resolution record of the capture");
            assert_eq!(name.confidence, Confidence::Guessed);
        }
        assert!(asset(&analysis, "10.0.3.99").is_none(), "a name alone is no asset");
        assert!(asset(&analysis, "10.0.3.20").is_some_and(|station| station.fact(Attribute::Name).is_none()));
        told.push(format!("{:?}", analysis.plant));
    }
    assert!(told.windows(2).all(|two| two[0] == two[1]), "the number of threads does not matter");
}

#[test]
fn names_beside_two_captures_of_one_plant_are_joined() {
    let one = capture("one.pcapng", Some(&record(CONTROLLER, &["filler-plc"])));
    let other = capture("other.pcapng", Some(&record(STATION, &["panel"])));
    let analysis = analyze(&[one, other], 2, &Patient).unwrap();
    let name = |ip| asset(&analysis, ip).and_then(|asset| asset.fact(Attribute::Name));
    assert_eq!((name("10.0.3.11"), name("10.0.3.20")), (Some("filler-plc"), Some("panel")));
}

#[test]
fn a_capture_without_names_is_read_as_ever() {
    let analysis = analyze(&[capture("none.pcapng", None)], 2, &Patient).unwrap();
    assert_eq!(analysis.plant.assets.len(), 2);
    assert!(analysis.plant.assets.iter().all(|asset| asset.fact(Attribute::Name).is_none()));
}

fn asset<'a>(analysis: &'a Analysis, ip: &str) -> Option<&'a model::Asset> {
    analysis.plant.assets.iter().find(|asset| asset.ips.iter().any(|own| own.to_string() == ip))
}

/// A capture of one question and its answer between station and controller, with a name resolution block behind.
fn capture(name: &str, records: Option<&[u8]>) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("names");
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join(name);
    // Section header: byte-order magic, version 1.0, section length unknown.
    let section = [&0x1a2b_3c4d_u32.to_le_bytes()[..], &[1, 0, 0, 0], &[0xff; 8]].concat();
    // Interface description: Ethernet, reserved, no snap length.
    let interface = [1, 0, 0, 0, 0, 0, 0, 0];
    let mut file = [block(0x0a0d_0d0a, &section), block(1, &interface)].concat();
    file.extend(packet(1_767_225_600_000_000, &frame(STATION, CONTROLLER, 50_000, 9_999)));
    file.extend(packet(1_767_225_600_100_000, &frame(CONTROLLER, STATION, 9_999, 50_000)));
    if let Some(records) = records {
        // nrb_record_end closes the records.
        file.extend(block(4, &[records, &[0; 4]].concat()));
    }
    std::fs::write(&path, file).unwrap();
    path
}

/// nrb_record_ipv4: an address, and names that each end with a zero.
fn record(ip: [u8; 4], names: &[&str]) -> Vec<u8> {
    let mut value = ip.to_vec();
    for name in names {
        value.extend(name.as_bytes());
        value.push(0);
    }
    let mut record = [1_u16.to_le_bytes(), (value.len() as u16).to_le_bytes()].concat();
    record.extend(value);
    record.resize(record.len().next_multiple_of(4), 0);
    record
}

/// An enhanced packet block of a whole frame, at microseconds since 1970.
fn packet(micros: u64, frame: &[u8]) -> Vec<u8> {
    let length = (frame.len() as u32).to_le_bytes();
    let (high, low) = (((micros >> 32) as u32).to_le_bytes(), (micros as u32).to_le_bytes());
    block(6, &[&[0; 4], &high[..], &low, &length, &length, frame].concat())
}

/// A block around a body, padded to four bytes, its length before and after.
fn block(kind: u32, body: &[u8]) -> Vec<u8> {
    let total = (12 + body.len().next_multiple_of(4) as u32).to_le_bytes();
    let padding = vec![0; body.len().next_multiple_of(4) - body.len()];
    [&kind.to_le_bytes()[..], &total, body, &padding, &total].concat()
}

/// A UDP datagram of four bytes over IPv4 (RFC 768, RFC 791) on Ethernet; the checksum of UDP is left out.
fn frame(from: [u8; 4], to: [u8; 4], source: u16, destination: u16) -> Vec<u8> {
    let mac = |ip: [u8; 4]| [2, 0, 0, 0, 0, ip[3]];
    let mut ip = [&[0x45, 0, 0, 32, 0, 1, 0, 0, 64, 17, 0, 0][..], &from, &to].concat();
    let sum: u32 = ip.chunks(2).map(|two| u32::from(two[0]) << 8 | u32::from(two[1])).sum();
    let sum = !((sum & 0xffff) + (sum >> 16)) as u16;
    ip[10..12].copy_from_slice(&sum.to_be_bytes());
    let udp = [source.to_be_bytes(), destination.to_be_bytes(), [0, 12], [0, 0]].concat();
    [&mac(to)[..], &mac(from), &[8, 0], &ip, &udp, b"ping"].concat()
}
