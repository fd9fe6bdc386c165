//! Stored rows for Python: JSON lines become batches again, or the columns of a database. Converts, never decides.

use std::net::IpAddr;

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyBytesMethods, PyList, PyString, PyTuple};
use recon_core::reply::{Fact, FactValue, Reply, Service};
use recon_core::{jsonl, version};

/// The most characters of a fact that a database is searched by.
const FACT_CHARACTERS: usize = 1024;

/// Replies of rows, read without the GIL.
fn replies(py: Python<'_>, rows: &[Bound<'_, PyBytes>]) -> PyResult<Vec<Reply>> {
    let rows: Vec<&[u8]> = rows.iter().map(PyBytesMethods::as_bytes).collect();
    let read = py.detach(|| rows.iter().map(|row| jsonl::read(row)).collect::<Result<Vec<_>, _>>());
    read.map_err(PyValueError::new_err)
}

/// Bytes that sort as versions do.
#[pyfunction]
pub(crate) fn version_key<'py>(py: Python<'py>, version: &str) -> Bound<'py, PyBytes> {
    PyBytes::new(py, &version::order_key(version))
}

/// Rows of the tables reply, service and fact for (position, row) pairs; the first reply is number `first`.
#[pyfunction]
#[allow(clippy::needless_pass_by_value)] // pyo3 hands sequences over by value
pub(crate) fn columns<'py>(
    py: Python<'py>,
    rows: Vec<(Option<u64>, Bound<'py, PyBytes>)>,
    first: i64,
) -> PyResult<(Bound<'py, PyList>, Bound<'py, PyList>, Bound<'py, PyList>)> {
    let (positions, texts): (Vec<_>, Vec<_>) = rows.into_iter().unzip();
    let replies = replies(py, &texts)?;
    let (tables, mut number) = ((PyList::empty(py), PyList::empty(py), PyList::empty(py)), first);
    for ((reply, position), text) in replies.iter().zip(positions).zip(&texts) {
        tables.0.append(reply_row(py, number, position, reply, text)?)?;
        for (place, service) in reply.findings.services.iter().enumerate() {
            tables.1.append(service_row(py, number, place, service)?)?;
        }
        for fact in &reply.findings.facts {
            fact_rows(py, number, fact, &tables.2)?;
        }
        number += 1;
    }
    Ok(tables)
}

fn reply_row<'py>(
    py: Python<'py>,
    number: i64,
    position: Option<u64>,
    reply: &Reply,
    row: &Bound<'py, PyBytes>,
) -> PyResult<Bound<'py, PyTuple>> {
    let target = &reply.target;
    let columns = [
        number.into_pyobject(py)?.into_any(),
        position.into_pyobject(py)?.into_any(),
        PyBytes::new(py, &sixteen(target.addr)).into_any(),
        target.port.into_pyobject(py)?.into_any(),
        PyString::intern(py, jsonl::transport(target.transport)).into_any(),
        PyString::intern(py, reply.state.as_str()).into_any(),
        reply.host.as_deref().into_pyobject(py)?.into_any(),
        PyString::intern(py, &reply.reason).into_any(),
        reply.rtt_us.into_pyobject(py)?.into_any(),
        reply.at_us.into_pyobject(py)?.into_any(),
        row.clone().into_any(),
    ];
    PyTuple::new(py, columns)
}

fn service_row<'py>(py: Python<'py>, number: i64, place: usize, service: &Service) -> PyResult<Bound<'py, PyTuple>> {
    let key = service.version.as_deref().map(|version| PyBytes::new(py, &version::order_key(version)));
    let columns = [
        number.into_pyobject(py)?.into_any(),
        place.into_pyobject(py)?.into_any(),
        PyString::intern(py, &service.name).into_any(),
        service.vendor.as_deref().into_pyobject(py)?.into_any(),
        service.product.as_deref().into_pyobject(py)?.into_any(),
        service.version.as_deref().into_pyobject(py)?.into_any(),
        key.into_pyobject(py)?.into_any(),
        service.cpe.as_deref().into_pyobject(py)?.into_any(),
        service.distro.as_deref().into_pyobject(py)?.into_any(),
        service.revision.as_deref().into_pyobject(py)?.into_any(),
        service.certainty().into_pyobject(py)?.into_any(),
        i64::from(service.tls).into_pyobject(py)?.into_any(),
    ];
    PyTuple::new(py, columns)
}

/// A row for each text of a list, one for anything else.
fn fact_rows<'py>(py: Python<'py>, number: i64, fact: &Fact, out: &Bound<'py, PyList>) -> PyResult<()> {
    let add = |value: Bound<'py, PyAny>| out.append((number, out.len(), PyString::intern(py, &fact.name), value));
    match &fact.value {
        FactValue::Text(text) => add(clipped(py, text)),
        FactValue::Number(number) => add(number.into_pyobject(py)?.into_any()),
        FactValue::Flag(flag) => add(PyString::intern(py, if *flag { "true" } else { "false" }).into_any()),
        FactValue::List(texts) => texts.iter().try_for_each(|text| add(clipped(py, text))),
    }
}

fn clipped<'py>(py: Python<'py>, text: &str) -> Bound<'py, PyAny> {
    let end = text.char_indices().nth(FACT_CHARACTERS).map_or(text.len(), |(at, _)| at);
    PyString::new(py, &text[..end]).into_any()
}

/// An address as 16 bytes, IPv4 as IPv6 has it (RFC 4291 section 2.5.5.2).
fn sixteen(addr: IpAddr) -> [u8; 16] {
    match addr {
        IpAddr::V4(addr) => addr.to_ipv6_mapped().octets(),
        IpAddr::V6(addr) => addr.octets(),
    }
}
