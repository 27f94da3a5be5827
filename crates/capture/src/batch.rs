//! A block of a capture with an index of the frames in it.

use model::{Frame, LinkType, Timestamp};

/// How many bytes of a capture a batch aims at. Small enough to stay in a core's second-level cache
/// between reading and decoding, large enough that system calls do not count.
pub const BATCH_BYTES: usize = 256 * 1024;

/// How many frames a batch holds at most.
pub const BATCH_FRAMES_MAX: usize = 8192;

/// The longest captured frame that is believed, in bytes. The snap length that capture programs use for
/// "everything" is 262,144; a length above it is taken as damage.
pub const FRAME_BYTES_MAX: u32 = 262_144;

/// The longest record or block that is kept, in bytes: a frame with its header, options and padding.
pub(crate) const RECORD_BYTES_MAX: usize = 2 * FRAME_BYTES_MAX as usize;

/// Size of a batch's buffer. Searching for the next record after damage looks at two records in a row,
/// and all of that must fit.
pub(crate) const BUFFER_BYTES: usize = 2 * RECORD_BYTES_MAX;

/// Where one frame lies in its batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Record {
    /// When it was captured.
    pub at: Timestamp,
    /// Where its first byte lies in [`Batch::bytes`].
    pub offset: u32,
    /// How many of its bytes were captured.
    pub captured: u32,
    /// Its length on the wire, in bytes; never less than `captured`.
    pub length: u32,
    /// The kind of link it was captured on.
    pub link: LinkType,
}

/// Frames in the order of the capture. Make one, hand it to [`crate::Reader::next_batch`] again and again:
/// once it has grown to its bound, reading allocates nothing.
#[derive(Debug, Default)]
pub struct Batch {
    /// A block of the capture, headers and all; what lies beyond the last record has no meaning.
    pub bytes: Vec<u8>,
    /// Where the frames lie in it.
    pub records: Vec<Record>,
}

impl Batch {
    /// An empty batch. It takes its memory when it is first filled.
    pub fn new() -> Batch {
        Batch::default()
    }

    /// The frames, borrowed from this batch.
    pub fn frames(&self) -> impl ExactSizeIterator<Item = Frame<'_>> {
        self.records.iter().map(|record| self.frame(record))
    }

    /// One frame, borrowed from this batch. A record that does not belong to it gives no bytes.
    #[inline]
    pub fn frame(&self, record: &Record) -> Frame<'_> {
        let start = record.offset as usize;
        let bytes = self.bytes.get(start..start.saturating_add(record.captured as usize)).unwrap_or_default();
        Frame { at: record.at, link: record.link, bytes, length: record.length }
    }

    /// How many frames it holds.
    pub fn len(&self) -> usize {
        self.records.len()
    }

    /// True when it holds no frame.
    pub fn is_empty(&self) -> bool {
        self.records.is_empty()
    }
}

/// Captured and original length without a frame check sequence of `fcs` bytes. Some programs state an original
/// length of zero; it is never less than what was captured.
#[inline(always)]
pub(crate) fn without_fcs(captured: u32, length: u32, fcs: u32) -> (u32, u32) {
    let length = length.max(captured).saturating_sub(fcs);
    (captured.min(length), length)
}
