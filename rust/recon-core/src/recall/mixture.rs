//! The losses of prefixes, as spread around the loss of the last pass as all of them show. Pure numbers.

use super::Prefix;
use super::level::Level;

/// Losses that a prefix may have: the path's own is the one in the middle, each a twelfth above the one before.
const GRID: usize = 121;
const MIDDLE: usize = GRID / 2;
const GRID_FACTOR: f64 = 1.085;
/// No prefix is taken to lose more than this.
const LOSS_MOST: f64 = 0.95;
/// How alike probes to one prefix may be: the correlations of the beta distributions that are weighed up. What is
/// beyond this one is held to be less likely before anything is seen.
const CORRELATIONS: [f64; 8] = [0.0, 0.003, 0.01, 0.02, 0.04, 0.08, 0.14, 0.2];
const CORRELATION_USUAL: f64 = 0.02;
/// Earlier passes count for so many independent canary probes of a last pass without any, and for fewer the more it
/// has: each pass may find another path.
const HELPING: f64 = 3.0;
/// Runs of canaries that all passes count for when the bursts of the last are told.
const RUNS_ALIKE: f64 = 8.0;
/// Independent canary probes that make a pass half speak for itself.
const PRIOR_WORTH: f64 = 5.0;
/// An earlier pass is taken to lose what the last did as far as so many probes say.
const ALIKE: f64 = 10.0;
/// Standard errors above the measured loss that passes are planned for.
const PLAN_SIGMA: f64 = 2.0;

/// Loss in the last pass, over all prefixes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Last {
    pub(super) loss: f64,
    worth: f64,
    burst_per_probe: f64,
}

impl Last {
    /// Lost for one heard.
    pub(super) fn odds(self) -> f64 {
        self.loss / (1.0 - self.loss)
    }

    /// How much more the number of missed varies than independent losses would make it, when the last pass asked so
    /// many that are there: the more of them, the more fall into one burst.
    pub(super) fn burstiness(self, there: f64) -> f64 {
        1.0 + self.burst_per_probe * there
    }

    /// Squared relative standard error of the odds.
    pub(super) fn relative_variance(self) -> f64 {
        1.0 / (self.worth * self.loss * (1.0 - self.loss))
    }
}

/// Logarithms of what one loss makes of one pass: a canary heard, a canary lost, a target found only then.
#[derive(Clone, Copy, Debug)]
#[allow(clippy::struct_field_names)] // the scale is part of each name
struct Chances {
    heard_ln: f64,
    lost_ln: f64,
    found_ln: f64,
}

/// The losses and how likely a prefix has each.
#[derive(Clone, Debug)]
pub(super) struct Mixture {
    last: Last,
    usual: Last,
    losses: Vec<f64>,
    weights: Vec<f64>,
    everything: Vec<f64>,
    /// For each loss, the chances of each pass; a target is known to be found in one of them.
    chances: Vec<Vec<Chances>>,
}

impl Mixture {
    /// Learn how much prefixes differ from passes and canaries.
    pub(super) fn fit(levels: &[Level], shown: &[&Prefix]) -> Self {
        let last = last(levels);
        let heard = 1.0 - last.loss;
        let relative = (canaries(levels, heard), targets(levels.len(), shown, heard));
        let losses: Vec<f64> =
            (0..GRID).map(|at| loss_at(last.loss, at)).take_while(|&loss| loss < LOSS_MOST).collect();
        let chances = losses.iter().map(|loss| chances(1.0 - loss, &relative.0, &relative.1)).collect();
        let mut mixture =
            Self { last, usual: usual(levels), losses, weights: Vec::new(), everything: Vec::new(), chances };
        mixture.everything = vec![0.0; mixture.losses.len()];
        let likelihoods: Vec<Vec<f64>> = shown.iter().map(|prefix| mixture.likelihood(prefix)).collect();
        mixture.weights = mixture.averaged(&likelihoods);
        for (prefix, likelihood) in shown.iter().zip(&likelihoods) {
            add(&mut mixture.everything, &posterior(&mixture.weights, likelihood), prefix.found() as f64);
        }
        scale(&mut mixture.everything);
        mixture
    }

    /// Loss in the last pass, over all prefixes.
    pub(super) fn last(&self) -> Last {
        self.last
    }

    /// The expected odds of a prefix to lose a probe in the last pass, and their expected square.
    pub(super) fn odds(&self, prefix: &Prefix) -> (f64, f64) {
        let weights = posterior(&self.weights, &self.likelihood(prefix));
        let mean = |power| {
            weights.iter().zip(&self.losses).map(|(weight, loss)| weight * (loss / (1.0 - loss)).powi(power)).sum()
        };
        (mean(1), mean(2))
    }

