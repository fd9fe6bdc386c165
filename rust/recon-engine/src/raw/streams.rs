//! Connections over recon's own TCP, by address and ports. Carries what conversations say; decides nothing.

use std::collections::{HashMap, VecDeque};
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use recon_core::dialogue::Wire;
use recon_core::space::Target;
use recon_core::tcp::{Connection, Outgoing, Status, Terms};
use recon_core::wire::{Mac, Tcp};

use super::Raw;
use super::lane::{Lanes, Next};
use crate::connect::slab::{Key, Slab};
use crate::connect::wheel::Wheel;
use crate::counters::Counters;
use crate::link::LinkError;
use crate::talks::Carrier;

/// How often, and how far apart, the last frames of a run are offered to the kernel.
const LAST_TRIES: u32 = 200;
const LAST_PAUSE: Duration = Duration::from_micros(500);

/// Who speaks with us from where: the target's address and port, and our port.
pub(super) type Tuple = (IpAddr, u16, u16);

/// What a connection is for.
#[derive(Clone, Copy, Debug)]
pub(super) enum Role {
    /// A further connection of a port, under way.
    Opening { port: Key, wire: Wire },
    /// Part of a conversation.
    Talking { port: Key, wire: Wire },
}

/// One connection.
#[derive(Debug)]
pub(super) struct Stream {
    pub(super) connection: Connection,
    pub(super) role: Role,
    tuple: Tuple,
    lane: usize,
    mac: Option<Mac>,
    /// The earliest wheel entry that will fire for it.
    armed_us: u64,
    /// It stands in the list of those that may have something to send.
    stirred: bool,
}

/// All connections of the receiver.
pub(super) struct Streams {
    raw: Arc<Raw>,
    counters: Arc<Counters>,
    pub(super) lanes: Lanes,
    held: Slab<Stream>,
    by_tuple: HashMap<Tuple, Key>,
    stirred: Vec<Key>,
    /// Further connections that conversations want.
    pub(super) extras: VecDeque<(Key, Wire)>,
    wheel: Wheel<Key>,
    due: Vec<Key>,
    /// Where the search for a free port of ours begins.
    turn: u16,
}

impl Streams {
    pub(super) fn new(raw: Arc<Raw>, counters: Arc<Counters>, lanes: Lanes) -> Self {
        Self {
            raw,
            counters,
            lanes,
            held: Slab::new(),
            by_tuple: HashMap::new(),
            stirred: Vec::new(),
            extras: VecDeque::new(),
            wheel: Wheel::new(),
            due: Vec::new(),
            turn: 0,
        }
    }

    /// The connection that a segment belongs to.
    pub(super) fn find(&self, tuple: Tuple) -> Option<Key> {
        self.by_tuple.get(&tuple).copied()
    }

    pub(super) fn get_mut(&mut self, key: Key) -> Option<&mut Stream> {
        self.held.get_mut(key)
    }

    /// When [`Streams::expire`] wants to be called.
    pub(super) fn next_us(&self) -> Option<u64> {
        self.wheel.next_us()
    }

    /// A SYN of the sweep was answered: the connection stands, its ACK is owed. None where no way leads back.
    pub(super) fn accept(&mut self, tuple: Tuple, syn_ack: &Tcp<'_>, port: Key, now_us: u64) -> Option<Key> {
        let (addr, their_port, our_port) = tuple;
        let (lane, mac) = self.route(addr, now_us)?;
        let seq = self.raw.cookies.seq(our_port, addr, their_port);
        let connection = Connection::proven(seq, syn_ack, now_us, terms(self.lanes.at(lane).mss()));
        Some(self.insert(Stream::new(connection, Role::Talking { port, wire: 0 }, tuple, lane, mac)))
    }

    /// Begin a further connection; whether there was a port of ours for it, and a way.
    pub(super) fn connect(&mut self, target: Target, port: Key, wire: Wire, now_us: u64) -> bool {
        let Some((lane, mac)) = self.route(target.addr, now_us) else {
            return false;
        };
        let Some(our_port) = self.free_port(target) else {
            return false;
        };
        let tuple = (target.addr, target.port, our_port);
        let seq = self.raw.cookies.seq(our_port, target.addr, target.port).wrapping_add(now_us as u32);
        let connection = Connection::connect(seq, now_us, terms(self.lanes.at(lane).mss()));
        self.insert(Stream::new(connection, Role::Opening { port, wire }, tuple, lane, mac));
        true
    }

    /// Which lane and neighbour lead to an address. A neighbour whose MAC was never told has not answered us either.
    pub(super) fn route(&mut self, addr: IpAddr, now_us: u64) -> Option<(usize, Option<Mac>)> {
        let found: Result<_, LinkError> = self.lanes.to(addr);
        let lane = found.ok()?.ok()?;
        match self.lanes.next_hop(lane, addr, now_us) {
            Next::Bare => Some((lane, None)),
            Next::To(mac) => Some((lane, Some(mac))),
            Next::Later(_) | Next::Absent(_) => None,
        }
    }

