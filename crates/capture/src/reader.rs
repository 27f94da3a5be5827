//! Reading one capture from its first frame to its last.

use std::fs::File;
use std::io::{self, IsTerminal, Read};
use std::net::IpAddr;
use std::path::Path;
use std::sync::Arc;

use crate::batch::{BATCH_BYTES, BATCH_FRAMES_MAX, BUFFER_BYTES, Batch, Record};
use crate::compressed::{Compression, Meter, Unpacked, retrying, unpack};
use crate::content::PCAP_HEADER_BYTES;
use crate::pcap::Pcap;
use crate::pcapng::PcapNg;
use crate::step::{Search, Stop};
use crate::tally::Tally;
use crate::{CaptureError, Content, Note, Source};

/// How far the next record is searched after damage, in bytes.
const SEARCH_BYTES_MAX: u64 = 16 * 1024 * 1024;

/// Opens a capture and reads its header.
pub fn open(source: &Source) -> Result<Reader, CaptureError> {
    match source {
        Source::File(path) => open_file(path),
        Source::Stdin => {
            let stdin = io::stdin();
            if stdin.is_terminal() {
                return Err(CaptureError::StandardInputIsTerminal);
            }
            let mut reader = Reader::from_read(stdin, "-")?;
            reader.prompt = true;
            Ok(reader)
        }
    }
}

fn open_file(path: &Path) -> Result<Reader, CaptureError> {
    let file = File::open(path).map_err(|cause| CaptureError::opening(path, cause))?;
    let metadata = file.metadata().map_err(|cause| CaptureError::opening(path, cause))?;
    let mut reader = Reader::from_read(file, path.display().to_string())?;
    reader.total = metadata.is_file().then_some(metadata.len());
    reader.prompt = !metadata.is_file();
    Ok(reader)
}

/// One capture being read.
pub struct Reader {
    name: String,
    rest: Box<dyn Read + Send>,
    meter: Arc<Meter>,
    compression: Compression,
    total: Option<u64>,
    /// Hand out frames as soon as there are some, for captures that are piped in while they are taken.
    prompt: bool,
    format: Format,
    /// Bytes that were read but belong to the next batch.
    carry: Vec<u8>,
    /// Where the first byte of `carry` lies in the unpacked capture.
    offset: u64,
    /// A block of no interest: where it begins, and how many of its bytes are still to come.
    skip: (u64, u64),
    /// Set while the next record is searched after damage: where it began.
    lost: Option<u64>,
    ended: bool,
    /// Unpacking failed; that a record is cut there goes without saying.
    broken: bool,
    failure: Option<CaptureError>,
    tally: Tally,
}

enum Format {
    Pcap(Pcap),
    PcapNg(PcapNg),
}

impl Reader {
    /// Reads a capture from anything that gives bytes. `name` is what messages call it.
    pub fn from_read(
        source: impl Read + Send + 'static,
        name: impl Into<String>,
    ) -> Result<Reader, CaptureError> {
        let name = name.into();
        let meter = Arc::new(Meter::default());
        let unpacked = match unpack(source, &meter) {
            Ok(unpacked) => unpacked,
            Err(cause) => return Err(CaptureError::Io { name, at: meter.bytes(), cause }),
        };
        let (format, used) = match (unpacked.content, Pcap::begin(&unpacked.head)) {
            (Content::Pcap, Some(pcap)) => (Format::Pcap(pcap), PCAP_HEADER_BYTES),
            (Content::PcapNg, _) => (Format::PcapNg(PcapNg::default()), 0),
            _ => return Err(refusal(name, unpacked)),
        };
        let mut reader = Reader {
            name,
            rest: unpacked.rest,
            meter,
            compression: unpacked.compression,
            total: None,
            prompt: false,
            format,
            carry: unpacked.head.get(used..).unwrap_or_default().to_vec(),
            offset: used as u64,
            skip: (0, 0),
            lost: None,
            ended: false,
            broken: false,
            failure: None,
            tally: Tally::default(),
        };
        if let Some(cause) = unpacked.failure {
            reader.fail(cause, reader.carry.len());
        }
        Ok(reader)
    }

