//! nftables text: tables with their chains and sets, and the commands that build them (nft(8)).

use model::firewall::Problem;

use super::cursor::Cursor;
use super::statements;
use super::tokens::{Placed, Token, tokens};
use super::tree::{ChainHead, Command, RuleText, SetHead, TableName, What};

const FAMILIES: [&str; 6] = ["ip", "ip6", "inet", "arp", "bridge", "netdev"];

/// Reads a text into its commands.
pub(super) fn commands(text: &str, problems: &mut Vec<Problem>) -> Vec<Command> {
    let tokens = tokens(text, problems);
    let mut reader = Reader { text, cursor: Cursor::new(&tokens), commands: Vec::new(), problems };
    reader.file();
    reader.commands
}

struct Reader<'a> {
    text: &'a str,
    cursor: Cursor<'a>,
    commands: Vec<Command>,
    problems: &'a mut Vec<Problem>,
}

impl<'a> Reader<'a> {
    fn file(&mut self) {
        loop {
            self.cursor.skip_ends();
            let line = self.cursor.line();
            let word = match self.cursor.peek() {
                None => return,
                Some(Token::Word(word)) => word.as_str(),
                Some(Token::Sign("}")) => {
                    self.problem(line, "a brace closes nothing");
                    self.cursor.next();
                    continue;
                }
                Some(_) => "",
            };
            match word {
                "table" => self.table(),
                "include" => self.include(),
                "flush" => self.flush(),
                "delete" | "destroy" => self.delete(),
                "add" | "create" | "insert" | "replace" => {
                    self.cursor.next();
                    self.object(word);
                }
                "chain" | "rule" | "set" | "map" | "element" | "flowtable" | "counter" | "quota"
                | "limit" | "ct" => {
                    self.object("add");
                }
                "list" | "reset" | "monitor" | "describe" | "export" => {
                    self.cursor.statement();
                }
                _ => self.left_out(line),
            }
        }
    }

    fn include(&mut self) {
        let line = self.cursor.line();
        let words = self.cursor.statement();
        let text = format!("{} is not read: rules in it are missing from the answers", self.written(words));
        self.problem(line, &text);
    }

    fn left_out(&mut self, line: u32) {
        let words = self.cursor.statement();
        let text = format!("not understood, and left out: {}", self.written(words));
        self.problem(line, &text);
        if words.is_empty() {
            self.cursor.next();
        }
    }

    /// `[FAMILY] NAME`; without a family it is `ip`.
    fn table_name(&mut self) -> Option<TableName> {
        let first = self.cursor.name()?;
        if FAMILIES.contains(&first.as_str())
            && let Some(name) = self.cursor.name()
        {
            return Some((first, name));
        }
        Some(("ip".to_string(), first))
    }

    fn command(&mut self, line: u32, what: What) {
        self.commands.push(Command { line, what });
    }

    fn flush(&mut self) {
        let line = self.cursor.line();
        self.cursor.next();
        let what = self.cursor.name().unwrap_or_default();
        let done = match what.as_str() {
            "ruleset" => Some(What::FlushAll),
            "table" => self.table_name().map(What::FlushTable),
            "chain" => self.table_name().and_then(|t| Some(What::FlushChain(t, self.cursor.name()?))),
            "set" | "map" | "meter" => {
                self.table_name().and_then(|t| Some(What::FlushSet(t, self.cursor.name()?)))
            }
            _ => None,
        };
        match done {
            Some(done) => self.command(line, done),
            None => self.problem(line, &format!("flush {what} is not understood, and left out")),
        }
        self.cursor.statement();
    }

    fn delete(&mut self) {
        let line = self.cursor.line();
        self.cursor.next();
        let what = self.cursor.name().unwrap_or_default();
        let done = match what.as_str() {
            "table" => self.table_name().map(What::DeleteTable),
            "chain" => self.table_name().and_then(|t| Some(What::DeleteChain(t, self.cursor.name()?))),
            "set" | "map" => self.table_name().and_then(|t| Some(What::FlushSet(t, self.cursor.name()?))),
            "element" => self.table_name().and_then(|table| {
                let name = self.cursor.name()?;
                Some(What::DeleteElements(table, name, statements::elements(&mut self.cursor)?))
            }),
            _ => None,
        };
        match done {
            Some(done) => self.command(line, done),
            None => self.problem(line, &format!("delete {what} is not understood, and left out")),
        }
        self.cursor.statement();
    }

    /// `add OBJECT ...`, as a command of its own.
    fn object(&mut self, how: &str) {
        let line = self.cursor.line();
        let kind = self.cursor.word().unwrap_or_default();
        match kind {
            "table" => self.table(),
            "chain" | "set" | "map" | "flowtable" | "counter" | "quota" | "limit" | "ct" | "secmark"
            | "synproxy" => {
                self.cursor.next();
                if kind == "ct" {
                    self.cursor.next();
                }
                match (self.table_name(), self.cursor.name()) {
                    (Some(table), Some(name)) => self.named(kind, &table, name, line),
                    _ => self.left_out(line),
                }
            }
            "element" => {
                self.cursor.next();
                let (table, name) = (self.table_name(), self.cursor.name());
                match (table, name, statements::elements(&mut self.cursor)) {
                    (Some(table), Some(name), Some(elements)) => {
                        self.command(line, What::Elements(table, name, elements));
                    }
                    _ => self.left_out(line),
                }
                self.cursor.statement();
            }
            _ => {
                self.cursor.take("rule");
                self.rule_command(how, line);
            }
        }
    }

