//! DHCP: hosts ask for an address and say who they are.
//!
//! Source: RFC 2131, RFC 2132, client name RFC 4702.

use std::net::Ipv4Addr;

use model::{Attribute, Code, Confidence, Family, Host, Mac, Operation, Role, Side, Subject};

use crate::cursor::{Cursor, be32, byte, text};
use crate::protocol::{Anywhere, Context, Dissector, Framing, On, Opening, Pending, Protocol, Verdict};
use crate::short_text::ShortText;

/// The entry of the protocol table.
pub const PROTOCOL: Protocol = Protocol {
    name: "dhcp",
    family: Family::Network,
    on: &[On::Udp(67)],
    anywhere: Anywhere::No,
    probe,
    start: || Box::new(Dhcp::default()),
};

/// Fixed part of BOOTP before the magic number (RFC 2131, 2).
const FIXED_BYTES: usize = 236;
/// Magic number before the options (RFC 2132, 2).
const MAGIC: u32 = 0x6382_5363;
/// Most options of one message.
const OPTIONS_MAX: usize = 128;

#[derive(Default)]
struct Dhcp {
    pending: Pending<u32, Asked>,
}

type Asked = (Operation, &'static str, Code);

/// The options that say something.
#[derive(Default)]
struct Options<'a> {
    kind: u8,
    name: &'a [u8],
    domain_name: &'a [u8],
    vendor_class: &'a [u8],
    routers: &'a [u8],
}

fn probe(opening: &Opening<'_>) -> Verdict {
    let fits =
        matches!(byte(opening.bytes, 0), Some(1 | 2)) && be32(opening.bytes, FIXED_BYTES) == Some(MAGIC);
    if fits { Verdict::Yes } else { Verdict::No }
}

impl Dissector for Dhcp {
    fn frame(&mut self, bytes: &[u8], _from: Side) -> Framing {
        Framing::Message(bytes.len())
    }

    fn message(&mut self, bytes: &[u8], context: &mut Context<'_>) {
        let mut cursor = Cursor::new(bytes);
        let head = (cursor.array::<4>(), cursor.be32(), cursor.skip(4));
        let addresses = (cursor.array::<4>(), cursor.array::<4>(), cursor.skip(4), cursor.array::<4>());
        let hardware = cursor.array::<6>();
        let (Some([operation, medium, hardware_bytes, _]), Some(transaction), _) = head else {
            return context.malformed("message cut short");
        };
        let ((Some(current), Some(given), _, Some(relay)), Some(hardware)) = (addresses, hardware) else {
            return context.malformed("message cut short");
        };
        if be32(bytes, FIXED_BYTES) != Some(MAGIC) {
            return context.malformed("no options");
        }
        let options = options(bytes.get(FIXED_BYTES + 4..).unwrap_or_default(), context);
        let client = (medium == 1 && hardware_bytes == 6 && !Mac(hardware).is_zero())
            .then_some(Subject::Other(Host::Mac(Mac(hardware))));
        let [current, given, relay] = [current, given, relay].map(Ipv4Addr::from);
        if operation == 1 {
            self.asked(transaction, &options, client, context);
        } else {
            let address = if given.is_unspecified() { current } else { given };
            self.answered(transaction, &options, client, address, context);
        }
        if !relay.is_unspecified() {
            tell_router(relay, "DHCP relay", context);
        }
    }
}

impl Dhcp {
    fn asked(
        &mut self,
        transaction: u32,
        options: &Options<'_>,
        client: Option<Subject>,
        context: &mut Context<'_>,
    ) {
        context.sender_asks();
        if let Some(client) = client {
            identity(options, client, context);
        }
        let asked = meaning(options.kind);
        context.request(asked.0, asked.1, asked.2);
        self.pending.asked(transaction, asked);
    }

