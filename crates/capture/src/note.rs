//! What a person should know of how a capture was read.

use std::fmt;

use model::LinkType;

use crate::batch::FRAME_BYTES_MAX;
use crate::link::link_name;

/// Something about a capture that was survived, told in one sentence by `Display`. Places are counted in
/// bytes from the start of the (unpacked) capture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Note {
    /// The capture ends in the middle of a record.
    CutShort {
        /// Where the unfinished record begins.
        at: u64,
        /// How many bytes of it are there.
        left_over: u64,
    },
    /// A record header was damaged, and a later one was found.
    Damaged {
        /// Where the damage begins.
        at: u64,
        /// How many bytes were passed over.
        skipped: u64,
    },
    /// A record header was damaged, and none was found after it.
    DamagedToEnd {
        /// Where the damage begins.
        at: u64,
    },
    /// The compressed data is damaged or ends too early.
    CompressionBroken {
        /// How many bytes could be unpacked.
        at: u64,
        /// True when it ends too early, false when it is damaged.
        early: bool,
    },
    /// A pcapng section of a version other than 1.
    VersionUnknown {
        /// Where the section begins.
        at: u64,
        /// Its major version.
        major: u16,
    },
    /// Places of damage beyond those told one by one.
    MorePlaces {
        /// How many.
        places: u64,
    },
    /// Frames of a link type that Sluice does not read. They are delivered and counted.
    UnknownLink {
        /// The link type.
        link: LinkType,
        /// How many frames.
        frames: u64,
    },
    /// Frames that the capture cut.
    FramesCut {
        /// How many.
        frames: u64,
        /// The snap length, in bytes.
        snap: u32,
    },
    /// Frames longer than any link carries. They are passed over.
    FramesTooLarge {
        /// How many.
        frames: u64,
    },
    /// Frames of an interface that the capture does not describe. They are passed over.
    InterfaceMissing {
        /// How many.
        frames: u64,
    },
    /// Blocks whose content does not fit into them. They are passed over.
    BlocksBroken {
        /// How many.
        blocks: u64,
    },
    /// Blocks whose length is not a multiple of four. They are read.
    BlocksUnpadded {
        /// How many.
        blocks: u64,
    },
    /// Blocks whose length before and after the content differ. They are read.
    BlocksMismatched {
        /// How many.
        blocks: u64,
    },
    /// Frames of simple packet blocks, which have no time. They take that of the frame before.
    FramesWithoutTime {
        /// How many.
        frames: u64,
    },
    /// Frames that the capturing program says it lost.
    FramesLost {
        /// How many.
        frames: u64,
    },
    /// Names from name resolution blocks beyond the bound.
    NamesDropped {
        /// How many.
        names: u64,
    },
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Note::CutShort { at, left_over } => write!(
                f,
                "the capture ends in the middle of a record at byte {at} ({left_over} bytes left over); \
                 it was still being written or its copy is incomplete"
            ),
            Note::Damaged { at, skipped } => {
                write!(f, "damaged at byte {at}: {skipped} bytes were passed over up to the next record")
            }
            Note::DamagedToEnd { at } => {
                write!(f, "damaged at byte {at} and no record was found after it; what came before was read")
            }
            Note::CompressionBroken { at, early } => {
                let what = if *early { "ends too early" } else { "is damaged" };
                write!(f, "the compressed data {what}, after {at} unpacked bytes; what came before was read")
            }
            Note::VersionUnknown { at, major } => {
                write!(f, "the section at byte {at} has format version {major}; it was read like version 1")
            }
            Note::MorePlaces { places } => {
                write!(f, "{} damaged", count(*places, "further place is", "further places are"))
            }
            Note::UnknownLink { link, frames } => write!(
                f,
                "{} of link type {} ({}), which Sluice counts but does not read; \
                 capture on an Ethernet mirror port instead",
                count(*frames, "frame is", "frames are"),
                link.0,
                link_name(*link).unwrap_or("not a common one")
            ),
            Note::FramesCut { frames, snap } => {
                write!(f, "{} cut when captured", count(*frames, "frame was", "frames were"))?;
                match snap {
                    0 => Ok(()),
                    _ => write!(f, " (snap length {snap} bytes); capture whole frames to see all they say"),
                }
            }
            Note::FramesTooLarge { frames } => {
                let frames = count(*frames, "frame", "frames");
                write!(f, "{frames} of more than {FRAME_BYTES_MAX} bytes passed over")
            }
            Note::InterfaceMissing { frames } => {
                let frames = count(*frames, "frame", "frames");
                write!(f, "{frames} of interfaces that the capture does not describe passed over")
            }
            Note::BlocksBroken { blocks } => {
                let blocks = count(*blocks, "block", "blocks");
                write!(f, "{blocks} with content that does not fit passed over")
            }
            Note::BlocksUnpadded { blocks } => {
                let blocks = count(*blocks, "block", "blocks");
                write!(f, "{blocks} with a length that is not a multiple of four, read nevertheless")
            }
            Note::BlocksMismatched { blocks } => {
                let blocks = count(*blocks, "block", "blocks");
                write!(f, "{blocks} with two different lengths, read by the first")
            }
            Note::FramesWithoutTime { frames } => {
                let frames = count(*frames, "frame", "frames");
                write!(f, "{frames} without a time, put at that of the frame before")
            }
            Note::FramesLost { frames } => {
                write!(f, "the program that captured says that it lost {}", count(*frames, "frame", "frames"))
            }
            Note::NamesDropped { names } => {
                let names = count(*names, "further host name", "further host names");
                write!(f, "{names} of the capture not kept")
            }
        }
    }
}

/// A number with the word that follows it.
fn count(n: u64, one: &str, many: &str) -> String {
    format!("{n} {}", if n == 1 { one } else { many })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_read_as_sentences() {
        let cases = [
            (Note::FramesCut { frames: 1, snap: 96 }, "1 frame was cut when captured (snap length 96 bytes)"),
            (Note::FramesCut { frames: 2, snap: 0 }, "2 frames were cut when captured"),
            (Note::FramesLost { frames: 7 }, "the program that captured says that it lost 7 frames"),
            (
                Note::UnknownLink { link: LinkType(9999), frames: 3 },
                "3 frames are of link type 9999 (not a common one), which Sluice counts but does not read",
            ),
        ];
        for (note, start) in cases {
            assert!(note.to_string().starts_with(start), "{note}");
        }
    }
}
