//! Target and port words, the space and the line, for Python.

use std::fmt::Write as _;
use std::sync::Arc;

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use recon_core::parse_ports::PortSet;
use recon_core::parse_targets::{TargetWord, parse_target};
use recon_core::space::{AddressRange, SpaceBuilder, Target, Transport};
use recon_core::word::WordError;
use recon_core::{line, scope, shuffle, space, special};

use crate::errors;
use crate::scope::Scope;

/// More addresses than this is wider than a /16.
const SLASH_16: u128 = 1 << 16;
/// Positions walked between two looks at Python's signals.
const STRIDE: u64 = 1 << 22;

#[pyfunction]
pub(crate) fn target_name(py: Python<'_>, word: &str) -> PyResult<Option<(String, Option<u16>)>> {
    match parse_target(word).map_err(|error| errors::word(py, error))? {
        TargetWord::Name { host, port } => Ok(Some((host, port))),
        TargetWord::Addresses { .. } => Ok(None),
    }
}

/// First address, last address and port words of consecutive addresses that share their ports.
type Piece = (String, String, String);

/// Targets minus exclusions, times ports. Each (address, port) exists once.
#[pyclass(frozen, module = "recon._core")]
pub(crate) struct Space {
    pub(crate) inner: space::Space,
}

#[pymethods]
impl Space {
    #[new]
    #[pyo3(signature = (targets, ports, exclude = Vec::new(), scope = None))]
    #[allow(clippy::needless_pass_by_value)] // pyo3 hands sequences over by value
    fn new(
        py: Python<'_>,
        targets: Vec<String>,
        ports: &str,
        exclude: Vec<String>,
        scope: Option<&Scope>,
    ) -> PyResult<Self> {
        let scope = scope.map(|scope| scope.inner.clone());
        let built = py.detach(|| build(&targets, ports, &exclude, scope.as_deref()));
        Ok(Self { inner: built.map_err(|error| errors::word(py, error))? })
    }

    fn __len__(&self) -> usize {
        self.inner.len() as usize
    }

    #[getter]
    fn addresses(&self) -> u128 {
        self.inner.addresses()
    }

    #[getter]
    fn public_addresses(&self) -> u128 {
        let public = self.inner.blocks().iter().filter(|block| special::enclosing(&[block.range()]).is_none());
        public.map(|block| block.range().count()).sum()
    }

    #[getter]
    fn widest_public(&self) -> Option<String> {
        let widest = self.inner.widest_public_range().filter(|range| range.count() > SLASH_16)?;
        Some(text(&widest))
    }

    #[getter]
    fn blocks(&self) -> Vec<(String, String, usize)> {
        let row = |block: &space::Block| {
            (block.range().first().to_string(), block.range().last().to_string(), block.ports().len())
        };
        self.inner.blocks().iter().map(row).collect()
    }

    #[getter]
    fn pieces(&self) -> Vec<Piece> {
        let row = |block: &space::Block| {
            (block.range().first().to_string(), block.range().last().to_string(), block.ports().to_string())
        };
        self.inner.blocks().iter().map(row).collect()
    }

    /// The space of these pieces and of what it left out, as `pieces` and `left_out` gave them.
    #[staticmethod]
    #[allow(clippy::needless_pass_by_value)] // pyo3 hands sequences over by value
    fn restore(py: Python<'_>, pieces: Vec<Piece>, left_out: Vec<(String, String)>) -> PyResult<Self> {
        let built = py.detach(|| restored(&pieces, &left_out));
        Ok(Self { inner: built.map_err(|error| errors::word(py, error))? })
    }

    #[getter]
    fn left_out(&self) -> Vec<(String, String)> {
        let row = |cut: &space::ExcludedSpecial| (cut.range.first().to_string(), cut.range.last().to_string());
        self.inner.excluded_special().iter().map(row).collect()
    }

    #[getter]
    fn special(&self) -> Vec<(String, String)> {
        let row =
            |cut: &space::ExcludedSpecial| (text(&cut.range), format!("{}, {}", cut.special.name, cut.special.rfc));
        self.inner.excluded_special().iter().map(row).collect()
    }

    #[getter]
    fn out_of_scope(&self) -> Vec<String> {
        self.inner.out_of_scope().iter().map(ToString::to_string).collect()
    }

    #[getter]
    fn digest(&self) -> String {
        format!("{:016x}", self.inner.digest())
    }

    fn has_transport(&self, transport: &str) -> PyResult<bool> {
        let wanted = errors::transport(transport)?;
        let has = |ports: &PortSet| (0..ports.len()).any(|at| ports.get(at).1 == wanted);
        Ok(self.inner.blocks().iter().any(|block| has(block.ports())))
    }
}

