//! The rows of a journal as those of a database's tables, read ahead by a thread. Converts, never decides.

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, sync_channel};
use std::sync::{Mutex, PoisonError};
use std::thread;

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyList, PyString, PyTuple};
use recon_core::tables::{self, Cell, Table};
use recon_core::version;
use recon_engine::EngineError;
use recon_engine::journal::{self, JournalError, NOWHERE};

use crate::errors;

/// Batches that wait for whoever takes them.
const AHEAD: usize = 1;

/// Bytes that sort as versions do.
#[pyfunction]
pub(crate) fn version_key<'py>(py: Python<'py>, version: &str) -> Bound<'py, PyBytes> {
    PyBytes::new(py, &version::order_key(version))
}

/// What the thread made of some rows, or why it could not.
type Made = Result<Piece, Fault>;

struct Piece {
    tables: tables::Tables,
    rows: u64,
    offset: u64,
}

enum Fault {
    Journal(JournalError),
    Row(String),
}

/// Tables of one batch: the offset behind it, its replies, and of each table rows in groups and those left over.
type Batch<'py> = (u64, u64, Vec<(Bound<'py, PyList>, Bound<'py, PyList>)>);

/// Rows for the tables reply, service and fact, a batch at a time.
#[pyclass(frozen, module = "recon._core")]
pub(crate) struct Tables {
    made: Mutex<Receiver<Made>>,
}

#[pymethods]
impl Tables {
    /// Rows in a group: as many as make one statement.
    #[classattr]
    const GROUP: usize = 32;

    #[new]
    #[pyo3(signature = (path, offset, number, batch))]
    #[allow(clippy::needless_pass_by_value)] // pyo3 hands paths over by value
    fn new(py: Python<'_>, path: PathBuf, offset: u64, number: u64, batch: usize) -> PyResult<Self> {
        let reader = py.detach(|| opened(&path, offset)).map_err(|error| raised(py, Fault::Journal(error)))?;
        let (give, made) = sync_channel(AHEAD);
        let work = move || {
            // Whoever takes them may go first; then there is nobody to tell.
            let _ = Work { reader, number, batch }.all(|made| give.send(made).is_ok());
        };
        thread::Builder::new().name("recon-tables".to_owned()).spawn(work)?;
        Ok(Self { made: Mutex::new(made) })
    }

    fn __iter__(slf: PyRef<'_, Self>) -> PyRef<'_, Self> {
        slf
    }

    fn __next__<'py>(&self, py: Python<'py>) -> PyResult<Option<Batch<'py>>> {
        let made = py.detach(|| self.made.lock().unwrap_or_else(PoisonError::into_inner).recv().ok());
        let Some(piece) = made.transpose().map_err(|fault| raised(py, fault))? else {
            return Ok(None);
        };
        let tables = Table::ALL.into_iter().map(|table| groups(py, &piece.tables, table)).collect::<PyResult<_>>()?;
        Ok(Some((piece.offset, piece.rows, tables)))
    }
}

fn opened(path: &Path, offset: u64) -> Result<journal::Reader, JournalError> {
    let mut reader = journal::Reader::open(path)?;
    reader.seek(offset)?;
    Ok(reader)
}

/// What the thread does.
struct Work {
    reader: journal::Reader,
    number: u64,
    batch: usize,
}

impl Iterator for Work {
    type Item = Made;

    fn next(&mut self) -> Option<Made> {
        match self.reader.rows(self.batch) {
            Ok(rows) if rows.is_empty() => None,
            Ok(rows) => Some(self.piece(&rows).map_err(Fault::Row)),
            Err(error) => Some(Err(Fault::Journal(error))),
        }
    }
}

impl Work {
    fn piece(&mut self, rows: &[journal::Row]) -> Result<Piece, String> {
        let mut tables = tables::Tables::default();
        for row in rows {
            tables.push(self.number, (row.position != NOWHERE).then_some(row.position), &row.json)?;
            self.number += 1;
        }
        Ok(Piece { tables, rows: rows.len() as u64, offset: self.reader.offset() })
    }
}

fn raised(py: Python<'_>, fault: Fault) -> PyErr {
    match fault {
        Fault::Journal(error) => errors::engine(py, &EngineError::Journal(error)),
        Fault::Row(why) => PyValueError::new_err(why),
    }
}

/// The rows of a table: tuples of as many rows as make a group, and tuples of one row.
fn groups<'py>(
    py: Python<'py>,
    tables: &tables::Tables,
    table: Table,
) -> PyResult<(Bound<'py, PyList>, Bound<'py, PyList>)> {
    let (cells, columns) = (tables.cells(table), table.columns());
    let many = columns * Tables::GROUP;
    let (groups, rest) = cells.split_at(cells.len() / many * many);
    let mut values = Values { tables, above: vec![None; columns] };
    let mut tuples = |cells: &[Cell], length: usize| {
        let tuples = cells.chunks_exact(length).map(|cells| values.tuple(py, cells)).collect::<PyResult<Vec<_>>>()?;
        PyList::new(py, tuples)
    };
    Ok((tuples(groups, many)?, tuples(rest, columns)?))
}

/// Makes objects of cells; a text that stands in the row above too is one object with it.
struct Values<'a, 'py> {
    tables: &'a tables::Tables,
    above: Vec<Option<(&'a str, Bound<'py, PyAny>)>>,
}

impl<'py> Values<'_, 'py> {
    fn tuple(&mut self, py: Python<'py>, cells: &[Cell]) -> PyResult<Bound<'py, PyTuple>> {
        let columns = self.above.len();
        let values = cells.iter().enumerate().map(|(at, cell)| self.value(py, cell, at % columns));
        PyTuple::new(py, values.collect::<PyResult<Vec<_>>>()?)
    }

    fn value(&mut self, py: Python<'py>, cell: &Cell, column: usize) -> PyResult<Bound<'py, PyAny>> {
        Ok(match cell {
            Cell::Null => py.None().into_bound(py),
            Cell::Integer(number) => number.into_pyobject(py)?.into_any(),
            Cell::Real(number) => number.into_pyobject(py)?.into_any(),
            Cell::Bytes(range) => PyBytes::new(py, self.tables.bytes(range)).into_any(),
            Cell::Text(range) => self.text(py, range, column),
        })
    }

    fn text(&mut self, py: Python<'py>, range: &Range<usize>, column: usize) -> Bound<'py, PyAny> {
        let text = self.tables.text(range);
        match &self.above[column] {
            Some((above, object)) if *above == text => object.clone(),
            _ => {
                let object = PyString::new(py, text).into_any();
                self.above[column] = Some((text, object.clone()));
                object
            }
        }
    }
}
