//! Ports that are ours: the kernel answers nothing that comes to them. Writes no firewall rule and reads no data.
//!
//! A listening socket whose filter drops everything: the kernel finds an owner for the segment, so it sends no RST,
//! and the filter throws the segment away. The packet socket has seen it before. Likewise for UDP, where the kernel
//! would send an ICMP port unreachable. All of it vanishes with the process.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::ops::RangeInclusive;

use rustix::io::Errno;
use socket2::{Domain, Socket, Type};

use super::filter;
use crate::limits::ephemeral_ports;

/// Below this, services of this host may want to start while we run.
const LOWEST: u16 = 10_000;

/// A stretch of source ports, held until dropped.
#[derive(Debug)]
pub(crate) struct Guard {
    ports: RangeInclusive<u16>,
    _sockets: Vec<Socket>,
}

impl Guard {
    /// Hold `count` ports in a row, from `wanted` where it is given, else where they are free, outside the ports that
    /// the kernel gives to connections where possible.
    ///
    /// # Errors
    /// `EADDRINUSE` when there is no such stretch.
    pub(crate) fn reserve(count: u16, wanted: Option<u16>) -> io::Result<Self> {
        let count = count.max(1);
        let firsts = match wanted {
            Some(first) => vec![first],
            None => stretches(count, &ephemeral_ports(), RandomState::new().build_hasher().finish()),
        };
        for ports in firsts.into_iter().filter_map(|first| stretch(first, count)) {
            match hold(ports.clone()) {
                Ok(sockets) => return Ok(Self { ports, _sockets: sockets }),
                Err(error) if Errno::from_io_error(&error) == Some(Errno::ADDRINUSE) => {}
                Err(error) => return Err(error),
            }
        }
        Err(Errno::ADDRINUSE.into())
    }

    /// The ports held.
    pub(crate) fn ports(&self) -> RangeInclusive<u16> {
        self.ports.clone()
    }
}

fn stretch(first: u16, count: u16) -> Option<RangeInclusive<u16>> {
    Some(first..=first.checked_add(count - 1)?)
}

/// First ports of stretches to try: outside `ephemeral` in an order that `random` turns, then inside it.
fn stretches(count: u16, ephemeral: &RangeInclusive<u16>, random: u64) -> Vec<u16> {
    let all = (LOWEST..=u16::MAX).step_by(usize::from(count));
    let whole = all.filter_map(|first| stretch(first, count));
    let (mut outside, inside): (Vec<_>, Vec<_>) =
        whole.partition(|ports| ports.end() < ephemeral.start() || ports.start() > ephemeral.end());
    let turn = random as usize % outside.len().max(1);
    outside.rotate_left(turn);
    outside.into_iter().chain(inside).map(|ports| *ports.start()).collect()
}

fn hold(mut ports: RangeInclusive<u16>) -> io::Result<Vec<Socket>> {
    ports.try_fold(Vec::new(), |mut held, port| {
        held.push(hold_one(port, Type::STREAM)?);
        held.push(hold_one(port, Type::DGRAM)?);
        Ok(held)
    })
}

/// One socket for both IP versions, or for IPv4 on a system without IPv6.
fn hold_one(port: u16, kind: Type) -> io::Result<Socket> {
    match bind(port, kind, Domain::IPV6) {
        Err(error) if Errno::from_io_error(&error) == Some(Errno::ADDRINUSE) => Err(error),
        Err(_) => bind(port, kind, Domain::IPV4),
        bound => bound,
    }
}

/// The filter is there before the first segment can be.
fn bind(port: u16, kind: Type, domain: Domain) -> io::Result<Socket> {
    let socket = Socket::new(domain, kind, None)?;
    socket.attach_filter(&filter::nothing())?;
    let addr: SocketAddr = if domain == Domain::IPV6 {
        socket.set_only_v6(false)?;
        (Ipv6Addr::UNSPECIFIED, port).into()
    } else {
        (Ipv4Addr::UNSPECIFIED, port).into()
    };
    socket.bind(&addr.into())?;
    if kind == Type::STREAM {
        socket.listen(1)?;
    }
    Ok(socket)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use std::net::{TcpListener, UdpSocket};

    use super::*;

    #[test]
    fn held_ports_are_a_stretch_and_nobody_else_gets_them() {
        let guard = Guard::reserve(3, None).unwrap();
        assert_eq!(guard.ports().len(), 3);
        for port in guard.ports() {
            assert_eq!(TcpListener::bind(("127.0.0.1", port)).unwrap_err().kind(), io::ErrorKind::AddrInUse);
            assert_eq!(UdpSocket::bind(("127.0.0.1", port)).unwrap_err().kind(), io::ErrorKind::AddrInUse);
        }
        let again = Guard::reserve(1, Some(*guard.ports().start()));
        assert_eq!(again.err().map(|error| error.kind()), Some(io::ErrorKind::AddrInUse));
    }

    #[test]
    fn ports_that_the_kernel_gives_away_come_last() {
        let firsts = stretches(8, &(32_768..=60_999), 12_345);
        let outside = firsts.iter().take_while(|&&first| !(32_761..=60_999).contains(&first)).count();
        assert!(firsts[outside..].iter().all(|first| (32_761..=60_999).contains(first)));
        assert_eq!(outside, firsts.len() - firsts[outside..].len());
        assert!(outside > 3000);
    }

    #[test]
    fn a_stretch_never_passes_the_last_port() {
        assert_eq!(stretch(65_535, 2), None);
        assert_eq!(Guard::reserve(2, Some(u16::MAX)).err().map(|error| error.kind()), Some(io::ErrorKind::AddrInUse));
        assert!(stretches(1000, &(0..=u16::MAX), 0).iter().all(|first| stretch(*first, 1000).is_some()));
    }
}
