//! MQTT, with Sparkplug B topics: values published through a broker.
//!
//! Source: OASIS MQTT 3.1.1 and 5.0; Eclipse Sparkplug 3.0, 4 (topics).

use model::{
    Attribute, Code, Confidence, Family, Object, Operation, OperationSighting, Protection, Side, Step,
    Subject, Weakness,
};

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

const CONNECT: u8 = 1;
const PUBLISH: u8 = 3;

#[derive(Default)]
struct Mqtt {
    /// By packet type of the answer; packet identifiers rarely matter for what is counted.
    pending: Pending<u8, (Operation, &'static str, Code)>,
    version_5: bool,
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
                self.pending.asked(2, (Operation::LogIn, "connect", code));
                if self.connect(&mut content, context).is_none() {
                    context.malformed("connect cut short");
                }
            }
            PUBLISH => publish(&mut content, code, context),
            8 => {
                context.request(Operation::Read, "subscribe", code);
                self.pending.asked(9, (Operation::Read, "subscribe", code));
            }
            10 => {
                context.request(Operation::Other, "unsubscribe", code);
                self.pending.asked(11, (Operation::Other, "unsubscribe", code));
            }
            2 | 9 | 11 => {
                if let Some((operation, name, code)) = self.pending.answered(&kind) {
                    let failed = match kind {
                        2 => byte(content.rest(), 1).is_some_and(|code| code != 0),
                        _ => content.rest().last().is_some_and(|code| kind == 9 && *code >= 0x80),
                    };
                    context.answer(operation, name, code, failed);
                }
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
    let Some(Some((start, whole))) = header(&[&[0], cursor.rest().get(..4.min(cursor.left()))?].concat())
    else {
        return None;
    };
    cursor.skip(whole - 1)?;
    (start > 0).then_some(())
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
}

fn publish(content: &mut Cursor<'_>, code: Code, context: &mut Context<'_>) {
    let Some(topic) = string(content) else { return context.malformed("publish without topic") };
    let name = std::str::from_utf8(topic).unwrap_or_default();
    let (operation, what) = sparkplug(name).unwrap_or((Operation::Report, "publish"));
    let object = if name.is_empty() { Object::None } else { Object::Named { space: "topic", name } };
    context.operation(OperationSighting {
        operation,
        name: what,
        code,
        unit: None,
        object,
        step: Step::Request,
    });
}

/// spBv1.0/group/TYPE/node[/device]
fn sparkplug(topic: &str) -> Option<(Operation, &'static str)> {
    match topic.strip_prefix("spBv1.0/")?.split('/').nth(1)? {
        "NBIRTH" | "DBIRTH" => Some((Operation::Identify, "sparkplug birth")),
        "NCMD" => Some((Operation::Write, "sparkplug node command")),
        "DCMD" => Some((Operation::Write, "sparkplug device command")),
        "NDATA" | "DDATA" | "NDEATH" | "DDEATH" => Some((Operation::Report, "sparkplug data")),
        _ => None,
    }
}
