//! The words of one rule, sorted: what it asks of each packet, by match, and its target.

/// An option with its values.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Given {
    /// True behind or before a `!`.
    pub not: bool,
    /// Its name, as `--dport`.
    pub name: String,
    /// What follows it.
    pub values: Vec<String>,
}

impl Given {
    /// Its first value.
    pub(super) fn value(&self) -> &str {
        self.values.first().map_or("", String::as_str)
    }
}

/// A match with its options.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Match {
    /// As in `-m NAME`.
    pub name: String,
    /// Its options.
    pub given: Vec<Given>,
}

impl Match {
    /// An option of it.
    pub(super) fn given(&self, name: &str) -> Option<&Given> {
        self.given.iter().find(|given| given.name == name)
    }
}

/// A rule, sorted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Options {
    /// `-s`, `-d`, `-i`, `-o`, `-p`, `-f`.
    pub general: Vec<Given>,
    /// Ports, flags and types, whichever match they belong to.
    pub transport: Vec<Given>,
    /// The matches.
    pub matches: Vec<Match>,
    /// The target.
    pub target: Option<String>,
    /// True behind `-g`.
    pub goes: bool,
    /// The options of the target.
    pub target_given: Vec<Given>,
    /// Packets of `-c packets bytes`.
    pub hits: Option<u64>,
}

enum Place {
    Before,
    Match,
    Target,
}

impl Options {
    /// Sorts the words behind the name of the chain.
    pub(super) fn read(words: Vec<String>) -> Options {
        let mut options = Options::default();
        let mut place = Place::Before;
        for given in given(words) {
            match given.name.as_str() {
                "-s" | "--source" | "--src" | "-d" | "--destination" | "--dst" | "-i" | "--in-interface"
                | "-o" | "--out-interface" | "-p" | "--protocol" | "--proto" | "-f" | "--fragment" => {
                    options.general.push(given);
                }
                "-4" | "--ipv4" | "-6" | "--ipv6" | "-t" | "--table" | "-w" | "--wait" => {}
                "-c" | "--set-counters" => options.hits = given.value().parse().ok(),
                "-m" | "--match" => {
                    options.matches.push(Match { name: given.value().to_string(), given: Vec::new() });
                    place = Place::Match;
                }
                "-j" | "--jump" | "-g" | "--goto" => {
                    options.goes = matches!(given.name.as_str(), "-g" | "--goto");
                    options.target = Some(given.value().to_string());
                    place = Place::Target;
                }
                "--sport" | "--source-port" | "--dport" | "--destination-port" | "--tcp-flags" | "--syn"
                | "--icmp-type" | "--icmpv6-type" => options.transport.push(given),
                _ => match (&place, options.matches.last_mut()) {
                    (Place::Target, _) => options.target_given.push(given),
                    (Place::Match, Some(last)) => last.given.push(given),
                    (Place::Match | Place::Before, _) => {
                        options.matches.push(Match { name: String::new(), given: vec![given] });
                    }
                },
            }
        }
        options
    }
}

/// Options with their values. A `!` stands before the option, or, in old files, before its value.
fn given(words: Vec<String>) -> Vec<Given> {
    let mut all: Vec<Given> = Vec::new();
    let mut not = false;
    for word in words {
        let begins =
            word.starts_with('-') && word.len() > 1 && !word[1..].starts_with(|c: char| c.is_ascii_digit());
        let family = word == "-4" || word == "-6";
        match all.last_mut() {
            _ if word == "!" => not = true,
            Some(last) if !begins && !family => {
                last.not |= std::mem::take(&mut not);
                last.values.push(word);
            }
            _ if begins || family => {
                all.push(Given { not: std::mem::take(&mut not), name: word, values: Vec::new() });
            }
            _ => {}
        }
    }
    all
}

/// The words of a line; quotes hold words together, a backslash keeps what follows.
pub(super) fn words(line: &str) -> Result<Vec<String>, String> {
    let mut all = Vec::new();
    let mut word: Option<String> = None;
    let mut quote: Option<char> = None;
    let mut letters = line.chars();
    while let Some(letter) = letters.next() {
        match (letter, quote) {
            ('\\', Some('"') | None) => word.get_or_insert_default().extend(letters.next()),
            (letter, Some(open)) if letter == open => quote = None,
            ('"' | '\'', None) => {
                quote = Some(letter);
                word.get_or_insert_default();
            }
            (letter, None) if letter.is_whitespace() => all.extend(word.take()),
            (letter, _) => word.get_or_insert_default().push(letter),
        }
    }
    all.extend(word);
    if quote.is_some() { Err("a quotation does not end".to_string()) } else { Ok(all) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_hold_words_together() {
        let line = r#"-A IN -m comment --comment "a \"b\" c" -j ACCEPT"#;
        assert_eq!(words(line).unwrap()[5], r#"a "b" c"#);
        assert!(words("-A \"open").is_err());
    }

    #[test]
    fn a_negation_stands_before_the_option_or_its_value() {
        let split = |line: &str| Options::read(words(line).unwrap());
        assert_eq!(split("! -s 10.0.0.0/8 -j DROP"), split("-s ! 10.0.0.0/8 -j DROP"));
        let options = split("-p tcp -m state ! --state NEW --dport 22 -j DNAT --to-destination 10.0.0.1:22");
        assert!(options.matches[0].given[0].not);
        assert_eq!(options.transport[0].value(), "22");
        assert_eq!(options.target_given[0].value(), "10.0.0.1:22");
    }
}
