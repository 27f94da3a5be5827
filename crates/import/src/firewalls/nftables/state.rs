//! What commands of nftables leave behind: the tables as the kernel would hold them.

use std::collections::BTreeMap;

use model::firewall::{Problem, Verdict};

use super::super::netfilter::{Base, Chain, Family, Hook, Kind, Ruleset};
use super::lower::{self, NamedSet, Names};
use super::tree::{ChainHead, Command, RuleText, Statement, TableName, What};

/// The tables, chains and sets, and the rules in them.
#[derive(Default)]
struct State {
    tables: Vec<Table>,
    problems: Vec<Problem>,
}

#[derive(Default)]
struct Table {
    name: TableName,
    dormant: bool,
    chains: Vec<Written>,
    /// The chains by name.
    places: BTreeMap<String, usize>,
    names: Names,
}

/// A chain as it is written.
#[derive(Default)]
struct Written {
    name: String,
    line: u32,
    head: ChainHead,
    policy_line: Option<u32>,
    rules: Vec<(u32, RuleText)>,
    deleted: bool,
}

/// Carries out all commands.
pub(super) fn ruleset(commands: Vec<Command>, problems: Vec<Problem>) -> Ruleset {
    let mut state = State { problems, ..State::default() };
    for command in commands {
        state.run(command);
    }
    state.finish()
}

impl State {
    fn table(&mut self, name: &TableName) -> &mut Table {
        let place = match self.tables.iter().position(|table| table.name == *name) {
            Some(place) => place,
            None => {
                self.tables.push(Table { name: name.clone(), ..Table::default() });
                self.tables.len() - 1
            }
        };
        &mut self.tables[place]
    }

    fn run(&mut self, command: Command) {
        let line = command.line;
        match command.what {
            What::FlushAll => self.tables.clear(),
            What::Table(name) => {
                self.table(&name);
            }
            What::Dormant(name) => self.table(&name).dormant = true,
            What::DeleteTable(name) => self.tables.retain(|table| table.name != name),
            What::FlushTable(name) => {
                self.table(&name).chains.iter_mut().for_each(|chain| chain.rules.clear())
            }
            What::Chain(table, name, head) => self.table(&table).chain(&name, line).more(head, line),
            What::FlushChain(table, name) => self.table(&table).chain(&name, line).rules.clear(),
            What::DeleteChain(table, name) => {
                let chain = self.table(&table).chain(&name, line);
                *chain = Written { name, line, deleted: true, ..Written::default() };
            }
            What::Rule { table, chain, rule, first } => {
                let chain = self.table(&table).chain(&chain, line);
                let place = if first { 0 } else { chain.rules.len() };
                chain.rules.insert(place, (line, rule));
            }
            What::Set(table, name, head) => {
                let set = self.table(&table).names.sets.entry(name).or_default();
                set.changes |= head.changes;
            }
            What::Elements(table, name, elements) => {
                self.table(&table).names.sets.entry(name).or_default().elements.extend(elements);
            }
            What::DeleteElements(table, name, elements) => {
                let set = self.table(&table).names.sets.entry(name).or_default();
                set.elements.retain(|element| !elements.iter().any(|gone| gone.key == element.key));
            }
            What::FlushSet(table, name) => {
                self.table(&table).names.sets.entry(name).or_default().elements.clear();
            }
            What::Limit(table, name, over) => {
                self.table(&table).names.limits.insert(name, over);
            }
        }
    }

    fn finish(mut self) -> Ruleset {
        let routed = |table: &Table| {
            matches!(table.name.0.as_str(), "ip" | "ip6" | "inet")
                && table.chains.iter().any(|chain| chain.head.hook.is_some())
        };
        let routes = self.tables.iter().any(routed);
        let mut ruleset = Ruleset::default();
        for (number, table) in std::mem::take(&mut self.tables).into_iter().enumerate() {
            let skipped = match table.name.0.as_str() {
                "arp" => Some("judges ARP alone"),
                "bridge" if routes => Some("judges frames that are switched, not packets that are routed"),
                _ => None,
            };
            if let (Some(why), Some(chain)) = (skipped, table.chains.first()) {
                let text = format!("the table {} {}, and is left out", table.name.1, why);
                self.problems.push(Problem { line: chain.line, text });
                continue;
            }
            table.lower(number, &mut ruleset, &mut self.problems);
        }
        ruleset.problems = self.problems;
        ruleset
    }
}