fn build(
    targets: &[String],
    ports: &str,
    exclude: &[String],
    scope: Option<&scope::Scope>,
) -> Result<space::Space, WordError> {
    let mut builder = SpaceBuilder::new(PortSet::parse(ports)?);
    for word in targets {
        builder.add(&parse_target(word)?)?;
    }
    for word in exclude {
        builder.exclude(&parse_target(word)?)?;
    }
    if let Some(scope) = scope {
        builder.limit(scope);
    }
    builder.build()
}

fn restored(pieces: &[Piece], left_out: &[(String, String)]) -> Result<space::Space, WordError> {
    let mut builder = SpaceBuilder::new(PortSet::single(0, Transport::Tcp));
    for (first, last, ports) in pieces {
        builder.restore(&range(first, last)?, PortSet::parse(ports)?);
    }
    for (first, last) in left_out {
        builder.restore_left_out(&range(first, last)?);
    }
    builder.build()
}

fn range(first: &str, last: &str) -> Result<AddressRange, WordError> {
    let ends = first.parse().ok().zip(last.parse().ok());
    ends.and_then(|(first, last)| AddressRange::new(first, last))
        .ok_or_else(|| WordError::new(&format!("{first}-{last}"), "is no range of addresses", "10.0.0.1-10.0.0.9"))
}

/// A range as a prefix where it is one, else as first-last.
fn text(range: &AddressRange) -> String {
    match range.prefix() {
        Some(prefix) => format!("{}/{prefix}", range.first()),
        None => format!("{}-{}", range.first(), range.last()),
    }
}

/// The shuffled number line: position i is always the same target for the same space and seed.
#[pyclass(frozen, module = "recon._core")]
pub(crate) struct Line {
    inner: Arc<line::Line>,
}

#[pymethods]
impl Line {
    #[classattr]
    const VERSION: u32 = shuffle::VERSION;

    #[new]
    #[pyo3(signature = (space, seed, shard = (0, 1)))]
    fn new(py: Python<'_>, space: &Space, seed: u64, shard: (u64, u64)) -> PyResult<Self> {
        Ok(Self { inner: make(py, space, seed, shard)? })
    }

    #[getter]
    fn interval(&self) -> (u64, u64) {
        let interval = self.inner.interval();
        (interval.start, interval.end)
    }

    fn position_of(&self, addr: &str, port: u16, transport: &str) -> PyResult<Option<u64>> {
        let addr = addr.parse().map_err(|_| PyValueError::new_err(format!("no such address: {addr:?}")))?;
        Ok(self.inner.position_of(&Target { addr, port, transport: errors::transport(transport)? }))
    }

    fn text(&self, py: Python<'_>, start: u64, stop: u64) -> Vec<u8> {
        py.detach(|| {
            let mut out = String::new();
            (start..stop).for_each(|position| push(&mut out, &self.inner.at(position)));
            out.into_bytes()
        })
    }

    fn walk(&self, py: Python<'_>, start: u64, stop: u64) -> PyResult<u64> {
        let mut sum = 0_u64;
        let mut first = start;
        while first < stop {
            let after = stop.min(first.saturating_add(STRIDE));
            let part: u64 = py.detach(|| (first..after).map(|position| fold(&self.inner.at(position))).sum());
            sum = sum.wrapping_add(part);
            first = after;
            py.check_signals()?;
        }
        Ok(sum)
    }
}

/// The line of a space, as the sweep and Python's `Line` both want it.
pub(crate) fn make(py: Python<'_>, space: &Space, seed: u64, shard: (u64, u64)) -> PyResult<Arc<line::Line>> {
    let made = line::Line::new(space.inner.clone(), seed, shard);
    made.map(Arc::new).map_err(|error| errors::word(py, error))
}

/// Append `addr:port` and a line feed; IPv6 in brackets, `/udp` after what is not asked over TCP.
pub(crate) fn push(out: &mut String, target: &Target) {
    let over = match target.transport {
        Transport::Tcp => "",
        Transport::Udp => "/udp",
    };
    // Writing to a string cannot fail.
    let _ = writeln!(out, "{}{over}", std::net::SocketAddr::new(target.addr, target.port));
}

fn fold(target: &Target) -> u64 {
    let addr = match target.addr {
        std::net::IpAddr::V4(addr) => u64::from(addr.to_bits()),
        std::net::IpAddr::V6(addr) => addr.to_bits() as u64,
    };
    (addr << 16) + u64::from(target.port)
}
