//! Rules of nftables as what they need and do.

use std::collections::BTreeMap;

use model::firewall::{Doubt, Problem};
use model::packets::{NumberField, PacketState, Span, TcpFlags, other_addresses, other_numbers};

use super::super::netfilter::{Act, Case, Cond, Family, Need, NewAddress, Rule, any, doubt};
use super::fields::{Asked, address, address_kinds, asked, condition, flags, word, written};
use super::tree::{Data, Element, Expression, Field, How, RuleText, Statement, Translation, Verdict};

/// A named set or map.
#[derive(Debug, Default)]
pub(super) struct NamedSet {
    /// Its elements.
    pub elements: Vec<Element>,
    /// Elements may come and go.
    pub changes: bool,
    /// Rules themselves put elements in.
    pub updated: bool,
}

/// What the rules of a table may name.
#[derive(Debug, Default)]
pub(super) struct Names {
    /// Sets and maps.
    pub sets: BTreeMap<String, NamedSet>,
    /// Limits and quotas: whether they meet what goes beyond.
    pub limits: BTreeMap<String, bool>,
}

/// Reads one rule.
pub(super) fn rule(text: RuleText, line: u32, names: &Names, problems: &mut Vec<Problem>) -> Rule {
    let mut rule = Rule { line, text: text.text, comment: text.comment, ..Rule::default() };
    let mut lowering = Lowering { names, line, problems, needs: Vec::new() };
    let mut unknown: Option<String> = None;
    for statement in &text.statements {
        match statement {
            Statement::Match { left, how, right } => lowering.compare(left, *how, right),
            Statement::Counter(packets) => rule.hits = rule.hits.or(*packets),
            Statement::Log => rule.logs = true,
            Statement::Reject => rule.acts.push(Act::Drop),
            Statement::Verdict(verdict) => rule.acts.extend(act(verdict)),
            Statement::VerdictMap { key, map } => {
                let chosen = lowering.verdict_map(key, map);
                rule.acts.push(chosen);
            }
            Statement::Limit { text, over } => lowering.needs.push(doubt(text.clone(), Some(!over))),
            Statement::NamedLimit(name) => {
                let over = names.limits.get(name).copied();
                lowering.needs.push(doubt(format!("limit {name}"), over.map(|over| !over)));
            }
            Statement::Update { limit: Some((text, over)), .. } => {
                lowering.needs.push(doubt(text.clone(), Some(!over)));
            }
            Statement::Update { limit: None, .. } | Statement::Harmless => {}
            Statement::Translate(translation) => {
                let act = lowering.translate(translation);
                rule.acts.push(act);
            }
            Statement::Untrack => rule.acts.push(Act::Untrack),
            Statement::Hand(text) => rule.acts.push(Act::Hand(text.clone())),
            Statement::Unknown(text) => {
                lowering.needs.push(doubt(text.clone(), None));
                unknown = Some(text.clone());
            }
        }
    }
    rule.needs = lowering.needs;
    if let Some(text) = unknown.filter(|_| rule.acts.is_empty()) {
        rule.acts.push(Act::Hand(text));
    }
    rule
}

fn act(verdict: &Verdict) -> Option<Act> {
    match verdict {
        Verdict::Accept => Some(Act::Accept),
        Verdict::Drop => Some(Act::Drop),
        Verdict::Return => Some(Act::Return),
        Verdict::Jump(chain) => Some(Act::Jump(chain.clone())),
        Verdict::Goto(chain) => Some(Act::Goto(chain.clone())),
        Verdict::Continue => Some(Act::Continue),
        Verdict::Queue => {
            Some(Act::Hand("what the program decides that it is handed to (queue)".to_string()))
        }
    }
}

struct Lowering<'a> {
    names: &'a Names,
    line: u32,
    problems: &'a mut Vec<Problem>,
    needs: Vec<Need>,
}

impl<'a> Lowering<'a> {
    fn problem(&mut self, text: String) {
        if self.problems.len() < super::super::PROBLEMS_MAX {
            self.problems.push(Problem { line: self.line, text });
        }
    }

    /// Something that is not understood: wider than it should be, with a doubt.
    fn unknown(&mut self, what: String) {
        self.problem(format!(
            "{what} is not understood: the rule may meet more packets than it seems, or fewer"
        ));
        self.needs.push(doubt(what, None));
    }

