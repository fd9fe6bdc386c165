//! Which probe a port number hints at. A hint is never a detection.

use super::pack::CompiledProbe;
use crate::space::Transport;

/// Port → probe, for one transport.
pub(super) struct Hints {
    /// Index of the probe to send first, or `NOBODY`.
    asks: Vec<u16>,
    listens: Vec<bool>,
    /// The probe asked wherever no port hints at another.
    everywhere: Option<usize>,
}

/// No probe: also the number of probes that a pack can hold.
pub(super) const NOBODY: u16 = u16::MAX;
const PORTS: usize = 1 << 16;

impl Hints {
    /// The hints of all probes of one transport.
    pub(super) fn build(probes: &[CompiledProbe], transport: Transport) -> Self {
        Self::collect(probes, transport, |probe| &probe.spec.ports)
    }

    /// The hints of what is likely inside TLS.
    pub(super) fn inside_tls(probes: &[CompiledProbe]) -> Self {
        Self::collect(probes, Transport::Tcp, |probe| &probe.spec.tls_ports)
    }

    fn collect(
        probes: &[CompiledProbe],
        transport: Transport,
        ranges: impl Fn(&CompiledProbe) -> &[(u16, u16)],
    ) -> Self {
        let mut order: Vec<usize> = (0..probes.len()).filter(|at| probes[*at].spec.transport == transport).collect();
        order.sort_by_key(|at| probes[*at].spec.rarity);
        let mut hints = Self { asks: vec![NOBODY; PORTS], listens: vec![false; PORTS], everywhere: None };
        for at in order {
            let spec = &probes[at].spec;
            if spec.rarity == 1 && !spec.send.is_empty() {
                hints.everywhere.get_or_insert(at);
            }
            let ports = ranges(&probes[at]).iter().flat_map(|(first, last)| *first..=*last);
            ports.for_each(|port| hints.note(usize::from(port), at, spec.send.is_empty()));
        }
        hints
    }

    /// The probe to send first to a port.
    pub(super) fn asks(&self, port: u16) -> Option<usize> {
        let at = self.asks[usize::from(port)];
        (at != NOBODY).then_some(usize::from(at))
    }

    /// Whether a server that speaks first is likely on a port.
    pub(super) fn listens(&self, port: u16) -> bool {
        self.listens[usize::from(port)]
    }

    /// The probe asked where no port hints at another.
    pub(super) fn everywhere(&self) -> Option<usize> {
        self.everywhere
    }

    fn note(&mut self, port: usize, probe: usize, listens: bool) {
        if listens {
            self.listens[port] = true;
        } else if self.asks[port] == NOBODY {
            self.asks[port] = probe as u16;
        }
    }
}
