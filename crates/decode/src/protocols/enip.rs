//! EtherNet/IP, on TCP and UDP port 44818: the encapsulation of CIP by Rockwell, Omron, Schneider and others
//! (CIP Volume 2, chapter 2). It finds devices, opens sessions and carries CIP requests.

use model::{Attribute, Code, Family, Operation, Side};

use crate::cursor::{Cursor, byte, le16, le32};
use crate::protocol::{Anywhere, Context, Dissector, Framing, On, Opening, Protocol, Verdict};

use super::cip::{Cip, Key};
use super::cip_identity;

/// The entry of the protocol table.
pub const PROTOCOL: Protocol = Protocol {
    name: "enip",
    family: Family::Control,
    on: &[On::Tcp(44818), On::Udp(44818)],
    anywhere: Anywhere::Both,
    probe,
    start: || Box::new(Enip::default()),
};

/// Command 2, length 2, session 4, status 4, sender context 8, options 4; little-endian (2-3.1).
const HEADER_BYTES: usize = 24;
/// Longest data after the header (2-3.3).
const DATA_BYTES_MAX: usize = 65511;
/// Most items of one message that are read. The specification knows messages of up to four.
const ITEMS_MAX: usize = 16;
/// Most devices in one answer to List Identity that are read; each answers for itself, so one is usual.
const IDENTITIES_MAX: usize = 8;

const NOP: u16 = 0x0000;
const LIST_SERVICES: u16 = 0x0004;
const LIST_IDENTITY: u16 = 0x0063;
const LIST_INTERFACES: u16 = 0x0064;
const REGISTER_SESSION: u16 = 0x0065;
const UNREGISTER_SESSION: u16 = 0x0066;
const SEND_RR_DATA: u16 = 0x006f;
const SEND_UNIT_DATA: u16 = 0x0070;
const START_DTLS: u16 = 0x00c8;

const ITEM_IDENTITY: u16 = 0x000c;
const ITEM_CONNECTION: u16 = 0x00a1;
const ITEM_CONNECTED_DATA: u16 = 0x00b1;
const ITEM_UNCONNECTED_DATA: u16 = 0x00b2;

#[derive(Default)]
struct Enip {
    cip: Cip,
}

fn probe(opening: &Opening<'_>) -> Verdict {
    let bytes = opening.bytes;
    let (Some(command), Some(length)) = (le16(bytes, 0), le16(bytes, 2)) else { return Verdict::No };
    let (known, length) = (meaning(command).is_some(), usize::from(length));
    if !known || length > DATA_BYTES_MAX || command == NOP {
        return Verdict::No;
    }
    let (Some(session), Some(status), Some(options)) = (le32(bytes, 4), le32(bytes, 8), le32(bytes, 20))
    else {
        return if opening.at_home && opening.stream { Verdict::Maybe } else { Verdict::No };
    };
    let whole = HEADER_BYTES + length;
    let fits =
        if opening.stream { opening.at_home || bytes.len() >= whole.min(64) } else { bytes.len() >= whole };
    if options != 0 || status > 0xff || !fits {
        return Verdict::No;
    }
    let plausible = match command {
        LIST_SERVICES | LIST_IDENTITY | LIST_INTERFACES => session == 0 && listed(opening, length),
        REGISTER_SESSION => length == 4 && le16(bytes, HEADER_BYTES) == Some(1),
        UNREGISTER_SESSION => length == 0 && session != 0 && opening.at_home,
        SEND_RR_DATA | SEND_UNIT_DATA => carries(bytes, length),
        _ => opening.at_home,
    };
    if plausible { Verdict::Yes } else { Verdict::No }
}

/// A list command asks with nothing, and is answered with items. Asking is a small number and zeros, which others say
/// too: it counts only at home.
fn listed(opening: &Opening<'_>, length: usize) -> bool {
    match (length, le16(opening.bytes, HEADER_BYTES)) {
        (0, _) => opening.at_home && opening.bytes.len() == HEADER_BYTES,
        (_, Some(items)) => usize::from(items) <= ITEMS_MAX,
        _ => false,
    }
}

/// Interface 4 (0 is CIP), time-out 2, then at least two items, of which the first is an address.
fn carries(bytes: &[u8], length: usize) -> bool {
    let items = le16(bytes, HEADER_BYTES + 6).map_or(0, usize::from);
    let first = le16(bytes, HEADER_BYTES + 8);
    let answers_badly = length == 0 && le32(bytes, 8) != Some(0);
    answers_badly
        || (length >= 16
            && le32(bytes, HEADER_BYTES) == Some(0)
            && (2..=ITEMS_MAX).contains(&items)
            && matches!(first, Some(0 | ITEM_CONNECTION)))
}

/// What an encapsulation command does (2-4).
fn meaning(command: u16) -> Option<(Operation, &'static str)> {
    Some(match command {
        NOP => (Operation::Other, "nop"),
        0x0001 => (Operation::Discover, "list targets"),
        LIST_SERVICES => (Operation::Discover, "list services"),
        LIST_IDENTITY => (Operation::Discover, "list identity"),
        LIST_INTERFACES => (Operation::Discover, "list interfaces"),
        REGISTER_SESSION => (Operation::Other, "register session"),
        UNREGISTER_SESSION => (Operation::Other, "unregister session"),
        SEND_RR_DATA => (Operation::Other, "send rr data"),
        SEND_UNIT_DATA => (Operation::Other, "send unit data"),
        0x0072 => (Operation::Other, "indicate status"),
        0x0073 => (Operation::Other, "cancel"),
        START_DTLS => (Operation::Other, "start dtls"),
        _ => return None,
    })
}

