//! What held the rate, and for how long: the one that did so longest is named. Counts; it decides nothing.

use recon_core::govern::Cause;

/// The causes in the order of their places.
const ALL: [Cause; 10] = [
    Cause::Growing,
    Cause::RateCap,
    Cause::PathLoss,
    Cause::RoundTrip,
    Cause::Icmp,
    Cause::Target,
    Cause::Blocked,
    Cause::ReceiveDrops,
    Cause::LocalErrors,
    Cause::Sender,
];

/// Time in microseconds by cause.
#[derive(Clone, Debug, Default)]
pub(super) struct Causes {
    held_us: [u64; ALL.len()],
    noted_us: u64,
}

impl Causes {
    /// This has held the rate since the call before; none while nothing was to be sent.
    pub(super) fn note(&mut self, now_us: u64, cause: Option<Cause>) {
        let since_us = now_us.saturating_sub(std::mem::replace(&mut self.noted_us, now_us));
        if let Some(place) = ALL.iter().position(|&each| Some(each) == cause) {
            self.held_us[place] += since_us;
        }
    }

    /// The one that held longest.
    pub(super) fn longest(&self) -> Option<&'static str> {
        let place = (0..ALL.len()).max_by_key(|&place| self.held_us[place])?;
        (self.held_us[place] > 0).then(|| name(ALL[place]))
    }
}

/// The name in the summary.
pub(super) fn name(cause: Cause) -> &'static str {
    match cause {
        Cause::Growing => "ramp-up",
        Cause::RateCap => "rate cap",
        Cause::PathLoss => "path loss",
        Cause::RoundTrip => "path queue",
        Cause::Icmp => "icmp errors",
        Cause::Target => "target",
        Cause::Blocked => "path blocked",
        Cause::ReceiveDrops => "receive drops",
        Cause::LocalErrors => "kernel buffers",
        Cause::Sender => "cpu",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cause_that_held_longest_is_named() {
        let mut causes = Causes::default();
        assert_eq!(causes.longest(), None);
        causes.note(5_000, None);
        for (now_us, cause) in [(5_010, Cause::Growing), (6_000, Cause::PathLoss), (6_500, Cause::RateCap)] {
            causes.note(now_us, Some(cause));
        }
        assert_eq!(causes.longest(), Some("path loss"));
    }

    #[test]
    fn every_cause_has_a_place() {
        for cause in ALL {
            let mut causes = Causes::default();
            causes.note(1, Some(cause));
            assert_eq!(causes.longest(), Some(name(cause)));
        }
    }
}
