//! The link-level backend: senders that keep nothing per target, one receiver that proves answers and talks TCP itself.

mod capped;
mod control;
mod datagrams;
mod desk;
mod lane;
mod neighbours;
mod receiver;
mod recent;
mod resets;
mod scout;
mod sender;
mod streams;
mod times;

use std::collections::BTreeSet;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::net::IpAddr;
use std::ops::RangeInclusive;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use recon_core::cookie::Cookies;
use recon_core::space::Target;
use recon_core::wire::Mac;

use crate::EngineError;
use crate::link::{Guard, LinkError};
use crate::route::{Interface, NoRoute, Routes, Way};
use crate::settings::{Raw as Wanted, Settings};
use neighbours::{Neighbours, Station};
pub(crate) use receiver::Receiver;
pub use scout::{links, ranges};
pub(crate) use sender::Sender;
use times::Times;

/// Source ports of the sweep's own SYNs; which one a target sees is computed from its address and port.
const ASKING_PORTS: u16 = 8;
/// Source ports of further connections: as many at once to one port of a host.
const TALKING_PORTS: u16 = 56;
/// Source ports of control probes, whose answers are no verdicts.
const CONTROL_PORTS: u16 = 8;

/// The environment's word for a shorter patience with an interface that is down, in milliseconds; tests use it.
const LINK_PATIENCE: &str = "RECON_LINK_PATIENCE_MS";
/// Above it a run could not end within the minute that is promised.
const LONGEST_LINK_PATIENCE_US: u64 = 50_000_000;

/// What senders and the receiver share.
#[derive(Debug)]
pub(crate) struct Raw {
    wanted: Wanted,
    cookies: Cookies,
    routes: Routes,
    neighbours: Neighbours,
    times: Times,
    _guard: Guard,
    asking: RangeInclusive<u16>,
    talking: RangeInclusive<u16>,
    control: RangeInclusive<u16>,
    /// Senders that are not done.
    senders: AtomicUsize,
    /// When the last probe left, in microseconds of the run.
    last_sent_us: AtomicU64,
    /// The receiver has as much to do as it can hold: senders wait.
    crowded: AtomicBool,
    /// How long an interface may be down before the run ends, in microseconds.
    link_patience_us: u64,
    /// What kinds of links are in use.
    links: Mutex<BTreeSet<&'static str>>,
}

impl Raw {
    /// Reserve the source ports and look at the routes.
    ///
    /// # Errors
    /// Without the privilege for raw packets, or when the system refuses something else.
    pub(crate) fn prepare(settings: &Settings, wanted: Wanted, senders: usize) -> Result<Self, EngineError> {
        let routes = Routes::load().map_err(system("reading the routing table"))?;
        let count = ASKING_PORTS + TALKING_PORTS + CONTROL_PORTS;
        let guard = Guard::reserve(count, settings.source_port).map_err(system("reserving source ports"))?;
        let first = *guard.ports().start();
        let (talking, control) = (first + ASKING_PORTS, first + ASKING_PORTS + TALKING_PORTS);
        Ok(Self {
            neighbours: Neighbours::default(),
            cookies: Cookies::new(key()),
            times: Times::default(),
            senders: AtomicUsize::new(senders),
            last_sent_us: AtomicU64::new(0),
            crowded: AtomicBool::new(false),
            link_patience_us: link_patience_us(std::env::var(LINK_PATIENCE).ok().as_deref()),
            links: Mutex::default(),
            wanted,
            routes,
            _guard: guard,
            asking: first..=talking - 1,
            talking: talking..=control - 1,
            control: control..=first + (count - 1),
        })
    }

    /// How packets for `addr` leave.
    pub(super) fn way(&self, addr: IpAddr) -> Result<Way<'_>, NoRoute> {
        self.routes.way(addr, self.wanted.interface.as_deref(), self.wanted.source_ip)
    }

    /// The MAC of a neighbour, as far as the kernel knew it at the start or it has told us since.
    pub(super) fn mac(&self, station: Station) -> Option<Mac> {
        self.neighbours.get(station).or_else(|| self.routes.neighbour(station.0, station.1).map(Mac))
    }

    /// The port that a target is asked from.
    pub(super) fn asking_port(&self, target: Target) -> u16 {
        self.cookies.port(&self.asking, target.addr, target.port)
    }

    /// Whether a port of ours is one that targets are asked from.
    pub(super) fn is_asking(&self, port: u16) -> bool {
        self.asking.contains(&port)
    }

    /// The port that a control probe of a target comes from.
    pub(super) fn control_port(&self, target: Target) -> u16 {
        self.cookies.port(&self.control, target.addr, target.port)
    }

    /// Whether a port of ours is one of control probes.
    pub(super) fn is_control(&self, port: u16) -> bool {
        self.control.contains(&port)
    }

    /// Ports for further connections.
    pub(super) fn talking_ports(&self) -> RangeInclusive<u16> {
        self.talking.clone()
    }

    /// All ports of ours.
    pub(super) fn ports(&self) -> RangeInclusive<u16> {
        *self.asking.start()..=*self.control.end()
    }

    /// The interfaces that answers may come in by.
    fn interfaces(&self) -> Vec<Interface> {
        let wanted = self.wanted.interface.as_deref();
        let fits = |each: &&Interface| {
            each.up && (wanted.is_none_or(|name| each.name == name) || each.kind == crate::route::Kind::Loopback)
        };
        self.routes.interfaces().iter().filter(fits).cloned().collect()
    }

    /// A sender opened a link.
    fn note_link(&self, name: &'static str) {
        self.links.lock().unwrap_or_else(PoisonError::into_inner).insert(name);
    }

    /// The backend's name in the summary: `raw:` and the links that sent.
    pub(crate) fn name(&self) -> String {
        let links: Vec<_> = self.links.lock().unwrap_or_else(PoisonError::into_inner).iter().copied().collect();
        format!("raw:{}", links.join("+"))
    }

    /// Whether nothing more will be sent, and since when.
    pub(super) fn ended_us(&self) -> Option<u64> {
        (self.senders.load(Ordering::Acquire) == 0).then(|| self.last_sent_us.load(Ordering::Acquire))
    }
}

pub(super) fn system(what: &'static str) -> impl FnOnce(std::io::Error) -> EngineError {
    move |source| EngineError::System { what, source }
}

impl From<LinkError> for EngineError {
    fn from(error: LinkError) -> Self {
        Self::Link { link: error.to_string(), source: error.source }
    }
}

/// A key that nobody else knows.
fn key() -> [u8; 16] {
    let mut key = [0; 16];
    for part in key.chunks_mut(8) {
        part.copy_from_slice(&RandomState::new().build_hasher().finish().to_ne_bytes());
    }
    key
}

/// The patience that a word asks for; the longest without one.
fn link_patience_us(word: Option<&str>) -> u64 {
    let wanted_us = word.and_then(|word| word.parse::<u64>().ok()).map(|millis| millis.saturating_mul(1000));
    wanted_us.map_or(LONGEST_LINK_PATIENCE_US, |wanted_us| wanted_us.min(LONGEST_LINK_PATIENCE_US))
}
