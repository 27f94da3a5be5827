//! Folds what decoding tells, flow by flow, into a plant: assets, conversations, levels, zones. Pure.
//!
//! Several inventories may each listen to a part of the flows of one capture; merged, they are one, whatever
//! the split. Everything that outsiders can make grow has a bound, and the plant says when one was reached.

mod assets;
mod behaviour;
mod catalogue;
mod company;
mod conversations;
mod counters;
mod facts;
mod flows;
mod hosts;
mod identify;
mod network;
mod objects;
mod observe;
mod operated;
mod place;
mod portrait;
mod roles;
mod tables;
mod tally;
mod union;
mod weigh;
mod zones;

pub use catalogue::ALL as SENTENCES;
pub use conversations::{CONVERSATIONS_MAX, UNSETTLED_MAX};
pub use counters::OPERATIONS_MAX;
pub use facts::{FACT_CHARS_MAX, FACTS_MAX};
pub use hosts::{BINDINGS_MAX, GIVEN_NAMES_MAX, HOSTS_MAX};
pub use objects::{OBJECT_CHARS_MAX, OBJECTS_KEPT_MAX, OBJECTS_MAX};
pub use observe::Inventory;
pub use tally::{CREDENTIALS_MAX, NAMES_MAX, UNITS_MAX};
