//! What BACnet devices say of themselves, and what requests are about: the tagged values of the application layer.
//!
//! Source: ANSI/ASHRAE 135, 20.2 (encoding) and 21 (property identifiers).

use std::borrow::Cow;

use model::{Attribute, Confidence, Object, Operation, Subject};

use crate::cursor::{Cursor, text};
use crate::protocol::Context;

/// Most tagged values read of one message.
const TAGS_MAX: usize = 512;
const SOURCE: &str = "BACnet device object";
/// Object type of the device itself.
const DEVICE: u32 = 8;

/// One tagged value.
struct Tag<'a> {
    number: u8,
    /// Context tags mean what the service says; application tags what the standard says.
    is_context: bool,
    /// Opening or closing tag of a constructed value.
    bracket: Option<bool>,
    value: &'a [u8],
}

/// Reads the next tag (20.2.1).
fn tag<'a>(cursor: &mut Cursor<'a>) -> Option<Tag<'a>> {
    let first = cursor.u8()?;
    let number = match first >> 4 {
        15 => cursor.u8()?,
        number => number,
    };
    let is_context = first & 0x08 != 0;
    let bracket = match first & 0x0f {
        0x0e => Some(true),
        0x0f => Some(false),
        _ => None,
    };
    let length = match first & 7 {
        _ if bracket.is_some() => 0,
        // Booleans carry their value in the length.
        _ if !is_context && number == 1 => 0,
        5 => match cursor.u8()? {
            254 => usize::from(cursor.be16()?),
            255 => usize::try_from(cursor.be32()?).ok()?,
            length => usize::from(length),
        },
        length => usize::from(length),
    };
    Some(Tag { number, is_context, bracket, value: cursor.take(length)? })
}

fn unsigned(value: &[u8]) -> u32 {
    value.iter().take(4).fold(0, |sum, &byte| sum << 8 | u32::from(byte))
}

/// The object that a request with an object identifier in context tag 0 is about.
pub fn object(body: &[u8]) -> Object<'static> {
    match tag(&mut Cursor::new(body)) {
        Some(Tag { number: 0, is_context: true, bracket: None, value }) if value.len() == 4 => {
            let id = unsigned(value);
            let instance = u64::from(id & 0x003f_ffff);
            let space = match id >> 22 {
                0 => "analog input",
                1 => "analog output",
                2 => "analog value",
                3 => "binary input",
                4 => "binary output",
                5 => "binary value",
                8 => "device",
                10 => "file",
                13 => "multi-state input",
                14 => "multi-state output",
                16 => "program",
                17 => "schedule",
                19 => "multi-state value",
                20 => "trend log",
                _ => "object",
            };
            Object::Range { space, first: instance, last: instance }
        }
        _ => Object::None,
    }
}

/// True when ReadProperty asks a device object for who it is.
pub fn asks_identity(body: &[u8]) -> bool {
    let mut cursor = Cursor::new(body);
    let (Some(object), Some(property)) = (tag(&mut cursor), tag(&mut cursor)) else { return false };
    unsigned(object.value) >> 22 == DEVICE && attribute(unsigned(property.value)).is_some()
}

/// What ReinitializeDevice asks for (16.4).
pub fn reinitialize(body: &[u8]) -> (Operation, &'static str) {
    match tag(&mut Cursor::new(body)).map(|state| unsigned(state.value)) {
        Some(0) => (Operation::Reset, "reinitialize device, cold start"),
        Some(1) => (Operation::Reset, "reinitialize device, warm start"),
        Some(2 | 3) => (Operation::ReadProgram, "reinitialize device, backup"),
        Some(4..=6) => (Operation::LoadProgram, "reinitialize device, restore"),
        Some(7) => (Operation::Configure, "reinitialize device, activate changes"),
        _ => (Operation::Reset, "reinitialize device"),
    }
}

/// The password in DeviceCommunicationControl or ReinitializeDevice: context tag 2 or 1. Compare it, never pass it on.
pub fn password(service: u8, body: &[u8]) -> Option<Cow<'_, str>> {
    let wanted = if service == 17 { 2 } else { 1 };
    let mut cursor = Cursor::new(body);
    (0..4)
        .map_while(|_| tag(&mut cursor))
        .find(|tag| tag.is_context && tag.number == wanted && !tag.value.is_empty())
        .map(|tag| characters(tag.value))
}

