//! A token bucket whose time is an argument. Never lets more than the cap through in any one second,
//! whatever the number of threads, and never catches up after a pause.

use std::sync::atomic::{AtomicU64, Ordering};

/// Credit that an idle spell may leave, so that timers of a millisecond still reach the cap.
const SLACK_NS: u64 = 4_000_000;
/// The same where the rate is found by trying: a queue on the path may hold no more than a few packets.
const SHORT_SLACK_NS: u64 = 500_000;
/// Below this many a second timers are exact enough without credit.
const SLACK_FROM_PPS: f64 = 50.0;
const SECOND_NS: f64 = 1e9;

/// Hands out send slots. Shared by all sender threads without a lock.
#[derive(Debug)]
#[allow(clippy::struct_field_names)] // the unit is part of each name
pub struct Pace {
    interval_ns: AtomicU64,
    slack_ns: u64,
    next_ns: AtomicU64,
}

impl Pace {
    /// Cap the sum of all senders at `pps` probes a second; `None` never holds anybody back.
    ///
    /// A window of one second then holds at most `pps` slots: the interval is stretched by the credit.
    #[must_use]
    pub fn new(pps: Option<f64>) -> Self {
        let slack_ns = pps.filter(|&pps| pps >= SLACK_FROM_PPS).map_or(0, |_| SLACK_NS);
        Self::with(pps.map_or(0, |pps| interval_ns(pps, slack_ns)), slack_ns)
    }

    /// Begin at `pps` probes a second, in an even stream; [`Pace::set`] is to follow.
    #[must_use]
    pub fn steered(pps: f64) -> Self {
        Self::with(interval_ns(pps, SHORT_SLACK_NS), SHORT_SLACK_NS)
    }

    fn with(interval_ns: u64, slack_ns: u64) -> Self {
        Self { interval_ns: AtomicU64::new(interval_ns), slack_ns, next_ns: AtomicU64::new(0) }
    }

    /// Let the sum of all senders be `pps` probes a second from now on.
    pub fn set(&self, pps: f64) {
        self.interval_ns.store(interval_ns(pps, self.slack_ns), Ordering::Relaxed);
    }

    /// Time between two slots in nanoseconds, where the rate is found by trying; else zero.
    #[must_use]
    pub fn steered_interval_ns(&self) -> u64 {
        if self.slack_ns == SHORT_SLACK_NS { self.interval_ns.load(Ordering::Relaxed) } else { 0 }
    }

    /// How many probes may leave in one heap after a sender was late.
    #[must_use]
    pub fn heap(&self) -> u64 {
        self.slack_ns.checked_div(self.interval_ns.load(Ordering::Relaxed)).map_or(u64::MAX, |heap| heap + 1)
    }

    /// Take a slot at `now_ns`.
    ///
    /// # Errors
    /// The time in nanoseconds before which no slot is free.
    pub fn claim(&self, now_ns: u64) -> Result<(), u64> {
        let interval_ns = self.interval_ns.load(Ordering::Relaxed);
        if interval_ns == 0 {
            return Ok(());
        }
        let floor = now_ns.saturating_sub(self.slack_ns);
        let mut next = self.next_ns.load(Ordering::Relaxed);
        loop {
            let slot = next.max(floor);
            if slot > now_ns {
                return Err(slot);
            }
            let after = slot + interval_ns;
            match self.next_ns.compare_exchange_weak(next, after, Ordering::Relaxed, Ordering::Relaxed) {
                Ok(_) => return Ok(()),
                Err(seen) => next = seen,
            }
        }
    }

    /// Account for `count` packets that left without a slot, such as the kernel's own retransmissions.
    pub fn charge(&self, now_ns: u64, count: u64) {
        let interval_ns = self.interval_ns.load(Ordering::Relaxed);
        if interval_ns == 0 {
            return;
        }
        let floor = now_ns.saturating_sub(self.slack_ns);
        let add = count * interval_ns;
        let _ = self.next_ns.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |next| Some(next.max(floor) + add));
    }
}

