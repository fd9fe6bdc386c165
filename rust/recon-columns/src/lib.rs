//! Rows as columns: Arrow IPC files and Parquet, as bytes in memory. Must never do I/O, nor hold more than a group.

mod arrow;
mod parquet;
mod table;

use recon_core::reply::Reply;

/// So many rows make a group: what is held before it is written.
pub const GROUP_ROWS: usize = 32_768;

/// Why columns could not be made.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// From the writer of Arrow.
    #[error("arrow: {0}")]
    Arrow(#[from] arrow_schema::ArrowError),
    /// From the writer of Parquet.
    #[error("parquet: {0}")]
    Parquet(#[from] ::parquet::errors::ParquetError),
}

/// A format of columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Arrow's IPC file.
    Arrow,
    /// Apache Parquet.
    Parquet,
}

/// Takes replies and gives a file's bytes piece by piece.
pub struct Columns {
    held: table::Table,
    writer: Writer,
    group_rows: usize,
}

enum Writer {
    Arrow(arrow::Writer),
    Parquet(parquet::Writer),
}

impl Columns {
    /// Begins a file whose groups have so many rows ([`GROUP_ROWS`]).
    ///
    /// # Errors
    /// If the library refuses the schema.
    pub fn new(format: Format, group_rows: usize) -> Result<Self, Error> {
        let writer = match format {
            Format::Arrow => Writer::Arrow(arrow::Writer::new()?),
            Format::Parquet => Writer::Parquet(parquet::Writer::new()?),
        };
        Ok(Self { held: table::Table::default(), writer, group_rows })
    }

    /// Takes replies; what of the file is ready by then.
    ///
    /// # Errors
    /// If a group cannot be written.
    pub fn push(&mut self, replies: &[Reply]) -> Result<Vec<u8>, Error> {
        for reply in replies {
            self.held.push(reply);
            if self.held.rows() >= self.group_rows {
                self.write_group()?;
            }
        }
        Ok(match &mut self.writer {
            Writer::Arrow(writer) => writer.take(),
            Writer::Parquet(writer) => writer.take(),
        })
    }

    /// The rest of the file.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn finish(mut self) -> Result<Vec<u8>, Error> {
        if self.held.rows() > 0 {
            self.write_group()?;
        }
        match self.writer {
            Writer::Arrow(writer) => writer.finish(),
            Writer::Parquet(writer) => writer.finish(),
        }
    }

    fn write_group(&mut self) -> Result<(), Error> {
        let group = std::mem::take(&mut self.held);
        match &mut self.writer {
            Writer::Arrow(writer) => writer.write(group),
            Writer::Parquet(writer) => writer.write(&group),
        }
    }
}

#[cfg(test)]
mod tests;