    fn compare(&mut self, left: &Expression, how: How, right: &Expression) {
        if let Expression::Named(name) = right
            && !self.names.sets.contains_key(name)
        {
            self.problem(format!("there is no set {name}: what it holds is not known"));
            self.needs.push(doubt(format!("what is in the set {name}"), None));
            return;
        }
        match left {
            Expression::Field(field) => self.field(field, how, right),
            Expression::Concat(parts) => self.concat(parts, how, right),
            Expression::Masked(field, mask) => match field.as_ref() {
                Expression::Field(field) => self.masked(field, mask, how, right),
                _ => self.unknown(format!("{left:?}")),
            },
            left => self.needs.push(doubt(format!("what {} is", shown(left)), None)),
        }
    }

    fn field(&mut self, field: &Field, how: How, right: &Expression) {
        let (what, implied) = asked(field);
        self.needs.extend(implied);
        match &what {
            Asked::Untold => return self.untold(field, how, right),
            Asked::Kind(of) => {
                let not = how == How::Unequal;
                match address_kinds(right, &|name| self.set(name)) {
                    Some(kinds) => self.needs.push(Need::Address { field: *of, kinds, not }),
                    None => self.unknown(format!("{} {}", written(field), shown(right))),
                }
                return;
            }
            Asked::Flags => return self.flags(TcpFlags(0xff), false, how, right),
            Asked::State => return self.state(how, right),
            Asked::Address(..)
            | Asked::Port(_)
            | Asked::Protocol
            | Asked::IcmpType(_)
            | Asked::IcmpCode(_)
            | Asked::Interface(_)
            | Asked::Family => {}
        }
        if matches!(right, Expression::Any) {
            return;
        }
        let Some(cond) = condition(&what, right, &|name| self.set(name)) else {
            return self.unknown(format!("{} {}", written(field), shown(right)));
        };
        let cond = match how {
            How::Plain | How::Equal => Some(cond),
            How::Unequal | How::Without => Some(opposite(&what, cond)),
            How::Below | How::UpTo | How::Above | How::From => related(cond, how),
        };
        match cond {
            Some(cond) => self.membership(right, vec![vec![cond]], how, written(field)),
            None => self.unknown(format!("{} {}", written(field), shown(right))),
        }
    }

    /// A need for what is in the lists, which for a set that changes is not sure.
    fn membership(&mut self, right: &Expression, lists: Vec<Vec<Cond>>, how: How, what: String) {
        let set = match right {
            Expression::Named(name) => self.names.sets.get(name).map(|set| (name, set)),
            _ => None,
        };
        match set {
            Some((name, set)) if set.updated || set.changes => {
                let not = how == How::Unequal;
                let alone = if set.updated { None } else { Some(true) };
                let because = format!(
                    "whether {what} is {}in the set {name}, which changes",
                    if not { "not " } else { "" }
                );
                self.needs.push(Need::Changing { now: lists, because, alone });
            }
            Some(_) | None => self.needs.push(Need::Any(lists)),
        }
    }

    /// What no question tells; some of it is the same for every packet that comes alone.
    fn untold(&mut self, field: &Field, how: How, right: &Expression) {
        let text = format!("{}{} {}", written(field), sign(how), shown(right));
        let right = word(right).unwrap_or_default();
        let not = how == How::Unequal;
        let status = matches!(field, Field::Tracking { key, direction: None } if key == "status");
        if status && right == "dnat" && matches!(how, How::Plain | How::Equal) {
            return self.needs.push(Need::Translated { states: Vec::new(), because: text });
        }
        let alone = match field {
            // Packets come by the interface that leads back to their source, unless someone lies.
            Field::Route { flags, result }
                if flags.first().is_some_and(|flag| flag == "saddr") && result.starts_with("oif") =>
            {
                match right {
                    "missing" | "0" => Some(not),
                    "exists" => Some(!not),
                    _ => None,
                }
            }
            Field::Meta(key) if key == "pkttype" => match right {
                "host" | "unicast" => Some(!not),
                _ => None,
            },
            Field::Tracking { key, direction: None } if key == "direction" => match right {
                "original" => Some(!not),
                "reply" => Some(not),
                _ => None,
            },
            Field::Header(header, name) if header == "ip" && name == "frag-off" => match right {
                "0" => Some(how != How::Unequal && how != How::Above),
                _ => None,
            },
            Field::Meta(key) if key == "ipsec" || key == "secpath" => match right {
                "exists" => Some(not),
                "missing" => Some(!not),
                _ => None,
            },
            Field::Other(text) if matches!(text.as_str(), "frag" | "rt" | "hbh" | "dst" | "mh") => {
                match right {
                    "exists" => Some(not),
                    "missing" => Some(!not),
                    _ => None,
                }
            }
            Field::Header(..)
            | Field::Meta(_)
            | Field::Tracking { .. }
            | Field::Route { .. }
            | Field::Other(_) => None,
        };
        self.needs.push(doubt(text, alone));
    }

