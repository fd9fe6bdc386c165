//! Counters that each worker adds to and anybody may read at any time; one set a worker, so that none waits.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};

use recon_core::reply::State;
use recon_core::tally::Tally;

/// When a peer sends an answer again that it believes lost, in microseconds.
const RETRANSMIT_US: u64 = 1_000_000;

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
    seen: [AtomicU64; Seen::COUNT],
    found: Mutex<Vec<Found>>,
}

/// A target that answered for the first time by accepting.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Found {
    /// Where it is on the line, if the question that it answered can be asked again.
    pub(crate) position: Option<u64>,
    /// The network it is in, as a number.
    pub(crate) prefix: u64,
}

/// What the rate and the recall are judged by. Control probes are told apart: they count here only as packets.
#[derive(Clone, Copy, Debug)]
enum Seen {
    Asked,
    Opened,
    Refused,
    Icmp,
    Trips,
    TripsUs,
    Scarce,
    Packets,
}

impl Seen {
    const COUNT: usize = 9;
}

/// The sums of [`Seen`] over some workers.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Sights {
    /// Probes of the sweep that left, and how many packets of any kind they and others were.
    pub(crate) asked: u64,
    pub(crate) sent: u64,
    pub(crate) opened: u64,
    pub(crate) refused: u64,
    pub(crate) icmp: u64,
    /// Answers whose round trip is known, and its sum.
    pub(crate) trips: u64,
    pub(crate) trips_us: u64,
    /// Sends for which the kernel had no buffers.
    pub(crate) scarce: u64,
    /// Packets of ours of any kind that the kernel took; none where it makes them itself.
    packets: u64,
    pub(crate) drops: u64,
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
    /// The interface was down: nothing could leave.
    Down,
    /// Our own packet filter, or a privilege that is not there, forbids what is to be sent.
    Forbidden,
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
    const COUNT: usize = 10;
    /// What may be named as the limit of a run; an idle worker is none while another was busy.
    const LIMITS: [Self; Self::COUNT - 1] = [
        Self::Rate,
        Self::Files,
        Self::Ports,
        Self::Kernel,
        Self::Down,
        Self::Forbidden,
        Self::Window,
        Self::Reader,
        Self::Nothing,
    ];

    /// What a shrunken window lacks, by the errno that shrank it.
    pub(crate) fn lack(errno: &str) -> Self {
        match errno {
            "EMFILE" | "ENFILE" => Self::Files,
            "EADDRNOTAVAIL" | "EADDRINUSE" => Self::Ports,
            "EPERM" | "EACCES" => Self::Forbidden,
            _ => Self::Kernel,
        }
    }

    /// The name in the summary.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Rate => "rate cap",
            Self::Files => "fd limit",
            Self::Ports => "ephemeral ports",
            Self::Kernel => "kernel buffers",
            Self::Down => "interface down",
            Self::Forbidden => "packet filter",
            Self::Window | Self::Idle => "target",
            Self::Reader => "output",
            Self::Nothing => "cpu",
        }
    }
}

impl Sights {
    /// Packets of ours of any kind. Of kernel sockets: a SYN a probe, and what acknowledges and ends a connection.
    pub(crate) fn packets(&self) -> u64 {
        if self.packets > 0 { self.packets } else { self.sent + 2 * self.opened }
    }
}

impl Counters {
    /// Count one probe that left, which is not the sweep's own first question.
    pub(crate) fn sent(&self) {
        self.sent.fetch_add(1, Relaxed);
    }

    /// Probes that were counted did not leave after all.
    pub(crate) fn unsent(&self, count: usize) {
        self.sent.fetch_sub(count as u64, Relaxed);
    }

    /// Count one of the sweep's own probes that left.
    pub(crate) fn asked(&self) {
        self.sent();
        self.see(Seen::Asked, 1);
    }

    /// A target answered for the first time: it accepts. Its position, if the question can be asked again.
    pub(crate) fn opened(&self, position: Option<u64>, addr: IpAddr, rtt_us: Option<u64>) {
        self.see(Seen::Opened, 1);
        if let Some(rtt_us) = rtt_us {
            self.trip(rtt_us);
        }
        let found = Found { position, prefix: prefix(addr) };
        self.found.lock().unwrap_or_else(PoisonError::into_inner).push(found);
    }

    /// A target answered for the first time without accepting.
    pub(crate) fn heard(&self, state: State) {
        match state {
            State::Closed => self.see(Seen::Refused, 1),
            State::Unreachable => self.see(Seen::Icmp, 1),
            State::Open | State::Silent | State::Unknown => {}
        }
    }

    /// Count packets that the kernel took.
    pub(crate) fn packets(&self, count: usize) {
        self.see(Seen::Packets, count as u64);
    }

    /// The round trip of an answer is known. What comes after a second may be the peer's second answer (RFC 6298).
    pub(crate) fn trip(&self, rtt_us: u64) {
        if rtt_us >= RETRANSMIT_US {
            return;
        }
        self.see(Seen::Trips, 1);
        self.see(Seen::TripsUs, rtt_us);
    }

    fn see(&self, what: Seen, count: u64) {
        self.seen[what as usize].fetch_add(count, Relaxed);
    }

    /// Add what was seen so far, and hand over what was found since the last time.
    pub(crate) fn look(&self, sights: &mut Sights, found: &mut Vec<Found>) {
        let seen = |what: Seen| self.seen[what as usize].load(Relaxed);
        sights.asked += seen(Seen::Asked);
        sights.sent += self.sent.load(Relaxed);
        sights.opened += seen(Seen::Opened);
        sights.refused += seen(Seen::Refused);
        sights.icmp += seen(Seen::Icmp);
        sights.trips += seen(Seen::Trips);
        sights.trips_us += seen(Seen::TripsUs);
        sights.scarce += seen(Seen::Scarce);
        sights.packets += seen(Seen::Packets);
        sights.drops += self.drops.load(Relaxed);
        found.append(&mut self.found.lock().unwrap_or_else(PoisonError::into_inner));
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
        if matches!(name, "ENOBUFS" | "ENOMEM") {
            self.see(Seen::Scarce, 1);
        }
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

/// The sum of all workers' counters and of what earlier attempts counted.
pub(crate) fn merge(workers: &[Arc<Counters>], before: &Tally) -> Tally {
    let mut tally = before.clone();
    for counters in workers {
        counters.add_to(&mut tally);
    }
    let sum = |read: fn(&Counters) -> &AtomicI64| workers.iter().map(|one| read(one).load(Relaxed)).sum::<i64>();
    tally.silent = before.silent.saturating_add_signed(sum(|one| &one.silent));
    tally.in_flight = u64::try_from(sum(|one| &one.in_flight)).unwrap_or(0);
    tally.settled = tally.open + tally.closed + tally.unreachable + tally.unknown + tally.silent;
    tally
}

/// The network that an address is in, as a number: a /24, or of IPv6 a /48, told apart by the highest bit.
fn prefix(addr: IpAddr) -> u64 {
    match addr {
        IpAddr::V4(addr) => u64::from(addr.to_bits() >> 8),
        IpAddr::V6(addr) => (addr.to_bits() >> 80) as u64 | 1 << 63,
    }
}

/// What limited the run: what held the workers longest.
pub(crate) fn bottleneck(workers: &[Arc<Counters>]) -> Option<Held> {
    let total = |by: Held| workers.iter().map(|one| one.held[by as usize].load(Relaxed)).sum::<u64>();
    let longest = Held::LIMITS.into_iter().max_by_key(|&by| total(by))?;
    (total(longest) > 0).then_some(longest)
}
