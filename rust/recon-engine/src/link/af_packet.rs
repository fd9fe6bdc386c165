//! Frames out by a packet socket, past the queueing discipline. Receives nothing.

use std::io;
use std::os::fd::AsFd;

use socket2::{Domain, Socket, Type};

use super::frames::Frames;
use super::mmsg::BATCH;
use super::{FRAME_ROOM, Full, Layer, Transmit, mmsg, options};
use crate::route::Interface;

/// What this link is called.
pub(super) const NAME: &str = "af_packet";
/// Bytes of frames that the kernel may hold for us, as far as `net.core.wmem_max` lets it.
pub(super) const SEND_BUFFER: usize = 4 << 20;

/// A packet socket bound to one interface.
pub(super) struct Packet {
    socket: Socket,
    frames: Frames,
}

impl Packet {
    /// Open one. Needs `CAP_NET_RAW`.
    pub(super) fn open(interface: &Interface) -> io::Result<Self> {
        // Protocol 0: the kernel copies no incoming frame to this socket.
        let socket = Socket::new(Domain::PACKET, Type::RAW, None)?;
        options::set(socket.as_fd(), libc::SOL_PACKET, libc::PACKET_QDISC_BYPASS, &1)?;
        socket.set_send_buffer_size(SEND_BUFFER)?;
        options::bind_packet(socket.as_fd(), 0, interface.index)?;
        Ok(Self { socket, frames: Frames::new(BATCH, FRAME_ROOM.min(interface.frame_length())) })
    }
}

impl Transmit for Packet {
    fn push(&mut self, write: &mut dyn FnMut(&mut [u8]) -> usize) -> Result<(), Full> {
        self.frames.push(write)
    }

    fn flush(&mut self) -> io::Result<usize> {
        if self.frames.len() == 0 {
            return Ok(0);
        }
        let frames: Vec<&[u8]> = self.frames.iter().collect();
        let sent = mmsg::send(&self.socket, &frames, &[])?;
        self.frames.release(sent);
        Ok(sent)
    }

    fn pending(&self) -> usize {
        self.frames.len()
    }

    fn take_back(&mut self, read: &mut dyn FnMut(&[u8])) -> bool {
        self.frames.take_back(read)
    }

    fn layer(&self) -> Layer {
        Layer::Ethernet
    }

    fn name(&self) -> &'static str {
        NAME
    }
}
