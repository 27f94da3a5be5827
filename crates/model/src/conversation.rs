//! Who talks to whom, how, and since when.

use std::collections::BTreeSet;

use crate::code::codes;
use crate::{AssetId, Certainty, Code, Family, Host, Operation, Protection, Timestamp, Weakness};

codes! {
    /// What carries a conversation.
    Transport {
        /// TCP.
        Tcp = "tcp",
        /// UDP.
        Udp = "udp",
        /// ICMP or ICMPv6.
        Icmp = "icmp",
        /// Another protocol directly on IP; the port is its number.
        Ip = "ip",
        /// Directly on Ethernet; the port is the EtherType and the ends are hardware addresses.
        Ethernet = "ethernet",
    }
}

codes! {
    /// How it was decided who started a conversation. Later values outweigh earlier ones.
    Evidence {
        /// Only one side was heard, or the first sender is taken.
        FirstSender = "first-sender",
        /// The lower port is taken as the service.
        LowerPort = "lower-port",
        /// One port belongs to a well-known service.
        KnownPort = "known-port",
        /// The same service was seen being opened by somebody else.
        KnownService = "known-service",
        /// The content shows who asks and who answers.
        Content = "content",
        /// The opening handshake was seen.
        Start = "start",
    }
}

/// Who talks to whom, how, and since when: source ports are folded.
#[derive(Debug, Clone)]
pub struct Conversation {
    /// Who started it.
    pub initiator: Host,
    /// Who was asked.
    pub responder: Host,
    /// How the start was decided.
    pub evidence: Evidence,
    /// The initiator's asset, when it is one.
    pub initiator_asset: Option<AssetId>,
    /// The responder's asset; none for multicast and broadcast.
    pub responder_asset: Option<AssetId>,
    /// What carries it.
    pub transport: Transport,
    /// The responder's port; see [`Transport`] for what it means elsewhere.
    pub port: u16,
    /// The protocol's name.
    pub protocol: &'static str,
    /// Its trade.
    pub family: Family,
    /// How sure the name is.
    pub certainty: Certainty,
    /// Named applications inside, such as a remote-maintenance tool.
    pub applications: BTreeSet<(&'static str, Family, Certainty)>,
    /// Frames in both directions.
    pub packets: u64,
    /// Bytes on the wire in both directions.
    pub bytes: u64,
    /// Frames from the initiator.
    pub packets_sent: u64,
    /// How many single connections or exchanges were folded into it.
    pub flows: u64,
    /// First frame.
    pub first: Timestamp,
    /// Last frame.
    pub last: Timestamp,
    /// The weakest protection seen.
    pub protection: Protection,
    /// Versions spoken, and whether each is obsolete.
    pub versions: BTreeSet<(&'static str, bool)>,
    /// What was done, most frequent first.
    pub operations: Vec<OperationCount>,
    /// Devices addressed behind the responder (Modbus units and the like).
    pub units: BTreeSet<u32>,
    /// Credentials presented.
    pub credentials: Vec<ConversationCredential>,
    /// Frames or messages that broke the protocol's rules.
    pub malformed: u64,
    /// The first such reason.
    pub malformed_reason: Option<&'static str>,
}

/// One operation of a conversation, counted.
#[derive(Debug, Clone)]
pub struct OperationCount {
    /// The common word.
    pub operation: Operation,
    /// The protocol's own name.
    pub name: &'static str,
    /// The protocol's own code.
    pub code: Code,
    /// True when the initiator of the conversation did it; false for what the responder does by itself.
    pub by_initiator: bool,
    /// How often it was asked for or reported.
    pub requests: u64,
    /// How often it was answered with success.
    pub answers: u64,
    /// How often the device said no.
    pub failures: u64,
    /// First time.
    pub first: Timestamp,
    /// Last time.
    pub last: Timestamp,
    /// What it was done to, as text; a bounded sample.
    pub objects: Vec<String>,
    /// True when there were more objects than the sample holds.
    pub more_objects: bool,
}

/// Credentials seen in a conversation; never the secret.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ConversationCredential {
    /// What was presented.
    pub kind: &'static str,
    /// The user name, if one was seen.
    pub user: Option<String>,
    /// How it was protected.
    pub protection: Protection,
    /// What is wrong with it beyond that.
    pub weakness: Weakness,
    /// True when the initiator presented it.
    pub by_initiator: bool,
}
