//! What one asset asks of another: how much it reads, writes, programs, and how steadily.

use std::collections::BTreeMap;

use model::{AssetId, Operation, OperationCount};

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
    /// Other requests.
    pub others: u64,
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
    /// Requests that change something.
    pub fn changes(&self) -> u64 {
        self.writes + self.programs + self.configures
    }

    /// True when anything was asked.
    pub fn is_anything(&self) -> bool {
        self.reads + self.writes + self.programs + self.configures + self.identifies + self.others > 0
    }

    /// True when nothing with a meaning of its own was asked.
    pub fn is_only_others(&self) -> bool {
        self.reads + self.writes + self.programs + self.configures + self.identifies == 0
    }

    pub fn count(&mut self, o: &OperationCount) {
        match o.operation {
            Operation::Read | Operation::Report => self.reads += o.requests,
            Operation::Write => self.writes += o.requests,
            Operation::Start
            | Operation::Stop
            | Operation::Reset
            | Operation::ReadProgram
            | Operation::LoadProgram
            | Operation::LoadFirmware => self.programs += o.requests,
            Operation::Configure => self.configures += o.requests,
            // Presenting oneself, and searching without finding, asks nobody anything.
            Operation::Identify | Operation::Discover => self.identifies += o.answers + o.failures,
            Operation::Diagnose | Operation::LogIn | Operation::Transfer | Operation::Other => {
                self.others += o.requests;
            }
        }
    }

    pub fn add(&mut self, other: &Operated) {
        self.reads += other.reads;
        self.writes += other.writes;
        self.programs += other.programs;
        self.configures += other.configures;
        self.identifies += other.identifies;
        self.others += other.others;
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
pub fn is_told(o: &OperationCount) -> bool {
    o.operation == Operation::Report && o.answers + o.failures == 0
}
