//! Frames in: a `TPACKET_V3` ring for each interface, filled by the kernel, read without copying. Sends nothing.
//!
//! Source: the kernel's `Documentation/networking/packet_mmap.rst` and `linux/if_packet.h`.
#![allow(unsafe_code)]

use std::io;
use std::mem::offset_of;
use std::ops::RangeInclusive;
use std::os::fd::AsFd;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use libc::{tpacket_block_desc, tpacket_hdr_v1, tpacket_hdr_variant1, tpacket3_hdr};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use socket2::{Domain, Socket, Type};

use super::map::Map;
use super::{Layer, LinkError, Receive, Seen, filter, options};
use crate::route::{Interface, Kind};

/// What this link is called.
const NAME: &str = "tpacket_v3";
/// Bytes of a block, which changes hands as a whole: some 500 short frames.
const BLOCK: usize = 1 << 16;
/// Blocks of a ring. The kernel starts a new one each `PATIENCE_MS` at the latest, so that a reader may be away for
/// at least 256 ms.
const BLOCKS: usize = 256;
/// A slot's size is asked for and plays no part in version 3.
const SLOT: usize = 2048;
/// After this long the kernel hands over a block that is not full, in ms.
const PATIENCE_MS: u32 = 1;
/// Blocks read from one interface before the next has its turn.
const TURN: usize = 16;
/// The part of a VLAN tag that is its number; 0 is a priority without a VLAN.
const VLAN_NUMBER: u32 = 0x0fff;

const BLOCK_STATUS: usize = offset_of!(tpacket_block_desc, hdr) + offset_of!(tpacket_hdr_v1, block_status);
const BLOCK_FRAMES: usize = offset_of!(tpacket_block_desc, hdr) + offset_of!(tpacket_hdr_v1, num_pkts);
const BLOCK_FIRST: usize = offset_of!(tpacket_block_desc, hdr) + offset_of!(tpacket_hdr_v1, offset_to_first_pkt);
const FRAME_NEXT: usize = offset_of!(tpacket3_hdr, tp_next_offset);
const FRAME_LENGTH: usize = offset_of!(tpacket3_hdr, tp_snaplen);
const FRAME_STATUS: usize = offset_of!(tpacket3_hdr, tp_status);
/// `tp_mac` and `tp_net`, two half words; the first says where the frame begins.
const FRAME_START: usize = offset_of!(tpacket3_hdr, tp_mac);
const FRAME_VLAN: usize = offset_of!(tpacket3_hdr, hv1) + offset_of!(tpacket_hdr_variant1, tp_vlan_tci);

/// Rings of several interfaces, read in turn.
pub(super) struct Rings {
    rings: Vec<Ring>,
}

impl Rings {
    /// Open a ring on each interface for answers to `ports`. Needs `CAP_NET_RAW`.
    pub(super) fn open(interfaces: &[Interface], ports: &RangeInclusive<u16>) -> Result<Self, LinkError> {
        let open = |interface| Ring::open(interface, ports).map_err(LinkError::of(NAME, interface));
        Ok(Self { rings: interfaces.iter().map(open).collect::<Result<_, _>>()? })
    }

    fn ready(&self) -> bool {
        self.rings.iter().any(Ring::ready)
    }
}

impl Receive for Rings {
    fn wait(&mut self, patience: Duration) -> io::Result<bool> {
        if self.ready() {
            return Ok(true);
        }
        let mut fds: Vec<_> = self.rings.iter().map(|ring| PollFd::new(&ring.socket, PollFlags::IN)).collect();
        let patience = Timespec { tv_sec: patience.as_secs() as i64, tv_nsec: i64::from(patience.subsec_nanos()) };
        match poll(&mut fds, Some(&patience)) {
            Ok(_) | Err(rustix::io::Errno::INTR) => Ok(self.ready()),
            Err(error) => Err(error.into()),
        }
    }

    fn drain(&mut self, take: &mut dyn FnMut(&[u8], Seen)) -> usize {
        self.rings.iter_mut().map(|ring| ring.drain(take)).sum()
    }

    fn drops(&mut self) -> u64 {
        self.rings.iter().map(Ring::drops).sum()
    }
}

/// The ring of one interface.
struct Ring {
    map: Map,
    socket: Socket,
    block: usize,
    layer: Layer,
    interface: u32,
}

