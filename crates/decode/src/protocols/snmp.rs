//! SNMP: reads and sets what devices say of themselves and how they are configured.
//!
//! Source: RFC 1157 (v1), RFC 3416 (v2c), RFC 3412 (v3), RFC 3418 (system group), RFC 6933 (physical entities).

use model::{Attribute, Code, Confidence, Family, Object, Operation, Protection, Side, Subject, Weakness};

use crate::ber::{self, Walk};
use crate::cursor::text;
use crate::protocol::{Anywhere, Context, Dissector, Framing, On, Opening, Pending, Protocol, Verdict};
use crate::short_text::ShortText;
use crate::{default_credentials, description};

/// The entry of the protocol table.
pub const PROTOCOL: Protocol = Protocol {
    name: "snmp",
    family: Family::Management,
    on: &[On::Udp(161), On::Udp(162), On::Tcp(161), On::Tcp(162)],
    anywhere: Anywhere::No,
    probe,
    start: || Box::new(Snmp::default()),
};

/// Most variables read of one message.
const VARIABLES_MAX: usize = 64;
const SOURCE: &str = "SNMP";
/// 1.3.6.1.2.1.1.1.0, sysDescr (RFC 3418).
const SYSTEM_DESCRIPTION: &[u8] = &[0x2b, 6, 1, 2, 1, 1, 1, 0];
/// 1.3.6.1.2.1.1.5.0, sysName.
const SYSTEM_NAME: &[u8] = &[0x2b, 6, 1, 2, 1, 1, 5, 0];
/// 1.3.6.1.2.1.1.6.0, sysLocation.
const SYSTEM_LOCATION: &[u8] = &[0x2b, 6, 1, 2, 1, 1, 6, 0];
/// 1.3.6.1.2.1.47.1.1.1.1, entPhysicalEntry (RFC 6933); column and row follow.
const ENTITY: &[u8] = &[0x2b, 6, 1, 2, 1, 47, 1, 1, 1, 1];
/// Encrypted by the user's key (RFC 3412, 6.4).
const FLAG_PRIVATE: u8 = 2;

/// What is told of a unit that cannot be read.
const ENCRYPTED: (Operation, &str, Code) = (Operation::Other, "encrypted unit", Code::None);
/// 1.3.6.1.6.3.15.1.1.4.0, usmStatsUnknownEngineIDs (RFC 3414): the answer to who asks for the engine's name.
const UNKNOWN_ENGINE: &[u8] = &[0x2b, 6, 1, 6, 3, 15, 1, 1, 4, 0];

#[derive(Default)]
struct Snmp {
    pending: Pending<i64, (Operation, &'static str, Code)>,
    encrypted: Pending<i64, ()>,
    /// Number of the community or user told last by each side: told again only when it changes.
    told: [u64; 2],
    /// The row of the entity table that stands for the device itself: the first with a serial number.
    entity_row: Option<u32>,
}

fn probe(opening: &Opening<'_>) -> Verdict {
    let Some((message, _)) = ber::element(opening.bytes) else {
        let begun =
            opening.stream && matches!(ber::head(opening.bytes), Ok(Some(head)) if head.tag == ber::SEQUENCE);
        return if begun { Verdict::Maybe } else { Verdict::No };
    };
    let mut walk = Walk::new(message.content);
    let follows = match walk.integer() {
        Some(0 | 1) => walk.take(ber::OCTET_STRING).is_some(),
        Some(3) => walk.take(ber::SEQUENCE).is_some(),
        _ => false,
    };
    if message.tag == ber::SEQUENCE && follows { Verdict::Yes } else { Verdict::No }
}

impl Dissector for Snmp {
    fn frame(&mut self, bytes: &[u8], _from: Side) -> Framing {
        match ber::head(bytes) {
            Ok(Some(head)) if head.tag == ber::SEQUENCE => {
                Framing::Message(head.head.saturating_add(head.content))
            }
            Ok(None) => Framing::More,
            _ => Framing::Foreign,
        }
    }

