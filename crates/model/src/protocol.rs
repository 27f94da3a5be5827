//! What everybody but the dissectors may know of a protocol: its family, and how sure its name is.

use crate::code::codes;

codes! {
    /// The trade a protocol belongs to. Roles, levels and checks look at this, never at a protocol's name.
    Family {
        /// Reads, writes and programs controllers: Modbus, S7comm, EtherNet/IP, FINS ...
        Control = "control",
        /// Cyclic data between controllers and their devices: PROFINET RT, EtherCAT, CIP I/O, GOOSE ...
        Fieldbus = "fieldbus",
        /// Telecontrol of stations: IEC 60870-5-104, DNP3.
        Telecontrol = "telecontrol",
        /// Building automation: BACnet, KNX.
        Building = "building",
        /// Between supervision and controllers or above: OPC UA, MQTT, MMS.
        Supervision = "supervision",
        /// Finds and names devices: PROFINET DCP, LLDP, CDP, mDNS, SSDP.
        Discovery = "discovery",
        /// Keeps a network running: ARP, DHCP, DNS, NTP, ICMP, spanning tree.
        Network = "network",
        /// Manages devices: SNMP, SSH, Telnet, syslog, TFTP.
        Management = "management",
        /// Shows a screen or a shell from afar: RDP, VNC, TeamViewer, AnyDesk ...
        RemoteAccess = "remote-access",
        /// Tunnels and private networks: OpenVPN, WireGuard, IPsec, GRE.
        Tunnel = "tunnel",
        /// Web: HTTP, TLS.
        Web = "web",
        /// Files and directories: SMB, FTP, NFS, LDAP, Kerberos.
        Office = "office",
        /// Databases and historians.
        Database = "database",
        /// Not recognised.
        Unknown = "unknown",
    }
}

impl Family {
    /// True for protocols of machines and processes rather than of offices.
    pub fn is_operational(self) -> bool {
        matches!(
            self,
            Family::Control | Family::Fieldbus | Family::Telecontrol | Family::Building | Family::Supervision
        )
    }
}

codes! {
    /// How sure a protocol's name is.
    Certainty {
        /// The content was recognised.
        Content = "content",
        /// Only the port suggests it.
        Port = "port",
        /// Nothing suggests anything.
        None = "none",
    }
}
