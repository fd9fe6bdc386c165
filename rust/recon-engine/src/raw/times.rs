//! When the last probes left, so that an answer to a stateless probe has a round trip. Forgets older ones.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// Probes remembered: a second of them at a quarter million a second.
const SLOTS: usize = 1 << 18;
const LOW: u64 = u32::MAX as u64;

/// A slot for each of the last positions: the low half of the position, and the time in microseconds.
#[derive(Debug)]
pub(super) struct Times(Box<[AtomicU64]>);

impl Default for Times {
    fn default() -> Self {
        Self(std::iter::repeat_with(|| AtomicU64::new(u64::MAX)).take(SLOTS).collect())
    }
}

impl Times {
    /// A probe leaves.
    pub(super) fn note(&self, position: u64, now_us: u64) {
        self.0[position as usize % SLOTS].store(position << 32 | (now_us & LOW), Relaxed);
    }

    /// Microseconds since the last probe of a position left; none when that was too many probes ago. A receiver that
    /// read the clock before the sender did sees an answer at once.
    pub(super) fn since(&self, position: u64, now_us: u64) -> Option<u64> {
        let noted = self.0[position as usize % SLOTS].load(Relaxed);
        let since_us = now_us.wrapping_sub(noted) & LOW;
        (noted >> 32 == position & LOW).then_some(if since_us > LOW / 2 { 0 } else { since_us })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_round_trip_is_known_until_its_slot_is_another_s() {
        let times = Times::default();
        assert_eq!(times.since(7, 100), None);
        times.note(7, u64::from(u32::MAX));
        assert_eq!(times.since(7, u64::from(u32::MAX) + 250), Some(250));
        assert_eq!(times.since(7, u64::from(u32::MAX) - 3), Some(0));
        times.note(7 + SLOTS as u64, 300);
        assert_eq!((times.since(7, 400), times.since(7 + SLOTS as u64, 400)), (None, Some(100)));
    }
}
