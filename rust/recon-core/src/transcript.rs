//! A recorded conversation: who said what and when, replayable without a network.

/// Who spoke.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// We sent it.
    Sent,
    /// The target sent it.
    Received,
}

/// One utterance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Who spoke.
    pub direction: Direction,
    /// Microseconds since the connection opened.
    pub at_us: u64,
    /// What was said.
    pub data: Vec<u8>,
}

/// A conversation with one target, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Transcript {
    /// What was said, oldest first.
    pub entries: Vec<Entry>,
}
