//! The raw backend where there is none: recon speaks TCP itself on Linux only, and says so. Nothing here ever runs.

use std::convert::Infallible;
use std::io;
use std::net::IpAddr;
use std::sync::Arc;

use crossbeam_channel::Sender as Channel;
use recon_core::reply::Reply;

use crate::EngineError;
use crate::counters::Counters;
use crate::scouting::{Link, Range};
use crate::settings::{Raw as Wanted, Settings};
use crate::sweep::Shared;

/// What cannot be had.
#[derive(Debug)]
pub(crate) struct Raw(Infallible);

/// A thread that cannot be started.
pub(crate) struct Receiver(Infallible);

/// A thread that cannot be started.
pub(crate) struct Sender(Infallible);

/// No link.
///
/// # Errors
/// Never.
pub fn links() -> Result<Vec<Link>, EngineError> {
    Ok(Vec::new())
}

/// No range leaves.
///
/// # Errors
/// Always.
pub fn ranges(_: &[(IpAddr, IpAddr)], _: &Wanted, _: usize) -> Result<Vec<Range>, EngineError> {
    Err(not_here())
}

impl Raw {
    /// Refuse.
    ///
    /// # Errors
    /// Always.
    pub(crate) fn prepare(_: &Settings, _: Wanted, _: usize) -> Result<Self, EngineError> {
        Err(not_here())
    }

    pub(crate) fn name(&self) -> String {
        match self.0 {}
    }
}

impl Receiver {
    pub(crate) fn open(
        _: Arc<Shared>,
        raw: Arc<Raw>,
        _: Arc<Counters>,
        _: Channel<Vec<Reply>>,
    ) -> Result<Self, EngineError> {
        match raw.0 {}
    }

    pub(crate) fn run(self) -> Result<(), EngineError> {
        match self.0 {}
    }
}

impl Sender {
    pub(crate) fn new(_: Arc<Shared>, raw: Arc<Raw>, _: Arc<Counters>, _: Channel<Vec<Reply>>, _: usize) -> Self {
        match raw.0 {}
    }

    pub(crate) fn run(self) -> Result<(), EngineError> {
        match self.0 {}
    }
}

fn not_here() -> EngineError {
    EngineError::System { what: "raw packets (use --backend connect)", source: io::ErrorKind::Unsupported.into() }
}
