//! What nftables text asks of a packet, and the values it compares with (nft(8), "payload expressions", "meta
//! expressions", "conntrack expressions").

use super::cursor::Cursor;
use super::statements::elements;
use super::tokens::Token;
use super::tree::{Expression, Field};

/// Headers whose fields have a name of their own.
const HEADERS: [&str; 23] = [
    "ether", "vlan", "arp", "ip", "ip6", "icmp", "icmpv6", "igmp", "tcp", "udp", "udplite", "sctp", "dccp",
    "th", "ah", "esp", "comp", "gre", "hbh", "rt", "frag", "dst", "mh",
];

/// Keys of `meta` that may stand alone.
const META: [&str; 16] = [
    "iif",
    "oif",
    "iifname",
    "oifname",
    "iiftype",
    "oiftype",
    "mark",
    "nftrace",
    "rtclassid",
    "skuid",
    "skgid",
    "iifgroup",
    "oifgroup",
    "cgroup",
    "ibrname",
    "obrname",
];

/// Nested values (lists in parentheses) that are followed.
const DEPTH_MAX: usize = 8;

/// True for a key of `meta` that may stand alone.
pub(super) fn is_meta(word: &str) -> bool {
    META.contains(&word)
}

/// Fields side by side, or one with its mask.
pub(super) fn expression(cursor: &mut Cursor<'_>) -> Option<Expression> {
    let first = one(cursor)?;
    if !cursor.is_sign(".") {
        return Some(first);
    }
    let mut parts = vec![first];
    while cursor.sign(".") {
        parts.push(one(cursor)?);
    }
    Some(Expression::Concat(parts))
}

fn one(cursor: &mut Cursor<'_>) -> Option<Expression> {
    let bracketed = cursor.sign("(");
    let mut found = Expression::Field(field(cursor)?);
    if cursor.sign("&") {
        found = Expression::Masked(Box::new(found), Box::new(value(cursor)?));
    }
    for sign in ["|", "^", "<<", ">>"] {
        if cursor.sign(sign) {
            let rest = value(cursor)?;
            found = Expression::Other(format!("{found:?} {sign} {rest:?}"));
        }
    }
    if bracketed && !cursor.sign(")") {
        return None;
    }
    Some(found)
}

/// A field, if one is next.
pub(super) fn field(cursor: &mut Cursor<'_>) -> Option<Field> {
    let word = cursor.word()?;
    if META.contains(&word) {
        return cursor.name().map(Field::Meta);
    }
    match word {
        "meta" => {
            cursor.next();
            cursor.name().map(Field::Meta)
        }
        "ct" => {
            cursor.next();
            tracking(cursor)
        }
        "fib" => {
            cursor.next();
            route(cursor)
        }
        // `rt [ip|ip6] KEY`, `socket KEY`, `ipsec in|out [ip|ip6] KEY`, `osf name`.
        "socket" | "rt" | "ipsec" | "osf" | "tunnel" | "exthdr" => {
            let mut words = vec![cursor.name()?];
            while let Some(way @ ("ip" | "ip6" | "in" | "out")) = cursor.word().filter(|_| words.len() < 4) {
                words.push(way.to_string());
                cursor.next();
            }
            words.push(cursor.name()?);
            Some(Field::Other(words.join(" ")))
        }
        "numgen" | "jhash" | "symhash" => {
            let mut words = Vec::new();
            while let Some(word) = cursor.word().filter(|word| *word != "map" && *word != "vmap") {
                words.push(word.to_string());
                cursor.next();
                cursor.sign(".");
                if words.len() > 32 {
                    return None;
                }
            }
            Some(Field::Other(words.join(" ")))
        }
        "tcp" | "sctp" | "ip" if matches!(cursor.ahead(1), Some(Token::Word(next)) if next == "option" || next == "chunk") =>
        {
            let mut words: Vec<String> = (0..3).filter_map(|_| cursor.name()).collect();
            if let Some(more) = cursor.word().filter(|word| is_plain(word)) {
                words.push(more.to_string());
                cursor.next();
            }
            Some(Field::Other(words.join(" ")))
        }
        header if HEADERS.contains(&header) => {
            let header = header.to_string();
            cursor.next();
            let name = cursor.name()?;
            Some(Field::Header(header, name))
        }
        base if matches!(base, "@ll" | "@nh" | "@th" | "@ih") => {
            let base = base.to_string();
            cursor.next();
            cursor.sign(",");
            let (offset, _, length) = (cursor.name()?, cursor.sign(","), cursor.name()?);
            Some(raw(&base, &offset, &length))
        }
        _ => None,
    }
}

/// A word that may belong to the name of a field: no value, no verdict.
fn is_plain(word: &str) -> bool {
    let letters = word.chars().all(|letter| letter.is_ascii_lowercase() || letter == '-' || letter == '_');
    letters && !matches!(word, "exists" | "missing" | "vmap" | "map" | "accept" | "drop")
}

/// Ports by their place in the header.
fn raw(base: &str, offset: &str, length: &str) -> Field {
    match (base, offset, length) {
        ("@th", "0", "16") => Field::Header("th".to_string(), "sport".to_string()),
        ("@th", "16", "16") => Field::Header("th".to_string(), "dport".to_string()),
        _ => Field::Other(format!("{base},{offset},{length}")),
    }
}

