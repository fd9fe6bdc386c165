//! One monotonic clock for a run, the wall time it started at, and threads that wake when they wanted to.

#[cfg(target_os = "linux")]
use std::num::NonZeroU64;
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

/// Let sleeps of this thread end when they are over, not up to 50 microseconds later (`PR_SET_TIMERSLACK`).
pub(crate) fn wake_promptly() {
    #[cfg(target_os = "linux")]
    // Without it sleeps are longer, and packets come in small heaps.
    let _ = rustix::thread::set_current_timer_slack(NonZeroU64::new(1));
}
