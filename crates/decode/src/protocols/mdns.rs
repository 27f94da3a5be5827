//! Multicast DNS: hosts tell their own name and services to everybody on the link.
//!
//! Source: RFC 6762, services RFC 6763.

use model::{Attribute, Code, Confidence, Family, Host, Object, Operation, Side, Subject};

use crate::dns_message::{self, Record, TYPE_HINFO, TYPE_TXT};
use crate::protocol::{Anywhere, Context, Dissector, Framing, On, Protocol};

/// The entry of the protocol table.
pub const PROTOCOL: Protocol = Protocol {
    name: "mdns",
    family: Family::Discovery,
    on: &[On::Udp(5353)],
    anywhere: Anywhere::No,
    probe: |opening| dns_message::probe(opening, |header| header.operation() == 0),
    start: || Box::new(Mdns),
};

/// Most strings of one text record.
const STRINGS_MAX: usize = 32;

struct Mdns;

impl Dissector for Mdns {
    fn frame(&mut self, bytes: &[u8], _from: Side) -> Framing {
        Framing::Message(bytes.len())
    }

    fn message(&mut self, bytes: &[u8], context: &mut Context<'_>) {
        let Some((header, question, at)) = dns_message::head(bytes, context) else { return };
        if !header.is_response() {
            let asked = question.map(|question| question.name).unwrap_or_default();
            let object = Object::Named { space: "name", name: asked.as_str() };
            return context.request_of(Operation::Discover, "query", Code::Decimal(0), None, object);
        }
        context.request(Operation::Identify, "announce", Code::None);
        let mut read = 0;
        for record in dns_message::records(bytes, header, at) {
            read += 1;
            tell(&record, context);
        }
        let stated: usize = header.records.iter().map(|&count| usize::from(count)).sum();
        if read < stated.min(dns_message::RECORDS_MAX) {
            context.malformed("record cut short");
        }
    }
}

fn tell(record: &Record<'_>, context: &mut Context<'_>) {
    let owner = record.name.as_str();
    if let Some(ip) = record.address().filter(|ip| !ip.is_unspecified() && !ip.is_loopback()) {
        let name = owner.strip_suffix(".local").unwrap_or(owner);
        let subject = Subject::Other(Host::Ip(ip));
        return context.identity_of(subject, Attribute::Name, name, "mDNS address", Confidence::Stated);
    }
    let derived = |attribute, value: &str, source, context: &mut Context<'_>| {
        context.identity_of(Subject::Sender, attribute, value, source, Confidence::Derived);
    };
    match record.kind {
        // Processor, then operating system (RFC 1035, 3.3.2).
        TYPE_HINFO => {
            if let Some(os) = dns_message::strings(record.data).nth(1) {
                derived(Attribute::Os, &os, "mDNS host information", context);
            }
        }
        TYPE_TXT => {
            for entry in dns_message::strings(record.data).take(STRINGS_MAX) {
                let Some((key, value)) = entry.split_once('=') else { continue };
                if let Some(attribute) = property(key) {
                    derived(attribute, value, "mDNS service text", context);
                }
            }
        }
        _ => {}
    }
}

/// Keys in service texts that makers use for the device itself: printers, cameras, `_device-info`.
fn property(key: &str) -> Option<Attribute> {
    let is = |known: &str| key.eq_ignore_ascii_case(known);
    match key {
        _ if is("model") || is("md") || is("ty") || is("product") => Some(Attribute::Product),
        _ if is("manufacturer") || is("vendor") || is("usb_MFG") => Some(Attribute::Vendor),
        _ if is("fw") || is("fv") || is("firmware") || is("fwversion") => Some(Attribute::Firmware),
        _ if is("serialnumber") || is("serial") || is("sn") => Some(Attribute::Serial),
        _ => None,
    }
}
