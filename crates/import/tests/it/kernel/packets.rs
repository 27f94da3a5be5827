//! Random packets: as bytes for the kernel, as questions for us. What the connection tracking makes of each is known.

use std::collections::HashSet;
use std::fmt::{self, Display, Formatter};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use model::firewall::{Firewall, Interface};
use model::packets::{NumberField, PacketBox, PacketState, Span, TcpFlags};

use super::random::Random;
use crate::walk::interface_number;

/// The interfaces; behind the one of number n lie 10.n.0.0/16 and fd00:n::/64.
pub const INTERFACES: [&str; 4] = ["eth0", "eth1", "wan0", "lan"];
/// Ports that rules and packets share.
pub const PORTS: [u16; 10] = [22, 53, 80, 102, 443, 502, 1024, 4840, 8080, 65_535];
/// Time to live of every packet.
const LIFE: u8 = 177;

/// How a packet is used.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Sent {
    /// Before the rules are there.
    Opening,
    /// To ask.
    Asked,
}

/// A packet.
pub struct Packet {
    pub sent: Sent,
    number: u16,
    /// The interface; none for the firewall itself.
    come: Option<usize>,
    leave: Option<usize>,
    source: IpAddr,
    destination: IpAddr,
    carries: Carries,
    state: PacketState,
}

#[derive(Clone)]
enum Carries {
    Tcp(u16, u16, TcpFlags),
    Udp(u16, u16),
    Icmp(u8, u8, Vec<u8>),
    Other(u8),
}

/// What the probe needs to know of the interfaces.
pub fn setup() -> String {
    let line = |(nth, name): (usize, &&str)| {
        format!("{name} 02:00:00:00:00:0{nth} 10.{nth}.0.1/16 fd00:{nth}::1/64\n")
    };
    INTERFACES.iter().enumerate().map(line).collect()
}

/// An address of a host behind an interface; the first is the firewall's own.
pub fn host(six: bool, net: usize, nth: usize) -> IpAddr {
    match six {
        false => Ipv4Addr::new(10, net as u8, (nth / 8 % 2) as u8, (nth % 8 + 1) as u8).into(),
        true => {
            Ipv6Addr::new(0xfd00, net as u16, 0, 0, 0, 0, (nth / 8 % 2) as u16, (nth % 8 + 1) as u16).into()
        }
    }
}

/// Random packets, each of a conversation of its own.
pub fn packets(random: &mut Random, count: usize, four: bool, six: bool) -> Vec<Packet> {
    let mut all = Vec::new();
    let mut used = HashSet::new();
    while all.iter().filter(|packet: &&Packet| packet.sent == Sent::Asked).count() < count {
        let number = all.len() as u16 + 1;
        let six = if four && six { random.chance(35) } else { six };
        let packet = packet(random, number, six);
        if !used.insert(packet.conversation()) {
            continue;
        }
        match random.below(10) {
            0 | 1 if packet.can_be_answered() => {
                let answer = packet.answer(number + 1);
                all.extend([Packet { sent: Sent::Opening, ..packet }, answer]);
            }
            2 if packet.can_be_answered() => {
                let related = packet.related(number + 1);
                all.extend([Packet { sent: Sent::Opening, ..packet }, related]);
            }
            _ => all.push(packet),
        }
    }
    all
}

