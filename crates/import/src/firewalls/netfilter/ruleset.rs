//! What all ways to write rules for Linux have in common: chains of rules, each with what it needs and what it does.

use model::firewall::{Doubt, Problem, Verdict};
use model::packets::{AddressField, NumberField, PacketState, Span};

/// All chains of a configuration.
#[derive(Debug, Default)]
pub(in crate::firewalls) struct Ruleset {
    /// The chains, in the order in which they were made.
    pub chains: Vec<Chain>,
    /// What was not understood.
    pub problems: Vec<Problem>,
    /// The family of which the file tells nothing, while the machine may well have rules for it.
    pub untold: Option<Family>,
}

/// A chain.
#[derive(Debug, Default)]
pub(in crate::firewalls) struct Chain {
    /// Which table it stands in: chains of one table find each other by name.
    pub table: usize,
    /// How people name that table.
    pub table_name: String,
    /// Whose packets the table sees.
    pub family: Family,
    /// Its name.
    pub name: String,
    /// Set when the kernel calls it.
    pub base: Option<Base>,
    /// Its rules.
    pub rules: Vec<Rule>,
}

/// How the kernel calls a chain.
#[derive(Debug, Clone)]
pub(in crate::firewalls) struct Base {
    /// What it is there for.
    pub kind: Kind,
    /// Where packets are handed to it.
    pub hook: Hook,
    /// Before those with a higher number.
    pub priority: i32,
    /// What becomes of a packet at its end.
    pub policy: Verdict,
    /// Where the policy stands.
    pub line: Option<u32>,
    /// The interfaces of an ingress or egress chain.
    pub devices: Vec<String>,
}

/// What a chain is there for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::firewalls) enum Kind {
    /// Judges every packet.
    Filter,
    /// Translates the first packet of each conversation.
    Nat,
}

/// Where in the kernel a packet is (nft(8), "address families").
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::firewalls) enum Hook {
    /// Made here.
    Output,
    /// Just received.
    Ingress,
    /// Before its way is known.
    Prerouting,
    /// On its way through.
    Forward,
    /// For the firewall itself.
    Input,
    /// About to be sent.
    Postrouting,
    /// Just before it is sent.
    Egress,
}

/// Whose packets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(in crate::firewalls) enum Family {
    /// Of both families.
    #[default]
    Both,
    /// IPv4.
    V4,
    /// IPv6.
    V6,
}

/// A rule.
#[derive(Debug, Default)]
pub(in crate::firewalls) struct Rule {
    /// Its line, from 1.
    pub line: u32,
    /// What stands there, in the usual spelling.
    pub text: String,
    /// How it is called where no comment tells it from others; empty for its text.
    pub label: String,
    /// What a person wrote beside it.
    pub comment: Option<String>,
    /// How often it was met.
    pub hits: Option<u64>,
    /// True when it logs.
    pub logs: bool,
    /// What a packet must fulfil, all of it.
    pub needs: Vec<Need>,
    /// What happens then, in order.
    pub acts: Vec<Act>,
    /// Set when it puts the source into a list that `recent` keeps.
    pub remembers: Option<String>,
}

/// One thing that a packet must fulfil.
#[derive(Debug, Clone)]
pub(in crate::firewalls) enum Need {
    /// All conditions of one of the lists.
    Any(Vec<Vec<Cond>>),
    /// Not all conditions of any of the lists.
    None(Vec<Vec<Cond>>),
    /// Something that the configuration does not tell.
    Doubt(Doubt),
    /// An address of one of these kinds, or of none.
    Address {
        /// Which address.
        field: AddressField,
        /// The kinds.
        kinds: Vec<AddressKind>,
        /// True when it must be of none of them.
        not: bool,
    },
    /// All conditions of one of the lists, which may change while the firewall works.
    Changing {
        /// The lists as they are now.
        now: Vec<Vec<Cond>>,
        /// How it is written.
        because: String,
        /// Whether it fulfils the need that the packet is in the lists as they are now; none when rules themselves
        /// change them.
        alone: Option<bool>,
    },
    /// In one of the states, or of a conversation whose destination was translated.
    Translated {
        /// The states.
        states: Vec<PacketState>,
        /// How it is written.
        because: String,
    },
    /// Something that `recent` has in this list, and no hit counted yet beside its own.
    Remembered {
        /// The list.
        list: String,
        /// How it is written.
        because: String,
        /// True when it must not be there.
        not: bool,
    },
}

/// A condition on one field.
#[derive(Debug, Clone)]
pub(in crate::firewalls) enum Cond {
    /// An address in one of the spans.
    Address(AddressField, Vec<Span<u128>>),
    /// A number in one of the spans.
    Number(NumberField, Vec<Span<u16>>),
    /// An interface of one of the names; `*` at the end stands for anything.
    Interface {
        /// Which.
        side: Side,
        /// The names.
        names: Vec<String>,
        /// True when it must be none of them.
        not: bool,
    },
    /// One of the states.
    State(Vec<PacketState>),
    /// Of this family.
    Family(Family),
}

/// Which interface.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::firewalls) enum Side {
    /// By which the packet came in.
    In,
    /// By which it leaves.
    Out,
}

/// What an address is to the firewall (its routing table tells).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::firewalls) enum AddressKind {
    /// One of its own.
    Local,
    /// Of one other host.
    Unicast,
    /// All of a network.
    Broadcast,
    /// A group.
    Multicast,
    /// What only a route of its own makes so: anycast, unreachable, prohibited.
    Routed,
}

/// What a rule does.
#[derive(Debug, Clone)]
pub(in crate::firewalls) enum Act {
    /// Lets pass.
    Accept,
    /// Lets nothing pass.
    Drop,
    /// Back behind the rule that jumped here.
    Return,
    /// To a chain and back.
    Jump(String),
    /// To a chain and back to where this one was called.
    Goto(String),
    /// Nothing; a case of a map may say so.
    Continue,
    /// Hands it to something that may let it pass or not.
    Hand(String),
    /// Changes the destination to one of these.
    Translate(Vec<NewAddress>),
    /// Makes the firewall itself the destination.
    Divert(Option<Span<u16>>),
    /// Changes the source.
    Hide,
    /// Keeps it out of the connection tracking.
    Untrack,
    /// The first case that fits.
    Choose(Vec<Case>),
}

/// One case of a map.
#[derive(Debug, Clone)]
pub(in crate::firewalls) struct Case {
    /// When it fits: all conditions of one of the lists.
    pub when: Vec<Vec<Cond>>,
    /// What happens then.
    pub act: Act,
    /// Set when it is not sure that it fits.
    pub doubt: Option<Doubt>,
}

/// A new destination.
#[derive(Debug, Clone, Copy, Default)]
pub(in crate::firewalls) struct NewAddress {
    /// One of these addresses; none leaves it.
    pub address: Option<Span<u128>>,
    /// One of these ports; none leaves it.
    pub port: Option<Span<u16>>,
}

/// A need with one condition.
pub(in crate::firewalls) fn any(cond: Cond) -> Need {
    Need::Any(vec![vec![cond]])
}

/// A need that the configuration does not tell.
pub(in crate::firewalls) fn doubt(because: impl Into<String>, alone: Option<bool>) -> Need {
    Need::Doubt(Doubt { because: because.into(), alone })
}
