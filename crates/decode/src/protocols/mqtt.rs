//! MQTT, with Sparkplug B topics: values published through a broker.
//!
//! Source: OASIS MQTT 3.1.1 and 5.0; Eclipse Sparkplug 3.0, 4 (topics).

use model::{
    Attribute, Code, Confidence, Family, Object, Operation, OperationSighting, Protection, Side, Step,
    Subject, Weakness,
};

use super::sparkplug;
use crate::cursor::{Cursor, byte, text};
use crate::default_credentials;
use crate::protocol::{Anywhere, Context, Dissector, Framing, On, Opening, Pending, Protocol, Verdict};

/// The entry of the protocol table.
pub const PROTOCOL: Protocol = Protocol {
    name: "mqtt",
    family: Family::Supervision,
    on: &[On::Tcp(1883)],
    anywhere: Anywhere::Tcp,
    probe,
    start: || Box::new(Mqtt::default()),
};

/// Bytes of a packet worth reading: head, topic, identifiers.
const PACKET_BYTES_READ: usize = 4096;

/// Packet types (MQTT 5.0, 2.1.2).
const CONNECT: u8 = 1;
const CONNACK: u8 = 2;
const PUBLISH: u8 = 3;
const PUBACK: u8 = 4;
const PUBREC: u8 = 5;
const PUBCOMP: u8 = 7;
const SUBSCRIBE: u8 = 8;
const SUBACK: u8 = 9;
const UNSUBSCRIBE: u8 = 10;
const UNSUBACK: u8 = 11;
/// From here on a reason code says that something failed (MQTT 5.0, 2.4).
const REASON_FAILED: u8 = 0x80;

#[derive(Default)]
struct Mqtt {
    /// By who asked, the packet type that answers, and the packet identifier.
    pending: Pending<(Side, u8, u16), (Operation, &'static str, Code)>,
    version_5: bool,
    /// True when TLS or WebSocket does not stand before it and that was told.
    told: bool,
}

/// Type and flags 1, remaining length 1 to 4: where the content begins, and the length of all.
fn header(bytes: &[u8]) -> Option<Option<(usize, usize)>> {
    let (mut length, mut at) = (0, 1);
    for shift in [0, 7, 14, 21] {
        let Some(&next) = bytes.get(at) else { return Some(None) };
        length |= usize::from(next & 0x7f) << shift;
        at += 1;
        if next & 0x80 == 0 {
            return Some(Some((at, at + length)));
        }
    }
    None
}

fn probe(opening: &Opening<'_>) -> Verdict {
    let bytes = opening.bytes;
    let Some(Some((start, whole))) = header(bytes) else { return Verdict::No };
    let name = bytes.get(start..).unwrap_or_default();
    let connect = byte(bytes, 0) == Some(CONNECT << 4)
        && (name.starts_with(b"\x00\x04MQTT") || name.starts_with(b"\x00\x06MQIsdp"));
    let kind = byte(bytes, 0).map_or(0, |first| first >> 4);
    let flags = byte(bytes, 0).map_or(0, |first| first & 0x0f);
    let plausible = matches!((kind, flags), (3, _) | (2 | 4 | 5 | 7 | 9 | 11..=14, 0) | (6 | 8 | 10, 2));
    if connect || opening.at_home && plausible && whole <= bytes.len() { Verdict::Yes } else { Verdict::No }
}

impl Dissector for Mqtt {
    fn frame(&mut self, bytes: &[u8], _from: Side) -> Framing {
        match header(bytes) {
            Some(Some((_, whole))) => Framing::Head { deliver: whole.min(PACKET_BYTES_READ), total: whole },
            Some(None) => Framing::More,
            None => Framing::Foreign,
        }
    }

    fn message(&mut self, bytes: &[u8], context: &mut Context<'_>) {
        let (Some(&first), Some(Some((start, _)))) = (bytes.first(), header(bytes)) else { return };
        let mut content = Cursor::new(bytes.get(start..).unwrap_or_default());
        let kind = first >> 4;
        let code = Code::Decimal(u32::from(kind));
        match kind {
            CONNECT => {
                context.sender_asks();
                context.request(Operation::LogIn, "connect", code);
                self.pending.asked((context.from, CONNACK, 0), (Operation::LogIn, "connect", code));
                if self.connect(&mut content, context).is_none() {
                    context.malformed("connect cut short");
                }
            }
            PUBLISH => self.publish(first, &mut content, code, context),
            SUBSCRIBE | UNSUBSCRIBE => self.subscribe(kind, &mut content, code, context),
            CONNACK | PUBACK | PUBREC | PUBCOMP | SUBACK | UNSUBACK => {
                self.acknowledged(kind, content, context);
            }
            _ => {}
        }
    }
}

fn string<'a>(cursor: &mut Cursor<'a>) -> Option<&'a [u8]> {
    let length = cursor.be16()?;
    cursor.take(usize::from(length))
}

/// Steps over a property block (MQTT 5.0, 2.2.2).
fn properties(cursor: &mut Cursor<'_>) -> Option<()> {
    let mut length = 0;
    for shift in [0, 7, 14, 21] {
        let next = cursor.u8()?;
        length |= usize::from(next & 0x7f) << shift;
        if next & 0x80 == 0 {
            return cursor.skip(length);
        }
    }
    None
}

