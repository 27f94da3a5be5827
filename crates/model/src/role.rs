//! What an asset is for.

use crate::code::codes;
use crate::{Language, Noun};

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

impl Role {
    /// What people call it, one and many.
    pub const fn noun(self) -> Noun {
        match self {
            Role::SafetyController => Noun(
                "safety controller",
                "safety controllers",
                "Sicherheitssteuerung",
                "Sicherheitssteuerungen",
            ),
            Role::Controller => Noun("controller", "controllers", "Steuerung", "Steuerungen"),
            Role::Relay => Noun("protection relay", "protection relays", "Schutzrelais", "Schutzrelais"),
            Role::IoDevice => Noun("I/O device", "I/O devices", "E/A-Gerät", "E/A-Geräte"),
            Role::Drive => Noun("drive", "drives", "Antrieb", "Antriebe"),
            Role::Instrument => Noun("instrument", "instruments", "Messgerät", "Messgeräte"),
            Role::Hmi => Noun("operator panel", "operator panels", "Bedienstation", "Bedienstationen"),
            Role::EngineeringStation => Noun(
                "engineering station",
                "engineering stations",
                "Engineering-Station",
                "Engineering-Stationen",
            ),
            Role::Historian => Noun("historian", "historians", "Datenarchiv", "Datenarchive"),
            Role::Gateway => Noun("gateway", "gateways", "Gateway", "Gateways"),
            Role::Switch => Noun("switch", "switches", "Switch", "Switches"),
            Role::Router => Noun("router", "routers", "Router", "Router"),
            Role::Server => Noun("server", "servers", "Server", "Server"),
            Role::DirectoryServer => {
                Noun("directory server", "directory servers", "Verzeichnisserver", "Verzeichnisserver")
            }
            Role::Workstation => Noun("workstation", "workstations", "Arbeitsplatz", "Arbeitsplätze"),
            Role::Printer => Noun("printer", "printers", "Drucker", "Drucker"),
            Role::Camera => Noun("camera", "cameras", "Kamera", "Kameras"),
            Role::Telephone => Noun("telephone", "telephones", "Telefon", "Telefone"),
            Role::AccessPoint => {
                Noun("access point", "access points", "WLAN-Zugangspunkt", "WLAN-Zugangspunkte")
            }
            Role::RemoteAccess => {
                Noun("remote access", "remote accesses", "Fernwartungszugang", "Fernwartungszugänge")
            }
            Role::JumpHost => Noun("jump host", "jump hosts", "Sprungserver", "Sprungserver"),
            Role::InternetHost => Noun("internet host", "internet hosts", "Internet-Host", "Internet-Hosts"),
            Role::Scanner => Noun("scanner", "scanners", "Scanner", "Scanner"),
        }
    }

    /// What text and JSON call it in English, and people in German.
    pub const fn text(self, language: Language) -> &'static str {
        match language {
            Language::English => self.as_str(),
            Language::German => self.noun().2,
        }
    }
}
