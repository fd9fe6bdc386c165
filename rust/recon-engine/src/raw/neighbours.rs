//! The MACs of those on our links: what was learnt, and who was asked for. Sends nothing itself.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError, RwLock};

use recon_core::wire::Mac;

/// Pause before an address is asked for again, in microseconds.
pub(super) const PATIENCE_US: u64 = 500_000;
/// How often an address is asked for.
const TRIES: u8 = 4;
/// Addresses remembered as asked for; beyond it the oldest knowledge goes.
const MOST: usize = 1 << 18;

/// A host on the link of an interface, by the interface's index.
pub(super) type Station = (u32, IpAddr);

/// What is known of a neighbour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Known {
    /// Its MAC.
    At(Mac),
    /// Nobody has asked lately: ask now, and come back at that time.
    Ask(u64),
    /// It was asked for: come back at that time.
    Wait(u64),
    /// It never answered.
    Absent,
}

#[derive(Clone, Copy, Debug)]
struct Asked {
    tries: u8,
    again_us: u64,
}

/// What a run knows of its neighbours.
#[derive(Debug, Default)]
pub(super) struct Neighbours {
    known: RwLock<HashMap<Station, Mac>>,
    asked: Mutex<HashMap<Station, Asked>>,
}

impl Neighbours {
    /// Somebody told where it is.
    pub(super) fn learn(&self, station: Station, mac: Mac) {
        self.known.write().unwrap_or_else(PoisonError::into_inner).insert(station, mac);
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).remove(&station);
    }

    /// The MAC, if it is known.
    pub(super) fn get(&self, station: Station) -> Option<Mac> {
        self.known.read().unwrap_or_else(PoisonError::into_inner).get(&station).copied()
    }

    /// The MAC, or what to do to get it.
    pub(super) fn find(&self, station: Station, now_us: u64) -> Known {
        if let Some(mac) = self.get(station) {
            return Known::At(mac);
        }
        let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        if asked.len() >= MOST && !asked.contains_key(&station) {
            asked.clear();
        }
        let entry = asked.entry(station).or_insert(Asked { tries: 0, again_us: 0 });
        if now_us < entry.again_us {
            return Known::Wait(entry.again_us);
        }
        if entry.tries >= TRIES {
            return Known::Absent;
        }
        entry.tries += 1;
        entry.again_us = now_us + PATIENCE_US;
        Known::Ask(entry.again_us)
    }

    /// Ask anew for those that never answered: another pass begins.
    pub(super) fn forget_absent(&self) {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STATION: Station = (3, IpAddr::V4(std::net::Ipv4Addr::new(10, 0, 0, 1)));

    #[test]
    fn a_neighbour_is_asked_for_a_few_times_then_given_up_until_it_speaks() {
        let neighbours = Neighbours::default();
        let mut now_us = 0;
        for _ in 0..TRIES {
            assert_eq!(neighbours.find(STATION, now_us), Known::Ask(now_us + PATIENCE_US));
            assert_eq!(neighbours.find(STATION, now_us + 1), Known::Wait(now_us + PATIENCE_US));
            now_us += PATIENCE_US;
        }
        assert_eq!(neighbours.find(STATION, now_us), Known::Absent);
        neighbours.forget_absent();
        assert!(matches!(neighbours.find(STATION, now_us), Known::Ask(_)));
        neighbours.learn(STATION, Mac([2; 6]));
        assert_eq!(neighbours.find(STATION, now_us), Known::At(Mac([2; 6])));
    }
}
