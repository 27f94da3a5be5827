//! ASN.1 basic encoding rules: elements of tag, length and content, as SNMP, LDAP, Kerberos and certificates use them.
//!
//! Source: ITU-T X.690. Elements of indefinite length (8.1.3.6) are not read: what uses them here does not need them.

/// Most bytes of a tag number beyond the first (X.690, 8.1.2.4): enough for 28 bits.
const TAG_BYTES_MAX: usize = 4;
/// Most bytes of a length beyond the first (X.690, 8.1.3.5).
const LENGTH_BYTES_MAX: usize = 4;
/// Most elements that one walk goes over.
pub const ELEMENTS_MAX: usize = 1024;

/// Tag of BOOLEAN.
pub const BOOLEAN: u8 = 0x01;
/// Tag of INTEGER.
pub const INTEGER: u8 = 0x02;
/// Tag of OCTET STRING.
pub const OCTET_STRING: u8 = 0x04;
/// Tag of OBJECT IDENTIFIER.
pub const OBJECT_IDENTIFIER: u8 = 0x06;
/// Tag of ENUMERATED.
pub const ENUMERATED: u8 = 0x0a;
/// Tag of SEQUENCE.
pub const SEQUENCE: u8 = 0x30;
/// Tag of SET.
pub const SET: u8 = 0x31;

/// One element.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Element<'a> {
    /// First byte of the tag: class, form and, below 31, the number.
    pub tag: u8,
    /// The tag's number, also of long form.
    pub number: u32,
    /// Its content.
    pub content: &'a [u8],
    /// Length of tag, length and content, in bytes.
    pub whole: usize,
}

/// The head of an element: its tag and how long it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// First byte of the tag.
    pub tag: u8,
    /// The tag's number, also of long form.
    pub number: u32,
    /// Length of tag and length, in bytes.
    pub head: usize,
    /// Length of the content, in bytes.
    pub content: usize,
}

/// These bytes are no head of an element that is read here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotBer;

/// Reads the head of an element. `Ok(None)` when more bytes are needed, `Err` when these are none.
pub fn head(bytes: &[u8]) -> Result<Option<Head>, NotBer> {
    let Some((&tag, rest)) = bytes.split_first() else { return Ok(None) };
    let (mut number, mut at) = (u32::from(tag & 0x1f), 1);
    if number == 0x1f {
        number = 0;
        let mut ended = false;
        for &byte in rest.iter().take(TAG_BYTES_MAX) {
            number = number << 7 | u32::from(byte & 0x7f);
            at += 1;
            if byte & 0x80 == 0 {
                ended = true;
                break;
            }
        }
        if !ended {
            return if rest.len() < TAG_BYTES_MAX { Ok(None) } else { Err(NotBer) };
        }
    }
    let Some(&first) = bytes.get(at) else { return Ok(None) };
    at += 1;
    if first < 0x80 {
        return Ok(Some(Head { tag, number, head: at, content: usize::from(first) }));
    }
    let count = usize::from(first & 0x7f);
    if count == 0 || count > LENGTH_BYTES_MAX {
        return Err(NotBer);
    }
    let Some(length) = bytes.get(at..at + count) else { return Ok(None) };
    let content = length.iter().fold(0, |sum: u64, &byte| sum << 8 | u64::from(byte));
    let content = usize::try_from(content).map_err(|_| NotBer)?;
    Ok(Some(Head { tag, number, head: at + count, content }))
}

/// The first element and what follows it; none when it is not whole.
pub fn element(bytes: &[u8]) -> Option<(Element<'_>, &[u8])> {
    let head = head(bytes).ok()??;
    let whole = head.head.checked_add(head.content)?;
    let content = bytes.get(head.head..whole)?;
    Some((Element { tag: head.tag, number: head.number, content, whole }, bytes.get(whole..)?))
}

/// The elements that stand one after the other, as far as they are whole.
pub fn elements(bytes: &[u8]) -> impl Iterator<Item = Element<'_>> {
    let mut rest = bytes;
    std::iter::from_fn(move || {
        let (found, after) = element(rest)?;
        rest = after;
        Some(found)
    })
    .take(ELEMENTS_MAX)
}

