//! The loop that an engine runs, over a modelled path: passes, canaries, governor, estimate. It decides nothing itself.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashSet};

use recon_core::govern::canaries::Canaries;
use recon_core::govern::{Cause, Governor, START_PPS, Signals};
use recon_core::recall::{Estimate, Evidence, RecallWhy};
use recon_core::shuffle::Shuffle;

use super::path::{Answer, Path};

/// Sends are handed out each millisecond, signals each ten.
const TICK_US: u64 = 1_000;
const SIGNALS_US: u64 = 10_000;
/// From the end of a pass to the next.
const GAP_US: u64 = 1_000_000;
/// A simulated run is given up after so long.
const LONGEST_US: u64 = 600_000_000;

/// Who sets the rate.
#[derive(Clone, Debug)]
pub enum Rate {
    Auto,
    Fixed(f64),
}

/// How many passes.
#[derive(Clone, Copy, Debug)]
pub enum Passes {
    /// Until so much of what is there is expected to be found.
    Goal(f64),
    Just(u32),
}

/// What to simulate.
#[derive(Clone, Debug)]
pub struct Plan {
    pub targets: u64,
    pub seed: u64,
    pub rate: Rate,
    pub passes: Passes,
    /// The most packets a second that the sender can build.
    pub sender_pps: f64,
    /// Local failures reported at these times in microseconds.
    pub failures_us: Vec<u64>,
    /// Stop sending after so long.
    pub until_us: u64,
}

impl Plan {
    pub fn new(targets: u64, seed: u64) -> Self {
        Self {
            targets,
            seed,
            rate: Rate::Auto,
            passes: Passes::Goal(0.999),
            sender_pps: 1_000_000.0,
            failures_us: Vec::new(),
            until_us: LONGEST_US,
        }
    }
}

/// The state each hundredth of a second.
#[derive(Clone, Copy, Debug)]
pub struct Point {
    pub at_us: u64,
    pub rate_pps: f64,
    pub answered: u64,
    pub pass: u32,
    pub cause: Cause,
    pub limit_pps: Option<f64>,
}

/// What came out.
#[derive(Debug)]
pub struct Outcome {
    pub open: u64,
    pub found: HashSet<u64>,
    pub seconds: f64,
    pub sent: u64,
    pub canary_probes: u64,
    pub points: Vec<Point>,
    pub limit_pps: Option<f64>,
    pub estimate: Result<Estimate, RecallWhy>,
    pub passes: u32,
}

impl Outcome {
    pub fn recall(&self) -> f64 {
        self.found.len() as f64 / self.open as f64
    }

    pub fn interval_holds(&self) -> bool {
        self.estimate.as_ref().is_ok_and(|estimate| (estimate.low..=estimate.high).contains(&self.open))
    }

    /// Mean rate between two times in seconds.
    pub fn mean_pps(&self, from: f64, to: f64) -> f64 {
        let times = |point: &&Point| (from..to).contains(&(point.at_us as f64 / 1e6));
        let rates: Vec<f64> = self.points.iter().filter(times).map(|point| point.rate_pps).collect();
        rates.iter().sum::<f64>() / rates.len() as f64
    }

    /// The last limit that was seen in the first pass.
    pub fn limit_in_first_pass(&self) -> Option<f64> {
        self.points.iter().filter(|point| point.pass == 1).filter_map(|point| point.limit_pps).next_back()
    }

    /// The highest rate.
    pub fn most_pps(&self) -> f64 {
        self.points.iter().map(|point| point.rate_pps).fold(0.0, f64::max)
    }

    /// Whether this was ever the cause.
    pub fn named(&self, cause: Cause) -> bool {
        self.points.iter().any(|point| point.cause == cause)
    }
}

struct Loop<'a> {
    plan: &'a Plan,
    path: &'a mut Path,
    governor: Governor,
    canaries: Canaries,
    evidence: Evidence,
    arrivals: BinaryHeap<Reverse<(u64, u64, bool, bool)>>,
    found: HashSet<u64>,
    refused: HashSet<u64>,
    signals: Signals,
    trips_us: Vec<u64>,
    now_us: u64,
    credit: f64,
    pass_sent: u64,
    sent: u64,
    canary_probes: u64,
    points: Vec<Point>,
}

/// Simulate a run.
pub fn run(plan: &Plan, path: &mut Path) -> Outcome {
    let open = (0..plan.targets).filter(|&position| path.is_open(position)).count() as u64;
    let mut run = Loop::new(plan, path);
    run.passes();
    Outcome {
        open,
        estimate: run.evidence.estimate(plan.targets - (run.found.len() + run.refused.len()) as u64),
        found: run.found,
        seconds: run.now_us as f64 / 1e6,
        sent: run.sent,
        canary_probes: run.canary_probes,
        points: run.points,
        limit_pps: run.governor.path_limit_pps(),
        passes: run.evidence.passes(),
    }
}

impl<'a> Loop<'a> {
    fn new(plan: &'a Plan, path: &'a mut Path) -> Self {
        Self {
            plan,
            path,
            governor: Governor::new(START_PPS, None),
            canaries: Canaries::default(),
            evidence: Evidence::default(),
            arrivals: BinaryHeap::new(),
            found: HashSet::new(),
            refused: HashSet::new(),
            signals: Signals::default(),
            trips_us: Vec::new(),
            now_us: 0,
            credit: 0.0,
            pass_sent: 0,
            sent: 0,
            canary_probes: 0,
            points: Vec::new(),
        }
    }

