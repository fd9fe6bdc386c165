//! `--rate auto` over modelled paths: what it finds, in what time, and what it calls the cause.

mod sim;

use std::collections::HashSet;

use recon_core::govern::{Cause, Governor, START_PPS, Signals};
use recon_core::recall::RecallWhy;
use sim::path::{Loss, Path};
use sim::run::{Outcome, Passes, Plan, Rate, run};

const TARGETS: u64 = 65_536;

fn sweep(path: &mut Path) -> Outcome {
    run(&Plan::new(TARGETS, 1), path)
}

/// A sweep of open targets behind a limit it is not told.
fn assert_found_behind(limit_pps: f64) {
    for seed in 1..=5 {
        let outcome = run(&Plan::new(TARGETS, seed), &mut Path::limited(seed, limit_pps));
        let ideal = TARGETS as f64 / limit_pps;
        let found_pps = outcome.limit_in_first_pass().expect("the limit was met");
        assert!(outcome.recall() >= 0.999, "{}", outcome.recall());
        assert!(outcome.seconds <= 2.0 * ideal, "{} of {ideal} s", outcome.seconds);
        assert!((found_pps / limit_pps - 1.0).abs() <= 0.1, "{found_pps} of {limit_pps}/s");
    }
}

#[test]
fn a_limit_of_30000_packets_a_second_is_found_in_twice_the_ideal_time() {
    assert_found_behind(30_000.0);
}

#[test]
fn a_limit_of_5000_packets_a_second_is_found_in_twice_the_ideal_time() {
    assert_found_behind(5_000.0);
}

#[test]
fn the_limit_is_used_once_it_is_found() {
    let outcome = run(&Plan::new(300_000, 1), &mut Path::limited(1, 30_000.0));
    let used = outcome.mean_pps(2.0, 9.0) / 30_000.0;
    assert!((0.9..1.1).contains(&used), "{used}");
    assert!(outcome.named(Cause::PathLoss));
}

#[test]
fn without_a_limit_it_is_as_fast_as_the_sender() {
    let plan = Plan { sender_pps: 100_000.0, ..Plan::new(1_200_000, 1) };
    let auto = run(&plan, &mut Path::new(1));
    let most = run(&Plan { rate: Rate::Fixed(100_000.0), ..plan }, &mut Path::new(1));
    assert!(auto.seconds <= most.seconds / 0.9, "{} and {} s", auto.seconds, most.seconds);
    assert!(auto.named(Cause::Sender) && !auto.named(Cause::PathLoss));
}

#[test]
fn random_loss_does_not_stop_the_growth_and_later_passes_make_up_for_it() {
    for lost in [0.05, 0.1, 0.2] {
        for seed in 1..=5 {
            let outcome = run(&Plan::new(TARGETS, seed), &mut Path::lossy(seed, Loss::Random(lost)));
            assert!(outcome.recall() >= 0.999, "{lost}: {}", outcome.recall());
            assert!(outcome.most_pps() >= 200_000.0, "{lost}: {}", outcome.most_pps());
            assert!(outcome.interval_holds(), "{lost}: {:?}", outcome.estimate);
        }
    }
}

#[test]
fn random_loss_before_a_limit_hides_it_from_nobody() {
    let mut path = Path { loss: Loss::Random(0.1), ..Path::limited(1, 30_000.0) };
    let outcome = run(&Plan::new(200_000, 1), &mut path);
    let used = outcome.mean_pps(2.0, 5.0) / 30_000.0;
    assert!((0.85..1.15).contains(&used), "{used}");
    assert!(outcome.recall() >= 0.999);
}

#[test]
fn loss_that_begins_in_mid_run_is_told_from_a_limit() {
    let later = Some((2_000_000, Loss::Random(0.15)));
    let plan = Plan { sender_pps: 50_000.0, ..Plan::new(500_000, 1) };
    let outcome = run(&plan, &mut Path { later, ..Path::new(1) });
    assert!(outcome.mean_pps(5.0, 9.0) >= 45_000.0, "{}", outcome.mean_pps(5.0, 9.0));
    assert!(outcome.recall() >= 0.999);
}

#[test]
fn a_limit_that_changes_is_followed_both_ways() {
    let limits = vec![(0, 30_000.0), (5_000_000, 8_000.0), (15_000_000, 30_000.0)];
    let outcome = run(&Plan::new(500_000, 1), &mut Path { limits, ..Path::new(1) });
    for (from, to, limit_pps) in [(2.0, 5.0, 30_000.0), (6.0, 15.0, 8_000.0), (20.0, 24.0, 30_000.0)] {
        let used = outcome.mean_pps(from, to) / limit_pps;
        assert!((0.85..1.15).contains(&used), "from {from} s: {used}");
    }
    assert!(outcome.recall() >= 0.999 && outcome.passes <= 3);
}