impl Mqtt {
    /// Name, version 1, flags 1, keep-alive 2, [properties], client id, [will], [user], [password].
    fn connect(&mut self, cursor: &mut Cursor<'_>, context: &mut Context<'_>) -> Option<()> {
        string(cursor)?;
        let (version, flags, _) = (cursor.u8()?, cursor.u8()?, cursor.be16()?);
        self.version_5 = version == 5;
        let version = match version {
            3 => "MQTT 3.1",
            4 => "MQTT 3.1.1",
            5 => "MQTT 5.0",
            _ => "",
        };
        self.told = true;
        context.protection(Protection::Clear, version, false);
        if self.version_5 {
            properties(cursor)?;
        }
        let client = string(cursor)?;
        context.identity_of(
            Subject::Sender,
            Attribute::Name,
            &text(client),
            "MQTT client id",
            Confidence::Derived,
        );
        if flags & 0x04 != 0 {
            if self.version_5 {
                properties(cursor)?;
            }
            string(cursor)?;
            string(cursor)?;
        }
        if flags & 0x80 == 0 {
            context.credential("session", None, Protection::Clear, Weakness::Anonymous);
            return Some(());
        }
        let user = text(string(cursor)?);
        let secret = if flags & 0x40 != 0 { string(cursor)? } else { &[] };
        context.credential(
            "password",
            Some(&user),
            Protection::Clear,
            default_credentials::weakness(Some(&user), secret),
        );
        Some(())
    }

    /// Topic, packet identifier when it is to be acknowledged, [properties], payload.
    fn publish(&mut self, first: u8, content: &mut Cursor<'_>, code: Code, context: &mut Context<'_>) {
        self.clear(context);
        let Some(topic) = string(content) else { return context.malformed("publish without topic") };
        let service = first >> 1 & 3;
        let identifier = if service > 0 { content.be16() } else { None };
        if self.version_5 && properties(content).is_none() {
            return context.malformed("properties cut short");
        }
        let name = std::str::from_utf8(topic).unwrap_or_default();
        // What the broker hands on was written by somebody else, in a conversation of its own.
        let from_broker = !context.from_initiator();
        let plain = if from_broker { "deliver" } else { "publish" };
        let (operation, what) = sparkplug::meaning(name, content.rest(), from_broker, context)
            .unwrap_or((Operation::Report, plain));
        let object = if name.is_empty() { Object::None } else { Object::Named { space: "topic", name } };
        context.operation(OperationSighting {
            operation,
            name: what,
            code,
            unit: None,
            object,
            step: Step::Request,
        });
        if let Some(identifier) = identifier {
            let answer = if service == 1 { PUBACK } else { PUBCOMP };
            self.pending.asked((context.from, answer, identifier), (operation, what, code));
        }
    }

    /// Packet identifier, [properties], topic filters.
    fn subscribe(&mut self, kind: u8, content: &mut Cursor<'_>, code: Code, context: &mut Context<'_>) {
        self.clear(context);
        let Some(identifier) = content.be16() else { return context.malformed("subscribe cut short") };
        if self.version_5 && properties(content).is_none() {
            return context.malformed("properties cut short");
        }
        let filter = string(content).and_then(|filter| std::str::from_utf8(filter).ok()).unwrap_or_default();
        let object = match filter {
            "" => Object::None,
            name => Object::Named { space: "topic", name },
        };
        context.sender_asks();
        let told = match kind {
            SUBSCRIBE => (Operation::Read, "subscribe", code),
            _ => (Operation::Other, "unsubscribe", code),
        };
        context.request_of(told.0, told.1, told.2, None, object);
        let answer = if kind == SUBSCRIBE { SUBACK } else { UNSUBACK };
        self.pending.asked((context.from, answer, identifier), told);
    }

    /// Acknowledgements: flags 1 and code 1 for a connect, else packet identifier 2 and reasons.
    fn acknowledged(&mut self, kind: u8, mut content: Cursor<'_>, context: &mut Context<'_>) {
        let identifier = match kind {
            CONNACK => content.u8().map(|_| 0),
            _ => content.be16(),
        };
        let Some(identifier) = identifier else { return context.malformed("acknowledgement cut short") };
        let reason = match kind {
            // Reasons follow the properties, one for each filter; the last stands for all.
            SUBACK | UNSUBACK => content.rest().last().copied().unwrap_or(0),
            _ => content.u8().unwrap_or(0),
        };
        let failed = if kind == CONNACK { reason != 0 } else { reason >= REASON_FAILED };
        // PUBREC is the first of two steps: it only ends the exchange when it refuses.
        let waits = if kind == PUBREC { PUBCOMP } else { kind };
        if kind == PUBREC && !failed {
            return;
        }
        if let Some((operation, name, code)) =
            self.pending.answered(&(context.from.other(), waits, identifier))
        {
            context.answer(operation, name, code, failed);
        }
    }

    fn clear(&mut self, context: &mut Context<'_>) {
        if !self.told {
            self.told = true;
            context.protection(Protection::Clear, "", false);
        }
    }
}
