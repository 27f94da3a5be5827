//! How fast captures are read: nanoseconds for 100,000 frames of 133 bytes, as in OT traffic.

use std::hint::black_box;
use std::io::{Cursor, Write};
use std::sync::Arc;

use capture::{Batch, Reader};

const FRAMES: u32 = 100_000;

fn main() {
    divan::main();
}

fn pcap() -> Vec<u8> {
    let mut file = Vec::new();
    for n in [0xa1b2_c3d4, 0x0004_0002, 0, 0, 262_144, 1u32] {
        file.extend(n.to_le_bytes());
    }
    for n in 0..FRAMES {
        for n in [1_700_000_000 + n / 1_000_000, n % 1_000_000, 133, 133] {
            file.extend(n.to_le_bytes());
        }
        file.extend((0..133u32).map(|i| (n.wrapping_mul(2_654_435_761) >> (i % 24)) as u8));
    }
    file
}

fn pcapng() -> Vec<u8> {
    let mut file = Vec::new();
    for n in [0x0a0d_0d0a, 28, 0x1a2b_3c4d, 1, !0, !0, 28, 1, 20, 1, 0, 20u32] {
        file.extend(n.to_le_bytes());
    }
    for n in 0..FRAMES {
        for n in [6, 168, 0, 0x0006_0a24, n, 133, 133] {
            file.extend(n.to_le_bytes());
        }
        file.extend([0x5a; 136]);
        file.extend(168u32.to_le_bytes());
    }
    file
}

fn read(file: &Arc<[u8]>, batch: &mut Batch) -> u64 {
    let Ok(mut reader) = Reader::from_read(Cursor::new(Arc::clone(file)), "bench") else { return 0 };
    let mut bytes = 0;
    while reader.next_batch(batch).unwrap_or(false) {
        bytes += batch.frames().map(|frame| frame.bytes.len() as u64).sum::<u64>();
    }
    bytes
}

fn bench(bencher: divan::Bencher<'_, '_>, file: Vec<u8>) {
    let (file, mut batch) = (Arc::from(file), Batch::new());
    bencher.counter(divan::counter::ItemsCount::new(FRAMES)).bench_local(|| {
        assert_eq!(read(black_box(&file), &mut batch), u64::from(FRAMES) * 133);
    });
}

#[divan::bench]
fn read_pcap(bencher: divan::Bencher<'_, '_>) {
    bench(bencher, pcap());
}

#[divan::bench]
fn read_pcapng(bencher: divan::Bencher<'_, '_>) {
    bench(bencher, pcapng());
}

#[divan::bench]
fn read_pcap_gzip(bencher: divan::Bencher<'_, '_>) {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    let packed = encoder.write_all(&pcap()).and_then(|()| encoder.finish()).unwrap_or_default();
    bench(bencher, packed);
}

#[divan::bench]
fn read_pcap_zstd(bencher: divan::Bencher<'_, '_>) {
    bench(
        bencher,
        ruzstd::encoding::compress_to_vec(pcap().as_slice(), ruzstd::encoding::CompressionLevel::Fastest),
    );
}
