//! CIP paths: where a request goes. A chain of segments names class, instance and attribute, a tag by its name, or
//! the way through backplanes and networks (CIP Volume 1, Appendix C-1.4).

use model::Object;

use crate::cursor::Cursor;

/// Most segments of one path that are read.
const SEGMENTS_MAX: usize = 64;
/// Most bytes of a joined tag name that are kept.
const NAME_BYTES_MAX: usize = 120;

/// What a path names. Later segments of a kind win: a routine in a program is the routine.
#[derive(Debug, Clone, Copy, Default)]
pub struct Path<'a> {
    /// Class of the object.
    pub class: Option<u32>,
    /// Instance of the class; 0 means the class itself.
    pub instance: Option<u32>,
    /// Attribute of the instance.
    pub attribute: Option<u32>,
    /// Slot of the last backplane on the way, or the link number of another port.
    pub slot: Option<u32>,
    /// True when a tag is named by symbol segments.
    pub symbol: bool,
    bytes: &'a [u8],
    /// The last symbol, and how many symbols and indices name the tag together.
    name: (&'a [u8], usize),
}

/// One segment of a path.
enum Segment<'a> {
    Class(u32),
    Instance(u32),
    Attribute(u32),
    Member(u32),
    Port(Option<u32>),
    Symbol(&'a [u8]),
    Other,
}

impl<'a> Path<'a> {
    /// Reads a padded path; what is broken ends it.
    pub fn read(bytes: &'a [u8]) -> Path<'a> {
        let mut path = Path { bytes, ..Path::default() };
        let mut cursor = Cursor::new(bytes);
        for _ in 0..SEGMENTS_MAX {
            match segment(&mut cursor) {
                Some(Segment::Class(class)) => {
                    path.class = Some(class);
                    (path.instance, path.attribute) = (None, None);
                }
                Some(Segment::Instance(instance)) => path.instance = Some(instance),
                Some(Segment::Attribute(attribute)) => path.attribute = Some(attribute),
                Some(Segment::Port(link)) => path.slot = link,
                Some(Segment::Symbol(name)) => {
                    path.symbol = true;
                    path.name = (name, path.name.1 + 1);
                }
                Some(Segment::Member(_)) => path.name.1 += 1,
                Some(Segment::Other) => {}
                None => break,
            }
        }
        path
    }

    /// What the path names, in words. The name is written into `buffer` where it has several parts.
    pub fn object<'b>(&self, buffer: &'b mut NameBuffer) -> Object<'b>
    where
        'a: 'b,
    {
        if self.symbol {
            let name = match (self.name, std::str::from_utf8(self.name.0)) {
                ((_, 1), Ok(name)) if name.len() <= NAME_BYTES_MAX && name.is_ascii() => name,
                _ => buffer.join(self.bytes),
            };
            return Object::Named { space: "tag", name };
        }
        let (Some(class), instance) = (self.class, u64::from(self.instance.unwrap_or(0))) else {
            return Object::None;
        };
        match class_name(class) {
            Some(space) => Object::Range { space, first: instance, last: instance },
            None => Object::Block { space: "class ", block: class, first: instance, last: instance },
        }
    }
}

/// Where a tag's name is put together, without asking for memory.
pub struct NameBuffer {
    bytes: [u8; NAME_BYTES_MAX],
    used: usize,
}

impl Default for NameBuffer {
    fn default() -> Self {
        NameBuffer { bytes: [0; NAME_BYTES_MAX], used: 0 }
    }
}

impl NameBuffer {
    /// `Program:Main`, `Motor`, 3, `Speed` become `Program:Main.Motor[3].Speed`.
    fn join(&mut self, path: &[u8]) -> &str {
        let mut cursor = Cursor::new(path);
        for _ in 0..SEGMENTS_MAX {
            match segment(&mut cursor) {
                Some(Segment::Symbol(name)) => {
                    if self.used > 0 {
                        self.put(b".");
                    }
                    self.put(name);
                }
                Some(Segment::Member(index)) => self.put_index(index),
                Some(_) => {}
                None => break,
            }
        }
        std::str::from_utf8(self.bytes.get(..self.used).unwrap_or_default()).unwrap_or_default()
    }

    fn put(&mut self, text: &[u8]) {
        let room = self.bytes.get_mut(self.used..).unwrap_or_default();
        for (place, &byte) in room.iter_mut().zip(text) {
            *place = if byte.is_ascii() { byte } else { b'?' };
        }
        self.used = NAME_BYTES_MAX.min(self.used + text.len());
    }

    fn put_index(&mut self, index: u32) {
        let (mut digits, mut left) = ([b'0'; 10], index);
        let mut first = digits.len();
        for (place, digit) in digits.iter_mut().enumerate().rev() {
            *digit = b'0' + (left % 10) as u8;
            (left, first) = (left / 10, place);
            if left == 0 {
                break;
            }
        }
        self.put(b"[");
        self.put(digits.get(first..).unwrap_or_default());
        self.put(b"]");
    }
}

