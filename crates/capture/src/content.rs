//! What a file begins like: told by its first bytes, never by its name.

use std::fmt;

/// What the first bytes of a file say it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Content {
    /// A pcap capture (draft-ietf-opsawg-pcap).
    Pcap,
    /// A pcapng capture (draft-ietf-opsawg-pcapng).
    PcapNg,
    /// A capture that ends within its own header.
    HeaderCut,
    /// A pcapng capture whose first block was changed on the way, as by a transfer in text mode.
    Mangled,
    /// gzip (RFC 1952).
    Gzip,
    /// Zstandard (RFC 8878).
    Zstd,
    /// bzip2.
    Bzip2,
    /// xz.
    Xz,
    /// LZ4.
    Lz4,
    /// ZIP archive.
    Zip,
    /// 7-Zip archive.
    SevenZip,
    /// RAR archive.
    Rar,
    /// tar archive.
    Tar,
    /// Solaris snoop capture (RFC 1761).
    Snoop,
    /// Bluetooth snoop log.
    BtSnoop,
    /// Microsoft Network Monitor capture.
    NetMon,
    /// Capture of the Sniffer analyser.
    Sniffer,
    /// JSON.
    Json,
    /// XML or HTML.
    Xml,
    /// Other text.
    Text,
    /// Nothing but zeros: space that was reserved and never written.
    Zeros,
    /// None of these.
    Other,
}

/// How many bytes a pcap file begins with before its first record.
pub(crate) const PCAP_HEADER_BYTES: usize = 24;

/// How many bytes a pcapng section header block has at least.
pub(crate) const SECTION_HEADER_BYTES: usize = 28;

/// How many first bytes it takes to tell a tar archive.
pub(crate) const HEAD_BYTES: usize = 512;

const PCAP_MAGICS: [u32; 3] = [0xa1b2_c3d4, 0xa1b2_3c4d, 0xa1b2_cd34];

impl Content {
    /// What these first bytes say. Give it [`HEAD_BYTES`], or all there is.
    pub fn of(head: &[u8]) -> Content {
        let Some(&magic) = head.first_chunk::<4>() else {
            return if head.is_ascii() { Content::Text } else { Content::Other };
        };
        let whole = |bytes: usize, kind| if head.len() < bytes { Content::HeaderCut } else { kind };
        match magic {
            [0x1f, 0x8b, ..] => return Content::Gzip,
            [0x28, 0xb5, 0x2f, 0xfd] => return Content::Zstd,
            // A skippable frame; parallel compressors write one first.
            [0x50..=0x5f, 0x2a, 0x4d, 0x18] => return Content::Zstd,
            [0x0a, 0x0d, 0x0d, 0x0a] => {
                return match head.get(8..12) {
                    None | Some([0x1a, 0x2b, 0x3c, 0x4d] | [0x4d, 0x3c, 0x2b, 0x1a]) => {
                        whole(SECTION_HEADER_BYTES, Content::PcapNg)
                    }
                    Some(_) => Content::Mangled,
                };
            }
            [b'B', b'Z', b'h', b'1'..=b'9'] => return Content::Bzip2,
            [0xfd, b'7', b'z', b'X'] => return Content::Xz,
            [0x04, 0x22, 0x4d, 0x18] => return Content::Lz4,
            [b'P', b'K', 3, 4] | [b'P', b'K', 5, 6] => return Content::Zip,
            [b'7', b'z', 0xbc, 0xaf] => return Content::SevenZip,
            [b'R', b'a', b'r', b'!'] => return Content::Rar,
            [b'G', b'M', b'B', b'U'] | [b'R', b'T', b'S', b'S'] => return Content::NetMon,
            _ => {}
        }
        if PCAP_MAGICS.contains(&u32::from_be_bytes(magic))
            || PCAP_MAGICS.contains(&u32::from_le_bytes(magic))
        {
            return whole(PCAP_HEADER_BYTES, Content::Pcap);
        }
        Content::of_others(head)
    }

