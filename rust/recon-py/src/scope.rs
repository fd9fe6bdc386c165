//! A scope for Python: made of address words, asked about addresses.

use std::net::IpAddr;
use std::sync::Arc;

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use recon_core::parse_targets::{TargetWord, parse_target};
use recon_core::scope;
use recon_core::space::AddressRange;
use recon_core::word::WordError;

use crate::errors;

/// What may be sent to.
#[pyclass(frozen, module = "recon._core")]
pub(crate) struct Scope {
    pub(crate) inner: Arc<scope::Scope>,
}

#[pymethods]
impl Scope {
    #[new]
    #[allow(clippy::needless_pass_by_value)] // pyo3 hands sequences over by value
    fn new(py: Python<'_>, allow: Vec<String>, deny: Vec<String>) -> PyResult<Self> {
        let built = py.detach(|| Ok(scope::Scope::new(&read(&allow)?, &read(&deny)?)));
        Ok(Self { inner: Arc::new(built.map_err(|error| errors::word(py, error))?) })
    }

    fn __contains__(&self, addr: &str) -> PyResult<bool> {
        let addr: IpAddr = addr.parse().map_err(|_| PyValueError::new_err(format!("{addr:?} is not an address")))?;
        Ok(self.inner.contains(addr))
    }

    #[getter]
    fn ranges(&self) -> Vec<String> {
        self.inner.ranges().iter().map(ToString::to_string).collect()
    }
}

fn read(words: &[String]) -> Result<Vec<AddressRange>, WordError> {
    let mut ranges = Vec::new();
    for word in words {
        match parse_target(word)? {
            TargetWord::Addresses { ranges: found, port: None } => ranges.extend(found),
            TargetWord::Addresses { .. } | TargetWord::Name { .. } => {
                let why = "a scope is made of addresses and ranges, without ports";
                return Err(WordError::new(word, why, "10.0.0.0/8"));
            }
        }
    }
    Ok(ranges)
}
