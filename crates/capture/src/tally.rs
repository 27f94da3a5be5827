//! What is counted while a capture is read, for the notes at its end.

use model::LinkType;

use crate::note::Note;

/// How many link types are told apart; frames of further ones are counted under the last.
const LINKS_MAX: usize = 32;

/// How many single places of damage are told; further ones are counted.
const PLACES_MAX: usize = 64;

/// Counters that become notes when they are not zero.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    /// Frames shorter than they were on the wire.
    pub cut: u64,
    /// The snap length of the last such frame's capture.
    pub snap: u32,
    /// Frames longer than [`crate::FRAME_BYTES_MAX`] in undamaged blocks.
    pub too_large: u64,
    /// Packet blocks that name an interface nobody described.
    pub interface_missing: u64,
    /// Blocks whose length is not a multiple of four.
    pub unpadded: u64,
    /// Blocks whose two lengths differ.
    pub mismatched: u64,
    /// Blocks whose content does not fit into them.
    pub broken: u64,
    /// Frames of blocks that carry no time.
    pub timeless: u64,
    /// Names that were not kept because there were too many.
    pub names_dropped: u64,
    /// Frames of link types that are not read, by link type.
    unknown_links: Vec<(LinkType, u64)>,
    /// Single places, in order.
    places: Vec<Note>,
    /// Places that were not kept.
    places_dropped: u64,
}

impl Tally {
    /// Counts frames of a link type that is not read.
    #[cold]
    pub fn unknown_link(&mut self, link: LinkType, frames: u64) {
        if frames == 0 {
            return;
        }
        let full = self.unknown_links.len() >= LINKS_MAX;
        match self.unknown_links.iter_mut().find(|(known, _)| *known == link) {
            Some((_, count)) => *count += frames,
            None if !full => self.unknown_links.push((link, frames)),
            None => {
                if let Some((_, count)) = self.unknown_links.last_mut() {
                    *count += frames;
                }
            }
        }
    }

    /// Notes one place.
    #[cold]
    pub fn place(&mut self, note: Note) {
        if self.places.len() < PLACES_MAX {
            self.places.push(note);
        } else {
            self.places_dropped += 1;
        }
    }

    /// Everything so far, places first.
    pub fn notes(&self) -> Vec<Note> {
        let mut notes = self.places.clone();
        let counted = [
            (self.places_dropped, Note::MorePlaces { places: self.places_dropped }),
            (self.cut, Note::FramesCut { frames: self.cut, snap: self.snap }),
            (self.too_large, Note::FramesTooLarge { frames: self.too_large }),
            (self.interface_missing, Note::InterfaceMissing { frames: self.interface_missing }),
            (self.broken, Note::BlocksBroken { blocks: self.broken }),
            (self.unpadded, Note::BlocksUnpadded { blocks: self.unpadded }),
            (self.mismatched, Note::BlocksMismatched { blocks: self.mismatched }),
            (self.timeless, Note::FramesWithoutTime { frames: self.timeless }),
            (self.names_dropped, Note::NamesDropped { names: self.names_dropped }),
        ];
        notes.extend(counted.into_iter().filter(|(count, _)| *count > 0).map(|(_, note)| note));
        notes.extend(self.unknown_links.iter().map(|&(link, frames)| Note::UnknownLink { link, frames }));
        notes
    }
}
