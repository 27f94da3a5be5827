//! The sentence that Sluice is built on, written once: capture → decode → inventory (→ assess → prove).

use std::ops::ControlFlow;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, SyncSender, TryRecvError, channel, sync_channel};
use std::sync::{Arc, Mutex, PoisonError, TryLockError};
use std::time::Duration;

use capture::{Batch, CaptureError, Note, Reader, Source};
use decode::{Counts, Decoder};
use inventory::Inventory;
use model::{CaptureSummary, Frame, Plant, Timestamp};

/// Batches that wait for a thread at most: enough that nobody waits for long, few enough to stay small.
const BATCHES_AHEAD: usize = 12;
/// Batches that a thread reads when it is its turn. With one alone all threads would run out at the same moment and
/// wait for the one that reads.
const BATCHES_PER_TURN: usize = 4;
/// How long a thread waits for what another one is just reading before it looks again whose turn it is.
const TURN: Duration = Duration::from_millis(1);
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
    let mut batches = Batches::new(sources, watcher)?;
    let (mut inventory, counts) =
        if threads <= 1 { alone(&mut batches)? } else { side_by_side(&mut batches, threads)? };
    let Reading { summary, names, .. } = batches.reading;
    inventory.merge(names);
    Ok((told(summary, counts), inventory.finish()))
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
}

/// The summary with what the decoders counted. What its numbers say is no note besides.
fn told(reading: CaptureSummary, counts: Counts) -> CaptureSummary {
    let mut summary = CaptureSummary {
        truncated: counts.truncated,
        malformed: counts.malformed,
        undecoded_links: counts.undecoded_links,
        duplicates: counts.duplicates,
        gaps: counts.gaps,
        ..reading
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

/// Every batch of every capture, in order.
struct Batches<'a> {
    sources: std::slice::Iter<'a, Source>,
    /// A capture that cannot be read is an error when it is the only one, else a note.
    only_one: bool,
    reader: Option<Reader>,
    reading: Reading<'a>,
}

impl<'a> Batches<'a> {
    fn new(sources: &'a [Source], watcher: &'a dyn Watcher) -> Result<Batches<'a>, CaptureError> {
        let reading = Reading::new(sources, watcher)?;
        Ok(Batches { sources: sources.iter(), only_one: sources.len() == 1, reader: None, reading })
    }

    /// Fills `batch` with the next frames; `false` when there are none left, or nobody wants them.
    fn next(&mut self, batch: &mut Batch) -> Result<bool, CaptureError> {
        loop {
            let Some(reader) = &mut self.reader else {
                match self.sources.next().map(capture::open) {
                    Some(Ok(reader)) => self.reader = Some(reader),
                    Some(Err(error)) if self.only_one => return Err(error),
                    Some(Err(error)) => self.reading.summary.notes.push(error.to_string()),
                    None => return Ok(false),
                }
                continue;
            };
            // What was read before is decoded by now, or will be: the answer is partial from here on.
            if self.reading.progress(reader).is_break() {
                self.reading.summary.partial = true;
                self.reading.end(reader, None);
                self.reader = None;
                self.sources = [].iter();
                return Ok(false);
            }
            match reader.next_batch(batch) {
                Ok(true) => {
                    for frame in batch.frames() {
                        self.reading.frame(&frame);
                    }
                    return Ok(true);
                }
                end => {
                    let failure = end.err();
                    self.reading.end(reader, failure.as_ref());
                    self.reader = None;
                    match failure {
                        // A single capture that gives nothing at all is an error; else what was read counts.
                        Some(error) if self.reading.summary.packets == 0 && self.only_one => {
                            return Err(error);
                        }
                        _ => {}
                    }
                }
            }
        }
    }
}

/// On one thread.
fn alone(batches: &mut Batches<'_>) -> Result<(Inventory, Counts), CaptureError> {
    let (mut decoder, mut inventory) = (Decoder::new(), Inventory::new());
    let mut batch = Batch::new();
    while batches.next(&mut batch)? {
        for frame in batch.frames() {
            decoder.frame(&frame, &mut inventory);
        }
    }
    decoder.finish(&mut inventory);
    Ok((inventory, decoder.counts()))
}

