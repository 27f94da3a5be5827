//! What a protocol is to the rest of decoding, and what a dissector may say.
//!
//! A protocol is one file below `protocols/` and one entry in its table. It tells where it is at home, how to
//! recognise it by content, how to cut a byte stream into messages, and what a message says.

use std::collections::VecDeque;
use std::net::IpAddr;

use model::{
    Attribute, Certainty, Code, Confidence, CredentialSighting, Evidence, Family, FlowId, IdentitySighting,
    Mac, Object, Observer, Operation, OperationSighting, Protection, ProtectionSighting, Side, Sighting,
    Step, Subject, Timestamp, Weakness,
};

/// Where a protocol is at home.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum On {
    /// A TCP port.
    Tcp(u16),
    /// A UDP port.
    Udp(u16),
    /// Directly on Ethernet.
    EtherType(u16),
    /// On IEEE 802.2 SNAP with this organisation code and protocol id.
    Snap(u32, u16),
    /// On IEEE 802.2 LLC with this destination access point.
    Llc(u8),
    /// Directly on IP with this protocol number.
    Ip(u8),
}

/// On which transports a protocol may be recognised by content away from its own ports.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Anywhere {
    /// Its content is too weak to be recognised elsewhere.
    No,
    /// On any TCP port.
    Tcp,
    /// On any UDP port.
    Udp,
    /// On any TCP or UDP port.
    Both,
}

/// One protocol: an entry of the table that the product, the fuzz targets and the documentation walk.
pub struct Protocol {
    /// Its stable name: lower case with hyphens.
    pub name: &'static str,
    /// Its trade.
    pub family: Family,
    /// Where it is at home.
    pub on: &'static [On],
    /// Whether it is recognised elsewhere too.
    pub anywhere: Anywhere,
    /// Judges the first bytes of one direction of a flow. A protocol is accepted when a magic or two independent
    /// fields agree and the length fits.
    pub probe: fn(&Opening<'_>) -> Verdict,
    /// A dissector for a new flow.
    pub start: fn() -> Box<dyn Dissector>,
}

/// The first bytes of one direction of a flow, as far as they have come.
#[derive(Debug, Clone, Copy)]
pub struct Opening<'a> {
    /// The bytes; for a datagram or Ethernet frame, the whole payload.
    pub bytes: &'a [u8],
    /// True when the flow uses one of the protocol's own ports.
    pub at_home: bool,
    /// True when the bytes come from the side that is taken for the initiator.
    pub from_initiator: bool,
    /// True for TCP: more bytes may follow.
    pub stream: bool,
}

/// What a protocol says of first bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// These are mine.
    Yes,
    /// They may be; ask again with more bytes (of this direction, from its beginning).
    Maybe,
    /// Not mine.
    No,
}

/// How the next bytes of a stream are cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Framing {
    /// A message of so many bytes (at least 1) begins here. When fewer are there yet, the engine waits.
    Message(usize),
    /// A message of `total` bytes begins here, of which only the first `deliver` are worth waiting for.
    Head {
        /// Bytes handed to the dissector.
        deliver: usize,
        /// Length of the whole message.
        total: usize,
    },
    /// Steps over so many bytes (at least 1), also when they have not come yet.
    Skip(usize),
    /// Cannot tell before more bytes have come.
    More,
    /// Not a message of this protocol. What came is dropped and counted as malformed; reading goes on with the next segment.
    Foreign,
}

/// Reads one flow. State is per flow; both directions come to the same dissector.
pub trait Dissector: Send {
    /// Cuts the next message off `bytes` of one direction. `bytes` is never empty. For datagrams it is called too,
    /// with what is left of the payload; a message longer than that is malformed.
    fn frame(&mut self, bytes: &[u8], from: Side) -> Framing;
    /// Tells what a message says.
    fn message(&mut self, bytes: &[u8], context: &mut Context<'_>);
    /// Bytes of one direction are missing: the next bytes need not continue the last message.
    fn gap(&mut self, from: Side) {
        let _ = from;
    }
}

/// Who started a flow, as far as known.
#[derive(Debug, Clone, Copy)]
pub struct Orientation {
    /// The side taken for the initiator.
    pub initiator: Side,
    /// How that was decided.
    pub evidence: Evidence,
}

/// What a dissector knows of a message's surroundings, and its only mouth.
pub struct Context<'a> {
    /// When the frame that completed the message was captured.
    pub at: Timestamp,
    /// Who sent the message.
    pub from: Side,
    /// True when the capture cut the frame, so that missing bytes are nobody's fault.
    pub truncated: bool,
    pub(crate) flow: FlowId,
    pub(crate) vlan: Option<u16>,
    pub(crate) orientation: &'a mut Orientation,
    pub(crate) malformed: &'a mut u64,
    pub(crate) observer: &'a mut dyn Observer,
}

