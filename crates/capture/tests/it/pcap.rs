//! pcap files as they should be.

use capture::Note;
use model::LinkType;

use crate::build::{Order, bytes, frame, pcap_header, pcap_of, pcap_record, read};

#[test]
fn every_magic_and_byte_order_is_read() {
    for order in [Order::Little, Order::Big] {
        for (magic, fraction, nanoseconds) in
            [(0xa1b2_c3d4, 250_000, 250_000_000), (0xa1b2_3c4d, 250_000_001, 250_000_001)]
        {
            let file =
                [pcap_header(order, magic, 1), pcap_record(order, 1_700_000_000, fraction, b"0123456789")];
            let whole = read(&file.concat()).unwrap();
            let at = 1_700_000_000_000_000_000 + nanoseconds;
            assert_eq!(whole.frames, [(at, 1, b"0123456789".to_vec(), 10)], "{order:?} {magic:x}");
            assert_eq!(whole.notes, []);
        }
    }
}

#[test]
fn kuznetzovs_records_have_eight_bytes_more() {
    for order in [Order::Little, Order::Big] {
        let record = |n: u8| {
            let head = bytes(order).u32(1_700_000_000).u32(0).u32(3).u32(3);
            head.u32(2).u16(0x0800).raw(&[4, 0]).raw(&[n; 3]).1
        };
        let file = [pcap_header(order, 0xa1b2_cd34, 1), record(7), record(8)].concat();
        let whole = read(&file).unwrap();
        assert_eq!(whole.frames.iter().map(|f| f.2[0]).collect::<Vec<_>>(), [7, 8]);
        assert_eq!(whole.notes, []);
    }
}

#[test]
fn old_versions_state_the_lengths_the_other_way_round() {
    // pcap-savefile(5) and libpcap's history: before 2.3 always swapped, in 2.3 either way.
    for (minor, first, second) in [(2, 6, 4), (3, 6, 4), (3, 4, 6), (4, 4, 6)] {
        let header = bytes(Order::Little).u32(0xa1b2_c3d4).u16(2).u16(minor).u32(0).u32(0).u32(4).u32(1).1;
        let record = bytes(Order::Little).u32(1_700_000_000).u32(0).u32(first).u32(second).raw(b"abcd").1;
        let whole = read(&[header, record].concat()).unwrap();
        assert_eq!(whole.frames[0].2, b"abcd");
        assert_eq!(whole.frames[0].3, 6);
        assert_eq!(whole.notes, [Note::FramesCut { frames: 1, snap: 4 }]);
    }
}

#[test]
fn the_frame_check_sequence_is_not_part_of_the_frame() {
    // Bit 26 says that the length is given, the top four bits give it in units of two bytes.
    let file = [
        pcap_header(Order::Little, 0xa1b2_c3d4, 0x2400_0001),
        pcap_record(Order::Little, 1_700_000_000, 0, b"0123456789fcs!"),
        // The capture cut the frame before its check sequence, and within it.
        bytes(Order::Little).u32(1_700_000_000).u32(0).u32(4).u32(14).raw(b"0123").1,
        bytes(Order::Little).u32(1_700_000_000).u32(0).u32(12).u32(14).raw(b"0123456789fc").1,
    ];
    let whole = read(&file.concat()).unwrap();
    let seen: Vec<_> = whole.frames.iter().map(|f| (f.1, f.2.as_slice(), f.3)).collect();
    assert_eq!(seen, [(1, &b"0123456789"[..], 10), (1, b"0123", 10), (1, b"0123456789", 10)]);
    assert_eq!(whole.notes, [Note::FramesCut { frames: 1, snap: 65_535 }]);
}

