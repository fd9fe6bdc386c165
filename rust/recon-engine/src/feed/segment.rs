//! The bits of one segment: who is silent, and, where a journal is kept, who is settled in this pass. Knows no pass.

use std::ops::Range;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use crate::journal::{Block, Map, WORDS};

/// Positions a block.
const BLOCK: u64 = 64 * WORDS as u64;

/// Which positions a segment holds, in their order.
#[derive(Debug)]
enum Place {
    /// Each one of a range.
    Range(Range<u64>),
    /// Single ones, ascending.
    Some(Vec<u64>),
}

impl Place {
    fn len(&self) -> u64 {
        match self {
            Self::Range(range) => range.end - range.start,
            Self::Some(positions) => positions.len() as u64,
        }
    }

    fn offset(&self, position: u64) -> Option<u64> {
        match self {
            Self::Range(range) => range.contains(&position).then(|| position - range.start),
            Self::Some(positions) => positions.binary_search(&position).ok().map(|offset| offset as u64),
        }
    }

    fn position(&self, offset: u64) -> u64 {
        match self {
            Self::Range(range) => range.start + offset,
            Self::Some(positions) => positions[offset as usize],
        }
    }
}

/// What only a journal wants to know.
#[derive(Debug)]
struct Kept {
    /// Set once a position is settled in this pass.
    done: Vec<AtomicU64>,
    /// Which blocks have changed since the last cut.
    dirty: Vec<AtomicBool>,
}

impl Kept {
    fn new(length: u64) -> Self {
        let dirty = std::iter::repeat_with(AtomicBool::default).take(length.div_ceil(BLOCK) as usize).collect();
        Self { done: words(length), dirty }
    }

    fn soil(&self, offset: u64) {
        let dirty = &self.dirty[(offset / BLOCK) as usize];
        // Reading first keeps the line shared among the threads that write it.
        if !dirty.load(Ordering::Relaxed) {
            dirty.store(true, Ordering::Relaxed);
        }
    }
}

/// The bits of one segment.
#[derive(Debug)]
pub(crate) struct Segment {
    place: Place,
    silent: Vec<AtomicU64>,
    kept: Option<Kept>,
    settled: AtomicU64,
}

impl Segment {
    /// A stretch of the line; `keeps` says whether a journal is kept.
    pub(super) fn new(range: Range<u64>, keeps: bool) -> Self {
        Self::of(Place::Range(range), keeps)
    }

    /// Single positions, ascending.
    pub(super) fn some(positions: Vec<u64>) -> Self {
        Self::of(Place::Some(positions), true)
    }

    /// A segment as a journal tells it.
    pub(super) fn restored(map: &Map) -> Self {
        let mut segment = Self::new(map.start..map.end(), true);
        segment.silent = map.silent.iter().copied().map(AtomicU64::new).collect();
        if let Some(kept) = &mut segment.kept {
            kept.done = map.done.iter().copied().map(AtomicU64::new).collect();
        }
        segment
    }

    fn of(place: Place, keeps: bool) -> Self {
        let length = place.len();
        let kept = keeps.then(|| Kept::new(length));
        Self { place, silent: words(length), kept, settled: AtomicU64::new(0) }
    }

    /// Its positions.
    pub(super) fn len(&self) -> u64 {
        self.place.len()
    }

    /// Its words of 64 positions.
    pub(super) fn words(&self) -> usize {
        self.silent.len()
    }

    /// Whether a position is of this segment.
    pub(crate) fn holds(&self, position: u64) -> bool {
        self.place.offset(position).is_some()
    }

    /// Mark a position of this segment silent, or heard. Returns whether that changed anything.
    pub(crate) fn mark(&self, position: u64, silent: bool) -> bool {
        let Some(offset) = self.place.offset(position) else {
            return false;
        };
        let bit = 1 << (offset % 64);
        let word = &self.silent[(offset / 64) as usize];
        let before =
            if silent { word.fetch_or(bit, Ordering::Relaxed) } else { word.fetch_and(!bit, Ordering::Relaxed) };
        let changed = (before & bit != 0) != silent;
        if let (Some(kept), true) = (&self.kept, changed) {
            kept.soil(offset);
        }
        changed
    }

    /// Whether a position of this segment is silent so far.
    pub(crate) fn is_silent(&self, position: u64) -> bool {
        let word = |offset: u64| self.silent[(offset / 64) as usize].load(Ordering::Relaxed);
        self.place.offset(position).is_some_and(|offset| word(offset) >> (offset % 64) & 1 == 1)
    }

