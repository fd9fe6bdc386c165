//! The sockets that all UDP questions of one worker leave by: one for each IP version, opened when first needed. Knows
//! no target, but which ports are our own.

use std::collections::VecDeque;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::os::fd::{AsFd, BorrowedFd};
use std::sync::atomic::{AtomicU64, Ordering};

use mio::net::UdpSocket;
use recon_core::space::Target;
use socket2::{Domain, Protocol, SockAddr, Socket, Type};

use crate::connect::slab::Key;
use crate::link::inbox;

/// Bytes of answers that the kernel may keep for us, as far as the system lets it.
const ROOM: usize = 4 << 20;

/// One socket, and who waits for it.
#[derive(Debug)]
pub(super) struct Post {
    pub(super) socket: UdpSocket,
    /// Ports whose question is to be sent, first come first served.
    pub(super) queue: VecDeque<Key>,
    /// Whether reading was cut short.
    pub(super) unread: bool,
    /// What the kernel dropped for want of room, as far as it was counted.
    drops: u32,
}

impl Post {
    /// Open a socket from `source_port`, or one that the kernel picks.
    pub(super) fn open(is_ipv4: bool, source_port: Option<u16>) -> io::Result<Self> {
        let (domain, any): (_, IpAddr) = if is_ipv4 {
            (Domain::IPV4, Ipv4Addr::UNSPECIFIED.into())
        } else {
            (Domain::IPV6, Ipv6Addr::UNSPECIFIED.into())
        };
        let socket = Socket::new(domain, Type::DGRAM, Some(Protocol::UDP))?;
        socket.set_nonblocking(true)?;
        if !is_ipv4 {
            socket.set_only_v6(true)?;
        }
        inbox::hear_errors(&socket, is_ipv4)?;
        // Less room loses answers, which is counted.
        let _ = socket.set_recv_buffer_size(ROOM);
        socket.bind(&SockAddr::from(SocketAddr::new(any, source_port.unwrap_or(0))))?;
        let socket = UdpSocket::from_std(socket.into());
        Ok(Self { socket, queue: VecDeque::new(), unread: false, drops: 0 })
    }

    /// Answers dropped since this was asked last, when the socket has dropped `total`, a number that wraps.
    pub(super) fn count_drops(&mut self, total: u32) -> u64 {
        u64::from(total.wrapping_sub(std::mem::replace(&mut self.drops, total)))
    }
}

/// The local ports of all workers' sockets: what is sent there comes back to us, and is no answer.
#[derive(Debug)]
pub(crate) struct OwnPorts(Vec<AtomicU64>);

impl OwnPorts {
    pub(crate) fn new() -> Self {
        Self(std::iter::repeat_with(|| AtomicU64::new(0)).take(usize::from(u16::MAX) / 64 + 1).collect())
    }

    pub(super) fn add(&self, port: u16) {
        self.0[usize::from(port) / 64].fetch_or(1 << (port % 64), Ordering::Relaxed);
    }

    /// Whether a port of this machine is ours. Then it is nobody else's: no two sockets share one.
    pub(super) fn holds(&self, target: Target) -> bool {
        let known = self.0[usize::from(target.port) / 64].load(Ordering::Relaxed) & 1 << (target.port % 64) != 0;
        known && is_local(target.addr)
    }
}

/// Whether an address is one of this machine's: only those can be bound.
fn is_local(addr: IpAddr) -> bool {
    std::net::UdpSocket::bind(SocketAddr::new(addr, 0)).is_ok()
}

impl AsFd for Post {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }
}