fn packet(random: &mut Random, number: u16, six: bool) -> Packet {
    let sides = INTERFACES.len();
    let (mut come, mut leave) = (Some(random.below(sides)), Some(random.below(sides)));
    match random.below(10) {
        0 | 1 => leave = None,
        2 => come = None,
        _ => {}
    }
    let at = |random: &mut Random, net: Option<usize>, other: Option<usize>| match net {
        Some(net) => host(six, net, random.between(1, 15)),
        // The firewall's own address.
        None => host(six, other.unwrap_or(0), 0),
    };
    let source = at(random, come, leave);
    let destination = at(random, leave, come);
    let high = |random: &mut Random| random.between(20_000, 60_000) as u16;
    let source_port = if random.chance(20) { random.number(&PORTS) } else { high(random) };
    let port = if random.chance(85) { random.number(&PORTS) } else { high(random) };
    let (carries, state) = match random.below(20) {
        0..=9 => tcp(random, source_port, port),
        10..=14 => (Carries::Udp(source_port, port), PacketState::New),
        15..=18 => icmp(random, six),
        _ => (Carries::Other(random.number(&[47, 50, 89])), PacketState::New),
    };
    Packet { sent: Sent::Asked, number, come, leave, source, destination, carries, state }
}

/// nf_conntrack_proto_tcp.c: what opens is new, and so is what continues a conversation that was not seen.
fn tcp(random: &mut Random, from: u16, to: u16) -> (Carries, PacketState) {
    let (flags, state) = match random.below(10) {
        0 => (TcpFlags::ACK, PacketState::New),
        1 => (TcpFlags::ACK.and(TcpFlags::PSH), PacketState::New),
        2 => (TcpFlags::FIN.and(TcpFlags::ACK), PacketState::Invalid),
        3 => match random.below(4) {
            0 => (TcpFlags(0), PacketState::Invalid),
            1 => (TcpFlags::SYN.and(TcpFlags::FIN), PacketState::Invalid),
            2 => (TcpFlags::RST, PacketState::Invalid),
            _ => (TcpFlags::FIN.and(TcpFlags::PSH).and(TcpFlags::URG), PacketState::Invalid),
        },
        _ => (TcpFlags::SYN, PacketState::New),
    };
    (Carries::Tcp(from, to, flags), state)
}

/// nf_conntrack_proto_icmp.c: what asks is new.
fn icmp(random: &mut Random, six: bool) -> (Carries, PacketState) {
    let (kind, state) = match (six, random.below(6)) {
        (false, 0) => (0, PacketState::Invalid),
        (false, 1) => (13, PacketState::New),
        (false, _) => (8, PacketState::New),
        (true, 0) => (129, PacketState::Invalid),
        (true, _) => (128, PacketState::New),
    };
    let identification = random.between(1, 65_000) as u16;
    (Carries::Icmp(kind, 0, [&identification.to_be_bytes()[..], &[0, 1], &[7; 12]].concat()), state)
}

impl Packet {
    fn is_six(&self) -> bool {
        self.source.is_ipv6()
    }

    fn conversation(&self) -> (IpAddr, IpAddr, u16, u16, u8) {
        let (low, high) = (self.source.min(self.destination), self.source.max(self.destination));
        match &self.carries {
            Carries::Tcp(from, to, _) => (low, high, *from.min(to), *from.max(to), 6),
            Carries::Udp(from, to) => (low, high, *from.min(to), *from.max(to), 17),
            Carries::Icmp(_, _, rest) => (low, high, u16::from_be_bytes([rest[0], rest[1]]), 0, 1),
            Carries::Other(number) => (low, high, 0, 0, *number),
        }
    }

    fn can_be_answered(&self) -> bool {
        let opens = match &self.carries {
            Carries::Tcp(_, _, flags) => *flags == TcpFlags::SYN,
            Carries::Udp(..) => true,
            Carries::Icmp(..) | Carries::Other(_) => false,
        };
        opens && self.come.is_some() && self.leave.is_some() && self.come != self.leave
    }

    fn back(&self, number: u16, carries: Carries, state: PacketState) -> Packet {
        let (come, leave) = (self.leave, self.come);
        let (source, destination) = (self.destination, self.source);
        Packet { sent: Sent::Asked, number, come, leave, source, destination, carries, state }
    }