    fn message(&mut self, bytes: &[u8], context: &mut Context<'_>) {
        let Some((message, _)) = ber::element(bytes) else { return context.malformed("message cut short") };
        let mut walk = Walk::new(message.content);
        match walk.integer() {
            Some(version @ (0 | 1)) => {
                let Some(community) = walk.take(ber::OCTET_STRING) else {
                    return context.malformed("message without community");
                };
                self.community(version, community, context);
                self.unit(walk, context);
            }
            Some(3) => self.version_3(walk, context),
            _ => context.malformed("unknown version"),
        }
    }
}

impl Snmp {
    /// True when this side presented something else before. Only a number of it is kept.
    fn is_new(&mut self, secret: &[u8], from: Side) -> bool {
        let number = default_credentials::number(secret);
        self.told.get_mut(from as usize).is_some_and(|told| std::mem::replace(told, number) != number)
    }

    fn community(&mut self, version: i64, community: &[u8], context: &mut Context<'_>) {
        if !self.is_new(community, context.from) {
            return;
        }
        context.protection(Protection::Clear, if version == 0 { "SNMPv1" } else { "SNMPv2c" }, false);
        // What a device answers repeats the asker's community.
        if context.from_initiator() {
            context.credential(
                "community string",
                None,
                Protection::Clear,
                default_credentials::weakness(None, community),
            );
        }
    }

    /// Global data (id, size, flags, model), security parameters, then the scoped unit in clear or encrypted.
    fn version_3(&mut self, mut walk: Walk<'_>, context: &mut Context<'_>) {
        let mut global = Walk::new(walk.take(ber::SEQUENCE).unwrap_or_default());
        let (id, _) = (global.integer().unwrap_or_default(), global.integer());
        let flags = global.take(ber::OCTET_STRING).and_then(<[u8]>::first).copied().unwrap_or(0);
        let user = user(walk.take(ber::OCTET_STRING).unwrap_or_default());
        // An empty user only asks for the engine's name and clock (RFC 3414, 4).
        if !user.is_empty() && self.is_new(user, context.from) {
            let protection = match flags & 3 {
                0 => Protection::Clear,
                flags if flags & FLAG_PRIVATE != 0 => Protection::Encrypted,
                _ => Protection::Signed,
            };
            context.protection(protection, "SNMPv3", false);
            if context.from_initiator() && protection == Protection::Clear {
                // A user without a key: the name alone opens the door.
                context.credential("user name", Some(&text(user)), protection, Weakness::Empty);
            }
        }
        if let Some(scoped) = walk.take(ber::SEQUENCE) {
            let mut scoped = Walk::new(scoped);
            let (_, _) = (scoped.take(ber::OCTET_STRING), scoped.take(ber::OCTET_STRING));
            self.unit(scoped, context);
        } else if context.from_initiator() {
            context.request(ENCRYPTED.0, ENCRYPTED.1, ENCRYPTED.2);
            self.encrypted.asked(id, ());
        } else if self.encrypted.answered(&id).is_some() {
            context.answer(ENCRYPTED.0, ENCRYPTED.1, ENCRYPTED.2, false);
        }
    }

    /// A protocol data unit: request id, error status, error index, variables. Traps of version 1 begin otherwise.
    fn unit(&mut self, mut walk: Walk<'_>, context: &mut Context<'_>) {
        let Some(unit) = walk.any() else { return context.malformed("message without unit") };
        let kind = unit.tag & 0x1f;
        let mut content = Walk::new(unit.content);
        let (operation, name) = match kind {
            0 => (Operation::Read, "get"),
            1 => (Operation::Discover, "get next"),
            3 => (Operation::Configure, "set"),
            5 => (Operation::Discover, "get bulk"),
            4 | 7 => (Operation::Report, "trap"),
            6 => (Operation::Report, "inform"),
            _ => (Operation::Other, "unknown unit"),
        };
        let code = Code::Decimal(u32::from(kind));
        if kind == 4 {
            context.request(operation, name, code);
            // Enterprise, address of the device, two numbers of the trap, time, variables (RFC 1157, 4.1.6).
            let variables =
                (0..5).try_for_each(|_| content.any().map(|_| ())).and_then(|()| content.take(ber::SEQUENCE));
            return match variables {
                Some(variables) => self.identity(variables, context),
                None => context.malformed("trap cut short"),
            };
        }
        let (Some(id), Some(status), Some(_)) = (content.integer(), content.integer(), content.integer())
        else {
            return context.malformed("unit cut short");
        };
        let variables = content.take(ber::SEQUENCE).unwrap_or_default();
        if kind == 2 {
            if let Some((operation, name, code)) = self.pending.answered(&id) {
                context.answer(operation, name, code, status != 0);
            }
            return self.identity(variables, context);
        }
        let first = ber::elements(variables)
            .next()
            .and_then(|variable| Walk::new(variable.content).take(ber::OBJECT_IDENTIFIER));
        // A report answers a request that the engine cannot take (RFC 3412, 7.1).
        if kind == 8 {
            if let Some((operation, name, code)) = self.pending.answered(&id) {
                context.answer(operation, name, code, first != Some(UNKNOWN_ENGINE));
            }
            return;
        }
        let named = first.map(dotted).unwrap_or_default();
        let object = if named.is_empty() {
            Object::None
        } else {
            Object::Named { space: "object", name: named.as_str() }
        };
        context.request_of(operation, name, code, None, object);
        match kind {
            6 | 7 => self.identity(variables, context),
            3 => named_by_manager(variables, context),
            _ => {}
        }
        // Traps are not answered.
        if kind != 7 {
            self.pending.asked(id, (operation, name, code));
        }
    }

