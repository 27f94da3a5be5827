//! A small reader of markup for the tests: elements close in order, attributes are quoted, and nothing is there that
//! a page must not hold.

use std::collections::BTreeSet;

/// Elements of HTML that never close.
const VOID: [&str; 5] = ["meta", "br", "hr", "link", "input"];

/// What a page holds.
#[derive(Debug, Default)]
pub struct Markup {
    /// Names of elements.
    pub elements: BTreeSet<String>,
    /// Names of attributes.
    pub attributes: BTreeSet<String>,
    /// Values of `id`, each once.
    pub ids: BTreeSet<String>,
    /// Values of `href`.
    pub links: BTreeSet<String>,
}

/// Reads a page or a drawing; what is wrong comes back with the text where it is.
pub fn read(text: &str) -> Result<Markup, String> {
    let mut markup = Markup::default();
    let mut open: Vec<String> = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find('<') {
        let (before, tag) = rest.split_at(start);
        if let Some(bare) = before.split('&').skip(1).find(|after| !is_reference(after)) {
            return Err(format!("bare ampersand before {bare:.40}"));
        }
        if let Some(after) = tag.strip_prefix("<!DOCTYPE html>") {
            rest = after;
            continue;
        }
        let end = end_of_tag(tag).ok_or_else(|| format!("open tag at {tag:.40}"))?;
        let (inner, after) = (&tag[1..end], &tag[end + 1..]);
        rest = after;
        if let Some(name) = inner.strip_prefix('/') {
            let opened = open.pop();
            if opened.as_deref() != Some(name) {
                return Err(format!("</{name}> closes {opened:?} before {after:.60}"));
            }
            continue;
        }
        let closed = inner.ends_with('/');
        let name = attributes(inner.trim_end_matches('/'), &mut markup)?;
        if name == "style" {
            let close = rest.find("</style>").ok_or("open style")?;
            rest = &rest[close + "</style>".len()..];
        } else if !closed && !VOID.contains(&name.as_str()) {
            open.push(name.clone());
        }
        markup.elements.insert(name);
    }
    if open.is_empty() { Ok(markup) } else { Err(format!("never closed: {open:?}")) }
}

fn attributes(inner: &str, markup: &mut Markup) -> Result<String, String> {
    let (name, mut rest) = inner.split_once(char::is_whitespace).unwrap_or((inner, ""));
    if !name.chars().all(|c| c.is_ascii_alphanumeric()) || name.is_empty() {
        return Err(format!("element named {name:?}"));
    }
    while !rest.trim().is_empty() {
        rest = rest.trim_start();
        let stop = rest.find(|c: char| c == '=' || c.is_whitespace()).unwrap_or(rest.len());
        let attribute = &rest[..stop];
        markup.attributes.insert(attribute.to_string());
        let Some(value) = rest[stop..].strip_prefix('=') else {
            rest = &rest[stop..];
            continue;
        };
        let value = value.strip_prefix('"').ok_or_else(|| format!("{attribute} of {name} is not quoted"))?;
        let close = value.find('"').ok_or_else(|| format!("{attribute} of {name} does not end"))?;
        let (value, after) = (&value[..close], &value[close + 1..]);
        match attribute {
            "id" if !markup.ids.insert(value.to_string()) => {
                return Err(format!("two elements are #{value}"));
            }
            "href" => _ = markup.links.insert(value.to_string()),
            _ => {}
        }
        rest = after;
    }
    Ok(name.to_string())
}

/// Where a tag ends: the first `>` outside quotes.
fn end_of_tag(tag: &str) -> Option<usize> {
    let mut quoted = false;
    tag.char_indices()
        .find(|&(_, c)| {
            quoted ^= c == '"';
            c == '>' && !quoted
        })
        .map(|(at, _)| at)
}

fn is_reference(after: &str) -> bool {
    after.split_once(';').is_some_and(|(name, _)| {
        name.len() < 8 && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '#')
    })
}
