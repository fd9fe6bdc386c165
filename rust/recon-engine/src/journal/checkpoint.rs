//! The frame of a checkpoint: a consistent cut of the counters and of what is settled. Holds only what changed since the
//! one before, in blocks of positions, unless it is whole.

use std::borrow::Cow;

use recon_core::tally::Tally;

use super::MOST_SEGMENT;
use super::bytes::{Bytes, put_positions, put_text, put_u32, put_u64};

/// Words of 64 positions a block.
pub const WORDS: usize = 64;
/// How the words of a block are written.
const ZEROS: u8 = 0;
const ONES: u8 = 1;
const LITERAL: u8 = 2;
/// Bytes that the shortest block takes: its index and two ways of writing.
const LEAST_BLOCK: usize = 6;
/// Blocks of the largest segment.
const MOST_BLOCKS: usize = (MOST_SEGMENT / (64 * WORDS as u64)) as usize;
/// Bytes that the shortest count of a local failure takes.
const LEAST_ERROR: usize = 12;

/// What is known of 4,096 positions of a segment, a bit each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// Which of the segment's blocks.
    pub index: u32,
    /// Silent so far.
    pub silent: [u64; WORDS],
    /// Settled in this pass.
    pub done: [u64; WORDS],
}

impl Block {
    /// Whether nothing is known of any position.
    pub(crate) fn is_blank(&self) -> bool {
        self.silent.iter().chain(&self.done).all(|&word| word == 0)
    }
}

/// A cut. Its counts leave out what is retracted or owed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Checkpoint {
    /// Counts so far.
    pub tally: Tally,
    /// Microseconds of work so far, over all attempts.
    pub elapsed_us: u64,
    /// Rows so far.
    pub rows: u64,
    /// First position of the segment in work.
    pub start: u64,
    /// Its positions.
    pub length: u64,
    /// Its pass, from 1.
    pub pass: u32,
    /// Positions with an answer whose row is not acknowledged, of any segment.
    pub retracted: Vec<u64>,
    /// Positions of earlier segments that are to be asked from the beginning.
    pub owed: Vec<u64>,
    /// Positions of later segments that are settled.
    pub ahead: Vec<u64>,
    /// What changed in the segment in work.
    pub blocks: Vec<Block>,
}

impl Checkpoint {
    /// The payload of a frame.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Vec::new();
        for value in self.counts() {
            put_u64(&mut out, value);
        }
        put_u32(&mut out, self.pass);
        put_u32(&mut out, self.tally.errors.len() as u32);
        for (name, &count) in &self.tally.errors {
            put_text(&mut out, name);
            put_u64(&mut out, count);
        }
        for positions in [&self.retracted, &self.owed, &self.ahead] {
            put_positions(&mut out, positions);
        }
        put_u32(&mut out, self.blocks.len() as u32);
        for block in &self.blocks {
            put_block(&mut out, block);
        }
        out
    }

    fn counts(&self) -> [u64; 12] {
        let tally = &self.tally;
        let states = [tally.open, tally.closed, tally.unreachable, tally.silent, tally.unknown];
        let [open, closed, unreachable, silent, unknown] = states;
        let whole = [tally.targets, tally.sent, tally.drops];
        let [targets, sent, drops] = whole;
        let (elapsed, rows, start, length) = (self.elapsed_us, self.rows, self.start, self.length);
        [targets, sent, drops, open, closed, unreachable, silent, unknown, elapsed, rows, start, length]
    }

    /// Read a payload; none when it is none.
    #[must_use]
    pub fn read(payload: &[u8]) -> Option<Self> {
        let mut bytes = Bytes(payload);
        let mut counts = [0; 12];
        for count in &mut counts {
            *count = bytes.u64()?;
        }
        let [targets, sent, drops, open, closed, unreachable, silent, unknown, elapsed_us, rows, start, length] =
            counts;
        let pass = bytes.u32()?;
        let error = |bytes: &mut Bytes<'_>| Some((Cow::Owned(bytes.text()?), bytes.u64()?));
        let errors = (0..bytes.count(LEAST_ERROR)?).map(|_| error(&mut bytes)).collect::<Option<_>>()?;
        let settled = [open, closed, unreachable, silent, unknown].into_iter().fold(0, u64::saturating_add);
        let in_flight = 0;
        let tally =
            Tally { targets, settled, sent, open, closed, unreachable, silent, unknown, in_flight, drops, errors };
        let (retracted, owed, ahead) = (bytes.positions()?, bytes.positions()?, bytes.positions()?);
        let count = bytes.count(LEAST_BLOCK).filter(|&count| count <= MOST_BLOCKS)?;
        let blocks = (0..count).map(|_| block(&mut bytes)).collect::<Option<_>>()?;
        Some(Self { tally, elapsed_us, rows, start, length, pass, retracted, owed, ahead, blocks })
    }
}

fn put_block(out: &mut Vec<u8>, block: &Block) {
    put_u32(out, block.index);
    for words in [&block.silent, &block.done] {
        let way = way_of(words);
        out.push(way);
        if way == LITERAL {
            for &word in words {
                put_u64(out, word);
            }
        }
    }
}

fn way_of(words: &[u64; WORDS]) -> u8 {
    let all = |value| words.iter().all(|&word| word == value);
    match words[0] {
        0 if all(0) => ZEROS,
        u64::MAX if all(u64::MAX) => ONES,
        _ => LITERAL,
    }
}

fn block(bytes: &mut Bytes<'_>) -> Option<Block> {
    Some(Block { index: bytes.u32()?, silent: words(bytes)?, done: words(bytes)? })
}

fn words(bytes: &mut Bytes<'_>) -> Option<[u64; WORDS]> {
    match bytes.u8()? {
        ZEROS => Some([0; WORDS]),
        ONES => Some([u64::MAX; WORDS]),
        LITERAL => {
            let mut words = [0; WORDS];
            for word in &mut words {
                *word = bytes.u64()?;
            }
            Some(words)
        }
        _ => None,
    }
}
