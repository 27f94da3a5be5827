//! What CIP devices say of themselves: the identity object and what List Identity repeats of it (CIP Volume 1, 5-2),
//! the names in the TCP/IP interface and Logix project objects.

use model::{Attribute, Role};

use crate::cursor::{Cursor, text};
use crate::protocol::Context;

use super::cip_services::{ETHERNET_LINK, IDENTITY, PROGRAM_NAME, TCP_IP};

/// Most attributes of one answer that are read.
const ATTRIBUTES_MAX: usize = 32;
const GET_ALL: u8 = 0x01;
const GET_LIST: u8 = 0x03;
const GET_ONE: u8 = 0x0e;
const SOURCE: &str = "CIP identity object";

/// Reads the data of a good answer to a reading service.
pub fn answer(service: u8, class: u16, attribute: Option<u32>, data: &[u8], context: &mut Context<'_>) {
    let mut cursor = Cursor::new(data);
    match (class, service) {
        (IDENTITY, GET_ALL) => {
            whole(&mut cursor, SOURCE, context);
        }
        (IDENTITY, GET_LIST) => list(&mut cursor, context),
        (IDENTITY, GET_ONE) => {
            let id = attribute.and_then(|id| u16::try_from(id).ok()).unwrap_or(0);
            one(id, &mut cursor, context);
        }
        (PROGRAM_NAME, GET_ALL) => {
            string(&mut cursor, Attribute::Name, "Logix project name", context);
        }
        (TCP_IP, GET_ALL) => interface(&mut cursor, context),
        (TCP_IP, GET_ONE) if attribute == Some(6) => {
            string(&mut cursor, Attribute::Name, "CIP TCP/IP interface object", context);
        }
        (ETHERNET_LINK, GET_ONE) if attribute == Some(3) => hardware_address(&mut cursor, context),
        _ => {}
    }
}

/// Attributes 1 to 7 in a row: vendor, device type, product code, revision, status, serial number, name.
pub fn whole(cursor: &mut Cursor<'_>, source: &'static str, context: &mut Context<'_>) -> Option<()> {
    vendor(cursor.le16()?, source, context);
    role(cursor.le16()?, source, context);
    cursor.skip(2)?;
    revision(cursor.array()?, source, context);
    cursor.skip(2)?;
    serial(cursor.le32()?, source, context);
    name(cursor, source, context)
}

/// Get Attribute List: count, then of each its number, status and value.
fn list(cursor: &mut Cursor<'_>, context: &mut Context<'_>) {
    let Some(count) = cursor.le16() else { return };
    for _ in 0..usize::from(count).min(ATTRIBUTES_MAX) {
        let (Some(id), Some(status)) = (cursor.le16(), cursor.le16()) else { return };
        if status == 0 && one(id, cursor, context).is_none() {
            return;
        }
    }
}

fn one(id: u16, cursor: &mut Cursor<'_>, context: &mut Context<'_>) -> Option<()> {
    match id {
        1 => vendor(cursor.le16()?, SOURCE, context),
        2 => role(cursor.le16()?, SOURCE, context),
        3 | 5 => cursor.skip(2)?,
        4 => revision(cursor.array()?, SOURCE, context),
        6 => serial(cursor.le32()?, SOURCE, context),
        7 => name(cursor, SOURCE, context)?,
        _ => return None,
    }
    Some(())
}

fn vendor(id: u16, source: &'static str, context: &mut Context<'_>) {
    context.identity(Attribute::Vendor, vendor_name(id), source);
}

fn role(kind: u16, source: &'static str, context: &mut Context<'_>) {
    if let Some(role) = device_role(kind) {
        context.identity(Attribute::Role, role.as_str(), source);
    }
}

/// Major and minor revision, printed as makers print it: 20.011.
fn revision([major, minor]: [u8; 2], source: &'static str, context: &mut Context<'_>) {
    if (major, minor) != (0, 0) {
        // The top bit of the major revision is reserved.
        context.identity(Attribute::Firmware, &format!("{}.{minor:03}", major & 0x7f), source);
    }
}

