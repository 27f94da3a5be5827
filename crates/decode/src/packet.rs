//! From frame to network layer: links, VLAN tags, redundancy tags, labels, IP.
//!
//! Reading is lax: what is readable is kept, what is wrong is said, nothing fails.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use model::{LinkType, Mac};

use crate::cursor::{Cursor, be16, be128, byte};

/// Most VLAN tags, MPLS labels or redundancy tags on one frame.
const TAGS_MAX: usize = 8;
/// Most IPv6 extension headers on one packet.
const EXTENSION_HEADERS_MAX: usize = 16;
/// Smallest value of the type field that is an EtherType; below, it is a length (IEEE 802.3, 3.2.6).
const ETHERTYPE_MIN: u16 = 0x0600;
/// HSR tag (IEC 62439-3, 5.7).
const ETHERTYPE_HSR: u16 = 0x892f;
/// Suffix of a PRP trailer (IEC 62439-3, 4.2.7).
const PRP_SUFFIX: u16 = 0x88fb;

/// A frame down to its network layer.
#[derive(Debug, Clone, Copy)]
pub struct Packet<'a> {
    /// Hardware addresses, where the link has them.
    pub hardware: Hardware,
    /// Outermost VLAN id that is not a mere priority tag.
    pub vlan: Option<u16>,
    /// What the frame carries.
    pub body: Body<'a>,
}

/// Destination and source hardware address of a frame, each where the link has one, in one number: it is compared
/// for every frame and hardly ever taken apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Hardware(u128);

impl Hardware {
    /// Bits that [`Hardware::number`] uses.
    pub const BITS: u32 = 98;
    const SOURCE_KNOWN: u128 = 1 << 96;
    const DESTINATION_KNOWN: u128 = 1 << 97;

    /// Both addresses, as an Ethernet header begins: destination, then source (IEEE 802.3, 3.2).
    #[inline(always)]
    fn both(header: &[u8; 14]) -> Hardware {
        let [a, b, c, d, e, f, g, h, i, j, k, l, ..] = *header;
        let (high, low) = (u64::from_be_bytes([a, b, c, d, e, f, g, h]), u32::from_be_bytes([i, j, k, l]));
        let known = Self::SOURCE_KNOWN | Self::DESTINATION_KNOWN;
        Hardware(known | u128::from(high) << 32 | u128::from(low))
    }

    /// The source address alone.
    pub fn source_only(source: Option<Mac>) -> Hardware {
        Hardware(source.map_or(0, |mac| Self::SOURCE_KNOWN | u128::from(mac.number())))
    }

    /// The source address, where the link has one.
    pub fn source(self) -> Option<Mac> {
        (self.0 & Self::SOURCE_KNOWN != 0).then(|| mac(self.0 as u64))
    }

    /// The destination address, where the link has one.
    pub fn destination(self) -> Option<Mac> {
        (self.0 & Self::DESTINATION_KNOWN != 0).then(|| mac((self.0 >> 48) as u64))
    }

    /// A number that is the same for the same addresses, and never for others.
    #[inline(always)]
    pub fn number(self) -> u128 {
        self.0
    }
}

fn mac(number: u64) -> Mac {
    let [_, _, a, b, c, d, e, f] = number.to_be_bytes();
    Mac([a, b, c, d, e, f])
}

