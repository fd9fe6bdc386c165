//! The client half of TCP (RFC 9293) for one connection: segments and time in, segments and a deadline out. No options
//! but MSS, no FIN of ours: who has heard enough takes [`Connection::abort`], so that the peer keeps nothing. Never
//! reads a clock, and holds no more than its [`Terms`] allow.

mod incoming;
mod sending;
mod terms;
mod timer;

use crate::wire::{Flags, Tcp};
pub use incoming::EARLY_LIMIT;
use incoming::Incoming;
use sending::{Acked, Sending};
pub use terms::{Outgoing, Status, Terms};
use timer::Timer;
pub use timer::{LONGEST_US, SHORTEST_US};

/// Acknowledgements in a row to segments that move nothing; more would let two confused ends talk for ever.
pub const CHALLENGE_LIMIT: u8 = 16;

/// One connection that we opened.
///
/// The caller hands in what comes ([`on_segment`](Self::on_segment), [`on_timer`](Self::on_timer),
/// [`say`](Self::say)), takes what was [`heard`](Self::heard), then sends every
/// [`next_segment`](Self::next_segment). One acknowledgement answers all segments handed in between.
#[derive(Debug)]
pub struct Connection {
    terms: Terms,
    status: Status,
    owes_ack: bool,
    challenges: u8,
    /// Sequence number of a RST that an old connection of the peer's is owed.
    refusal: Option<u32>,
    timer: Timer,
    sending: Sending,
    incoming: Incoming,
}

impl Connection {
    /// Begins with a SYN that carries the sequence number `iss`; it is the first of [`next_segment`](Self::next_segment).
    #[must_use]
    pub fn connect(iss: u32, now_us: u64, terms: Terms) -> Self {
        let mut connection = Self {
            terms,
            status: Status::Connecting,
            owes_ack: false,
            challenges: 0,
            refusal: None,
            timer: Timer::new(terms.first_timeout_us),
            sending: Sending::new(iss),
            incoming: Incoming::new(0, terms.window),
        };
        connection.timer.start(now_us);
        connection
    }

    /// Begins with the answer to a SYN that nothing was kept of. That it acknowledges `iss` is already proven.
    #[must_use]
    pub fn proven(iss: u32, syn_ack: &Tcp<'_>, now_us: u64, terms: Terms) -> Self {
        let mut connection = Self::connect(iss, now_us, terms);
        connection.open(syn_ack, now_us);
        connection
    }

    /// Takes in a segment of the peer whose ports and checksum are right.
    pub fn on_segment(&mut self, tcp: &Tcp<'_>, now_us: u64) {
        match self.status {
            Status::Connecting => self.on_answer(tcp, now_us),
            Status::Open => self.on_open_segment(tcp, now_us),
            Status::Finished | Status::Reset | Status::Refused | Status::TimedOut => {}
        }
    }

    /// Sends again what the peer does not answer, or gives it up. Does nothing before the deadline.
    pub fn on_timer(&mut self, now_us: u64) {
        if !self.timer.is_due(now_us) {
            return;
        }
        if !self.timer.retry(self.terms.tries) {
            self.end(Status::TimedOut);
            return;
        }
        self.sending.repeat();
        self.timer.start(now_us);
    }

    /// Queues bytes to send. False, and nothing is queued, when they are more than the [`Terms`] allow or nobody listens.
    pub fn say(&mut self, bytes: &[u8]) -> bool {
        let listens = matches!(self.status, Status::Connecting | Status::Open);
        listens && self.sending.say(bytes, self.terms.queue_limit)
    }

    /// Takes the bytes that arrived in order since the last call. Also after the end, until there are none.
    pub fn heard(&mut self) -> Option<Vec<u8>> {
        let bytes = self.incoming.heard()?;
        self.owes_ack |= self.status == Status::Open && self.incoming.should_tell();
        Some(bytes)
    }

