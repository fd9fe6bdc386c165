//! Owns the worker threads, the bounded channel and the stop flag of one run.

mod acknowledging;

use std::net::IpAddr;
use std::ops::RangeInclusive;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use crossbeam_channel::{Receiver, RecvTimeoutError, Select, Sender, bounded};
use recon_core::caps::Caps;
use recon_core::pace::Pace;
use recon_core::reply::{Findings, Reply, State};
use recon_core::space::{Block, Target, Transport};
use recon_core::tally::Tally;

use crate::EngineError;
use crate::clock::Clock;
use crate::connect::{OwnPorts, Worker, dial};
use crate::counters::{self, Counters, Held};
use crate::enumerate::{self, Events, Id, Order, Orders};
use crate::feed::{self, Feed, Passes};
use crate::hosts::Hosts;
use crate::journal::{Before, Beginning, Clerk, Keeper};
use crate::leave;
use crate::limits;
use crate::raw;
pub use crate::regulate::Recall;
use crate::regulate::Regulator;
use crate::settings::{Raw, Settings};
use crate::threads::{Thread, join_all, spawn};

/// Batches that may wait for the reader.
const CHANNEL_BATCHES: usize = 16;
/// Shortest time between asking a silent target and asking it again, in microseconds.
const PASS_GAP_US: u64 = 1_000_000;
/// Connections that may wait to be accepted, over all threads: half of what a listener's usual backlog takes.
const MOST_YOUNG: usize = 2048;

/// What all workers share.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) settings: Settings,
    pub(crate) feed: Feed,
    pub(crate) pace: Pace,
    pub(crate) caps: Option<Mutex<Caps>>,
    pub(crate) regulator: Regulator,
    pub(crate) clock: Clock,
    pub(crate) hosts: Hosts,
    pub(crate) own_ports: OwnPorts,
    pub(crate) stop: AtomicBool,
    /// Every enumerator is done.
    pub(crate) no_more_orders: AtomicBool,
    pub(crate) ended_ns: AtomicU64,
    /// The journal, if one is kept, and what it said at the start.
    pub(crate) keeper: Option<Keeper>,
    pub(crate) before: Before,
    /// Local ports that the kernel hands out.
    pub(crate) ephemeral: RangeInclusive<u16>,
}

impl Shared {
    /// Steer the run, if it is time to.
    pub(crate) fn regulate(&self, now_us: u64) {
        // Answers to raw packets come until the patience of their pass is over; a socket knows at once.
        let timeout_us = if self.settings.raw.is_some() { self.settings.timeout_us } else { 0 };
        self.regulator.tick(now_us, &self.feed, &self.pace, timeout_us);
    }

    /// Whether a connection that just opened is one of the kernel with itself, which only ports it hands out, or the one
    /// we insist on, can be.
    pub(crate) fn is_self_connected(&self, stream: &mio::net::TcpStream, target: Target) -> bool {
        let possible = self.ephemeral.contains(&target.port) || self.settings.source_port == Some(target.port);
        possible && dial::is_self_connected(stream, target)
    }

    /// Whether the scope holds an address. Asked right before anything is sent to it, whatever the plan said.
    pub(crate) fn permits(&self, addr: IpAddr) -> bool {
        self.settings.scope.as_ref().is_none_or(|scope| scope.contains(addr))
    }

    /// A row of a target, as of now.
    pub(crate) fn reply(&self, target: Target, state: State, reason: &'static str, rtt_us: Option<u64>) -> Reply {
        let names = &self.settings.names;
        let host = if names.is_empty() { None } else { names.get(&target.addr).map(Arc::clone) };
        Reply {
            at_us: self.clock.epoch_us(self.clock.now_ns() / 1000),
            target,
            host,
            state,
            reason: reason.into(),
            rtt_us: rtt_us.map(|us| u32::try_from(us).unwrap_or(u32::MAX)),
            ttl: None,
            banner: Vec::new(),
            findings: Findings::default(),
            transcript: None,
        }
    }
}

