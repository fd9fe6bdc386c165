//! `--rate auto`: finds the rate that a path carries from what comes back. Never sends, waits or reads a clock.
//!
//! Slow start, then additive increase and multiplicative decrease. The line is shuffled, so that the share of probes
//! that answer is the same in every spell of a pass but for loss; canaries are known to answer at all. Each spell of
//! constant rate is compared with the healthy ones before it. Loss that came with the rate goes with it: after a cut
//! the path is well again. Loss that stays after two cuts is the path's own, becomes the usual, and the rate returns.

mod evidence;
mod growth;
mod ledger;
mod signals;
mod spell;

pub mod canaries;

use evidence::{Compared, Evidence};
use growth::Growth;
use ledger::Ledger;
pub use signals::{Cause, Signals};
use spell::{Bursts, Spell};

/// The rate a run begins with, in packets a second.
pub const START_PPS: f64 = 1000.0;

/// The rate is never cut below this, in packets a second.
const LEAST_PPS: f64 = 100.0;
/// A pass lasts at least so many seconds.
const PASS_LEAST_S: f64 = 0.25;
/// A healthy spell doubles the rate after so long, and sooner when its answers already say enough.
const STEP_US: u64 = 200_000;
const STEP_LEAST_US: u64 = 20_000;
/// A spell that heard too little to be called healthy lasts this long; one that hears doubtful news, at most thrice.
const BLIND_US: u64 = 1_000_000;
/// Answers in the first spell that make it a measure for the next, and how long it waits for the slow ones.
const FIRST_US: u64 = 300_000;
const FIRST_ANSWERS: f64 = 50.0;
/// Relative errors of a spell's answers: what doubling needs, what a step needs, and what is as good as blind.
const ERROR_START: f64 = 0.1;
const ERROR_STEP: f64 = 0.03;
const ERROR_BLIND: f64 = 0.5;
/// Fewer answers than this share of the usual, by so many standard errors, are loss.
const LOSS_RATIO: f64 = 0.97;
const LOSS_US: u64 = 80_000;
const LOSS_SIGMA: f64 = -4.0;
/// Beyond this there is doubt, and the rate waits; below it a spell is no measure for later ones.
const DOUBT_SIGMA: f64 = -1.5;
const MEASURE_SIGMA: f64 = -1.0;
/// ICMP errors are rising when they are so many times the usual, by so many standard errors.
const ICMP_RATIO: f64 = 2.0;
const ICMP_SIGMA: f64 = 4.0;
/// A queue builds up when the round trip is twice the usual and this much more.
const QUEUE_US: f64 = 10_000.0;
const QUEUE_REPORTS: u32 = 3;
/// What is kept of the rate: of what the path was seen to carry, in a queue, and after a local failure.
const KEEP_LOSS: f64 = 0.95;
/// One cut keeps at least this share.
const KEEP_LEAST: f64 = 0.125;
const KEEP_QUEUE: f64 = 0.85;
const KEEP_LOCAL: f64 = 0.7;
/// Loss that so many cuts did not help has another reason than the rate.
const CUTS: u32 = 2;
/// A cut that helped shows by so many standard errors.
const HELPED_SIGMA: f64 = 2.0;
/// Missing refusals are looked into for so long, until open targets owe so many answers.
const DOUBT_US: u64 = 250_000;
const DOUBT_ANSWERS: f64 = 15.0;
/// Less than this share of the usual answers, at any rate, is a path that is blocked.
const BLOCKED_RATIO: f64 = 0.1;
/// A sender that leaves less than this share of the rate is what limits the run.
const SENDER_RATIO: f64 = 0.75;
/// The measure remembers this many spells as long as the last.
const MEMORY: f64 = 100.0;

/// A cut that is yet to prove that it helped.
#[derive(Clone, Copy, Debug)]
struct Trial {
    usual_pps: f64,
    growth: Growth,
    cuts: u32,
    evidence: Evidence,
}

/// Finds the rate. Feed it every 10 to 50 ms.
#[derive(Clone, Debug)]
pub struct Governor {
    rate_pps: f64,
    start_pps: f64,
    ceiling_pps: f64,
    pass_pps: f64,
    growth: Growth,
    cause: Cause,
    limit_pps: Option<f64>,
    heard_us: u64,
    spell: Spell,
    usual: Evidence,
    usual_rtt_us: Option<f64>,
    queue_cuts: u32,
    trial: Option<Trial>,
    doubted: Evidence,
    trusts_refusals: bool,
    bursts: Bursts,
    ledger: Ledger,
}

