//! What is in the plant.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::net::IpAddr;

use crate::{Attribute, Confidence, LevelJudgement, Mac, Message, Role, Timestamp};

/// Number of an asset within one plant; prints as `a1`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AssetId(pub u32);

impl fmt::Display for AssetId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a{}", self.0)
    }
}

/// One device of the plant, with all its addresses.
#[derive(Debug, Clone)]
pub struct Asset {
    /// Its number; `a1` is the first.
    pub id: AssetId,
    /// Hardware addresses that are its own, not those of a router before it.
    pub macs: BTreeSet<Mac>,
    /// IP addresses.
    pub ips: BTreeSet<IpAddr>,
    /// VLANs it was seen in.
    pub vlans: BTreeSet<u16>,
    /// Everything known of its identity, best first for each attribute.
    pub facts: Vec<Fact>,
    /// What it does, surest first.
    pub roles: Vec<Role>,
    /// Why those roles.
    pub role_reasons: Vec<Reason>,
    /// Its Purdue level.
    pub level: LevelJudgement,
    /// The zone it was placed in.
    pub zone: Option<String>,
    /// True for safety systems.
    pub safety: bool,
    /// Protocols it speaks by content, and on which side: true when it serves it.
    pub protocols: BTreeMap<&'static str, bool>,
    /// Frames it sent.
    pub packets_sent: u64,
    /// First time it sent or was named.
    pub first: Timestamp,
    /// Last time it sent or was named.
    pub last: Timestamp,
    /// True when only others speak to it or of it.
    pub silent: bool,
    /// True when frames reach us over a router, so that no hardware address is known.
    pub routed: bool,
}

impl Asset {
    /// The best value of one attribute.
    pub fn fact(&self, attribute: Attribute) -> Option<&str> {
        self.facts.iter().find(|fact| fact.attribute == attribute).map(|fact| fact.value.as_str())
    }

    /// What a person would call it: its name, product or address.
    pub fn label(&self) -> String {
        if let Some(name) = self.fact(Attribute::Name) {
            return name.to_string();
        }
        let address = self.address();
        match self.fact(Attribute::Product) {
            Some(product) if !address.is_empty() => format!("{product} ({address})"),
            Some(product) => product.to_string(),
            None if address.is_empty() => self.id.to_string(),
            None => address,
        }
    }

    /// Its first IP address, else its first hardware address.
    pub fn address(&self) -> String {
        match (self.ips.first(), self.macs.first()) {
            (Some(ip), _) => ip.to_string(),
            (None, Some(mac)) => mac.to_string(),
            (None, None) => String::new(),
        }
    }
}

/// One value of one attribute, with where it comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    /// Which property.
    pub attribute: Attribute,
    /// Its value.
    pub value: String,
    /// Where it was read.
    pub source: &'static str,
    /// How far it can be trusted.
    pub confidence: Confidence,
    /// First time it was stated.
    pub first: Timestamp,
    /// Last time it was stated.
    pub last: Timestamp,
}

/// A piece of evidence for a judgement, as a person reads it.
#[derive(Debug, Clone, PartialEq)]
pub struct Reason {
    /// The evidence in words: it completes "it ...".
    pub text: Message,
    /// Its weight.
    pub weight: f32,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.text, self.weight)
    }
}
