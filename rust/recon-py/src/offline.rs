//! Stored replies for Python: whole files in, batches out, many lines a call and without the GIL.

use std::sync::{Arc, Mutex, PoisonError};

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use recon_core::matcher::{self, Scratch};
use recon_core::reply::Reply;
use recon_core::stored::{self, Form, Namer};

use crate::batch::Batch;
use crate::errors;
use crate::pack::Pack;

/// The most rows of a batch (design §3).
const BATCH_ROWS: usize = 1024;

/// Scratch memory that calls use again; one a call at a time.
#[derive(Default)]
pub(crate) struct Scratches(Mutex<Vec<Scratch>>);

impl Scratches {
    /// Lends one out; there are never more than there were calls at a time.
    pub(crate) fn with<Out>(&self, work: impl FnOnce(&mut Scratch) -> Out) -> Out {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut scratch = kept.unwrap_or_default();
        let out = work(&mut scratch);
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(scratch);
        out
    }
}

/// Names stored replies with a pack. Any number of threads may call it at a time.
#[pyclass(frozen, module = "recon._core")]
pub(crate) struct Offline {
    pack: Arc<matcher::Pack>,
    scratches: Arc<Scratches>,
    form: Form,
    namer: Namer,
}

/// What a piece of a file came to.
#[derive(Default)]
struct Outcome {
    replies: Vec<Reply>,
    /// (line, why) of each line that could not be read.
    faults: Vec<(u64, String)>,
    /// Sound lines without a reply.
    empty: u64,
    lines: u64,
}

#[pymethods]
impl Offline {
    #[new]
    #[pyo3(signature = (pack, form, *, hint = None, port = None, transport = None, tls = false, cut = false, least = 0.0, now_us = 0))]
    #[allow(clippy::too_many_arguments)] // each is an option of the command
    fn new(
        pack: &Bound<'_, Pack>,
        form: &str,
        hint: Option<String>,
        port: Option<u16>,
        transport: Option<&str>,
        tls: bool,
        cut: bool,
        least: f64,
        now_us: i64,
    ) -> PyResult<Self> {
        let transport = transport.map(errors::transport).transpose()?;
        let pack = pack.get();
        Ok(Self {
            pack: pack.inner.clone(),
            scratches: pack.scratches.clone(),
            form: form_of(form)?,
            namer: Namer { hint, port, transport, tls, cut, least, now_us },
        })
    }

    /// Names what a piece of a file holds; it ends with a whole line. `host` names a reply that tells none.
    #[pyo3(signature = (data, first_line = 1, host = None))]
    #[allow(clippy::type_complexity, clippy::needless_pass_by_value)] // the shape of the stub; pyo3 hands texts over
    fn read(
        &self,
        py: Python<'_>,
        data: &[u8],
        first_line: u64,
        host: Option<String>,
    ) -> (Vec<Batch>, Vec<(u64, String)>, u64, u64) {
        let host: Option<Arc<str>> = host.as_deref().map(Arc::from);
        let outcome =
            py.detach(|| self.scratches.with(|scratch| self.outcome(data, first_line, host.as_ref(), scratch)));
        (batches(outcome.replies), outcome.faults, outcome.empty, outcome.lines)
    }
}

impl Offline {
    fn outcome(&self, data: &[u8], first_line: u64, host: Option<&Arc<str>>, scratch: &mut Scratch) -> Outcome {
        let mut outcome = Outcome::default();
        if self.form == Form::Raw {
            self.take(data, first_line, host, scratch, &mut outcome);
            return outcome;
        }
        for line in stored::lines(data) {
            self.take(line, first_line + outcome.lines, host, scratch, &mut outcome);
        }
        outcome
    }

    fn take(&self, text: &[u8], line: u64, host: Option<&Arc<str>>, scratch: &mut Scratch, outcome: &mut Outcome) {
        let found = stored::read(text, self.form);
        outcome.lines += 1;
        outcome.empty += u64::from(found.replies.is_empty() && found.fault.is_none());
        outcome.faults.extend(found.fault.map(|why| (line, why)));
        for mut reply in found.replies {
            if reply.host.is_none() && reply.addr == stored::NOWHERE {
                reply.host = host.cloned();
            }
            outcome.replies.push(self.namer.name(&self.pack, reply, scratch));
        }
    }
}

fn form_of(word: &str) -> PyResult<Form> {
    match word {
        "raw" => Ok(Form::Raw),
        "lines" => Ok(Form::Lines),
        "jsonl" => Ok(Form::Jsonl),
        _ => Err(PyValueError::new_err(format!("no such form: {word:?}; there are raw, lines and jsonl"))),
    }
}

fn batches(replies: Vec<Reply>) -> Vec<Batch> {
    let mut batches = Vec::with_capacity(replies.len().div_ceil(BATCH_ROWS));
    let mut rest = replies.into_iter().peekable();
    while rest.peek().is_some() {
        batches.push(Batch::new(rest.by_ref().take(BATCH_ROWS).collect()));
    }
    batches
}