impl Governor {
    /// Begin at `start_pps` packets a second and never exceed `ceiling_pps`.
    ///
    /// # Panics
    /// When either is not a positive number.
    #[must_use]
    pub fn new(start_pps: f64, ceiling_pps: Option<f64>) -> Self {
        let ceiling_pps = ceiling_pps.unwrap_or(f64::MAX);
        assert!(start_pps > 0.0 && ceiling_pps > 0.0, "rates above zero");
        let start_pps = start_pps.min(ceiling_pps);
        Self {
            rate_pps: start_pps,
            start_pps,
            ceiling_pps,
            pass_pps: f64::MAX,
            growth: Growth::Start,
            cause: Cause::Growing,
            limit_pps: None,
            heard_us: 0,
            spell: Spell::default(),
            usual: Evidence::default(),
            usual_rtt_us: None,
            queue_cuts: 0,
            trial: None,
            doubted: Evidence::default(),
            trusts_refusals: true,
            bursts: Bursts::new(),
            ledger: Ledger::default(),
        }
    }

    /// The rate to send at now, in packets a second, canaries included.
    #[must_use]
    pub fn rate_pps(&self) -> f64 {
        self.rate_pps.min(self.pass_pps)
    }

    /// What holds the rate where it is.
    #[must_use]
    pub fn limited_by(&self) -> Cause {
        if self.rate_pps >= self.ceiling_pps { Cause::RateCap } else { self.cause }
    }

    /// What the path was last seen to carry, in packets a second; nothing before its limit was met.
    #[must_use]
    pub fn path_limit_pps(&self) -> Option<f64> {
        self.limit_pps
    }

    /// A further pass begins, over `targets` that are still silent: their share of answers is another. A small pass is
    /// spread over a while, so that one burst of loss does not take it whole.
    pub fn begin_pass(&mut self, now_us: u64, targets: u64) {
        self.pass_pps = (targets as f64 / PASS_LEAST_S).max(self.start_pps);
        self.usual.keep_canaries();
        if let Some(trial) = self.trial.take() {
            (self.rate_pps, self.growth, self.limit_pps) = (trial.usual_pps, trial.growth, None);
        }
        self.renew(now_us);
    }

    /// Take what was seen since the last call, until `now_us`.
    pub fn on_signals(&mut self, now_us: u64, signals: &Signals) {
        let from_us = std::mem::replace(&mut self.heard_us, now_us);
        self.ledger.send(now_us, signals.sent);
        if let Some(rtt_us) = signals.rtt_us {
            self.ledger.trip(rtt_us);
        }
        if let Some(cause) = signals.failure() {
            return self.cut_for(now_us, cause);
        }
        self.spell.hear(from_us, now_us, signals, &self.ledger);
        if signals.sent == 0 {
            // An idle sender says nothing about its rate.
            return;
        }
        self.bursts.see(now_us, &self.spell.evidence, LOSS_RATIO * self.usual.opened.fraction());
        self.judge(now_us);
    }

    fn judge(&mut self, now_us: u64) {
        let compared = self.compared();
        if is_loss(compared) {
            if self.pass_pps < self.rate_pps {
                self.renew(now_us);
            } else if self.heard_us_of_spell(now_us) < LOSS_US || !self.bursts.is_lasting() {
                // A limit loses all the time; what comes in a heap may be over soon.
            } else if self.is_by_refusals() {
                self.doubt_refusals(now_us, compared);
            } else {
                self.lose(now_us, compared);
            }
        } else if self.icmp_rises() {
            self.lose(now_us, Compared { ratio: KEEP_LOCAL, ..compared });
            self.cause = Cause::Icmp;
        } else if self.queue_grows() {
            self.drain(now_us);
        } else if self.is_ripe(now_us, compared) {
            self.approve(now_us, compared);
        }
    }

    /// The spell against the usual, with errors widened by the bursts seen.
    fn compared(&self) -> Compared {
        let evidence = &self.spell.evidence;
        let compared =
            if self.trusts_refusals { evidence.against(&self.usual) } else { evidence.open_against(&self.usual) };
        let widened = self.bursts.factor().sqrt();
        Compared { sigma: compared.sigma / widened, error: compared.error * widened, ..compared }
    }

    /// Whether only refusals are missing, as far as is known.
    fn is_by_refusals(&self) -> bool {
        !is_loss(self.spell.evidence.open_against(&self.usual))
    }

