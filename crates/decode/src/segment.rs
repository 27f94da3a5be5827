//! The transport header of a frame, as far as flows care: between whom, in which order, what is carried.

use model::{Endpoint, Ends, Host, Mac, Transport};

use crate::cursor::{be16, be32};
use crate::packet::{Addresses, IpPacket};

/// FIN: the sender says no more (RFC 9293, 3.1).
pub const FIN: u8 = 0x01;
/// SYN: opens a connection.
pub const SYN: u8 = 0x02;
/// RST: breaks a connection off.
pub const RST: u8 = 0x04;
/// ACK: the acknowledgement number counts.
pub const ACK: u8 = 0x10;

/// A TCP segment, a datagram, or the payload of another protocol on IP or on a link.
#[derive(Clone, Copy)]
pub struct Segment<'a> {
    /// From whom to whom.
    pub between: Between,
    /// Time to live or hop limit; none on a link.
    pub hops_left: Option<u8>,
    /// A short number that copies of a frame share and others hardly ever.
    pub fingerprint: u32,
    /// The payload as far as captured.
    pub payload: &'a [u8],
    /// Length of the payload on the wire, in bytes.
    pub length: usize,
    /// The part of the header that orders a stream; none for datagrams.
    pub tcp: Option<Tcp>,
}

/// What orders a TCP stream (RFC 9293, 3.1).
#[derive(Clone, Copy)]
pub struct Tcp {
    /// Sequence number of the first byte.
    pub sequence: u32,
    /// The next byte that the sender expects, when ACK is set.
    pub acknowledgement: u32,
    /// Control bits.
    pub flags: u8,
}

/// From whom to whom a frame goes, as its headers spell it: every frame has this, few need [`Ends`].
#[derive(Clone, Copy)]
pub struct Between {
    /// The hosts.
    pub hosts: Hosts,
    /// Ports of sender and receiver; for other transports the EtherType or IP protocol, twice.
    pub ports: [u16; 2],
    /// What carries it.
    pub transport: Transport,
}

/// Sender and receiver.
#[derive(Clone, Copy)]
pub enum Hosts {
    /// By IP address.
    Ip(Addresses),
    /// By hardware address.
    Link(Mac, Mac),
}

impl Between {
    /// Between the ports that begin a TCP or UDP header.
    #[inline(always)]
    pub fn ports(addresses: Addresses, header: &[u8], transport: Transport) -> Option<Between> {
        let [a, b, c, d] = *header.first_chunk::<4>()?;
        let ports = [u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d])];
        Some(Between { hosts: Hosts::Ip(addresses), ports, transport })
    }

    /// Between hosts that speak another protocol on IP.
    pub fn plain(addresses: Addresses, protocol: u8) -> Between {
        let transport = if matches!(protocol, 1 | 58) { Transport::Icmp } else { Transport::Ip };
        Between { hosts: Hosts::Ip(addresses), ports: [u16::from(protocol); 2], transport }
    }

    /// Between hosts on a link. `number` is the protocol's.
    pub fn link(source: Mac, destination: Mac, number: u16) -> Between {
        let hosts = Hosts::Link(source, destination);
        Between { hosts, ports: [number; 2], transport: Transport::Ethernet }
    }

    /// Between the ends of a flow, from A to B.
    pub fn of(ends: &Ends) -> Between {
        let hosts = match (ends.a.host, ends.b.host) {
            (Host::Ip(a), Host::Ip(b)) => Hosts::Ip(Addresses::of(a, b)),
            (a, b) => {
                let mac = |host| if let Host::Mac(mac) = host { mac } else { Mac::default() };
                Hosts::Link(mac(a), mac(b))
            }
        };
        Between { hosts, ports: [ends.a.port, ends.b.port], transport: ends.transport }
    }

    /// The ends of a flow whose first frame this is.
    pub fn ends(&self) -> Ends {
        let (a, b) = match self.hosts {
            Hosts::Ip(addresses) => {
                let [a, b] = addresses.both();
                (Host::Ip(a), Host::Ip(b))
            }
            Hosts::Link(a, b) => (Host::Mac(a), Host::Mac(b)),
        };
        let [from, to] = self.ports;
        Ends {
            transport: self.transport,
            a: Endpoint { host: a, port: from },
            b: Endpoint { host: b, port: to },
        }
    }
}

/// RFC 9293, 3.1.
#[inline(always)]
pub fn tcp<'a>(ip: &IpPacket<'a>) -> Option<Segment<'a>> {
    let header = ip.payload.first_chunk::<20>()?;
    let between = Between::ports(ip.addresses, header, Transport::Tcp)?;
    let header_length = usize::from(header[12] >> 4) * 4;
    let payload = ip.payload.get(header_length..).filter(|_| header_length >= 20)?;
    let word = |at: usize| be32(header, at);
    let (sequence, acknowledgement, flags) = (word(4)?, word(8)?, header[13]);
    let checksum = u64::from(be16(header, 16)?);
    Some(Segment {
        between,
        hops_left: Some(ip.hops_left),
        fingerprint: mix([
            u64::from(sequence) << 32 | u64::from(acknowledgement),
            checksum << 32 | u64::from(ip.identification) << 16 | u64::from(flags),
        ]),
        payload,
        length: ip.payload_length.saturating_sub(header_length),
        tcp: Some(Tcp { sequence, acknowledgement, flags }),
    })
}

/// RFC 768.
#[inline(always)]
pub fn udp<'a>(ip: &IpPacket<'a>) -> Option<Segment<'a>> {
    let between = Between::ports(ip.addresses, ip.payload, Transport::Udp)?;
    let stated = usize::from(be16(ip.payload, 4)?);
    let checksum = be16(ip.payload, 6)?;
    let all = ip.payload.get(8..)?;
    // A length of 0 is allowed for jumbograms (RFC 2675) and left by offload; padding lies behind the stated length.
    let payload = if stated >= 8 { all.get(..(stated - 8).min(all.len())).unwrap_or(all) } else { all };
    let content = if checksum == 0 {
        fingerprint(payload)
    } else {
        u32::from(checksum) << 16 | payload.len() as u32 & 0xffff
    };
    Some(Segment {
        between,
        hops_left: Some(ip.hops_left),
        fingerprint: content ^ u32::from(ip.identification).rotate_left(8),
        payload,
        length: payload.len(),
        tcp: None,
    })
}

/// A short number that copies of a payload share.
pub fn fingerprint(payload: &[u8]) -> u32 {
    let (words, rest) = payload.as_chunks::<8>();
    let rest = rest.iter().fold(payload.len() as u64, |sum, &byte| sum << 8 ^ u64::from(byte));
    mix(words.iter().map(|word| u64::from_le_bytes(*word)).chain([rest]))
}

/// Mixes words into a short number, so that near values lie far apart.
#[inline(always)]
fn mix(words: impl IntoIterator<Item = u64>) -> u32 {
    let sum = words.into_iter().fold(0x2545_f491_4f6c_dd1d_u64, |sum, word| {
        (sum ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29)
    });
    (sum ^ sum >> 32) as u32
}