fn segment<'a>(cursor: &mut Cursor<'a>) -> Option<Segment<'a>> {
    let head = cursor.u8()?;
    match head >> 5 {
        0 => port(cursor, head).map(Segment::Port),
        1 => logical(cursor, head),
        2 => network(cursor, head).map(|()| Segment::Other),
        3 => symbol(cursor, usize::from(head & 0x1f)),
        4 if head == 0x91 => {
            let length = usize::from(cursor.u8()?);
            symbol(cursor, length)
        }
        // Simple data: words follow.
        4 => {
            let words = usize::from(cursor.u8()?);
            cursor.skip(2 * words).map(|()| Segment::Other)
        }
        _ => None,
    }
}

/// Port segment (C-1.4.1): port in the low four bits (15: two more bytes), bit 0x10: the link address has a length.
fn port(cursor: &mut Cursor<'_>, head: u8) -> Option<Option<u32>> {
    let length = if head & 0x10 != 0 { Some(usize::from(cursor.u8()?)) } else { None };
    if head & 0x0f == 15 {
        cursor.skip(2)?;
    }
    match length {
        None => cursor.u8().map(|link| Some(u32::from(link))),
        Some(length) => {
            cursor.skip(length + length % 2)?;
            Some(None)
        }
    }
}

/// Logical segment (C-1.4.2): type in bits 2 to 4, width in bits 0 and 1; wide values follow a pad byte.
fn logical<'a>(cursor: &mut Cursor<'a>, head: u8) -> Option<Segment<'a>> {
    let kind = (head >> 2) & 7;
    if kind == 5 {
        // Electronic key: format 4 carries vendor, type, code and revision in eight bytes.
        let format = cursor.u8()?;
        return (format == 4).then(|| cursor.skip(8))?.map(|()| Segment::Other);
    }
    let value = match head & 3 {
        0 => u32::from(cursor.u8()?),
        1 => {
            cursor.skip(1)?;
            u32::from(cursor.le16()?)
        }
        2 => {
            cursor.skip(1)?;
            cursor.le32()?
        }
        _ => return None,
    };
    Some(match kind {
        0 => Segment::Class(value),
        // A connection point stands for the instance of an assembly.
        1 | 3 => Segment::Instance(value),
        2 => Segment::Member(value),
        4 => Segment::Attribute(value),
        _ => Segment::Other,
    })
}

/// Network segment (C-1.4.3): one byte of data, or with bit 0x10 a count of words.
fn network(cursor: &mut Cursor<'_>, head: u8) -> Option<()> {
    let value = cursor.u8()?;
    if head & 0x10 != 0 { cursor.skip(2 * usize::from(value)) } else { Some(()) }
}

fn symbol<'a>(cursor: &mut Cursor<'a>, length: usize) -> Option<Segment<'a>> {
    let name = cursor.take(length)?;
    if length % 2 == 1 {
        cursor.skip(1);
    }
    (length > 0).then_some(Segment::Symbol(name))
}

/// Names of object classes (CIP Volume 1, chapter 5; Volume 2; Logix classes by public documentation).
fn class_name(class: u32) -> Option<&'static str> {
    Some(match class {
        0x01 => "identity",
        0x02 => "message router",
        0x04 => "assembly",
        0x06 => "connection manager",
        0x0f => "parameter",
        0x37 => "file",
        0x43 => "time sync",
        0x44 => "modbus",
        0x47 => "device level ring",
        0x48 => "qos",
        0x64 => "project",
        0x67 => "pccc",
        0x68 => "program",
        0x6b => "symbol",
        0x6c => "template",
        0x6d => "routine",
        0x70 => "task",
        0x8b => "clock",
        0x8e => "controller",
        0xf4 => "port",
        0xf5 => "tcp/ip interface",
        0xf6 => "ethernet link",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(bytes: &[u8]) -> String {
        Path::read(bytes).object(&mut NameBuffer::default()).to_string()
    }

    #[test]
    fn names_are_joined() {
        let path = b"\x91\x05Motor\0\x28\x03\x91\x05Speed\0";
        assert_eq!(told(path), "tag \"Motor[3].Speed\"");
    }

    #[test]
    fn wide_segments_are_read() {
        let path = Path::read(&[0x21, 0, 0x2b, 0x03, 0x25, 0, 0x20, 0x24, 0x30, 7]);
        assert_eq!((path.class, path.instance, path.attribute), (Some(0x32b), Some(0x2420), Some(7)));
        assert_eq!(told(&[0x20, 4, 0x24, 100]), "assembly 100");
    }

    #[test]
    fn the_slot_is_the_last_link() {
        let path = Path::read(&[0x12, 9, b'1', b'0', b'.', b'0', b'.', b'3', b'.', b'1', b'1', 0, 1, 2]);
        assert_eq!(path.slot, Some(2));
    }
}
