//! Who is meant: a hardware address, or a host known by its IP or hardware address.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::IpNet;

/// An IEEE 802 MAC-48 address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Mac(pub [u8; 6]);

impl Mac {
    /// All ones: everybody in the broadcast domain.
    pub const BROADCAST: Mac = Mac([0xff; 6]);

    /// The address as one number, most significant octet first.
    pub fn number(self) -> u64 {
        let [a, b, c, d, e, f] = self.0;
        u64::from_be_bytes([0, 0, a, b, c, d, e, f])
    }

    /// True for group addresses (multicast and broadcast): the I/G bit of the first octet (IEEE 802-2014, 8.2).
    pub fn is_group(self) -> bool {
        self.0[0] & 1 == 1
    }

    /// True for locally administered addresses: the U/L bit; no vendor can be read from them.
    pub fn is_local(self) -> bool {
        self.0[0] & 2 == 2
    }

    /// True for the all-zero address, which names nobody.
    pub fn is_zero(self) -> bool {
        self.0 == [0; 6]
    }

    /// True for the shared addresses of router redundancy: VRRP (RFC 9568, 7.3) and HSRP.
    pub fn is_virtual_router(self) -> bool {
        matches!(self.0, [0, 0, 0x5e, 0, 1 | 2, _] | [0, 0, 0x0c, 0x07, 0xac, _])
            || matches!(self.0, [0, 0, 0x0c, 0x9f, f, _] if f >= 0xf0)
    }
}

impl fmt::Display for Mac {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [a, b, c, d, e, g] = self.0;
        write!(f, "{a:02x}:{b:02x}:{c:02x}:{d:02x}:{e:02x}:{g:02x}")
    }
}

/// Networks that are not of the public Internet, as [`Host::is_public`] tells it of one address: private (RFC 1918), shared
/// (RFC 6598), link-local, loopback, documentation (RFC 5737, RFC 3849), benchmarking (RFC 2544), multicast, reserved.
/// Of IPv6 the one that lies within [`GLOBAL_UNICAST`].
pub const NOT_PUBLIC: [IpNet; 14] = [
    v4([0, 0, 0, 0], 8),
    v4([10, 0, 0, 0], 8),
    v4([100, 64, 0, 0], 10),
    v4([127, 0, 0, 0], 8),
    v4([169, 254, 0, 0], 16),
    v4([172, 16, 0, 0], 12),
    v4([192, 0, 2, 0], 24),
    v4([192, 168, 0, 0], 16),
    v4([198, 18, 0, 0], 15),
    v4([198, 51, 100, 0], 24),
    v4([203, 0, 113, 0], 24),
    v4([224, 0, 0, 0], 4),
    v4([240, 0, 0, 0], 4),
    IpNet::new_assert(IpAddr::V6(Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0)), 32),
];

/// The public addresses of IPv6, those of [`NOT_PUBLIC`] aside (RFC 4291, 2.4).
pub const GLOBAL_UNICAST: IpNet =
    IpNet::new_assert(IpAddr::V6(Ipv6Addr::new(0x2000, 0, 0, 0, 0, 0, 0, 0)), 3);

const fn v4([a, b, c, d]: [u8; 4], length: u8) -> IpNet {
    IpNet::new_assert(IpAddr::V4(Ipv4Addr::new(a, b, c, d)), length)
}

/// A host as the wire shows it: by IP address where it has one, else by hardware address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Host {
    /// Known by an IP address.
    Ip(IpAddr),
    /// Known only by its hardware address.
    Mac(Mac),
}

impl Host {
    /// True when exactly one device can be meant: not multicast, broadcast, or "unspecified".
    /// A subnet's directed broadcast cannot be told without the mask; a last octet of 255 is taken as one.
    pub fn is_unicast(self) -> bool {
        match self {
            Host::Mac(mac) => !mac.is_group() && !mac.is_zero(),
            Host::Ip(IpAddr::V4(ip)) => {
                let [first, .., last] = ip.octets();
                !(ip.is_multicast() || ip.is_unspecified() || first >= 240 || last == 255)
            }
            Host::Ip(IpAddr::V6(ip)) => !(ip.is_multicast() || ip.is_unspecified()),
        }
    }

    /// The IP address, if that is what the host is known by.
    pub fn ip(self) -> Option<IpAddr> {
        match self {
            Host::Ip(ip) => Some(ip),
            Host::Mac(_) => None,
        }
    }

    /// True for addresses reachable on the public Internet: neither private (RFC 1918, RFC 4193), shared
    /// (RFC 6598), link-local, loopback, documentation (RFC 5737, RFC 3849), benchmarking, multicast nor reserved.
    pub fn is_public(self) -> bool {
        match self {
            Host::Mac(_) => false,
            Host::Ip(IpAddr::V4(ip)) => {
                let o = ip.octets();
                !(ip.is_private()
                    || ip.is_loopback()
                    || ip.is_link_local()
                    || ip.is_multicast()
                    || ip.is_broadcast()
                    || ip.is_documentation()
                    || o[0] == 0
                    || (o[0] == 100 && o[1] & 0xc0 == 64)
                    || (o[0] == 198 && o[1] & 0xfe == 18)
                    || o[0] >= 240)
            }
            Host::Ip(IpAddr::V6(ip)) => {
                let s = ip.segments();
                s[0] & 0xe000 == 0x2000 && !(s[0] == 0x2001 && s[1] == 0xdb8)
            }
        }
    }
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Host::Ip(ip) => ip.fmt(f),
            Host::Mac(mac) => mac.fmt(f),
        }
    }
}

impl From<IpAddr> for Host {
    fn from(ip: IpAddr) -> Host {
        Host::Ip(ip)
    }
}

impl From<Mac> for Host {
    fn from(mac: Mac) -> Host {
        Host::Mac(mac)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The address that lies so far from another one.
    fn beside(ip: IpAddr, by: i128) -> Option<IpAddr> {
        match ip {
            IpAddr::V4(ip) => {
                let number = u32::try_from(i128::from(u32::from(ip)) + by).ok()?;
                Some(IpAddr::V4(number.into()))
            }
            IpAddr::V6(ip) => Some(IpAddr::V6(u128::from(ip).checked_add_signed(by)?.into())),
        }
    }

    #[test]
    fn networks_and_single_addresses_are_public_alike() {
        for net in NOT_PUBLIC.iter().chain([&GLOBAL_UNICAST]) {
            let edges = [(net.network(), -1), (net.network(), 0), (net.broadcast(), 0), (net.broadcast(), 1)];
            for ip in edges.into_iter().filter_map(|(ip, by)| beside(ip, by)) {
                let listed = NOT_PUBLIC.iter().any(|net| net.contains(&ip));
                let public = !listed && (ip.is_ipv4() || GLOBAL_UNICAST.contains(&ip));
                assert_eq!(Host::Ip(ip).is_public(), public, "{ip}");
            }
        }
    }
}
