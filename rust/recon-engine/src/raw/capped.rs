//! Which position a raw sender asks next: one that a cap held back and that is due, or the next of the lease. Sends nothing.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::sender::{MOST_PARKED, NAP_US, Sender};
use crate::counters::Held;
use crate::feed::Lease;
use crate::leave::Wait;

/// What holds a sender back, and until when; nothing at the end of the line.
pub(super) type Pause = (Option<Held>, u64);

/// Positions that a cap held back, by the time to come back at.
#[derive(Debug, Default)]
pub(super) struct Capped(BinaryHeap<Reverse<(u64, u64, u32)>>);

impl Capped {
    /// Hold a position of a pass back until `at_us`.
    pub(super) fn hold(&mut self, position: u64, pass: u32, at_us: u64) {
        self.0.push(Reverse((at_us, position, pass)));
    }

    fn due(&mut self, now_us: u64) -> Option<(u64, u32)> {
        self.0.peek().filter(|Reverse((at_us, ..))| *at_us <= now_us)?;
        self.0.pop().map(|Reverse((_, position, pass))| (position, pass))
    }

    fn next_us(&self) -> Option<u64> {
        self.0.peek().map(|Reverse((at_us, ..))| *at_us)
    }
}

impl Sender {
    /// The next position that may be asked now, with its pass, or what holds the sender back.
    pub(super) fn next(&mut self, now_ns: u64) -> Result<(u64, u32), Pause> {
        loop {
            let (position, pass) = self.candidate(now_ns / 1000)?;
            match self.shared.leave(|| self.shared.settings.line.at(position).addr, now_ns) {
                Ok(()) => return Ok((position, pass)),
                Err(Wait::Host(at_ns)) => self.capped.hold(position, pass, at_ns.div_ceil(1000)),
                Err(Wait::All(free_ns)) => {
                    // Only positions of one pass are under way at a time.
                    self.leased.push(position);
                    return Err((Some(Held::Rate), free_ns.div_ceil(1000)));
                }
            }
        }
    }

    fn candidate(&mut self, now_us: u64) -> Result<(u64, u32), Pause> {
        if let Some(due) = self.capped.due(now_us) {
            return Ok(due);
        }
        let again_us = self.capped.next_us();
        if self.leased.is_empty() && self.capped.0.len() < MOST_PARKED {
            match self.lease(now_us) {
                Lease::Positions(positions) => self.leased = positions,
                Lease::Wait(until_us) if again_us.is_none() => return Err((Some(Held::Idle), until_us)),
                Lease::Done if again_us.is_none() => return Err((None, now_us + NAP_US / 10)),
                Lease::Wait(_) | Lease::Done => {}
            }
        }
        let held_back = (Some(Held::Rate), again_us.unwrap_or(now_us));
        self.leased.pop().map(|position| (position, self.pass)).ok_or(held_back)
    }
}
