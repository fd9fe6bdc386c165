//! Hands positions of the number line to workers, pass after pass, segment after segment.
//!
//! A segment is a stretch of the line small enough for a bit per target. Its first pass hands out every position once;
//! a later pass hands out those still silent. A segment ends when each position handed out was settled.

mod segment;
mod state;
#[cfg(test)]
mod tests;

use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::journal::Standing;
pub(crate) use segment::Segment;
pub(crate) use state::Cut;
use state::{Next, State};

/// Positions a segment for sockets: two megabytes of bits.
pub(crate) const SEGMENT: u64 = 1 << 24;
/// Positions a segment for raw packets, which must not pause between segments too often: sixteen megabytes of bits.
pub(crate) const LONG_SEGMENT: u64 = 1 << 27;
/// Positions a lease: small enough that threads end together, large enough that the lock costs nothing.
const LEASE: u64 = 256;
/// Passes added at most where answers were lost on our side.
const MORE_PASSES: u32 = 8;
/// Words of the bit map that a first pass looks at for one lease where a journal is kept, and a later pass.
const WORDS: [usize; 2] = [(LEASE / 64) as usize, 64];

/// What a worker gets when it asks for work.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Lease {
    /// These positions, once each.
    Positions(Vec<u64>),
    /// Nothing before this time in microseconds; ask again then, or sooner.
    Wait(u64),
    /// The line is done.
    Done,
}

/// How many passes there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Passes {
    /// So many.
    Just(u32),
    /// At least so many; [`Feed::decide`] says after each whether another is wanted.
    AtLeast(u32),
}

impl Passes {
    /// Passes that there are in any case, while somebody is silent.
    pub(crate) fn least(self) -> u32 {
        match self {
            Self::Just(passes) | Self::AtLeast(passes) => passes.max(1),
        }
    }
}

/// What the feed is at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stage {
    /// First position of the segment in work.
    pub(crate) segment: u64,
    /// Its pass, from 1.
    pub(crate) pass: u32,
    /// Since when, in microseconds, [`Feed::decide`] is waited for.
    pub(crate) undecided_us: Option<u64>,
}

/// One attempt to ask one position.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ticket {
    /// Position on the number line.
    pub(crate) position: u64,
    /// Local failures so far.
    pub(crate) failures: u32,
    /// The pass it belongs to.
    pub(crate) pass: u32,
}

/// The line's positions, each handed out once a pass to exactly one worker.
#[derive(Debug)]
pub(crate) struct Feed {
    end: u64,
    passes: Passes,
    gap_us: u64,
    size: u64,
    /// Whether a journal is kept.
    keeps: bool,
    /// Answers may have been lost on our side in this pass.
    lost: AtomicBool,
    /// Nothing more is handed out.
    ended: AtomicBool,
    state: Mutex<State>,
}

impl Feed {
    /// Hand out `interval` in segments of `size`, asking silent ones in `passes`, `gap_us` after the pass before ended.
    pub(crate) fn new(interval: Range<u64>, passes: Passes, gap_us: u64, size: u64) -> Self {
        let first = interval.start..interval.end.min(interval.start.saturating_add(size));
        let state = State::first(Arc::new(Segment::new(first.clone(), false)), first);
        Self::of(interval.end, passes, gap_us, size, state)
    }

    /// Go on where a journal says; first with what it says is owed.
    pub(crate) fn resume(standing: &Standing, passes: Passes, gap_us: u64) -> Self {
        let (end, size) = (standing.head.interval.end, standing.head.size);
        let map = &standing.map;
        let range = if standing.finished { end..end } else { map.start..map.end() };
        let segment = if standing.finished { Segment::new(range.clone(), true) } else { Segment::restored(map) };
        let mut state = State::first(Arc::new(segment), range);
        (state.pass, state.ahead) = (map.pass, standing.ahead.clone());
        if !standing.owed.is_empty() {
            let owed = Arc::new(Segment::some(standing.owed.iter().copied().collect()));
            state.queued = Some((std::mem::replace(&mut state.segment, owed), state.pass));
            state.pass = 1;
        }
        Self { keeps: true, ..Self::of(end, passes, gap_us, size, state) }
    }

