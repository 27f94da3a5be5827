//! IEC 61850 MMS: protection relays and bay controllers, and TASE.2 between control centres.
//!
//! Source: ISO 9506-2 (services), carried by ISO session, presentation and ACSE over ISO transport (IEC 61850-8-1).

use model::{Attribute, Code, Family, Operation};

use crate::ber::{self, Walk};
use crate::cursor::text;
use crate::iso_transport::{self, Carried, Carrier};
use crate::protocol::{Anywhere, Context, On, Pending, Protocol, Verdict};

/// The entry of the protocol table.
pub const PROTOCOL: Protocol = Protocol {
    name: "mms",
    family: Family::Telecontrol,
    on: &[On::Tcp(102)],
    anywhere: Anywhere::Tcp,
    probe: |opening| iso_transport::probe(opening, judge),
    start: || Box::<Carrier<Mms>>::default(),
};

/// Session data: give tokens, data transfer (ITU-T X.225, 8.3).
const SESSION_DATA: &[u8] = &[0x01, 0x00, 0x01, 0x00];
/// Abstract syntax of MMS: 1.0.9506.2.1.
const ABSTRACT_SYNTAX: &[u8] = &[0x06, 0x05, 0x28, 0xca, 0x22, 0x02, 0x01];
/// User data of the presentation layer, fully encoded (ITU-T X.226, 8.4).
const PRESENTATION_DATA: u8 = 0x61;

const CONFIRMED_REQUEST: u8 = 0xa0;
const CONFIRMED_RESPONSE: u8 = 0xa1;
const CONFIRMED_ERROR: u8 = 0xa2;
const UNCONFIRMED: u8 = 0xa3;
/// Numbers of confirmed services.
const IDENTIFY: u32 = 2;
const READ: u32 = 4;
const WRITE: u32 = 5;
/// The results of a read, one for each value.
const ACCESS_RESULTS: u8 = 0xa1;
/// In place of a value, or of the confirmation that it was written: why not.
const DATA_ACCESS_ERROR: u8 = 0x80;

#[derive(Default)]
struct Mms {
    pending: Pending<i64, (Operation, &'static str, Code)>,
}

fn judge(payload: &[u8]) -> Verdict {
    let connect = matches!(payload, [0x0d | 0x0e, ..])
        && payload.windows(ABSTRACT_SYNTAX.len()).any(|window| window == ABSTRACT_SYNTAX);
    let data =
        payload.strip_prefix(SESSION_DATA).is_some_and(|rest| rest.first() == Some(&PRESENTATION_DATA));
    if connect || data || bare(payload) { Verdict::Yes } else { Verdict::No }
}

/// A unit directly on the transport, as small stacks send it: an element that fills the message, and in requests and
/// answers an invoke id first.
fn bare(payload: &[u8]) -> bool {
    let Some((unit, rest)) = ber::element(payload) else { return false };
    let numbered = Walk::new(unit.content).integer().is_some();
    rest.is_empty()
        && (matches!(unit.tag, 0xa8 | 0xa9)
            || matches!(unit.tag, CONFIRMED_REQUEST | CONFIRMED_RESPONSE) && numbered)
}

impl Carried for Mms {
    /// Session, presentation (a list of context 1 and content), then the unit.
    fn message(&mut self, bytes: &[u8], context: &mut Context<'_>) {
        let unit = bytes.strip_prefix(SESSION_DATA).map_or_else(
            || ber::element(bytes).map(|(unit, _)| unit).filter(|_| matches!(bytes, [0xa0..=0xaf, ..])),
            presented,
        );
        let Some(unit) = unit else {
            // Connecting and giving up speak other languages than data.
            if bytes.starts_with(SESSION_DATA) {
                context.malformed("presentation data cut short");
            }
            return;
        };
        let content = Walk::new(unit.content);
        match unit.tag {
            CONFIRMED_REQUEST => self.request(content, context),
            CONFIRMED_RESPONSE => self.answer(content, context),
            CONFIRMED_ERROR => self.error(content, context),
            UNCONFIRMED => context.answer(Operation::Report, "information report", Code::None, false),
            _ => {}
        }
    }
}

impl Mms {
    fn request(&mut self, mut content: Walk<'_>, context: &mut Context<'_>) {
        let Some(id) = content.integer() else { return context.malformed("request without invoke id") };
        // Modifiers may stand between the id and the service.
        let Some(service) = std::iter::from_fn(|| content.any()).find(|element| element.tag & 0xc0 == 0x80)
        else {
            return context.malformed("request without service");
        };
        let (operation, name) = meaning(service.number, service.content);
        let code = Code::Decimal(service.number);
        context.request(operation, name, code);
        self.pending.asked(id, (operation, name, code));
    }