    /// The next segment to send now; call until there is none.
    pub fn next_segment(&mut self, now_us: u64) -> Option<Outgoing<'_>> {
        if let Some(seq) = self.refusal.take() {
            return Some(Outgoing::bare(seq, Flags::RST));
        }
        match self.status {
            Status::Connecting => self.next_syn(now_us),
            Status::Open => self.next_data(now_us),
            Status::Finished | Status::Reset | Status::Refused | Status::TimedOut => None,
        }
    }

    /// Breaks off. The RST must be sent, so that the peer keeps nothing. A peer that missed bytes of ours answers it
    /// with an ACK (RFC 5961 §3.2): that one is owed what [`refusal`] says.
    pub fn abort(&mut self) -> Outgoing<'static> {
        let ack = self.incoming.next;
        let rst = if self.sending.is_open() {
            Outgoing { ack, ..Outgoing::bare(self.sending.bare_seq(), Flags::RST | Flags::ACK) }
        } else {
            Outgoing::bare(self.sending.highest, Flags::RST)
        };
        self.end(Status::Reset);
        rst
    }

    /// When [`on_timer`](Self::on_timer) wants to be called, in the caller's microseconds.
    #[must_use]
    pub fn deadline_us(&self) -> Option<u64> {
        self.timer.deadline_us()
    }

    /// How it stands.
    #[must_use]
    pub fn status(&self) -> Status {
        match self.status {
            Status::Open | Status::Finished if self.incoming.is_ended() && self.incoming.is_taken() => Status::Finished,
            Status::Finished => Status::Open,
            other => other,
        }
    }

    /// Whether bytes of ours are not acknowledged yet.
    #[must_use]
    pub fn is_sending(&self) -> bool {
        !self.sending.bytes().is_empty()
    }

    /// While our SYN is out (RFC 9293 §3.10.7.3). Two SYNs that cross are not for a client.
    fn on_answer(&mut self, tcp: &Tcp<'_>, now_us: u64) {
        if !tcp.flags.has(Flags::ACK) || !self.sending.is_waiting() {
            return;
        }
        let is_reset = tcp.flags.has(Flags::RST);
        if tcp.ack != self.sending.highest {
            self.refusal = (!is_reset).then_some(tcp.ack);
        } else if is_reset {
            self.end(Status::Refused);
        } else if tcp.flags.has(Flags::SYN) {
            self.open(tcp, now_us);
        }
    }

    fn open(&mut self, syn_ack: &Tcp<'_>, now_us: u64) {
        self.status = Status::Open;
        self.owes_ack = true;
        self.sending.open(syn_ack, self.terms.mss);
        self.timer.progress(self.sending.unacked, false, now_us);
        let first = syn_ack.seq.wrapping_add(1);
        self.incoming = Incoming::new(first, self.terms.window);
        self.incoming.take(first, syn_ack.payload, syn_ack.flags.has(Flags::FIN));
    }

    /// RFC 9293 §3.10.7.4, with the stricter rules of RFC 5961 for RST, SYN and acknowledgements.
    fn on_open_segment(&mut self, tcp: &Tcp<'_>, now_us: u64) {
        let is_reset = tcp.flags.has(Flags::RST);
        if !self.incoming.is_acceptable(tcp) {
            self.answer_stray(tcp);
        } else if is_reset && tcp.seq == self.incoming.next {
            self.end(if self.incoming.is_ended() { Status::Finished } else { Status::Reset });
        } else if is_reset || tcp.flags.has(Flags::SYN) {
            self.challenge();
        } else if tcp.flags.has(Flags::ACK) {
            self.on_text(tcp, now_us);
        }
    }

    fn on_text(&mut self, tcp: &Tcp<'_>, now_us: u64) {
        match self.sending.on_ack(tcp) {
            Acked::Strange => return self.challenge(),
            Acked::Progress => {
                self.challenges = 0;
                self.timer.progress(tcp.ack, self.sending.is_waiting(), now_us);
            }
            Acked::Nothing => {}
        }
        let is_fin = tcp.flags.has(Flags::FIN);
        if self.incoming.take(tcp.seq, tcp.payload, is_fin) {
            self.challenges = 0;
        }
        self.owes_ack |= is_fin || !tcp.payload.is_empty();
    }

    /// Repeats where we are to a segment outside the window: our acknowledgement was lost, or it is not of this connection.
    fn answer_stray(&mut self, tcp: &Tcp<'_>) {
        match (tcp.flags.has(Flags::RST), tcp.payload.is_empty()) {
            (true, _) => {}
            (false, true) => self.challenge(),
            (false, false) => self.owes_ack = true,
        }
    }

    fn challenge(&mut self) {
        if self.challenges < CHALLENGE_LIMIT {
            self.challenges += 1;
            self.owes_ack = true;
        }
    }

    fn next_syn(&mut self, now_us: u64) -> Option<Outgoing<'_>> {
        let iss = self.sending.unacked;
        if self.sending.next != iss {
            return None;
        }
        let end = iss.wrapping_add(1);
        (self.sending.next, self.sending.highest) = (end, end);
        self.timer.sent(end, now_us);
        let (window, mss) = (self.terms.window, Some(self.terms.mss));
        Some(Outgoing { window, mss, ..Outgoing::bare(iss, Flags::SYN) })
    }

    fn next_data(&mut self, now_us: u64) -> Option<Outgoing<'_>> {
        let Some((seq, range)) = self.sending.take(self.timer.is_repeating()) else {
            if self.sending.is_stuck() {
                self.timer.start(now_us);
            }
            return std::mem::take(&mut self.owes_ack).then(|| self.segment(self.sending.bare_seq(), 0..0));
        };
        self.timer.sent(self.sending.next, now_us);
        Some(self.segment(seq, range))
    }

    /// A segment that acknowledges all there is. The end of what is queued asks to be handed on.
    fn segment(&mut self, seq: u32, range: std::ops::Range<usize>) -> Outgoing<'_> {
        self.owes_ack = false;
        let (ack, window) = (self.incoming.next, self.incoming.tell());
        let is_last = !range.is_empty() && range.end == self.sending.bytes().len();
        let flags = if is_last { Flags::ACK | Flags::PSH } else { Flags::ACK };
        Outgoing { seq, ack, flags, window, mss: None, payload: &self.sending.bytes()[range] }
    }

    fn end(&mut self, status: Status) {
        self.status = status;
        self.owes_ack = false;
        self.refusal = None;
        self.timer.stop();
    }
}

/// The RST that a segment of no connection of ours is owed (RFC 9293 §3.10.7.1): none for a RST, nor for one that
/// acknowledges nothing.
#[must_use]
pub fn refusal(tcp: &Tcp<'_>) -> Option<Outgoing<'static>> {
    let is_owed = tcp.flags.has(Flags::ACK) && !tcp.flags.has(Flags::RST);
    is_owed.then(|| Outgoing::bare(tcp.ack, Flags::RST))
}
