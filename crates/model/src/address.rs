//! Who is meant: a hardware address, or a host known by its IP or hardware address.

use std::fmt;
use std::net::IpAddr;

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
