//! A recorded conversation: who said what and when, replayable without a network.

/// Who spoke.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// We sent it.
    Sent,
    /// The target sent it.
    Received,
    /// TLS stands from here on; the data is the session ([`crate::tls::Session::to_bytes`]).
    Secured,
}

/// One utterance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Who spoke.
    pub direction: Direction,
    /// Which connection of the port: 0 is the sweep's own.
    pub wire: u8,
    /// Microseconds since the first connection opened.
    pub at_us: u64,
    /// What was said.
    pub data: Vec<u8>,
}

/// Something that happened beside what was said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Which connection of the port.
    pub wire: u8,
    /// Microseconds since the first connection opened.
    pub at_us: u64,
    /// What happened, such as `ask http` or `silent`.
    pub text: String,
}

/// A conversation with one target, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Transcript {
    /// What was said, oldest first.
    pub entries: Vec<Entry>,
    /// What happened around it, oldest first.
    pub steps: Vec<Step>,
}

/// The most steps that one transcript keeps.
const STEP_LIMIT: usize = 256;

/// The most bytes that one transcript keeps; what comes after is dropped.
pub const TRANSCRIPT_LIMIT: usize = 256 * 1024;

impl Transcript {
    /// Append a step, if there is room.
    pub fn happened(&mut self, wire: u8, at_us: u64, text: String) {
        if self.steps.len() < STEP_LIMIT {
            self.steps.push(Step { wire, at_us, text });
        }
    }

    /// Append an entry, cut to what the limit leaves.
    pub fn push(&mut self, mut entry: Entry) {
        let held: usize = self.entries.iter().map(|entry| entry.data.len()).sum();
        entry.data.truncate(TRANSCRIPT_LIMIT.saturating_sub(held));
        if !entry.data.is_empty() {
            self.entries.push(entry);
        }
    }
}