/// What a frame carries.
#[derive(Debug, Clone, Copy)]
pub enum Body<'a> {
    /// A protocol directly on the link.
    Link(LinkProtocol, &'a [u8]),
    /// An IP packet.
    Ip(IpPacket<'a>),
    /// Nothing that could be read, and why.
    Unreadable(&'static str),
}

/// A protocol directly on a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkProtocol {
    /// By EtherType.
    EtherType(u16),
    /// By SNAP organisation and protocol id (IEEE 802, clause 9).
    Snap(u32, u16),
    /// By LLC destination access point (IEEE 802.2).
    Llc(u8),
}

impl LinkProtocol {
    /// The number by which a conversation knows it: EtherType, SNAP protocol id or LLC access point.
    pub fn number(self) -> u16 {
        match self {
            LinkProtocol::EtherType(number) | LinkProtocol::Snap(_, number) => number,
            LinkProtocol::Llc(point) => u16::from(point),
        }
    }
}

/// An IPv4 or IPv6 packet.
#[derive(Debug, Clone, Copy)]
pub struct IpPacket<'a> {
    /// Sender and receiver.
    pub addresses: Addresses,
    /// Time to live or hop limit.
    pub hops_left: u8,
    /// IP protocol number after all extension headers.
    pub protocol: u8,
    /// IPv4 identification; 0 for IPv6.
    pub identification: u16,
    /// Set for fragments.
    pub fragment: Option<Fragment>,
    /// The payload as far as captured.
    pub payload: &'a [u8],
    /// Length of the payload on the wire, in bytes.
    pub payload_length: usize,
}

/// Sender and receiver of an IP packet, as numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Addresses {
    /// IPv4.
    V4([u32; 2]),
    /// IPv6.
    V6([u128; 2]),
}

impl Addresses {
    /// From one address to the other. Of different versions, both count as version 6 (RFC 4291, 2.5.5.2).
    pub fn of(source: IpAddr, destination: IpAddr) -> Addresses {
        let wide = |ip: IpAddr| match ip {
            IpAddr::V4(ip) => u128::from(ip.to_ipv6_mapped()),
            IpAddr::V6(ip) => u128::from(ip),
        };
        match (source, destination) {
            (IpAddr::V4(a), IpAddr::V4(b)) => Addresses::V4([a.into(), b.into()]),
            (a, b) => Addresses::V6([wide(a), wide(b)]),
        }
    }

    /// Sender and receiver, each by itself.
    pub fn both(self) -> [IpAddr; 2] {
        match self {
            Addresses::V4(both) => both.map(|address| Ipv4Addr::from(address).into()),
            Addresses::V6(both) => both.map(|address| Ipv6Addr::from(address).into()),
        }
    }
}

/// Which part of a datagram a fragment is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fragment {
    /// Identification shared by all fragments of a datagram.
    pub id: u32,
    /// Offset of its payload, in bytes.
    pub offset: usize,
    /// False for the last one.
    pub more: bool,
}

/// An IPv4 packet in an Ethernet II frame with at most one VLAN tag, whole and without options: nearly every frame of
/// a plant is one. What this answers, [`read`] answers too; anything else is left to that.
#[inline(always)]
pub fn plain(link: LinkType, bytes: &[u8]) -> Option<(Hardware, Option<u16>, IpPacket<'_>)> {
    if link != LinkType::ETHERNET {
        return None;
    }
    let (header, rest) = bytes.split_first_chunk::<14>()?;
    let (vlan, packet) = match [header[12], header[13]] {
        [0x08, 0x00] => (None, rest),
        [0x81, 0x00] => {
            let ([a, b, 0x08, 0x00], packet) = rest.split_first_chunk::<4>()? else { return None };
            (Some(u16::from_be_bytes([*a, *b]) & 0x0fff).filter(|&id| id != 0), packet)
        }
        _ => return None,
    };
    // Version 4, five words, neither an offset nor more fragments.
    let (ip, _) = packet.split_first_chunk::<20>()?;
    if ip[0] != 0x45 || ip[6] & 0x3f | ip[7] != 0 {
        return None;
    }
    Some((Hardware::both(header), vlan, ipv4_with(ip, packet, 20, None)?))
}

/// Reads a captured frame down to its network layer.
pub fn read(link: LinkType, bytes: &[u8]) -> Packet<'_> {
    match link {
        LinkType::ETHERNET => ethernet(bytes),
        LinkType::LINUX_SLL => cooked_v1(bytes),
        LinkType::LINUX_SLL2 => cooked_v2(bytes),
        LinkType::NULL | LinkType::LOOP => loopback(bytes),
        LinkType::IPV4 | LinkType::IPV6 | LinkType::RAW | LinkType(12 | 14) => bare(ip(bytes)),
        _ => bare(Body::Unreadable("link type not supported")),
    }
}

