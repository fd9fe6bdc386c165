//! Models of what lies between recon and its targets: limits, losses, queues, middleboxes. They know no governor.

use super::random::{Random, unit_of};

/// How packets get lost that no limit drops.
#[derive(Clone, Debug)]
pub enum Loss {
    None,
    /// Each for itself.
    Random(f64),
    /// E. Gilbert (1960) and E. Elliott (1963): from good to bad and back with these probabilities a packet, and so
    /// much lost while it is bad.
    Bursts {
        begin: f64,
        end: f64,
        lost: f64,
    },
    /// A loss for each prefix, uniform between two bounds.
    Prefixes(f64, f64),
}

/// What a target says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    Opened,
    Refused,
}

/// The path and the targets behind it.
#[derive(Clone, Debug)]
pub struct Path {
    /// Packets a second from a time in microseconds on; none is no limit.
    pub limits: Vec<(u64, f64)>,
    /// Packets that the limit lets through at once.
    pub depth: f64,
    /// Packets that wait instead of being dropped: a buffer before the limit.
    pub buffer: f64,
    pub loss: Loss,
    pub rtt_us: u64,
    /// The slowest answers take so much longer; uniform.
    pub jitter_us: u64,
    /// Share of targets that take so much longer in microseconds: slow hosts.
    pub slow: (f64, u64),
    /// From this time in microseconds on losses are these.
    pub later: Option<(u64, Loss)>,
    /// A middlebox lets so many packets through and then none.
    pub blocks_after: Option<u64>,
    /// Refusals a second that the targets send together.
    pub refusals_pps: Option<f64>,
    /// Share of targets that are open, and that refuse.
    pub open: f64,
    pub closed: f64,
    /// Received packets a second above which recon's own ring drops.
    pub ring_pps: Option<f64>,
    /// Where it stands; made by [`Path::new`].
    pub state: State,
}

#[derive(Clone, Debug)]
pub struct State {
    random: Random,
    seed: u64,
    tokens: f64,
    at_us: f64,
    is_bad: bool,
    carried: u64,
    refusal_tokens: f64,
    refused_us: f64,
}

impl Path {
    pub fn new(seed: u64) -> Self {
        let random = Random::new(seed);
        let state = State {
            random,
            seed,
            tokens: 0.0,
            at_us: 0.0,
            is_bad: false,
            carried: 0,
            refusal_tokens: 0.0,
            refused_us: 0.0,
        };
        Self {
            limits: Vec::new(),
            depth: 100.0,
            buffer: 0.0,
            loss: Loss::None,
            rtt_us: 20_000,
            jitter_us: 2_000,
            slow: (0.0, 0),
            later: None,
            blocks_after: None,
            refusals_pps: None,
            open: 1.0,
            closed: 0.0,
            ring_pps: None,
            state,
        }
    }

    pub fn limited(seed: u64, pps: f64) -> Self {
        Self { limits: vec![(0, pps)], ..Self::new(seed) }
    }

    pub fn lossy(seed: u64, loss: Loss) -> Self {
        Self { loss, ..Self::new(seed) }
    }

    /// The same path and targets, other luck.
    pub fn reseeded(mut self, seed: u64) -> Self {
        self.state.random = Random::new(seed);
        self
    }

    /// The network of a position: 256 neighbours.
    pub fn prefix(position: u64) -> u64 {
        position >> 8
    }

    pub fn is_open(&self, position: u64) -> bool {
        unit_of(position, self.state.seed) < self.open
    }

    /// Packets a second that the path carries at a time.
    pub fn limit_at(&self, now_us: u64) -> Option<f64> {
        self.limits.iter().rev().find(|(from_us, _)| *from_us <= now_us).map(|&(_, pps)| pps)
    }

    /// Send a probe: when its answer comes, and which.
    pub fn carry(&mut self, now_us: f64, position: u64) -> Option<(u64, Answer)> {
        let queued_us = self.pass_limit(now_us)?;
        if self.is_lost(now_us, position) || self.is_blocked() {
            return None;
        }
        let kind = unit_of(position, self.state.seed);
        let answer = if kind < self.open { Answer::Opened } else { Answer::Refused };
        if kind >= self.open + self.closed || (answer == Answer::Refused && !self.may_refuse(now_us)) {
            return None;
        }
        let is_slow = unit_of(position, self.state.seed ^ 1) < self.slow.0;
        let more_us = if is_slow { self.slow.1 } else { 0 };
        let jitter_us = self.state.random.unit() * self.jitter_us as f64;
        Some(((now_us + queued_us + jitter_us) as u64 + self.rtt_us + more_us, answer))
    }

    /// A token bucket, with a buffer before it or tail drop. Returns the wait in microseconds.
    fn pass_limit(&mut self, now_us: f64) -> Option<f64> {
        let Some(pps) = self.limit_at(now_us as u64) else { return Some(0.0) };
        let state = &mut self.state;
        state.tokens = (state.tokens + (now_us - state.at_us) * pps / 1e6).min(self.depth);
        state.at_us = now_us;
        if state.tokens < 1.0 - self.buffer {
            return None;
        }
        state.tokens -= 1.0;
        Some((-state.tokens).max(0.0) * 1e6 / pps)
    }

    fn is_lost(&mut self, now_us: f64, position: u64) -> bool {
        let state = &mut self.state;
        let loss = match &self.later {
            Some((from_us, later)) if now_us as u64 >= *from_us => later,
            _ => &self.loss,
        };
        match *loss {
            Loss::None => false,
            Loss::Random(lost) => state.random.chance(lost),
            Loss::Bursts { begin, end, lost } => {
                state.is_bad = state.random.chance(if state.is_bad { 1.0 - end } else { begin });
                state.is_bad && state.random.chance(lost)
            }
            Loss::Prefixes(least, most) => {
                let lost = least + (most - least) * unit_of(Self::prefix(position), state.seed ^ 2);
                state.random.chance(lost)
            }
        }
    }

    fn is_blocked(&mut self) -> bool {
        self.state.carried += 1;
        self.blocks_after.is_some_and(|most| self.state.carried > most)
    }

    fn may_refuse(&mut self, now_us: f64) -> bool {
        let Some(pps) = self.refusals_pps else { return true };
        let state = &mut self.state;
        state.refusal_tokens = (state.refusal_tokens + (now_us - state.refused_us) * pps / 1e6).min(pps / 10.0);
        state.refused_us = now_us;
        let may = state.refusal_tokens >= 1.0;
        state.refusal_tokens -= f64::from(u8::from(may));
        may
    }
}