    fn answer(&self, number: u16) -> Packet {
        let carries = match &self.carries {
            Carries::Tcp(from, to, _) => Carries::Tcp(*to, *from, TcpFlags::SYN.and(TcpFlags::ACK)),
            Carries::Udp(from, to) => Carries::Udp(*to, *from),
            other => other.clone(),
        };
        self.back(number, carries, PacketState::Established)
    }

    /// "Host unreachable" about the packet.
    fn related(&self, number: u16) -> Packet {
        let mut rest = vec![0; 4];
        rest.extend(self.bytes().iter().take(if self.is_six() { 48 } else { 28 }));
        let kind = if self.is_six() { 1 } else { 3 };
        self.back(number, Carries::Icmp(kind, 1, rest), PacketState::Related)
    }

    /// How the probe tells that it came through.
    pub fn trace(&self) -> String {
        format!("{} {}", if self.leave.is_some() { "out" } else { "in" }, self.number)
    }

    /// The question in the numbers of a firewall.
    pub fn question(&self, firewall: &Firewall) -> PacketBox {
        let side = |side: Option<usize>| match side {
            Some(side) => interface_number(firewall, INTERFACES[side]),
            None => Interface::SELF,
        };
        let mut packet = PacketBox::all();
        packet.addresses = [Span::of_ip(self.source), Span::of_ip(self.destination)];
        let mut set = |field: NumberField, number: u16| packet.numbers[field as usize] = Span::one(number);
        set(NumberField::InInterface, side(self.come));
        set(NumberField::OutInterface, side(self.leave));
        set(NumberField::State, self.state.number());
        match &self.carries {
            Carries::Tcp(from, to, flags) => {
                set(NumberField::SourcePort, *from);
                set(NumberField::DestinationPort, *to);
                set(NumberField::TcpFlags, u16::from(flags.0));
            }
            Carries::Udp(from, to) => {
                set(NumberField::SourcePort, *from);
                set(NumberField::DestinationPort, *to);
            }
            Carries::Icmp(kind, code, _) => {
                set(NumberField::DestinationPort, u16::from_be_bytes([*kind, *code]));
            }
            Carries::Other(_) => {}
        }
        set(NumberField::Protocol, u16::from(self.protocol()));
        packet
    }

    fn protocol(&self) -> u8 {
        match &self.carries {
            Carries::Tcp(..) => 6,
            Carries::Udp(..) => 17,
            Carries::Icmp(..) if self.is_six() => 58,
            Carries::Icmp(..) => 1,
            Carries::Other(number) => *number,
        }
    }

    /// The IP packet.
    fn bytes(&self) -> Vec<u8> {
        let payload = self.payload();
        match (self.source, self.destination) {
            (IpAddr::V4(from), IpAddr::V4(to)) => {
                let length = (20 + payload.len()) as u16;
                let mut header = vec![0x45, 0];
                header.extend(length.to_be_bytes());
                header.extend(self.number.to_be_bytes());
                header.extend([0, 0, LIFE, self.protocol(), 0, 0]);
                header.extend(from.octets());
                header.extend(to.octets());
                let sum = checksum(&[&header]).to_be_bytes();
                header[10..12].copy_from_slice(&sum);
                [header, payload].concat()
            }
            (IpAddr::V6(from), IpAddr::V6(to)) => {
                let mut header = vec![0x60, 0];
                header.extend(self.number.to_be_bytes());
                header.extend((payload.len() as u16).to_be_bytes());
                header.extend([self.protocol(), LIFE]);
                header.extend(from.octets());
                header.extend(to.octets());
                [header, payload].concat()
            }
            (IpAddr::V4(_), IpAddr::V6(_)) | (IpAddr::V6(_), IpAddr::V4(_)) => unreachable!("one family"),
        }
    }

