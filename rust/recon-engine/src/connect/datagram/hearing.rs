//! What comes over UDP: answers and ICMP errors, each for the port that it is about. Never believes a stranger.

use std::io::{Error, ErrorKind};
use std::net::SocketAddr;

use recon_core::matcher::Scratch;
use recon_core::reply::State;
use recon_core::transcript::Direction;
use rustix::io::Errno;

use super::asked::Stage;
use super::{Way, Worker};
use crate::connect::slab::Key;
use crate::errno::{self, Outcome};
use crate::feed::Ticket;
use crate::guard::guarded;
use crate::link::inbox::{BATCH, Icmp, Inbox};

/// Batches read from a socket before others get their turn.
const ROUNDS: usize = 128;
/// Answers of one port that are read.
const ANSWER_LIMIT: u32 = 64;

impl Worker {
    /// A socket has answers or ICMP errors.
    pub(in crate::connect) fn on_datagram(&mut self, socket: Key) {
        if let Some(&way) = Way::ALL.get(socket.0 as usize) {
            self.read_errors(way);
            self.read_datagrams(way);
        }
    }

    /// Read answers until there are none, or others must have their turn.
    pub(super) fn read_datagrams(&mut self, way: Way) {
        let Some(mut inbox) = self.datagrams.inbox.take() else {
            return;
        };
        let unread = (0..ROUNDS).all(|_| self.read_batch(way, &mut inbox));
        if let Some(post) = self.datagrams.post(way) {
            post.unread = unread;
            let drops = inbox.drops().map_or(0, |total| post.count_drops(total));
            self.counters.drops(drops);
        }
        self.datagrams.inbox = Some(inbox);
    }

    /// Read one batch; whether there may be more.
    fn read_batch(&mut self, way: Way, inbox: &mut Inbox) -> bool {
        let Some(post) = self.datagrams.post(way) else {
            return false;
        };
        match inbox.receive(&*post) {
            Ok(count) => {
                (0..count).filter_map(|at| inbox.datagram(at)).for_each(|(from, data)| self.on_arrival(from, data));
                count == BATCH
            }
            // A pending ICMP error, which the error queue holds too.
            Err(error) => error.kind() != ErrorKind::WouldBlock,
        }
    }

    /// Read the ICMP errors that are there.
    pub(super) fn read_errors(&mut self, way: Way) {
        let Some(mut inbox) = self.datagrams.inbox.take() else {
            return;
        };
        while let Some(post) = self.datagrams.post(way) {
            let Ok(count) = inbox.receive_errors(&*post) else {
                break;
            };
            (0..count).filter_map(|at| inbox.error(at)).for_each(|(to, icmp)| self.on_icmp(to, icmp));
            if count < BATCH {
                break;
            }
        }
        self.datagrams.inbox = Some(inbox);
    }

    fn on_arrival(&mut self, from: SocketAddr, data: &[u8]) {
        match self.datagrams.asked.of(from) {
            // What comes before the question left is an answer to nothing.
            Some(key) if self.datagrams.asked[key].sent_us.is_none() => {}
            Some(key) => self.on_answer(key, data),
            None => self.on_stranger(from, data),
        }
    }

    /// A port that nobody asked speaks: it may answer for the one port of its host that says so (RFC 1350 section 4),
    /// if what it says means that port's own service.
    fn on_stranger(&mut self, from: SocketAddr, data: &[u8]) {
        let Some(key) = self.datagrams.asked.only_elsewhere(from.ip()) else {
            return;
        };
        let datagram = &self.datagrams.asked[key];
        let (Some(pack), Stage::Sent) = (self.shared.settings.pack.as_ref(), datagram.stage) else {
            return;
        };
        let (dialogue, scratch) = (&datagram.dialogue, self.talks.scratch());
        // A panic here would come again, and be told, if the answer counted.
        let expects = || dialogue.is_answered_elsewhere(pack) && dialogue.expects(pack, scratch, data);
        if guarded(expects).unwrap_or(false) {
            self.datagrams.asked.divert(key, from);
            self.on_answer(key, data);
        }
    }

    fn on_answer(&mut self, key: Key, data: &[u8]) {
        let now_us = self.now_us();
        if self.take_canary_answer(key, now_us) {
            return;
        }
        let datagram = &mut self.datagrams.asked[key];
        if datagram.rtt_us.is_none() {
            let rtt_us = now_us - datagram.sent_us.unwrap_or(now_us);
            datagram.rtt_us = Some(rtt_us);
            let Ticket { position, pass, .. } = datagram.ticket;
            // Later passes ask other questions.
            self.counters.opened((pass == 1).then_some(position), datagram.target.addr, Some(rtt_us));
        }
        datagram.answers += 1;
        let (asking, enough) = (datagram.stage != Stage::Sent, datagram.answers >= ANSWER_LIMIT);
        let pack = self.shared.settings.pack.as_deref();
        let (dialogue, scratch) = (&mut datagram.dialogue, self.talks.scratch());
        dialogue.note(pack, Direction::Received, data, now_us);
        let read = guarded(|| {
            let pack = pack?;
            dialogue.hear(pack, scratch, data);
            if asking { None } else { dialogue.more(pack) }
        });
        let failed = read.is_err();
        let next = read.unwrap_or_else(|why| {
            *scratch = Scratch::default();
            dialogue.fail(&why);
            None
        });
        if enough || failed {
            self.settle_datagram(key);
        } else if !asking {
            self.go_on(key, next);
        }
    }

    fn on_icmp(&mut self, to: SocketAddr, icmp: Icmp) {
        let (Some(key), true) = (self.datagrams.asked.of(to), icmp.is_received) else {
            return;
        };
        if self.has_answered(key) {
            return self.settle_datagram(key);
        }
        let (Some(outcome), Some(_)) = (verdict(icmp.errno), self.datagrams.asked[key].sent_us) else {
            return;
        };
        let now_us = self.now_us();
        if self.take_canary_answer(key, now_us) {
            return;
        }
        if let Some(datagram) = self.drop_datagram(key) {
            self.on_outcome(datagram.ticket, datagram.target, outcome, now_us);
        }
    }
}

/// What an ICMP error says of the port it is about, in the words of a refused connection; nothing where it says only
/// that a datagram was too large.
fn verdict(errno: i32) -> Option<Outcome> {
    let error = Error::from_raw_os_error(errno);
    match errno::read(&error) {
        Outcome::Verdict(State::Closed, _) => Some(Outcome::Verdict(State::Closed, "port-unreachable")),
        Outcome::AskRoute(reason) => Some(Outcome::Verdict(State::Unreachable, reason)),
        Outcome::Local { .. } => match Errno::from_io_error(&error) {
            Some(Errno::MSGSIZE) => None,
            Some(Errno::ACCESS) => Some(Outcome::Verdict(State::Unreachable, "admin-prohibited")),
            _ => Some(Outcome::Verdict(State::Unreachable, "host-unreachable")),
        },
        other => Some(other),
    }
}
