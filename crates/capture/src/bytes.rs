//! Numbers at fixed places, in either byte order. What lies beyond the end reads as zero.

#[inline(always)]
pub(crate) fn read_u16<const BIG: bool>(bytes: &[u8], at: usize) -> u16 {
    match bytes.get(at..).and_then(|rest| rest.first_chunk::<2>()) {
        Some(&chunk) if BIG => u16::from_be_bytes(chunk),
        Some(&chunk) => u16::from_le_bytes(chunk),
        None => 0,
    }
}

#[inline(always)]
pub(crate) fn read_u32<const BIG: bool>(bytes: &[u8], at: usize) -> u32 {
    match bytes.get(at..).and_then(|rest| rest.first_chunk::<4>()) {
        Some(&chunk) if BIG => u32::from_be_bytes(chunk),
        Some(&chunk) => u32::from_le_bytes(chunk),
        None => 0,
    }
}

pub(crate) fn read_u64<const BIG: bool>(bytes: &[u8]) -> u64 {
    match bytes.first_chunk::<8>() {
        Some(&chunk) if BIG => u64::from_be_bytes(chunk),
        Some(&chunk) => u64::from_le_bytes(chunk),
        None => 0,
    }
}
