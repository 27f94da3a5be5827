//! Messages of the domain name system, as DNS, multicast DNS, LLMNR and NetBIOS name service share them.
//!
//! Source: RFC 1035, 4.1.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::cursor::{Cursor, be16, byte, text};
use crate::protocol::{Context, Opening, Verdict};
use crate::short_text::ShortText;

/// Most records of one message that are read.
pub const RECORDS_MAX: usize = 128;
/// Most jumps within one name (RFC 1035, 4.1.4): each must lead back, so this only bounds the work.
const JUMPS_MAX: usize = 16;
/// Most labels of one name: 255 bytes hold no more (RFC 1035, 3.1).
const LABELS_MAX: usize = 128;
/// Bytes of the header.
pub const HEADER_BYTES: usize = 12;

/// Record types (IANA registry of DNS parameters).
pub const TYPE_A: u16 = 1;
/// Alias.
pub const TYPE_PTR: u16 = 12;
/// Host information.
pub const TYPE_HINFO: u16 = 13;
/// Text.
pub const TYPE_TXT: u16 = 16;
/// IPv6 address.
pub const TYPE_AAAA: u16 = 28;
/// Any type, in questions.
pub const TYPE_ANY: u16 = 255;

/// A name in dots, as RFC 1035 bounds it.
pub type Name = ShortText<256>;

/// The header of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Header {
    /// Joins question and answer.
    pub id: u16,
    /// Response, operation code, results.
    pub flags: u16,
    /// Number of questions.
    pub questions: u16,
    /// Number of answers, authorities and additional records.
    pub records: [u16; 3],
}

impl Header {
    /// Reads a header; none when it is cut short.
    pub fn read(message: &[u8]) -> Option<Header> {
        let mut cursor = Cursor::new(message);
        let (id, flags, questions) = (cursor.be16()?, cursor.be16()?, cursor.be16()?);
        Some(Header { id, flags, questions, records: [cursor.be16()?, cursor.be16()?, cursor.be16()?] })
    }

    /// True for a response.
    pub fn is_response(self) -> bool {
        self.flags & 0x8000 != 0
    }

    /// Kind of question: 0 query, 4 notify, 5 update.
    pub fn operation(self) -> u16 {
        self.flags >> 11 & 0x0f
    }

    /// Result of a response; 0 is success, 3 that the name does not exist.
    pub fn result(self) -> u16 {
        self.flags & 0x0f
    }
}

/// What is asked.
#[derive(Debug, Clone, Copy)]
pub struct Question {
    /// The name.
    pub name: Name,
    /// Record type.
    pub kind: u16,
}

/// One resource record.
#[derive(Debug, Clone, Copy)]
pub struct Record<'a> {
    /// Whose record it is.
    pub name: Name,
    /// Record type.
    pub kind: u16,
    /// Its data.
    pub data: &'a [u8],
    /// Where the data begins in the message, for names within it.
    pub data_at: usize,
}

impl Record<'_> {
    /// The address in an address record.
    pub fn address(&self) -> Option<IpAddr> {
        match (self.kind, self.data.len()) {
            (TYPE_A, 4) => self.data.first_chunk::<4>().map(|octets| Ipv4Addr::from(*octets).into()),
            (TYPE_AAAA, 16) => self.data.first_chunk::<16>().map(|octets| Ipv6Addr::from(*octets).into()),
            _ => None,
        }
    }
}

/// A message up to its records; tells when that is cut short.
pub fn head(message: &[u8], context: &mut Context<'_>) -> Option<(Header, Option<Question>, usize)> {
    let Some(header) = Header::read(message) else {
        context.malformed("header cut short");
        return None;
    };
    let Some((question, at)) = questions(message, header) else {
        context.malformed("question cut short");
        return None;
    };
    Some((header, question, at))
}

/// Judges a datagram: its header fits the protocol and its questions can be read.
pub fn probe(opening: &Opening<'_>, fits: impl Fn(Header) -> bool) -> Verdict {
    let readable = |header: Header| fits(header) && questions(opening.bytes, header).is_some();
    if Header::read(opening.bytes).is_some_and(readable) { Verdict::Yes } else { Verdict::No }
}

/// The first question and where the records begin; none when the questions are cut short.
pub fn questions(message: &[u8], header: Header) -> Option<(Option<Question>, usize)> {
    let (mut at, mut first) = (HEADER_BYTES, None);
    for _ in 0..usize::from(header.questions).min(RECORDS_MAX) {
        let (name, end) = name(message, at)?;
        let kind = be16(message, end)?;
        be16(message, end + 2)?;
        first = first.or(Some(Question { name, kind }));
        at = end + 4;
    }
    Some((first, at))
}