    fn answered(
        &mut self,
        transaction: u32,
        options: &Options<'_>,
        client: Option<Subject>,
        address: Ipv4Addr,
        context: &mut Context<'_>,
    ) {
        // Who answers a broadcast is the server even where the answer goes to everybody.
        context.sender_answers();
        if let Some((operation, name, code)) = self.pending.answered(&transaction) {
            context.answer(operation, name, code, options.kind == 6);
        }
        if let Some(client) = client.filter(|_| options.kind == 5 && !address.is_unspecified()) {
            let text: ShortText<16> = ShortText::of(address);
            context.identity_of(
                client,
                Attribute::Ip,
                text.as_str(),
                "DHCP acknowledgement",
                Confidence::Stated,
            );
        }
        if let Some(router) = options.routers.first_chunk::<4>().filter(|_| options.kind == 5) {
            tell_router(Ipv4Addr::from(*router), "DHCP router option", context);
        }
    }
}

/// Message types (RFC 2132, 9.6) that a client sends. Answers share the code of what they answer.
fn meaning(kind: u8) -> Asked {
    let (operation, name) = match kind {
        0 => (Operation::Other, "bootp request"),
        1 => (Operation::Discover, "discover"),
        3 => (Operation::Other, "request"),
        4 => (Operation::Other, "decline"),
        7 => (Operation::Other, "release"),
        8 => (Operation::Other, "inform"),
        _ => (Operation::Other, "other message"),
    };
    (operation, name, Code::Decimal(u32::from(kind)))
}

/// Options (RFC 2132, 2): code 1, length 1, value; 0 pads, 255 ends.
fn options<'a>(bytes: &'a [u8], context: &mut Context<'_>) -> Options<'a> {
    let (mut cursor, mut options) = (Cursor::new(bytes), Options::default());
    let mut read = 0;
    while let Some(code) = cursor.u8() {
        if code == 0 {
            continue;
        }
        read += 1;
        if code == 255 || read > OPTIONS_MAX {
            break;
        }
        let Some(value) = cursor.u8().and_then(|length| cursor.take(usize::from(length))) else {
            context.malformed("option longer than the message");
            break;
        };
        match code {
            3 => options.routers = value,
            12 => options.name = value,
            53 => options.kind = value.first().copied().unwrap_or_default(),
            60 => options.vendor_class = value,
            81 => options.domain_name = value,
            _ => {}
        }
    }
    options
}

fn identity(options: &Options<'_>, client: Subject, context: &mut Context<'_>) {
    let name = text(options.name);
    context.identity_of(client, Attribute::Name, &name, "DHCP host name", Confidence::Stated);
    // RFC 4702, 2: flags 1, two reserved results, name; flag 0x04 says that the name is in the form of DNS.
    if let Some((&flags, rest)) = options.domain_name.split_first() {
        let encoded = rest.get(2..).unwrap_or_default();
        let full = if flags & 4 == 0 { text(encoded).into_owned() } else { labels(encoded) };
        if !full.is_empty() && !full.eq_ignore_ascii_case(&name) {
            context.identity_of(client, Attribute::Name, &full, "DHCP client name", Confidence::Stated);
        }
    }
    let class = text(options.vendor_class);
    if class.starts_with("MSFT ") {
        context.identity_of(client, Attribute::Os, "Windows", "DHCP vendor class", Confidence::Derived);
    } else {
        let confidence = Confidence::Derived;
        context.identity_of(client, Attribute::Description, &class, "DHCP vendor class", confidence);
    }
}

/// A name as labels of length 1 and text, without compression (RFC 1035, 3.1).
fn labels(bytes: &[u8]) -> String {
    let (mut cursor, mut name) = (Cursor::new(bytes), String::new());
    while let Some(label) = cursor.u8().filter(|&n| n > 0).and_then(|n| cursor.take(usize::from(n))) {
        if !name.is_empty() {
            name.push('.');
        }
        name.push_str(&text(label));
    }
    name
}

fn tell_router(ip: Ipv4Addr, source: &'static str, context: &mut Context<'_>) {
    if ip.is_unspecified() || ip.is_multicast() || ip.is_broadcast() {
        return;
    }
    let subject = Subject::Other(Host::Ip(ip.into()));
    context.identity_of(subject, Attribute::Role, Role::Router.as_str(), source, Confidence::Derived);
}
