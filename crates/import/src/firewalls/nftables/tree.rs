//! Statements of nftables as they are written (nft(8), "statements" and "expressions"), the same for text and JSON.

/// What a configuration says, in order.
#[derive(Debug, Clone)]
pub(super) struct Command {
    /// Its line, from 1.
    pub line: u32,
    /// What it does.
    pub what: What,
}

/// A table: its family and name.
pub(super) type TableName = (String, String);

/// What a command does.
#[derive(Debug, Clone)]
pub(super) enum What {
    /// Removes everything.
    FlushAll,
    /// Makes a table.
    Table(TableName),
    /// Takes a table out of use, or back.
    Dormant(TableName),
    /// Removes a table.
    DeleteTable(TableName),
    /// Empties the chains of a table.
    FlushTable(TableName),
    /// Makes a chain, or says more of it.
    Chain(TableName, String, ChainHead),
    /// Empties a chain.
    FlushChain(TableName, String),
    /// Removes a chain.
    DeleteChain(TableName, String),
    /// Adds a rule at the end of a chain, or at its beginning.
    Rule {
        /// Its table.
        table: TableName,
        /// Its chain.
        chain: String,
        /// The rule.
        rule: RuleText,
        /// True at the beginning.
        first: bool,
    },
    /// Makes a set or a map, or says more of it.
    Set(TableName, String, SetHead),
    /// Adds elements.
    Elements(TableName, String, Vec<Element>),
    /// Removes elements.
    DeleteElements(TableName, String, Vec<Element>),
    /// Empties a set.
    FlushSet(TableName, String),
    /// Names a limit, a quota: whether it meets what goes beyond it.
    Limit(TableName, String, bool),
}

/// The head of a base chain, as far as it is given.
#[derive(Debug, Clone, Default)]
pub(super) struct ChainHead {
    /// `filter`, `nat` or `route`.
    pub kind: Option<String>,
    /// Its hook.
    pub hook: Option<String>,
    /// Its priority: a name with a distance, or a number.
    pub priority: Option<(Option<String>, i64)>,
    /// Its policy.
    pub policy: Option<String>,
    /// Its interfaces.
    pub devices: Vec<String>,
}

/// A set or a map, as far as it is described.
#[derive(Debug, Clone, Default)]
pub(super) struct SetHead {
    /// Elements may come and go.
    pub changes: bool,
}

/// A rule.
#[derive(Debug, Clone, Default)]
pub(super) struct RuleText {
    /// As it is written, without counts.
    pub text: String,
    /// Its comment.
    pub comment: Option<String>,
    /// Its statements.
    pub statements: Vec<Statement>,
}

/// One statement of a rule.
#[derive(Debug, Clone)]
pub(super) enum Statement {
    /// The packet must compare so.
    Match {
        /// What of it.
        left: Expression,
        /// How.
        how: How,
        /// With what.
        right: Expression,
    },
    /// What becomes of the packet.
    Verdict(Verdict),
    /// A map of verdicts.
    VerdictMap {
        /// What of the packet is looked up.
        key: Expression,
        /// A set of elements with verdicts, or the name of a map.
        map: Expression,
    },
    /// Counts.
    Counter(Option<u64>),
    /// Logs.
    Log,
    /// Refuses with an answer.
    Reject,
    /// Only up to a rate or an amount, or only beyond it.
    Limit {
        /// As it is written.
        text: String,
        /// True when it meets what goes beyond.
        over: bool,
    },
    /// Only up to a rate that is defined elsewhere.
    NamedLimit(String),
    /// Translates addresses.
    Translate(Translation),
    /// Keeps it out of the tracking.
    Untrack,
    /// Puts something of the packet into a set; with what it is measured by there.
    Update {
        /// The set.
        set: String,
        /// A limit in it, as `limit rate over 10/second`.
        limit: Option<(String, bool)>,
    },
    /// Hands the packet to something that may let it pass or not.
    Hand(String),
    /// Changes nothing that a rule here asks for.
    Harmless,
    /// Not understood.
    Unknown(String),
}

/// How two things compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum How {
    /// As the kind of the field has it: equal, or one of the flags.
    Plain,
    /// Equal.
    Equal,
    /// Not equal.
    Unequal,
    /// None of the flags.
    Without,
    /// Less.
    Below,
    /// Less or equal.
    UpTo,
    /// Greater.
    Above,
    /// Greater or equal.
    From,
}

/// A verdict.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Verdict {
    Accept,
    Drop,
    Continue,
    Return,
    Jump(String),
    Goto(String),
    /// Hands the packet to a program.
    Queue,
}

/// A translation of addresses.
#[derive(Debug, Clone, Default)]
pub(super) struct Translation {
    /// `dnat`, `snat`, `masquerade`, `redirect`.
    pub kind: String,
    /// The new address.
    pub address: Option<Expression>,
    /// The new port.
    pub port: Option<Expression>,
}

/// What of a packet is asked for, or what it is compared with.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Expression {
    /// A field.
    Field(Field),
    /// A word or number.
    Word(String),
    /// A word in quotation marks.
    Quoted(String),
    /// `address/length`.
    Prefix(Box<Expression>, u32),
    /// From one to the other.
    Range(Box<Expression>, Box<Expression>),
    /// Several, in braces.
    Set(Vec<Element>),
    /// Several flags or states.
    List(Vec<Expression>),
    /// A named set or map.
    Named(String),
    /// Several fields or values side by side.
    Concat(Vec<Expression>),
    /// Flags of a mask: `flags & mask`.
    Masked(Box<Expression>, Box<Expression>),
    /// Flags together.
    Or(Vec<Expression>),
    /// What a map holds for a key.
    Map(Box<Expression>, Box<Expression>),
    /// Anything.
    Any,
    /// Computed, random, or not understood: as it is written.
    Other(String),
}

/// An element of a set, with its value in a map.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Element {
    /// The key.
    pub key: Expression,
    /// What a map holds for it.
    pub value: Option<Data>,
}

/// What a map holds.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Data {
    /// A verdict.
    Verdict(Verdict),
    /// A value.
    Value(Expression),
}

/// A field of a packet or of what is known of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Field {
    /// Of a header: protocol and name, as in `tcp dport`.
    Header(String, String),
    /// `meta KEY`.
    Meta(String),
    /// `ct [original|reply] [ip|ip6] KEY`.
    Tracking {
        /// Its key.
        key: String,
        /// The direction, where one is given.
        direction: Option<String>,
    },
    /// `fib FLAGS KEY`.
    Route {
        /// What is looked up, as `daddr`, `saddr`, `iif`.
        flags: Vec<String>,
        /// What is asked for, as `type`, `oif`.
        result: String,
    },
    /// Anything else, as it is written.
    Other(String),
}
