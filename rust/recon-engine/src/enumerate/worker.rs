//! The thread that serves enumerators: a poll loop over their connections.

use std::collections::{HashMap, HashSet, VecDeque};
use std::io::{ErrorKind, Read};
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::thread::JoinHandle;
use std::time::Duration;

use crossbeam_channel::{Receiver, Sender, unbounded};
use mio::event::Event as Ready;
use mio::{Poll, Token, Waker};

use super::line::{Line, Wanted};
use super::opening::{OPEN_US, Opening};
use super::{Caps, Event, Id, Order, Until};
use crate::EngineError;
use crate::connect::dial;
use crate::connect::slab::{Key, Slab};
use crate::connect::wheel::Wheel;
use crate::counters::Counters;
use crate::sweep::Shared;
use crate::tls::{self, TlsWire};

/// Token of the waker; no slab reaches it.
const WAKE: Token = Token(usize::MAX);
/// Longest sleep in microseconds.
const NAP_US: u64 = 20_000;
const READ_BYTES: usize = 16 * 1024;
/// Quiet after which a greeting is over, in microseconds.
const QUIET_US: u64 = 150_000;

/// What is left of a conversation's budgets while no connection of it is open; forgotten when it is closed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Left {
    pub(super) end_us: u64,
    pub(super) room: usize,
}

/// A batch of events for the reader.
pub type Events = Vec<(Id, Event)>;

/// Where orders go in; waking the thread is part of giving one.
#[derive(Debug)]
pub(crate) struct Orders {
    sender: Sender<Vec<(Id, Order)>>,
    waker: Arc<Waker>,
}

impl Orders {
    /// Hand over orders; after the run has ended they go nowhere.
    pub(crate) fn give(&self, orders: Vec<(Id, Order)>) {
        if self.sender.send(orders).is_ok() {
            // A waker that fails only delays the orders until the next nap ends.
            let _ = self.waker.wake();
        }
    }
}

/// The way in, the way out, and the thread between.
pub(crate) type Started = (Orders, Receiver<Events>, JoinHandle<Result<(), EngineError>>);

/// Start the thread: orders in, events out. It ends when the run is stopped or `Orders` is dropped.
pub(crate) fn start(shared: Arc<Shared>, counters: Arc<Counters>, caps: Caps) -> Result<Started, EngineError> {
    let system = |what| move |source| EngineError::System { what, source };
    let poll = Poll::new().map_err(system("opening a poller for enumerators"))?;
    let waker = Arc::new(Waker::new(poll.registry(), WAKE).map_err(system("waking the enumerators' poller"))?);
    let (sender, orders) = unbounded();
    let (events, receiver) = unbounded();
    let worker = Worker {
        tls: tls::config().map_err(|error| EngineError::Worker(error.to_string()))?,
        shared,
        counters,
        caps,
        poll,
        orders,
        events,
        lines: Slab::new(),
        by_id: HashMap::new(),
        per_host: HashMap::new(),
        left: HashMap::new(),
        lent: HashMap::new(),
        waiting: VecDeque::new(),
        queued: HashSet::new(),
        wheel: Wheel::new(),
        said: Vec::new(),
        buffer: vec![0; READ_BYTES],
    };
    let thread = std::thread::Builder::new().name("recon-enumerate".to_owned());
    let handle = thread.spawn(|| worker.run()).map_err(system("starting the enumerators' thread"))?;
    Ok((Orders { sender, waker }, receiver, handle))
}

pub(super) struct Worker {
    pub(super) shared: Arc<Shared>,
    pub(super) counters: Arc<Counters>,
    pub(super) caps: Caps,
    pub(super) tls: tls::Configs,
    pub(super) poll: Poll,
    pub(super) orders: Receiver<Vec<(Id, Order)>>,
    pub(super) events: Sender<Events>,
    pub(super) lines: Slab<Line>,
    pub(super) by_id: HashMap<Id, Key>,
    pub(super) per_host: HashMap<IpAddr, usize>,
    pub(super) left: HashMap<Id, Left>,
    /// Hosts of connections that were handed over and not yet given back.
    pub(super) lent: HashMap<Id, IpAddr>,
    pub(super) waiting: VecDeque<Opening>,
    /// Conversations that wait there.
    pub(super) queued: HashSet<Id>,
    pub(super) wheel: Wheel<Key>,
    pub(super) said: Events,
    pub(super) buffer: Vec<u8>,
}

