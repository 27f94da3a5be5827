//! A frame as it was captured.

use crate::Timestamp;

/// What kind of link a frame was captured on; the number is the `LINKTYPE_` value of the tcpdump registry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LinkType(pub u16);

impl LinkType {
    /// BSD loopback: a 4-byte protocol family in the byte order of the capturing host.
    pub const NULL: LinkType = LinkType(0);
    /// IEEE 802.3 Ethernet.
    pub const ETHERNET: LinkType = LinkType(1);
    /// Raw IP, version by the first nibble.
    pub const RAW: LinkType = LinkType(101);
    /// OpenBSD loopback: as `NULL`, in network byte order.
    pub const LOOP: LinkType = LinkType(108);
    /// Linux "cooked" capture, version 1.
    pub const LINUX_SLL: LinkType = LinkType(113);
    /// Raw IPv4.
    pub const IPV4: LinkType = LinkType(228);
    /// Raw IPv6.
    pub const IPV6: LinkType = LinkType(229);
    /// Linux "cooked" capture, version 2.
    pub const LINUX_SLL2: LinkType = LinkType(276);

    /// True when `decode` knows how to read frames of this kind. 12 and 14 are raw IP as some systems number it.
    pub fn is_known(self) -> bool {
        matches!(self.0, 0 | 1 | 12 | 14 | 101 | 108 | 113 | 228 | 229 | 276)
    }
}

/// One captured frame, borrowed from the capture's buffer.
#[derive(Debug, Clone, Copy)]
pub struct Frame<'a> {
    /// When it was captured.
    pub at: Timestamp,
    /// The kind of link it was captured on.
    pub link: LinkType,
    /// The captured bytes: fewer than `length` when the capture cut the frame.
    pub bytes: &'a [u8],
    /// Length of the frame on the wire, in bytes.
    pub length: u32,
}
