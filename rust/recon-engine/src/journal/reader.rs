//! Reads a journal, also one that is being written: rows from any frame on, and where the run stands. Writes nothing.

use std::fmt::Write as _;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use ring::digest::{Context, SHA256};

use super::checkpoint::Checkpoint;
use super::frame::{self, Found, Header, Kind};
use super::head::{self, Head, PREAMBLE, Preamble};
use super::rows::{Row, Rows};
use super::source::Source;
use super::standing::Standing;
use super::{JournalError, system};

/// Rows read at once for a digest.
const DIGEST_ROWS: usize = 4096;

/// A journal that is read.
#[derive(Debug)]
pub struct Reader<S = File> {
    source: S,
    path: PathBuf,
    head: Head,
    first: u64,
    offset: u64,
}

/// What a file is, as far as its beginning tells.
#[derive(Debug)]
pub(super) enum Opened<S> {
    /// A journal.
    Journal(Reader<S>),
    /// One whose writer came no further than its beginning.
    Unwritten(S),
}

impl Reader {
    /// Open a journal for reading.
    ///
    /// # Errors
    /// When it cannot be read, is no journal, or one of a newer version.
    pub fn open(path: &Path) -> Result<Self, JournalError> {
        let file = File::open(path).map_err(system("reading", path))?;
        Self::of(file, path)
    }
}

impl<S: Source> Reader<S> {
    /// Read a journal from `source`; `path` is for messages.
    ///
    /// # Errors
    /// When it cannot be read, is no journal, or one of a newer version.
    pub fn of(source: S, path: &Path) -> Result<Self, JournalError> {
        match Self::begin(source, path)? {
            Opened::Journal(reader) => Ok(reader),
            Opened::Unwritten(_) => Err(JournalError::Foreign(path.to_owned())),
        }
    }

    pub(super) fn begin(source: S, path: &Path) -> Result<Opened<S>, JournalError> {
        let length = source.len().map_err(system("reading", path))?;
        let mut beginning = vec![0; length.min(PREAMBLE as u64) as usize];
        source.read_at(0, &mut beginning).map_err(system("reading", path))?;
        match head::preamble(&beginning) {
            Preamble::Unwritten => return Ok(Opened::Unwritten(source)),
            Preamble::Known => {}
            Preamble::Foreign => return Err(JournalError::Foreign(path.to_owned())),
            Preamble::Newer(found) => {
                return Err(JournalError::Newer { path: path.to_owned(), found, known: head::VERSION });
            }
        }
        let mut reader =
            Self { source, path: path.to_owned(), head: Head::none(), first: PREAMBLE as u64, offset: PREAMBLE as u64 };
        let Some((Kind::Head, payload)) = reader.step(length)? else {
            return Ok(Opened::Unwritten(reader.source));
        };
        reader.head = Head::read(&payload).ok_or_else(|| reader.damaged(PREAMBLE as u64))?;
        reader.first = reader.offset;
        Ok(Opened::Journal(reader))
    }

    /// What the journal is of.
    #[must_use]
    pub fn head(&self) -> &Head {
        &self.head
    }

    /// Where the next frame begins: go on from here later.
    #[must_use]
    pub fn offset(&self) -> u64 {
        self.offset
    }

    /// Go on at an offset that a reader of this journal told; 0 is the first frame.
    ///
    /// # Errors
    /// When no frame begins there.
    pub fn seek(&mut self, offset: u64) -> Result<(), JournalError> {
        let offset = offset.max(self.first);
        let length = self.length()?;
        match frame::find(&self.source, offset, length).map_err(|error| self.refused(error))? {
            Found::Bad => Err(self.damaged(offset)),
            Found::Short if offset > length => Err(self.damaged(offset)),
            Found::Short | Found::Frame(_) => {
                self.offset = offset;
                Ok(())
            }
        }
    }

    /// The next rows, a frame's or more until there are `limit`; none where no whole frame is left.
    ///
    /// # Errors
    /// When it cannot be read, or a frame that others follow is damaged.
    pub fn rows(&mut self, limit: usize) -> Result<Vec<Row>, JournalError> {
        let length = self.length()?;
        let mut rows = Vec::new();
        while rows.len() < limit {
            let at = self.offset;
            match self.step(length)? {
                Some((Kind::Rows, payload)) => rows.extend(Rows::read(&payload).ok_or_else(|| self.damaged(at))?.rows),
                Some(_) => {}
                None => break,
            }
        }
        Ok(rows)
    }

