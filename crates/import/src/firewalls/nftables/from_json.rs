//! The JSON of `nft -j list ruleset` as commands (libnftables-json(5)).

use model::firewall::Problem;

use super::json::{self, Json};
use super::print;
use super::tree::{
    ChainHead, Command, Data, Element, Expression, Field, How, RuleText, SetHead, Statement, TableName,
    Translation, Verdict, What,
};

/// Reads a document into its commands.
pub(super) fn commands(text: &str, problems: &mut Vec<Problem>) -> Vec<Command> {
    let (document, broken) = json::read(text);
    if let Some(line) = broken {
        let text = "this is no JSON from here on: what follows is left out".to_string();
        problems.push(Problem { line, text });
    }
    let mut reader = Reader { commands: Vec::new(), problems };
    let list = document.as_ref().and_then(|document| document.get("nftables"));
    for entry in list.map(Json::all).unwrap_or_default() {
        reader.entry(entry, "add");
    }
    reader.commands
}

struct Reader<'a> {
    commands: Vec<Command>,
    problems: &'a mut Vec<Problem>,
}

impl Reader<'_> {
    fn problem(&mut self, line: u32, text: String) {
        if self.problems.len() < super::super::PROBLEMS_MAX {
            self.problems.push(Problem { line, text });
        }
    }

    fn command(&mut self, line: u32, what: What) {
        self.commands.push(Command { line, what });
    }

    fn entry(&mut self, entry: &Json, how: &str) {
        let line = if let Json::Object(line, _) = entry { *line } else { 0 };
        let Some((kind, value)) = entry.only() else {
            return self.problem(line, "an entry is not understood, and left out".to_string());
        };
        match (kind, how) {
            ("metainfo" | "flowtable" | "counter" | "secmark" | "synproxy", _) => {}
            ("ct helper" | "ct timeout" | "ct expectation", _) => {}
            ("add" | "create" | "insert" | "delete" | "destroy" | "flush" | "replace", "add") => {
                self.entry(value, kind);
            }
            ("ruleset", "flush") => self.command(line, What::FlushAll),
            ("limit" | "quota", _) => {
                let over = matches!(value.get("inv"), Some(Json::Bool(true)));
                if let (Some(table), Some(name)) = (table(value, "table"), value.text("name")) {
                    self.command(line, What::Limit(table, name.to_string(), over));
                }
            }
            ("table", how) => match table(value, "name") {
                Some(table) => {
                    let what = match how {
                        "delete" | "destroy" => What::DeleteTable(table),
                        "flush" => What::FlushTable(table),
                        _ if flags(value).any(|flag| flag == "dormant") => What::Dormant(table),
                        _ => What::Table(table),
                    };
                    self.command(line, what);
                }
                None => self.problem(line, "a table without a name is left out".to_string()),
            },
            ("chain" | "rule" | "set" | "map" | "element", how) => match table(value, "table") {
                Some(table) => self.of_table(kind, table, value, how, line),
                None => self.problem(line, format!("a {kind} without a table is left out")),
            },
            (kind, _) => self.problem(line, format!("{kind} is not understood, and left out")),
        }
    }

    fn of_table(&mut self, kind: &str, table: TableName, value: &Json, how: &str, line: u32) {
        let name = value.text("name").unwrap_or_default().to_string();
        let removes = matches!(how, "delete" | "destroy");
        match (kind, how) {
            ("chain", "flush") => self.command(line, What::FlushChain(table, name)),
            ("chain", _) if removes => self.command(line, What::DeleteChain(table, name)),
            ("chain", _) => {
                let head = head(value);
                self.command(line, What::Chain(table, name, head));
            }
            ("rule", "add" | "create" | "insert") => {
                let chain = value.text("chain").unwrap_or_default().to_string();
                let rule = self.rule(value, line);
                self.command(line, What::Rule { table, chain, rule, first: how == "insert" });
            }
            ("set" | "map", "flush") => self.command(line, What::FlushSet(table, name)),
            ("set" | "map", _) if removes => self.command(line, What::FlushSet(table, name)),
            ("element", _) if removes => {
                self.command(line, What::DeleteElements(table, name, elements(value)))
            }
            ("set" | "map", _) => {
                let changes = value.get("timeout").is_some()
                    || flags(value).any(|flag| flag == "timeout" || flag == "dynamic");
                self.command(line, What::Set(table.clone(), name.clone(), SetHead { changes }));
                self.command(line, What::Elements(table, name, elements(value)));
            }
            ("element", _) => self.command(line, What::Elements(table, name, elements(value))),
            _ => self.problem(line, format!("{how} {kind} is not understood, and left out")),
        }
    }

    fn rule(&mut self, value: &Json, line: u32) -> RuleText {
        let mut statements = Vec::new();
        for one in value.get("expr").map(Json::all).unwrap_or_default() {
            let statement = statement(one);
            if let Statement::Unknown(what) = &statement {
                let text = format!(
                    "{what} is not understood: the rule may meet more packets than it seems, or fewer"
                );
                self.problem(line, text);
            }
            statements.push(statement);
        }
        let comment = value.text("comment").map(str::to_string);
        RuleText { text: print::rule(&statements, comment.as_deref()), comment, statements }
    }
}

