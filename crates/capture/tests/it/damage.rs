//! Captures that are cut, damaged or made to harm: they never fail, and what is good in them is read.

use std::io::{self, Cursor, Read};

use capture::{CaptureError, Content, Note, Reader};

use crate::build::{
    Order, Random, block, bytes, enhanced, frame, interface, pcap_header, pcap_of, pcap_record, pcapng_of,
    read, read_from, section,
};

/// Every prefix of the file is read without failing, and never holds more frames than a longer one.
fn check_every_prefix(file: &[u8], header: usize, ends: &[usize]) {
    let mut before = 0;
    for length in 0..=file.len() {
        match read(&file[..length]) {
            Ok(whole) => {
                assert!(length >= header, "{length} bytes are no header");
                assert!(whole.failure.is_none());
                assert!(whole.frames.len() >= before, "fewer frames with {length} bytes");
                before = whole.frames.len();
                let cut = whole.notes.iter().any(|note| matches!(note, Note::CutShort { .. }));
                assert_eq!(cut, !ends.contains(&length), "{length}: {:?}", whole.notes);
            }
            Err(CaptureError::Empty { .. }) => assert_eq!(length, 0),
            Err(CaptureError::NotACapture { content, .. }) => {
                assert!(length < header, "{length} bytes are enough");
                assert_eq!(content == Content::HeaderCut, length >= 4);
            }
            Err(error) => panic!("{error}"),
        }
    }
    assert_eq!(before, ends.len() - 1);
}

#[test]
fn pcap_cut_anywhere() {
    for order in [Order::Little, Order::Big] {
        let mut file = pcap_header(order, 0xa1b2_c3d4, 1);
        let mut ends = vec![file.len()];
        for n in 0..12 {
            file.extend(pcap_record(order, 1_700_000_000 + n, 0, &frame(n)));
            ends.push(file.len());
        }
        check_every_prefix(&file, 24, &ends);
    }
}

#[test]
fn pcapng_cut_anywhere() {
    let order = Order::Big;
    let mut file = section(order);
    let after_section = file.len();
    file.extend(interface(order, 1, 0, &[]));
    let mut ends = vec![file.len()];
    for n in 0..12 {
        file.extend(enhanced(order, 0, u64::from(n), &frame(n)));
        ends.push(file.len());
    }
    for length in 0..=file.len() {
        let result = read(&file[..length]);
        assert_eq!(result.is_ok(), length >= 28, "{length}");
        let Ok(whole) = result else { continue };
        assert_eq!(whole.frames.len(), ends.iter().filter(|&&end| end <= length).count().saturating_sub(1));
        assert_eq!(whole.notes.is_empty(), length == after_section || ends.contains(&length));
    }
}

#[test]
fn the_left_over_bytes_are_told() {
    let mut file = pcap_of(3);
    let whole = file.len() as u64;
    file.extend(&pcap_record(Order::Little, 1_700_000_000, 9, &[7; 60])[..50]);
    assert_eq!(read(&file).unwrap().notes, [Note::CutShort { at: whole, left_over: 50 }]);

    // The same within a block that is passed over.
    let mut file = pcapng_of(3);
    let whole = file.len() as u64;
    file.extend(&block(Order::Little, 77, &vec![0; 2_000_000])[..1_500_000]);
    assert_eq!(read(&file).unwrap().notes, [Note::CutShort { at: whole, left_over: 1_500_000 }]);
}

#[test]
fn a_damaged_record_header_is_passed_over() {
    let head = pcap_of(100);
    let bad =
        bytes(Order::Little).u32(1_700_000_000).u32(5).u32(0xdead_beef).u32(0xdead_beef).raw(&[0xa5; 50]).1;
    let good: Vec<u8> =
        (0..30).flat_map(|n| pcap_record(Order::Little, 1_700_000_001, n, &frame(n))).collect();
    let whole = read(&[&head[..], &bad, &good].concat()).unwrap();
    assert_eq!(whole.frames.len(), 130);
    assert_eq!(whole.frames[100].2, frame(0));
    assert_eq!(whole.notes, [Note::Damaged { at: head.len() as u64, skipped: bad.len() as u64 }]);
}

