//! Ends the enumerators' connections: closed, or handed over to somebody else.

use std::net::IpAddr;

use super::worker::{Left, Worker};
use super::{Event, Id};
use crate::connect::dial;
use crate::connect::slab::Key;

impl Worker {
    /// A conversation is over: say so and forget it.
    pub(super) fn end(&mut self, key: Key, event: Event) {
        let id = self.lines[key].id;
        self.said.push((id, event));
        self.close(id);
    }

    pub(super) fn close(&mut self, id: Id) {
        if self.queued.remove(&id) {
            self.waiting.retain(|opening| opening.id != id);
        }
        let Some(line) = self.by_id.remove(&id).and_then(|key| self.lines.remove(key)) else {
            return;
        };
        self.left.insert(id, Left { end_us: line.end_us, room: line.room });
        dial::hang_up(&line.stream);
        self.release(line.addr);
    }

    /// One connection fewer to a host.
    pub(super) fn release(&mut self, addr: IpAddr) {
        if let Some(count) = self.per_host.get_mut(&addr) {
            *count -= 1;
            if *count == 0 {
                self.per_host.remove(&addr);
            }
        }
    }

    /// Hand a connection over; its host stays busy until the conversation is closed.
    pub(super) fn lend(&mut self, key: Key) {
        let Some(mut line) = self.lines.remove(key) else {
            return;
        };
        let id = line.id;
        self.by_id.remove(&id);
        // A socket that cannot be taken from the poller is of no use to anybody else either.
        let event = match self.poll.registry().deregister(&mut line.stream) {
            Ok(()) => Event::Lent(std::net::TcpStream::from(line.stream).into()),
            Err(_) => Event::Closed(Vec::new(), "no poller"),
        };
        self.lent.insert(id, line.addr);
        self.said.push((id, event));
    }
}
