//! The one door through which errors of the core become Python's. One function a source.

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::PyType;
use recon_core::space::Transport;
use recon_core::word::WordError;
use recon_engine::EngineError;

static PLAN_ERROR: PyOnceLock<Py<PyType>> = PyOnceLock::new();
static PERMISSION_DENIED: PyOnceLock<Py<PyType>> = PyOnceLock::new();
static STORE_ERROR: PyOnceLock<Py<PyType>> = PyOnceLock::new();
static ENGINE_ERROR: PyOnceLock<Py<PyType>> = PyOnceLock::new();

/// A bad word is a `PlanError`.
pub(crate) fn word(py: Python<'_>, error: WordError) -> PyErr {
    raise(py, &PLAN_ERROR, "PlanError", (error.word, error.why, error.example))
}

/// A broken run is an `EngineError`; one that the system does not permit is `PermissionDenied`, one that cannot be kept
/// a `StoreError`.
pub(crate) fn engine(py: Python<'_>, error: &EngineError) -> PyErr {
    if matches!(error, EngineError::Journal(_)) {
        return raise(py, &STORE_ERROR, "StoreError", (error.to_string(),));
    }
    if error.is_permission() {
        let change = "run recon with sudo, or in a unit with AmbientCapabilities=CAP_NET_RAW, or use --backend connect";
        return raise(py, &PERMISSION_DENIED, "PermissionDenied", (format!("{error}: {change}"),));
    }
    raise(py, &ENGINE_ERROR, "EngineError", (error.to_string(),))
}

/// A call at the wrong time is an `EngineError` too.
pub(crate) fn state(py: Python<'_>, message: &str) -> PyErr {
    raise(py, &ENGINE_ERROR, "EngineError", (message,))
}

/// `tcp` or `udp`, or a `ValueError`.
pub(crate) fn transport(word: &str) -> PyResult<Transport> {
    match word {
        "tcp" => Ok(Transport::Tcp),
        "udp" => Ok(Transport::Udp),
        _ => Err(PyValueError::new_err(format!("no such transport: {word:?}; there are tcp and udp"))),
    }
}

fn raise<'py, Args>(py: Python<'py>, cell: &'static PyOnceLock<Py<PyType>>, name: &str, arguments: Args) -> PyErr
where
    Args: pyo3::call::PyCallArgs<'py>,
{
    let made = cell.import(py, "recon.errors", name).and_then(|kind| kind.call1(arguments));
    made.map_or_else(|error| error, PyErr::from_value)
}
