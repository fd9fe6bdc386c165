//! Compiled probes for Python: identify stored answers, replay recorded conversations.

use std::net::Ipv4Addr;
use std::sync::Arc;

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedBytes;
use pyo3::types::{PyBytes, PyDict, PyList};
use recon_core::dialogue::replay;
use recon_core::matcher::{self, Proofs};
use recon_core::probe::ProbeSpec;
use recon_core::reply::{Reply, State};
use recon_core::space::{Target, Transport};
use recon_core::transcript::{Direction, Entry, Transcript};

use crate::offline::Scratches;
use crate::{errors, probes, records};

/// (plugin, probe, why) of a probe that was left out.
type Fault = (String, String, String);
/// Services and facts, as Python objects.
type Found<'py> = (Bound<'py, PyList>, Bound<'py, PyDict>);

/// Compiled probes. A broken probe is left out and listed in `faults`.
#[pyclass(frozen, module = "recon._core")]
pub(crate) struct Pack {
    pub(crate) inner: Arc<matcher::Pack>,
    pub(crate) scratches: Arc<Scratches>,
    faults: Vec<Fault>,
}

#[pymethods]
impl Pack {
    #[new]
    #[pyo3(signature = (probes, proofs = &b""[..]))]
    #[allow(clippy::needless_pass_by_value)] // pyo3 hands sequences over by value
    fn new(py: Python<'_>, probes: Vec<(String, Bound<'_, PyAny>)>, proofs: &[u8]) -> Self {
        let (specs, mut faults) = read(&probes);
        let (pack, errors) = py.detach(|| matcher::Pack::load(specs, &Proofs::from_bytes(proofs)));
        faults.extend(errors.into_iter().map(|error| {
            let why = error.to_string();
            (error.origin, error.probe, why)
        }));
        Self { inner: Arc::new(pack), scratches: Arc::default(), faults }
    }

    #[getter]
    fn faults(&self) -> Vec<Fault> {
        self.faults.clone()
    }

    #[getter]
    fn new_proofs<'py>(&self, py: Python<'py>) -> Option<Bound<'py, PyBytes>> {
        self.inner.new_proofs().map(|proofs| PyBytes::new(py, &proofs.to_bytes()))
    }

    #[getter]
    fn counts(&self) -> (usize, usize) {
        (self.inner.probes().len(), self.inner.match_count())
    }

    #[pyo3(signature = (data, asked = "listen"))]
    fn tried(&self, data: &[u8], asked: &str) -> Vec<(String, String, bool)> {
        let rows = self.inner.tried(data, asked).into_iter();
        rows.map(|(name, field, hit)| (name.to_string(), field, hit)).collect()
    }

    #[pyo3(signature = (port, transport = "tcp"))]
    fn asks(&self, port: u16, transport: &str) -> PyResult<Option<String>> {
        let transport = errors::transport(transport)?;
        Ok(self.inner.probe_for(port, transport).map(|probe| probe.name.to_string()))
    }

    #[pyo3(signature = (data, *, asked = "listen", tls = false))]
    fn identify<'py>(&self, py: Python<'py>, data: &[u8], asked: &str, tls: bool) -> PyResult<Found<'py>> {
        let findings = self.scratches.with(|scratch| self.inner.identify(data, asked, tls, scratch));
        Ok((records::services(py, &findings.services)?, records::facts(py, &findings.facts)?))
    }

    #[pyo3(signature = (data, rounds = 1))]
    #[allow(clippy::needless_pass_by_value)] // pyo3 hands sequences over by value
    fn identify_many(&self, py: Python<'_>, data: Vec<PyBackedBytes>, rounds: usize) -> usize {
        let mut scratch = self.inner.scratch();
        py.detach(|| {
            let answers = std::iter::repeat_n(&data, rounds).flatten();
            let named = |answer: &PyBackedBytes| self.inner.identify(answer, "listen", false, &mut scratch);
            answers.map(named).filter(|findings| !findings.services.is_empty()).count()
        })
    }

    #[pyo3(signature = (entries, *, port = 0))]
    #[allow(clippy::needless_pass_by_value)] // pyo3 hands sequences over by value
    fn replay<'py>(
        &self,
        py: Python<'py>,
        entries: Vec<(String, PyBackedBytes, u64, u8)>,
        port: u16,
    ) -> PyResult<Bound<'py, PyAny>> {
        records::record(py, &replay(&self.inner, &entries, port)?)
    }
}

fn read(probes: &[(String, Bound<'_, PyAny>)]) -> (Vec<ProbeSpec>, Vec<Fault>) {
    let mut specs = Vec::new();
    let mut faults = Vec::new();
    let mut tables = probes::Tables::default();
    for (origin, probe) in probes {
        match probes::probe(origin, probe, &mut tables) {
            Ok(spec) => specs.push(spec),
            Err(error) => faults.push((origin.clone(), name_of(probe), error.to_string())),
        }
    }
    (specs, faults)
}

fn name_of(probe: &Bound<'_, PyAny>) -> String {
    let name = probe.getattr("name").and_then(|name| name.extract());
    name.unwrap_or_else(|_| probe.get_type().to_string())
}

/// Hold a dialogue against a recorded conversation.
fn replay(pack: &matcher::Pack, entries: &[(String, PyBackedBytes, u64, u8)], port: u16) -> PyResult<Reply> {
    let mut transcript = Transcript::default();
    for (who, data, at_us, wire) in entries {
        let direction = match who.as_str() {
            "sent" => Direction::Sent,
            "received" => Direction::Received,
            "secured" => Direction::Secured,
            other => return Err(PyValueError::new_err(format!("nobody called {other:?} speaks in a transcript"))),
        };
        transcript.entries.push(Entry { direction, wire: *wire, at_us: *at_us, data: data.to_vec() });
    }
    let target = Target { addr: Ipv4Addr::LOCALHOST.into(), port, transport: Transport::Tcp };
    let outcome = replay::replay(pack, &transcript, target);
    Ok(Reply {
        at_us: 0,
        target,
        host: None,
        state: State::Open,
        reason: "syn-ack".into(),
        rtt_us: None,
        ttl: None,
        banner: outcome.banner,
        findings: outcome.findings,
        transcript: None,
    })
}
