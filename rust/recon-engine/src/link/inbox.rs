//! Many datagrams a system call over one socket, and the ICMP errors that came back for them. Decides nothing about
//! targets.
#![allow(unsafe_code)] // recvmmsg and the error queue have no safe wrapper

use std::io;
use std::mem::{size_of, zeroed};
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV4, SocketAddrV6};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd};

use super::options;
use rustix::net::{MMsgHdr, SendAncillaryBuffer, SendFlags, SocketAddrAny, sendmmsg};

/// Datagrams handed to or taken from the kernel at once.
pub(crate) const BATCH: usize = 32;
/// The largest datagram that UDP can carry is a little shorter.
const LARGEST: usize = 65_536;
/// Room for what stands beside a datagram: an ICMP error with its sender's address, and the count of drops.
const CONTROL: usize = 256;
/// ICMP, by the numbers of `linux/errqueue.h`.
const ORIGINS: [u8; 2] = [libc::SO_EE_ORIGIN_ICMP, libc::SO_EE_ORIGIN_ICMP6];

#[repr(align(8))]
#[derive(Clone, Copy)]
struct Control([u8; CONTROL]);

/// An ICMP error about a datagram of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Icmp {
    /// What the kernel makes of it.
    pub(crate) errno: i32,
    /// Whether it came from the network, not from this machine's own checks.
    pub(crate) is_received: bool,
}

/// Where one datagram came from; for an error, where ours was sent.
#[derive(Clone, Copy, Debug)]
struct Arrival {
    addr: Option<SocketAddr>,
    length: usize,
    icmp: Option<Icmp>,
}

/// Room for a batch of datagrams; used again and again.
#[derive(Debug)]
pub(crate) struct Inbox {
    /// Pages that no datagram reached were never touched, so they cost nothing.
    data: Vec<u8>,
    arrivals: Vec<Arrival>,
    /// Datagrams that the kernel dropped for want of room, over the socket's life.
    drops: Option<u32>,
}

impl Inbox {
    pub(crate) fn new() -> Self {
        Self { data: vec![0; BATCH * LARGEST], arrivals: Vec::with_capacity(BATCH), drops: None }
    }

    /// Take what is there, at most [`BATCH`] datagrams; how many.
    ///
    /// # Errors
    /// The kernel's: `WouldBlock` when nothing is there.
    pub(crate) fn receive(&mut self, socket: impl AsFd) -> io::Result<usize> {
        self.take(socket.as_fd(), 0)
    }

    /// Take ICMP errors, at most [`BATCH`]; how many. The socket's pending error goes with the last of them.
    ///
    /// # Errors
    /// The kernel's: `WouldBlock` when none is there.
    pub(crate) fn receive_errors(&mut self, socket: impl AsFd) -> io::Result<usize> {
        self.take(socket.as_fd(), libc::MSG_ERRQUEUE)
    }

    /// One datagram of the last batch and its sender.
    pub(crate) fn datagram(&self, at: usize) -> Option<(SocketAddr, &[u8])> {
        let arrival = self.arrivals.get(at)?;
        Some((arrival.addr?, &self.data[at * LARGEST..][..arrival.length]))
    }

    /// One error of the last batch, and where the datagram went that it is about.
    pub(crate) fn error(&self, at: usize) -> Option<(SocketAddr, Icmp)> {
        let arrival = self.arrivals.get(at)?;
        Some((arrival.addr?, arrival.icmp?))
    }

    /// Datagrams that the kernel dropped for want of room, over the socket's life, if the last batch told.
    pub(crate) fn drops(&mut self) -> Option<u32> {
        self.drops.take()
    }

