//! Hands positions of the number line to workers, pass after pass, segment after segment.
//!
//! A segment is a stretch of the line small enough for a bit per target. Its first pass hands out every position once;
//! a later pass hands out those still silent. A segment ends when each position handed out was settled.

use std::ops::Range;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// Positions a segment for sockets: two megabytes of bits.
pub(crate) const SEGMENT: u64 = 1 << 24;
/// Positions a segment for raw packets, which must not pause between segments too often: sixteen megabytes of bits.
pub(crate) const LONG_SEGMENT: u64 = 1 << 27;
/// Positions a lease: small enough that threads end together, large enough that the lock costs nothing.
const LEASE: u64 = 256;
/// Passes added at most where answers were lost on our side.
const MORE_PASSES: u32 = 8;
/// Words of the bit map that a later pass looks at for one lease.
const WORDS: usize = 64;

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

/// The bits of one segment: set while a position is silent.
#[derive(Debug)]
pub(crate) struct Segment {
    start: u64,
    length: u64,
    silent: Vec<AtomicU64>,
    settled: AtomicU64,
}

impl Segment {
    fn new(range: &Range<u64>) -> Self {
        let words = (range.end - range.start).div_ceil(64) as usize;
        let silent = std::iter::repeat_with(|| AtomicU64::new(0)).take(words).collect();
        Self { start: range.start, length: range.end - range.start, silent, settled: AtomicU64::new(0) }
    }

    /// Whether a position is of this segment.
    pub(crate) fn holds(&self, position: u64) -> bool {
        position.checked_sub(self.start).is_some_and(|offset| offset < self.length)
    }

    /// Mark a position silent, or heard. Returns whether that changed anything.
    pub(crate) fn mark(&self, position: u64, silent: bool) -> bool {
        let offset = position - self.start;
        let bit = 1 << (offset % 64);
        let word = &self.silent[(offset / 64) as usize];
        let before =
            if silent { word.fetch_or(bit, Ordering::Relaxed) } else { word.fetch_and(!bit, Ordering::Relaxed) };
        (before & bit != 0) != silent
    }

    /// Report that `count` positions handed out in this pass need nothing more.
    pub(crate) fn settle(&self, count: u64) {
        self.settled.fetch_add(count, Ordering::Release);
    }

    fn any_silent(&self) -> bool {
        self.silent.iter().any(|word| word.load(Ordering::Relaxed) != 0)
    }

    fn count_silent(&self) -> u64 {
        self.silent.iter().map(|word| u64::from(word.load(Ordering::Relaxed).count_ones())).sum()
    }

    fn silent_in(&self, words: Range<usize>) -> Vec<u64> {
        let mut positions = Vec::new();
        for index in words {
            let mut word = self.silent[index].load(Ordering::Relaxed);
            while word != 0 {
                positions.push(self.start + index as u64 * 64 + u64::from(word.trailing_zeros()));
                word &= word - 1;
            }
        }
        positions
    }
}

#[derive(Debug)]
struct State {
    segment: Arc<Segment>,
    /// The one before it, which late answers still belong to.
    before: Option<Arc<Segment>>,
    range: Range<u64>,
    pass: u32,
    next: u64,
    handed: u64,
    not_before_us: u64,
    /// Since when the end of this pass waits for a decision, and the decision.
    undecided_us: Option<u64>,
    decision: Option<bool>,
    done: bool,
}

/// What follows a pass.
enum Next {
    Pass,
    Segment,
    Undecided,
}

/// The line's positions, each handed out once a pass to exactly one worker.
#[derive(Debug)]
pub(crate) struct Feed {
    end: u64,
    passes: Passes,
    gap_us: u64,
    size: u64,
    /// Answers may have been lost on our side in this pass.
    lost: AtomicBool,
    /// Nothing more is handed out.
    ended: AtomicBool,
    state: Mutex<State>,
}

impl Feed {
    /// Hand out `interval` in segments of `size`, asking silent ones in `passes`, `gap_us` after the pass before ended.
    pub(crate) fn new(interval: Range<u64>, passes: Passes, gap_us: u64, size: u64) -> Self {
        let state = Mutex::new(State::first(interval.start, interval.end, size));
        Self {
            end: interval.end,
            passes,
            gap_us,
            size,
            lost: AtomicBool::new(false),
            ended: AtomicBool::new(false),
            state,
        }
    }

