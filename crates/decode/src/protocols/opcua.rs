//! OPC UA binary: from controllers and gateways up to supervision and beyond.
//!
//! Source: OPC 10000-6 (connection protocol 7.1, secure conversation 6.7, node ids of services annex A),
//! OPC 10000-4 (services).

use model::{Code, Family, Object, Operation, Protection, Side};

use super::opcua_identity as identity;
use super::opcua_types::{self as types, NodeId};
use crate::cursor::{Cursor, le32};
use crate::protocol::{Anywhere, Context, Dissector, Framing, On, Opening, Pending, Protocol, Verdict};

/// The entry of the protocol table.
pub const PROTOCOL: Protocol = Protocol {
    name: "opcua",
    family: Family::Supervision,
    on: &[On::Tcp(4840)],
    anywhere: Anywhere::Tcp,
    probe,
    start: || Box::new(OpcUa::default()),
};

/// Message type 3, chunk type 1, size 4.
const HEADER_BYTES: usize = 8;
/// Largest chunk that is believed. The specification leaves it to the two ends; stacks use 64 KiB to some MiB.
const CHUNK_BYTES_MAX: u32 = 16 * 1024 * 1024;
/// Bytes of a chunk worth reading.
const CHUNK_BYTES_READ: usize = 64 * 1024;
/// Most bytes of a message in chunks that are put together.
const JOINED_BYTES_MAX: usize = 128 * 1024;
/// Positions of identity values in one Read that are remembered.
const WANTED_MAX: usize = 32;

/// What the addresses of security policies begin with (OPC 10000-7, 6.6).
const POLICIES: &[u8] = b"http://opcfoundation.org/UA/SecurityPolicy#";
const SERVICE_FAULT: u32 = 397;

#[derive(Default)]
struct OpcUa {
    sides: [Vec<u8>; 2],
    protection: Option<Protection>,
    secured: bool,
    /// The security policy and whether it is withdrawn.
    policy: (&'static str, bool),
    /// By request id.
    pending: Pending<u32, Asked>,
}

struct Asked {
    operation: Operation,
    name: &'static str,
    code: Code,
    kind: u32,
    /// For Read: what stands at which place of the answer.
    wanted: Vec<identity::Wanted>,
}

fn probe(opening: &Opening<'_>) -> Verdict {
    match header(opening.bytes) {
        Some(_) => Verdict::Yes,
        None => Verdict::No,
    }
}

/// The size of the chunk that begins here.
fn header(bytes: &[u8]) -> Option<u32> {
    let letters = bytes.get(..3)?;
    let chunk = bytes.get(3)?;
    let known = matches!(letters, b"HEL" | b"ACK" | b"ERR" | b"RHE") && *chunk == b'F'
        || matches!(letters, b"OPN" | b"MSG" | b"CLO") && matches!(chunk, b'F' | b'C' | b'A');
    let size = le32(bytes, 4)?;
    (known && (HEADER_BYTES as u32..=CHUNK_BYTES_MAX).contains(&size)).then_some(size)
}

impl Dissector for OpcUa {
    fn frame(&mut self, bytes: &[u8], _from: Side) -> Framing {
        if bytes.len() < HEADER_BYTES {
            return Framing::More;
        }
        match header(bytes) {
            Some(size) => {
                Framing::Head { deliver: (size as usize).min(CHUNK_BYTES_READ), total: size as usize }
            }
            None => {
                let next =
                    (1..bytes.len()).find(|&at| bytes.get(at..).is_some_and(|rest| header(rest).is_some()));
                next.map_or(Framing::Foreign, Framing::Skip)
            }
        }
    }

    fn message(&mut self, bytes: &[u8], context: &mut Context<'_>) {
        let (Some(letters), Some(&chunk)) = (bytes.get(..3), bytes.get(3)) else { return };
        let mut body = Cursor::new(bytes.get(HEADER_BYTES..).unwrap_or_default());
        match letters {
            b"HEL" => context.sender_asks(),
            // Reverse: the server opened the connection and names itself.
            b"RHE" => context.sender_answers(),
            b"ACK" => context.sender_answers(),
            b"OPN" => self.open(&mut body, context),
            b"MSG" | b"CLO" => self.chunk(chunk, &mut body, context),
            _ => {}
        }
    }

