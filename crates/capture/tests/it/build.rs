//! Building captures, and reading them whole.

use std::io::Cursor;
use std::net::IpAddr;

use capture::{Batch, CaptureError, Note, Reader};

/// The byte order of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    Little,
    Big,
}

/// Bytes in one byte order.
pub struct Bytes(pub Order, pub Vec<u8>);

impl Bytes {
    pub fn u16(mut self, n: u16) -> Bytes {
        match self.0 {
            Order::Little => self.1.extend(n.to_le_bytes()),
            Order::Big => self.1.extend(n.to_be_bytes()),
        }
        self
    }

    pub fn u32(mut self, n: u32) -> Bytes {
        match self.0 {
            Order::Little => self.1.extend(n.to_le_bytes()),
            Order::Big => self.1.extend(n.to_be_bytes()),
        }
        self
    }

    pub fn raw(mut self, bytes: &[u8]) -> Bytes {
        self.1.extend(bytes);
        self
    }

    /// Zeros up to a multiple of four.
    pub fn pad(mut self) -> Bytes {
        self.1.resize(self.1.len().next_multiple_of(4), 0);
        self
    }
}

pub fn bytes(order: Order) -> Bytes {
    Bytes(order, Vec::new())
}

/// A pcap file header: version 2.4, snap length 65,535.
pub fn pcap_header(order: Order, magic: u32, link: u32) -> Vec<u8> {
    bytes(order).u32(magic).u16(2).u16(4).u32(0).u32(0).u32(65_535).u32(link).1
}

/// A pcap record of a whole frame.
pub fn pcap_record(order: Order, seconds: u32, fraction: u32, frame: &[u8]) -> Vec<u8> {
    let length = frame.len() as u32;
    bytes(order).u32(seconds).u32(fraction).u32(length).u32(length).raw(frame).1
}

/// A little-endian microsecond Ethernet pcap with `count` frames of 20 to 99 bytes, one a millisecond.
pub fn pcap_of(count: u32) -> Vec<u8> {
    let mut file = pcap_header(Order::Little, 0xa1b2_c3d4, 1);
    for n in 0..count {
        let micros = (n % 1000) * 1000;
        file.extend(pcap_record(Order::Little, 1_700_000_000 + n / 1000, micros, &frame(n)));
    }
    file
}

/// A frame that can be told from others.
pub fn frame(n: u32) -> Vec<u8> {
    (0..20 + n % 80).map(|i| (n.wrapping_mul(31) + i) as u8 | 0x80).collect()
}

/// A pcapng block around a body, padded.
pub fn block(order: Order, kind: u32, body: &[u8]) -> Vec<u8> {
    let total = 12 + body.len().next_multiple_of(4) as u32;
    bytes(order).u32(kind).u32(total).raw(body).pad().u32(total).1
}

/// A section header without options and of unknown length.
pub fn section(order: Order) -> Vec<u8> {
    block(order, 0x0a0d_0d0a, &bytes(order).u32(0x1a2b_3c4d).u16(1).u16(0).u32(!0).u32(!0).1)
}

/// An interface description with options.
pub fn interface(order: Order, link: u16, snap: u32, options: &[u8]) -> Vec<u8> {
    block(order, 1, &bytes(order).u16(link).u16(0).u32(snap).raw(options).1)
}

/// An option.
pub fn option(order: Order, code: u16, value: &[u8]) -> Vec<u8> {
    bytes(order).u16(code).u16(value.len() as u16).raw(value).pad().1
}

/// An enhanced packet of a whole frame.
pub fn enhanced(order: Order, interface: u32, units: u64, frame: &[u8]) -> Vec<u8> {
    enhanced_cut(order, interface, units, frame, frame.len() as u32, &[])
}

/// An enhanced packet of a cut frame, with options.
pub fn enhanced_cut(
    order: Order,
    interface: u32,
    units: u64,
    frame: &[u8],
    length: u32,
    options: &[u8],
) -> Vec<u8> {
    let body = bytes(order).u32(interface).u32((units >> 32) as u32).u32(units as u32);
    block(order, 6, &body.u32(frame.len() as u32).u32(length).raw(frame).pad().raw(options).1)
}

/// A little-endian pcapng with one Ethernet interface and the frames of [`pcap_of`].
pub fn pcapng_of(count: u32) -> Vec<u8> {
    let mut file = [section(Order::Little), interface(Order::Little, 1, 0, &[])].concat();
    for n in 0..count {
        file.extend(enhanced(Order::Little, 0, 1_700_000_000_000_000 + u64::from(n) * 1000, &frame(n)));
    }
    file
}

/// A frame as it was read: time in nanoseconds, link type, bytes, length on the wire.
pub type Read = (i64, u16, Vec<u8>, u32);

/// Everything that was read of a capture.
#[derive(Debug)]
pub struct Whole {
    pub frames: Vec<Read>,
    pub notes: Vec<Note>,
    pub names: Vec<(IpAddr, String)>,
    pub failure: Option<CaptureError>,
}

/// Reads a capture to its end.
pub fn read(file: &[u8]) -> Result<Whole, CaptureError> {
    read_from(Reader::from_read(Cursor::new(file.to_vec()), "test")?)
}

/// Reads what is left of a capture.
pub fn read_from(mut reader: Reader) -> Result<Whole, CaptureError> {
    let mut batch = Batch::new();
    let (mut frames, mut failure) = (Vec::new(), None);
    loop {
        match reader.next_batch(&mut batch) {
            Ok(true) => assert!(!batch.is_empty() && batch.len() <= capture::BATCH_FRAMES_MAX),
            Ok(false) => break,
            Err(error) => failure = Some(error),
        }
        for frame in batch.frames() {
            assert!(frame.bytes.len() <= frame.length as usize);
            frames.push((frame.at.0, frame.link.0, frame.bytes.to_vec(), frame.length));
        }
    }
    assert!(!reader.next_batch(&mut batch).unwrap_or(true), "the end is the end");
    Ok(Whole { frames, notes: reader.notes(), names: reader.names().to_vec(), failure })
}

/// Numbers that look random and are the same in every run (xorshift64, Marsaglia 2003).
pub struct Random(pub u64);

impl Random {
    pub fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % end.max(1) as u64) as usize
    }
}
