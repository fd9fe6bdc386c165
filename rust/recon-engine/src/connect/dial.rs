//! Opens a non-blocking connection and says what came of it at once. Never waits.

use std::io::{self, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use recon_core::reply::State;
use recon_core::space::Target;
use rustix::io::Errno;
use socket2::{Domain, Protocol, SockAddr, SockRef, Socket, Type};

use crate::errno::{self, NO_ROUTE, Outcome};

/// A port no answer is wanted from: the discard service (RFC 863).
const DISCARD: u16 = 9;

/// Name of the failure that a connection to ourselves is counted as. By chance it is cured by asking again, from
/// another local port; a source port that equals the asked one never is.
pub(crate) const SELF_CONNECTED: &str = "ESELF";

/// What `connect` said.
#[derive(Debug)]
pub(crate) struct Dialed {
    pub(crate) stream: mio::net::TcpStream,
    /// Established before the call returned, as on loopback; else under way.
    pub(crate) open: bool,
}

impl Dialed {
    fn new(socket: Socket, open: bool) -> Self {
        Self { stream: mio::net::TcpStream::from_std(socket.into()), open }
    }
}

/// Start a connection to `target`, from `source_port` if given.
pub(crate) fn dial(target: Target, source_port: Option<u16>) -> io::Result<Dialed> {
    let socket = Socket::new(domain(target.addr), stream_type(), Some(Protocol::TCP))?;
    #[cfg(not(any(target_os = "linux", target_os = "android", target_os = "freebsd")))]
    socket.set_nonblocking(true)?;
    if let Some(port) = source_port {
        bind(&socket, target.addr, port)?;
    }
    match socket.connect(&SockAddr::from(SocketAddr::new(target.addr, target.port))) {
        Ok(()) => Ok(Dialed::new(socket, true)),
        Err(error) if in_progress(&error) => Ok(Dialed::new(socket, false)),
        Err(error) => Err(error),
    }
}

/// End a connection with a RST, so that neither side keeps anything.
pub(crate) fn hang_up(stream: &mio::net::TcpStream) {
    // A failure here leaves an ordinary close, which is only less tidy.
    let _ = SockRef::from(stream).set_linger(Some(Duration::ZERO));
}

/// Whether the kernel connected a socket to itself: it picked, as our local port, the very port we asked (RFC 9293
/// section 3.5, simultaneous open). Nobody listens there, but this connection proves nothing.
pub(crate) fn is_self_connected(stream: &mio::net::TcpStream, target: Target) -> bool {
    let local = SockRef::from(stream).local_addr().ok().and_then(|addr| addr.as_socket());
    local.is_some_and(|local| local.port() == target.port && local.ip() == target.addr)
}

/// Write what the socket takes now; the rest stays in `unsent` until it is writable again.
pub(crate) fn write_out(stream: &mut mio::net::TcpStream, unsent: &mut Vec<u8>) {
    while !unsent.is_empty() {
        match stream.write(unsent) {
            Ok(count @ 1..) => drop(unsent.drain(..count)),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => return,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            // The peer is gone, but what it said before may still be waiting to be read.
            Ok(_) | Err(_) => unsent.clear(),
        }
    }
}

/// Whether an error tells of a connection that stood and was reset before we looked: Linux calls a SYN's refusal
/// ECONNREFUSED, and ECONNRESET (EPIPE after a FIN) only what ends an established one (`tcp_reset` in `tcp_input.c`).
pub(crate) fn was_open(error: &io::Error) -> bool {
    cfg!(target_os = "linux") && matches!(Errno::from_io_error(error), Some(Errno::CONNRESET | Errno::PIPE))
}

/// What an attempt means that failed before anything left: whoever has a route a moment later had none then.
pub(crate) fn outcome_at_once(error: &io::Error) -> Outcome {
    match errno::read(error) {
        Outcome::AskRoute(_) => Outcome::Local { name: NO_ROUTE, scarce: false },
        other => other,
    }
}

/// What an attempt means that failed later. An unreachable error is the target's only if we have a route to it.
pub(crate) fn outcome(error: &io::Error, addr: IpAddr) -> Outcome {
    match errno::read(error) {
        Outcome::AskRoute(reason) if has_route(addr) => Outcome::Verdict(State::Unreachable, reason),
        Outcome::AskRoute(_) => Outcome::Local { name: NO_ROUTE, scarce: false },
        other => other,
    }
}

/// Ask the routing table by connecting a datagram socket, which sends nothing.
fn has_route(addr: IpAddr) -> bool {
    Socket::new(domain(addr), Type::DGRAM, Some(Protocol::UDP))
        .and_then(|socket| socket.connect(&SockAddr::from(SocketAddr::new(addr, DISCARD))))
        .is_ok()
}

fn domain(addr: IpAddr) -> Domain {
    if addr.is_ipv4() { Domain::IPV4 } else { Domain::IPV6 }
}

#[cfg(any(target_os = "linux", target_os = "android", target_os = "freebsd"))]
fn stream_type() -> Type {
    Type::STREAM.nonblocking()
}

#[cfg(not(any(target_os = "linux", target_os = "android", target_os = "freebsd")))]
fn stream_type() -> Type {
    Type::STREAM
}

fn bind(socket: &Socket, addr: IpAddr, port: u16) -> io::Result<()> {
    let any: IpAddr = if addr.is_ipv4() { Ipv4Addr::UNSPECIFIED.into() } else { Ipv6Addr::UNSPECIFIED.into() };
    socket.set_reuse_address(true)?;
    socket.bind(&SockAddr::from(SocketAddr::new(any, port)))
}

/// Linux says EINPROGRESS, Windows EWOULDBLOCK. A bare EAGAIN on Linux is exhaustion, not progress.
fn in_progress(error: &io::Error) -> bool {
    match Errno::from_io_error(error) {
        Some(Errno::INPROGRESS) => true,
        Some(Errno::WOULDBLOCK) => cfg!(windows),
        _ => false,
    }
}