fn tracking(cursor: &mut Cursor<'_>) -> Option<Field> {
    let mut direction = None;
    if let Some(word @ ("original" | "reply")) = cursor.word() {
        direction = Some(word.to_string());
        cursor.next();
    }
    for family in ["ip", "ip6"] {
        cursor.take(family);
    }
    let key = cursor.name()?;
    Some(Field::Tracking { key, direction })
}

/// `fib saddr . iif oif`, `fib daddr type`.
fn route(cursor: &mut Cursor<'_>) -> Option<Field> {
    let mut flags = vec![cursor.name()?];
    while cursor.sign(".") {
        flags.push(cursor.name()?);
    }
    let result = cursor.name()?;
    Some(Field::Route { flags, result })
}

/// A value: one, several with commas or bars, side by side, in braces.
pub(super) fn value(cursor: &mut Cursor<'_>) -> Option<Expression> {
    let first = nested(cursor, 0)?;
    if !cursor.is_sign(",") || !is_flag(&first) {
        return Some(first);
    }
    let mut parts = vec![first];
    let mut ahead = *cursor;
    while ahead.sign(",") {
        let Some(part) = single(&mut ahead, 0).filter(is_flag) else { break };
        parts.push(part);
        *cursor = ahead;
    }
    Some(Expression::List(parts))
}

/// A value of a set, where commas part elements.
pub(super) fn member(cursor: &mut Cursor<'_>) -> Option<Expression> {
    nested(cursor, 0)
}

fn nested(cursor: &mut Cursor<'_>, depth: usize) -> Option<Expression> {
    if depth > DEPTH_MAX {
        return None;
    }
    if cursor.is_sign("{") {
        return elements(cursor).map(Expression::Set);
    }
    let first = single(cursor, depth)?;
    if cursor.is_sign(".") {
        let mut parts = vec![first];
        while cursor.sign(".") {
            parts.push(single(cursor, depth)?);
        }
        return Some(Expression::Concat(parts));
    }
    if cursor.is_sign("|") {
        let mut parts = vec![first];
        while cursor.sign("|") {
            parts.push(single(cursor, depth)?);
        }
        return Some(Expression::Or(parts));
    }
    Some(first)
}

/// States of a conversation, bits of its status, and TCP flags: what may be listed with commas.
fn is_flag(value: &Expression) -> bool {
    const FLAGS: [&str; 23] = [
        "new",
        "established",
        "related",
        "invalid",
        "untracked",
        "syn",
        "ack",
        "fin",
        "rst",
        "psh",
        "urg",
        "ecn",
        "ece",
        "cwr",
        "snat",
        "dnat",
        "expected",
        "seen-reply",
        "assured",
        "confirmed",
        "dying",
        "snat-done",
        "dnat-done",
    ];
    matches!(value, Expression::Word(word) if FLAGS.contains(&word.as_str()))
}

fn single(cursor: &mut Cursor<'_>, depth: usize) -> Option<Expression> {
    if cursor.sign("(") {
        let mut inner = nested(cursor, depth + 1)?;
        if cursor.is_sign(",") {
            let mut parts = vec![inner];
            while cursor.sign(",") {
                parts.push(single(cursor, depth + 1)?);
            }
            inner = Expression::List(parts);
        }
        return cursor.sign(")").then_some(inner);
    }
    match cursor.next()? {
        token @ (Token::Quoted(_) | Token::Word(_)) => {
            let first = match token {
                Token::Word(word) => scalar(word),
                Token::Quoted(word) => Expression::Quoted(word.clone()),
                Token::Sign(_) | Token::End => return None,
            };
            // `10.0.0.1 - 10.0.0.9`
            if cursor.word() == Some("-") {
                cursor.next();
                let last = scalar(&cursor.name()?);
                return Some(Expression::Range(Box::new(first), Box::new(last)));
            }
            Some(first)
        }
        Token::Sign(_) | Token::End => None,
    }
}

/// One word: a name, a number, a network, a range.
pub(super) fn scalar(word: &str) -> Expression {
    if word == "*" {
        return Expression::Any;
    }
    if let Some(name) = word.strip_prefix('@') {
        return Expression::Named(name.to_string());
    }
    let plain = |word: &str| Expression::Word(word.to_string());
    if let Some((first, last)) = word.split_once('-')
        && begins_number(first)
        && begins_number(last)
    {
        return Expression::Range(Box::new(scalar(first)), Box::new(scalar(last)));
    }
    match word.split_once('/').map(|(address, length)| (address, length.parse::<u32>())) {
        Some((address, Ok(length))) => Expression::Prefix(Box::new(plain(address)), length),
        Some((_, Err(_))) | None => plain(word),
    }
}

/// A number or an address, not a name with a dash in it.
fn begins_number(word: &str) -> bool {
    let address = word.split('/').next().unwrap_or(word);
    address.parse::<std::net::IpAddr>().is_ok() || word.starts_with(|letter: char| letter.is_ascii_digit())
}
