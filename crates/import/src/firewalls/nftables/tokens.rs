//! The words and signs of nftables text, with variables put in.

use std::collections::HashMap;

use model::firewall::Problem;

/// Tokens of one configuration; what follows is left out.
const TOKENS_MAX: usize = 8_000_000;

/// A word or a sign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Token {
    /// A word, number or address.
    Word(String),
    /// A word in quotation marks.
    Quoted(String),
    /// `{ } ( ) , ; = ! < > & | ^ :` and pairs of them.
    Sign(&'static str),
    /// The end of a line.
    End,
}

/// A token with its place.
#[derive(Debug, Clone)]
pub(super) struct Placed {
    pub(super) token: Token,
    /// Its line, from 1.
    pub(super) line: u32,
    /// Where it begins and ends in the text.
    pub(super) start: usize,
    pub(super) end: usize,
}

const SIGNS: [&str; 21] = [
    "==", "!=", "<=", ">=", "<<", ">>", "{", "}", "(", ")", ",", ";", "=", "!", "<", ">", "&", "|", "^", ":",
    ".",
];

/// Cuts a text into tokens; what `define` names is put in where it is used.
pub(super) fn tokens(text: &str, problems: &mut Vec<Problem>) -> Vec<Placed> {
    let plain = cut(text);
    let mut variables: HashMap<String, Vec<Placed>> = HashMap::new();
    let mut all: Vec<Placed> = Vec::with_capacity(plain.len());
    let mut at = 0;
    while let Some(placed) = plain.get(at) {
        if all.len() > TOKENS_MAX {
            let text =
                "the file is too large when its variables are put in: the rest is left out".to_string();
            problems.push(Problem { line: placed.line, text });
            break;
        }
        at += 1;
        let Token::Word(word) = &placed.token else {
            all.push(placed.clone());
            continue;
        };
        let begins = all.last().is_none_or(|last| {
            matches!(last.token, Token::End | Token::Sign(";") | Token::Sign("{") | Token::Sign("}"))
        });
        match word.as_str() {
            "define" | "redefine" if begins => at = define(&plain, at, &mut variables, problems),
            "undefine" if begins => {
                if let Some(Token::Word(name)) = plain.get(at).map(|next| &next.token) {
                    variables.remove(name);
                    at += 1;
                }
            }
            _ => match word.strip_prefix('$') {
                Some(name) => put_in(name, placed, &variables, &mut all, problems),
                None => all.push(placed.clone()),
            },
        }
    }
    all
}

/// `define NAME = ...` up to the end of the line, or of the braces.
fn define(
    plain: &[Placed],
    mut at: usize,
    variables: &mut HashMap<String, Vec<Placed>>,
    problems: &mut Vec<Problem>,
) -> usize {
    let name = match plain.get(at).map(|placed| &placed.token) {
        Some(Token::Word(name)) => name.clone(),
        _ => return at,
    };
    at += 1;
    if matches!(plain.get(at).map(|placed| &placed.token), Some(Token::Sign("="))) {
        at += 1;
    }
    let (mut value, mut depth) = (Vec::new(), 0_usize);
    while let Some(placed) = plain.get(at) {
        match &placed.token {
            Token::End if depth > 0 => {}
            Token::End | Token::Sign(";") => break,
            Token::Word(word) if word.starts_with('$') => {
                put_in(word.trim_start_matches('$'), placed, variables, &mut value, problems);
            }
            token => {
                match token {
                    Token::Sign("{") => depth += 1,
                    Token::Sign("}") => depth = depth.saturating_sub(1),
                    Token::Sign(_) | Token::Word(_) | Token::Quoted(_) | Token::End => {}
                }
                value.push(placed.clone());
            }
        }
        if value.len() > TOKENS_MAX / 8 {
            break;
        }
        at += 1;
    }
    variables.insert(name, value);
    at
}

fn put_in(
    name: &str,
    place: &Placed,
    variables: &HashMap<String, Vec<Placed>>,
    all: &mut Vec<Placed>,
    problems: &mut Vec<Problem>,
) {
    let here = |token: Token| Placed { token, ..place.clone() };
    match variables.get(name) {
        Some(value) if all.len() + value.len() <= TOKENS_MAX => {
            all.extend(value.iter().map(|placed| here(placed.token.clone())));
        }
        Some(_) => all.push(here(Token::Word(format!("${name}")))),
        None => {
            let text = format!("${name} is not defined in this file: rules that name it may meet anything");
            if problems.len() < super::super::PROBLEMS_MAX {
                problems.push(Problem { line: place.line, text });
            }
            all.push(here(Token::Word(format!("${name}"))));
        }
    }
}

