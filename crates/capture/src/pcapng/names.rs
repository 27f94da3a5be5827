//! Host names that a capture itself states: name resolution blocks of pcapng.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// How many names of one capture are kept.
const NAMES_MAX: usize = 65_536;

/// The longest name that is kept, in bytes (RFC 1035, section 2.3.4).
const NAME_BYTES_MAX: usize = 255;

/// Names by address, in the order in which they are stated.
#[derive(Debug, Default)]
pub(crate) struct Names {
    /// Address and name.
    pub list: Vec<(IpAddr, String)>,
}

impl Names {
    /// Reads one record: an address, then names that each end with a zero (draft-ietf-opsawg-pcapng, section
    /// 4.5). Says how many names there was no room for.
    pub fn record(&mut self, kind: u16, value: &[u8]) -> u64 {
        let (address, names) = match kind {
            1 => match value.split_first_chunk::<4>() {
                Some((octets, names)) => (IpAddr::V4(Ipv4Addr::from(*octets)), names),
                None => return 0,
            },
            2 => match value.split_first_chunk::<16>() {
                Some((octets, names)) => (IpAddr::V6(Ipv6Addr::from(*octets)), names),
                None => return 0,
            },
            _ => return 0,
        };
        let mut dropped = 0;
        for name in names.split(|&b| b == 0).filter(|name| !name.is_empty()) {
            if self.list.len() >= NAMES_MAX || name.len() > NAME_BYTES_MAX {
                dropped += 1;
            } else {
                self.list.push((address, String::from_utf8_lossy(name).into_owned()));
            }
        }
        dropped
    }
}