    /// True for what Sluice reads, once unpacked.
    pub fn is_capture(self) -> bool {
        matches!(self, Content::Pcap | Content::PcapNg)
    }

    fn of_others(head: &[u8]) -> Content {
        if head.starts_with(b"snoop\0\0\0") {
            return Content::Snoop;
        }
        if head.starts_with(b"btsnoop\0") {
            return Content::BtSnoop;
        }
        if head.starts_with(b"TRSNIFF data") || head.starts_with(b"XCP\0") {
            return Content::Sniffer;
        }
        if head.get(257..262) == Some(b"ustar".as_slice()) {
            return Content::Tar;
        }
        if head.iter().all(|&b| b == 0) {
            return Content::Zeros;
        }
        let text = |b: &u8| !b.is_ascii_control() || b.is_ascii_whitespace();
        // A multi-byte character may be cut at the end of the head.
        let utf8 = match std::str::from_utf8(head) {
            Ok(_) => true,
            Err(error) => error.error_len().is_none(),
        };
        if !utf8 || !head.iter().all(text) {
            return Content::Other;
        }
        match head.trim_ascii_start().first() {
            Some(b'{' | b'[') => Content::Json,
            Some(b'<') => Content::Xml,
            _ => Content::Text,
        }
    }

    /// What to do with it, as an imperative sentence.
    pub(crate) fn advice(self) -> &'static str {
        match self {
            Content::Pcap | Content::PcapNg => "Give it as it is.",
            Content::Mangled => "Copy it again in binary mode.",
            Content::HeaderCut => "Copy it again, or wait until the capture has begun.",
            Content::Gzip | Content::Zstd => "It is compressed twice; unpack it once.",
            Content::Bzip2 => "Unpack it with `bunzip2` first.",
            Content::Xz => "Unpack it with `unxz` first.",
            Content::Lz4 => "Unpack it with `unlz4` first.",
            Content::Zip => "Unpack it with `unzip` first, then give the folder.",
            Content::SevenZip => "Unpack it with `7z x` first, then give the folder.",
            Content::Rar => "Unpack it with `unrar x` first, then give the folder.",
            Content::Tar => "Unpack it with `tar -xf` first, then give the folder.",
            Content::Snoop | Content::BtSnoop | Content::NetMon | Content::Sniffer => {
                "Convert it with Wireshark: `editcap -F pcapng IN OUT`."
            }
            Content::Json | Content::Xml | Content::Text => {
                "Export packets as pcap or pcapng, not as text; an existing hex dump is converted by `text2pcap`."
            }
            Content::Zeros => "Copy it again from where it was captured.",
            Content::Other => {
                "Sluice reads pcap and pcapng; other captures (also Windows .etl traces) are converted \
                 with Wireshark's `editcap` or Microsoft's `etl2pcapng`."
            }
        }
    }
}

impl fmt::Display for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Content::Pcap => "a pcap capture",
            Content::PcapNg => "a pcapng capture",
            Content::Mangled => "a pcapng capture that was changed on the way",
            Content::HeaderCut => "a capture that ends within its own header",
            Content::Gzip => "gzip data",
            Content::Zstd => "Zstandard data",
            Content::Bzip2 => "bzip2 data",
            Content::Xz => "xz data",
            Content::Lz4 => "LZ4 data",
            Content::Zip => "a ZIP archive",
            Content::SevenZip => "a 7-Zip archive",
            Content::Rar => "a RAR archive",
            Content::Tar => "a tar archive",
            Content::Snoop => "a Solaris snoop capture",
            Content::BtSnoop => "a Bluetooth snoop log",
            Content::NetMon => "a Microsoft Network Monitor capture",
            Content::Sniffer => "a Sniffer capture",
            Content::Json => "JSON text",
            Content::Xml => "XML or HTML text",
            Content::Text => "text",
            Content::Zeros => "nothing but zeros",
            Content::Other => "not a format that Sluice knows",
        })
    }
}
