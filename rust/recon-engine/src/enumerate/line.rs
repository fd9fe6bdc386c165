//! One enumerator's connection: what came, what is awaited, what is left of its budget. No poller here.

use mio::net::TcpStream;
use recon_core::lines;

use super::{Event, Id, Until};
use crate::tls::TlsWire;

/// Bytes read ahead of what is asked for.
const AHEAD: usize = 16 * 1024;

/// What a connection is waiting for.
#[derive(Debug)]
pub(super) enum Wanted {
    /// The handshake.
    Connection { tls: bool, greeting: bool, lend: bool },
    /// TLS; whether a greeting is awaited behind it.
    Security { opening: bool, greeting: bool },
    /// The server's first words.
    Greeting,
    /// Bytes.
    Bytes(Until),
    /// The next order.
    Nothing,
}

/// One connection of one conversation.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) id: Id,
    pub(super) addr: std::net::IpAddr,
    pub(super) host: Option<std::sync::Arc<str>>,
    pub(super) stream: TcpStream,
    pub(super) tls: Option<Box<TlsWire>>,
    pub(super) wanted: Wanted,
    /// When waiting ends.
    pub(super) deadline_us: u64,
    /// When the conversation ends.
    pub(super) end_us: u64,
    pub(super) received: Vec<u8>,
    pub(super) unsent: Vec<u8>,
    pub(super) closed: bool,
    /// Bytes that may still come.
    pub(super) room: usize,
}

impl Line {
    /// Whether to read on: what nobody asked for stays in the socket, where it holds the peer back.
    pub(super) fn is_hungry(&self) -> bool {
        let asked = match &self.wanted {
            Wanted::Bytes(until) => until.exactly.unwrap_or(until.limit),
            _ => 0,
        };
        !self.closed && self.received.len() < asked.max(AHEAD)
    }

    /// Keep what came, as far as the budget allows; whether it did.
    pub(super) fn take(&mut self, bytes: &[u8]) -> bool {
        let kept = bytes.len().min(self.room);
        self.received.extend_from_slice(&bytes[..kept]);
        self.room -= kept;
        kept == bytes.len()
    }

    /// The event that what came so far allows.
    pub(super) fn ready(&mut self) -> Option<Event> {
        match &self.wanted {
            Wanted::Greeting if lines::complete(&self.received) => Some(Event::Done(self.hand_over(usize::MAX))),
            Wanted::Bytes(until) => {
                let count = until.satisfied(&self.received)?;
                Some(Event::Done(self.hand_over(count)))
            }
            _ => None,
        }
    }

    /// Whether the greeting may be here, though no grammar says so.
    pub(super) fn may_have_greeted(&self) -> bool {
        matches!(self.wanted, Wanted::Greeting) && !self.received.is_empty()
    }

    /// The event when nothing more will come.
    pub(super) fn broken(&mut self, why: &'static str) -> Event {
        Event::Closed(self.hand_over(usize::MAX), why)
    }

    /// The event when waiting is over.
    pub(super) fn late(&mut self) -> Event {
        match self.wanted {
            Wanted::Greeting if !self.received.is_empty() => Event::Done(self.hand_over(usize::MAX)),
            Wanted::Bytes(_) => Event::Timeout(self.hand_over(usize::MAX)),
            _ => Event::Closed(Vec::new(), "timeout"),
        }
    }

    fn hand_over(&mut self, count: usize) -> Vec<u8> {
        self.wanted = Wanted::Nothing;
        let rest = self.received.split_off(count.min(self.received.len()));
        std::mem::replace(&mut self.received, rest)
    }
}

impl Until {
    /// How many bytes to hand over, if what came is enough.
    fn satisfied(&self, received: &[u8]) -> Option<usize> {
        if let Some(mark) = &self.mark {
            let found = memchr::memmem::find(received, mark).map(|at| at + mark.len());
            return found.or_else(|| (received.len() >= self.limit).then_some(self.limit));
        }
        if let Some(exactly) = self.exactly {
            return (received.len() >= exactly).then_some(exactly);
        }
        (!received.is_empty()).then(|| received.len().min(self.limit))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn until(mark: Option<&[u8]>, exactly: Option<usize>, limit: usize) -> Until {
        Until { mark: mark.map(<[u8]>::to_vec), exactly, limit, wait_us: 0 }
    }

    #[test]
    fn bytes_are_handed_over_when_the_mark_the_count_or_the_limit_is_reached() {
        assert_eq!(until(Some(b"\r\n"), None, 100).satisfied(b"ab"), None);
        assert_eq!(until(Some(b"\r\n"), None, 100).satisfied(b"ab\r\ncd"), Some(4));
        assert_eq!(until(Some(b"\r\n"), None, 2).satisfied(b"abc"), Some(2));
        assert_eq!(until(None, Some(3), 100).satisfied(b"ab"), None);
        assert_eq!(until(None, Some(3), 100).satisfied(b"abcd"), Some(3));
        assert_eq!(until(None, None, 3).satisfied(b"abcd"), Some(3));
        assert_eq!(until(None, None, 3).satisfied(b""), None);
    }
}