fn table(value: &Json, name: &str) -> Option<TableName> {
    Some((value.text("family").unwrap_or("ip").to_string(), value.text(name)?.to_string()))
}

fn flags(value: &Json) -> impl Iterator<Item = &str> {
    value.get("flags").map(Json::all).unwrap_or_default().iter().filter_map(Json::as_text)
}

fn head(value: &Json) -> ChainHead {
    let text = |name: &str| value.text(name).map(str::to_string);
    let devices = value.get("dev").map(Json::all).unwrap_or_default();
    ChainHead {
        kind: text("type"),
        hook: text("hook"),
        priority: match value.get("prio") {
            Some(Json::Text(name)) => Some((Some(name.clone()), 0)),
            prio => prio.and_then(Json::as_number).map(|number| (None, number)),
        },
        policy: text("policy"),
        devices: devices.iter().filter_map(Json::as_text).map(str::to_string).collect(),
    }
}

/// The elements of a set or map.
fn elements(value: &Json) -> Vec<Element> {
    value.get("elem").map(Json::all).unwrap_or_default().iter().map(element).collect()
}

/// A key, or a pair of key and value; either with what is known beside it.
fn element(value: &Json) -> Element {
    match value {
        Json::List(pair) => match pair.as_slice() {
            [key, value] => {
                let data = match verdict(value) {
                    Some(verdict) => Data::Verdict(verdict),
                    None => Data::Value(expression(value)),
                };
                Element { key: plain(key), value: Some(data) }
            }
            _ => Element { key: expression(value), value: None },
        },
        value => Element { key: plain(value), value: None },
    }
}

/// A key without its time, counter and comment.
fn plain(value: &Json) -> Expression {
    expression(value.get("elem").and_then(|element| element.get("val")).unwrap_or(value))
}

fn verdict(value: &Json) -> Option<Verdict> {
    let (name, value) = value.only()?;
    let target = || value.text("target").map(str::to_string);
    match name {
        "accept" => Some(Verdict::Accept),
        "drop" => Some(Verdict::Drop),
        "continue" => Some(Verdict::Continue),
        "return" => Some(Verdict::Return),
        "jump" => target().map(Verdict::Jump),
        "goto" => target().map(Verdict::Goto),
        "queue" => Some(Verdict::Queue),
        _ => None,
    }
}

