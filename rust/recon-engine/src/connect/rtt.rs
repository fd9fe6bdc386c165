//! How long to wait for a handshake, learnt from those that came (RFC 6298's estimator). No clock of its own.

/// Answers before the estimate is believed.
const ENOUGH: u32 = 16;
/// Never give up sooner than this, in microseconds.
const SHORTEST_US: u64 = 250_000;
/// Deviations above the mean.
const SPREAD: u64 = 8;

/// Smoothed round trip and its deviation.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Rtt {
    smooth_us: u64,
    deviation_us: u64,
    answers: u32,
}

impl Rtt {
    /// Learn from one handshake.
    pub(crate) fn sample(&mut self, rtt_us: u64) {
        if self.answers == 0 {
            self.smooth_us = rtt_us;
            self.deviation_us = rtt_us / 2;
        } else {
            let off = self.smooth_us.abs_diff(rtt_us);
            self.deviation_us = (3 * self.deviation_us + off) / 4;
            self.smooth_us = (7 * self.smooth_us + rtt_us) / 8;
        }
        self.answers = self.answers.saturating_add(1);
    }

    /// How long to wait, at most `longest_us`.
    pub(crate) fn wait_us(&self, longest_us: u64) -> u64 {
        if self.answers < ENOUGH {
            return longest_us;
        }
        (self.smooth_us + SPREAD * self.deviation_us).max(SHORTEST_US).min(longest_us)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wait_shrinks_only_after_enough_answers_and_within_bounds() {
        let mut rtt = Rtt::default();
        assert_eq!(rtt.wait_us(900_000), 900_000);
        (0..ENOUGH).for_each(|_| rtt.sample(100));
        assert_eq!(rtt.wait_us(900_000), SHORTEST_US);
        (0..50).for_each(|_| rtt.sample(400_000));
        assert!(rtt.wait_us(900_000) >= 400_000);
        assert_eq!(rtt.wait_us(100_000), 100_000);
    }
}
