//! A firewall as what it does with a packet. Every dialect is read into this one shape: stages that a packet passes
//! one after the other, each a list of steps that only lead forward.

use ipnet::IpNet;

use crate::packets::{PacketSet, Span};

/// A firewall, read from its configuration.
#[derive(Debug, Clone, Default)]
pub struct Firewall {
    /// What it calls itself, where the configuration says so.
    pub name: Option<String>,
    /// In which language its configuration is written.
    pub dialect: Dialect,
    /// Its interfaces. The number of an interface in a packet set is its place here; the first two are
    /// [`Interface::OTHER`] and [`Interface::SELF`].
    pub interfaces: Vec<Interface>,
    /// Its rules, as the configuration lists them. Steps name them by their place here.
    pub rules: Vec<Rule>,
    /// What a packet passes, in order. Denied by one is denied; passed by all is allowed.
    pub stages: Vec<Stage>,
    /// Lists of rules that nothing applies: they decide no packet, and are looked through for mistakes all the same.
    pub unbound: Vec<Stage>,
    /// What was not understood. Its meaning was widened: see [`Doubt`].
    pub problems: Vec<Problem>,
}

/// In which language a firewall is configured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub enum Dialect {
    /// The text of `nft list ruleset`.
    #[default]
    Nftables,
    /// The JSON of `nft -j list ruleset` (libnftables-json(5)).
    NftablesJson,
    /// `iptables-save` or `ip6tables-save`.
    Iptables,
    /// `config.xml` of OPNsense.
    OpnSense,
    /// `config.xml` of pfSense.
    PfSense,
    /// The command line of FortiOS.
    FortiOs,
    /// Cisco ASA.
    CiscoAsa,
    /// Cisco IOS and IOS-XE.
    CiscoIos,
}

impl Dialect {
    /// What people call it.
    pub fn name(self) -> &'static str {
        match self {
            Dialect::Nftables => "nftables",
            Dialect::NftablesJson => "nftables (JSON)",
            Dialect::Iptables => "iptables",
            Dialect::OpnSense => "OPNsense",
            Dialect::PfSense => "pfSense",
            Dialect::FortiOs => "FortiOS",
            Dialect::CiscoAsa => "Cisco ASA",
            Dialect::CiscoIos => "Cisco IOS",
        }
    }
}

/// An interface of a firewall.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Interface {
    /// As rules and questions name it.
    pub name: String,
    /// Other names for it: device, description, zone.
    pub aliases: Vec<String>,
    /// Its own addresses with the network behind them.
    pub addresses: Vec<IpNet>,
    /// Trust from 0 to 100 (Cisco ASA); none elsewhere.
    pub security_level: Option<u8>,
}

impl Interface {
    /// Number of "an interface that the configuration does not name".
    pub const OTHER: u16 = 0;
    /// Number of "the firewall itself": packets for it leave by it, packets of its own come in by it.
    pub const SELF: u16 = 1;

    /// The first two of every firewall.
    pub fn first_two() -> Vec<Interface> {
        let named = |name: &str| Interface { name: name.to_string(), ..Interface::default() };
        vec![named("(other)"), named("LOCAL")]
    }
}

/// A rule as a person wrote it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rule {
    /// How the configuration names it: its comment, name, number or id.
    pub name: String,
    /// The chain, list or policy it stands in.
    pub list: String,
    /// Its line in the file, from 1.
    pub line: u32,
    /// What stands there.
    pub text: String,
    /// What it does, when it is one that decides.
    pub action: RuleAction,
    /// Switched off in the configuration; it has no steps then.
    pub disabled: bool,
    /// True when it logs what it meets.
    pub logs: bool,
    /// How often it was met since its counter started, where the configuration says so.
    pub hits: Option<u64>,
    /// True for a rule that the product adds and nobody wrote.
    pub automatic: bool,
}

/// What a rule does with what it meets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub enum RuleAction {
    /// Lets it pass.
    Allow,
    /// Does not, with or without an answer.
    Deny,
    /// Changes addresses.
    Translate,
    /// Leads elsewhere, counts, logs or marks.
    #[default]
    Other,
}

/// One list that a packet passes.
#[derive(Debug, Clone, Default)]
pub struct Stage {
    /// As the configuration names it, as in `filter/FORWARD` or `access-group outside_in in`.
    pub name: String,
    /// The steps; each leads only to later ones, the last one beyond the end.
    pub steps: Vec<Step>,
    /// What becomes of a packet that leaves the steps at their end.
    pub end: Verdict,
    /// How that is named, as in `policy drop` or `implicit-deny`.
    pub end_name: String,
    /// The line that says so, where there is one.
    pub end_line: Option<u32>,
    /// True when what is denied at the end is logged.
    pub end_logs: bool,
}

/// What becomes of a packet in a stage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub enum Verdict {
    /// It goes on to the next stage.
    Allow,
    /// It goes nowhere.
    #[default]
    Deny,
}

/// One question to a packet and what follows.
#[derive(Debug, Clone)]
pub struct Step {
    /// The packets it meets.
    pub test: PacketSet,
    /// Set when it is not sure that all of these are met.
    pub doubt: Option<Doubt>,
    /// What becomes of those it meets.
    pub then: Then,
    /// Where the others go; the next step when it is the step's own number plus one.
    pub otherwise: usize,
    /// The rule it belongs to.
    pub rule: Option<usize>,
}

/// Why it is not sure that a step meets all packets of its test: it depends on something that a configuration does not
/// tell (a rate, a time, a user), or it was not understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Doubt {
    /// On what it depends, as in `limit 10/second`.
    pub because: String,
    /// Whether a packet is met that comes alone while nothing is counted yet, where that is known: within a `limit` it
    /// is, by `recent --update` it is not. Questions about one packet are answered so, and say so.
    pub alone: Option<bool>,
}

/// What follows when a step meets a packet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Then {
    /// The stage ends.
    End(Verdict),
    /// On to a later step of the stage; its length stands for its end.
    Go(usize),
    /// The destination becomes another, then on to a later step.
    Translate {
        /// The new address, one of these; none leaves it as it is.
        destination: Option<Span<u128>>,
        /// The new port, one of these; none leaves it as it is.
        port: Option<Span<u16>>,
        /// The step after.
        go: usize,
    },
}

/// What was not understood in a configuration.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// Its line, from 1; 0 when it is about the whole file.
    pub line: u32,
    /// What it is, and what it means for the answers.
    pub text: String,
}
