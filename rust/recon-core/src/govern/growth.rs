//! How a healthy rate grows: by doubling until the first trouble, then by steps. Knows nothing of health.

/// A step after trouble, as a share of the rate it left.
const STEP: f64 = 0.02;
const STEP_MOST: f64 = 0.2;
/// So many steps without trouble double the step: a limit that was lifted is soon followed.
const STREAK: u32 = 4;
/// Up to this multiple of the known limit only single steps are taken.
const NEAR: f64 = 1.15;

/// The way up.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Growth {
    /// Double.
    Start,
    /// Add a step of so many packets a second, larger the longer nothing was wrong.
    Steps { step_pps: f64, healthy: u32 },
}

impl Growth {
    /// Begin again with small steps from a rate; larger ones where the limit is known with a large relative error.
    pub(super) fn steps_from(rate_pps: f64, error: f64) -> Self {
        Self::Steps { step_pps: rate_pps * (error / 2.0).clamp(STEP, STEP_MOST), healthy: 0 }
    }

    /// The rate after `rate_pps` was healthy; `limit_pps` is what the path was seen to carry.
    pub(super) fn next(&mut self, rate_pps: f64, limit_pps: Option<f64>) -> f64 {
        let Self::Steps { step_pps, healthy } = self else { return rate_pps * 2.0 };
        *healthy += 1;
        if limit_pps.is_some() {
            return rate_pps + *step_pps;
        }
        if healthy.is_multiple_of(STREAK) {
            *step_pps = (*step_pps * 2.0).min(rate_pps);
        }
        rate_pps + *step_pps
    }
}

/// Whether a rate is so near the limit seen before that it may still be there.
pub(super) fn is_near(rate_pps: f64, limit_pps: f64) -> bool {
    rate_pps <= limit_pps * NEAR
}
