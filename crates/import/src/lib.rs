//! Documents from outside, read into the nouns of the plant. Hostile bytes: what is not understood becomes a problem
//! with its line, never an end and never silence.

mod firewalls;
pub mod plan;

pub use firewalls::{read_firewall, recognise};