fn bare(body: Body<'_>) -> Packet<'_> {
    Packet { hardware: Hardware::default(), vlan: None, body }
}

/// An Ethernet II or IEEE 802.3 frame.
pub fn ethernet(bytes: &[u8]) -> Packet<'_> {
    let Some((header, rest)) = bytes.split_first_chunk::<14>() else {
        return bare(Body::Unreadable("Ethernet header cut short"));
    };
    let (vlan, body) = tagged(u16::from_be_bytes([header[12], header[13]]), rest);
    Packet { hardware: Hardware::both(header), vlan, body }
}

/// Steps over VLAN tags (IEEE 802.1Q), HSR tags and MPLS labels to the payload.
fn tagged(mut kind: u16, mut bytes: &[u8]) -> (Option<u16>, Body<'_>) {
    let mut vlan = None;
    for _ in 0..TAGS_MAX {
        match kind {
            0x0800 | 0x86dd => return (vlan, ip(bytes)),
            0x8100 | 0x88a8 | 0x9100 | 0x9200 => {
                let mut cursor = Cursor::new(bytes);
                let (Some(tag), Some(inner)) = (cursor.be16(), cursor.be16()) else {
                    return (vlan, Body::Unreadable("VLAN tag cut short"));
                };
                // Id 0 only carries a priority (IEEE 802.1Q, 9.6): no VLAN.
                if vlan.is_none() && tag & 0x0fff != 0 {
                    vlan = Some(tag & 0x0fff);
                }
                (kind, bytes) = (inner, cursor.rest());
            }
            ETHERTYPE_HSR => {
                let mut cursor = Cursor::new(bytes);
                let (Some(_), Some(inner)) = (cursor.be32(), cursor.be16()) else {
                    return (vlan, Body::Unreadable("HSR tag cut short"));
                };
                (kind, bytes) = (inner, cursor.rest());
            }
            0x8847 | 0x8848 => return (vlan, labelled(bytes)),
            0x8864 => return (vlan, point_to_point(bytes)),
            _ if kind < ETHERTYPE_MIN => return (vlan, llc(bytes, usize::from(kind))),
            _ => return (vlan, Body::Link(LinkProtocol::EtherType(kind), without_prp_trailer(bytes))),
        }
    }
    (vlan, Body::Unreadable("too many tags"))
}

/// The payload without the six bytes that a parallel redundancy node appends: sequence 2, LAN and size 2, suffix 2.
fn without_prp_trailer(bytes: &[u8]) -> &[u8] {
    let Some((rest, trailer)) = bytes.split_last_chunk::<6>() else { return bytes };
    let lan = trailer[2] >> 4;
    if u16::from_be_bytes([trailer[4], trailer[5]]) == PRP_SUFFIX && matches!(lan, 0xa | 0xb) {
        rest
    } else {
        bytes
    }
}

/// MPLS labels (RFC 3032): four bytes each until the bottom-of-stack bit.
fn labelled(bytes: &[u8]) -> Body<'_> {
    let mut cursor = Cursor::new(bytes);
    for _ in 0..TAGS_MAX {
        match cursor.be32() {
            Some(label) if label & 0x100 != 0 => return ip(cursor.rest()),
            Some(_) => {}
            None => break,
        }
    }
    Body::Unreadable("MPLS label stack cut short")
}

/// PPPoE session (RFC 2516): version 1, code 1, session 2, length 2, PPP protocol 2.
fn point_to_point(bytes: &[u8]) -> Body<'_> {
    match be16(bytes, 6) {
        Some(0x0021 | 0x0057) => ip(bytes.get(8..).unwrap_or_default()),
        _ => Body::Link(LinkProtocol::EtherType(0x8864), bytes),
    }
}

