//! Prints what the simulations of rate and recall give, for the plots and tables of `docs/`. Sends nothing.
//!
//! `rate` lines are name, seconds, packets a second, limit; `outcome` lines are name, limit, recall, seconds, limit
//! found, passes, share of canary probes; `coverage` lines are loss, targets, share open, passes, share held, width.

#[path = "../tests/sim/mod.rs"]
mod sim;

use std::thread;

use sim::path::{Loss, Path};
use sim::run::{Plan, run};
use sim::sample::sample;

const TARGETS: u64 = 65_536;
const RUNS: u64 = 1000;
/// Every so many hundredths of a second are printed.
const EVERY: usize = 5;

fn paths() -> Vec<(&'static str, Plan, Path)> {
    let plan = Plan::new(TARGETS, 1);
    let limits = vec![(0, 30_000.0), (5_000_000, 8_000.0), (15_000_000, 30_000.0)];
    let lossy = |lost| Path::lossy(1, Loss::Random(lost));
    let bursts = Loss::Bursts { begin: 0.0005, end: 0.01, lost: 0.8 };
    vec![
        ("limit of 30,000/s", plan.clone(), Path::limited(1, 30_000.0)),
        ("limit of 5,000/s", plan.clone(), Path::limited(1, 5_000.0)),
        ("a limit that changes", Plan::new(500_000, 1), Path { limits, ..Path::new(1) }),
        ("1 % open, limit of 30,000/s", Plan::new(500_000, 1), Path { open: 0.01, ..Path::limited(1, 30_000.0) }),
        ("5 % random loss", plan.clone(), lossy(0.05)),
        ("10 % random loss", plan.clone(), lossy(0.1)),
        ("20 % random loss", plan.clone(), lossy(0.2)),
        ("5 % loss in bursts of 100", plan.clone(), Path::lossy(1, bursts)),
        ("10 % loss, limit of 30,000/s", plan.clone(), Path { loss: Loss::Random(0.1), ..Path::limited(1, 30_000.0) }),
        ("queue of 6,000, limit of 30,000/s", plan.clone(), Path { buffer: 6_000.0, ..Path::limited(1, 30_000.0) }),
        ("30 % slow hosts, limit of 30,000/s", plan, Path { slow: (0.3, 300_000), ..Path::limited(1, 30_000.0) }),
    ]
}

fn print_rates() {
    for (name, plan, mut path) in paths() {
        let outcome = run(&plan, &mut path);
        for point in outcome.points.iter().step_by(EVERY) {
            let limit = path.limit_at(point.at_us).map_or(String::new(), |pps| pps.to_string());
            println!("rate;{name};{};{};{limit}", point.at_us as f64 / 1e6, point.rate_pps);
        }
        let limit = path.limit_at(0).map_or(String::new(), |pps| pps.to_string());
        let found = outcome.limit_in_first_pass().map_or(String::new(), |pps| pps.to_string());
        let share = outcome.canary_probes as f64 / (outcome.sent + outcome.canary_probes) as f64;
        let (recall, seconds, passes) = (outcome.recall(), outcome.seconds, outcome.passes);
        println!("outcome;{name};{};{limit};{recall};{seconds};{found};{passes};{share}", plan.targets);
    }
}

fn losses() -> Vec<(&'static str, Loss)> {
    vec![
        ("random, 1 %", Loss::Random(0.01)),
        ("random, 5 %", Loss::Random(0.05)),
        ("random, 10 %", Loss::Random(0.1)),
        ("random, 20 %", Loss::Random(0.2)),
        ("random, 30 %", Loss::Random(0.3)),
        ("bursts of 50", Loss::Bursts { begin: 0.001, end: 0.02, lost: 0.8 }),
        ("bursts of 500", Loss::Bursts { begin: 0.0002, end: 0.002, lost: 0.8 }),
        ("prefixes, 0 to 30 %", Loss::Prefixes(0.0, 0.3)),
        ("prefixes, 0 to 60 %", Loss::Prefixes(0.0, 0.6)),
    ]
}

fn print_coverage(name: &str, loss: &Loss, targets: u64, open: f64, passes: u32) {
    let one = |seed: u64| {
        let mut path = Path { open, ..Path::lossy(seed * 7919 + 1, loss.clone()) };
        sample(targets, passes, seed, &mut path)
    };
    let samples: Vec<_> = (0..RUNS).map(one).collect();
    let held = samples.iter().filter(|sample| sample.holds()).count() as f64 / RUNS as f64;
    let widths = samples.iter().filter_map(|sample| {
        let told = sample.estimate.ok()?;
        Some((told.high - told.low) as f64 / sample.open as f64)
    });
    let width = widths.sum::<f64>() / RUNS as f64;
    println!("coverage;{name};{targets};{open};{passes};{held};{width}");
}

fn main() {
    print_rates();
    thread::scope(|scope| {
        for (targets, open) in [(12_000, 0.08), (5_000, 0.6)] {
            scope.spawn(move || {
                for (name, loss) in losses() {
                    (1..=3).for_each(|passes| print_coverage(name, &loss, targets, open, passes));
                }
            });
        }
    });
}