#[test]
fn a_damaged_block_is_passed_over() {
    let head = pcapng_of(100);
    let bad = bytes(Order::Little).u32(6).u32(0xffff_fff0).raw(&[0xa5; 51]).1;
    let good: Vec<u8> = (0..30).flat_map(|n| enhanced(Order::Little, 0, u64::from(n), &frame(n))).collect();
    let whole = read(&[&head[..], &bad, &good].concat()).unwrap();
    assert_eq!(whole.frames.len(), 130);
    assert_eq!(whole.notes, [Note::Damaged { at: head.len() as u64, skipped: bad.len() as u64 }]);
}

#[test]
fn long_damage_is_searched_over_many_batches_but_not_for_ever() {
    for (noise, found) in [(3_000_000, true), (20_000_000, false)] {
        let mut random = Random(0x9e37_79b9_7f4a_7c15);
        let head = pcap_of(10);
        // Large numbers everywhere, so that nothing in it looks like a record.
        let bad: Vec<u8> = (0..noise).map(|_| 0x80 | random.below(256) as u8).collect();
        let good: Vec<u8> =
            (0..9).flat_map(|n| pcap_record(Order::Little, 1_700_000_001, n, &frame(n))).collect();
        let whole = read(&[&head[..], &bad, &good].concat()).unwrap();
        let at = head.len() as u64;
        if found {
            assert_eq!(whole.frames.len(), 19);
            assert_eq!(whole.notes, [Note::Damaged { at, skipped: noise as u64 }]);
        } else {
            assert_eq!(whole.frames.len(), 10);
            assert_eq!(whole.notes, [Note::DamagedToEnd { at }]);
        }
    }
}

#[test]
fn space_that_was_never_written_holds_no_frames() {
    for file in [pcap_of(10), pcapng_of(10)] {
        let at = file.len() as u64;
        let whole = read(&[&file[..], &[0; 100_000]].concat()).unwrap();
        assert_eq!(whole.frames.len(), 10);
        assert_eq!(whole.notes, [Note::DamagedToEnd { at }]);
    }
}

#[test]
fn hostile_lengths_allocate_nothing_and_stop_nothing() {
    let order = Order::Little;
    let head = [section(order), interface(order, 1, 0, &[])].concat();
    let after = enhanced(order, 0, 1, b"after");
    let too_large =
        block(order, 6, &bytes(order).u32(0).u32(0).u32(0).u32(262_145).u32(!0).raw(&[0; 262_145]).1);
    let bodies: Vec<(Vec<u8>, Note)> = vec![
        (
            block(order, 6, &bytes(order).u32(0).u32(0).u32(0).u32(90).u32(90).1),
            Note::BlocksBroken { blocks: 1 },
        ),
        (block(order, 6, b"short"), Note::BlocksBroken { blocks: 1 }),
        (block(order, 1, b""), Note::BlocksBroken { blocks: 1 }),
        (enhanced(order, !0, 1, b"x"), Note::InterfaceMissing { frames: 1 }),
        (too_large, Note::FramesTooLarge { frames: 1 }),
    ];
    for (odd, note) in bodies {
        let whole = read(&[&head[..], &odd, &after].concat()).unwrap();
        assert_eq!((whole.frames.len(), whole.notes), (1, vec![note]));
    }
    // Lengths of options and names that lead out of their block.
    let odd = [
        block(order, 4, &bytes(order).u16(1).u16(0xffff).raw(b"\x0a\0\0\x01name").1),
        block(order, 5, &bytes(order).u32(0).u32(0).u32(0).u16(5).u16(0xfff0).1),
        interface(order, 1, 0, &bytes(order).u16(9).u16(0xffff).1),
        after,
    ];
    let whole = read(&[head, odd.concat()].concat()).unwrap();
    assert_eq!((whole.frames.len(), whole.notes, whole.names), (1, vec![], vec![]));
}