    fn answer(&mut self, mut content: Walk<'_>, context: &mut Context<'_>) {
        let id = content.integer();
        let service = content.any().filter(|service| service.tag & 0xc0 == 0x80);
        if let Some((operation, name, code)) = id.and_then(|id| self.pending.answered(&id)) {
            let failed = service.is_some_and(|service| is_value_refused(service.number, service.content));
            context.answer(operation, name, code, failed);
        }
        if let Some(service) = service.filter(|service| service.number == IDENTIFY) {
            identify(service.content, context);
        }
    }

    fn error(&mut self, mut content: Walk<'_>, context: &mut Context<'_>) {
        let id = content.any().and_then(|element| ber::integer(element.content));
        if let Some((operation, name, code)) = id.and_then(|id| self.pending.answered(&id)) {
            context.answer(operation, name, code, true);
        }
    }
}

/// The unit inside presentation data: a list of context 1 and content.
fn presented(rest: &[u8]) -> Option<ber::Element<'_>> {
    let list = Walk::new(rest).take(PRESENTATION_DATA)?;
    let mut item = Walk::new(Walk::new(list).take(ber::SEQUENCE)?);
    item.integer()?;
    Walk::new(item.take(0xa0)?).any()
}

/// True when the device refused one of the values that were read or written: the answer as a whole is positive even
/// then (ISO 9506-2, Read-Response and Write-Response).
fn is_value_refused(service: u32, content: &[u8]) -> bool {
    let results = match service {
        WRITE => content,
        // Before the results, the request may be repeated.
        READ => {
            let results = ber::elements(content).find(|element| element.tag == ACCESS_RESULTS);
            results.map_or(&[][..], |element| element.content)
        }
        _ => return false,
    };
    ber::elements(results).any(|result| result.tag == DATA_ACCESS_ERROR)
}

/// Vendor, model, revision (ISO 9506-2, 9.2).
fn identify(content: &[u8], context: &mut Context<'_>) {
    for element in ber::elements(content).take(8) {
        let attribute = match element.tag {
            0x80 => Attribute::Vendor,
            0x81 => Attribute::Product,
            0x82 => Attribute::Firmware,
            _ => continue,
        };
        context.identity(attribute, &text(element.content), "MMS Identify");
    }
}

/// Confirmed services by number. A write to a settings or report-control attribute configures; others control.
fn meaning(service: u32, content: &[u8]) -> (Operation, &'static str) {
    match service {
        0 => (Operation::Diagnose, "status"),
        1 => (Operation::Discover, "get name list"),
        IDENTIFY => (Operation::Identify, "identify"),
        3 => (Operation::Configure, "rename"),
        READ => (Operation::Read, "read"),
        WRITE if configures(content) => (Operation::Configure, "write settings"),
        WRITE => (Operation::Write, "write"),
        6 => (Operation::Discover, "get variable access attributes"),
        11 => (Operation::Configure, "define data set"),
        12 => (Operation::Discover, "get data set"),
        13 => (Operation::Configure, "delete data set"),
        19 | 20 => (Operation::Other, "control of a resource"),
        26..=28 => (Operation::LoadProgram, "download sequence"),
        29..=31 => (Operation::ReadProgram, "upload sequence"),
        32 | 34 => (Operation::LoadProgram, "domain download"),
        33 | 35 => (Operation::ReadProgram, "domain upload"),
        36 => (Operation::LoadProgram, "delete domain"),
        37 => (Operation::Discover, "get domain attributes"),
        38 | 39 => (Operation::LoadProgram, "program invocation"),
        40 => (Operation::Start, "start"),
        41 => (Operation::Stop, "stop"),
        42 => (Operation::Start, "resume"),
        43 => (Operation::Reset, "reset"),
        44 => (Operation::Stop, "kill"),
        45 => (Operation::Diagnose, "get program invocation attributes"),
        46 => (Operation::Transfer, "obtain file"),
        62 => (Operation::Write, "alter event"),
        63..=65 => (Operation::Read, "read journal or alarms"),
        71 => (Operation::Discover, "get capability list"),
        72..=77 => (Operation::Transfer, "file service"),
        _ => (Operation::Other, "other service"),
    }
}

/// Functional constraints of settings and report control (IEC 61850-7-2, 5.5; IEC 61850-8-1, 7.3.3).
fn configures(content: &[u8]) -> bool {
    const CONSTRAINTS: &[&[u8; 4]] = &[b"$RP$", b"$BR$", b"$GO$", b"$SP$", b"$SE$", b"$CF$"];
    content.windows(4).any(|window| CONSTRAINTS.iter().any(|constraint| window == *constraint))
}