    fn gap(&mut self, from: Side) {
        if let Some(side) = self.sides.get_mut(from as usize) {
            side.clear();
        }
    }
}

impl OpcUa {
    /// OpenSecureChannel: channel 4, policy, sender's certificate, receiver's thumbprint, sequence 4, request id 4.
    fn open(&mut self, body: &mut Cursor<'_>, context: &mut Context<'_>) {
        let head = (body.skip(4), types::string(body), types::string(body), types::string(body));
        let (Some(()), Some(policy), Some(certificate), Some(_)) = head else {
            return context.malformed("secure channel header cut short");
        };
        let policy = policy.strip_prefix(POLICIES).unwrap_or(policy);
        self.secured = !policy.is_empty() && policy != b"None";
        self.policy = policy_name(policy);
        identity::certificate(certificate, context);
        if !self.secured {
            self.protect(Protection::Clear, context);
            self.service(body, context);
        }
    }

    /// A chunk of a message: channel 4, token 4, sequence 4, request id 4.
    fn chunk(&mut self, chunk: u8, body: &mut Cursor<'_>, context: &mut Context<'_>) {
        if body.skip(8).is_none() {
            return context.malformed("message header cut short");
        }
        if self.secured && self.protection.is_none() {
            let protection = if looks_clear(body) { Protection::Signed } else { Protection::Encrypted };
            self.protect(protection, context);
        }
        if self.protection == Some(Protection::Encrypted) {
            return;
        }
        let Some(side) = self.sides.get_mut(context.from as usize) else { return };
        match (chunk, side.is_empty()) {
            (b'A', _) => side.clear(),
            (b'F', true) => self.service(body, context),
            _ => {
                // Later chunks repeat sequence and request id before they go on.
                let more =
                    if side.is_empty() { body.rest() } else { body.rest().get(8..).unwrap_or_default() };
                let room = JOINED_BYTES_MAX.saturating_sub(side.len()).min(more.len());
                side.extend_from_slice(more.get(..room).unwrap_or_default());
                if chunk == b'F' {
                    let joined = std::mem::take(side);
                    self.service(&mut Cursor::new(&joined), context);
                }
            }
        }
    }

    fn protect(&mut self, protection: Protection, context: &mut Context<'_>) {
        if self.protection != Some(protection) {
            self.protection = Some(protection);
            context.protection(protection, self.policy.0, self.policy.1);
        }
    }

    /// A whole service message: sequence 4, request id 4, type, header, content.
    fn service(&mut self, body: &mut Cursor<'_>, context: &mut Context<'_>) {
        let (Some(_), Some(request)) = (body.le32(), body.le32()) else { return };
        let Some(NodeId::Number(0, kind)) = types::node_id(body) else { return };
        match meaning(kind) {
            Some((operation, name)) => self.request(request, kind, operation, name, body, context),
            None => self.response(request, kind, body, context),
        }
    }

    fn request(
        &mut self,
        id: u32,
        kind: u32,
        operation: Operation,
        name: &'static str,
        body: &mut Cursor<'_>,
        context: &mut Context<'_>,
    ) {
        let code = Code::Decimal(kind);
        let (mut operation, mut object, mut wanted) = (operation, Object::None, Vec::new());
        if types::request_header(body).is_some() {
            match kind {
                461 => identity::application(body, context),
                467 => identity::activate(body, self.protection.unwrap_or(Protection::Unknown), context),
                631 => {
                    let asked = identity::read(&mut *body, WANTED_MAX);
                    if let Some((first, asked)) = asked {
                        object = first;
                        wanted = asked;
                    }
                    if !wanted.is_empty() {
                        operation = Operation::Identify;
                    }
                }
                673 => object = identity::first_node(body, 0).unwrap_or(Object::None),
                712 => object = identity::called_method(body).unwrap_or(Object::None),
                _ => {}
            }
        }
        context.request_of(operation, name, code, None, object);
        self.pending.asked(id, Asked { operation, name, code, kind, wanted });
    }

