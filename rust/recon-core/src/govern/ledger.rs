//! What was sent when, and how long answers take: turns answers that arrive now into answers to probes sent then.
//! Never decides anything.

use std::collections::VecDeque;

/// Reports kept: at one each 10 ms more than ten seconds, several times the longest lag.
const REPORTS: usize = 1024;
/// The longest lag that is believed; a slower answer is counted as one this slow.
const LAG_LIMIT_US: f64 = 2_000_000.0;

/// Probes sent so far, by time, and the smoothed round trip.
#[derive(Clone, Debug, Default)]
pub(super) struct Ledger {
    sent: VecDeque<(u64, f64)>,
    total: f64,
    mean_us: Option<f64>,
    spread_us: f64,
    last_us: u64,
}

impl Ledger {
    /// Note that `sent` probes left between the report before and `now_us`.
    pub(super) fn send(&mut self, now_us: u64, sent: u64) {
        self.total += sent as f64;
        if sent > 0 {
            self.last_us = now_us;
        }
        self.sent.push_back((now_us, self.total));
        if self.sent.len() > REPORTS {
            self.sent.pop_front();
        }
    }

    /// Note a measured round trip; mean and deviation are smoothed as RFC 6298 section 2 does.
    pub(super) fn trip(&mut self, rtt_us: u64) {
        let rtt_us = (rtt_us as f64).min(LAG_LIMIT_US);
        let Some(mean_us) = self.mean_us else {
            (self.mean_us, self.spread_us) = (Some(rtt_us), rtt_us / 2.0);
            return;
        };
        self.spread_us += ((rtt_us - mean_us).abs() - self.spread_us) / 4.0;
        self.mean_us = Some(mean_us + (rtt_us - mean_us) / 8.0);
    }

    /// How long ago the probes were sent whose answers arrive now, in microseconds.
    pub(super) fn lag_us(&self) -> u64 {
        self.mean_us.unwrap_or(0.0) as u64
    }

    /// How long after a change of rate answers to older probes still come, in microseconds.
    pub(super) fn settled_us(&self) -> u64 {
        (self.mean_us.unwrap_or(0.0) + 2.0 * self.spread_us) as u64
    }

    /// The rate at which probes left from a time in microseconds until the last of them.
    pub(super) fn sent_pps(&self, from_us: u64) -> f64 {
        let spell_us = self.last_us.saturating_sub(from_us).max(1);
        self.sent_between(from_us, self.last_us) * 1e6 / spell_us as f64
    }

    /// Mean deviation of the round trip in microseconds.
    pub(super) fn spread_us(&self) -> f64 {
        self.spread_us
    }

    /// Whether no round trip is known: then no answer can be told to be one to a probe of some time.
    pub(super) fn is_blind(&self) -> bool {
        self.mean_us.is_none()
    }

    /// Probes sent from one time to another, in microseconds; a report's probes are spread over its time.
    pub(super) fn sent_between(&self, from_us: u64, to_us: u64) -> f64 {
        (self.sent_until(to_us) - self.sent_until(from_us)).max(0.0)
    }

    fn sent_until(&self, time_us: u64) -> f64 {
        let after = self.sent.partition_point(|&(at, _)| at <= time_us);
        let Some(&(end, total)) = self.sent.get(after) else { return self.total };
        let Some(&(start, before)) = after.checked_sub(1).and_then(|index| self.sent.get(index)) else { return 0.0 };
        before + (total - before) * (time_us - start) as f64 / (end - start) as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn probes_are_spread_over_the_time_of_their_report() {
        let mut ledger = Ledger::default();
        ledger.send(0, 0);
        ledger.send(10_000, 100);
        ledger.send(20_000, 300);
        assert!((ledger.sent_between(5_000, 15_000) - 200.0).abs() < 1e-9);
        assert!((ledger.sent_between(15_000, 90_000) - 150.0).abs() < 1e-9);
    }

    #[test]
    fn reports_are_kept_within_their_limit() {
        let mut ledger = Ledger::default();
        for report in 0..2 * REPORTS as u64 {
            ledger.send(report * 10_000, 10);
        }
        assert_eq!(ledger.sent.len(), REPORTS);
        let end = 2 * REPORTS as u64 * 10_000;
        assert!((ledger.sent_between(end - 100_000, end) - 90.0).abs() < 1e-6);
    }

    #[test]
    fn a_steady_round_trip_becomes_the_lag() {
        let mut ledger = Ledger::default();
        for _ in 0..50 {
            ledger.trip(40_000);
        }
        assert_eq!(ledger.lag_us(), 40_000);
        assert!(ledger.settled_us() < 41_000);
    }
}
