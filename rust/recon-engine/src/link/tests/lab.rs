//! Network namespaces of the test's own, each a thread that lives in one. They vanish with the thread.
#![allow(unsafe_code)]

use std::io::Write;
use std::process::Command;
use std::sync::mpsc::{Sender, channel};
use std::thread::JoinHandle;

use rustix::thread::{Pid, UnshareFlags, gettid, unshare_unsafe};

type Job = Box<dyn FnOnce() + Send>;

/// A namespace with its loopback up.
pub(super) struct Namespace {
    jobs: Option<Sender<Job>>,
    thread: Option<JoinHandle<()>>,
}

impl Namespace {
    /// Make one; none, and a line that says so, where this process may not.
    pub(super) fn make() -> Option<Self> {
        let (jobs, waiting) = channel::<Job>();
        let thread = std::thread::spawn(move || waiting.into_iter().for_each(|job| job()));
        let made = Self { jobs: Some(jobs), thread: Some(thread) };
        match made.call(enter) {
            Ok(()) => Some(made),
            Err(why) => {
                writeln!(std::io::stderr(), "SKIPPED: needs root and iproute2: {why}").unwrap();
                None
            }
        }
    }

    /// Do `job` inside.
    pub(super) fn call<T: Send + 'static>(&self, job: impl FnOnce() -> T + Send + 'static) -> T {
        let (answer, answered) = channel();
        let job = Box::new(move || answer.send(job()).unwrap());
        self.jobs.as_ref().unwrap().send(job).unwrap();
        answered.recv().expect("the job inside the namespace panicked; see above")
    }

    /// Run a program inside, its words divided by spaces.
    pub(super) fn run(&self, words: &str) {
        let line = words.to_owned();
        self.call(move || run(&line)).unwrap();
    }

    /// Join the two by a cable: `10.99.0.1` and `fd99::1` here, 2 there; the MAC addresses end
    /// likewise, and each end knows the other's.
    pub(super) fn join(&self, other: &Self) {
        let thread = other.call(|| Pid::as_raw(Some(gettid())));
        self.run(&format!(
            "ip link add cable address 02:00:00:00:00:01 type veth peer name cable address 02:00:00:00:00:02 netns \
             {thread}"
        ));
        for (end, last) in [(self, 1), (other, 2)] {
            end.run(&format!("ip addr add 10.99.0.{last}/24 dev cable"));
            end.run(&format!("ip addr add fd99::{last}/64 dev cable nodad"));
            end.run("ip link set cable up");
            let other = 3 - last;
            for addr in [format!("10.99.0.{other}"), format!("fd99::{other}")] {
                end.run(&format!("ip neigh replace {addr} lladdr 02:00:00:00:00:0{other} dev cable nud permanent"));
            }
        }
    }
}

impl Drop for Namespace {
    fn drop(&mut self) {
        self.jobs = None;
        if let Some(thread) = self.thread.take() {
            // A panic inside has failed the test already.
            let _ = thread.join();
        }
    }
}

fn enter() -> Result<(), String> {
    // SAFETY: only the network namespace of this thread changes; descriptors and memory stay shared.
    unsafe { unshare_unsafe(UnshareFlags::NEWNET) }.map_err(|error| error.to_string())?;
    run("ip link set lo up")
}

/// Run a program in the calling thread's namespace, its words divided by spaces.
pub(super) fn run(words: &str) -> Result<(), String> {
    let mut words = words.split_whitespace();
    let done = Command::new(words.next().unwrap()).args(words).output().map_err(|error| error.to_string())?;
    if done.status.success() { Ok(()) } else { Err(String::from_utf8_lossy(&done.stderr).into_owned()) }
}
