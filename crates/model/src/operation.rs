//! What one asset does to another, in words that are the same for every protocol.

use crate::code::codes;

codes! {
    /// What was done. Dissectors, conduits, simulation, checks and the remote door share this one list.
    Operation {
        /// Asks who is there or what exists.
        Discover = "discover",
        /// Reads or states identity data.
        Identify = "identify",
        /// Reads process values.
        Read = "read",
        /// Changes values, set points, outputs.
        Write = "write",
        /// Cyclic or spontaneous data.
        Report = "report",
        /// Starts a controller or program.
        Start = "start",
        /// Stops a controller or program.
        Stop = "stop",
        /// Restarts a device or clears its memory.
        Reset = "reset",
        /// Copies controller logic out of a device.
        ReadProgram = "read-program",
        /// Brings controller logic into a device.
        LoadProgram = "load-program",
        /// Changes firmware.
        LoadFirmware = "load-firmware",
        /// Changes settings, names, addresses, time.
        Configure = "configure",
        /// Counters, tests, forced values.
        Diagnose = "diagnose",
        /// Presents credentials.
        LogIn = "log-in",
        /// Moves files and shares.
        Transfer = "transfer",
        /// Decoded, none of the above.
        Other = "other",
    }
}

impl Operation {
    /// True for what changes the process, the program or the device: the operations that a plant must expect
    /// only from known stations.
    pub fn changes_device(self) -> bool {
        match self {
            Operation::Write
            | Operation::Start
            | Operation::Stop
            | Operation::Reset
            | Operation::LoadProgram
            | Operation::LoadFirmware
            | Operation::Configure => true,
            Operation::Discover
            | Operation::Identify
            | Operation::Read
            | Operation::Report
            | Operation::ReadProgram
            | Operation::Diagnose
            | Operation::LogIn
            | Operation::Transfer
            | Operation::Other => false,
        }
    }
}

codes! {
    /// How a conversation is protected on the wire.
    Protection {
        /// Anyone on the path can read and change it.
        Clear = "clear",
        /// Readable, but changes are noticed.
        Signed = "signed",
        /// Not readable on the path.
        Encrypted = "encrypted",
        /// Not seen enough to tell.
        Unknown = "unknown",
    }
}
