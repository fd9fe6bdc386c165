//! Replies become `recon.model.Record` objects, and edited records become replies again.

use std::net::IpAddr;
use std::sync::Arc;

use pyo3::exceptions::PyValueError;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyBool, PyBytes, PyDict, PyInt, PyList, PyString, PyTuple, PyType};
use recon_core::reply::{Evidence, Fact, FactValue, Findings, Reply, Service, State};
use recon_core::space::{Target, Transport};
use recon_core::{jsonl, purl, registry};

use crate::errors;

static RECORD: PyOnceLock<Py<PyType>> = PyOnceLock::new();
static SERVICE: PyOnceLock<Py<PyType>> = PyOnceLock::new();

/// A `Record` for a reply.
pub(crate) fn record<'py>(py: Python<'py>, reply: &Reply) -> PyResult<Bound<'py, PyAny>> {
    let target = &reply.target;
    let fields = [
        PyString::new(py, &jsonl::timestamp(reply.at_us)).into_any(),
        PyString::new(py, &target.addr.to_string()).into_any(),
        reply.host.as_deref().into_pyobject(py)?.into_any(),
        target.port.into_pyobject(py)?.into_any(),
        word(py, target.transport).clone().into_any(),
        PyString::intern(py, registry::range(target.port).as_str()).into_any(),
        registry::name(target.port, target.transport).into_pyobject(py)?.into_any(),
        PyString::intern(py, reply.state.as_str()).into_any(),
        PyString::new(py, &reply.reason).into_any(),
        reply.rtt_us.into_pyobject(py)?.into_any(),
        reply.ttl.into_pyobject(py)?.into_any(),
        services(py, &reply.findings.services)?.into_any(),
        facts(py, &reply.findings.facts)?.into_any(),
        PyBytes::new(py, &reply.banner).into_any(),
    ];
    RECORD.import(py, "recon.model", "Record")?.call1(PyTuple::new(py, fields)?)
}

/// A list of `Service` objects.
pub(crate) fn services<'py>(py: Python<'py>, services: &[Service]) -> PyResult<Bound<'py, PyList>> {
    let made = services.iter().map(|one| service(py, one)).collect::<PyResult<Vec<_>>>()?;
    PyList::new(py, made)
}

/// A dictionary of fact values by name.
pub(crate) fn facts<'py>(py: Python<'py>, facts: &[Fact]) -> PyResult<Bound<'py, PyDict>> {
    let dict = PyDict::new(py);
    for fact in facts {
        match &fact.value {
            FactValue::Text(text) => dict.set_item(&*fact.name, text)?,
            FactValue::Number(number) => dict.set_item(&*fact.name, number)?,
            FactValue::Flag(flag) => dict.set_item(&*fact.name, flag)?,
            FactValue::List(list) => dict.set_item(&*fact.name, list)?,
        }
    }
    Ok(dict)
}

fn service<'py>(py: Python<'py>, service: &Service) -> PyResult<Bound<'py, PyAny>> {
    let evidence = PyDict::new(py);
    evidence.set_item(intern!(py, "probe"), &*service.evidence.probe)?;
    evidence.set_item(intern!(py, "match"), &*service.evidence.matched)?;
    let fields = [
        PyString::new(py, &service.name).into_any(),
        service.part.into_pyobject(py)?.into_any(),
        service.vendor.as_deref().into_pyobject(py)?.into_any(),
        service.product.as_deref().into_pyobject(py)?.into_any(),
        service.version.as_deref().into_pyobject(py)?.into_any(),
        service.cpe.as_deref().into_pyobject(py)?.into_any(),
        service.distro.as_deref().into_pyobject(py)?.into_any(),
        service.revision.as_deref().into_pyobject(py)?.into_any(),
        service.certainty().into_pyobject(py)?.into_any(),
        PyString::new(py, &service.version_source).into_any(),
        PyBool::new(py, service.tls).to_owned().into_any(),
        evidence.into_any(),
    ];
    SERVICE.import(py, "recon.model", "Service")?.call1(PyTuple::new(py, fields)?)
}

