//! The binding: converts, never decides. This file is its table of contents.

mod batch;
mod columns;
mod errors;
mod journal;
mod links;
mod offline;
mod orders;
mod pack;
mod probes;
mod records;
mod registry;
mod scope;
mod sweep;
mod tables;
mod words;

use pyo3::prelude::*;

/// The Rust core of recon.
#[pymodule(gil_used = true)]
mod _core {
    #[pymodule_export]
    use super::batch::Batch;
    #[pymodule_export]
    use super::columns::Columns;
    #[pymodule_export]
    use super::journal::{JournalReader, JournalWriter};
    #[pymodule_export]
    use super::links::{links, ways};
    #[pymodule_export]
    use super::offline::Offline;
    #[pymodule_export]
    use super::pack::Pack;
    #[pymodule_export]
    use super::records::package_url;
    #[pymodule_export]
    use super::registry::{port_entries, port_name, port_range, port_words};
    #[pymodule_export]
    use super::scope::Scope;
    #[pymodule_export]
    use super::sweep::Sweep;
    #[pymodule_export]
    use super::tables::{Tables, version_key};
    #[pymodule_export]
    use super::words::{Line, Space, target_name};

    use super::{Bound, PyModule, PyModuleMethods, PyResult};

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        module.add("__version__", env!("CARGO_PKG_VERSION"))
    }
}
