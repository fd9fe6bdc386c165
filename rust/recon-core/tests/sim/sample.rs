//! Passes at a fixed pace over a lossy path, many times over: how often the interval of recall holds the truth.

use recon_core::govern::canaries::Canaries;
use recon_core::recall::{Estimate, Evidence, RecallWhy};
use recon_core::shuffle::Shuffle;

use super::path::Path;

/// 30,000 packets a second; a pass lasts at least a quarter of a second.
const SPACING_US: u64 = 33;
const PASS_US: u64 = 250_000;
const JUDGE_EVERY: u64 = 300;
const GAP_US: u64 = 1_000_000;

/// What one run found, and what it said.
pub struct Sample {
    pub open: u64,
    pub found: u64,
    pub estimate: Result<Estimate, RecallWhy>,
}

impl Sample {
    pub fn holds(&self) -> bool {
        self.estimate.as_ref().is_ok_and(|estimate| (estimate.low..=estimate.high).contains(&self.open))
    }
}

struct Sampler<'a> {
    path: &'a mut Path,
    canaries: Canaries,
    evidence: Evidence,
    now_us: u64,
}

/// Ask `targets` positions in `passes` passes.
pub fn sample(targets: u64, passes: u32, seed: u64, path: &mut Path) -> Sample {
    let open = (0..targets).filter(|&position| path.is_open(position)).count() as u64;
    let order = Shuffle::new(targets, seed);
    let mut silent: Vec<u64> = (0..targets).map(|place| order.at(place)).collect();
    let mut sampler = Sampler { path, canaries: Canaries::default(), evidence: Evidence::default(), now_us: 0 };
    for pass in 0..passes {
        if pass > 0 {
            sampler.now_us += GAP_US;
            sampler.evidence.begin_pass();
            sampler.canaries.begin_pass();
        }
        sampler.pass(&mut silent);
    }
    let estimate = sampler.evidence.estimate(silent.len() as u64);
    Sample { open, found: targets - silent.len() as u64, estimate }
}

impl Sampler<'_> {
    fn pass(&mut self, silent: &mut Vec<u64>) {
        let mut sent = 0;
        let spacing_us = SPACING_US.max(PASS_US / silent.len().max(1) as u64);
        silent.retain(|&position| {
            self.canary(sent);
            self.now_us += spacing_us;
            sent += 1;
            let is_found = self.path.carry(self.now_us as f64, position).is_some();
            if is_found {
                self.evidence.found(Path::prefix(position));
                self.canaries.learn(position, Path::prefix(position));
            }
            if sent % JUDGE_EVERY == 0 {
                self.judge();
            }
            !is_found
        });
        self.now_us += self.canaries.patience_us();
        self.judge();
    }

    fn canary(&mut self, sent: u64) {
        let Some(position) = self.canaries.next(self.now_us, sent) else { return };
        self.now_us += SPACING_US;
        if let Some((arrival_us, _)) = self.path.carry(self.now_us as f64, position) {
            self.canaries.answered(position, arrival_us);
        }
    }

    fn judge(&mut self) {
        for verdict in self.canaries.judge(self.now_us) {
            self.evidence.canary(verdict.prefix, verdict.weight, verdict.rtt_us.is_some());
        }
    }
}
