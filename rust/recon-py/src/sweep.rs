//! A running sweep for Python: an iterator of batches that waits without the GIL.

use std::collections::HashMap;
use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList};
use recon_core::dialogue::Budget;
use recon_core::recall::Estimate;
use recon_core::shuffle;
use recon_core::tally::Tally;
use recon_engine::settings::{Journal, Rate, Raw, Settings, Show};
use recon_engine::sweep::{self, Next};

use crate::batch::Batch;
use crate::pack::Pack;
use crate::scope::Scope;
use crate::words::{self, Space};
use crate::{errors, orders};

/// Longest wait between two looks at Python's signals.
const TICK: Duration = Duration::from_millis(25);

/// A running plan. Iterating it gives batches; waiting releases the GIL.
#[pyclass(frozen, module = "recon._core")]
pub(crate) struct Sweep {
    /// Behind a lock for `join` only; the rest of the engine's face is shared.
    inner: Mutex<Inner>,
    running: Arc<sweep::Sweep>,
}

struct Inner {
    joined: bool,
    interrupted: bool,
}

#[pymethods]
impl Sweep {
    #[new]
    #[pyo3(signature = (
        space, pack, *, seed, shard, rate, timeout_ms, passes, threads, window, source_port, show, names, transcripts,
        deep = false, raw = None, scope = None, auto = false, goal = None, budget_s = None, max_packets = None,
        caps = (None, None), journal = None
    ))]
    #[allow(clippy::too_many_arguments, clippy::needless_pass_by_value)] // the plan's options, once
    fn new(
        py: Python<'_>,
        space: &Space,
        pack: Option<&Pack>,
        seed: u64,
        shard: (u64, u64),
        rate: Option<f64>,
        timeout_ms: u64,
        passes: u32,
        threads: usize,
        window: Option<usize>,
        source_port: Option<u16>,
        show: Vec<String>,
        names: HashMap<String, String>,
        transcripts: bool,
        deep: bool,
        raw: Option<(Option<String>, Option<String>)>,
        scope: Option<&Scope>,
        auto: bool,
        goal: Option<f64>,
        budget_s: Option<f64>,
        max_packets: Option<u64>,
        caps: (Option<u32>, Option<u32>),
        journal: Option<PathBuf>,
    ) -> PyResult<Self> {
        let settings = Settings {
            line: words::make(py, space, seed, shard)?,
            pack: pack.map(|pack| pack.inner.clone()),
            rate: if auto { Rate::Auto(rate) } else { rate.map_or(Rate::Max, Rate::Fixed) },
            timeout_us: timeout_ms.saturating_mul(1000),
            passes,
            goal,
            budget_us: budget_s.map(|budget_s| (budget_s * 1e6) as u64),
            most_packets: max_packets,
            threads,
            window,
            source_port,
            show: shown(&show)?,
            names: named(names)?,
            transcripts,
            deep,
            budget: if deep { Budget::deep() } else { Budget::default() },
            raw: raw.map(raw_terms).transpose()?,
            per_host: caps.0,
            per_net: caps.1,
            scope: scope.map(|scope| scope.inner.clone()),
            journal: journal.map(|path| Journal { path, line: line_name(space, seed) }),
        };
        let started = py.detach(|| sweep::Sweep::start(settings)).map_err(|error| errors::engine(py, &error))?;
        Ok(Self { inner: Mutex::new(Inner { joined: false, interrupted: false }), running: Arc::new(started) })
    }

    fn __iter__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    fn __next__(&self, py: Python<'_>) -> PyResult<Option<Batch>> {
        loop {
            match py.detach(|| self.running.next(TICK)) {
                Next::Batch(replies) => return Ok(Some(Batch::new(replies))),
                Next::Done => return self.end(py).map(|()| None),
                Next::Pending => py.check_signals()?,
            }
        }
    }

    /// Give orders of enumerators.
    fn order(&self, py: Python<'_>, orders: &Bound<'_, PyList>) -> PyResult<()> {
        let given = orders.iter().map(|order| orders::read(&order)).collect::<PyResult<Vec<_>>>()?;
        py.detach(|| self.running.order(given)).map_err(|error| errors::engine(py, &error))
    }

    /// Wait for a batch or for what became of orders; the last part says whether the last batch was handed over.
    #[pyo3(signature = (batches = true))]
    fn wait<'py>(&self, py: Python<'py>, batches: bool) -> PyResult<(Option<Batch>, Vec<orders::Told<'py>>, bool)> {
        let (next, events) = py.detach(|| self.running.wait(TICK, batches));
        py.check_signals()?;
        let told = events.into_iter().map(|(id, event)| orders::told(py, id, event)).collect();
        match next {
            Next::Batch(replies) => Ok((Some(Batch::new(replies)), told, false)),
            Next::Pending => Ok((None, told, false)),
            Next::Done => self.end(py).map(|()| (None, told, true)),
        }
    }

    /// Acknowledge the rows of a batch: `kept` is what became of `taken`. The journal, if one is kept, has them then.
    fn record(&self, py: Python<'_>, taken: &Batch, kept: &Batch) -> PyResult<()> {
        let recorded = py.detach(|| self.running.record(taken.replies(), kept.replies(), || kept.jsonl()));
        recorded.map_err(|error| errors::engine(py, &error))
    }

    /// Write the journal's end, once every row is acknowledged.
    fn close_journal(&self, py: Python<'_>) -> PyResult<()> {
        py.detach(|| self.running.close_journal()).map_err(|error| errors::engine(py, &error))
    }

    /// End the enumerators' thread.
    fn finish(&self, py: Python<'_>) -> PyResult<()> {
        py.detach(|| self.running.end_enumeration()).map_err(|error| errors::engine(py, &error))
    }

    fn stop(&self) {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        inner.interrupted |= !inner.joined;
        self.running.stop();
    }

    fn progress<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let tally = self.running.tally();
        let values = counts(py, &tally)?;
        let elapsed_s = self.elapsed_s();
        let rate = tally.sent as f64 / elapsed_s.max(1e-9);
        values.set_item("settled", tally.settled)?;
        values.set_item("in_flight", tally.in_flight)?;
        values.set_item("elapsed_s", elapsed_s)?;
        values.set_item("rate_pps", rate)?;
        values.set_item("left_s", left_s(&tally, elapsed_s))?;
        values.set_item("limited_by", self.running.bottleneck())?;
        values.set_item("pass_number", self.running.passes())?;
        py.import("recon.model")?.getattr("Progress")?.call((), Some(&values))
    }

    fn summary<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        if !inner.joined {
            return Err(errors::state(py, "the sweep is still running"));
        }
        let mut tally = self.running.tally();
        tally.close();
        let elapsed_s = self.elapsed_s();
        let values = counts(py, &tally)?;
        values.set_item("drops", tally.drops)?;
        values.set_item("elapsed_s", elapsed_s)?;
        values.set_item("rate_pps", tally.sent as f64 / elapsed_s.max(1e-9))?;
        values.set_item("backend", self.running.backend())?;
        values.set_item("bottleneck", self.running.bottleneck())?;
        values.set_item("path_limit_pps", self.running.path_limit_pps())?;
        values.set_item("spent", self.running.spent())?;
        values.set_item("passes", self.running.passes())?;
        let recall = self.running.recall();
        values.set_item("recall_why", recall.as_ref().err().map(ToString::to_string))?;
        values.set_item("recall", recall.ok().map(|estimate| recall_values(py, &estimate)).transpose()?)?;
        values.set_item("position", self.running.position())?;
        values.set_item("interrupted", inner.interrupted)?;
        Ok(values)
    }
}

