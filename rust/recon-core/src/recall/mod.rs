//! How much of what is there was found: from passes and canaries to a number of targets with its interval.
//! Never guesses: where the evidence does not reach, it says why.
//!
//! After the last pass K the missed are those that were asked in it and lost again. With `m` targets first found in
//! that pass, each lost with the odds `q / (1 - q)` for one found, their number is negative binomial: the removal
//! method of C. Zippin (1956) with `q` measured by canaries instead of assumed equal in all passes. Losses differ
//! between prefixes: each prefix has a loss of its own, drawn from a mixture that is fitted to all of them as
//! J. Norris and K. Pollock (1996) do for capture and recapture. `docs/recall.md` has the assumptions and the proof.

mod level;
mod mixture;
mod quantile;

use std::collections::BTreeMap;

use level::Level;
use mixture::Mixture;

/// Passes that are told apart; later ones count as the last.
pub const PASSES_LIMIT: usize = 12;

/// Prefixes told apart; beyond, neighbours are taken together.
const PREFIXES_LIMIT: usize = 1024;
/// Fewer canary probes than this are no measure of anything.
const CANARIES_LEAST: u64 = 20;
/// A path that loses more than this is not measured, it is closed.
const LOSS_MOST: f64 = 0.9;
/// What counts as found in the last pass even when nothing was: the prior of H. Jeffreys for a count.
const PRIOR_FOUND: f64 = 0.5;
/// Passes are planned to miss this share of what may be missed, since what is missed varies from run to run.
const PLAN_SHARE: f64 = 0.5;
/// The share of runs that the interval leaves out on either side.
const TAIL: f64 = 0.025;

/// What one prefix has shown, by pass.
#[derive(Clone, Copy, Debug, Default)]
struct Prefix {
    found: [u32; PASSES_LIMIT],
    asked: [u32; PASSES_LIMIT],
    lost: [u32; PASSES_LIMIT],
}

impl Prefix {
    fn take_in(&mut self, other: &Self) {
        for pass in 0..PASSES_LIMIT {
            self.found[pass] += other.found[pass];
            self.asked[pass] += other.asked[pass];
            self.lost[pass] += other.lost[pass];
        }
    }

    fn found(&self) -> u64 {
        self.found.iter().map(|&found| u64::from(found)).sum()
    }
}

/// Why recall cannot be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RecallWhy {
    /// Nothing answered that could be asked again.
    #[error("nothing answered, so that silence cannot be told from loss")]
    NothingFound,
    /// Too few canary probes.
    #[error("too few open ports or too short a run: {probes} control probes, {CANARIES_LEAST} are needed")]
    TooFewCanaries {
        /// How many there were.
        probes: u64,
    },
    /// Canaries stopped answering.
    #[error("targets that had answered no longer do: the path is closed to us")]
    Blocked,
}

/// The answer, with an interval that holds the truth in 95 of 100 runs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// Targets found.
    pub found: u64,
    /// Fewest and most that are there, found ones included.
    pub low: u64,
    /// See [`Self::low`].
    pub high: u64,
    /// Expected number that are there.
    pub expected: f64,
    /// Share of single probes lost in the last pass.
    pub loss: f64,
    /// Canary probes of all passes.
    pub canaries: u64,
    /// Passes made.
    pub passes: u32,
}

impl Estimate {
    /// Expected share found, and the least and the most of its interval.
    #[must_use]
    pub fn recall(&self) -> (f64, f64, f64) {
        let found = self.found as f64;
        let share = |there: f64| if there > 0.0 { found / there } else { 1.0 };
        (share(self.expected), share(self.high as f64), share(self.low as f64))
    }
}

/// What is expected of one prefix.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PrefixRecall {
    /// The first of the neighbouring prefixes taken together.
    pub prefix: u64,
    /// Targets found in it.
    pub found: u64,
    /// Targets expected to be missing.
    pub missing: f64,
}

/// What the passes and the canaries of a run have shown. Memory is bounded by prefixes and passes, not by targets.
#[derive(Clone, Debug, Default)]
pub struct Evidence {
    /// The pass in work, and the last of all.
    at: usize,
    pass: usize,
    shift: u32,
    prefixes: BTreeMap<u64, Prefix>,
    levels: [Level; PASSES_LIMIT],
}

impl Evidence {
    /// A pass over what is still silent begins; the first needs no call.
    pub fn begin_pass(&mut self) {
        self.at = (self.at + 1).min(PASSES_LIMIT - 1);
        self.pass = self.pass.max(self.at);
    }

    /// The first pass over further targets begins; what it shows counts with the first passes before.
    pub fn begin_segment(&mut self) {
        self.at = 0;
    }

