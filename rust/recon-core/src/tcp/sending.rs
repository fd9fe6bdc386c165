//! Our half of the bytes: what waits, what is under way, what the peer has room for. Knows nothing of time.

use crate::wire::Tcp;

/// Segments under way at once (RFC 6928 §2); one alone while something is being repeated.
const FLIGHT: u32 = 10;
/// What a peer takes that names no limit (RFC 9293 §3.7.1).
const DEFAULT_MSS: u16 = 536;
/// How far behind an acknowledgement may be: the largest window without scaling (RFC 5961 §5.2).
const STALE: u32 = 65_535;

/// What an acknowledgement did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Acked {
    /// Something was taken, or a closed window opened.
    Progress,
    /// Nothing new.
    Nothing,
    /// It acknowledges what was never sent, or is older than any that can be under way.
    Strange,
}

#[derive(Debug, Default)]
pub(super) struct Sending {
    /// From `unacked` on.
    queue: Vec<u8>,
    pub(super) unacked: u32,
    /// What goes next; falls back to `unacked` when time is up.
    pub(super) next: u32,
    /// Behind the last byte that was ever sent.
    pub(super) highest: u32,
    /// Of the segment that the window was taken from: its sequence number and acknowledgement.
    window_from: (u32, u32),
    window: u16,
    mss: u16,
    /// A byte may go though the window is closed.
    probing: bool,
}

impl Sending {
    pub(super) fn new(iss: u32) -> Self {
        Self { unacked: iss, next: iss, highest: iss, ..Self::default() }
    }

    /// The SYN was taken; the first byte comes behind it.
    pub(super) fn open(&mut self, syn_ack: &Tcp<'_>, mss: u16) {
        self.unacked = self.unacked.wrapping_add(1);
        (self.next, self.highest) = (self.unacked, self.unacked);
        self.window = syn_ack.window;
        self.window_from = (syn_ack.seq, self.unacked);
        // A limit of nought would end the conversation; as it cannot be meant, it is none.
        self.mss = syn_ack.mss.filter(|mss| *mss > 0).unwrap_or(DEFAULT_MSS).min(mss.max(1));
    }

    /// Whether the SYN was ever taken.
    pub(super) fn is_open(&self) -> bool {
        self.mss > 0
    }

    /// Queues all of `bytes`, or nothing where they do not fit.
    pub(super) fn say(&mut self, bytes: &[u8], limit: u32) -> bool {
        let fits = self.queue.len() + bytes.len() <= limit as usize;
        if fits {
            self.queue.extend_from_slice(bytes);
        }
        fits
    }

    /// Whether something was sent and not acknowledged.
    pub(super) fn is_waiting(&self) -> bool {
        self.highest != self.unacked
    }

    /// Whether something cannot be sent until the peer says more.
    pub(super) fn is_stuck(&self) -> bool {
        !self.queue.is_empty() && self.next == self.unacked
    }

    /// The sequence number of a segment without bytes: behind all that was sent, but inside the window, or the peer would
    /// not look at its acknowledgement.
    pub(super) fn bare_seq(&self) -> u32 {
        let flight = self.highest.wrapping_sub(self.unacked).min(u32::from(self.window));
        self.unacked.wrapping_add(flight)
    }

    /// Takes in acknowledgement and window (RFC 9293 §3.10.7.4).
    pub(super) fn on_ack(&mut self, tcp: &Tcp<'_>) -> Acked {
        let gained = tcp.ack.wrapping_sub(self.unacked);
        if gained > self.highest.wrapping_sub(self.unacked) {
            let is_late = self.unacked.wrapping_sub(tcp.ack) <= STALE;
            return if is_late { Acked::Nothing } else { Acked::Strange };
        }
        self.queue.drain(..(gained as usize).min(self.queue.len()));
        self.unacked = tcp.ack;
        if is_before(self.next, self.unacked) {
            self.next = self.unacked;
        }
        let opened = self.learn_window(tcp);
        if gained > 0 || opened { Acked::Progress } else { Acked::Nothing }
    }

    /// Keeps the newest window. True when it was closed: the byte that probed it was thrown away.
    fn learn_window(&mut self, tcp: &Tcp<'_>) -> bool {
        let (seq, ack) = self.window_from;
        if is_before(tcp.seq, seq) || tcp.seq == seq && is_before(tcp.ack, ack) {
            return false;
        }
        let opened = self.window == 0 && tcp.window > 0 && !self.queue.is_empty();
        (self.window, self.window_from) = (tcp.window, (tcp.seq, tcp.ack));
        if opened {
            self.next = self.unacked;
        }
        opened
    }

    /// Goes back to what was not acknowledged; through a closed window goes one byte.
    pub(super) fn repeat(&mut self) {
        self.next = self.unacked;
        self.probing = self.window == 0;
    }

    /// The sequence number of the next payload, and where that lies in [`Self::bytes`].
    pub(super) fn take(&mut self, is_repeating: bool) -> Option<(u32, std::ops::Range<usize>)> {
        let (seq, flight) = (self.next, self.next.wrapping_sub(self.unacked));
        let segments = if is_repeating { 1 } else { FLIGHT };
        let open = if self.probing { 1 } else { u32::from(self.window).min(segments * u32::from(self.mss)) };
        let room = open.saturating_sub(flight).min(u32::from(self.mss)) as usize;
        let start = (flight as usize).min(self.queue.len());
        let end = self.queue.len().min(start + room);
        if start == end {
            return None;
        }
        self.probing = false;
        self.next = seq.wrapping_add((end - start) as u32);
        if is_before(self.highest, self.next) {
            self.highest = self.next;
        }
        Some((seq, start..end))
    }

    /// What is queued and not acknowledged.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.queue
    }
}

/// Whether one sequence number comes before another (RFC 9293 §3.4).
pub(super) const fn is_before(a: u32, b: u32) -> bool {
    a.wrapping_sub(b).cast_signed() < 0
}