/// The records from `at` on, as far as they are whole.
pub fn records(message: &[u8], header: Header, at: usize) -> impl Iterator<Item = Record<'_>> {
    let count: usize = header.records.iter().map(|&count| usize::from(count)).sum();
    let mut at = at;
    std::iter::from_fn(move || {
        let (name, end) = name(message, at)?;
        let kind = be16(message, end)?;
        // Class 2 and time to live 4 lie between.
        let length = usize::from(be16(message, end + 8)?);
        let data_at = end + 10;
        let data = message.get(data_at..data_at + length)?;
        at = data_at + length;
        Some(Record { name, kind, data, data_at })
    })
    .take(count.min(RECORDS_MAX))
}

/// The name at `at`, and where what follows it begins. Jumps must lead back.
pub fn name(message: &[u8], at: usize) -> Option<(Name, usize)> {
    let (mut name, mut place, mut end, mut jumps) = (Name::default(), at, None, 0);
    for _ in 0..LABELS_MAX {
        let length = byte(message, place)?;
        match length {
            0 => return Some((name, end.unwrap_or(place + 1))),
            1..=63 => {
                let label = message.get(place + 1..place + 1 + usize::from(length))?;
                if !name.is_empty() {
                    name.push('.');
                }
                match std::str::from_utf8(label) {
                    Ok(label) => label.chars().for_each(|character| {
                        name.push(character);
                    }),
                    Err(_) => name.push_latin1(label),
                }
                place += 1 + usize::from(length);
            }
            0xc0.. => {
                let target = usize::from(be16(message, place)? & 0x3fff);
                end = end.or(Some(place + 2));
                jumps += 1;
                if target >= place || jumps > JUMPS_MAX {
                    return None;
                }
                place = target;
            }
            _ => return None,
        }
    }
    None
}

/// The address that a name below `in-addr.arpa` stands for (RFC 1035, 3.5).
pub fn reverse_address(name: &str) -> Option<IpAddr> {
    let numbers = name.strip_suffix(".in-addr.arpa")?;
    let mut octets = [0; 4];
    let mut parts = numbers.split('.');
    for octet in octets.iter_mut().rev() {
        *octet = parts.next()?.parse().ok()?;
    }
    parts.next().is_none().then(|| Ipv4Addr::from(octets).into())
}

/// The strings of a record of type TXT or HINFO: length 1 and text each.
pub fn strings(data: &[u8]) -> impl Iterator<Item = std::borrow::Cow<'_, str>> {
    let mut cursor = Cursor::new(data);
    std::iter::from_fn(move || {
        let length = cursor.u8()?;
        cursor.take(usize::from(length)).map(text)
    })
}

/// A NetBIOS name in its first-level encoding (RFC 1001, 14.1): the name and its sixteenth byte, the kind of service.
pub fn netbios_name(encoded: &str) -> Option<(ShortText<32>, u8)> {
    let letters = encoded.split('.').next()?.as_bytes();
    let (pairs, []) = letters.as_chunks::<2>() else { return None };
    if pairs.len() != 16 {
        return None;
    }
    let mut bytes = [0; 16];
    for ([high, low], byte) in pairs.iter().zip(&mut bytes) {
        let half = |letter: u8| letter.checked_sub(b'A').filter(|&half| half < 16);
        *byte = half(*high)? << 4 | half(*low)?;
    }
    let [name @ .., kind] = bytes;
    let mut text = ShortText::default();
    text.push_latin1(name.trim_ascii_end().split(|&byte| byte == 0).next().unwrap_or_default());
    Some((text, kind))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn follows_jumps_back_only() {
        // RFC 1035, 4.1.4: F.ISI.ARPA, FOO and a pointer to it.
        let message = b"\x01F\x03ISI\x04ARPA\x00\x03FOO\xc0\x00\xc0\x12\xc0\x14";
        assert_eq!(
            name(message, 0).map(|(n, end)| (n.as_str().to_string(), end)),
            Some(("F.ISI.ARPA".into(), 12))
        );
        assert_eq!(
            name(message, 12).map(|(n, end)| (n.as_str().to_string(), end)),
            Some(("FOO.F.ISI.ARPA".into(), 18))
        );
        assert!(name(message, 20).is_none());
        assert!(name(b"\x3fab", 0).is_none());
    }

    #[test]
    fn reads_netbios_names() {
        // RFC 1001, 14.1: "FRED            " encodes so.
        let (text, kind) = netbios_name("EGFCEFEECACACACACACACACACACACACA.NETBIOS.COM").unwrap();
        assert_eq!((text.as_str(), kind), ("FRED", 0x20));
        assert!(netbios_name("EGFCEFEE").is_none());
        assert!(netbios_name("ZGFCEFEECACACACACACACACACACACACA").is_none());
    }

    #[test]
    fn reads_reverse_names() {
        assert_eq!(reverse_address("11.3.0.10.in-addr.arpa"), "10.0.3.11".parse().ok());
        assert_eq!(reverse_address("3.0.10.in-addr.arpa"), None);
    }
}
