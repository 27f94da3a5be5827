//! The numbers of interfaces. Rules name them, some by the beginning of their name alone.

use std::collections::BTreeMap;

use model::firewall::Interface;
use model::packets::{Span, spans_of};

use super::ruleset::{Act, Case, Cond, Need, Ruleset, Side};

/// Interfaces that are told apart; further ones count as "other", with a doubt.
const INTERFACES_MAX: usize = 4096;

/// The loopback interface.
const LOOPBACK: &str = "lo";

/// All interfaces that rules name. A pattern as `eth*` is one as well: it stands for those that no rule names in full.
pub(super) struct Interfaces {
    names: Vec<String>,
    numbers: BTreeMap<String, u16>,
}

impl Interfaces {
    /// Those of a set of rules, in the order in which it names them.
    pub(super) fn of(ruleset: &Ruleset) -> Interfaces {
        let (mut names, mut numbers) = (Vec::new(), BTreeMap::new());
        let mut note = |name: &str| {
            let number = u16::try_from(names.len() + 2).unwrap_or(u16::MAX);
            if names.len() < INTERFACES_MAX && !matches!(name, "*" | "") && !numbers.contains_key(name) {
                numbers.insert(name.to_string(), number);
                names.push(name.to_string());
            }
        };
        for chain in &ruleset.chains {
            for device in chain.base.iter().flat_map(|base| &base.devices) {
                note(device);
            }
            for rule in &chain.rules {
                for need in &rule.needs {
                    if let Need::Any(lists) | Need::None(lists) | Need::Changing { now: lists, .. } = need {
                        each_name(lists, &mut note);
                    }
                }
                for act in &rule.acts {
                    if let Act::Choose(cases) = act {
                        cases.iter().for_each(|Case { when, .. }| each_name(when, &mut note));
                    }
                }
            }
        }
        Interfaces { names, numbers }
    }

    /// As a firewall lists them.
    pub(super) fn list(&self) -> Vec<Interface> {
        let mut list = Interface::first_two();
        list.extend(self.names.iter().map(|name| Interface { name: name.clone(), ..Interface::default() }));
        list
    }

    /// The numbers of those that fit one of the patterns, and whether these are all. In a packet that the firewall sends
    /// to itself, `LOCAL` is the loopback interface.
    pub(super) fn spans(&self, patterns: &[String]) -> (Vec<Span<u16>>, bool) {
        if patterns.iter().any(|pattern| pattern == "*") {
            return (vec![Span::ANY], true);
        }
        let (mut numbers, mut all) = (Vec::new(), true);
        for pattern in patterns.iter().filter(|pattern| !pattern.is_empty()) {
            if fits(pattern, LOOPBACK) {
                numbers.push(Interface::SELF);
            }
            match pattern.strip_suffix('*') {
                Some(start) => numbers.extend(self.beginning(start)),
                None => numbers.extend(self.numbers.get(pattern)),
            }
            if !self.numbers.contains_key(pattern) {
                numbers.push(Interface::OTHER);
                all = false;
            }
        }
        numbers.sort_unstable();
        (spans_of(numbers), all)
    }

    fn beginning<'a>(&'a self, start: &'a str) -> impl Iterator<Item = u16> + 'a {
        let from = self.numbers.range(start.to_string()..);
        from.take_while(move |(name, _)| name.starts_with(start)).map(|(_, number)| *number)
    }
}

/// Whether a name, which may itself stand for several, fits a pattern.
fn fits(pattern: &str, name: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(start) => name.starts_with(start),
        None => name == pattern,
    }
}

/// Whether one of the patterns fits an interface without a name: that of a packet where it has none.
pub(super) fn fit_nothing(patterns: &[String]) -> bool {
    patterns.iter().any(|pattern| pattern == "*" || pattern.is_empty())
}

fn each_name(lists: &[Vec<Cond>], note: &mut impl FnMut(&str)) {
    for cond in lists.iter().flatten() {
        match cond {
            Cond::Interface { side: Side::In | Side::Out, names, .. } => {
                names.iter().for_each(|name| note(name))
            }
            Cond::Address(..) | Cond::Number(..) | Cond::State(_) | Cond::Family(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_holds_what_begins_like_it() {
        let names = ["eth*", "eth1", "lo", "tun0"].map(String::from).to_vec();
        let numbers = names.iter().cloned().zip(2..).collect();
        let interfaces = Interfaces { names, numbers };
        let spans = |pattern: &str| interfaces.spans(&[pattern.to_string()]);
        assert_eq!(spans("eth*"), (vec![Span::new(2, 3)], true));
        assert_eq!(spans("eth1"), (vec![Span::one(3)], true));
        assert_eq!(spans("lo"), (vec![Span::one(1), Span::one(4)], true));
        assert_eq!(spans("*"), (vec![Span::ANY], true));
        assert_eq!(spans("wg9"), (vec![Span::one(0)], false));
    }
}