/// What the reader gets.
#[derive(Debug)]
pub enum Next {
    /// Some replies.
    Batch(Vec<Reply>),
    /// Nothing yet.
    Pending,
    /// The run is over.
    Done,
}

/// A running plan.
#[derive(Debug)]
pub struct Sweep {
    shared: Arc<Shared>,
    counters: Vec<Arc<Counters>>,
    receiver: Option<Receiver<Vec<Reply>>>,
    enumeration: OnceLock<(Orders, Receiver<Events>)>,
    /// What raw senders and their receiver share.
    raw: Option<Arc<raw::Raw>>,
    /// The last batch was read.
    drained: AtomicBool,
    workers: Mutex<Vec<Thread>>,
    helpers: Mutex<Vec<Thread>>,
    clerk: Clerk,
}

impl Sweep {
    /// Start the threads.
    ///
    /// # Errors
    /// When the system grants no poller or no thread.
    pub fn start(settings: Settings) -> Result<Self, EngineError> {
        let threads = if is_one_socket(&settings) { 1 } else { settings.threads.max(1) };
        let (window, files_bind) = limits::window(settings.window);
        let full = if files_bind { Held::Files } else { Held::Window };
        // Where enumerators may run, they have their share of the files.
        let window = if settings.deep { window.min(limits::conversations()) } else { window };
        let is_raw = settings.raw.is_some();
        let gap_us = if is_raw { PASS_GAP_US.max(settings.timeout_us) } else { PASS_GAP_US };
        let size = if is_raw { feed::LONG_SEGMENT } else { feed::SEGMENT };
        let Beginning { feed, keeper, before } = Beginning::of(&settings, passes(&settings), gap_us, size)?;
        let shared = Arc::new(Shared {
            feed,
            keeper,
            regulator: Regulator::new(&settings, &before),
            before,
            pace: Regulator::pace(&settings),
            caps: leave::caps(&settings),
            clock: Clock::start(),
            hosts: Hosts::new(most_ports(&settings)),
            own_ports: OwnPorts::new(),
            stop: AtomicBool::new(false),
            no_more_orders: AtomicBool::new(false),
            ended_ns: AtomicU64::new(0),
            ephemeral: limits::ephemeral_ports(),
            settings,
        });
        let (sender, receiver) = bounded(CHANNEL_BATCHES);
        let mut sweep = Self {
            shared,
            counters: Vec::new(),
            receiver: Some(receiver),
            enumeration: OnceLock::new(),
            raw: None,
            drained: AtomicBool::new(false),
            workers: Mutex::default(),
            helpers: Mutex::default(),
            clerk: Clerk::default(),
        };
        if let Some(wanted) = sweep.shared.settings.raw.clone() {
            // The receiver has a core of its own where it has conversations to hold.
            let senders = if sweep.shared.settings.pack.is_some() { threads.saturating_sub(1).max(1) } else { threads };
            sweep.start_raw(wanted, senders, &sender)?;
        } else {
            sweep.start_workers(threads, [window, MOST_YOUNG], full, &sender)?;
        }
        sweep.clerk = Clerk::start(sweep.shared.clone(), sweep.counters.clone())?;
        Ok(sweep)
    }

    /// Start the workers of kernel sockets, which share a window and a number of young connections.
    fn start_workers(
        &mut self,
        threads: usize,
        shares: [usize; 2],
        full: Held,
        channel: &Sender<Vec<Reply>>,
    ) -> Result<(), EngineError> {
        self.counters = (0..threads).map(|_| Arc::new(Counters::default())).collect();
        self.shared.regulator.watch(&self.counters, &self.shared.feed);
        for (index, counters) in self.counters.iter().enumerate() {
            let bounds = shares.map(|share| (share / threads).max(1));
            let worker = Worker::new(self.shared.clone(), counters.clone(), channel.clone(), bounds, full)?;
            self.hold(spawn(format!("recon-{index}"), move || worker.run(index), self.shared.clone())?);
        }
        Ok(())
    }

