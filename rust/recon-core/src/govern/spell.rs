//! A spell of constant rate and what is heard of the probes sent in it. Collects; it never judges.

use super::Signals;
use super::evidence::Evidence;
use super::ledger::Ledger;

/// Answers this many deviations of the round trip from the edge of a spell may belong to another.
const BLUR: f64 = 1.5;
/// Blocks of this many microseconds are compared with each other for bursts.
const BLOCK_US: u64 = 25_000;
/// Two blocks of fewer answers say nothing about bursts, and one that owes fewer nothing about loss.
const BLOCK_LEAST: f64 = 10.0;
const BLOCK_OWES: f64 = 5.0;
/// Loss lasts when this share of the blocks shows it.
const LASTING: f64 = 0.6;
/// The variance of one probe's outcome that a burst is measured against is at least that of 2 % loss.
const VARIANCE_LEAST: f64 = 0.02;
/// How much a new block weighs, and the most that bursts can dull the senses.
const BLOCK_WEIGHT: f64 = 0.1;
const BURSTINESS_LIMIT: f64 = 25.0;

/// Everything heard of the probes of one rate.
#[derive(Clone, Debug, Default)]
pub(super) struct Spell {
    pub(super) since_us: u64,
    pub(super) evidence: Evidence,
    lag_us: Option<u64>,
    rtt_sum_us: f64,
    rtts: u32,
}

impl Spell {
    /// Open a spell at a time in microseconds.
    pub(super) fn at(since_us: u64) -> Self {
        Self { since_us, ..Self::default() }
    }

    /// Take what was heard from `from_us` to `now_us`, as far as it belongs to probes of this spell.
    pub(super) fn hear(&mut self, from_us: u64, now_us: u64, signals: &Signals, ledger: &Ledger) {
        if from_us >= self.since_us + signals.canary_age_us {
            self.evidence.canaries.add(signals.canaries_asked as f64, signals.canaries_answered as f64);
        }
        if ledger.is_blind() || from_us < self.since_us + ledger.settled_us() {
            return;
        }
        // One lag for the whole spell: if it moved, probes would be counted twice or not at all.
        let lag_us = *self.lag_us.get_or_insert_with(|| ledger.lag_us());
        let asked = ledger.sent_between(from_us.saturating_sub(lag_us), now_us.saturating_sub(lag_us));
        let blur = BLUR * asked * ledger.spread_us() / (now_us - from_us).max(1) as f64;
        let Evidence { opened, refused, icmp, .. } = &mut self.evidence;
        for (stratum, answered) in [(opened, signals.opened), (refused, signals.refused), (icmp, signals.icmp)] {
            stratum.add(asked, answered as f64);
            stratum.blur = blur;
        }
        if let Some(rtt_us) = signals.rtt_us {
            self.rtt_sum_us += rtt_us as f64;
            self.rtts += 1;
        }
    }

    /// The mean round trip in microseconds, when at least `least` reports had one.
    pub(super) fn rtt_us(&self, least: u32) -> Option<f64> {
        (self.rtts >= least).then(|| self.rtt_sum_us / f64::from(self.rtts))
    }
}

/// How much more the answers vary than independent losses would: 1 is random, more is bursts.
///
/// From differences of successive blocks (J. von Neumann, 1941), so that a lasting change counts once.
#[derive(Clone, Debug)]
pub(super) struct Bursts {
    until_us: u64,
    block: (f64, f64),
    before: Option<(f64, f64)>,
    factor: f64,
    blocks: u32,
    low: u32,
}

impl Bursts {
    /// Expect independent losses until they are seen not to be.
    pub(super) fn new() -> Self {
        Self { until_us: 0, block: (0.0, 0.0), before: None, factor: 1.0, blocks: 0, low: 0 }
    }

    /// By how much variances are to be multiplied.
    pub(super) fn factor(&self) -> f64 {
        self.factor.clamp(1.0, BURSTINESS_LIMIT)
    }

    /// The rate changes: blocks before and after are not compared.
    pub(super) fn restart(&mut self, now_us: u64) {
        (self.until_us, self.block, self.before) = (now_us + BLOCK_US, (0.0, 0.0), None);
        (self.blocks, self.low) = (0, 0);
    }

    /// Whether loss was there most of the time, as a limit's is, and not in one heap.
    pub(super) fn is_lasting(&self) -> bool {
        f64::from(self.low) >= LASTING * f64::from(self.blocks)
    }

    /// Take the spell's probes asked and answered so far; below a share of `least` a block has lost some.
    pub(super) fn see(&mut self, now_us: u64, evidence: &Evidence, least: f64) {
        if now_us < self.until_us {
            return;
        }
        let so_far = (evidence.opened.asked, evidence.opened.answered);
        let block = (so_far.0 - self.block.0, so_far.1 - self.block.1);
        if block.0 * least >= BLOCK_OWES {
            self.blocks += 1;
            self.low += u32::from(block.1 < block.0 * least);
        }
        if let Some(before) = self.before {
            self.compare(before, block);
        }
        (self.until_us, self.block, self.before) = (now_us + BLOCK_US, so_far, Some(block));
    }

    fn compare(&mut self, before: (f64, f64), block: (f64, f64)) {
        let (asked, answered) = (before.0 + block.0, before.1 + block.1);
        if answered < BLOCK_LEAST || before.0 <= 0.0 || block.0 <= 0.0 {
            return;
        }
        let fraction = answered / asked;
        let variance = fraction.max(f64::EPSILON) * (1.0 - fraction).max(VARIANCE_LEAST);
        let difference = block.1 / block.0 - before.1 / before.0;
        let factor = difference * difference / (variance * (1.0 / before.0 + 1.0 / block.0));
        self.factor += BLOCK_WEIGHT * (factor.min(10.0 * BURSTINESS_LIMIT) - self.factor);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The factor after blocks of a thousand probes with these answers.
    fn after(answers: impl Iterator<Item = f64>) -> f64 {
        let mut bursts = Bursts::new();
        let mut evidence = Evidence::default();
        for (block, answered) in answers.enumerate() {
            evidence.opened.add(1000.0, answered);
            bursts.see((block as u64 + 1) * BLOCK_US, &evidence, 0.9);
        }
        bursts.factor()
    }

    #[test]
    fn even_losses_are_no_bursts() {
        assert!(after((0..100).map(|_| 950.0)) < 1.01);
    }

    #[test]
    fn one_lasting_change_is_soon_forgotten() {
        assert!(after((0..200).map(|block| if block < 50 { 950.0 } else { 700.0 })) < 1.5);
    }

    #[test]
    fn losses_that_come_in_heaps_are() {
        assert!(after((0..100).map(|block| if block % 4 == 0 { 800.0 } else { 1000.0 })) > 10.0);
    }
}