    /// The share of targets that so many passes miss, losses taken a little above what was measured.
    pub(super) fn missed_at_most(&self, passes: u32) -> f64 {
        let usual = self.usual;
        let above = (1.0 + PLAN_SIGMA * usual.relative_variance().sqrt()) * usual.loss / self.last.loss;
        let missed = |(share, loss): (&f64, &f64)| share * (loss * above).min(1.0).powi(passes as i32);
        self.everything.iter().zip(&self.losses).map(missed).sum()
    }

    /// Beta distributions of all correlations, each weighted by how well it explains what all prefixes have shown.
    fn averaged(&self, likelihoods: &[Vec<f64>]) -> Vec<f64> {
        let priors: Vec<Vec<f64>> = CORRELATIONS.iter().map(|&correlation| self.beta(correlation)).collect();
        let explains = |prior: &Vec<f64>| likelihoods.iter().map(|likelihood| dot(prior, likelihood).ln()).sum::<f64>();
        let logs: Vec<f64> = priors.iter().map(explains).collect();
        let most = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let mut weights = vec![0.0; self.losses.len()];
        for ((prior, log), correlation) in priors.iter().zip(&logs).zip(CORRELATIONS) {
            add(&mut weights, prior, (log - most).exp() / (1.0 + correlation / CORRELATION_USUAL));
        }
        scale(&mut weights);
        weights
    }

    /// The beta distribution of a correlation whose mean is the loss of the last pass, on the grid.
    fn beta(&self, correlation: f64) -> Vec<f64> {
        if correlation <= 0.0 {
            return (0..self.losses.len()).map(|at| f64::from(u8::from(at == MIDDLE))).collect();
        }
        let size = (1.0 - correlation) / correlation;
        let (a, b) = (self.last.loss * size, (1.0 - self.last.loss) * size);
        // The grid is logarithmic: a step is as wide as its loss is large.
        let logs: Vec<f64> = self.losses.iter().map(|loss| a * loss.ln() + (b - 1.0) * (-loss).ln_1p()).collect();
        likely(&logs)
    }

    /// How likely what a prefix has shown is under each loss, relative to the likeliest.
    fn likelihood(&self, prefix: &Prefix) -> Vec<f64> {
        let logs: Vec<f64> = self.chances.iter().map(|chances| log_likelihood(prefix, chances)).collect();
        let most = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        logs.iter().map(|log| (log - most).exp()).collect()
    }
}

fn log_likelihood(prefix: &Prefix, chances: &[Chances]) -> f64 {
    let of_pass = |(pass, chance): (usize, &Chances)| {
        let (asked, lost) = (f64::from(prefix.asked[pass]), f64::from(prefix.lost[pass]));
        (asked - lost) * chance.heard_ln + lost * chance.lost_ln + f64::from(prefix.found[pass]) * chance.found_ln
    };
    chances.iter().enumerate().map(of_pass).sum()
}

/// The chances of each pass where the last lets this share through, and the others what they do relative to it.
fn chances(heard: f64, canaries: &[f64], targets: &[f64]) -> Vec<Chances> {
    let mut unseen_ln = 0.0;
    let of_pass = |(canary, target): (&f64, &f64)| {
        let ((heard_ln, lost_ln), (yes_ln, no_ln)) = (logs(heard * canary), logs(heard * target));
        let found_ln = unseen_ln + yes_ln;
        unseen_ln += no_ln;
        Chances { heard_ln, lost_ln, found_ln }
    };
    let mut chances: Vec<Chances> = canaries.iter().zip(targets).map(of_pass).collect();
    // Only targets that were found are counted: given that they were heard at all.
    let seen_ln = (-unseen_ln.exp()).ln_1p();
    for chance in &mut chances {
        chance.found_ln -= seen_ln;
    }
    chances
}

fn loss_at(middle: f64, at: usize) -> f64 {
    middle * GRID_FACTOR.powi(at as i32 - MIDDLE as i32)
}

fn logs(heard: f64) -> (f64, f64) {
    let heard = heard.min(0.9999);
    (heard.ln(), (-heard).ln_1p())
}

