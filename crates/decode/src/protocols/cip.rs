//! CIP, the Common Industrial Protocol of Rockwell, Omron, Schneider and others: requests to objects and tags, and
//! their answers (CIP Volume 1, 2-4). EtherNet/IP carries it.
//!
//! An answer repeats neither class nor path, so the request is remembered. A request may hold others (Multiple
//! Service Packet, Unconnected Send): they are remembered as a tree, in the order in which they stand.

use model::{Code, Object, Operation, OperationSighting, Step};

use crate::cursor::{Cursor, byte, le16, le32};
use crate::protocol::{Context, Pending};

use super::cip_path::{NameBuffer, Path};
use super::cip_services::{self as services, To, meaning};
use super::{cip_identity, pccc};

/// Most levels of requests within requests.
const NESTING_MAX: usize = 4;
/// Most requests of one multiple service packet that are read.
const EMBEDDED_MAX: usize = 512;
/// Most requests of one flow that are remembered, those within others included.
const REMEMBERED_MAX: usize = 1024;
/// Most open connections of one flow whose slot is remembered.
const CONNECTIONS_MAX: usize = 32;

const ANSWER: u8 = 0x80;
/// General status: more data to follow.
const PARTIAL: u8 = 0x06;
/// General status: the connection on the way failed.
const ROUTE_FAILED: u8 = 0x01;
/// General status of a multiple service packet: one of the embedded services failed.
const EMBEDDED_FAILED: u8 = 0x1e;

/// What ties an answer to its request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Key {
    /// The sender context of the encapsulation.
    Unconnected([u8; 8]),
    /// The sequence count of a connected message.
    Connected(u16),
}

/// One request, as far as its answer needs it.
#[derive(Debug, Clone, Copy, Default)]
struct Request {
    service: u8,
    to: To,
    instance: u32,
    attribute: Option<u32>,
    /// What PCCC inside it does.
    pccc: Option<(Operation, &'static str)>,
    /// For an opened connection: the slot that its path leads to.
    slot: Option<u32>,
    /// How many of the following requests stand within this one.
    within: u32,
}

impl Request {
    fn meaning(&self) -> (Operation, &'static str) {
        self.pccc.unwrap_or_else(|| meaning(self.service, self.to, self.instance))
    }
}

/// The CIP of one flow.
#[derive(Default)]
pub struct Cip {
    pending: Pending<(Key, u8), u64>,
    /// Requests that wait, oldest overwritten; emptied whenever nothing waits.
    remembered: Vec<Request>,
    /// How many requests were remembered since it was emptied.
    count: u64,
    /// Connection ids that the target chose, and the slot they lead to.
    connections: Vec<(u32, u32)>,
}

impl Cip {
    /// Forgets what waits.
    pub fn forget(&mut self) {
        self.pending.clear();
        (self.count, self.remembered) = (0, Vec::new());
    }

    /// The slot that a connection leads to.
    pub fn slot(&self, connection: u32) -> Option<u32> {
        self.connections.iter().find(|(id, _)| *id == connection).map(|(_, slot)| *slot)
    }

    /// Reads one message. `unit` is the slot it goes to.
    pub fn message(&mut self, bytes: &[u8], key: Key, unit: Option<u32>, context: &mut Context<'_>) {
        let Some(service) = byte(bytes, 0) else { return context.malformed("CIP message without service") };
        if service & ANSWER == 0 {
            if !context.is_sure() {
                context.sender_asks();
            }
            if self.pending.is_empty() {
                self.count = 0;
                self.remembered.clear();
            }
            let at = self.count;
            self.request(bytes, unit, 0, context);
            self.pending.asked((key, service), at);
        } else {
            if !context.is_sure() {
                context.sender_answers();
            }
            // An unconnected send is answered in the name of the request within it.
            let plain = service & !ANSWER;
            let at = self
                .pending
                .answered(&(key, plain))
                .or_else(|| self.pending.answered(&(key, services::UNCONNECTED_SEND)));
            self.answer(bytes, at, 0, context);
        }
    }

