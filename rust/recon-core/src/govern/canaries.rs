//! Targets known to answer, asked again on purpose, so that silence is known to be loss. Chooses whom to ask and when,
//! and says which were heard; it never sends, and a canary's answer is never a row.

use std::collections::{BTreeMap, VecDeque};

/// Canaries kept, and how many of them may come from the first pass: what is found late is where loss is high.
const CAPACITY: usize = 256;
const FIRST_PASS: usize = 192;
/// The first ones; more join as these are asked and as so many targets answer: else all would be the fastest to answer.
const BEGIN: usize = 16;
const OFFERS: usize = 64;
/// Canaries of one prefix, so that one network does not speak for all.
const PER_PREFIX: u8 = 4;
/// No canary is asked more often than this.
const REST_US: u64 = 200_000;
/// Canary probes for each probe of the sweep. With the floor that is at most 1 % from 64,000 probes a pass on.
const SHARE: f64 = 0.009;
/// A short pass gets so many canary probes all the same, or one for ten of its own probes if that is fewer.
const FLOOR: f64 = 64.0;
const FLOOR_SHARE: f64 = 0.1;
/// How long a canary may take to answer: the bounds, and what is assumed before the first answer.
const PATIENCE_LEAST_US: f64 = 20_000.0;
const PATIENCE_MOST_US: f64 = 1_000_000.0;
/// An answer may take so much longer than the slowest lately, and how much that fades with each answer.
const PATIENCE_PEAK: f64 = 1.5;
const PEAK_FADES: f64 = 0.998;

#[derive(Clone, Debug)]
struct Canary {
    position: u64,
    prefix: u64,
    asked_us: Option<u64>,
    /// The last probe was answered: what else comes is the target's repetition.
    is_heard: bool,
}

#[derive(Clone, Debug)]
struct Probe {
    canary: usize,
    asked_us: u64,
    weight: u64,
    rtt_us: Option<u64>,
}

#[derive(Clone, Copy, Debug)]
#[allow(clippy::struct_field_names)] // the unit is part of each name
struct Trip {
    mean_us: f64,
    spread_us: f64,
    peak_us: f64,
}

/// The fate of one canary probe, for the estimate of recall.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// The prefix the canary was learnt with.
    pub prefix: u64,
    /// How many probes of the sweep this one stands for: those since the canary probe before.
    pub weight: u64,
    /// Its round trip in microseconds; nothing when it was not answered in time.
    pub rtt_us: Option<u64>,
}

/// The canaries of a run.
#[derive(Clone, Debug, Default)]
pub struct Canaries {
    all: Vec<Canary>,
    by_position: BTreeMap<u64, usize>,
    per_prefix: BTreeMap<u64, u8>,
    resting: VecDeque<usize>,
    waiting: VecDeque<Probe>,
    is_later_pass: bool,
    spent: u64,
    asked_us: u64,
    asked_ever: usize,
    offered: usize,
    seen_sent: u64,
    trip: Option<Trip>,
}

impl Canaries {
    /// Offer a target that has just answered. Returns whether it became a canary.
    pub fn learn(&mut self, position: u64, prefix: u64) -> bool {
        let most = if self.is_later_pass { CAPACITY } else { FIRST_PASS };
        self.offered += 1;
        let room = most.min(BEGIN + self.asked_ever / 2 + self.offered / OFFERS);
        let held = self.per_prefix.get(&prefix).copied().unwrap_or(0);
        if self.all.len() >= room || held >= PER_PREFIX || self.by_position.contains_key(&position) {
            return false;
        }
        self.per_prefix.insert(prefix, held + 1);
        self.by_position.insert(position, self.all.len());
        self.resting.push_back(self.all.len());
        self.all.push(Canary { position, prefix, asked_us: None, is_heard: false });
        true
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.all.len()
    }

    /// Whether nothing has answered yet.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// A pass begins: the floor of its canary probes is its own.
    pub fn begin_pass(&mut self) {
        (self.is_later_pass, self.spent, self.seen_sent) = (true, 0, 0);
    }

