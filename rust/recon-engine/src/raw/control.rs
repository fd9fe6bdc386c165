//! Control probes in raw packets: targets that have answered, asked once more from ports of their own.

use recon_core::space::{Target, Transport};
use recon_core::wire::{IcmpError, Packet, Tcp};

use super::desk::Desk;
use super::lane::Next;
use super::sender::Sender;
use crate::EngineError;

impl Sender {
    /// Ask a target again that is known to answer. What cannot leave at once says nothing.
    pub(super) fn ask_canary(&mut self, now_us: u64) -> Result<(), EngineError> {
        let Some(position) = self.shared.regulator.take_canary() else {
            return Ok(());
        };
        let target = self.shared.settings.line.at(position);
        if self.shared.is_let(|| target.addr, now_us * 1000).is_err() {
            self.shared.regulator.canary_withdrawn(position);
            return Ok(());
        }
        let next = self.lanes.to(target.addr)?.ok().map(|lane| (lane, self.lanes.next_hop(lane, target.addr, now_us)));
        let way = match next {
            Some((lane, Next::Bare)) => Some((lane, None)),
            Some((lane, Next::To(mac))) => Some((lane, Some(mac))),
            Some((_, Next::Later(_) | Next::Absent(_))) | None => None,
        };
        let port = self.raw.control_port(target);
        if way.is_some_and(|(lane, mac)| self.push(lane, mac, target, port, 1, now_us)) {
            self.counters.sent();
        } else {
            self.shared.regulator.canary_withdrawn(position);
        }
        Ok(())
    }
}

impl Desk {
    /// A control probe was answered.
    pub(super) fn on_control(&mut self, packet: &Packet<'_>, tcp: &Tcp<'_>, target: Target) {
        if self.raw.cookies.proves_syn_ack(packet, tcp) || self.raw.cookies.proves_rst(packet, tcp) {
            self.canary_answered(target);
        }
        self.refuse((packet.src, tcp.src_port, tcp.dst_port), tcp);
    }

    pub(super) fn canary_answered(&self, target: Target) {
        if let Some(position) = self.shared.settings.line.position_of(&target) {
            self.shared.regulator.canary_answered(position, self.now_us);
        }
    }

    /// An ICMP error about a control probe is an answer too.
    pub(super) fn on_control_error(&self, error: &IcmpError, target: Target) {
        let proven = match target.transport {
            Transport::Tcp => self.raw.cookies.proves_quote(&error.quoted),
            Transport::Udp => error.quoted.src_port == self.raw.control_port(target),
        };
        if proven {
            self.canary_answered(target);
        }
    }
}
