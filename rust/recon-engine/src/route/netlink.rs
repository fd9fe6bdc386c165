//! Questions to the kernel's routing socket, and word of its changes. Understands no message; never changes anything.

use std::io;

use netlink_packet_core::{NLM_F_DUMP, NLM_F_REQUEST, NetlinkHeader, NetlinkMessage, NetlinkPayload};
use netlink_packet_route::RouteNetlinkMessage;
use netlink_sys::protocols::NETLINK_ROUTE;
use netlink_sys::{Socket, SocketAddr};

/// Groups of `linux/rtnetlink.h`: links, addresses and routes of both IP versions.
const CHANGES: u32 = 0x1 | 0x10 | 0x40 | 0x100 | 0x400;
/// Datagrams of changes read at once; the rest is read the next time.
const MOST_CHANGES: usize = 1024;

/// Ask for everything of one kind.
pub(super) fn dump(what: RouteNetlinkMessage) -> io::Result<Vec<RouteNetlinkMessage>> {
    let mut socket = Socket::new(NETLINK_ROUTE)?;
    socket.bind_auto()?;
    socket.connect(&SocketAddr::new(0, 0))?;
    socket.send(&request(what), 0)?;
    let mut answers = Vec::new();
    loop {
        let (datagram, _) = socket.recv_from_full()?;
        if read(&datagram, &mut answers)? {
            return Ok(answers);
        }
    }
}

fn request(what: RouteNetlinkMessage) -> Vec<u8> {
    let mut header = NetlinkHeader::default();
    header.flags = NLM_F_REQUEST | NLM_F_DUMP;
    let mut message = NetlinkMessage::new(header, NetlinkPayload::from(what));
    message.finalize();
    let mut bytes = vec![0; message.buffer_len()];
    message.serialize(&mut bytes);
    bytes
}

/// Read one datagram's messages; whether the last one was among them. One that cannot be read is passed over: the
/// kernel is newer than the reader.
fn read(mut datagram: &[u8], answers: &mut Vec<RouteNetlinkMessage>) -> io::Result<bool> {
    while let Some(length) = message_length(datagram) {
        match NetlinkMessage::deserialize(&datagram[..length]).map(|message| message.payload) {
            Ok(NetlinkPayload::Done(_)) => return Ok(true),
            Ok(NetlinkPayload::Error(error)) => return Err(error.to_io()),
            Ok(NetlinkPayload::InnerMessage(answer)) => answers.push(answer),
            _ => {}
        }
        datagram = &datagram[length.next_multiple_of(4).min(datagram.len())..];
    }
    Ok(false)
}

/// A message's own length, its first word; nothing when it is not all there.
fn message_length(datagram: &[u8]) -> Option<usize> {
    let length = u32::from_ne_bytes(datagram.get(..4)?.try_into().ok()?) as usize;
    (16..=datagram.len()).contains(&length).then_some(length)
}

/// Hears of interfaces, addresses and routes that come, go or change.
pub(crate) struct Watch {
    socket: Socket,
}

impl Watch {
    /// Listen from now on.
    pub(crate) fn start() -> io::Result<Self> {
        let mut socket = Socket::new(NETLINK_ROUTE)?;
        socket.bind(&SocketAddr::new(0, CHANGES))?;
        socket.set_non_blocking(true)?;
        Ok(Self { socket })
    }

    /// Whether anything has changed since the last call. Never waits.
    pub(crate) fn changed(&mut self) -> bool {
        // What was said does not matter. An error but "nothing there" means that we were told more than we can hold.
        let mut buffer = [0; 0];
        let mut hear = || self.socket.recv(&mut &mut buffer[..], 0);
        let heard = (0..MOST_CHANGES).map_while(|_| match hear() {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => None,
            said => Some(said),
        });
        heard.count() > 0
    }
}