    /// The position to ask now, when one has rested and `sent`, the sweep's probes in this pass so far, can afford it.
    pub fn next(&mut self, now_us: u64, sent: u64) -> Option<u64> {
        let affords = allowance(sent) as u64;
        if self.spent >= affords {
            return None;
        }
        // What could not be spent in time is forfeited: a volley later would tell of one moment only.
        self.spent = self.spent.max(affords - 1);
        let canary = *self.resting.front()?;
        let rested_us = self.all[canary].asked_us.map_or(0, |asked_us| asked_us + REST_US);
        if now_us < rested_us.max(self.asked_us + REST_US / self.all.len() as u64) {
            return None;
        }
        self.resting.pop_front();
        self.asked_us = now_us;
        self.spent += 1;
        self.asked_ever += 1;
        let weight = sent - std::mem::replace(&mut self.seen_sent, sent);
        self.waiting.push_back(Probe { canary, asked_us: now_us, weight, rtt_us: None });
        (self.all[canary].asked_us, self.all[canary].is_heard) = (Some(now_us), false);
        Some(self.all[canary].position)
    }

    /// The target at this position answered, be it by refusing. Returns the round trip in microseconds; none when the
    /// position is no canary's, was not asked, or has answered already.
    pub fn answered(&mut self, position: u64, now_us: u64) -> Option<u64> {
        let canary = *self.by_position.get(&position)?;
        let rtt_us = now_us.saturating_sub(self.all[canary].asked_us?);
        if std::mem::replace(&mut self.all[canary].is_heard, true) {
            return None;
        }
        if let Some(probe) = self.waiting.iter_mut().find(|probe| probe.canary == canary) {
            probe.rtt_us.get_or_insert(rtt_us);
        }
        self.smooth(rtt_us as f64);
        Some(rtt_us)
    }

    /// Answers to the sweep's own probes take so long now, in microseconds: control probes may as well.
    pub fn expect(&mut self, rtt_us: u64) {
        if let Some(trip) = &mut self.trip {
            trip.peak_us = trip.peak_us.max(rtt_us as f64);
        }
    }

    /// The probe to this position did not leave, for a reason of ours: it says nothing.
    pub fn withdraw(&mut self, position: u64) {
        let Some(&canary) = self.by_position.get(&position) else { return };
        self.waiting.retain(|probe| probe.canary != canary);
        if !self.resting.contains(&canary) {
            self.resting.push_back(canary);
        }
    }

    /// How long an answer is waited for, in microseconds: well above the round trips seen.
    #[must_use]
    pub fn patience_us(&self) -> u64 {
        let patience_us = self.trip.map_or(PATIENCE_MOST_US, |trip| {
            (2.0 * trip.mean_us + 4.0 * trip.spread_us).max(PATIENCE_PEAK * trip.peak_us)
        });
        patience_us.clamp(PATIENCE_LEAST_US, PATIENCE_MOST_US) as u64
    }

    /// The fates that are known by now. An answer is told when its time is up, as silence is: else answers would be
    /// told before the silences of the same moment, and growth would look like health.
    pub fn judge(&mut self, now_us: u64) -> Vec<Verdict> {
        let until_us = now_us.saturating_sub(self.patience_us());
        let due = self.waiting.iter().take_while(|probe| probe.asked_us <= until_us).count();
        let probes: Vec<Probe> = self.waiting.drain(..due).collect();
        self.resting.extend(probes.iter().map(|probe| probe.canary));
        let verdict = |probe: Probe| {
            let prefix = self.all[probe.canary].prefix;
            Verdict { prefix, weight: probe.weight, rtt_us: probe.rtt_us }
        };
        probes.into_iter().map(verdict).collect()
    }

    /// Smooth the round trip as RFC 6298 section 2 does, and remember the slow ones.
    fn smooth(&mut self, rtt_us: f64) {
        let trip = self.trip.get_or_insert(Trip { mean_us: rtt_us, spread_us: rtt_us / 2.0, peak_us: rtt_us });
        let off_us = rtt_us - trip.mean_us;
        trip.mean_us += off_us / 8.0;
        trip.spread_us += (off_us.abs() - trip.spread_us) / 4.0;
        trip.peak_us = rtt_us.max(trip.peak_us * PEAK_FADES);
    }
}

