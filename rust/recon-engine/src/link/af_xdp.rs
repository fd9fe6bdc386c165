//! Frames out by an `AF_XDP` socket in copy mode: no system call a frame, no queueing discipline. Receives nothing, and
//! needs no XDP program.
//!
//! Zero copy is not asked for: it takes the queue's receive side along, and the host's own packets with it.
#![allow(unsafe_code)]

use std::io;
use std::os::fd::AsFd;
use std::time::Duration;

use rustix::io::Errno;
use rustix::net::sockopt;
use rustix::net::xdp::{SocketAddrXdp, SocketAddrXdpFlags, XdpUmemReg, XdpUmemRegFlags};
use socket2::{Domain, Socket, Type};

use super::af_packet::SEND_BUFFER;
use super::map::Map;
use super::xdp_ring::{ADDRESS, DESCRIPTOR, XdpRing};
use super::{FRAME_ROOM, Full, Layer, Transmit, options};
use crate::route::Interface;

/// What this link is called.
pub(super) const NAME: &str = "af_xdp";
/// Frames that wait for the kernel at most.
const ENTRIES: u32 = 2048;
/// Places for frames: those that wait, and those that the card still holds.
const CHUNKS: u32 = 2 * ENTRIES;
/// The kernel wants a ring for frames to receive, even where none are.
const FILL_ENTRIES: u32 = 2;
/// How many frames one call sends, `XDP_MAX_TX_SKB_BUDGET` of `linux/if_xdp.h`; 32 before Linux 6.17, which lacks it.
const MAX_TX_SKB_BUDGET: i32 = 9;
/// How often a busy queue is asked, and how long apart.
const BIND_TRIES: usize = 20;
const BIND_PAUSE: Duration = Duration::from_millis(5);

/// One socket on one queue of one interface. Positions in its ring count up and wrap.
pub(super) struct Xdp {
    socket: Socket,
    frames: Map,
    waiting: XdpRing,
    done: XdpRing,
    free: Vec<u64>,
    room: usize,
    /// Behind the last frame queued.
    end: u32,
    /// Behind the last frame shown to the kernel.
    shown: u32,
    /// Frames that the kernel threw away without having moved its own mark yet.
    thrown: u32,
    /// The kernel's mark when last looked at.
    mark: u32,
    /// Up to where `flush` has told.
    told: u32,
}

impl Xdp {
    /// Open one. Needs `CAP_NET_RAW`; a queue that has a socket already gives `EBUSY`.
    pub(super) fn open(interface: &Interface, queue: u32) -> io::Result<Self> {
        let socket = Socket::new(Domain::from(libc::AF_XDP), Type::RAW, None)?;
        let frames = Map::anonymous(CHUNKS as usize * FRAME_ROOM)?;
        register(&socket, &frames)?;
        let offsets = sockopt::xdp_mmap_offsets(&socket)?;
        let (tx_page, done_page) = (libc::XDP_PGOFF_TX_RING as u64, libc::XDP_UMEM_PGOFF_COMPLETION_RING);
        let waiting = XdpRing::map(socket.as_fd(), tx_page, &offsets.tx, ENTRIES, DESCRIPTOR)?;
        let done = XdpRing::map(socket.as_fd(), done_page, &offsets.cr, CHUNKS, ADDRESS)?;
        let flags = SocketAddrXdpFlags::XDP_COPY | SocketAddrXdpFlags::XDP_USE_NEED_WAKEUP;
        bind(&socket, &SocketAddrXdp::new(flags, interface.index, queue))?;
        let free = (0..u64::from(CHUNKS)).map(|chunk| chunk * FRAME_ROOM as u64).collect();
        let room = FRAME_ROOM.min(interface.frame_length());
        Ok(Self { socket, frames, waiting, done, free, room, end: 0, shown: 0, thrown: 0, mark: 0, told: 0 })
    }

    /// Behind the last frame that the kernel is through with.
    fn head(&self) -> u32 {
        self.mark.wrapping_add(self.thrown)
    }

    /// Places of frames that have left are free again.
    fn reap(&mut self) {
        let (from, to) = (self.done.consumer(), self.done.producer());
        self.free.extend((0..to.wrapping_sub(from)).map(|index| self.done.address(from.wrapping_add(index))));
        self.done.consume(to);
    }

    /// Let the kernel send, as many as one call does.
    fn kick(&mut self) -> io::Result<()> {
        let kicked = self.socket.send_with_flags(&[], libc::MSG_DONTWAIT);
        self.reap();
        let busy = kicked.as_ref().is_err_and(|error| Errno::from_io_error(error) == Some(Errno::BUSY));
        let moved = self.look();
        if busy {
            self.again(moved);
            return Err(Errno::NOBUFS.into());
        }
        kicked.map(drop)
    }

    /// Read the kernel's mark; whether it has moved.
    fn look(&mut self) -> bool {
        let mark = self.waiting.consumer();
        let moved = mark != self.mark;
        if moved {
            (self.mark, self.thrown) = (mark, 0);
        }
        self.pass_cancelled();
        moved
    }

