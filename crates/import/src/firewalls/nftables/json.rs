//! JSON (RFC 8259) with the line of each object, for the few documents that firewalls write in it.

/// Values inside of each other.
const DEPTH_MAX: usize = 64;

/// A value.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Json {
    Null,
    Bool(bool),
    /// As it is written.
    Number(String),
    Text(String),
    List(Vec<Json>),
    /// Its line, from 1, and its members in order.
    Object(u32, Vec<(String, Json)>),
}

impl Json {
    /// A member of an object.
    pub(super) fn get(&self, name: &str) -> Option<&Json> {
        match self {
            Json::Object(_, members) => members.iter().find(|(key, _)| key == name).map(|(_, value)| value),
            Json::Null | Json::Bool(_) | Json::Number(_) | Json::Text(_) | Json::List(_) => None,
        }
    }

    /// The text of a member.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.get(name).and_then(Json::as_text)
    }

    /// Its text, if it is one.
    pub(super) fn as_text(&self) -> Option<&str> {
        match self {
            Json::Text(text) => Some(text),
            Json::Null | Json::Bool(_) | Json::Number(_) | Json::List(_) | Json::Object(..) => None,
        }
    }

    /// Its number, if it is a whole one.
    pub(super) fn as_number(&self) -> Option<i64> {
        match self {
            Json::Number(text) => text.parse().ok(),
            Json::Null | Json::Bool(_) | Json::Text(_) | Json::List(_) | Json::Object(..) => None,
        }
    }

    /// Its values, if it is a list; one value stands for a list of it.
    pub(super) fn all(&self) -> &[Json] {
        match self {
            Json::List(all) => all,
            Json::Null => &[],
            one => std::slice::from_ref(one),
        }
    }

    /// The only member of an object, as `{"accept": null}`.
    pub(super) fn only(&self) -> Option<(&str, &Json)> {
        match self {
            Json::Object(_, members) => match members.as_slice() {
                [(name, value)] => Some((name, value)),
                _ => None,
            },
            Json::Null | Json::Bool(_) | Json::Number(_) | Json::Text(_) | Json::List(_) => None,
        }
    }
}

/// Reads a document as far as it goes: what is cut short ends where it is cut. The second value is where it broke.
pub(super) fn read(text: &str) -> (Option<Json>, Option<u32>) {
    let mut reader = Reader { text, at: 0, line: 1, broken: None };
    let value = reader.value(0);
    (value, reader.broken)
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    line: u32,
    broken: Option<u32>,
}

impl Reader<'_> {
    fn next_sign(&mut self) -> Option<u8> {
        let bytes = self.text.as_bytes();
        while let Some(byte) = bytes.get(self.at) {
            match byte {
                b'\n' => self.line = self.line.saturating_add(1),
                b' ' | b'\t' | b'\r' => {}
                byte => return Some(*byte),
            }
            self.at += 1;
        }
        None
    }

    fn take(&mut self, sign: u8) -> bool {
        let is = self.next_sign() == Some(sign);
        self.at += usize::from(is);
        is
    }

    fn broken<T>(&mut self) -> Option<T> {
        self.broken = self.broken.or(Some(self.line));
        None
    }

    fn value(&mut self, depth: usize) -> Option<Json> {
        if depth > DEPTH_MAX {
            return self.broken();
        }
        match self.next_sign() {
            Some(b'{') => Some(self.object(depth)),
            Some(b'[') => Some(self.list(depth)),
            Some(b'"') => self.string().map(Json::Text),
            Some(_) => self.word(),
            None => self.broken(),
        }
    }

    fn object(&mut self, depth: usize) -> Json {
        let line = self.line;
        self.at += 1;
        let mut members = Vec::new();
        while self.broken.is_none() && !self.take(b'}') {
            if self.take(b',') {
                continue;
            }
            let name = match self.next_sign() {
                Some(b'"') => self.string(),
                Some(_) | None => self.broken(),
            };
            let Some(name) = name else { break };
            if !self.take(b':') {
                let _: Option<()> = self.broken();
                break;
            }
            match self.value(depth + 1) {
                Some(value) => members.push((name, value)),
                None => break,
            }
        }
        Json::Object(line, members)
    }

    fn list(&mut self, depth: usize) -> Json {
        self.at += 1;
        let mut all = Vec::new();
        while self.broken.is_none() && !self.take(b']') {
            if self.take(b',') {
                continue;
            }
            match self.value(depth + 1) {
                Some(value) => all.push(value),
                None => break,
            }
        }
        Json::List(all)
    }

    fn string(&mut self) -> Option<String> {
        self.at += 1;
        let mut found = String::new();
        let rest = self.text.get(self.at..).unwrap_or_default();
        let mut letters = rest.char_indices();
        while let Some((place, letter)) = letters.next() {
            match letter {
                '"' => {
                    self.at += place + 1;
                    return Some(found);
                }
                '\\' => match letters.next().map(|(_, letter)| letter) {
                    Some('n') => found.push('\n'),
                    Some('t') => found.push('\t'),
                    Some('r') => found.push('\r'),
                    Some('b' | 'f') => found.push(' '),
                    Some('u') => {
                        let digits: String = letters.by_ref().take(4).map(|(_, letter)| letter).collect();
                        let code = u32::from_str_radix(&digits, 16).ok().and_then(char::from_u32);
                        found.push(code.unwrap_or(char::REPLACEMENT_CHARACTER));
                    }
                    Some(letter) => found.push(letter),
                    None => break,
                },
                letter => found.push(letter),
            }
        }
        self.at = self.text.len();
        self.broken()
    }

    fn word(&mut self) -> Option<Json> {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let end = rest.find(|letter: char| !letter.is_ascii_alphanumeric() && !"+-.".contains(letter));
        let word = rest.get(..end.unwrap_or(rest.len())).unwrap_or_default();
        let value = match word {
            "null" => Json::Null,
            "true" => Json::Bool(true),
            "false" => Json::Bool(false),
            word if word.starts_with(|letter: char| letter.is_ascii_digit() || letter == '-') => {
                Json::Number(word.to_string())
            }
            _ => return self.broken(),
        };
        self.at += word.len();
        Some(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_know_their_lines_and_a_cut_keeps_what_came_before() {
        let (value, broken) = read("{\"a\": [1, true,\n {\"b\": \"x\\u0041\\n\"}], \"c\": nul");
        let value = value.unwrap();
        assert_eq!(broken, Some(2));
        assert_eq!(value.get("a").unwrap().all().len(), 3);
        let inner = &value.get("a").unwrap().all()[2];
        assert!(matches!(inner, Json::Object(2, _)));
        assert_eq!(inner.text("b"), Some("xA\n"));
        assert!(value.get("c").is_none());
        let deep = "[".repeat(100_000);
        assert!(read(&deep).1.is_some());
    }
}
