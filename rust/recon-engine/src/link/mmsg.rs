//! Many packets with one system call. Never waits, never keeps a packet.
#![allow(unsafe_code)]

use std::io;
use std::os::fd::AsRawFd;

use socket2::{SockAddr, Socket};

/// Most packets handed over at once.
pub(super) const BATCH: usize = 256;

/// Hand `packets` to the kernel, each to the address beside it where `addrs` has one: how many it took, 0 when its
/// buffer is full. An error is about the first packet.
pub(super) fn send(socket: &Socket, packets: &[&[u8]], addrs: &[SockAddr]) -> io::Result<usize> {
    let mut vectors: Vec<libc::iovec> = packets.iter().map(|packet| vector(packet)).collect();
    let mut headers: Vec<libc::mmsghdr> =
        vectors.iter_mut().enumerate().map(|(index, vector)| header(vector, addrs.get(index))).collect();
    let (flags, count) = (libc::MSG_DONTWAIT, headers.len() as u32);
    loop {
        // SAFETY: `headers` holds `count` headers; each points to a vector and an address that outlive the call, and
        // each vector to a packet borrowed for longer. The kernel only reads packets and addresses.
        let sent = unsafe { libc::sendmmsg(socket.as_raw_fd(), headers.as_mut_ptr(), count, flags) };
        match usize::try_from(sent) {
            Ok(sent) => return Ok(sent),
            Err(_) => match io::Error::last_os_error() {
                error if error.kind() == io::ErrorKind::WouldBlock => return Ok(0),
                error if error.kind() == io::ErrorKind::Interrupted => {}
                error => return Err(error),
            },
        }
    }
}

fn vector(packet: &[u8]) -> libc::iovec {
    libc::iovec { iov_base: packet.as_ptr().cast_mut().cast(), iov_len: packet.len() }
}

fn header(vector: &mut libc::iovec, addr: Option<&SockAddr>) -> libc::mmsghdr {
    // SAFETY: zeros are a header without address, vector and control data.
    let mut header: libc::mmsghdr = unsafe { std::mem::zeroed() };
    header.msg_hdr.msg_iov = vector;
    header.msg_hdr.msg_iovlen = 1;
    if let Some(addr) = addr {
        header.msg_hdr.msg_name = addr.as_ptr().cast_mut().cast();
        header.msg_hdr.msg_namelen = addr.len();
    }
    header
}
