//! Sets of packets: unions of boxes over what firewalls ask of a packet.
//!
//! IPv4 addresses stand in the IPv6 space as `::ffff:a.b.c.d` (RFC 4291, 2.5.5.2), so that one space holds both.

use std::net::IpAddr;

use ipnet::IpNet;

/// Boxes that one set may hold; what would be more is widened by whoever builds it, and said.
pub const BOXES_MAX: usize = 200_000;

/// Numbers from `first` to `last`, both included. Never empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Span<T> {
    /// The lowest.
    pub first: T,
    /// The highest; not below `first`.
    pub last: T,
}

impl<T: Copy + Ord> Span<T> {
    /// From one to the other, in either order.
    pub fn new(a: T, b: T) -> Span<T> {
        Span { first: a.min(b), last: a.max(b) }
    }

    /// One number alone.
    pub fn one(number: T) -> Span<T> {
        Span { first: number, last: number }
    }

    /// What both hold; none when that is nothing.
    #[inline]
    pub fn both(self, other: Span<T>) -> Option<Span<T>> {
        let (first, last) = (self.first.max(other.first), self.last.min(other.last));
        (first <= last).then_some(Span { first, last })
    }

    /// True when it holds the number.
    #[inline]
    pub fn holds(self, number: T) -> bool {
        self.first <= number && number <= self.last
    }

    /// True when it holds all of the other.
    #[inline]
    pub fn covers(self, other: Span<T>) -> bool {
        self.first <= other.first && other.last <= self.last
    }
}

/// An address in the common space.
pub fn address_number(ip: IpAddr) -> u128 {
    match ip {
        IpAddr::V4(ip) => ip.to_ipv6_mapped().to_bits(),
        IpAddr::V6(ip) => ip.to_bits(),
    }
}

/// The address of a number of the common space.
pub fn number_address(number: u128) -> IpAddr {
    std::net::Ipv6Addr::from_bits(number).to_canonical()
}

impl Span<u128> {
    /// Every address of either family.
    pub const EVERYWHERE: Span<u128> = Span { first: 0, last: u128::MAX };
    /// Every IPv4 address.
    pub const IPV4: Span<u128> = Span { first: 0xffff_0000_0000, last: 0xffff_ffff_ffff };

    /// The addresses of a network.
    pub fn of_net(net: &IpNet) -> Span<u128> {
        Span { first: address_number(net.network()), last: address_number(net.broadcast()) }
    }

    /// One address.
    pub fn of_ip(ip: IpAddr) -> Span<u128> {
        Span::one(address_number(ip))
    }
}

impl Span<u16> {
    /// Every number a field can hold.
    pub const ANY: Span<u16> = Span { first: 0, last: u16::MAX };
}

/// What of a packet is an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum AddressField {
    /// Where it comes from.
    Source,
    /// Where it goes.
    Destination,
}

/// What of a packet is a small number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum NumberField {
    /// The interface it comes in by: a number of [`crate::firewall::Firewall::interfaces`].
    InInterface,
    /// The interface it leaves by.
    OutInterface,
    /// IP protocol number (IANA), 0 to 255.
    Protocol,
    /// Destination port; of ICMP its type times 256 plus its code.
    DestinationPort,
    /// Source port; without meaning for ICMP.
    SourcePort,
    /// Where its conversation stands, see [`PacketState`].
    State,
    /// TCP flags, see [`TcpFlags`]; without meaning for other protocols.
    TcpFlags,
}

impl NumberField {
    /// All of them, in the order of [`PacketBox::numbers`].
    pub const ALL: [NumberField; 7] = [
        NumberField::InInterface,
        NumberField::OutInterface,
        NumberField::Protocol,
        NumberField::DestinationPort,
        NumberField::SourcePort,
        NumberField::State,
        NumberField::TcpFlags,
    ];

    /// All numbers that a packet can have here.
    pub fn all(self) -> Span<u16> {
        match self {
            NumberField::Protocol | NumberField::TcpFlags => Span { first: 0, last: 255 },
            NumberField::State => Span { first: 0, last: PacketState::ALL.len() as u16 - 1 },
            NumberField::InInterface
            | NumberField::OutInterface
            | NumberField::DestinationPort
            | NumberField::SourcePort => Span::ANY,
        }
    }
}

/// Where the conversation of a packet stands, as a stateful firewall sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum PacketState {
    /// First packet of a conversation.
    New,
    /// Of a conversation that was let through.
    Established,
    /// Of a conversation that another one announced (FTP data, ICMP errors).
    Related,
    /// Fits no conversation.
    Invalid,
    /// Kept out of the tracking.
    Untracked,
}

impl PacketState {
    /// All of them, in the order of their numbers.
    pub const ALL: [PacketState; 5] = [
        PacketState::New,
        PacketState::Established,
        PacketState::Related,
        PacketState::Invalid,
        PacketState::Untracked,
    ];

