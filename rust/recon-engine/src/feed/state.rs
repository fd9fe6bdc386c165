//! How far a feed has come: which pass over which segment, and what follows it.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::{Feed, LEASE, MORE_PASSES, Passes, Segment, WORDS};
use crate::journal::Block;

/// How far a feed has come.
#[derive(Debug)]
pub(super) struct State {
    pub(super) segment: Arc<Segment>,
    pub(super) range: Range<u64>,
    pub(super) pass: u32,
    /// How far into the segment this pass has come.
    pub(super) next: u64,
    pub(super) handed: u64,
    pub(super) not_before_us: u64,
    /// Since when the end of this pass waits for a decision, and the decision.
    pub(super) undecided_us: Option<u64>,
    pub(super) decision: Option<bool>,
    /// The segment before this one, which late answers still belong to, and whether some are awaited there.
    pub(super) before: Option<Arc<Segment>>,
    pub(super) awaits_before: bool,
    /// What a run that goes on has to ask from the beginning; it comes first.
    pub(super) owed: Option<Arc<Segment>>,
    /// The segment that comes after what is owed, with its pass.
    pub(super) queued: Option<(Arc<Segment>, u32)>,
    /// Positions of later segments that are settled.
    pub(super) ahead: BTreeSet<u64>,
    pub(super) over: bool,
}

/// What follows a pass.
pub(super) enum Next {
    Pass,
    Segment,
    Undecided,
}

/// What a checkpoint wants to know of a feed.
#[derive(Debug)]
pub(crate) struct Cut {
    /// First position of the segment in work, its positions, and its pass.
    pub(crate) start: u64,
    pub(crate) length: u64,
    pub(crate) pass: u32,
    pub(crate) blocks: Vec<Block>,
    /// Positions of other segments that have no verdict, and how many of them count as silent.
    pub(crate) owed: Vec<u64>,
    pub(crate) owed_silent: u64,
    pub(crate) ahead: Vec<u64>,
}

impl State {
    pub(super) fn first(segment: Arc<Segment>, range: Range<u64>) -> Self {
        Self {
            segment,
            range,
            pass: 1,
            next: 0,
            handed: 0,
            not_before_us: 0,
            undecided_us: None,
            decision: None,
            before: None,
            awaits_before: false,
            owed: None,
            queued: None,
            ahead: BTreeSet::new(),
            over: false,
        }
    }

    /// The next positions of this pass; empty at its end.
    pub(super) fn take(&mut self) -> Vec<u64> {
        let is_plain = self.pass == 1 && !self.segment.keeps();
        let positions = if is_plain { self.fresh() } else { self.unsettled() };
        self.handed += positions.len() as u64;
        positions
    }

    fn fresh(&mut self) -> Vec<u64> {
        let positions = self.segment.fresh(self.next, LEASE);
        self.next += positions.len() as u64;
        positions
    }

    fn unsettled(&mut self) -> Vec<u64> {
        let (words, stride) = (self.segment.words(), WORDS[usize::from(self.pass > 1)]);
        let mut word = self.next.div_ceil(64) as usize;
        let mut positions = Vec::new();
        while positions.is_empty() && word < words {
            let until = (word + stride).min(words);
            positions = self.segment.unsettled(word..until, self.pass == 1);
            word = until;
        }
        self.next = word as u64 * 64;
        positions
    }

    /// What follows the pass that has ended.
    pub(super) fn next(&mut self, feed: &Feed, now_us: u64) -> Next {
        let lost = feed.lost.load(Ordering::Relaxed) && self.pass < feed.passes.least() + MORE_PASSES;
        if !self.segment.any_silent() {
            return Next::Segment;
        }
        if self.pass < feed.passes.least() || lost {
            return Next::Pass;
        }
        if matches!(feed.passes, Passes::Just(_)) || self.queued.is_some() {
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

    pub(super) fn begin_pass(&mut self, feed: &Feed, now_us: u64) {
        feed.lost.store(false, Ordering::Relaxed);
        self.pass += 1;
        self.segment.begin_pass();
        self.not_before_us = self.undecided_us.take().unwrap_or(now_us) + feed.gap_us;
        (self.next, self.handed, self.decision) = (0, 0, None);
    }

    /// Go on with the segment that a journal told of, once what was owed is asked; whether there is such.
    pub(super) fn begin_queued(&mut self) -> bool {
        let Some((queued, pass)) = self.queued.take() else {
            return false;
        };
        self.owed = Some(std::mem::replace(&mut self.segment, queued));
        (self.pass, self.next, self.handed) = (pass, 0, 0);
        true
    }

    pub(super) fn begin_segment(&mut self, feed: &Feed) {
        feed.lost.store(false, Ordering::Relaxed);
        let range = self.range.end..feed.end.min(self.range.end.saturating_add(feed.size));
        let later = self.ahead.split_off(&range.end);
        let segment = Segment::new(range.clone(), feed.keeps);
        for settled in std::mem::replace(&mut self.ahead, later) {
            segment.finish(settled);
        }
        self.before = Some(std::mem::replace(&mut self.segment, Arc::new(segment)));
        self.awaits_before = feed.keeps;
        (self.range, self.pass, self.next, self.handed, self.not_before_us) = (range, 1, 0, 0, 0);
        (self.undecided_us, self.decision) = (None, None);
    }

    /// Positions outside of the segment in work that have no verdict, and how many of them count as silent.
    pub(super) fn owed_now(&mut self) -> (Vec<u64>, u64) {
        if self.queued.is_some() {
            return self.segment.open_questions(self.pass == 1);
        }
        let mut owed =
            self.owed.as_ref().map(|segment| segment.unsettled(0..segment.words(), false)).unwrap_or_default();
        if let (Some(before), true) = (&self.before, self.awaits_before) {
            let awaited = before.unsettled(0..before.words(), false);
            self.awaits_before = !awaited.is_empty();
            owed.extend(awaited);
            owed.sort_unstable();
        }
        let silent = owed.len() as u64;
        (owed, silent)
    }
}
