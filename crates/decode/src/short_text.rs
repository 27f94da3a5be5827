//! Short texts put together on the stack, for what is told with every message: names, addresses, object ids.

use std::fmt;

/// Text of at most `N` bytes. What does not fit is left out.
#[derive(Debug, Clone, Copy)]
pub struct ShortText<const N: usize> {
    bytes: [u8; N],
    used: usize,
}

impl<const N: usize> Default for ShortText<N> {
    fn default() -> Self {
        ShortText { bytes: [0; N], used: 0 }
    }
}

impl<const N: usize> ShortText<N> {
    /// What was put together so far.
    pub fn as_str(&self) -> &str {
        self.bytes.get(..self.used).and_then(|bytes| std::str::from_utf8(bytes).ok()).unwrap_or_default()
    }

    /// True when nothing was put in.
    pub fn is_empty(&self) -> bool {
        self.used == 0
    }

    /// Adds one character; false when it does not fit.
    pub fn push(&mut self, character: char) -> bool {
        let mut encoded = [0; 4];
        let encoded = character.encode_utf8(&mut encoded).as_bytes();
        let end = self.used + encoded.len();
        match self.bytes.get_mut(self.used..end) {
            Some(place) => {
                place.copy_from_slice(encoded);
                self.used = end;
                true
            }
            None => false,
        }
    }

    /// Adds text of which each byte is one character (ASCII, Latin-1).
    pub fn push_latin1(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            if !self.push(char::from(byte)) {
                return;
            }
        }
    }

    /// Anything that can be shown, as text.
    pub fn of(value: impl fmt::Display) -> Self {
        let mut text = Self::default();
        // Writing stops when the room is used up: that is the bound, not a failure.
        let _ = fmt::Write::write_fmt(&mut text, format_args!("{value}"));
        text
    }

    /// Text in UTF-16, least significant byte first, up to the first NUL.
    pub fn utf16le(bytes: &[u8]) -> Self {
        let mut text = Self::default();
        let (units, _) = bytes.as_chunks::<2>();
        let units = units.iter().map(|unit| u16::from_le_bytes(*unit)).take_while(|&unit| unit != 0);
        for character in char::decode_utf16(units) {
            if !text.push(character.unwrap_or(char::REPLACEMENT_CHARACTER)) {
                break;
            }
        }
        text
    }
}

impl<const N: usize> fmt::Write for ShortText<N> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        text.chars().all(|character| self.push(character)).then_some(()).ok_or(fmt::Error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holds_what_fits() {
        let text: ShortText<4> = ShortText::utf16le(b"a\0b\0\xe4\0c\0");
        assert_eq!(text.as_str(), "abä");
        let text: ShortText<8> = ShortText::of(std::net::Ipv4Addr::new(10, 0, 3, 11));
        assert_eq!(text.as_str(), "10.0.3.1");
    }
}