impl Worker {
    fn run(mut self) -> Result<(), EngineError> {
        let mut ready = mio::Events::with_capacity(1024);
        while !self.shared.stop.load(Ordering::Relaxed) && !self.shared.no_more_orders.load(Ordering::Relaxed) {
            if !self.take_orders() {
                break;
            }
            let now_us = self.now_us();
            let turn_us = self.open_waiting(now_us);
            self.tell();
            let until = [self.wheel.next_us(), turn_us, Some(now_us + NAP_US)].into_iter().flatten().min();
            let wait_us = until.unwrap_or(now_us).saturating_sub(now_us);
            match self.poll.poll(&mut ready, Some(Duration::from_micros(wait_us))) {
                Err(source) if source.kind() != ErrorKind::Interrupted => {
                    return Err(EngineError::System { what: "polling for enumerators", source });
                }
                _ => {}
            }
            for event in &ready {
                self.on_ready(event);
            }
            self.expire(now_us);
        }
        Ok(())
    }

    pub(super) fn now_us(&self) -> u64 {
        self.shared.clock.now_ns() / 1000
    }

    /// Whether orders can still come.
    fn take_orders(&mut self) -> bool {
        loop {
            match self.orders.try_recv() {
                Ok(orders) => orders.into_iter().for_each(|(id, order)| self.on_order(id, order)),
                Err(crossbeam_channel::TryRecvError::Empty) => return true,
                Err(crossbeam_channel::TryRecvError::Disconnected) => return false,
            }
        }
    }

    fn on_order(&mut self, id: Id, order: Order) {
        let now_us = self.now_us();
        if let Order::Open { addr, port, host, tls, greeting, lend } = order {
            self.close(id);
            let left = self.left.get(&id);
            let (end_us, room) = left.map_or((None, self.caps.bytes), |left| (Some(left.end_us), left.room));
            self.queued.insert(id);
            self.waiting.push_back(Opening {
                id,
                addr,
                port,
                host,
                tls,
                greeting,
                lend,
                not_before_us: 0,
                end_us,
                room,
            });
            return;
        }
        if order == Order::Close {
            self.close(id);
            self.left.remove(&id);
            if let Some(addr) = self.lent.remove(&id) {
                self.release(addr);
            }
            return;
        }
        let Some(&key) = self.by_id.get(&id) else {
            // What follows a `Send` on a connection that is gone tells so.
            if !matches!(order, Order::Send(_)) {
                self.said.push((id, Event::Closed(Vec::new(), "not open")));
            }
            return;
        };
        match order {
            Order::Send(bytes) => self.send(key, &bytes),
            Order::Receive(until) => self.receive(key, until, now_us),
            Order::Secure { host } => self.secure(key, host, false, now_us),
            Order::Close | Order::Open { .. } => self.close(id),
        }
    }

    fn send(&mut self, key: Key, bytes: &[u8]) {
        let line = &mut self.lines[key];
        match &mut line.tls {
            Some(tls) => {
                tls.say(bytes);
                let cipher = tls.outgoing();
                line.unsent.extend_from_slice(&cipher);
            }
            None => line.unsent.extend_from_slice(bytes),
        }
        self.flush(key);
    }

    fn receive(&mut self, key: Key, until: Until, now_us: u64) {
        let line = &mut self.lines[key];
        line.deadline_us = (now_us + until.wait_us).min(line.end_us);
        line.wanted = Wanted::Bytes(until);
        self.wheel.insert(line.deadline_us, key);
        // The socket reports only what is new: what it held back while nobody asked must be fetched.
        self.read(key);
    }

    pub(super) fn secure(&mut self, key: Key, host: Option<Arc<str>>, greeting: bool, now_us: u64) {
        let line = &mut self.lines[key];
        let opening = matches!(line.wanted, Wanted::Connection { .. });
        // What came in the clear must not be taken for what is said inside TLS.
        line.received.clear();
        let host = host.or_else(|| line.host.clone());
        let Some(mut tls) = TlsWire::new(self.tls.pick(false), host.as_deref(), line.addr) else {
            let event = line.broken("tls cannot begin");
            return self.end(key, event);
        };
        line.unsent.extend_from_slice(&tls.outgoing());
        line.tls = Some(Box::new(tls));
        line.wanted = Wanted::Security { opening, greeting };
        line.deadline_us = (now_us + OPEN_US).min(line.end_us);
        self.wheel.insert(line.deadline_us, key);
        self.flush(key);
    }