/// Canary probes that so many probes of the sweep can afford.
fn allowance(sent: u64) -> f64 {
    let sent = sent as f64;
    SHARE * sent + FLOOR.min(FLOOR_SHARE * sent)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: u64 = 1_000_000;

    fn flock(size: u64) -> Canaries {
        let mut canaries = Canaries::default();
        for position in 0..size {
            assert!(canaries.learn(position, position));
        }
        canaries
    }

    #[test]
    fn one_prefix_does_not_speak_for_all() {
        let mut canaries = Canaries::default();
        let learnt = (0..1000).filter(|&position| canaries.learn(position, 7)).count();
        assert_eq!(learnt, usize::from(PER_PREFIX));
    }

    #[test]
    fn room_is_kept_for_what_later_passes_find() {
        let mut canaries = Canaries::default();
        let first = (0..20_000).filter(|&position| canaries.learn(position, position)).count();
        canaries.begin_pass();
        let later = (20_000..40_000).filter(|&position| canaries.learn(position, position)).count();
        assert_eq!((first, later), (FIRST_PASS, CAPACITY - FIRST_PASS));
    }

    /// Canary probes of a pass of so many probes, one each hundredth of a second.
    fn spent(probes: u64) -> u64 {
        let mut canaries = flock(16);
        let asked = |sent: &u64| {
            let asked = canaries.next(sent * 10_000, *sent).is_some();
            canaries.judge(sent * 10_000);
            asked
        };
        (1..=probes).filter(asked).count() as u64
    }

    #[test]
    fn a_pass_of_64000_probes_spends_at_most_one_percent_and_a_short_one_at_most_a_ninth() {
        for (probes, most) in [(64_000, 640), (200_000, 1_864), (500, 54), (5, 0)] {
            let spent = spent(probes);
            assert!(spent <= most && spent as f64 >= 0.8 * most as f64, "{probes}: {spent}");
        }
    }

    #[test]
    fn what_could_not_be_spent_in_time_is_forfeited() {
        let mut canaries = flock(16);
        assert!(canaries.next(SECOND, 100_000).is_some());
        assert!(canaries.next(2 * SECOND, 100_000).is_none());
    }

    #[test]
    fn a_canary_rests_between_probes() {
        let mut canaries = flock(1);
        assert_eq!(canaries.next(SECOND, 1_000_000), Some(0));
        canaries.answered(0, SECOND + 5_000);
        assert_eq!(canaries.judge(SECOND + canaries.patience_us()).len(), 1);
        assert_eq!(canaries.next(SECOND + REST_US - 1, 2_000_000), None);
        assert_eq!(canaries.next(SECOND + REST_US, 2_000_000), Some(0));
    }

    #[test]
    fn answers_and_silences_of_one_moment_are_told_together() {
        let mut canaries = flock(2);
        assert!(canaries.next(SECOND, 1_000).is_some() && canaries.next(SECOND + REST_US / 2, 1_500).is_some());
        canaries.answered(1, SECOND + REST_US / 2 + 30_000);
        assert_eq!(canaries.judge(SECOND + REST_US / 2), []);
        let told = canaries.judge(SECOND + REST_US / 2 + canaries.patience_us());
        let silent = Verdict { prefix: 0, weight: 1_000, rtt_us: None };
        assert_eq!(told, [silent, Verdict { prefix: 1, weight: 500, rtt_us: Some(30_000) }]);
    }

    #[test]
    fn a_repeated_answer_is_no_round_trip() {
        let mut canaries = flock(1);
        canaries.next(SECOND, 1_000);
        assert_eq!(canaries.answered(0, SECOND + 1_000), Some(1_000));
        assert_eq!(canaries.answered(0, 2 * SECOND), None);
        assert_eq!(canaries.patience_us(), 20_000);
    }

    #[test]
    fn slow_answers_to_others_are_reason_for_patience() {
        let mut canaries = flock(1);
        canaries.next(SECOND, 1_000);
        canaries.answered(0, SECOND + 1_000);
        let before_us = canaries.patience_us();
        canaries.expect(80_000);
        assert_eq!((before_us, canaries.patience_us()), (20_000, 120_000));
    }

    #[test]
    fn a_probe_that_never_left_says_nothing() {
        let mut canaries = flock(1);
        canaries.next(SECOND, 1_000);
        canaries.withdraw(0);
        assert_eq!(canaries.judge(10 * SECOND), []);
        assert_eq!(canaries.next(10 * SECOND, 2_000), Some(0));
    }
}