    fn response(&mut self, id: u32, kind: u32, body: &mut Cursor<'_>, context: &mut Context<'_>) {
        let result = types::response_header(body);
        let asked = self.pending.answered(&id);
        let bad = kind == SERVICE_FAULT || result.is_some_and(types::is_bad);
        if let Some(asked) = &asked {
            // A service that went well may still have refused what it was asked to write or to call.
            let refused = match kind {
                676 | 715 => types::first_result(*body).is_some_and(types::is_bad),
                _ => false,
            };
            context.answer(asked.operation, asked.name, asked.code, bad || refused);
        }
        if bad || result.is_none() {
            return;
        }
        match kind {
            425 => identity::applications(body, context),
            431 => identity::endpoints(body, context),
            464 => identity::session(body, context),
            634 => {
                if let Some(asked) = asked.filter(|asked| asked.kind == 631 && !asked.wanted.is_empty()) {
                    identity::values(&asked.wanted, body, context);
                }
            }
            _ => {}
        }
    }
}

/// Policies, and whether the OPC Foundation has withdrawn them: those build on SHA-1 (OPC 10000-7, 6.6).
fn policy_name(policy: &[u8]) -> (&'static str, bool) {
    match policy {
        b"Basic128Rsa15" => ("Basic128Rsa15", true),
        b"Basic256" => ("Basic256", true),
        b"Basic256Sha256" => ("Basic256Sha256", false),
        b"Aes128_Sha256_RsaOaep" => ("Aes128_Sha256_RsaOaep", false),
        b"Aes256_Sha256_RsaPss" => ("Aes256_Sha256_RsaPss", false),
        _ => ("", false),
    }
}

/// True when what follows sequence and request id begins like a service in clear: encrypted bytes do not.
fn looks_clear(body: &Cursor<'_>) -> bool {
    let mut body = *body;
    let sequence = body.skip(8);
    sequence.is_some()
        && matches!(types::node_id(&mut body), Some(NodeId::Number(0, kind)) if (SERVICE_FAULT..16_000).contains(&kind))
}

/// Requests by the node id of their binary encoding (OPC 10000-6, annex A).
fn meaning(kind: u32) -> Option<(Operation, &'static str)> {
    Some(match kind {
        422 => (Operation::Discover, "find servers"),
        428 => (Operation::Discover, "get endpoints"),
        437 => (Operation::Other, "register server"),
        446 => (Operation::Other, "open secure channel"),
        452 => (Operation::Other, "close secure channel"),
        461 => (Operation::Identify, "create session"),
        467 => (Operation::LogIn, "activate session"),
        473 => (Operation::Other, "close session"),
        479 => (Operation::Other, "cancel"),
        488 => (Operation::Configure, "add nodes"),
        494 => (Operation::Configure, "add references"),
        500 => (Operation::Configure, "delete nodes"),
        506 => (Operation::Configure, "delete references"),
        527 => (Operation::Discover, "browse"),
        533 => (Operation::Discover, "browse next"),
        554 => (Operation::Discover, "translate browse paths"),
        560 => (Operation::Other, "register nodes"),
        566 => (Operation::Other, "unregister nodes"),
        615 => (Operation::Discover, "query first"),
        621 => (Operation::Discover, "query next"),
        631 => (Operation::Read, "read"),
        664 => (Operation::Read, "history read"),
        673 => (Operation::Write, "write"),
        700 => (Operation::Write, "history update"),
        712 => (Operation::Write, "call"),
        751 => (Operation::Read, "create monitored items"),
        763 => (Operation::Read, "modify monitored items"),
        769 => (Operation::Read, "set monitoring mode"),
        775 => (Operation::Read, "set triggering"),
        781 => (Operation::Other, "delete monitored items"),
        787 => (Operation::Read, "create subscription"),
        793 => (Operation::Read, "modify subscription"),
        799 => (Operation::Read, "set publishing mode"),
        826 => (Operation::Report, "publish"),
        832 => (Operation::Report, "republish"),
        841 => (Operation::Other, "transfer subscriptions"),
        847 => (Operation::Other, "delete subscriptions"),
        12_208 => (Operation::Discover, "find servers on network"),
        12_211 => (Operation::Other, "register server"),
        _ => return None,
    })
}
