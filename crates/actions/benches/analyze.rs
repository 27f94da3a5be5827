//! How fast frames of the reference plant are read: the floor, decoding alone, and with inventory.

use std::path::Path;

use capture::{Batch, Reader};
use decode::Decoder;
use divan::counter::ItemsCount;
use inventory::Inventory;
use model::{
    Certainty, Ends, Evidence, Family, FlowId, Mac, Observer, Path as Way, Side, Sighting, Timestamp,
};

fn main() {
    divan::main();
}

/// Hears everything and keeps nothing: what decoding alone costs.
struct Deaf;

impl Observer for Deaf {
    fn opened(&mut self, _: FlowId, _: &Ends, _: Timestamp) {}
    fn oriented(&mut self, _: FlowId, _: Side, _: Evidence) {}
    fn carried(&mut self, _: FlowId, _: Side, _: Timestamp, _: u32) {}
    fn path(&mut self, _: FlowId, _: Side, _: &Way) {}
    fn recognised(&mut self, _: FlowId, _: &'static str, _: Family, _: Certainty) {}
    fn sighting(&mut self, _: FlowId, _: Side, _: Timestamp, sighting: &Sighting<'_>) {
        divan::black_box(sighting);
    }
    fn closed(&mut self, _: FlowId) {}
    fn claimed(&mut self, _: std::net::IpAddr, _: Mac, _: Option<u16>, _: Timestamp) {}
}

fn batches() -> (Vec<Batch>, usize) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../plants/filling-line/capture.pcap");
    let bytes = std::fs::read(file).unwrap();
    let mut reader = Reader::from_read(std::io::Cursor::new(bytes), "filling-line").unwrap();
    let mut batches = Vec::new();
    loop {
        let mut batch = Batch::new();
        if !reader.next_batch(&mut batch).unwrap() {
            break;
        }
        batches.push(batch);
    }
    let frames = batches.iter().map(Batch::len).sum();
    (batches, frames)
}

/// The floor: layers only, no flows, no content.
#[divan::bench]
fn layers(bencher: divan::Bencher) {
    let (batches, frames) = batches();
    bencher.counter(ItemsCount::new(frames)).bench_local(|| {
        for frame in batches.iter().flat_map(Batch::frames) {
            divan::black_box(decode::packet::read(frame.link, frame.bytes));
        }
    });
}

/// Layers, flows, messages and sightings, heard by nobody.
#[divan::bench]
fn decoding(bencher: divan::Bencher) {
    let (batches, frames) = batches();
    bencher.counter(ItemsCount::new(frames)).bench_local(|| {
        let mut decoder = Decoder::new();
        for frame in batches.iter().flat_map(Batch::frames) {
            decoder.frame(&frame, &mut Deaf);
        }
        decoder.finish(&mut Deaf);
    });
}

/// Decoding with inventory, to the finished plant.
#[divan::bench]
fn plant(bencher: divan::Bencher) {
    let (batches, frames) = batches();
    bencher.counter(ItemsCount::new(frames)).bench_local(|| {
        let (mut decoder, mut inventory) = (Decoder::new(), Inventory::new());
        for frame in batches.iter().flat_map(Batch::frames) {
            decoder.frame(&frame, &mut inventory);
        }
        decoder.finish(&mut inventory);
        inventory.finish()
    });
}
