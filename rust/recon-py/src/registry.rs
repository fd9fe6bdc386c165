//! The IANA registry for Python: lookups, nothing decided.

use pyo3::prelude::*;
use recon_core::jsonl;
use recon_core::parse_ports::PortSet;
use recon_core::registry;

use crate::errors;

/// Listed and never swept, so the core's transports do not hold it.
const SCTP: &str = "sctp";

#[pyfunction]
pub(crate) fn port_name(port: u16, transport: &str) -> PyResult<Option<&'static str>> {
    match transport {
        SCTP => Ok(registry::sctp_name(port)),
        _ => Ok(registry::name(port, errors::transport(transport)?)),
    }
}

#[pyfunction]
pub(crate) fn port_range(port: u16) -> &'static str {
    registry::range(port).as_str()
}

#[pyfunction]
pub(crate) fn port_entries() -> Vec<(u16, &'static str, &'static str)> {
    let swept = registry::entries().map(|(port, transport, name)| (port, jsonl::transport(transport), name));
    let listed = registry::sctp_entries().map(|(port, name)| (port, SCTP, name));
    let mut entries: Vec<_> = swept.chain(listed).collect();
    entries.sort_by_key(|entry| entry.0);
    entries
}

#[pyfunction]
pub(crate) fn port_words(py: Python<'_>, text: &str) -> PyResult<Vec<(u16, &'static str)>> {
    let ports = PortSet::parse(text).map_err(|error| errors::word(py, error))?;
    let pair = |at| {
        let (port, transport) = ports.get(at);
        (port, jsonl::transport(transport))
    };
    Ok((0..ports.len()).map(pair).collect())
}
