//! A question about one packet, as people ask it.

use std::net::IpAddr;

use model::firewall::{Firewall, Interface};
use model::packets::{AddressField, NumberField, PacketBox, PacketState, Span, TcpFlags};

use super::decide::Question;

/// Ports that programs take for the asking side (RFC 6335, 6: the dynamic ports).
const ASKING_PORTS: Span<u16> = Span { first: 49_152, last: 65_535 };

/// What is asked.
#[derive(Debug, Clone)]
pub struct Asked {
    /// The interface it comes in by; none when it may be any.
    pub in_interface: Option<String>,
    /// The interface it leaves by, `LOCAL` for the firewall itself; none when it may be any.
    pub out_interface: Option<String>,
    /// Where it comes from.
    pub source: IpAddr,
    /// Where it goes.
    pub destination: IpAddr,
    /// What it carries.
    pub carries: Carries,
}

/// What a packet carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Carries {
    /// TCP.
    Tcp {
        /// From this port; none means any high one.
        source_port: Option<u16>,
        /// To this port; none means any.
        destination_port: Option<u16>,
        /// With these flags.
        flags: TcpFlags,
    },
    /// UDP.
    Udp {
        /// From this port; none means any high one.
        source_port: Option<u16>,
        /// To this port; none means any.
        destination_port: Option<u16>,
    },
    /// ICMP or ICMPv6, after the family of the addresses.
    Icmp {
        /// Its type.
        kind: u8,
        /// Its code.
        code: u8,
    },
    /// Any other protocol by its number (IANA).
    Other(u8),
}

/// Why a question cannot be asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AskError {
    /// An IPv4 and an IPv6 address in one packet.
    #[error("{0} and {1} are of different families")]
    Families(IpAddr, IpAddr),
}

/// The packet that is asked about, in the numbers of this firewall.
pub fn question(firewall: &Firewall, asked: &Asked) -> Result<Question, AskError> {
    if asked.source.is_ipv4() != asked.destination.is_ipv4() {
        return Err(AskError::Families(asked.source, asked.destination));
    }
    let mut packet = PacketBox::all();
    packet.addresses[AddressField::Source as usize] = Span::of_ip(asked.source);
    packet.addresses[AddressField::Destination as usize] = Span::of_ip(asked.destination);
    let mut set = |field: NumberField, span: Span<u16>| packet.numbers[field as usize] = span;
    set(NumberField::InInterface, interface(firewall, asked.in_interface.as_deref()));
    set(NumberField::OutInterface, interface(firewall, asked.out_interface.as_deref()));
    let protocol = match asked.carries {
        Carries::Tcp { source_port, destination_port, flags } => {
            set(NumberField::SourcePort, source_port.map_or(ASKING_PORTS, Span::one));
            set(NumberField::DestinationPort, destination_port.map_or(Span::ANY, Span::one));
            set(NumberField::TcpFlags, Span::one(u16::from(flags.0)));
            6
        }
        Carries::Udp { source_port, destination_port } => {
            set(NumberField::SourcePort, source_port.map_or(ASKING_PORTS, Span::one));
            set(NumberField::DestinationPort, destination_port.map_or(Span::ANY, Span::one));
            17
        }
        Carries::Icmp { kind, code } => {
            set(NumberField::DestinationPort, Span::one(u16::from_be_bytes([kind, code])));
            if asked.source.is_ipv4() { 1 } else { 58 }
        }
        Carries::Other(number) => u16::from(number),
    };
    set(NumberField::Protocol, Span::one(protocol));
    set(NumberField::State, Span::one(state(asked).number()));
    Ok(Question(packet))
}

/// What the connection tracking of Linux makes of a packet that comes alone: TCP that opens, or that continues what it
/// has not seen begin, is new; other combinations of flags are invalid (`tcp_valid_flags` and the table of states in
/// nf_conntrack_proto_tcp.c); ICMP is new when it asks (nf_conntrack_proto_icmp.c).
fn state(asked: &Asked) -> PacketState {
    match asked.carries {
        Carries::Tcp { flags, .. } => {
            let deciding = TcpFlags::SYN.and(TcpFlags::RST).and(TcpFlags::FIN).and(TcpFlags::ACK);
            match TcpFlags(flags.0 & deciding.0) {
                TcpFlags::SYN | TcpFlags::ACK => PacketState::New,
                _ => PacketState::Invalid,
            }
        }
        Carries::Icmp { kind, .. } => match (asked.source, kind) {
            (IpAddr::V4(_), 8 | 13 | 15 | 17) | (IpAddr::V6(_), 128 | 139) => PacketState::New,
            // Neighbour discovery and group membership are not tracked.
            (IpAddr::V6(_), 130..=137 | 143) => PacketState::Untracked,
            _ => PacketState::Invalid,
        },
        Carries::Udp { .. } | Carries::Other(_) => PacketState::New,
    }
}

fn interface(firewall: &Firewall, name: Option<&str>) -> Span<u16> {
    let Some(name) = name else { return Span::ANY };
    let named = |known: &Interface| {
        known.name.eq_ignore_ascii_case(name)
            || known.aliases.iter().any(|alias| alias.eq_ignore_ascii_case(name))
    };
    let place = firewall.interfaces.iter().position(named);
    if let Some(place) = place.and_then(|place| u16::try_from(place).ok()) {
        return Span::one(place);
    }
    // Rules may name interfaces by their beginning: `eth*` stands for all that no rule names in full.
    let begins = |known: &Interface| {
        let start = known.name.strip_suffix('*').filter(|start| !start.is_empty());
        start.is_some_and(|start| name.starts_with(start))
    };
    let patterns = firewall.interfaces.iter().zip(0..=u16::MAX).filter(|(known, _)| begins(known));
    if let Some((_, place)) = patterns.max_by_key(|(known, _)| known.name.len()) {
        return Span::one(place);
    }
    // Of one that none names it is known that it is another.
    Span::one(Interface::OTHER)
}

/// The interfaces of a question that the configuration does not name. They are taken as others than those it names.
pub fn unnamed<'a>(firewall: &Firewall, asked: &'a Asked) -> Vec<&'a str> {
    let names = [asked.in_interface.as_deref(), asked.out_interface.as_deref()];
    let other = Span::one(Interface::OTHER);
    names.into_iter().flatten().filter(|name| interface(firewall, Some(name)) == other).collect()
}
