//! Protocols of text lines: FTP and their like.

use crate::protocol::Framing;

/// Longest line that is kept, in bytes. RFC 959 and RFC 5321 ask for 512 and more; what is longer is stepped over.
pub const LINE_BYTES_MAX: usize = 4096;

/// Cuts the next line, its end included.
pub fn frame(bytes: &[u8]) -> Framing {
    match bytes.iter().take(LINE_BYTES_MAX).position(|&byte| byte == b'\n') {
        Some(end) => Framing::Message(end + 1),
        None if bytes.len() >= LINE_BYTES_MAX => Framing::Skip(bytes.len()),
        None => Framing::More,
    }
}

/// Word and rest of a line.
pub fn split(line: &[u8]) -> (&[u8], &[u8]) {
    let line = line.trim_ascii();
    match line.iter().position(|&byte| byte == b' ') {
        Some(at) => (line.get(..at).unwrap_or_default(), line.get(at + 1..).unwrap_or_default().trim_ascii()),
        None => (line, &[]),
    }
}
