//! The table of protocols: what the product reads, the fuzz targets attack and the documentation lists.
//!
//! To add one: its file, its `mod` line and its entry here, its folder below `tests/protocols/`.
//! Order matters where contents look alike: stricter probes first.

mod bacnet;
mod bacnet_identity;
mod cip;
mod cip_identity;
mod cip_io;
mod cip_path;
mod cip_services;
mod dnp3;
mod enip;
mod iec104;
mod modbus;
mod opcua;
mod opcua_identity;
mod opcua_types;
mod pccc;
mod profinet_cm;
mod profinet_dcp;
mod profinet_rt;
mod s7comm;
mod s7comm_identity;
mod s7comm_plus;
mod umas;

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
];
