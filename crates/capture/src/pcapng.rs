//! pcapng files: draft-ietf-opsawg-pcapng. Section numbers below are those of draft -03.

use std::net::IpAddr;

use model::Timestamp;

use crate::Note;
use crate::batch::{BATCH_FRAMES_MAX, FRAME_BYTES_MAX, RECORD_BYTES_MAX, Record};
use crate::bytes::{read_u16, read_u32, read_u64};
use crate::step::{Search, Stop};
use crate::tally::Tally;

mod block;
mod interface;
mod names;

use block::{
    ENHANCED_PACKET, INTERFACE_DESCRIPTION, INTERFACE_STATISTICS, NAME_RESOLUTION, PACKET, SECTION_HEADER,
    SIMPLE_PACKET, block_end, byte_order, fcs_of, is_kind, options, padded,
};
use interface::Interface;
use names::Names;

/// How many interfaces of one section are kept.
const INTERFACES_MAX: usize = 4096;

/// Where reading stands: the section's byte order and interfaces, and what was learnt.
#[derive(Debug, Default)]
pub(crate) struct PcapNg {
    big_endian: bool,
    interfaces: Vec<Interface>,
    names: Names,
    /// Time of the last frame that had one.
    last: Timestamp,
    /// Frames that finished sections say were lost.
    lost: u64,
}

impl PcapNg {
    /// Indexes whole blocks from `at` on; says where it stopped and why. `offset` is where `bytes` lie in the
    /// capture.
    pub fn index(
        &mut self,
        bytes: &[u8],
        at: usize,
        offset: u64,
        records: &mut Vec<Record>,
        tally: &mut Tally,
    ) -> (usize, Stop) {
        let mut at = at;
        loop {
            let (stopped, stop) = match self.big_endian {
                true => self.index_as::<true>(bytes, at, records, tally),
                false => self.index_as::<false>(bytes, at, records, tally),
            };
            at = stopped;
            match stop {
                Some(stop) => return (at, stop),
                None => match self.section(bytes, at, offset, tally) {
                    Ok(end) => at = end,
                    Err(stop) => return (at, stop),
                },
            }
        }
    }

    /// Looks for the next block from `from` on: one of a known type whose two lengths agree. `ended` says
    /// that no more bytes will come.
    pub fn search(&self, bytes: &[u8], from: usize, ended: bool) -> Search {
        for at in from..bytes.len() {
            let Some(head) = bytes.get(at..).and_then(|rest| rest.first_chunk::<12>()) else {
                return Search::Open(if ended { bytes.len() } else { at });
            };
            let kind = self.u32(head, 0);
            let big_endian = match kind {
                SECTION_HEADER => match byte_order(head) {
                    Some(big_endian) => big_endian,
                    None => continue,
                },
                _ => self.big_endian,
            };
            let total =
                if big_endian { read_u32::<true>(head, 4) } else { read_u32::<false>(head, 4) } as usize;
            if !is_kind(kind) || !total.is_multiple_of(4) || !(12..=RECORD_BYTES_MAX).contains(&total) {
                continue;
            }
            match bytes.get(at + total - 4..).and_then(|rest| rest.first_chunk::<4>()) {
                Some(trailer) if *trailer == head[4..8] => return Search::Found(at),
                None if !ended => return Search::Open(at),
                _ => {}
            }
        }
        Search::Open(bytes.len())
    }

    /// Names from name resolution blocks so far.
    pub fn names(&self) -> &[(IpAddr, String)] {
        &self.names.list
    }

    /// Frames that the statistics blocks so far say were lost.
    pub fn frames_lost(&self) -> u64 {
        self.interfaces.iter().fold(self.lost, |sum, interface| sum.saturating_add(interface.lost))
    }

    /// The hot loop. Stops without a reason before a section header, which may change the byte order.
    fn index_as<const BIG: bool>(
        &mut self,
        bytes: &[u8],
        mut at: usize,
        records: &mut Vec<Record>,
        tally: &mut Tally,
    ) -> (usize, Option<Stop>) {
        while records.len() < BATCH_FRAMES_MAX {
            let Some(head) = bytes.get(at..).and_then(|rest| rest.first_chunk::<8>()) else {
                return (at, Some(Stop::More));
            };
            let kind = read_u32::<BIG>(head, 0);
            if kind == SECTION_HEADER {
                return (at, None);
            }
            let end = match block_end::<BIG>(bytes, at, kind, read_u32::<BIG>(head, 4), tally) {
                Ok(end) => end,
                Err(stop) => return (at, Some(stop)),
            };
            let body = bytes.get(at + 8..end - 4).unwrap_or_default();
            match kind {
                ENHANCED_PACKET => self.packet::<BIG>(body, read_u32::<BIG>(body, 0), at + 8, records, tally),
                PACKET => {
                    let interface = u32::from(read_u16::<BIG>(body, 0));
                    self.packet::<BIG>(body, interface, at + 8, records, tally);
                }
                SIMPLE_PACKET => self.simple_packet::<BIG>(body, at + 8, records, tally),
                INTERFACE_DESCRIPTION => self.interface::<BIG>(body, tally),
                INTERFACE_STATISTICS => self.statistics::<BIG>(body),
                NAME_RESOLUTION => self.name_resolution::<BIG>(body, tally),
                _ => {}
            }
            at = end;
        }
        (at, Some(Stop::Full))
    }

