//! The statements of one rule of nftables text (nft(8), "statements").

use super::cursor::Cursor;
use super::expressions::{expression, field, is_meta, member, value};
use super::tokens::{Placed, Token};
use super::tree::{Data, Element, Expression, Field, How, Statement, Translation, Verdict};

/// Elements that one set may list; further ones are left out, and said.
const ELEMENTS_MAX: usize = 1_000_000;

/// Reads the statements of a rule. What is not understood becomes a statement as well, and is told to `unknown`.
pub(super) fn statements(
    words: &[Placed],
    comment: &mut Option<String>,
    unknown: &mut dyn FnMut(&str),
) -> Vec<Statement> {
    let mut cursor = Cursor::new(words);
    let mut found = Vec::new();
    loop {
        cursor.skip_lines();
        if cursor.is_done() {
            return found;
        }
        if cursor.take("comment") {
            *comment = cursor.name();
            continue;
        }
        let before = cursor;
        match statement(&mut cursor) {
            Some(statement) => {
                if let Statement::Unknown(what) = &statement {
                    unknown(what);
                }
                found.push(statement);
            }
            None => {
                let what = written(before.rest());
                unknown(&what);
                found.push(Statement::Unknown(what));
                // The verdict at the end tells what the rule would do.
                found.extend(last_verdict(before.rest()).map(Statement::Verdict));
                return found;
            }
        }
    }
}

fn statement(cursor: &mut Cursor<'_>) -> Option<Statement> {
    let word = cursor.word().unwrap_or_default();
    if let Some(verdict) = verdict(cursor) {
        return Some(Statement::Verdict(verdict));
    }
    match word {
        "counter" => {
            cursor.next();
            Some(Statement::Counter(counts(cursor)))
        }
        "log" => {
            cursor.next();
            log(cursor);
            Some(Statement::Log)
        }
        "reject" => {
            cursor.next();
            reject(cursor);
            Some(Statement::Reject)
        }
        "limit" | "quota" => limit(cursor),
        "notrack" => {
            cursor.next();
            Some(Statement::Untrack)
        }
        "dnat" | "snat" | "masquerade" | "redirect" => translation(cursor).map(Statement::Translate),
        "queue" => {
            skip_words(cursor);
            Some(Statement::Verdict(Verdict::Queue))
        }
        "tproxy" | "synproxy" | "fwd" => {
            let text = skip_words(cursor);
            Some(Statement::Hand(text))
        }
        // An extension of iptables, of which nft shows no more than the name.
        "xt" => {
            cursor.next();
            let (kind, name) = (cursor.name()?, cursor.name()?);
            let text = format!("xt {kind} \"{name}\"");
            if kind == "target" {
                return Some(Statement::Unknown(text));
            }
            let left = Expression::Field(Field::Other(text));
            Some(Statement::Match { left, how: How::Plain, right: Expression::Word(String::new()) })
        }
        "dup" | "last" | "flow" | "secmark" => {
            skip_words(cursor);
            Some(Statement::Harmless)
        }
        "add" | "update" | "delete" | "set" if is_named(cursor, 1) => update(cursor),
        "meter" => meter(cursor),
        "ct" if follows(cursor, 1, "count") => {
            cursor.next();
            cursor.next();
            let over = cursor.take("over");
            let number = cursor.name()?;
            Some(Statement::Limit {
                text: format!("ct count {}{number}", if over { "over " } else { "" }),
                over,
            })
        }
        _ => match change(cursor) {
            Some(words) => skip_change(cursor, words).map(|()| Statement::Harmless),
            None => compare(cursor),
        },
    }
}

fn follows(cursor: &Cursor<'_>, places: usize, word: &str) -> bool {
    matches!(cursor.ahead(places), Some(Token::Word(next)) if next == word)
}

fn is_named(cursor: &Cursor<'_>, places: usize) -> bool {
    matches!(cursor.ahead(places), Some(Token::Word(next)) if next.starts_with('@'))
}

/// How many words stand before the `set` or `reset` of a statement that changes the packet or what is known of it:
/// `meta mark set 1`, `ct helper set "ftp"`, `ip dscp set cs1`, `tcp option maxseg size set rt mtu`.
fn change(cursor: &Cursor<'_>) -> Option<usize> {
    let is = |places: usize| follows(cursor, places, "set") || follows(cursor, places, "reset");
    let word = cursor.word()?;
    if is_meta(word) && is(1) {
        return Some(1);
    }
    if follows(cursor, 1, "option") {
        return [3, 4].into_iter().find(|places| is(*places));
    }
    is(2).then_some(2)
}