    fn take(&mut self, socket: BorrowedFd<'_>, flags: i32) -> io::Result<usize> {
        self.arrivals.clear();
        // SAFETY: all of these are plain data for which zeroes are valid.
        let (mut names, mut parts, mut headers): (
            [libc::sockaddr_storage; BATCH],
            [libc::iovec; BATCH],
            [libc::mmsghdr; BATCH],
        ) = unsafe { (zeroed(), zeroed(), zeroed()) };
        let mut controls = [Control([0; CONTROL]); BATCH];
        for (at, room) in self.data.chunks_exact_mut(LARGEST).enumerate() {
            parts[at] = libc::iovec { iov_base: room.as_mut_ptr().cast(), iov_len: LARGEST };
            let header = &mut headers[at].msg_hdr;
            header.msg_name = (&raw mut names[at]).cast();
            header.msg_namelen = size_of::<libc::sockaddr_storage>() as libc::socklen_t;
            header.msg_iov = &raw mut parts[at];
            header.msg_iovlen = 1;
            header.msg_control = controls[at].0.as_mut_ptr().cast();
            header.msg_controllen = CONTROL as _;
        }
        let flags = flags | libc::MSG_DONTWAIT;
        // SAFETY: each header points to a name, a buffer and a control block of the lengths it gives, all of which
        // outlive the call; no timeout is given.
        let count = unsafe {
            libc::recvmmsg(socket.as_raw_fd(), headers.as_mut_ptr(), BATCH as u32, flags as _, std::ptr::null_mut())
        };
        let count = usize::try_from(count).map_err(|_| io::Error::last_os_error())?;
        for (header, name) in headers[..count].iter().zip(&names) {
            let length = (header.msg_len as usize).min(LARGEST);
            let mut arrival = Arrival { addr: address(name), length, icmp: None };
            self.read_control(&header.msg_hdr, &mut arrival);
            self.arrivals.push(arrival);
        }
        Ok(count)
    }

    fn read_control(&mut self, header: &libc::msghdr, arrival: &mut Arrival) {
        // SAFETY: the kernel filled `msg_control` up to `msg_controllen`; the macros stay within it, and what is read
        // through `CMSG_DATA` is no longer than the block of its kind. The blocks outlive this call.
        unsafe {
            let mut block = libc::CMSG_FIRSTHDR(header);
            while let Some(held) = block.as_ref() {
                let data = libc::CMSG_DATA(block);
                match (held.cmsg_level, held.cmsg_type) {
                    (libc::IPPROTO_IP, libc::IP_RECVERR) | (libc::IPPROTO_IPV6, libc::IPV6_RECVERR) => {
                        arrival.icmp = Some(icmp(&data.cast::<libc::sock_extended_err>().read_unaligned()));
                    }
                    (libc::SOL_SOCKET, libc::SO_RXQ_OVFL) => self.drops = Some(data.cast::<u32>().read_unaligned()),
                    _ => {}
                }
                block = libc::CMSG_NXTHDR(header, block);
            }
        }
    }
}

fn icmp(error: &libc::sock_extended_err) -> Icmp {
    Icmp { errno: error.ee_errno as i32, is_received: ORIGINS.contains(&error.ee_origin) }
}

fn address(name: &libc::sockaddr_storage) -> Option<SocketAddr> {
    match i32::from(name.ss_family) {
        libc::AF_INET => {
            // SAFETY: a storage is large and aligned enough for any address; the family says which it holds.
            let name = unsafe { &*(&raw const *name).cast::<libc::sockaddr_in>() };
            let addr = Ipv4Addr::from(u32::from_be(name.sin_addr.s_addr));
            Some(SocketAddrV4::new(addr, u16::from_be(name.sin_port)).into())
        }
        libc::AF_INET6 => {
            // SAFETY: as above.
            let name = unsafe { &*(&raw const *name).cast::<libc::sockaddr_in6>() };
            let addr = Ipv6Addr::from(name.sin6_addr.s6_addr);
            Some(SocketAddrV6::new(addr, u16::from_be(name.sin6_port), 0, 0).into())
        }
        _ => None,
    }
}