    /// Fills the batch with the next frames; false when there are none left. After an error, what could be
    /// read has been handed out before, and there is nothing left.
    pub fn next_batch(&mut self, batch: &mut Batch) -> Result<bool, CaptureError> {
        batch.records.clear();
        batch.records.reserve(BATCH_FRAMES_MAX);
        batch.bytes.resize(BUFFER_BYTES, 0);
        let Batch { bytes, records } = batch;
        let mut filled = self.carry.len();
        if let Some(start) = bytes.get_mut(..filled) {
            start.copy_from_slice(&self.carry);
        }
        let mut target = BATCH_BYTES;
        loop {
            self.fill(bytes, &mut filled, target);
            let whole = bytes.get(..filled).unwrap_or_default();
            let mut used = self.walk(whole, records).min(filled);
            if !records.is_empty() || self.ended {
                self.offset += used as u64;
                self.carry.clear();
                self.carry.extend_from_slice(whole.get(used..).unwrap_or_default());
                break;
            }
            if used == 0 && filled == BUFFER_BYTES {
                // No record is as long as the buffer; should one be taken for it, the rest is not readable.
                used = self.give_up(filled, self.offset);
            }
            self.offset += used as u64;
            bytes.copy_within(used..filled, 0);
            filled -= used;
            target = if filled < BATCH_BYTES / 2 { BATCH_BYTES } else { BUFFER_BYTES };
        }
        if !records.is_empty() {
            return Ok(true);
        }
        match self.failure.take() {
            Some(failure) => Err(failure),
            None => Ok(false),
        }
    }

    /// What a person should know of the reading so far.
    pub fn notes(&self) -> Vec<Note> {
        let mut notes = self.tally.notes();
        let lost = match &self.format {
            Format::Pcap(_) => 0,
            Format::PcapNg(pcapng) => pcapng.frames_lost(),
        };
        if lost > 0 {
            notes.push(Note::FramesLost { frames: lost });
        }
        notes
    }

    /// Host names that the capture itself states (name resolution blocks), as far as it was read.
    pub fn names(&self) -> &[(IpAddr, String)] {
        match &self.format {
            Format::Pcap(_) => &[],
            Format::PcapNg(pcapng) => pcapng.names(),
        }
    }

    /// What messages call it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How it is compressed.
    pub fn compression(&self) -> Compression {
        self.compression
    }

    /// Bytes of the underlying file that were read.
    pub fn consumed(&self) -> u64 {
        self.meter.bytes()
    }

    /// Bytes of the underlying file in total, where that is known.
    pub fn total(&self) -> Option<u64> {
        self.total
    }

    /// Reads until `target` bytes are there, or until none come.
    fn fill(&mut self, bytes: &mut [u8], filled: &mut usize, target: usize) {
        while !self.ended && *filled < target {
            let Some(room) = bytes.get_mut(*filled..target) else { return };
            match retrying(&mut self.rest, room) {
                Ok(0) => self.ended = true,
                Ok(n) => *filled += n,
                Err(cause) => self.fail(cause, *filled),
            }
            if self.prompt {
                return;
            }
        }
    }

    /// Reading failed with `held` bytes at hand: an error of the file, or damaged compressed data.
    fn fail(&mut self, cause: io::Error, held: usize) {
        self.ended = true;
        if self.meter.failed() || self.compression == Compression::None {
            self.failure = Some(CaptureError::Io { name: self.name.clone(), at: self.meter.bytes(), cause });
        } else {
            let at = self.offset + held as u64;
            self.broken = true;
            self.tally
                .place(Note::CompressionBroken { at, early: cause.kind() == io::ErrorKind::UnexpectedEof });
        }
    }

