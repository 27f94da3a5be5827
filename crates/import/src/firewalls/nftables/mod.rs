//! nftables: the text of `nft list ruleset` and of files written by hand, and the JSON of `nft -j list ruleset`
//! (nft(8), libnftables-json(5)). Both become the same commands, and these one set of rules.

mod cursor;
mod expressions;
mod fields;
mod from_json;
mod json;
mod lower;
mod print;
mod state;
mod statements;
mod text;
mod tokens;
mod tree;

use model::firewall::Firewall;

use super::netfilter::firewall;

/// How much of a rule is shown.
const RULE_TEXT_BYTES_MAX: usize = 2000;

/// Lines in which the beginning of a table is looked for.
const BEGINNING_LINES_MAX: usize = 2000;

/// True when a line begins a table, or adds one.
pub(super) fn recognises(text: &str) -> bool {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.take(BEGINNING_LINES_MAX).any(|line| {
        let line = line.strip_prefix("add ").or_else(|| line.strip_prefix("create ")).unwrap_or(line);
        let mut words = line.split_whitespace();
        let (first, family) = (words.next(), words.next());
        line.starts_with("flush ruleset")
            || first == Some("table")
                && matches!(family, Some("ip" | "ip6" | "inet" | "arp" | "bridge" | "netdev"))
            || first == Some("table") && line.ends_with('{')
    })
}

/// Reads the text.
pub(super) fn read(text: &str) -> Firewall {
    let mut problems = Vec::new();
    let commands = text::commands(text, &mut problems);
    firewall(state::ruleset(commands, problems))
}

/// True for a document of `nft -j`.
pub(super) fn recognises_json(text: &str) -> bool {
    let start = text.trim_start();
    start.starts_with('{') && start.get(..start.len().min(200)).unwrap_or(start).contains("\"nftables\"")
}

/// Reads the JSON.
pub(super) fn read_json(text: &str) -> Firewall {
    let mut problems = Vec::new();
    let commands = from_json::commands(text, &mut problems);
    firewall(state::ruleset(commands, problems))
}