    /// Its number in a box.
    pub fn number(self) -> u16 {
        self as u16
    }
}

/// TCP flags (RFC 9293, 3.1) in an order of our own: what rules ask most often stands in the upper half, so that a
/// question about these is few spans.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TcpFlags(pub u8);

impl TcpFlags {
    /// Opens.
    pub const SYN: TcpFlags = TcpFlags(0x80);
    /// Acknowledges.
    pub const ACK: TcpFlags = TcpFlags(0x40);
    /// Breaks off.
    pub const RST: TcpFlags = TcpFlags(0x20);
    /// Ends.
    pub const FIN: TcpFlags = TcpFlags(0x10);
    /// Pushes.
    pub const PSH: TcpFlags = TcpFlags(0x08);
    /// Urgent.
    pub const URG: TcpFlags = TcpFlags(0x04);
    /// Explicit congestion notification echo (RFC 3168).
    pub const ECE: TcpFlags = TcpFlags(0x02);
    /// Congestion window reduced (RFC 3168).
    pub const CWR: TcpFlags = TcpFlags(0x01);

    /// Both together.
    pub const fn and(self, other: TcpFlags) -> TcpFlags {
        TcpFlags(self.0 | other.0)
    }

    /// The numbers whose flags of `mask` are exactly those of `set`, as spans.
    pub fn spans(mask: TcpFlags, set: TcpFlags) -> Vec<Span<u16>> {
        spans_of((0..=255_u8).filter(|flags| flags & mask.0 == set.0 & mask.0).map(u16::from))
    }
}

/// Rising numbers as the fewest spans.
pub fn spans_of(numbers: impl IntoIterator<Item = u16>) -> Vec<Span<u16>> {
    let mut spans: Vec<Span<u16>> = Vec::new();
    for number in numbers {
        match spans.last_mut() {
            Some(span) if number <= span.last.saturating_add(1) => span.last = span.last.max(number),
            _ => spans.push(Span::one(number)),
        }
    }
    spans
}

/// A box: every packet whose fields all lie in their spans.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PacketBox {
    /// Source and destination, in the order of [`AddressField`].
    pub addresses: [Span<u128>; 2],
    /// The small fields, in the order of [`NumberField`].
    pub numbers: [Span<u16>; 7],
}

impl PacketBox {
    /// Every packet.
    pub fn all() -> PacketBox {
        PacketBox { addresses: [Span::EVERYWHERE; 2], numbers: NumberField::ALL.map(NumberField::all) }
    }

    /// Every IPv4 packet.
    pub fn ipv4() -> PacketBox {
        PacketBox { addresses: [Span::IPV4; 2], ..PacketBox::all() }
    }

    /// The span of an address field.
    #[inline]
    pub fn address(&self, field: AddressField) -> Span<u128> {
        self.addresses[field as usize]
    }

    /// The span of a number field.
    #[inline]
    pub fn number(&self, field: NumberField) -> Span<u16> {
        self.numbers[field as usize]
    }

    /// What both hold.
    #[inline]
    pub fn both(&self, other: &PacketBox) -> Option<PacketBox> {
        let mut both = *self;
        for (mine, theirs) in both.addresses.iter_mut().zip(other.addresses) {
            *mine = mine.both(theirs)?;
        }
        for (mine, theirs) in both.numbers.iter_mut().zip(other.numbers) {
            *mine = mine.both(theirs)?;
        }
        Some(both)
    }

    /// True when it holds all of the other.
    #[inline]
    pub fn covers(&self, other: &PacketBox) -> bool {
        self.addresses.iter().zip(other.addresses).all(|(mine, theirs)| mine.covers(theirs))
            && self.numbers.iter().zip(other.numbers).all(|(mine, theirs)| mine.covers(theirs))
    }
}

/// A union of boxes, which may overlap. Made by narrowing: `PacketSet::all()` and then one field after the other.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PacketSet {
    /// The boxes.
    pub boxes: Vec<PacketBox>,
}

impl PacketSet {
    /// No packet.
    pub fn none() -> PacketSet {
        PacketSet::default()
    }

    /// Every packet.
    pub fn all() -> PacketSet {
        PacketSet { boxes: vec![PacketBox::all()] }
    }

    /// True when it holds no packet.
    pub fn is_none(&self) -> bool {
        self.boxes.is_empty()
    }

    /// Keeps the packets whose address lies in one of `spans`. False, and unchanged (so wider than it should be), when
    /// that would take more than [`BOXES_MAX`] boxes.
    #[must_use]
    pub fn narrow_address(&mut self, field: AddressField, spans: &[Span<u128>]) -> bool {
        self.narrow(spans, |one| &mut one.addresses[field as usize])
    }

