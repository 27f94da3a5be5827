//! ADS: Beckhoff TwinCAT controllers.
//!
//! Source: Beckhoff Information System, ADS/AMS specification (frames, commands, states); the maker's open client.

use model::{Attribute, Code, Family, Object, Operation, Side};

use crate::cursor::{Cursor, byte, le16, le32, text};
use crate::protocol::{Anywhere, Context, Dissector, Framing, On, Opening, Pending, Protocol, Verdict};
use crate::short_text::ShortText;

/// The entry of the protocol table.
pub const PROTOCOL: Protocol = Protocol {
    name: "ads",
    family: Family::Control,
    on: &[On::Tcp(48898)],
    anywhere: Anywhere::Tcp,
    probe,
    start: || Box::new(Ads::default()),
};

/// Reserved 2, length 4.
const TCP_HEADER_BYTES: usize = 6;
/// Two addresses of 8 bytes, command 2, flags 2, length 4, error 4, invoke id 4.
const AMS_HEADER_BYTES: usize = 32;
/// Bytes of a message worth waiting for.
const MESSAGE_BYTES_READ: usize = 2048;
/// Longest message that is believed.
const MESSAGE_BYTES_MAX: usize = 8 * 1024 * 1024;
/// Flag: this is an answer.
const ANSWER: u16 = 0x0001;

#[derive(Default)]
struct Ads {
    /// By invoke id and both ports.
    pending: Pending<(u32, u16, u16), (Operation, &'static str, Code)>,
}

fn length(bytes: &[u8]) -> Option<usize> {
    let content = le32(bytes, 2)? as usize;
    let own = le32(bytes, 26).is_none_or(|data| data as usize + AMS_HEADER_BYTES == content);
    (le16(bytes, 0)? == 0 && (AMS_HEADER_BYTES..MESSAGE_BYTES_MAX).contains(&content) && own)
        .then_some(TCP_HEADER_BYTES + content)
}

fn probe(opening: &Opening<'_>) -> Verdict {
    let command = le16(opening.bytes, 22);
    match (length(opening.bytes), command) {
        (Some(_), Some(1..=9)) if opening.bytes.len() >= TCP_HEADER_BYTES + AMS_HEADER_BYTES => Verdict::Yes,
        _ => Verdict::No,
    }
}

impl Dissector for Ads {
    fn frame(&mut self, bytes: &[u8], _from: Side) -> Framing {
        if bytes.len() < TCP_HEADER_BYTES {
            return Framing::More;
        }
        match length(bytes) {
            Some(total) => Framing::Head { deliver: total.min(MESSAGE_BYTES_READ), total },
            None => Framing::Foreign,
        }
    }

    fn message(&mut self, bytes: &[u8], context: &mut Context<'_>) {
        let mut cursor = Cursor::new(bytes.get(TCP_HEADER_BYTES..).unwrap_or_default());
        let addresses = (cursor.array::<6>(), cursor.le16(), cursor.array::<6>(), cursor.le16());
        let rest = (cursor.le16(), cursor.le16(), cursor.le32(), cursor.le32(), cursor.le32());
        let (
            (Some(_), Some(to), Some(_), Some(from)),
            (Some(command), Some(flags), Some(_), Some(error), Some(id)),
        ) = (addresses, rest)
        else {
            return context.malformed("header cut short");
        };
        let data = cursor.rest();
        let code = Code::Decimal(u32::from(command));
        if flags & ANSWER == 0 {
            let (operation, name) = meaning(command, data);
            // Where: index group and offset of reads and writes.
            let place = le32(data, 0).zip(le32(data, 4)).filter(|_| matches!(command, 2 | 3 | 9));
            let object = place.map_or(Object::None, |(group, offset)| Object::Block {
                space: "group ",
                block: group,
                first: u64::from(offset),
                last: u64::from(offset),
            });
            context.request_of(operation, name, code, Some(u32::from(to)), object);
            self.pending.asked((id, from, to), (operation, name, code));
            return;
        }
        let result = le32(data, 0).unwrap_or(0);
        if let Some((operation, name, code)) = self.pending.answered(&(id, to, from)) {
            context.answer(operation, name, code, error != 0 || result != 0);
        }
        if command == 1 && result == 0 {
            device_info(data, context);
        }
    }

    fn gap(&mut self, _from: Side) {
        self.pending.clear();
    }
}

/// Result 4, version 1, revision 1, build 2, name 16.
fn device_info(data: &[u8], context: &mut Context<'_>) {
    let fields = (byte(data, 4), byte(data, 5), le16(data, 6), data.get(8..24));
    let (Some(version), Some(revision), Some(build), Some(name)) = fields else { return };
    context.identity(Attribute::Product, &text(name), "ADS ReadDeviceInfo");
    let firmware = ShortText::<24>::of(format_args!("{version}.{revision}.{build}"));
    context.identity(Attribute::Firmware, firmware.as_str(), "ADS ReadDeviceInfo");
}

fn meaning(command: u16, data: &[u8]) -> (Operation, &'static str) {
    match command {
        1 => (Operation::Identify, "read device info"),
        2 => (Operation::Read, "read"),
        3 => match le32(data, 0) {
            Some(0xf00a | 0xf00d) => (Operation::LoadProgram, "write to program"),
            _ => (Operation::Write, "write"),
        },
        4 => (Operation::Diagnose, "read state"),
        5 => match le16(data, 0) {
            Some(4 | 5) => (Operation::Start, "write control, run"),
            Some(6 | 12 | 15 | 16) => (Operation::Stop, "write control, stop"),
            Some(2) => (Operation::Reset, "write control, reset"),
            _ => (Operation::Other, "write control"),
        },
        6 => (Operation::Read, "add notification"),
        7 => (Operation::Read, "delete notification"),
        8 => (Operation::Report, "notification"),
        9 => match le32(data, 0) {
            Some(0xf003 | 0xf007 | 0xf009) => (Operation::Discover, "read and write, symbol"),
            Some(0xf081 | 0xf082) => (Operation::Write, "read and write, sum of writes"),
            _ => (Operation::Read, "read and write"),
        },
        _ => (Operation::Other, "unknown command"),
    }
}
