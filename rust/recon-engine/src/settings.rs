//! Everything the engine needs to know of a plan, frozen.

use std::collections::HashMap;
use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::Arc;

use recon_core::dialogue::Budget;
use recon_core::line::Line;
use recon_core::matcher::Pack;
use recon_core::reply::State;
use recon_core::scope::Scope;

/// Which states become rows. Open always does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[allow(clippy::struct_excessive_bools)] // one for each state
pub struct Show {
    /// A row for each refusal.
    pub closed: bool,
    /// A row for each ICMP error.
    pub unreachable: bool,
    /// A row for each UDP target that stayed silent.
    pub silent: bool,
    /// A row for each target we failed to ask.
    pub unknown: bool,
}

impl Show {
    /// Whether a verdict becomes a row.
    #[must_use]
    pub fn wants(self, state: State) -> bool {
        match state {
            State::Open => true,
            State::Closed => self.closed,
            State::Unreachable => self.unreachable,
            State::Silent => self.silent,
            State::Unknown => self.unknown,
        }
    }
}

/// How fast a run may be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Rate {
    /// Found by trying, never above this many probes a second.
    Auto(Option<f64>),
    /// At most so many probes a second.
    Fixed(f64),
    /// Whatever goes.
    Max,
}

impl Rate {
    /// The most probes a second that are allowed.
    #[must_use]
    pub fn cap_pps(self) -> Option<f64> {
        match self {
            Self::Auto(ceiling) => ceiling,
            Self::Fixed(pps) => Some(pps),
            Self::Max => None,
        }
    }
}

/// A run, as the engine sees it.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where to go, in which order.
    pub line: Arc<Line>,
    /// What to ask and how to read it; none stops at the handshake.
    pub pack: Option<Arc<Pack>>,
    /// How many probes a second, over all threads.
    pub rate: Rate,
    /// Longest wait for a handshake in microseconds.
    pub timeout_us: u64,
    /// How often a silent target is asked, at least 1; with a goal, at least so often.
    pub passes: u32,
    /// The share of what is there that is to be found: passes go on until it is expected to be.
    pub goal: Option<f64>,
    /// The run ends after so many microseconds.
    pub budget_us: Option<u64>,
    /// The run ends after so many packets, short of those under way.
    pub most_packets: Option<u64>,
    /// Worker threads, at least 1.
    pub threads: usize,
    /// Cap on connections in flight over all threads; none: what the fd limit leaves.
    pub window: Option<usize>,
    /// Local port of every connection.
    pub source_port: Option<u16>,
    /// Which verdicts become rows.
    pub show: Show,
    /// Names the user gave for addresses.
    pub names: HashMap<IpAddr, Arc<str>>,
    /// Whether to ask on where a name is known.
    pub deep: bool,
    /// Whether conversations are recorded.
    pub transcripts: bool,
    /// How long a conversation may take.
    pub budget: Budget,
    /// Cap on probes a second to one host.
    pub per_host: Option<u32>,
    /// Cap on probes a second to one network: a /24, or a /64 of IPv6.
    pub per_net: Option<u32>,
    /// What may be sent to; none: whatever the line holds.
    pub scope: Option<Arc<Scope>>,
    /// What the raw backend is told; none for kernel sockets.
    pub raw: Option<Raw>,
    /// The journal to keep, or to go on with.
    pub journal: Option<Journal>,
}

/// Where a journal is, and what tells its line from others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Journal {
    /// The file.
    pub path: PathBuf,
    /// A digest of the line.
    pub line: String,
}

/// What only the raw backend is told.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Raw {
    /// The one interface to send from; none: as the routes say.
    pub interface: Option<String>,
    /// Address that packets carry; none: as the routes say.
    pub source_ip: Option<IpAddr>,
}
