//! The check sum that IEEE C37.118 and S-Bus share.

/// CRC-CCITT: polynomial x^16 + x^12 + x^5 + 1, most significant bit first, nothing reflected (ITU-T V.41). The two
/// protocols differ in what they begin with.
pub fn ccitt(bytes: &[u8], initial: u16) -> u16 {
    bytes.iter().fold(initial, |crc, &byte| {
        (0..8).fold(
            crc ^ u16::from(byte) << 8,
            |crc, _| {
                if crc & 0x8000 != 0 { crc << 1 ^ 0x1021 } else { crc << 1 }
            },
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The usual check value of this sum over "123456789", begun with all ones and with zero.
    #[test]
    fn sums_are_the_usual_ones() {
        assert_eq!(ccitt(b"123456789", 0xffff), 0x29b1);
        assert_eq!(ccitt(b"123456789", 0), 0x31c3);
    }
}
