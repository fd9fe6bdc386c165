//! When to send again: round trips measured and timeouts doubled, after RFC 6298. Reads no clock.

/// The shortest timeout. RFC 6298 §2.4 asks for a second, and systems in use have long waited less.
pub const SHORTEST_US: u32 = 200_000;
/// The longest timeout (RFC 6298 §2.5).
pub const LONGEST_US: u32 = 60_000_000;
const NEVER: u64 = u64::MAX;

/// The one timer of a connection: of its SYN, of what is not acknowledged, or of a closed window.
#[derive(Debug)]
pub(super) struct Timer {
    deadline_us: u64,
    timed_at_us: u64,
    timed_end: u32,
    is_timing: bool,
    /// How often the segment in question went unanswered.
    tries: u8,
    timeout_us: u32,
    first_us: u32,
    /// Smoothed round trip; 0 before the first.
    smoothed_us: u32,
    deviation_us: u32,
}

impl Timer {
    pub(super) fn new(first_us: u32) -> Self {
        let first_us = first_us.clamp(SHORTEST_US, LONGEST_US);
        Self {
            deadline_us: NEVER,
            timed_at_us: 0,
            timed_end: 0,
            is_timing: false,
            tries: 0,
            timeout_us: first_us,
            first_us,
            smoothed_us: 0,
            deviation_us: 0,
        }
    }

    pub(super) fn deadline_us(&self) -> Option<u64> {
        (self.deadline_us != NEVER).then_some(self.deadline_us)
    }

    pub(super) fn is_due(&self, now_us: u64) -> bool {
        self.deadline_us <= now_us
    }

    /// Whether what is sent next was sent before.
    pub(super) fn is_repeating(&self) -> bool {
        self.tries > 0
    }

    /// Starts unless it runs.
    pub(super) fn start(&mut self, now_us: u64) {
        if self.deadline_us == NEVER {
            // One below NEVER at most, or a timer near the end of time would be lost.
            self.deadline_us = now_us.saturating_add(u64::from(self.timeout_us)).min(NEVER - 1);
        }
    }

    pub(super) fn stop(&mut self) {
        self.deadline_us = NEVER;
    }

    /// A segment up to `end` was sent. Only what is sent once is timed: the answer to a repetition tells nothing (Karn).
    pub(super) fn sent(&mut self, end: u32, now_us: u64) {
        self.start(now_us);
        if !self.is_timing && !self.is_repeating() {
            (self.is_timing, self.timed_end, self.timed_at_us) = (true, end, now_us);
        }
    }

    /// Time is up: waits twice as long for the next try. False when there were `limit` of them.
    pub(super) fn retry(&mut self, limit: u8) -> bool {
        self.tries = self.tries.saturating_add(1);
        self.is_timing = false;
        self.timeout_us = self.timeout_us.saturating_mul(2).min(LONGEST_US);
        self.stop();
        self.tries < limit
    }

    /// The peer took something, up to `ack`: what waits now waits anew.
    pub(super) fn progress(&mut self, ack: u32, is_waiting: bool, now_us: u64) {
        if self.is_timing && ack.wrapping_sub(self.timed_end).cast_signed() >= 0 {
            self.is_timing = false;
            self.measure(now_us.saturating_sub(self.timed_at_us).clamp(1, u64::from(LONGEST_US)) as u32);
        }
        self.renew();
        if is_waiting {
            self.start(now_us);
        }
    }

    /// Forgets failed tries.
    pub(super) fn renew(&mut self) {
        self.tries = 0;
        self.timeout_us = match self.smoothed_us {
            0 => self.first_us,
            smoothed => (smoothed + 4 * self.deviation_us).clamp(SHORTEST_US, LONGEST_US),
        };
        self.stop();
    }

    /// RFC 6298 §2.2 and §2.3.
    fn measure(&mut self, rtt_us: u32) {
        if self.smoothed_us == 0 {
            (self.smoothed_us, self.deviation_us) = (rtt_us, rtt_us / 2);
            return;
        }
        let error = self.smoothed_us.abs_diff(rtt_us);
        self.deviation_us = self.deviation_us - self.deviation_us / 4 + error / 4;
        self.smoothed_us = self.smoothed_us - self.smoothed_us / 8 + rtt_us / 8;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_timeout_follows_the_round_trips_measured() {
        let mut timer = Timer::new(1_000_000);
        timer.sent(10, 0);
        assert_eq!(timer.deadline_us(), Some(1_000_000), "before the first measurement");
        timer.progress(10, false, 400_000);
        assert_eq!(timer.timeout_us, 400_000 + 4 * 200_000, "RFC 6298 §2.2");
        timer.sent(20, 1_000_000);
        timer.progress(20, false, 1_200_000);
        assert_eq!(timer.timeout_us, 375_000 + 4 * 200_000, "RFC 6298 §2.3");
        assert_eq!(timer.deadline_us(), None, "nothing waits");
    }

    #[test]
    fn a_timeout_is_never_shorter_than_its_floor() {
        let mut timer = Timer::new(1);
        timer.sent(10, 0);
        assert_eq!(timer.deadline_us(), Some(u64::from(SHORTEST_US)));
        timer.progress(10, true, 50);
        assert_eq!(timer.deadline_us(), Some(50 + u64::from(SHORTEST_US)));
    }

    #[test]
    fn each_try_waits_twice_as_long_as_the_one_before() {
        let mut timer = Timer::new(20_000_000);
        let waits: Vec<u32> = (0..4)
            .map(|_| {
                assert!(timer.retry(9));
                timer.timeout_us
            })
            .collect();
        assert_eq!(waits, [40_000_000, LONGEST_US, LONGEST_US, LONGEST_US]);
    }

    #[test]
    fn the_answer_to_a_repetition_measures_nothing() {
        let mut timer = Timer::new(1_000_000);
        timer.sent(10, 0);
        assert!(timer.retry(4));
        timer.sent(10, 1_000_000);
        timer.progress(10, false, 1_000_001);
        assert_eq!((timer.smoothed_us, timer.timeout_us), (0, 1_000_000));
    }

    #[test]
    fn the_end_of_time_is_still_a_time() {
        let mut timer = Timer::new(1_000_000);
        timer.sent(10, u64::MAX);
        assert!(timer.deadline_us().is_some() && timer.is_due(u64::MAX));
    }
}