    fn state(&mut self, how: How, right: &Expression) {
        let several = match right {
            Expression::List(all) | Expression::Or(all) => Some(all),
            _ => None,
        };
        let states: Option<Vec<PacketState>> = match several {
            Some(all) => {
                let one = |value| match condition(&Asked::State, value, &|name| self.set(name)) {
                    Some(Cond::State(states)) => states.first().copied(),
                    _ => None,
                };
                all.iter().map(one).collect()
            }
            None => match condition(&Asked::State, right, &|name| self.set(name)) {
                Some(Cond::State(states)) => Some(states),
                _ => None,
            },
        };
        let Some(states) = states else { return self.unknown(format!("ct state {}", shown(right))) };
        let others = || PacketState::ALL.into_iter().filter(|state| !states.contains(state)).collect();
        let states = match (how, several.is_some_and(|all| all.len() > 1)) {
            // A conversation is in one state: it never equals several at once.
            (How::Equal, true) => Vec::new(),
            (How::Unequal, true) => PacketState::ALL.to_vec(),
            (How::Plain | How::Equal, _) => states,
            (How::Unequal | How::Without, _) => others(),
            (How::Below | How::UpTo | How::Above | How::From, _) => {
                return self.unknown(format!("ct state {}", shown(right)));
            }
        };
        self.needs.push(any(Cond::State(states)));
    }

    fn masked(&mut self, field: &Field, mask: &Expression, how: How, right: &Expression) {
        let (what, implied) = asked(field);
        self.needs.extend(implied);
        let text = format!("{} & {}{} {}", written(field), shown(mask), sign(how), shown(right));
        match &what {
            Asked::Flags => match flags(mask) {
                Some(mask) => self.flags(mask, true, how, right),
                None => self.unknown(text),
            },
            Asked::State => {
                let zero = word(right) == Some("0") || word(right) == Some("0x0");
                match how {
                    How::Unequal if zero => self.state(How::Plain, mask),
                    How::Equal | How::Plain if zero => {
                        let without = match mask {
                            Expression::List(all) | Expression::Or(all) => {
                                let key = |value: &Expression| Element { key: value.clone(), value: None };
                                Expression::Set(all.iter().map(key).collect())
                            }
                            one => one.clone(),
                        };
                        self.state(How::Unequal, &without);
                    }
                    How::Plain
                    | How::Equal
                    | How::Unequal
                    | How::Without
                    | How::Below
                    | How::UpTo
                    | How::Above
                    | How::From => self.unknown(text),
                }
            }
            Asked::Address(of, family) => {
                let found = address_mask(mask, right, *family)
                    .filter(|_| matches!(how, How::Plain | How::Equal | How::Unequal));
                match found {
                    Some(span) => {
                        let cond = Cond::Address(*of, vec![span]);
                        let cond = if how == How::Unequal { opposite(&what, cond) } else { cond };
                        self.needs.push(any(cond));
                    }
                    None => {
                        self.needs.push(any(Cond::Family(*family)));
                        self.needs.push(doubt(text, None));
                    }
                }
            }
            Asked::Untold => {
                let fragment =
                    matches!(field, Field::Header(header, name) if header == "ip" && name == "frag-off");
                let zero = word(right).and_then(super::super::netfilter::number) == Some(0);
                // A packet in one piece.
                let alone = (fragment && zero).then_some(!matches!(how, How::Unequal | How::Above));
                self.needs.push(doubt(text, alone));
            }
            Asked::Port(_)
            | Asked::Protocol
            | Asked::IcmpType(_)
            | Asked::IcmpCode(_)
            | Asked::Interface(_)
            | Asked::Family
            | Asked::Kind(_) => self.needs.push(doubt(text, None)),
        }
    }