/// Time of one slot: a second of them, and the credit, hold at most `pps`.
fn interval_ns(pps: f64, slack_ns: u64) -> u64 {
    let interval_ns = if slack_ns == 0 { SECOND_NS / pps } else { (SECOND_NS + slack_ns as f64) / (pps - 0.5) };
    (interval_ns.ceil() as u64).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: u64 = 1_000_000_000;

    /// Slots taken by a sender that asks at each of `times`, as often as it is let.
    fn slots(pace: &Pace, times: impl Iterator<Item = u64>) -> Vec<u64> {
        let mut taken = Vec::new();
        for now in times {
            while pace.claim(now).is_ok() {
                taken.push(now);
            }
        }
        taken
    }

    fn busiest_second(taken: &[u64]) -> usize {
        let mut most = 0;
        let mut first = 0;
        for (last, &at) in taken.iter().enumerate() {
            while at - taken[first] >= SECOND {
                first += 1;
            }
            most = most.max(last - first + 1);
        }
        most
    }

    #[test]
    fn no_window_of_a_second_exceeds_the_cap() {
        for rate in [1, 7, 49, 50, 1000, 5000, 100_000] {
            let pace = Pace::new(Some(f64::from(rate)));
            let taken = slots(&pace, (10 * SECOND..14 * SECOND).step_by(333_333));
            assert!(busiest_second(&taken) <= rate as usize, "{rate}: {}", busiest_second(&taken));
        }
    }

    #[test]
    fn the_cap_is_nearly_reached_with_millisecond_timers() {
        for rate in [100, 1000, 5000, 100_000] {
            let pace = Pace::new(Some(f64::from(rate)));
            let taken = slots(&pace, (SECOND..5 * SECOND).step_by(1_000_000));
            assert!(taken.len() as f64 > 4.0 * 0.98 * f64::from(rate), "{rate}: {}", taken.len());
        }
    }

    #[test]
    fn a_steered_rate_is_followed_and_its_bursts_are_short() {
        let pace = Pace::steered(1000.0);
        let slow = slots(&pace, (SECOND..2 * SECOND).step_by(100_000)).len();
        pace.set(30_000.0);
        let fast = slots(&pace, (2 * SECOND..3 * SECOND).step_by(100_000));
        assert!((980..=1000).contains(&slow) && (29_400..=30_000).contains(&fast.len()), "{slow} {}", fast.len());
        let late = slots(&pace, std::iter::once(10 * SECOND));
        assert!(late.len() <= 16, "{}", late.len());
    }

    #[test]
    fn a_pause_leaves_no_burst() {
        let pace = Pace::new(Some(10_000.0));
        let before = slots(&pace, (SECOND..2 * SECOND).step_by(1_000_000));
        let after = slots(&pace, (60 * SECOND..61 * SECOND).step_by(1_000_000));
        assert!(!before.is_empty());
        assert!(after.iter().filter(|&&at| at == 60 * SECOND).count() <= 41);
        assert!(busiest_second(&after) <= 10_000);
    }

    #[test]
    fn charged_packets_delay_the_next_slot() {
        let pace = Pace::new(Some(1000.0));
        assert!(pace.claim(SECOND).is_ok());
        pace.charge(SECOND, 100);
        let free = pace.claim(SECOND).expect_err("a hundred slots were charged");
        assert!(free > SECOND + 95_000_000);
    }

    #[test]
    fn a_heap_is_what_the_credit_holds() {
        assert_eq!([Some(100_000.0), Some(20.0), None].map(|pps| Pace::new(pps).heap()), [399, 1, u64::MAX]);
    }

    #[test]
    fn no_cap_never_waits() {
        let pace = Pace::new(None);
        assert!((0..100_000).all(|_| pace.claim(0).is_ok()));
    }
}
