//! Identity in the system status lists of S7 controllers: order number, firmware, names, serial number.
//!
//! Source: Siemens, "System software for S7-300/400, system and standard functions", lists 0x11 and 0x1C.

use model::{Attribute, Confidence, Role, Subject};

use crate::cursor::{Cursor, text};
use crate::protocol::Context;

/// Longest list that is put together, in bytes.
const LIST_BYTES_MAX: usize = 16 * 1024;
/// Most entries read of one list.
const ENTRIES_MAX: usize = 256;
const MODULE_SOURCE: &str = "S7 SZL 0x0011";
const COMPONENT_SOURCE: &str = "S7 SZL 0x001C";

/// What calls, by the selector it calls: the first of two bytes is 1 for programming devices and many libraries, 2 for
/// operator panels, 3 for others; newer stations use names.
pub fn caller(called: &[u8]) -> Option<Role> {
    match called {
        [2, _] => Some(Role::Hmi),
        b"SIMATIC-ROOT-HMI" => Some(Role::Hmi),
        b"SIMATIC-ROOT-ES" => Some(Role::EngineeringStation),
        _ => None,
    }
}

/// A list that comes in several answers.
#[derive(Default)]
pub struct Collected {
    reference: u8,
    bytes: Vec<u8>,
}

/// Takes an answer to "read system status list"; reads the list when it is whole.
pub fn list(collected: &mut Collected, reference: u8, more: bool, payload: &[u8], context: &mut Context<'_>) {
    if reference == 0 || collected.reference != reference {
        collected.bytes.clear();
    }
    if collected.bytes.is_empty() && !more {
        return read(payload, context);
    }
    collected.reference = reference;
    if collected.bytes.len() + payload.len() > LIST_BYTES_MAX {
        collected.bytes.clear();
        return context.malformed("list longer than what is kept");
    }
    collected.bytes.extend_from_slice(payload);
    if !more {
        let whole = std::mem::take(&mut collected.bytes);
        read(&whole, context);
    }
}

/// A list: id 2, index 2, length of an entry 2, number of entries 2, entries.
fn read(bytes: &[u8], context: &mut Context<'_>) {
    let mut cursor = Cursor::new(bytes);
    let head = (cursor.be16(), cursor.be16(), cursor.be16(), cursor.be16());
    let (Some(id), Some(_), Some(length), Some(count)) = head else { return };
    for _ in 0..usize::from(count).min(ENTRIES_MAX) {
        let Some(entry) = cursor.take(usize::from(length)).filter(|entry| !entry.is_empty()) else { return };
        match id & 0x00ff {
            0x11 => module(entry, context),
            0x1c => component(entry, context),
            _ => return,
        }
    }
}

/// Module identification: index 2, order number 20, type 2, version 2, version 2.
fn module(entry: &[u8], context: &mut Context<'_>) {
    let mut cursor = Cursor::new(entry);
    let fields = (cursor.be16(), cursor.take(20), cursor.be16(), cursor.array::<2>(), cursor.array::<2>());
    let (Some(index), Some(order), Some(_), Some([letter, major]), Some([minor, patch])) = fields else {
        return;
    };
    match index {
        1 => context.identity(Attribute::OrderNumber, &text(order), MODULE_SOURCE),
        6 => context.identity(Attribute::Hardware, &text(order), MODULE_SOURCE),
        7 => {
            let letter =
                if letter.is_ascii_graphic() { char::from(letter).to_string() } else { String::new() };
            context.identity(Attribute::Firmware, &format!("{letter}{major}.{minor}.{patch}"), MODULE_SOURCE);
        }
        _ => {}
    }
}

/// Component identification: index 2, text.
fn component(entry: &[u8], context: &mut Context<'_>) {
    let mut cursor = Cursor::new(entry);
    let Some(index) = cursor.be16() else { return };
    let value = text(cursor.rest());
    let (attribute, confidence) = match index {
        1 => (Attribute::Name, Confidence::Stated),
        2 => (Attribute::Name, Confidence::Derived),
        3 => (Attribute::Location, Confidence::Stated),
        4 => (Attribute::Vendor, Confidence::Derived),
        5 => (Attribute::Serial, Confidence::Stated),
        7 => (Attribute::Product, Confidence::Stated),
        8 => (Attribute::Serial, Confidence::Derived),
        0x0b => (Attribute::Location, Confidence::Derived),
        _ => return,
    };
    // The copyright line of Siemens modules names no company; everything with these lists is theirs or a clone.
    let value = if index == 4 && value.contains("Siemens") { "Siemens".into() } else { value };
    context.identity_of(Subject::Sender, attribute, &value, COMPONENT_SOURCE, confidence);
}