/// Elements taken one by one, each of an expected tag.
#[derive(Debug, Clone, Copy)]
pub struct Walk<'a> {
    rest: &'a [u8],
}

impl<'a> Walk<'a> {
    /// At the first element.
    pub fn new(bytes: &'a [u8]) -> Walk<'a> {
        Walk { rest: bytes }
    }

    /// The content of the next element, which must have this tag.
    pub fn take(&mut self, tag: u8) -> Option<&'a [u8]> {
        let (found, rest) = element(self.rest)?;
        (found.tag == tag).then(|| self.rest = rest)?;
        Some(found.content)
    }

    /// The next element, whatever it is.
    pub fn any(&mut self) -> Option<Element<'a>> {
        let (found, rest) = element(self.rest)?;
        self.rest = rest;
        Some(found)
    }

    /// The next element as a whole number.
    pub fn integer(&mut self) -> Option<i64> {
        integer(self.take(INTEGER)?)
    }

    /// What has not been taken.
    pub fn rest(&self) -> &'a [u8] {
        self.rest
    }
}

/// The content of an INTEGER or ENUMERATED of up to eight bytes.
pub fn integer(content: &[u8]) -> Option<i64> {
    let (&first, _) = content.split_first()?;
    if content.len() > 8 {
        return None;
    }
    let start = if first & 0x80 == 0 { 0 } else { -1 };
    Some(content.iter().fold(start, |sum: i64, &byte| sum << 8 | i64::from(byte)))
}

/// The parts of an object identifier (X.690, 8.19), lower than 2^32 each.
pub fn object_identifier(content: &[u8]) -> impl Iterator<Item = u32> + '_ {
    let mut arcs = content.split_inclusive(|byte| byte & 0x80 == 0).map(|part| {
        part.iter().fold(0_u64, |sum, &byte| (sum << 7 | u64::from(byte & 0x7f)) & u64::from(u32::MAX)) as u32
    });
    let first = arcs.next();
    let start = first.map(|first| match first {
        0..=39 => [0, first],
        40..=79 => [1, first - 40],
        _ => [2, first - 80],
    });
    start.into_iter().flatten().chain(arcs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_elements_of_both_forms() {
        // X.690, 8.1.2.4 and 8.1.3.5: tag [APPLICATION 31], length 130 in the long form.
        let mut bytes = vec![0x7f, 0x1f, 0x81, 0x82];
        bytes.extend([7; 130]);
        let (found, rest) = element(&bytes).unwrap();
        assert_eq!((found.number, found.content.len(), found.whole, rest.len()), (31, 130, 134, 0));
        assert_eq!(head(&[0x30, 0x82, 1]), Ok(None));
        assert_eq!(head(&[0x30, 0x80]), Err(NotBer));
        assert_eq!(head(&[0x30, 0x85, 0, 0, 0, 0, 0]), Err(NotBer));
        assert_eq!(element(&[0x30, 3, 1, 2]), None);
    }

    #[test]
    fn reads_numbers_and_identifiers() {
        assert_eq!(integer(&[0xff, 0x7f]), Some(-129));
        assert_eq!(integer(&[0, 0x80]), Some(128));
        assert_eq!(integer(&[]), None);
        // X.690, 8.19.5: {2 999 3}.
        assert_eq!(object_identifier(&[0x88, 0x37, 0x03]).collect::<Vec<u32>>(), [2, 999, 3]);
        assert_eq!(object_identifier(&[0x2b, 6, 1]).collect::<Vec<u32>>(), [1, 3, 6, 1]);
    }

    #[test]
    fn hostile_bytes_end_a_walk() {
        for length in 0..64 {
            let bytes: Vec<u8> = (0..length).map(|n| (n * 37 + 11) as u8).collect();
            assert!(elements(&bytes).count() <= ELEMENTS_MAX);
            let _ = object_identifier(&bytes).count();
        }
    }
}
