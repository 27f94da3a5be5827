//! Finding captures, and saying what is wrong with what is none.

use std::fs;
use std::path::{Path, PathBuf};

use capture::{CaptureError, Compression, Content, ErrorKind, Source, find, open};

use crate::build::{pcap_of, pcapng_of, read, read_from};

#[allow(clippy::disallowed_methods, reason = "the captures of this test have to come from somewhere")]
fn write(folder: &Path, name: &str, bytes: &[u8]) -> PathBuf {
    let path = folder.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(&path, bytes).unwrap();
    path
}

fn names(folder: &Path, sources: &[Source]) -> Vec<String> {
    let relative = |source: &Source| match source {
        Source::File(path) => path.strip_prefix(folder).unwrap().display().to_string(),
        Source::Stdin => "-".to_string(),
    };
    sources.iter().map(relative).collect()
}

#[test]
fn a_folder_gives_what_begins_like_a_capture() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    write(root, "b/second.txt", &pcapng_of(2));
    write(root, "b/deep/er/third", &pcap_of(1));
    write(root, "a.pcap", &pcap_of(1));
    write(root, "notes.pcap", b"written on the shop floor");
    write(root, "empty.pcap", b"");
    write(root, "half.pcap", &pcap_of(0)[..20]);
    let found = find(&[root.to_path_buf()]).unwrap();
    assert_eq!(names(root, &found.sources), ["a.pcap", "b/deep/er/third", "b/second.txt"]);
    assert_eq!(found.passed_over.count, 3);
    assert!(!found.incomplete && found.unreadable.count == 0);
}

#[test]
fn the_same_capture_is_read_once() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    let a = write(root, "a.pcap", &pcap_of(1));
    write(root, "b.pcap", &pcap_of(1));
    let found = find(&[a.clone(), "-".into(), root.to_path_buf(), root.join("./a.pcap")]).unwrap();
    assert_eq!(names(root, &found.sources), ["a.pcap", "-", "b.pcap"]);
    assert_eq!(found.repeated.count, 2);
    let error = find(&["-".into(), a, "-".into()]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Usage);
}

#[cfg(unix)]
#[test]
fn links_in_circles_and_pipes_are_survived() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    write(root, "x/a.pcap", &pcap_of(1));
    std::os::unix::fs::symlink(root, root.join("x/up")).unwrap();
    std::os::unix::fs::symlink(root.join("nowhere"), root.join("x/dangling")).unwrap();
    std::os::unix::net::UnixListener::bind(root.join("x/socket")).unwrap();
    let found = find(&[root.to_path_buf()]).unwrap();
    assert_eq!(names(root, &found.sources), ["x/a.pcap"]);
    assert_eq!((found.passed_over.count, found.unreadable.count), (1, 1));
}

#[test]
fn what_is_missing_or_empty_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    let error = find(&[root.join("gone.pcap")]).unwrap_err();
    assert!(matches!(error, CaptureError::NotFound { .. }), "{error}");
    assert!(error.to_string().contains("gone.pcap: there is no such file"), "{error}");
    write(root, "readme.md", b"# Nothing here");
    let error = find(&[root.to_path_buf()]).unwrap_err();
    assert!(error.to_string().contains("no capture in this folder (1 other files)"), "{error}");
    let empty = Source::File(write(root, "empty.pcap", b""));
    let error = open(&empty).err().unwrap();
    assert!(error.to_string().contains("is empty"), "{error}");
    assert!(open(&Source::File(root.to_path_buf())).is_err());
}

#[test]
fn a_file_knows_how_far_it_was_read() {
    let folder = tempfile::tempdir().unwrap();
    let plain = pcap_of(7000);
    let path = write(folder.path(), "a.pcap", &plain);
    let mut reader = open(&Source::File(path)).unwrap();
    assert_eq!(reader.total(), Some(plain.len() as u64));
    assert_eq!(reader.compression(), Compression::None);
    let mut batch = capture::Batch::new();
    assert!(reader.next_batch(&mut batch).unwrap());
    assert!(reader.consumed() < plain.len() as u64);
    while reader.next_batch(&mut batch).unwrap() {}
    assert_eq!(reader.consumed(), plain.len() as u64);
}

#[test]
fn a_pipe_is_read_like_a_file() {
    // A named pipe or `<(tcpdump -w -)` has no length.
    let (read_end, mut write_end) = std::io::pipe().unwrap();
    let plain = pcap_of(500);
    let writer = {
        let plain = plain.clone();
        std::thread::spawn(move || std::io::Write::write_all(&mut write_end, &plain))
    };
    let reader = capture::Reader::from_read(read_end, "pipe").unwrap();
    assert_eq!(reader.total(), None);
    assert_eq!(read_from(reader).unwrap().frames, read(&plain).unwrap().frames);
    writer.join().unwrap().unwrap();
}

#[test]
fn what_is_not_a_capture_is_named_with_advice() {
    let tar = [&[b'x'; 257][..], b"ustar\0", &[0; 249]].concat();
    let cases: [(&[u8], Content, &str); 15] = [
        (b"PK\x03\x04\x14\0\0\0", Content::Zip, "unzip"),
        (b"7z\xbc\xaf\x27\x1c\0", Content::SevenZip, "7z x"),
        (b"Rar!\x1a\x07\0", Content::Rar, "unrar"),
        (&tar, Content::Tar, "tar -xf"),
        (b"{\"packets\": 1}", Content::Json, "pcapng"),
        (b"  <?xml version=\"1.0\"?>", Content::Xml, "pcapng"),
        (b"0000  00 1b 1b 00 00 01", Content::Text, "text2pcap"),
        ("Gerät".as_bytes(), Content::Text, "text2pcap"),
        (b"snoop\0\0\0\0\0\0\x02\0\0\0\x04", Content::Snoop, "editcap"),
        (b"btsnoop\0\0\0\0\x01", Content::BtSnoop, "editcap"),
        (b"GMBU\0\x02", Content::NetMon, "editcap"),
        (b"XCP\x00002.002", Content::Sniffer, "editcap"),
        // Every line end became two bytes.
        (b"\x0a\x0d\x0d\x0a\x1c\0\0\0\x4d\x3c\x2b\x1b", Content::Mangled, "binary mode"),
        (&[0; 64], Content::Zeros, "Copy it again"),
        (b"\x7fELF\x02\x01\x01", Content::Other, "etl2pcapng"),
    ];
    for (bytes, expected, advice) in cases {
        let error = read(bytes).unwrap_err();
        let CaptureError::NotACapture { content, .. } = &error else { panic!("{error}") };
        assert_eq!(*content, expected);
        assert!(error.to_string().contains(advice), "{error}");
        assert_eq!(error.kind(), ErrorKind::NotACapture);
    }
}
