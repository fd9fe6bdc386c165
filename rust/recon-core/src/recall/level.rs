//! How much one pass lost, as its canaries tell, and how sure that is. Counts; it knows no prefixes.

/// Canary probes of the smallest run of successive ones that is looked at for bursts.
const RUN: u32 = 8;
/// Runs kept; when there are more, pairs are taken together.
const RUNS: usize = 128;
/// Independent losses seem as bursty as this by chance, and bursts shorter than they are by this factor.
const CHANCE: f64 = 1.3;
const LONGER: f64 = 2.5;
/// Fewer runs of a length than this say nothing about bursts.
const RUNS_LEAST: usize = 6;

/// Canary probes of one pass.
#[derive(Clone, Debug, Default)]
pub(super) struct Level {
    asked: u64,
    lost: u64,
    weight: f64,
    weight_lost: f64,
    weight_square: f64,
    run: (u32, u32),
    run_length: u32,
    runs: Vec<u32>,
}

impl Level {
    /// Count a canary that stands for `weight` probes of the sweep.
    pub(super) fn add(&mut self, weight: u64, is_answered: bool) {
        let (weight, lost) = (weight.max(1) as f64, u32::from(!is_answered));
        self.asked += 1;
        self.lost += u64::from(lost);
        self.weight += weight;
        self.weight_lost += weight * f64::from(lost);
        self.weight_square += weight * weight;
        self.run = (self.run.0 + 1, self.run.1 + lost);
        if self.run.0 >= self.run_length.max(RUN) {
            self.close_run();
        }
    }

    /// Canary probes.
    pub(super) fn probes(&self) -> u64 {
        self.asked
    }

    /// Canary probes that were lost.
    pub(super) fn lost(&self) -> u64 {
        self.lost
    }

    /// The share of the sweep's probes that were lost.
    pub(super) fn loss(&self) -> f64 {
        if self.weight > 0.0 { self.weight_lost / self.weight } else { 0.0 }
    }

    /// How many independent probes the canaries are worth, given their weights and the bursts seen.
    pub(super) fn worth(&self, burstiness: f64) -> f64 {
        if self.weight > 0.0 { self.weight * self.weight / self.weight_square / burstiness } else { 0.0 }
    }

    /// Probes of the sweep.
    pub(super) fn sent(&self) -> f64 {
        self.weight
    }

    /// Runs of canaries that bursts were looked for in.
    pub(super) fn runs(&self) -> f64 {
        self.runs.len() as f64
    }

    /// How many probes of the sweep are lost or heard together beyond chance: the length of bursts.
    pub(super) fn burst(&self) -> f64 {
        (self.burstiness() - CHANCE).max(0.0) * LONGER * self.weight / self.asked.max(1) as f64
    }

    /// How much more its canaries vary than independent losses would when bursts are so long.
    pub(super) fn burstiness_of(&self, burst: f64) -> f64 {
        1.0 + burst * self.asked as f64 / self.weight.max(1.0)
    }

    /// Whether at least `least` canaries were asked and more than `most` of them lost.
    pub(super) fn is_closed(&self, least: u64, most: f64) -> bool {
        self.asked >= least && self.lost as f64 > most * self.asked as f64
    }

    /// How much more runs of canaries vary than independent losses would; at least 1.
    fn burstiness(&self) -> f64 {
        let loss = self.lost as f64 / self.asked.max(1) as f64;
        let variance = f64::from(self.run_length.max(RUN)) * loss * (1.0 - loss);
        if variance <= 0.0 {
            return 1.0;
        }
        let mut runs: Vec<f64> = self.runs.iter().map(|&lost| f64::from(lost)).collect();
        let (mut most, mut expected) = (1.0_f64, variance);
        while runs.len() >= RUNS_LEAST {
            most = most.max(spread(&runs) / expected);
            runs = runs.chunks_exact(2).map(|pair| pair[0] + pair[1]).collect();
            expected *= 2.0;
        }
        most
    }

    fn close_run(&mut self) {
        self.run_length = self.run_length.max(RUN);
        self.runs.push(self.run.1);
        self.run = (0, 0);
        if self.runs.len() >= RUNS {
            self.runs = self.runs.chunks_exact(2).map(|pair| pair[0] + pair[1]).collect();
            self.run_length *= 2;
        }
    }
}

/// The variance of some numbers.
fn spread(numbers: &[f64]) -> f64 {
    let count = numbers.len() as f64;
    let mean = numbers.iter().sum::<f64>() / count;
    numbers.iter().map(|number| (number - mean).powi(2)).sum::<f64>() / (count - 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn level(answered: impl Iterator<Item = bool>) -> Level {
        let mut level = Level::default();
        answered.for_each(|is_answered| level.add(100, is_answered));
        level
    }

    #[test]
    fn heavy_probes_count_for_what_they_stand_for() {
        let mut level = Level::default();
        (0..50).for_each(|_| level.add(10, true));
        (0..50).for_each(|_| level.add(90, false));
        assert!((level.loss() - 0.9).abs() < 1e-9);
        assert!(level.worth(1.0) < 62.0);
    }

    #[test]
    fn one_long_burst_is_a_burst() {
        let bursty = level((0..1000).map(|probe| !(400..600).contains(&probe)));
        assert!(bursty.burstiness() > 20.0);
        let even = level((0..1000).map(|probe| probe % 5 != 0));
        assert!(even.burstiness() < 1.01);
    }

    #[test]
    fn runs_are_kept_within_their_limit() {
        assert!(level((0..1_000_000).map(|probe| probe % 3 != 0)).runs.len() < RUNS);
    }
}
