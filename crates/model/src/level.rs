//! Purdue levels.

use crate::Reason;
use crate::code::codes;

codes! {
    /// The level of the Purdue model that an asset belongs to (ISA-95 / IEC 62264-1 levels, with the
    /// industrial DMZ of common practice as 3.5).
    Level {
        /// 0: sensors, actuators, instruments.
        Process = "0",
        /// 1: controllers, remote I/O, drives, protection relays, safety systems.
        Control = "1",
        /// 2: operator panels, SCADA, engineering stations of a line or cell.
        Supervision = "2",
        /// 3: site operations: historians, manufacturing execution, plant-wide servers.
        Operations = "3",
        /// 3.5: the industrial DMZ between plant and business.
        Dmz = "3.5",
        /// 4: business systems and office clients of the site.
        Business = "4",
        /// 5: the enterprise and its edge to the Internet.
        Enterprise = "5",
        /// Public addresses.
        Outside = "outside",
    }
}

codes! {
    /// Where a level comes from. What Sluice infers never overwrites what a person confirmed.
    LevelState {
        /// Drawn from evidence.
        Inferred = "inferred",
        /// A person said so.
        Confirmed = "confirmed",
        /// Too little evidence to tell.
        Unknown = "unknown",
    }
}

/// A level with how it was found.
#[derive(Debug, Clone)]
pub struct LevelJudgement {
    /// The level; none when nothing can be said.
    pub level: Option<Level>,
    /// Inferred, confirmed or unknown.
    pub state: LevelState,
    /// Margin over the second-best level, 0 to 1.
    pub confidence: f32,
    /// The evidence, strongest first.
    pub reasons: Vec<Reason>,
}

impl LevelJudgement {
    /// Confidence from which a level is called certain; it also takes two independent kinds of evidence.
    pub const HIGH: f32 = 0.6;

    /// A level drawn from evidence.
    pub fn inferred(level: Level, confidence: f32, reasons: Vec<Reason>) -> LevelJudgement {
        LevelJudgement {
            level: Some(level),
            state: LevelState::Inferred,
            confidence: confidence.clamp(0.0, 1.0),
            reasons,
        }
    }

    /// A level that a person confirmed.
    pub fn confirmed(level: Level) -> LevelJudgement {
        LevelJudgement {
            level: Some(level),
            state: LevelState::Confirmed,
            confidence: 1.0,
            reasons: Vec::new(),
        }
    }

    /// Nothing can be said.
    pub fn unknown() -> LevelJudgement {
        LevelJudgement { level: None, state: LevelState::Unknown, confidence: 0.0, reasons: Vec::new() }
    }

    /// True when the level is confirmed, or inferred with high confidence.
    pub fn is_high(&self) -> bool {
        match self.state {
            LevelState::Confirmed => true,
            LevelState::Inferred => self.confidence >= LevelJudgement::HIGH,
            LevelState::Unknown => false,
        }
    }
}