/// Skips a change with all that it computes.
fn skip_change(cursor: &mut Cursor<'_>, words: usize) -> Option<()> {
    for _ in 0..=words {
        cursor.next();
    }
    if cursor.is_done() {
        return Some(());
    }
    loop {
        let before = *cursor;
        if field(cursor).is_none() {
            *cursor = before;
            value(cursor)?;
        }
        let goes_on = ["|", "&", "^", "<<", ">>", ":", "."].iter().any(|sign| cursor.sign(sign))
            || ["map", "or", "and", "xor"].iter().any(|word| cursor.take(word));
        if !goes_on {
            return Some(());
        }
    }
}

/// Skips from a brace to the one that closes it.
fn braces(cursor: &mut Cursor<'_>) {
    let mut depth = 0_usize;
    while let Some(token) = cursor.next() {
        match token {
            Token::Sign("{") => depth += 1,
            Token::Sign("}") => depth = depth.saturating_sub(1),
            Token::Sign(_) | Token::Word(_) | Token::Quoted(_) | Token::End => {}
        }
        if depth == 0 {
            return;
        }
    }
}

pub(super) fn verdict(cursor: &mut Cursor<'_>) -> Option<Verdict> {
    let verdict = match cursor.word()? {
        "accept" => Verdict::Accept,
        "drop" => Verdict::Drop,
        "continue" => Verdict::Continue,
        "return" => Verdict::Return,
        "jump" => {
            cursor.next();
            return cursor.name().map(Verdict::Jump);
        }
        "goto" => {
            cursor.next();
            return cursor.name().map(Verdict::Goto);
        }
        _ => return None,
    };
    cursor.next();
    Some(verdict)
}

fn counts(cursor: &mut Cursor<'_>) -> Option<u64> {
    if cursor.take("name") {
        cursor.name();
        return None;
    }
    let mut packets = None;
    if cursor.take("packets") {
        packets = cursor.name().and_then(|count| count.parse().ok());
        if cursor.take("bytes") {
            cursor.name();
        }
    }
    packets
}

fn log(cursor: &mut Cursor<'_>) {
    while let Some("prefix" | "level" | "group" | "snaplen" | "queue-threshold" | "flags") = cursor.word() {
        let flags = cursor.take("flags");
        if !flags {
            cursor.next();
        }
        cursor.name();
        // `flags tcp sequence,options`
        while flags && (cursor.sign(",") || matches!(cursor.word(), Some("sequence" | "options"))) {
            if matches!(cursor.word(), Some("sequence" | "options")) {
                cursor.next();
            }
        }
    }
}

fn reject(cursor: &mut Cursor<'_>) {
    if !cursor.take("with") {
        return;
    }
    // `icmp type host-unreachable`, `icmpx port-unreachable`, `tcp reset`
    cursor.name();
    cursor.take("type");
    cursor.name();
}

/// `limit rate [over] 10/second [burst 5 packets]`, `limit name "x"`, `quota [over|until] 10 mbytes`.
fn limit(cursor: &mut Cursor<'_>) -> Option<Statement> {
    let start = cursor.rest();
    let kind = cursor.name()?;
    if cursor.take("name") {
        return cursor.name().map(Statement::NamedLimit);
    }
    cursor.take("rate");
    let over = cursor.take("over");
    cursor.take("until");
    cursor.name()?;
    // `10/second` is one word, `10 / second`, `10 mbytes/second` and `10 mbytes` are several.
    while let Some(word) = cursor.word() {
        let unit = word.split('/').next().unwrap_or(word);
        if !matches!(unit, "" | "bytes" | "kbytes" | "mbytes" | "second" | "minute" | "hour" | "day" | "week")
        {
            break;
        }
        cursor.next();
    }
    for word in ["burst", "used"] {
        if cursor.take(word) {
            cursor.name();
            if matches!(cursor.word(), Some("packets" | "bytes" | "kbytes" | "mbytes")) {
                cursor.next();
            }
        }
    }
    let taken = start.len() - cursor.rest().len();
    let text = written(start.get(..taken).unwrap_or_default());
    (kind == "limit" || kind == "quota").then_some(Statement::Limit { text, over })
}

