//! Counters that each worker adds to and anybody may read at any time; one set a worker, so that none waits.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};

use recon_core::reply::State;
use recon_core::tally::Tally;

/// The live side of a [`Tally`], one worker's part.
#[derive(Debug, Default)]
#[repr(align(128))]
pub(crate) struct Counters {
    sent: AtomicU64,
    open: AtomicU64,
    closed: AtomicU64,
    unreachable: AtomicU64,
    unknown: AtomicU64,
    silent: AtomicI64,
    in_flight: AtomicI64,
    drops: AtomicU64,
    errors: Mutex<BTreeMap<&'static str, u64>>,
    held: [AtomicU64; Held::COUNT],
}

/// What kept a worker from sending more, each time it paused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Held {
    /// The rate cap.
    Rate,
    /// As many connections in flight as the fd limit allows.
    Files,
    /// No free local port for another connection.
    Ports,
    /// The kernel has no memory or buffers for more.
    Kernel,
    /// As many in flight as the plan allows: waiting for targets.
    Window,
    /// Waiting for the reader of our rows.
    Reader,
    /// Nothing: the processor was the limit.
    Nothing,
    /// No work was left for this worker.
    Idle,
}

impl Held {
    const COUNT: usize = 8;
    /// What may be named as the limit of a run; an idle worker is none while another was busy.
    const LIMITS: [Self; Self::COUNT - 1] =
        [Self::Rate, Self::Files, Self::Ports, Self::Kernel, Self::Window, Self::Reader, Self::Nothing];

    /// What a shrunken window lacks, by the errno that shrank it.
    pub(crate) fn lack(errno: &str) -> Self {
        match errno {
            "EMFILE" | "ENFILE" => Self::Files,
            "EADDRNOTAVAIL" | "EADDRINUSE" => Self::Ports,
            _ => Self::Kernel,
        }
    }

    /// The name in the summary.
    fn as_str(self) -> &'static str {
        match self {
            Self::Rate => "rate cap",
            Self::Files => "fd limit",
            Self::Ports => "ephemeral ports",
            Self::Kernel => "kernel buffers",
            Self::Window | Self::Idle => "target",
            Self::Reader => "output",
            Self::Nothing => "cpu",
        }
    }
}

impl Counters {
    /// Count one probe that left.
    pub(crate) fn sent(&self) {
        self.sent.fetch_add(1, Relaxed);
    }

    /// Count packets that the kernel dropped before we could read them.
    pub(crate) fn drops(&self, count: u64) {
        self.drops.fetch_add(count, Relaxed);
    }

    /// Count a final verdict.
    pub(crate) fn verdict(&self, state: State) {
        let counter = match state {
            State::Silent => return self.silent(1),
            State::Open => &self.open,
            State::Closed => &self.closed,
            State::Unreachable => &self.unreachable,
            State::Unknown => &self.unknown,
        };
        counter.fetch_add(1, Relaxed);
    }

    /// Count targets that stayed silent; negative when a later pass heard from them.
    pub(crate) fn silent(&self, change: i64) {
        self.silent.fetch_add(change, Relaxed);
    }

    /// Count attempts whose verdict is awaited.
    pub(crate) fn in_flight(&self, change: i64) {
        self.in_flight.fetch_add(change, Relaxed);
    }

    /// Count a local failure.
    pub(crate) fn error(&self, name: &'static str) {
        let mut errors = self.errors.lock().unwrap_or_else(PoisonError::into_inner);
        *errors.entry(name).or_default() += 1;
    }

    /// Count time in nanoseconds during which something held a worker back.
    pub(crate) fn held(&self, by: Held, nanos: u64) {
        self.held[by as usize].fetch_add(nanos, Relaxed);
    }

    fn add_to(&self, tally: &mut Tally) {
        tally.sent += self.sent.load(Relaxed);
        tally.open += self.open.load(Relaxed);
        tally.closed += self.closed.load(Relaxed);
        tally.unreachable += self.unreachable.load(Relaxed);
        tally.unknown += self.unknown.load(Relaxed);
        tally.drops += self.drops.load(Relaxed);
        for (name, count) in self.errors.lock().unwrap_or_else(PoisonError::into_inner).iter() {
            *tally.errors.entry(Cow::Borrowed(name)).or_default() += count;
        }
    }
}

/// The sum of all workers' counters. `targets` is the size of the shard.
pub(crate) fn merge(workers: &[Arc<Counters>], targets: u64) -> Tally {
    let mut tally = Tally { targets, ..Tally::default() };
    for counters in workers {
        counters.add_to(&mut tally);
    }
    let sum = |read: fn(&Counters) -> &AtomicI64| workers.iter().map(|one| read(one).load(Relaxed)).sum::<i64>();
    tally.silent = u64::try_from(sum(|one| &one.silent)).unwrap_or(0);
    tally.in_flight = u64::try_from(sum(|one| &one.in_flight)).unwrap_or(0);
    tally.settled = tally.open + tally.closed + tally.unreachable + tally.unknown + tally.silent;
    tally
}

/// What limited the run: the cause that held the workers longest.
pub(crate) fn bottleneck(workers: &[Arc<Counters>]) -> Option<&'static str> {
    let total = |by: Held| workers.iter().map(|one| one.held[by as usize].load(Relaxed)).sum::<u64>();
    let longest = Held::LIMITS.into_iter().max_by_key(|&by| total(by))?;
    (total(longest) > 0).then_some(longest.as_str())
}
