//! Text from outside, as a page shows it: without characters that hide or move text, and never longer than a
//! reader can use. Escaping is the template's part.

/// Longest name, address or value that a page prints, in characters.
pub(crate) const NAME_CHARS_MAX: usize = 80;
/// Longest sentence that a page prints, in characters.
pub(crate) const SENTENCE_CHARS_MAX: usize = 1_200;

/// A name or value from outside.
pub(crate) fn name(text: &str) -> String {
    cut(&model::printable(text), NAME_CHARS_MAX)
}

/// A sentence that may quote the outside.
pub(crate) fn sentence(text: &str) -> String {
    cut(&model::printable(text), SENTENCE_CHARS_MAX)
}

/// The text itself, or as much of it as fits with an ellipsis at its end.
pub(crate) fn cut(text: &str, chars_max: usize) -> String {
    match text.char_indices().nth(chars_max) {
        None => text.to_string(),
        Some(_) => {
            let mut kept: String = text.chars().take(chars_max.saturating_sub(1)).collect();
            kept.truncate(kept.trim_end().len());
            kept.push('…');
            kept
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hides_nothing_and_ends() {
        assert_eq!(name("PLC\u{202e}gnp.exe"), "PLC\u{fffd}gnp.exe");
        assert_eq!(cut("ABCDEF", 4), "ABC…");
        assert_eq!(cut("ABCD", 4), "ABCD");
        assert_eq!(name(&"ü".repeat(500)).chars().count(), NAME_CHARS_MAX);
    }
}
