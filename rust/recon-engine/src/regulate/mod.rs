//! Steers a running sweep: what the workers count becomes signals for the governor, control probes for the canaries,
//! and evidence for the estimate of recall. Never sends anything itself, and never waits: whoever works, ticks.

mod budgets;
mod causes;

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use recon_core::govern::canaries::Canaries;
use recon_core::govern::{Cause, Governor, START_PPS, Signals};
use recon_core::pace::Pace;
use recon_core::recall::{Estimate, Evidence, PASSES_LIMIT, RecallWhy};
use recon_core::space::{Block, Space};
use recon_core::tally::Tally;

use crate::counters::{Counters, Found, Sights};
use crate::feed::{Feed, Stage};
use crate::journal::Before;
use crate::settings::{Rate, Settings};
use budgets::Budgets;
use causes::Causes;

/// Canaries are looked at so often, signals reported and rates set so often, in microseconds.
const TICK_US: u64 = 1_000;
const REPORT_US: u64 = 10_000;
/// Where a run begins that never leaves this machine, in packets a second: there is no path to be found out.
const LOOPBACK_START_PPS: f64 = 100_000.0;
/// In a run over fewer targets nothing is asked only to measure: it would tell too little.
const TARGETS_LEAST: u64 = 1_000;
/// Control probes that may wait to be sent.
const MOST_WAITING: usize = 64;
/// Loss beyond this share of control probes is what limited a run at a rate that the user fixed.
const LOSS_LIMITS: f64 = 0.05;

/// The most probes that one round of a sender hands over together.
const LARGEST_HEAP: u64 = 256;

/// Which of the next probes a control probe goes before.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Chance {
    /// Probes to wait for; none while no control probe waits.
    wait: Option<u64>,
}

impl Chance {
    /// Another probe is about to leave, one of up to `heap` at once; whether the control probe goes first.
    fn falls(&mut self, now_ns: u64, heap: u64) -> bool {
        // The clock's last digits are as good as chance here.
        let left = self.wait.unwrap_or((now_ns >> 4) % heap.clamp(1, LARGEST_HEAP));
        self.wait = left.checked_sub(1);
        left == 0
    }
}

/// Where the search for the rate begins, in packets a second.
fn start_pps(space: &Space) -> f64 {
    let mut ranges = space.blocks().iter().map(Block::range);
    let is_local = ranges.all(|range| range.first().is_loopback() && range.last().is_loopback());
    if is_local { LOOPBACK_START_PPS } else { START_PPS }
}

/// How much of what is there was found.
pub type Recall = Result<Estimate, RecallWhy>;

/// What all workers of a run share of it.
#[derive(Debug)]
pub(crate) struct Regulator {
    workers: OnceLock<Vec<Arc<Counters>>>,
    is_auto: bool,
    is_watching: bool,
    goal: Option<f64>,
    budgets: Budgets,
    next_us: AtomicU64,
    /// Control probes that wait to be sent, and how many.
    queue: Mutex<VecDeque<u64>>,
    queued: AtomicUsize,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    governor: Governor,
    canaries: Canaries,
    evidence: Evidence,
    stage: Stage,
    seen: Sights,
    /// What was seen when the pass began.
    before: Sights,
    /// What the path was last seen to carry in a first pass, in packets a second.
    limit_pps: Option<f64>,
    reported_us: u64,
    /// Round trips of control probes since the last report: how many, and their sum.
    trips: (u64, u64),
    causes: Causes,
}

impl Regulator {
    /// For a run that earlier attempts began, or none.
    pub(crate) fn new(settings: &Settings, before: &Before) -> Self {
        let ceiling_pps = settings.rate.cap_pps();
        Self {
            workers: OnceLock::new(),
            is_auto: matches!(settings.rate, Rate::Auto(_)),
            is_watching: before.tally.targets >= TARGETS_LEAST,
            goal: settings.goal,
            budgets: Budgets::new(settings, before),
            next_us: AtomicU64::new(0),
            queue: Mutex::default(),
            queued: AtomicUsize::new(0),
            state: Mutex::new(State {
                governor: Governor::new(start_pps(settings.line.space()), ceiling_pps),
                canaries: Canaries::default(),
                evidence: Evidence::default(),
                stage: Stage { segment: settings.line.interval().start, pass: 1, undecided_us: None },
                seen: Sights::default(),
                before: Sights::default(),
                limit_pps: None,
                reported_us: 0,
                trips: (0, 0),
                causes: Causes::default(),
            }),
        }
    }

    /// The pace of a run at its beginning.
    pub(crate) fn pace(settings: &Settings) -> Pace {
        match settings.rate {
            Rate::Auto(ceiling) => Pace::steered(ceiling.unwrap_or(f64::MAX).min(start_pps(settings.line.space()))),
            Rate::Fixed(pps) => Pace::new(Some(pps)),
            Rate::Max => Pace::new(None),
        }
    }

