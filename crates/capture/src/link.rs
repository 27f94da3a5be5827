//! Names of link types, for telling a person what Sluice does not read.

use model::LinkType;

/// What people call a link type of the tcpdump registry (<https://www.tcpdump.org/linktypes.html>), for the
/// common ones.
pub fn link_name(link: LinkType) -> Option<&'static str> {
    Some(match link.0 {
        0 => "BSD loopback",
        1 => "Ethernet",
        6 => "token ring",
        7 => "ARCNET",
        8 => "SLIP",
        9 => "PPP",
        10 => "FDDI",
        50 => "PPP in HDLC framing",
        51 => "PPP over Ethernet",
        12 | 14 | 101 => "raw IP",
        104 => "Cisco HDLC",
        105 => "IEEE 802.11 wireless",
        107 => "frame relay",
        108 => "OpenBSD loopback",
        113 => "Linux cooked capture v1",
        117 => "OpenBSD firewall log",
        119 => "IEEE 802.11 with Prism header",
        127 => "IEEE 802.11 with radiotap header",
        138 => "IP over FireWire",
        140 | 141 => "SS7 MTP",
        147..=162 => "private use",
        163 => "IEEE 802.11 with AVS header",
        177 => "Linux LAPD",
        180 => "MPEG-2 transport stream",
        186 | 189 | 220 | 249 => "USB",
        187 | 201 => "Bluetooth HCI",
        190 => "CAN",
        192 => "per-packet information header",
        195 | 215 | 230 | 283 => "IEEE 802.15.4",
        197 => "ERF",
        203 => "GPRS LLC",
        209 => "I2C on Linux",
        210 => "FlexRay",
        211 => "MOST",
        212 => "LIN",
        214 => "X2E FlexRay",
        227 => "CAN on Linux (SocketCAN)",
        228 => "raw IPv4",
        229 => "raw IPv6",
        231 => "D-Bus",
        239 => "Linux netfilter log",
        240 => "Hilscher netANALYZER",
        241 => "Hilscher netANALYZER, transparent",
        242 => "IP over InfiniBand",
        247 => "InfiniBand",
        251 => "Bluetooth Low Energy",
        252 => "Wireshark exported PDU",
        253 => "Linux netlink",
        254 => "Bluetooth on Linux",
        256 => "Bluetooth Low Energy with radio header",
        264 => "ISO 14443 contactless card",
        272 => "nordic BLE sniffer",
        276 => "Linux cooked capture v2",
        278 => "OpenVizsla USB",
        288 | 293 | 294 | 295 => "USB 2.0",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_link_type_that_decode_reads_has_a_name() {
        for number in 0..=u16::MAX {
            let link = LinkType(number);
            assert!(!link.is_known() || link_name(link).is_some(), "{number}");
        }
    }
}
