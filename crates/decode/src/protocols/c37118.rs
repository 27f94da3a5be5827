//! IEEE C37.118: phasor measurement units in substations and the concentrators that gather their data.
//!
//! Source: IEEE C37.118.2-2011 (frames, commands), IEEE C37.118-2005 (the same on the wire).

use model::{Attribute, Code, Confidence, Family, Object, Operation, Side, Subject};

use crate::crc::ccitt;
use crate::cursor::{Cursor, be16, byte, text};
use crate::protocol::{Anywhere, Context, Dissector, Framing, On, Opening, Pending, Protocol, Verdict};

/// The entry of the protocol table.
pub const PROTOCOL: Protocol = Protocol {
    name: "c37118",
    family: Family::Telecontrol,
    on: &[On::Tcp(4712), On::Udp(4713), On::Udp(4712)],
    anywhere: Anywhere::Both,
    probe,
    start: || Box::new(C37118::default()),
};

/// First byte of every frame.
const SYNC: u8 = 0xaa;
/// Sync 2, size 2, id 2, seconds 4, fraction 4.
const HEADER_BYTES: usize = 14;
/// The shortest frame: header and check sum.
const FRAME_BYTES_MIN: usize = HEADER_BYTES + CHECK_BYTES;
const CHECK_BYTES: usize = 2;
/// Most measurement units read of one configuration.
const UNITS_MAX: usize = 64;
/// Length of a name.
const NAME_BYTES: usize = 16;
const SOURCE: &str = "C37.118 configuration";

const DATA: u8 = 0;
const HEADER: u8 = 1;
const CONFIGURATION_1: u8 = 2;
const CONFIGURATION_2: u8 = 3;
const COMMAND: u8 = 4;
const CONFIGURATION_3: u8 = 5;

#[derive(Default)]
struct C37118 {
    /// Commands that ask for a frame, by stream id and the type of the frame.
    pending: Pending<(u16, u8), &'static str>,
}

/// The type and size of the frame that begins here.
fn head(bytes: &[u8]) -> Option<(u8, usize)> {
    let (sync, kind, size) = (byte(bytes, 0)?, byte(bytes, 1)?, usize::from(be16(bytes, 2)?));
    let known =
        sync == SYNC && kind & 0x80 == 0 && kind >> 4 <= CONFIGURATION_3 && matches!(kind & 15, 1..=3);
    (known && size >= FRAME_BYTES_MIN).then_some((kind >> 4, size))
}

/// At home the head decides; elsewhere the check sum must agree too.
fn probe(opening: &Opening<'_>) -> Verdict {
    match head(opening.bytes) {
        Some((_, size)) if opening.at_home && (opening.stream || size == opening.bytes.len()) => Verdict::Yes,
        Some((_, size)) => match opening.bytes.get(..size) {
            Some(frame) if is_whole(frame) => Verdict::Yes,
            None if opening.stream => Verdict::Maybe,
            _ => Verdict::No,
        },
        None => Verdict::No,
    }
}

fn is_whole(frame: &[u8]) -> bool {
    frame
        .split_last_chunk()
        .is_some_and(|(summed, check)| ccitt(summed, 0xffff) == u16::from_be_bytes(*check))
}

impl Dissector for C37118 {
    fn frame(&mut self, bytes: &[u8], _from: Side) -> Framing {
        if bytes.len() < 4 && bytes.first() == Some(&SYNC) {
            return Framing::More;
        }
        match head(bytes) {
            Some((_, size)) => Framing::Message(size),
            None => {
                let begins = |at: &usize| bytes.get(*at..).is_some_and(|rest| head(rest).is_some());
                (1..bytes.len()).find(begins).map_or(Framing::Foreign, Framing::Skip)
            }
        }
    }