    /// A target of this prefix was heard for the first time.
    pub fn found(&mut self, prefix: u64) {
        let pass = self.at;
        self.prefix(prefix).found[pass] += 1;
    }

    /// A canary was judged that stands for `weight` probes of the sweep.
    pub fn canary(&mut self, prefix: u64, weight: u64, is_answered: bool) {
        let pass = self.at;
        self.levels[pass].add(weight, is_answered);
        let prefix = self.prefix(prefix);
        prefix.asked[pass] += 1;
        prefix.lost[pass] += u32::from(!is_answered);
    }

    /// Passes begun.
    #[must_use]
    pub fn passes(&self) -> u32 {
        self.pass as u32 + 1
    }

    /// Estimate how many there are, when `silent` targets have not answered: no more than those can be missing.
    ///
    /// # Errors
    /// Why it cannot be known.
    pub fn estimate(&self, silent: u64) -> Result<Estimate, RecallWhy> {
        self.check()?;
        let mixture = self.mixture();
        let last = mixture.last();
        let there: f64 = self.prefixes.values().map(|prefix| f64::from(prefix.found[self.pass])).sum::<f64>();
        let burstiness = last.burstiness(there / (1.0 - last.loss));
        let mut mean = PRIOR_FOUND * last.odds();
        let mut variance = burstiness * mean / (1.0 - last.loss);
        for prefix in self.prefixes.values().filter(|prefix| prefix.found[self.pass] > 0) {
            let found = f64::from(prefix.found[self.pass]);
            let (odds, square) = mixture.odds(prefix);
            mean += found * odds;
            variance += burstiness * found * (odds + square) + found * found * (square - odds * odds).max(0.0);
        }
        variance += mean * mean * last.relative_variance();
        let (low, high) = quantile::interval(mean, variance, TAIL);
        let found = self.found_total();
        let (canaries, passes) = (self.canaries(), self.passes());
        let (low, high) = (found + low.min(silent), found + high.min(silent));
        let expected = found as f64 + mean.min(silent as f64);
        Ok(Estimate { found, low, high, expected, loss: last.loss, canaries, passes })
    }

    /// What there is to say when every target has answered, `found` of them by accepting: nothing is missing.
    #[must_use]
    pub fn all_heard(&self, found: u64) -> Estimate {
        let (canaries, passes) = (self.canaries(), self.passes());
        Estimate { found, low: found, high: found, expected: found as f64, loss: 0.0, canaries, passes }
    }

    /// The share of canary probes of all passes that were lost; none where there were too few.
    #[must_use]
    pub fn loss(&self) -> Option<f64> {
        let lost: u64 = self.levels.iter().map(Level::lost).sum();
        (self.canaries() >= CANARIES_LEAST).then(|| lost as f64 / self.canaries() as f64)
    }

    /// How many passes in all reach a share of `goal`, if loss stays what it is; at most [`PASSES_LIMIT`].
    ///
    /// # Errors
    /// Why it cannot be known.
    pub fn passes_needed(&self, goal: f64) -> Result<u32, RecallWhy> {
        self.check()?;
        let mixture = self.mixture();
        let needed =
            (1..=PASSES_LIMIT as u32).find(|&passes| mixture.missed_at_most(passes) <= PLAN_SHARE * (1.0 - goal));
        Ok(needed.unwrap_or(PASSES_LIMIT as u32))
    }

    /// What is expected of each prefix, in their order.
    ///
    /// # Errors
    /// Why it cannot be known.
    pub fn by_prefix(&self) -> Result<Vec<PrefixRecall>, RecallWhy> {
        self.check()?;
        let mixture = self.mixture();
        let row = |(&prefix, shown): (&u64, &Prefix)| PrefixRecall {
            prefix: prefix << self.shift,
            found: shown.found(),
            missing: f64::from(shown.found[self.pass]) * mixture.odds(shown).0,
        };
        Ok(self.prefixes.iter().map(row).collect())
    }

    fn check(&self) -> Result<(), RecallWhy> {
        let probes = self.canaries();
        if self.found_total() == 0 {
            return Err(RecallWhy::NothingFound);
        }
        if probes < CANARIES_LEAST {
            return Err(RecallWhy::TooFewCanaries { probes });
        }
        let is_closed = self.levels[self.pass].is_closed(CANARIES_LEAST, LOSS_MOST);
        if is_closed { Err(RecallWhy::Blocked) } else { Ok(()) }
    }

    fn mixture(&self) -> Mixture {
        let shown: Vec<&Prefix> = self.prefixes.values().collect();
        Mixture::fit(&self.levels[..=self.pass], &shown)
    }

