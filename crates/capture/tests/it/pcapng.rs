//! pcapng files as they should be, and nearly.

use capture::Note;
use model::LinkType;

use crate::build::{
    Order, block, bytes, enhanced, enhanced_cut, frame, interface, option, pcapng_of, read, section,
};

const BOTH: [Order; 2] = [Order::Little, Order::Big];

#[test]
fn every_packet_block_is_read() {
    for order in BOTH {
        let units = 1_700_000_000_250_000u64;
        let (high, low) = ((units >> 32) as u32, units as u32);
        let obsolete = bytes(order).u16(0).u16(9).u32(high).u32(low).u32(3).u32(5).raw(b"obs").1;
        let file = [
            section(order),
            interface(order, 1, 6, &[]),
            enhanced(order, 0, units, b"12345"),
            block(order, 2, &obsolete),
            block(order, 3, &bytes(order).u32(9).raw(b"simple").1),
            block(order, 3, &bytes(order).u32(2).raw(b"si").1),
        ];
        let whole = read(&file.concat()).unwrap();
        let at = 1_700_000_000_250_000_000;
        let expected: [(i64, u16, &[u8], u32); 4] =
            [(at, 1, b"12345", 5), (at, 1, b"obs", 5), (at, 1, b"simple", 9), (at, 1, b"si", 2)];
        let seen: Vec<_> = whole.frames.iter().map(|f| (f.0, f.1, f.2.as_slice(), f.3)).collect();
        assert_eq!(seen, expected);
        let notes = [Note::FramesCut { frames: 2, snap: 6 }, Note::FramesWithoutTime { frames: 2 }];
        assert_eq!(whole.notes, notes);
    }
}

#[test]
fn time_follows_resolution_and_offset() {
    // Units, if_tsresol, if_tsoffset, nanoseconds expected. A resolution with the top bit set is binary.
    let cases: [(u64, Option<u8>, i64, i64); 10] = [
        (1_500_000, None, 0, 1_500_000_000),
        (1_500_000, Some(6), 0, 1_500_000_000),
        (1_500_000_000, Some(9), 0, 1_500_000_000),
        (3, Some(0), 0, 3_000_000_000),
        (1_500, Some(3), 1_700_000_000, 1_700_000_001_500_000_000),
        (1_500_000_000_000, Some(12), 0, 1_500_000_000),
        (3 << 9, Some(0x80 | 10), 0, 1_500_000_000),
        (3 << 31, Some(0x80 | 32), -1, 500_000_000),
        (u64::MAX, Some(0), 0, i64::MAX),
        (5, Some(0x7f), i64::MIN, i64::MIN),
    ];
    for order in BOTH {
        for (units, resolution, offset, expected) in cases {
            let mut options = Vec::new();
            if let Some(resolution) = resolution {
                options.extend(option(order, 9, &[resolution]));
            }
            let seconds = match order {
                Order::Little => offset.to_le_bytes(),
                Order::Big => offset.to_be_bytes(),
            };
            options.extend(option(order, 14, &seconds));
            options.extend(option(order, 0, &[]));
            // What stands behind the end of the options does not count.
            options.extend(option(order, 9, &[1]));
            let file = [section(order), interface(order, 1, 0, &options), enhanced(order, 0, units, b"x")];
            let whole = read(&file.concat()).unwrap();
            assert_eq!(whole.frames[0].0, expected, "{order:?} {units} {resolution:?} {offset}");
        }
    }
}

#[test]
fn sections_may_differ_in_byte_order_and_interfaces() {
    let (little, big) = (Order::Little, Order::Big);
    let file = [
        section(little),
        interface(little, 1, 0, &[]),
        interface(little, 113, 0, &option(little, 9, &[9])),
        enhanced(little, 1, 5, b"cooked"),
        enhanced(little, 0, 5, b"ethernet"),
        section(big),
        interface(big, 101, 0, &[]),
        enhanced(big, 0, 7, b"raw"),
        enhanced(big, 1, 7, b"of no interface"),
        section(little),
        interface(little, 1, 0, &[]),
        enhanced(little, 0, 9, b"again"),
    ];
    let whole = read(&file.concat()).unwrap();
    let seen: Vec<_> = whole.frames.iter().map(|f| (f.0, f.1, f.2.as_slice())).collect();
    let expected: [(i64, u16, &[u8]); 4] =
        [(5, 113, b"cooked"), (5_000, 1, b"ethernet"), (7_000, 101, b"raw"), (9_000, 1, b"again")];
    assert_eq!(seen, expected);
    assert_eq!(whole.notes, [Note::InterfaceMissing { frames: 1 }]);
}

#[test]
fn names_are_kept_and_secrets_are_not() {
    for order in BOTH {
        let record =
            |kind: u16, value: &[u8]| bytes(order).u16(kind).u16(value.len() as u16).raw(value).pad().1;
        let v6 = [&[0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7][..], b"camera\0"].concat();
        let records = [
            record(1, b"\x0a\x00\x03\x0bplc-7\0plc-7.plant.example\0"),
            record(2, &v6),
            record(9, b"something new"),
            record(0, &[]),
            record(1, b"\x0a\x00\x03\x0cbehind the end\0"),
        ];
        let file = [
            section(order),
            interface(order, 1, 0, &[]),
            block(order, 4, &records.concat()),
            block(order, 10, &bytes(order).u32(0x544c_534b).u32(6).raw(b"secret").1),
            enhanced(order, 0, 0, b"frame"),
        ];
        let whole = read(&file.concat()).unwrap();
        let names: Vec<_> = whole.names.iter().map(|(ip, name)| format!("{ip} {name}")).collect();
        assert_eq!(names, ["10.0.3.11 plc-7", "10.0.3.11 plc-7.plant.example", "fe80::7 camera"]);
        assert_eq!((whole.frames.len(), whole.notes), (1, vec![]));
    }
}

