//! A place in the tokens of nftables text.

use super::tokens::{Placed, Token};

/// Reads tokens one after the other; at the end there is none.
#[derive(Clone, Copy)]
pub(super) struct Cursor<'a> {
    tokens: &'a [Placed],
    at: usize,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(tokens: &'a [Placed]) -> Cursor<'a> {
        Cursor { tokens, at: 0 }
    }

    pub(super) fn peek(&self) -> Option<&'a Token> {
        self.ahead(0)
    }

    /// The token that many places further.
    pub(super) fn ahead(&self, places: usize) -> Option<&'a Token> {
        self.tokens.get(self.at + places).map(|placed| &placed.token)
    }

    pub(super) fn next(&mut self) -> Option<&'a Token> {
        let next = self.peek();
        self.at += usize::from(next.is_some());
        next
    }

    /// The word that is next.
    pub(super) fn word(&self) -> Option<&'a str> {
        match self.peek() {
            Some(Token::Word(word)) => Some(word),
            Some(Token::Quoted(_) | Token::Sign(_) | Token::End) | None => None,
        }
    }

    /// Takes the next word, in quotation marks or without.
    pub(super) fn name(&mut self) -> Option<String> {
        match self.peek() {
            Some(Token::Word(word) | Token::Quoted(word)) => {
                self.at += 1;
                Some(word.clone())
            }
            Some(Token::Sign(_) | Token::End) | None => None,
        }
    }

    /// Takes the next word if it is this one.
    pub(super) fn take(&mut self, word: &str) -> bool {
        let is = self.word() == Some(word);
        self.at += usize::from(is);
        is
    }

    pub(super) fn is_sign(&self, sign: &str) -> bool {
        matches!(self.peek(), Some(Token::Sign(next)) if *next == sign)
    }

    /// Takes the next sign if it is this one.
    pub(super) fn sign(&mut self, sign: &str) -> bool {
        let is = self.is_sign(sign);
        self.at += usize::from(is);
        is
    }

    pub(super) fn is_done(&self) -> bool {
        self.at >= self.tokens.len()
    }

    /// The line of the next token, or of the last one.
    pub(super) fn line(&self) -> u32 {
        self.tokens.get(self.at).or(self.tokens.last()).map_or(0, |placed| placed.line)
    }

    /// Skips ends of lines and semicolons.
    pub(super) fn skip_ends(&mut self) {
        while matches!(self.peek(), Some(Token::End | Token::Sign(";"))) {
            self.at += 1;
        }
    }

    /// Skips ends of lines.
    pub(super) fn skip_lines(&mut self) {
        while matches!(self.peek(), Some(Token::End)) {
            self.at += 1;
        }
    }

    /// Takes all tokens up to the end of the statement: a line, a semicolon, or the brace that closes the block around
    /// it. Lines inside of braces do not end it.
    pub(super) fn statement(&mut self) -> &'a [Placed] {
        let (start, mut depth) = (self.at, 0_usize);
        while let Some(token) = self.peek() {
            match token {
                Token::Sign("{") => depth += 1,
                Token::Sign("}") if depth == 0 => break,
                Token::Sign("}") => depth -= 1,
                Token::End | Token::Sign(";") if depth == 0 => break,
                Token::Sign(_) | Token::Word(_) | Token::Quoted(_) | Token::End => {}
            }
            self.at += 1;
        }
        self.tokens.get(start..self.at).unwrap_or_default()
    }

    /// What is left.
    pub(super) fn rest(&self) -> &'a [Placed] {
        self.tokens.get(self.at..).unwrap_or_default()
    }
}
