//! Counts the frames of captures and says how fast they were read: `count CAPTURE...`.

use std::path::PathBuf;
use std::time::Instant;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let paths: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    let mut batch = capture::Batch::new();
    for source in capture::find(&paths)?.sources {
        let start = Instant::now();
        let mut reader = capture::open(&source)?;
        let (mut frames, mut sum) = (0u64, 0u64);
        while reader.next_batch(&mut batch)? {
            for frame in batch.frames() {
                frames += 1;
                sum += u64::from(frame.length) + frame.bytes.first().map_or(0, |&b| u64::from(b));
            }
        }
        let nanoseconds = start.elapsed().as_nanos() / u128::from(frames.max(1));
        println_line(&format!("{}\t{frames} frames\t{nanoseconds} ns a frame\tsum {sum}", reader.name()));
        for note in reader.notes() {
            println_line(&format!("\t{note}"));
        }
    }
    Ok(())
}

#[allow(clippy::print_stdout, reason = "an example tells its result")]
fn println_line(line: &str) {
    println!("{line}");
}
