//! Who OPC UA servers and clients are, and who logs in: applications, certificates, build information, user tokens.
//!
//! Source: OPC 10000-4, 5.4 (discovery), 5.6 (sessions), 7.1 (application description), 7.36 (user identity tokens);
//! OPC 10000-5, 12.4 (build information), annex on node ids of the Server object.

use model::{Attribute, Confidence, Object, Protection, Role, Subject, Weakness};

use super::opcua_types::{NodeId, Value, count, data_value, extension, localized, node_id, string};
use crate::cursor::{Cursor, text};
use crate::default_credentials;
use crate::protocol::Context;

/// Most applications, endpoints or values read of one answer.
const ITEMS_MAX: usize = 64;
const SOURCE: &str = "OPC UA application description";
const BUILD_SOURCE: &str = "OPC UA build information";

/// What a place in a Read's answer will hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// Nothing of interest.
    No,
    /// A property of the server as text, and how far it can be trusted.
    Text(Attribute, Confidence),
    /// A structure with build information.
    Build,
}

/// What a Read is about: its first node, and the identity values among its nodes. No identity value: empty.
pub fn read<'a>(body: &mut Cursor<'a>, most: usize) -> Option<(Object<'a>, Vec<Wanted>)> {
    body.skip(12)?;
    let nodes = count(body)?;
    let mut first = None;
    let mut wanted = Vec::new();
    for place in 0..nodes.min(most) {
        let node = node_id(body)?;
        first = first.or(Some(node));
        let value = body.le32()? == 13;
        string(body)?;
        body.skip(2)?;
        string(body)?;
        let kind = if value { identity_of(node) } else { Wanted::No };
        // Cyclic reads of process values cost no memory: the list begins with the first value of interest.
        if kind != Wanted::No {
            wanted.resize(place, Wanted::No);
            wanted.push(kind);
        }
    }
    Some((first.map_or(Object::None, object), wanted))
}

fn identity_of(node: NodeId<'_>) -> Wanted {
    match node {
        NodeId::Number(0, 2256 | 2260) => Wanted::Build,
        NodeId::Number(0, 2261) => Wanted::Text(Attribute::Product, Confidence::Stated),
        NodeId::Number(0, 2262) => Wanted::Text(Attribute::Software, Confidence::Derived),
        NodeId::Number(0, 2263) => Wanted::Text(Attribute::Vendor, Confidence::Stated),
        NodeId::Number(0, 2264) => Wanted::Text(Attribute::Firmware, Confidence::Stated),
        NodeId::Number(0, 2265) => Wanted::Text(Attribute::Firmware, Confidence::Derived),
        _ => Wanted::No,
    }
}

fn object(node: NodeId<'_>) -> Object<'_> {
    match node {
        NodeId::Number(namespace, id) => Object::Block {
            space: "ns",
            block: u32::from(namespace),
            first: u64::from(id),
            last: u64::from(id),
        },
        NodeId::Name(_, name) => {
            std::str::from_utf8(name).map_or(Object::None, |name| Object::Named { space: "node", name })
        }
        NodeId::Opaque => Object::None,
    }
}

/// The first node of a list that begins after `skip` bytes.
pub fn first_node<'a>(body: &mut Cursor<'a>, skip: usize) -> Option<Object<'a>> {
    body.skip(skip)?;
    count(body)?;
    node_id(body).map(object)
}

/// The first method of a Call: object, then method.
pub fn called_method<'a>(body: &mut Cursor<'a>) -> Option<Object<'a>> {
    count(body)?;
    node_id(body)?;
    node_id(body).map(object)
}

/// The values that a Read asked for.
pub fn values(wanted: &[Wanted], body: &mut Cursor<'_>, context: &mut Context<'_>) {
    let Some(results) = count(body) else { return };
    for (wanted, _) in wanted.iter().zip(0..results) {
        let Some(value) = data_value(body) else { return };
        match (wanted, value) {
            (Wanted::Text(attribute, confidence), Value::Text(value)) => {
                told(*attribute, value, *confidence, context);
            }
            // Server status: two times and the state come before the build information.
            (Wanted::Build, Value::Structure(NodeId::Number(0, 864), body)) => {
                build(body.get(20..).unwrap_or_default(), context)
            }
            (Wanted::Build, Value::Structure(_, body)) => build(body, context),
            _ => {}
        }
    }
}

