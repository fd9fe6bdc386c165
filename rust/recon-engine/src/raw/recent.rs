//! Probes whose reply window is not over, in the order in which they left.

use std::collections::VecDeque;

/// Bits of a stamp that hold the pass.
const PASS_BITS: u32 = 16;

/// What was sent of late: when, in which pass, and to which position.
#[derive(Debug, Default)]
pub(super) struct Recent(VecDeque<(u64, u64)>);

impl Recent {
    /// A probe of a pass leaves at `now_us`.
    pub(super) fn note(&mut self, position: u64, pass: u32, now_us: u64) {
        self.0.push_back((now_us << PASS_BITS | u64::from(pass.min(u32::from(u16::MAX))), position));
    }

    /// Take out what left before `end_us`: positions and passes.
    pub(super) fn expire(&mut self, end_us: u64) -> impl Iterator<Item = (u64, u32)> {
        let count = self.0.partition_point(|(stamp, _)| stamp >> PASS_BITS < end_us);
        self.0.drain(..count).map(|(stamp, position)| (position, pass_of(stamp)))
    }

    /// Positions that were asked for the first time after `end_us`.
    pub(super) fn first_asked_after(&self, end_us: u64) -> impl Iterator<Item = u64> {
        let is_meant = move |stamp: u64| stamp >> PASS_BITS > end_us && pass_of(stamp) == 1;
        self.0.iter().filter(move |(stamp, _)| is_meant(*stamp)).map(|&(_, position)| position)
    }

    /// Whether anything left before `end_us`.
    pub(super) fn is_due(&self, end_us: u64) -> bool {
        self.0.front().is_some_and(|(stamp, _)| stamp >> PASS_BITS < end_us)
    }
}

fn pass_of(stamp: u64) -> u32 {
    (stamp & u64::from(u16::MAX)) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_left_long_ago_is_taken_out_with_its_pass() {
        let mut recent = Recent::default();
        recent.note(7, 1, 100);
        recent.note(8, 2, 150);
        recent.note(9, 1, 200);
        assert!(recent.is_due(101) && !recent.is_due(100));
        assert_eq!(recent.first_asked_after(120).collect::<Vec<_>>(), [9]);
        assert_eq!(recent.expire(151).collect::<Vec<_>>(), [(7, 1), (8, 2)]);
        assert_eq!(recent.expire(200).count(), 0);
    }
}
