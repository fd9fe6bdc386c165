//! The peer's half of the bytes: put in order, each taken as it came first. Never holds more than the window we offer.

use crate::wire::{Flags, Tcp};

/// Pieces kept that came before their turn; what comes above that is left to be sent again.
pub const EARLY_LIMIT: usize = 32;

#[derive(Debug)]
struct Piece {
    seq: u32,
    bytes: Box<[u8]>,
}

/// Where the peer's bytes end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    Unknown,
    At(u32),
    Reached,
}

#[derive(Debug)]
pub(super) struct Incoming {
    /// In order, not yet taken.
    ready: Vec<u8>,
    /// Sorted, apart from each other, all of them behind `next`.
    early: Vec<Piece>,
    /// What we expect.
    pub(super) next: u32,
    /// Right edge of the window that the peer was told last.
    told: u32,
    end: End,
    limit: u16,
}

impl Incoming {
    pub(super) fn new(next: u32, limit: u16) -> Self {
        Self { ready: Vec::new(), early: Vec::new(), next, told: next, end: End::Unknown, limit }
    }

    /// Bytes there is room for.
    pub(super) fn window(&self) -> u16 {
        self.limit - self.ready.len() as u16
    }

    /// The window, which the peer is being told.
    pub(super) fn tell(&mut self) -> u16 {
        self.told = self.next.wrapping_add(u32::from(self.window()));
        self.window()
    }

    /// Whether taking bytes made so much room that the peer should know (RFC 9293 §3.8.6.2.2).
    pub(super) fn should_tell(&self) -> bool {
        let edge = self.next.wrapping_add(u32::from(self.window()));
        edge.wrapping_sub(self.told) > u32::from(self.limit / 2) && self.end != End::Reached
    }

    /// Whether the peer has said all.
    pub(super) fn is_ended(&self) -> bool {
        self.end == End::Reached
    }

    /// Whether nothing waits to be taken.
    pub(super) fn is_taken(&self) -> bool {
        self.ready.is_empty()
    }

    /// The bytes in order that were not taken yet.
    pub(super) fn heard(&mut self) -> Option<Vec<u8>> {
        (!self.ready.is_empty()).then(|| std::mem::take(&mut self.ready))
    }

    /// Whether a segment touches the window (RFC 9293 §3.10.7.4). One that begins where we are counts though the window
    /// is closed: its control bits and acknowledgement are good.
    pub(super) fn is_acceptable(&self, tcp: &Tcp<'_>) -> bool {
        let controls = i64::from(tcp.flags.has(Flags::SYN)) + i64::from(tcp.flags.has(Flags::FIN));
        let (start, length) = (self.offset(tcp.seq), tcp.payload.len() as i64 + controls);
        start == 0 || start < i64::from(self.window()) && (start >= 0 && length == 0 || start + length > 0)
    }

    /// Takes in payload that begins at `seq`, and a FIN behind it. True when it changed anything.
    pub(super) fn take(&mut self, seq: u32, payload: &[u8], fin: bool) -> bool {
        if self.end == End::Reached {
            return false;
        }
        let start = self.offset(seq);
        let end = start + payload.len() as i64;
        let before = (self.next, self.early.len(), self.end);
        if fin && (0..=i64::from(self.window())).contains(&end) && self.reach() <= end && self.end == End::Unknown {
            self.end = End::At(self.next.wrapping_add(end as u32));
        }
        let skipped = (-start).clamp(0, payload.len() as i64);
        let kept = (self.room() - start).clamp(skipped, payload.len() as i64);
        self.keep((start + skipped) as u32, &payload[skipped as usize..kept as usize]);
        self.advance();
        before != (self.next, self.early.len(), self.end)
    }

    /// How far `seq` is ahead of what we expect; negative for what we have.
    fn offset(&self, seq: u32) -> i64 {
        i64::from(seq.wrapping_sub(self.next).cast_signed())
    }

    /// How far ahead the last byte ends that came before its turn.
    fn reach(&self) -> i64 {
        self.early.last().map_or(0, |last| self.offset(last.seq) + last.bytes.len() as i64)
    }

    /// How far ahead bytes are wanted: as far as the window and the end of all go.
    fn room(&self) -> i64 {
        let window = i64::from(self.window());
        if let End::At(end) = self.end { self.offset(end).min(window) } else { window }
    }

    /// Keeps the bytes from `at` ahead of what we expect, except where others came first.
    fn keep(&mut self, mut at: u32, mut bytes: &[u8]) {
        if at == 0 && self.early.is_empty() {
            self.ready.extend_from_slice(bytes);
            self.next = self.next.wrapping_add(bytes.len() as u32);
            return;
        }
        let mut index = 0;
        while !bytes.is_empty() {
            let other =
                self.early.get(index).map(|piece| (piece.seq.wrapping_sub(self.next), piece.bytes.len() as u32));
            let is_gap = other.is_none_or(|(start, _)| at < start);
            let until = other.map_or(u32::MAX, |(start, length)| if is_gap { start } else { start + length });
            let (now, later) = bytes.split_at((until.saturating_sub(at) as usize).min(bytes.len()));
            if is_gap && (self.early.len() < EARLY_LIMIT || at == 0) {
                self.early.insert(index, Piece { seq: self.next.wrapping_add(at), bytes: now.into() });
            } else if is_gap {
                return;
            }
            (at, bytes, index) = (at + now.len() as u32, later, index + 1);
        }
    }

    /// Moves what has its turn to where it is taken from.
    fn advance(&mut self) {
        let mut moved = 0;
        while let Some(piece) = self.early.get(moved).filter(|piece| piece.seq == self.next) {
            self.ready.extend_from_slice(&piece.bytes);
            self.next = self.next.wrapping_add(piece.bytes.len() as u32);
            moved += 1;
        }
        self.early.drain(..moved);
        if self.end == End::At(self.next) {
            self.end = End::Reached;
            self.next = self.next.wrapping_add(1);
            self.early = Vec::new();
        }
    }
}
