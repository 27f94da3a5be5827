//! IP fragments put together again, within bounds.

use hashbrown::HashMap;

use crate::packet::{Addresses, Fragment, IpPacket};

/// Most datagrams in pieces at once; the oldest is given up beyond that.
const DATAGRAMS_MAX: usize = 256;
/// Most pieces of one datagram.
const PIECES_MAX: usize = 128;
/// Most bytes of one datagram: the limit of the length field (RFC 791, 3.1).
const DATAGRAM_BYTES_MAX: usize = 65_535;

type Key = (Addresses, u32, u8);

/// Datagrams in pieces.
#[derive(Default)]
pub struct Fragments {
    datagrams: HashMap<Key, Datagram, foldhash::fast::RandomState>,
    age: u64,
}

#[derive(Default)]
struct Datagram {
    age: u64,
    pieces: Vec<(usize, Vec<u8>)>,
    length: Option<usize>,
    /// First four payload bytes: the ports.
    ports: Option<[u8; 4]>,
}

/// What a fragment leads to.
pub enum Piece {
    /// The datagram is whole.
    Whole(Vec<u8>),
    /// More is missing; the ports, if the first fragment has come.
    Missing(Option<[u8; 4]>),
}

impl Fragments {
    /// Takes a fragment.
    pub fn add(&mut self, packet: &IpPacket<'_>, fragment: Fragment) -> Piece {
        self.age += 1;
        let key = (packet.addresses, fragment.id, packet.protocol);
        if self.datagrams.len() >= DATAGRAMS_MAX && !self.datagrams.contains_key(&key) {
            self.drop_oldest();
        }
        let datagram = self.datagrams.entry(key).or_default();
        datagram.age = self.age;
        if fragment.offset == 0 {
            datagram.ports = packet.payload.first_chunk().copied();
        }
        let end = fragment.offset + packet.payload.len();
        if !fragment.more {
            datagram.length = Some(end);
        }
        if end <= DATAGRAM_BYTES_MAX && datagram.pieces.len() < PIECES_MAX {
            datagram.pieces.push((fragment.offset, packet.payload.to_vec()));
        }
        match datagram.whole() {
            Some(whole) => {
                self.datagrams.remove(&key);
                Piece::Whole(whole)
            }
            None => Piece::Missing(datagram.ports),
        }
    }

    fn drop_oldest(&mut self) {
        if let Some(key) = self.datagrams.iter().min_by_key(|(_, datagram)| datagram.age).map(|(key, _)| *key)
        {
            self.datagrams.remove(&key);
        }
    }
}

impl Datagram {
    /// The whole datagram, when no byte is missing. Later pieces win where pieces overlap.
    fn whole(&mut self) -> Option<Vec<u8>> {
        let length = self.length?;
        self.pieces.sort_by_key(|(offset, _)| *offset);
        let mut reached = 0;
        for (offset, bytes) in &self.pieces {
            if *offset > reached {
                return None;
            }
            reached = reached.max(offset + bytes.len());
        }
        if reached < length {
            return None;
        }
        let mut whole = vec![0; reached];
        for (offset, bytes) in &self.pieces {
            if let Some(place) = whole.get_mut(*offset..offset + bytes.len()) {
                place.copy_from_slice(bytes);
            }
        }
        whole.truncate(length);
        Some(whole)
    }
}
