//! One monotonic clock for a run, and the wall time it started at.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Time since the run began; steps of the wall clock do not reach it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Clock {
    started: Instant,
    epoch_us: i64,
}

impl Clock {
    /// Start now.
    #[must_use]
    pub(crate) fn start() -> Self {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO);
        Self { started: Instant::now(), epoch_us: since.as_micros() as i64 }
    }

    /// Nanoseconds since the start.
    #[must_use]
    pub(crate) fn now_ns(&self) -> u64 {
        self.started.elapsed().as_nanos() as u64
    }

    /// Microseconds since the Unix epoch for a moment of this run.
    #[must_use]
    pub(crate) fn epoch_us(&self, now_us: u64) -> i64 {
        self.epoch_us + now_us as i64
    }
}
