//! The frame of rows: JSON lines as they were acknowledged, and the positions that they settle.

use recon_core::reply::State;

use super::bytes::{Bytes, put_u32, put_u64};

/// The position of a row whose target is not of the line: a plugin added it.
pub const NOWHERE: u64 = u64::MAX;
const STATES: [State; 5] = [State::Open, State::Closed, State::Unreachable, State::Silent, State::Unknown];

/// A position that needs nothing more, and what its target turned out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settled {
    /// The position.
    pub position: u64,
    /// The engine's verdict, whatever a plugin made of the row.
    pub state: State,
}

/// One row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The position of its target, or [`NOWHERE`].
    pub position: u64,
    /// The JSON object, without a line feed.
    pub json: Vec<u8>,
}

/// Rows that were acknowledged together. A plugin may have dropped rows of settled positions, or added some.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rows {
    /// What needs nothing more from now on.
    pub settled: Vec<Settled>,
    /// The rows.
    pub rows: Vec<Row>,
}

impl Rows {
    /// The payload of a frame.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let rows: Vec<_> = self.rows.iter().map(|row| (row.position, &row.json[..])).collect();
        payload(&self.settled, &rows)
    }

    /// Read a payload; none when it is none.
    #[must_use]
    pub fn read(payload: &[u8]) -> Option<Self> {
        let mut bytes = Bytes(payload);
        let settled = settled(&mut bytes)?;
        let rows = (0..bytes.count(12)?).map(|_| row(&mut bytes)).collect::<Option<_>>()?;
        Some(Self { settled, rows })
    }

    /// Read only what a payload settles, and how many rows it has.
    pub(super) fn read_settled(payload: &[u8]) -> Option<(Vec<Settled>, u64)> {
        let mut bytes = Bytes(payload);
        Some((settled(&mut bytes)?, u64::from(bytes.u32()?)))
    }
}

/// The payload of a frame, of rows that lie elsewhere.
pub(super) fn payload(settled: &[Settled], rows: &[(u64, &[u8])]) -> Vec<u8> {
    let size = rows.iter().map(|row| row.1.len() + 12).sum::<usize>() + settled.len() * 9 + 8;
    let mut out = Vec::with_capacity(size);
    put_u32(&mut out, settled.len() as u32);
    for settled in settled {
        put_u64(&mut out, settled.position);
        out.push(code(settled.state));
    }
    put_u32(&mut out, rows.len() as u32);
    for (position, json) in rows {
        put_u64(&mut out, *position);
        put_u32(&mut out, json.len() as u32);
        out.extend_from_slice(json);
    }
    out
}

fn settled(bytes: &mut Bytes<'_>) -> Option<Vec<Settled>> {
    let one = |bytes: &mut Bytes<'_>| {
        let (position, code) = (bytes.u64()?, bytes.u8()?);
        Some(Settled { position, state: *STATES.get(usize::from(code))? })
    };
    (0..bytes.count(9)?).map(|_| one(bytes)).collect()
}

fn row(bytes: &mut Bytes<'_>) -> Option<Row> {
    let (position, length) = (bytes.u64()?, bytes.count(1)?);
    Some(Row { position, json: bytes.take(length)?.to_vec() })
}

fn code(state: State) -> u8 {
    match state {
        State::Open => 0,
        State::Closed => 1,
        State::Unreachable => 2,
        State::Silent => 3,
        State::Unknown => 4,
    }
}
