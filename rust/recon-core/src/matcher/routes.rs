//! Which probes a dialogue may turn to: by rarity, by what is known, inside TLS. Indexed once with the pack.

use std::collections::HashMap;
use std::sync::Arc;

use super::hints::Hints;
use super::pack::{CompiledProbe, Pack};
use crate::probe::MatchSpec;
use crate::space::Transport;

/// The tables behind [`Pack`]'s questions about order.
pub(super) struct Routes {
    by_rarity: Vec<usize>,
    by_service: HashMap<Arc<str>, Vec<usize>>,
    udp_by_service: HashMap<Arc<str>, Vec<usize>>,
    upgrades: HashMap<Arc<str>, usize>,
    inside_tls: Hints,
}

impl Routes {
    pub(super) fn build(probes: &[CompiledProbe]) -> Self {
        let by_rarity = asking(probes, Transport::Tcp);
        let by_service = group(probes, &by_rarity);
        let udp_by_service = group(probes, &asking(probes, Transport::Udp));
        let mut upgrades = HashMap::new();
        for (at, probe) in probes.iter().enumerate().filter(|(_, probe)| !probe.spec.starttls.is_empty()) {
            for service in services(probe) {
                upgrades.entry(service).or_insert(at);
            }
        }
        Self { by_rarity, by_service, udp_by_service, upgrades, inside_tls: Hints::inside_tls(probes) }
    }
}

/// Probes of a transport that have bytes to send, the most common first.
fn asking(probes: &[CompiledProbe], transport: Transport) -> Vec<usize> {
    let sends = |at: &usize| probes[*at].spec.transport == transport && !probes[*at].spec.send.is_empty();
    let mut order: Vec<usize> = (0..probes.len()).filter(sends).collect();
    order.sort_by_key(|&at| probes[at].spec.rarity);
    order
}

/// Probes by the services that they can name.
fn group(probes: &[CompiledProbe], order: &[usize]) -> HashMap<Arc<str>, Vec<usize>> {
    let mut groups: HashMap<Arc<str>, Vec<usize>> = HashMap::new();
    for &at in order {
        for service in services(&probes[at]) {
            groups.entry(service).or_default().push(at);
        }
    }
    groups
}

/// The services that a probe's matches can name, each once.
fn services(probe: &CompiledProbe) -> Vec<Arc<str>> {
    let mut found: Vec<Arc<str>> = Vec::new();
    for matched in &probe.spec.matches {
        if !found.iter().any(|known| **known == *matched.service) {
            found.push(matched.service.as_str().into());
        }
    }
    found
}

impl Pack {
    /// Probes with bytes to send over TCP, the most common first; indices into [`Pack::probes`].
    #[must_use]
    pub fn by_rarity(&self) -> &[usize] {
        &self.routes.by_rarity
    }

    /// Probes that can tell more about a service whose name is known.
    #[must_use]
    pub fn refiners(&self, service: &str) -> &[usize] {
        self.routes.by_service.get(service).map_or(&[], Vec::as_slice)
    }

    /// Whether an answer to a probe can hold the version of a product.
    #[must_use]
    pub fn tells_version(&self, probe: usize, product: &str) -> bool {
        let reads = |one: &MatchSpec| one.product.as_deref() == Some(product) && one.pattern.contains("(?P<version>");
        self.probes[probe].spec.matches.iter().any(reads)
    }

    /// Probes over UDP that can tell more about a service whose name is known.
    #[must_use]
    pub fn udp_refiners(&self, service: &str) -> &[usize] {
        self.routes.udp_by_service.get(service).map_or(&[], Vec::as_slice)
    }

    /// Probes over UDP that a port hints at, in pack order.
    #[must_use]
    pub fn udp_hinted(&self, port: u16) -> Vec<usize> {
        let hints = |at: &usize| {
            let spec = &self.probes[*at].spec;
            spec.transport == Transport::Udp && spec.ports.iter().any(|&(first, last)| (first..=last).contains(&port))
        };
        (0..self.probes.len()).filter(hints).collect()
    }

    /// The probe that knows how a service is asked for TLS in mid-conversation.
    #[must_use]
    pub fn upgrade_for(&self, service: &str) -> Option<usize> {
        self.routes.upgrades.get(service).copied()
    }

    /// Whether this TCP port hints at TLS.
    #[must_use]
    pub fn hints_tls(&self, port: u16) -> bool {
        self.routes.inside_tls.asks(port).is_some() || self.routes.inside_tls.listens(port)
    }

    /// The probe with bytes to send that this port hints at inside TLS.
    #[must_use]
    pub fn inside_tls(&self, port: u16) -> Option<usize> {
        self.routes.inside_tls.asks(port)
    }

    /// The probe that this port hints at, as an index into [`Pack::probes`].
    #[must_use]
    pub fn hinted(&self, port: u16) -> Option<usize> {
        self.tcp_hints.asks(port)
    }

    /// The probe that is asked where no port hints at another, as an index into [`Pack::probes`].
    #[must_use]
    pub fn everywhere(&self) -> Option<usize> {
        self.tcp_hints.everywhere()
    }
}
