//! A timer wheel: many deadlines, most of which are never reached, at constant cost each.

/// Width of a slot in microseconds.
const TICK_US: u64 = 4096;
/// Slots; a deadline further off than the wheel is looked at once a turn.
const SLOTS: u64 = 2048;
/// Slots looked ahead for the next deadline.
const LOOK_AHEAD: u64 = 16;

/// Deadlines by slot. Entries are never removed early: whoever fires checks whether it still matters.
#[derive(Debug)]
pub(crate) struct Wheel<T> {
    slots: Vec<Vec<(u64, T)>>,
    tick: u64,
    held: usize,
}

impl<T: Copy> Wheel<T> {
    pub(crate) fn new() -> Self {
        Self { slots: (0..SLOTS).map(|_| Vec::new()).collect(), tick: 0, held: 0 }
    }

    /// Fire `item` once `deadline_us` has passed.
    pub(crate) fn insert(&mut self, deadline_us: u64, item: T) {
        let tick = (deadline_us / TICK_US).max(self.tick);
        self.slots[(tick % SLOTS) as usize].push((deadline_us, item));
        self.held += 1;
    }

    /// Move everything due by `now_us` into `due`.
    pub(crate) fn expire(&mut self, now_us: u64, due: &mut Vec<T>) {
        let last = now_us / TICK_US;
        if self.held == 0 {
            self.tick = last;
            return;
        }
        let first = self.tick.max(last.saturating_sub(SLOTS - 1));
        for tick in first..=last {
            self.drain(tick, now_us, due);
        }
        self.tick = last;
    }

    /// A time by which to look again; none while nothing is held.
    pub(crate) fn next_us(&self) -> Option<u64> {
        if self.held == 0 {
            return None;
        }
        let used = |tick: &u64| !self.slots[(tick % SLOTS) as usize].is_empty();
        let tick = (self.tick..self.tick + LOOK_AHEAD).find(used).unwrap_or(self.tick + LOOK_AHEAD);
        Some((tick + 1) * TICK_US)
    }

    fn drain(&mut self, tick: u64, now_us: u64, due: &mut Vec<T>) {
        let slot = &mut self.slots[(tick % SLOTS) as usize];
        let before = slot.len();
        slot.retain(|&(deadline_us, item)| {
            let keep = deadline_us > now_us;
            if !keep {
                due.push(item);
            }
            keep
        });
        self.held -= before - slot.len();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_deadline_fires_once_and_not_early() {
        let mut wheel = Wheel::new();
        let deadlines = [0, 1, 5000, 5001, 1_000_000, 9_000_000, 30_000_000];
        for deadline in deadlines {
            wheel.insert(deadline, deadline);
        }
        let mut fired = Vec::new();
        for now in (0..31_000_000).step_by(700) {
            let mut due = Vec::new();
            wheel.expire(now, &mut due);
            assert!(due.iter().all(|&deadline| deadline <= now && now < deadline + 2 * TICK_US), "{now}: {due:?}");
            fired.extend(due);
        }
        fired.sort_unstable();
        assert_eq!(fired, deadlines);
        assert_eq!(wheel.next_us(), None);
    }

    #[test]
    fn a_long_pause_fires_everything_that_is_due() {
        let mut wheel = Wheel::new();
        for deadline in (0..8_000_000).step_by(1000) {
            wheel.insert(deadline, deadline);
        }
        let mut due = Vec::new();
        wheel.expire(60_000_000, &mut due);
        assert_eq!(due.len(), 8000);
    }
}