/// Skips the words of a statement that stands last, up to a comment.
fn skip_words(cursor: &mut Cursor<'_>) -> String {
    let start = cursor.rest();
    while let Some(token) = cursor.peek() {
        match token {
            Token::Word(word) if word == "comment" || word == "accept" || word == "drop" => break,
            Token::Sign("{") => braces(cursor),
            Token::Word(_) | Token::Quoted(_) | Token::Sign(_) | Token::End => {
                cursor.next();
            }
        }
    }
    let taken = start.len() - cursor.rest().len();
    written(start.get(..taken).unwrap_or_default())
}

/// `add @set { key [limit ...] }`.
fn update(cursor: &mut Cursor<'_>) -> Option<Statement> {
    let words = cursor.rest();
    cursor.next();
    let set = cursor.name()?.trim_start_matches('@').to_string();
    let limit = within_braces(cursor, words);
    Some(Statement::Update { set, limit })
}

/// `meter NAME [size N] { key limit ... }`: a set of its own.
fn meter(cursor: &mut Cursor<'_>) -> Option<Statement> {
    let words = cursor.rest();
    cursor.next();
    let set = cursor.name()?;
    if cursor.take("size") {
        cursor.name();
    }
    let limit = within_braces(cursor, words);
    Some(Statement::Update { set, limit })
}

/// What measures inside of the braces that follow.
fn within_braces(cursor: &mut Cursor<'_>, from: &[Placed]) -> Option<(String, bool)> {
    let start = from.len() - cursor.rest().len();
    if cursor.is_sign("{") {
        braces(cursor);
    }
    let end = from.len() - cursor.rest().len();
    let inner = from.get(start..end).unwrap_or_default();
    let has = |wanted: &str| {
        inner.iter().any(|placed| matches!(&placed.token, Token::Word(word) if word == wanted))
    };
    let measures = has("limit") || has("quota") || has("count");
    measures.then(|| (written(inner), has("over")))
}

/// `dnat [ip|ip6] [to] ADDRESS[:PORT]`, or to what a map holds.
fn translation(cursor: &mut Cursor<'_>) -> Option<Translation> {
    let mut found = Translation { kind: cursor.name()?, ..Translation::default() };
    for family in ["ip", "ip6"] {
        // `dnat ip to`, `dnat ip addr . port to`, `dnat ip prefix to`; `dnat to ip saddr map` asks a field instead.
        if cursor.word() == Some(family) {
            cursor.next();
        }
    }
    if cursor.take("addr") {
        cursor.sign(".");
        cursor.take("port");
    }
    cursor.take("prefix");
    cursor.take("interval");
    cursor.take("to");
    if cursor.sign(":") {
        found.port = Some(value(cursor)?);
    } else if !cursor.is_done()
        && !matches!(cursor.word(), Some("random" | "persistent" | "fully-random" | "comment"))
    {
        found.address = Some(mapped(cursor)?);
        if cursor.sign(":") {
            found.port = Some(mapped(cursor)?);
        }
    }
    while matches!(cursor.word(), Some("random" | "persistent" | "fully-random")) || cursor.is_sign(",") {
        cursor.next();
    }
    Some(found)
}

/// A value, or what a map holds for a field.
fn mapped(cursor: &mut Cursor<'_>) -> Option<Expression> {
    let before = *cursor;
    if field(cursor).is_some() {
        *cursor = before;
        let key = expression(cursor)?;
        if !cursor.take("map") {
            return None;
        }
        return Some(Expression::Map(Box::new(key), Box::new(value(cursor)?)));
    }
    *cursor = before;
    value(cursor)
}