    fn message(&mut self, bytes: &[u8], context: &mut Context<'_>) {
        let (Some((kind, _)), Some(id)) = (head(bytes), be16(bytes, 4)) else { return };
        // Data come fifty times a second and are counted, not checked.
        if kind != DATA && !is_whole(bytes) {
            context.malformed("check sum does not fit");
        }
        let code = Code::Hex16(u16::from(kind));
        let unit = Some(u32::from(id));
        let body = bytes.get(HEADER_BYTES..bytes.len() - CHECK_BYTES).unwrap_or_default();
        if kind == COMMAND {
            context.sender_asks();
            let (operation, name, wanted) = command(be16(body, 0));
            context.request_of(operation, name, code, unit, Object::None);
            if let Some(wanted) = wanted {
                self.pending.asked((id, wanted), name);
            }
            return;
        }
        context.sender_answers();
        if let Some(name) = self.pending.answered(&(id, kind)) {
            context.answer(Operation::Discover, name, Code::Hex16(u16::from(COMMAND)), false);
        }
        let (operation, name) = match kind {
            DATA => (Operation::Report, "data"),
            HEADER => (Operation::Identify, "header"),
            CONFIGURATION_1 => (Operation::Identify, "configuration 1"),
            CONFIGURATION_2 => (Operation::Identify, "configuration 2"),
            _ => (Operation::Identify, "configuration 3"),
        };
        context.request_of(operation, name, code, unit, Object::None);
        match kind {
            HEADER => describe(Attribute::Description, body, Confidence::Stated, context),
            CONFIGURATION_1 | CONFIGURATION_2 => stations(body, context),
            CONFIGURATION_3 => station(body, context),
            _ => {}
        }
    }
}

/// Commands (6.6, table 15), and the type of the frame that answers.
fn command(number: Option<u16>) -> (Operation, &'static str, Option<u8>) {
    match number {
        Some(1) => (Operation::Configure, "turn off data", None),
        Some(2) => (Operation::Configure, "turn on data", None),
        Some(3) => (Operation::Discover, "send header", Some(HEADER)),
        Some(4) => (Operation::Discover, "send configuration 1", Some(CONFIGURATION_1)),
        Some(5) => (Operation::Discover, "send configuration 2", Some(CONFIGURATION_2)),
        Some(6) => (Operation::Discover, "send configuration 3", Some(CONFIGURATION_3)),
        Some(8) => (Operation::Other, "extended command", None),
        _ => (Operation::Other, "command", None),
    }
}

/// Configuration 1 and 2 (6.4): time base 4, number of units 2, then per unit name 16, id 2, format 2, numbers of
/// phasors, analogues and digital words 2 each, their names and factors, frequency 2, count of changes 2.
fn stations(body: &[u8], context: &mut Context<'_>) {
    let mut cursor = Cursor::new(body);
    let (Some(()), Some(units)) = (cursor.skip(4), cursor.be16()) else {
        return context.malformed("configuration cut short");
    };
    // One unit speaks of itself; several stand behind a concentrator.
    let (attribute, confidence) = match units {
        1 => (Attribute::Name, Confidence::Stated),
        _ => (Attribute::Description, Confidence::Derived),
    };
    for _ in 0..usize::from(units).min(UNITS_MAX) {
        let Some(name) = unit(&mut cursor) else {
            return context.malformed("configuration cut short");
        };
        describe(attribute, name, confidence, context);
    }
}

fn unit<'a>(cursor: &mut Cursor<'a>) -> Option<&'a [u8]> {
    let name = cursor.take(NAME_BYTES)?;
    cursor.skip(4)?;
    let (phasors, analogues, words) = (cursor.be16()?, cursor.be16()?, cursor.be16()?);
    let (phasors, analogues, words) = (usize::from(phasors), usize::from(analogues), usize::from(words));
    cursor.skip((phasors + analogues + 16 * words) * NAME_BYTES)?;
    cursor.skip((phasors + analogues + words) * 4)?;
    cursor.skip(4)?;
    Some(name)
}

/// Configuration 3 (6.5): continuation 2, time base 4, number of units 2, then the first unit's name with its length.
fn station(body: &[u8], context: &mut Context<'_>) {
    let length = byte(body, 8).map_or(0, usize::from);
    match body.get(9..9 + length) {
        Some(name) => describe(Attribute::Name, name, Confidence::Stated, context),
        None => context.malformed("configuration cut short"),
    }
}

fn describe(attribute: Attribute, value: &[u8], confidence: Confidence, context: &mut Context<'_>) {
    context.identity_of(Subject::Sender, attribute, &text(value), SOURCE, confidence);
}