    fn passes(&mut self) {
        let order = Shuffle::new(self.plan.targets, self.plan.seed);
        let mut silent: Vec<u64> = (0..self.plan.targets).map(|place| order.at(place)).collect();
        loop {
            self.pass(&silent);
            silent.retain(|position| !self.found.contains(position) && !self.refused.contains(position));
            if silent.is_empty() || self.is_enough() || self.now_us >= self.plan.until_us {
                return;
            }
            self.wait(GAP_US.saturating_sub(self.canaries.patience_us()));
            self.evidence.begin_pass();
            self.canaries.begin_pass();
            self.governor.begin_pass(self.now_us, silent.len() as u64);
        }
    }

    fn is_enough(&self) -> bool {
        let passes = self.evidence.passes();
        match self.plan.passes {
            Passes::Just(most) => passes >= most,
            Passes::Goal(goal) => {
                passes >= 12 || self.evidence.passes_needed(goal).is_ok_and(|needed| passes >= needed)
            }
        }
    }

    /// Ask all of these, and wait until the last can have answered.
    fn pass(&mut self, silent: &[u64]) {
        let mut left = silent.iter().copied().peekable();
        self.pass_sent = 0;
        while left.peek().is_some() && self.now_us < self.plan.until_us {
            self.credit += self.rate_pps() * TICK_US as f64 / 1e6;
            let count = self.credit as u64;
            for index in 0..count {
                let at_us = self.now_us as f64 + TICK_US as f64 * index as f64 / count as f64;
                self.send_one(at_us, &mut left);
            }
            self.credit -= count as f64;
            self.tick();
        }
        self.wait(self.canaries.patience_us());
    }

    fn send_one(&mut self, at_us: f64, left: &mut impl Iterator<Item = u64>) {
        if let Some(position) = self.canaries.next(self.now_us, self.pass_sent) {
            self.canary_probes += 1;
            self.carry(at_us, position, true);
        } else if let Some(position) = left.next() {
            self.pass_sent += 1;
            self.sent += 1;
            self.signals.sent += 1;
            self.carry(at_us, position, false);
        }
    }

    fn carry(&mut self, at_us: f64, position: u64, is_canary: bool) {
        if let Some((arrival_us, answer)) = self.path.carry(at_us, position) {
            self.arrivals.push(Reverse((arrival_us, position, answer == Answer::Opened, is_canary)));
        }
    }

    fn rate_pps(&self) -> f64 {
        let wanted = match self.plan.rate {
            Rate::Auto => self.governor.rate_pps(),
            Rate::Fixed(pps) => pps,
        };
        wanted.min(self.plan.sender_pps)
    }

    fn wait(&mut self, wait_us: u64) {
        let until_us = self.now_us + wait_us;
        while self.now_us < until_us {
            self.tick();
        }
    }

    fn tick(&mut self) {
        self.now_us += TICK_US;
        while let Some(&Reverse((arrival_us, position, is_open, is_canary))) = self.arrivals.peek() {
            if arrival_us > self.now_us {
                break;
            }
            self.arrivals.pop();
            self.hear(arrival_us, position, is_open, is_canary);
        }
        if self.now_us.is_multiple_of(SIGNALS_US) {
            self.report();
        }
    }

    fn hear(&mut self, arrival_us: u64, position: u64, is_open: bool, is_canary: bool) {
        if is_canary {
            self.trips_us.extend(self.canaries.answered(position, arrival_us));
        } else if !is_open {
            self.signals.refused += u64::from(self.refused.insert(position));
        } else if self.found.insert(position) {
            self.signals.opened += 1;
            self.evidence.found(Path::prefix(position));
            self.canaries.learn(position, Path::prefix(position));
        }
    }

    fn report(&mut self) {
        self.signals.canary_age_us = self.canaries.patience_us();
        let verdicts = self.canaries.judge(self.now_us);
        for verdict in &verdicts {
            self.evidence.canary(verdict.prefix, verdict.weight, verdict.rtt_us.is_some());
        }
        self.signals.canaries_asked = verdicts.len() as u64;
        self.signals.canaries_answered = verdicts.iter().filter(|verdict| verdict.rtt_us.is_some()).count() as u64;
        let trips_us = std::mem::take(&mut self.trips_us);
        self.signals.rtt_us = (!trips_us.is_empty()).then(|| trips_us.iter().sum::<u64>() / trips_us.len() as u64);
        let failed = |at_us: &&u64| (self.now_us - SIGNALS_US..self.now_us).contains(at_us);
        self.signals.local_errors = self.plan.failures_us.iter().filter(failed).count() as u64;
        self.points.push(self.point());
        self.governor.on_signals(self.now_us, &self.signals);
        self.signals = Signals::default();
    }

    fn point(&self) -> Point {
        Point {
            at_us: self.now_us,
            rate_pps: self.rate_pps(),
            answered: self.signals.opened + self.signals.refused,
            pass: self.evidence.passes(),
            cause: self.governor.limited_by(),
            limit_pps: self.governor.path_limit_pps(),
        }
    }
}
