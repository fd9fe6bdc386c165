//! The UDP ports that were asked and are not settled, found by who answers. No socket, no clock.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::ops::{Index, IndexMut};

use recon_core::dialogue::datagram::Datagrams as Dialogue;
use recon_core::space::Target;

use crate::connect::slab::{Key, Slab};
use crate::feed::Ticket;

/// Where the last question to a port is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    /// Waits for the rate cap.
    Owed,
    /// Waits for the socket.
    Queued,
    /// On its way, or answered.
    Sent,
}

/// One UDP port.
#[derive(Debug)]
pub(super) struct Datagram {
    pub(super) ticket: Ticket,
    pub(super) target: Target,
    /// Where questions go: the port asked, until another answers for it.
    pub(super) peer: SocketAddr,
    /// The question at hand.
    pub(super) payload: Vec<u8>,
    pub(super) stage: Stage,
    /// When the first question left; none while it waits.
    pub(super) sent_us: Option<u64>,
    pub(super) deadline_us: u64,
    /// Round trip of the first answer; none while it is awaited.
    pub(super) rtt_us: Option<u64>,
    pub(super) answers: u32,
    /// A control probe: its answer is no row.
    pub(super) is_canary: bool,
    /// Whether its answer may come from another port.
    pub(super) elsewhere: bool,
    pub(super) dialogue: Dialogue,
}

impl Datagram {
    /// The port that was asked first.
    fn home(&self) -> SocketAddr {
        SocketAddr::new(self.target.addr, self.target.port)
    }
}

/// All ports that one worker asks.
#[derive(Debug)]
pub(super) struct Asked {
    held: Slab<Datagram>,
    by_peer: HashMap<SocketAddr, Key>,
    /// By host, those whose answer may come from another port.
    elsewhere: HashMap<IpAddr, Vec<Key>>,
}

impl Asked {
    pub(super) fn new() -> Self {
        Self { held: Slab::new(), by_peer: HashMap::new(), elsewhere: HashMap::new() }
    }

    pub(super) fn len(&self) -> usize {
        self.held.len()
    }

    pub(super) fn contains(&self, key: Key) -> bool {
        self.held.contains(key)
    }

    pub(super) fn keys(&self) -> Vec<Key> {
        self.held.keys()
    }

    pub(super) fn insert(&mut self, datagram: Datagram) -> Key {
        let (peer, elsewhere) = (datagram.peer, datagram.elsewhere);
        let key = self.held.insert(datagram);
        self.by_peer.insert(peer, key);
        if elsewhere {
            self.elsewhere.entry(peer.ip()).or_default().push(key);
        }
        key
    }

    /// The port whose answer, or whose error, this is.
    pub(super) fn of(&self, peer: SocketAddr) -> Option<Key> {
        self.by_peer.get(&peer).copied()
    }

    /// The one port of a host whose answer may come from a port that nobody asked; none if there are several, since
    /// then nothing tells which it is.
    pub(super) fn only_elsewhere(&self, addr: IpAddr) -> Option<Key> {
        match self.elsewhere.get(&addr)?.as_slice() {
            &[key] => Some(key),
            _ => None,
        }
    }

    /// Another port of the host answers for this one from now on.
    pub(super) fn divert(&mut self, key: Key, peer: SocketAddr) {
        self.return_home(key);
        self.held[key].peer = peer;
        self.by_peer.insert(peer, key);
    }

    /// The next question goes to the port that was asked first.
    pub(super) fn return_home(&mut self, key: Key) {
        let datagram = &mut self.held[key];
        let home = datagram.home();
        let peer = std::mem::replace(&mut datagram.peer, home);
        if peer != datagram.peer && self.by_peer.get(&peer) == Some(&key) {
            self.by_peer.remove(&peer);
        }
    }

    pub(super) fn remove(&mut self, key: Key) -> Option<Datagram> {
        let datagram = self.held.remove(key)?;
        let home = datagram.home();
        for peer in [home, datagram.peer] {
            if self.by_peer.get(&peer) == Some(&key) {
                self.by_peer.remove(&peer);
            }
        }
        if datagram.elsewhere {
            self.forget_elsewhere(home.ip(), key);
        }
        Some(datagram)
    }

    fn forget_elsewhere(&mut self, addr: IpAddr, key: Key) {
        if let Some(keys) = self.elsewhere.get_mut(&addr) {
            keys.retain(|one| *one != key);
            if keys.is_empty() {
                self.elsewhere.remove(&addr);
            }
        }
    }
}

impl Index<Key> for Asked {
    type Output = Datagram;

    fn index(&self, key: Key) -> &Datagram {
        &self.held[key]
    }
}

impl IndexMut<Key> for Asked {
    fn index_mut(&mut self, key: Key) -> &mut Datagram {
        &mut self.held[key]
    }
}

#[cfg(test)]
mod tests {
    use recon_core::dialogue::Subject;
    use recon_core::space::Transport;

    use super::*;

    fn port(port: u16, elsewhere: bool) -> Datagram {
        let target = Target { addr: [192, 0, 2, 7].into(), port, transport: Transport::Udp };
        let subject = Subject { target, host: None, rtt_us: 0, opened_us: 0, epoch_s: 0 };
        Datagram {
            ticket: Ticket { position: 0, failures: 0, pass: 1 },
            target,
            peer: SocketAddr::new(target.addr, port),
            payload: Vec::new(),
            stage: Stage::Queued,
            sent_us: None,
            deadline_us: 0,
            rtt_us: None,
            answers: 0,
            is_canary: false,
            elsewhere,
            dialogue: Dialogue::new(subject),
        }
    }

    fn peer(port: u16) -> SocketAddr {
        SocketAddr::from(([192, 0, 2, 7], port))
    }

    #[test]
    fn a_port_is_found_by_its_peer_until_it_is_removed() {
        let mut asked = Asked::new();
        let key = asked.insert(port(53, false));
        assert_eq!((asked.of(peer(53)), asked.of(peer(54)), asked.len()), (Some(key), None, 1));
        assert!(asked.remove(key).is_some());
        assert_eq!((asked.of(peer(53)), asked.len()), (None, 0));
    }

    #[test]
    fn an_answer_from_elsewhere_belongs_to_the_only_port_that_may_give_one() {
        let mut asked = Asked::new();
        asked.insert(port(53, false));
        assert_eq!(asked.only_elsewhere(peer(0).ip()), None);
        let first = asked.insert(port(69, true));
        assert_eq!(asked.only_elsewhere(peer(0).ip()), Some(first));
        let second = asked.insert(port(6969, true));
        assert_eq!(asked.only_elsewhere(peer(0).ip()), None, "it could be either");
        asked.remove(first);
        assert_eq!(asked.only_elsewhere(peer(0).ip()), Some(second));
    }

    #[test]
    fn a_diverted_port_is_found_by_both_and_takes_nothing_from_a_port_asked_later() {
        let mut asked = Asked::new();
        let tftp = asked.insert(port(69, true));
        asked.divert(tftp, peer(40_000));
        assert_eq!((asked.of(peer(69)), asked.of(peer(40_000))), (Some(tftp), Some(tftp)));
        asked.divert(tftp, peer(40_001));
        assert_eq!((asked.of(peer(40_000)), asked.of(peer(40_001))), (None, Some(tftp)));
        let other = asked.insert(port(40_001, false));
        asked.return_home(tftp);
        assert_eq!((asked[tftp].peer, asked.of(peer(40_001))), (peer(69), Some(other)));
        asked.remove(tftp);
        assert_eq!((asked.of(peer(69)), asked.of(peer(40_001))), (None, Some(other)));
    }
}
