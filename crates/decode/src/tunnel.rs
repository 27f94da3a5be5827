//! Frames within frames: remote mirrors and tunnels.

use crate::cursor::{Cursor, be16, byte};

/// What a tunnel carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Inner<'a> {
    /// An Ethernet frame.
    Ethernet(&'a [u8]),
    /// An IP packet.
    Ip(&'a [u8]),
}

/// Most tagged fields in a TZSP header.
const TZSP_FIELDS_MAX: usize = 32;

/// Tunnels directly on IP: IP in IP (RFC 2003, RFC 2473) and GRE (RFC 2784, RFC 2890).
pub fn in_ip(protocol: u8, payload: &[u8]) -> Option<Inner<'_>> {
    match protocol {
        4 | 41 => Some(Inner::Ip(payload)),
        47 => gre(payload),
        97 => payload.get(2..).map(Inner::Ethernet),
        _ => None,
    }
}

/// Tunnels on UDP, by the receiver's port: VXLAN (RFC 7348), Geneve (RFC 8926), TZSP.
pub fn in_udp(port: u16, payload: &[u8]) -> Option<Inner<'_>> {
    match port {
        4789 | 8472 => {
            (byte(payload, 0)? & 0x08 != 0).then(|| payload.get(8..).map(Inner::Ethernet)).flatten()
        }
        6081 => geneve(payload),
        37008 => tzsp(payload),
        _ => None,
    }
}

fn gre(payload: &[u8]) -> Option<Inner<'_>> {
    let mut cursor = Cursor::new(payload);
    let (flags, protocol) = (cursor.be16()?, cursor.be16()?);
    if flags & 7 == 1 {
        return point_to_point(cursor, flags);
    }
    for bit in [0x8000, 0x2000, 0x1000] {
        if flags & bit != 0 {
            cursor.skip(4)?;
        }
    }
    let rest = cursor.rest();
    match protocol {
        0x0800 | 0x86dd => Some(Inner::Ip(rest)),
        0x6558 => Some(Inner::Ethernet(rest)),
        // ERSPAN: type I has no header, type II one of 8 bytes and always a GRE sequence number
        // (draft-foschiano-erspan-03, 4.1 and 4.2).
        0x88be if flags & 0x1000 == 0 => Some(Inner::Ethernet(rest)),
        0x88be => rest.get(8..).map(Inner::Ethernet),
        // Type III: 12 bytes, and 8 more when the O bit says so (4.3).
        0x22eb => {
            let more = if be16(rest, 10)? & 1 != 0 { 8 } else { 0 };
            rest.get(12 + more..).map(Inner::Ethernet)
        }
        _ => None,
    }
}

/// Version 1 is PPTP's (RFC 2637, 4.1): length and call 4, [sequence 4], [acknowledgement 4], then a PPP frame.
fn point_to_point<'a>(mut cursor: Cursor<'a>, flags: u16) -> Option<Inner<'a>> {
    cursor.skip(4)?;
    for bit in [0x1000, 0x0080] {
        if flags & bit != 0 {
            cursor.skip(4)?;
        }
    }
    let rest = cursor.rest();
    let rest = rest.strip_prefix(&[0xff, 0x03]).unwrap_or(rest);
    match rest {
        [0x21, packet @ ..] | [0x00, 0x21, packet @ ..] => Some(Inner::Ip(packet)),
        _ => None,
    }
}

fn geneve(payload: &[u8]) -> Option<Inner<'_>> {
    let first = byte(payload, 0)?;
    let options = usize::from(first & 0x3f) * 4;
    let inner = payload.get(8 + options..)?;
    match (first >> 6, be16(payload, 2)?) {
        (0, 0x6558) => Some(Inner::Ethernet(inner)),
        (0, 0x0800 | 0x86dd) => Some(Inner::Ip(inner)),
        _ => None,
    }
}

/// TaZmen Sniffer Protocol: version 1, type 0 (received) or 1 (transmitted), encapsulated protocol 1 (Ethernet),
/// tagged fields until the end tag 1; tag 0 is padding.
fn tzsp(payload: &[u8]) -> Option<Inner<'_>> {
    let mut cursor = Cursor::new(payload);
    let (version, kind, protocol) = (cursor.u8()?, cursor.u8()?, cursor.be16()?);
    if version != 1 || kind > 1 || protocol != 1 {
        return None;
    }
    for _ in 0..TZSP_FIELDS_MAX {
        match cursor.u8()? {
            0 => {}
            1 => return Some(Inner::Ethernet(cursor.rest())),
            _ => {
                let length = cursor.u8()?;
                cursor.skip(usize::from(length))?;
            }
        }
    }
    None
}
