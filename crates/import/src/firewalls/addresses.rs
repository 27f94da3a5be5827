//! Addresses as firewalls write them: networks with masks or wildcards, ranges, prefixes.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::IpNet;
use model::packets::{Span, address_number};

use super::part::Part;

/// Ranges that one wildcard may fall into; with more, it is widened to the smallest prefix around it.
pub const WILDCARD_SPANS_MAX: u32 = 4096;
/// The private networks of IPv4 (RFC 1918) as pf's `block private networks` lists them, with loopback (RFC 1122) and
/// shared addresses (RFC 6598).
pub const PRIVATE_V4: [&str; 5] =
    ["10.0.0.0/8", "127.0.0.0/8", "100.64.0.0/10", "172.16.0.0/12", "192.168.0.0/16"];
/// Unique local addresses of IPv6 (RFC 4193).
pub const PRIVATE_V6: &str = "fc00::/7";
/// Every IPv6 address: the two halves of the common space around IPv4.
pub const IPV6: [Span<u128>; 2] =
    [Span { first: 0, last: 0xfffe_ffff_ffff }, Span { first: 0x1_0000_0000_0000, last: u128::MAX }];
/// Addresses that are no public ones and so are in the lists of bogons (IANA IPv4 Special-Purpose Address Registry,
/// RFC 6890; multicast RFC 5771; class E RFC 1112).
pub const BOGONS_V4: [&str; 10] = [
    "0.0.0.0/8",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "192.0.0.0/24",
    "192.0.2.0/24",
    "198.18.0.0/15",
    "198.51.100.0/24",
    "203.0.113.0/24",
    "224.0.0.0/4",
    "240.0.0.0/4",
];

/// An IPv4 network by address and mask, where the mask may have holes.
pub fn masked(address: Ipv4Addr, mask: Ipv4Addr) -> Part<u128> {
    wildcard(address, Ipv4Addr::from_bits(!mask.to_bits()))
}

/// IPv4 addresses by address and wildcard: bits set in the wildcard may be anything.
pub fn wildcard(address: Ipv4Addr, free: Ipv4Addr) -> Part<u128> {
    let free = free.to_bits();
    let base = address.to_bits() & !free;
    // The low bits that are free without a hole make spans; each other free bit doubles their number.
    let tail = free.trailing_ones();
    let low = if tail == 32 { u32::MAX } else { (1 << tail) - 1 };
    let holes = free & !low;
    let number = |v4: u32| address_number(IpAddr::V4(Ipv4Addr::from_bits(v4)));
    if holes.count_ones() > WILDCARD_SPANS_MAX.ilog2() {
        let spread = u32::MAX.checked_shr(holes.leading_zeros()).unwrap_or(0);
        let hull = Span::new(number(base & !spread), number(base | spread));
        return Part::maybe(
            vec![hull],
            format!("the wildcard {} has too many holes", Ipv4Addr::from_bits(free)),
        );
    }
    let mut spans = Vec::with_capacity(1 << holes.count_ones());
    // Counts through the subsets of the bits with holes, rising.
    let mut subset = 0_u32;
    loop {
        let first = base | subset;
        spans.push(Span::new(number(first), number(first | low)));
        subset = subset.wrapping_sub(holes) & holes;
        if subset == 0 {
            break;
        }
    }
    Part::sure(spans)
}

/// A network or address as `10.0.0.0/8`, `10.1.2.3`, `fe80::/10`, `10.0.0.0/255.0.0.0`.
pub fn network(text: &str) -> Option<Span<u128>> {
    let text = text.trim();
    if let Ok(ip) = text.parse::<IpAddr>() {
        return Some(Span::of_ip(ip));
    }
    if let Ok(net) = text.parse::<IpNet>() {
        return Some(Span::of_net(&net));
    }
    let (address, mask) = text.split_once('/')?;
    let (address, mask) = (address.parse::<Ipv4Addr>().ok()?, mask.parse::<Ipv4Addr>().ok()?);
    match masked(address, mask).sure.as_slice() {
        [one] => Some(*one),
        _ => None,
    }
}

