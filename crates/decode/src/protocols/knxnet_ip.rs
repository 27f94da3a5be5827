//! KNXnet/IP: lights, blinds, heating and ventilation behind KNX interfaces and routers.
//!
//! Source: KNX Standard 3/8 (KNXnet/IP), 3/6/3 (cEMI), 3/3/7 (application layer).

use model::{Code, Family, Object, Operation, OperationSighting, Protection, Side, Step};

use super::knxnet_ip_identity as identity;
use crate::cursor::{Cursor, be16, byte};
use crate::protocol::{Anywhere, Context, Dissector, Framing, On, Opening, Pending, Protocol, Verdict};
use crate::short_text::ShortText;

/// The entry of the protocol table.
pub const PROTOCOL: Protocol = Protocol {
    name: "knxnet-ip",
    family: Family::Building,
    on: &[On::Udp(3671), On::Tcp(3671)],
    anywhere: Anywhere::Both,
    probe,
    start: || Box::new(KnxnetIp::default()),
};

/// Length of the header, version 1.0, service 2, total length 2.
const HEADER_BYTES: usize = 6;
/// First two bytes of every message.
const MAGIC: [u8; 2] = [6, 0x10];
/// Longest message that is believed.
const MESSAGE_BYTES_MAX: usize = 1024;
/// Length, channel, sequence and status before what a tunnel carries.
const CONNECTION_BYTES: usize = 4;
/// A control endpoint: length, protocol, address, port.
const ENDPOINT_BYTES: usize = 8;

#[derive(Default)]
struct KnxnetIp {
    encrypted: bool,
    /// By service of the answer, channel and sequence.
    pending: Pending<(u16, u8, u8), (Operation, &'static str, Code)>,
}

/// Service and length of the message that begins here.
fn head(bytes: &[u8]) -> Option<(u16, usize)> {
    let (service, length) = (be16(bytes, 2)?, usize::from(be16(bytes, 4)?));
    let known = matches!(service >> 8, 0x02..=0x05 | 0x07 | 0x09);
    let fits = (HEADER_BYTES..=MESSAGE_BYTES_MAX).contains(&length);
    (bytes.starts_with(&MAGIC) && known && fits).then_some((service, length))
}

fn probe(opening: &Opening<'_>) -> Verdict {
    match head(opening.bytes) {
        Some((service, length))
            if opening.at_home || length == opening.bytes.len() && answer_of(service).is_some() =>
        {
            Verdict::Yes
        }
        _ => Verdict::No,
    }
}

impl Dissector for KnxnetIp {
    fn frame(&mut self, bytes: &[u8], _from: Side) -> Framing {
        if bytes.len() < HEADER_BYTES
            && MAGIC.starts_with(bytes.get(..bytes.len().min(2)).unwrap_or_default())
        {
            return Framing::More;
        }
        match head(bytes) {
            Some((_, length)) => Framing::Message(length),
            None => {
                let begins = |at: &usize| bytes.get(*at..).is_some_and(|rest| head(rest).is_some());
                (1..bytes.len()).find(begins).map_or(Framing::Foreign, Framing::Skip)
            }
        }
    }

