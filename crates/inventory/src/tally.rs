//! A conversation while it is still being counted.

use std::collections::BTreeSet;

use model::{
    Certainty, ConversationCredential, CredentialSighting, Evidence, Family, OperationSighting, Protection,
    ProtectionSighting, Sighting, Timestamp,
};

use crate::counters::Counters;
use crate::facts;

/// Devices behind one responder that are listed; the lowest numbers stay.
pub const UNITS_MAX: usize = 64;
/// Different credentials of one conversation that are listed.
pub const CREDENTIALS_MAX: usize = 32;
/// Protocol names that are weighed against each other in one conversation.
pub const NAMES_MAX: usize = 16;

/// Counts of a flow or of a conversation. Side A of a flow becomes the initiator when it is folded.
#[derive(Debug)]
#[repr(C)]
pub struct Tally {
    /// Frames from side A and from side B.
    pub packets: [u64; 2],
    /// Bytes on the wire, both ways.
    pub bytes: u64,
    /// First frame.
    pub first: Timestamp,
    /// Last frame.
    pub last: Timestamp,
    /// The unit addressed last.
    latest_unit: Option<u32>,
    /// What was done.
    pub counters: Counters,
    /// The weakest protection seen.
    pub protection: Protection,
    /// How the start was decided.
    pub evidence: Evidence,
    /// How many flows.
    pub flows: u64,
    /// Names of the protocol with the frames that went under each.
    pub names: Vec<Named>,
    /// What most conversations do not have.
    pub rare: Option<Box<Rare>>,
}

/// A protocol's name as decoding told it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Named {
    /// The name.
    pub protocol: &'static str,
    /// Its trade.
    pub family: Family,
    /// How sure it is.
    pub certainty: Certainty,
    /// Frames of flows with this name.
    pub packets: u64,
}