fn statement(value: &Json) -> Statement {
    if let Some(verdict) = verdict(value) {
        return Statement::Verdict(verdict);
    }
    let Some((name, body)) = value.only() else { return Statement::Unknown("a statement".to_string()) };
    let inverse = matches!(body.get("inv"), Some(Json::Bool(true)));
    let shown =
        |value: Option<&Json>| value.map(|value| print::expression(&expression(value))).unwrap_or_default();
    match name {
        "match" => compare(body),
        "vmap" => match (body.get("key"), body.get("data")) {
            (Some(key), Some(data)) => Statement::VerdictMap { key: expression(key), map: map_of(data) },
            _ => Statement::Unknown("vmap".to_string()),
        },
        "counter" => Statement::Counter(
            body.get("packets").and_then(Json::as_number).and_then(|n| u64::try_from(n).ok()),
        ),
        "log" => Statement::Log,
        "reject" => Statement::Reject,
        "limit" | "quota" | "ct count" if body.as_text().is_none() => {
            let amount = shown(body.get("rate").or(body.get("val")));
            let per = body.text("per").map(|per| format!("/{per}")).unwrap_or_default();
            let over = if inverse { "over " } else { "" };
            let word = if name == "limit" { "limit rate" } else { name };
            Statement::Limit { text: format!("{word} {over}{amount}{per}"), over: inverse }
        }
        "limit" | "quota" => Statement::NamedLimit(body.as_text().unwrap_or_default().to_string()),
        "dnat" | "snat" | "masquerade" | "redirect" => Statement::Translate(Translation {
            kind: name.to_string(),
            address: body.get("addr").map(expression),
            port: body.get("port").map(expression),
        }),
        "notrack" => Statement::Untrack,
        "xt" if body.text("type") == Some("match") => {
            let text = format!("xt match \"{}\"", body.text("name").unwrap_or_default());
            let left = Expression::Field(Field::Other(text));
            Statement::Match { left, how: How::Plain, right: Expression::Word(String::new()) }
        }
        "tproxy" | "fwd" | "synproxy" => Statement::Hand(name.to_string()),
        "set" => {
            let set = body.text("set").unwrap_or_default().trim_start_matches('@').to_string();
            Statement::Update { set, limit: measured(body) }
        }
        "meter" => Statement::Update {
            set: body.text("name").unwrap_or_default().to_string(),
            limit: measured(body),
        },
        "mangle" | "dup" | "flow" | "last" | "secmark" | "ct helper" | "ct timeout" | "ct expectation"
        | "reset" => Statement::Harmless,
        _ => Statement::Unknown(match body.text("name") {
            Some(of) => format!("{name} {of}"),
            None => name.to_string(),
        }),
    }
}

/// What measures beside the elements of a set that a rule updates.
fn measured(body: &Json) -> Option<(String, bool)> {
    body.get("stmt").map(Json::all).unwrap_or_default().iter().find_map(|one| match statement(one) {
        Statement::Limit { text, over } => Some((text, over)),
        _ => None,
    })
}

fn compare(body: &Json) -> Statement {
    let how = match body.text("op").unwrap_or("==") {
        "in" => Some(How::Plain),
        "==" => Some(How::Equal),
        "!=" => Some(How::Unequal),
        "!" => Some(How::Without),
        "<" => Some(How::Below),
        "<=" => Some(How::UpTo),
        ">" => Some(How::Above),
        ">=" => Some(How::From),
        _ => None,
    };
    match (body.get("left"), how, body.get("right")) {
        (Some(left), Some(how), Some(right)) => {
            let (left, mut right) = (expression(left), expression(right));
            if let (Expression::Field(Field::Other(_) | Field::Route { .. }), Json::Bool(met)) =
                (&left, body.get("right").unwrap_or(&Json::Null))
            {
                right = Expression::Word(if *met { "exists" } else { "missing" }.to_string());
            }
            Statement::Match { left, how, right }
        }
        _ => Statement::Unknown("match".to_string()),
    }
}

/// The data of a map: a named one, or pairs.
fn map_of(value: &Json) -> Expression {
    match value.get("set") {
        Some(set) => Expression::Set(set.all().iter().map(element).collect()),
        None => expression(value),
    }
}

