//! Journals for Python: reading one, also while it is written, and making one of rows that exist already.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict};
use recon_core::tally::Tally;
use recon_engine::EngineError;
use recon_engine::journal::{self, Checkpoint, Head, JournalError, MOST_SEGMENT, NOWHERE, Rows, Standing};

use crate::errors;
use crate::sweep::counts;

/// Positions and rows, as Python sees them.
type Row<'py> = (Option<u64>, Bound<'py, PyBytes>);

/// Reads a journal, also one that is being written.
#[pyclass(frozen, module = "recon._core")]
pub(crate) struct JournalReader {
    inner: Mutex<journal::Reader>,
}

impl JournalReader {
    fn reader(&self) -> MutexGuard<'_, journal::Reader> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Call the reader without the GIL.
    fn call<T: Send>(
        &self,
        py: Python<'_>,
        call: impl FnOnce(&mut journal::Reader) -> Result<T, JournalError> + Send,
    ) -> PyResult<T> {
        py.detach(|| call(&mut self.reader())).map_err(|error| raised(py, error))
    }
}

#[pymethods]
impl JournalReader {
    #[new]
    #[pyo3(signature = (path, offset = 0))]
    #[allow(clippy::needless_pass_by_value)] // pyo3 hands paths over by value
    fn new(py: Python<'_>, path: PathBuf, offset: u64) -> PyResult<Self> {
        let mut reader = py.detach(|| journal::Reader::open(&path)).map_err(|error| raised(py, error))?;
        reader.seek(offset).map_err(|error| raised(py, error))?;
        Ok(Self { inner: Mutex::new(reader) })
    }

    fn rows<'py>(&self, py: Python<'py>, limit: usize) -> PyResult<Vec<Row<'py>>> {
        let rows = self.call(py, |reader| reader.rows(limit))?;
        let row = |row: journal::Row| ((row.position != NOWHERE).then_some(row.position), PyBytes::new(py, &row.json));
        Ok(rows.into_iter().map(row).collect())
    }

    #[getter]
    fn offset(&self) -> u64 {
        self.reader().offset()
    }

    fn state<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let standing = self.call(py, journal::Reader::standing)?;
        state(py, &standing)
    }

    fn digest(&self, py: Python<'_>) -> PyResult<String> {
        self.call(py, journal::Reader::digest)
    }
}

/// Makes a journal of rows that exist already; such a journal is finished, not gone on with.
#[pyclass(frozen, module = "recon._core")]
pub(crate) struct JournalWriter {
    inner: Mutex<Made>,
}

struct Made {
    writer: journal::Writer,
    head: Head,
    rows: u64,
}

impl Made {
    /// Write the counts of `end`, and the end itself.
    fn finish(&mut self, mut end: Checkpoint) -> Result<(), JournalError> {
        let interval = self.head.interval.clone();
        end.tally.targets = interval.end - interval.start;
        (end.rows, end.start, end.pass) = (self.rows, interval.end, 1);
        self.writer.checkpoint(&end, true)?;
        self.writer.finish()?;
        self.writer.syncer()?.sync()
    }
}

impl JournalWriter {
    /// Call the writer without the GIL.
    fn call(&self, py: Python<'_>, call: impl FnOnce(&mut Made) -> Result<(), JournalError> + Send) -> PyResult<()> {
        let called = py.detach(|| call(&mut self.inner.lock().unwrap_or_else(PoisonError::into_inner)));
        called.map_err(|error| raised(py, error))
    }
}

#[pymethods]
impl JournalWriter {
    #[new]
    #[allow(clippy::needless_pass_by_value)] // pyo3 hands paths over by value
    fn new(py: Python<'_>, path: PathBuf, interval: (u64, u64), line: String) -> PyResult<Self> {
        let head = Head { line, interval: interval.0..interval.1.max(interval.0), size: MOST_SEGMENT };
        let opened = py.detach(|| journal::Writer::open(&path, &head)).map_err(|error| raised(py, error))?;
        Ok(Self { inner: Mutex::new(Made { writer: opened.0, head, rows: opened.1.rows }) })
    }

    #[allow(clippy::needless_pass_by_value)] // pyo3 hands lists over by value
    fn append(&self, py: Python<'_>, rows: Vec<(Option<u64>, Bound<'_, PyBytes>)>) -> PyResult<()> {
        let row = |(position, json): &(Option<u64>, Bound<'_, PyBytes>)| journal::Row {
            position: position.unwrap_or(NOWHERE),
            json: json.as_bytes().to_vec(),
        };
        let rows = Rows { settled: Vec::new(), rows: rows.iter().map(row).collect() };
        self.call(py, |made| {
            made.writer.rows(&rows)?;
            made.rows += rows.rows.len() as u64;
            Ok(())
        })
    }

    #[pyo3(signature = (counts, elapsed_s = 0.0))]
    #[allow(clippy::needless_pass_by_value)] // pyo3 hands dictionaries over by value
    fn finish(&self, py: Python<'_>, counts: HashMap<String, u64>, elapsed_s: f64) -> PyResult<()> {
        let tally = tally(&counts)?;
        let elapsed_us = (elapsed_s.max(0.0) * 1e6) as u64;
        self.call(py, |made| made.finish(Checkpoint { tally, elapsed_us, ..Checkpoint::default() }))
    }
}

/// The counts of a finished run, by the names that a summary gives them.
fn tally(counts: &HashMap<String, u64>) -> PyResult<Tally> {
    let mut tally = Tally::default();
    for (name, &count) in counts {
        match name.as_str() {
            "sent" => tally.sent = count,
            "open" => tally.open = count,
            "closed" => tally.closed = count,
            "unreachable" => tally.unreachable = count,
            "silent" => tally.silent = count,
            "unknown" => tally.unknown = count,
            "drops" => tally.drops = count,
            _ => return Err(PyValueError::new_err(format!("no such count: {name:?}"))),
        }
    }
    Ok(tally)
}

fn raised(py: Python<'_>, error: JournalError) -> PyErr {
    errors::engine(py, &EngineError::Journal(error))
}

/// What a journal says, for Python.
fn state<'py>(py: Python<'py>, standing: &Standing) -> PyResult<Bound<'py, PyDict>> {
    let values = PyDict::new(py);
    let tally = counts(py, &standing.tally)?;
    tally.set_item("drops", standing.tally.drops)?;
    tally.set_item("elapsed_s", standing.elapsed_us as f64 / 1e6)?;
    values.set_item("tally", tally)?;
    values.set_item("settled", standing.tally.settled)?;
    values.set_item("rows", standing.rows)?;
    values.set_item("torn", standing.torn)?;
    values.set_item("finished", standing.finished)?;
    values.set_item("interval", (standing.head.interval.start, standing.head.interval.end))?;
    values.set_item("line", &standing.head.line)?;
    Ok(values)
}
