//! Rules of nftables in the spelling of `nft list ruleset`.

use super::fields;
use super::tree::{Data, Element, Expression, Field, How, Statement, Translation, Verdict};

/// Elements of a set that are written out.
const ELEMENTS_MAX: usize = 64;

/// A rule.
pub(super) fn rule(statements: &[Statement], comment: Option<&str>) -> String {
    let mut parts: Vec<String> = statements.iter().map(statement).filter(|part| !part.is_empty()).collect();
    if let Some(comment) = comment {
        parts.push(format!("comment \"{comment}\""));
    }
    parts.join(" ")
}

fn statement(statement: &Statement) -> String {
    match statement {
        Statement::Match { left, how, right } => compared(left, *how, right),
        Statement::Verdict(found) => verdict(found),
        Statement::VerdictMap { key, map } => format!("{} vmap {}", expression(key), expression(map)),
        Statement::Counter(_) => "counter".to_string(),
        Statement::Log => "log".to_string(),
        Statement::Reject => "reject".to_string(),
        Statement::Limit { text, .. } | Statement::Hand(text) | Statement::Unknown(text) => text.clone(),
        Statement::NamedLimit(name) => format!("limit name \"{name}\""),
        Statement::Translate(translation) => translated(translation),
        Statement::Untrack => "notrack".to_string(),
        Statement::Update { set, limit } => match limit {
            Some((text, _)) => format!("update @{set} {{ {text} }}"),
            None => format!("update @{set}"),
        },
        Statement::Harmless => String::new(),
    }
}

fn compared(left: &Expression, how: How, right: &Expression) -> String {
    let of_flags = matches!(left, Expression::Masked(..))
        || matches!(left, Expression::Field(Field::Header(_, name)) if name == "flags")
        || matches!(left, Expression::Field(Field::Tracking { key, .. }) if key == "state");
    let how = if how == How::Equal && (!of_flags || matches!(right, Expression::Set(_))) {
        How::Plain
    } else {
        how
    };
    let named = matches!(left, Expression::Field(Field::Meta(key)) if key.ends_with("name"));
    let right = if named { quoted(right) } else { expression(right) };
    format!("{}{}{right}", expression(left), sign(how))
}

/// Names of interfaces stand in quotation marks.
fn quoted(value: &Expression) -> String {
    let mark = |value: &Expression| match value {
        Expression::Word(word) => Expression::Quoted(word.clone()),
        value => value.clone(),
    };
    match value {
        Expression::Set(elements) => {
            let key = |element: &Element| Element { key: mark(&element.key), value: element.value.clone() };
            set(&elements.iter().take(ELEMENTS_MAX + 1).map(key).collect::<Vec<Element>>())
        }
        value => expression(&mark(value)),
    }
}

fn translated(translation: &Translation) -> String {
    let address = translation.address.as_ref().map(expression).unwrap_or_default();
    let port = translation.port.as_ref().map(|port| format!(":{}", expression(port))).unwrap_or_default();
    if address.is_empty() && port.is_empty() {
        return translation.kind.clone();
    }
    format!("{} to {address}{port}", translation.kind)
}

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
fn sign(how: How) -> &'static str {
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