    /// Refusals are missing, and little else is known: the path, or targets that limit them? Wait for the canaries of
    /// the spell, remember what they say, and once they say enough never ask the refusals again.
    fn doubt_refusals(&mut self, now_us: u64, compared: Compared) {
        let wait_us = self.spell.since_us + DOUBT_US + self.ledger.settled_us();
        if now_us < wait_us && !self.usual.is_without_canaries() {
            return;
        }
        self.doubted.absorb(&self.spell.evidence, MEMORY);
        let open = self.doubted.open_against(&self.usual);
        if self.doubted.expected(&self.usual) >= DOUBT_ANSWERS && !is_loss(open) && open.ratio > 1.0 - ERROR_START {
            self.trusts_refusals = false;
            return self.return_to_usual(now_us, Cause::Target);
        }
        self.lose(now_us, compared);
    }

    /// The rate was not the reason: back to where it was before the first cut.
    fn return_to_usual(&mut self, now_us: u64, cause: Cause) {
        let rate_pps = self.trial.map_or(self.rate_pps, |trial| trial.usual_pps);
        (self.growth, self.cause, self.trial, self.limit_pps) = (Growth::Start, cause, None, None);
        self.set_rate(now_us, rate_pps);
    }

    fn icmp_rises(&self) -> bool {
        let compared = self.spell.evidence.icmp_against(&self.usual);
        compared.ratio > ICMP_RATIO && compared.sigma > ICMP_SIGMA
    }

    fn queue_grows(&self) -> bool {
        let trips = self.usual_rtt_us.zip(self.spell.rtt_us(QUEUE_REPORTS));
        trips.is_some_and(|(usual_us, now_us)| now_us > 2.0 * usual_us + QUEUE_US)
    }

    /// For how long answers to probes of this spell have come, in microseconds.
    fn heard_us_of_spell(&self, now_us: u64) -> u64 {
        now_us.saturating_sub(self.spell.since_us + self.ledger.settled_us())
    }

    /// Whether the spell has lasted long enough to be judged for what it did not show.
    fn is_ripe(&self, now_us: u64, compared: Compared) -> bool {
        let heard_us = self.heard_us_of_spell(now_us);
        let (least_us, error) = match self.growth {
            Growth::Start => (STEP_LEAST_US, ERROR_START),
            Growth::Steps { .. } => (STEP_US, ERROR_STEP),
        };
        let is_first = self.usual.is_blind() && self.spell.evidence.opened.answered >= FIRST_ANSWERS;
        let least_us = if is_first { FIRST_US } else { least_us };
        let is_doubtful = compared.sigma < DOUBT_SIGMA && compared.ratio < LOSS_RATIO;
        if heard_us >= least_us && (compared.error <= error || is_first) {
            return !is_doubtful || heard_us >= BLIND_US;
        }
        let wait_us = if compared.error > ERROR_BLIND || self.growth != Growth::Start { BLIND_US } else { STEP_US };
        heard_us >= wait_us && (!is_doubtful || heard_us >= 3 * BLIND_US)
    }

    /// The spell was healthy, as far as could be heard: remember it, and grow.
    fn approve(&mut self, now_us: u64, compared: Compared) {
        if self.cause == Cause::Blocked {
            if compared.error > ERROR_BLIND {
                return self.renew(now_us);
            }
            (self.growth, self.cause) = (Growth::Start, Cause::Growing);
        }
        self.remember(compared);
        self.trial = None;
        self.queue_cuts = 0;
        let rate_pps = if self.sender_is_behind() { self.rate_pps } else { self.grown() };
        self.set_rate(now_us, rate_pps);
    }

    /// Let the spell be part of what is usual; one that is better beyond chance replaces it.
    fn remember(&mut self, compared: Compared) {
        let evidence = self.spell.evidence;
        if compared.sigma > -LOSS_SIGMA && compared.ratio > 1.0 / LOSS_RATIO {
            self.usual = evidence;
        } else if compared.sigma > MEASURE_SIGMA {
            self.usual.absorb(&evidence, MEMORY);
        }
        if let Some(rtt_us) = self.spell.rtt_us(1) {
            let usual_us = self.usual_rtt_us.unwrap_or(rtt_us);
            self.usual_rtt_us = Some(usual_us.min(rtt_us));
        }
    }

