//! How many connections this process may hold, and how the limit is raised.

use std::ops::RangeInclusive;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Descriptors kept back for files, pipes, plugins and the poller.
const RESERVE: usize = 24;
/// More at once than this gains nothing over kernel sockets.
const MOST: usize = 16_384;
/// More conversations at once than this gain nothing over one thread.
const MOST_CONVERSATIONS: usize = 10_000;
/// What a system without a limit is taken to allow.
const UNLIMITED: u64 = 1 << 20;

/// Raise the soft limit on open files to the hard one; what then holds.
#[must_use]
pub fn raise_open_files() -> u64 {
    let limit = getrlimit(Resource::Nofile);
    if limit.current != limit.maximum {
        let raised = Rlimit { current: limit.maximum, maximum: limit.maximum };
        if setrlimit(Resource::Nofile, raised).is_ok() {
            return limit.maximum.unwrap_or(UNLIMITED);
        }
    }
    limit.current.unwrap_or(UNLIMITED)
}

/// How many connections may be in flight, and whether the limit on open files is what says so.
#[must_use]
pub fn window(wanted: Option<usize>) -> (usize, bool) {
    let left = (raise_open_files() as usize).saturating_sub(open_files() + RESERVE).max(1);
    let wanted = wanted.unwrap_or(MOST).max(1);
    (wanted.min(left), left < wanted)
}

/// How many connections enumerators may hold, half of what the process may open; the rest is the sweep's.
#[must_use]
pub fn conversations() -> usize {
    let left = (raise_open_files() as usize).saturating_sub(RESERVE);
    (left / 2).clamp(1, MOST_CONVERSATIONS)
}

/// Local ports that the kernel gives to connections; all of them where the system does not tell.
#[must_use]
pub fn ephemeral_ports() -> RangeInclusive<u16> {
    let text = std::fs::read_to_string("/proc/sys/net/ipv4/ip_local_port_range").unwrap_or_default();
    let mut bounds = text.split_whitespace().filter_map(|word| word.parse().ok());
    match (bounds.next(), bounds.next()) {
        (Some(first), Some(last)) => first..=last,
        _ => 0..=u16::MAX,
    }
}

/// Descriptors open in this process now; 16 where the system does not tell.
fn open_files() -> usize {
    std::fs::read_dir("/proc/self/fd").map_or(16, Iterator::count)
}
