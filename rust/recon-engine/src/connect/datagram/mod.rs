//! UDP over few unconnected sockets: an answer is open, an ICMP error is its verdict, silence is silence. One file for
//! what is asked (`asked`), one for the sockets (`post`), one for what leaves (`sending`) and what comes (`hearing`).

mod asked;
mod hearing;
mod post;
mod sending;

use std::collections::VecDeque;
use std::net::SocketAddr;

use mio::Token;
use recon_core::dialogue::Subject;
use recon_core::dialogue::datagram::Datagrams as Dialogue;
use recon_core::reply::State;
use recon_core::space::Target;

use super::Worker;
use super::conn::Due;
use super::slab::Key;
use crate::feed::Ticket;
use crate::link::inbox::Inbox;
use crate::settings::Settings;
use asked::{Asked, Datagram, Stage};
pub(crate) use post::OwnPorts;
use post::Post;

const MICROS: i64 = 1_000_000;
/// Ports asked at once, over all threads, where the plan names no window.
const MOST_ASKED: usize = 65_536;
/// Tells a datagram socket's token from a stream's.
const MARK: usize = 1;
/// Why there is no answer where nothing was asked: the port acts on whatever comes.
const NEVER_ASKED: &str = "never-asked";
/// Why a port is closed that only our own socket is bound to.
const OWN_PORT: &str = "own-port";
/// Why a silent port is called so.
const NO_RESPONSE: &str = "no-response";

/// The IP versions, each with a socket of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    V4,
    V6,
}

impl Way {
    const ALL: [Self; 2] = [Self::V4, Self::V6];

    fn to(target: Target) -> Self {
        if target.addr.is_ipv4() { Self::V4 } else { Self::V6 }
    }

    fn token(self) -> Token {
        Token((self as usize) << 1 | MARK)
    }
}

/// What one worker holds for UDP.
#[derive(Debug)]
pub(super) struct Datagrams {
    asked: Asked,
    posts: [Option<Post>; 2],
    /// Ports that answered and are to be asked more, as soon as the rate cap lets them.
    owed: VecDeque<Key>,
    /// When the first of them is looked at again.
    owed_us: u64,
    /// Ports asked at once, at most; they cost memory, not descriptors.
    most: usize,
    /// Made when the first socket is opened.
    inbox: Option<Box<Inbox>>,
}

impl Datagrams {
    /// Nobody is asked yet; `settings` say how many may be at once.
    pub(super) fn new(settings: &Settings) -> Self {
        let most = (settings.window.unwrap_or(MOST_ASKED) / settings.threads.max(1)).max(1);
        Self { asked: Asked::new(), posts: [None, None], owed: VecDeque::new(), owed_us: 0, most, inbox: None }
    }

    /// Whether as many ports are being asked as may be.
    pub(super) fn is_full(&self) -> bool {
        self.asked.len() >= self.most
    }

    /// Ports that were asked and are not settled.
    pub(super) fn len(&self) -> usize {
        self.asked.len()
    }

    /// Ask a port more as soon as it may be.
    pub(super) fn owe(&mut self, key: Key) {
        self.owed.push_back(key);
    }

    pub(super) fn contains(&self, key: Key) -> bool {
        self.asked.contains(key)
    }

    pub(super) fn keys(&self) -> Vec<Key> {
        self.asked.keys()
    }

    /// Whether somebody at this address is being asked.
    pub(super) fn is_asking(&self, peer: SocketAddr) -> bool {
        self.asked.of(peer).is_some()
    }

    fn post(&mut self, way: Way) -> Option<&mut Post> {
        self.posts[way as usize].as_mut()
    }
}

/// The token of a stream.
pub(super) fn stream_token(key: Key) -> Token {
    Token((key.0 << 1) as usize)
}

/// The stream behind a token, or the datagram socket if it is one's.
pub(super) fn key_of(token: Token) -> (Key, bool) {
    (Key(token.0 as u64 >> 1), token.0 & MARK == MARK)
}

impl Worker {
    /// Ask a port the question of a pass.
    pub(super) fn start_datagram(&mut self, ticket: Ticket, target: Target, now_us: u64) {
        let settings = &self.shared.settings;
        let dialogue = Dialogue::new(self.subject(target, now_us));
        let mut dialogue = if settings.transcripts { dialogue.recorded() } else { dialogue };
        let Some(payload) = dialogue.first(settings.pack.as_deref(), ticket.pass) else {
            self.settle_unheard(ticket, target, NEVER_ASKED);
            return;
        };
        let way = Way::to(target);
        if let Err(error) = self.open_post(way) {
            self.refuse(ticket, target, &error, now_us);
            return;
        }
        if self.shared.own_ports.holds(target) {
            self.settle(ticket, target, State::Closed, OWN_PORT, None);
            return;
        }
        self.ask(ticket, target, dialogue, payload, false);
    }