    /// These are whose counters tell what happens. What earlier attempts have spent ends at once.
    pub(crate) fn watch(&self, workers: &[Arc<Counters>], feed: &Feed) {
        // Only the thread that starts the run calls it, once.
        let _ = self.workers.set(workers.to_vec());
        self.budgets.check(0, 0, feed);
    }

    /// Look at what has happened, if it is time to, and nobody else is.
    pub(crate) fn tick(&self, now_us: u64, feed: &Feed, pace: &Pace, timeout_us: u64) {
        if now_us < self.next_us.load(Ordering::Relaxed) {
            return;
        }
        let (Ok(mut state), Some(workers)) = (self.state.try_lock(), self.workers.get()) else {
            return;
        };
        self.next_us.store(now_us + TICK_US, Ordering::Relaxed);
        if now_us >= state.reported_us + REPORT_US {
            let (mut sights, mut found) = (Sights::default(), Vec::new());
            for worker in workers {
                worker.look(&mut sights, &mut found);
            }
            state.follow(now_us, feed);
            state.learn(&found, self.is_watching);
            let is_sending = sights.asked > state.seen.asked;
            if !is_sending {
                self.withdraw_waiting(&mut state);
            }
            state.report(now_us, sights);
            self.steer(&mut state, now_us, pace, is_sending);
            self.decide(&mut state, now_us, feed, timeout_us);
        }
        self.ask_canary(&mut state, now_us);
    }

    fn steer(&self, state: &mut State, now_us: u64, pace: &Pace, is_sending: bool) {
        if self.is_auto {
            state.causes.note(now_us, is_sending.then(|| state.governor.limited_by()));
            pace.set(state.governor.rate_pps());
        }
    }

    /// Whether another pass is wanted, once what the last one asked is known; and whether the budget is spent.
    fn decide(&self, state: &mut State, now_us: u64, feed: &Feed, timeout_us: u64) {
        self.budgets.check(now_us, state.seen.sent, feed);
        // Where nothing can be told from control probes, there is nothing to wait for.
        let is_blind = state.canaries.is_empty();
        let patience_us = if is_blind { 0 } else { state.canaries.patience_us().max(timeout_us) };
        if let Some(since_us) = state.stage.undecided_us
            && now_us >= since_us + patience_us
        {
            let pass = state.stage.pass;
            let needed = self.goal.map(|goal| state.evidence.passes_needed(goal));
            let wants_more = needed.is_some_and(|needed| needed.is_ok_and(|needed| pass < needed));
            feed.decide(wants_more && pass < PASSES_LIMIT as u32);
        }
    }

    fn ask_canary(&self, state: &mut State, now_us: u64) {
        let asked = state.seen.asked - state.before.asked;
        if state.stage.undecided_us.is_some() || self.queued.load(Ordering::Relaxed) >= MOST_WAITING {
            return;
        }
        if let Some(position) = state.canaries.next(now_us, asked) {
            self.put_back(position);
        }
    }

    /// Nothing is sent for them to go along with: control probes that wait say nothing.
    fn withdraw_waiting(&self, state: &mut State) {
        while let Some(position) = self.take_canary() {
            state.canaries.withdraw(position);
        }
    }

    /// Whether a control probe waits to be sent.
    fn has_canary(&self) -> bool {
        self.queued.load(Ordering::Relaxed) > 0
    }

    /// Whether a control probe is to be sent now. It must not always be the first of a heap of probes, which fares
    /// better than the others: it waits for a few of them, by chance.
    pub(crate) fn is_turn_of_canary(&self, chance: &mut Chance, now_ns: u64, heap: u64) -> bool {
        self.has_canary() && chance.falls(now_ns, heap)
    }

    /// The position to ask again now.
    pub(crate) fn take_canary(&self) -> Option<u64> {
        let mut queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        let position = queue.pop_front();
        self.queued.store(queue.len(), Ordering::Relaxed);
        position
    }

    fn put_back(&self, position: u64) {
        let mut queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        queue.push_back(position);
        self.queued.store(queue.len(), Ordering::Relaxed);
    }

    /// A control probe was answered, be it by a refusal.
    pub(crate) fn canary_answered(&self, position: u64, now_us: u64) {
        let mut state = self.lock();
        if let Some(rtt_us) = state.canaries.answered(position, now_us) {
            state.trips = (state.trips.0 + 1, state.trips.1 + rtt_us);
        }
    }

    /// A control probe could not leave.
    pub(crate) fn canary_withdrawn(&self, position: u64) {
        self.lock().canaries.withdraw(position);
    }

    /// How much was found, as far as the counters of a finished run tell.
    pub(crate) fn recall(&self, tally: &Tally) -> Recall {
        let state = self.lock();
        if tally.silent + tally.unknown == 0 && tally.settled == tally.targets {
            return Ok(state.evidence.all_heard(tally.open));
        }
        state.evidence.estimate(tally.silent)
    }

    /// Passes over the line that were begun.
    pub(crate) fn passes(&self) -> u32 {
        self.lock().evidence.passes()
    }

