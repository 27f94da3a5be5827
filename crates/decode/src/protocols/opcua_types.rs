//! The built-in types of OPC UA's binary encoding, as far as they are read.
//!
//! Source: OPC 10000-6, 5.2. Lengths are signed; -1 means "null". Every read is bounded by the bytes that are there.

use crate::cursor::Cursor;

/// Deepest nesting of diagnostic information that is followed.
const NESTING_MAX: u8 = 4;

/// A node id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NodeId<'a> {
    /// Namespace and number.
    Number(u16, u32),
    /// Namespace and name.
    Name(u16, &'a [u8]),
    /// A GUID or opaque identifier.
    Opaque,
}

/// A string or byte string; null is empty.
pub fn string<'a>(cursor: &mut Cursor<'a>) -> Option<&'a [u8]> {
    match cursor.le32()? {
        u32::MAX => Some(&[]),
        length => cursor.take(usize::try_from(length).ok()?),
    }
}

/// How many elements follow; null is none. Never more than there are bytes left.
pub fn count(cursor: &mut Cursor<'_>) -> Option<usize> {
    match cursor.le32()? {
        u32::MAX => Some(0),
        count => usize::try_from(count).ok().filter(|count| *count <= cursor.left()),
    }
}

/// A node id, expanded or not.
pub fn node_id<'a>(cursor: &mut Cursor<'a>) -> Option<NodeId<'a>> {
    let kind = cursor.u8()?;
    let id = match kind & 0x3f {
        0 => NodeId::Number(0, u32::from(cursor.u8()?)),
        1 => NodeId::Number(u16::from(cursor.u8()?), u32::from(cursor.le16()?)),
        2 => NodeId::Number(cursor.le16()?, cursor.le32()?),
        3 => NodeId::Name(cursor.le16()?, string(cursor)?),
        4 => cursor.skip(18).map(|()| NodeId::Opaque)?,
        5 => {
            cursor.skip(2)?;
            string(cursor)?;
            NodeId::Opaque
        }
        _ => return None,
    };
    if kind & 0x80 != 0 {
        string(cursor)?;
    }
    if kind & 0x40 != 0 {
        cursor.skip(4)?;
    }
    Some(id)
}

/// A localised text: its text.
pub fn localized<'a>(cursor: &mut Cursor<'a>) -> Option<&'a [u8]> {
    let mask = cursor.u8()?;
    if mask & 1 != 0 {
        string(cursor)?;
    }
    if mask & 2 != 0 { string(cursor) } else { Some(&[]) }
}

/// An extension object: its type and body.
pub fn extension<'a>(cursor: &mut Cursor<'a>) -> Option<(NodeId<'a>, &'a [u8])> {
    let kind = node_id(cursor)?;
    let body = match cursor.u8()? {
        1 | 2 => string(cursor)?,
        _ => &[],
    };
    Some((kind, body))
}

/// Steps over the header of a request.
pub fn request_header(cursor: &mut Cursor<'_>) -> Option<()> {
    node_id(cursor)?;
    cursor.skip(16)?;
    string(cursor)?;
    cursor.skip(4)?;
    extension(cursor).map(|_| ())
}

/// Steps over the header of a response; its service result.
pub fn response_header(cursor: &mut Cursor<'_>) -> Option<u32> {
    cursor.skip(12)?;
    let result = cursor.le32()?;
    diagnostics(cursor, 0)?;
    for _ in 0..count(cursor)? {
        string(cursor)?;
    }
    extension(cursor)?;
    Some(result)
}

/// The status of the first result in the answer to Write or Call.
pub fn first_result(mut cursor: Cursor<'_>) -> Option<u32> {
    (count(&mut cursor)? > 0).then(|| cursor.le32())?
}

/// True when a status code says that nothing came of it (OPC 10000-4, 7.38: the two upper bits are the severity).
pub fn is_bad(status: u32) -> bool {
    status & 0x8000_0000 != 0
}

/// Steps over diagnostic information (5.2.2.12).
fn diagnostics(cursor: &mut Cursor<'_>, depth: u8) -> Option<()> {
    let mask = cursor.u8()?;
    for bit in [1, 2, 4, 8] {
        if mask & bit != 0 {
            cursor.skip(4)?;
        }
    }
    if mask & 16 != 0 {
        string(cursor)?;
    }
    if mask & 32 != 0 {
        cursor.skip(4)?;
    }
    match mask & 64 {
        0 => Some(()),
        _ if depth < NESTING_MAX => diagnostics(cursor, depth + 1),
        _ => None,
    }
}

/// A value, as far as identity needs it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Value<'a> {
    /// A string.
    Text(&'a [u8]),
    /// A structure.
    Structure(NodeId<'a>, &'a [u8]),
    /// Anything else.
    Other,
}

/// A data value (5.2.2.17): its variant.
pub fn data_value<'a>(cursor: &mut Cursor<'a>) -> Option<Value<'a>> {
    let mask = cursor.u8()?;
    let value = if mask & 1 != 0 { variant(cursor)? } else { Value::Other };
    for (bit, size) in [(2, 4), (4, 8), (16, 2), (8, 8), (32, 2)] {
        if mask & bit != 0 {
            cursor.skip(size)?;
        }
    }
    Some(value)
}

fn variant<'a>(cursor: &mut Cursor<'a>) -> Option<Value<'a>> {
    let kind = cursor.u8()?;
    let elements = if kind & 0x80 != 0 { count(cursor)? } else { 1 };
    let mut value = Value::Other;
    for _ in 0..elements {
        value = scalar(kind & 0x3f, cursor)?;
    }
    if kind & 0x40 != 0 {
        for _ in 0..count(cursor)? {
            cursor.skip(4)?;
        }
    }
    Some(if kind & 0x80 != 0 { Value::Other } else { value })
}

fn scalar<'a>(kind: u8, cursor: &mut Cursor<'a>) -> Option<Value<'a>> {
    match kind {
        0 => Some(()),
        1..=3 => cursor.skip(1),
        4 | 5 => cursor.skip(2),
        6 | 7 | 10 | 19 => cursor.skip(4),
        8 | 9 | 11 | 13 => cursor.skip(8),
        12 => return string(cursor).map(Value::Text),
        14 => cursor.skip(16),
        15 | 16 => string(cursor).map(|_| ()),
        17 | 18 => node_id(cursor).map(|_| ()),
        20 => {
            cursor.skip(2)?;
            string(cursor).map(|_| ())
        }
        21 => localized(cursor).map(|_| ()),
        22 => return extension(cursor).map(|(kind, body)| Value::Structure(kind, body)),
        _ => None,
    }?;
    Some(Value::Other)
}
