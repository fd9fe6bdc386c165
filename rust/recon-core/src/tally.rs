//! Counters of a run. Every target is in exactly one of open, closed, unreachable, silent, unknown.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::reply::State;

/// What became of the targets so far; `sent` counts probes, retries included.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Targets of this shard.
    pub targets: u64,
    /// Targets with a verdict or a final silence.
    pub settled: u64,
    /// Probes sent.
    pub sent: u64,
    /// Accepted.
    pub open: u64,
    /// Refused.
    pub closed: u64,
    /// ICMP said so.
    pub unreachable: u64,
    /// Never answered.
    pub silent: u64,
    /// Could not be asked, or were not reached before the stop.
    pub unknown: u64,
    /// Probes whose verdict is still awaited.
    pub in_flight: u64,
    /// Packets that the kernel dropped before we could read them.
    pub drops: u64,
    /// Local failures by errno name, cured ones included.
    pub errors: BTreeMap<Cow<'static, str>, u64>,
}

impl Tally {
    /// Uncount a target that is to be asked again.
    pub fn take_back(&mut self, state: State) {
        let counter = self.counter(state);
        *counter = counter.saturating_sub(1);
        self.settled = self.settled.saturating_sub(1);
    }

    /// Count a target's state.
    pub fn count(&mut self, state: State) {
        let counter = self.counter(state);
        *counter = counter.saturating_add(1);
        self.settled = self.settled.saturating_add(1);
    }

    fn counter(&mut self, state: State) -> &mut u64 {
        match state {
            State::Open => &mut self.open,
            State::Closed => &mut self.closed,
            State::Unreachable => &mut self.unreachable,
            State::Silent => &mut self.silent,
            State::Unknown => &mut self.unknown,
        }
    }

    /// Count every target without a verdict as unknown, so that the states sum up to the targets.
    pub fn close(&mut self) {
        let known = self.open + self.closed + self.unreachable + self.silent;
        self.unknown = self.targets.saturating_sub(known);
        self.in_flight = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_closed_tally_accounts_for_every_target() {
        let mut tally = Tally { targets: 10, open: 2, closed: 3, silent: 1, ..Tally::default() };
        tally.close();
        assert_eq!(tally.unknown, 4);
        assert_eq!(tally.open + tally.closed + tally.unreachable + tally.silent + tally.unknown, tally.targets);
    }
}
