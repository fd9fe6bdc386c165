//! Links and ways of this machine for Python: looked up, nothing sent, nothing decided.

use std::io;
use std::net::IpAddr;

use pyo3::prelude::*;
use recon_engine::raw;

use crate::{errors, sweep};

/// Stands for an error without a number of the system's.
const NO_NUMBER: i32 = -1;

/// A link: its name, its interface, and the number of the error that opening it met.
type Told = (&'static str, Option<String>, Option<i32>);

#[pyfunction]
pub(crate) fn links(py: Python<'_>) -> PyResult<Vec<Told>> {
    let found = py.detach(raw::links).map_err(|error| errors::engine(py, &error))?;
    let refusal = |answer: io::Result<()>| answer.err().map(|error| error.raw_os_error().unwrap_or(NO_NUMBER));
    Ok(found.into_iter().map(|link| (link.name, link.interface, refusal(link.answer))).collect())
}

#[pyfunction]
#[allow(clippy::needless_pass_by_value)] // what Python's values become
pub(crate) fn ways(
    py: Python<'_>,
    blocks: Vec<(IpAddr, IpAddr)>,
    interface: Option<String>,
    source_ip: Option<String>,
    most: usize,
) -> PyResult<Vec<(String, String, String)>> {
    let wanted = sweep::raw_terms((interface, source_ip))?;
    let found = py.detach(|| raw::ranges(&blocks, &wanted, most)).map_err(|error| errors::engine(py, &error))?;
    Ok(found.into_iter().map(|range| (range.first.to_string(), range.last.to_string(), range.way)).collect())
}
