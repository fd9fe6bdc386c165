//! How often the interval of recall holds the truth, over a thousand simulated runs of each kind of loss.

mod sim;

use sim::path::{Loss, Path};
use sim::sample::{Sample, sample};

const RUNS: u64 = 1000;
const TARGETS: u64 = 12_000;
const OPEN: f64 = 0.08;
/// Of a thousand runs.
const MUST_HOLD: usize = 930;

fn samples(passes: u32, path: impl Fn(u64) -> Path) -> Vec<Sample> {
    let one = |seed: u64| sample(TARGETS, passes, seed, &mut Path { open: OPEN, ..path(seed * 7919 + 1) });
    (0..RUNS).map(one).collect()
}

fn assert_held(passes: u32, loss: &Loss) {
    let samples = samples(passes, |seed| Path::lossy(seed, loss.clone()));
    let held = samples.iter().filter(|sample| sample.holds()).count();
    assert!(held >= MUST_HOLD, "{held} of {RUNS}: {passes} passes, {loss:?}");
}

#[test]
fn the_interval_holds_the_truth_under_random_loss_of_one_percent() {
    assert_held(2, &Loss::Random(0.01));
}

#[test]
fn the_interval_holds_the_truth_under_random_loss_of_five_percent() {
    assert_held(2, &Loss::Random(0.05));
}

#[test]
fn the_interval_holds_the_truth_under_random_loss_of_thirty_percent() {
    assert_held(2, &Loss::Random(0.3));
}

#[test]
fn the_interval_holds_the_truth_after_a_single_pass() {
    assert_held(1, &Loss::Random(0.1));
}

#[test]
fn the_interval_holds_the_truth_under_short_bursts() {
    assert_held(2, &Loss::Bursts { begin: 0.001, end: 0.02, lost: 0.8 });
}

#[test]
fn the_interval_holds_the_truth_under_long_bursts() {
    assert_held(3, &Loss::Bursts { begin: 0.0002, end: 0.002, lost: 0.8 });
}

#[test]
fn the_interval_holds_the_truth_when_prefixes_lose_differently() {
    assert_held(2, &Loss::Prefixes(0.0, 0.3));
}

#[test]
fn the_interval_holds_the_truth_when_only_the_first_pass_was_congested() {
    let congested = |seed| Path { later: Some((700_000, Loss::Random(0.02))), ..Path::lossy(seed, Loss::Random(0.4)) };
    let held = samples(2, congested).iter().filter(|sample| sample.holds()).count();
    assert!(held >= MUST_HOLD, "{held} of {RUNS}");
}

#[test]
fn the_interval_is_narrow_enough_to_be_of_use() {
    let samples = samples(2, |seed| Path::lossy(seed, Loss::Random(0.05)));
    let width = |sample: &Sample| {
        sample.estimate.map_or(f64::INFINITY, |told| (told.high - told.low) as f64 / sample.open as f64)
    };
    let mean = samples.iter().map(width).sum::<f64>() / RUNS as f64;
    assert!(mean < 0.012, "{mean}");
}
