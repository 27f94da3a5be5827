//! What was written of the conversations heard lately, so that a report of known ones touches numbers alone.

use std::collections::HashMap;

use model::{Host, Transport};

/// Conversations remembered at most; beyond, all are forgotten and learned again from the database.
const KNOWN_MAX: usize = 250_000;

/// What makes a conversation one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Ends {
    pub initiator: Host,
    pub responder: Host,
    pub transport: Transport,
    pub port: u16,
}

/// A conversation as it stands in the database.
#[derive(Debug, Clone, Default)]
pub(crate) struct KnownConversation {
    pub id: i64,
    /// Bits of the baselines it belongs to.
    pub baselines: i64,
    /// The hour by which lists are ordered.
    pub hour: i64,
    /// Hash of what describes it; 0 when it was not written since it is known.
    pub described: u64,
    /// The hour in which it was last told as a change.
    pub told_hour: i64,
    pub operations: Vec<KnownOperation>,
}

/// An operation of it.
#[derive(Debug, Clone)]
pub(crate) struct KnownOperation {
    pub id: i64,
    /// Hash of its words. Its key is drawn at random when the program starts, so nobody can make two collide.
    pub words: u64,
    pub baselines: i64,
    /// Hash of the objects last written.
    pub objects: u64,
    pub told_hour: i64,
}

/// The memory.
#[derive(Debug, Default)]
pub(crate) struct Known {
    conversations: HashMap<Ends, KnownConversation>,
    /// True while it holds what the database has not yet confirmed.
    doubtful: bool,
}

impl Known {
    pub(crate) fn get(&self, ends: &Ends) -> Option<KnownConversation> {
        self.conversations.get(ends).cloned()
    }

    /// A change begins: what the last one left without an answer is forgotten.
    pub(crate) fn begin(&mut self) {
        if std::mem::take(&mut self.doubtful) {
            self.conversations.clear();
        }
    }

    /// What a change is about to store.
    pub(crate) fn put(&mut self, learned: Vec<(Ends, KnownConversation)>, forget: bool) {
        if forget || self.conversations.len() + learned.len() > KNOWN_MAX {
            self.conversations.clear();
        }
        self.doubtful |= forget || !learned.is_empty();
        self.conversations.extend(learned.into_iter().take(KNOWN_MAX));
    }

    /// It is stored.
    pub(crate) fn committed(&mut self) {
        self.doubtful = false;
    }
}
