//! Frames: a mark, a kind, a length, a payload, and checksums over both. Knows nothing of what a payload means.

use std::io;

use super::bytes::{Bytes, put_u32};
use super::crc::crc;
use super::source::Source;

/// Begins every frame, so that the next one can be found behind a damaged one.
const MARK: [u8; 4] = [0xA7, b'r', b'j', b'f'];
/// Mark, kind, length, checksum of the payload, checksum of the header before it.
pub(super) const HEADER: usize = 20;
/// Bytes looked at together when a frame is searched.
const CHUNK: usize = 1 << 20;

/// What a frame holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// What the journal is of; the first frame.
    Head = 1,
    /// Rows, and the positions they settle.
    Rows = 2,
    /// What changed since the checkpoint before.
    Checkpoint = 3,
    /// A checkpoint that needs none before it.
    Whole = 4,
    /// Nothing more is to come.
    End = 5,
}

impl Kind {
    const ALL: [Self; 5] = [Self::Head, Self::Rows, Self::Checkpoint, Self::Whole, Self::End];
}

/// Where a frame stands, and what its header says.
#[derive(Clone, Copy, Debug)]
pub(super) struct Header {
    pub(super) kind: Kind,
    pub(super) at: u64,
    pub(super) length: u64,
    checksum: u32,
}

impl Header {
    /// Where the next frame begins.
    pub(super) fn end(&self) -> u64 {
        self.at + HEADER as u64 + self.length
    }
}

/// What stands at a place.
#[derive(Clone, Copy, Debug)]
pub(super) enum Found {
    /// A frame, as far as its header tells.
    Frame(Header),
    /// Less than a frame: the end, or a frame that is being written.
    Short,
    /// Something else.
    Bad,
}

/// Append a frame to `out`.
pub(super) fn put(out: &mut Vec<u8>, kind: Kind, payload: &[u8]) {
    let at = out.len();
    out.extend_from_slice(&MARK);
    put_u32(out, kind as u32);
    put_u32(out, payload.len() as u32);
    put_u32(out, crc(payload));
    let header = crc(&out[at..]);
    put_u32(out, header);
    out.extend_from_slice(payload);
}

/// What stands at `at`, when there are `length` bytes in all.
pub(super) fn find(source: &impl Source, at: u64, length: u64) -> io::Result<Found> {
    if length < at.saturating_add(HEADER as u64) {
        return Ok(Found::Short);
    }
    let mut header = [0; HEADER];
    source.read_at(at, &mut header)?;
    let Some(header) = read_header(&header, at) else {
        return Ok(Found::Bad);
    };
    Ok(if header.end() > length { Found::Short } else { Found::Frame(header) })
}

fn read_header(bytes: &[u8; HEADER], at: u64) -> Option<Header> {
    let mut read = Bytes(bytes);
    let mark = read.take(MARK.len())?;
    let (kind, length, checksum, header) = (read.u32()?, read.u32()?, read.u32()?, read.u32()?);
    let kind = Kind::ALL.into_iter().find(|one| *one as u32 == kind)?;
    let sound = mark == MARK && header == crc(&bytes[..HEADER - 4]);
    sound.then_some(Header { kind, at, length: u64::from(length), checksum })
}

/// The payload of a frame; none when it is not what was written.
pub(super) fn payload(source: &impl Source, header: Header) -> io::Result<Option<Vec<u8>>> {
    let mut payload = vec![0; header.length as usize];
    source.read_at(header.at + HEADER as u64, &mut payload)?;
    Ok((crc(&payload) == header.checksum).then_some(payload))
}

/// Whether a sound frame begins anywhere in `from..length`: then what stands before it is damaged, not torn off.
pub(super) fn any_after(source: &impl Source, from: u64, length: u64) -> io::Result<bool> {
    let mut at = from;
    while at < length {
        let mut chunk = vec![0; (length - at).min(CHUNK as u64) as usize];
        source.read_at(at, &mut chunk)?;
        for offset in memchr::memmem::find_iter(&chunk, &MARK) {
            if let Found::Frame(header) = find(source, at + offset as u64, length)?
                && payload(source, header)?.is_some()
            {
                return Ok(true);
            }
        }
        if chunk.len() < CHUNK {
            return Ok(false);
        }
        at += (CHUNK - MARK.len() + 1) as u64;
    }
    Ok(false)
}