    /// A position needs nothing more in this pass. Only a journal wants to know.
    pub(crate) fn finish(&self, position: u64) {
        if let (Some(kept), Some(offset)) = (&self.kept, self.place.offset(position)) {
            kept.done[(offset / 64) as usize].fetch_or(1 << (offset % 64), Ordering::Relaxed);
            kept.soil(offset);
        }
    }

    /// Report that `count` positions handed out in this pass need nothing more.
    pub(crate) fn settle(&self, count: u64) {
        self.settled.fetch_add(count, Ordering::Release);
    }

    /// Positions reported in this pass.
    pub(super) fn settled(&self) -> u64 {
        self.settled.load(Ordering::Acquire)
    }

    /// The next pass begins: nobody is settled in it.
    pub(super) fn begin_pass(&self) {
        self.settled.store(0, Ordering::Release);
        for word in self.kept.iter().flat_map(|kept| &kept.done) {
            word.store(0, Ordering::Relaxed);
        }
    }

    pub(super) fn any_silent(&self) -> bool {
        self.silent.iter().any(|word| word.load(Ordering::Relaxed) != 0)
    }

    pub(super) fn count_silent(&self) -> u64 {
        self.silent.iter().map(|word| u64::from(word.load(Ordering::Relaxed).count_ones())).sum()
    }

    /// Positions from `offset` on, `most` at most, whoever they are.
    pub(super) fn fresh(&self, offset: u64, most: u64) -> Vec<u64> {
        (offset..self.len().min(offset + most)).map(|offset| self.place.position(offset)).collect()
    }

    /// Whether some may be settled before the pass comes to them.
    pub(super) fn keeps(&self) -> bool {
        self.kept.is_some()
    }

    /// Those in `words` that are not settled in this pass, and silent unless it is the `first`.
    pub(super) fn unsettled(&self, words: Range<usize>, first: bool) -> Vec<u64> {
        let mut positions = Vec::new();
        for index in words {
            let asked = if first { u64::MAX } else { self.silent[index].load(Ordering::Relaxed) };
            self.push(index, asked & !self.done(index), &mut positions);
        }
        positions
    }

    /// Everybody who has no verdict, silence included; of them, how many are silent.
    pub(super) fn open_questions(&self, first: bool) -> (Vec<u64>, u64) {
        let (mut positions, mut silent) = (Vec::new(), 0);
        for index in 0..self.words() {
            let mute = self.silent[index].load(Ordering::Relaxed);
            silent += u64::from(mute.count_ones());
            self.push(index, if first { mute | !self.done(index) } else { mute }, &mut positions);
        }
        (positions, silent)
    }

    fn done(&self, index: usize) -> u64 {
        self.kept.as_ref().map_or(0, |kept| kept.done[index].load(Ordering::Relaxed))
    }

    /// The positions of the bits of a word, as far as there are such.
    fn push(&self, index: usize, mut word: u64, positions: &mut Vec<u64>) {
        let first = index as u64 * 64;
        while word != 0 {
            let offset = first + u64::from(word.trailing_zeros());
            if offset >= self.len() {
                return;
            }
            positions.push(self.place.position(offset));
            word &= word - 1;
        }
    }

    /// The blocks that changed since the last cut, or all that are not blank; each is told once.
    pub(super) fn cut(&self, whole: bool) -> Vec<Block> {
        let Some(kept) = &self.kept else {
            return Vec::new();
        };
        let changed = |index: &usize| kept.dirty[*index].swap(false, Ordering::Relaxed) || whole;
        let blocks = (0..kept.dirty.len()).filter(changed).map(|index| self.block(kept, index));
        blocks.filter(|block| !whole || !block.is_blank()).collect()
    }

    fn block(&self, kept: &Kept, index: usize) -> Block {
        let first = index * WORDS;
        let copy = |words: &[AtomicU64]| {
            let mut copy = [0; WORDS];
            copy.iter_mut().zip(&words[first..]).for_each(|(to, from)| *to = from.load(Ordering::Relaxed));
            copy
        };
        Block { index: index as u32, silent: copy(&self.silent), done: copy(&kept.done) }
    }
}

fn words(length: u64) -> Vec<AtomicU64> {
    std::iter::repeat_with(AtomicU64::default).take(length.div_ceil(64) as usize).collect()
}
