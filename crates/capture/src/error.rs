//! What the world does to us while captures are found and read.

use std::io;
use std::path::Path;

use crate::Content;

/// Why captures could not be found or read. `Display` says what happened, to what, and what to do; the
/// system's own words are the source.
#[derive(Debug, thiserror::Error)]
pub enum CaptureError {
    /// No such file or folder.
    #[error("{name}: there is no such file or folder. Check the path.")]
    NotFound {
        /// As the user named it.
        name: String,
    },
    /// It exists but cannot be opened.
    #[error("{name}: cannot be opened. Check that you may read it.")]
    Unreadable {
        /// As the user named it.
        name: String,
        /// The system's word.
        #[source]
        cause: io::Error,
    },
    /// Not a single byte.
    #[error("{name}: is empty. Check that the capture was running, and on the mirror port.")]
    Empty {
        /// As the user named it.
        name: String,
    },
    /// It does not begin like a capture.
    #[error("{name}: is not a capture: {}{content}. {}", inside(.compressed), .content.advice())]
    NotACapture {
        /// As the user named it.
        name: String,
        /// What it is instead.
        content: Content,
        /// True when this was found after unpacking it.
        compressed: bool,
    },
    /// Compressed in a way that is not read.
    #[error("{name}: is compressed in a way that Sluice does not read ({content}). {}", .content.advice())]
    UnsupportedCompression {
        /// As the user named it.
        name: String,
        /// Which way.
        content: Content,
    },
    /// The compressed data cannot be unpacked at all.
    #[error("{name}: is compressed but cannot be unpacked. Copy it again from where it was captured.")]
    CompressionBroken {
        /// As the user named it.
        name: String,
        /// What the decompressor says.
        #[source]
        cause: io::Error,
    },
    /// A folder in which nothing begins like a capture.
    #[error(
        "{name}: no capture in this folder ({passed_over} other files). Give a folder with pcap or pcapng files."
    )]
    FolderWithoutCaptures {
        /// As the user named it.
        name: String,
        /// Files that are something else.
        passed_over: u64,
    },
    /// Standard input was named more than once.
    #[error("-: standard input can be read only once. Name it once.")]
    StandardInputTwice,
    /// Standard input is a keyboard.
    #[error(
        "-: nothing is piped into standard input. Pipe a capture into it, as in `tcpdump -w - | sluice analyze -`."
    )]
    StandardInputIsTerminal,
    /// Reading failed in the middle.
    #[error("{name}: reading failed after {at} bytes. Check the disk or the connection to it.")]
    Io {
        /// As the user named it.
        name: String,
        /// How many bytes of it had been read.
        at: u64,
        /// The system's word.
        #[source]
        cause: io::Error,
    },
}

/// What kind of trouble, for exit codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ErrorKind {
    /// The command line asks for something impossible.
    Usage,
    /// No such file or folder.
    NotFound,
    /// Not allowed, or not possible, to open.
    Unreadable,
    /// Opened, but there is no capture in it.
    NotACapture,
    /// The disk, the pipe or the network failed while reading.
    Io,
}

impl CaptureError {
    /// What kind of trouble it is.
    pub fn kind(&self) -> ErrorKind {
        match self {
            CaptureError::NotFound { .. } => ErrorKind::NotFound,
            CaptureError::Unreadable { .. } => ErrorKind::Unreadable,
            CaptureError::Empty { .. }
            | CaptureError::NotACapture { .. }
            | CaptureError::UnsupportedCompression { .. }
            | CaptureError::CompressionBroken { .. }
            | CaptureError::FolderWithoutCaptures { .. } => ErrorKind::NotACapture,
            CaptureError::StandardInputTwice | CaptureError::StandardInputIsTerminal => ErrorKind::Usage,
            CaptureError::Io { .. } => ErrorKind::Io,
        }
    }

    /// The error for a path that could not be opened.
    pub(crate) fn opening(path: &Path, cause: io::Error) -> CaptureError {
        let name = path.display().to_string();
        match cause.kind() {
            io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => CaptureError::NotFound { name },
            _ => CaptureError::Unreadable { name, cause },
        }
    }
}

fn inside(compressed: &bool) -> &'static str {
    if *compressed { "unpacked, it is " } else { "" }
}