/// A character string (20.2.9): one octet names the character set.
fn characters(value: &[u8]) -> Cow<'_, str> {
    let Some((&set, value)) = value.split_first() else { return Cow::Borrowed("") };
    let wide = |character: u32| char::from_u32(character).unwrap_or(char::REPLACEMENT_CHARACTER);
    match set {
        3 => Cow::Owned(value.as_chunks().0.iter().map(|c| wide(u32::from_be_bytes(*c))).collect()),
        4 => {
            Cow::Owned(value.as_chunks().0.iter().map(|c| wide(u32::from(u16::from_be_bytes(*c)))).collect())
        }
        5 => Cow::Owned(value.iter().map(|&byte| char::from(byte)).collect()),
        _ => text(value),
    }
}

/// The device that an I-Am speaks of: an object identifier comes first.
pub fn device(body: &[u8]) -> Object<'static> {
    match tag(&mut Cursor::new(body)) {
        Some(tag) if tag.value.len() == 4 && unsigned(tag.value) >> 22 == DEVICE => {
            let instance = u64::from(unsigned(tag.value) & 0x003f_ffff);
            Object::Range { space: "device", first: instance, last: instance }
        }
        _ => Object::None,
    }
}

/// The maker that an I-Am states, where its number is known (the list of vendor identifiers that ASHRAE keeps).
pub fn vendor(body: &[u8]) -> Option<&'static str> {
    let mut cursor = Cursor::new(body);
    let number = (0..4).map_while(|_| tag(&mut cursor)).nth(3).map(|tag| unsigned(tag.value))?;
    match number {
        2 => Some("Trane"),
        5 => Some("Johnson Controls"),
        7 => Some("Siemens"),
        8 => Some("Delta Controls"),
        10 => Some("Schneider Electric"),
        17 => Some("Honeywell"),
        24 => Some("Automated Logic"),
        35 => Some("Reliable Controls"),
        36 => Some("Tridium"),
        _ => None,
    }
}

fn attribute(property: u32) -> Option<Attribute> {
    match property {
        121 => Some(Attribute::Vendor),
        70 => Some(Attribute::Product),
        44 => Some(Attribute::Firmware),
        12 => Some(Attribute::Software),
        77 => Some(Attribute::Name),
        58 => Some(Attribute::Location),
        28 => Some(Attribute::Description),
        372 => Some(Attribute::Serial),
        _ => None,
    }
}

/// Identity in the answer to ReadProperty or ReadPropertyMultiple: an object identifier in context tag 0, then
/// properties (tag 1, in lists tag 2) each followed by a bracketed value (tag 3, in lists tag 4).
pub fn answer(service: u8, body: &[u8], confidence: Confidence, context: &mut Context<'_>) {
    if !matches!(service, 12 | 14) {
        return;
    }
    let (property_tag, value_tag) = if service == 12 { (1, 3) } else { (2, 4) };
    let mut cursor = Cursor::new(body);
    let (mut device, mut property, mut inside, mut depth) = (false, None, false, 0_u8);
    for _ in 0..TAGS_MAX {
        let Some(tag) = tag(&mut cursor) else {
            if !cursor.is_empty() {
                context.malformed("tagged value longer than the message");
            }
            return;
        };
        match (tag.bracket, tag.is_context, tag.number) {
            (Some(true), _, number) if !inside => inside = number == value_tag,
            (Some(true), ..) => depth = depth.saturating_add(1),
            (Some(false), ..) if depth > 0 => depth -= 1,
            (Some(false), ..) => inside = false,
            (None, true, 0) if !inside => device = unsigned(tag.value) >> 22 == DEVICE,
            (None, true, number) if !inside && number == property_tag => {
                property = attribute(unsigned(tag.value))
            }
            // A character string: its character set, then the text.
            (None, false, 7) if inside && device => {
                if let Some(attribute) = property {
                    let value = characters(tag.value);
                    context.identity_of(Subject::Sender, attribute, &value, SOURCE, confidence);
                }
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn character_sets_are_told_apart() {
        assert_eq!(characters(b"\x00PXC"), "PXC");
        assert_eq!(characters(b"\x04\x00J\x00C\x00I"), "JCI");
        assert_eq!(characters(b"\x03\x00\x00\x00J\x00\x00\x00C"), "JC");
        assert_eq!(characters(b"\x05caf\xe9"), "café");
        assert_eq!(characters(b""), "");
    }

    #[test]
    fn a_password_is_found_behind_what_stands_before_it() {
        // State 1 in tag 0, then seven octets in tag 1: character set and text.
        assert_eq!(password(20, b"\x09\x01\x1d\x07\x00secret"), Some(Cow::Borrowed("secret")));
        assert_eq!(password(20, b"\x09\x01"), None);
    }
}
