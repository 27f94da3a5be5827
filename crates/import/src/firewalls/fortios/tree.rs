//! The command line of FortiOS as tables with entries: `config`, `edit`, `set`, `append`, `unset`, `select`, `move`, one
//! after the other, as the device itself takes them (FortiOS Administration Guide, Using the CLI).

use std::collections::HashMap;

/// How deep `config` and `edit` may stand in each other.
const DEPTH_MAX: usize = 32;
/// Lines that one text in quotes may go over.
const QUOTED_LINES_MAX: usize = 4_000;
/// Virtual domains; FortiOS has at most 500.
const DOMAINS_MAX: usize = 500;
/// Entries that may change their place; each move goes through the table.
const MOVES_MAX: usize = 10_000;

/// Tables that firewalls need; others are read over.
const TABLES: &[&str] = &[
    "firewall acl",
    "firewall acl6",
    "firewall address",
    "firewall address6",
    "firewall addrgrp",
    "firewall addrgrp6",
    "firewall central-snat-map",
    "firewall internet-service-custom",
    "firewall local-in-policy",
    "firewall local-in-policy6",
    "firewall policy",
    "firewall policy46",
    "firewall policy6",
    "firewall policy64",
    "firewall schedule group",
    "firewall schedule onetime",
    "firewall schedule recurring",
    "firewall security-policy",
    "firewall service custom",
    "firewall service group",
    "firewall vip",
    "firewall vip46",
    "firewall vip6",
    "firewall vip64",
    "firewall vipgrp",
    "firewall vipgrp6",
    "system global",
    "system interface",
    "system interface/ipv6",
    "system interface/secondaryip",
    "system sdwan/members",
    "system sdwan/zone",
    "system settings",
    "system virtual-wan-link/members",
    "system virtual-wan-link/zone",
    "system zone",
];

/// One value of an entry.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Setting {
    /// Its words, without quotes.
    pub words: Vec<String>,
    /// The line that set it last.
    pub line: u32,
}

/// One entry of a table.
#[derive(Debug, Clone, Default)]
pub struct Entry {
    /// Its name or number.
    pub name: String,
    /// The line of its first `edit`.
    pub line: u32,
    settings: HashMap<String, Setting>,
    deleted: bool,
}

impl Entry {
    /// The words of a value; none when it is not set.
    pub fn words(&self, key: &str) -> &[String] {
        self.settings.get(key).map_or(&[], |setting| setting.words.as_slice())
    }

    /// The first word of a value.
    pub fn word(&self, key: &str) -> Option<&str> {
        self.words(key).first().map(String::as_str)
    }

    /// True when it is switched on.
    pub fn enabled(&self, key: &str) -> bool {
        self.word(key) == Some("enable")
    }

    /// The line of a value, or of the entry.
    pub fn line_of(&self, key: &str) -> u32 {
        self.settings.get(key).map_or(self.line, |setting| setting.line)
    }

    /// What is set, as one line.
    pub fn text(&self, keys: &[&str]) -> String {
        let mut text = format!("edit {}", self.name);
        for key in keys {
            if let Some(setting) = self.settings.get(*key) {
                text += &format!("; set {key} {}", setting.words.join(" "));
            }
        }
        text
    }
}

/// One table of one virtual domain.
#[derive(Debug, Default)]
pub struct Table {
    entries: Vec<Entry>,
    places: HashMap<String, usize>,
    order: Vec<usize>,
}