    /// What a device says of itself in its system and entity groups, and of its neighbour table.
    fn identity(&mut self, variables: &[u8], context: &mut Context<'_>) {
        for variable in ber::elements(variables).take(VARIABLES_MAX) {
            let mut walk = Walk::new(variable.content);
            let (Some(object), Some(value)) = (walk.take(ber::OBJECT_IDENTIFIER), walk.any()) else {
                return context.malformed("variable cut short");
            };
            if value.tag != ber::OCTET_STRING {
                continue;
            }
            let value = text(value.content);
            match object {
                SYSTEM_DESCRIPTION => description::tell(&value, SOURCE, context),
                SYSTEM_NAME => context.identity(Attribute::Name, &value, SOURCE),
                SYSTEM_LOCATION => context.identity(Attribute::Location, &value, SOURCE),
                _ => {
                    if let Some([column, row @ ..]) = object.strip_prefix(ENTITY) {
                        self.entity(*column, row, &value, context);
                    }
                }
            }
        }
    }

    /// A cell of entPhysicalTable. Rows are parts of the device; the first that has a serial number is the whole.
    fn entity(&mut self, column: u8, row: &[u8], value: &str, context: &mut Context<'_>) {
        let row = row.iter().fold(0, |sum: u32, &byte| sum.wrapping_shl(7) | u32::from(byte & 0x7f));
        let attribute = match column {
            8 => Attribute::Hardware,
            9 | 10 => Attribute::Firmware,
            11 => Attribute::Serial,
            12 => Attribute::Vendor,
            13 => Attribute::Product,
            _ => return,
        };
        if value.is_empty() || self.entity_row.is_some_and(|known| known != row) {
            return;
        }
        if attribute == Attribute::Serial {
            self.entity_row = Some(row);
        }
        // Before a serial number was seen, only the customary first row is the device.
        if self.entity_row.is_some() || row == 1 {
            context.identity(attribute, value, "SNMP entity table");
        }
    }
}

/// Who sets a name or place tells how the device is to be called from now on.
fn named_by_manager(variables: &[u8], context: &mut Context<'_>) {
    for variable in ber::elements(variables).take(VARIABLES_MAX) {
        let mut walk = Walk::new(variable.content);
        let attribute = match walk.take(ber::OBJECT_IDENTIFIER) {
            Some(SYSTEM_NAME) => Attribute::Name,
            Some(SYSTEM_LOCATION) => Attribute::Location,
            _ => continue,
        };
        let value = text(walk.take(ber::OCTET_STRING).unwrap_or_default());
        context.identity_of(Subject::Receiver, attribute, &value, "SNMP set", Confidence::Derived);
    }
}

/// The user in the security parameters of version 3 (RFC 3414, 2.4): engine id, boots, time, user.
fn user(parameters: &[u8]) -> &[u8] {
    let read = || {
        let mut walk = Walk::new(Walk::new(parameters).take(ber::SEQUENCE)?);
        walk.take(ber::OCTET_STRING)?;
        walk.integer()?;
        walk.integer()?;
        walk.take(ber::OCTET_STRING)
    };
    read().unwrap_or_default()
}

/// An object identifier as people write it, as far as it fits.
fn dotted(identifier: &[u8]) -> ShortText<64> {
    let mut text = ShortText::default();
    for (place, part) in ber::object_identifier(identifier).enumerate() {
        if place > 0 {
            text.push('.');
        }
        text.push_latin1(ShortText::<12>::of(part).as_str().as_bytes());
    }
    text
}