    /// Start the receiver, then the senders.
    fn start_raw(&mut self, wanted: Raw, senders: usize, channel: &Sender<Vec<Reply>>) -> Result<(), EngineError> {
        let raw = Arc::new(raw::Raw::prepare(&self.shared.settings, wanted, senders)?);
        let counters: Vec<_> = (0..=senders).map(|_| Arc::new(Counters::default())).collect();
        self.counters.clone_from(&counters);
        self.shared.regulator.watch(&counters, &self.shared.feed);
        self.raw = Some(raw.clone());
        let shared = self.shared.clone();
        let receiver = raw::Receiver::open(shared.clone(), raw.clone(), counters[senders].clone(), channel.clone())?;
        self.hold(spawn("recon-receive".to_owned(), move || receiver.run(senders), shared.clone())?);
        for (index, counters) in counters.into_iter().take(senders).enumerate() {
            let sender = raw::Sender::new(shared.clone(), raw.clone(), counters, channel.clone(), index);
            self.hold(spawn(format!("recon-send-{index}"), move || sender.run(index), shared.clone())?);
        }
        Ok(())
    }

    fn hold(&self, worker: Thread) {
        self.workers.lock().unwrap_or_else(PoisonError::into_inner).push(worker);
    }

    /// Wait up to `patience` for replies.
    #[must_use]
    pub fn next(&self, patience: Duration) -> Next {
        let Some(receiver) = &self.receiver else {
            return Next::Done;
        };
        match receiver.recv_timeout(patience) {
            Ok(batch) => Next::Batch(batch),
            Err(RecvTimeoutError::Timeout) => Next::Pending,
            Err(RecvTimeoutError::Disconnected) => {
                self.drained.store(true, Ordering::Relaxed);
                Next::Done
            }
        }
    }

    /// Hand over orders of enumerators; the thread that serves them starts with the first.
    ///
    /// # Errors
    /// When the system grants no poller or no thread.
    pub fn order(&self, orders: Vec<(Id, Order)>) -> Result<(), EngineError> {
        if self.enumeration.get().is_none() {
            let counters = self.counters[0].clone();
            let caps = enumerate::Caps { connections: limits::conversations(), ..enumerate::Caps::default() };
            let (inlet, events, handle) = enumerate::start(self.shared.clone(), counters, caps)?;
            self.helpers.lock().unwrap_or_else(PoisonError::into_inner).push(handle);
            // Only the thread that iterates gives orders, so nobody came first.
            let _ = self.enumeration.set((inlet, events));
        }
        if let Some((inlet, _)) = self.enumeration.get() {
            inlet.give(orders);
        }
        Ok(())
    }

    /// Wait up to `patience` for what became of orders and, if replies are `wanted`, for them; whichever comes first.
    #[must_use]
    pub fn wait(&self, patience: Duration, wanted: bool) -> (Next, Events) {
        let (Some(replies), Some((_, events))) = (&self.receiver, self.enumeration.get()) else {
            return (self.next(patience), Vec::new());
        };
        let mut ready = Select::new();
        ready.recv(events);
        if wanted && !self.drained.load(Ordering::Relaxed) {
            ready.recv(replies);
        }
        // Which of the two it was does not matter: both are looked at.
        let _ = ready.ready_timeout(patience);
        let mut all = Vec::new();
        while let Ok(more) = events.try_recv() {
            all.extend(more);
        }
        let next = if wanted { self.next(Duration::ZERO) } else { Next::Pending };
        (next, all)
    }

    /// End early; what is under way is concluded, the rest counts as unknown.
    pub fn stop(&self) {
        self.shared.stop.store(true, Ordering::Relaxed);
    }