fn word(value: &str) -> Expression {
    match value.strip_prefix('@') {
        Some(name) => Expression::Named(name.to_string()),
        None if value == "*" => Expression::Any,
        None => Expression::Word(value.to_string()),
    }
}

fn expression(value: &Json) -> Expression {
    let (name, body) = match value {
        Json::Text(text) => return word(text),
        Json::Number(number) => return Expression::Word(number.clone()),
        Json::Bool(met) => return Expression::Word(if *met { "1" } else { "0" }.to_string()),
        Json::Null => return Expression::Other("null".to_string()),
        Json::List(all) => return Expression::List(all.iter().map(expression).collect()),
        Json::Object(..) => match value.only() {
            Some(only) => only,
            None => return Expression::Other("an expression".to_string()),
        },
    };
    let text = |key: &str| body.text(key).unwrap_or_default().to_string();
    let both = |all: &[Json]| match all {
        [first, second] => Some((Box::new(expression(first)), Box::new(expression(second)))),
        _ => None,
    };
    let other = || Expression::Other(name.to_string());
    match name {
        "payload" => match body.text("base") {
            Some(base) => Expression::Field(raw(base, body)),
            None => Expression::Field(Field::Header(text("protocol"), text("field"))),
        },
        "meta" => Expression::Field(Field::Meta(text("key"))),
        "ct" => Expression::Field(Field::Tracking {
            key: text("key"),
            direction: body.text("dir").map(str::to_string),
        }),
        "fib" => {
            let flags = body.get("flags").map(Json::all).unwrap_or_default();
            let flags = flags.iter().filter_map(Json::as_text).map(str::to_string).collect();
            Expression::Field(Field::Route { flags, result: text("result") })
        }
        "exthdr" | "tcp option" | "ip option" | "sctp chunk" | "rt" | "socket" | "osf" | "ipsec"
        | "tunnel" => {
            let what = [body.text("name"), body.text("field"), body.text("key")].into_iter().flatten();
            let what: Vec<&str> = what.collect();
            let header = name == "exthdr" && body.get("field").is_none();
            let named = if header { what.join(" ") } else { format!("{name} {}", what.join(" ")) };
            Expression::Field(Field::Other(named))
        }
        "numgen" | "jhash" | "symhash" => Expression::Field(Field::Other(name.to_string())),
        "concat" => Expression::Concat(body.all().iter().map(expression).collect()),
        "set" => {
            Expression::Set(body.all().iter().map(|one| Element { key: plain(one), value: None }).collect())
        }
        "map" => match (body.get("key"), body.get("data")) {
            (Some(key), Some(data)) => Expression::Map(Box::new(expression(key)), Box::new(map_of(data))),
            _ => other(),
        },
        "prefix" => {
            let length =
                body.get("len").and_then(Json::as_number).and_then(|length| u32::try_from(length).ok());
            match (body.get("addr"), length) {
                (Some(address), Some(length)) => Expression::Prefix(Box::new(expression(address)), length),
                _ => other(),
            }
        }
        "range" => both(body.all()).map_or_else(other, |(first, last)| Expression::Range(first, last)),
        "&" => both(body.all()).map_or_else(other, |(field, mask)| Expression::Masked(field, mask)),
        "|" => Expression::Or(body.all().iter().map(expression).collect()),
        "elem" => body.get("val").map_or_else(other, expression),
        _ => other(),
    }
}

fn raw(base: &str, body: &Json) -> Field {
    let number = |name: &str| body.get(name).and_then(Json::as_number).unwrap_or_default();
    match (base, number("offset"), number("len")) {
        ("th", 0, 16) => Field::Header("th".to_string(), "sport".to_string()),
        ("th", 16, 16) => Field::Header("th".to_string(), "dport".to_string()),
        (base, offset, length) => Field::Other(format!("@{base},{offset},{length}")),
    }
}
