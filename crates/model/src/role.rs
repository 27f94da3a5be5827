//! What an asset is for.

use crate::code::codes;

codes! {
    /// What an asset does in the plant, seen from its behaviour and what it says of itself.
    Role {
        /// Safety controller or safety I/O.
        SafetyController = "safety-controller",
        /// PLC, RTU, DCS controller, building controller.
        Controller = "controller",
        /// Protection relay or bay controller of a substation.
        Relay = "relay",
        /// Remote I/O, valve terminal, field device.
        IoDevice = "io-device",
        /// Drive, robot controller, motion axis.
        Drive = "drive",
        /// Sensor, meter, instrument.
        Instrument = "instrument",
        /// Operator panel or SCADA station.
        Hmi = "hmi",
        /// Station that programs controllers.
        EngineeringStation = "engineering-station",
        /// Collects process values over time.
        Historian = "historian",
        /// Protocol converter or telecontrol gateway.
        Gateway = "gateway",
        /// Ethernet switch.
        Switch = "switch",
        /// Router or firewall.
        Router = "router",
        /// Server.
        Server = "server",
        /// Directory server: names, log-ins.
        DirectoryServer = "directory-server",
        /// Office client.
        Workstation = "workstation",
        /// Printer.
        Printer = "printer",
        /// Camera.
        Camera = "camera",
        /// Telephone.
        Telephone = "telephone",
        /// Wireless access point.
        AccessPoint = "access-point",
        /// Endpoint of remote maintenance.
        RemoteAccess = "remote-access",
        /// Jump host or broker in the industrial DMZ.
        JumpHost = "jump-host",
        /// A host on the Internet.
        InternetHost = "internet-host",
        /// Searches the network for devices.
        Scanner = "scanner",
    }
}
