//! What people say of an asset, beside what is observed.

use crate::code::codes;

codes! {
    /// What a word of a person is about. What Sluice infers never overwrites it.
    Word {
        /// The Purdue level; the value is the text of a `Level`.
        Level = "level",
        /// The role; the value is the text of a `Role`.
        Role = "role",
        /// The zone, by its name.
        Zone = "zone",
        /// How much depends on it; the value is the text of a `Criticality`.
        Criticality = "criticality",
        /// Who answers for it.
        Owner = "owner",
        /// Anything worth knowing.
        Note = "note",
        /// How it is brought back after a loss: backup, spare part, who can do it.
        Recovery = "recovery",
    }
}

codes! {
    /// How much depends on an asset. The order is ascending.
    Criticality {
        /// Nobody would notice for days.
        Low = "low",
        /// Work gets slower.
        Medium = "medium",
        /// A line stands.
        High = "high",
        /// People or the environment are in danger, or the plant stands.
        Critical = "critical",
    }
}