    /// Without a sign, one of the flags must be set; with one, the flags of the mask must be just these.
    fn flags(&mut self, mask: TcpFlags, masked: bool, how: How, right: &Expression) {
        let text = format!("tcp flags{} {}", sign(how), shown(right));
        let chosen: Option<Vec<TcpFlags>> = match right {
            Expression::Set(elements) => elements.iter().map(|element| flags(&element.key)).collect(),
            Expression::Named(name) => self
                .set(name)
                .and_then(|elements| elements.iter().map(|element| flags(&element.key)).collect()),
            one => flags(one).map(|flags| vec![flags]),
        };
        let Some(chosen) = chosen else { return self.unknown(text) };
        let is_set = matches!(right, Expression::Set(_) | Expression::Named(_));
        let bits = chosen.iter().fold(TcpFlags(0), |sum, one| sum.and(*one)).0;
        let holds = |number: u8| match how {
            How::Plain if !is_set && !masked => number & bits != 0,
            How::Plain | How::Equal => chosen.iter().any(|one| number & mask.0 == one.0),
            How::Unequal => chosen.iter().all(|one| number & mask.0 != one.0),
            How::Without => number & bits == 0,
            How::Below | How::UpTo | How::Above | How::From => true,
        };
        if matches!(how, How::Below | How::UpTo | How::Above | How::From) {
            return self.unknown(text);
        }
        let spans = model::packets::spans_of((0..=255_u8).filter(|number| holds(*number)).map(u16::from));
        self.needs.push(any(Cond::Number(NumberField::TcpFlags, spans)));
    }

    fn concat(&mut self, parts: &[Expression], how: How, right: &Expression) {
        let Some(keys) = self.keys(parts) else {
            return self.needs.push(doubt(format!("what {} is", shown(right)), None));
        };
        let text = parts.iter().map(shown).collect::<Vec<String>>().join(" . ");
        let rows: Option<Vec<Row>> = match right {
            Expression::Set(elements) => {
                elements.iter().map(|element| self.row(&keys, &element.key)).collect()
            }
            Expression::Named(name) => self
                .set(name)
                .and_then(|all| all.iter().map(|element| self.row(&keys, &element.key)).collect()),
            one => self.row(&keys, one).map(|row| vec![row]),
        };
        let Some(rows) = rows else { return self.unknown(format!("{text} {}", shown(right))) };
        if rows.iter().any(|row| !row.sure) {
            self.needs.push(doubt(format!("{text} {}", shown(right)), None));
            if how == How::Unequal {
                return;
            }
        }
        let lists = rows.into_iter().map(|row| row.conds).collect();
        match how {
            How::Plain | How::Equal => self.membership(right, lists, how, text),
            How::Unequal => self.needs.push(Need::None(lists)),
            How::Without | How::Below | How::UpTo | How::Above | How::From => self.unknown(text),
        }
    }

    /// The fields side by side, with what they imply.
    fn keys(&mut self, parts: &[Expression]) -> Option<Vec<Asked>> {
        let mut keys = Vec::new();
        for part in parts {
            let Expression::Field(field) = part else { return None };
            let (what, implied) = asked(field);
            if let Asked::Address(_, family) = &what {
                self.needs.push(any(Cond::Family(*family)));
            }
            self.needs.extend(implied);
            keys.push(what);
        }
        Some(keys)
    }

    /// The conditions of one element of a set of values side by side.
    fn row(&self, keys: &[Asked], key: &Expression) -> Option<Row> {
        let values = match key {
            Expression::Concat(values) => values.as_slice(),
            Expression::Any => return Some(Row { conds: Vec::new(), sure: true }),
            one => std::slice::from_ref(one),
        };
        if values.len() != keys.len() {
            return None;
        }
        let mut row = Row { conds: Vec::new(), sure: true };
        for (what, value) in keys.iter().zip(values) {
            match (what, value) {
                (_, Expression::Any) => {}
                (Asked::Untold | Asked::Kind(_), _) => row.sure = false,
                (what, value) => row.conds.push(condition(what, value, &|name| self.set(name))?),
            }
        }
        Some(row)
    }

