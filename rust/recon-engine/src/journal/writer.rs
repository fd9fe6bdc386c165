//! Writes frames at the end of a journal, for one process at a time. Knows nothing of a sweep.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use rustix::fs::{FlockOperation, flock};
use rustix::io::Errno;

use super::checkpoint::Checkpoint;
use super::frame::{self, Kind};
use super::head::{Head, OWNER};
use super::reader::{Opened, Reader};
use super::rows::Rows;
use super::standing::Standing;
use super::{JournalError, system};

/// A journal that is written; locked as long as this lives.
#[derive(Debug)]
pub struct Writer {
    file: File,
    path: PathBuf,
    end: u64,
    failed: Option<io::ErrorKind>,
}

impl Writer {
    /// Begin a journal, or go on with one, which tells where the run stands. What was torn off at its end is cut.
    ///
    /// # Errors
    /// When the system refuses, the file is another's or no journal of `head`'s line, or another process writes it.
    pub fn open(path: &Path, head: &Head) -> Result<(Self, Standing), JournalError> {
        let opened = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path);
        let file = opened.map_err(system("opening", path))?;
        lock(&file, path)?;
        let (file, standing) = match Reader::begin(file, path)? {
            Opened::Journal(reader) => go_on(reader, path, head)?,
            Opened::Unwritten(file) => (file, None),
        };
        let end = match &standing {
            Some((_, end)) => *end,
            None => create(&file, path, head)?,
        };
        file.write_all_at(&u64::from(std::process::id()).to_le_bytes(), OWNER).map_err(system("writing", path))?;
        let writer = Self { file, path: path.to_owned(), end, failed: None };
        Ok((writer, standing.map_or_else(|| Standing::new(head.clone()), |(standing, _)| standing)))
    }

    /// Append acknowledged rows. Either all of them stand in the journal or none.
    ///
    /// # Errors
    /// When the system refuses to take them.
    pub fn rows(&mut self, rows: &Rows) -> Result<(), JournalError> {
        self.put(Kind::Rows, &rows.to_bytes())
    }

    /// Append a checkpoint; a `whole` one tells of every block.
    ///
    /// # Errors
    /// When the system refuses to take it.
    pub fn checkpoint(&mut self, cut: &Checkpoint, whole: bool) -> Result<(), JournalError> {
        self.put(if whole { Kind::Whole } else { Kind::Checkpoint }, &cut.to_bytes())
    }

    /// Say that nothing more is to be asked.
    ///
    /// # Errors
    /// When the system refuses to take it.
    pub fn finish(&mut self) -> Result<(), JournalError> {
        self.put(Kind::End, &[])
    }

    /// What brings all that was written to the disk, from any thread.
    ///
    /// # Errors
    /// When the system grants no further descriptor.
    pub fn syncer(&self) -> Result<Syncer, JournalError> {
        let file = self.file.try_clone().map_err(system("opening", &self.path))?;
        Ok(Syncer { file, path: self.path.clone() })
    }

    /// Let others have the journal; nothing more is written.
    pub(super) fn release(&mut self) {
        self.failed = Some(io::ErrorKind::NotConnected);
        // What cannot be unlocked now is unlocked when it is closed.
        let _ = flock(&self.file, FlockOperation::Unlock);
    }

    fn put(&mut self, kind: Kind, payload: &[u8]) -> Result<(), JournalError> {
        let mut frame = Vec::new();
        frame::put(&mut frame, kind, payload);
        self.append(&frame)
    }

    /// Append whole frames. After a failure nothing more is written: what came later would make no sense without them.
    pub(super) fn append(&mut self, frames: &[u8]) -> Result<(), JournalError> {
        if let Some(kind) = self.failed {
            return Err(system("writing", &self.path)(kind.into()));
        }
        if let Err(error) = self.file.write_all_at(frames, self.end) {
            self.failed = Some(error.kind());
            // Half a frame at the end would be cut by the next reader too.
            let _ = self.file.set_len(self.end);
            return Err(system("writing", &self.path)(error));
        }
        self.end += frames.len() as u64;
        Ok(())
    }
}

/// Waits for the disk, so that nobody else has to.
#[derive(Debug)]
pub struct Syncer {
    file: File,
    path: PathBuf,
}

impl Syncer {
    /// Bring all that was written to the disk.
    ///
    /// # Errors
    /// When the system cannot.
    pub fn sync(&self) -> Result<(), JournalError> {
        self.file.sync_data().map_err(system("writing", &self.path))
    }
}

fn lock(file: &File, path: &Path) -> Result<(), JournalError> {
    match flock(file, FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => Ok(()),
        Err(Errno::WOULDBLOCK) => {
            let mut owner = [0; 8];
            // A journal that has no owner yet is being made at this very moment.
            let _ = file.read_exact_at(&mut owner, OWNER);
            Err(JournalError::InUse { path: path.to_owned(), owner: u64::from_le_bytes(owner) })
        }
        Err(error) => Err(system("locking", path)(error.into())),
    }
}

/// Where a journal stands and ends, once its torn end is cut.
fn go_on(mut reader: Reader, path: &Path, head: &Head) -> Result<(File, Option<(Standing, u64)>), JournalError> {
    if (&reader.head().line, &reader.head().interval) != (&head.line, &head.interval) {
        return Err(JournalError::OtherLine(path.to_owned()));
    }
    let mut standing = reader.standing()?;
    standing.take_back();
    let file = reader.into_source();
    let length = file.metadata().map_err(system("reading", path))?.len();
    let end = length - standing.torn;
    file.set_len(end).map_err(system("writing", path))?;
    Ok((file, Some((standing, end))))
}

/// Begin a journal; where its first frame ends. It and its name are on the disk when this returns.
fn create(file: &File, path: &Path, head: &Head) -> Result<u64, JournalError> {
    let bytes = head.to_bytes(u64::from(std::process::id()));
    let begun: io::Result<()> = (|| {
        file.set_len(0)?;
        file.write_all_at(&bytes, 0)?;
        file.sync_all()?;
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        File::open(folder)?.sync_all()
    })();
    begun.map_err(system("writing", path))?;
    Ok(bytes.len() as u64)
}
