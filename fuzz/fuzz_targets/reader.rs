//! Any bytes as a capture file: read to the end, decoded, folded.
#![no_main]

use std::io::Cursor;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Ok(mut reader) = capture::Reader::from_read(Cursor::new(data.to_vec()), "fuzz") else { return };
    let (mut decoder, mut inventory) = (decode::Decoder::new(), inventory::Inventory::new());
    let mut batch = capture::Batch::new();
    while let Ok(true) = reader.next_batch(&mut batch) {
        for frame in batch.frames() {
            decoder.frame(&frame, &mut inventory);
        }
    }
    decoder.finish(&mut inventory);
    let _ = inventory.finish();
});