impl Table {
    /// Its entries in their order.
    pub fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.order.iter().filter_map(|place| self.entries.get(*place)).filter(|entry| !entry.deleted)
    }

    /// The entry of this name.
    pub fn get(&self, name: &str) -> Option<&Entry> {
        self.places.get(name).and_then(|place| self.entries.get(*place))
    }

    fn edit(&mut self, name: &str, line: u32) -> usize {
        if let Some(place) = self.places.get(name) {
            return *place;
        }
        let place = self.entries.len();
        self.entries.push(Entry { name: name.to_string(), line, ..Entry::default() });
        self.places.insert(name.to_string(), place);
        self.order.push(place);
        place
    }

    fn delete(&mut self, name: &str) {
        let place = self.places.remove(name);
        if let Some(entry) = place.and_then(|place| self.entries.get_mut(place)) {
            entry.deleted = true;
        }
    }

    fn move_entry(&mut self, name: &str, how: &str, other: &str) -> bool {
        let (Some(moved), Some(other)) = (self.places.get(name), self.places.get(other)) else {
            return false;
        };
        let (moved, other) = (*moved, *other);
        if moved == other {
            return true;
        }
        self.order.retain(|place| *place != moved);
        let Some(at) = self.order.iter().position(|place| *place == other) else { return false };
        match how {
            "before" => self.order.insert(at, moved),
            "after" => self.order.insert(at + 1, moved),
            _ => return false,
        }
        true
    }

    fn rename(&mut self, name: &str, new: &str) {
        if let Some(place) = self.places.remove(name) {
            self.places.insert(new.to_string(), place);
            if let Some(entry) = self.entries.get_mut(place) {
                entry.name = new.to_string();
            }
        }
    }
}

/// A whole configuration.
#[derive(Debug, Default)]
pub struct Tree {
    /// The virtual domains in their order; one with an empty name where there are none.
    pub domains: Vec<String>,
    tables: HashMap<(usize, &'static str), Table>,
    /// What was not understood: line and text.
    pub problems: Vec<(u32, String)>,
}

impl Tree {
    /// A table of a domain; an empty one when it is not there.
    pub fn table(&self, domain: usize, name: &'static str) -> &Table {
        static EMPTY: std::sync::LazyLock<Table> = std::sync::LazyLock::new(Table::default);
        self.tables.get(&(domain, name)).unwrap_or(&EMPTY)
    }

    /// A table of any domain: interfaces and other things that are the device's own.
    pub fn everywhere(&self, name: &'static str) -> impl Iterator<Item = (usize, &Entry)> {
        (0..self.domains.len())
            .flat_map(move |domain| self.table(domain, name).entries().map(move |entry| (domain, entry)))
    }

    /// The first entry of a name in any domain.
    pub fn find(&self, table: &'static str, name: &str) -> Option<&Entry> {
        (0..self.domains.len()).find_map(|domain| self.table(domain, table).get(name))
    }

    /// Reads a configuration.
    pub fn read(text: &str) -> Tree {
        let mut tree = Tree { domains: vec![String::new()], ..Tree::default() };
        let mut cursor = Cursor::default();
        let mut lines = text.lines().zip(1_u32..);
        while let Some((line, number)) = lines.next() {
            let mut whole = std::borrow::Cow::Borrowed(line);
            let mut more = 0;
            // A text in quotes may go over lines.
            let mut open = !line.trim_start().starts_with('#') && quote_after(false, line);
            while open && more < QUOTED_LINES_MAX {
                let Some((next, _)) = lines.next() else { break };
                open = quote_after(true, next);
                whole.to_mut().push('\n');
                whole.to_mut().push_str(next);
                more += 1;
            }
            cursor.line(&whole, number, &mut tree);
        }
        if !cursor.frames.is_empty() {
            tree.problems
                .push((0, "the file ends within a config block: what follows is missing".to_string()));
        }
        tree
    }
}

/// A block that is open.
#[derive(Debug)]
struct Frame {
    /// The words behind `config`.
    config: String,
    /// The entry that is open in it.
    edit: Option<String>,
}

/// Where the reading stands.
#[derive(Debug, Default)]
struct Cursor {
    frames: Vec<Frame>,
    /// Blocks beyond the depth that is followed.
    beyond: usize,
    domain: usize,
    moves: usize,
}

impl Cursor {
    fn line(&mut self, text: &str, line: u32, tree: &mut Tree) {
        let words = words(text);
        let Some((first, rest)) = words.split_first() else { return };
        let argument = rest.first().map(String::as_str).unwrap_or_default();
        match first.as_str() {
            "config" => {
                if self.beyond > 0 || self.frames.len() >= DEPTH_MAX {
                    self.beyond += 1;
                    return;
                }
                self.frames.push(Frame { config: rest.join(" "), edit: None });
            }
            "end" => {
                if self.beyond > 0 {
                    self.beyond -= 1;
                    return;
                }
                match self.frames.pop() {
                    Some(frame) if frame.config == "vdom" => self.domain = 0,
                    Some(_) => {}
                    None => tree.problems.push((line, "end without config".to_string())),
                }
            }
            _ if self.beyond > 0 => {}
            "edit" => self.edit(argument, line, tree),
            "next" => {
                if let Some(frame) = self.frames.last_mut() {
                    frame.edit = None;
                }
            }
            "set" | "append" | "select" | "unset" | "unselect" | "clear" => {
                self.change(first, rest, line, tree)
            }
            "delete" | "move" | "rename" | "purge" | "clone" => self.arrange(first, rest, line, tree),
            word if word.starts_with('#') => {}
            _ if self.frames.is_empty() => {
                tree.problems.push((line, format!("not understood, left out: {}", super::quoted(text))));
            }
            _ => {
                if self.table().is_some() {
                    tree.problems.push((line, format!("not understood, left out: {}", super::quoted(text))));
                }
            }
        }
    }

