//! What a run may spend over all attempts at it, in time and in packets; ends the feed once one of them is spent.

use std::sync::OnceLock;

use crate::feed::Feed;
use crate::journal::Before;
use crate::settings::Settings;

/// What is left to this attempt.
#[derive(Debug)]
pub(crate) struct Budgets {
    left_us: u64,
    left_packets: u64,
    spent: OnceLock<&'static str>,
}

impl Budgets {
    /// What the settings allow, less what earlier attempts spent.
    pub(crate) fn new(settings: &Settings, before: &Before) -> Self {
        let left = |most: Option<u64>, spent: u64| most.map_or(u64::MAX, |most| most.saturating_sub(spent));
        Self {
            left_us: left(settings.budget_us, before.elapsed_us),
            left_packets: left(settings.most_packets, before.tally.sent),
            spent: OnceLock::new(),
        }
    }

    /// End the sweep if this attempt, after `now_us` and with `sent` probes, has spent one of them.
    pub(crate) fn check(&self, now_us: u64, sent: u64, feed: &Feed) {
        let spent = [("budget", now_us >= self.left_us), ("packet budget", sent >= self.left_packets)];
        if let Some((name, _)) = spent.into_iter().find(|(_, is_spent)| *is_spent) {
            // Whichever was spent first is the one that is told.
            let _ = self.spent.set(name);
            feed.end();
        }
    }

    /// The one that ended the run.
    pub(crate) fn spent(&self) -> Option<&'static str> {
        self.spent.get().copied()
    }
}