/// What most conversations do not have.
#[derive(Debug, Default)]
pub struct Rare {
    /// Named applications inside.
    pub applications: BTreeSet<(&'static str, Family, Certainty)>,
    /// Versions spoken, and whether each is obsolete.
    pub versions: BTreeSet<(&'static str, bool)>,
    /// Devices addressed behind the responder.
    pub units: BTreeSet<u32>,
    /// Credentials presented; "by the initiator" means by side A until the flow is folded.
    pub credentials: BTreeSet<ConversationCredential>,
    /// Frames that broke the protocol's rules.
    pub malformed: u64,
    /// The first of them.
    pub malformed_first: Option<(Timestamp, &'static str)>,
}

impl Tally {
    /// Nothing counted yet.
    pub fn new() -> Tally {
        Tally {
            packets: [0; 2],
            bytes: 0,
            first: Timestamp(i64::MAX),
            last: Timestamp(i64::MIN),
            counters: Counters::default(),
            latest_unit: None,
            protection: Protection::Unknown,
            evidence: Evidence::FirstSender,
            flows: 0,
            names: Vec::new(),
            rare: None,
        }
    }

    /// Counts one operation.
    pub fn operation(&mut self, from_a: bool, at: Timestamp, operation: &OperationSighting<'_>) {
        self.counters.note(from_a, at, operation);
        if operation.unit.is_some() && operation.unit != self.latest_unit {
            self.latest_unit = operation.unit;
            if let Some(unit) = operation.unit {
                let units = &mut self.rare().units;
                units.insert(unit);
                if units.len() > UNITS_MAX {
                    units.pop_last();
                }
            }
        }
    }

    /// Notes whatever else a frame told; who someone is belongs to the hosts, not here.
    pub fn other(&mut self, from_a: bool, at: Timestamp, sighting: &Sighting<'_>) {
        match sighting {
            Sighting::Operation(operation) => self.operation(from_a, at, operation),
            Sighting::Identity(_) => {}
            Sighting::Credential(credential) => self.credential(from_a, credential),
            Sighting::Protection(protection) => self.protected(protection),
            Sighting::Application { name, family, certainty } => {
                self.rare().applications.insert((name, *family, *certainty));
            }
            Sighting::Malformed(reason) => {
                let rare = self.rare();
                rare.malformed += 1;
                rare.note_malformed(Some((at, reason)));
            }
        }
    }

    /// Adds frames under a protocol's name.
    pub fn name(&mut self, named: Named) {
        let same = |n: &&mut Named| n.protocol == named.protocol && n.certainty == named.certainty;
        if let Some(known) = self.names.iter_mut().find(same) {
            known.packets += named.packets;
        } else if self.names.len() < NAMES_MAX {
            self.names.reserve_exact(1);
            self.names.push(named);
        }
    }

    /// The name to show: the surest, then that of most frames.
    pub fn best_name(&self) -> Option<Named> {
        let rank = |n: &Named| (n.certainty, u64::MAX - n.packets, n.protocol);
        self.names.iter().min_by_key(|n| rank(n)).copied()
    }

    /// Swaps the sides.
    pub fn turn(&mut self) {
        self.packets.swap(0, 1);
        self.counters.turn();
        if let Some(rare) = &mut self.rare {
            rare.credentials = std::mem::take(&mut rare.credentials)
                .into_iter()
                .map(|c| ConversationCredential { by_initiator: !c.by_initiator, ..c })
                .collect();
        }
    }

    /// Adds another tally of the same conversation and leaves that one empty, its memory for reuse.
    pub fn absorb(&mut self, other: &mut Tally) {
        for (ours, theirs) in self.packets.iter_mut().zip(other.packets) {
            *ours += theirs;
        }
        self.bytes += other.bytes;
        self.first = self.first.min(other.first);
        self.last = self.last.max(other.last);
        self.counters.absorb(&mut other.counters);
        self.protection = self.protection.min(other.protection);
        self.evidence = self.evidence.max(other.evidence);
        self.flows += other.flows;
        for named in other.names.drain(..) {
            self.name(named);
        }
        if let Some(theirs) = other.rare.take() {
            match &mut self.rare {
                Some(ours) => ours.absorb(*theirs),
                None => self.rare = Some(theirs),
            }
        }
        (other.packets, other.bytes, other.flows, other.latest_unit) = ([0; 2], 0, 0, None);
        (other.first, other.last) = (Timestamp(i64::MAX), Timestamp(i64::MIN));
        (other.protection, other.evidence) = (Protection::Unknown, Evidence::FirstSender);
    }

    fn rare(&mut self) -> &mut Rare {
        self.rare.get_or_insert_default()
    }

    fn credential(&mut self, from_a: bool, credential: &CredentialSighting<'_>) {
        let user = credential.user.and_then(facts::cleaned).map(|user| user.into_owned());
        let credentials = &mut self.rare().credentials;
        credentials.insert(ConversationCredential {
            kind: credential.kind,
            user,
            protection: credential.protection,
            weakness: credential.weakness,
            by_initiator: from_a,
        });
        if credentials.len() > CREDENTIALS_MAX {
            credentials.pop_last();
        }
    }

    fn protected(&mut self, sighting: &ProtectionSighting) {
        self.protection = self.protection.min(sighting.protection);
        if !sighting.version.is_empty() {
            let version = (sighting.version, sighting.obsolete);
            if !self.rare.as_ref().is_some_and(|rare| rare.versions.contains(&version)) {
                self.rare().versions.insert(version);
            }
        }
    }
}

impl Rare {
    fn absorb(&mut self, other: Rare) {
        self.applications.extend(other.applications);
        self.versions.extend(other.versions);
        self.units.extend(other.units);
        while self.units.len() > UNITS_MAX {
            self.units.pop_last();
        }
        self.credentials.extend(other.credentials);
        while self.credentials.len() > CREDENTIALS_MAX {
            self.credentials.pop_last();
        }
        self.malformed += other.malformed;
        self.note_malformed(other.malformed_first);
    }

    fn note_malformed(&mut self, seen: Option<(Timestamp, &'static str)>) {
        self.malformed_first = match (self.malformed_first, seen) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
    }
}