fn cut(text: &str) -> Vec<Placed> {
    let mut all = Vec::new();
    let (mut line, mut at) = (1_u32, 0_usize);
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        if all.len() > TOKENS_MAX {
            break;
        }
        let first = rest.chars().next().unwrap_or(' ');
        let start = at;
        let mut put = |token: Token, bytes: usize| {
            all.push(Placed { token, line, start, end: start + bytes });
            bytes
        };
        at += match first {
            '\n' => {
                let bytes = put(Token::End, 1);
                line = line.saturating_add(1);
                bytes
            }
            '\\' if rest.starts_with("\\\n") || rest.starts_with("\\\r\n") => {
                line = line.saturating_add(1);
                rest.find('\n').map_or(1, |end| end + 1)
            }
            '#' => rest.find('\n').unwrap_or(rest.len()),
            '"' | '\'' => {
                let inner = rest.get(1..).unwrap_or_default();
                let end = inner.find([first, '\n']).unwrap_or(inner.len());
                let closed = inner.get(end..).is_some_and(|rest| rest.starts_with(first));
                put(
                    Token::Quoted(inner.get(..end).unwrap_or_default().to_string()),
                    end + 1 + usize::from(closed),
                )
            }
            '[' => {
                let end = rest.find([']', '\n']).unwrap_or(rest.len() - 1);
                let word = rest.get(1..end).unwrap_or_default().to_string();
                put(Token::Word(word), (end + 1).min(rest.len()))
            }
            first if in_word(first) => word(rest, &mut put),
            first if first.is_whitespace() => first.len_utf8(),
            first => match SIGNS.iter().find(|sign| rest.starts_with(**sign)) {
                Some(sign) => put(Token::Sign(sign), sign.len()),
                None => put(Token::Word(first.to_string()), first.len_utf8()),
            },
        };
    }
    all
}

fn in_word(letter: char) -> bool {
    letter.is_alphanumeric() || "_-./:*+%@$~?".contains(letter)
}

/// A word, or what stands around the colons in it unless it is an address.
fn word(rest: &str, put: &mut impl FnMut(Token, usize) -> usize) -> usize {
    let end = rest.find(|letter: char| !in_word(letter)).unwrap_or(rest.len());
    let whole = rest.get(..end).unwrap_or_default();
    let Some((before, _)) = whole.split_once(':').filter(|_| !has_colons(whole)) else {
        return match whole {
            "." => put(Token::Sign("."), 1),
            whole => put(Token::Word(whole.to_string()), end),
        };
    };
    match before {
        "" => put(Token::Sign(":"), 1),
        before => put(Token::Word(before.to_string()), before.len()),
    }
}

/// True for an IPv6 address, network or range, and for a hardware address.
fn has_colons(word: &str) -> bool {
    let address = |part: &str| {
        let part = part.split('/').next().unwrap_or(part);
        let bytes: Vec<&str> = part.split(':').collect();
        let hardware = bytes.len() == 6 && bytes.iter().all(|byte| byte.len() == 2);
        part.parse::<std::net::Ipv6Addr>().is_ok() || hardware
    };
    address(word) || word.split_once('-').is_some_and(|(first, last)| address(first) && address(last))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        let mut problems = Vec::new();
        let all = tokens(text, &mut problems);
        all.into_iter()
            .map(|placed| match placed.token {
                Token::Word(word) => word,
                Token::Quoted(word) => format!("\"{word}\""),
                Token::Sign(sign) => sign.to_string(),
                Token::End => "|end|".to_string(),
            })
            .collect()
    }

    #[test]
    fn colons_part_keys_and_values_but_not_addresses() {
        assert_eq!(words("80:10.0.0.1 \"a\":jump x"), ["80", ":", "10.0.0.1", "\"a\"", ":", "jump", "x"]);
        assert_eq!(
            words("2001:db8::/32 02:00:00:00:00:01 [::1]:80"),
            ["2001:db8::/32", "02:00:00:00:00:01", "::1", ":", "80"]
        );
    }

    #[test]
    fn variables_stand_for_what_they_hold() {
        let text = "define a = { 1,\n 2 }\ndefine b = $a\nx $b # said\n";
        assert_eq!(words(text), ["|end|", "|end|", "x", "{", "1", ",", "2", "}", "|end|"]);
    }

    #[test]
    fn lines_are_counted_through_continuations() {
        let mut problems = Vec::new();
        let all = tokens("a \\\n b\nc", &mut problems);
        let lines: Vec<u32> = all.iter().map(|placed| placed.line).collect();
        assert_eq!(lines, [1, 2, 2, 3]);
    }
}
