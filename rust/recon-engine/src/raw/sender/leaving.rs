//! What becomes of probes on their way out: the kernel takes them, refuses them, or the run ends first.

use std::io;
use std::sync::atomic::Ordering;

use super::{BACK_OFF_US, FORBIDDEN_TRIES, LONGEST_BACK_OFF_US, Sender, Trouble};
use crate::counters::Held;
use crate::errno::{self, NO_ROUTE, Outcome};

impl Sender {
    /// Hand what is queued to the kernel; until when to wait where it takes nothing now.
    pub(super) fn flush(&mut self, now_us: u64) -> Option<u64> {
        if self.lanes.pending() == 0 {
            return None;
        }
        let (taken, failed) = self.lanes.flush();
        self.counters.packets(taken);
        if taken > 0 {
            self.raw.last_sent_us.fetch_max(now_us, Ordering::Release);
            if self.trouble.down_since_us.is_some() {
                // Leave to send them was had before the link went down.
                self.shared.pace.charge(now_us * 1000, taken as u64);
            }
            self.trouble = Trouble::default();
        }
        failed.map(|(lane, error)| self.on_trouble(lane, &error, now_us))
    }

    /// The kernel takes no frame: until when to wait.
    fn on_trouble(&mut self, lane: usize, error: &io::Error, now_us: u64) -> u64 {
        let (name, scarce) = match errno::read(error) {
            Outcome::Local { name, scarce } => (name, scarce),
            _ => (NO_ROUTE, false),
        };
        self.counters.error(name);
        self.trouble.failures += 1;
        self.trouble.is_forbidden = Held::lack(name) == Held::Forbidden;
        let back_off_us = (BACK_OFF_US << self.trouble.failures.min(10)).min(LONGEST_BACK_OFF_US);
        if matches!(name, "ENETDOWN" | "ENODEV") {
            let since_us = *self.trouble.down_since_us.get_or_insert(now_us);
            if now_us - since_us > self.raw.link_patience_us {
                self.shared.stop.store(true, Ordering::Relaxed);
            }
        } else if !scarce && self.trouble.failures >= FORBIDDEN_TRIES {
            self.trouble.failures = 0;
            self.refuse(lane, name);
        }
        now_us + back_off_us
    }

    /// Give up the frame that the kernel refuses; its target is unknown unless it has answered meanwhile.
    fn refuse(&mut self, lane: usize, reason: &'static str) {
        let mut refused = None;
        self.lanes.at(lane).take_back(&mut |target| refused = Some(target));
        self.counters.unsent(usize::from(refused.is_some()));
        let position = refused.and_then(|target| self.shared.settings.line.position_of(&target));
        if let (Some(target), Some(position)) = (refused, position) {
            self.counters.error(reason);
            if self.unmark(position) {
                self.finish(position);
                self.count_unknown(target, reason);
            }
        }
    }

    /// The end: what was sent too late to be answered before a stop, or never left, is not silent but unknown.
    pub(super) fn wind_up(&mut self) {
        if self.shared.stop.load(Ordering::Relaxed) {
            let end_us = self.trouble.down_since_us.unwrap_or(self.now_us());
            let window_us = self.shared.settings.timeout_us;
            for position in self.recent.first_asked_after(end_us.saturating_sub(window_us)) {
                self.unmark(position);
            }
            let mut queued = Vec::new();
            for lane in 0..self.lanes.len() {
                while self.lanes.at(lane).take_back(&mut |target| queued.push(target)) {}
            }
            self.counters.unsent(queued.len());
            // Whoever was asked in an earlier pass stays silent, and is asked again by whoever goes on.
            queued.retain(|_| self.pass == 1 || !self.shared.keeps());
            for position in queued.iter().filter_map(|target| self.shared.settings.line.position_of(target)) {
                self.unmark(position);
            }
        }
        self.report_settled();
        self.raw.senders.fetch_sub(1, Ordering::Release);
    }

    /// Forget what was sent before the reply window; the journal is told that nothing is awaited from there.
    pub(super) fn forget(&mut self, now_us: u64) {
        // While the link is down no answer comes in; what was asked shortly before is still awaited.
        let end_us = self.trouble.down_since_us.unwrap_or(now_us).saturating_sub(self.shared.settings.timeout_us);
        if !self.recent.is_due(end_us) {
            return;
        }
        let over = self.recent.expire(end_us);
        if self.shared.keeps() {
            self.shared.feed.finish(over);
        }
    }
}
