//! The frame around every block: its type, its two lengths, and the options in it.

use crate::batch::RECORD_BYTES_MAX;
use crate::bytes::{read_u16, read_u32};
use crate::step::Stop;
use crate::tally::Tally;

/// The longest block that is believed, in bytes; Wireshark has the same bound.
const BLOCK_BYTES_MAX: usize = 16 * 1024 * 1024;

/// How many options of one block are looked at.
const OPTIONS_MAX: usize = 64;

// Block types (section 10.1).
pub const SECTION_HEADER: u32 = 0x0a0d_0d0a;
pub const INTERFACE_DESCRIPTION: u32 = 1;
pub const PACKET: u32 = 2;
pub const SIMPLE_PACKET: u32 = 3;
pub const NAME_RESOLUTION: u32 = 4;
pub const INTERFACE_STATISTICS: u32 = 5;
pub const ENHANCED_PACKET: u32 = 6;
const DECRYPTION_SECRETS: u32 = 10;

/// Where the block ends that begins at `at` and says that it is `total` bytes long.
#[inline(always)]
pub fn block_end<const BIG: bool>(
    bytes: &[u8],
    at: usize,
    kind: u32,
    total: u32,
    tally: &mut Tally,
) -> Result<usize, Stop> {
    let length = total as usize;
    if length.is_multiple_of(4) && (12..=RECORD_BYTES_MAX).contains(&length) {
        let end = at + length;
        if end > bytes.len() {
            return Err(Stop::More);
        }
        if read_u32::<BIG>(bytes, end - 4) == total {
            return Ok(end);
        }
    }
    odd_block_end::<BIG>(bytes, at, kind, total, tally)
}

/// The same for a block whose length is odd in some way.
#[cold]
fn odd_block_end<const BIG: bool>(
    bytes: &[u8],
    at: usize,
    kind: u32,
    total: u32,
    tally: &mut Tally,
) -> Result<usize, Stop> {
    let length = total as usize;
    if !(12..=BLOCK_BYTES_MAX).contains(&length) {
        return Err(Stop::Damaged);
    }
    if length > RECORD_BYTES_MAX {
        return match kind {
            SECTION_HEADER | INTERFACE_DESCRIPTION | PACKET | SIMPLE_PACKET | ENHANCED_PACKET => {
                Err(Stop::Damaged)
            }
            _ => {
                tally.broken += u64::from(kind == NAME_RESOLUTION);
                Err(Stop::Skip(padded(length) as u64))
            }
        };
    }
    // Some writers do not count the padding in the length, others do not pad at all.
    let ends = [at + padded(length), at + length];
    for end in ends {
        if end <= bytes.len() && !length.is_multiple_of(4) && read_u32::<BIG>(bytes, end - 4) == total {
            tally.unpadded += 1;
            return Ok(end);
        }
    }
    let [end, _] = ends;
    if end > bytes.len() {
        return Err(Stop::More);
    }
    // One of the two lengths is wrong. The first is right when another block begins where it leads.
    let next = bytes.get(end..).unwrap_or_default();
    let next_length = read_u32::<BIG>(next, 4) as usize;
    let follows = is_kind(read_u32::<BIG>(next, 0)) && (12..=BLOCK_BYTES_MAX).contains(&next_length);
    if next.len() >= 8 && !follows {
        return Err(Stop::Damaged);
    }
    tally.mismatched += 1;
    Ok(end)
}

/// Block types of the specification, and custom blocks.
pub fn is_kind(kind: u32) -> bool {
    matches!(
        kind,
        SECTION_HEADER | INTERFACE_DESCRIPTION..=ENHANCED_PACKET | DECRYPTION_SECRETS | 0xbad | 0x4000_0bad
    )
}

/// The byte-order magic of a section header (section 4.1).
pub fn byte_order(head: &[u8; 12]) -> Option<bool> {
    match read_u32::<true>(head, 8) {
        0x1a2b_3c4d => Some(true),
        0x4d3c_2b1a => Some(false),
        _ => None,
    }
}

/// Section 3.5: options of code, length and padded value, ended by code zero.
pub fn options<const BIG: bool>(bytes: &[u8], mut each: impl FnMut(u16, &[u8])) {
    let mut rest = bytes;
    for _ in 0..OPTIONS_MAX {
        let Some((head, value)) = rest.split_first_chunk::<4>() else { return };
        let (code, length) = (read_u16::<BIG>(head, 0), usize::from(read_u16::<BIG>(head, 2)));
        let Some(value) = value.get(..length).filter(|_| code != 0) else { return };
        each(code, value);
        rest = rest.get(4 + padded(length)..).unwrap_or_default();
    }
}

/// Length of the frame check sequence of one frame: epb_flags bits 5 to 8, else that of the interface.
#[cold]
pub fn fcs_of<const BIG: bool>(bytes: &[u8], of_interface: u32) -> u32 {
    let mut fcs = of_interface;
    options::<BIG>(bytes, |code, value| {
        if code == 2 && value.len() == 4 {
            let length = read_u32::<BIG>(value, 0) >> 5 & 0xf;
            fcs = if length == 0 { of_interface } else { length };
        }
    });
    fcs
}

/// Up to the next multiple of four.
pub fn padded(length: usize) -> usize {
    length.next_multiple_of(4)
}
