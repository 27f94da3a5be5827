//! One direction of a TCP connection: puts segments in order, within bounds.
//!
//! A mirror port loses, repeats and reorders frames. What the receiver has acknowledged but the capture does not
//! hold is a gap: reading goes on behind it.

/// Most segments that wait for an earlier one, per direction.
pub const AHEAD_SEGMENTS_MAX: usize = 64;
/// Most bytes in such segments, per direction.
pub const AHEAD_BYTES_MAX: usize = 128 * 1024;
/// A jump of sequence numbers beyond this cannot be reordering: the stream is taken up anew. The largest window of
/// TCP is 1 GiB (RFC 7323, 2.2), but no plant network reorders over more than this.
const JUMP_BYTES_MAX: i32 = 16 * 1024 * 1024;

/// One direction of a connection.
#[derive(Debug, Default)]
pub struct Stream {
    /// Sequence number of the next byte in order.
    next: Option<u32>,
    /// Up to where the receiver has acknowledged.
    acknowledged: Option<u32>,
    /// Segments that came before an earlier one, by sequence number.
    ahead: Vec<(u32, Vec<u8>)>,
}

/// What to do with a segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arrival {
    /// It continues the stream; its first bytes may have come before.
    InOrder {
        /// How many of its bytes have come before.
        repeated: usize,
    },
    /// It continues behind missing bytes.
    AfterGap,
    /// All of it has come before.
    Repeated,
    /// It was kept until what lies before it comes.
    Kept,
}

impl Stream {
    /// The connection was opened: the first byte has this sequence number.
    pub fn open(&mut self, first: u32) {
        if self.next.is_none() {
            self.next = Some(first);
        }
    }

    /// The receiver has acknowledged up to this sequence number.
    pub fn acknowledge(&mut self, number: u32) {
        self.acknowledged = Some(number);
    }

    /// Bytes waiting for earlier ones.
    pub fn ahead_bytes(&self) -> usize {
        self.ahead.iter().map(|(_, bytes)| bytes.len()).sum()
    }

    /// A segment with at least one byte has come; `length` is its length on the wire.
    #[inline]
    pub fn arrive(&mut self, sequence: u32, bytes: &[u8], length: usize) -> Arrival {
        let end = sequence.wrapping_add(length as u32);
        let Some(next) = self.next else {
            self.next = Some(end);
            return Arrival::InOrder { repeated: 0 };
        };
        let distance = sequence.wrapping_sub(next) as i32;
        if distance == 0 {
            self.next = Some(end);
            return Arrival::InOrder { repeated: 0 };
        }
        if !(-JUMP_BYTES_MAX..=JUMP_BYTES_MAX).contains(&distance) {
            self.ahead.clear();
            self.next = Some(end);
            return Arrival::AfterGap;
        }
        if distance < 0 {
            let repeated = distance.unsigned_abs() as usize;
            if repeated >= length {
                return Arrival::Repeated;
            }
            self.next = Some(end);
            return Arrival::InOrder { repeated };
        }
        let lost = self.acknowledged.is_some_and(|number| number.wrapping_sub(sequence) as i32 >= 0);
        if lost && self.ahead.is_empty() {
            self.next = Some(end);
            return Arrival::AfterGap;
        }
        self.keep(sequence, bytes)
    }

    fn keep(&mut self, sequence: u32, bytes: &[u8]) -> Arrival {
        let distance = |number: u32, next: Option<u32>| number.wrapping_sub(next.unwrap_or(number)) as i32;
        let own = distance(sequence, self.next);
        match self.ahead.binary_search_by_key(&own, |(number, _)| distance(*number, self.next)) {
            Ok(_) => Arrival::Repeated,
            Err(at) => {
                self.ahead.insert(at, (sequence, bytes.to_vec()));
                Arrival::Kept
            }
        }
    }

    /// The next kept segment that continues the stream now, with how many of its bytes have come before.
    pub fn continued(&mut self) -> Option<(Vec<u8>, usize)> {
        loop {
            let next = self.next?;
            let (sequence, bytes) = self.ahead.first()?;
            let distance = sequence.wrapping_sub(next) as i32;
            if distance > 0 {
                return None;
            }
            let repeated = distance.unsigned_abs() as usize;
            let end = sequence.wrapping_add(bytes.len() as u32);
            let (_, bytes) = self.ahead.remove(0);
            if repeated < bytes.len() {
                self.next = Some(end);
                return Some((bytes, repeated));
            }
        }
    }

    /// Gives up waiting when the receiver has what we have not, when too much waits, or when told to: the next kept
    /// segment then continues the stream behind a gap. True when a gap was declared.
    pub fn give_up(&mut self, force: bool) -> bool {
        let (Some(next), Some((first, _))) = (self.next, self.ahead.first()) else { return false };
        let lost = self.acknowledged.is_some_and(|number| number.wrapping_sub(next) as i32 > 0);
        let full = self.ahead.len() > AHEAD_SEGMENTS_MAX || self.ahead_bytes() > AHEAD_BYTES_MAX;
        if lost || full || force {
            self.next = Some(*first);
            return true;
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn push(stream: &mut Stream, sequence: u32, bytes: &[u8]) -> String {
        let mut out = match stream.arrive(sequence, bytes, bytes.len()) {
            Arrival::InOrder { repeated } => String::from_utf8_lossy(&bytes[repeated..]).to_string(),
            Arrival::AfterGap => format!("~{}", String::from_utf8_lossy(bytes)),
            Arrival::Repeated | Arrival::Kept => String::new(),
        };
        loop {
            while let Some((bytes, repeated)) = stream.continued() {
                out.push_str(&String::from_utf8_lossy(&bytes[repeated..]));
            }
            if !stream.give_up(false) {
                return out;
            }
            out.push('~');
        }
    }

    #[test]
    fn puts_segments_in_order_and_drops_what_came_before() {
        let mut stream = Stream::default();
        stream.open(100);
        assert_eq!(push(&mut stream, 100, b"abc"), "abc");
        assert_eq!(push(&mut stream, 106, b"ghi"), "");
        assert_eq!(push(&mut stream, 109, b"jk"), "");
        assert_eq!(push(&mut stream, 102, b"cdef"), "defghijk");
        assert_eq!(push(&mut stream, 100, b"abc"), "");
    }

    #[test]
    fn goes_on_behind_what_the_receiver_has_and_the_capture_has_not() {
        let mut stream = Stream::default();
        stream.open(u32::MAX - 1);
        assert_eq!(push(&mut stream, u32::MAX - 1, b"ab"), "ab");
        assert_eq!(push(&mut stream, 10, b"xy"), "");
        stream.acknowledge(12);
        assert!(stream.give_up(false));
        assert_eq!(stream.continued(), Some((b"xy".to_vec(), 0)));
    }

    #[test]
    fn does_not_wait_for_ever() {
        let mut stream = Stream::default();
        stream.open(0);
        let mut out = String::new();
        for i in 0..200 {
            out.push_str(&push(&mut stream, 100 + i * 2, b"zz"));
        }
        assert!(out.starts_with("~zz"));
        assert!(stream.ahead.len() <= AHEAD_SEGMENTS_MAX + 1);
    }
}