impl Ring {
    fn open(interface: &Interface, ports: &RangeInclusive<u16>) -> io::Result<Self> {
        let socket = Socket::new(Domain::PACKET, Type::RAW, None)?;
        socket.attach_filter(&filter::answers(ports, interface.header_length() as u32))?;
        set(&socket, libc::PACKET_VERSION, &(libc::tpacket_versions::TPACKET_V3 as i32))?;
        set(&socket, libc::PACKET_IGNORE_OUTGOING, &1i32)?;
        set(&socket, libc::PACKET_RX_RING, &request())?;
        let map = Map::of(socket.as_fd(), 0, BLOCK * BLOCKS)?;
        // The last step: before it, the kernel copies nothing here.
        options::bind_packet(socket.as_fd(), libc::ETH_P_ALL as u16, interface.index)?;
        let layer = if interface.kind == Kind::Tunnel { Layer::Ip } else { Layer::Ethernet };
        Ok(Self { map, socket, block: 0, layer, interface: interface.index })
    }

    fn status(&self) -> &AtomicU32 {
        self.map.word(self.block * BLOCK + BLOCK_STATUS)
    }

    fn ready(&self) -> bool {
        self.status().load(Ordering::Acquire) & libc::TP_STATUS_USER != 0
    }

    fn drain(&mut self, take: &mut dyn FnMut(&[u8], Seen)) -> usize {
        let mut frames = 0;
        for _ in 0..TURN {
            if !self.ready() {
                break;
            }
            frames += self.read_block(take);
            self.status().store(libc::TP_STATUS_KERNEL, Ordering::Release);
            self.block = (self.block + 1) % BLOCKS;
        }
        frames
    }

    /// Read the current block, which is ours until its status says otherwise.
    fn read_block(&self, take: &mut dyn FnMut(&[u8], Seen)) -> usize {
        let block = self.block * BLOCK;
        let mut at = block + self.value(block + BLOCK_FIRST);
        let mut frames = 0;
        for _ in 0..self.value(block + BLOCK_FRAMES) {
            if let Some(frame) = self.frame(at) {
                take(frame, self.seen(at));
                frames += 1;
            }
            at += self.value(at + FRAME_NEXT);
        }
        frames
    }

    /// The frame whose header stands at `at`; nothing for one of a VLAN, which belongs to another interface.
    fn frame(&self, at: usize) -> Option<&[u8]> {
        let tagged = self.flags(at) & libc::TP_STATUS_VLAN_VALID != 0;
        if tagged && self.value(at + FRAME_VLAN) as u32 & VLAN_NUMBER != 0 {
            return None;
        }
        let start = self.map.word(at + FRAME_START).load(Ordering::Relaxed).to_ne_bytes();
        let start = usize::from(u16::from_ne_bytes([start[0], start[1]]));
        // SAFETY: the frame lies in a block that the kernel has handed over and does not write until it gets it back,
        // for which `drain` needs this borrow to have ended.
        unsafe { self.map.bytes(at + start, self.value(at + FRAME_LENGTH)) }
    }

    fn seen(&self, at: usize) -> Seen {
        let unfinished_or_right = libc::TP_STATUS_CSUMNOTREADY | libc::TP_STATUS_CSUM_VALID;
        let verify = self.flags(at) & unfinished_or_right == 0;
        Seen { layer: self.layer, interface: self.interface, verify }
    }

    fn flags(&self, at: usize) -> u32 {
        self.map.word(at + FRAME_STATUS).load(Ordering::Relaxed)
    }

    fn value(&self, at: usize) -> usize {
        self.map.word(at).load(Ordering::Relaxed) as usize
    }

    /// Reading the kernel's counters sets them to zero.
    fn drops(&self) -> u64 {
        let counters = options::words::<3>(self.socket.as_fd(), libc::SOL_PACKET, libc::PACKET_STATISTICS);
        counters.map_or(0, |[_, drops, _]| u64::from(drops))
    }
}

fn set<T: Copy>(socket: &Socket, name: i32, value: &T) -> io::Result<()> {
    options::set(socket.as_fd(), libc::SOL_PACKET, name, value)
}

fn request() -> libc::tpacket_req3 {
    libc::tpacket_req3 {
        tp_block_size: BLOCK as u32,
        tp_block_nr: BLOCKS as u32,
        tp_frame_size: SLOT as u32,
        tp_frame_nr: (BLOCK / SLOT * BLOCKS) as u32,
        tp_retire_blk_tov: PATIENCE_MS,
        tp_sizeof_priv: 0,
        tp_feature_req_word: 0,
    }
}
