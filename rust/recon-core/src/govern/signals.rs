//! What a governor is told, and what it calls the reason for its rate. Words only; it decides nothing.

/// What was seen since the report before. Probes to canaries are told apart from the sweep's own everywhere.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Signals {
    /// Probes of the sweep that left.
    pub sent: u64,
    /// Targets of the sweep that accepted.
    pub opened: u64,
    /// Targets of the sweep that refused: RST, ICMP port unreachable.
    pub refused: u64,
    /// ICMP errors of other kinds that are proven ours.
    pub icmp: u64,
    /// Canary probes whose fate became known, and how many of them were answered.
    pub canaries_asked: u64,
    /// See [`Self::canaries_asked`].
    pub canaries_answered: u64,
    /// How long ago those canaries were asked, in microseconds.
    pub canary_age_us: u64,
    /// Mean round trip of the answers that came, of canaries or others, in microseconds, when any is known. Before the
    /// first no answer counts.
    pub rtt_us: Option<u64>,
    /// Packets that the kernel or a ring dropped before recon read them.
    pub drops: u64,
    /// Sends that failed here: `ENOBUFS`, `EAGAIN`, a full queue.
    pub local_errors: u64,
}

/// What holds the rate where it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// Nothing yet: it is still growing.
    Growing,
    /// The ceiling that was set.
    RateCap,
    /// The path loses what is more.
    PathLoss,
    /// The path queues what is more: the round trip grows.
    RoundTrip,
    /// Routers complain of what is more.
    Icmp,
    /// Refusals are limited by the targets; the path is well.
    Target,
    /// Targets known to answer no longer do, at any rate: something on the path blocks.
    Blocked,
    /// Received packets were dropped here.
    ReceiveDrops,
    /// Sends failed here.
    LocalErrors,
    /// The sender cannot go faster.
    Sender,
}

impl Signals {
    /// What failed on our side, if anything did.
    pub(super) fn failure(&self) -> Option<Cause> {
        if self.drops > 0 {
            return Some(Cause::ReceiveDrops);
        }
        (self.local_errors > 0).then_some(Cause::LocalErrors)
    }
}
