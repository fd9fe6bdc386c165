//! Files of columns for Python: batches in, a file's bytes out, without the GIL.

use std::sync::{Mutex, PoisonError};

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyBytes;
use recon_columns::{Error, Format, GROUP_ROWS};

use crate::batch::Batch;

/// A file of columns in the making; none once it is finished.
#[pyclass(frozen, module = "recon._core")]
pub(crate) struct Columns(Mutex<Option<recon_columns::Columns>>);

#[pymethods]
impl Columns {
    #[new]
    fn new(form: &str) -> PyResult<Self> {
        let format = match form {
            "arrow" => Format::Arrow,
            "parquet" => Format::Parquet,
            _ => return Err(PyValueError::new_err(format!("no such form: {form:?}; there are arrow and parquet"))),
        };
        Ok(Self(Mutex::new(Some(recon_columns::Columns::new(format, GROUP_ROWS).map_err(wrong)?))))
    }

    /// Takes a batch; what of the file is ready by then.
    fn push<'py>(&self, py: Python<'py>, batch: &Bound<'_, Batch>) -> PyResult<Bound<'py, PyBytes>> {
        let replies = batch.get().replies();
        let ready = py.detach(|| match self.0.lock().unwrap_or_else(PoisonError::into_inner).as_mut() {
            Some(columns) => columns.push(replies).map_err(wrong),
            None => Err(PyValueError::new_err("the file is finished")),
        });
        Ok(PyBytes::new(py, &ready?))
    }

    /// The rest of the file.
    fn finish<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        let taken = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        let columns = taken.ok_or_else(|| PyValueError::new_err("the file is finished"))?;
        Ok(PyBytes::new(py, &py.detach(|| columns.finish().map_err(wrong))?))
    }
}

#[allow(clippy::needless_pass_by_value)] // as `map_err` hands it over
fn wrong(error: Error) -> PyErr {
    PyValueError::new_err(error.to_string())
}
