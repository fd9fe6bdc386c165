//! A wildcard listener that is never the bottleneck of a bench: accepts at once, may greet, never reads. Ends with its
//! standard input, so that it cannot outlive its parent.

use std::collections::VecDeque;
use std::io::{ErrorKind, Read, Write};
use std::net::{Ipv4Addr, SocketAddr};

use mio::net::{TcpListener, TcpStream};
use mio::{Events, Interest, Poll, Token};
use socket2::{Domain, Protocol, SockAddr, Socket, Type};

/// What the kernel is asked to queue; it takes at most `net.core.somaxconn`.
const BACKLOG: i32 = 65_535;
/// Connections kept open; the oldest, which its client has left long ago, goes first.
const KEPT: usize = 8192;
/// What is kept after the system ran out of descriptors.
const KEPT_WHEN_SHORT: usize = 1024;

/// Listen on `port` of every IPv4 address (0: any free one), say so in one JSON line, and serve until standard input
/// ends. Each client is sent `greeting`, which may be empty.
///
/// # Errors
/// When the port is taken or the system grants no poller.
pub(crate) fn serve(port: u16, greeting: &[u8]) -> std::io::Result<()> {
    let mut listener = listen(port)?;
    println!("{{\"port\":{}}}", listener.local_addr()?.port());
    std::thread::spawn(end_with_standard_input);
    let mut poll = Poll::new()?;
    let mut events = Events::with_capacity(8);
    poll.registry().register(&mut listener, Token(0), Interest::READABLE)?;
    let mut kept = VecDeque::with_capacity(KEPT + 1);
    loop {
        match poll.poll(&mut events, None) {
            Err(error) if error.kind() != ErrorKind::Interrupted => return Err(error),
            _ => accept_all(&listener, greeting, &mut kept),
        }
    }
}

pub(crate) fn listen(port: u16) -> std::io::Result<TcpListener> {
    let socket = Socket::new(Domain::IPV4, Type::STREAM.nonblocking(), Some(Protocol::TCP))?;
    socket.set_reuse_address(true)?;
    socket.bind(&SockAddr::from(SocketAddr::from((Ipv4Addr::UNSPECIFIED, port))))?;
    socket.listen(BACKLOG)?;
    Ok(TcpListener::from_std(socket.into()))
}

/// Empty the kernel's queue. A client that has gone already costs nothing but its place.
fn accept_all(listener: &TcpListener, greeting: &[u8], kept: &mut VecDeque<TcpStream>) {
    loop {
        match listener.accept() {
            Ok((client, _)) if greeting.is_empty() => drop(client),
            Ok((mut client, _)) => {
                // A client that has gone does not want the greeting.
                let _ = client.write(greeting);
                kept.push_back(client);
                if kept.len() > KEPT {
                    kept.pop_front();
                }
            }
            Err(error) if error.kind() == ErrorKind::WouldBlock => return,
            Err(error) if is_short_of_files(&error) && kept.len() > KEPT_WHEN_SHORT => {
                kept.drain(..kept.len() - KEPT_WHEN_SHORT);
            }
            Err(error) if is_short_of_files(&error) => return,
            Err(_) => {}
        }
    }
}

fn is_short_of_files(error: &std::io::Error) -> bool {
    let code = error.raw_os_error();
    code == Some(rustix::io::Errno::MFILE.raw_os_error()) || code == Some(rustix::io::Errno::NFILE.raw_os_error())
}

pub(crate) fn end_with_standard_input() {
    let mut byte = [0];
    while matches!(std::io::stdin().read(&mut byte), Ok(1..)) {}
    std::process::exit(0);
}