#[test]
fn frames_of_other_links_are_counted_and_delivered() {
    let file = [
        pcap_header(Order::Little, 0xa1b2_c3d4, 127),
        pcap_record(Order::Little, 1_700_000_000, 0, b"radio"),
        pcap_record(Order::Little, 1_700_000_001, 0, b"radio"),
    ];
    let whole = read(&file.concat()).unwrap();
    assert_eq!(whole.frames.len(), 2);
    assert_eq!(whole.notes, [Note::UnknownLink { link: LinkType(127), frames: 2 }]);
    let told = whole.notes[0].to_string();
    assert!(told.contains("127 (IEEE 802.11 with radiotap header)"), "{told}");
}

#[test]
fn many_frames_come_in_order_over_many_batches() {
    let whole = read(&pcap_of(40_000)).unwrap();
    assert_eq!(whole.frames.len(), 40_000);
    assert!(whole.frames.iter().zip(0..).all(|(read, n)| read.2 == frame(n)));
    assert_eq!(whole.notes, []);
}

#[test]
fn tiny_frames_fill_batches_by_number() {
    let mut file = pcap_header(Order::Big, 0xa1b2_c3d4, 1);
    for n in 0..50_000u32 {
        file.extend(pcap_record(Order::Big, 1_700_000_000, n % 1000, &[n as u8]));
    }
    let whole = read(&file).unwrap();
    assert_eq!(whole.frames.len(), 50_000);
    assert!(whole.frames.iter().zip(0u32..).all(|(read, n)| read.2 == [n as u8]));
}

#[test]
fn the_largest_frames_are_read() {
    let large = vec![0x5a; 262_144];
    let mut file = pcap_header(Order::Little, 0xa1b2_c3d4, 1);
    for n in 0..9 {
        file.extend(pcap_record(Order::Little, 1_700_000_000 + n, 0, &large));
    }
    let whole = read(&file).unwrap();
    assert_eq!(whole.frames.len(), 9);
    assert!(whole.frames.iter().all(|read| read.2 == large));
    assert_eq!(whole.notes, []);
}

#[test]
fn files_joined_by_cat_are_read_on() {
    // The second one has another link type and resolution; batches are small enough to split its header.
    let second = [
        pcap_header(Order::Big, 0xa1b2_3c4d, 101),
        pcap_record(Order::Big, 1_700_000_000, 999_999_999, b"raw ip"),
    ];
    for count in [1, 3500, 5000] {
        let whole = read(&[pcap_of(count), second.concat()].concat()).unwrap();
        assert_eq!(whole.frames.len() as u32, count + 1);
        let last = whole.frames.last().unwrap();
        assert_eq!(last, &(1_700_000_000_999_999_999, 101, b"raw ip".to_vec(), 6));
        assert_eq!(whole.notes, []);
    }
}

#[test]
fn empty_captures_are_captures() {
    let whole = read(&pcap_of(0)).unwrap();
    assert!(whole.frames.is_empty() && whole.notes.is_empty());
}

#[test]
fn odd_but_common_values_are_accepted() {
    let file = [
        pcap_header(Order::Little, 0xa1b2_c3d4, 1),
        // No original length.
        bytes(Order::Little).u32(1_700_000_000).u32(1).u32(4).u32(0).raw(b"abcd").1,
        // More than a million microseconds.
        pcap_record(Order::Little, 1_700_000_000, 1_000_001, b"efgh"),
        pcap_record(Order::Little, 1_700_000_002, 0, b"ijkl"),
        // An empty frame with a time.
        pcap_record(Order::Little, 1_700_000_003, 0, b""),
    ];
    let whole = read(&file.concat()).unwrap();
    let seen: Vec<_> = whole.frames.iter().map(|f| (f.0 % 10_000_000_000, f.2.as_slice(), f.3)).collect();
    let expected: [(i64, &[u8], u32); 4] = [
        (1_000, b"abcd", 4),
        (1_000_001_000, b"efgh", 4),
        (2_000_000_000, b"ijkl", 4),
        (3_000_000_000, b"", 0),
    ];
    assert_eq!(seen, expected);
    assert_eq!(whole.notes, []);
}
