//! The walk over a space: position to target, in the order of a seed, one shard's part of it.
//! The same space and seed give the same target at a position, always.

use std::ops::Range;

use crate::shuffle::Shuffle;
use crate::space::{Space, Target};
use crate::word::WordError;

/// A shuffled space and the interval of positions that one shard walks.
#[derive(Clone, Debug)]
pub struct Line {
    space: Space,
    shuffle: Shuffle,
    interval: Range<u64>,
}

impl Line {
    /// Puts a space in the order of `seed`; `shard` is (i, n), i from 0.
    ///
    /// # Errors
    /// When the space is empty, or the shard is not one of n.
    pub fn new(space: Space, seed: u64, shard: (u64, u64)) -> Result<Self, WordError> {
        if space.is_empty() {
            let why = "nothing is left to sweep after exclusions and special-purpose ranges";
            return Err(WordError::new("targets", why, "127.0.0.1"));
        }
        let interval = shard_interval(space.len(), shard)?;
        let shuffle = Shuffle::new(space.len(), seed);
        Ok(Self { space, shuffle, interval })
    }

    /// The positions of this shard: `[i·M/n, (i+1)·M/n)`.
    #[must_use]
    pub fn interval(&self) -> Range<u64> {
        self.interval.clone()
    }

    /// Returns the target at a position of the whole line, whichever shard it belongs to.
    ///
    /// # Panics
    /// When `position` is not below the length of the space.
    #[must_use]
    #[inline]
    pub fn at(&self, position: u64) -> Target {
        self.space.get(self.shuffle.at(position))
    }

    /// Returns the position of a target; none when the space does not hold it.
    #[must_use]
    pub fn position_of(&self, target: &Target) -> Option<u64> {
        let index = self.space.index_of(target)?;
        Some(self.shuffle.position_of(index))
    }

    /// The space that is walked.
    #[must_use]
    pub fn space(&self) -> &Space {
        &self.space
    }
}

fn shard_interval(len: u64, (shard, shards): (u64, u64)) -> Result<Range<u64>, WordError> {
    if shard >= shards {
        let why = "a shard is i/n with n at least 1 and i from 0 to n-1";
        return Err(WordError::new(&format!("{shard}/{shards}"), why, "0/2"));
    }
    let bound = |part: u64| (u128::from(part) * u128::from(len) / u128::from(shards)) as u64;
    Ok(bound(shard)..bound(shard + 1))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;
    use crate::parse_ports::PortSet;
    use crate::parse_targets::parse_target;
    use crate::space::SpaceBuilder;

    fn space(word: &str) -> Space {
        let mut builder = SpaceBuilder::new(PortSet::parse("22,80").unwrap());
        builder.add(&parse_target(word).unwrap()).unwrap();
        builder.build().unwrap()
    }

    #[test]
    fn shards_meet_without_gap_even_at_the_limit() {
        for len in [1, 2, 7, 100, 1 << 63] {
            for shards in [1, 2, 7, 1000, u64::MAX] {
                assert_eq!(shard_interval(len, (0, shards)).unwrap().start, 0);
                assert_eq!(shard_interval(len, (shards - 1, shards)).unwrap().end, len);
            }
            let parts = (0..7).map(|shard| shard_interval(len, (shard, 7)).unwrap());
            parts.reduce(|before, after| {
                assert_eq!(before.end, after.start);
                after
            });
        }
    }

    #[test]
    fn a_wrong_shard_and_an_empty_space_are_refused() {
        assert_eq!(Line::new(space("10.0.0.1"), 1, (2, 2)).unwrap_err().word, "2/2");
        assert!(Line::new(space("10.0.0.1"), 1, (0, 0)).is_err());
        let empty = SpaceBuilder::new(PortSet::parse("22").unwrap()).build().unwrap();
        assert!(Line::new(empty, 1, (0, 1)).unwrap_err().why.contains("nothing is left"));
    }

    #[test]
    fn a_position_is_found_again_by_its_target() {
        let line = Line::new(space("10.0.0.0/24"), 5, (0, 1)).unwrap();
        for position in line.interval() {
            assert_eq!(line.position_of(&line.at(position)), Some(position));
        }
    }
}
