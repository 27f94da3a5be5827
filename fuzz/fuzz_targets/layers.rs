//! Any bytes as frames: the first byte chooses the link type, then lengths and frames follow one another.
#![no_main]

use libfuzzer_sys::fuzz_target;
use model::{Frame, LinkType, Timestamp};

fuzz_target!(|data: &[u8]| {
    let Some((&first, mut rest)) = data.split_first() else { return };
    let links =
        [LinkType::ETHERNET, LinkType::LINUX_SLL, LinkType::LINUX_SLL2, LinkType::RAW, LinkType::NULL];
    let link = links[usize::from(first) % links.len()];
    let (mut decoder, mut inventory) = (decode::Decoder::new(), inventory::Inventory::new());
    let mut at = 0;
    while let Some((&length, after)) = rest.split_first() {
        let (frame, after) = after.split_at(usize::from(length).min(after.len()));
        at += 1_000_000;
        let length = frame.len() as u32 + u32::from(length & 1);
        decoder.frame(&Frame { at: Timestamp(at), link, bytes: frame, length }, &mut inventory);
        rest = after;
    }
    decoder.finish(&mut inventory);
    let _ = inventory.finish();
});