    fn remember(&mut self, request: Request) -> u64 {
        let at = self.count;
        let place = (at % REMEMBERED_MAX as u64) as usize;
        match self.remembered.get_mut(place) {
            Some(old) => *old = request,
            None => self.remembered.push(request),
        }
        self.count += 1;
        at
    }

    fn recall(&self, at: u64) -> Option<&Request> {
        if at >= self.count || self.count - at > REMEMBERED_MAX as u64 {
            return None;
        }
        self.remembered.get((at % REMEMBERED_MAX as u64) as usize)
    }

    /// Notes how many requests were remembered since the one at `at`.
    fn close(&mut self, at: u64) {
        let within = u32::try_from(self.count.saturating_sub(at + 1)).unwrap_or(0);
        if self.recall(at).is_some()
            && let Some(request) = self.remembered.get_mut((at % REMEMBERED_MAX as u64) as usize)
        {
            request.within = within;
        }
    }

    fn request(&mut self, bytes: &[u8], unit: Option<u32>, depth: usize, context: &mut Context<'_>) {
        let mut cursor = Cursor::new(bytes);
        let (Some(service), Some(words)) = (cursor.u8(), cursor.u8()) else {
            return context.malformed("CIP request without path size");
        };
        let Some(path) = cursor.take(2 * usize::from(words)) else {
            return context.malformed("CIP path longer than the request");
        };
        let (path, data) = (Path::read(path), cursor.rest());
        let mut request = Request {
            service,
            to: to(&path),
            instance: path.instance.unwrap_or(0),
            attribute: path.attribute,
            ..Request::default()
        };
        let mut buffer = NameBuffer::default();
        let mut object = path.object(&mut buffer);
        let opens = services::FORWARD_OPEN.contains(&service);
        match request.to {
            To::Class(services::PCCC) if service == services::EXECUTE_PCCC => {
                let (operation, name, file) = pccc::request(data);
                (request.pccc, object) = (Some((operation, name)), file);
            }
            To::Class(services::CONNECTION_MANAGER) if opens => request.slot = opened_slot(service, data),
            To::Class(services::CONNECTION_MANAGER | services::MESSAGE_ROUTER) => object = Object::None,
            To::Class(_) | To::Tag | To::Unknown => {}
        }
        let (operation, name) = request.meaning();
        let sighting = OperationSighting {
            operation,
            name,
            code: Code::Hex8(service),
            unit,
            object,
            step: Step::Request,
        };
        context.operation(sighting);
        let at = self.remember(request);
        if depth < NESTING_MAX {
            self.embedded(&request, data, unit, depth + 1, context);
        }
        self.close(at);
    }

    /// Requests within a request.
    fn embedded(
        &mut self,
        outer: &Request,
        data: &[u8],
        unit: Option<u32>,
        depth: usize,
        context: &mut Context<'_>,
    ) {
        match (outer.service, outer.to) {
            (services::MULTIPLE, _) => {
                for_each(data, context, |part, context| self.request(part, unit, depth, context));
            }
            (services::UNCONNECTED_SEND, To::Class(services::CONNECTION_MANAGER)) => {
                // Tick and time-out 2, size of the request 2, request, pad, route: words 1, reserved 1, path.
                let size = le16(data, 2).map_or(0, usize::from);
                let Some(request) = data.get(4..4 + size) else {
                    return context.malformed("embedded request longer than its carrier");
                };
                let route = data.get(4 + size + size % 2 + 2..).unwrap_or_default();
                self.request(request, Path::read(route).slot.or(unit), depth, context);
            }
            _ => {}
        }
    }

