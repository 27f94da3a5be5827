//! Unpacking of compressed captures, and counting of the bytes that were read for it.

use std::io::{self, BufRead, BufReader, Cursor, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use flate2::bufread::MultiGzDecoder;
use ruzstd::decoding::errors::{FrameDecoderError, ReadFrameHeaderError};
use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};

use crate::Content;
use crate::content::{HEAD_BYTES, PCAP_HEADER_BYTES, SECTION_HEADER_BYTES};

/// How a capture is compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compression {
    /// Not at all.
    None,
    /// gzip, one or several members.
    Gzip,
    /// Zstandard, one or several frames.
    Zstd,
}

/// How much compressed data is read at a time, in bytes.
const PACKED_BYTES: usize = 128 * 1024;

/// The largest Zstandard window that is accepted, in bytes: what `zstd` unpacks without being asked twice.
const ZSTD_WINDOW_BYTES_MAX: u64 = 128 * 1024 * 1024;

/// How many bytes were read, and whether reading itself failed; shared with the reader on top.
#[derive(Debug, Default)]
pub(crate) struct Meter {
    bytes: AtomicU64,
    failed: AtomicBool,
}

impl Meter {
    /// Bytes of the underlying file that were read.
    pub fn bytes(&self) -> u64 {
        self.bytes.load(Ordering::Relaxed)
    }

    /// True when the underlying file failed, so that an error is not the decompressor's.
    pub fn failed(&self) -> bool {
        self.failed.load(Ordering::Relaxed)
    }
}

/// A source whose first bytes were looked at, unpacked if need be.
pub(crate) struct Unpacked {
    /// The first unpacked bytes: [`HEAD_BYTES`], or all there are, or just enough for a capture's header.
    pub head: Vec<u8>,
    /// What follows them.
    pub rest: Box<dyn Read + Send>,
    /// How it was compressed.
    pub compression: Compression,
    /// What the unpacked bytes are.
    pub content: Content,
    /// Why unpacking failed within the head, if it did.
    pub failure: Option<io::Error>,
}

/// Looks at the first bytes and unpacks once. Fails only when the source itself does.
pub(crate) fn unpack(source: impl Read + Send + 'static, meter: &Arc<Meter>) -> io::Result<Unpacked> {
    let mut source = Metered { source, meter: Arc::clone(meter) };
    let mut head = Vec::new();
    read_head(&mut source, &mut head)?;
    let content = Content::of(&head);
    let compression = match content {
        Content::Gzip => Compression::Gzip,
        Content::Zstd => Compression::Zstd,
        _ => {
            let rest = Box::new(source);
            return Ok(Unpacked { head, rest, compression: Compression::None, content, failure: None });
        }
    };
    let packed = BufReader::with_capacity(PACKED_BYTES, Cursor::new(head).chain(source));
    let mut rest: Box<dyn Read + Send> = match compression {
        Compression::Zstd => Box::new(Zstd::new(packed)),
        Compression::Gzip | Compression::None => Box::new(MultiGzDecoder::new(packed)),
    };
    let mut head = Vec::new();
    let failure = read_head(&mut rest, &mut head).err();
    if meter.failed() {
        return Err(failure.unwrap_or_else(|| io::ErrorKind::Other.into()));
    }
    let content = Content::of(&head);
    Ok(Unpacked { head, rest, compression, content, failure })
}

/// Reads until it is clear what this is. Stops after a capture's header, so that a capture that is piped
/// in while it is taken does not have to wait.
fn read_head(source: &mut impl Read, head: &mut Vec<u8>) -> io::Result<()> {
    let mut buffer = [0; HEAD_BYTES];
    while head.len() < HEAD_BYTES {
        let enough = match Content::of(head) {
            Content::Pcap => head.len() >= PCAP_HEADER_BYTES,
            Content::PcapNg => head.len() >= SECTION_HEADER_BYTES,
            _ => false,
        };
        if enough {
            break;
        }
        let room = buffer.get_mut(head.len()..).unwrap_or_default();
        let n = retrying(source, room)?;
        if n == 0 {
            break;
        }
        head.extend_from_slice(room.get(..n).unwrap_or_default());
    }
    Ok(())
}

/// One read; interruptions by signals are not failures.
pub(crate) fn retrying(source: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    loop {
        match source.read(buffer) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            result => return result,
        }
    }
}

/// Counts what is read from the file itself.
struct Metered<R> {
    source: R,
    meter: Arc<Meter>,
}

impl<R: Read> Read for Metered<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match retrying(&mut self.source, buffer) {
            Ok(n) => {
                self.meter.bytes.fetch_add(n as u64, Ordering::Relaxed);
                Ok(n)
            }
            Err(error) => {
                self.meter.failed.store(true, Ordering::Relaxed);
                Err(error)
            }
        }
    }
}

/// Unpacks Zstandard frames one after the other and passes over skippable ones (RFC 8878, section 3.1).
struct Zstd<R> {
    source: R,
    decoder: FrameDecoder,
    within: bool,
    failure: Option<io::Error>,
}

impl<R: BufRead> Zstd<R> {
    fn new(source: R) -> Zstd<R> {
        let mut decoder = FrameDecoder::new();
        decoder.set_max_window_size(ZSTD_WINDOW_BYTES_MAX);
        Zstd { source, decoder, within: false, failure: None }
    }

    /// Goes to the next frame; false at the end of the data.
    fn begin(&mut self) -> io::Result<bool> {
        loop {
            if self.source.fill_buf()?.is_empty() {
                return Ok(false);
            }
            match self.decoder.reset(&mut self.source) {
                Ok(()) => return Ok(true),
                Err(FrameDecoderError::ReadFrameHeaderError(ReadFrameHeaderError::SkipFrame {
                    length,
                    ..
                })) => {
                    let length = u64::from(length);
                    if io::copy(&mut (&mut self.source).take(length), &mut io::sink())? < length {
                        return Err(io::ErrorKind::UnexpectedEof.into());
                    }
                }
                Err(error) => return Err(io::Error::new(io::ErrorKind::InvalidData, error)),
            }
        }
    }

    /// Decodes until there is something to hand out, or the frame is over.
    fn decode(&mut self) -> Result<(), FrameDecoderError> {
        while self.decoder.can_collect() == 0 && !self.decoder.is_finished() {
            self.decoder.decode_blocks(&mut self.source, BlockDecodingStrategy::UptoBlocks(1))?;
        }
        Ok(())
    }

    /// After damage: the decoder keeps back one window of good bytes until the frame ends. An empty last
    /// block and a checksum (RFC 8878, section 3.1.1.2) end it.
    fn release(&mut self) {
        let end: &[u8] = &[1, 0, 0, 0, 0, 0, 0];
        if self.decoder.decode_blocks(end, BlockDecodingStrategy::UptoBlocks(1)).is_err() {
            self.within = false;
        }
    }
}

impl<R: BufRead> Read for Zstd<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            if !self.within {
                if let Some(failure) = self.failure.take() {
                    return Err(failure);
                }
                if !self.begin()? {
                    return Ok(0);
                }
                self.within = true;
            }
            if let Err(error) = self.decode() {
                let early = self.source.fill_buf().is_ok_and(<[u8]>::is_empty);
                let kind = if early { io::ErrorKind::UnexpectedEof } else { io::ErrorKind::InvalidData };
                self.failure = Some(io::Error::new(kind, error));
                self.release();
            }
            if self.within {
                let n = self.decoder.read(buffer)?;
                if n > 0 {
                    return Ok(n);
                }
                self.within = false;
            }
        }
    }
}