    fn sender_is_behind(&mut self) -> bool {
        let is_behind = self.ledger.sent_pps(self.spell.since_us) < SENDER_RATIO * self.rate_pps;
        if is_behind && self.cause == Cause::Growing {
            self.cause = Cause::Sender;
        } else if !is_behind && self.cause == Cause::Sender {
            self.cause = Cause::Growing;
        }
        is_behind
    }

    fn grown(&mut self) -> f64 {
        let rate_pps = self.growth.next(self.rate_pps, self.limit_pps);
        if self.limit_pps.is_none_or(|limit_pps| !growth::is_near(rate_pps, limit_pps)) {
            self.limit_pps = None;
            let is_target = is_loss(self.spell.evidence.refusals_against(&self.usual));
            self.cause = if is_target { Cause::Target } else { Cause::Growing };
        }
        rate_pps
    }

    /// Answers are missing: cut to what got through, unless cuts were seen not to help.
    fn lose(&mut self, now_us: u64, compared: Compared) {
        if self.cause == Cause::Blocked {
            return self.renew(now_us);
        }
        let evidence = self.spell.evidence;
        let helped = |trial: &Trial| evidence.against(&trial.evidence).sigma > HELPED_SIGMA;
        if let Some(trial) = self.trial.filter(|trial| trial.cuts >= CUTS && !helped(trial)) {
            return self.accept_loss(now_us, compared.ratio, trial);
        }
        let cuts = self.trial.map_or(0, |trial| trial.cuts) + 1;
        let first = self.trial.map(|trial| (trial.usual_pps, trial.growth));
        let (usual_pps, growth) = first.unwrap_or((self.rate_pps, self.growth));
        self.trial = Some(Trial { usual_pps, growth, cuts, evidence });
        let kept = (compared.ratio + compared.error).clamp(KEEP_LEAST, LOSS_RATIO);
        let carried_pps = self.ledger.sent_pps(self.spell.since_us) * kept;
        (self.limit_pps, self.cause) = (Some(carried_pps), Cause::PathLoss);
        self.cut(now_us, carried_pps * KEEP_LOSS);
        self.growth = Growth::steps_from(self.rate_pps, compared.error);
    }

    /// Loss that does not go with the rate is the path's own: return to the rate before, or call the path blocked.
    fn accept_loss(&mut self, now_us: u64, ratio: f64, trial: Trial) {
        (self.trial, self.limit_pps) = (None, None);
        if ratio < BLOCKED_RATIO {
            self.cause = Cause::Blocked;
            return self.cut(now_us, self.start_pps);
        }
        (self.usual, self.growth, self.cause) = (self.spell.evidence, trial.growth, Cause::Growing);
        self.set_rate(now_us, trial.usual_pps);
    }

    /// A queue builds up: let it run dry. A round trip that stays long was no queue.
    fn drain(&mut self, now_us: u64) {
        self.queue_cuts += 1;
        if self.queue_cuts > CUTS {
            self.usual_rtt_us = self.spell.rtt_us(1);
            self.queue_cuts = 0;
        }
        (self.limit_pps, self.cause) = (Some(self.ledger.sent_pps(self.spell.since_us)), Cause::RoundTrip);
        self.cut(now_us, self.ledger.sent_pps(self.spell.since_us) * KEEP_QUEUE);
    }

    /// Something failed here: slow down, once for all failures of one spell.
    fn cut_for(&mut self, now_us: u64, cause: Cause) {
        self.cause = cause;
        self.limit_pps = None;
        if now_us >= self.spell.since_us + STEP_US + self.ledger.settled_us() || self.growth == Growth::Start {
            self.cut(now_us, self.ledger.sent_pps(self.spell.since_us).min(self.rate_pps) * KEEP_LOCAL);
        }
    }

    fn cut(&mut self, now_us: u64, rate_pps: f64) {
        let rate_pps = rate_pps.max(LEAST_PPS).min(self.rate_pps);
        self.growth = Growth::steps_from(rate_pps, 0.0);
        self.set_rate(now_us, rate_pps);
    }

    fn set_rate(&mut self, now_us: u64, rate_pps: f64) {
        self.rate_pps = rate_pps.min(self.ceiling_pps);
        self.renew(now_us);
    }

    fn renew(&mut self, now_us: u64) {
        self.spell = Spell::at(now_us);
        self.bursts.restart(now_us + self.ledger.settled_us());
    }
}

fn is_loss(compared: Compared) -> bool {
    compared.ratio < LOSS_RATIO && compared.sigma < LOSS_SIGMA
}
