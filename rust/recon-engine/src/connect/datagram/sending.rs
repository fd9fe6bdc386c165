//! What leaves over UDP: questions in batches, each for a slot of the rate cap, and what a refusal of the kernel means.
//! Never gives a target a verdict.

use std::io;
use std::net::{IpAddr, SocketAddr};

use mio::Interest;
use recon_core::space::Target;
use recon_core::transcript::Direction;
use rustix::io::Errno;

use super::asked::Stage;
use super::post::Post;
use super::{Way, Worker};
use crate::connect::conn::Due;
use crate::connect::dial;
use crate::connect::slab::Key;
use crate::errno::Outcome;
use crate::feed::Ticket;
use crate::leave::Wait;
use crate::link::inbox::{self, BATCH, Inbox};

/// How long to wait for the answer to a refining question that names no time, in microseconds.
const REFINE_US: u64 = 700_000;
/// Errors about earlier datagrams that one turn takes before it looks at the sockets again.
const STALE_LIMIT: u32 = 64;
/// Refusals in a row by an error that ICMP can cause, after which it is our own.
const AMBIGUOUS_TRIES: u32 = 3;
/// Attempts at a refining question when something of ours ran out.
const REFINE_TRIES: u32 = 10;

/// Whose fault it is that the kernel took no datagram.
enum Refusal {
    /// An ICMP error about an earlier one, which the kernel tells whoever comes next; the error queue says whose.
    Stale,
    /// Ours.
    Own { name: &'static str, scarce: bool },
}

impl Worker {
    /// Open the socket for an IP version, if it is not.
    pub(super) fn open_post(&mut self, way: Way) -> io::Result<()> {
        if self.datagrams.posts[way as usize].is_none() {
            let mut post = Post::open(way == Way::V4, self.shared.settings.source_port)?;
            self.sockets.poll.registry().register(&mut post.socket, way.token(), Interest::READABLE)?;
            self.shared.own_ports.add(post.socket.local_addr()?.port());
            self.datagrams.posts[way as usize] = Some(post);
            self.datagrams.inbox.get_or_insert_with(|| Box::new(Inbox::new()));
        }
        Ok(())
    }

    /// Something of ours failed before a question left.
    pub(super) fn refuse(&mut self, ticket: Ticket, target: Target, error: &io::Error, now_us: u64) {
        let (name, scarce) = match dial::outcome(error, target.addr) {
            Outcome::Local { name, scarce } => (name, scarce),
            _ => ("EOTHER", false),
        };
        self.try_later(ticket, target, name, scarce, now_us);
    }

    /// Let a question wait for its socket.
    pub(super) fn enqueue(&mut self, key: Key) {
        let datagram = &mut self.datagrams.asked[key];
        datagram.stage = Stage::Queued;
        datagram.deadline_us = u64::MAX;
        let way = Way::to(datagram.target);
        let post = self.datagrams.post(way).expect("opened before anything is asked");
        post.queue.push_back(key);
        if post.queue.len() >= BATCH {
            self.flush_way(way);
        }
    }

    /// Ask a port that answered something more, or settle it.
    pub(super) fn go_on(&mut self, key: Key, next: Option<Vec<u8>>) {
        let Some(payload) = next else {
            return self.settle_datagram(key);
        };
        if !self.datagrams.asked[key].dialogue.goes_on() {
            self.datagrams.asked.return_home(key);
        }
        let datagram = &mut self.datagrams.asked[key];
        datagram.payload = payload;
        datagram.stage = Stage::Owed;
        datagram.deadline_us = u64::MAX;
        self.datagrams.owed.push_back(key);
    }

    /// Give further questions the slots of the rate cap before new targets take them.
    pub(in crate::connect) fn serve_owed(&mut self) {
        while let Some(&key) = self.datagrams.owed.front() {
            if self.datagrams.asked.contains(key) {
                let addr = self.datagrams.asked[key].target.addr;
                match self.shared.leave_further(|| addr, self.shared.clock.now_ns()) {
                    Ok(()) => self.enqueue(key),
                    Err(Wait::Host(at_ns)) => self.wheel.insert(at_ns.div_ceil(1000), Due::Owed(key)),
                    Err(Wait::All(free_ns)) => return self.wake_owed(key, free_ns.div_ceil(1000)),
                }
            }
            self.datagrams.owed.pop_front();
        }
    }

    fn wake_owed(&mut self, key: Key, free_us: u64) {
        if self.datagrams.owed_us != free_us {
            self.datagrams.owed_us = free_us;
            self.wheel.insert(free_us, Due::Datagram(key));
        }
    }

    /// Send what is queued, and read what was left unread.
    pub(in crate::connect) fn flush_datagrams(&mut self) {
        for way in Way::ALL {
            self.flush_way(way);
            if self.datagrams.post(way).is_some_and(|post| post.unread) {
                self.read_datagrams(way);
            }
        }
    }

