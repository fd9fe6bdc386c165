//! Carries replies from a worker to the reader in batches; tells the worker when the reader is behind.

use crossbeam_channel::{Sender, TrySendError};
use recon_core::reply::Reply;
use std::collections::VecDeque;

/// Most replies in a batch.
pub(crate) const BATCH_REPLIES: usize = 1024;
/// Most banner bytes in a batch.
const BATCH_BYTES: usize = 1 << 20;
/// Longest that a reply waits for its batch to fill, in microseconds.
const BATCH_WAIT_US: u64 = 50_000;

/// A worker's end of the channel.
#[derive(Debug)]
pub(crate) struct Outbox {
    channel: Sender<Vec<Reply>>,
    filling: Vec<Reply>,
    bytes: usize,
    since_us: u64,
    waiting: VecDeque<Vec<Reply>>,
}

impl Outbox {
    pub(crate) fn new(channel: Sender<Vec<Reply>>) -> Self {
        Self { channel, filling: Vec::new(), bytes: 0, since_us: 0, waiting: VecDeque::new() }
    }

    /// Add a reply; never blocks and never loses one.
    pub(crate) fn push(&mut self, reply: Reply, now_us: u64) {
        if self.filling.is_empty() {
            self.since_us = now_us;
        }
        self.bytes += reply.banner.len();
        self.filling.push(reply);
        if self.filling.len() >= BATCH_REPLIES || self.bytes >= BATCH_BYTES {
            self.seal();
        }
    }

    /// Pass on what is due. Returns whether the reader keeps up.
    pub(crate) fn flush(&mut self, now_us: u64) -> bool {
        if !self.filling.is_empty() && now_us >= self.since_us + BATCH_WAIT_US {
            self.seal();
        }
        while let Some(batch) = self.waiting.pop_front() {
            match self.channel.try_send(batch) {
                Ok(()) => {}
                Err(TrySendError::Full(batch)) => {
                    self.waiting.push_front(batch);
                    return false;
                }
                Err(TrySendError::Disconnected(_)) => self.waiting.clear(),
            }
        }
        true
    }

    /// When the batch being filled is due, if there is one.
    pub(crate) fn due_us(&self) -> Option<u64> {
        (!self.filling.is_empty()).then_some(self.since_us + BATCH_WAIT_US)
    }

    /// Pass on everything, waiting for the reader; ends early when the reader is gone.
    pub(crate) fn finish(mut self) {
        self.seal();
        for batch in self.waiting.drain(..) {
            if self.channel.send(batch).is_err() {
                return;
            }
        }
    }

    fn seal(&mut self) {
        if !self.filling.is_empty() {
            self.waiting.push_back(std::mem::take(&mut self.filling));
            self.bytes = 0;
        }
    }
}