impl Context<'_> {
    /// True when the sender is taken for the initiator of the conversation.
    pub fn from_initiator(&self) -> bool {
        self.from == self.orientation.initiator
    }

    /// True when the side is beyond doubt: the opening was seen or content has shown it.
    pub fn is_sure(&self) -> bool {
        self.orientation.evidence >= Evidence::Content
    }

    /// Content shows that the sender asks. An opening handshake outweighs it.
    pub fn sender_asks(&mut self) {
        self.orient(self.from);
    }

    /// Content shows that the sender answers. An opening handshake outweighs it.
    pub fn sender_answers(&mut self) {
        self.orient(self.from.other());
    }

    /// A well-known port says more of who opened a connection than who asks first: both ends of a telecontrol link
    /// may open it.
    fn orient(&mut self, initiator: Side) {
        let agrees = self.orientation.initiator == initiator;
        if self.orientation.evidence < Evidence::Content
            && (agrees || self.orientation.evidence < Evidence::KnownPort)
        {
            *self.orientation = Orientation { initiator, evidence: Evidence::Content };
            self.observer.oriented(self.flow, initiator, Evidence::Content);
        }
    }

    /// An operation was asked for, answered, refused or reported by the sender.
    pub fn operation(&mut self, sighting: OperationSighting<'_>) {
        self.tell(Sighting::Operation(sighting));
    }

    /// A request without unit or object.
    pub fn request(&mut self, operation: Operation, name: &'static str, code: Code) {
        self.request_of(operation, name, code, None, Object::None);
    }

    /// A request to a unit, about an object.
    pub fn request_of(
        &mut self,
        operation: Operation,
        name: &'static str,
        code: Code,
        unit: Option<u32>,
        object: Object<'_>,
    ) {
        self.operation(OperationSighting { operation, name, code, unit, object, step: Step::Request });
    }

    /// The answer to a request told before with the same operation, name and code.
    pub fn answer(&mut self, operation: Operation, name: &'static str, code: Code, failed: bool) {
        let step = if failed { Step::Failure } else { Step::Answer };
        self.operation(OperationSighting { operation, name, code, unit: None, object: Object::None, step });
    }

    /// The sender states a property of itself, in a field made for it.
    pub fn identity(&mut self, attribute: Attribute, value: &str, source: &'static str) {
        self.identity_of(Subject::Sender, attribute, value, source, Confidence::Stated);
    }

    /// A property of somebody. Empty values are not told.
    pub fn identity_of(
        &mut self,
        subject: Subject,
        attribute: Attribute,
        value: &str,
        source: &'static str,
        confidence: Confidence,
    ) {
        if !value.trim_matches(|c: char| c == '\0' || c.is_whitespace()).is_empty() {
            self.tell(Sighting::Identity(IdentitySighting { subject, attribute, value, source, confidence }));
        }
    }

    /// The sender presented credentials. Never pass the secret.
    pub fn credential(
        &mut self,
        kind: &'static str,
        user: Option<&str>,
        protection: Protection,
        weakness: Weakness,
    ) {
        self.tell(Sighting::Credential(CredentialSighting { kind, user, protection, weakness }));
    }

    /// How the conversation is protected, and the version it speaks ("" when not known).
    pub fn protection(&mut self, protection: Protection, version: &'static str, obsolete: bool) {
        self.tell(Sighting::Protection(ProtectionSighting { protection, version, obsolete }));
    }

    /// A named application inside the conversation.
    pub fn application(&mut self, name: &'static str, family: Family, certainty: Certainty) {
        self.tell(Sighting::Application { name, family, certainty });
    }

    /// An address belongs to a hardware address beyond any doubt of routing (ARP, neighbour discovery).
    pub fn claimed(&mut self, ip: IpAddr, mac: Mac) {
        self.observer.claimed(ip, mac, self.vlan, self.at);
    }

    /// The message breaks the protocol's rules. Not told for frames that the capture cut.
    pub fn malformed(&mut self, reason: &'static str) {
        if !self.truncated {
            *self.malformed += 1;
            self.tell(Sighting::Malformed(reason));
        }
    }

    fn tell(&mut self, sighting: Sighting<'_>) {
        self.observer.sighting(self.flow, self.from, self.at, &sighting);
    }
}

/// Most requests of one flow that wait for their answer; the oldest is given up beyond that.
pub const PENDING_MAX: usize = 64;

/// Requests that wait for their answer, oldest first.
#[derive(Debug)]
pub struct Pending<K, V> {
    waiting: VecDeque<(K, V)>,
}

impl<K, V> Default for Pending<K, V> {
    fn default() -> Self {
        Pending { waiting: VecDeque::new() }
    }
}

impl<K: PartialEq, V> Pending<K, V> {
    /// Remembers a request.
    pub fn asked(&mut self, key: K, value: V) {
        if self.waiting.len() == PENDING_MAX {
            self.waiting.pop_front();
        }
        self.waiting.push_back((key, value));
    }

    /// The oldest request with this key, which is answered now.
    pub fn answered(&mut self, key: &K) -> Option<V> {
        let at = self.waiting.iter().position(|(waiting, _)| waiting == key)?;
        self.waiting.remove(at).map(|(_, value)| value)
    }

    /// The oldest request with this key, which keeps waiting (an answer in several parts).
    pub fn waiting(&self, key: &K) -> Option<&V> {
        self.waiting.iter().find(|(waiting, _)| waiting == key).map(|(_, value)| value)
    }

    /// True when nothing waits.
    pub fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// Forgets all requests.
    pub fn clear(&mut self) {
        self.waiting.clear();
    }
}
