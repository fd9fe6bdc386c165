//! Leave to send: the run's rate first of all, and the caps of one host and its network. It sends nothing.

use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use recon_core::caps::Caps;

use crate::settings::{Rate, Settings};
use crate::sweep::Shared;

/// Why a probe may not leave now. Times are nanoseconds of the run's clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wait {
    /// The run is at its rate until then; so is every other probe.
    All(u64),
    /// This host or its network is at its cap; come back then. Others may go.
    Host(u64),
}

/// The caps of a run, if it has any.
pub(crate) fn caps(settings: &Settings) -> Option<Mutex<Caps>> {
    Caps::new(settings.per_host, settings.per_net).map(Mutex::new)
}

impl Shared {
    /// Take leave for a probe to `addr`, which is asked only where there are caps.
    pub(crate) fn leave(&self, addr: impl Fn() -> IpAddr, now_ns: u64) -> Result<(), Wait> {
        self.is_let(&addr, now_ns).map_err(Wait::Host)?;
        self.pace.claim(now_ns).map_err(|free_ns| {
            self.with_caps(|caps| caps.give_back(addr()));
            Wait::All(free_ns)
        })
    }

    /// Take leave for a further question to a target that has answered. A rate that is still being found, below no
    /// ceiling, lets it go at once and charges it to the sweep's own probes: its conversation has little time.
    pub(crate) fn leave_further(&self, addr: impl Fn() -> IpAddr, now_ns: u64) -> Result<(), Wait> {
        if self.settings.rate != Rate::Auto(None) {
            return self.leave(addr, now_ns);
        }
        self.is_let(addr, now_ns).map_err(Wait::Host)?;
        self.pace.charge(now_ns, 1);
        Ok(())
    }

    /// Take leave for a probe to `addr` whose part of the rate is taken already; else when to come back.
    pub(crate) fn is_let(&self, addr: impl Fn() -> IpAddr, now_ns: u64) -> Result<(), u64> {
        self.with_caps(|caps| caps.claim(addr(), now_ns)).unwrap_or(Ok(()))
    }

    /// Whether one host may be sent less than the whole rate.
    pub(crate) fn has_caps(&self) -> bool {
        self.caps.is_some()
    }

    fn with_caps<T>(&self, act: impl FnOnce(&mut Caps) -> T) -> Option<T> {
        self.caps.as_ref().map(|caps| act(&mut caps.lock().unwrap_or_else(PoisonError::into_inner)))
    }
}
