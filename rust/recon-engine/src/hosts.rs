//! What a host's ports have in common: one on which nearly everything is open and nothing speaks is no host of many
//! servers. Remembers hosts with open ports only, and judges by ports that had their time to speak, never by haste.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

/// Ports without a word after which a host is asked one question a port at most.
const MANY: u32 = 64;
/// So many silent ports for each that speaks make a host mute all the same.
const MUTE_FOR_ONE: u32 = 20;
/// Hosts remembered; further ones are treated one port at a time.
const HOSTS: usize = 1 << 20;

/// How a host's open ports behave.
#[derive(Clone, Copy, Debug, Default)]
struct Seen {
    /// Ports that kept silent when it was their turn to speak first, or ended without a word.
    quiet: u32,
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

    /// Another port of a host opened; whether the host is known to be mute.
    pub(crate) fn on_open(&self, addr: IpAddr) -> bool {
        self.with(addr, true, |seen| seen.is_mute()).unwrap_or(false)
    }

    /// A port kept silent when it was its turn to speak first.
    pub(crate) fn on_quiet(&self, addr: IpAddr) {
        self.with(addr, false, |seen| seen.quiet += 1);
    }

    /// Whether a host is known to be mute.
    pub(crate) fn is_mute(&self, addr: IpAddr) -> bool {
        self.with(addr, false, |seen| seen.is_mute()).unwrap_or(false)
    }

    /// A conversation ended. The host's pattern, where there is one and this port is of it.
    pub(crate) fn on_end(&self, addr: IpAddr, end: End) -> Option<&'static str> {
        self.with(addr, false, |seen| seen.end(end)).flatten()
    }

    fn with<T>(&self, addr: IpAddr, is_new: bool, look: impl FnOnce(&mut Seen) -> T) -> Option<T> {
        let mut hosts = self.0.as_ref()?.lock().unwrap_or_else(PoisonError::into_inner);
        if is_new && hosts.len() < HOSTS {
            hosts.entry(addr).or_default();
        }
        hosts.get_mut(&addr).map(look)
    }
}

/// How a conversation with a port ended.
#[derive(Clone, Copy, Debug)]
pub(crate) struct End {
    /// The port said anything.
    pub(crate) spoke: bool,
    /// The peer ended the first connection, not our patience.
    pub(crate) hung_up: bool,
    /// [`Hosts::on_quiet`] was told of it.
    pub(crate) was_quiet: bool,
}

impl Seen {
    fn is_mute(self) -> bool {
        self.quiet >= MANY && self.spoke * MUTE_FOR_ONE <= self.quiet
    }

    fn end(&mut self, end: End) -> Option<&'static str> {
        match (end.spoke, end.was_quiet) {
            (true, true) => self.quiet -= 1,
            (false, false) => self.quiet += 1,
            _ => {}
        }
        match (end.spoke, end.hung_up) {
            (true, _) => self.spoke += 1,
            (false, true) => self.hung_up += 1,
            (false, false) => self.stayed += 1,
        }
        // `syn-proxy` takes connections for others and drops them; `tarpit` holds them.
        let name = if self.hung_up > self.stayed { "syn-proxy" } else { "tarpit" };
        (self.is_mute() && !end.spoke).then_some(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ADDR: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);
    const SPOKE: End = End { spoke: true, hung_up: false, was_quiet: false };
    const STAYED: End = End { spoke: false, hung_up: false, was_quiet: false };
    const HUNG_UP: End = End { spoke: false, hung_up: true, was_quiet: false };

    #[test]
    fn a_host_that_takes_everything_and_says_nothing_is_mute() {
        let hosts = Hosts::new(1000);
        assert!((0..1000).all(|_| !hosts.on_open(ADDR)), "ports that only just opened say nothing of a host");
        (0..MANY).for_each(|_| hosts.on_quiet(ADDR));
        assert!(hosts.on_open(ADDR) && hosts.is_mute(ADDR));
        assert_eq!(hosts.on_end(ADDR, End { was_quiet: true, ..STAYED }), Some("tarpit"));
        assert_eq!((0..3).map(|_| hosts.on_end(ADDR, HUNG_UP)).last(), Some(Some("syn-proxy")));
    }

    #[test]
    fn ports_that_hang_up_at_once_count() {
        let hosts = Hosts::new(1000);
        hosts.on_open(ADDR);
        let named = (0..100).filter(|_| hosts.on_end(ADDR, HUNG_UP).is_some()).count();
        assert_eq!(named, 100 - MANY as usize + 1);
    }

    #[test]
    fn a_run_over_few_ports_watches_nobody() {
        let hosts = Hosts::new(MANY as usize);
        assert!((0..1000).all(|_| !hosts.on_open(ADDR)));
        assert_eq!(hosts.on_end(ADDR, STAYED), None);
    }

    #[test]
    fn one_server_among_hundreds_of_silent_ports_does_not_hide_the_pattern_and_is_not_of_it() {
        let hosts = Hosts::new(1000);
        hosts.on_open(ADDR);
        (0..300).for_each(|_| hosts.on_quiet(ADDR));
        assert_eq!(hosts.on_end(ADDR, SPOKE), None);
        assert!(hosts.is_mute(ADDR));
    }

    #[test]
    fn a_host_of_many_servers_is_none() {
        let hosts = Hosts::new(1000);
        hosts.on_open(ADDR);
        (0..94).for_each(|_| hosts.on_quiet(ADDR));
        (0..30).for_each(|_| assert_eq!(hosts.on_end(ADDR, End { was_quiet: true, ..SPOKE }), None));
        assert!(!hosts.is_mute(ADDR));
    }
}
