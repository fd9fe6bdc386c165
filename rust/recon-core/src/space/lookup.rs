//! Which block holds an index, in constant time for the usual lines. It sees block starts only.

use super::Block;

/// A table over equal stretches of the line: the first block that each stretch can lie in.
#[derive(Clone, Debug)]
pub(super) struct Lookup {
    shift: u32,
    /// One entry a stretch and one more; at most four times the number of blocks.
    first_block: Vec<u32>,
}

impl Lookup {
    /// Builds the table for blocks whose starts ascend from zero and end before `len`.
    pub(super) fn new(blocks: &[Block], len: u64) -> Self {
        let wanted_bits = u64::BITS - (2 * blocks.len() as u64).leading_zeros();
        let len_bits = u64::BITS - len.saturating_sub(1).leading_zeros();
        let shift = len_bits.saturating_sub(wanted_bits);
        let stretches = (len.saturating_sub(1) >> shift) + 1;
        let first_block = (0..=stretches).map(|stretch| holding(blocks, stretch << shift)).collect();
        Self { shift, first_block }
    }

    /// The place of the block that holds `index`, which must be on the line.
    #[inline]
    pub(super) fn block_of(&self, blocks: &[Block], index: u64) -> usize {
        let stretch = (index >> self.shift) as usize;
        let first = self.first_block[stretch] as usize;
        let last = self.first_block[stretch + 1] as usize;
        if first == last {
            return first;
        }
        first + holding(&blocks[first..=last], index) as usize
    }
}

/// The last block that does not start after `index`.
fn holding(blocks: &[Block], index: u64) -> u32 {
    let after = blocks.partition_point(|block| block.start <= index);
    after.saturating_sub(1) as u32
}