    /// Indexes what is there, over damage and blocks of no interest; says how many bytes are done with.
    /// At the end of the capture that is all of them, unless the batch is full.
    fn walk(&mut self, bytes: &[u8], records: &mut Vec<Record>) -> usize {
        let mut at = 0;
        loop {
            at = self.pass_over(bytes, at);
            if let Some(from) = self.lost {
                match self.search(bytes, at, from) {
                    (found, true) => at = found,
                    (done, false) => return done,
                }
            }
            let left = bytes.len().saturating_sub(at);
            let (stopped, stop) = match &mut self.format {
                Format::Pcap(pcap) => pcap.index(bytes, at, records, &mut self.tally),
                Format::PcapNg(pcapng) => pcapng.index(bytes, at, self.offset, records, &mut self.tally),
            };
            at = stopped;
            match stop {
                Stop::Full => return at,
                Stop::More if self.ended && left > 0 => return self.cut_short(bytes.len(), at),
                Stop::More => return at,
                Stop::Skip(length) => self.skip = (self.offset + at as u64, length),
                Stop::Damaged => self.lost = Some(self.offset + at as u64),
            }
        }
    }

    /// Goes on over a block of no interest, as far as it is there.
    fn pass_over(&mut self, bytes: &[u8], at: usize) -> usize {
        let (from, length) = self.skip;
        let passed = length.min(bytes.len().saturating_sub(at) as u64);
        self.skip = (from, length - passed);
        if self.ended && length > passed {
            self.skip = (from, 0);
            let left_over = self.offset + bytes.len() as u64 - from;
            if !self.broken {
                self.tally.place(Note::CutShort { at: from, left_over });
            }
        }
        at + passed as usize
    }

    /// Searches the next record after damage at `from`: where it lies and true, or how far there is none
    /// and false.
    fn search(&mut self, bytes: &[u8], at: usize, from: u64) -> (usize, bool) {
        let first = if self.offset + at as u64 == from { at + 1 } else { at };
        let search = match &mut self.format {
            Format::Pcap(pcap) => pcap.search(bytes, first, self.ended),
            Format::PcapNg(pcapng) => pcapng.search(bytes, first, self.ended),
        };
        match search {
            Search::Found(found) => {
                let skipped = self.offset + found as u64 - from;
                self.tally.place(Note::Damaged { at: from, skipped });
                self.lost = None;
                (found, true)
            }
            Search::Open(open) if self.ended || self.offset + open as u64 - from > SEARCH_BYTES_MAX => {
                (self.give_up(bytes.len(), from), false)
            }
            Search::Open(open) => (open.min(bytes.len()), false),
        }
    }

    /// Stops reading for good; all bytes are done with.
    fn give_up(&mut self, length: usize, from: u64) -> usize {
        self.tally.place(Note::DamagedToEnd { at: from });
        self.lost = None;
        self.ended = true;
        length
    }

    /// The capture ends within a record that begins at `at`; all bytes are done with.
    fn cut_short(&mut self, length: usize, at: usize) -> usize {
        if at < length && !self.broken {
            self.tally.place(Note::CutShort { at: self.offset + at as u64, left_over: (length - at) as u64 });
        }
        length
    }
}

/// Why this is not read.
fn refusal(name: String, unpacked: Unpacked) -> CaptureError {
    let compressed = unpacked.compression != Compression::None;
    match (unpacked.content, unpacked.failure) {
        _ if unpacked.head.is_empty() && !compressed => CaptureError::Empty { name },
        (_, Some(cause)) => CaptureError::CompressionBroken { name, cause },
        (content @ (Content::Bzip2 | Content::Xz | Content::Lz4), None) if !compressed => {
            CaptureError::UnsupportedCompression { name, content }
        }
        _ if unpacked.head.is_empty() => CaptureError::Empty { name },
        (content, None) => CaptureError::NotACapture { name, content, compressed },
    }
}
