//! The preamble of a file and its first frame: which format, whose, and of which line.

use std::ops::Range;

use super::MOST_SEGMENT;
use super::bytes::{Bytes, put_text, put_u32, put_u64};
use super::frame::{self, Kind};

const MAGIC: &[u8; 8] = b"reconjnl";
/// The format that this version writes; raised on any change that an older reader would misread.
pub(super) const VERSION: u32 = 1;
/// Magic, version, a spare word, and the process that writes.
pub(super) const PREAMBLE: usize = 24;
/// Where the number of the process that writes stands.
pub(super) const OWNER: u64 = 16;

/// What a journal is of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// A digest of the line: journals of other lines are refused.
    pub line: String,
    /// The positions of this run.
    pub interval: Range<u64>,
    /// Positions a segment.
    pub size: u64,
}

/// What the first bytes of a file tell.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Preamble {
    /// Nothing, or the beginning of a preamble: whoever began it came no further.
    Unwritten,
    /// One of this or an earlier format.
    Known,
    /// One of a later format.
    Newer(u32),
    /// Something else.
    Foreign,
}

impl Head {
    /// That of no line, until the first frame is read.
    pub(super) fn none() -> Self {
        Self { line: String::new(), interval: 0..0, size: 1 }
    }

    /// All bytes of a new journal, written by process `owner`.
    pub(super) fn to_bytes(&self, owner: u64) -> Vec<u8> {
        let mut out = MAGIC.to_vec();
        put_u32(&mut out, VERSION);
        put_u32(&mut out, 0);
        put_u64(&mut out, owner);
        frame::put(&mut out, Kind::Head, &self.payload());
        out
    }

    fn payload(&self) -> Vec<u8> {
        let mut payload = Vec::new();
        put_u64(&mut payload, self.interval.start);
        put_u64(&mut payload, self.interval.end);
        put_u64(&mut payload, self.size);
        put_text(&mut payload, &self.line);
        payload
    }

    /// Read the payload of the first frame.
    pub(super) fn read(payload: &[u8]) -> Option<Self> {
        let mut bytes = Bytes(payload);
        let (start, end, size) = (bytes.u64()?, bytes.u64()?, bytes.u64()?);
        let line = bytes.text()?;
        (start <= end && (1..=MOST_SEGMENT).contains(&size)).then_some(Self { line, interval: start..end, size })
    }
}

/// What the first bytes of a file tell; `bytes` are up to [`PREAMBLE`] of them.
pub(super) fn preamble(bytes: &[u8]) -> Preamble {
    let shared = bytes.len().min(MAGIC.len());
    if bytes[..shared] != MAGIC[..shared] {
        return Preamble::Foreign;
    }
    match Bytes(&bytes[shared..]).u32() {
        Some(VERSION) if bytes.len() == PREAMBLE => Preamble::Known,
        Some(version) if version > VERSION => Preamble::Newer(version),
        Some(VERSION) | None => Preamble::Unwritten,
        Some(_) => Preamble::Foreign,
    }
}