    /// Section 4.1: the byte order of what follows; interfaces are numbered anew.
    fn section(&mut self, bytes: &[u8], at: usize, offset: u64, tally: &mut Tally) -> Result<usize, Stop> {
        let head = bytes.get(at..).and_then(|rest| rest.first_chunk::<12>()).ok_or(Stop::More)?;
        let big_endian = byte_order(head).ok_or(Stop::Damaged)?;
        let (end, major) = if big_endian {
            (
                block_end::<true>(bytes, at, SECTION_HEADER, read_u32::<true>(head, 4), tally)?,
                read_u16::<true>(bytes, at + 12),
            )
        } else {
            (
                block_end::<false>(bytes, at, SECTION_HEADER, read_u32::<false>(head, 4), tally)?,
                read_u16::<false>(bytes, at + 12),
            )
        };
        if major != 1 {
            tally.place(Note::VersionUnknown { at: offset + at as u64, major });
        }
        self.lost = self.frames_lost();
        self.interfaces.clear();
        self.big_endian = big_endian;
        Ok(end)
    }

    /// Section 4.3 (enhanced) and appendix A (obsolete): they differ only in the width of the interface.
    #[inline(always)]
    fn packet<const BIG: bool>(
        &mut self,
        body: &[u8],
        interface: u32,
        body_at: usize,
        records: &mut Vec<Record>,
        tally: &mut Tally,
    ) {
        let Some(fixed) = body.first_chunk::<20>() else {
            tally.broken += 1;
            return;
        };
        let Some(interface) = self.interfaces.get(interface as usize) else {
            tally.interface_missing += 1;
            return;
        };
        let units = u64::from(read_u32::<BIG>(fixed, 4)) << 32 | u64::from(read_u32::<BIG>(fixed, 8));
        let (captured, length) = (read_u32::<BIG>(fixed, 12), read_u32::<BIG>(fixed, 16));
        if captured > FRAME_BYTES_MAX {
            tally.too_large += 1;
            return;
        }
        if captured as usize > body.len() - 20 {
            tally.broken += 1;
            return;
        }
        let options = body.get(20 + padded(captured as usize)..).unwrap_or_default();
        let fcs = if options.len() >= 8 { fcs_of::<BIG>(options, interface.fcs) } else { interface.fcs };
        let time = interface.time(units);
        self.last = time;
        interface.deliver(records, tally, time, (body_at + 20) as u32, (captured, length), fcs);
    }

    /// Section 4.4: no time, no captured length, always of the first interface.
    fn simple_packet<const BIG: bool>(
        &mut self,
        body: &[u8],
        body_at: usize,
        records: &mut Vec<Record>,
        tally: &mut Tally,
    ) {
        let (Some(interface), Some((_, data))) = (self.interfaces.first(), body.split_first_chunk::<4>())
        else {
            tally.interface_missing += 1;
            return;
        };
        let length = read_u32::<BIG>(body, 0);
        let snap = if interface.snap == 0 { u32::MAX } else { interface.snap };
        let captured = length.min(snap).min(data.len() as u32);
        if captured > FRAME_BYTES_MAX {
            tally.too_large += 1;
            return;
        }
        tally.timeless += 1;
        interface.deliver(records, tally, self.last, (body_at + 4) as u32, (captured, length), interface.fcs);
    }

    /// Section 4.2.
    fn interface<const BIG: bool>(&mut self, body: &[u8], tally: &mut Tally) {
        let Some((_, rest)) = body.split_first_chunk::<8>() else {
            tally.broken += 1;
            return;
        };
        if self.interfaces.len() >= INTERFACES_MAX {
            return;
        }
        self.interfaces.push(Interface::described::<BIG>(body, rest));
    }

    /// Section 4.6: the counts are totals, so the last block of an interface stands.
    fn statistics<const BIG: bool>(&mut self, body: &[u8]) {
        let (Some(interface), Some((_, rest))) =
            (self.interfaces.get_mut(read_u32::<BIG>(body, 0) as usize), body.split_first_chunk::<12>())
        else {
            return;
        };
        let mut lost = 0u64;
        options::<BIG>(rest, |code, value| {
            // isb_ifdrop and isb_osdrop.
            if matches!(code, 5 | 7) && value.len() == 8 {
                lost = lost.saturating_add(read_u64::<BIG>(value));
            }
        });
        interface.lost = lost;
    }

    /// Section 4.5: records of type, length and padded value, ended by type zero.
    fn name_resolution<const BIG: bool>(&mut self, body: &[u8], tally: &mut Tally) {
        let mut rest = body;
        while let Some((head, value)) = rest.split_first_chunk::<4>() {
            let (kind, length) = (read_u16::<BIG>(head, 0), usize::from(read_u16::<BIG>(head, 2)));
            let Some(value) = value.get(..length).filter(|_| kind != 0) else { return };
            tally.names_dropped += self.names.record(kind, value);
            rest = rest.get(4 + padded(length)..).unwrap_or_default();
        }
    }

    fn u32(&self, bytes: &[u8], at: usize) -> u32 {
        if self.big_endian { read_u32::<true>(bytes, at) } else { read_u32::<false>(bytes, at) }
    }
}
