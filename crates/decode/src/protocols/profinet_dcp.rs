//! PROFINET DCP: finds devices on the wire, names them and gives them addresses.
//!
//! Source: IEC 61158-6-10, discovery and basic configuration protocol; EtherType 0x8892, frame ids 0xfefc to 0xfeff.

use std::net::Ipv4Addr;

use model::{
    Attribute, Code, Confidence, Family, Object, Operation, OperationSighting, Role, Side, Step, Subject,
};

use crate::cursor::{Cursor, be16, byte, text};
use crate::protocol::{Anywhere, Context, Dissector, Framing, On, Opening, Pending, Protocol, Verdict};

/// The entry of the protocol table.
pub const PROTOCOL: Protocol = Protocol {
    name: "profinet-dcp",
    family: Family::Discovery,
    on: &[On::EtherType(0x8892)],
    anywhere: Anywhere::No,
    probe,
    start: || Box::new(Dcp::default()),
};

/// Most blocks of one frame.
const BLOCKS_MAX: usize = 64;
const SOURCE: &str = "PROFINET DCP";

const GET: u8 = 3;
const SET: u8 = 4;
const IDENTIFY: u8 = 5;
const HELLO: u8 = 6;

#[derive(Default)]
struct Dcp {
    pending: Pending<u32, (Operation, &'static str, Code)>,
}

fn probe(opening: &Opening<'_>) -> Verdict {
    match be16(opening.bytes, 0) {
        Some(0xfefc..=0xfeff) => Verdict::Yes,
        _ => Verdict::No,
    }
}

/// A block: what it is about and what it holds.
struct Block<'a> {
    option: u8,
    suboption: u8,
    data: &'a [u8],
}

impl Dissector for Dcp {
    fn frame(&mut self, bytes: &[u8], _from: Side) -> Framing {
        Framing::Message(bytes.len())
    }

    fn message(&mut self, bytes: &[u8], context: &mut Context<'_>) {
        let mut cursor = Cursor::new(bytes);
        let header = (cursor.be16(), cursor.u8(), cursor.u8(), cursor.be32(), cursor.be16(), cursor.be16());
        let (Some(_), Some(service), Some(kind), Some(transaction), Some(_), Some(length)) = header else {
            return context.malformed("header cut short");
        };
        let Some(body) = cursor.take(usize::from(length)) else {
            return context.malformed("blocks longer than the frame");
        };
        let code = Code::Pair(u16::from(service), u16::from(kind));
        if kind & 1 == 0 {
            self.request(service, code, transaction, body, context);
        } else {
            self.response(service, kind, transaction, body, context);
        }
    }
}

impl Dcp {
    fn request(&mut self, service: u8, code: Code, transaction: u32, body: &[u8], context: &mut Context<'_>) {
        context.sender_asks();
        let mut told = (Operation::Other, "unknown service");
        let mut object = Object::None;
        let mut address = String::new();
        match service {
            GET => told = (Operation::Identify, "get"),
            IDENTIFY => told = (Operation::Discover, "identify"),
            HELLO => {
                told = (Operation::Identify, "hello");
                blocks(body, context, |block, context| identity(&block, 2, context));
            }
            SET => {
                told = (Operation::Diagnose, "set");
                blocks(body, context, |block, _| {
                    let (operation, name, what) = set(&block);
                    if rank(operation) >= rank(told.0) {
                        told = (operation, name);
                        address = what;
                    }
                });
                if !address.is_empty() {
                    object = Object::Named { space: "value", name: &address };
                }
            }
            _ => {}
        }
        let (operation, name) = told;
        context.operation(OperationSighting {
            operation,
            name,
            code,
            unit: None,
            object,
            step: Step::Request,
        });
        self.pending.asked(transaction, (operation, name, code));
    }

    fn response(&mut self, service: u8, kind: u8, transaction: u32, body: &[u8], context: &mut Context<'_>) {
        context.sender_answers();
        let asked = self.pending.answered(&transaction);
        let (operation, name, code) = asked.unwrap_or_else(|| {
            let code = Code::Pair(u16::from(service), 0);
            match service {
                GET => (Operation::Identify, "get", code),
                IDENTIFY => (Operation::Discover, "identify", code),
                SET => (Operation::Configure, "set", code),
                _ => (Operation::Other, "unknown service", code),
            }
        });
        // Type 5 says "not supported"; an answer to Set carries control blocks with an error in their last byte.
        let mut failed = kind & 4 != 0;
        blocks(body, context, |block, context| {
            if (block.option, block.suboption) == (5, 4) {
                failed |= byte(block.data, 2).is_some_and(|error| error != 0);
            } else if service != SET {
                identity(&block, 2, context);
            }
        });
        context.answer(operation, name, code, failed);
    }
}