#[test]
fn tables_have_bounds() {
    let order = Order::Little;
    let mut file = section(order);
    for link in 0..70_000u32 {
        file.extend(interface(order, link as u16, 0, &[]));
    }
    for n in 0..5000 {
        file.extend(enhanced(order, n, 1, b"x"));
    }
    let names: Vec<u8> = (0..20_000u32).flat_map(|n| format!("h{n}\0").into_bytes()).collect();
    for part in names.chunks(60_000) {
        let record = bytes(order).u16(1).u16(4 + part.len() as u16).raw(&[10, 0, 0, 1]).raw(part).1;
        for _ in 0..4 {
            file.extend(block(order, 4, &record));
        }
    }
    let whole = read(&file).unwrap();
    assert_eq!((whole.frames.len(), whole.names.len()), (4096, 65_536));
    assert!(whole.notes.contains(&Note::InterfaceMissing { frames: 5000 - 4096 }));
    assert!(whole.notes.iter().any(|note| matches!(note, Note::NamesDropped { .. })));
    let links = whole.notes.iter().filter(|note| matches!(note, Note::UnknownLink { .. }));
    assert!(links.count() <= 32);

    // Damage at every other record: the places told are few, the rest are counted.
    let mut file = pcap_of(1);
    for n in 0..300 {
        file.extend(bytes(Order::Little).u32(0).u32(0).u32(!0).u32(!0).1);
        for k in 0..3 {
            file.extend(pcap_record(Order::Little, 1_700_000_000, n, &frame(k)));
        }
    }
    let whole = read(&file).unwrap();
    assert_eq!((whole.frames.len(), whole.notes.len()), (901, 65));
    assert!(whole.notes.contains(&Note::MorePlaces { places: 300 - 64 }));
}

#[test]
fn flipped_bytes_never_panic_and_rarely_cost_more_than_a_frame() {
    let mut random = Random(0x2545_f491_4f6c_dd1d);
    for whole in [pcap_of(200), pcapng_of(200)] {
        let mut frames = 0;
        for _ in 0..2000 {
            let mut file = whole.clone();
            for _ in 0..1 + random.below(4) {
                let place = random.below(file.len());
                file[place] ^= 1 << random.below(8);
            }
            if let Ok(read) = read(&file) {
                assert!(read.failure.is_none());
                frames += read.frames.len();
            }
        }
        assert!(frames > 2000 * 200 * 95 / 100, "{frames}");
    }
}

/// Gives some bytes, then fails.
struct Failing(Cursor<Vec<u8>>);

impl Read for Failing {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.0.read(buffer)? {
            0 => Err(io::Error::other("the disk is gone")),
            n => Ok(n),
        }
    }
}

#[test]
fn a_failing_disk_is_told_after_what_was_read() {
    let file = pcap_of(5000);
    let length = file.len() as u64;
    let whole = read_from(Reader::from_read(Failing(Cursor::new(file)), "test").unwrap()).unwrap();
    assert_eq!(whole.frames.len(), 5000);
    let Some(error @ CaptureError::Io { at, .. }) = &whole.failure else { panic!("no failure") };
    assert_eq!(*at, length);
    assert!(error.to_string().starts_with("test: reading failed after"), "{error}");
}

/// Gives one byte at a time, as a slow pipe might, with interruptions.
struct Slow(Cursor<Vec<u8>>, bool);

impl Read for Slow {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.1 = !self.1;
        if self.1 {
            return Err(io::ErrorKind::Interrupted.into());
        }
        let end = buffer.len().min(1);
        self.0.read(&mut buffer[..end])
    }
}

#[test]
fn a_slow_pipe_gives_the_same() {
    for file in [pcap_of(50), pcapng_of(50)] {
        let slow =
            read_from(Reader::from_read(Slow(Cursor::new(file.clone()), false), "test").unwrap()).unwrap();
        assert_eq!(slow.frames, read(&file).unwrap().frames);
    }
}
