//! What the frames of a journal add up to: counts, and what is still to be asked. Pure: no file is touched.

use std::collections::BTreeSet;

use recon_core::reply::State;
use recon_core::tally::Tally;

use super::MOST_SEGMENT;
use super::checkpoint::{Block, Checkpoint, WORDS};
use super::head::Head;
use super::rows::Settled;

/// The segment in work: two bits a position.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Map {
    /// Its first position.
    pub start: u64,
    /// Its positions.
    pub length: u64,
    /// Its pass, from 1.
    pub pass: u32,
    /// Silent so far.
    pub silent: Vec<u64>,
    /// Settled in this pass.
    pub done: Vec<u64>,
}

impl Map {
    fn blank(start: u64, length: u64, pass: u32) -> Self {
        let words = vec![0; length.div_ceil(64) as usize];
        Self { start, length, pass, silent: words.clone(), done: words }
    }

    /// The first position behind it.
    #[must_use]
    pub fn end(&self) -> u64 {
        self.start + self.length
    }

    fn offset(&self, position: u64) -> Option<u64> {
        position.checked_sub(self.start).filter(|&offset| offset < self.length)
    }

    fn is_silent(&self, offset: u64) -> bool {
        self.silent[(offset / 64) as usize] >> (offset % 64) & 1 == 1
    }

    fn is_done(&self, offset: u64) -> bool {
        self.done[(offset / 64) as usize] >> (offset % 64) & 1 == 1
    }

    fn set(&mut self, offset: u64, silent: bool, done: bool) {
        for (words, value) in [(&mut self.silent, silent), (&mut self.done, done)] {
            let word = &mut words[(offset / 64) as usize];
            *word = *word & !(1 << (offset % 64)) | u64::from(value) << (offset % 64);
        }
    }

    /// Take over what a block says; none when there is no such block.
    fn lay(&mut self, block: &Block) -> Option<()> {
        let first = block.index as usize * WORDS;
        let last = self.silent.len().min(first + WORDS);
        let count = last.checked_sub(first).filter(|&count| count > 0)?;
        self.silent[first..last].copy_from_slice(&block.silent[..count]);
        self.done[first..last].copy_from_slice(&block.done[..count]);
        Some(())
    }
}

/// Where a run stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// What the journal is of.
    pub head: Head,
    /// Counts so far; what is retracted or owed is in none of the states.
    pub tally: Tally,
    /// Microseconds of work so far.
    pub elapsed_us: u64,
    /// Rows so far.
    pub rows: u64,
    /// The segment in work.
    pub map: Map,
    /// Positions with an answer whose row was not acknowledged.
    pub retracted: BTreeSet<u64>,
    /// Positions of earlier segments that are to be asked from the beginning.
    pub owed: BTreeSet<u64>,
    /// Positions of later segments that are settled.
    pub ahead: BTreeSet<u64>,
    /// Nothing more is to be asked.
    pub finished: bool,
    /// Bytes at the end that are no whole frame.
    pub torn: u64,
}

impl Standing {
    /// Nothing was asked yet.
    #[must_use]
    pub fn new(head: Head) -> Self {
        let length = (head.interval.end - head.interval.start).min(head.size);
        let tally = Tally { targets: head.interval.end - head.interval.start, ..Tally::default() };
        let map = Map::blank(head.interval.start, length, 1);
        let (retracted, owed, ahead) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
        Self { head, tally, elapsed_us: 0, rows: 0, map, retracted, owed, ahead, finished: false, torn: 0 }
    }

    /// `rows` more rows, which settle these positions.
    pub(super) fn on_rows(&mut self, settled: &[Settled], rows: u64) {
        self.rows = self.rows.saturating_add(rows);
        for one in settled {
            self.settle(*one);
        }
    }

    /// A checkpoint, `whole` or on top of what is known. None when it cannot be one of this journal.
    pub(super) fn on_checkpoint(&mut self, cut: Checkpoint, whole: bool) -> Option<()> {
        let end = cut.start.checked_add(cut.length)?;
        let inside = self.head.interval.start <= cut.start && end <= self.head.interval.end;
        if !inside || cut.length > MOST_SEGMENT || cut.pass == 0 {
            return None;
        }
        if whole || (cut.start, cut.length) != (self.map.start, self.map.length) {
            self.map = Map::blank(cut.start, cut.length, cut.pass);
        } else if cut.pass != self.map.pass {
            self.map.pass = cut.pass;
            self.map.done.fill(0);
        }
        cut.blocks.iter().try_for_each(|block| self.map.lay(block))?;
        (self.tally, self.elapsed_us, self.rows) = (cut.tally, cut.elapsed_us, cut.rows);
        self.retracted = cut.retracted.into_iter().collect();
        self.owed = cut.owed.into_iter().collect();
        self.ahead = cut.ahead.into_iter().collect();
        Some(())
    }

    /// The positions with an answer that was never acknowledged are asked again: in their pass, or as owed ones.
    pub fn take_back(&mut self) {
        for position in std::mem::take(&mut self.retracted) {
            let Some(offset) = self.map.offset(position) else {
                self.owed.insert(position);
                continue;
            };
            let was_asked = self.map.pass > 1;
            self.map.set(offset, was_asked, false);
            if was_asked {
                self.tally.count(State::Silent);
            }
        }
    }

    /// A position whose row stands in the journal; counted once.
    fn settle(&mut self, Settled { position, state }: Settled) {
        let was_out = self.retracted.remove(&position) | self.owed.remove(&position);
        let Some(offset) = self.map.offset(position) else {
            let is_later = position >= self.map.end() && position < self.head.interval.end;
            if was_out || (is_later && self.ahead.insert(position)) {
                self.tally.count(state);
            }
            return;
        };
        if !was_out && self.map.is_silent(offset) {
            self.tally.take_back(State::Silent);
        } else if !was_out && self.map.is_done(offset) {
            return;
        }
        self.map.set(offset, state == State::Silent, true);
        self.tally.count(state);
    }
}
