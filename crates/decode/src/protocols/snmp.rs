//! SNMP: reads and sets what devices say of themselves and how they are configured.
//!
//! Source: RFC 1157 (v1), RFC 3416 (v2c), RFC 3412 (v3), RFC 3418 (system group), RFC 6933 (physical entities).

use model::{Attribute, Code, Family, Object, Operation, Protection, Side};

use crate::ber::{self, Walk};
use crate::cursor::text;
use crate::protocol::{Anywhere, Context, Dissector, Framing, On, Opening, Pending, Protocol, Verdict};
use crate::short_text::ShortText;
use crate::{default_credentials, description};

/// The entry of the protocol table.
pub const PROTOCOL: Protocol = Protocol {
    name: "snmp",
    family: Family::Management,
    on: &[On::Udp(161), On::Udp(162), On::Tcp(161)],
    anywhere: Anywhere::No,
    probe,
    start: || Box::new(Snmp::default()),
};

/// Most variables read of one message.
const VARIABLES_MAX: usize = 64;
const SOURCE: &str = "SNMP";
/// Encrypted by the user's key (RFC 3412, 6.4).
const FLAG_PRIVATE: u8 = 2;

#[derive(Default)]
struct Snmp {
    pending: Pending<i64, (Operation, &'static str, Code)>,
    /// Community and version are told once per flow and side.
    told: [bool; 2],
}

fn probe(opening: &Opening<'_>) -> Verdict {
    let version = ber::element(opening.bytes).and_then(|(message, _)| Walk::new(message.content).integer());
    if matches!(version, Some(0 | 1 | 3)) { Verdict::Yes } else { Verdict::No }
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
    fn community(&mut self, version: i64, community: &[u8], context: &mut Context<'_>) {
        let Some(told) = self.told.get_mut(context.from as usize).filter(|told| !**told) else { return };
        *told = true;
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
        let (_, _) = (global.integer(), global.integer());
        let flags = global.take(ber::OCTET_STRING).and_then(<[u8]>::first).copied().unwrap_or(0);
        walk.take(ber::OCTET_STRING);
        if let Some(told) = self.told.get_mut(context.from as usize).filter(|told| !**told) {
            *told = true;
            let protection = match flags & 3 {
                0 => Protection::Clear,
                flags if flags & FLAG_PRIVATE != 0 => Protection::Encrypted,
                _ => Protection::Signed,
            };
            context.protection(protection, "SNMPv3", false);
        }
        if let Some(scoped) = walk.take(ber::SEQUENCE) {
            let mut scoped = Walk::new(scoped);
            let (_, _) = (scoped.take(ber::OCTET_STRING), scoped.take(ber::OCTET_STRING));
            self.unit(scoped, context);
        }
    }

    /// A protocol data unit: request id, error status, error index, variables. Traps of version 1 begin otherwise.
    fn unit(&mut self, mut walk: Walk<'_>, context: &mut Context<'_>) {
        let Some(unit) = walk.any() else { return context.malformed("message without unit") };
        let kind = unit.tag & 0x1f;
        let mut content = Walk::new(unit.content);
        let (operation, name) = match kind {
            0 => (Operation::Read, "get"),
            1 => (Operation::Read, "get next"),
            3 => (Operation::Configure, "set"),
            5 => (Operation::Read, "get bulk"),
            4 | 7 => (Operation::Report, "trap"),
            6 => (Operation::Report, "inform"),
            8 => (Operation::Report, "report"),
            _ => (Operation::Other, "unknown unit"),
        };
        let code = Code::Decimal(u32::from(kind));
        if kind == 4 {
            return context.request(operation, name, code);
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
            return identity(variables, context);
        }
        let first = ber::elements(variables)
            .next()
            .and_then(|variable| Walk::new(variable.content).take(ber::OBJECT_IDENTIFIER));
        let named = first.map(dotted).unwrap_or_default();
        let object = if named.is_empty() {
            Object::None
        } else {
            Object::Named { space: "object", name: named.as_str() }
        };
        context.request_of(operation, name, code, None, object);
        self.pending.asked(id, (operation, name, code));
    }
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

/// What a device says of itself in its system and entity groups.
fn identity(variables: &[u8], context: &mut Context<'_>) {
    for variable in ber::elements(variables).take(VARIABLES_MAX) {
        let mut walk = Walk::new(variable.content);
        let (Some(object), Some(value)) = (walk.take(ber::OBJECT_IDENTIFIER), walk.any()) else { continue };
        if value.tag != ber::OCTET_STRING {
            continue;
        }
        let value = text(value.content);
        match *object {
            [0x2b, 6, 1, 2, 1, 1, 1, 0] => description::tell(&value, SOURCE, context),
            [0x2b, 6, 1, 2, 1, 1, 5, 0] => context.identity(Attribute::Name, &value, SOURCE),
            [0x2b, 6, 1, 2, 1, 1, 6, 0] => context.identity(Attribute::Location, &value, SOURCE),
            // Rows of entPhysicalTable; the first is the device itself.
            [0x2b, 6, 1, 2, 1, 47, 1, 1, 1, 1, column, 1] => {
                let attribute = match column {
                    8 => Attribute::Hardware,
                    9 | 10 => Attribute::Firmware,
                    11 => Attribute::Serial,
                    13 => Attribute::Product,
                    _ => continue,
                };
                context.identity(attribute, &value, "SNMP entity table");
            }
            _ => {}
        }
    }
}
