//! Points in time, as captures state them.

use std::fmt;
use std::str::FromStr;

/// Nanoseconds since 1970-01-01 00:00 UTC; negative before. Covers 1677 to 2262.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// From whole seconds and nanoseconds within the second; saturates at the ends of the range.
    pub fn from_seconds(seconds: i64, nanoseconds: u32) -> Timestamp {
        Timestamp(seconds.saturating_mul(1_000_000_000).saturating_add(i64::from(nanoseconds)))
    }

    /// Nanoseconds from `earlier` to this point; negative when this point lies before it.
    pub fn since(self, earlier: Timestamp) -> i64 {
        self.0.saturating_sub(earlier.0)
    }
}

impl FromStr for Timestamp {
    type Err = ();

    /// RFC 3339 with any offset, within the range.
    fn from_str(text: &str) -> Result<Timestamp, ()> {
        let time: jiff::Timestamp = text.parse().map_err(|_| ())?;
        time.as_nanosecond().try_into().map(Timestamp).map_err(|_| ())
    }
}

impl fmt::Display for Timestamp {
    /// RFC 3339 in UTC with microseconds, as in `2026-01-01T00:00:00.000000Z`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Ok(time) = jiff::Timestamp::from_nanosecond(i128::from(self.0)) else {
            return write!(f, "{} ns", self.0);
        };
        let time = jiff::tz::Offset::UTC.to_datetime(time);
        let mut text = *b"0000-00-00T00:00:00.000000Z";
        let mut put = |at: usize, digits: usize, mut number: u32| {
            for place in text.iter_mut().skip(at).take(digits).rev() {
                *place = b'0' + (number % 10) as u8;
                number /= 10;
            }
        };
        put(0, 4, time.year().unsigned_abs().into());
        for (at, number) in [5, 8, 11, 14, 17].into_iter().zip([
            time.month(),
            time.day(),
            time.hour(),
            time.minute(),
            time.second(),
        ]) {
            put(at, 2, number.unsigned_abs().into());
        }
        put(20, 6, time.subsec_nanosecond().unsigned_abs() / 1000);
        f.write_str(std::str::from_utf8(&text).map_err(|_| fmt::Error)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prints_rfc_3339_with_microseconds() {
        assert_eq!(Timestamp(0).to_string(), "1970-01-01T00:00:00.000000Z");
        assert_eq!(Timestamp::from_seconds(1_767_225_600, 1_500).to_string(), "2026-01-01T00:00:00.000001Z");
        assert_eq!(Timestamp(-1).to_string(), "1969-12-31T23:59:59.999999Z");
        assert_eq!("2026-01-01T01:00:00.5+01:00".parse(), Ok(Timestamp(1_767_225_600_500_000_000)));
        assert_eq!("9999-01-01T00:00:00Z".parse::<Timestamp>(), Err(()));
        assert_eq!(Timestamp(i64::MAX).to_string(), "2262-04-11T23:47:16.854775Z");
    }
}
