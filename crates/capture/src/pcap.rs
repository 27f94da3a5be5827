//! pcap files: draft-ietf-opsawg-pcap and pcap-savefile(5).

use model::{LinkType, Timestamp};

use crate::batch::{BATCH_FRAMES_MAX, FRAME_BYTES_MAX, Record, without_fcs};
use crate::bytes::read_u32;
use crate::content::{Content, PCAP_HEADER_BYTES};
use crate::step::{Search, Stop};
use crate::tally::Tally;

/// A day, in seconds: after damage, a record whose clock is further off is not believed.
const RESYNC_SECONDS_MAX: u64 = 86_400;

/// What the file header says, and what was learnt since.
#[derive(Debug)]
pub(crate) struct Pcap {
    big_endian: bool,
    /// Length of a record header: 16, or 24 in Alexey Kuznetzov's variant.
    record_header: usize,
    /// Nanoseconds of one unit of the fraction: 1,000 or 1.
    unit: i64,
    /// Files before version 2.3 state the two lengths the other way round, 2.3 in either order.
    swapped: Swapped,
    link: LinkType,
    /// Frame check sequence at the end of each frame, in bytes.
    fcs: u32,
    snap: u32,
    /// Time of the last record, in seconds.
    seconds: Option<u32>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Swapped {
    Never,
    WhenInverted,
    Always,
}

/// The four numbers at the start of a record.
struct Header {
    seconds: u32,
    fraction: u32,
    captured: u32,
    length: u32,
}

impl Pcap {
    /// Reads a file header.
    pub fn begin(bytes: &[u8]) -> Option<Pcap> {
        let header = bytes.first_chunk::<PCAP_HEADER_BYTES>()?;
        let magic = read_u32::<false>(header, 0);
        let (big_endian, magic) = match magic {
            0xa1b2_c3d4 | 0xa1b2_3c4d | 0xa1b2_cd34 => (false, magic),
            _ => (true, magic.swap_bytes()),
        };
        let (unit, record_header) = match magic {
            0xa1b2_c3d4 => (1000, 16),
            0xa1b2_3c4d => (1, 16),
            0xa1b2_cd34 => (1000, 24),
            _ => return None,
        };
        let u32_at =
            |at| if big_endian { read_u32::<true>(header, at) } else { read_u32::<false>(header, at) };
        let version = u32_at(4);
        let [low, high] = [version as u16, (version >> 16) as u16];
        let (major, minor) = if big_endian { (high, low) } else { (low, high) };
        let swapped = match (major, minor) {
            (0 | 1, _) | (2, 0..=2) => Swapped::Always,
            (2, 3) => Swapped::WhenInverted,
            _ => Swapped::Never,
        };
        // The upper half of the link type: bit 26 says that the top four bits hold the length of the frame
        // check sequence, in units of two bytes.
        let link = u32_at(20);
        let fcs = if link & 0x0400_0000 != 0 { (link >> 28) * 2 } else { 0 };
        let (link, snap) = (LinkType(link as u16), u32_at(16));
        Some(Pcap { big_endian, record_header, unit, swapped, link, fcs, snap, seconds: None })
    }

    /// Indexes whole records from `at` on; says where it stopped and why.
    pub fn index(
        &mut self,
        bytes: &[u8],
        at: usize,
        records: &mut Vec<Record>,
        tally: &mut Tally,
    ) -> (usize, Stop) {
        let mut at = at;
        loop {
            let before = records.len();
            let (stopped_at, stop) = match self.big_endian {
                true => self.index_as::<true>(bytes, at, records, tally),
                false => self.index_as::<false>(bytes, at, records, tally),
            };
            if !self.link.is_known() {
                tally.unknown_link(self.link, (records.len() - before) as u64);
            }
            at = stopped_at;
            // Files that were joined by `cat`, or as members of one gzip file, have a file header in the middle.
            match bytes.get(at..).and_then(Pcap::begin) {
                Some(next) if stop == Stop::Damaged => {
                    *self = next;
                    at += PCAP_HEADER_BYTES;
                }
                _ => return (at, stop),
            }
        }
    }

    /// Looks for the next record from `from` on. `ended` says that no more bytes will come.
    pub fn search(&self, bytes: &[u8], from: usize, ended: bool) -> Search {
        let mut at = from;
        while at < bytes.len() {
            match self.chain(bytes, at, ended) {
                Chain::Holds => return Search::Found(at),
                Chain::Open => return Search::Open(at),
                Chain::Broken => at += 1,
            }
        }
        Search::Open(at)
    }

