//! IP packets out by raw sockets, for loopback and tunnels: the kernel routes them and makes the frame. Receives
//! nothing.

use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV6};

use socket2::{Domain, Protocol, SockAddr, Socket, Type};

use super::af_packet::SEND_BUFFER;
use super::frames::Frames;
use super::mmsg::BATCH;
use super::{FRAME_ROOM, Full, Layer, Transmit, mmsg};
use crate::route::{Egress, Kind};

/// What this link is called.
pub(super) const NAME: &str = "raw_ip";

/// A raw socket for each IP version, as the system has them.
pub(super) struct RawIp {
    v4: Socket,
    v6: Option<Socket>,
    interface: u32,
    frames: Frames,
}

impl RawIp {
    /// Open one. Needs `CAP_NET_RAW`.
    pub(super) fn open(egress: &Egress) -> io::Result<Self> {
        let tunnel = (egress.interface.kind == Kind::Tunnel).then_some(egress.interface.name.as_str());
        let v6 = match open_one(Domain::IPV6, tunnel) {
            Err(error) if egress.source.is_ipv6() => return Err(error),
            opened => opened.ok(),
        };
        Ok(Self {
            v4: open_one(Domain::IPV4, tunnel)?,
            v6,
            interface: egress.interface.index,
            frames: Frames::new(BATCH, FRAME_ROOM.min(egress.interface.mtu as usize)),
        })
    }
}

/// Whether a raw socket may be opened.
pub(super) fn try_open() -> io::Result<()> {
    open_one(Domain::IPV4, None).map(drop)
}

/// Bound to `tunnel` where there is one: packets must not take another way. The routes of `lo` need no help.
fn open_one(domain: Domain, tunnel: Option<&str>) -> io::Result<Socket> {
    let socket = Socket::new(domain, Type::RAW, Some(Protocol::from(libc::IPPROTO_RAW)))?;
    if domain == Domain::IPV6 {
        socket.set_header_included_v6(true)?;
    } else {
        socket.set_header_included_v4(true)?;
    }
    socket.set_send_buffer_size(SEND_BUFFER)?;
    socket.bind_device(tunnel.map(str::as_bytes))?;
    Ok(socket)
}

/// Where an IP packet goes, as its own header says; nothing for what is no IP packet.
fn destination(packet: &[u8], interface: u32) -> Option<SocketAddr> {
    match packet.first()? >> 4 {
        4 => {
            let addr: [u8; 4] = packet.get(16..20)?.try_into().ok()?;
            Some(SocketAddr::from((Ipv4Addr::from(addr), 0)))
        }
        6 => {
            let addr: [u8; 16] = packet.get(24..40)?.try_into().ok()?;
            let addr = Ipv6Addr::from(addr);
            let scope = if addr.is_unicast_link_local() { interface } else { 0 };
            Some(SocketAddrV6::new(addr, 0, 0, scope).into())
        }
        _ => None,
    }
}

impl Transmit for RawIp {
    fn push(&mut self, write: &mut dyn FnMut(&mut [u8]) -> usize) -> Result<(), Full> {
        self.frames.push(write)
    }

    /// One call takes packets of one IP version: those at the head of the queue.
    fn flush(&mut self) -> io::Result<usize> {
        let whither: Vec<_> = self.frames.iter().map(|packet| destination(packet, self.interface)).collect();
        let Some(&first) = whither.first() else {
            return Ok(0);
        };
        let first = first.ok_or(io::ErrorKind::InvalidInput)?;
        let socket = if first.is_ipv4() { Some(&self.v4) } else { self.v6.as_ref() };
        let socket = socket.ok_or(io::ErrorKind::Unsupported)?;
        let alike = whither.iter().map_while(|addr| addr.filter(|addr| addr.is_ipv4() == first.is_ipv4()));
        let addrs: Vec<SockAddr> = alike.map(SockAddr::from).collect();
        let packets: Vec<&[u8]> = self.frames.iter().take(addrs.len()).collect();
        let sent = mmsg::send(socket, &packets, &addrs)?;
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
        Layer::Ip
    }

    fn name(&self) -> &'static str {
        NAME
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    #[test]
    fn a_packet_goes_where_its_header_says() {
        let mut v4 = [0; 20];
        v4[0] = 0x45;
        v4[16..].copy_from_slice(&[127, 1, 2, 3]);
        assert_eq!(destination(&v4, 1), Some("127.1.2.3:0".parse().unwrap()));
        let mut v6 = [0; 40];
        v6[0] = 0x60;
        v6[39] = 1;
        assert_eq!(destination(&v6, 1), Some("[::1]:0".parse().unwrap()));
        v6[24..26].copy_from_slice(&[0xfe, 0x80]);
        assert_eq!(destination(&v6, 7), Some(SocketAddrV6::new("fe80::1".parse().unwrap(), 0, 0, 7).into()));
    }

    #[test]
    fn what_is_no_packet_goes_nowhere() {
        assert_eq!([&[][..], &[0x45; 19], &[0x60; 39], &[0; 64]].map(|bytes| destination(bytes, 1)), [None; 4]);
    }
}
