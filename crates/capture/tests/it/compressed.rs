//! Compressed captures: whole, in several parts, cut, damaged, and compressed twice.

use std::io::{Cursor, Write};

use capture::{CaptureError, Compression, Content, ErrorKind, Note, Reader};
use flate2::write::GzEncoder;
use ruzstd::encoding::{CompressionLevel, compress_to_vec};

use crate::build::{Random, pcap_of, pcapng_of, read, read_from};

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn zstd(bytes: &[u8]) -> Vec<u8> {
    compress_to_vec(bytes, CompressionLevel::Fastest)
}

type Pack = fn(&[u8]) -> Vec<u8>;

const BOTH: [(Pack, Compression); 2] = [(gzip, Compression::Gzip), (zstd, Compression::Zstd)];

#[test]
fn both_kinds_are_unpacked_in_one_part_or_several() {
    for plain in [pcap_of(9000), pcapng_of(9000)] {
        let expected = read(&plain).unwrap().frames;
        for (pack, compression) in BOTH {
            let (first, second) = plain.split_at(plain.len() / 3);
            for packed in [pack(&plain), [pack(first), pack(second)].concat()] {
                let reader = Reader::from_read(Cursor::new(packed.clone()), "test").unwrap();
                assert_eq!(reader.compression(), compression);
                let whole = read_from(reader).unwrap();
                assert_eq!(whole.frames.len(), expected.len());
                assert!(whole.frames == expected && whole.notes.is_empty());
            }
        }
    }
}

#[test]
fn skippable_zstandard_frames_are_passed_over() {
    // RFC 8878, section 3.1.2.
    let skippable = |size: u32| [&0x184d_2a5eu32.to_le_bytes()[..], &size.to_le_bytes(), &[7; 1000]].concat();
    let plain = pcap_of(100);
    let (first, second) = plain.split_at(700);
    let packed = [skippable(1000), zstd(first), skippable(1000), zstd(second), skippable(1000)].concat();
    let whole = read(&packed).unwrap();
    assert_eq!((whole.frames.len(), whole.notes), (100, vec![]));
    // One that leads beyond the end.
    let whole = read(&[zstd(&plain), skippable(9_000_000)].concat()).unwrap();
    assert_eq!(whole.frames.len(), 100);
    assert!(matches!(whole.notes[..], [Note::CompressionBroken { .. }]));
}

#[test]
fn a_cut_capture_is_read_up_to_the_cut() {
    for plain in [pcap_of(400), pcapng_of(400)] {
        for (pack, _) in BOTH {
            let packed = pack(&plain);
            let mut before = 0;
            for length in (0..packed.len()).step_by(7) {
                match read(&packed[..length]) {
                    Ok(whole) => {
                        assert!(whole.frames.len() >= before);
                        before = whole.frames.len();
                        let told = |note: &Note| {
                            matches!(note, Note::CompressionBroken { .. } | Note::CutShort { .. })
                        };
                        assert!(whole.notes.iter().any(told), "{length}: {:?}", whole.notes);
                    }
                    Err(error) => assert_eq!(error.kind(), ErrorKind::NotACapture),
                }
            }
        }
    }
}

#[test]
fn a_cut_long_capture_gives_most_of_it() {
    let plain = pcap_of(60_000);
    for (pack, _) in BOTH {
        let packed = pack(&plain);
        let whole = read(&packed[..packed.len() / 2]).unwrap();
        assert!((20_000..40_000).contains(&whole.frames.len()), "{}", whole.frames.len());
        assert!(
            matches!(whole.notes[..], [Note::CompressionBroken { early: true, .. }]),
            "{:?}",
            whole.notes
        );
    }
}

#[test]
fn flipped_bytes_never_panic() {
    let mut random = Random(0x1234_5678_9abc_def1);
    for plain in [pcap_of(60), pcapng_of(60)] {
        for (pack, _) in BOTH {
            let packed = pack(&plain);
            for _ in 0..500 {
                let mut packed = packed.clone();
                let place = random.below(packed.len());
                packed[place] ^= 1 << random.below(8);
                if let Ok(whole) = read(&packed) {
                    assert!(whole.failure.is_none());
                }
            }
        }
    }
}

#[test]
fn compression_is_not_followed_twice() {
    for (pack, _) in BOTH {
        let error = read(&gzip(&pack(&pcap_of(3)))).unwrap_err();
        let CaptureError::NotACapture { content, compressed: true, .. } = error else { panic!("{error}") };
        assert!(matches!(content, Content::Gzip | Content::Zstd));
        assert!(error.to_string().contains("unpack it once"), "{error}");
    }
}

#[test]
fn what_cannot_be_unpacked_is_refused_with_advice() {
    let cases: [(&[u8], &str); 4] = [
        (b"BZh91AY&SY\x01\x02\x03", "bunzip2"),
        (b"\xfd7zXZ\0\0\x04\x01", "unxz"),
        (b"\x04\x22\x4d\x18\x60", "unlz4"),
        (b"\x1f\x8b\x08\xff\xff\xff\xff", "Copy it again"),
    ];
    for (bytes, advice) in cases {
        let error = read(bytes).unwrap_err();
        assert!(error.to_string().contains(advice), "{error}");
        assert_eq!(error.kind(), ErrorKind::NotACapture);
    }
    let error = read(&gzip(b"")).unwrap_err();
    assert!(matches!(error, CaptureError::Empty { .. }), "{error}");
    let error = read(&gzip(b"notes of the last shift")).unwrap_err();
    assert!(error.to_string().contains("unpacked, it is text"), "{error}");
}
