//! Interfaces of a section: what kind of link, how time is counted, how frames end.

use model::{LinkType, Timestamp};

use super::block::options;
use crate::batch::{Record, without_fcs};
use crate::bytes::{read_u16, read_u32, read_u64};
use crate::tally::Tally;

/// An interface as its description block states it (section 4.2).
#[derive(Debug, Clone, Copy)]
pub struct Interface {
    pub link: LinkType,
    /// Largest number of bytes of a frame that are kept; zero for no limit.
    pub snap: u32,
    scale: Scale,
    /// Nanoseconds to add to every time.
    offset: i64,
    /// Frame check sequence at the end of each frame, in bytes.
    pub fcs: u32,
    /// Frames that its last statistics block says were lost.
    pub lost: u64,
}

/// How a count of units since 1970 becomes nanoseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Scale {
    Multiply(u64),
    Divide(u64),
    /// The unit is two to the power of minus this.
    Binary(u32),
}

impl Interface {
    /// Reads the fixed part of a description block and its options.
    pub fn described<const BIG: bool>(fixed: &[u8], rest: &[u8]) -> Interface {
        let mut interface = Interface {
            link: LinkType(read_u16::<BIG>(fixed, 0)),
            snap: read_u32::<BIG>(fixed, 4),
            scale: Scale::of(6),
            offset: 0,
            fcs: 0,
            lost: 0,
        };
        options::<BIG>(rest, |code, value| match (code, value) {
            (9, &[resolution]) => interface.scale = Scale::of(resolution),
            (13, &[length]) => interface.fcs = fcs_bytes(length),
            (14, value) if value.len() == 8 => {
                let seconds = read_u64::<BIG>(value) as i64;
                interface.offset = seconds.saturating_mul(1_000_000_000);
            }
            _ => {}
        });
        interface
    }

    /// The time of a frame of this interface.
    #[inline(always)]
    pub fn time(&self, units: u64) -> Timestamp {
        let nanoseconds = match self.scale {
            Scale::Multiply(factor) => units.saturating_mul(factor),
            Scale::Divide(divisor) => units / divisor,
            Scale::Binary(bits) => {
                u64::try_from((u128::from(units) * 1_000_000_000) >> bits).unwrap_or(u64::MAX)
            }
        };
        Timestamp(i64::try_from(nanoseconds).unwrap_or(i64::MAX).saturating_add(self.offset))
    }

    /// Adds a frame of this interface to the batch.
    #[inline(always)]
    pub fn deliver(
        &self,
        records: &mut Vec<Record>,
        tally: &mut Tally,
        at: Timestamp,
        offset: u32,
        (captured, length): (u32, u32),
        fcs: u32,
    ) {
        let (captured, length) = without_fcs(captured, length, fcs);
        if captured < length {
            tally.cut += 1;
            tally.snap = self.snap;
        }
        if !self.link.is_known() {
            tally.unknown_link(self.link, 1);
        }
        records.push(Record { at, offset, captured, length, link: self.link });
    }
}

impl Scale {
    /// if_tsresol: a negative power of ten, or of two when the top bit is set.
    fn of(resolution: u8) -> Scale {
        let exponent = u32::from(resolution & 0x7f);
        match (resolution & 0x80, exponent) {
            (0, ..=9) => Scale::Multiply(10u64.pow(9 - exponent)),
            (0, _) => Scale::Divide(10u64.checked_pow(exponent - 9).unwrap_or(u64::MAX)),
            _ => Scale::Binary(exponent),
        }
    }
}

/// if_fcslen is a number of bits, but many write bytes.
fn fcs_bytes(length: u8) -> u32 {
    u32::from(if length >= 8 { length / 8 } else { length })
}
