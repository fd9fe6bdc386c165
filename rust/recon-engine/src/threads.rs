//! Starts threads of a run and waits for them; what a thread dies of becomes an error, never a crash.

use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use crate::EngineError;
use crate::clock;
use crate::sweep::Shared;

/// A thread of a run.
pub(crate) type Thread = JoinHandle<Result<(), EngineError>>;

/// Start a thread that works on the sweep; the others end when it fails.
pub(crate) fn spawn(
    name: String,
    work: impl FnOnce() -> Result<(), EngineError> + Send + 'static,
    shared: Arc<Shared>,
) -> Result<Thread, EngineError> {
    start(name, move || {
        clock::wake_promptly();
        let alarm = Alarm(shared);
        let ended = work();
        if ended.is_err() {
            alarm.0.stop.store(true, Ordering::Relaxed);
        }
        ended
    })
}

/// Start a thread.
pub(crate) fn start(
    name: String,
    work: impl FnOnce() -> Result<(), EngineError> + Send + 'static,
) -> Result<Thread, EngineError> {
    let system = |source| EngineError::System { what: "starting a worker thread", source };
    std::thread::Builder::new().name(name).spawn(work).map_err(system)
}

/// Wait for threads; the first failure or panic.
pub(crate) fn join_all(threads: &Mutex<Vec<Thread>>) -> Result<(), EngineError> {
    let threads = std::mem::take(&mut *threads.lock().unwrap_or_else(PoisonError::into_inner));
    let mut first = Ok(());
    for thread in threads {
        let ended = thread.join().unwrap_or_else(|panic| Err(EngineError::Worker(message(&*panic))));
        first = first.and(ended);
    }
    first
}

/// Stops the other workers when this one panics, since its positions would never be settled.
struct Alarm(Arc<Shared>);

impl Drop for Alarm {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.stop.store(true, Ordering::Relaxed);
        }
        self.0.ended_ns.fetch_max(self.0.clock.now_ns(), Ordering::Relaxed);
    }
}

fn message(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "panicked".to_owned())
}
