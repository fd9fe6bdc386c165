//! The `AF_XDP` loop in copy mode: fill the ring, tell the kernel, again. Counts on frames leaving in order.
#![allow(unsafe_code)]

use std::io;
use std::os::fd::AsFd;

use rustix::io::Errno;
use rustix::net::sockopt;
use rustix::net::xdp::{SocketAddrXdp, SocketAddrXdpFlags, XdpUmemReg, XdpUmemRegFlags};
use socket2::{Domain, Socket, Type};

use super::map::Map;
use super::xdp_ring::{ADDRESS, DESCRIPTOR, XdpRing};
use super::{Silent, options, syn};

const ENTRIES: u32 = 2048;
const CHUNK: usize = 2048;
/// Frames written between two calls.
const BATCH: u32 = 512;
/// `XDP_MAX_TX_SKB_BUDGET` of `linux/if_xdp.h`.
const MAX_TX_SKB_BUDGET: i32 = 9;

/// Send all; how often the driver threw a frame away.
pub(super) fn send(job: &Silent) -> io::Result<u64> {
    let socket = Socket::new(Domain::from(libc::AF_XDP), Type::RAW, None)?;
    let mut frames = Map::anonymous(ENTRIES as usize * CHUNK)?;
    register(&socket, &frames)?;
    let offsets = sockopt::xdp_mmap_offsets(&socket)?;
    let (tx_page, done_page) = (libc::XDP_PGOFF_TX_RING as u64, libc::XDP_UMEM_PGOFF_COMPLETION_RING);
    let waiting = XdpRing::map(socket.as_fd(), tx_page, &offsets.tx, ENTRIES, DESCRIPTOR)?;
    let done = XdpRing::map(socket.as_fd(), done_page, &offsets.cr, ENTRIES, ADDRESS)?;
    let flags = SocketAddrXdpFlags::XDP_COPY | SocketAddrXdpFlags::XDP_USE_NEED_WAKEUP;
    rustix::net::bind(&socket, &SocketAddrXdp::new(flags, job.interface, 0))?;
    for entry in 0..ENTRIES {
        job.syn.write(place(&mut frames, entry), 0);
        waiting.write(entry, u64::from(entry) * CHUNK as u64, syn::LENGTH);
    }
    let (mut next, mut refused) = (0, 0);
    while u64::from(done.consumer()) < job.frames {
        let free = ENTRIES - (next - done.consumer());
        let left = job.frames - u64::from(next);
        for _ in 0..u64::from(free.min(BATCH)).min(left) {
            job.syn.aim(place(&mut frames, next % ENTRIES), job.target(u64::from(next)));
            next += 1;
        }
        waiting.produce(next);
        refused += kick(&socket)?;
        done.consume(done.producer());
    }
    Ok(refused)
}

fn place(frames: &mut Map, entry: u32) -> &mut [u8] {
    // SAFETY: the kernel is through with this entry's frame, and `frames` is borrowed for as long as the slice lives.
    let place = unsafe { frames.bytes_mut(entry as usize * CHUNK, CHUNK) };
    place.expect("entries lie inside")
}

fn kick(socket: &Socket) -> io::Result<u64> {
    match socket.send_with_flags(&[], libc::MSG_DONTWAIT) {
        Ok(_) => Ok(0),
        Err(error) => match Errno::from_io_error(&error) {
            Some(Errno::AGAIN) => Ok(0),
            Some(Errno::BUSY | Errno::NOBUFS) => Ok(1),
            _ => Err(error),
        },
    }
}

fn register(socket: &Socket, frames: &Map) -> io::Result<()> {
    let memory = XdpUmemReg {
        addr: frames.address(),
        len: frames.length() as u64,
        chunk_size: CHUNK as u32,
        headroom: 0,
        flags: XdpUmemRegFlags::empty(),
        tx_metadata_len: 0,
    };
    sockopt::set_xdp_umem_reg(socket, memory)?;
    sockopt::set_xdp_umem_fill_ring_size(socket, 2)?;
    sockopt::set_xdp_umem_completion_ring_size(socket, ENTRIES)?;
    sockopt::set_xdp_tx_ring_size(socket, ENTRIES)?;
    socket.set_send_buffer_size(4 << 20)?;
    // An older kernel does not know it and sends fewer at once.
    let _ = options::set(socket.as_fd(), libc::SOL_XDP, MAX_TX_SKB_BUDGET, &ENTRIES);
    Ok(())
}
