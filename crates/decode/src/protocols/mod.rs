//! The table of protocols: what the product reads, the fuzz targets attack and the documentation lists.
//!
//! To add one: its file, its `mod` line and its entry here, its folder below `tests/protocols/`.
//! Order matters where contents look alike: stricter probes first.

mod ads;
mod ads_routes;
mod arp;
mod bacnet;
mod bacnet_identity;
mod c37118;
mod cdp;
mod cip;
mod cip_identity;
mod cip_io;
mod cip_path;
mod cip_services;
mod dhcp;
mod dnp3;
mod dns;
mod egd;
mod enip;
mod ethernet_s_io;
mod fins;
mod ftp;
mod hart_ip;
mod hart_ip_commands;
mod http;
mod icmpv6;
mod iec104;
mod kerberos;
mod knxnet_ip;
mod knxnet_ip_identity;
mod ldap;
mod lldp;
mod llmnr;
mod mdns;
mod mms;
mod modbus;
mod mqtt;
mod nbdgm;
mod nbns;
mod ntp;
mod opcua;
mod opcua_identity;
mod opcua_types;
mod openvpn;
mod pccc;
mod profinet_cm;
mod profinet_dcp;
mod profinet_rt;
mod radius;
mod rdp;
mod s7comm;
mod s7comm_identity;
mod s7comm_plus;
mod s7comm_user_data;
mod sbus;
mod smb;
mod smb1;
mod snmp;
mod sparkplug;
mod ssdp;
mod ssh;
mod syslog;
mod teamviewer;
mod telnet;
mod tftp;
mod tls;
mod umas;
mod vnc;
mod wireguard;

use crate::protocol::Protocol;

/// Every protocol that is decoded.
#[rustfmt::skip]
pub static PROTOCOLS: &[&Protocol] = &[
    &bacnet::PROTOCOL,
    &dnp3::PROTOCOL,
    &iec104::PROTOCOL,
    &enip::PROTOCOL,
    &cip_io::PROTOCOL,
    &modbus::PROTOCOL,
    &opcua::PROTOCOL,
    &profinet_cm::PROTOCOL,
    &profinet_dcp::PROTOCOL,
    &profinet_rt::PROTOCOL,
    &s7comm::PROTOCOL,
    &s7comm_plus::PROTOCOL,
    &mms::PROTOCOL,
    &ads::PROTOCOL,
    &ads_routes::PROTOCOL,
    &hart_ip::PROTOCOL,
    &c37118::PROTOCOL,
    &fins::PROTOCOL,
    &egd::PROTOCOL,
    &sbus::PROTOCOL,
    &knxnet_ip::PROTOCOL,
    &ethernet_s_io::PROTOCOL,
    &arp::PROTOCOL,
    &cdp::PROTOCOL,
    &dhcp::PROTOCOL,
    &dns::PROTOCOL,
    &icmpv6::PROTOCOL,
    &lldp::PROTOCOL,
    &llmnr::PROTOCOL,
    &mdns::PROTOCOL,
    &nbns::PROTOCOL,
    &dns::OVER_TCP,
    &snmp::PROTOCOL,
    &http::PROTOCOL,
    &ssh::PROTOCOL,
    &ftp::PROTOCOL,
    &telnet::PROTOCOL,
    &tls::PROTOCOL,
    &vnc::PROTOCOL,
    &rdp::PROTOCOL,
    &mqtt::PROTOCOL,
    &ntp::PROTOCOL,
    &syslog::PROTOCOL,
    &syslog::OVER_TCP,
    &tftp::PROTOCOL,
    &smb::PROTOCOL,
    &nbdgm::PROTOCOL,
    &teamviewer::PROTOCOL,
    &ssdp::PROTOCOL,
    &openvpn::PROTOCOL,
    &openvpn::OVER_TCP,
    &wireguard::PROTOCOL,
    &radius::PROTOCOL,
    &ldap::PROTOCOL,
    &kerberos::PROTOCOL,
    &kerberos::OVER_TCP,
];