/// Build information: product URI, maker, product, software version, build number. The number counts builds of one
/// version, so it is the firmware only where no version is told; the URI names software, not a product.
fn build(body: &[u8], context: &mut Context<'_>) {
    const PARTS: [(Attribute, Confidence); 5] = [
        (Attribute::Software, Confidence::Derived),
        (Attribute::Vendor, Confidence::Stated),
        (Attribute::Product, Confidence::Stated),
        (Attribute::Firmware, Confidence::Stated),
        (Attribute::Firmware, Confidence::Derived),
    ];
    let mut cursor = Cursor::new(body);
    for (attribute, confidence) in PARTS {
        told(attribute, string(&mut cursor).unwrap_or_default(), confidence, context);
    }
}

fn told(attribute: Attribute, value: &[u8], confidence: Confidence, context: &mut Context<'_>) {
    context.identity_of(Subject::Sender, attribute, &text(value), BUILD_SOURCE, confidence);
}

/// An application description: application URI, product URI, name, type, gateway, profile, addresses.
pub fn application(body: &mut Cursor<'_>, context: &mut Context<'_>) {
    let fields = (string(body), string(body), localized(body), body.le32(), string(body), string(body));
    let (Some(uri), Some(product), Some(name), Some(kind), Some(_), Some(_)) = fields else { return };
    let Some(addresses) = count(body) else { return };
    for _ in 0..addresses {
        if string(body).is_none() {
            return;
        }
    }
    let mut tell = |attribute, value: &[u8], confidence| {
        context.identity_of(Subject::Sender, attribute, &text(value), SOURCE, confidence);
    };
    tell(Attribute::Software, name, Confidence::Stated);
    tell(Attribute::Software, product, Confidence::Derived);
    tell(Attribute::Description, uri, Confidence::Derived);
    if matches!(kind, 0 | 2 | 3) {
        tell(Attribute::Role, Role::Server.as_str().as_bytes(), Confidence::Derived);
    }
}

/// The answer to FindServers. Only its first entry is the sender itself.
pub fn applications(body: &mut Cursor<'_>, context: &mut Context<'_>) {
    if count(body).is_some_and(|count| count > 0) {
        application(body, context);
    }
}

/// The answer to GetEndpoints: address, application, certificate, mode 4, policy ...
pub fn endpoints(body: &mut Cursor<'_>, context: &mut Context<'_>) {
    if count(body).is_some_and(|count| count > 0) && string(body).is_some() {
        application(body, context);
        if let Some(der) = string(body) {
            certificate(der, context);
        }
    }
}

/// The answer to CreateSession: session, token, time-out 8, nonce, certificate, endpoints.
pub fn session(body: &mut Cursor<'_>, context: &mut Context<'_>) {
    let head = (node_id(body), node_id(body), body.skip(8), string(body), string(body));
    if let (Some(_), Some(_), Some(()), Some(_), Some(_)) = head {
        endpoints(body, context);
    }
}

/// ActivateSession: signature of the client, its software certificates, languages, then who logs in.
pub fn activate(body: &mut Cursor<'_>, channel: Protection, context: &mut Context<'_>) {
    let Some((kind, token)) = user_token(body) else { return };
    let mut token = Cursor::new(token);
    let _policy = string(&mut token);
    match kind {
        NodeId::Number(0, 321) => context.credential("session", None, channel, Weakness::Anonymous),
        NodeId::Number(0, 324) => {
            let (Some(user), Some(secret), Some(algorithm)) =
                (string(&mut token), string(&mut token), string(&mut token))
            else {
                return context.malformed("user token cut short");
            };
            let user = text(user);
            let (protection, weakness) = if algorithm.is_empty() {
                (channel, default_credentials::weakness(Some(&user), secret))
            } else {
                (Protection::Encrypted, Weakness::None)
            };
            context.credential("password", Some(&user), protection, weakness);
        }
        NodeId::Number(0, 327) => context.credential("certificate", None, channel, Weakness::None),
        _ => {}
    }
}

fn user_token<'a>(body: &mut Cursor<'a>) -> Option<(NodeId<'a>, &'a [u8])> {
    string(body)?;
    string(body)?;
    for _ in 0..count(body)?.min(ITEMS_MAX) {
        string(body)?;
        string(body)?;
    }
    for _ in 0..count(body)?.min(ITEMS_MAX) {
        string(body)?;
    }
    extension(body)
}

/// Names in a certificate: the common name of its subject. Visible even when messages are encrypted.
pub fn certificate(der: &[u8], context: &mut Context<'_>) {
    if let Some(name) = crate::certificate::common_name(der) {
        context.identity_of(
            Subject::Sender,
            Attribute::Certificate,
            &name,
            "OPC UA certificate",
            Confidence::Stated,
        );
    }
}