    /// The hot loop: one pass over the record headers, which also fetches them into the cache for decoding.
    fn index_as<const BIG: bool>(
        &mut self,
        bytes: &[u8],
        mut at: usize,
        records: &mut Vec<Record>,
        tally: &mut Tally,
    ) -> (usize, Stop) {
        let fraction_end = (1_000_000_000 / self.unit) as u32;
        let mut cut = 0;
        let mut stop = Stop::Full;
        let mut seconds = self.seconds;
        for _ in records.len()..BATCH_FRAMES_MAX {
            let Some(header) = self.header::<BIG>(bytes, at) else {
                stop = Stop::More;
                break;
            };
            let strange = header.captured > FRAME_BYTES_MAX
                || header.fraction >= fraction_end
                || header.captured | header.length == 0;
            if strange && let Some(odd) = self.judge::<BIG>(bytes, at, &header) {
                stop = odd;
                break;
            }
            let start = at + self.record_header;
            let end = start + header.captured as usize;
            if end > bytes.len() {
                stop = Stop::More;
                break;
            }
            let (captured, length) = without_fcs(header.captured, header.length, self.fcs);
            cut += u64::from(captured < length);
            records.push(Record {
                at: self.time(&header),
                offset: start as u32,
                captured,
                length,
                link: self.link,
            });
            seconds = Some(header.seconds);
            at = end;
        }
        self.seconds = seconds;
        if cut > 0 {
            tally.cut += cut;
            tally.snap = self.snap;
        }
        (at, stop)
    }

    #[inline(always)]
    fn header<const BIG: bool>(&self, bytes: &[u8], at: usize) -> Option<Header> {
        let header = bytes.get(at..)?.first_chunk::<16>()?;
        let [captured, length] = [read_u32::<BIG>(header, 8), read_u32::<BIG>(header, 12)];
        let swap = match self.swapped {
            Swapped::Never => false,
            Swapped::WhenInverted => captured > length,
            Swapped::Always => true,
        };
        let (captured, length) = if swap { (length, captured) } else { (captured, length) };
        Some(Header {
            seconds: read_u32::<BIG>(header, 0),
            fraction: read_u32::<BIG>(header, 4),
            captured,
            length,
        })
    }

    #[inline(always)]
    fn time(&self, header: &Header) -> Timestamp {
        Timestamp(i64::from(header.seconds) * 1_000_000_000 + i64::from(header.fraction) * self.unit)
    }

    /// Looks twice at a header with odd values; none when it is a record after all. A fraction of more than
    /// a second is what some programs write; then the next header tells. Zeros are space that was never
    /// written, or a file header in the middle, whose third and fourth numbers are zero.
    #[cold]
    fn judge<const BIG: bool>(&self, bytes: &[u8], at: usize, header: &Header) -> Option<Stop> {
        if header.captured > FRAME_BYTES_MAX {
            return Some(Stop::Damaged);
        }
        if header.captured | header.length == 0 {
            let rest = bytes.get(at..).unwrap_or_default();
            return match Content::of(rest) {
                Content::Pcap => Some(Stop::Damaged),
                Content::HeaderCut => Some(Stop::More),
                _ if header.seconds == 0 => Some(Stop::Damaged),
                _ => None,
            };
        }
        match self.header::<BIG>(bytes, at + self.record_header + header.captured as usize) {
            Some(next) if next.captured > FRAME_BYTES_MAX => Some(Stop::Damaged),
            _ => None,
        }
    }

    /// Whether three records in a row begin here, or fewer up to the end of the file.
    fn chain(&self, bytes: &[u8], at: usize, ended: bool) -> Chain {
        let mut at = at;
        for found in 0..3 {
            if ended && found > 0 && at == bytes.len() {
                return Chain::Holds;
            }
            let header = if self.big_endian {
                self.header::<true>(bytes, at)
            } else {
                self.header::<false>(bytes, at)
            };
            let Some(header) = header else {
                return Chain::at_end(ended, found);
            };
            if !self.is_plausible(&header) {
                return Chain::Broken;
            }
            at += self.record_header + header.captured as usize;
            if at > bytes.len() {
                return Chain::at_end(ended, found);
            }
        }
        Chain::Holds
    }

    /// Stricter than reading: after damage only what looks entirely right is believed.
    fn is_plausible(&self, header: &Header) -> bool {
        let near = |last: u32| u64::from(last.abs_diff(header.seconds)) <= RESYNC_SECONDS_MAX;
        i64::from(header.fraction) * self.unit < 1_000_000_000
            && (1..=FRAME_BYTES_MAX).contains(&header.captured)
            && (header.captured..=FRAME_BYTES_MAX).contains(&header.length)
            && self.seconds.is_none_or(near)
    }
}

enum Chain {
    Holds,
    Broken,
    Open,
}

impl Chain {
    /// The bytes end after `found` good records.
    fn at_end(ended: bool, found: u32) -> Chain {
        match (ended, found) {
            (false, _) => Chain::Open,
            (true, 2..) => Chain::Holds,
            (true, _) => Chain::Broken,
        }
    }
}
