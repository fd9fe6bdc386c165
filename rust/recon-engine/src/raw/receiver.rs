//! The thread that reads the links: frames in, one round of work after each look. What frames mean is the desk's.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use crossbeam_channel::Sender as Channel;
use recon_core::reply::Reply;

use super::Raw;
use super::desk::Desk;
use super::lane::Lanes;
use super::streams::Streams;
use crate::EngineError;
use crate::counters::Counters;
use crate::link::{self, Choice, Receive};
use crate::outbox::Outbox;
use crate::sweep::Shared;
use crate::talks::Talks;

/// Longest wait for a frame in microseconds: how soon `stop` is noticed.
const NAP_US: u64 = 10_000;

/// How long senders pause after the kernel dropped packets, in microseconds.
const DROPS_PAUSE_US: u64 = 20_000;

/// The receiver of a run.
pub(crate) struct Receiver {
    shared: Arc<Shared>,
    raw: Arc<Raw>,
    counters: Arc<Counters>,
    ring: Box<dyn Receive>,
    desk: Desk,
}

impl Receiver {
    /// Open the links; answers are heard from now on, so senders start after this.
    ///
    /// # Errors
    /// When a link cannot be opened.
    pub(crate) fn open(
        shared: Arc<Shared>,
        raw: Arc<Raw>,
        counters: Arc<Counters>,
        channel: Channel<Vec<Reply>>,
    ) -> Result<Self, EngineError> {
        let ring = link::receiver(&raw.interfaces(), raw.ports())?;
        let lanes = Lanes::new(raw.clone(), Choice::Packet, 0);
        let streams = Streams::new(raw.clone(), counters.clone(), lanes);
        let talks = Talks::new(shared.clone())?;
        let desk = Desk::new(shared.clone(), raw.clone(), counters.clone(), Outbox::new(channel), streams, talks);
        Ok(Self { shared, raw, counters, ring, desk })
    }

    /// Receive until nothing more can come, or the run is stopped.
    pub(crate) fn run(mut self, index: usize) -> Result<(), EngineError> {
        let shared = self.shared.clone();
        let mut turn = shared.turn(index);
        while !self.shared.stop.load(Ordering::Relaxed) && !self.is_done() {
            let polled_us = self.now_us();
            self.shared.regulate(polled_us);
            let wake_us = self.desk.next_us().unwrap_or(u64::MAX).min(polled_us + NAP_US);
            let patience = Duration::from_micros(wake_us.saturating_sub(polled_us));
            drop(turn);
            let waited = self.ring.wait(patience);
            turn = shared.turn(index);
            waited.map_err(super::system("waiting for packets"))?;
            let keeps_up = self.desk.begin(self.now_us());
            let desk = &mut self.desk;
            let frames = self.ring.drain(&mut |bytes, seen| desk.on_frame(bytes, seen));
            self.note_drops();
            self.desk.work(polled_us, frames, keeps_up);
        }
        let outbox = self.desk.finish();
        drop(turn);
        outbox.finish();
        Ok(())
    }

    /// What the kernel dropped for want of room is our failure: slow down, and ask the silent once more.
    fn note_drops(&mut self) {
        let drops = self.ring.drops();
        if drops > 0 {
            self.counters.drops(drops);
            self.shared.feed.note_loss();
            self.desk.hold_senders(DROPS_PAUSE_US);
        }
    }

    fn now_us(&self) -> u64 {
        self.shared.clock.now_ns() / 1000
    }

    /// Whether all is sent, the reply window of the last probe is over or nobody is left to answer, and no
    /// conversation goes on.
    fn is_done(&self) -> bool {
        let Some(last_us) = self.raw.ended_us() else {
            return false;
        };
        let is_over = self.now_us() > last_us + self.shared.settings.timeout_us;
        self.desk.is_idle() && (is_over || !self.shared.feed.any_silent())
    }
}
