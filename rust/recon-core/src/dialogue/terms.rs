//! What a dialogue is told at its start, and what it comes to. Decides nothing.

use std::sync::Arc;

use crate::reply::Findings;
use crate::space::Target;
use crate::transcript::Transcript;

/// Who is spoken to.
#[derive(Clone, Debug)]
pub struct Subject {
    /// The open port.
    pub target: Target,
    /// The name the user gave for its address.
    pub host: Option<Arc<str>>,
    /// Round trip of the handshake in microseconds.
    pub rtt_us: u64,
    /// When the connection opened, in the caller's microseconds.
    pub opened_us: u64,
    /// The same moment in seconds since the Unix epoch, to tell whether a certificate is in force.
    pub epoch_s: i64,
}

/// How a dialogue behaves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Manner {
    /// Ask one question at most, on the connection that is open.
    pub brief: bool,
    /// Ask on where a name is known: TLS in mid-conversation, and behind a greeting that nothing reads.
    pub deep: bool,
    /// Keep a transcript.
    pub record: bool,
}

/// What a dialogue came to.
#[derive(Debug, Default)]
pub struct Outcome {
    /// What was said first.
    pub banner: Vec<u8>,
    /// What that, and all that followed, means.
    pub findings: Findings,
    /// The record of it, if wanted.
    pub transcript: Option<Box<Transcript>>,
}