    /// Where the run stands, whatever was read before.
    ///
    /// # Errors
    /// As of [`Reader::rows`].
    pub fn standing(&mut self) -> Result<Standing, JournalError> {
        let kept = std::mem::replace(&mut self.offset, self.first);
        let standing = self.add_up();
        self.offset = kept;
        standing
    }

    /// SHA-256 over all rows, each with a line feed, in hexadecimal digits.
    ///
    /// # Errors
    /// As of [`Reader::rows`].
    pub fn digest(&mut self) -> Result<String, JournalError> {
        let kept = std::mem::replace(&mut self.offset, self.first);
        let mut context = Context::new(&SHA256);
        loop {
            let rows = self.rows(DIGEST_ROWS)?;
            if rows.is_empty() {
                break;
            }
            for row in rows {
                context.update(&row.json);
                context.update(b"\n");
            }
        }
        self.offset = kept;
        let mut digits = String::new();
        for byte in context.finish().as_ref() {
            // A text takes whatever is written to it.
            let _ = write!(digits, "{byte:02x}");
        }
        Ok(digits)
    }

    /// The bytes, for whoever goes on writing.
    pub(super) fn into_source(self) -> S {
        self.source
    }

    /// From the last whole checkpoint on; from the one before, should the last have been torn.
    fn add_up(&mut self) -> Result<Standing, JournalError> {
        let length = self.length()?;
        let mut wholes = self.wholes(length)?;
        loop {
            self.offset = wholes.pop().unwrap_or(self.first);
            let begun = self.offset;
            let mut standing = Standing::new(self.head.clone());
            while let (at, Some((kind, payload))) = (self.offset, self.step(length)?) {
                add(&mut standing, kind, &payload).ok_or_else(|| self.damaged(at))?;
            }
            if self.offset > begun || begun == self.first {
                standing.torn = length - self.offset;
                return Ok(standing);
            }
        }
    }

    /// Where whole checkpoints begin, by headers alone.
    fn wholes(&self, length: u64) -> Result<Vec<u64>, JournalError> {
        let mut at = self.first;
        let mut wholes = Vec::new();
        while let Found::Frame(header) = frame::find(&self.source, at, length).map_err(|error| self.refused(error))? {
            if header.kind == Kind::Whole {
                wholes.push(at);
            }
            at = header.end();
        }
        Ok(wholes)
    }

    /// The next frame; none at the end, or where what follows was torn off.
    fn step(&mut self, length: u64) -> Result<Option<(Kind, Vec<u8>)>, JournalError> {
        let found = frame::find(&self.source, self.offset, length).map_err(|error| self.refused(error))?;
        if let Found::Frame(header) = found
            && let Some(payload) = self.payload(header)?
        {
            self.offset = header.end();
            return Ok(Some((header.kind, payload)));
        }
        let is_followed = frame::any_after(&self.source, self.offset.saturating_add(1), length);
        if is_followed.map_err(|error| self.refused(error))? {
            return Err(self.damaged(self.offset));
        }
        Ok(None)
    }

    fn payload(&self, header: Header) -> Result<Option<Vec<u8>>, JournalError> {
        frame::payload(&self.source, header).map_err(|error| self.refused(error))
    }

    fn length(&self) -> Result<u64, JournalError> {
        self.source.len().map_err(|error| self.refused(error))
    }

    fn refused(&self, error: io::Error) -> JournalError {
        system("reading", &self.path)(error)
    }

    fn damaged(&self, offset: u64) -> JournalError {
        JournalError::Damaged { path: self.path.clone(), offset }
    }
}

fn add(standing: &mut Standing, kind: Kind, payload: &[u8]) -> Option<()> {
    match kind {
        Kind::Head => None,
        Kind::Rows => {
            let (settled, rows) = Rows::read_settled(payload)?;
            standing.on_rows(&settled, rows);
            Some(())
        }
        Kind::Checkpoint => standing.on_checkpoint(Checkpoint::read(payload)?, false),
        Kind::Whole => standing.on_checkpoint(Checkpoint::read(payload)?, true),
        Kind::End => {
            standing.finished = true;
            Some(())
        }
    }
}