    fn set(&self, name: &str) -> Option<&'a [Element]> {
        self.names.sets.get(name).map(|set| set.elements.as_slice())
    }

    /// What a map holds for each key.
    fn cases(
        &mut self,
        key: &Expression,
        map: &Expression,
        data: &dyn Fn(&Data) -> Option<Act>,
    ) -> Option<Vec<Case>> {
        let parts = match key {
            Expression::Concat(parts) => parts.as_slice(),
            one => std::slice::from_ref(one),
        };
        let keys = self.keys(parts);
        let inline;
        let (elements, changes): (&[Element], bool) = match map {
            Expression::Set(elements) => {
                inline = elements;
                (inline, false)
            }
            Expression::Named(name) => {
                let set = self.names.sets.get(name)?;
                (&set.elements, set.changes || set.updated)
            }
            _ => return None,
        };
        let unsure = |because: &str| Some(Doubt { because: because.to_string(), alone: None });
        let text = shown(key);
        let mut cases = Vec::new();
        for element in elements {
            let act = data(element.value.as_ref()?)?;
            let row = match &keys {
                Some(keys) => self.row(keys, &element.key)?,
                None => Row { conds: Vec::new(), sure: false },
            };
            let doubt = if !row.sure {
                unsure(&text)
            } else if changes {
                unsure(&format!("what the map holds for {text}, which changes"))
            } else {
                None
            };
            cases.push(Case { when: vec![row.conds], act, doubt });
        }
        // What stands for anything is asked last.
        cases.sort_by_key(|case| case.doubt.is_none() && case.when.iter().any(Vec::is_empty));
        Some(cases)
    }

    fn verdict_map(&mut self, key: &Expression, map: &Expression) -> Act {
        let verdict = |data: &Data| match data {
            Data::Verdict(verdict) => act(verdict),
            Data::Value(_) => None,
        };
        match self.cases(key, map, &verdict) {
            Some(cases) => Act::Choose(cases),
            None => {
                let text = format!("{} vmap {}", shown(key), shown(map));
                self.problem(format!("{text} is not understood: what it meets may pass or not"));
                Act::Hand(text)
            }
        }
    }

    fn translate(&mut self, translation: &Translation) -> Act {
        let port = translation.port.as_ref().map(ports);
        match translation.kind.as_str() {
            "redirect" => return Act::Divert(port.flatten()),
            "dnat" => {}
            _ => return Act::Hide,
        }
        let anywhere = NewAddress { address: Some(Span::EVERYWHERE), port: Some(Span::ANY) };
        let done = match (&translation.address, port) {
            (None, Some(Some(port))) => {
                Some(Act::Translate(vec![NewAddress { address: None, port: Some(port) }]))
            }
            (Some(Expression::Map(key, map)), port) => {
                let port = port.flatten();
                let data = |data: &Data| match data {
                    Data::Value(value) => destination(value, port).map(|new| Act::Translate(vec![new])),
                    Data::Verdict(_) => None,
                };
                self.cases(key, map, &data).map(Act::Choose)
            }
            (Some(value), None) => destination(value, None).map(|new| Act::Translate(vec![new])),
            (Some(value), Some(Some(port))) => {
                destination(value, Some(port)).map(|new| Act::Translate(vec![new]))
            }
            (Some(_) | None, _) => None,
        };
        done.unwrap_or_else(|| {
            self.problem("where it translates to is not understood: any address is taken".to_string());
            Act::Translate(vec![anywhere])
        })
    }
}

/// The conditions of one element.
struct Row {
    conds: Vec<Cond>,
    /// False when a part of it is not told by any question.
    sure: bool,
}

fn destination(value: &Expression, port: Option<Span<u16>>) -> Option<NewAddress> {
    match value {
        Expression::Concat(parts) => match parts.as_slice() {
            [to, port] => {
                Some(NewAddress { address: Some(address(to, Family::Both)?), port: Some(ports(port)?) })
            }
            _ => None,
        },
        value => Some(NewAddress { address: Some(address(value, Family::Both)?), port }),
    }
}

fn ports(value: &Expression) -> Option<Span<u16>> {
    match condition(&Asked::Port(NumberField::DestinationPort), value, &|_| None)? {
        Cond::Number(_, spans) => spans.first().copied().filter(|_| spans.len() == 1),
        Cond::Address(..) | Cond::Interface { .. } | Cond::State(_) | Cond::Family(_) => None,
    }
}

