//! A batch of replies owned by Rust; Python objects are made on demand.

use std::collections::{HashMap, HashSet};
use std::sync::OnceLock;

use pyo3::exceptions::{PyIndexError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyList, PyString};
use recon_core::jsonl;
use recon_core::reply::{Reply, State};
use recon_core::transcript::{Direction, Transcript};

use crate::{records, words};

/// A rough size of a row, so that the buffer grows once.
const ROW_BYTES: usize = 640;

/// One utterance for Python: who, what, when in microseconds, on which connection.
type Said<'py> = (&'static str, Bound<'py, PyBytes>, u64, u8);
/// One thing that happened: when, on which connection, what kind, and its bytes or text.
type Happened<'py> = (u64, u8, &'static str, Bound<'py, PyAny>);

/// Up to 1,024 records, owned by Rust; objects are made on demand.
#[pyclass(frozen, sequence, module = "recon._core")]
pub(crate) struct Batch {
    replies: Vec<Reply>,
    /// The rows as JSON lines, made once.
    jsonl: OnceLock<Vec<u8>>,
}

impl Batch {
    pub(crate) fn new(replies: Vec<Reply>) -> Self {
        Self { replies, jsonl: OnceLock::new() }
    }

    /// The records.
    pub(crate) fn replies(&self) -> &[Reply] {
        &self.replies
    }

    /// The records as JSON lines.
    pub(crate) fn jsonl(&self) -> &[u8] {
        self.jsonl.get_or_init(|| {
            let mut out = Vec::with_capacity(self.replies.len() * ROW_BYTES);
            self.replies.iter().for_each(|reply| jsonl::write(reply, &mut out));
            out
        })
    }
}

#[pymethods]
impl Batch {
    #[staticmethod]
    fn of(records: &Bound<'_, PyAny>) -> PyResult<Self> {
        let replies = records.try_iter()?.map(|record| records::reply(&record?)).collect::<PyResult<_>>()?;
        Ok(Self::new(replies))
    }

    /// The records of JSONL rows. Threads may read at the same time.
    #[staticmethod]
    fn parse(py: Python<'_>, rows: &[u8]) -> PyResult<Self> {
        let lines = rows.split(|byte| *byte == b'\n').filter(|line| !line.trim_ascii().is_empty());
        let read = py.detach(|| lines.map(jsonl::read).collect::<Result<_, _>>());
        read.map(Self::new).map_err(PyValueError::new_err)
    }

    fn edited(&self, records: &Bound<'_, PyAny>) -> PyResult<Self> {
        let mut batch = Self::of(records)?;
        let recorded = self.replies.iter().filter_map(|reply| Some((reply.target, reply.transcript.as_ref()?)));
        let by_target: HashMap<_, _> = recorded.collect();
        for reply in &mut batch.replies {
            reply.transcript = by_target.get(&reply.target).map(|transcript| (*transcript).clone());
        }
        Ok(batch)
    }

    /// Records with one of these services, and the others.
    #[allow(clippy::needless_pass_by_value)] // pyo3 hands sets over by value
    fn split(&self, services: HashSet<String>) -> (Self, Self) {
        let wanted = |reply: &Reply| reply.findings.services.iter().any(|service| services.contains(&*service.name));
        let (with, without) = self.replies.iter().cloned().partition(wanted);
        (Self::new(with), Self::new(without))
    }

    /// The same records without the services that are less certain.
    fn at_least(&self, confidence: f64) -> Self {
        let mut replies = self.replies.clone();
        for reply in &mut replies {
            reply.findings.services.retain(|service| service.certainty() >= confidence);
        }
        Self::new(replies)
    }

    fn __len__(&self) -> usize {
        self.replies.len()
    }

    fn __getitem__<'py>(&self, py: Python<'py>, index: isize) -> PyResult<Bound<'py, PyAny>> {
        let at = if index < 0 { index + self.replies.len() as isize } else { index };
        let reply = usize::try_from(at).ok().and_then(|at| self.replies.get(at));
        records::record(py, reply.ok_or_else(|| PyIndexError::new_err("no such record in this batch"))?)
    }

    fn __iter__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let made = self.replies.iter().map(|reply| records::record(py, reply)).collect::<PyResult<Vec<_>>>()?;
        PyList::new(py, made)?.into_any().call_method0("__iter__")
    }

    fn to_jsonl<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        PyBytes::new(py, py.detach(|| self.jsonl()))
    }

    fn to_list<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        let mut out = String::new();
        let open = self.replies.iter().filter(|reply| reply.state == State::Open);
        open.for_each(|reply| words::push(&mut out, &reply.target));
        PyBytes::new(py, out.as_bytes())
    }

    fn transcripts<'py>(&self, py: Python<'py>) -> Vec<Option<Vec<Said<'py>>>> {
        let said = |transcript: &Transcript| transcript.entries.iter().map(|entry| said(py, entry)).collect();
        self.replies.iter().map(|reply| reply.transcript.as_deref().map(said)).collect()
    }

    fn traces<'py>(&self, py: Python<'py>) -> Vec<Option<Vec<Happened<'py>>>> {
        self.replies.iter().map(|reply| reply.transcript.as_deref().map(|whole| trace(py, whole))).collect()
    }
}

/// Steps and utterances in one order; a step comes before what was said at the same time.
fn trace<'py>(py: Python<'py>, transcript: &Transcript) -> Vec<Happened<'py>> {
    let steps = transcript.steps.iter();
    let mut all: Vec<Happened<'py>> =
        steps.map(|step| (step.at_us, step.wire, "step", PyString::new(py, &step.text).into_any())).collect();
    all.extend(transcript.entries.iter().map(|entry| {
        let (who, data, at_us, wire) = said(py, entry);
        (at_us, wire, who, data.into_any())
    }));
    all.sort_by_key(|happened| happened.0);
    all
}

fn said<'py>(py: Python<'py>, entry: &recon_core::transcript::Entry) -> Said<'py> {
    let who = match entry.direction {
        Direction::Sent => "sent",
        Direction::Received => "received",
        Direction::Secured => "secured",
    };
    (who, PyBytes::new(py, &entry.data), entry.at_us, entry.wire)
}