    /// What the packet carries, with its checksum.
    fn payload(&self) -> Vec<u8> {
        let (mut payload, place) = match &self.carries {
            Carries::Tcp(from, to, flags) => {
                let mut header = [from.to_be_bytes(), to.to_be_bytes()].concat();
                header.extend([0, 0, 0, 1, 0, 0, 0, 1, 0x50, wire(*flags), 4, 0, 0, 0, 0, 0]);
                (header, Some(16))
            }
            Carries::Udp(from, to) => {
                let mut header = [from.to_be_bytes(), to.to_be_bytes()].concat();
                header.extend([0, 16, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8]);
                (header, Some(6))
            }
            Carries::Icmp(kind, code, rest) => ([&[*kind, *code, 0, 0], rest.as_slice()].concat(), Some(2)),
            Carries::Other(_) => (vec![0; 24], None),
        };
        if let Some(place) = place {
            let mut parts: Vec<Vec<u8>> = vec![payload.clone()];
            if self.protocol() != 1 {
                let octets = |ip: IpAddr| match ip {
                    IpAddr::V4(ip) => ip.octets().to_vec(),
                    IpAddr::V6(ip) => ip.octets().to_vec(),
                };
                let length = (payload.len() as u16).to_be_bytes();
                parts.extend([octets(self.source), octets(self.destination)]);
                parts.push(vec![0, self.protocol(), length[0], length[1]]);
            }
            let parts: Vec<&[u8]> = parts.iter().map(Vec::as_slice).collect();
            let sum = checksum(&parts).to_be_bytes();
            payload[place..place + 2].copy_from_slice(&sum);
        }
        payload
    }
}

/// Flags as the header holds them (RFC 9293, 3.1).
fn wire(flags: TcpFlags) -> u8 {
    let order = [TcpFlags::FIN, TcpFlags::SYN, TcpFlags::RST, TcpFlags::PSH, TcpFlags::ACK, TcpFlags::URG];
    let set = order.iter().enumerate().filter(|(_, flag)| flags.0 & flag.0 != 0);
    set.fold(0, |sum, (bit, _)| sum | 1 << bit)
}

/// The Internet checksum (RFC 1071) over parts of even length.
fn checksum(parts: &[&[u8]]) -> u16 {
    let words = parts.iter().flat_map(|part| part.chunks(2));
    let mut sum: u32 =
        words.map(|pair| u32::from(pair[0]) << 8 | u32::from(pair.get(1).copied().unwrap_or(0))).sum();
    while sum > 0xffff {
        sum = (sum >> 16) + (sum & 0xffff);
    }
    !(sum as u16)
}

/// The lines for the probe.
pub fn written(packets: &[Packet]) -> String {
    let mut lines = String::new();
    for packet in packets {
        let step = if packet.sent == Sent::Opening { "open" } else { "ask" };
        let bytes = packet.bytes();
        let (interface, frame) = match packet.come {
            None => ("LOCAL", bytes),
            Some(side) => {
                let kind: [u8; 2] = if packet.is_six() { [0x86, 0xdd] } else { [8, 0] };
                let to = [2, 0, 0, 0, 0, side as u8];
                (INTERFACES[side], [&to[..], &[2, 0, 0, 0, 0, 0xff], &kind, &bytes].concat())
            }
        };
        let hex: String = frame.iter().map(|byte| format!("{byte:02x}")).collect();
        lines += &format!("{step} {interface} {hex}\n");
    }
    lines
}

impl Display for Packet {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let side = |side: Option<usize>| side.map_or("LOCAL", |side| INTERFACES[side]);
        write!(f, "{} {}>{} {}", self.number, side(self.come), side(self.leave), self.source)?;
        write!(f, ">{} ", self.destination)?;
        match &self.carries {
            Carries::Tcp(from, to, flags) => write!(f, "tcp {from}>{to} flags {:02x}", wire(*flags))?,
            Carries::Udp(from, to) => write!(f, "udp {from}>{to}")?,
            Carries::Icmp(kind, code, _) => write!(f, "icmp {kind}/{code}")?,
            Carries::Other(number) => write!(f, "protocol {number}")?,
        }
        write!(f, " {:?}", self.state)
    }
}