    /// Send one segment that belongs to no connection.
    pub(super) fn send_bare(&mut self, tuple: Tuple, outgoing: &Outgoing<'_>, now_us: u64) {
        if let Some((lane, mac)) = self.route(tuple.0, now_us) {
            self.lanes.at(lane).push_segment(tuple.0, mac, &outgoing.between(tuple.2, tuple.1));
        }
    }

    /// Connections whose timer has fired.
    pub(super) fn expire(&mut self, now_us: u64) -> Vec<Key> {
        let mut due = std::mem::take(&mut self.due);
        self.wheel.expire(now_us, &mut due);
        for &key in &due {
            if let Some(stream) = self.held.get_mut(key) {
                stream.armed_us = u64::MAX;
                stream.connection.on_timer(now_us);
            }
            self.stir(key);
        }
        let fired = due.clone();
        due.clear();
        self.due = due;
        fired
    }

    /// A connection may have something to send.
    pub(super) fn stir(&mut self, key: Key) {
        if let Some(stream) = self.held.get_mut(key).filter(|stream| !stream.stirred) {
            stream.stirred = true;
            self.stirred.push(key);
        }
    }

    /// Send what connections owe, and set their timers.
    pub(super) fn transmit(&mut self, now_us: u64) {
        let mut stirred = std::mem::take(&mut self.stirred);
        for key in stirred.drain(..) {
            let Some(stream) = self.held.get_mut(key) else {
                continue;
            };
            stream.stirred = false;
            let (addr, their_port, our_port) = stream.tuple;
            let lane = self.lanes.at(stream.lane);
            while let Some(outgoing) = stream.connection.next_segment(now_us) {
                lane.push_segment(addr, stream.mac, &outgoing.between(our_port, their_port));
            }
            if let Some(deadline_us) = stream.connection.deadline_us().filter(|&at_us| at_us < stream.armed_us) {
                stream.armed_us = deadline_us;
                self.wheel.insert(deadline_us, key);
            }
        }
        self.stirred = stirred;
        // What the kernel does not take now is lost as on the wire: our timers send it again.
        self.counters.packets(self.lanes.flush().0);
    }

    /// Hand everything to the kernel, waiting a little where it has no room: the last RSTs leave with the run.
    pub(super) fn drain(&mut self, now_us: u64) {
        self.transmit(now_us);
        for _ in 0..LAST_TRIES {
            if self.lanes.pending() == 0 {
                return;
            }
            std::thread::sleep(LAST_PAUSE);
            let _ = self.lanes.flush();
        }
    }

    /// Forget a connection, ending it with a RST unless the peer has done so.
    pub(super) fn remove(&mut self, key: Key) -> Option<Role> {
        let mut stream = self.held.remove(key)?;
        self.by_tuple.remove(&stream.tuple);
        self.counters.in_flight(-1);
        if !matches!(stream.connection.status(), Status::Reset | Status::Refused) {
            let (addr, their_port, our_port) = stream.tuple;
            let reset = stream.connection.abort();
            self.lanes.at(stream.lane).push_segment(addr, stream.mac, &reset.between(our_port, their_port));
        }
        Some(stream.role)
    }

    fn insert(&mut self, stream: Stream) -> Key {
        let tuple = stream.tuple;
        let key = self.held.insert(stream);
        self.by_tuple.insert(tuple, key);
        self.counters.in_flight(1);
        self.stir(key);
        key
    }

    /// A port of ours from which this target is not spoken to now.
    fn free_port(&mut self, target: Target) -> Option<u16> {
        let ports = self.raw.talking_ports();
        let count = ports.len() as u16;
        self.turn = (self.turn + 1) % count;
        let turned = (0..count).map(|step| ports.start() + (self.turn + step) % count);
        turned.into_iter().find(|&port| !self.by_tuple.contains_key(&(target.addr, target.port, port)))
    }
}

impl Stream {
    fn new(connection: Connection, role: Role, tuple: Tuple, lane: usize, mac: Option<Mac>) -> Self {
        Self { connection, role, tuple, lane, mac, armed_us: u64::MAX, stirred: false }
    }
}

impl Carrier for Streams {
    fn open(&mut self, port: Key, wire: Wire) {
        self.extras.push_back((port, wire));
    }

    fn say(&mut self, connection: Key, bytes: &[u8]) {
        if let Some(stream) = self.held.get_mut(connection).filter(|_| !bytes.is_empty()) {
            stream.connection.say(bytes);
            self.stir(connection);
        }
    }

    fn end(&mut self, connection: Key) {
        self.remove(connection);
    }

    fn origin(&self, connection: Key) -> String {
        self.held[connection].tuple.2.to_string()
    }
}

fn terms(mss: u16) -> Terms {
    Terms { mss, ..Terms::default() }
}