    /// Whether `stop` was called, or a worker failed.
    #[must_use]
    pub fn stopped(&self) -> bool {
        self.shared.stop.load(Ordering::Relaxed)
    }

    /// All counters now, those of earlier attempts included.
    #[must_use]
    pub fn tally(&self) -> Tally {
        counters::merge(&self.counters, &self.shared.before.tally)
    }

    /// Nanoseconds since the start, or until the end, earlier attempts included.
    #[must_use]
    pub fn elapsed_ns(&self) -> u64 {
        self.shared.elapsed_ns()
    }

    /// Every position before this one is settled.
    #[must_use]
    pub fn position(&self) -> u64 {
        self.shared.feed.position()
    }

    /// What carried the probes: `connect`, or `raw:` and the kinds of links.
    #[must_use]
    pub fn backend(&self) -> String {
        self.raw.as_ref().map_or_else(|| "connect".to_owned(), |raw| raw.name())
    }

    /// What limited the run: what held the workers longest, and if that was the rate, what held the rate.
    #[must_use]
    pub fn bottleneck(&self) -> Option<&'static str> {
        let held = counters::bottleneck(&self.counters)?;
        let regulator = &self.shared.regulator;
        regulator.spent().or_else(|| regulator.cause().filter(|_| held == Held::Rate)).or(Some(held.as_str()))
    }

    /// How much of what is there was found, by the silence that is left.
    ///
    /// # Errors
    /// Why that is not known.
    pub fn recall(&self) -> Recall {
        self.shared.regulator.recall(&self.tally())
    }

    /// Passes that were begun.
    #[must_use]
    pub fn passes(&self) -> u32 {
        self.shared.regulator.passes()
    }

    /// What the path was seen to carry, in probes a second, if the rate was found by trying.
    #[must_use]
    pub fn path_limit_pps(&self) -> Option<f64> {
        self.shared.regulator.path_limit_pps()
    }

    /// The budget that ended the run, if one did.
    #[must_use]
    pub fn spent(&self) -> Option<&'static str> {
        self.shared.regulator.spent()
    }

    /// Wait for the threads, which end by themselves once the line is done or `stop` was called.
    ///
    /// # Errors
    /// The first failure or panic of a worker.
    pub fn join(&self) -> Result<(), EngineError> {
        join_all(&self.workers)
    }

    /// End the enumerators' thread, once nobody gives orders any more.
    ///
    /// # Errors
    /// Its failure or panic.
    pub fn end_enumeration(&self) -> Result<(), EngineError> {
        self.shared.no_more_orders.store(true, Ordering::Relaxed);
        if self.enumeration.get().is_some() {
            self.shared.ended_ns.fetch_max(self.shared.clock.now_ns(), Ordering::Relaxed);
        }
        join_all(&self.helpers)
    }
}

impl Drop for Sweep {
    fn drop(&mut self) {
        self.stop();
        self.receiver = None;
        // Whoever wanted the failure has called join before.
        let _ = self.join();
        let _ = self.end_enumeration();
        let _ = self.close_journal();
    }
}

/// How many passes a run has. Rows of silence are final, so that whoever wants them says how many.
fn passes(settings: &Settings) -> Passes {
    let is_open_ended = settings.goal.is_some() && !settings.show.silent;
    if is_open_ended { Passes::AtLeast(settings.passes) } else { Passes::Just(settings.passes) }
}

/// The most ports that any address is asked on.
fn most_ports(settings: &Settings) -> usize {
    settings.line.space().blocks().iter().map(|block| block.ports().len()).max().unwrap_or(0)
}

/// Whether all datagrams leave from the port that the user named: only one socket can be bound to it.
fn is_one_socket(settings: &Settings) -> bool {
    let asks_udp = |block: &Block| (0..block.ports().len()).any(|at| block.ports().get(at).1 == Transport::Udp);
    settings.source_port.is_some() && settings.line.space().blocks().iter().any(asks_udp)
}
