//! RSTs owed to targets that are done with, in an even stream: answers are read in heaps, but what leaves in heaps
//! overflows short queues on the path. Never keeps one for long.

use std::collections::VecDeque;

use recon_core::tcp::Outgoing;

use super::streams::Tuple;

/// RSTs that may wait; beyond, the oldest leave at once.
const MOST_OWED: usize = 4096;
/// They leave by so much faster than the probes whose answers they are owed to.
const FASTER: f64 = 0.8;
/// A late wake-up may be made up for by so much, in nanoseconds.
const SLACK_NS: u64 = 200_000;

/// RSTs in the order they are owed.
#[derive(Debug, Default)]
pub(super) struct Resets {
    owed: VecDeque<(Tuple, Outgoing<'static>)>,
    next_ns: u64,
}

impl Resets {
    /// Owe one.
    pub(super) fn push(&mut self, tuple: Tuple, reset: Outgoing<'static>) {
        self.owed.push_back((tuple, reset));
    }

    /// One that may leave at `now_ns`, when probes leave every `interval_ns`; zero is no pace at all.
    pub(super) fn pop(&mut self, now_ns: u64, interval_ns: u64) -> Option<(Tuple, Outgoing<'static>)> {
        let is_crowded = self.owed.len() > MOST_OWED;
        if !is_crowded && interval_ns > 0 && now_ns < self.next_ns {
            return None;
        }
        self.next_ns = self.next_ns.max(now_ns.saturating_sub(SLACK_NS)) + (interval_ns as f64 * FASTER) as u64;
        self.owed.pop_front()
    }

    /// When the next may leave, in microseconds; none when none is owed.
    pub(super) fn next_us(&self) -> Option<u64> {
        (!self.owed.is_empty()).then_some(self.next_ns.div_ceil(1000))
    }

    /// All that are left.
    pub(super) fn take(&mut self) -> VecDeque<(Tuple, Outgoing<'static>)> {
        std::mem::take(&mut self.owed)
    }
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use recon_core::wire::Flags;

    use super::*;

    fn heap(count: u16) -> Resets {
        let mut resets = Resets::default();
        let addr = IpAddr::from([192, 0, 2, 1]);
        (0..count).for_each(|port| resets.push((addr, port, 1), Outgoing::bare(u32::from(port), Flags::RST)));
        resets
    }

    fn popped(resets: &mut Resets, now_ns: u64, interval_ns: u64) -> usize {
        std::iter::from_fn(|| resets.pop(now_ns, interval_ns)).count()
    }

    #[test]
    fn a_heap_leaves_in_an_even_stream() {
        let mut resets = heap(100);
        let each: Vec<usize> = (10..60).map(|step| popped(&mut resets, step * 100_000, 100_000)).collect();
        assert!(each.iter().skip(1).all(|&count| count <= 2) && each.iter().sum::<usize>() >= 60, "{each:?}");
    }

    #[test]
    fn without_a_pace_all_leave_at_once() {
        let mut resets = heap(100);
        assert_eq!(popped(&mut resets, 1, 0), 100);
        assert_eq!(resets.next_us(), None);
    }

    #[test]
    fn too_many_do_not_wait() {
        let mut resets = heap(MOST_OWED as u16 + 10);
        assert!(popped(&mut resets, 1, 1_000_000) >= 10);
        assert!(resets.owed.len() <= MOST_OWED && resets.take().len() >= MOST_OWED - 1);
    }
}