/// IEEE 802.2 LLC, with SNAP where its access points say so.
fn llc(bytes: &[u8], length: usize) -> Body<'_> {
    let bytes = bytes.get(..length.min(bytes.len())).unwrap_or(bytes);
    let mut cursor = Cursor::new(bytes);
    let (Some(destination), Some(source), Some(control)) = (cursor.u8(), cursor.u8(), cursor.u8()) else {
        return Body::Unreadable("LLC header cut short");
    };
    if (destination, source, control) == (0xaa, 0xaa, 3) {
        let (Some(organisation), Some(protocol)) = (cursor.be24(), cursor.be16()) else {
            return Body::Unreadable("SNAP header cut short");
        };
        return match (organisation, protocol) {
            (0 | 0x0000f8, 0x0800 | 0x86dd) => ip(cursor.rest()),
            (0 | 0x0000f8, kind) => Body::Link(LinkProtocol::EtherType(kind), cursor.rest()),
            _ => Body::Link(LinkProtocol::Snap(organisation, protocol), cursor.rest()),
        };
    }
    // Unnumbered frames have one control octet, all others two.
    let control_bytes = if control & 3 == 3 { 0 } else { 1 };
    Body::Link(LinkProtocol::Llc(destination), cursor.rest().get(control_bytes..).unwrap_or_default())
}

/// Linux cooked capture v1: packet type 2, hardware type 2, address length 2, address 8, protocol 2.
fn cooked_v1(bytes: &[u8]) -> Packet<'_> {
    let mut cursor = Cursor::new(bytes);
    let header = (cursor.be16(), cursor.be16(), cursor.be16(), cursor.array::<8>(), cursor.be16());
    let (Some(_), Some(_), Some(length), Some(address), Some(kind)) = header else {
        return bare(Body::Unreadable("cooked header cut short"));
    };
    cooked(length, address, kind, cursor.rest())
}

/// Linux cooked capture v2: protocol 2, reserved 2, interface 4, hardware type 2, packet type 1, address length 1, address 8.
fn cooked_v2(bytes: &[u8]) -> Packet<'_> {
    let mut cursor = Cursor::new(bytes);
    let header = (cursor.be16(), cursor.skip(9), cursor.u8(), cursor.array::<8>());
    let (Some(kind), Some(()), Some(length), Some(address)) = header else {
        return bare(Body::Unreadable("cooked header cut short"));
    };
    cooked(u16::from(length), address, kind, cursor.rest())
}

fn cooked(length: u16, address: [u8; 8], kind: u16, rest: &[u8]) -> Packet<'_> {
    let [a, b, c, d, e, f, ..] = address;
    let source = Mac([a, b, c, d, e, f]);
    let (vlan, body) = tagged(kind, rest);
    let hardware = Hardware::source_only((length == 6 && !source.is_zero()).then_some(source));
    Packet { hardware, vlan, body }
}

/// BSD loopback: four bytes of address family, in either byte order.
fn loopback(bytes: &[u8]) -> Packet<'_> {
    let Some((family, rest)) = bytes.split_first_chunk::<4>() else {
        return bare(Body::Unreadable("loopback header cut short"));
    };
    let family = u32::from_le_bytes(*family).min(u32::from_be_bytes(*family));
    match family {
        2 | 10 | 23 | 24 | 28 | 30 => bare(ip(rest)),
        _ => bare(Body::Unreadable("unknown address family on loopback")),
    }
}

/// An IP packet of either version.
pub fn ip(bytes: &[u8]) -> Body<'_> {
    let read = match byte(bytes, 0).map(|first| first >> 4) {
        Some(4) => ipv4(bytes),
        Some(6) => ipv6(bytes),
        _ => None,
    };
    read.map_or(Body::Unreadable("IP header malformed"), Body::Ip)
}

/// RFC 791.
fn ipv4(bytes: &[u8]) -> Option<IpPacket<'_>> {
    let (header, _) = bytes.split_first_chunk::<20>()?;
    let header_length = usize::from(header[0] & 15) * 4;
    if header_length < 20 || header_length > bytes.len() {
        return None;
    }
    let flags = u16::from_be_bytes([header[6], header[7]]);
    let (offset, more) = (usize::from(flags & 0x1fff) * 8, flags & 0x2000 != 0);
    let id = u32::from(u16::from_be_bytes([header[4], header[5]]));
    let fragment = (offset > 0 || more).then_some(Fragment { id, offset, more });
    ipv4_with(header, bytes, header_length, fragment)
}