    fn rule_command(&mut self, how: &str, line: u32) {
        let (Some(table), Some(chain)) = (self.table_name(), self.cursor.name()) else {
            return self.left_out(line);
        };
        let mut placed = how == "replace";
        while matches!(self.cursor.word(), Some("position" | "handle" | "index")) {
            self.cursor.next();
            self.cursor.next();
            placed = true;
        }
        if placed {
            let text = "where this rule goes depends on numbers that the file does not tell: taken as the last of its chain";
            self.problem(line, text);
        }
        let words = self.cursor.statement();
        let rule = self.rule(words);
        self.command(line, What::Rule { table, chain, rule, first: how == "insert" && !placed });
    }

    fn table(&mut self) {
        let line = self.cursor.line();
        self.cursor.next();
        let Some(table) = self.table_name() else { return self.left_out(line) };
        self.command(line, What::Table(table.clone()));
        if !self.cursor.sign("{") {
            self.cursor.statement();
            return;
        }
        loop {
            self.cursor.skip_ends();
            let line = self.cursor.line();
            if self.cursor.sign("}") {
                return;
            }
            if self.cursor.is_done() {
                return self.problem(line, "the table does not end: the file seems to be cut short");
            }
            match self.cursor.word().unwrap_or_default() {
                "flags" => {
                    let words = self.cursor.statement();
                    if words.iter().any(|placed| placed.token == Token::Word("dormant".to_string())) {
                        self.command(line, What::Dormant(table.clone()));
                    }
                }
                "comment" => {
                    self.cursor.statement();
                }
                "include" => self.include(),
                kind @ ("chain" | "set" | "map" | "meter" | "flowtable" | "counter" | "quota" | "limit"
                | "secmark" | "synproxy" | "ct") => {
                    self.cursor.next();
                    if kind == "ct" {
                        self.cursor.next();
                    }
                    match self.cursor.name() {
                        Some(name) => self.named(kind, &table, name, line),
                        None => self.left_out(line),
                    }
                }
                _ => self.left_out(line),
            }
        }
    }

    /// A chain, set or other object with its block.
    fn named(&mut self, kind: &str, table: &TableName, name: String, line: u32) {
        match kind {
            "chain" => {
                self.command(line, What::Chain(table.clone(), name.clone(), ChainHead::default()));
                if self.cursor.sign("{") {
                    self.chain(table, &name);
                }
            }
            "set" | "map" | "meter" => {
                let head = SetHead { changes: kind == "meter" };
                self.command(line, What::Set(table.clone(), name.clone(), head));
                if self.cursor.sign("{") {
                    self.set(table, &name);
                }
            }
            "limit" | "quota" => {
                let words = self.cursor.statement();
                let over = words.iter().any(|placed| placed.token == Token::Word("over".to_string()));
                self.command(line, What::Limit(table.clone(), name, over));
            }
            _ => {
                self.cursor.statement();
            }
        }
    }

    fn chain(&mut self, table: &TableName, name: &str) {
        loop {
            self.cursor.skip_ends();
            let line = self.cursor.line();
            if self.cursor.sign("}") {
                return;
            }
            if self.cursor.is_done() {
                return self.problem(line, "the chain does not end: the file seems to be cut short");
            }
            match self.cursor.word().unwrap_or_default() {
                "type" => {
                    let head = self.head();
                    self.command(line, What::Chain(table.clone(), name.to_string(), head));
                }
                "policy" => {
                    self.cursor.next();
                    let head = ChainHead { policy: self.cursor.name(), ..ChainHead::default() };
                    self.cursor.statement();
                    self.command(line, What::Chain(table.clone(), name.to_string(), head));
                }
                "comment" | "flags" => {
                    self.cursor.statement();
                }
                "devices" | "device" => {
                    let devices = self.devices();
                    let head = ChainHead { devices, ..ChainHead::default() };
                    self.command(line, What::Chain(table.clone(), name.to_string(), head));
                }
                "include" => self.include(),
                _ => {
                    let words = self.cursor.statement();
                    if words.is_empty() {
                        self.left_out(line);
                        continue;
                    }
                    let rule = self.rule(words);
                    let (table, chain) = (table.clone(), name.to_string());
                    self.command(line, What::Rule { table, chain, rule, first: false });
                }
            }
        }
    }