    fn on_ready(&mut self, event: &Ready) {
        let key = Key(event.token().0 as u64);
        if event.token() == WAKE || !self.lines.contains(key) {
            return;
        }
        if matches!(self.lines[key].wanted, Wanted::Connection { .. }) {
            match self.lines[key].stream.take_error() {
                Ok(None) if event.is_writable() => self.on_open(key),
                Ok(None) => return,
                Ok(Some(error)) if dial::was_open(&error) => self.on_open(key),
                Ok(Some(_)) | Err(_) => {
                    let gone = self.lines[key].broken("refused");
                    return self.end(key, gone);
                }
            }
        }
        if self.lines.contains(key) && event.is_writable() {
            self.flush(key);
        }
        if self.lines.contains(key) && (event.is_readable() || event.is_read_closed() || event.is_error()) {
            self.read(key);
        }
    }

    fn read(&mut self, key: Key) {
        let mut buffer = std::mem::take(&mut self.buffer);
        while let Some(line) = self.lines.get_mut(key).filter(|line| line.is_hungry()) {
            match line.stream.read(&mut buffer) {
                Ok(0) => line.closed = true,
                Ok(count) => self.on_bytes(key, &buffer[..count]),
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(_) => line.closed = true,
            }
        }
        self.buffer = buffer;
        if self.lines.contains(key) {
            self.settle(key);
        }
    }

    fn on_bytes(&mut self, key: Key, bytes: &[u8]) {
        let line = &mut self.lines[key];
        let Some(tls) = &mut line.tls else {
            line.closed |= !line.take(bytes);
            return;
        };
        let progress = tls.take(bytes);
        let outgoing = tls.outgoing();
        line.unsent.extend_from_slice(&outgoing);
        let fits = line.take(&progress.plain);
        line.closed |= progress.failed || !fits;
        self.flush(key);
        if progress.secured {
            self.on_secured(key);
        }
    }

    fn on_secured(&mut self, key: Key) {
        let now_us = self.now_us();
        let line = &mut self.lines[key];
        let Wanted::Security { opening, greeting } = line.wanted else {
            return;
        };
        if opening {
            self.ready_to_talk(key, greeting, now_us);
            return;
        }
        line.wanted = Wanted::Nothing;
        let session = line.tls.as_ref().map(|tls| tls.session().to_bytes()).unwrap_or_default();
        self.said.push((line.id, Event::Secured(session)));
    }

    /// Answer what is awaited, if what came allows it.
    pub(super) fn settle(&mut self, key: Key) {
        let line = &mut self.lines[key];
        if let Some(event) = line.ready() {
            self.said.push((line.id, event));
        } else if line.may_have_greeted() && !line.closed {
            // A greeting that no grammar ends (MySQL, RFB) is over when nothing follows.
            let quiet_us = self.shared.clock.now_ns() / 1000 + QUIET_US;
            line.deadline_us = quiet_us.min(line.end_us);
            self.wheel.insert(line.deadline_us, key);
        } else if line.closed && !matches!(line.wanted, Wanted::Nothing) {
            let event = line.broken("closed by peer");
            self.end(key, event);
        }
    }

    fn expire(&mut self, now_us: u64) {
        let mut due = Vec::new();
        self.wheel.expire(now_us, &mut due);
        for key in due {
            let Some(line) = self.lines.get_mut(key) else {
                continue;
            };
            let waits = !matches!(line.wanted, Wanted::Nothing);
            if now_us >= line.end_us && !waits {
                let id = line.id;
                self.close(id);
            } else if waits && line.deadline_us <= now_us {
                let event = line.late();
                if matches!(event, Event::Closed(..)) {
                    self.end(key, event);
                } else {
                    self.said.push((line.id, event));
                }
            }
        }
    }

    fn flush(&mut self, key: Key) {
        let line = &mut self.lines[key];
        dial::write_out(&mut line.stream, &mut line.unsent);
    }

    fn tell(&mut self) {
        if !self.said.is_empty() {
            // Without a reader nobody is left to be told.
            let _ = self.events.send(std::mem::take(&mut self.said));
        }
    }
}