    /// The table that is open, if it is one that is needed.
    fn table(&self) -> Option<&'static str> {
        let inner = self.frames.iter().filter(|frame| frame.config != "vdom" && frame.config != "global");
        let name = inner.map(|frame| frame.config.as_str()).collect::<Vec<&str>>().join("/");
        TABLES.iter().find(|known| **known == name).copied()
    }

    /// The entry that is open, behind those around it: `port1/2` is the second in a block of port1.
    fn entry_name(&self) -> String {
        let inner = self.frames.iter().filter(|frame| frame.config != "vdom");
        inner.filter_map(|frame| frame.edit.as_deref()).collect::<Vec<&str>>().join("/")
    }

    fn edit(&mut self, name: &str, line: u32, tree: &mut Tree) {
        let Some(frame) = self.frames.last_mut() else {
            return tree.problems.push((line, "edit without config".to_string()));
        };
        frame.edit = Some(name.to_string());
        if frame.config == "vdom" && self.frames.len() == 1 {
            if tree.domains.len() > DOMAINS_MAX {
                tree.problems
                    .push((line, format!("more than {DOMAINS_MAX} virtual domains: {name} is left out")));
                return;
            }
            let known = tree.domains.iter().skip(1).position(|domain| domain == name).map(|place| place + 1);
            self.domain = known.unwrap_or(tree.domains.len());
            if known.is_none() {
                tree.domains.push(name.to_string());
            }
            return;
        }
        if let Some(table) = self.table() {
            // Members without a name of their own stand under that of the entry around them.
            let name = self.entry_name();
            tree.tables.entry((self.domain, table)).or_default().edit(&name, line);
        }
    }

    fn change(&mut self, how: &str, rest: &[String], line: u32, tree: &mut Tree) {
        let Some(table) = self.table() else { return };
        let Some((key, values)) = rest.split_first() else { return };
        let name = self.entry_name();
        let table = tree.tables.entry((self.domain, table)).or_default();
        let place = table.edit(&name, line);
        let Some(entry) = table.entries.get_mut(place) else { return };
        match how {
            "set" | "select" => {
                protocol_changes(entry, key, values);
                entry.settings.insert(key.clone(), Setting { words: values.to_vec(), line });
            }
            "append" => {
                let setting = entry.settings.entry(key.clone()).or_default();
                setting.words.extend(values.iter().cloned());
                setting.line = line;
            }
            "unselect" => {
                if let Some(setting) = entry.settings.get_mut(key) {
                    setting.words.retain(|word| !values.contains(word));
                }
            }
            // `unset`, `clear`: back to what holds without it.
            _ => {
                entry.settings.remove(key);
                if key == "icmptype" {
                    entry.settings.remove("icmpcode");
                }
            }
        }
    }

