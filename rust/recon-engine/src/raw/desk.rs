//! Reads what comes in: proves that it answers us, gives each target its state once, and hands conversations their
//! bytes. Never sends a probe of the line.

mod settling;

use std::collections::{HashMap, VecDeque};
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use recon_core::reply::State;
use recon_core::space::{Target, Transport};
use recon_core::tcp::{Status, refusal};
use recon_core::wire::{self, Body, Checks, Flags, Frame, IcmpError, IcmpKind, Neighbour, Packet, Quoted, Tcp};

use super::Raw;
use super::datagrams::Answered;
use super::resets::Resets;
use super::streams::{Role, Streams, Tuple};
use crate::connect::slab::Key;
use crate::counters::Counters;
use crate::feed::{Segment, Ticket};
use crate::leave::Wait;
use crate::link::{Layer, Seen};
use crate::outbox::Outbox;
use crate::sweep::Shared;
use crate::talks::{Opened, Talks};

/// Conversations at once; further open ports wait for one to end.
const MOST_TALKS: usize = 32_768;
/// Open ports that may wait for their conversation, or have not spoken yet, before the senders pause.
const MOST_YOUNG: usize = 4096;
/// Frames in one round from which on the receiver is behind.
const BEHIND: usize = 256;

/// An open port that waits for its conversation: who, its SYN-ACK, and what is known of it.
#[derive(Clone, Copy, Debug)]
struct Waiting {
    opened: Opened,
    tuple: Tuple,
    syn_ack: Tcp<'static>,
}

/// The receiver's state but for the ring it reads.
pub(super) struct Desk {
    pub(super) shared: Arc<Shared>,
    pub(super) raw: Arc<Raw>,
    pub(super) counters: Arc<Counters>,
    pub(super) outbox: Outbox,
    pub(super) streams: Streams,
    pub(super) talks: Talks,
    resets: Resets,
    waiting: VecDeque<Waiting>,
    pub(super) answered: HashMap<(IpAddr, u16), Answered>,
    segment: Option<Arc<Segment>>,
    pub(super) now_us: u64,
    hold_until_us: u64,
    /// What is concluded from now on is cut short.
    is_ending: bool,
}

impl Desk {
    pub(super) fn new(
        shared: Arc<Shared>,
        raw: Arc<Raw>,
        counters: Arc<Counters>,
        outbox: Outbox,
        streams: Streams,
        talks: Talks,
    ) -> Self {
        Self {
            shared,
            raw,
            counters,
            outbox,
            streams,
            talks,
            resets: Resets::default(),
            waiting: VecDeque::new(),
            answered: HashMap::new(),
            segment: None,
            now_us: 0,
            hold_until_us: 0,
            is_ending: false,
        }
    }

    /// Whether no answer is being worked on.
    pub(super) fn is_idle(&self) -> bool {
        self.talks.len() == 0 && self.waiting.is_empty() && self.answered.is_empty()
    }

    /// Time moves on; whether the reader of our rows keeps up.
    pub(super) fn begin(&mut self, now_us: u64) -> bool {
        self.now_us = now_us;
        self.outbox.flush(now_us)
    }

    /// When [`Desk::work`] wants to be called at the latest.
    pub(super) fn next_us(&self) -> Option<u64> {
        let refined_us = self.answered.values().map(|one| one.deadline_us).min();
        let resets_us = self.resets.next_us();
        let due = [self.talks.next_us(), self.streams.next_us(), self.outbox.due_us(), refined_us, resets_us];
        due.into_iter().flatten().min()
    }

    /// One frame came in.
    pub(super) fn on_frame(&mut self, bytes: &[u8], seen: Seen) {
        let layer = if seen.layer == Layer::Ip { wire::Layer::Ip } else { wire::Layer::Ethernet };
        let checks = if seen.verify { Checks::All } else { Checks::Offloaded };
        match wire::parse(bytes, layer, checks) {
            Frame::Packet(packet) => self.on_packet(&packet),
            Frame::Neighbour(neighbour) => self.on_neighbour(neighbour, seen.interface),
            Frame::Foreign | Frame::Malformed => {}
        }
    }

    /// Do what is due after a round of `frames`; `keeps_up` is what [`Desk::begin`] said.
    pub(super) fn work(&mut self, polled_us: u64, frames: usize, keeps_up: bool) {
        self.admit_waiting();
        self.start_extras();
        for key in self.streams.expire(polled_us) {
            self.after_segment(key);
        }
        self.talks.expire(&mut self.streams, polled_us);
        self.expire_answered(polled_us);
        self.settle_talks();
        self.send_resets();
        self.streams.transmit(self.now_us);
        let is_behind = self.now_us < self.hold_until_us || frames >= BEHIND;
        let young = self.waiting.len() + self.talks.young();
        let crowded = !keeps_up || young >= MOST_YOUNG || is_behind;
        self.raw.crowded.store(crowded, Ordering::Relaxed);
    }