    fn found_total(&self) -> u64 {
        self.prefixes.values().map(Prefix::found).sum()
    }

    fn canaries(&self) -> u64 {
        self.levels.iter().map(Level::probes).sum()
    }

    fn prefix(&mut self, prefix: u64) -> &mut Prefix {
        while self.prefixes.len() >= PREFIXES_LIMIT && !self.prefixes.contains_key(&(prefix >> self.shift)) {
            self.widen();
        }
        self.prefixes.entry(prefix >> self.shift).or_default()
    }

    /// Take neighbouring prefixes together.
    fn widen(&mut self) {
        self.shift += 1;
        for (prefix, shown) in std::mem::take(&mut self.prefixes) {
            self.prefixes.entry(prefix >> 1).or_default().take_in(&shown);
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    /// Passes of (found, canaries asked, canaries lost) over one prefix.
    fn evidence(passes: &[(u32, u32, u32)]) -> Evidence {
        let mut evidence = Evidence::default();
        for (pass, &(found, asked, lost)) in passes.iter().enumerate() {
            if pass > 0 {
                evidence.begin_pass();
            }
            (0..found).for_each(|_| evidence.found(1));
            // Spread evenly, as independent losses are.
            (0..asked).for_each(|probe| evidence.canary(1, 100, (probe + 1) * lost / asked == probe * lost / asked));
        }
        evidence
    }

    #[test]
    fn a_path_that_loses_five_percent_misses_as_many_after_one_pass() {
        let estimate = evidence(&[(950, 1000, 50)]).estimate(u64::MAX >> 1).unwrap();
        assert!((estimate.expected - 1000.0).abs() < 5.0, "{estimate:?}");
        assert!(estimate.low < 1000 && estimate.high > 1000 && estimate.high < 1030, "{estimate:?}");
    }

    #[test]
    fn where_everybody_answered_nothing_is_missing() {
        assert_eq!(Evidence::default().all_heard(7).recall(), (1.0, 1.0, 1.0));
        assert_eq!(Evidence::default().all_heard(0).recall(), (1.0, 1.0, 1.0));
    }

    #[test]
    fn a_second_pass_narrows_it() {
        let estimate = evidence(&[(391, 600, 30), (20, 600, 30)]).estimate(u64::MAX >> 1).unwrap();
        let (_, low, high) = estimate.recall();
        assert!(estimate.low == 411 && estimate.high <= 416, "{estimate:?}");
        assert!(low > 0.985 && high >= 1.0);
    }

    #[test]
    fn without_answers_it_says_why_there_is_no_number() {
        assert_eq!(Evidence::default().estimate(u64::MAX >> 1), Err(RecallWhy::NothingFound));
        let few = RecallWhy::TooFewCanaries { probes: 7 };
        assert_eq!(evidence(&[(3, 7, 0)]).estimate(u64::MAX >> 1), Err(few));
        assert_eq!(few.to_string(), "too few open ports or too short a run: 7 control probes, 20 are needed");
        assert_eq!(evidence(&[(300, 60, 59)]).estimate(u64::MAX >> 1), Err(RecallWhy::Blocked));
    }

    #[test]
    fn more_loss_needs_more_passes() {
        let needed = |lost| evidence(&[(1000, 1000, lost)]).passes_needed(0.999).unwrap();
        assert_eq!([5, 50, 100, 200].map(needed), [2, 3, 4, 6]);
    }

    #[test]
    fn first_passes_over_further_targets_count_as_first_passes() {
        let mut whole = evidence(&[(391, 600, 30), (20, 600, 30)]);
        whole.begin_segment();
        (0..391).for_each(|_| whole.found(1));
        whole.begin_pass();
        (0..20).for_each(|_| whole.found(1));
        let (one, two) = (evidence(&[(391, 600, 30), (20, 600, 30)]), whole.estimate(u64::MAX >> 1).unwrap());
        assert_eq!((two.found, two.passes), (822, 2));
        let missing = one.estimate(u64::MAX >> 1).unwrap().expected - 411.0;
        assert!((two.expected - 822.0 - 2.0 * missing).abs() < 0.1, "{two:?}");
    }

    #[test]
    fn prefixes_beyond_the_limit_are_taken_together() {
        let mut evidence = Evidence::default();
        (0..3 * PREFIXES_LIMIT as u64).for_each(|prefix| evidence.found(prefix));
        assert!(evidence.prefixes.len() <= PREFIXES_LIMIT);
        assert_eq!(evidence.found_total(), 3 * PREFIXES_LIMIT as u64);
        assert_eq!(evidence.prefix(4 << 1).found[0], 4);
    }
}