    fn of(end: u64, passes: Passes, gap_us: u64, size: u64, state: State) -> Self {
        let (lost, ended) = (AtomicBool::new(false), AtomicBool::new(false));
        Self { end, passes, gap_us, size, keeps: false, lost, ended, state: Mutex::new(state) }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Ask for work at `now_us`.
    pub(crate) fn lease(&self, now_us: u64) -> (Lease, Arc<Segment>, u32) {
        let mut state = self.state();
        loop {
            if self.ended.load(Ordering::Relaxed) {
                return (Lease::Done, state.segment.clone(), state.pass);
            }
            if now_us < state.not_before_us {
                if state.segment.any_silent() {
                    return (Lease::Wait(state.not_before_us), state.segment.clone(), state.pass);
                }
                // Whoever was awaited has answered meanwhile: nobody is left to ask again.
                state.not_before_us = 0;
            }
            let positions = state.take();
            if !positions.is_empty() {
                return (Lease::Positions(positions), state.segment.clone(), state.pass);
            }
            if state.segment.settled() < state.handed {
                return (Lease::Wait(now_us + 1000), state.segment.clone(), state.pass);
            }
            match state.next(self, now_us) {
                Next::Pass => state.begin_pass(self, now_us),
                Next::Undecided => return (Lease::Wait(now_us + 1000), state.segment.clone(), state.pass),
                Next::Segment if state.begin_queued() => {}
                Next::Segment if state.range.end < self.end => state.begin_segment(self),
                Next::Segment => {
                    state.over = true;
                    return (Lease::Done, state.segment.clone(), state.pass);
                }
            }
        }
    }

    /// The segment of a position, while answers to it are awaited.
    pub(crate) fn segment_of(&self, position: u64) -> Option<Arc<Segment>> {
        let state = self.state();
        let all = [Some(&state.segment), state.before.as_ref(), state.owed.as_ref()];
        all.into_iter().flatten().find(|segment| segment.holds(position)).cloned()
    }

    /// Hand out nothing more: what was not asked stays so.
    pub(crate) fn end(&self) {
        self.ended.store(true, Ordering::Relaxed);
    }

    /// The reply windows of positions asked in a pass are over. Only a journal wants to know.
    pub(crate) fn finish(&self, asked: impl Iterator<Item = (u64, u32)>) {
        let state = self.state();
        let older = [state.before.as_ref(), state.owed.as_ref()];
        for (position, pass) in asked {
            if !state.segment.holds(position) {
                older.into_iter().flatten().for_each(|segment| segment.finish(position));
            } else if state.pass == pass {
                state.segment.finish(position);
            }
        }
    }

    /// Answers were lost on our side: whoever is silent then must be asked once more.
    pub(crate) fn note_loss(&self) {
        self.lost.store(true, Ordering::Relaxed);
    }

    /// Whether anybody whose answer is awaited has not answered.
    pub(crate) fn any_silent(&self) -> bool {
        let state = self.state();
        let all = [Some(&state.segment), state.before.as_ref(), state.owed.as_ref()].map(Option::<&Arc<_>>::cloned);
        drop(state);
        all.into_iter().flatten().any(|segment| segment.any_silent())
    }

    /// How many in the segment in work have not answered.
    pub(crate) fn count_silent(&self) -> u64 {
        let segment = self.state().segment.clone();
        segment.count_silent()
    }

    /// Where in the line and its passes the run is.
    pub(crate) fn stage(&self) -> Stage {
        let state = self.state();
        Stage { segment: state.range.start, pass: state.pass, undecided_us: state.undecided_us }
    }

    /// Answer the question of [`Stage::undecided_us`]: whether another pass over the silent is wanted.
    pub(crate) fn decide(&self, more: bool) {
        self.state().decision = Some(more);
    }

    /// Passes that there are in any case, while somebody is silent.
    pub(crate) fn least_passes(&self) -> u32 {
        self.passes.least()
    }

    /// First position of the segment in work: everything before it is settled.
    pub(crate) fn position(&self) -> u64 {
        let state = self.state();
        if state.over { self.end } else { state.range.start }
    }

    /// Whether the last pass over the last segment is over.
    pub(crate) fn is_over(&self) -> bool {
        self.state().over
    }

    /// What a checkpoint wants to know, all of it if it is to be `whole`; while no worker is at work.
    pub(crate) fn cut(&self, whole: bool) -> Cut {
        let mut state = self.state();
        let (owed, owed_silent) = state.owed_now();
        let (segment, pass) = state.queued.as_ref().map_or((&state.segment, state.pass), |(one, pass)| (one, *pass));
        Cut {
            start: state.range.start,
            length: segment.len(),
            pass,
            blocks: segment.cut(whole),
            owed,
            owed_silent,
            ahead: state.ahead.iter().copied().collect(),
        }
    }
}