    fn message(&mut self, bytes: &[u8], context: &mut Context<'_>) {
        let Some((service, _)) = head(bytes) else { return };
        let body = bytes.get(HEADER_BYTES..).unwrap_or_default();
        let code = Code::Hex16(service);
        if service == 0x0950 && !self.encrypted {
            self.encrypted = true;
            context.protection(Protection::Encrypted, "KNX IP Secure", false);
        }
        let is_asked = answer_of(service).is_some();
        match is_asked {
            true if matches!(service >> 8, 0x02) => context.sender_asks(),
            false if matches!(service, 0x0202..=0x020c) => context.sender_answers(),
            _ => {}
        }
        self.answered(service, body, context);
        let mut group = ShortText::default();
        let (operation, name, unit) = match service {
            0x0310 | 0x0420 => {
                telegram(body.get(CONNECTION_BYTES..).unwrap_or_default(), &mut group, context)
            }
            0x0530 | 0x0533 => telegram(body, &mut group, context),
            _ => {
                let (operation, name) = meaning(service);
                (operation, name, None)
            }
        };
        let object = match group.as_str() {
            "" => Object::None,
            name => Object::Named { space: "group", name },
        };
        context.operation(OperationSighting { operation, name, code, unit, object, step: Step::Request });
        if let Some(answer) = answer_of(service) {
            let (channel, sequence) = key(service, body);
            self.pending.asked((answer, channel, sequence), (operation, name, code));
        }
        match service {
            0x0202 | 0x020c => identity::blocks(body.get(ENDPOINT_BYTES..).unwrap_or_default(), context),
            0x0204 => identity::blocks(body, context),
            _ => {}
        }
    }
}

impl KnxnetIp {
    /// Pairs an answer with what was asked.
    fn answered(&mut self, service: u16, body: &[u8], context: &mut Context<'_>) {
        let (channel, sequence) = key(service, body);
        let Some((operation, name, code)) = self.pending.answered(&(service, channel, sequence)) else {
            return;
        };
        let status = match service {
            0x0206 | 0x0208 | 0x020a => byte(body, 1),
            0x0311 | 0x0421 | 0x0423 => byte(body, 3),
            _ => None,
        };
        context.answer(operation, name, code, status.is_some_and(|status| status != 0));
    }
}

/// What names an exchange inside a conversation: channel and sequence of a tunnel, else nothing.
fn key(service: u16, body: &[u8]) -> (u8, u8) {
    match service {
        0x0310 | 0x0311 | 0x0420..=0x0425 => (byte(body, 1).unwrap_or(0), byte(body, 2).unwrap_or(0)),
        _ => (0, 0),
    }
}

/// The service that answers a request.
fn answer_of(service: u16) -> Option<u16> {
    Some(match service {
        0x0201 | 0x0203 | 0x0205 | 0x0207 | 0x0209 | 0x020b => service + 1,
        0x0310 | 0x0420 | 0x0422 | 0x0740 | 0x0951 => service + 1,
        0x0424 => 0x0423,
        0x0953 => 0x0954,
        _ => return None,
    })
}

/// Services (3/8/1, 2.3).
fn meaning(service: u16) -> (Operation, &'static str) {
    match service {
        0x0201 => (Operation::Discover, "search request"),
        0x0202 => (Operation::Identify, "search response"),
        0x0203 => (Operation::Discover, "description request"),
        0x0204 => (Operation::Identify, "description response"),
        0x0205 => (Operation::Other, "connect request"),
        0x0206 => (Operation::Other, "connect response"),
        0x0207 => (Operation::Other, "connection state request"),
        0x0208 => (Operation::Other, "connection state response"),
        0x0209 => (Operation::Other, "disconnect request"),
        0x020a => (Operation::Other, "disconnect response"),
        0x020b => (Operation::Discover, "extended search request"),
        0x020c => (Operation::Identify, "extended search response"),
        0x0311 => (Operation::Other, "configuration acknowledgement"),
        0x0421 => (Operation::Other, "tunnelling acknowledgement"),
        0x0422 => (Operation::Read, "get tunnelling feature"),
        0x0423 => (Operation::Report, "tunnelling feature"),
        0x0424 => (Operation::Configure, "set tunnelling feature"),
        0x0425 => (Operation::Report, "tunnelling feature info"),
        0x0531 => (Operation::Report, "telegrams lost"),
        0x0532 => (Operation::Report, "router busy"),
        0x0740 => (Operation::Diagnose, "remote diagnostic request"),
        0x0741 => (Operation::Diagnose, "remote diagnostic response"),
        0x0742 => (Operation::Configure, "remote configuration"),
        0x0743 => (Operation::Reset, "remote reset"),
        0x0951..=0x0954 => (Operation::LogIn, "secure session"),
        0x0950 => (Operation::Other, "encrypted"),
        0x0955 => (Operation::Other, "timer"),
        _ => (Operation::Other, "other service"),
    }
}

/// cEMI (3/6/3, 4.1): code 1, additional information with its length 1; then a telegram or a property.
fn telegram(
    bytes: &[u8],
    group: &mut ShortText<16>,
    context: &mut Context<'_>,
) -> (Operation, &'static str, Option<u32>) {
    let mut cursor = Cursor::new(bytes);
    let Some(code) = cursor.u8() else {
        context.malformed("no telegram inside");
        return (Operation::Other, "nothing inside", None);
    };
    match code {
        0xfc => return (Operation::Read, "read property", None),
        0xfb => return (Operation::Report, "property", None),
        0xf6 => return (Operation::Configure, "write property", None),
        0xf5 => return (Operation::Report, "property written", None),
        0xf7 => return (Operation::Report, "property changed", None),
        0xf1 => return (Operation::Reset, "reset", None),
        0xf0 => return (Operation::Report, "was reset", None),
        0x11 | 0x29 | 0x2e => {}
        _ => return (Operation::Other, "other telegram", None),
    }
    let more = cursor.u8().map_or(0, usize::from);
    let fields = (cursor.skip(more), cursor.u8(), cursor.u8(), cursor.be16(), cursor.be16(), cursor.u8());
    let (Some(()), Some(_), Some(control), Some(_), Some(to), Some(length)) = fields else {
        context.malformed("telegram cut short");
        return (Operation::Other, "telegram", None);
    };
    let unit = if control & 0x80 != 0 {
        *group = ShortText::of(format_args!("{}/{}/{}", to >> 11, to >> 8 & 7, to & 0xff));
        None
    } else {
        Some(u32::from(to))
    };
    // Control telegrams of a connection carry no service.
    let service = (length > 0).then(|| cursor.be16()).flatten().map(|service| service >> 6 & 0x0f);
    let (operation, name) = application(service, code == 0x11);
    (operation, name, unit)
}

/// Application services (3/3/7, 3). Who sends into the bus writes; what the bus says is told.
fn application(service: Option<u16>, is_sent: bool) -> (Operation, &'static str) {
    match (service, is_sent) {
        (Some(0), _) => (Operation::Read, "read group value"),
        (Some(1), _) => (Operation::Report, "group value"),
        (Some(2), true) => (Operation::Write, "write group value"),
        (Some(2), false) => (Operation::Report, "group value written"),
        (Some(3), true) => (Operation::Configure, "write individual address"),
        (Some(4), true) => (Operation::Discover, "read individual address"),
        (Some(8), true) => (Operation::ReadProgram, "read memory"),
        (Some(10), true) => (Operation::LoadProgram, "write memory"),
        (Some(12), _) => (Operation::Identify, "read device descriptor"),
        (Some(13), _) => (Operation::Identify, "device descriptor"),
        (Some(14), true) => (Operation::Reset, "restart device"),
        (Some(15), true) => (Operation::Configure, "property or key"),
        (Some(_), true) => (Operation::Other, "other telegram"),
        (Some(_), false) => (Operation::Report, "other telegram"),
        (None, _) => (Operation::Other, "connection of two devices"),
    }
}
