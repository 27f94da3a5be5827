//! Turns frames into sightings: layers, flows, protocols.
//!
//! Pure: no socket, file, thread or clock. Hostile bytes are the normal case: nothing here fails or panics, every
//! table has a bound, and once warm nothing is allocated per frame.

pub mod ber;
mod certificate;
mod crc;
pub mod cursor;
mod decoder;
pub mod default_credentials;
pub mod description;
pub mod dns_message;
mod flow;
mod fragments;
pub(crate) mod iso_transport;
mod lines;
mod ntlm;
pub mod packet;
pub mod protocol;
pub mod protocols;
mod reading;
pub mod remote_tools;
mod segment;
mod services;
pub mod short_text;
mod stream;
pub mod table;
mod tunnel;

pub use decoder::{Counts, Decoder};
pub use packet::shard_hash;
pub use reading::exercise;