#[test]
fn the_last_statistics_of_each_interface_tell_what_was_lost() {
    let order = Order::Little;
    let statistics = |interface: u32, lost: u64| {
        let options = option(order, 5, &lost.to_le_bytes());
        block(order, 5, &bytes(order).u32(interface).u32(0).u32(0).raw(&options).1)
    };
    let file = [
        section(order),
        interface(order, 1, 0, &[]),
        interface(order, 1, 0, &[]),
        statistics(0, 3),
        statistics(1, 20),
        statistics(0, 5),
        statistics(7, 1000),
        section(order),
        interface(order, 1, 0, &[]),
        statistics(0, 100),
    ];
    assert_eq!(read(&file.concat()).unwrap().notes, [Note::FramesLost { frames: 125 }]);
}

#[test]
fn unknown_and_custom_blocks_are_passed_over_whatever_their_size() {
    let order = Order::Big;
    let mut file = [section(order), interface(order, 1, 0, &[])].concat();
    for (kind, size) in [(0xbad, 4), (0x4000_0bad, 5), (77, 600_000), (0x8000_0001, 3_000_000), (78, 0)] {
        file.extend(block(order, kind, &vec![0xee; size]));
        file.extend(enhanced(order, 0, 1, &frame(kind)));
    }
    let whole = read(&file).unwrap();
    assert_eq!(whole.frames.len(), 5);
    assert_eq!(whole.notes, []);
}

#[test]
fn frame_check_sequences_are_taken_off() {
    let order = Order::Little;
    // epb_flags: bits 5 to 8 are the length for this frame; if_fcslen is a number of bits or of bytes.
    let flags = option(order, 2, &(4u32 << 5).to_le_bytes());
    let comment = option(order, 1, b"no flags");
    let file = [
        section(order),
        interface(order, 1, 0, &option(order, 13, &[32])),
        interface(order, 1, 0, &option(order, 13, &[4])),
        interface(order, 1, 0, &[]),
        enhanced(order, 0, 1, b"framefcs!"),
        enhanced_cut(order, 1, 1, b"framefcs!", 9, &comment),
        enhanced_cut(order, 2, 1, b"framefcs!", 9, &[comment.clone(), flags].concat()),
        enhanced_cut(order, 2, 1, b"frame", 5, &comment),
    ];
    let whole = read(&file.concat()).unwrap();
    assert!(whole.frames.iter().all(|f| f.2 == b"frame" && f.3 == 5), "{:?}", whole.frames);
    assert_eq!((whole.frames.len(), whole.notes), (4, vec![]));
}

#[test]
fn links_are_told_apart() {
    let order = Order::Little;
    let file = [
        section(order),
        interface(order, 227, 0, &[]),
        interface(order, 1, 0, &[]),
        interface(order, 195, 0, &[]),
        enhanced(order, 0, 1, b"can"),
        enhanced(order, 1, 1, b"ethernet"),
        enhanced(order, 2, 1, b"mesh"),
        enhanced(order, 0, 1, b"can"),
    ];
    let whole = read(&file.concat()).unwrap();
    assert_eq!(whole.frames.len(), 4);
    let expected = [
        Note::UnknownLink { link: LinkType(227), frames: 2 },
        Note::UnknownLink { link: LinkType(195), frames: 1 },
    ];
    assert_eq!(whole.notes, expected);
}

#[test]
fn lengths_that_do_not_count_the_padding_are_understood() {
    let order = Order::Little;
    let body = bytes(order).u32(0).u32(0).u32(1).u32(5).u32(5).raw(b"frame").1;
    let total = 12 + body.len() as u32;
    let padded = bytes(order).u32(6).u32(total).raw(&body).pad().u32(total).1;
    let bare = bytes(order).u32(6).u32(total).raw(&body).u32(total).1;
    let head = [section(order), interface(order, 1, 0, &[])].concat();
    for odd in [padded, bare] {
        let file = [&head[..], &odd, &odd, &enhanced(order, 0, 1, b"frame"), &odd].concat();
        let whole = read(&file).unwrap();
        assert!(whole.frames.iter().all(|f| f.2 == b"frame"));
        assert_eq!((whole.frames.len(), whole.notes), (4, vec![Note::BlocksUnpadded { blocks: 3 }]));
    }
}

#[test]
fn a_wrong_trailing_length_is_survived() {
    let order = Order::Little;
    let mut odd = enhanced(order, 0, 1, b"frame");
    let end = odd.len();
    odd[end - 4..].copy_from_slice(&[0xde, 0xad, 0, 0]);
    let head = [section(order), interface(order, 1, 0, &[])].concat();
    let whole = read(&[&head[..], &odd, &enhanced(order, 0, 1, b"next!"), &odd].concat()).unwrap();
    let seen: Vec<_> = whole.frames.iter().map(|f| f.2.as_slice()).collect();
    assert_eq!(seen, [b"frame", b"next!", b"frame"]);
    assert_eq!(whole.notes, [Note::BlocksMismatched { blocks: 2 }]);
}

#[test]
fn many_frames_come_in_order_over_many_batches() {
    let whole = read(&pcapng_of(40_000)).unwrap();
    assert_eq!(whole.frames.len(), 40_000);
    assert!(whole.frames.iter().zip(0..).all(|(read, n)| read.2 == frame(n)));
    assert_eq!(whole.notes, []);
}