/// Which of several blocks names the whole request.
fn rank(operation: Operation) -> u8 {
    match operation {
        Operation::Reset => 3,
        Operation::Configure => 2,
        Operation::Diagnose => 1,
        _ => 0,
    }
}

fn blocks<'a>(body: &'a [u8], context: &mut Context<'_>, mut each: impl FnMut(Block<'a>, &mut Context<'_>)) {
    let mut cursor = Cursor::new(body);
    for _ in 0..BLOCKS_MAX {
        let (Some(option), Some(suboption)) = (cursor.u8(), cursor.u8()) else { return };
        let Some(data) = cursor.be16().and_then(|length| cursor.take(usize::from(length))) else {
            return context.malformed("block longer than the frame");
        };
        if data.len() % 2 == 1 {
            // Padded to an even length; the last pad byte may be missing.
            let _ = cursor.u8();
        }
        each(Block { option, suboption, data }, context);
    }
}

/// What a device says of itself. `skip` bytes of block information come first.
fn identity(block: &Block<'_>, skip: usize, context: &mut Context<'_>) {
    let data = block.data.get(skip..).unwrap_or_default();
    match (block.option, block.suboption) {
        (1, 1) if data.len() >= 6 => {}
        (1, 2) | (1, 3) => {
            if let Some(ip) = data
                .first_chunk::<4>()
                .map(|octets| Ipv4Addr::from(*octets))
                .filter(|ip| !ip.is_unspecified())
            {
                context.identity(Attribute::Ip, &ip.to_string(), SOURCE);
            }
        }
        (2, 1) => context.identity(Attribute::Product, &text(data), SOURCE),
        (2, 2) => context.identity(Attribute::Name, &text(data), SOURCE),
        (2, 3) => {
            if let Some(vendor) = be16(data, 0).and_then(vendor) {
                context.identity(Attribute::Vendor, vendor, SOURCE);
            }
        }
        (2, 4) => {
            if let Some(role) = byte(data, 0).and_then(role) {
                context.identity_of(
                    Subject::Sender,
                    Attribute::Role,
                    role.as_str(),
                    SOURCE,
                    Confidence::Stated,
                );
            }
        }
        _ => {}
    }
}

/// Makers by the number that PROFIBUS & PROFINET International gave them: those that are beyond doubt.
pub fn vendor(id: u16) -> Option<&'static str> {
    match id {
        0x002a => Some("Siemens"),
        0x00b0 => Some("Phoenix Contact"),
        _ => None,
    }
}

/// Device role: bit 0 device, 1 controller, 2 multi-device, 3 supervisor.
fn role(bits: u8) -> Option<Role> {
    match bits {
        _ if bits & 2 != 0 => Some(Role::Controller),
        _ if bits & 8 != 0 => Some(Role::EngineeringStation),
        _ if bits & 5 != 0 => Some(Role::IoDevice),
        _ => None,
    }
}

/// What a Set block changes: operation, name, and the new value where it is an address or a name.
fn set(block: &Block<'_>) -> (Operation, &'static str, String) {
    let data = block.data.get(2..).unwrap_or_default();
    match (block.option, block.suboption) {
        (1, 2) => {
            let ip = data.first_chunk::<4>().map(|octets| Ipv4Addr::from(*octets).to_string());
            (Operation::Configure, "set ip address", ip.unwrap_or_default())
        }
        (2, 2) => (Operation::Configure, "set name of station", text(data).into_owned()),
        (5, 3) => (Operation::Diagnose, "set signal", String::new()),
        (5, 5) => (Operation::Reset, "set factory reset", String::new()),
        (5, 6) => (Operation::Reset, "set reset to factory", String::new()),
        (5, 1 | 2) => (Operation::Diagnose, "set transaction", String::new()),
        _ => (Operation::Configure, "set", String::new()),
    }
}
