//! The plan held against what was observed: where each address is, which conduit holds each conversation.

mod gates;
mod held;
mod judge;
mod places;
mod propose;
mod simulate;
mod table;

pub use gates::Enforcer;
pub use held::{Contradiction, Held, hold};
pub use judge::{Judge, Judgement, Permitted, Verdict, Violation};
pub use places::{Place, Places};
pub use propose::{PEERS_FOR_A_GROUP_MIN, Proposal, propose};
pub use simulate::{Change, Cut, NEW_WAYS_MAX, NewWay, Rhythm, other_firewalls, other_plan};
pub use table::{CONVERSATIONS_PER_CELL_MAX, Case, Cell, SURFACE_ROWS_PER_PAIR_MAX, UNUSED_DAYS_MIN, table};
