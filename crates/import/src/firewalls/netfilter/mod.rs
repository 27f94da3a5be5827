//! The packet filter of Linux, apart from how its rules are written: nftables in both of its forms and iptables are
//! read into one [`Ruleset`], and one compiler makes stages of it.
//!
//! # Which stage judges which packet
//!
//! The interface numbers of a packet tell the way it takes:
//!
//! | comes in by | leaves by | passes the hooks |
//! |---|---|---|
//! | an interface | an interface | prerouting, forward, postrouting |
//! | an interface | `LOCAL` | prerouting, input |
//! | `LOCAL` | an interface | output, postrouting |
//! | `LOCAL` | `LOCAL` | output, prerouting (without translation), input |
//!
//! Every stage begins with a step without a rule that lets pass whom its hook or its address family does not concern.
//! Chains that only count, mark or hide the source decide nothing and make no stage.
//!
//! The outgoing interface of a question is the one by which the packet leaves after translation of its destination.

mod compile;
mod interfaces;
mod kinds;
mod names;
mod needs;
mod ruleset;
mod stages;

pub(super) use names::{icmp_type, icmpv6_type, number, protocol, service, tcp_flag};
pub(super) use ruleset::{
    Act, AddressKind, Base, Case, Chain, Cond, Family, Hook, Kind, Need, NewAddress, Rule, Ruleset, Side,
    any, doubt,
};
pub(super) use stages::firewall;