#[test]
fn twenty_runs_over_one_lossy_path_find_the_same() {
    let one = |seed| {
        let plan = Plan::new(20_000, seed);
        run(&plan, &mut Path { open: 0.5, ..Path::lossy(9, Loss::Random(0.1)) }.reseeded(seed)).found
    };
    let sets: Vec<HashSet<u64>> = (0..20).map(one).collect();
    let open = sets.iter().flatten().collect::<HashSet<_>>().len();
    let differ = |a: &HashSet<u64>, b: &HashSet<u64>| a.symmetric_difference(b).count() as f64 / open as f64;
    let most = sets.iter().flat_map(|a| sets.iter().map(move |b| differ(a, b))).fold(0.0, f64::max);
    assert!(most <= 0.001, "{most}");
}

#[test]
fn canaries_alone_find_the_limit_when_one_target_in_a_hundred_answers() {
    let outcome = run(&Plan::new(500_000, 1), &mut Path { open: 0.01, ..Path::limited(1, 30_000.0) });
    let used = outcome.mean_pps(6.0, 16.0) / 30_000.0;
    assert!((0.85..1.15).contains(&used), "{used}");
    assert!(outcome.recall() >= 0.999 && outcome.interval_holds());
    assert!(outcome.canary_probes as f64 <= 0.01 * (outcome.sent + outcome.canary_probes) as f64);
}

#[test]
fn a_queue_is_noticed_by_its_round_trip_before_it_spills() {
    let outcome = sweep(&mut Path { buffer: 6_000.0, ..Path::limited(1, 30_000.0) });
    assert!(outcome.named(Cause::RoundTrip));
    assert!(outcome.recall() >= 0.999 && outcome.seconds < 6.0, "{}", outcome.seconds);
}

#[test]
fn refusals_that_targets_limit_do_not_slow_the_sweep() {
    let mut path = Path { open: 0.02, closed: 0.9, refusals_pps: Some(2_000.0), ..Path::new(1) };
    let plan = Plan { passes: Passes::Just(1), sender_pps: 50_000.0, ..Plan::new(400_000, 1) };
    let outcome = run(&plan, &mut path);
    assert!(outcome.named(Cause::Target));
    assert!(outcome.mean_pps(4.0, 8.0) >= 45_000.0, "{}", outcome.mean_pps(4.0, 8.0));
    assert!(outcome.recall() >= 0.999);
}

#[test]
fn slow_hosts_are_not_loss() {
    let outcome = sweep(&mut Path { slow: (0.3, 300_000), ..Path::limited(1, 30_000.0) });
    assert!(outcome.recall() >= 0.999, "{}", outcome.recall());
    let found_pps = outcome.limit_in_first_pass().expect("the limit was met");
    assert!((found_pps / 30_000.0 - 1.0).abs() <= 0.15, "{found_pps}");
}

#[test]
fn a_middlebox_that_blocks_is_named_and_no_recall_is_claimed() {
    let plan = Plan { passes: Passes::Just(2), ..Plan::new(TARGETS, 1) };
    let outcome = run(&plan, &mut Path { blocks_after: Some(20_000), ..Path::new(1) });
    assert!(outcome.named(Cause::Blocked));
    assert_eq!(outcome.estimate, Err(RecallWhy::Blocked));
}

#[test]
fn bursts_of_loss_are_not_a_limit() {
    let outcome = sweep(&mut Path::lossy(1, Loss::Bursts { begin: 0.0005, end: 0.01, lost: 0.8 }));
    assert!(outcome.most_pps() >= 200_000.0, "{}", outcome.most_pps());
    assert!(outcome.recall() >= 0.999);
}

#[test]
fn failures_of_ours_slow_it_down_at_once_and_are_named() {
    let plan = Plan { failures_us: vec![700_000, 701_000], ..Plan::new(TARGETS, 1) };
    let outcome = run(&plan, &mut Path::new(1));
    assert!(outcome.named(Cause::LocalErrors));
    assert!(outcome.mean_pps(0.715, 0.725) < 0.8 * outcome.mean_pps(0.685, 0.695));
}

#[test]
fn dropped_answers_are_named() {
    let mut governor = Governor::new(START_PPS, None);
    governor.on_signals(10_000, &Signals { sent: 10, drops: 1, ..Signals::default() });
    assert_eq!(governor.limited_by(), Cause::ReceiveDrops);
    assert!(governor.rate_pps() < START_PPS);
}

#[test]
fn complaints_of_routers_slow_it_down() {
    let mut governor = Governor::new(10_000.0, None);
    for tick in 1..200 {
        let icmp = if tick > 60 { 40 } else { 1 };
        let signals = Signals { sent: 100, icmp, opened: 50, rtt_us: Some(1_000), ..Signals::default() };
        governor.on_signals(tick * 10_000, &signals);
        if governor.limited_by() == Cause::Icmp {
            return;
        }
    }
    panic!("never named");
}

#[test]
fn the_ceiling_is_never_exceeded_and_is_named() {
    let mut governor = Governor::new(START_PPS, Some(6_000.0));
    for tick in 1..300 {
        let sent = (governor.rate_pps() / 100.0) as u64;
        let signals = Signals { sent, opened: sent, rtt_us: Some(1_000), ..Signals::default() };
        governor.on_signals(tick * 10_000, &signals);
        assert!(governor.rate_pps() <= 6_000.0);
    }
    assert_eq!(governor.limited_by(), Cause::RateCap);
}