/// Send datagrams, at most [`BATCH`]; how many the kernel took, which is fewer where one failed.
///
/// # Errors
/// Why it took not even the first. On a socket that hears ICMP errors this may be about an earlier datagram.
pub(crate) fn send(socket: impl AsFd, datagrams: &[(SocketAddr, &[u8])]) -> io::Result<usize> {
    let to: Vec<SocketAddrAny> = datagrams.iter().map(|(addr, _)| (*addr).into()).collect();
    let parts: Vec<[io::IoSlice<'_>; 1]> = datagrams.iter().map(|(_, data)| [io::IoSlice::new(data)]).collect();
    let mut controls: Vec<_> = datagrams.iter().map(|_| SendAncillaryBuffer::default()).collect();
    let places = to.iter().zip(&parts).zip(&mut controls);
    let mut headers: Vec<_> = places.map(|((to, part), control)| MMsgHdr::new_with_addr(to, part, control)).collect();
    Ok(sendmmsg(socket, &mut headers, SendFlags::DONTWAIT | SendFlags::NOSIGNAL)?)
}

/// Let a socket keep the ICMP errors of what it sends, and count what it must drop.
///
/// # Errors
/// The kernel's.
pub(crate) fn hear_errors(socket: impl AsFd, is_ipv4: bool) -> io::Result<()> {
    let socket = socket.as_fd();
    let (level, name) =
        if is_ipv4 { (libc::IPPROTO_IP, libc::IP_RECVERR) } else { (libc::IPPROTO_IPV6, libc::IPV6_RECVERR) };
    options::set(socket, level, name, &1_i32)?;
    options::set(socket, libc::SOL_SOCKET, libc::SO_RXQ_OVFL, &1_i32)
}

#[cfg(test)]
mod tests {
    use std::net::UdpSocket;
    use std::time::Duration;

    use super::*;

    const LONG: Duration = Duration::from_secs(60);

    fn socket(addr: &str) -> Option<UdpSocket> {
        let socket = UdpSocket::bind(addr).ok()?;
        hear_errors(&socket, addr.starts_with('1')).expect("an option of every kernel");
        Some(socket)
    }

    /// A port of an address where nobody listens.
    fn closed(addr: &str) -> SocketAddr {
        UdpSocket::bind(addr).and_then(|socket| socket.local_addr()).expect("a free port")
    }

    fn wait(socket: &UdpSocket) {
        let mut polled = [rustix::event::PollFd::new(socket, rustix::event::PollFlags::IN)];
        let limit = rustix::event::Timespec::try_from(LONG).expect("a minute");
        assert_eq!(rustix::event::poll(&mut polled, Some(&limit)).ok(), Some(1), "nothing came");
    }

    fn round_trip(addr: &str) {
        let (Some(ours), Ok(peer)) = (socket(addr), UdpSocket::bind(addr)) else {
            return;
        };
        let to = peer.local_addr().expect("bound");
        assert_eq!(send(&ours, &[(to, b"one"), (to, b""), (to, b"three")]).expect("sent"), 3);
        let mut room = [0; 16];
        for said in [&b"one"[..], b"", b"three"] {
            let (count, from) = peer.recv_from(&mut room).expect("received");
            assert_eq!(&room[..count], said);
            peer.send_to(&room[..count], from).expect("answered");
        }
        let mut inbox = Inbox::new();
        let mut heard = Vec::new();
        while heard.len() < 3 {
            wait(&ours);
            let count = inbox.receive(&ours).expect("something is there");
            heard.extend((0..count).map(|at| inbox.datagram(at).map(|(from, data)| (from, data.to_vec()))));
        }
        assert_eq!(heard, [&b"one"[..], b"", b"three"].map(|said| Some((to, said.to_vec()))));
    }

    fn refusal(addr: &str) {
        let Some(ours) = socket(addr) else {
            return;
        };
        let to = closed(addr);
        assert_eq!(send(&ours, &[(to, b"hello")]).expect("sent"), 1);
        wait(&ours);
        let mut inbox = Inbox::new();
        assert_eq!(inbox.receive_errors(&ours).expect("an error is there"), 1);
        assert_eq!(inbox.error(0), Some((to, Icmp { errno: libc::ECONNREFUSED, is_received: true })));
        assert_eq!(inbox.receive_errors(&ours).expect_err("no other").kind(), io::ErrorKind::WouldBlock);
        assert_eq!(send(&ours, &[(to, b"again")]).expect("no error is pending"), 1);
    }

    #[test]
    fn a_batch_goes_out_and_its_answers_come_with_their_senders() {
        round_trip("127.0.0.1:0");
        round_trip("[::1]:0");
    }

    #[test]
    fn a_refusal_names_whom_it_is_about_and_leaves_no_error_behind() {
        refusal("127.0.0.1:0");
        refusal("[::1]:0");
    }

    #[test]
    fn what_finds_no_room_is_counted() {
        let ours = socket("127.0.0.1:0").expect("a socket");
        rustix::net::sockopt::set_socket_recv_buffer_size(&ours, 1).expect("set");
        let (to, peer) = (ours.local_addr().expect("bound"), UdpSocket::bind("127.0.0.1:0").expect("a socket"));
        for _ in 0..1000 {
            peer.send_to(&[7; 1000], to).expect("sent");
        }
        let mut inbox = Inbox::new();
        let mut heard = 0;
        while let Ok(count) = inbox.receive(&ours) {
            heard += count;
        }
        peer.send_to(b"last", to).expect("sent");
        wait(&ours);
        assert_eq!(inbox.receive(&ours).expect("the last"), 1);
        assert_eq!(inbox.drops(), Some(1000 - heard as u32));
    }
}