impl Table {
    fn chain(&mut self, name: &str, line: u32) -> &mut Written {
        let place = match self.places.get(name) {
            Some(place) => *place,
            None => {
                self.places.insert(name.to_string(), self.chains.len());
                self.chains.push(Written { name: name.to_string(), line, ..Written::default() });
                self.chains.len() - 1
            }
        };
        let chain = &mut self.chains[place];
        chain.deleted = false;
        chain
    }

    fn lower(mut self, number: usize, ruleset: &mut Ruleset, problems: &mut Vec<Problem>) {
        self.note_updates();
        let family = match self.name.0.as_str() {
            "ip" => Family::V4,
            "ip6" => Family::V6,
            _ => Family::Both,
        };
        for chain in std::mem::take(&mut self.chains).into_iter().filter(|chain| !chain.deleted) {
            let base = if self.dormant { None } else { chain.base(&self.name.0, problems) };
            let rules = chain
                .rules
                .into_iter()
                .map(|(line, text)| lower::rule(text, line, &self.names, problems))
                .collect();
            let (table_name, name) = (self.name.1.clone(), chain.name);
            ruleset.chains.push(Chain { table: number, table_name, family, name, base, rules });
        }
    }

    /// Sets into which rules put what they meet.
    fn note_updates(&mut self) {
        for (_, rule) in self.chains.iter().flat_map(|chain| &chain.rules) {
            for statement in &rule.statements {
                if let Statement::Update { set, .. } = statement {
                    let set: &mut NamedSet = self.names.sets.entry(set.clone()).or_default();
                    set.updated = true;
                }
            }
        }
    }
}

impl Written {
    fn more(&mut self, head: ChainHead, line: u32) {
        if head.policy.is_some() || head.hook.is_some() {
            self.policy_line = Some(line);
        }
        let ChainHead { kind, hook, priority, policy, devices } = head;
        let own = &mut self.head;
        own.kind = kind.or(own.kind.take());
        own.hook = hook.or(own.hook.take());
        own.priority = priority.or(own.priority.take());
        own.policy = policy.or(own.policy.take());
        own.devices.extend(devices);
    }

    fn base(&self, family: &str, problems: &mut Vec<Problem>) -> Option<Base> {
        let hook = match self.head.hook.as_deref()? {
            "prerouting" => Hook::Prerouting,
            "input" => Hook::Input,
            "forward" => Hook::Forward,
            "output" => Hook::Output,
            "postrouting" => Hook::Postrouting,
            "ingress" => Hook::Ingress,
            "egress" => Hook::Egress,
            other => {
                let text = format!("there is no hook {other}: the chain {} decides nothing here", self.name);
                problems.push(Problem { line: self.line, text });
                return None;
            }
        };
        let kind = if self.head.kind.as_deref() == Some("nat") { Kind::Nat } else { Kind::Filter };
        let policy = match self.head.policy.as_deref() {
            Some("drop") => Verdict::Deny,
            Some(_) | None => Verdict::Allow,
        };
        let priority = self.priority(family, problems);
        let devices = self.head.devices.clone();
        Some(Base { kind, hook, priority, policy, line: self.policy_line, devices })
    }

    /// nft(8), "Standard priority names".
    fn priority(&self, family: &str, problems: &mut Vec<Problem>) -> i32 {
        let (name, distance) = self.head.priority.clone().unwrap_or_default();
        let named = match (family, name.as_deref()) {
            (_, None) => Some(0),
            ("bridge", Some("dstnat")) => Some(-300),
            ("bridge", Some("filter")) => Some(-200),
            ("bridge", Some("out")) => Some(100),
            ("bridge", Some("srcnat")) => Some(300),
            (_, Some("raw")) => Some(-300),
            (_, Some("mangle")) => Some(-150),
            (_, Some("dstnat")) => Some(-100),
            (_, Some("filter")) => Some(0),
            (_, Some("security")) => Some(50),
            (_, Some("srcnat")) => Some(100),
            (_, Some(_)) => None,
        };
        let named = named.unwrap_or_else(|| {
            let text = format!("there is no priority {}: 0 is taken", name.unwrap_or_default());
            problems.push(Problem { line: self.line, text });
            0
        });
        i32::try_from(i64::from(named).saturating_add(distance)).unwrap_or(if distance < 0 {
            i32::MIN
        } else {
            i32::MAX
        })
    }
}
