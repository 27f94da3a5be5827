//! Flows while they live: a table indexed by the number that decoding gives them.

use model::{Certainty, Ends, Evidence, Family, FlowId, Host, Side, Timestamp};

use crate::conversations::{Conversations, Key};
use crate::tally::{Named, Tally};

/// Flows alive at once. Decoding numbers densely within its own bound; a number beyond this one is ignored.
const FLOWS_MAX: usize = 1_000_000;

/// All live flows.
#[derive(Debug, Default)]
pub struct Flows {
    slots: Vec<Flow>,
}

/// One live flow. What every frame touches stands first and together.
#[derive(Debug)]
#[repr(C)]
pub struct Flow {
    lives: bool,
    /// What was counted, with the sides as decoding names them.
    pub tally: Tally,
    /// Who speaks to whom; none in a slot that is free.
    pub ends: Option<Ends>,
    initiator: Side,
    name: Option<(&'static str, Family, Certainty)>,
}

impl Flows {
    /// Begins a flow.
    pub fn open(&mut self, id: FlowId, ends: &Ends) {
        let index = id.0 as usize;
        if index >= FLOWS_MAX {
            return;
        }
        if index >= self.slots.len() {
            self.slots.resize_with(index + 1, Flow::free);
        }
        if let Some(flow) = self.slots.get_mut(index) {
            (flow.lives, flow.ends) = (true, Some(*ends));
        }
    }

    /// The flow with this number, while it lives.
    pub fn get(&mut self, id: FlowId) -> Option<&mut Flow> {
        self.slots.get_mut(id.0 as usize).filter(|flow| flow.lives)
    }

    /// Ends a flow: folds it and frees its slot, whose memory serves the next.
    pub fn close(&mut self, id: FlowId, conversations: &mut Conversations) {
        if let Some(flow) = self.slots.get_mut(id.0 as usize) {
            flow.fold(conversations);
        }
    }

    /// Ends all flows that are still alive.
    pub fn close_all(&mut self, conversations: &mut Conversations) {
        for flow in &mut self.slots {
            flow.fold(conversations);
        }
        self.slots.clear();
    }
}

impl Flow {
    fn free() -> Flow {
        Flow { lives: false, tally: Tally::new(), ends: None, initiator: Side::A, name: None }
    }

    /// Counts one frame.
    pub fn carried(&mut self, from: Side, at: Timestamp, bytes: u32) {
        let [a, b] = &mut self.tally.packets;
        match from {
            Side::A => *a += 1,
            Side::B => *b += 1,
        }
        self.tally.bytes += u64::from(bytes);
        self.tally.first = self.tally.first.min(at);
        self.tally.last = self.tally.last.max(at);
    }

    /// Learns who started it; better evidence replaces weaker, and of equal evidence the later.
    pub fn oriented(&mut self, initiator: Side, evidence: Evidence) {
        if evidence >= self.tally.evidence {
            self.tally.evidence = evidence;
            self.initiator = initiator;
        }
    }

    /// Learns its protocol; content replaces a guess by port, never the other way round.
    pub fn recognised(&mut self, protocol: &'static str, family: Family, certainty: Certainty) {
        if self.name.is_none_or(|(_, _, known)| certainty <= known) {
            self.name = Some((protocol, family, certainty));
        }
    }

    /// The host on one side.
    pub fn host(&self, side: Side) -> Option<Host> {
        self.ends.map(|ends| ends.at(side).host)
    }

    fn fold(&mut self, conversations: &mut Conversations) {
        self.lives = false;
        let Some(ends) = self.ends.take() else { return };
        let (initiator, name) = (std::mem::replace(&mut self.initiator, Side::A), self.name.take());
        let packets = self.tally.packets.iter().sum();
        if packets == 0 {
            self.tally = Tally::new();
            return;
        }
        if let Some((protocol, family, certainty)) = name {
            self.tally.name(Named { protocol, family, certainty, packets });
        }
        let initiator = self.by_content(&ends, initiator);
        if initiator == Side::B {
            self.tally.turn();
        }
        self.tally.flows = 1;
        let (from, to) = (ends.at(initiator), ends.at(initiator.other()));
        let key = Key { initiator: from.host, responder: to.host, transport: ends.transport, port: to.port };
        conversations.fold(key, from.port, &mut self.tally);
    }

    /// Where both ends use one port, ports and first frames tell nothing; who asks and is answered began it.
    fn by_content(&mut self, ends: &Ends, guess: Side) -> Side {
        if ends.a.port != ends.b.port || self.tally.evidence >= Evidence::Content {
            return guess;
        }
        let side = match (self.tally.counters.asked(true), self.tally.counters.asked(false)) {
            (a, b) if a > b => Side::A,
            (a, b) if a < b => Side::B,
            _ => return guess,
        };
        self.tally.evidence = Evidence::Content;
        side
    }
}