/// What does not fulfil a condition, of the packets that have the field.
fn opposite(what: &Asked, cond: Cond) -> Cond {
    match (what, cond) {
        (Asked::Address(field, family), Cond::Address(_, spans)) => {
            let among = if *family == Family::V4 {
                vec![Span::IPV4]
            } else {
                other_addresses(&[Span::IPV4], Span::EVERYWHERE)
            };
            Cond::Address(*field, among.iter().flat_map(|among| other_addresses(&spans, *among)).collect())
        }
        (_, Cond::Address(field, spans)) => Cond::Address(field, other_addresses(&spans, Span::EVERYWHERE)),
        (Asked::Family, Cond::Number(field, _)) => Cond::Number(field, vec![field.all()]),
        (_, Cond::Number(field, spans)) => Cond::Number(field, other_numbers(&spans, field.all())),
        (_, Cond::Interface { side, names, not }) => Cond::Interface { side, names, not: !not },
        (_, Cond::State(states)) => {
            Cond::State(PacketState::ALL.into_iter().filter(|state| !states.contains(state)).collect())
        }
        (_, Cond::Family(Family::V4)) => Cond::Family(Family::V6),
        (_, Cond::Family(Family::V6)) => Cond::Family(Family::V4),
        (_, Cond::Family(Family::Both)) => Cond::Number(NumberField::Protocol, Vec::new()),
    }
}

/// Less, greater and so on.
fn related(cond: Cond, how: How) -> Option<Cond> {
    fn of<T: Copy + Ord>(
        one: Span<T>,
        how: How,
        all: Span<T>,
        after: Option<T>,
        before: Option<T>,
    ) -> Vec<Span<T>> {
        let (first, last) = match how {
            How::Below => (Some(all.first), before),
            How::UpTo => (Some(all.first), Some(one.last)),
            How::Above => (after, Some(all.last)),
            How::From | How::Plain | How::Equal | How::Unequal | How::Without => {
                (Some(one.first), Some(all.last))
            }
        };
        match (first, last) {
            (Some(first), Some(last)) if first <= last => vec![Span { first, last }],
            _ => Vec::new(),
        }
    }
    match cond {
        Cond::Number(field, spans) => match spans.as_slice() {
            [one] => {
                let spans = of(*one, how, field.all(), one.last.checked_add(1), one.first.checked_sub(1));
                Some(Cond::Number(field, spans))
            }
            _ => None,
        },
        Cond::Address(field, spans) => match spans.as_slice() {
            [one] => {
                let all = if Span::IPV4.covers(*one) { Span::IPV4 } else { Span::EVERYWHERE };
                let spans = of(*one, how, all, one.last.checked_add(1), one.first.checked_sub(1));
                Some(Cond::Address(field, spans))
            }
            _ => None,
        },
        Cond::Interface { .. } | Cond::State(_) | Cond::Family(_) => None,
    }
}

/// The network of an address with a mask without holes.
fn address_mask(mask: &Expression, right: &Expression, family: Family) -> Option<Span<u128>> {
    let parse = |value: &Expression| word(value)?.parse::<std::net::IpAddr>().ok();
    let (mask, right) = (parse(mask)?, parse(right)?);
    let length = match (mask, right) {
        (std::net::IpAddr::V4(mask), std::net::IpAddr::V4(_)) if family == Family::V4 => {
            let bits = mask.to_bits();
            (bits.leading_ones() == bits.count_ones()).then_some(bits.leading_ones())?
        }
        (std::net::IpAddr::V6(mask), std::net::IpAddr::V6(_)) if family == Family::V6 => {
            let bits = mask.to_bits();
            (bits.leading_ones() == bits.count_ones()).then_some(bits.leading_ones())?
        }
        _ => return None,
    };
    let net = ipnet::IpNet::new(right, u8::try_from(length).ok()?).ok()?;
    // An address with bits outside of the mask is never met.
    (net.network() == right).then(|| Span::of_net(&net))
}

fn sign(how: How) -> &'static str {
    match how {
        How::Plain => "",
        How::Equal => " ==",
        How::Unequal => " !=",
        How::Without => " !",
        How::Below => " <",
        How::UpTo => " <=",
        How::Above => " >",
        How::From => " >=",
    }
}

fn shown(value: &Expression) -> String {
    super::print::expression(value)
}
