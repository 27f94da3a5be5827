//! A plant as it was seen: assets, conversations, zones.

use std::net::IpAddr;

use crate::{Asset, AssetId, Conversation, Mac, Timestamp, Zone};

/// Everything that was seen in a plant.
#[derive(Debug, Clone, Default)]
pub struct Plant {
    /// Assets; the one with id `a1` comes first.
    pub assets: Vec<Asset>,
    /// Conversations, busiest first.
    pub conversations: Vec<Conversation>,
    /// Proposed zones.
    pub zones: Vec<Zone>,
    /// Addresses that more than one hardware address claimed.
    pub address_conflicts: Vec<(IpAddr, Vec<Mac>)>,
    /// Bounds that were reached, so that nothing is silently missing.
    pub limits: Limits,
}

impl Plant {
    /// The asset with this id.
    pub fn asset(&self, id: AssetId) -> Option<&Asset> {
        self.assets.get((id.0 as usize).checked_sub(1)?)
    }
}

/// How often a named bound was reached. All zero: nothing is missing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Limits {
    /// Hosts not recorded because the table was full.
    pub hosts_dropped: u64,
    /// Conversations not recorded because the table was full.
    pub conversations_dropped: u64,
    /// Identity values not recorded because a host stated too many.
    pub facts_dropped: u64,
    /// Operations not told apart because a conversation held too many kinds.
    pub operations_folded: u64,
}

/// What was read: how much, from when to when, and what could not be read.
#[derive(Debug, Clone, Default)]
pub struct CaptureSummary {
    /// The files or streams, as the user named them.
    pub files: Vec<String>,
    /// Frames read.
    pub packets: u64,
    /// Bytes of these frames on the wire.
    pub bytes: u64,
    /// Earliest frame.
    pub first: Option<Timestamp>,
    /// Latest frame.
    pub last: Option<Timestamp>,
    /// Frames that the capture had cut short.
    pub truncated: u64,
    /// Frames or messages that broke a protocol's rules.
    pub malformed: u64,
    /// Frames of link types that Sluice does not read.
    pub undecoded_links: u64,
    /// Frames that a mirror showed twice.
    pub duplicates: u64,
    /// Times the clock went back by more than a second.
    pub clock_jumps: u64,
    /// Places where TCP bytes are missing from the capture.
    pub gaps: u64,
    /// What a person should know of the reading, each a sentence.
    pub notes: Vec<String>,
    /// True when reading was interrupted.
    pub partial: bool,
}