/// The package URL of a `Service`; none where its package is not known.
#[pyfunction]
pub(crate) fn package_url(service: &Bound<'_, PyAny>) -> PyResult<Option<String>> {
    Ok(purl::of(&edited(service)?))
}

fn word(py: Python<'_>, transport: Transport) -> &Bound<'_, PyString> {
    match transport {
        Transport::Tcp => intern!(py, "tcp"),
        Transport::Udp => intern!(py, "udp"),
    }
}

/// A reply for a record that a plugin may have edited. `range` and `registered` follow from the port.
pub(crate) fn reply(record: &Bound<'_, PyAny>) -> PyResult<Reply> {
    let text = |name: &str| -> PyResult<String> { record.getattr(name)?.extract() };
    let bad = |name: &str, value: &str| PyValueError::new_err(format!("a record's {name} cannot be {value:?}"));
    let (at, addr, state) = (text("at")?, text("addr")?, text("state")?);
    Ok(Reply {
        at_us: jsonl::epoch_us(&at).ok_or_else(|| bad("at", &at))?,
        target: Target {
            addr: addr.parse::<IpAddr>().map_err(|_| bad("addr", &addr))?,
            port: record.getattr("port")?.extract()?,
            transport: errors::transport(&text("transport")?)?,
        },
        host: record.getattr("host")?.extract::<Option<String>>()?.map(Arc::from),
        state: State::from_word(&state).ok_or_else(|| bad("state", &state))?,
        reason: text("reason")?.into(),
        rtt_us: record.getattr("rtt_us")?.extract()?,
        ttl: record.getattr("ttl")?.extract()?,
        banner: record.getattr("banner")?.cast::<PyBytes>()?.as_bytes().to_vec(),
        findings: Findings {
            services: record.getattr("services")?.try_iter()?.map(|one| edited(&one?)).collect::<PyResult<_>>()?,
            facts: facts_of(&record.getattr("facts")?)?,
        },
        transcript: None,
    })
}

fn edited(service: &Bound<'_, PyAny>) -> PyResult<Service> {
    let text = |name: &str| -> PyResult<Option<String>> { service.getattr(name)?.extract() };
    let shared = |name: &str| -> PyResult<Option<Arc<str>>> { Ok(text(name)?.map(Arc::from)) };
    let evidence = service.getattr("evidence")?;
    let proof = |key: &str| -> PyResult<Arc<str>> {
        let value = evidence.call_method1("get", (key, ""))?;
        Ok(Arc::from(value.extract::<String>()?))
    };
    Ok(Service {
        name: Arc::from(service.getattr("name")?.extract::<String>()?),
        part: service.getattr("part")?.extract()?,
        vendor: shared("vendor")?,
        product: shared("product")?,
        version: text("version")?,
        cpe: text("cpe")?,
        distro: text("distro")?,
        revision: text("revision")?,
        confidence: service.getattr("confidence")?.extract()?,
        version_source: Arc::from(service.getattr("version_source")?.extract::<String>()?),
        tls: service.getattr("tls")?.extract()?,
        evidence: Evidence { probe: proof("probe")?, matched: proof("match")? },
    })
}

fn facts_of(value: &Bound<'_, PyAny>) -> PyResult<Vec<Fact>> {
    let dict = value.cast::<PyDict>()?;
    dict.iter().map(|(name, value)| Ok(Fact { name: name.extract::<String>()?.into(), value: fact(&value)? })).collect()
}

fn fact(value: &Bound<'_, PyAny>) -> PyResult<FactValue> {
    if let Ok(flag) = value.cast::<PyBool>() {
        Ok(FactValue::Flag(flag.is_true()))
    } else if value.is_instance_of::<PyInt>() {
        Ok(FactValue::Number(value.extract()?))
    } else if let Ok(text) = value.cast::<PyString>() {
        Ok(FactValue::Text(text.to_str()?.to_owned()))
    } else {
        Ok(FactValue::List(value.extract()?))
    }
}
