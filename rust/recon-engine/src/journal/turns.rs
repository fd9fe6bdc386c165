//! Lets each worker do its rounds undisturbed, and the journal look at all of them between rounds.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// A lock for each worker, which it holds during one round, and a gate that lets the journal go first.
#[derive(Debug)]
pub(crate) struct Turns {
    closed: AtomicBool,
    gate: Mutex<()>,
    each: Vec<Mutex<()>>,
}

/// A worker's round.
pub(crate) type Turn<'a> = MutexGuard<'a, ()>;

impl Turns {
    pub(crate) fn new(workers: usize) -> Self {
        let each = std::iter::repeat_with(Mutex::default).take(workers).collect();
        Self { closed: AtomicBool::new(false), gate: Mutex::default(), each }
    }

    /// Begin a round of one worker.
    pub(crate) fn take(&self, worker: usize) -> Turn<'_> {
        // A lock that is given back and taken again at once would never let anybody else have it.
        if self.closed.load(Ordering::Relaxed) {
            drop(locked(&self.gate));
        }
        locked(&self.each[worker])
    }

    /// Do something while no worker is within a round.
    pub(crate) fn between<T>(&self, work: impl FnOnce() -> T) -> T {
        let gate = locked(&self.gate);
        self.closed.store(true, Ordering::Relaxed);
        let all: Vec<_> = self.each.iter().map(locked).collect();
        let done = work();
        self.closed.store(false, Ordering::Relaxed);
        drop((all, gate));
        done
    }
}

fn locked(lock: &Mutex<()>) -> MutexGuard<'_, ()> {
    lock.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_within_a_round_while_the_journal_looks() {
        let turns = Turns::new(2);
        let (stop, busy) = (AtomicBool::new(false), [AtomicBool::new(false), AtomicBool::new(false)]);
        std::thread::scope(|scope| {
            for (worker, busy) in busy.iter().enumerate() {
                let (turns, stop) = (&turns, &stop);
                scope.spawn(move || {
                    while !stop.load(Ordering::Relaxed) {
                        let turn = turns.take(worker);
                        busy.store(true, Ordering::SeqCst);
                        busy.store(false, Ordering::SeqCst);
                        drop(turn);
                    }
                });
            }
            for _ in 0..100 {
                assert!(turns.between(|| busy.iter().all(|one| !one.load(Ordering::SeqCst))));
            }
            stop.store(true, Ordering::Relaxed);
        });
    }
}
