//! A line of a Cisco configuration, word by word.

/// A line of a configuration.
#[derive(Debug, Clone, Copy)]
pub struct Line<'a> {
    /// Its number in the file, from 1.
    pub number: u32,
    /// What stands there, without the space around it.
    pub text: &'a str,
    /// True when space stands before it, as before the lines of a section.
    pub indented: bool,
}

/// The lines of a configuration.
pub fn lines(text: &str) -> impl Iterator<Item = Line<'_>> {
    text.lines().zip(1_u32..).map(|(line, number)| Line {
        number,
        text: line.trim(),
        indented: line.starts_with([' ', '\t']),
    })
}

/// Words of a line that are read one by one.
#[derive(Debug, Clone)]
pub struct Words<'a> {
    rest: &'a str,
}

impl<'a> Words<'a> {
    /// All words of a text.
    pub fn of(text: &'a str) -> Words<'a> {
        Words { rest: text.trim() }
    }

    /// The next word, which stays.
    pub fn peek(&self) -> Option<&'a str> {
        self.rest.split_whitespace().next()
    }

    /// The word after the next one.
    pub fn second(&self) -> Option<&'a str> {
        self.rest.split_whitespace().nth(1)
    }

    /// Takes the next word.
    pub fn word(&mut self) -> Option<&'a str> {
        let word = self.peek()?;
        self.rest = self.rest.get(word.len()..).unwrap_or_default().trim_start();
        Some(word)
    }

    /// Takes the next word when it is this one.
    pub fn takes(&mut self, word: &str) -> bool {
        let there = self.peek().is_some_and(|next| next.eq_ignore_ascii_case(word));
        if there {
            self.word();
        }
        there
    }

    /// Takes these words when all stand there.
    pub fn takes_all(&mut self, words: &[&str]) -> bool {
        let before = self.clone();
        let all = words.iter().all(|word| self.takes(word));
        if !all {
            *self = before;
        }
        all
    }

    /// All that is left.
    pub fn rest(&self) -> &'a str {
        self.rest
    }
}