fn serial(number: u32, source: &'static str, context: &mut Context<'_>) {
    if number != 0 {
        context.identity(Attribute::Serial, &format!("{number:08x}"), source);
    }
}

/// A name with one byte of length.
fn name(cursor: &mut Cursor<'_>, source: &'static str, context: &mut Context<'_>) -> Option<()> {
    let length = usize::from(cursor.u8()?);
    context.identity(Attribute::Product, &text(cursor.take(length)?), source);
    Some(())
}

/// A text with two bytes of length.
fn string(
    cursor: &mut Cursor<'_>,
    attribute: Attribute,
    source: &'static str,
    context: &mut Context<'_>,
) -> Option<()> {
    let length = usize::from(cursor.le16()?);
    context.identity(attribute, &text(cursor.take(length)?), source);
    Some(())
}

/// All attributes of the TCP/IP interface (CIP Volume 2, 5-4): status, capability and control of four bytes each, a
/// path in words, five addresses, domain name, host name.
fn interface(cursor: &mut Cursor<'_>, context: &mut Context<'_>) {
    let mut read = || {
        cursor.skip(12)?;
        let words = usize::from(cursor.le16()?);
        cursor.skip(2 * words + 20)?;
        let domain = usize::from(cursor.le16()?);
        cursor.skip(domain + domain % 2)?;
        string(cursor, Attribute::Name, "CIP TCP/IP interface object", context)
    };
    let _ = read();
}

fn hardware_address(cursor: &mut Cursor<'_>, context: &mut Context<'_>) {
    if let Some(mac) = cursor.array::<6>().map(model::Mac)
        && !mac.is_zero()
        && !mac.is_group()
    {
        context.identity(Attribute::Mac, &mac.to_string(), "CIP Ethernet link object");
    }
}

/// What a device type says of the role (CIP Volume 1, chapter 6; the numbers are the ODVA's).
fn device_role(kind: u16) -> Option<Role> {
    Some(match kind {
        0x02 | 0x10 | 0x13 | 0x25 | 0x2d | 0x2e => Role::Drive,
        0x03 | 0x07 | 0x15..=0x17 | 0x1b | 0x23 | 0x2a | 0x31 => Role::IoDevice,
        0x04..=0x06 | 0x09 | 0x1a | 0x1c..=0x1e | 0x22 | 0x24 | 0x27 | 0x2f | 0x34 => Role::Instrument,
        0x0e => Role::Controller,
        0x18 => Role::Hmi,
        0x28 | 0x29 | 0x35 => Role::Gateway,
        0x2c => Role::Switch,
        _ => return None,
    })
}

/// Makers by their ODVA vendor number: those that plants meet most.
fn vendor_name(id: u16) -> &'static str {
    match id {
        1 => "Rockwell Automation",
        3 => "Honeywell",
        7 => "SMC",
        8 => "Molex",
        12 => "Banner Engineering",
        26 => "Festo",
        40 => "WAGO",
        43 => "Balluff",
        44 => "Yaskawa Electric",
        46 | 75 | 127 => "ABB",
        47 => "Omron",
        48 | 256 => "Turck",
        50 => "Real Time Automation",
        57 => "Pepperl+Fuchs",
        58 => "Spectrum Controls",
        68 => "Eaton",
        77 => "Rockwell Software",
        83 => "Opto 22",
        87 => "Bürkert",
        90 => "HMS Industrial Networks",
        96 => "Digital Electronics",
        97 => "Danfoss",
        100 | 255 | 287 => "Bosch Rexroth",
        108 => "Beckhoff",
        109 => "National Instruments",
        119 => "EXOR",
        121 => "KUKA",
        145 => "Siemens",
        161 => "Mitsubishi Electric",
        176 => "Red Lion Controls",
        181 => "Pilz",
        243 => "Schneider Electric",
        250 => "Yokogawa",
        257 => "Control Techniques",
        283 => "Hilscher",
        309 => "ProSoft Technology",
        315 => "SEW-Eurodrive",
        322 => "ifm electronic",
        326 => "GE Fanuc",
        _ => "",
    }
}