/// The packet that begins with this header.
#[inline(always)]
fn ipv4_with<'a>(
    header: &[u8; 20],
    bytes: &'a [u8],
    header_length: usize,
    fragment: Option<Fragment>,
) -> Option<IpPacket<'a>> {
    let stated = usize::from(u16::from_be_bytes([header[2], header[3]]));
    // Segmentation offload leaves 0: then all there is belongs to the packet.
    let total = if stated == 0 { bytes.len() } else { stated };
    if total < header_length {
        return None;
    }
    let payload = bytes.get(header_length..total.min(bytes.len()))?;
    Some(IpPacket {
        addresses: Addresses::V4([
            u32::from_be_bytes([header[12], header[13], header[14], header[15]]),
            u32::from_be_bytes([header[16], header[17], header[18], header[19]]),
        ]),
        hops_left: header[8],
        protocol: header[9],
        identification: u16::from_be_bytes([header[4], header[5]]),
        fragment,
        payload,
        payload_length: total - header_length,
    })
}

/// RFC 8200 with its extension headers.
fn ipv6(bytes: &[u8]) -> Option<IpPacket<'_>> {
    let (header, rest) = bytes.split_first_chunk::<40>()?;
    let stated = usize::from(u16::from_be_bytes([header[4], header[5]]));
    let mut length = if stated == 0 { rest.len() } else { stated };
    let mut payload = rest.get(..length.min(rest.len()))?;
    let addresses = Addresses::V6([be128(header, 8)?, be128(header, 24)?]);
    let (mut next, mut fragment) = (header[6], None);
    for _ in 0..EXTENSION_HEADERS_MAX {
        let extension = match next {
            0 | 43 | 60 | 135 | 139 | 140 => (usize::from(*payload.get(1)?) + 1) * 8,
            51 => (usize::from(*payload.get(1)?) + 2) * 4,
            44 => {
                let mut cursor = Cursor::new(payload.get(2..)?);
                let (offset, id) = (cursor.be16()?, cursor.be32()?);
                fragment = Some(Fragment { id, offset: usize::from(offset & 0xfff8), more: offset & 1 == 1 });
                8
            }
            _ => break,
        };
        let first_fragment = fragment.is_none_or(|f| f.offset == 0);
        next = *payload.first()?;
        payload = payload.get(extension..)?;
        length = length.checked_sub(extension)?;
        if !first_fragment {
            break;
        }
    }
    // An atomic fragment (RFC 6946) is whole.
    let fragment = fragment.filter(|f| f.offset > 0 || f.more);
    Some(IpPacket {
        addresses,
        hops_left: header[7],
        protocol: next,
        identification: 0,
        fragment,
        payload,
        payload_length: length,
    })
}

/// A number that is the same for both directions between two ends: frames of one flow share it, so that flows can
/// be read by several readers side by side.
#[inline]
pub fn shard_hash(link: LinkType, bytes: &[u8]) -> u64 {
    if let Some((_, _, ip)) = plain(link, bytes) {
        return mixed(ip.addresses);
    }
    let packet = read(link, bytes);
    match packet.body {
        Body::Ip(ip) => mixed(ip.addresses),
        _ => {
            let number = |mac: Option<Mac>| mac.map_or(0, |mac| u128::from(mac.number()));
            mixed(Addresses::V6([number(packet.hardware.source()), number(packet.hardware.destination())]))
        }
    }
}

/// Both addresses in one number, whichever comes first.
#[inline(always)]
fn mixed(addresses: Addresses) -> u64 {
    let [a, b] = match addresses {
        Addresses::V4(both) => both.map(u64::from),
        Addresses::V6(both) => both.map(|bits| (bits >> 64) as u64 ^ bits as u64),
    };
    let mixed =
        (a ^ b).wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ a.wrapping_add(b).wrapping_mul(0xc2b2_ae3d_27d4_eb4f);
    mixed ^ (mixed >> 29)
}
