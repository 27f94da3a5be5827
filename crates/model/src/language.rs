//! The languages of pages and reports, with their numbers, amounts and spans of time.

/// A language that every page, report and finding speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Language {
    /// British English.
    #[default]
    English,
    /// German.
    German,
}

impl Language {
    /// The code of BCP 47, for the `lang` attribute.
    pub const fn code(self) -> &'static str {
        match self {
            Language::English => "en",
            Language::German => "de",
        }
    }

    /// One of two texts. Asking for both makes a missing translation a compile error.
    pub const fn pick<'a>(self, english: &'a str, german: &'a str) -> &'a str {
        match self {
            Language::English => english,
            Language::German => german,
        }
    }

    /// A whole number with its thousands set apart: `1,204` or `1.204`.
    pub fn number(self, number: u64) -> String {
        let digits = number.to_string();
        let separator = match self {
            Language::English => ',',
            Language::German => '.',
        };
        let mut text = String::with_capacity(digits.len() + digits.len() / 3);
        for (place, digit) in digits.chars().enumerate() {
            if place > 0 && (digits.len() - place).is_multiple_of(3) {
                text.push(separator);
            }
            text.push(digit);
        }
        text
    }

    /// A number with one decimal: `1.5` or `1,5`.
    pub fn decimal(self, number: f64) -> String {
        let text = format!("{number:.1}");
        match self {
            Language::English => text,
            Language::German => text.replace('.', ","),
        }
    }

    /// A share of a whole in percent; a share that is small but not zero never reads as zero.
    pub fn percent(self, part: usize, whole: usize) -> String {
        let share = percent(part, whole);
        let text = match share {
            0 if part > 0 => "<1".to_string(),
            100 if part < whole => ">99".to_string(),
            _ => share.to_string(),
        };
        match self {
            Language::English => format!("{text}%"),
            Language::German => format!("{text}\u{a0}%"),
        }
    }

    /// A number with its noun.
    pub fn count(self, number: usize, noun: Noun) -> String {
        format!("{}\u{a0}{}", self.number(number as u64), self.noun(number, noun))
    }

    /// The noun alone, in the form that fits the number.
    pub fn noun(self, number: usize, noun: Noun) -> &'static str {
        let Noun(english, englishes, german, germans) = noun;
        match (self, number) {
            (Language::English, 1) => english,
            (Language::English, _) => englishes,
            (Language::German, 1) => german,
            (Language::German, _) => germans,
        }
    }

    /// An amount of data in the unit that reads best; powers of 1000, as networks count.
    pub fn bytes(self, bytes: u64) -> String {
        const UNITS: [&str; 4] = ["kB", "MB", "GB", "TB"];
        if bytes < 1000 {
            return format!("{bytes}\u{a0}B");
        }
        let mut amount = bytes as f64 / 1000.0;
        let mut unit = 0;
        while amount >= 999.95 && unit + 1 < UNITS.len() {
            amount /= 1000.0;
            unit += 1;
        }
        format!("{}\u{a0}{}", self.decimal(amount), UNITS.get(unit).copied().unwrap_or("TB"))
    }

    /// A span of time given in nanoseconds, in its two largest units.
    pub fn span(self, nanoseconds: i64) -> String {
        let seconds = nanoseconds.max(0) / 1_000_000_000;
        let (days, hours, minutes) = (seconds / 86_400, seconds / 3_600 % 24, seconds / 60 % 60);
        let day = self.pick("d", "T.");
        let hour = self.pick("h", "Std.");
        let minute = self.pick("min", "Min.");
        let two = |large: i64, unit: &str, small: i64, subunit: &str| match small {
            0 => format!("{}\u{a0}{unit}", self.number(large.unsigned_abs())),
            _ => format!("{}\u{a0}{unit} {small}\u{a0}{subunit}", self.number(large.unsigned_abs())),
        };
        match (days, hours, minutes) {
            (0, 0, 0) if seconds == 0 => {
                self.pick("less than a second", "weniger als eine Sekunde").to_string()
            }
            (0, 0, 0) => format!("{seconds}\u{a0}s"),
            (0, 0, _) => two(minutes, minute, seconds % 60, "s"),
            (0, _, _) => two(hours, hour, minutes, minute),
            (_, _, _) => two(days, day, hours, hour),
        }
    }
}

/// A noun: one and many in English, one and many in German.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Noun(pub &'static str, pub &'static str, pub &'static str, pub &'static str);

/// A share in whole percent; nothing of nothing is 0.
pub fn percent(part: usize, whole: usize) -> u64 {
    if whole == 0 { 0 } else { (part as f64 * 100.0 / whole as f64).round() as u64 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_as_in_the_language() {
        assert_eq!(Language::English.number(1_204_000), "1,204,000");
        assert_eq!(Language::German.number(1_204), "1.204");
        assert_eq!(Language::German.number(204), "204");
        assert_eq!(Language::English.bytes(999), "999\u{a0}B");
        assert_eq!(Language::German.bytes(1_500_000), "1,5\u{a0}MB");
        assert_eq!(Language::English.bytes(u64::MAX), "18446744.1\u{a0}TB");
    }

    #[test]
    fn a_small_share_is_not_zero() {
        assert_eq!(Language::English.percent(1, 3000), "<1%");
        assert_eq!(Language::English.percent(2999, 3000), ">99%");
        assert_eq!(Language::German.percent(1, 2), "50\u{a0}%");
        assert_eq!(Language::English.percent(0, 0), "0%");
    }

    #[test]
    fn spans_show_two_units() {
        let span = |seconds: i64| Language::English.span(seconds * 1_000_000_000);
        assert_eq!(span(59), "59\u{a0}s");
        assert_eq!(span(1_800), "30\u{a0}min");
        assert_eq!(span(3_661), "1\u{a0}h 1\u{a0}min");
        assert_eq!(span(90_000), "1\u{a0}d 1\u{a0}h");
        assert_eq!(Language::English.span(-5), "less than a second");
    }
}
