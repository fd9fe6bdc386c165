//! What a host's ports have in common: one on which everything is open and nothing speaks is no host of many servers.
//! Remembers hosts with open ports only, and never says anything about a host that spoke once.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

/// Open ports without a word after which a host is no longer asked, only listened to.
const MANY: u32 = 64;
/// Hosts remembered; further ones are treated one port at a time.
const HOSTS: usize = 1 << 20;

/// How the ports of a mute host end.
#[derive(Clone, Copy, Debug, Default)]
struct Seen {
    open: u32,
    spoke: u32,
    hung_up: u32,
    stayed: u32,
}

/// The hosts of a run; none where no host is asked on enough ports to tell.
#[derive(Debug)]
pub(crate) struct Hosts(Option<Mutex<HashMap<IpAddr, Seen>>>);

impl Hosts {
    /// Watch the hosts of a run that asks each on at most `ports` ports.
    pub(crate) fn new(ports: usize) -> Self {
        Self((ports > MANY as usize).then(Mutex::default))
    }

    /// Another port of a host opened; whether it is only to be listened to.
    pub(crate) fn on_open(&self, addr: IpAddr) -> bool {
        let Some(hosts) = &self.0 else {
            return false;
        };
        let mut hosts = hosts.lock().unwrap_or_else(PoisonError::into_inner);
        if hosts.len() >= HOSTS && !hosts.contains_key(&addr) {
            return false;
        }
        let seen = hosts.entry(addr).or_default();
        seen.open += 1;
        seen.is_mute()
    }

    /// A conversation ended: with words or without, by the peer or by our patience. The pattern, where there is one.
    pub(crate) fn on_end(&self, addr: IpAddr, spoke: bool, hung_up: bool) -> Option<&'static str> {
        let mut hosts = self.0.as_ref()?.lock().unwrap_or_else(PoisonError::into_inner);
        let seen = hosts.get_mut(&addr)?;
        match (spoke, hung_up) {
            (true, _) => seen.spoke += 1,
            (false, true) => seen.hung_up += 1,
            (false, false) => seen.stayed += 1,
        }
        seen.pattern()
    }
}

impl Seen {
    fn is_mute(self) -> bool {
        self.open > MANY && self.spoke == 0
    }

    /// `syn-proxy` takes connections for others and drops them; `tarpit` holds them.
    fn pattern(self) -> Option<&'static str> {
        let name = if self.hung_up > self.stayed { "syn-proxy" } else { "tarpit" };
        self.is_mute().then_some(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ADDR: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);

    #[test]
    fn a_host_that_takes_everything_and_says_nothing_is_only_listened_to() {
        let hosts = Hosts::new(1000);
        let muted = (0..100).filter(|_| hosts.on_open(ADDR)).count();
        assert_eq!(muted, 100 - MANY as usize);
        assert_eq!(hosts.on_end(ADDR, false, false), Some("tarpit"));
        assert_eq!((0..3).map(|_| hosts.on_end(ADDR, false, true)).last(), Some(Some("syn-proxy")));
    }

    #[test]
    fn a_run_over_few_ports_watches_nobody() {
        let hosts = Hosts::new(MANY as usize);
        assert!((0..1000).all(|_| !hosts.on_open(ADDR)));
        assert_eq!(hosts.on_end(ADDR, false, false), None);
    }

    #[test]
    fn one_word_is_enough_to_be_a_host() {
        let hosts = Hosts::new(1000);
        assert!(!hosts.on_open(ADDR));
        assert_eq!(hosts.on_end(ADDR, true, false), None);
        assert!((0..1000).all(|_| !hosts.on_open(ADDR)));
        assert_eq!(hosts.on_end(ADDR, false, true), None);
    }
}
