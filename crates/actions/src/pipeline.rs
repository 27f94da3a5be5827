//! The sentence that Sluice is built on, written once: capture → decode → inventory (→ assess → prove).

use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};

use capture::{Batch, CaptureError, Note, Reader, Source};
use decode::{Counts, Decoder};
use inventory::Inventory;
use model::{CaptureSummary, Frame, Plant, Timestamp};

/// Batches on their way to the decoders, per decoder: enough that nobody waits, few enough to stay small.
const BATCHES_AHEAD: usize = 12;
/// A clock that goes back by more than this jumped, in nanoseconds (one second); less is reordering.
const CLOCK_JUMP_NANOSECONDS: i64 = 1_000_000_000;
/// Most notes of one capture file that are passed on.
const NOTES_PER_FILE_MAX: usize = 8;

/// Sees how far reading is, and may end it.
pub trait Watcher: Sync {
    /// Called from time to time: bytes read of `total` (when known) of all captures, frames so far. `Break` ends
    /// the reading; what was read so far is kept and called partial.
    fn progress(&self, bytes: u64, total: Option<u64>, frames: u64) -> ControlFlow<()>;
}

/// Reads captures one after the other as one plant.
pub fn read(
    sources: &[Source],
    threads: usize,
    watcher: &dyn Watcher,
) -> Result<(CaptureSummary, Plant), CaptureError> {
    let mut reading = Reading::new(sources, watcher)?;
    let (mut inventory, counts) = if threads <= 1 {
        alone(sources, &mut reading)?
    } else {
        side_by_side(sources, &mut reading, threads)?
    };
    let names = std::mem::take(&mut reading.names);
    inventory.merge(names);
    Ok((reading.summary(counts), inventory.finish()))
}

/// What the reading itself notices, frame by frame, before anything is decoded.
struct Reading<'a> {
    summary: CaptureSummary,
    latest: Option<Timestamp>,
    /// Host names that the captures state beside their frames.
    names: Inventory,
    watcher: &'a dyn Watcher,
    total: Option<u64>,
    done: u64,
}