/// A network, an address or a range `10.0.0.5-10.0.0.9`.
pub fn network_or_range(text: &str) -> Option<Span<u128>> {
    if let Some(span) = network(text) {
        return Some(span);
    }
    let (first, last) = text.split_once('-')?;
    range(first.trim(), last.trim())
}

/// From one address to another of the same family.
pub fn range(first: &str, last: &str) -> Option<Span<u128>> {
    let (first, last) = (first.parse::<IpAddr>().ok()?, last.parse::<IpAddr>().ok()?);
    (first.is_ipv4() == last.is_ipv4()).then(|| Span::new(address_number(first), address_number(last)))
}

/// Networks of a list of ours.
pub fn networks(list: &[&str]) -> Vec<Span<u128>> {
    list.iter().filter_map(|text| network(text)).collect()
}

/// An interface's address with the network behind it; none for a mask with holes.
pub fn interface_address(address: &str, mask_or_length: &str) -> Option<IpNet> {
    let address = address.parse::<IpAddr>().ok()?;
    match mask_or_length.parse::<u8>() {
        Ok(length) => IpNet::new(address, length).ok(),
        Err(_) => IpNet::with_netmask(address, mask_or_length.parse::<IpAddr>().ok()?).ok(),
    }
}

/// Addresses of one family: 4, 6, or both.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Family {
    /// IPv4.
    Four,
    /// IPv6.
    Six,
    /// Either.
    Both,
}

impl Family {
    /// Its addresses.
    pub fn spans(self) -> Vec<Span<u128>> {
        match self {
            Family::Four => vec![Span::IPV4],
            Family::Six => IPV6.to_vec(),
            Family::Both => vec![Span::EVERYWHERE],
        }
    }
}

/// The solicited-node, all-nodes and other multicast of a link, and link-local addresses (RFC 4291, 2.5.6 and 2.7).
pub fn link_local_v6() -> (Span<u128>, Span<u128>) {
    let span = |first: Ipv6Addr, length: u32| {
        let first = first.to_bits();
        Span { first, last: first | (u128::MAX >> length) }
    };
    (
        span(Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, 0), 10),
        span(Ipv6Addr::new(0xff02, 0, 0, 0, 0, 0, 0, 0), 16),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> Ipv4Addr {
        text.parse().unwrap()
    }

    #[test]
    fn a_wildcard_without_holes_is_one_network() {
        assert_eq!(wildcard(ip("10.1.2.3"), ip("0.0.0.255")).sure, [network("10.1.2.0/24").unwrap()]);
        assert_eq!(wildcard(ip("10.1.2.3"), ip("0.0.0.0")).sure, [network("10.1.2.3").unwrap()]);
        assert_eq!(wildcard(ip("1.2.3.4"), ip("255.255.255.255")).sure, [Span::IPV4]);
        assert_eq!(masked(ip("10.1.2.3"), ip("255.255.0.0")).sure, [network("10.1.0.0/16").unwrap()]);
    }

    #[test]
    fn a_wildcard_with_holes_is_all_its_networks() {
        let part = wildcard(ip("10.0.1.0"), ip("0.3.0.15"));
        let expected: Vec<Span<u128>> = (0..4).map(|n| network(&format!("10.{n}.1.0/28")).unwrap()).collect();
        assert_eq!(part.sure, expected);
    }

    #[test]
    fn a_wildcard_with_very_many_holes_is_wider_and_says_so() {
        let part = wildcard(ip("10.0.0.1"), ip("0.255.255.254"));
        assert!(part.sure.is_empty());
        assert_eq!(part.maybe.unwrap().0, [network("10.0.0.0/8").unwrap()]);
    }

    #[test]
    fn networks_are_written_in_several_ways() {
        assert_eq!(network("10.0.0.0/255.0.0.0"), network("10.0.0.0/8"));
        assert_eq!(network_or_range("10.0.0.1-10.0.0.3"), range("10.0.0.1", "10.0.0.3"));
        assert_eq!(network("10.0.0.0/255.0.255.0"), None);
        assert_eq!(network("any"), None);
    }
}
