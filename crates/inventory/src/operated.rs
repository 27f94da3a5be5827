//! What one asset asks of another: how much it reads, writes, programs, and how steadily.

use std::collections::BTreeMap;

use model::{AssetId, Conversation, Family, Operation, OperationCount};

use crate::behaviour::Behaviour;

/// How many times more seldom than others a collector reads.
const SLOWER_FACTOR: f64 = 2.5;

/// What one asset asks of another.
#[derive(Debug, Clone, Default)]
pub struct Operated {
    /// Requests that read values, and reports that came of them.
    pub reads: u64,
    /// Requests that change values.
    pub writes: u64,
    /// Requests that move programs or change the run state.
    pub programs: u64,
    /// Requests that change settings, names, addresses, time.
    pub configures: u64,
    /// Requests that ask who or what a device is.
    pub identifies: u64,
    /// Counters, tests, forced values.
    pub diagnoses: u64,
    /// True when the device answered some of it, or told something by itself.
    pub answered: bool,
    /// Reads per second where they are cyclic, else zero.
    pub rate: f64,
    /// True when it only reads, a few times over a long while.
    pub seldom: bool,
    /// True when another station reads the same device in cycles too.
    pub shared: bool,
    /// True when another station reads the same device much more often.
    pub slower: bool,
    /// True when another station reads the same device much more seldom.
    pub faster: bool,
    /// True when it stands in another network than the asker.
    pub elsewhere: bool,
}

impl Operated {
    /// What one side of a conversation asks of the other.
    pub fn of(c: &Conversation, by_initiator: bool) -> Operated {
        let mut asked = Operated::default();
        // A client that publishes hands its values to a broker, which asks for nothing.
        let listens = by_initiator || c.family != Family::Supervision;
        for o in &c.operations {
            if is_told(o) {
                // What a device tells by itself shows that it lives, and that somebody listens.
                if o.by_initiator != by_initiator && listens {
                    asked.reads += o.requests;
                    asked.answered = true;
                }
            } else if o.by_initiator == by_initiator {
                asked.count(o);
            }
        }
        asked
    }

    /// Requests that change something.
    pub fn changes(&self) -> u64 {
        self.writes + self.programs + self.configures
    }

    /// Requests of all kinds.
    pub fn requests(&self) -> u64 {
        self.reads + self.changes() + self.identifies + self.diagnoses
    }

    /// True when it asks for nothing but who the device is.
    pub fn only_identifies(&self) -> bool {
        self.requests() == self.identifies
    }

    fn count(&mut self, o: &OperationCount) {
        let place = match o.operation {
            Operation::Read | Operation::Report => &mut self.reads,
            Operation::Write => &mut self.writes,
            Operation::Start
            | Operation::Stop
            | Operation::Reset
            | Operation::ReadProgram
            | Operation::LoadProgram
            | Operation::LoadFirmware => &mut self.programs,
            Operation::Configure => &mut self.configures,
            Operation::Diagnose => &mut self.diagnoses,
            Operation::Identify | Operation::Discover => {
                // Presenting oneself, and searching without finding, asks nobody anything.
                self.identifies += o.answers + o.failures;
                self.answered |= o.answers + o.failures > 0;
                return;
            }
            // Connecting, logging in, moving files: everybody does.
            Operation::LogIn | Operation::Transfer | Operation::Other => return,
        };
        *place += o.requests;
        self.answered |= o.answers + o.failures > 0;
    }

    /// Adds what is asked of the same device over another conversation.
    pub fn add(&mut self, other: &Operated) {
        self.reads += other.reads;
        self.writes += other.writes;
        self.programs += other.programs;
        self.configures += other.configures;
        self.identifies += other.identifies;
        self.diagnoses += other.diagnoses;
        self.answered |= other.answered;
        self.seldom |= other.seldom;
        self.rate += other.rate;
        self.elsewhere |= other.elsewhere;
    }
}

/// Tells for each reader of a device whether others read it much more often, or more seldom.
pub fn compare_rates(all: &mut [Behaviour]) {
    let mut by_device: BTreeMap<AssetId, (f64, f64, usize)> = BTreeMap::new();
    for (device, operated) in all.iter().flat_map(|b| &b.operates).filter(|(_, o)| o.rate > 0.0) {
        let (least, most, readers) = by_device.entry(*device).or_insert((operated.rate, operated.rate, 0));
        *least = least.min(operated.rate);
        *most = most.max(operated.rate);
        *readers += 1;
    }
    for behaviour in all {
        for (device, operated) in &mut behaviour.operates {
            if let Some((least, most, readers)) = by_device.get(device).filter(|_| operated.rate > 0.0) {
                operated.shared = *readers > 1;
                operated.slower = operated.rate * SLOWER_FACTOR < *most;
                operated.faster = operated.rate > *least * SLOWER_FACTOR;
            }
        }
    }
}

/// True for what is told without being asked for and without an answer.
fn is_told(o: &OperationCount) -> bool {
    o.operation == Operation::Report && o.answers + o.failures == 0
}