impl Dissector for Enip {
    fn frame(&mut self, bytes: &[u8], _from: Side) -> Framing {
        match (le16(bytes, 0), le16(bytes, 2).map(usize::from)) {
            (Some(command), _) if meaning(command).is_none() => Framing::Foreign,
            (_, Some(length)) if length > DATA_BYTES_MAX => Framing::Foreign,
            (_, Some(length)) => Framing::Message(HEADER_BYTES + length),
            _ => Framing::More,
        }
    }

    fn message(&mut self, bytes: &[u8], context: &mut Context<'_>) {
        let mut cursor = Cursor::new(bytes);
        let (Some(command), Some(_), Some(_), Some(status), Some(sender_context), Some(_)) =
            (cursor.le16(), cursor.le16(), cursor.le32(), cursor.le32(), cursor.array::<8>(), cursor.le32())
        else {
            return context.malformed("encapsulation header cut short");
        };
        let Some((operation, name)) = meaning(command) else { return };
        orient(command, status, cursor.rest(), context);
        let code = Code::Hex16(command);
        if context.from_initiator() {
            context.request(operation, name, code);
        } else if !matches!(command, NOP | UNREGISTER_SESSION | SEND_UNIT_DATA) {
            context.answer(operation, name, code, status != 0);
        }
        match command {
            LIST_IDENTITY => identities(cursor, context),
            SEND_RR_DATA | SEND_UNIT_DATA if status == 0 => {
                let Some(items) = cursor.skip(6).map(|()| cursor) else {
                    return context.malformed("data without interface and time-out");
                };
                self.carried(items, Key::Unconnected(sender_context), context);
            }
            _ => {}
        }
    }

    fn gap(&mut self, _from: Side) {
        self.cip.forget();
    }
}

/// Lists and sessions show who asks; data is left to CIP.
fn orient(command: u16, status: u32, data: &[u8], context: &mut Context<'_>) {
    if context.is_sure() {
        return;
    }
    match (command, data.len()) {
        (LIST_SERVICES | LIST_IDENTITY | LIST_INTERFACES, 0) if status == 0 => context.sender_asks(),
        (LIST_SERVICES | LIST_IDENTITY, _) => context.sender_answers(),
        (UNREGISTER_SESSION, _) => context.sender_asks(),
        _ => {}
    }
}

/// Reads items: count 2, then of each type 2, length 2, data (2-6). `None` at the first that is broken.
fn items<'a>(cursor: &mut Cursor<'a>, most: usize, mut read: impl FnMut(u16, &'a [u8])) -> Option<()> {
    let count = usize::from(cursor.le16()?);
    for _ in 0..count.min(most) {
        let (kind, length) = (cursor.le16()?, cursor.le16()?);
        read(kind, cursor.take(usize::from(length))?);
    }
    Some(())
}

impl Enip {
    fn carried(&mut self, mut cursor: Cursor<'_>, key: Key, context: &mut Context<'_>) {
        let mut connection = None;
        let read = items(&mut cursor, ITEMS_MAX, |kind, data| match kind {
            ITEM_CONNECTION => connection = le32(data, 0),
            ITEM_CONNECTED_DATA => {
                let (Some(sequence), Some(message)) = (le16(data, 0), data.get(2..)) else { return };
                let unit = connection.and_then(|id| self.cip.slot(id));
                // Connections without a message router carry bare data: they may end here.
                if byte(message, 0).is_some() {
                    self.cip.message(message, Key::Connected(sequence), unit, context);
                }
            }
            ITEM_UNCONNECTED_DATA => self.cip.message(data, key, None, context),
            _ => {}
        });
        if read.is_none() {
            context.malformed("items longer than the message");
        }
    }
}

/// The answer to List Identity (2-4.2): version 2, socket address 16, then the identity object and a state.
fn identities(mut cursor: Cursor<'_>, context: &mut Context<'_>) {
    const SOURCE: &str = "CIP list identity";
    if cursor.is_empty() {
        return;
    }
    let read = items(&mut cursor, IDENTITIES_MAX, |kind, data| {
        if kind != ITEM_IDENTITY {
            return;
        }
        let mut item = Cursor::new(data);
        // The socket address is big-endian: family 2, port 2, address 4, zeros 8.
        let _ = item.skip(2 + 4);
        if let Some(address) = item.array::<4>().filter(|address| *address != [0; 4]) {
            let address = std::net::Ipv4Addr::from(address).to_string();
            context.identity(Attribute::Ip, &address, SOURCE);
        }
        let _ = item.skip(8);
        if cip_identity::whole(&mut item, SOURCE, context).is_none() {
            context.malformed("identity cut short");
        }
    });
    if read.is_none() {
        context.malformed("items longer than the message");
    }
}