    /// Ask for work at `now_us`.
    pub(crate) fn lease(&self, now_us: u64) -> (Lease, Arc<Segment>, u32) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
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
            if state.segment.settled.load(Ordering::Acquire) < state.handed {
                return (Lease::Wait(now_us + 1000), state.segment.clone(), state.pass);
            }
            match state.next(self, now_us) {
                Next::Pass => state.begin_pass(self, now_us),
                Next::Undecided => return (Lease::Wait(now_us + 1000), state.segment.clone(), state.pass),
                Next::Segment if state.range.end < self.end => state.begin_segment(self),
                Next::Segment => {
                    state.done = true;
                    return (Lease::Done, state.segment.clone(), state.pass);
                }
            }
        }
    }

    /// The segment of a position, while answers to it are awaited.
    pub(crate) fn segment_of(&self, position: u64) -> Option<Arc<Segment>> {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let both = [Some(&state.segment), state.before.as_ref()];
        both.into_iter().flatten().find(|segment| segment.holds(position)).cloned()
    }

    /// Hand out nothing more: what was not asked stays so.
    pub(crate) fn end(&self) {
        self.ended.store(true, Ordering::Relaxed);
    }

    /// Answers were lost on our side: whoever is silent then must be asked once more.
    pub(crate) fn note_loss(&self) {
        self.lost.store(true, Ordering::Relaxed);
    }

    /// Whether anybody in the segment in work has not answered.
    pub(crate) fn any_silent(&self) -> bool {
        self.segment().any_silent()
    }

    /// How many in the segment in work have not answered.
    pub(crate) fn count_silent(&self) -> u64 {
        self.segment().count_silent()
    }

    /// Where in the line and its passes the run is.
    pub(crate) fn stage(&self) -> Stage {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        Stage { segment: state.range.start, pass: state.pass, undecided_us: state.undecided_us }
    }

    /// Answer the question of [`Stage::undecided_us`]: whether another pass over the silent is wanted.
    pub(crate) fn decide(&self, more: bool) {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).decision = Some(more);
    }

    /// Passes that there are in any case, while somebody is silent.
    pub(crate) fn least_passes(&self) -> u32 {
        self.passes.least()
    }

    fn segment(&self) -> Arc<Segment> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).segment.clone()
    }

    /// First position of the segment in work: everything before it is settled.
    pub(crate) fn position(&self) -> u64 {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.done { self.end } else { state.range.start }
    }
}

impl State {
    fn first(start: u64, end: u64, size: u64) -> Self {
        let range = start..end.min(start.saturating_add(size));
        let segment = Arc::new(Segment::new(&range));
        Self {
            segment,
            before: None,
            next: start,
            range,
            pass: 1,
            handed: 0,
            not_before_us: 0,
            undecided_us: None,
            decision: None,
            done: false,
        }
    }

    /// The next positions of this pass; empty at its end.
    fn take(&mut self) -> Vec<u64> {
        let positions = if self.pass == 1 { self.fresh() } else { self.silent() };
        self.handed += positions.len() as u64;
        positions
    }

    fn fresh(&mut self) -> Vec<u64> {
        let until = (self.next + LEASE).min(self.range.end);
        let positions = (self.next..until).collect();
        self.next = until;
        positions
    }

    fn silent(&mut self) -> Vec<u64> {
        let words = self.segment.silent.len();
        let mut word = (self.next - self.range.start).div_ceil(64) as usize;
        let mut positions = Vec::new();
        while positions.is_empty() && word < words {
            let until = (word + WORDS).min(words);
            positions = self.segment.silent_in(word..until);
            word = until;
        }
        self.next = self.range.start + word as u64 * 64;
        positions
    }

    /// What follows the pass that has ended.
    fn next(&mut self, feed: &Feed, now_us: u64) -> Next {
        let lost = feed.lost.load(Ordering::Relaxed) && self.pass < feed.passes.least() + MORE_PASSES;
        if !self.segment.any_silent() {
            return Next::Segment;
        }
        if self.pass < feed.passes.least() || lost {
            return Next::Pass;
        }
        if matches!(feed.passes, Passes::Just(_)) {
            return Next::Segment;
        }
        match self.decision.take() {
            Some(true) => Next::Pass,
            Some(false) => Next::Segment,
            None => {
                self.undecided_us.get_or_insert(now_us);
                Next::Undecided
            }
        }
    }

    fn begin_pass(&mut self, feed: &Feed, now_us: u64) {
        feed.lost.store(false, Ordering::Relaxed);
        self.pass += 1;
        self.next = self.range.start;
        self.handed = 0;
        self.segment.settled.store(0, Ordering::Release);
        self.not_before_us = self.undecided_us.take().unwrap_or(now_us) + feed.gap_us;
        self.decision = None;
    }

    fn begin_segment(&mut self, feed: &Feed) {
        feed.lost.store(false, Ordering::Relaxed);
        let before = self.segment.clone();
        *self = Self { before: Some(before), ..Self::first(self.range.end, feed.end, feed.size) };
    }
}

#[cfg(test)]
mod tests;