    /// An answer: service 1, reserved 1, general status 1, words of additional status 1, those, data.
    fn answer(&mut self, bytes: &[u8], at: Option<u64>, depth: usize, context: &mut Context<'_>) {
        let mut cursor = Cursor::new(bytes);
        let Some([service, _, status, words]) = cursor.array::<4>() else {
            return context.malformed("CIP answer without status");
        };
        if cursor.skip(2 * usize::from(words)).is_none() {
            return context.malformed("CIP status longer than the answer");
        }
        let (service, data) = (service & !ANSWER, cursor.rest());
        let mut failed = !matches!(status, 0 | PARTIAL);
        let asked = at.and_then(|at| self.recall(at)).copied();
        if let Some(carrier) = asked.filter(is_unconnected_send) {
            // Refused on the way, unless the request within has the same code: only the status tells those apart.
            let same = at.and_then(|at| self.recall(at + 1)).is_some_and(|inner| inner.service == service);
            let refused = service == services::UNCONNECTED_SEND && (!same || status == ROUTE_FAILED);
            let (operation, name) = carrier.meaning();
            context.answer(operation, name, Code::Hex8(carrier.service), refused);
            if !refused && depth < NESTING_MAX {
                self.answer(bytes, at.map(|at| at + 1), depth + 1, context);
            }
            return;
        }
        let asked = asked.filter(|asked| asked.service == service);
        let request = asked.unwrap_or(Request { service, ..Request::default() });
        if service == services::MULTIPLE {
            failed &= status != EMBEDDED_FAILED;
        }
        if request.pccc.is_some() {
            failed |= pccc::refused(data);
        }
        let (operation, name) = request.meaning();
        context.answer(operation, name, Code::Hex8(service), failed);
        if failed {
            return;
        }
        if request.pccc.is_some_and(|(operation, _)| operation == Operation::Identify) {
            pccc::identity(data, context);
        }
        if service == services::MULTIPLE && depth < NESTING_MAX {
            // Answers stand in the order of the requests.
            let mut next = asked.and(at).map(|at| at + 1);
            for_each(data, context, |part, context| {
                let within =
                    next.and_then(|at| self.recall(at)).map_or(0, |request| u64::from(request.within));
                self.answer(part, next, depth + 1, context);
                next = next.map(|at| at + 1 + within);
            });
        } else if let To::Class(class) = request.to {
            cip_identity::answer(service, class, request.attribute, data, context);
            self.opened(&request, data);
        }
    }

    /// A connection was opened: the first four bytes are the id under which the originator will send.
    fn opened(&mut self, request: &Request, data: &[u8]) {
        let (Some(slot), Some(id)) = (request.slot, le32(data, 0)) else { return };
        if self.connections.len() >= CONNECTIONS_MAX {
            self.connections.remove(0);
        }
        self.connections.push((id, slot));
    }
}

fn to(path: &Path<'_>) -> To {
    match path.class {
        _ if path.symbol => To::Tag,
        Some(class) => To::Class(u16::try_from(class).unwrap_or(u16::MAX)),
        None => To::Unknown,
    }
}

fn is_unconnected_send(request: &Request) -> bool {
    request.service == services::UNCONNECTED_SEND && request.to == To::Class(services::CONNECTION_MANAGER)
}

/// The parts of a multiple service packet: count 2, then an offset of 2 for each, from the count on.
fn for_each(data: &[u8], context: &mut Context<'_>, mut read: impl FnMut(&[u8], &mut Context<'_>)) {
    let Some(count) = le16(data, 0).map(usize::from) else {
        return context.malformed("multiple service packet without count");
    };
    for number in 0..count.min(EMBEDDED_MAX) {
        let offset = |number: usize| le16(data, 2 + 2 * number).map(usize::from);
        let Some(start) = offset(number).filter(|start| *start >= 2 + 2 * count) else {
            return context.malformed("offset outside the multiple service packet");
        };
        let end = if number + 1 < count { offset(number + 1) } else { Some(data.len()) };
        match end.and_then(|end| data.get(start..end)) {
            Some(part) => read(part, context),
            None => return context.malformed("offset outside the multiple service packet"),
        }
    }
}

/// The slot in the connection path of a Forward Open (CIP Volume 1, 3-5.5.2): 35 bytes stand before the path size, in
/// the large form 39.
fn opened_slot(service: u8, data: &[u8]) -> Option<u32> {
    let at = if service == 0x5b { 39 } else { 35 };
    let words = usize::from(byte(data, at)?);
    Path::read(data.get(at + 1..at + 1 + 2 * words)?).slot
}
