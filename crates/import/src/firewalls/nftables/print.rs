//! Rules of nftables in the spelling of `nft list ruleset`.

use super::fields;
use super::tree::{Data, Element, Expression, Field, How, Verdict};

/// Elements of a set that are written out.
const ELEMENTS_MAX: usize = 64;

/// An expression.
pub(super) fn expression(value: &Expression) -> String {
    let listed =
        |all: &[Expression], between: &str| all.iter().map(expression).collect::<Vec<String>>().join(between);
    match value {
        Expression::Field(field) => self::field(field),
        Expression::Word(word) | Expression::Other(word) => word.clone(),
        Expression::Quoted(word) => format!("\"{word}\""),
        Expression::Prefix(address, length) => format!("{}/{length}", expression(address)),
        Expression::Range(first, last) => format!("{}-{}", expression(first), expression(last)),
        Expression::Set(elements) => set(elements),
        Expression::List(all) => listed(all, ","),
        Expression::Or(all) => listed(all, " | "),
        Expression::Named(name) => format!("@{name}"),
        Expression::Concat(parts) => listed(parts, " . "),
        Expression::Masked(field, mask) => match mask.as_ref() {
            Expression::Or(_) | Expression::List(_) => {
                format!("{} & ({})", expression(field), expression(mask))
            }
            mask => format!("{} & {}", expression(field), expression(mask)),
        },
        Expression::Map(key, map) => format!("{} map {}", expression(key), expression(map)),
        Expression::Any => "*".to_string(),
    }
}

/// A field; those of `meta` that need no word in front stand without.
pub(super) fn field(field: &Field) -> String {
    match field {
        Field::Meta(key) if super::expressions::is_meta(key) => key.clone(),
        field => fields::written(field),
    }
}

/// The sign of a comparison.
pub(super) fn sign(how: How) -> &'static str {
    match how {
        How::Plain => " ",
        How::Equal => " == ",
        How::Unequal => " != ",
        How::Without => " ! ",
        How::Below => " < ",
        How::UpTo => " <= ",
        How::Above => " > ",
        How::From => " >= ",
    }
}

/// A verdict.
pub(super) fn verdict(verdict: &Verdict) -> String {
    match verdict {
        Verdict::Accept => "accept".to_string(),
        Verdict::Drop => "drop".to_string(),
        Verdict::Continue => "continue".to_string(),
        Verdict::Return => "return".to_string(),
        Verdict::Jump(chain) => format!("jump {chain}"),
        Verdict::Goto(chain) => format!("goto {chain}"),
        Verdict::Queue => "queue".to_string(),
    }
}

fn set(elements: &[Element]) -> String {
    let mut parts: Vec<String> = elements.iter().take(ELEMENTS_MAX).map(element).collect();
    if elements.len() > ELEMENTS_MAX {
        parts.push("...".to_string());
    }
    format!("{{ {} }}", parts.join(", "))
}

fn element(element: &Element) -> String {
    let key = expression(&element.key);
    match &element.value {
        None => key,
        Some(Data::Verdict(found)) => format!("{key} : {}", verdict(found)),
        Some(Data::Value(value)) => format!("{key} : {}", expression(value)),
    }
}