    /// Keeps the packets whose number lies in one of `spans`; as [`PacketSet::narrow_address`].
    #[must_use]
    pub fn narrow_number(&mut self, field: NumberField, spans: &[Span<u16>]) -> bool {
        self.narrow(spans, |one| &mut one.numbers[field as usize])
    }

    /// Keeps the packets that the other holds as well; as [`PacketSet::narrow_address`].
    #[must_use]
    pub fn narrow_to(&mut self, other: &PacketSet) -> bool {
        let mut boxes = Vec::new();
        for mine in &self.boxes {
            boxes.extend(other.boxes.iter().filter_map(|theirs| mine.both(theirs)));
            if boxes.len() > BOXES_MAX {
                return false;
            }
        }
        self.boxes = boxes;
        true
    }

    fn narrow<T: Copy + Ord>(
        &mut self,
        spans: &[Span<T>],
        field: impl Fn(&mut PacketBox) -> &mut Span<T>,
    ) -> bool {
        if self.boxes.len().saturating_mul(spans.len()) > BOXES_MAX {
            return false;
        }
        let mut boxes = Vec::with_capacity(self.boxes.len() * spans.len());
        for one in &self.boxes {
            for span in spans {
                let mut narrowed = *one;
                let place = field(&mut narrowed);
                if let Some(both) = place.both(*span) {
                    *place = both;
                    boxes.push(narrowed);
                }
            }
        }
        self.boxes = boxes;
        true
    }
}

/// The addresses that none of `spans` holds.
pub fn other_addresses(spans: &[Span<u128>], among: Span<u128>) -> Vec<Span<u128>> {
    others(spans, among, |n| n.checked_add(1), |n| n.checked_sub(1))
}

/// The numbers that none of `spans` holds.
pub fn other_numbers(spans: &[Span<u16>], among: Span<u16>) -> Vec<Span<u16>> {
    others(spans, among, |n| n.checked_add(1), |n| n.checked_sub(1))
}

fn others<T: Copy + Ord>(
    spans: &[Span<T>],
    among: Span<T>,
    after: impl Fn(T) -> Option<T>,
    before: impl Fn(T) -> Option<T>,
) -> Vec<Span<T>> {
    let mut sorted: Vec<Span<T>> = spans.iter().filter_map(|span| span.both(among)).collect();
    sorted.sort();
    let mut rest = Vec::new();
    let mut next = Some(among.first);
    for span in sorted {
        let Some(start) = next else { break };
        if start < span.first
            && let Some(end) = before(span.first)
        {
            rest.push(Span { first: start, last: end });
        }
        next = after(span.last).map(|after| after.max(start));
    }
    if let Some(start) = next.filter(|start| *start <= among.last) {
        rest.push(Span { first: start, last: among.last });
    }
    rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_held_is_held_by_the_others() {
        let spans = [Span::new(10, 20), Span::new(15, 30), Span::new(0, 3), Span::one(65_535)];
        let others = other_numbers(&spans, Span::ANY);
        assert_eq!(others, [Span::new(4, 9), Span::new(31, 65_534)]);
        assert_eq!(other_numbers(&[], Span::new(3, 5)), [Span::new(3, 5)]);
        assert!(other_numbers(&[Span::ANY], Span::ANY).is_empty());
        assert_eq!(other_numbers(&[Span::new(0, 9)], Span::new(5, 12)), [Span::new(10, 12)]);
    }

    #[test]
    fn a_question_about_the_opening_flags_is_one_span() {
        let opening = TcpFlags::SYN.and(TcpFlags::ACK).and(TcpFlags::RST).and(TcpFlags::FIN);
        assert_eq!(TcpFlags::spans(opening, TcpFlags::SYN), [Span::new(0x80, 0x8f)]);
        assert_eq!(TcpFlags::spans(TcpFlags(0), TcpFlags(0)), [Span::new(0, 255)]);
    }

    #[test]
    fn both_families_share_one_space() {
        let net: IpNet = "10.1.0.0/16".parse().unwrap();
        assert!(Span::IPV4.covers(Span::of_net(&net)));
        assert_eq!(number_address(Span::of_net(&net).last), "10.1.255.255".parse::<IpAddr>().unwrap());
        let six: IpNet = "2001:db8::/32".parse().unwrap();
        assert!(Span::of_net(&six).both(Span::IPV4).is_none());
    }

    #[test]
    fn a_set_that_would_grow_too_large_stays_as_it_was() {
        let ports: Vec<Span<u16>> = (0..1000).map(|n| Span::one(n * 2)).collect();
        let mut set = PacketSet::all();
        assert!(set.narrow_number(NumberField::DestinationPort, &ports));
        assert!(!set.narrow_number(NumberField::SourcePort, &ports));
        assert_eq!(set.boxes.len(), 1000);
    }
}
