//! Reads frames from captures: pcap and pcapng, plain or compressed, from files, folders or standard input.
//!
//! **Invariant: receive-only.** Nothing in this crate owns a way to send: it opens files for reading and
//! nothing else. What watches a plant must not be able to speak to it.
//!
//! What the world does (no such file, no permission, a failing disk) is a [`CaptureError`]. What a capture
//! contains is never an error once it has begun like a capture: damage, cut files and unreadable parts
//! become [`Note`]s, and everything that can be read is read.
//!
//! Frames come in batches. A [`Batch`] is a block of the file as it stands plus an index into it, so that a
//! frame costs neither an allocation nor a copy of its own.

mod batch;
mod bytes;
mod compressed;
mod content;
mod error;
mod link;
mod note;
mod pcap;
mod pcapng;
mod reader;
mod source;
mod step;
mod tally;

pub use batch::{BATCH_BYTES, BATCH_FRAMES_MAX, Batch, FRAME_BYTES_MAX, Record};
pub use compressed::Compression;
pub use content::Content;
pub use error::{CaptureError, ErrorKind};
pub use link::link_name;
pub use note::Note;
pub use reader::{Reader, open};
pub use source::{Found, Names, Source, find};