/// A batch shared by all decoders, with the decoder of each frame.
#[derive(Default)]
struct Shared {
    batch: Batch,
    decoder_of: Vec<u8>,
}

/// What the threads share: the captures, which one of them reads for all when it has nothing else to do, and where
/// everybody's batches go.
struct Table<'b, 'a> {
    batches: &'b mut Batches<'a>,
    /// One for each thread; empty when everything is read.
    inputs: Vec<SyncSender<Arc<Shared>>>,
    /// Batches that all threads are done with.
    spare: Receiver<Shared>,
    failure: Option<CaptureError>,
}

impl Table<'_, '_> {
    /// Reads some batches for all threads.
    fn turn(&mut self) {
        for _ in 0..BATCHES_PER_TURN {
            let mut shared = self.spare.try_recv().unwrap_or_default();
            match self.batches.next(&mut shared.batch) {
                Ok(true) => {}
                end => {
                    self.failure = end.err();
                    self.inputs.clear();
                    return;
                }
            }
            let threads = self.inputs.len() as u64;
            let share = |frame: Frame<'_>| (decode::shard_hash(frame.link, frame.bytes) % threads) as u8;
            shared.decoder_of.clear();
            shared.decoder_of.extend(shared.batch.frames().map(share));
            let shared = Arc::new(shared);
            for input in &self.inputs {
                // A thread only ends when everything is read; a failed send means it panicked, which the join reports.
                let _ = input.send(shared.clone());
            }
        }
    }
}

/// `threads` threads decode, each the flows of its share, so that no flow is ever split. Who has nothing to decode
/// reads for all.
fn side_by_side(batches: &mut Batches<'_>, threads: usize) -> Result<(Inventory, Counts), CaptureError> {
    let threads = threads.min(usize::from(u8::MAX));
    let (done, spare) = channel();
    let (inputs, outputs): (Vec<_>, Vec<_>) = (0..threads).map(|_| sync_channel(BATCHES_AHEAD)).unzip();
    let table = Mutex::new(Table { batches, inputs, spare, failure: None });
    let mut whole: Option<(Inventory, Counts)> = None;
    std::thread::scope(|scope| {
        let mut workers = Vec::new();
        for (share, input) in outputs.into_iter().enumerate() {
            let (done, table) = (done.clone(), &table);
            workers.push(scope.spawn(move || work(share as u8, &input, &done, table)));
        }
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
    });
    match table.into_inner().unwrap_or_else(PoisonError::into_inner).failure {
        Some(failure) => Err(failure),
        None => Ok(whole.unwrap_or_else(|| (Inventory::new(), Counts::default()))),
    }
}

fn work(
    share: u8,
    input: &Receiver<Arc<Shared>>,
    done: &Sender<Shared>,
    table: &Mutex<Table<'_, '_>>,
) -> (Inventory, Counts) {
    let (mut decoder, mut inventory) = (Decoder::new(), Inventory::new());
    while let Some(shared) = next(input, table) {
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

/// The next batch for a thread: one that waits for it, else one that it reads itself or another one is just reading.
fn next(input: &Receiver<Arc<Shared>>, table: &Mutex<Table<'_, '_>>) -> Option<Arc<Shared>> {
    loop {
        match input.try_recv() {
            Ok(shared) => return Some(shared),
            Err(TryRecvError::Disconnected) => return None,
            Err(TryRecvError::Empty) => {}
        }
        match table.try_lock() {
            Ok(mut table) => table.turn(),
            // Who panicked while reading is told by the join; the others end.
            Err(TryLockError::Poisoned(_)) => return None,
            Err(TryLockError::WouldBlock) => match input.recv_timeout(TURN) {
                Ok(shared) => return Some(shared),
                Err(RecvTimeoutError::Disconnected) => return None,
                Err(RecvTimeoutError::Timeout) => {}
            },
        }
    }
}
