//! Any bytes as messages of a protocol of the table: the first byte chooses it (or `SLUICE_PROTOCOL` by name), the
//! second the transport; then side-and-length bytes and messages follow one another.
#![no_main]

use std::sync::OnceLock;

use libfuzzer_sys::fuzz_target;
use model::Side;

static ONLY: OnceLock<Option<String>> = OnceLock::new();

fuzz_target!(|data: &[u8]| {
    let [first, second, rest @ ..] = data else { return };
    let only = ONLY.get_or_init(|| std::env::var("SLUICE_PROTOCOL").ok());
    let protocols: Vec<_> = decode::protocols::PROTOCOLS
        .iter()
        .filter(|protocol| only.as_deref().is_none_or(|name| name == protocol.name))
        .collect();
    let Some(protocol) = protocols.get(usize::from(*first) % protocols.len().max(1)) else { return };
    let mut pieces = Vec::new();
    let mut rest = rest;
    while let [head, after @ ..] = rest {
        let (piece, after) = after.split_at(usize::from(head >> 1).min(after.len()));
        pieces.push((if head & 1 == 0 { Side::A } else { Side::B }, piece));
        rest = after;
    }
    let mut inventory = inventory::Inventory::new();
    decode::exercise(protocol, &pieces, second & 1 == 0, &mut inventory);
    let _ = inventory.finish();
});