    /// The kernel may have passed over frames that were taken back; they count as neither queued nor sent.
    fn pass_cancelled(&mut self) {
        let beyond = self.head().wrapping_sub(self.end) as i32;
        if beyond > 0 {
            self.told = self.told.wrapping_add(beyond as u32);
            self.end = self.head();
        }
    }

    /// `EBUSY`: the driver had no room and threw one frame away, the last that the kernel read. Queue it anew. The
    /// kernel moves its mark only when it has sent a frame, so the mark may still stand before this one.
    fn again(&mut self, moved: bool) {
        let lost = if moved { self.mark.wrapping_sub(1) } else { self.head() };
        let (address, length) = (self.waiting.address(lost), self.waiting.length(lost));
        if !moved {
            self.thrown += 1;
        }
        self.told = self.told.wrapping_add(1);
        // SAFETY: the kernel has let go of this frame, and its place is written again only by `push`.
        let Some(lost) = (unsafe { self.frames.bytes(address as usize, length) }).map(<[u8]>::to_vec) else {
            return;
        };
        let mut copy = |room: &mut [u8]| {
            room[..lost.len()].copy_from_slice(&lost);
            lost.len()
        };
        self.push(&mut copy).expect("the place of the lost frame is free again");
    }

    /// Frames taken that `flush` has not told of yet.
    fn tell(&mut self) -> usize {
        let taken = self.head().wrapping_sub(self.told) as i32;
        self.told = self.told.wrapping_add(taken.max(0) as u32);
        taken.max(0) as usize
    }
}

fn register(socket: &Socket, frames: &Map) -> io::Result<()> {
    let memory = XdpUmemReg {
        addr: frames.address(),
        len: frames.length() as u64,
        chunk_size: FRAME_ROOM as u32,
        headroom: 0,
        flags: XdpUmemRegFlags::empty(),
        tx_metadata_len: 0,
    };
    sockopt::set_xdp_umem_reg(socket, memory)?;
    sockopt::set_xdp_umem_fill_ring_size(socket, FILL_ENTRIES)?;
    sockopt::set_xdp_umem_completion_ring_size(socket, CHUNKS)?;
    sockopt::set_xdp_tx_ring_size(socket, ENTRIES)?;
    socket.set_send_buffer_size(SEND_BUFFER)?;
    // An older kernel does not know it and sends fewer at once.
    let _ = options::set(socket.as_fd(), libc::SOL_XDP, MAX_TX_SKB_BUDGET, &ENTRIES);
    Ok(())
}

/// The kernel lets go of a closed socket's queue a little after the close: a queue that is busy is asked again.
fn bind(socket: &Socket, addr: &SocketAddrXdp) -> io::Result<()> {
    for _ in 0..BIND_TRIES {
        match rustix::net::bind(socket, addr) {
            Err(Errno::BUSY) => std::thread::sleep(BIND_PAUSE),
            bound => return Ok(bound?),
        }
    }
    Err(Errno::BUSY.into())
}

impl Transmit for Xdp {
    fn push(&mut self, write: &mut dyn FnMut(&mut [u8]) -> usize) -> Result<(), Full> {
        if self.free.is_empty() {
            self.reap();
        }
        if self.end.wrapping_sub(self.mark) >= ENTRIES {
            return Err(Full);
        }
        let chunk = *self.free.last().ok_or(Full)?;
        // SAFETY: a free place: the kernel has let go of it, and no slice of it lives.
        let room = unsafe { self.frames.bytes_mut(chunk as usize, self.room) };
        let length = write(room.expect("places lie inside")).min(self.room);
        if length > 0 {
            self.waiting.write(self.end, chunk, length);
            self.free.pop();
            self.end = self.end.wrapping_add(1);
        }
        Ok(())
    }

    fn flush(&mut self) -> io::Result<usize> {
        while self.pending() > 0 {
            if (self.end.wrapping_sub(self.shown) as i32) > 0 {
                self.waiting.produce(self.end);
                self.shown = self.end;
            }
            let before = self.head();
            match self.kick() {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if error.kind() != io::ErrorKind::WouldBlock => return Err(error),
                _ if self.head() == before => break,
                _ => {}
            }
        }
        Ok(self.tell())
    }

    fn pending(&self) -> usize {
        self.end.wrapping_sub(self.head()) as usize
    }

    /// The newest frame. The kernel may have read its descriptor already; an address outside makes it pass over it.
    fn take_back(&mut self, read: &mut dyn FnMut(&[u8])) -> bool {
        if self.pending() == 0 {
            return false;
        }
        self.end = self.end.wrapping_sub(1);
        let (address, length) = (self.waiting.address(self.end), self.waiting.length(self.end));
        // SAFETY: the kernel reads frames only while this thread is in `kick`, and nobody writes this one.
        if let Some(frame) = unsafe { self.frames.bytes(address as usize, length) } {
            read(frame);
        }
        self.free.push(address);
        self.waiting.write(self.end, self.frames.length() as u64, 1);
        true
    }

    fn layer(&self) -> Layer {
        Layer::Ethernet
    }

    fn name(&self) -> &'static str {
        NAME
    }
}