impl Sweep {
    fn elapsed_s(&self) -> f64 {
        self.running.elapsed_ns() as f64 / 1e9
    }

    /// Join the threads once; raise what ended them.
    fn end(&self, py: Python<'_>) -> PyResult<()> {
        let ended = py.detach(|| self.running.join());
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        inner.joined = true;
        ended.map_err(|error| errors::engine(py, &error))
    }
}

/// The counters that progress and summary share.
pub(crate) fn counts<'py>(py: Python<'py>, tally: &Tally) -> PyResult<Bound<'py, PyDict>> {
    let values = PyDict::new(py);
    values.set_item("targets", tally.targets)?;
    values.set_item("sent", tally.sent)?;
    values.set_item("open", tally.open)?;
    values.set_item("closed", tally.closed)?;
    values.set_item("unreachable", tally.unreachable)?;
    values.set_item("silent", tally.silent)?;
    values.set_item("unknown", tally.unknown)?;
    let errors = PyDict::new(py);
    for (name, count) in &tally.errors {
        errors.set_item(&**name, count)?;
    }
    values.set_item("errors", errors)?;
    Ok(values)
}

/// The measured share of what is there, as `recon.model.Recall`.
fn recall_values<'py>(py: Python<'py>, estimate: &Estimate) -> PyResult<Bound<'py, PyAny>> {
    let values = PyDict::new(py);
    let (share, low, high) = estimate.recall();
    values.set_item("estimate", share)?;
    values.set_item("low", low)?;
    values.set_item("high", high)?;
    values.set_item("canaries", estimate.canaries)?;
    values.set_item("passes", estimate.passes)?;
    values.set_item("found", estimate.found)?;
    values.set_item("there_low", estimate.low)?;
    values.set_item("there_high", estimate.high)?;
    values.set_item("loss", estimate.loss)?;
    py.import("recon.model")?.getattr("Recall")?.call((), Some(&values))
}

/// Seconds left at the pace so far; none before anything is settled.
fn left_s(tally: &Tally, elapsed_s: f64) -> Option<f64> {
    let left = tally.targets.saturating_sub(tally.settled);
    (tally.settled > 0).then(|| elapsed_s * left as f64 / tally.settled as f64)
}

/// What tells a line from others: its targets, its seed and the way it is shuffled.
fn line_name(space: &Space, seed: u64) -> String {
    format!("{:016x}/{seed}/{}", space.inner.digest(), shuffle::VERSION)
}

fn shown(words: &[String]) -> PyResult<Show> {
    let mut show = Show::default();
    for word in words {
        match word.as_str() {
            "open" => {}
            "closed" => show.closed = true,
            "unreachable" => show.unreachable = true,
            "silent" => show.silent = true,
            "unknown" => show.unknown = true,
            _ => return Err(PyValueError::new_err(format!("no such state: {word:?}"))),
        }
    }
    Ok(show)
}

/// The interface and the source address that the raw backend is told.
pub(crate) fn raw_terms((interface, source_ip): (Option<String>, Option<String>)) -> PyResult<Raw> {
    let parsed = source_ip.map(|addr| addr.parse().map_err(|_| not_an_address(&addr))).transpose()?;
    Ok(Raw { interface, source_ip: parsed })
}

fn not_an_address(word: &str) -> PyErr {
    PyValueError::new_err(format!("{word:?} is not an address"))
}

fn named(names: HashMap<String, String>) -> PyResult<HashMap<IpAddr, Arc<str>>> {
    let pair = |(addr, name): (String, String)| match addr.parse() {
        Ok(addr) => Ok((addr, Arc::from(name))),
        Err(_) => Err(not_an_address(&addr)),
    };
    names.into_iter().map(pair).collect()
}