    fn flush_way(&mut self, way: Way) {
        let (mut room, mut stale, mut unheard) = (BATCH, 0, 0);
        loop {
            let batch = self.batch(way, room);
            let Some(&first) = batch.first() else {
                return;
            };
            match self.send_batch(way, &batch) {
                Ok(count) => {
                    (room, stale, unheard) = (next_room(count, batch.len()), 0, unheard + count);
                    batch[..count].iter().for_each(|&key| self.on_sent(way, key));
                }
                Err(error) => {
                    stale += 1;
                    match refusal(&error, self.datagrams.asked[first].target.addr, stale) {
                        Refusal::Stale if stale >= STALE_LIMIT => return,
                        Refusal::Stale => {}
                        Refusal::Own { name, scarce } => {
                            self.on_not_sent(way, first, name, scarce);
                            if scarce {
                                return;
                            }
                            stale = 0;
                        }
                    }
                }
            }
            if unheard >= BATCH {
                self.read_errors(way);
                unheard = 0;
            }
        }
    }

    /// The next ports whose question is to leave, at most `room`; those settled meanwhile are forgotten.
    fn batch(&mut self, way: Way, room: usize) -> Vec<Key> {
        let super::Datagrams { asked, posts, .. } = &mut self.datagrams;
        let Some(post) = &mut posts[way as usize] else {
            return Vec::new();
        };
        while post.queue.front().is_some_and(|&key| !asked.contains(key)) {
            post.queue.pop_front();
        }
        post.queue.iter().copied().take(room).take_while(|&key| asked.contains(key)).collect()
    }

    fn send_batch(&self, way: Way, batch: &[Key]) -> io::Result<usize> {
        let Some(post) = &self.datagrams.posts[way as usize] else {
            return Ok(0);
        };
        let asked = &self.datagrams.asked;
        let parts: Vec<(SocketAddr, &[u8])> =
            batch.iter().map(|&key| (asked[key].peer, asked[key].payload.as_slice())).collect();
        inbox::send(post, &parts)
    }

    /// The first in the queue left.
    fn on_sent(&mut self, way: Way, key: Key) {
        let now_us = self.now_us();
        if let Some(post) = self.datagrams.post(way) {
            post.queue.pop_front();
        }
        let settings = &self.shared.settings;
        let (pack, longest_us) = (settings.pack.as_deref(), settings.timeout_us);
        let datagram = &mut self.datagrams.asked[key];
        if datagram.sent_us.is_some() || datagram.is_canary {
            self.counters.sent();
        } else {
            self.counters.asked();
        }
        datagram.dialogue.note(pack, Direction::Sent, &datagram.payload, now_us);
        datagram.stage = Stage::Sent;
        datagram.sent_us.get_or_insert(now_us);
        let wait_us = if datagram.rtt_us.is_some() { REFINE_US } else { longest_us };
        datagram.deadline_us = now_us + wait_us.max(datagram.dialogue.wait_us(pack).unwrap_or(0));
        self.wheel.insert(datagram.deadline_us, Due::Datagram(key));
    }

    /// The first in the queue could not leave.
    fn on_not_sent(&mut self, way: Way, key: Key, name: &'static str, scarce: bool) {
        let datagram = &mut self.datagrams.asked[key];
        if datagram.rtt_us.is_some() {
            datagram.ticket.failures += 1;
            let again = scarce && datagram.ticket.failures < REFINE_TRIES;
            self.counters.error(name);
            if again {
                return;
            }
        }
        if let Some(post) = self.datagrams.post(way) {
            post.queue.pop_front();
        }
        if self.has_answered(key) {
            self.settle_datagram(key);
        } else if self.datagrams.asked[key].is_canary {
            self.withdraw_canary(key);
        } else if let Some(datagram) = self.drop_datagram(key) {
            let now_us = self.now_us();
            self.try_later(datagram.ticket, datagram.target, name, scarce, now_us);
        }
    }
}

/// How many to hand over next: one refusal ends a batch, and on loopback each closed port refuses at once. One more than
/// went through, since the one that fails takes the pending error with it, and leaves none to the next call.
fn next_room(sent: usize, offered: usize) -> usize {
    if sent == offered { (sent * 2).clamp(2, BATCH) } else { sent + 1 }
}

fn refusal(error: &io::Error, addr: IpAddr, tries: u32) -> Refusal {
    // What ICMP for IPv6 says of a firewall, and for both of a datagram too large, reads like a failure of ours.
    let ambiguous = matches!(Errno::from_io_error(error), Some(Errno::ACCESS | Errno::MSGSIZE | Errno::OPNOTSUPP));
    match dial::outcome(error, addr) {
        Outcome::Local { .. } if ambiguous && tries < AMBIGUOUS_TRIES => Refusal::Stale,
        Outcome::Local { name, scarce } => Refusal::Own { name, scarce },
        Outcome::Verdict(..) | Outcome::Silent | Outcome::AskRoute(_) => Refusal::Stale,
    }
}