    /// Let senders pause for a while.
    pub(super) fn hold_senders(&mut self, pause_us: u64) {
        self.hold_until_us = self.now_us + pause_us;
    }

    /// The run is over or stopped: conclude what is under way. What is left is to pass on the rows.
    pub(super) fn finish(mut self) -> Outbox {
        self.is_ending = true;
        for waiting in std::mem::take(&mut self.waiting) {
            self.settle_open(waiting.opened);
        }
        self.talks.stop(&mut self.streams);
        self.settle_talks();
        for place in self.answered.keys().copied().collect::<Vec<_>>() {
            self.settle_answered(place);
        }
        for (tuple, reset) in self.resets.take() {
            self.streams.send_bare(tuple, &reset, self.now_us);
        }
        self.streams.drain(self.now_us);
        self.outbox
    }

    fn on_packet(&mut self, packet: &Packet<'_>) {
        match &packet.body {
            Body::Tcp(tcp) => self.on_tcp(packet, tcp),
            Body::Udp(udp) => self.on_udp(packet, udp.src_port, udp.dst_port, udp.payload),
            Body::Icmp(error) => self.on_icmp(packet, error),
            Body::Other => {}
        }
    }

    fn on_neighbour(&mut self, neighbour: Neighbour, interface: u32) {
        match neighbour {
            Neighbour::IsAt { addr, mac } => self.raw.neighbours.learn((interface, addr), mac),
            Neighbour::WhoHas { asked, from, mac } => {
                // The kernel answers for its own addresses; one that the user chose is ours to answer for.
                if self.raw.wanted.source_ip == Some(asked) {
                    self.streams.lanes.tell(interface, asked, from, mac);
                }
            }
        }
    }

    fn on_tcp(&mut self, packet: &Packet<'_>, tcp: &Tcp<'_>) {
        let tuple = (packet.src, tcp.src_port, tcp.dst_port);
        if let Some(key) = self.streams.find(tuple) {
            return self.on_segment(key, tcp);
        }
        let target = Target { addr: packet.src, port: tcp.src_port, transport: Transport::Tcp };
        if self.raw.is_control(tcp.dst_port) {
            return self.on_control(packet, tcp, target);
        }
        let is_asking = self.raw.is_asking(tcp.dst_port);
        if is_asking && self.raw.cookies.proves_syn_ack(packet, tcp) {
            self.on_syn_ack(packet, tcp, target, tuple);
        } else if is_asking && self.raw.cookies.proves_rst(packet, tcp) {
            self.on_verdict(target, State::Closed, "refused", Some(packet.ttl));
        } else if self.raw.ports().contains(&tcp.dst_port) {
            self.refuse(tuple, tcp);
        }
    }

    /// End what the peer still holds of a connection that we have left.
    pub(super) fn refuse(&mut self, tuple: Tuple, tcp: &Tcp<'_>) {
        if let Some(reset) = refusal(tcp).filter(|_| tcp.flags.has(Flags::ACK)) {
            self.resets.push(tuple, reset);
        }
    }

    fn send_resets(&mut self) {
        let (now_ns, interval_ns) = (self.now_us * 1000, self.shared.pace.steered_interval_ns());
        while let Some((tuple, reset)) = self.resets.pop(now_ns, interval_ns) {
            self.streams.send_bare(tuple, &reset, self.now_us);
        }
    }

    /// A target takes connections. Counted once; an answer that comes again is only refused again.
    fn on_syn_ack(&mut self, packet: &Packet<'_>, tcp: &Tcp<'_>, target: Target, tuple: Tuple) {
        let Some(position) = self.take(target) else {
            if !self.waiting.iter().any(|waiting| waiting.tuple == tuple) {
                self.refuse(tuple, tcp);
            }
            return;
        };
        let trip_us = self.raw.times.since(position, self.now_us);
        self.counters.opened(Some(position), target.addr, trip_us);
        let rtt_us = trip_us.unwrap_or(0);
        let ticket = Ticket { position, failures: 0, pass: 1 };
        let opened = Opened { ticket, target, rtt_us, ttl: Some(packet.ttl) };
        if self.shared.settings.pack.is_none() {
            self.refuse(tuple, tcp);
            self.settle_open(opened);
        } else {
            self.waiting.push_back(Waiting { opened, tuple, syn_ack: bare(tcp) });
            self.admit_waiting();
        }
    }