/// Loss in the last pass from its canaries, helped a little by those before where it has few.
fn last(levels: &[Level]) -> Last {
    let (earlier, last) = levels.split_at(levels.len() - 1);
    let burst = burst(levels);
    let worth_of = |level: &Level| level.worth(level.burstiness_of(burst));
    let worth = worth_of(&last[0]);
    let before: f64 = earlier.iter().map(worth_of).sum();
    let before_lost: f64 = earlier.iter().map(|level| worth_of(level) * level.loss()).sum();
    // What is usual tells little of a pass that is over after a few bursts.
    let bursts = if burst > 0.0 { last[0].sent() / burst } else { f64::INFINITY };
    let helping = before.min(HELPING * PRIOR_WORTH / (worth + PRIOR_WORTH)).min(bursts);
    let lost = worth * last[0].loss() + if before > 0.0 { helping * before_lost / before } else { 0.0 };
    let all = worth + helping + 1.0;
    // The prior of H. Jeffreys where the pass can speak for itself, what is usual where it cannot.
    let own = (worth + helping) / (worth + helping + PRIOR_WORTH);
    let prior = 0.5 * own + usual(levels).loss * (1.0 - own);
    let burst_per_probe = if last[0].sent() > 0.0 { burst / last[0].sent() } else { 0.0 };
    Last { loss: ((lost + prior) / all).min(0.9 * LOSS_MOST), worth: all, burst_per_probe }
}

/// Loss in all passes.
fn usual(levels: &[Level]) -> Last {
    let burst = burst(levels);
    let worth_of = |level: &Level| level.worth(level.burstiness_of(burst));
    let all = levels.iter().map(worth_of).sum::<f64>() + 1.0;
    let lost = levels.iter().map(|level| worth_of(level) * level.loss()).sum::<f64>();
    Last { loss: ((lost + 0.5) / all).min(0.9 * LOSS_MOST), worth: all, burst_per_probe: 0.0 }
}

/// The length of bursts in the last pass: its own as far as its canaries tell, else that of all passes.
fn burst(levels: &[Level]) -> f64 {
    let runs: f64 = levels.iter().map(Level::runs).sum();
    let all = levels.iter().map(|level| level.runs() * level.burst()).sum::<f64>() / runs.max(1.0);
    levels.last().map_or(0.0, |last| (last.runs() * last.burst() + RUNS_ALIKE * all) / (last.runs() + RUNS_ALIKE))
}

/// What passes let through of the canaries, relative to the last.
fn canaries(levels: &[Level], heard: f64) -> Vec<f64> {
    let relative = |level: &Level| {
        let worth = level.worth(1.0);
        (1.0 - (worth * level.loss() + ALIKE * (1.0 - heard)) / (worth + ALIKE)) / heard
    };
    levels.iter().map(relative).collect()
}

/// What passes let through of the targets, relative to the last: such that prefixes that are all alike would show what
/// all of them together have shown. Backwards from the last pass, since each found is found in some pass.
fn targets(passes: usize, shown: &[&Prefix], heard: f64) -> Vec<f64> {
    let found = |pass: usize| shown.iter().map(|prefix| f64::from(prefix.found[pass])).sum::<f64>();
    let (mut relative, mut later, mut found_later) = (vec![1.0; passes], heard, found(passes - 1));
    for pass in (0..passes - 1).rev() {
        let now = found(pass);
        found_later += now;
        let share = if found_later > 0.0 { now / found_later } else { heard };
        let heard_now = (share * later / (1.0 - share + share * later)).clamp(0.0001, 0.9999);
        relative[pass] = heard_now / heard;
        later = heard_now + (1.0 - heard_now) * later;
    }
    relative
}

/// Weights from their logarithms.
fn likely(logs: &[f64]) -> Vec<f64> {
    let most = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let mut weights: Vec<f64> = logs.iter().map(|log| (log - most).exp()).collect();
    scale(&mut weights);
    weights
}

fn posterior(weights: &[f64], likelihood: &[f64]) -> Vec<f64> {
    let mut product: Vec<f64> = weights.iter().zip(likelihood).map(|(weight, likely)| weight * likely).collect();
    scale(&mut product);
    product
}

fn dot(weights: &[f64], likelihood: &[f64]) -> f64 {
    weights.iter().zip(likelihood).map(|(weight, likely)| weight * likely).sum::<f64>().max(f64::MIN_POSITIVE)
}

fn scale(weights: &mut [f64]) {
    let sum: f64 = weights.iter().sum();
    if sum > 0.0 {
        for weight in weights {
            *weight /= sum;
        }
    } else {
        weights[MIDDLE] = 1.0;
    }
}

fn add(sum: &mut [f64], more: &[f64], times: f64) {
    for (mine, more) in sum.iter_mut().zip(more) {
        *mine += more * times;
    }
}