    /// `type KIND hook HOOK [device NAME] priority NUMBER`.
    fn head(&mut self) -> ChainHead {
        let line = self.cursor.line();
        let mut head = ChainHead::default();
        loop {
            match self.cursor.word() {
                Some("type") => {
                    self.cursor.next();
                    head.kind = self.cursor.name();
                }
                Some("hook") => {
                    self.cursor.next();
                    head.hook = self.cursor.name();
                }
                Some("device" | "devices") => head.devices = self.devices(),
                Some("priority") => {
                    self.cursor.next();
                    head.priority = self.priority();
                    if head.priority.is_none() {
                        self.problem(line, "the priority is not understood: 0 is taken");
                    }
                }
                Some("policy") => {
                    self.cursor.next();
                    head.policy = self.cursor.name();
                }
                Some(_) => {
                    self.left_out(line);
                    return head;
                }
                None => return head,
            }
        }
    }

    /// A name, a number, or a name with a distance.
    fn priority(&mut self) -> Option<(Option<String>, i64)> {
        let mut name = None;
        let (mut sum, mut minus, mut any) = (0_i64, false, false);
        while let Some(word) = self.cursor.word() {
            let (number, negative) = match word.strip_prefix('-') {
                Some("") => {
                    minus = true;
                    self.cursor.next();
                    continue;
                }
                Some(digits) => (digits, true),
                None => (word.trim_start_matches('+'), minus),
            };
            match number.parse::<i64>() {
                Ok(number) => sum = sum.saturating_add(if negative { -number } else { number }),
                Err(_) if number.is_empty() => {}
                Err(_) if !any && name.is_none() => name = Some(word.to_string()),
                Err(_) => return None,
            }
            any = true;
            minus = false;
            self.cursor.next();
        }
        any.then_some((name, sum))
    }

    /// `device NAME` or `devices = { NAME, ... }`.
    fn devices(&mut self) -> Vec<String> {
        self.cursor.next();
        self.cursor.sign("=");
        if !self.cursor.sign("{") {
            return self.cursor.name().into_iter().collect();
        }
        let mut names = Vec::new();
        while !self.cursor.sign("}") && !self.cursor.is_done() {
            match self.cursor.name() {
                Some(name) => names.push(name),
                None => {
                    self.cursor.next();
                }
            }
        }
        names
    }

    fn set(&mut self, table: &TableName, name: &str) {
        loop {
            self.cursor.skip_ends();
            let line = self.cursor.line();
            if self.cursor.sign("}") {
                return;
            }
            if self.cursor.is_done() {
                return self.problem(line, "the set does not end: the file seems to be cut short");
            }
            match self.cursor.word().unwrap_or_default() {
                "flags" | "timeout" => {
                    let words = self.cursor.statement();
                    let changes = words.iter().any(|placed| {
                        matches!(&placed.token, Token::Word(word) if word == "timeout" || word == "dynamic")
                    });
                    let head = SetHead { changes };
                    self.command(line, What::Set(table.clone(), name.to_string(), head));
                }
                "elements" => {
                    self.cursor.next();
                    self.cursor.sign("=");
                    match statements::elements(&mut self.cursor) {
                        Some(elements) => {
                            self.command(line, What::Elements(table.clone(), name.to_string(), elements));
                        }
                        None => self.left_out(line),
                    }
                }
                "type" | "typeof" | "size" | "gc-interval" | "auto-merge" | "policy" | "comment"
                | "counter" | "last" | "quota" | "limit" | "ct" => {
                    self.cursor.statement();
                }
                _ => self.left_out(line),
            }
        }
    }

    fn rule(&mut self, words: &'a [Placed]) -> RuleText {
        let mut rule = RuleText { text: self.written(words), ..RuleText::default() };
        let line = words.first().map_or(0, |placed| placed.line);
        rule.statements = statements::statements(words, &mut rule.comment, &mut |what| {
            let text =
                format!("{what} is not understood: the rule may meet more packets than it seems, or fewer");
            if self.problems.len() < super::super::PROBLEMS_MAX {
                self.problems.push(Problem { line, text });
            }
        });
        rule
    }

    /// The words as they stand in the file, without counts and double spaces.
    fn written(&self, words: &[Placed]) -> String {
        let start = words.first().map_or(0, |placed| placed.start);
        let end = words.last().map_or(0, |placed| placed.end).max(start);
        let text = self.text.get(start..end).unwrap_or_default();
        let mut kept: Vec<&str> = Vec::new();
        let mut parts = text.split_whitespace().peekable();
        while let Some(part) = parts.next() {
            kept.push(part);
            if part == "counter" && parts.peek() == Some(&"packets") {
                let _counts = (parts.next(), parts.next(), parts.next(), parts.next());
            }
        }
        let mut text = kept.join(" ");
        if text.len() > super::RULE_TEXT_BYTES_MAX {
            let cut = (0..=super::RULE_TEXT_BYTES_MAX).rev().find(|at| text.is_char_boundary(*at));
            text.truncate(cut.unwrap_or_default());
            text.push_str(" ...");
        }
        text
    }

    fn problem(&mut self, line: u32, text: &str) {
        if self.problems.len() < super::super::PROBLEMS_MAX {
            self.problems.push(Problem { line, text: text.to_string() });
        }
    }
}