    fn admit_waiting(&mut self) {
        while self.talks.len() < MOST_TALKS {
            let Some(Waiting { opened, tuple, syn_ack }) = self.waiting.pop_front() else {
                return;
            };
            let port = self.talks.reserve();
            match self.streams.accept(tuple, &syn_ack, port, self.now_us) {
                Some(key) => self.talks.open(&mut self.streams, opened, key),
                None => self.settle_open(opened),
            }
        }
    }

    /// Begin the further connections that conversations want, at the run's pace.
    fn start_extras(&mut self) {
        for _ in 0..self.streams.extras.len() {
            let Some((port, wire)) = self.streams.extras.pop_front() else {
                return;
            };
            let Some(target) = self.talks.target(port) else {
                continue;
            };
            match self.shared.leave_further(|| target.addr, self.now_us * 1000) {
                Ok(()) => {}
                Err(Wait::Host(_)) => {
                    self.streams.extras.push_back((port, wire));
                    continue;
                }
                Err(Wait::All(_)) => return self.streams.extras.push_front((port, wire)),
            }
            if self.streams.connect(target, port, wire, self.now_us) {
                self.counters.sent();
            } else {
                self.talks.on_extra_refused(&mut self.streams, port, wire);
            }
        }
    }

    fn on_segment(&mut self, key: Key, tcp: &Tcp<'_>) {
        if let Some(stream) = self.streams.get_mut(key) {
            stream.connection.on_segment(tcp, self.now_us);
        }
        self.streams.stir(key);
        self.after_segment(key);
    }

    /// Tell the conversation what came of a segment or a timer.
    fn after_segment(&mut self, key: Key) {
        if let Some(stream) = self.streams.get_mut(key)
            && let Role::Opening { port, wire } = stream.role
            && stream.connection.status() == Status::Open
        {
            stream.role = Role::Talking { port, wire };
            if self.talks.contains(port) {
                self.talks.on_extra_open(&mut self.streams, port, wire, key);
            } else {
                self.streams.remove(key);
            }
        }
        while let Some(stream) = self.streams.get_mut(key) {
            let Some(bytes) = stream.connection.heard() else {
                break;
            };
            if let Role::Talking { port, wire } = stream.role {
                self.talks.on_bytes(&mut self.streams, port, wire, &bytes);
            }
        }
        self.after_end(key);
    }

    fn after_end(&mut self, key: Key) {
        let Some(stream) = self.streams.get_mut(key) else {
            return;
        };
        if matches!(stream.connection.status(), Status::Connecting | Status::Open) {
            return;
        }
        match self.streams.remove(key) {
            Some(Role::Opening { port, wire }) => self.talks.on_extra_refused(&mut self.streams, port, wire),
            Some(Role::Talking { port, wire }) => self.talks.on_closed(&mut self.streams, port, wire),
            None => {}
        }
    }

    fn on_icmp(&mut self, packet: &Packet<'_>, error: &IcmpError) {
        let Quoted { dst, dst_port, src_port, transport, .. } = error.quoted;
        let target = Target { addr: dst, port: dst_port, transport };
        if self.raw.is_control(src_port) {
            return self.on_control_error(error, target);
        }
        let proven = match transport {
            Transport::Tcp => self.raw.is_asking(src_port) && self.raw.cookies.proves_quote(&error.quoted),
            Transport::Udp => src_port == self.raw.asking_port(target),
        };
        if !proven || self.answered.contains_key(&(dst, dst_port)) {
            return;
        }
        match (error.kind, transport) {
            (IcmpKind::TooBig(_), _) => {}
            // As the kernel tells a connecting socket.
            (IcmpKind::PortUnreachable, Transport::Tcp) => self.on_verdict(target, State::Closed, "refused", None),
            (IcmpKind::PortUnreachable, Transport::Udp) => {
                let ttl = (packet.src == dst).then_some(packet.ttl);
                self.on_verdict(target, State::Closed, error.kind.reason(), ttl);
            }
            (kind, _) => self.on_verdict(target, State::Unreachable, kind.reason(), None),
        }
    }
}

/// A SYN-ACK without the bytes it may carry, which the peer sends again.
fn bare(tcp: &Tcp<'_>) -> Tcp<'static> {
    Tcp {
        src_port: tcp.src_port,
        dst_port: tcp.dst_port,
        seq: tcp.seq,
        ack: tcp.ack,
        flags: tcp.flags,
        window: tcp.window,
        mss: tcp.mss,
        window_scale: tcp.window_scale,
        payload: &[],
    }
}
