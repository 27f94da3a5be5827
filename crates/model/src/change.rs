//! What became different in the plant, and what is usual in it.

use crate::code::codes;

codes! {
    /// What became different after the time of learning.
    ChangeKind {
        /// An asset that was never there before.
        NewAsset = "new-asset",
        /// Two that never spoke like this before.
        NewConversation = "new-conversation",
        /// A known conversation does something that it never did before.
        NewOperation = "new-operation",
        /// Controller logic or firmware was brought into a device. Every time is a change, however usual it is.
        ProgramLoad = "program-load",
        /// A device states another firmware version than before.
        ChangedFirmware = "changed-firmware",
        /// A known device has an IPv4 address that it did not have before.
        ChangedAddress = "changed-address",
        /// A device that used to speak has been silent for longer than the setting allows.
        SilentAsset = "silent-asset",
    }
}

codes! {
    /// What became of a change.
    ChangeState {
        /// Nobody decided yet.
        Open = "open",
        /// A person took it into the baseline.
        Accepted = "accepted",
        /// A person made a finding of it.
        Finding = "finding",
        /// It ended by itself, as when a silent asset speaks again.
        Over = "over",
    }
}

codes! {
    /// A time of the plant with habits of its own. Each learns for itself.
    Baseline {
        /// Monday to Friday, local time of the site.
        Weekday = "weekday",
        /// Saturday and Sunday.
        Weekend = "weekend",
        /// A time that a person named: production stands.
        Shutdown = "shutdown",
        /// A time that a person named: work on the machines.
        Maintenance = "maintenance",
    }
}

impl Baseline {
    /// Its bit in the marks of what belongs to which baseline.
    pub fn bit(self) -> i64 {
        match self {
            Baseline::Weekday => 1,
            Baseline::Weekend => 2,
            Baseline::Shutdown => 4,
            Baseline::Maintenance => 8,
        }
    }
}

codes! {
    /// A time that a person named.
    WindowKind {
        /// Production stands.
        Shutdown = "shutdown",
        /// Work on the machines.
        Maintenance = "maintenance",
        /// Something is wrong: nothing seen in it is ever learned.
        Incident = "incident",
    }
}