    /// What the rate was held by for longest, if it was found by trying or lost much.
    pub(crate) fn cause(&self) -> Option<&'static str> {
        let state = self.lock();
        if self.is_auto {
            return state.causes.longest();
        }
        let loss = state.evidence.loss();
        loss.filter(|&loss| loss >= LOSS_LIMITS).map(|_| causes::name(Cause::PathLoss))
    }

    /// What the path was seen to carry, in packets of ours a second.
    pub(crate) fn path_limit_pps(&self) -> Option<f64> {
        self.lock().limit_pps.filter(|_| self.is_auto)
    }

    /// The budget that ended the run, if one did.
    pub(crate) fn spent(&self) -> Option<&'static str> {
        self.budgets.spent()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Notice a further pass or segment.
    fn follow(&mut self, now_us: u64, feed: &Feed) {
        let stage = feed.stage();
        if stage.segment != self.stage.segment {
            self.evidence.begin_segment();
            self.begin(now_us, u64::MAX);
        } else if stage.pass != self.stage.pass {
            self.evidence.begin_pass();
            self.begin(now_us, feed.count_silent());
        }
        self.stage = stage;
    }

    fn begin(&mut self, now_us: u64, targets: u64) {
        self.canaries.begin_pass();
        self.governor.begin_pass(now_us, targets);
        self.before = self.seen;
    }

    fn learn(&mut self, found: &[Found], is_watching: bool) {
        for found in found {
            self.evidence.found(found.prefix);
            if let Some(position) = found.position.filter(|_| is_watching) {
                self.canaries.learn(position, found.prefix);
            }
        }
    }

    /// Tell the governor and the estimate what came since the last time.
    fn report(&mut self, now_us: u64, seen: Sights) {
        let canary_age_us = self.canaries.patience_us();
        let verdicts = self.canaries.judge(now_us);
        for verdict in &verdicts {
            self.evidence.canary(verdict.prefix, verdict.weight, verdict.rtt_us.is_some());
        }
        let (trips, trips_us) = std::mem::take(&mut self.trips);
        let (trips, trips_us) = (trips + seen.trips - self.seen.trips, trips_us + seen.trips_us - self.seen.trips_us);
        let signals = Signals {
            sent: seen.asked - self.seen.asked,
            opened: seen.opened - self.seen.opened,
            refused: seen.refused - self.seen.refused,
            icmp: seen.icmp - self.seen.icmp,
            canaries_asked: verdicts.len() as u64,
            canaries_answered: verdicts.iter().filter(|verdict| verdict.rtt_us.is_some()).count() as u64,
            canary_age_us,
            rtt_us: trips_us.checked_div(trips),
            drops: seen.drops - self.seen.drops,
            local_errors: seen.scarce - self.seen.scarce,
        };
        self.governor.on_signals(now_us, &signals);
        (self.seen, self.reported_us) = (seen, now_us);
        if let Some(rtt_us) = signals.rtt_us {
            self.canaries.expect(rtt_us);
        }
        if self.stage.pass == 1
            && let Some(probes_pps) = self.governor.path_limit_pps()
        {
            self.limit_pps = Some(probes_pps * self.packets_a_probe());
        }
    }

    /// How many packets of ours come with one probe in this pass.
    fn packets_a_probe(&self) -> f64 {
        let asked = (self.seen.asked - self.before.asked).max(1);
        (self.seen.packets() - self.before.packets()) as f64 / asked as f64
    }
}

#[cfg(test)]
mod tests {
    use recon_core::parse_ports::PortSet;
    use recon_core::parse_targets::parse_target;
    use recon_core::space::SpaceBuilder;

    use super::*;

    fn started_pps(words: &[&str]) -> f64 {
        let mut builder = SpaceBuilder::new(PortSet::parse("80").expect("a port"));
        for word in words {
            builder.add(&parse_target(word).expect("a target")).expect("an address");
        }
        start_pps(&builder.build().expect("few targets"))
    }

    #[test]
    fn only_a_run_that_never_leaves_this_machine_starts_fast() {
        assert!(started_pps(&["127.0.0.0/8", "::1"]) > START_PPS);
        assert!(started_pps(&["127.0.0.1", "192.0.2.1"]) <= START_PPS);
        assert!(started_pps(&["126.255.255.0-127.0.0.9"]) <= START_PPS);
    }

    #[test]
    fn a_control_probe_has_no_usual_place_in_a_heap() {
        let place = |now_ns: u64| {
            let mut chance = Chance::default();
            (0..8).find(|_| chance.falls(now_ns, 8)).expect("its place is within the heap")
        };
        let places: std::collections::BTreeSet<u64> = (0..8).map(|step| place(step << 4)).collect();
        assert_eq!(places.len(), 8);
    }

    #[test]
    fn a_lone_probe_does_not_keep_a_control_probe_waiting() {
        assert!(Chance::default().falls(7 << 4, 1));
        assert!((0..LARGEST_HEAP).any(|_| Chance::default().falls(0, u64::MAX)));
    }
}
