//! Socket options and addresses that the safe crates do not have. Never keeps a descriptor.
#![allow(unsafe_code)]

use std::io;
use std::os::fd::{AsRawFd, BorrowedFd};

/// Set a socket option of a plain C type.
pub(super) fn set<T: Copy>(fd: BorrowedFd<'_>, level: i32, name: i32, value: &T) -> io::Result<()> {
    let length = size_of::<T>() as libc::socklen_t;
    // SAFETY: the kernel reads `length` bytes, which is all of `value`, and keeps no pointer to it.
    checked(unsafe { libc::setsockopt(fd.as_raw_fd(), level, name, std::ptr::from_ref(value).cast(), length) })
}

/// Read a socket option that is `N` words.
pub(super) fn words<const N: usize>(fd: BorrowedFd<'_>, level: i32, name: i32) -> io::Result<[u32; N]> {
    let mut value = [0; N];
    let mut length = size_of_val(&value) as libc::socklen_t;
    // SAFETY: the kernel writes at most `length` bytes, which is all of `value`; any bytes are words.
    checked(unsafe { libc::getsockopt(fd.as_raw_fd(), level, name, value.as_mut_ptr().cast(), &raw mut length) })?;
    Ok(value)
}

/// Bind a packet socket to an interface. `protocol` is an `EtherType`, 0 to receive nothing.
pub(super) fn bind_packet(fd: BorrowedFd<'_>, protocol: u16, interface: u32) -> io::Result<()> {
    let addr = libc::sockaddr_ll {
        sll_family: libc::AF_PACKET as u16,
        sll_protocol: protocol.to_be(),
        sll_ifindex: interface as i32,
        sll_hatype: 0,
        sll_pkttype: 0,
        sll_halen: 0,
        sll_addr: [0; 8],
    };
    let length = size_of_val(&addr) as libc::socklen_t;
    // SAFETY: the kernel reads `length` bytes, which is all of `addr`, and keeps no pointer to it.
    checked(unsafe { libc::bind(fd.as_raw_fd(), (&raw const addr).cast(), length) })
}

fn checked(answer: i32) -> io::Result<()> {
    if answer == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}
