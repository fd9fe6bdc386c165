//! The journal of a run: what came of which positions, in frames that survive any end of the process. Never decides what
//! a target is.
//!
//! A file is a preamble and frames ([`frame`]): one `Head`, then `Rows` as they are acknowledged and a `Checkpoint` each
//! second, at the end an `End`. What the frames add up to is a [`Standing`], from which a run goes on.

mod bytes;
mod checkpoint;
mod crc;
mod frame;
mod head;
mod keeper;
mod reader;
mod rows;
mod running;
mod source;
mod standing;
mod turns;
mod writer;

use std::io;
use std::path::{Path, PathBuf};

pub use checkpoint::{Block, Checkpoint, WORDS};
pub use head::Head;
pub(crate) use keeper::Keeper;
pub use reader::Reader;
pub use rows::{NOWHERE, Row, Rows, Settled};
pub(crate) use running::{Before, Beginning, Clerk};
pub use source::Source;
pub use standing::{Map, Standing};
pub(crate) use turns::Turn;
pub use writer::{Syncer, Writer};

/// Positions of the largest segment that a journal can describe.
pub const MOST_SEGMENT: u64 = 1 << 27;

/// Why a journal cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// The system refused to read or write it.
    #[error("{what} {path}: {source}", path = path.display())]
    System {
        /// What was attempted.
        what: &'static str,
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// It begins with something else.
    #[error("{} is no journal of recon", .0.display())]
    Foreign(PathBuf),
    /// It was written by a later version of recon.
    #[error("{} was written by a newer recon: its format is {found}, this version reads up to {known}", path.display())]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its format.
        found: u32,
        /// The format of this version.
        known: u32,
    },
    /// Bytes before its last frame have changed since they were written.
    #[error("{} is damaged at byte {offset}: what stands there is not what was written", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// Where the first damaged frame begins.
        offset: u64,
    },
    /// Another process writes it.
    #[error("{} is in use by process {owner}", path.display())]
    InUse {
        /// The file.
        path: PathBuf,
        /// The process that opened it last.
        owner: u64,
    },
    /// It is the journal of another line, or of another part of it.
    #[error("{} belongs to another plan", .0.display())]
    OtherLine(PathBuf),
}

/// An error of the system about a file.
fn system(what: &'static str, path: &Path) -> impl FnOnce(io::Error) -> JournalError {
    move |source| JournalError::System { what, path: path.to_owned(), source }
}
