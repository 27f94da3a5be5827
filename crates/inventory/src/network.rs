//! Networks that addresses are guessed to be in: nobody tells the mask on the wire.

use std::fmt;
use std::net::IpAddr;

use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use model::{Asset, Host};

/// A network by its prefix.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Network(pub IpNet);

impl Network {
    /// The network an address is guessed to be in: IPv4 /24, IPv6 /64; none for addresses of the link alone.
    pub fn of(ip: IpAddr) -> Option<Network> {
        match ip {
            IpAddr::V4(ip) if ip.is_link_local() => None,
            IpAddr::V4(ip) => Ipv4Net::new(ip, 24).ok().map(|net| Network(IpNet::V4(net.trunc()))),
            IpAddr::V6(ip) if ip.is_unicast_link_local() => None,
            IpAddr::V6(ip) => Ipv6Net::new(ip, 64).ok().map(|net| Network(IpNet::V6(net.trunc()))),
        }
    }

    /// The smallest network that holds both; none when it would be larger than IPv4 /16 or IPv6 /48.
    pub fn spanning(self, other: Network) -> Option<Network> {
        let mut wide = self.0;
        while !wide.contains(&other.0) {
            wide = wide.supernet()?;
        }
        let bound = if wide.addr().is_ipv4() { 16 } else { 48 };
        (wide.prefix_len() >= bound).then_some(Network(wide))
    }

    /// True when the address lies in it.
    pub fn holds(self, ip: IpAddr) -> bool {
        self.0.contains(&ip)
    }

    /// A short name for use in ids, as in `10-0-3-0-24`.
    pub fn slug(self) -> String {
        let prefix = self.0.prefix_len();
        match self.0.addr() {
            IpAddr::V4(ip) => format!("{ip}-{prefix}").replace('.', "-"),
            IpAddr::V6(ip) => {
                let [a, b, c, d, ..] = ip.segments();
                format!("{a:x}-{b:x}-{c:x}-{d:x}-{prefix}")
            }
        }
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The network an asset is at home in: that of its first address that is not public, else of its first.
pub fn home(asset: &Asset) -> Option<Network> {
    let inside = asset.ips.iter().find(|ip| !Host::Ip(**ip).is_public() && Network::of(**ip).is_some());
    inside.or(asset.ips.first()).and_then(|ip| Network::of(*ip))
}

/// True when an asset is reached over the public Internet: a public address that no local card owns.
pub fn is_outside(asset: &Asset) -> bool {
    let public = |ip: &IpAddr| Host::Ip(*ip).is_public();
    !asset.ips.is_empty() && asset.ips.iter().all(public) && asset.macs.is_empty()
}

#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, Ipv6Addr};

    use super::*;

    fn net(a: u8, b: u8, c: u8, d: u8) -> Network {
        Network::of(IpAddr::V4(Ipv4Addr::new(a, b, c, d))).unwrap()
    }

    #[test]
    fn spans_neighbouring_networks_only() {
        assert_eq!(net(10, 1, 2, 9).spanning(net(10, 1, 3, 7)).unwrap().to_string(), "10.1.2.0/23");
        assert_eq!(net(10, 1, 2, 9).spanning(net(10, 2, 3, 7)), None);
        assert_eq!(net(10, 1, 2, 9).slug(), "10-1-2-0-24");
    }

    #[test]
    fn link_local_addresses_have_no_network() {
        assert_eq!(Network::of(IpAddr::V6(Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, 1))), None);
        assert_eq!(Network::of(IpAddr::V4(Ipv4Addr::new(169, 254, 3, 4))), None);
    }
}