    /// Ask a port once more that has answered; whether it could be asked.
    pub(super) fn ask_canary_datagram(&mut self, ticket: Ticket, target: Target, now_us: u64) -> bool {
        let mut dialogue = Dialogue::new(self.subject(target, now_us));
        let payload = dialogue.first(self.shared.settings.pack.as_deref(), ticket.pass);
        let is_ready = payload.is_some() && self.open_post(Way::to(target)).is_ok();
        if let Some(payload) = payload.filter(|_| is_ready) {
            self.ask(ticket, target, dialogue, payload, true);
        }
        is_ready
    }

    /// Queue the first question to a port.
    fn ask(&mut self, ticket: Ticket, target: Target, dialogue: Dialogue, payload: Vec<u8>, is_canary: bool) {
        let pack = self.shared.settings.pack.as_deref();
        let elsewhere = !is_canary && pack.is_some_and(|pack| dialogue.is_answered_elsewhere(pack));
        let key = self.datagrams.asked.insert(Datagram {
            ticket,
            target,
            peer: SocketAddr::new(target.addr, target.port),
            payload,
            stage: Stage::Queued,
            sent_us: None,
            deadline_us: u64::MAX,
            rtt_us: None,
            answers: 0,
            is_canary,
            elsewhere,
            dialogue,
        });
        self.counters.in_flight(1);
        self.enqueue(key);
    }

    /// The answer to a control probe; whether it was one's.
    fn take_canary_answer(&mut self, key: Key, now_us: u64) -> bool {
        let Datagram { is_canary, ticket, .. } = self.datagrams.asked[key];
        if is_canary {
            self.drop_datagram(key);
            self.shared.regulator.canary_answered(ticket.position, now_us);
        }
        is_canary
    }

    /// A control probe could not leave.
    fn withdraw_canary(&mut self, key: Key) {
        if let Some(datagram) = self.drop_datagram(key) {
            self.shared.regulator.canary_withdrawn(datagram.ticket.position);
        }
    }

    fn subject(&self, target: Target, now_us: u64) -> Subject {
        let host = self.shared.settings.names.get(&target.addr).cloned();
        let epoch_s = self.shared.clock.epoch_us(now_us) / MICROS;
        Subject { target, host, rtt_us: 0, opened_us: now_us, epoch_s }
    }

    /// The time for an answer is over, unless some may still be waiting to be read.
    pub(super) fn on_datagram_deadline(&mut self, key: Key, now_us: u64) {
        let datagram = &self.datagrams.asked[key];
        let (deadline_us, answered, way) = (datagram.deadline_us, datagram.rtt_us.is_some(), Way::to(datagram.target));
        if deadline_us > now_us {
            return;
        }
        if self.datagrams.post(way).is_some_and(|post| post.unread) {
            self.wheel.insert(now_us + 1, Due::Datagram(key));
        } else if answered {
            let pack = self.shared.settings.pack.as_ref();
            let next = pack.and_then(|pack| self.datagrams.asked[key].dialogue.more(pack));
            self.go_on(key, next);
        } else if let Some(datagram) = self.drop_datagram(key).filter(|one| !one.is_canary) {
            self.settle_unheard(datagram.ticket, datagram.target, NO_RESPONSE);
        }
    }

    /// Nothing came: counted, and a row where the user wants one and no later pass will ask again.
    fn settle_unheard(&mut self, ticket: Ticket, target: Target, reason: &'static str) {
        self.settle_silent(ticket);
        let settings = &self.shared.settings;
        if ticket.pass >= settings.passes && settings.show.wants(State::Silent) {
            let reply = self.shared.reply(target, State::Silent, reason, None);
            self.send(reply);
        }
    }

    /// The port answered, and nothing more is to be asked.
    pub(super) fn settle_datagram(&mut self, key: Key) {
        let Some(mut datagram) = self.drop_datagram(key) else {
            return;
        };
        self.count(datagram.ticket, State::Open);
        let mut reply = self.shared.reply(datagram.target, State::Open, "response", datagram.rtt_us);
        reply.transcript = datagram.dialogue.take_transcript();
        (reply.banner, reply.findings) = datagram.dialogue.finish();
        self.send(reply);
    }

    /// Whether a port answered already, so that a stop keeps its row.
    pub(super) fn has_answered(&self, key: Key) -> bool {
        self.datagrams.asked[key].rtt_us.is_some()
    }

    fn drop_datagram(&mut self, key: Key) -> Option<Datagram> {
        let datagram = self.datagrams.asked.remove(key)?;
        self.counters.in_flight(-1);
        Some(datagram)
    }
}
