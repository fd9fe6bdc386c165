//! The journal's part of a running sweep: opening it, telling it of answers, and the thread that writes checkpoints.

use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded};
use recon_core::reply::Reply;
use recon_core::tally::Tally;

use super::{Head, Keeper, Standing, Turn, Writer};
use crate::EngineError;
use crate::counters::{self, Counters};
use crate::feed::{Feed, Passes};
use crate::settings::Settings;
use crate::sweep::Shared;
use crate::threads::{self, Thread, join_all};

/// Time from one checkpoint to the next.
const EACH: Duration = Duration::from_millis(250);
/// Checkpoints from one wait for the disk to the next.
const SYNC_EVERY: u64 = 4;

/// What a run begins with.
#[derive(Debug)]
pub(crate) struct Beginning {
    pub(crate) feed: Feed,
    pub(crate) keeper: Option<Keeper>,
    pub(crate) before: Before,
}

/// What earlier attempts at the run came to.
#[derive(Debug)]
pub(crate) struct Before {
    pub(crate) tally: Tally,
    pub(crate) elapsed_us: u64,
}

impl Beginning {
    /// Open the journal that the settings name, if any, and begin where it says; `gap_us` and `size` are the feed's.
    pub(crate) fn of(settings: &Settings, passes: Passes, gap_us: u64, size: u64) -> Result<Self, EngineError> {
        let interval = settings.line.interval();
        let Some(wanted) = &settings.journal else {
            let tally = Tally { targets: interval.end - interval.start, ..Tally::default() };
            let before = Before { tally, elapsed_us: 0 };
            let feed = Feed::new(interval, passes, gap_us, size);
            return Ok(Self { feed, keeper: None, before });
        };
        let head = Head { line: wanted.line.clone(), interval, size };
        let (writer, standing) = Writer::open(&wanted.path, &head)?;
        // One more than threads: raw packets have a receiver beside their senders.
        let keeper = Keeper::new(writer, &standing, settings.threads.max(1) + 1)?;
        let feed = Feed::resume(&standing, passes, gap_us);
        let Standing { tally, elapsed_us, .. } = standing;
        Ok(Self { feed, keeper: Some(keeper), before: Before { tally, elapsed_us } })
    }
}

impl Shared {
    /// Begin a round of one worker: the journal is told things only between rounds. None where none is kept.
    pub(crate) fn turn(&self, worker: usize) -> Option<Turn<'_>> {
        self.keeper.as_ref().map(|keeper| keeper.turn(worker))
    }

    /// Whether a journal is kept.
    pub(crate) fn keeps(&self) -> bool {
        self.keeper.is_some()
    }

    /// A conversation with a position begins.
    pub(crate) fn begin(&self, position: u64) {
        if let Some(keeper) = &self.keeper {
            keeper.begin(position);
        }
    }

    /// A position has a verdict that becomes no row.
    pub(crate) fn settle(&self, position: u64) {
        if let Some(keeper) = &self.keeper {
            keeper.settle(position);
        }
    }

    /// A row is on its way, its verdict counted; `cut_short` if a stop ended its conversation.
    pub(crate) fn produce(&self, reply: &Reply, cut_short: bool) {
        if let Some(keeper) = &self.keeper
            && let Some(position) = self.settings.line.position_of(&reply.target)
        {
            keeper.produce(position, reply.state, cut_short);
        }
    }

    /// Microseconds of work so far, earlier attempts included.
    pub(crate) fn elapsed_ns(&self) -> u64 {
        let ended = self.ended_ns.load(Ordering::Relaxed);
        let now_ns = if ended == 0 { self.clock.now_ns() } else { ended };
        self.before.elapsed_us * 1000 + now_ns
    }
}

/// The thread that writes checkpoints.
#[derive(Debug, Default)]
pub(crate) struct Clerk {
    close: Option<Sender<bool>>,
    thread: Mutex<Vec<Thread>>,
}

impl Clerk {
    /// Start it, where a journal is kept.
    ///
    /// # Errors
    /// When the system grants no thread.
    pub(crate) fn start(shared: Arc<Shared>, counters: Vec<Arc<Counters>>) -> Result<Self, EngineError> {
        if !shared.keeps() {
            return Ok(Self::default());
        }
        let (close, closed) = bounded(1);
        let work = move || {
            let kept = keep(&shared, &counters, &closed);
            if kept.is_err() {
                shared.stop.store(true, Ordering::Relaxed);
            }
            kept
        };
        let thread = threads::start("recon-journal".to_owned(), work)?;
        Ok(Self { close: Some(close), thread: Mutex::new(vec![thread]) })
    }

    /// Have the last checkpoint written, and the end if the run `is_finished`. Once; later calls do nothing.
    ///
    /// # Errors
    /// Why the journal could not be kept.
    pub(crate) fn close(&self, is_finished: bool) -> Result<(), EngineError> {
        if let Some(close) = &self.close {
            // A thread that is gone has left its error, which join tells.
            let _ = close.try_send(is_finished);
        }
        join_all(&self.thread)
    }
}

/// Write checkpoints until told whether the run is finished.
fn keep(shared: &Shared, counters: &[Arc<Counters>], closed: &Receiver<bool>) -> Result<(), EngineError> {
    let Some(keeper) = &shared.keeper else {
        return Ok(());
    };
    let look = |whole| {
        let tally = counters::merge(counters, &shared.before.tally);
        (tally, shared.elapsed_ns() / 1000, shared.feed.cut(whole))
    };
    for number in 1.. {
        let told = closed.recv_timeout(EACH);
        keeper.checkpoint(look)?;
        if told == Ok(true) {
            keeper.finish()?;
        }
        let is_last = told != Err(RecvTimeoutError::Timeout);
        if is_last || number % SYNC_EVERY == 0 {
            keeper.sync()?;
        }
        if is_last {
            break;
        }
    }
    Ok(())
}
