//! Keeps the journal of a running sweep: which answers are not acknowledged yet, what is to be written in which order,
//! and the thread that writes a checkpoint each second. Never holds a worker up for the disk.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use recon_core::line::Line;
use recon_core::reply::{Reply, State};
use recon_core::tally::Tally;

use super::checkpoint::Checkpoint;
use super::frame::{self, Kind};
use super::rows::{self, NOWHERE, Settled};
use super::turns::{Turn, Turns};
use super::writer::{Syncer, Writer};
use super::{JournalError, Standing};
use crate::feed::Cut;

/// Checkpoints from one whole one to the next.
const WHOLE_EVERY: u64 = 240;

/// An answer on its way to the journal.
#[derive(Clone, Copy, Debug)]
struct Heard {
    /// What it counts as already; nothing while a conversation goes on.
    counted: Option<State>,
    /// Its conversation was cut short: it is asked again, so its row is not kept.
    cut_short: bool,
}

/// Frames in the order in which they become true.
#[derive(Debug, Default)]
struct Queue {
    bytes: Vec<u8>,
    rows: u64,
    cuts: u64,
}

/// The journal of a running sweep.
#[derive(Debug)]
pub(crate) struct Keeper {
    turns: Turns,
    heard: Mutex<HashMap<u64, Heard>>,
    queue: Mutex<Queue>,
    writer: Mutex<Writer>,
    syncer: Syncer,
}

impl Keeper {
    /// Keep a journal that stands as told, for so many workers.
    ///
    /// # Errors
    /// When the system grants no further descriptor.
    pub(crate) fn new(writer: Writer, standing: &Standing, workers: usize) -> Result<Self, JournalError> {
        let syncer = writer.syncer()?;
        let queue = Queue { rows: standing.rows, ..Queue::default() };
        let (heard, queue, writer) = (Mutex::default(), Mutex::new(queue), Mutex::new(writer));
        Ok(Self { turns: Turns::new(workers), heard, queue, writer, syncer })
    }

    /// Begin a round of one worker.
    pub(crate) fn turn(&self, worker: usize) -> Turn<'_> {
        self.turns.take(worker)
    }

    /// A position has answered, and its conversation begins.
    pub(crate) fn begin(&self, position: u64) {
        locked(&self.heard).insert(position, Heard { counted: None, cut_short: false });
    }

    /// A position has a verdict that becomes no row.
    pub(crate) fn settle(&self, position: u64) {
        locked(&self.heard).remove(&position);
    }

    /// A position has a verdict, counted already, and its row is on its way.
    pub(crate) fn produce(&self, position: u64, state: State, cut_short: bool) {
        locked(&self.heard).insert(position, Heard { counted: Some(state), cut_short });
    }

    /// Whether every row is acknowledged.
    pub(crate) fn is_settled(&self) -> bool {
        locked(&self.heard).is_empty()
    }

    /// Acknowledge rows: `taken` is what the sweep gave, `kept` and its JSON lines what became of it. The journal has them
    /// when this returns.
    ///
    /// # Errors
    /// When the system refuses to take them.
    pub(crate) fn record(&self, line: &Line, taken: &[Reply], kept: &[Reply], json: &[u8]) -> Result<(), JournalError> {
        let position = |reply: &Reply| line.position_of(&reply.target);
        let given: Vec<u64> = taken.iter().filter_map(position).collect();
        let mut queue = locked(&self.queue);
        let (settled, cut_short) = self.acknowledge(&given);
        let lines = json.split(|&byte| byte == b'\n');
        let rows = kept.iter().map(|reply| position(reply).unwrap_or(NOWHERE)).zip(lines);
        let rows: Vec<_> = rows.filter(|(position, _)| !cut_short.contains(position)).collect();
        if rows.is_empty() && settled.is_empty() {
            return Ok(());
        }
        frame::put(&mut queue.bytes, Kind::Rows, &rows::payload(&settled, &rows));
        queue.rows += rows.len() as u64;
        drop(queue);
        self.write()
    }

    /// What of `given` is settled now, and what was cut short.
    fn acknowledge(&self, given: &[u64]) -> (Vec<Settled>, Vec<u64>) {
        let mut heard = locked(&self.heard);
        let (mut settled, mut cut_short) = (Vec::new(), Vec::new());
        for &position in given {
            match heard.get(&position) {
                Some(Heard { cut_short: true, .. }) => cut_short.push(position),
                Some(Heard { counted: Some(state), .. }) => {
                    settled.push(Settled { position, state: *state });
                    heard.remove(&position);
                }
                Some(Heard { counted: None, .. }) | None => {}
            }
        }
        (settled, cut_short)
    }

    /// Write a checkpoint. `look` tells the counts, the microseconds so far and the feed's part while no worker works.
    ///
    /// # Errors
    /// When the system refuses to take it.
    pub(crate) fn checkpoint(&self, look: impl FnOnce(bool) -> (Tally, u64, Cut)) -> Result<(), JournalError> {
        let (mut queue, taken, whole) = self.turns.between(|| {
            let mut queue = locked(&self.queue);
            let whole = queue.cuts.is_multiple_of(WHOLE_EVERY);
            queue.cuts += 1;
            let (tally, elapsed_us, cut) = look(whole);
            let taken = self.checkpoint_of(tally, elapsed_us, cut, queue.rows);
            (queue, taken, whole)
        });
        let kind = if whole { Kind::Whole } else { Kind::Checkpoint };
        frame::put(&mut queue.bytes, kind, &taken.to_bytes());
        drop(queue);
        self.write()
    }

    /// What was seen, less what is not acknowledged or is asked again.
    fn checkpoint_of(&self, mut tally: Tally, elapsed_us: u64, cut: Cut, rows: u64) -> Checkpoint {
        let heard = locked(&self.heard);
        let is_owed = |position| cut.owed.binary_search(position).is_ok();
        let retracted = heard.iter().filter(|(position, _)| !is_owed(position));
        for (_, Heard { counted, .. }) in retracted.clone() {
            if let Some(state) = *counted {
                tally.take_back(state);
            }
        }
        tally.silent -= cut.owed_silent.min(tally.silent);
        let retracted = retracted.map(|(&position, _)| position).collect();
        let Cut { start, length, pass, blocks, owed, ahead, .. } = cut;
        Checkpoint { tally, elapsed_us, rows, start, length, pass, retracted, owed, ahead, blocks }
    }

    /// Say that nothing more is to be asked.
    ///
    /// # Errors
    /// When the system refuses to take it.
    pub(crate) fn finish(&self) -> Result<(), JournalError> {
        frame::put(&mut locked(&self.queue).bytes, Kind::End, &[]);
        self.write()
    }

    /// Bring all that was written to the disk.
    ///
    /// # Errors
    /// When the system cannot.
    pub(crate) fn sync(&self) -> Result<(), JournalError> {
        self.syncer.sync()
    }

    /// Let others have the journal; nothing more is written.
    pub(crate) fn release(&self) {
        locked(&self.writer).release();
    }

    /// Write what is queued. Who comes second finds that the first has done it.
    fn write(&self) -> Result<(), JournalError> {
        let mut writer = locked(&self.writer);
        let frames = std::mem::take(&mut locked(&self.queue).bytes);
        writer.append(&frames)
    }
}

fn locked<T>(lock: &Mutex<T>) -> MutexGuard<'_, T> {
    lock.lock().unwrap_or_else(PoisonError::into_inner)
}