impl<'a> Reading<'a> {
    /// Opens every file once, so that a wrong one is told before an hour of reading and not after.
    fn new(sources: &[Source], watcher: &'a dyn Watcher) -> Result<Reading<'a>, CaptureError> {
        let mut total = Some(0);
        for source in sources {
            let bytes = match source {
                Source::File(_) => capture::open(source)?.total(),
                Source::Stdin => None,
            };
            total = total.zip(bytes).map(|(sum, bytes)| sum + bytes);
        }
        let summary =
            CaptureSummary { files: sources.iter().map(Source::name).collect(), ..CaptureSummary::default() };
        Ok(Reading { summary, latest: None, names: Inventory::new(), watcher, total, done: 0 })
    }

    fn frame(&mut self, frame: &Frame<'_>) {
        let summary = &mut self.summary;
        summary.packets += 1;
        summary.bytes += u64::from(frame.length);
        summary.first = Some(summary.first.map_or(frame.at, |first| first.min(frame.at)));
        summary.last = Some(summary.last.map_or(frame.at, |last| last.max(frame.at)));
        if self.latest.is_some_and(|latest| latest.since(frame.at) > CLOCK_JUMP_NANOSECONDS) {
            summary.clock_jumps += 1;
        }
        self.latest = Some(frame.at);
    }

    fn progress(&self, reader: &Reader) -> ControlFlow<()> {
        self.watcher.progress(self.done + reader.consumed(), self.total, self.summary.packets)
    }

    /// A capture is at its end, or reading it failed: what there is to say goes into the notes.
    fn end(&mut self, reader: &Reader, failure: Option<&CaptureError>) {
        self.done += reader.consumed();
        self.latest = None;
        for (ip, name) in reader.names() {
            self.names.named(*ip, name);
        }
        // Frames cut short are counted for all captures together.
        let notes: Vec<Note> =
            reader.notes().into_iter().filter(|note| !matches!(note, Note::FramesCut { .. })).collect();
        let shown = notes.iter().take(NOTES_PER_FILE_MAX).map(|note| format!("{}: {note}", reader.name()));
        self.summary.notes.extend(shown);
        if notes.len() > NOTES_PER_FILE_MAX {
            self.summary.notes.push(format!(
                "{}: {} more notes of this kind.",
                reader.name(),
                notes.len() - NOTES_PER_FILE_MAX
            ));
        }
        self.summary.notes.extend(failure.map(ToString::to_string));
    }

    /// What the numbers of the summary say is no note besides.
    fn summary(self, counts: Counts) -> CaptureSummary {
        let mut summary = CaptureSummary {
            truncated: counts.truncated,
            malformed: counts.malformed,
            undecoded_links: counts.undecoded_links,
            duplicates: counts.duplicates,
            gaps: counts.gaps,
            ..self.summary
        };
        let mut say = |count: u64, text: &str| {
            if count > 0 {
                summary.notes.push(format!("{count} {text}"));
            }
        };
        say(
            counts.buffers_dropped,
            "times waiting bytes were dropped because too many connections waited at once.",
        );
        say(counts.flows_closed_early, "connections were closed early because too many were open at once.");
        summary
    }
}

/// Reads every capture and hands each batch to `take`; empty batches come from `next`.
fn each_batch<B: AsMut<Batch>>(
    sources: &[Source],
    reading: &mut Reading<'_>,
    mut next: impl FnMut() -> B,
    mut take: impl FnMut(B, &mut Reading<'_>),
) -> Result<(), CaptureError> {
    let mut empty: Option<B> = None;
    for source in sources {
        let mut reader = match capture::open(source) {
            Ok(reader) => reader,
            Err(error) if sources.len() == 1 => return Err(error),
            Err(error) => {
                reading.summary.notes.push(error.to_string());
                continue;
            }
        };
        loop {
            let mut batch = empty.take().unwrap_or_else(&mut next);
            match reader.next_batch(batch.as_mut()) {
                Ok(true) => take(batch, reading),
                end => {
                    empty = Some(batch);
                    let failure = end.err();
                    reading.end(&reader, failure.as_ref());
                    match failure {
                        // A single capture that gives nothing at all is an error; else what was read counts.
                        Some(error) if reading.summary.packets == 0 && sources.len() == 1 => {
                            return Err(error);
                        }
                        _ => break,
                    }
                }
            }
            if reading.progress(&reader).is_break() {
                reading.end(&reader, None);
                reading.summary.partial = true;
                return Ok(());
            }
        }
    }
    Ok(())
}

/// On one thread.
fn alone(sources: &[Source], reading: &mut Reading<'_>) -> Result<(Inventory, Counts), CaptureError> {
    let (mut decoder, mut inventory) = (Decoder::new(), Inventory::new());
    let spare = std::cell::Cell::new(Some(Batch::new()));
    each_batch(
        sources,
        reading,
        || Owned(spare.take().unwrap_or_default()),
        |batch, reading| {
            for frame in batch.0.frames() {
                reading.frame(&frame);
                decoder.frame(&frame, &mut inventory);
            }
            spare.set(Some(batch.0));
        },
    )?;
    decoder.finish(&mut inventory);
    Ok((inventory, decoder.counts()))
}

struct Owned(Batch);

impl AsMut<Batch> for Owned {
    fn as_mut(&mut self) -> &mut Batch {
        &mut self.0
    }
}

/// A batch shared by all decoders, with the decoder of each frame.
#[derive(Default)]
struct Shared {
    batch: Batch,
    decoder_of: Vec<u8>,
}

impl AsMut<Batch> for Shared {
    fn as_mut(&mut self) -> &mut Batch {
        &mut self.batch
    }
}

/// One thread reads, `threads` decode: each takes the flows of its share, so that no flow is ever split.
fn side_by_side(
    sources: &[Source],
    reading: &mut Reading<'_>,
    threads: usize,
) -> Result<(Inventory, Counts), CaptureError> {
    let threads = threads.min(usize::from(u8::MAX));
    std::thread::scope(|scope| {
        let (done, spare) = channel::<Shared>();
        let mut inputs: Vec<SyncSender<Arc<Shared>>> = Vec::new();
        let mut workers = Vec::new();
        for share in 0..threads {
            let (input, output) = sync_channel(BATCHES_AHEAD);
            inputs.push(input);
            let done = done.clone();
            workers.push(scope.spawn(move || work(share as u8, &output, &done)));
        }
        drop(done);
        let mut made = 0;
        let mut next = || {
            if made < threads + BATCHES_AHEAD {
                made += 1;
                return Shared::default();
            }
            spare.recv().unwrap_or_default()
        };
        let result = each_batch(sources, reading, &mut next, |mut shared, reading| {
            shared.decoder_of.clear();
            for frame in shared.batch.frames() {
                reading.frame(&frame);
                let share = decode::shard_hash(frame.link, frame.bytes) % threads as u64;
                shared.decoder_of.push(share as u8);
            }
            // The last copy is the original, so that a worker, and not this loop, is the last to hold it.
            for (input, shared) in inputs.iter().zip(std::iter::repeat_n(Arc::new(shared), threads)) {
                // A worker only ends when its input does; a failed send means it panicked, which the join reports.
                let _ = input.send(shared);
            }
        });
        drop(inputs);
        let mut whole: Option<(Inventory, Counts)> = None;
        for worker in workers {
            let (inventory, counts) = worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
            match &mut whole {
                Some((into, sum)) => {
                    into.merge(inventory);
                    *sum += counts;
                }
                None => whole = Some((inventory, counts)),
            }
        }
        result.map(|()| whole.unwrap_or_else(|| (Inventory::new(), Counts::default())))
    })
}

fn work(share: u8, input: &Receiver<Arc<Shared>>, done: &Sender<Shared>) -> (Inventory, Counts) {
    let (mut decoder, mut inventory) = (Decoder::new(), Inventory::new());
    for shared in input {
        let own =
            shared.batch.records.iter().zip(&shared.decoder_of).filter(|(_, decoder)| **decoder == share);
        for (record, _) in own {
            decoder.frame(&shared.batch.frame(record), &mut inventory);
        }
        // The last to be done with it hands it back.
        if let Some(shared) = Arc::into_inner(shared) {
            let _ = done.send(shared);
        }
    }
    decoder.finish(&mut inventory);
    (inventory, decoder.counts())
}