/// `FIELD [OPERATOR] VALUE` or `FIELD vmap MAP`.
fn compare(cursor: &mut Cursor<'_>) -> Option<Statement> {
    let left = expression(cursor)?;
    if let Expression::Field(Field::Header(header, name)) = &left
        && (name == "exists" || name == "missing")
    {
        let (left, right) = (Expression::Field(Field::Other(header.clone())), Expression::Word(name.clone()));
        return Some(Statement::Match { left, how: How::Plain, right });
    }
    if cursor.take("vmap") {
        return Some(Statement::VerdictMap { key: left, map: value(cursor)? });
    }
    let how = [
        ("==", How::Equal),
        ("!=", How::Unequal),
        ("<=", How::UpTo),
        (">=", How::From),
        ("<", How::Below),
        (">", How::Above),
        ("!", How::Without),
    ]
    .into_iter()
    .find(|(sign, _)| cursor.sign(sign))
    .map(|(_, how)| how);
    let how = how.or_else(|| {
        [("eq", How::Equal), ("ne", How::Unequal), ("lt", How::Below), ("gt", How::Above), ("le", How::UpTo)]
            .into_iter()
            .chain([("ge", How::From)])
            .find(|(word, _)| cursor.take(word))
            .map(|(_, how)| how)
    });
    let mut how = how.unwrap_or(How::Plain);
    let mut right = match (&left, cursor.word()) {
        (
            Expression::Field(Field::Route { .. } | Field::Other(_) | Field::Meta(_)),
            Some("exists" | "missing"),
        ) => Expression::Word(cursor.name()?),
        _ => value(cursor)?,
    };
    let mut left = left;
    // `tcp flags syn / fin,syn,rst,ack`
    if cursor.take("/") {
        let mask = value(cursor)?;
        left = Expression::Masked(Box::new(left), Box::new(mask));
        if how == How::Plain {
            how = How::Equal;
        }
    }
    if let (Expression::Masked(..), How::Plain) = (&left, how) {
        how = How::Equal;
    }
    if let Expression::List(list) = &right
        && let [one] = list.as_slice()
    {
        right = one.clone();
    }
    Some(Statement::Match { left, how, right })
}

/// `{ KEY [: VALUE], ... }`; an element may carry a time, a counter and a comment.
pub(super) fn elements(cursor: &mut Cursor<'_>) -> Option<Vec<Element>> {
    if !cursor.sign("{") {
        return None;
    }
    let mut found = Vec::new();
    loop {
        cursor.skip_lines();
        if cursor.sign("}") {
            return Some(found);
        }
        if cursor.is_done() || found.len() > ELEMENTS_MAX {
            return None;
        }
        if cursor.sign(",") || cursor.sign(";") {
            continue;
        }
        if cursor.is_sign("{") {
            // A variable that is a set itself.
            found.append(&mut elements(cursor)?);
            continue;
        }
        let key = member(cursor)?;
        skip_extras(cursor);
        let mut data = None;
        if cursor.sign(":") {
            cursor.skip_lines();
            data = Some(match verdict(cursor) {
                Some(verdict) => Data::Verdict(verdict),
                None => Data::Value(member(cursor)?),
            });
            skip_extras(cursor);
        }
        found.push(Element { key, value: data });
    }
}

fn skip_extras(cursor: &mut Cursor<'_>) {
    loop {
        cursor.skip_lines();
        match cursor.word() {
            Some("timeout" | "expires" | "comment") => {
                cursor.next();
                cursor.name();
            }
            Some("counter") => {
                cursor.next();
                counts(cursor);
            }
            Some("limit" | "quota") => {
                limit(cursor);
            }
            Some("ct") => {
                cursor.next();
                cursor.take("count");
                cursor.take("over");
                cursor.name();
            }
            Some("last") => {
                cursor.next();
                cursor.take("used");
                cursor.name();
            }
            Some(_) | None => return,
        }
    }
}

/// The verdict with which the words end, as far as one stands there.
fn last_verdict(words: &[Placed]) -> Option<Verdict> {
    (0..words.len()).rev().find_map(|at| {
        let mut cursor = Cursor::new(words.get(at..)?);
        match verdict(&mut cursor) {
            None if cursor.word() == Some("reject") => Some(Verdict::Drop),
            found => found,
        }
    })
}

/// Words as they could stand in a rule.
pub(super) fn written(words: &[Placed]) -> String {
    let mut text = String::new();
    for placed in words {
        let (word, close) = match &placed.token {
            Token::Word(word) => (word.clone(), false),
            Token::Quoted(word) => (format!("\"{word}\""), false),
            Token::Sign(sign) => (sign.to_string(), matches!(*sign, "," | ";" | ")")),
            Token::End => continue,
        };
        if !text.is_empty() && !close {
            text.push(' ');
        }
        text.push_str(&word);
        if text.len() > super::RULE_TEXT_BYTES_MAX {
            break;
        }
    }
    text
}