    fn arrange(&mut self, how: &str, rest: &[String], line: u32, tree: &mut Tree) {
        let Some(name) = self.table() else { return };
        let word = |place: usize| rest.get(place).map(String::as_str).unwrap_or_default();
        let table = tree.tables.entry((self.domain, name)).or_default();
        match how {
            "delete" => table.delete(word(0)),
            "purge" => *table = Table::default(),
            "rename" => table.rename(word(0), word(2)),
            "clone" => {
                if let Some(copied) = table.get(word(0)).cloned() {
                    let place = table.edit(word(2), line);
                    if let Some(entry) = table.entries.get_mut(place) {
                        entry.settings = copied.settings;
                    }
                }
            }
            _ => {
                self.moves += 1;
                if self.moves > MOVES_MAX || !table.move_entry(word(0), word(1), word(2)) {
                    tree.problems.push((line, format!("move {} is not followed", rest.join(" "))));
                }
            }
        }
    }
}

/// A service that gets another protocol loses what belonged to the one before.
fn protocol_changes(entry: &mut Entry, key: &str, values: &[String]) {
    if key != "protocol" || entry.words("protocol") == values {
        return;
    }
    for belongs in
        ["tcp-portrange", "udp-portrange", "sctp-portrange", "icmptype", "icmpcode", "protocol-number"]
    {
        entry.settings.remove(belongs);
    }
}

/// Whether a quote is open at the end of a text, when one was open before it or not.
fn quote_after(mut open: bool, text: &str) -> bool {
    let mut escaped = false;
    for c in text.chars() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => open = !open,
            _ => {}
        }
    }
    open
}

/// The words of a line; quotes hold several together, a backslash takes the next character as it is.
fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let (mut quoted, mut escaped, mut any) = (false, false, false);
    for c in text.chars() {
        match c {
            _ if escaped => {
                word.push(c);
                escaped = false;
            }
            '\\' => {
                escaped = true;
                any = true;
            }
            '"' => {
                quoted = !quoted;
                any = true;
            }
            c if c.is_whitespace() && !quoted => {
                if any {
                    words.push(std::mem::take(&mut word));
                }
                any = false;
            }
            c => {
                word.push(c);
                any = true;
            }
        }
    }
    if any {
        words.push(word);
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(tree: &Tree) -> Vec<&str> {
        tree.table(0, "firewall policy").entries().map(|entry| entry.name.as_str()).collect()
    }

    #[test]
    fn entries_move_and_go() {
        let tree = Tree::read(
            "config firewall policy\nedit 1\nnext\nedit 2\nnext\nedit 3\nnext\nmove 3 before 1\nmove 1 after 2\n\
             delete 2\nrename 1 to 9\nend",
        );
        assert_eq!(order(&tree), ["3", "9"]);
        assert!(tree.problems.is_empty());
    }

    #[test]
    fn values_are_set_added_and_taken_away() {
        let tree = Tree::read(
            "config firewall policy\nedit 1\nset srcaddr \"a b\" c\nappend srcaddr d\nunselect srcaddr c\n\
             set comments \"two\nlines \\\"quoted\\\"\"\nset status disable\nunset status\nnext\nend",
        );
        let policy = tree.table(0, "firewall policy").get("1").unwrap();
        assert_eq!(policy.words("srcaddr"), ["a b", "d"]);
        assert_eq!(policy.word("comments"), Some("two\nlines \"quoted\""));
        assert_eq!(policy.word("status"), None);
    }

    #[test]
    fn each_domain_has_tables_of_its_own() {
        let tree = Tree::read(
            "config vdom\nedit A\nnext\nedit B\nnext\nend\nconfig global\nconfig system interface\nedit p1\n\
             set vdom A\nconfig ipv6\nset ip6-address 2001:db8::1/64\nend\nnext\nend\nend\nconfig vdom\nedit B\n\
             config firewall policy\nedit 5\nnext\nend\nend",
        );
        assert_eq!(tree.domains, ["", "A", "B"]);
        assert!(tree.table(2, "firewall policy").get("5").is_some());
        assert!(tree.table(1, "firewall policy").get("5").is_none());
        let six = tree.table(0, "system interface/ipv6").get("p1").unwrap();
        assert_eq!(six.word("ip6-address"), Some("2001:db8::1/64"));
    }

    #[test]
    fn half_a_file_says_so() {
        let tree = Tree::read("config firewall policy\nedit 1\nset name \"open");
        assert_eq!(tree.problems.len(), 1);
        assert_eq!(order(&tree), ["1"]);
    }
}
